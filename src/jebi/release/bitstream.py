"""What may be in the samples of a film that goes out: every unit of its pictures, the frame of every piece of sound.

Pictures: a sample is one H.264 picture of slices, before which the parameter sets of the head may stand again, and nothing else:
no supplemental information, no filler, no unit of another type. A unit holds no start code, and does not end in zeros.
Sound: a sample is one AAC frame that begins with its channels, ends as a frame does, and is no larger than one may be.

What it does not see: bytes behind the last macroblock within a slice, and elements behind the channels within a frame of sound, which only a
whole decoder of either finds. `traces` looks for words and known names there, at every bit.

Invariants: whatever is given, the answer is findings. Peak: one sample (32 MiB), and the tables of its track.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from jebi.errors import Damaged
from jebi.release import parameters
from jebi.release.bits import Bits
from jebi.release.boxes import Source
from jebi.release.container import Track
from jebi.release.entries import Pictures, Sound
from jebi.release.leaks import Finding, Reason

SLICE, KEY_SLICE, SUPPLEMENT, SEQUENCE, PICTURE, DELIMITER, FILLER = 1, 5, 6, 7, 8, 9, 12
LENGTH: Final = 4  # bytes before a unit, in avcC
HEAD: Final = 40  # bytes of a slice in which its first fields lie
LARGEST_FRAME: Final = 768  # bytes of sound a channel (ISO/IEC 14496-3, 4.5.1.1: 6144 bits)
MOST_UNITS: Final = 4096  # in a sample; a picture of 8K has 512 rows of macroblocks
WRONG: Final = {
    SUPPLEMENT: (Reason.SEI, "supplemental information stands beside a picture"),
    FILLER: (Reason.FILLER, "filler stands beside a picture"),
}
ELEMENTS: Final = ("one channel", "two channels", "coupling", "bass", "data", "a program", "fill", "the end")


def examine(sources: Sequence[Source], track: Track) -> Iterator[Finding]:
    """Look into every sample of a track, in the order of decoding."""
    first = min((int(piece.samples.shown.min()) for piece in track.pieces), default=0)
    described = track.description
    rules = _SoundRules(described) if isinstance(described, Sound) else _PictureRules(described)
    yield from rules.before
    for piece in track.pieces:
        rows = zip(piece.samples.offsets, piece.samples.sizes, piece.samples.shown, strict=True)
        for offset, size, shown in rows:
            sample = sources[piece.source].read_at(int(offset), int(size))
            time = track.ms(int(shown) - first)
            if len(sample) != size:
                yield Finding(reason=Reason.SAMPLE_TABLE, what="a sample is not there", at_ms=time)
                return
            for reason, what in rules.wrong(sample):
                yield Finding(reason=reason, what=what, at_ms=time)


Wrong = Iterator[tuple[Reason, str]]


class _PictureRules:
    """What pictures may hold. `before` is what is wrong with their parameter sets."""

    def __init__(self, description: Pictures) -> None:
        self._sets = {SEQUENCE: description.sequence, PICTURE: description.picture}
        self._sequence: parameters.Sequence | None = None
        self.before: list[Finding] = []
        try:
            parameters.check_picture(description.picture)
            read = parameters.sequence(description.sequence)
            if (read.width, read.height) != (description.width, description.height):
                raise Damaged("a parameter set has another size than the track")
            self._sequence = read
        except Damaged as error:
            self.before.append(Finding(reason=Reason.PARAMETER_SET, what=error.what))

    def wrong(self, sample: bytes) -> Wrong:
        """What is wrong in one sample."""
        at, last, kinds, count = 0, -1, set(), 0
        while at < len(sample):
            length = int.from_bytes(sample[at : at + LENGTH], "big")
            unit = sample[at + LENGTH : at + LENGTH + length]
            at += LENGTH + length
            count += 1
            if not unit or len(unit) != length or count > MOST_UNITS:
                yield Reason.PICTURE_UNIT, "a sample cannot be split into units"
                return
            kind = unit[0] & 31
            if kind in {SLICE, KEY_SLICE}:
                kinds.add(kind)
                here = self._first(unit)
                if here is None or (last < 0) != (here == 0) or here <= last or len(kinds) > 1:
                    yield Reason.PICTURE_UNIT, "a sample holds more than one picture, or a slice that may not be"
                    return
                last = here
                yield from _unit_wrong(unit)
            else:
                yield from self._other(unit, kind, is_first=last < 0)
        if last < 0:
            yield Reason.PICTURE_UNIT, "a sample holds no picture"

    def _other(self, unit: bytes, kind: int, *, is_first: bool) -> Wrong:
        """A unit that is no slice."""
        if kind in self._sets:
            if unit != self._sets[kind] or not is_first:
                yield Reason.PARAMETER_SET, "a parameter set changes within the film"
        elif kind == DELIMITER:
            if len(unit) != 2 or unit[0] != DELIMITER or unit[1] & 31 != 16 or not is_first:
                yield Reason.UNKNOWN_UNIT, "a delimiter of pictures says more than it may"
        else:
            yield WRONG.get(kind, (Reason.UNKNOWN_UNIT, f"a unit of type {kind} stands beside a picture"))

    def _first(self, unit: bytes) -> int | None:
        """The first macroblock of a slice; None for a slice of another parameter set, one that hides pictures, or none."""
        if unit[0] & 0x80:
            return None
        try:
            bits = Bits(unit[1:HEAD].replace(b"\0\0\3", b"\0\0"))
            first, kind, chosen = bits.unsigned(), bits.unsigned(), bits.unsigned()
            drops = unit[0] & 31 == KEY_SLICE and self._drops(bits)
        except Damaged:
            return None
        return first if kind % 5 < 3 and kind < 10 and not chosen and not drops else None

    def _drops(self, bits: Bits) -> bool:
        """Whether a key picture has those before it decoded and never shown (7.3.3.3, no_output_of_prior_pics_flag)."""
        if self._sequence is None:
            return False
        bits.take(self._sequence.number_bits)
        bits.unsigned()
        bits.take(self._sequence.order_bits)
        return bits.take(2) != 0


def _unit_wrong(unit: bytes) -> Wrong:
    if any(start in unit for start in (b"\0\0\0", b"\0\0\1", b"\0\0\2")) or not unit[-1]:
        yield Reason.HIDDEN_BYTES, "a slice holds another unit, or zeros behind its end"


class _SoundRules:
    """What frames of sound may hold."""

    def __init__(self, description: Sound) -> None:
        self._channels = description.channels
        self.before: list[Finding] = []

    def wrong(self, sample: bytes) -> Wrong:
        """What is wrong in one frame."""
        element = sample[0] >> 5
        if element != self._channels - 1 or sample[0] >> 1 & 15:
            yield Reason.SOUND_ELEMENT, f"a frame of sound begins with {ELEMENTS[element]}"
        if not _ends(sample):
            yield Reason.SOUND_ELEMENT, "a frame of sound does not end as one does"
        if len(sample) > LARGEST_FRAME * self._channels:
            yield Reason.SOUND_ELEMENT, "a frame of sound is larger than one may be"


def _ends(sample: bytes) -> bool:
    """Whether a frame ends with the mark of the end (three ones), and zeros to the end of its byte."""
    value = int.from_bytes(sample[-2:], "big")
    zeros = (value & -value).bit_length() - 1
    return 0 <= zeros < 8 and value >> zeros & 7 == 7
