"""What somebody sees who opens a stick, and what a finder of deleted files sees too (docs/formats/fat.md, "Folders").

Names come from outside and are made printable here, for display only: no control character, no direction mark, no
slash within a name. Whoever creates a file from one makes it a `SafeName` first.

Invariants: nothing but `Damaged` is raised, whatever the medium holds; every folder is entered once; nothing is
written. A folder that breaks off is listed as far as it goes, because the rest of the stick may still be whole.
Peak: one piece of a folder for every level of depth, and one number for every folder.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from jebi.carriers.carrier import Medium
from jebi.carriers.volume import FIRST_CLUSTER, RECORD, Kind, Volume, chain, read_exactly
from jebi.errors import Damaged

DEEPEST = 64  # folders within folders; Windows stops making them near 120, people near 10
MOST_RECORDS = 1 << 20  # of 32 bytes, in all folders together: 300,000 files; a stick of films holds hundreds
MOST_EXTENTS = 1 << 20  # pieces of one file: a file of 4 GiB with no two clusters of 4 KiB side by side
LONGEST_FOLDER = 1 << 28  # bytes: exFAT's own limit, FAT's is 2 MiB
PIECE = 1 << 16  # bytes of a folder read at once
MOST_LONG_PARTS = 20  # of 13 letters: a name has at most 255
FOLDER, LABEL, LONG_NAME, LONG_NAME_MASK = 0x10, 0x08, 0x0F, 0x3F
DELETED, ESCAPED_E5, LAST_PART = 0xE5, 0x05, 0x40
NOT_SHORT = frozenset(b'"*+,./:;<=>?[\\]|abcdefghijklmnopqrstuvwxyz ') | frozenset(range(0x20)) - {ESCAPED_E5}
LOWER_STEM, LOWER_SUFFIX = 0x08, 0x10
FILE, STREAM, NAME, IN_USE, SECONDARY = 0x85, 0xC0, 0xC1, 0x80, 0x40
CONTIGUOUS = 0x02
UNKNOWN = "\N{REPLACEMENT CHARACTER}"

Time = tuple[int, int, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or folder, as its folder describes it. Every field is a claim.

    Args:
        path: for display; parts joined by `/`.
        size: in bytes; FAT says 0 for every folder.
        written: how many of those bytes were ever written; the rest reads as zeros (exFAT; else the same as `size`).
        modified: year, month, day, hour, minute, second by the clock of whoever wrote it; None if that is no time.
        is_folder: whether it is one.
        is_deleted: whether it was deleted, and its description not yet overwritten.
        first_cluster: where its bytes begin; 0 if it has none.
        is_contiguous: whether its clusters lie side by side and the table says nothing of them.
    """

    path: str
    size: int
    written: int
    modified: Time | None
    is_folder: bool
    is_deleted: bool
    first_cluster: int
    is_contiguous: bool


def list_files(medium: Medium, volume: Volume) -> Iterator[Entry]:
    """All files and folders, a folder's own right after it, in the order in which they stand there.

    Deleted ones are listed and not entered: their clusters may belong to others by now.

    Raises:
        Damaged: there are more of them than a stick has.
    """
    budget, seen = _Budget(), {volume.root}
    levels = [_entries(volume, "", _root(medium, volume), budget)]
    while levels:
        entry = next(levels[-1], None)
        if entry is None:
            levels.pop()
            continue
        yield entry
        is_open = entry.is_folder and not entry.is_deleted and entry.first_cluster not in seen
        if is_open and entry.first_cluster in volume.layout and len(levels) < DEEPEST:
            seen.add(entry.first_cluster)
            levels.append(_entries(volume, entry.path + "/", _folder(medium, volume, entry), budget))


def extents(
    medium: Medium, volume: Volume, first_cluster: int, size: int, *, contiguous: bool
) -> list[tuple[int, int]]:
    """Where the `size` bytes of a file lie on the medium: offsets and lengths in bytes, neighbours joined.

    Raises:
        Damaged: its chain is shorter, leaves the volume, goes in circles, or is in more pieces than we believe.
    """
    left, found = size, list[tuple[int, int]]()
    if size > volume.cluster_count * volume.cluster_size or size < 0:
        raise Damaged("a file is said to be larger than the volume it is on")
    if size == 0:
        return found
    for cluster in _clusters(medium, volume, first_cluster, size, contiguous=contiguous):
        offset, length = volume.layout.place_of(cluster), min(left, volume.cluster_size)
        if found and sum(found[-1]) == offset:
            found[-1] = found[-1][0], found[-1][1] + length
        else:
            found.append((offset, length))
        left -= length
        if left == 0:
            return _once_each(found)
        if len(found) > MOST_EXTENTS:
            break
    raise Damaged("a file's chain of clusters does not fit its size")


def _once_each(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """A circle is noticed only after a while; what a file claims twice shows here."""
    if any(sum(one) > other[0] for one, other in pairwise(sorted(found))):
        raise Damaged("a file's chain of clusters goes in circles")
    return found


def read_file(medium: Medium, volume: Volume, entry: Entry, limit: int) -> bytes:
    """The bytes of a file of at most `limit` bytes. Those of a deleted one are a guess: whatever lies there now.

    Raises:
        Damaged: it is larger, its chain does not fit its size, or the medium ends before it does.
    """
    if entry.size > limit:
        raise Damaged("the file is larger than it may be")
    is_contiguous = entry.is_contiguous or entry.is_deleted  # deleting wipes a file's chain from the table
    where = extents(medium, volume, entry.first_cluster, entry.size, contiguous=is_contiguous)
    content = b"".join(read_exactly(medium, offset, length) for offset, length in where)
    return content[: entry.written].ljust(entry.size, b"\0")


class _Budget:
    """How many more records are looked at, whatever folder they are in."""

    def __init__(self) -> None:
        self._left = MOST_RECORDS

    def spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _Spent("the volume lists more files than a stick has")


class _Spent(Damaged):
    """Ends the listing, where any other damage ends only a folder."""


def _clusters(medium: Medium, volume: Volume, first: int, size: int, *, contiguous: bool) -> Iterator[int]:
    if not contiguous:
        return chain(medium, volume.layout, first)
    if first not in volume.layout:
        raise Damaged("a file begins outside the volume")
    end = first + -(-size // volume.cluster_size)
    return iter(range(first, min(end, volume.cluster_count + FIRST_CLUSTER)))


def _root(medium: Medium, volume: Volume) -> Iterator[bytes]:
    if volume.root:
        return _pieces(medium, volume, chain(medium, volume.layout, volume.root), LONGEST_FOLDER)
    return _stretch(medium, volume.heap - volume.root_size, volume.root_size)


def _folder(medium: Medium, volume: Volume, entry: Entry) -> Iterator[bytes]:
    length = min(entry.size, LONGEST_FOLDER) if entry.is_contiguous else LONGEST_FOLDER
    clusters = _clusters(medium, volume, entry.first_cluster, length, contiguous=entry.is_contiguous)
    return _pieces(medium, volume, clusters, length)


def _pieces(medium: Medium, volume: Volume, clusters: Iterator[int], length: int) -> Iterator[bytes]:
    for cluster in clusters:
        yield from _stretch(medium, volume.layout.place_of(cluster), min(length, volume.cluster_size))
        length -= volume.cluster_size
        if length <= 0:
            return


def _stretch(medium: Medium, offset: int, length: int) -> Iterator[bytes]:
    for at in range(0, length, PIECE):
        yield read_exactly(medium, offset + at, min(PIECE, length - at))


def _entries(volume: Volume, folder: str, pieces: Iterator[bytes], budget: _Budget) -> Iterator[Entry]:
    records = _records(pieces, budget)
    if volume.kind is Kind.EXFAT:
        return _parse_exfat(records, folder)
    return _parse_fat(records, folder, is_wide=volume.kind is Kind.FAT32)


def _records(pieces: Iterator[bytes], budget: _Budget) -> Iterator[bytes]:
    """The folder's records up to its end mark, or to where it breaks off."""
    try:
        for piece in pieces:
            for at in range(0, len(piece) - RECORD + 1, RECORD):
                if piece[at] == 0:
                    return
                budget.spend()
                yield piece[at : at + RECORD]
    except _Spent:
        raise
    except Damaged:
        return


def _parse_fat(records: Iterator[bytes], folder: str, *, is_wide: bool) -> Iterator[Entry]:
    """Microsoft FAT specification 1.03, "FAT Directory Structure" and "FAT Long Directory Entries"."""
    long_parts: list[bytes] = []
    for record in records:
        attributes = record[11]
        if attributes & LONG_NAME_MASK == LONG_NAME:
            long_parts = [*long_parts[1 - MOST_LONG_PARTS :], record]
            continue
        if not attributes & LABEL and record[:2] not in {b". ", b".."}:
            yield _fat_entry(record, long_parts, folder, is_wide=is_wide)
        long_parts = []


def _fat_entry(record: bytes, long_parts: list[bytes], folder: str, *, is_wide: bool) -> Entry:
    high, clock, day, low, size = struct.unpack_from("<HHHHI", record, 20)
    is_deleted, is_folder = record[0] == DELETED, bool(record[11] & FOLDER)
    name = _deleted_name(record, long_parts) if is_deleted else _name(record, long_parts)
    return Entry(
        path=folder + _printable(name),
        size=0 if is_folder else size,
        written=0 if is_folder else size,
        modified=_time(day, clock),
        is_folder=is_folder,
        is_deleted=is_deleted,
        first_cluster=(high << 16 | low) & 0x0FFFFFFF if is_wide else low,
        is_contiguous=False,
    )


def _name(record: bytes, long_parts: list[bytes]) -> str:
    """The long name if its parts count down to the record and carry its checksum; else the short one."""
    checksum, letters = _short_sum(record), b""
    for number, part in enumerate(reversed(long_parts), 1):
        if part[0] & ~LAST_PART != number or part[13] != checksum:
            break
        letters += _letters(part)
        if part[0] & LAST_PART:
            return _long(letters)
    return _short(record)


def _deleted_name(record: bytes, long_parts: list[bytes]) -> str:
    """Deleting overwrites the numbers of the long parts and the first letter of the short name; the checksum stays.

    One first letter fits it. Where no short name begins with that, the long parts are some other file's.
    """
    checksum, letters = long_parts[-1][13] if long_parts else 0, b""
    for part in reversed(long_parts):
        if part[0] != DELETED or part[13] != checksum:
            break
        letters += _letters(part)
    if letters and _first_letter(checksum, record) not in NOT_SHORT:
        return _long(letters)
    return UNKNOWN + _short(b"_" + record[1:])[1:]


def _short_sum(record: bytes) -> int:
    total = 0
    for byte in record[:11]:
        total = ((total >> 1 | total << 7) + byte) & 0xFF
    return total


def _first_letter(checksum: int, record: bytes) -> int:
    """`_short_sum` backwards."""
    total = checksum
    for byte in reversed(record[1:11]):
        total = total - byte & 0xFF
        total = (total << 1 | total >> 7) & 0xFF
    return total


def _letters(part: bytes) -> bytes:
    return part[1:11] + part[14:26] + part[28:32]


def _long(letters: bytes) -> str:
    return letters.decode("utf-16-le", "replace").partition("\0")[0]


def _short(record: bytes) -> str:
    """Code page 437, because nothing says which one it was, and it has a letter for every byte."""
    first = bytes([DELETED]) if record[0] == ESCAPED_E5 else record[:1]
    stem, suffix = (first + record[1:8]).decode("cp437").rstrip(" "), record[8:11].decode("cp437").rstrip(" ")
    stem = stem.lower() if record[12] & LOWER_STEM else stem
    suffix = suffix.lower() if record[12] & LOWER_SUFFIX else suffix
    return f"{stem}.{suffix}" if suffix else stem


def _parse_exfat(records: Iterator[bytes], folder: str) -> Iterator[Entry]:
    """Microsoft exFAT specification, section 6: a file is one primary record and the secondary ones it announces."""
    parts: list[bytes] = []
    for record in records:
        if record[0] | IN_USE == FILE:
            parts = [record]
        elif parts and record[0] & SECONDARY and record[0] & IN_USE == parts[0][0] & IN_USE:
            parts.append(record)
        else:
            parts = []
        if parts and len(parts) == parts[0][1] + 1:
            entry = _exfat_entry(parts, folder)
            parts = []
            if entry is not None:
                yield entry


def _exfat_entry(parts: list[bytes], folder: str) -> Entry | None:
    """None if the records do not belong together: a checksum binds them, which deleting leaves as it was."""
    file, *rest = (bytes([part[0] | IN_USE]) + part[1:] for part in parts)
    names = b"".join(part[2:] for part in rest[1:] if part[0] == NAME)
    if not rest or rest[0][0] != STREAM or _set_sum([file, *rest]) != int.from_bytes(file[2:4], "little"):
        return None
    flags, length = rest[0][1], rest[0][3]
    written, first_cluster, size = struct.unpack_from("<Q4xIQ", rest[0], 8)
    clock, day = struct.unpack_from("<HH", file, 12)
    return Entry(
        path=folder + _printable(names[: 2 * length].decode("utf-16-le", "replace")),
        size=size,
        written=min(written, size),
        modified=_time(day, clock),
        is_folder=bool(file[4] & FOLDER),
        is_deleted=not parts[0][0] & IN_USE,
        first_cluster=first_cluster,
        is_contiguous=bool(flags & CONTIGUOUS),
    )


def _set_sum(parts: list[bytes]) -> int:
    total = 0
    for place, byte in enumerate(b"".join(parts)):
        if place not in {2, 3}:
            total = ((total >> 1 | total << 15) + byte) & 0xFFFF
    return total


def _time(day: int, clock: int) -> Time | None:
    """DOS date and time, in steps of two seconds."""
    year, month, date = 1980 + (day >> 9), day >> 5 & 0x0F, day & 0x1F
    hour, minute, second = clock >> 11, clock >> 5 & 0x3F, 2 * (clock & 0x1F)
    is_time = 1 <= month <= 12 and date >= 1 and hour < 24 and minute < 60 and second < 60
    return (year, month, date, hour, minute, second) if is_time else None


def _printable(untrusted_name: str) -> str:
    """The name with nothing in it that could deceive a reader or a terminal; never empty, never a dot or two."""
    name = "".join(UNKNOWN if _deceives(letter) else letter for letter in untrusted_name)
    return name if name.strip(".") else UNKNOWN * max(1, len(name))


def _deceives(letter: str) -> bool:
    return letter in "/\\" or not letter.isprintable()  # controls, direction marks, and every space but the plain one
