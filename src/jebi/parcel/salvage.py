"""What can be had of a parcel with holes in it: which clips, and which of their bytes (docs/formats/seal.md, "Salvage").

Works on the opened archive in which holes read as zeros, and on the list of the holes. A clip is found by its head; a
head that lies in a hole costs its clip's name, not the clips after it.

Invariants: every byte that is offered authenticated under the seal; which bytes do not, the map says. Whether the whole
is what was signed cannot be known, and is never claimed.
"""

import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from jebi.errors import Damaged
from jebi.parcel.manifest import CLIPS
from jebi.parcel.safename import SafeName
from jebi.parcel.stream import Chained, Gap
from jebi.parcel.tar import BLOCK, LARGEST_FILE, LONGEST_RECORDS, Member, Reader

ReadAt = Callable[[int, int], bytes]
HEADS = 2 * BLOCK + LONGEST_RECORDS + BLOCK  # a pax head, its records, and the file's own head
STRIDE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SalvagedClip:
    """A clip in the opened archive: its safe name, where its bytes begin, how many there are, and which are holes."""

    name: SafeName
    offset: int
    size: int
    missing: tuple[Gap, ...]


def find_clips(read_at: ReadAt, length: int, gaps: Sequence[Gap]) -> Iterator[SalvagedClip]:
    """Every clip whose head survived, in order."""
    offset = 0
    while (head := _next_head(read_at, length, offset)) is not None:
        member, start = head
        offset = start + member.size + member.padding
        if member.name.text.startswith(CLIPS):
            size = min(member.size, max(0, length - start))
            name = SafeName(member.name.text.removeprefix(CLIPS))
            missing = tuple(within(gaps, start, size))
            if size < member.size:
                missing = (*missing, Gap(start=size, length=member.size - size))
            yield SalvagedClip(name=name, offset=start, size=size, missing=missing)


def within(gaps: Sequence[Gap], start: int, size: int) -> Iterator[Gap]:
    """The parts of some gaps that lie in a stretch, counted from its start."""
    for gap in gaps:
        first, last = max(gap.start, start), min(gap.start + gap.length, start + size)
        if first < last:
            yield Gap(start=first - start, length=last - first)


def _next_head(read_at: ReadAt, length: int, offset: int) -> tuple[Member, int] | None:
    """The next readable head at or after an offset, and where its file's bytes begin."""
    for start in range(offset, length, STRIDE):
        stretch = read_at(start, STRIDE + HEADS)
        for at in range(0, min(STRIDE, length - start), BLOCK):
            if stretch[at + 257 : at + 262] != b"ustar":
                continue
            found = _head(stretch[at : at + HEADS])
            if found is not None:
                return found[0], start + at + found[1]
    return None


def _head(stretch: bytes) -> tuple[Member, int] | None:
    """A member and the length of its head, if these bytes begin with one."""
    try:
        first = tarfile.TarInfo.frombuf(stretch[:BLOCK], "utf-8", "strict")
        member = next(iter(Reader(Chained([stretch + bytes(BLOCK)]))))
    except (tarfile.HeaderError, ValueError, Damaged, StopIteration):
        return None
    records = BLOCK + -(-first.size // BLOCK) * BLOCK if first.type == tarfile.XHDTYPE else 0
    return (member, records + BLOCK) if member.size <= LARGEST_FILE else None
