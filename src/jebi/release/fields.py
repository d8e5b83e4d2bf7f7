"""The fields of boxes that have the same ones always, and what may stand in each (docs/formats/cuts.md, "Output").

One table: a box, its fields in their order with their lengths, and what each may hold. What is longer or shorter than its
fields, or holds something else, is a leak, and the table says which.
Names are of ISO/IEC 14496-12 and -14. Peak: one payload, of at most some hundred bytes.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jebi.release.leaks import Finding, Reason

ZERO: Final = "zero"
IDENTITY: Final = bytes.fromhex("00010000" + "00" * 12 + "00010000" + "00" * 12 + "40000000")
NO_LANGUAGE: Final = bytes.fromhex("55c40000")  # `und`, and quality 0
SELF: Final = bytes.fromhex("00000000" + "00000001" + "0000000c" + b"url ".hex() + "00000001")
ROLL: Final = bytes.fromhex("01000000" + b"roll".hex() + "00000002" + "00000001" + "ffff")
NAME: Final = 24  # bytes of `hdlr` before the name
LONGEST_EMPTY_NAME: Final = 32  # zeros where a handler's name stood
LARGEST_PICTURE: Final = 8192  # lines or columns


@dataclass(frozen=True, slots=True)
class Field:
    """A few bytes of a box: how many, what they may be, and what it is called if they are something else."""

    name: str
    length: int
    allowed: Callable[[bytes], bool]
    reason: Reason = Reason.BOX_FIELD


def fixed(*values: int | bytes) -> Callable[[bytes], bool]:
    """One of these values, numbers being big-endian."""

    def is_allowed(content: bytes) -> bool:
        return any(
            content == (value if isinstance(value, bytes) else value.to_bytes(len(content), "big")) for value in values
        )

    return is_allowed


def within(least: int, largest: int) -> Callable[[bytes], bool]:
    """A number from `least` to `largest`."""
    return lambda content: least <= int.from_bytes(content, "big") <= largest


ANY_NUMBER: Final = within(0, (1 << 64) - 1)  # where another rule compares it with what it counts


def _zero(name: str, length: int, reason: Reason = Reason.BOX_FIELD) -> Field:
    return Field(name, length, fixed(bytes(length)), reason)


def _times() -> tuple[Field, Field]:
    made, changed = "the time of making", "the time of change"
    return _zero(made, 4, Reason.TIME_STAMP), _zero(changed, 4, Reason.TIME_STAMP)


VERSION: Final = _zero("version and flags", 4)
TIMESCALE: Final = Field("timescale", 4, within(1, 10_000_000))

FIELDS: Final[dict[bytes, Sequence[Field]]] = {
    b"mvhd": (
        VERSION,
        *_times(),
        TIMESCALE,
        Field("duration", 4, ANY_NUMBER),
        Field("rate and volume", 6, fixed(bytes.fromhex("000100000100"))),
        _zero("reserved", 10),
        Field("matrix", 36, fixed(IDENTITY)),
        _zero("previews and posters", 24),
        Field("the next track", 4, within(2, 1 << 16)),
    ),
    b"tkhd": (
        Field("version and flags", 4, fixed(3)),
        *_times(),
        Field("the track's number", 4, within(1, 2)),
        _zero("reserved", 4),
        Field("duration", 4, ANY_NUMBER),
        _zero("reserved", 8),
        _zero("layer", 2),
        Field("group", 2, fixed(0, 1)),
        Field("volume", 2, fixed(0, 0x100)),
        _zero("reserved", 2),
        Field("matrix", 36, fixed(IDENTITY)),
        Field("width", 4, within(0, LARGEST_PICTURE << 16)),
        Field("height", 4, within(0, LARGEST_PICTURE << 16)),
    ),
    b"mdhd": (
        VERSION,
        *_times(),
        TIMESCALE,
        Field("duration", 4, ANY_NUMBER),
        Field("language", 4, fixed(NO_LANGUAGE)),
    ),
    b"vmhd": (Field("version and flags", 4, fixed(1)), _zero("graphics mode", 8)),
    b"smhd": (VERSION, _zero("balance", 4)),
    b"dref": (Field("where the samples are", len(SELF), fixed(SELF)),),
    b"sgpd": (Field("sample groups", len(ROLL), fixed(ROLL)),),
    b"sbgp": (VERSION, Field("kind", 4, fixed(b"roll")), Field("entries", 4, fixed(1)), Field("samples", 4, ANY_NUMBER),
              Field("group", 4, fixed(1))),
    b"trex": (
        VERSION,
        Field("the track's number", 4, within(1, 2)),
        Field("sample description", 4, fixed(1)),
        _zero("defaults", 12),
    ),
    b"mfhd": (VERSION, Field("number", 4, ANY_NUMBER)),
    b"tfdt": (Field("version and flags", 4, fixed(0x01000000)), Field("time", 8, within(0, 1 << 62))),
    b"sidx": (
        Field("version and flags", 4, fixed(0x01000000)),
        Field("the track's number", 4, within(1, 2)),
        TIMESCALE,
        Field("time", 8, within(0, 1 << 62)),
        Field("offset", 8, ANY_NUMBER),
        _zero("reserved", 2),
        Field("entries", 2, fixed(1)),
        Field("size", 4, within(1, (1 << 31) - 1)),
        Field("duration", 4, ANY_NUMBER),
        Field("start", 4, within(0x80000000, 0xFFFFFFFF)),
    ),
}  # fmt: skip

BRANDS: Final = frozenset((b"isom", b"iso2", b"iso5", b"iso6", b"avc1", b"mp41", b"mp42", b"msdh", b"msix", b"cmfc"))


def fields_wrong(kind: bytes, content: bytes) -> Iterator[Finding]:
    """What is wrong in the payload of a box of the table."""
    name, at = kind.decode("ascii"), 0
    if len(content) != sum(field.length for field in FIELDS[kind]):
        yield Finding(reason=Reason.BOX_FIELD, what=f"the box {name} is longer or shorter than its fields")
        return
    for field in FIELDS[kind]:
        value = content[at : at + field.length]
        at += field.length
        if not field.allowed(value):
            yield Finding(reason=field.reason, what=f"in the box {name}, {field.name} is {value[:16].hex()}")


def value_of(kind: bytes, field_name: str, content: bytes) -> int:
    """The number in a field of a box whose length is right; 0 where the box is too short."""
    at = 0
    for field in FIELDS[kind]:
        if field.name == field_name:
            return int.from_bytes(content[at : at + field.length], "big")
        at += field.length
    raise KeyError(field_name)


def brands_wrong(kind: str, content: bytes) -> Iterator[Finding]:
    """`ftyp` and `styp` hold brands of a list, and a minor version that says no more than 512, which ffmpeg writes."""
    whole = [content[at : at + 4] for at in (0, *range(8, len(content), 4))]
    if len(content) < 8 or len(content) > 64 or not set(whole) <= BRANDS or content[4:8] not in {bytes(4), b"\0\0\2\0"}:
        yield Finding(reason=Reason.BOX_FIELD, what=f"the box {kind} names brands that are not on the list")


def handler_wrong(content: bytes) -> Iterator[Finding]:
    """`hdlr`: of pictures or of sound, and without a name."""
    if (
        len(content) <= NAME
        or content[:8] != bytes(8)
        or content[8:12] not in {b"vide", b"soun"}
        or any(content[12:NAME])
    ):
        kind = content[8:12].decode("latin-1") if content[8:12].isalnum() and content[8:12].isascii() else "strange"
        yield Finding(reason=Reason.BOX_FIELD, what=f"in the box hdlr, a handler is of the kind {kind}")
    if any(content[NAME:]) or len(content) > NAME + LONGEST_EMPTY_NAME:
        yield Finding(reason=Reason.TRACK_NAME, what="a track has a name")
