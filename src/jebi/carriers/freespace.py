"""Slots in the free clusters of FAT12, FAT16, FAT32 and exFAT (docs/formats/carriers.md, "Free space").

Its promise: a stick that was filled with noise before it ever left, and is looked at once through the normal interface,
does not show that some of the noise was replaced. It does not explain the noise, does not survive two looks at the same
stick, and what the flash chip keeps below its interface is out of reach.

Invariants: directories, tables, bitmaps, times and every used cluster stay byte-identical; slots lie only in runs of
free clusters, pseudorandomly over the free area and, while there is room, away from where the system writes next.
"""

import hashlib
from collections.abc import Iterator

from jebi.carriers.carrier import Grid, Medium, Placements
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT
from jebi.carriers.volume import Volume
from jebi.errors import NoRoom

SPARED = 4  # a quarter of the free cells, those that the system fills first, is used last
FINEST = 4096  # smaller clusters are searched at their own size; larger ones also at this, for re-made file systems


class FreeSpaceCarrier:
    """Lays slots into free space."""

    def capacity(self, medium: Medium) -> int:
        return len(free_cells(read_volume(medium)))

    def place(self, medium: Medium, count: int, dice: bytes) -> Placements:
        volume = read_volume(medium)
        cells = free_cells(volume)
        if count > len(cells):
            raise NoRoom(
                f"the stick has room for {len(cells) * SLOT / 1e6:.0f} MB in its free space, "
                f"and {count * SLOT / 1e6:.0f} MB are wanted",
                hint="take a larger stick, more sticks, or delete files and prepare it anew",
            )
        chosen = _choose(_from_next_free(volume, cells), count, dice)
        return Placements(offsets=chosen, size=medium.size)

    def grids(self, medium: Medium) -> Iterator[Grid]:
        """All of the cluster area, used or not: a file may since lie over some slots and not over others."""
        volume = read_volume(medium)
        step = min(volume.cluster_size, FINEST)
        stop = min(volume.heap + volume.cluster_count * volume.cluster_size, medium.size)
        yield Grid(start=volume.heap, stop=stop, step=step)


def free_cells(volume: Volume) -> list[int]:
    """Offsets on the medium of the slot-sized cells, counted from the first cluster, whose clusters are all free."""
    if volume.cluster_size >= SLOT:
        many = volume.cluster_size // SLOT
        offsets = (volume.offset_of(i) for i, is_free in enumerate(volume.free) if is_free)
        return [offset + j * SLOT for offset in offsets for j in range(many)]
    clusters = SLOT // volume.cluster_size
    wanted = b"\1" * clusters
    starts = range(0, len(volume.free) - clusters + 1, clusters)
    return [volume.offset_of(i) for i in starts if volume.free[i : i + clusters] == wanted]


def _from_next_free(volume: Volume, cells: list[int]) -> list[int]:
    """The cells in the order in which the system will fill them. Linux and Windows go on after the last used one."""
    if volume.next_free is not None:
        pointer = volume.offset_of(volume.next_free)
    else:  # no pointer is stored; the end of what is used is the best guess
        pointer = volume.offset_of(max(volume.free.rfind(b"\0"), 0))
    after = next((i for i, cell in enumerate(cells) if cell >= pointer), 0)
    return cells[after:] + cells[:after]


def _choose(cells: list[int], count: int, dice: bytes) -> list[int]:
    """`count` cells in pseudorandom order, those the system fills soon only if the others do not suffice."""
    soon = len(cells) // SPARED
    late = _shuffled(cells[soon:], dice)
    if count > len(late):
        late += _shuffled(cells[:soon], dice)
    return late[:count]


def _shuffled(cells: list[int], dice: bytes) -> list[int]:
    """Order by a keyed hash of the offset: without the dice, one order is as likely as another."""
    return sorted(cells, key=lambda cell: hashlib.blake2b(cell.to_bytes(8, "big"), key=dice, digest_size=16).digest())
