"""Small FAT and exFAT volumes, the same on every machine and every day, for the campaign to break.

Written after Microsoft's specifications and not with jebi; that real tools' volumes are read is tested elsewhere
(`tests/carriers`). Only the beginning of a volume is kept, up to the last byte that is not zero.
"""

import struct
import zlib
from dataclasses import dataclass

SECTOR = 512
RECORD = 32
NAME = "장마당에서 찍은 것.mov"


class Stick:
    """A medium whose first bytes are at hand, and whose others are all the same."""

    def __init__(self, content: bytes, size: int, filler: bytes = b"\0") -> None:
        self.content, self.size, self.filler = content, size, filler

    def read_at(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length >= 0
        stop = min(offset + length, self.size)
        return self.content[offset:stop].ljust(max(0, stop - offset), self.filler)

    def __repr__(self) -> str:
        return f"Stick(size={self.size}, content={self.content.hex()})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A volume's beginning, its whole length, and where in it fields, table entries and records of folders stand."""

    content: bytes
    size: int
    fields: tuple[tuple[int, int], ...]
    records: tuple[tuple[int, int], ...]
    table: tuple[int, int]


def fat(clusters: int, *, tables: int = 1) -> Image:
    """A FAT volume; which of the three it is follows from the number of clusters. Clusters have 512 bytes."""
    bits = 12 if clusters < 4085 else 16 if clusters < 65525 else 32
    is_wide = bits == 32
    reserved, length = (
        (8, -(-(clusters + 2) * 4 // SECTOR)) if is_wide else (1, -(-(clusters + 2) * bits // 8 // SECTOR))
    )
    length += 1
    root_sectors = 0 if is_wide else 4
    before = reserved + tables * length + root_sectors
    total = before + clusters
    boot = bytearray(SECTOR)
    boot[:11] = b"\xeb\x58\x90mkfs.fat"
    small = total if total < 65536 and not is_wide else 0
    struct.pack_into(
        "<HBHBHHBH", boot, 11, SECTOR, 1, reserved, tables, root_sectors * 16, small, 0xF8, 0 if is_wide else length
    )
    struct.pack_into("<II", boot, 32, 0 if small else total, length if is_wide else 0)
    if is_wide:
        struct.pack_into("<HHIH", boot, 40, 0, 0, 2, 1)
    boot[510:] = b"\x55\xaa"
    # 2: the root on FAT32; 3: the folder CLIPS; 4, 5, 6: a file; 7: another; 8: what was deleted
    end = {12: 0xFFF, 16: 0xFFFF, 32: 0x0FFFFFFF}[bits]
    chain = [end & ~7, end, end, end, 5, 6, end, end]
    table = _table(chain, bits).ljust(length * SECTOR, b"\0")
    info = bytearray(SECTOR)
    info[:4], info[484:488], info[508:] = b"RRaA", b"rrAa", b"\0\0\x55\xaa"
    struct.pack_into("<II", info, 488, clusters - 6, 9)
    root, folder = _fat_root(), _fat_folder()
    head = bytes(boot) + (bytes(info) if is_wide else b"")
    head = head.ljust(reserved * SECTOR, b"\0") + table * tables
    heap = before * SECTOR
    root_at = heap if is_wide else heap - root_sectors * SECTOR
    content = (head + root).ljust(heap if not is_wide else heap + SECTOR, b"\0")
    content = content.ljust(heap + SECTOR, b"\0") + folder.ljust(SECTOR, b"\0") + b"pictures" * 300
    fields = (
        (11, 36),
        (36, 52) if is_wide else (11, 24),
        *(((SECTOR, SECTOR + 4), (SECTOR + 484, SECTOR + 512)) if is_wide else ()),
    )
    return Image(
        content=content,
        size=total * SECTOR,
        fields=fields,
        records=((root_at, root_at + len(root)), (heap + SECTOR, heap + SECTOR + len(folder))),
        table=(reserved * SECTOR, reserved * SECTOR + 40),
    )


def exfat(clusters: int = 100) -> Image:
    """An exFAT volume in clusters of 512 bytes: bitmap in cluster 2, root in 3 and 4, a folder in 5, files behind it."""
    table_at, length, heap_at = 24, 2, 26
    boot = bytearray(SECTOR)
    boot[:11] = b"\xeb\x76\x90EXFAT   "
    struct.pack_into("<QQIIIIII", boot, 64, 0, heap_at + clusters, table_at, length, heap_at, clusters, 3, 0x1234)
    struct.pack_into("<HHBBBBB", boot, 104, 0x100, 0, 9, 0, 1, 0x80, 1)
    boot[510:] = b"\x55\xaa"
    region = (bytes(boot) + (bytes(508) + b"\0\0\x55\xaa") * 8).ljust(11 * SECTOR, b"\0")
    region += exfat_sum(region)
    end = 0xFFFFFFFF
    table = _table([0xFFFFFFF8, end, end, 4, end, end, 7, 8, end, 0], 32).ljust(length * SECTOR, b"\0")
    bitmap = (0b1111111).to_bytes(clusters // 8 + 1, "little").ljust(SECTOR, b"\0")
    root = struct.pack("<BB18xIQ", 0x81, 0, 2, -(-clusters // 8)) + struct.pack("<B3xI12xIQ", 0x82, 7, 9, 60)
    root += (
        exfat_set("clips", 5, SECTOR, is_folder=True)
        + exfat_set(NAME, 6, 1400)
        + exfat_set("deleted.avi", 20, 99, in_use=False)
    )
    folder = exfat_set("day one.mp4", 9, 700, is_contiguous=True) + exfat_set("x" * 100, 11, 1)
    content = (
        region * 2 + table + bitmap + root.ljust(2 * SECTOR, b"\0") + folder.ljust(SECTOR, b"\0") + b"pictures" * 300
    )
    heap = heap_at * SECTOR
    return Image(
        content=content,
        size=(heap_at + clusters) * SECTOR,
        fields=((64, 72 + 40), (104, 113), (heap, heap + 13), (heap + SECTOR, heap + SECTOR + 64)),
        records=((heap + SECTOR, heap + SECTOR + len(root)), (heap + 3 * SECTOR, heap + 3 * SECTOR + len(folder))),
        table=(table_at * SECTOR, table_at * SECTOR + 40),
    )


def mbr(content: bytes, *rows: tuple[int, int, int], first: int = 8) -> bytes:
    """A partition table before a volume. Rows: kind, first sector, sectors."""
    table = b"".join(struct.pack("<B3xB3xII", 0x80 if i == 0 else 0, *row) for i, row in enumerate(rows))
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa" + bytes((first - 1) * SECTOR) + content


def gpt(content: bytes, sectors: int) -> bytes:
    """An MBR that protects, a GPT with two rows, and a volume in the second of them, from sector 8 on."""
    rows = struct.pack("<16s16sQQ72x", b"\x28" + bytes(15), bytes(16), 6, 6)
    rows += struct.pack("<16s16sQQ72x", bytes(range(1, 17)), bytes(16), 8, 8 + sectors - 1) + bytes(8 * 128)
    head = bytearray(SECTOR)
    struct.pack_into(
        "<8sIIIIQQQQ16sQIII", head, 0, b"EFI PART", 0x10000, 92, 0, 0, 1, 99, 6, 99, bytes(16), 2, 10, 128, 0
    )
    whole = mbr(b"", (0xEE, 1, 0xFFFFFFFF), first=1) + bytes(head) + rows
    return gpt_summed(whole.ljust(8 * SECTOR, b"\0") + content)


def gpt_summed(content: bytes, sector: int = SECTOR) -> bytes:
    """With both checksums of a GPT made right, if its numbers leave anything to sum."""
    changed = bytearray(content)
    if len(changed) < sector + SECTOR:
        return content
    length = struct.unpack_from("<I", changed, sector + 12)[0]
    at, many, step = struct.unpack_from("<QII", changed, sector + 72)
    if many * step <= 1 << 17 and at < 1 << 20:
        rows = changed[at * sector : at * sector + many * step]
        struct.pack_into("<I", changed, sector + 88, zlib.crc32(rows))
    struct.pack_into("<I", changed, sector + 16, 0)
    if length <= SECTOR:
        struct.pack_into("<I", changed, sector + 16, zlib.crc32(changed[sector : sector + length]))
    return bytes(changed)


def exfat_sum(region: bytes) -> bytes:
    """The checksum sector over the eleven sectors of a boot region (exFAT specification, section 3.4)."""
    total = 0
    for place, byte in enumerate(region[: 11 * SECTOR]):
        if place not in {106, 107, 112}:
            total = (total << 31 & 0x80000000 | total >> 1) + byte & 0xFFFFFFFF
    return struct.pack("<I", total) * (SECTOR // 4)


def exfat_set(
    name: str, first: int, size: int, *, is_folder: bool = False, is_contiguous: bool = False, in_use: bool = True
) -> bytes:
    """The records of one file or folder."""
    letters = name.encode("utf-16-le")
    parts = -(-len(letters) // 30)
    file = struct.pack("<BBHH2xHH", 0x85, 1 + parts, 0, 0x10 if is_folder else 0x20, 0x28A6, 0x4E64).ljust(
        RECORD, b"\0"
    )
    records = file + struct.pack("<BBxB4xQ4xIQ", 0xC0, 3 if is_contiguous else 1, len(letters) // 2, size, first, size)
    records += b"".join(b"\xc1\0" + letters[i : i + 30].ljust(30, b"\0") for i in range(0, len(letters), 30))
    records = exfat_set_summed(records)
    return records if in_use else bytes(b & 0x7F if i % RECORD == 0 else b for i, b in enumerate(records))


def exfat_set_summed(records: bytes) -> bytes:
    """With the checksum that binds the records of one file (exFAT specification, section 6.3.3)."""
    total = 0
    for place, byte in enumerate(records):
        if place not in {2, 3}:
            in_use = 0x80 if place % RECORD == 0 else 0
            total = (total << 15 & 0x8000 | total >> 1) + (byte | in_use) & 0xFFFF
    return records[:2] + struct.pack("<H", total) + records[4:]


def long_sum(short: bytes) -> int:
    """The checksum that binds long names to a short one (FAT specification, "Long Directory Entries")."""
    total = 0
    for byte in short[:11]:
        total = ((total & 1) << 7 | total >> 1) + byte & 0xFF
    return total


def _table(chain: list[int], bits: int) -> bytes:
    if bits != 12:
        return b"".join(entry.to_bytes(bits // 8, "little") for entry in chain)
    pairs = zip(chain[::2], chain[1::2], strict=True)
    return b"".join((low | high << 12).to_bytes(3, "little") for low, high in pairs)


def _record(short: bytes, attributes: int, first: int, size: int) -> bytes:
    high, low = first >> 16, first & 0xFFFF
    return struct.pack("<11sB8xHHHHI", short, attributes, high, 0x28A6, 0x4E64, low, size)


def _long(name: str, short: bytes) -> bytes:
    letters = name.encode("utf-16-le") + b"\0\0"
    letters += b"\xff" * (-len(letters) % 26)
    parts = [letters[i : i + 26] for i in range(0, len(letters), 26)]
    records = []
    for number, part in enumerate(parts, 1):
        order = number | (0x40 if number == len(parts) else 0)
        records.append(
            bytes([order]) + part[:10] + bytes([0x0F, 0, long_sum(short)]) + part[10:22] + b"\0\0" + part[22:]
        )
    return b"".join(reversed(records))


def _fat_root() -> bytes:
    deleted = _long("deleted.avi", b"DELETED AVI") + _record(b"DELETED AVI", 0x20, 8, 9)
    deleted = bytes(0xE5 if i % RECORD == 0 else b for i, b in enumerate(deleted))
    records = _record(b"STICK      ", 0x08, 0, 0) + _record(b"CLIPS      ", 0x10, 3, 0)
    return records + _long(NAME, b"JANGMA~1MOV") + _record(b"JANGMA~1MOV", 0x20, 4, 1400) + deleted


def _fat_folder() -> bytes:
    dots = _record(b".          ", 0x10, 3, 0) + _record(b"..         ", 0x10, 0, 0)
    short = b"DAYONE~1MP4"
    return dots + _long("day one, and a rather long name.mp4", short) + _record(short, 0x20, 7, 100)
