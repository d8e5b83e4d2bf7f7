"""What FAT12, FAT16, FAT32 and exFAT volumes have in common: clusters, the table that chains them, and the map of those that
are free (docs/formats/fat.md, "Both").

Invariants: nothing but `Damaged` is raised, whatever the medium holds; nothing is written; no walk goes in circles.
It never finds a volume nor judges its numbers: `jebi.carriers.partitions`, `fat` and `exfat` do.
Peak: two bytes a cluster, and a window of the table along a chain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from jebi.carriers.carrier import Medium
from jebi.errors import Damaged

PIECE = 1 << 22  # bytes of the medium looked at in one go
WINDOW = 1 << 12  # entries of a table read at once along a chain; even, since two FAT12 entries share three bytes
SMALLEST_SECTOR, LARGEST_SECTOR = 512, 4096
FIRST_CLUSTER = 2  # entries 0 and 1 of every table mean something else
RECORD = 32  # bytes of every entry of a folder, in all four kinds
SIGNATURE = b"\x55\xaa"
REPAIR = "copy off what is on it and format it again"

Numbers = NDArray[np.uint32]
Flags = NDArray[np.uint8]


class Kind(StrEnum):
    """Which file system it is."""

    FAT12 = "FAT12"
    FAT16 = "FAT16"
    FAT32 = "FAT32"
    EXFAT = "exFAT"


END_OF_CHAIN = {Kind.FAT12: 0xFF8, Kind.FAT16: 0xFFF8, Kind.FAT32: 0x0FFFFFF8, Kind.EXFAT: 0xFFFFFFF8}
ENTRY_BITS = {Kind.FAT12: 12, Kind.FAT16: 16, Kind.FAT32: 32, Kind.EXFAT: 32}


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where a volume's clusters lie, and the file allocation table that counts, if there are several.

    Args:
        kind: which file system.
        table: where the table begins on the medium, in bytes.
        heap: where cluster number 2 begins on the medium, in bytes.
        cluster_size: in bytes.
        cluster_count: how many clusters the volume says to have.
    """

    kind: Kind
    table: int
    heap: int
    cluster_size: int
    cluster_count: int

    def __contains__(self, cluster: int) -> bool:
        return FIRST_CLUSTER <= cluster < FIRST_CLUSTER + self.cluster_count

    def place_of(self, cluster: int) -> int:
        """Where cluster number `cluster` begins on the medium, in bytes."""
        return self.heap + (cluster - FIRST_CLUSTER) * self.cluster_size

    @property
    def table_length(self) -> int:
        """Bytes of the table in use, those of the two entries that stand for no cluster included."""
        return ((self.cluster_count + FIRST_CLUSTER) * ENTRY_BITS[self.kind] + 7) // 8

    def entry(self, medium: Medium, cluster: int) -> int:
        """What the table says of one cluster."""
        return int(self.entries(medium, cluster - cluster % 2, cluster % 2 + 1)[-1])

    def entries(self, medium: Medium, first: int, count: int) -> Numbers:
        """Entries `first` (even) to `first + count` (not included), in the width that counts."""
        bits = ENTRY_BITS[self.kind]
        raw = read_exactly(medium, self.table + first * bits // 8, (count * bits + 7) // 8)
        if self.kind is Kind.FAT12:
            return _unpack_twelve(raw)[:count]
        if self.kind is Kind.FAT16:
            return np.frombuffer(raw, "<u2").astype(np.uint32)
        numbers = np.frombuffer(raw, "<u4").astype(np.uint32, copy=False)
        return numbers & np.uint32(0x0FFFFFFF) if self.kind is Kind.FAT32 else numbers

    def pieces(self) -> Iterator[tuple[int, int]]:
        """The table's entries, first ones and counts, in pieces of bounded size."""
        whole, step = self.cluster_count + FIRST_CLUSTER, PIECE // 4
        yield from ((first, min(step, whole - first)) for first in range(0, whole, step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a volume may be.

    Args:
        start: in bytes.
        room: how many bytes it may claim.
        sector_size: of the table that says so, in bytes; no volume has smaller sectors than the device it is on.
        is_system: whether it is meant for a machine's own start.
    """

    start: int
    room: int
    sector_size: int
    is_system: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A volume whose numbers fit each other and the medium. All offsets count from the medium's first byte.

    Args:
        layout: where tables and clusters lie.
        start: where the volume begins, in bytes.
        size: its length in bytes, cut where the medium ends.
        sector_size: in bytes.
        free: one byte a cluster, from cluster 2 on; 1 where it is free, not marked bad, and wholly on the medium.
        next_free: index into `free` where the operating system said it would look next; None where it says nothing.
        root: first cluster of the root folder; 0 on FAT12 and FAT16, whose root ends where the heap begins.
        root_size: bytes of that root before the heap; 0 on FAT32 and exFAT.
    """

    layout: Layout
    start: int
    size: int
    sector_size: int
    free: bytes = field(repr=False)
    next_free: int | None
    root: int
    root_size: int

    @property
    def kind(self) -> Kind:
        return self.layout.kind

    @property
    def heap(self) -> int:
        """Where cluster number 2 begins on the medium, in bytes."""
        return self.layout.heap

    @property
    def cluster_size(self) -> int:
        """In bytes."""
        return self.layout.cluster_size

    @property
    def cluster_count(self) -> int:
        return self.layout.cluster_count

    def offset_of(self, index: int) -> int:
        """Where the cluster at `index` of `free` begins on the medium, in bytes."""
        if not 0 <= index < self.cluster_count:
            raise ValueError("there is no such cluster")
        return self.heap + index * self.cluster_size


def chain(medium: Medium, layout: Layout, first: int) -> Iterator[int]:
    """The clusters of a file or folder, from `first` to the end of its chain. Memory: one window of the table.

    Raises:
        Damaged: the chain leaves the volume, runs into a free or bad cluster, or goes in circles (Brent's algorithm:
            a chain of n clusters is left after fewer than 3n steps).
    """
    window, window_start = np.zeros(0, np.uint32), -WINDOW
    cluster, mark, steps, lap = first, first, 0, 1
    while cluster in layout:
        yield cluster
        if not window_start <= cluster < window_start + WINDOW:
            window_start = cluster - cluster % WINDOW
            count = min(WINDOW, layout.cluster_count + FIRST_CLUSTER - window_start)
            window = layout.entries(medium, window_start, count)
        cluster = int(window[cluster - window_start])
        if cluster >= END_OF_CHAIN[layout.kind]:
            return
        if cluster == mark:
            raise Damaged("a file's chain of clusters goes in circles", hint=REPAIR)
        steps += 1
        if steps == lap:
            mark, steps, lap = cluster, 0, lap * 2
    raise Damaged("a file's chain of clusters leads nowhere", hint=REPAIR)


def read_exactly(medium: Medium, offset: int, length: int) -> bytes:
    """Bytes of the medium; raises `Damaged` if it ends before."""
    content = medium.read_at(offset, length) if offset <= medium.size else b""
    if len(content) != length:
        raise Damaged(
            "the medium ends before something that the volume says is there",
            hint="copy the whole stick, not a part of it",
        )
    return content


def require(fits: bool) -> None:  # noqa: FBT001 -- it is the only argument
    """Raises `Damaged` for a boot sector whose numbers do not fit each other or the medium."""
    if not fits:
        raise Damaged("the volume's boot sector contradicts itself or the medium", hint=REPAIR)


def on_medium(free: Flags, medium: Medium, layout: Layout) -> bytes:
    """The map of what is free, as far as it is there.

    A stick that lies about its size, or a copy that was cut off, has no free clusters beyond its end.
    """
    free[max(0, medium.size - layout.heap) // layout.cluster_size :] = 0
    return free.tobytes()


def _unpack_twelve(raw: bytes) -> Numbers:
    """Three bytes hold two entries, the first one in the low bits."""
    triples = np.frombuffer(raw + bytes(-len(raw) % 3), np.uint8).reshape(-1, 3).astype(np.uint32)
    low, middle, high = triples[:, 0], triples[:, 1], triples[:, 2]
    return np.stack([low | (middle & 0x0F) << 8, middle >> 4 | high << 4], axis=1).reshape(-1)
