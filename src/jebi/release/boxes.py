"""Boxes of an MP4 that goes out, walked to the last byte (ISO/IEC 14496-12, 4.2).

Invariants: the boxes of a stretch fill it exactly, or it is `Damaged`; nothing is read but heads. It judges no box.
Peak: a hundred bytes a box, of which there is a limit.
"""

import struct
from dataclasses import dataclass
from typing import Final, Protocol

from jebi.errors import Damaged

HEAD: Final = 8
LONG_HEAD: Final = 16
MOST_BOXES: Final = 4096  # in one parent; a fragment of an hour in pieces of two seconds has 1,800


class Source(Protocol):
    """Bytes that can be read anywhere. Never closed or written here."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def read_at(self, offset: int, length: int, /) -> bytes:
        """The bytes from `offset` on; fewer than `length` only at the end."""
        ...


@dataclass(frozen=True, slots=True)
class Bytes:
    """A source in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a source, as a source of its own."""

    whole: Source
    start: int
    size: int

    def read_at(self, offset: int, length: int) -> bytes:
        return self.whole.read_at(self.start + offset, max(0, min(length, self.size - offset)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Four letters, where the head and the payload start, and where it ends."""

    kind: bytes
    start: int
    payload: int
    stop: int

    @property
    def length(self) -> int:
        """Bytes of the payload."""
        return self.stop - self.payload

    @property
    def name(self) -> str:
        """The four letters, as they may be shown."""
        return "".join(chr(letter) if 0x20 < letter < 0x7F else f"\\x{letter:02x}" for letter in self.kind)


def boxes(source: Source, start: int, stop: int) -> tuple[list[Box], int]:
    """The boxes from `start` on, and how far they reach: to `stop`, or to the first thing that is no box in there."""
    found: list[Box] = []
    at = start
    while at < stop and len(found) < MOST_BOXES:
        box = _box_at(source, at, stop)
        if box is None:
            break
        found.append(box)
        at = box.stop
    return found, at


def read(source: Source, box: Box, most: int) -> bytes:
    """A box's payload; raises `Damaged` if it is longer than `most` bytes or not there."""
    if box.length > most:
        raise Damaged(f"the box {box.name} is longer than {most} bytes")
    content = source.read_at(box.payload, box.length)
    if len(content) != box.length:
        raise Damaged(f"the box {box.name} is cut off")
    return content


def _box_at(source: Source, at: int, stop: int) -> Box | None:
    head = source.read_at(at, min(LONG_HEAD, stop - at))
    if len(head) < HEAD:
        return None
    size, kind = struct.unpack_from(">I4s", head)
    length = LONG_HEAD if size == 1 else HEAD
    if size == 1 and len(head) == LONG_HEAD:
        size = int.from_bytes(head[HEAD:], "big")
    if size < length or at + size > stop:
        return None
    return Box(kind=kind, start=at, payload=at + length, stop=at + size)
