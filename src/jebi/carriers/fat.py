"""The free map of a FAT12, FAT16, FAT32 or exFAT volume (docs/formats/fat.md).

What a stick says about itself is believed only where every number fits every other and the medium. A mistake here lets
somebody write over a file, so whatever contradicts itself is refused, and what is doubtful counts as used.

Invariants: nothing but `Damaged` is raised, whatever the medium holds; nothing is written; no walk goes in circles.
Peak: two bytes a cluster and two pieces of the medium; a 64 GB stick of two million clusters takes about 12 MB.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from jebi.carriers.carrier import Medium
from jebi.errors import Damaged

MOST_CLUSTERS = 1 << 28  # FAT32 counts no further; an exFAT volume of 8 TiB in clusters of 32 KiB
LONGEST_SEARCH = 1 << 20  # bytes of an exFAT root looked through; every tool puts the bitmap among its first records
MOST_PARTITIONS = 128  # what a GPT holds as every tool writes it
LONGEST_GPT = 1 << 17  # bytes of a GPT's entries: eight times what every tool writes
MOST_TRIED = 4  # places that begin like a volume; a table of many that fail late would keep us busy for minutes
PIECE = 1 << 22  # bytes of the medium looked at in one go
WINDOW = 1 << 12  # entries of a table read at once along a chain; even, since two FAT12 entries share three bytes
SMALLEST_SECTOR, LARGEST_SECTOR = 512, 4096
MOST_TABLES = 2  # fsck.fat takes no more
FEWEST_FAT16 = 4085  # Microsoft FAT specification 1.03, "FAT Type Determination"
FEWEST_FAT32 = 65525
MOST_FAT32 = 0x0FFFFFF5
FIRST_CLUSTER = 2  # entries 0 and 1 of every table mean something else
SIGNATURE = b"\x55\xaa"
JUMPS = frozenset({0xEB, 0xE9})
EXFAT_NAME = b"EXFAT   "
EXFAT_BOOT_SECTORS = 11  # before the sector that holds their checksum
EXFAT_VOLATILE = frozenset({106, 107, 112})  # flags and percent in use, which the checksum leaves out
EXFAT_LARGEST_CLUSTER_SHIFT = 25
EXFAT_BAD = 0xFFFFFFF7
BITMAP, END_OF_FOLDER = 0x81, 0x00
RECORD = 32  # bytes of every entry of a folder, in all four kinds
GPT_NAME = b"EFI PART"
GPT_PROTECTS = 0xEE
SYSTEM_PARTITION = 0xEF
EXTENDED = frozenset({0x05, 0x0F, 0x85})  # tables of further partitions, which sticks do not have
SYSTEM_GUID = bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b")
NO_END = 1 << 63

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


WHOLE_MEDIUM = Place(start=0, room=NO_END, sector_size=SMALLEST_SECTOR, is_system=False)


def read_volume(medium: Medium) -> Volume:
    """The first FAT or exFAT volume: in a partition if there are any, else over the whole medium.

    Partitioning tools leave the boot code of an older volume in sector 0 as it was. Whoever believed that volume's old
    table would write over the partitions; formatting a whole stick wipes its partition table.

    Raises:
        Damaged: there is none, or its numbers contradict each other or the medium.
    """
    places = [place for place in _places(medium) if _begins_here(medium, place)]
    reasons = [Damaged("there is no FAT or exFAT volume here", hint="pick another stick, or format this one")]
    for place in places[:MOST_TRIED]:
        try:
            return _parse(medium, place)
        except Damaged as reason:
            reasons.append(reason)
    raise reasons[-1]


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


def _begins_here(medium: Medium, place: Place) -> bool:
    """Whether there is a boot sector, and one of ours: NTFS says to have no reserved sectors and no tables."""
    boot = medium.read_at(place.start, SMALLEST_SECTOR) if place.start < medium.size else b""
    is_boot = len(boot) == SMALLEST_SECTOR and boot.endswith(SIGNATURE) and boot[0] in JUMPS
    return is_boot and (boot[3:11] == EXFAT_NAME or (any(boot[14:16]) and boot[16] != 0))


def _parse(medium: Medium, place: Place) -> Volume:
    boot = read_exactly(medium, place.start, SMALLEST_SECTOR)
    return _parse_exfat(medium, place, boot) if boot[3:11] == EXFAT_NAME else _parse_fat(medium, place, boot)


def _parse_fat(medium: Medium, place: Place, boot: bytes) -> Volume:
    """Microsoft FAT specification 1.03, "Boot Sector and BPB"."""
    sector, per_cluster, reserved, tables, root_entries, total, media, length = struct.unpack_from(
        "<HBHBHHBH", boot, 11
    )
    is_wide = length == 0  # only FAT32 has the length of its tables further back
    far_total, far_length = struct.unpack_from("<II", boot, 32)
    total, length, root_size = total or far_total, length or far_length, root_entries * RECORD
    _check(_is_power_of_two(sector) and place.sector_size <= sector <= LARGEST_SECTOR)
    _check(_is_power_of_two(per_cluster) and tables <= MOST_TABLES and root_size % sector == 0)
    _check((media == 0xF0 or media >= 0xF8) and total * sector <= place.room)
    before_heap = reserved + tables * length + root_size // sector
    count = (total - before_heap) // per_cluster
    # The specification goes by the count, systems by the layout; where the two disagree nobody knows what is free.
    _check(is_wide == (_kind(count) is Kind.FAT32) == (root_size == 0))
    root, hint, active = _parse_wide(boot, reserved) if is_wide else (0, 0, 0)
    layout = Layout(
        kind=_kind(count),
        table=place.start + (reserved + active * length) * sector,
        heap=place.start + before_heap * sector,
        cluster_size=per_cluster * sector,
        cluster_count=count,
    )
    _check(active < tables and 1 <= count <= MOST_FAT32 and layout.table_length <= length * sector)
    _check_table(medium, layout, root, media)
    return Volume(
        layout=layout,
        start=place.start,
        size=min(total * sector, medium.size - place.start),
        sector_size=sector,
        free=_on_medium(_free_by_table(medium, layout), medium, layout),
        next_free=_next_free(medium, place.start + hint * sector, count) if hint else None,
        root=root,
        root_size=root_size,
    )


def _parse_wide(boot: bytes, reserved: int) -> tuple[int, int, int]:
    """What only FAT32 has: first cluster of the root, sector of the hint or 0, number of the table that counts."""
    flags, version, root, hint = struct.unpack_from("<HHIH", boot, 40)
    _check(version == 0)
    return root, hint if hint < reserved else 0, flags & 0x0F if flags & 0x80 else 0


def _check_table(medium: Medium, layout: Layout, root: int, media: int) -> None:
    """Cheap proofs that the table is where the boot sector says: its last byte, its first one, the root's entry."""
    read_exactly(medium, layout.table + layout.table_length - 1, 1)
    _check(read_exactly(medium, layout.table, 1)[0] == media)
    _check(layout.kind is not Kind.FAT32 or (root in layout and layout.entry(medium, root) >= FIRST_CLUSTER))


def _parse_exfat(medium: Medium, place: Place, boot: bytes) -> Volume:
    """Microsoft exFAT specification, section 3.1; the checksum of section 3.4 must hold."""
    total, table_at, length, heap_at, count, root = struct.unpack_from("<QIIIII", boot, 72)
    flags, sector_shift, cluster_shift, tables = struct.unpack_from("<HBBB", boot, 106)
    _check(not any(boot[11:64]) and 9 <= sector_shift <= 12)
    _check(sector_shift + cluster_shift <= EXFAT_LARGEST_CLUSTER_SHIFT and 1 <= tables <= 2)
    sector, active = 1 << sector_shift, flags & 1
    _check(sector >= place.sector_size)
    _check_boot_region(read_exactly(medium, place.start, (EXFAT_BOOT_SECTORS + 1) * sector), sector)
    _check(active < tables and 1 <= count <= MOST_CLUSTERS)
    _check(table_at >= 2 * (EXFAT_BOOT_SECTORS + 1) and table_at + tables * length <= heap_at)
    _check(heap_at + (count << cluster_shift) <= total and total * sector <= place.room)
    layout = Layout(
        kind=Kind.EXFAT,
        table=place.start + (table_at + active * length) * sector,
        heap=place.start + heap_at * sector,
        cluster_size=sector << cluster_shift,
        cluster_count=count,
    )
    _check(layout.table_length <= length * sector)
    read_exactly(medium, layout.table + layout.table_length - 1, 1)
    return Volume(
        layout=layout,
        start=place.start,
        size=min(total * sector, medium.size - place.start),
        sector_size=sector,
        free=_on_medium(_free_by_bitmap(medium, layout, root, active), medium, layout),
        next_free=None,
        root=root,
        root_size=0,
    )


def _check(fits: bool) -> None:  # noqa: FBT001 -- it is the only argument
    if not fits:
        raise Damaged("the volume's boot sector contradicts itself or the medium", hint=REPAIR)


def _is_power_of_two(number: int) -> bool:
    return number > 0 and number & (number - 1) == 0


def _kind(cluster_count: int) -> Kind:
    if cluster_count < FEWEST_FAT16:
        return Kind.FAT12
    return Kind.FAT16 if cluster_count < FEWEST_FAT32 else Kind.FAT32


def _unpack_twelve(raw: bytes) -> Numbers:
    """Three bytes hold two entries, the first one in the low bits."""
    triples = np.frombuffer(raw + bytes(-len(raw) % 3), np.uint8).reshape(-1, 3).astype(np.uint32)
    low, middle, high = triples[:, 0], triples[:, 1], triples[:, 2]
    return np.stack([low | (middle & 0x0F) << 8, middle >> 4 | high << 4], axis=1).reshape(-1)


def _pieces(layout: Layout) -> Iterator[tuple[int, int]]:
    """The table's entries, first ones and counts, in pieces of bounded size."""
    whole, step = layout.cluster_count + FIRST_CLUSTER, PIECE // 4
    yield from ((first, min(step, whole - first)) for first in range(0, whole, step))


def _free_by_table(medium: Medium, layout: Layout) -> Flags:
    free = np.zeros(layout.cluster_count + FIRST_CLUSTER, np.uint8)
    for first, count in _pieces(layout):
        free[first : first + count] = layout.entries(medium, first, count) == 0
    return free[FIRST_CLUSTER:]


def _on_medium(free: Flags, medium: Medium, layout: Layout) -> bytes:
    """A stick that lies about its size, or a copy that was cut off, has no free clusters beyond its end."""
    free[max(0, medium.size - layout.heap) // layout.cluster_size :] = 0
    return free.tobytes()


def _next_free(medium: Medium, offset: int, cluster_count: int) -> int | None:
    """The hint in the FSInfo sector, if it is one."""
    raw = read_exactly(medium, offset, SMALLEST_SECTOR)
    is_hint = raw.startswith(b"RRaA") and raw[484:488] == b"rrAa" and raw[508:] == b"\0\0" + SIGNATURE
    index = int.from_bytes(raw[492:496], "little") - FIRST_CLUSTER
    return index if is_hint and 0 <= index < cluster_count else None


def _check_boot_region(region: bytes, sector_size: int) -> None:
    checked, written = region[: EXFAT_BOOT_SECTORS * sector_size], region[EXFAT_BOOT_SECTORS * sector_size :]
    total = 0
    for place, byte in enumerate(checked):
        if place not in EXFAT_VOLATILE:
            total = ((total >> 1 | total << 31) + byte) & 0xFFFFFFFF
    _check(written == total.to_bytes(4, "little") * (sector_size // 4))


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
    for begin, count in _pieces(layout):
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


def _places(medium: Medium) -> list[Place]:
    """The partitions that MBR or GPT name, those for a machine's own start last; the whole medium if none is named."""
    boot = medium.read_at(0, SMALLEST_SECTOR)
    rows = list(struct.iter_unpack("<B3xB3xII", boot[446:510])) if len(boot) == SMALLEST_SECTOR else []
    named = [(kind, first, count) for _, kind, first, count in rows if kind and first and count]
    if not named or not boot.endswith(SIGNATURE) or any(status not in {0x00, 0x80} for status, *_ in rows):
        return [WHOLE_MEDIUM]
    places = []
    for sector in (SMALLEST_SECTOR, LARGEST_SECTOR):  # an MBR does not say which one it counts in
        for kind, first, count in named:
            if kind == GPT_PROTECTS:
                places += _gpt(medium, sector)
            elif kind not in EXTENDED:
                places.append(_place(first, count, sector, is_system=kind == SYSTEM_PARTITION))
    return sorted(places, key=lambda place: place.is_system)


def _gpt(medium: Medium, sector_size: int) -> list[Place]:
    """UEFI specification 2.10, section 5.3; both checksums must hold. Empty if there is none."""
    head = medium.read_at(sector_size, SMALLEST_SECTOR)
    if len(head) < SMALLEST_SECTOR or not head.startswith(GPT_NAME):
        return []
    head_length, head_sum = struct.unpack_from("<II", head, 12)
    at, count, step, rows_sum = struct.unpack_from("<QIII", head, 72)
    if not 92 <= head_length <= SMALLEST_SECTOR or step < 128 or step % 128 or count * step > LONGEST_GPT:
        return []
    rows = medium.read_at(at * sector_size, count * step) if at * sector_size < medium.size else b""
    if zlib.crc32(head[:16] + bytes(4) + head[20:head_length]) != head_sum or zlib.crc32(rows) != rows_sum:
        return []
    places = []
    for row in range(0, min(len(rows), MOST_PARTITIONS * step), step):
        first, last = struct.unpack_from("<QQ", rows, row + 32)
        if any(rows[row : row + 16]) and 0 < first <= last:
            is_system = rows[row : row + 16] == SYSTEM_GUID
            places.append(_place(first, last - first + 1, sector_size, is_system=is_system))
    return places


def _place(first: int, count: int, sector_size: int, *, is_system: bool) -> Place:
    start, room = first * sector_size, count * sector_size
    return Place(start=start, room=room, sector_size=sector_size, is_system=is_system)
