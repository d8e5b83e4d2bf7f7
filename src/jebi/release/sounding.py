"""What is heard in a cut: of the original as much as the plan names, and over it the lines that are spoken.

Whatever no entry of the plan names is silent (docs/formats/cuts.md, `sounds`). An entry is heard as it was, or without the voices in it
(`jebi.release.surroundings`), or with other ones (`jebi.release.disguise`). Every entry fades in and out within its own bounds, so that
nothing clicks and no sample from outside comes in.

Sound comes in pieces of any length, 48 kHz, one channel, 16 bits, and goes out so, as many samples as came. Surroundings need two passes:
`surveyed` measures the rooms, then `sounding` renders. One channel is on purpose: where somebody stood is nobody's business.

Invariants: how the sound was cut changes nothing; the same seed gives the same samples; a sample that no entry names has no
influence on anything. Peak: one piece, and what surroundings take.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from jebi.release import disguise, surroundings
from jebi.release.overlap import Floats
from jebi.release.plan import Sound
from jebi.release.surroundings import GUARD, Room

RATE = 48_000
PER_MS = RATE // 1000
FADE = 8 * PER_MS  # samples
DUCKED = 0.25  # of its loudness is left of what lies under a line, 12 dB less …
DUCKING = 120 * PER_MS  # … after and before so many samples around the line
FULL = 32768  # of 16 bits
ENDLESS = 1 << 62  # samples

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A time in which somebody speaks, in milliseconds from the first sample of a part; below zero is before it."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.start_ms >= self.end_ms:
            raise ValueError("speech ends after it begins")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Said:
    """A line in a machine's voice, and when it begins; 48 kHz, one channel."""

    start_ms: int
    samples: Samples


def within(sounds: Iterable[Sound], start_ms: int, end_ms: int) -> list[Sound]:
    """What of some entries lies in a part that is shown, on the part's own clock."""
    return [
        replace(each, start_ms=max(each.start_ms, start_ms) - start_ms, end_ms=min(each.end_ms, end_ms) - start_ms)
        for each in sounds
        if max(each.start_ms, start_ms) < min(each.end_ms, end_ms)
    ]


def around(speech: Iterable[Speech], start_ms: int, end_ms: int) -> list[Speech]:
    """The speech in a part, on its own clock, and what is so near to it that it is still heard there; uncut."""
    reach = GUARD // PER_MS
    return [
        Speech(start_ms=each.start_ms - start_ms, end_ms=each.end_ms - start_ms)
        for each in speech
        if each.start_ms - reach < end_ms and each.end_ms + reach > start_ms
    ]


def surveyed(pieces: Iterable[Samples], *, sounds: Sequence[Sound], speech: Sequence[Speech]) -> tuple[Room, ...]:
    """The room of each entry that wants surroundings, in their order: the first of two passes."""
    cursor = _Cursor(pieces)
    rooms = []
    for heard in _in_order(sounds):
        cursor.skip(heard.start_ms * PER_MS)
        sound = cursor.until(heard.end_ms * PER_MS)
        if heard.how == "surroundings":
            rooms.append(surroundings.measured(map(_floats, sound), _guarded(heard, speech)))
    return tuple(rooms)


def sounding(
    pieces: Iterable[Samples],
    *,
    sounds: Sequence[Sound],
    speech: Sequence[Speech],
    rooms: Sequence[Room],
    seed: bytes,
    lines: Sequence[Said] = (),
) -> Iterator[Samples]:
    """The sound of a part.

    Args:
        pieces: the original's, from the part's first sample to its last.
        sounds: what is heard of it; in order, not overlapping, on the part's clock (`within`).
        speech: where somebody speaks in it or near it (`around`), as a machine or a person found.
        rooms: as `surveyed` measured them in the same sound.
        seed: of the cut; masks and noise come from it.
        lines: what is spoken over it; in order, not overlapping. What lies beyond the part's end is not heard.
    """
    if len(rooms) != sum(heard.how == "surroundings" for heard in sounds):
        raise ValueError("surroundings need a room each: survey the same sound first")
    return _with_lines(_changed(_Cursor(pieces), _in_order(sounds), speech, iter(rooms), seed), lines)


class _Cursor:
    """Sound that is taken from its beginning on, up to one place after another."""

    def __init__(self, pieces: Iterable[Samples]) -> None:
        self._pieces = iter(pieces)
        self._rest = np.zeros(0, np.int16)
        self.place = 0

    def until(self, end: int) -> Iterator[Samples]:
        """The pieces up to a sample, or to the end of the sound."""
        while self.place < end:
            if not len(self._rest):
                piece = next(self._pieces, None)
                if piece is None:
                    return
                if piece.dtype != np.int16 or piece.ndim != 1:
                    raise ValueError("sound is one row of 16-bit samples")
                self._rest = piece
            part, self._rest = self._rest[: end - self.place], self._rest[end - self.place :]
            self.place += len(part)
            if len(part):
                yield part

    def skip(self, end: int) -> None:
        for _ in self.until(end):
            pass


def _changed(
    cursor: _Cursor, sounds: Sequence[Sound], speech: Sequence[Speech], rooms: Iterator[Room], seed: bytes
) -> Iterator[Samples]:
    for heard in sounds:
        yield from map(np.zeros_like, cursor.until(heard.start_ms * PER_MS))
        start = heard.start_ms * PER_MS
        yield from _as_taken(_entry(cursor, heard, speech, rooms, seed), start, cursor)
    yield from map(np.zeros_like, cursor.until(ENDLESS))


def _entry(
    cursor: _Cursor, heard: Sound, speech: Sequence[Speech], rooms: Iterator[Room], seed: bytes
) -> Iterator[Floats]:
    """An entry, faded in and out: before it is changed, lest its ends ring, and also after, for what was made there."""
    count = (heard.end_ms - heard.start_ms) * PER_MS
    sound = _faded(map(_floats, cursor.until(heard.end_ms * PER_MS)), count)
    if heard.how == "plain":
        return sound
    if heard.how == "disguised":
        return _faded(disguise.disguised(sound, disguise.drawn(seed)), count)
    own = seed + heard.start_ms.to_bytes(8, "big")
    spoken = _guarded(heard, speech)
    return _faded(surroundings.without_voices(sound, speech=spoken, room=next(rooms), seed=own), count)


def _faded(sound: Iterable[Floats], count: int) -> Iterator[Floats]:
    fade = min(FADE, count // 2)
    place = 0
    for piece in sound:
        at = np.arange(place, place + len(piece))
        near = np.minimum(at + 0.5, count - at - 0.5) / fade
        yield np.asarray(piece * np.sin(np.pi / 2 * near.clip(0, 1)) ** 2, np.float32)
        place += len(piece)


def _as_taken(sound: Iterable[Floats], start: int, cursor: _Cursor) -> Iterator[Samples]:
    """No more of an entry than was taken from the original for it: what is changed in frames ends in silence."""
    place = start
    for piece in sound:
        part = piece[: max(0, cursor.place - place)]
        yield _samples(part)
        place += len(part)


def _with_lines(pieces: Iterable[Samples], lines: Sequence[Said]) -> Iterator[Samples]:
    """Lines over what is heard, which is softer under them."""
    if any(after.start_ms * PER_MS < _end(before) for before, after in pairwise(lines)):
        raise ValueError("lines are in order and do not overlap")
    starts = [line.start_ms * PER_MS - DUCKING for line in lines]
    place = done = 0
    for piece in pieces:
        while done < len(lines) and _end(lines[done]) + DUCKING <= place:
            done += 1
        reached = bisect_left(starts, place + len(piece), lo=done)
        near = lines[done:reached]
        yield _under(piece, place, near) if near else piece
        place += len(piece)


def _under(piece: Samples, place: int, lines: Sequence[Said]) -> Samples:
    """A piece of sound that begins at `place`, under the lines around it."""
    at = np.arange(place, place + len(piece))
    loudness, said = np.ones(len(piece)), np.zeros(len(piece))
    for line in lines:
        start, end = line.start_ms * PER_MS, _end(line)
        away = np.maximum(start - at, at - end + 1).clip(0, DUCKING) / DUCKING
        loudness = np.minimum(loudness, DUCKED + (1 - DUCKED) * away)
        first, last = max(0, start - place), min(len(piece), end - place)
        if first < last:
            said[first:last] += line.samples[first + place - start : last + place - start]
    return _samples((piece * loudness + said) / FULL)


def _end(line: Said) -> int:
    return line.start_ms * PER_MS + len(line.samples)


def _guarded(heard: Sound, speech: Sequence[Speech]) -> list[surroundings.Stretch]:
    """Speech in an entry, in samples from its beginning; also what is so near to it that its guard reaches in."""
    start, end = heard.start_ms * PER_MS, heard.end_ms * PER_MS
    spoken = ((each.start_ms * PER_MS, each.end_ms * PER_MS) for each in speech)
    guarded = surroundings.guarded(each for each in spoken if each[0] - GUARD < end and each[1] + GUARD > start)
    return [(max(0, first - start), min(end, last) - start) for first, last in guarded]


def _floats(samples: Samples) -> Floats:
    return samples.astype(np.float32) / np.float32(FULL)


def _samples(sound: npt.NDArray[np.floating]) -> Samples:
    return np.asarray(np.rint(sound * FULL).clip(-FULL, FULL - 1), np.int16)


def _in_order(sounds: Sequence[Sound]) -> Sequence[Sound]:
    if any(after.start_ms < before.end_ms for before, after in pairwise(sounds)):
        raise ValueError("what is heard is in order and does not overlap")
    return sounds
