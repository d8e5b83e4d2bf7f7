"""What is given to the readers of sticks: boot sectors, tables, bitmaps, partition tables and folders."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from garbage.campaign import Parser
from garbage.mutation import mutate, number, pick, tweak
from garbage.volumes import (
    RECORD,
    SECTOR,
    Image,
    Stick,
    exfat,
    exfat_set_summed,
    exfat_sum,
    fat,
    gpt,
    gpt_summed,
    long_sum,
    mbr,
)
from jebi.carriers.carrier import Medium
from jebi.carriers.freespace import free_cells
from jebi.carriers.listing import Entry, extents, list_files, read_file
from jebi.carriers.partitions import read_volume
from jebi.carriers.volume import Volume
from jebi.errors import Damaged

STRANGE = (Stick(b"", 0), Stick(b"\n", 1), Stick(bytes(9999), 9999), Stick(b"\xff" * 9999, 9999))
READ_AT_MOST = 1 << 16


def fat12() -> Parser:
    """`read_volume` of FAT12: whatever it gives fits the medium."""
    return _volume([fat(300, tables=2), fat(2500)])


def fat16() -> Parser:
    """`read_volume` of FAT16."""
    return _volume([fat(4200), fat(5000, tables=2)])


def fat32() -> Parser:
    """`read_volume` of FAT32."""
    return _volume([fat(65600)])


def ex_fat() -> Parser:
    """`read_volume` of exFAT. The checksum of the boot region is made right again where the wrong lies in it."""
    return _volume([exfat(), exfat(8)], _resummed)


def partitions() -> Parser:
    """`read_volume` through MBR and GPT, whose checksums are made right again."""
    inside, other = fat(300, tables=2), fat(60)
    sectors = inside.size // SECTOR
    seeds = [
        mbr(inside.content, (0x0C, 8, sectors)),
        mbr(other.content, (0xEF, 3, 2), (0x0C, 8, other.size // SECTOR), (0x05, 4, 1)),
        gpt(inside.content, sectors),
    ]
    tables = ((446, 512), (446, 512), (SECTOR, SECTOR + 92), (2 * SECTOR, 2 * SECTOR + 256))

    def draw(dice: Random) -> Stick:
        seed = pick(seeds, dice)
        content = (tweak if dice.random() < 0.9 else mutate)(seed, dice, hot=tables)
        if dice.random() < 0.8 and content[SECTOR : SECTOR + 8] == b"EFI PART":
            content = gpt_summed(content)
        return _cut(content, 8 * SECTOR + inside.size, dice)

    return Parser(draw=draw, parse=_read_volume, strange=STRANGE)


def folders_fat() -> Parser:
    """`list_files`, `extents` and `read_file` on FAT12 and FAT32, with long names' checksums made right again."""
    return _folders([fat(300), fat(65600)], _long_resummed)


def folders_exfat() -> Parser:
    """`list_files`, `extents` and `read_file` on exFAT, with the checksums of files made right again."""
    return _folders([exfat()], _set_resummed)


def _volume(images: Sequence[Image], remake: Callable[[bytes, bytes], bytes] = lambda _, given: given) -> Parser:
    def draw(dice: Random) -> Stick:
        image = images[int(dice.random() * len(images))]
        hot = [*image.fields, *image.records, image.table]
        if dice.random() < 0.03:
            return _cut(mutate(image.content[:8192], dice, hot=hot), image.size, dice)
        content = tweak(image.content, dice, hot=hot)
        return _cut(remake(image.content, content) if dice.random() < 0.9 else content, image.size, dice)

    return Parser(draw=draw, parse=_read_volume, strange=STRANGE)


def _cut(content: bytes, size: int, dice: Random) -> Stick:
    """Mostly the whole medium; now and then one that was cut off, lies about its size or is larger."""
    kind = dice.random()
    if kind < 0.85:
        return Stick(content, size)
    if kind < 0.9:
        return Stick(content, int(dice.random() * len(content)))
    if kind < 0.95:
        return Stick(content, int(dice.random() * size))
    return Stick(content, size + number(dice, 1 << 45))


def _read_volume(stick: Medium) -> object:
    volume = read_volume(stick)
    assert len(volume.free) == volume.cluster_count >= 1
    assert volume.free.count(0) + volume.free.count(1) == volume.cluster_count
    assert volume.start + volume.size <= stick.size
    last = volume.free.rfind(1)
    assert last < 0 or volume.offset_of(last) + volume.cluster_size <= stick.size
    assert volume.next_free is None or 0 <= volume.next_free < volume.cluster_count
    assert all(0 < cell < stick.size for cell in free_cells(volume)[:: len(volume.free) // 8 + 1])
    return volume.kind


def _resummed(before: bytes, after: bytes) -> bytes:
    region = 11 * SECTOR
    return after if before[:region] == after[:region] else after[:region] + exfat_sum(after) + after[region + SECTOR :]


def _folders(images: Sequence[Image], remake: Callable[[bytes, Random], bytes]) -> Parser:
    """Wrong records, wrong entries of the table; the volume itself is as it was read before that."""
    volumes = [read_volume(Stick(image.content, image.size)) for image in images]

    def draw(dice: Random) -> tuple[Stick, Volume]:
        which = int(dice.random() * len(images))
        image = images[which]
        content = bytearray(image.content)
        while True:
            start, stop = image.records[int(dice.random() * len(image.records))]
            if dice.random() < 0.25:
                start, stop = image.table
            part = bytes(content[start : start + SECTOR])
            part = tweak(part, dice, hot=((0, stop - start),)) if dice.random() < 0.7 else _records(part, dice)
            content[start : start + SECTOR] = remake(part, dice)[:SECTOR].ljust(SECTOR, b"\0")
            if dice.random() < 0.5:
                size = image.size if dice.random() < 0.95 else int(dice.random() * image.size)
                return Stick(bytes(content), size), volumes[which]

    def parse(given: tuple[Stick, Volume]) -> object:
        seen = [_look(*given, entry) for entry in list_files(*given)]
        if not seen:
            raise Damaged("nothing is listed")
        if not all(seen):
            raise Damaged("something that is listed cannot be read")
        return len(seen)

    empty = (Stick(images[0].content[: volumes[0].heap - volumes[0].root_size], images[0].size), volumes[0])
    return Parser(draw=draw, parse=parse, strange=[empty])


def _look(stick: Stick, volume: Volume, entry: Entry) -> bool:
    """Look at one entry; whether it could be read."""
    assert entry.path.isprintable()
    assert all(part.strip(".") for part in entry.path.split("/"))
    assert 0 <= entry.written <= entry.size
    end = volume.heap + volume.cluster_count * volume.cluster_size
    with suppress(Damaged):
        where = extents(stick, volume, entry.first_cluster, entry.size, contiguous=entry.is_contiguous)
        assert sum(length for _, length in where) == entry.size
        assert all(volume.heap <= offset and offset + length <= end for offset, length in where)
    with suppress(Damaged):
        return len(read_file(stick, volume, entry, READ_AT_MOST)) == entry.size
    return False


def _records(part: bytes, dice: Random) -> bytes:
    """Records go, come twice, change places."""
    records = [part[i : i + RECORD] for i in range(0, len(part), RECORD)]
    at, to, kind = int(dice.random() * 9), int(dice.random() * 9), int(dice.random() * 4)
    if kind == 0:
        del records[at]
    elif kind == 1:
        records[to:to] = [records[at]] * (1 + int(dice.random() * 14))
    elif kind == 2:
        records[at], records[to] = records[to], records[at]
    else:
        records[at] = tweak(records[at], dice)
    return b"".join(records)


def _long_resummed(part: bytes, dice: Random) -> bytes:
    """Long parts get the checksum of the short record behind them, mostly."""
    content, checksum = bytearray(part), None
    for at in range(len(part) - RECORD, -1, -RECORD):
        if part[at + 11] & 0x3F != 0x0F:
            checksum = long_sum(part[at : at + 11])
        elif checksum is not None and dice.random() < 0.9:
            content[at + 13] = checksum
    return bytes(content)


def _set_resummed(part: bytes, dice: Random) -> bytes:
    content, at = bytearray(part), 0
    while at < len(part):
        length = (part[at + 1] + 1) * RECORD
        if part[at] | 0x80 == 0x85 and dice.random() < 0.9:
            content[at : at + length] = exfat_set_summed(bytes(content[at : at + length]))
        at += RECORD
    return bytes(content)


PARSERS = {
    "fat12": fat12,
    "fat16": fat16,
    "fat32": fat32,
    "exfat": ex_fat,
    "partitions": partitions,
    "folders-fat": folders_fat,
    "folders-exfat": folders_exfat,
}
