"""H.264 parameter sets: every field on the allow-list (ITU-T H.264, 7.3.2.1, 7.3.2.2 and E.1.1).

Allowed is what x264 writes for progressive 4:2:0 pictures of 8 bits. Not allowed is what could carry words or hide
pictures: cropping beyond the last macroblock, scaling lists, slice groups, redundant pictures, buffering parameters, fields.

Invariant: a set is read to its last bit, or it is a finding. Peak: a few KiB.
"""

from dataclasses import dataclass
from typing import Final

from jebi.errors import Damaged
from jebi.release.bits import Bits, unescaped

PROFILES: Final = frozenset((66, 77, 100))  # baseline, main, high
HIGH: Final = 100
MACROBLOCK: Final = 16
MOST_FRAMES: Final = 16
FIRST_EXTENDED: Final = 14  # aspect ratios from here on are written out


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequence:
    """What a sequence parameter set describes: the size of the picture, and how many bits its numbers have in a slice.

    `order_bits` is 0 where the order of pictures is that of decoding.
    """

    width: int
    height: int
    number_bits: int
    order_bits: int


def sequence(unit: bytes) -> Sequence:
    """Read a sequence parameter set. Raises `Damaged` for one that cannot be read, or has what is not on the list."""
    if not unit or unit[0] & 0x9F != 7:
        raise Damaged("this is no sequence parameter set")
    bits = Bits(unescaped(unit[1:]))
    profile, flags, level = bits.take(8), bits.take(8), bits.take(8)
    _expect(
        profile in PROFILES and not flags & 3 and level <= 62 and not bits.unsigned(), "a strange profile or number"
    )
    if profile == HIGH:
        _expect((bits.unsigned(), bits.unsigned(), bits.unsigned()) == (1, 0, 0), "other pixels than 4:2:0 of 8 bits")
        _expect(not bits.take(2), "scaling lists")
    number_bits, order = bits.unsigned() + 4, bits.unsigned()
    order_bits = bits.unsigned() + 4 if order == 0 else 0
    _expect(order in {0, 2} and max(number_bits, order_bits) <= 16, "a strange order of pictures")
    _expect(bits.unsigned() <= MOST_FRAMES and not bits.flag(), "gaps, or more frames than may be")
    columns, rows = bits.unsigned() + 1, bits.unsigned() + 1
    _expect(bits.flag(), "fields")
    bits.flag()
    width, height = _cropped(bits, MACROBLOCK * columns, MACROBLOCK * rows)
    if bits.flag():
        _usability(bits)
    _expect(bits.is_done, "more than its fields")
    return Sequence(width=width, height=height, number_bits=number_bits, order_bits=order_bits)


def check_picture(unit: bytes) -> None:
    """Read a picture parameter set. Raises `Damaged` for one that cannot be read, or has what is not on the list."""
    if not unit or unit[0] & 0x9F != 8:
        raise Damaged("this is no picture parameter set")
    bits = Bits(unescaped(unit[1:]))
    _expect((bits.unsigned(), bits.unsigned()) == (0, 0), "a strange number")
    bits.flag()
    _expect(not bits.flag(), "fields")
    _expect(not bits.unsigned(), "slice groups")
    _expect(max(bits.unsigned(), bits.unsigned()) < 32, "more references than may be")
    bits.take(1)
    _expect(bits.take(2) < 3, "a strange way to weigh")
    _expect(max(abs(bits.signed()), abs(bits.signed()), abs(bits.signed())) <= 26, "a strange quantiser")
    bits.take(2)
    _expect(not bits.flag(), "redundant pictures")
    if not bits.is_done:
        bits.flag()
        _expect(not bits.flag(), "scaling lists")
        _expect(abs(bits.signed()) <= 12, "a strange quantiser")
    _expect(bits.is_done, "more than its fields")


def _cropped(bits: Bits, width: int, height: int) -> tuple[int, int]:
    """What is shown. A border that is not shown may fill the last macroblock, and be no wider."""
    if not bits.flag():
        return width, height
    left, right, top, bottom = (2 * bits.unsigned() for _ in range(4))
    _expect(not left and not top and max(right, bottom) < MACROBLOCK, "a picture that reaches beyond what is shown")
    return width - right, height - bottom


def _usability(bits: Bits) -> None:
    """VUI parameters (E.1.1)."""
    if bits.flag():
        _expect(bits.take(8) < FIRST_EXTENDED, "a strange aspect ratio")
    if bits.flag():
        bits.flag()
    if bits.flag():
        _expect(bits.take(4) >> 1 <= 5, "a strange format of television")
        if bits.flag():
            _expect(max(bits.take(8), bits.take(8), bits.take(8)) <= 18, "strange colours")
    if bits.flag():
        _expect(max(bits.unsigned(), bits.unsigned()) <= 5, "strange colours")
    if bits.flag():
        bits.take(65)
    _expect(not bits.take(2), "buffering parameters")
    bits.flag()
    if bits.flag():
        bits.flag()
        _expect(max(bits.unsigned() for _ in range(6)) <= 16, "strange limits")


def _expect(is_allowed: bool, what: str) -> None:  # noqa: FBT001 - reads as the sentence that it states
    if not is_allowed:
        raise Damaged(f"a parameter set has {what}")
