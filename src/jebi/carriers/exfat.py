"""Reads an exFAT volume (docs/formats/fat.md, "exFAT").

What is free is said by an allocation bitmap, which lies in clusters itself; the table is asked only what is bad.

Invariants: nothing but `Damaged` is raised, whatever the medium holds; a boot region is believed only under its
checksum; what contradicts itself is refused, and what is doubtful counts as used, for a mistake here lets somebody write over
a file. Nothing is written.
Peak: two bytes a cluster and two pieces of the medium.
"""

import struct
from itertools import islice

import numpy as np

from jebi.carriers.carrier import Medium
from jebi.carriers.volume import (
    FIRST_CLUSTER,
    RECORD,
    REPAIR,
    Flags,
    Kind,
    Layout,
    Place,
    Volume,
    chain,
    on_medium,
    read_exactly,
    require,
)
from jebi.errors import Damaged

MOST_CLUSTERS = 1 << 28  # FAT32 counts no further; an exFAT volume of 8 TiB in clusters of 32 KiB
LONGEST_SEARCH = 1 << 20  # bytes of an exFAT root looked through; every tool puts the bitmap among its first records
EXFAT_NAME = b"EXFAT   "
EXFAT_BOOT_SECTORS = 11  # before the sector that holds their checksum
EXFAT_VOLATILE = frozenset({106, 107, 112})  # flags and percent in use, which the checksum leaves out
EXFAT_LARGEST_CLUSTER_SHIFT = 25
EXFAT_BAD = 0xFFFFFFF7
BITMAP, END_OF_FOLDER = 0x81, 0x00


def read_exfat(medium: Medium, place: Place, boot: bytes) -> Volume:
    """The volume that this boot sector describes (Microsoft exFAT specification, section 3.1; the checksum of 3.4 must hold).

    Raises:
        Damaged: its numbers contradict each other, the medium, or the place; it has no bitmap, or a false one.
    """
    total, table_at, length, heap_at, count, root = struct.unpack_from("<QIIIII", boot, 72)
    flags, sector_shift, cluster_shift, tables = struct.unpack_from("<HBBB", boot, 106)
    require(not any(boot[11:64]) and 9 <= sector_shift <= 12)
    require(sector_shift + cluster_shift <= EXFAT_LARGEST_CLUSTER_SHIFT and 1 <= tables <= 2)
    sector, active = 1 << sector_shift, flags & 1
    require(sector >= place.sector_size)
    _check_boot_region(read_exactly(medium, place.start, (EXFAT_BOOT_SECTORS + 1) * sector), sector)
    require(active < tables and 1 <= count <= MOST_CLUSTERS)
    require(table_at >= 2 * (EXFAT_BOOT_SECTORS + 1) and table_at + tables * length <= heap_at)
    require(heap_at + (count << cluster_shift) <= total and total * sector <= place.room)
    layout = Layout(
        kind=Kind.EXFAT,
        table=place.start + (table_at + active * length) * sector,
        heap=place.start + heap_at * sector,
        cluster_size=sector << cluster_shift,
        cluster_count=count,
    )
    require(layout.table_length <= length * sector)
    read_exactly(medium, layout.table + layout.table_length - 1, 1)
    return Volume(
        layout=layout,
        start=place.start,
        size=min(total * sector, medium.size - place.start),
        sector_size=sector,
        free=on_medium(_free_by_bitmap(medium, layout, root, active), medium, layout),
        next_free=None,
        root=root,
        root_size=0,
    )


def _check_boot_region(region: bytes, sector_size: int) -> None:
    checked, written = region[: EXFAT_BOOT_SECTORS * sector_size], region[EXFAT_BOOT_SECTORS * sector_size :]
    total = 0
    for place, byte in enumerate(checked):
        if place not in EXFAT_VOLATILE:
            total = ((total >> 1 | total << 31) + byte) & 0xFFFFFFFF
    require(written == total.to_bytes(4, "little") * (sector_size // 4))


def _free_by_bitmap(medium: Medium, layout: Layout, root: int, which: int) -> Flags:
    """Free by the allocation bitmap, and not marked bad in the table."""
    first, length = _find_bitmap(medium, layout, root, which)
    needed = (layout.cluster_count + 7) // 8
    clusters = _bitmap_clusters(medium, layout, first, -(-needed // layout.cluster_size))
    if length < needed or len(clusters) * layout.cluster_size < needed:
        raise Damaged("the volume's allocation bitmap is too short", hint=REPAIR)
    bitmap = bytearray()
    for cluster in clusters:
        length = min(layout.cluster_size, needed - len(bitmap))
        bitmap += read_exactly(medium, layout.place_of(cluster), length)
    indexes = (cluster - FIRST_CLUSTER for cluster in (root, *clusters))
    if not all(bitmap[index // 8] >> index % 8 & 1 for index in indexes):
        raise Damaged("the volume's allocation bitmap calls itself or the root folder free", hint=REPAIR)
    free = np.unpackbits(np.frombuffer(bitmap, np.uint8), count=layout.cluster_count, bitorder="little")
    free ^= 1
    for begin, count in layout.pieces():
        is_good = layout.entries(medium, begin, count) != EXFAT_BAD
        skipped = max(FIRST_CLUSTER - begin, 0)
        free[begin + skipped - FIRST_CLUSTER : begin + count - FIRST_CLUSTER] &= is_good[skipped:]
    return free


def _find_bitmap(medium: Medium, layout: Layout, root: int, which: int) -> tuple[int, int]:
    """First cluster and length in bytes of bitmap number `which` (0, or 1 beside a second table)."""
    for searched, cluster in enumerate(chain(medium, layout, root)):
        length = min(layout.cluster_size, LONGEST_SEARCH - searched * layout.cluster_size)
        if length <= 0:
            break
        records = read_exactly(medium, layout.place_of(cluster), length)
        kinds, end, _ = records[::RECORD].partition(bytes([END_OF_FOLDER]))
        for place in (place for place, kind in enumerate(kinds) if kind == BITMAP):
            flags, first, length = struct.unpack_from("<B18xIQ", records, place * RECORD + 1)
            if flags & 1 == which:
                return first, length
        if end:
            break
    raise Damaged("the volume has no allocation bitmap where one should be", hint=REPAIR)


def _bitmap_clusters(medium: Medium, layout: Layout, first: int, count: int) -> list[int]:
    """Along the table, or side by side if the table says nothing of them, as some formatting tools leave it."""
    if first in layout and layout.entry(medium, first) == 0:
        return list(range(first, min(first + count, layout.cluster_count + FIRST_CLUSTER)))
    return list(islice(chain(medium, layout, first), count))
