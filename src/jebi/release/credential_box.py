"""Credentials as they lie in a film: the one box that holds them, down to its last byte, and the film without it (docs/formats/credentials.md, "In the film").

A reader shows what it knows. What goes out is judged here by what is there: `opened` takes the box apart into labels and values, and a
byte that is part of neither is damage. `without` gives back the film as it was before it was signed, so that its digest can be
held against the one that two people cleared.

The box is JUMBF (ISO/IEC 19566-5) with CBOR (RFC 8949) inside.

Invariants: nothing is skipped; what is said twice, or in more bytes than needed, is damage. It judges no value, and no signature.
Peak: `LARGEST` for the box, `LARGEST_INDEX` for the film's index; 1 MiB of everything else.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from jebi.errors import Damaged

LARGEST: Final = 1 << 20  # bytes of credentials; ours take 13 KiB
LARGEST_INDEX: Final = 64 << 20  # bytes of a film's `moov`; an hour takes 3 MiB
MOST_BOXES: Final = 64  # in one parent; a film of ours has six
DEEPEST: Final = 16
PIECE: Final = 1 << 20
USER_TYPE: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PURPOSE: Final = (
    bytes(4) + b"manifest\0" + bytes(8)
)  # version and flags; what it is; where a Merkle tree would be: nowhere
CONTAINERS: Final = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})
OFFSETS: Final = {b"stco": ">I", b"co64": ">Q"}  # tables of places in the film, which move when the box goes
TYPE_ENDING: Final = bytes.fromhex("00110010800000aa00389b71")  # of every JUMBF type that is written as four letters
HAS_LABEL: Final = 0x03  # toggles of a description box: it can be asked for, by its label
HAS_SALT: Final = 0x10
SALT: Final = 16

Value = int | bytes | str | bool | None | list["Value"] | dict[str | int, "Value"] | tuple[int, "Value"]


class Source(Protocol):
    """Bytes that can be read anywhere."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def read_at(self, offset: int, length: int, /) -> bytes:
        """The bytes from `offset` on; fewer than `length` only at the end."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A JUMBF box that holds others, or a value.

    Args:
        kind: four letters: `c2pa`, `c2ma`, `c2as`, `cbor`, `c2cl`, `c2cs`, …
        label: its name.
        parts: those in it, in order.
        value: what its CBOR says, if it holds that instead.
    """

    kind: str
    label: str
    parts: tuple["Part", ...]
    value: Value


def opened(film: Source) -> Part | None:
    """The credentials of a film, taken apart; None if it has none.

    Raises:
        Damaged: the film's boxes do not fill it, there are two of credentials, or they are not what they should be.
    """
    place = lies_at(film)
    if place is None:
        return None
    start, stop = place
    if stop - start > LARGEST:
        raise Damaged("the credentials are larger than any")
    content = film.read_at(start, stop - start)[8:]
    head = USER_TYPE + PURPOSE
    if not content.startswith(head):
        raise Damaged("the box of credentials does not begin as it should")
    parts = _parts(content[len(head) :], DEEPEST)
    if len(parts) != 1:
        raise Damaged("credentials are one box")
    return parts[0]


def without(film: Source) -> Iterator[bytes]:
    """The film as it was before it was signed, in pieces of at most 1 MiB and its index whole.

    Raises:
        Damaged: the film's boxes make no sense; or it has no credentials, or not where they are put.
    """
    place = lies_at(film)
    if place is None:
        raise Damaged("the film has no credentials")
    start, stop = place
    for kind, begin, end in _boxes(film):
        if begin == start:
            continue
        if kind != b"moov":
            for at in range(begin, end, PIECE):
                yield film.read_at(at, min(PIECE, end - at))
        elif end - begin > LARGEST_INDEX:
            raise Damaged("the film's index is larger than any")
        else:
            index = bytearray(film.read_at(begin, end - begin))
            _move(index, 0, len(index), start, stop - start, DEEPEST)
            yield bytes(index)


def lies_at(film: Source) -> tuple[int, int] | None:
    """Where the box of credentials begins and ends; None if there is none. Raises `Damaged` as `opened`."""
    found = [
        (begin, end)
        for kind, begin, end in _boxes(film)
        if kind == b"uuid" and film.read_at(begin + 8, 16) == USER_TYPE
    ]
    if len(found) > 1:
        raise Damaged("the film has two boxes of credentials")
    return found[0] if found else None


def _boxes(film: Source) -> Iterator[tuple[bytes, int, int]]:
    """The film's outermost boxes: letters, begin, end."""
    at = count = 0
    while at < film.size:
        head = film.read_at(at, 16)
        size = int.from_bytes(head[:4])
        if size == 1 and len(head) == 16:
            size = int.from_bytes(head[8:])
        count += 1
        if len(head) < 8 or not 8 <= size <= film.size - at or count > MOST_BOXES:
            raise Damaged("the film's boxes do not fill it")
        yield head[4:8], at, at + size
        at += size


def _move(index: bytearray, begin: int, end: int, place: int, size: int, depth: int) -> None:
    """In tables of places: whatever lay behind the box lies `size` bytes earlier without it."""
    at = begin
    while at < end:
        if depth == 0 or end - at < 8:
            raise Damaged("the film's index makes no sense")
        length, kind = struct.unpack_from(">I4s", index, at)
        if not 8 <= length <= end - at:
            raise Damaged("the film's index makes no sense")
        if kind in CONTAINERS:
            _move(index, at + 8, at + length, place, size, depth - 1)
        elif kind in OFFSETS:
            _move_table(index, at, length, OFFSETS[kind], place, size)
        at += length


def _move_table(index: bytearray, at: int, length: int, form: str, place: int, size: int) -> None:
    width = struct.calcsize(form)
    if length < 16 or length != 16 + width * int.from_bytes(index[at + 12 : at + 16]):
        raise Damaged("a table of places in the film has another length than it says")
    for entry in range(at + 16, at + length, width):
        (offset,) = struct.unpack_from(form, index, entry)
        if place <= offset < place + size:
            raise Damaged("the film's index points into its credentials")
        if offset >= place:
            struct.pack_into(form, index, entry, offset - size)


def _parts(content: bytes, depth: int) -> tuple[Part, ...]:
    """JUMBF boxes that fill a stretch."""
    return tuple(_part(payload, depth) for payload in _children(content, b"jumb"))


def _children(content: bytes, *kinds: bytes) -> Iterator[bytes]:
    """The payloads of boxes that fill a stretch and are of these kinds."""
    at = 0
    while at < len(content):
        size, kind = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if kind not in kinds or not 8 <= size <= len(content) - at:
            raise Damaged("the boxes in the credentials are not those that should be there")
        yield content[at + 8 : at + size]
        at += size


def _part(payload: bytes, depth: int) -> Part:
    """A description, and then either boxes or a value."""
    size = int.from_bytes(payload[:4])
    if depth == 0 or payload[4:8] != b"jumd" or not 8 <= size <= len(payload):
        raise Damaged("a box in the credentials does not say what it is")
    kind, label = _described(payload[8:size])
    inside = payload[size:]
    if inside[4:8] != b"cbor":
        return Part(kind=kind, label=label, parts=_parts(inside, depth - 1), value=None)
    values = [cbor(value) for value in _children(inside, b"cbor")]
    if len(values) != 1:
        raise Damaged("a box in the credentials holds more than one value")
    return Part(kind=kind, label=label, parts=(), value=values[0])


def _described(description: bytes) -> tuple[str, str]:
    """The kind and the label. A salt is allowed behind them: so nobody can try which of a few values an assertion has."""
    letters, ending, toggles = description[:4], description[4:16], description[16:17]
    label, is_ended, rest = description[17:].partition(b"\0")
    if ending != TYPE_ENDING or not is_ended or not letters.isalnum() or not label.isascii():
        raise Damaged("a box in the credentials does not say what it is")
    salts = tuple(len(salt) for salt in _children(rest, b"c2sh"))
    if (toggles[0], salts) not in {(HAS_LABEL, ()), (HAS_LABEL | HAS_SALT, (SALT,))}:
        raise Damaged("a box in the credentials has more about it than a name")
    return letters.decode("ascii"), label.decode("ascii")


def cbor(untrusted: bytes) -> Value:
    """The one value that CBOR says, in as few bytes as it can be said in; raises `Damaged`."""
    value, rest = _value(untrusted, DEEPEST)
    if rest:
        raise Damaged("a value in the credentials is followed by something else")
    return value


def _value(content: bytes, depth: int) -> tuple[Value, bytes]:
    """A value, and what follows it."""
    if depth == 0 or not content:
        raise Damaged("a value in the credentials is not whole, or too deep")
    kind = content[0] >> 5
    if kind == 7:
        return _simple(content[0] & 31), content[1:]
    number, rest = _number(content)
    if kind < 2:
        return (-1 - number if kind else number), rest
    if kind < 6:
        return (_string, _string, _list, _map)[kind - 2](kind, number, rest, depth)
    value, rest = _value(rest, depth - 1)
    return (number, value), rest


def _number(content: bytes) -> tuple[int, bytes]:
    short = content[0] & 31
    if short < 24:
        return short, content[1:]
    width = 1 << (short - 24)
    number = int.from_bytes(content[1 : 1 + width])
    least = 24 if width == 1 else 1 << (4 * width)
    if width > 8 or len(content) <= width or number < least:
        raise Damaged("a number in the credentials is written in more bytes than it needs, or fewer")
    return number, content[1 + width :]


def _simple(number: int) -> Value:
    values: dict[int, Value] = {20: False, 21: True, 22: None}
    if number not in values:
        raise Damaged("a value in the credentials is of a kind that has no place there")
    return values[number]


def _string(kind: int, length: int, rest: bytes, _depth: int) -> tuple[Value, bytes]:
    if length > len(rest):
        raise Damaged("a value in the credentials is not whole")
    try:
        return (rest[:length] if kind == 2 else rest[:length].decode("utf-8")), rest[length:]
    except UnicodeDecodeError as error:
        raise Damaged("a text in the credentials is none") from error


def _list(_kind: int, length: int, rest: bytes, depth: int) -> tuple[Value, bytes]:
    if length > len(rest):
        raise Damaged("a value in the credentials is not whole")
    values: list[Value] = []
    for _ in range(length):
        value, rest = _value(rest, depth - 1)
        values.append(value)
    return values, rest


def _map(_kind: int, length: int, rest: bytes, depth: int) -> tuple[Value, bytes]:
    if 2 * length > len(rest):
        raise Damaged("a value in the credentials is not whole")
    values: dict[str | int, Value] = {}
    for _ in range(length):
        key, rest = _value(rest, depth - 1)
        if not isinstance(key, str | int) or isinstance(key, bool) or key in values:
            raise Damaged("a key in the credentials is none, or comes twice")
        values[key], rest = _value(rest, depth - 1)
    return values, rest
