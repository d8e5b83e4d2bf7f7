"""Where each sample of a track lies and when it is shown, from its tables or from its fragments.

ISO/IEC 14496-12, 8.6, 8.7 and 8.8. Every count is compared with every other before anything is spread out, so that a table of a few
bytes cannot ask for more memory than a film of its length.

Invariants: a value has as many offsets as sizes and times, and all of them are within what 63 bits hold; anything else is `Damaged`.
It reads no sample.
Peak: 100 bytes a sample, of which there are at most `MOST_SAMPLES`.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Damaged

MOST_SAMPLES: Final = 2_000_000  # of one track: six hours of pictures at 60 a second, ten of sound at 48 kHz
LARGEST_TABLE: Final = 8 * MOST_SAMPLES + 64
LATEST: Final = 1 << 56  # ticks; with all that a fragment can add it stays within 63 bits
LARGEST_SAMPLE: Final = 32 << 20  # a picture of 8K with next to no compression takes 25 MiB

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The samples of one track, in the order of decoding; times in ticks of the track."""

    offsets: Numbers
    sizes: Numbers
    decoded: Numbers
    shown: Numbers
    last: int  # ticks that the last one lasts

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def stop(self) -> int:
        """When the last sample that is decoded ends, on the clock of decoding."""
        return int(self.decoded[-1]) + self.last if len(self) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The payloads of the boxes in `stbl` that place samples; empty for one that is not there."""

    stts: bytes
    ctts: bytes
    stss: bytes
    stsc: bytes
    stsz: bytes
    stco: bytes
    co64: bytes

    @property
    def are_empty(self) -> bool:
        """Whether they speak of no sample, as before fragments."""
        no_entries = {b"", bytes(8)}
        rest = {self.stts, self.ctts, self.stss, self.stsc, self.stco, self.co64}
        return rest <= no_entries and self.stsz == bytes(12)


def tabled(tables: Tables) -> Samples:
    """The samples of a progressive film. Raises `Damaged` where two tables disagree."""
    sizes = _sizes(tables.stsz)
    count = len(sizes)
    steps = _entries(tables.stts, 2, "stts")
    lasts = _spread(steps[:, 1], steps[:, 0], count, "stts")
    decoded = np.concatenate(([0], np.cumsum(lasts)[:-1])) if count else lasts
    shown = decoded
    if tables.ctts:
        delays = _entries(tables.ctts, 2, "ctts")
        shown = decoded + _spread(delays[:, 1], delays[:, 0], count, "ctts")
    _check_keys(tables.stss, count)
    offsets = _offsets(sizes, _chunks(tables), _entries(tables.stsc, 3, "stsc"))
    last = int(lasts[-1]) if count else 0
    return Samples(offsets=offsets, sizes=sizes, decoded=decoded, shown=shown, last=last)


def _entries(content: bytes, width: int, name: str) -> Numbers:
    """The rows of a table with a count before them."""
    if len(content) < 8 or content[:4] != bytes(4):
        raise Damaged(f"the table {name} is cut off, or of another version")
    count = int.from_bytes(content[4:8], "big")
    if len(content) != 8 + 4 * width * count or count > MOST_SAMPLES:
        raise Damaged(f"the table {name} is longer or shorter than it says")
    return np.frombuffer(content, ">u4", offset=8).reshape(count, width).astype(np.int64)


def _sizes(content: bytes) -> Numbers:
    if len(content) < 12 or content[:4] != bytes(4):
        raise Damaged("the table stsz is cut off, or of another version")
    same, count = struct.unpack_from(">II", content, 4)
    if count > MOST_SAMPLES or len(content) != 12 + (0 if same else 4 * count):
        raise Damaged("the table stsz is longer or shorter than it says, or than any film")
    sizes = np.full(count, same, np.int64) if same else np.frombuffer(content, ">u4", offset=12).astype(np.int64)
    if count and not 0 < sizes.min() <= sizes.max() <= LARGEST_SAMPLE:
        raise Damaged("a sample is empty, or larger than any picture")
    return sizes


def _spread(values: Numbers, counts: Numbers, count: int, name: str) -> Numbers:
    """Each value as often as it counts, if that is `count` in all. No sum is larger than rows times 32 bits."""
    if int(counts.sum()) != count or (len(counts) and counts.min() < 1):
        raise Damaged(f"the table {name} speaks of another number of samples")
    return np.repeat(values, counts)


def _check_keys(content: bytes, count: int) -> None:
    if content:
        keys = _entries(content, 1, "stss")[:, 0]
        if len(keys) and (keys[0] < 1 or keys[-1] > count or (np.diff(keys) < 1).any()):
            raise Damaged("the table stss names samples that are not there, or twice")


def _chunks(tables: Tables) -> Numbers:
    """Where each chunk starts, from whichever of the two tables there is."""
    if bool(tables.stco) == bool(tables.co64):
        raise Damaged("a track has no table of chunks, or two")
    if tables.stco:
        return _entries(tables.stco, 1, "stco")[:, 0]
    rows = _entries(tables.co64, 2, "co64")
    if len(rows) and rows[:, 0].max() >= 1 << 30:
        raise Damaged("the table co64 has an offset beyond any file")
    return np.asarray((rows[:, 0] << 32) + rows[:, 1], np.int64)


def _offsets(sizes: Numbers, chunks: Numbers, runs: Numbers) -> Numbers:
    """Chunks hold samples, as many as `stsc` says from a chunk on, one after the other."""
    first, each, described = runs[:, 0], runs[:, 1], runs[:, 2]
    if not len(sizes) and not len(chunks) and not len(runs):
        return sizes
    rising = len(runs) and first[0] == 1 and (np.diff(first) >= 1).all() and first[-1] <= len(chunks)
    if not rising or (described != 1).any() or each.min() < 1 or each.max() > MOST_SAMPLES:
        raise Damaged("the table stsc makes no sense")
    lengths = np.diff(np.append(first, len(chunks) + 1))
    per_chunk = np.repeat(each, lengths)
    if int(per_chunk.sum()) != len(sizes):
        raise Damaged("the chunks hold another number of samples than there are")
    ends = np.cumsum(per_chunk)
    before: Numbers = np.concatenate(([0], np.cumsum(sizes)))
    starts = np.repeat(before[ends - per_chunk], per_chunk)
    offsets: Numbers = np.repeat(chunks, per_chunk) + before[:-1] - starts
    return offsets


BASE_IS_FRAGMENT, HAS_DESCRIPTION, HAS_DURATION, HAS_SIZE, HAS_FLAGS = 0x020000, 0x02, 0x08, 0x10, 0x20
RUN_OFFSET, RUN_FIRST, RUN_DURATION, RUN_SIZE, RUN_FLAGS, RUN_SHOWN = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800
KEY, NO_KEY = 0x02000000, 0x01010000  # depends on nothing; depends on others, and is no key


def fragment(header: bytes, time: int, runs: Sequence[bytes], *, start: int, room: int) -> tuple[int, Samples]:
    """Track and samples of one `traf`: payloads of `tfhd` and of each `trun`, the time in `tfdt`, and where the `moof` starts.

    `room` is how many bytes there are: no more samples are believed than can lie in it. Raises `Damaged` where they
    disagree, or say more than where samples are and when.
    """
    track, duration, size = _defaults(header)
    if time > LATEST:
        raise Damaged("a fragment is to be shown when nobody lives")
    rows: list[tuple[Numbers, int]] = []
    for content in runs:
        row, at = _run(content, duration, size, room)
        room -= int(row[:, 1].sum())
        rows.append((row, at))
    if not rows or room < 0:
        raise Damaged("a fragment of a track has no samples, or more than fit")
    table = np.concatenate([row for row, _ in rows])
    offsets = np.concatenate([start + at + np.concatenate(([0], np.cumsum(row[:, 1])[:-1])) for row, at in rows])
    if offsets.min() < 0:
        raise Damaged("a sample lies before the file")
    ends = time + np.cumsum(table[:, 0])
    decoded = ends - table[:, 0]
    samples = Samples(
        offsets=offsets, sizes=table[:, 1], decoded=decoded, shown=decoded + table[:, 2], last=int(table[-1, 0])
    )
    return track, samples


def _defaults(content: bytes) -> tuple[int, int, int]:
    """`tfhd`: the track, and how long and how large a sample is that says nothing."""
    if len(content) < 8:
        raise Damaged("the box tfhd is cut off")
    flags, track = struct.unpack_from(">II", content)
    allowed = BASE_IS_FRAGMENT | HAS_DURATION | HAS_SIZE | HAS_FLAGS
    if flags & ~allowed or not flags & BASE_IS_FRAGMENT:
        raise Damaged("the box tfhd has strange flags")
    at, found = 8, {HAS_DURATION: 0, HAS_SIZE: 0, HAS_FLAGS: KEY}
    for flag in found:
        if flags & flag:
            found[flag] = int.from_bytes(content[at : at + 4], "big")
            at += 4
    if at != len(content) or found[HAS_FLAGS] not in {KEY, NO_KEY}:
        raise Damaged("the box tfhd is longer or shorter than it says, or has strange flags of samples")
    return track, found[HAS_DURATION], found[HAS_SIZE]


def _run(content: bytes, duration: int, size: int, room: int) -> tuple[Numbers, int]:
    """`trun`: rows of duration, size and delay, and where the first sample lies behind the start of the fragment."""
    if len(content) < 12:
        raise Damaged("the box trun is cut off")
    flags, count, at = struct.unpack_from(">IIi", content)
    allowed = RUN_OFFSET | RUN_FIRST | RUN_DURATION | RUN_SIZE | RUN_FLAGS | RUN_SHOWN
    version = flags >> 24
    columns = [flag for flag in (RUN_DURATION, RUN_SIZE, RUN_FLAGS, RUN_SHOWN) if flags & flag]
    start = 16 if flags & RUN_FIRST else 12
    if flags & 0xFFFFFF & ~allowed or version > 1 or not flags & RUN_OFFSET or not 0 < count <= min(MOST_SAMPLES, room):
        raise Damaged("the box trun has strange flags, no samples, or more than fit")
    if len(content) != start + 4 * count * len(columns):
        raise Damaged("the box trun is longer or shorter than it says")
    table = np.frombuffer(content, ">u4", offset=start).reshape(count, len(columns)).astype(np.int64)
    column = {flag: table[:, place] for place, flag in enumerate(columns)}
    marks = column.get(RUN_FLAGS, np.full(count, KEY))
    first = int.from_bytes(content[12:16], "big") if flags & RUN_FIRST else KEY
    if first != KEY or not np.isin(marks, (KEY, NO_KEY)).all():
        raise Damaged("the box trun has strange flags of samples")
    rows = np.empty((count, 3), np.int64)
    rows[:, 0], rows[:, 1] = column.get(RUN_DURATION, duration), column.get(RUN_SIZE, size)
    delays = column.get(RUN_SHOWN, np.zeros(count, np.int64))
    rows[:, 2] = np.where((delays >= 1 << 31) & bool(version), delays - (1 << 32), delays)
    if not 0 < rows[:, 1].min() <= rows[:, 1].max() <= LARGEST_SAMPLE:
        raise Damaged("a sample is empty, or larger than any picture")
    return rows, at
