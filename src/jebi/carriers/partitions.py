"""Finds the volume of a stick: in a partition, or over the whole medium (docs/formats/fat.md, "Where a volume is").

What a stick says about itself is believed only where every number fits every other and the medium. A mistake here lets
somebody write over a file: partitioning leaves the boot code of an older volume where it was.

Invariants: nothing but `Damaged` is raised, whatever the medium holds; nothing is written; a table of partitions is read
within limits, and only so many places are tried.
Peak: a GPT's entries, and what reading a volume takes: two bytes a cluster and two pieces of the medium. A 64 GB stick of two
million clusters takes about 12 MB.
"""

import struct
import zlib

from jebi.carriers.carrier import Medium
from jebi.carriers.exfat import EXFAT_NAME, read_exfat
from jebi.carriers.fat import read_fat
from jebi.carriers.volume import LARGEST_SECTOR, SIGNATURE, SMALLEST_SECTOR, Place, Volume, read_exactly
from jebi.errors import Damaged

MOST_PARTITIONS = 128  # what a GPT holds as every tool writes it
LONGEST_GPT = 1 << 17  # bytes of a GPT's entries: eight times what every tool writes
MOST_TRIED = 4  # places that begin like a volume; a table of many that fail late would keep us busy for minutes
JUMPS = frozenset({0xEB, 0xE9})
GPT_NAME = b"EFI PART"
GPT_PROTECTS = 0xEE
SYSTEM_PARTITION = 0xEF
EXTENDED = frozenset({0x05, 0x0F, 0x85})  # tables of further partitions, which sticks do not have
SYSTEM_GUID = bytes.fromhex("28732ac11ff8d211ba4b00a0c93ec93b")
NO_END = 1 << 63
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


def _begins_here(medium: Medium, place: Place) -> bool:
    """Whether there is a boot sector, and one of ours: NTFS says to have no reserved sectors and no tables."""
    boot = medium.read_at(place.start, SMALLEST_SECTOR) if place.start < medium.size else b""
    is_boot = len(boot) == SMALLEST_SECTOR and boot.endswith(SIGNATURE) and boot[0] in JUMPS
    return is_boot and (boot[3:11] == EXFAT_NAME or (any(boot[14:16]) and boot[16] != 0))


def _parse(medium: Medium, place: Place) -> Volume:
    boot = read_exactly(medium, place.start, SMALLEST_SECTOR)
    return read_exfat(medium, place, boot) if boot[3:11] == EXFAT_NAME else read_fat(medium, place, boot)


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
