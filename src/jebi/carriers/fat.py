"""Reads a FAT12, FAT16 or FAT32 volume (docs/formats/fat.md, "FAT12, FAT16, FAT32").

Which of the three it is goes by the count of clusters; what is free, by the table.

Invariants: nothing but `Damaged` is raised, whatever the medium holds; what contradicts itself is refused, and
what is doubtful counts as used, for a mistake here lets somebody write over a file. Nothing is written.
Peak: two bytes a cluster and two pieces of the medium.
"""

import struct

import numpy as np

from jebi.carriers.carrier import Medium
from jebi.carriers.volume import (
    FIRST_CLUSTER,
    LARGEST_SECTOR,
    RECORD,
    SIGNATURE,
    SMALLEST_SECTOR,
    Flags,
    Kind,
    Layout,
    Place,
    Volume,
    on_medium,
    read_exactly,
    require,
)

MOST_TABLES = 2  # fsck.fat takes no more
FEWEST_FAT16 = 4085  # Microsoft FAT specification 1.03, "FAT Type Determination"
FEWEST_FAT32 = 65525
MOST_FAT32 = 0x0FFFFFF5


def read_fat(medium: Medium, place: Place, boot: bytes) -> Volume:
    """The volume that this boot sector describes (Microsoft FAT specification 1.03, "Boot Sector and BPB").

    Raises:
        Damaged: its numbers contradict each other, the medium, or the place.
    """
    sector, per_cluster, reserved, tables, root_entries, total, media, length = struct.unpack_from(
        "<HBHBHHBH", boot, 11
    )
    is_wide = length == 0  # only FAT32 has the length of its tables further back
    far_total, far_length = struct.unpack_from("<II", boot, 32)
    total, length, root_size = total or far_total, length or far_length, root_entries * RECORD
    require(_is_power_of_two(sector) and place.sector_size <= sector <= LARGEST_SECTOR)
    require(_is_power_of_two(per_cluster) and tables <= MOST_TABLES and root_size % sector == 0)
    require((media == 0xF0 or media >= 0xF8) and total * sector <= place.room)
    before_heap = reserved + tables * length + root_size // sector
    count = (total - before_heap) // per_cluster
    # The specification goes by the count, systems by the layout; where the two disagree nobody knows what is free.
    require(is_wide == (_kind(count) is Kind.FAT32) == (root_size == 0))
    root, hint, active = _parse_wide(boot, reserved) if is_wide else (0, 0, 0)
    layout = Layout(
        kind=_kind(count),
        table=place.start + (reserved + active * length) * sector,
        heap=place.start + before_heap * sector,
        cluster_size=per_cluster * sector,
        cluster_count=count,
    )
    require(active < tables and 1 <= count <= MOST_FAT32 and layout.table_length <= length * sector)
    _check_table(medium, layout, root, media)
    return Volume(
        layout=layout,
        start=place.start,
        size=min(total * sector, medium.size - place.start),
        sector_size=sector,
        free=on_medium(_free_by_table(medium, layout), medium, layout),
        next_free=_next_free(medium, place.start + hint * sector, count) if hint else None,
        root=root,
        root_size=root_size,
    )


def _parse_wide(boot: bytes, reserved: int) -> tuple[int, int, int]:
    """What only FAT32 has: first cluster of the root, sector of the hint or 0, number of the table that counts."""
    flags, version, root, hint = struct.unpack_from("<HHIH", boot, 40)
    require(version == 0)
    return root, hint if hint < reserved else 0, flags & 0x0F if flags & 0x80 else 0


def _check_table(medium: Medium, layout: Layout, root: int, media: int) -> None:
    """Cheap proofs that the table is where the boot sector says: its last byte, its first one, the root's entry."""
    read_exactly(medium, layout.table + layout.table_length - 1, 1)
    require(read_exactly(medium, layout.table, 1)[0] == media)
    require(layout.kind is not Kind.FAT32 or (root in layout and layout.entry(medium, root) >= FIRST_CLUSTER))


def _is_power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0


def _kind(cluster_count: int) -> Kind:
    if cluster_count < FEWEST_FAT16:
        return Kind.FAT12
    return Kind.FAT16 if cluster_count < FEWEST_FAT32 else Kind.FAT32


def _free_by_table(medium: Medium, layout: Layout) -> Flags:
    free = np.zeros(layout.cluster_count + FIRST_CLUSTER, np.uint8)
    for first, count in layout.pieces():
        free[first : first + count] = layout.entries(medium, first, count) == 0
    return free[FIRST_CLUSTER:]


def _next_free(medium: Medium, offset: int, cluster_count: int) -> int | None:
    """The hint in the FSInfo sector, if it is one."""
    raw = read_exactly(medium, offset, SMALLEST_SECTOR)
    is_hint = raw.startswith(b"RRaA") and raw[484:488] == b"rrAa" and raw[508:] == b"\0\0" + SIGNATURE
    index = int.from_bytes(raw[492:496], "little") - FIRST_CLUSTER
    return index if is_hint and 0 <= index < cluster_count else None
