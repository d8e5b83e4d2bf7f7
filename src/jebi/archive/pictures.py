"""Perceptual fingerprints of a film's pictures: PDQ hashes of the whole and of its quarters (docs/formats/fingerprints.md, "Pictures").

Two pictures that look alike have hashes that differ in few of 256 bits, whatever size, encoder or black border they went
through. Quarters are hashed too, so that a large logo or a caption spoils one of them and not all.

Sampling has no grid that a trim or another frame rate could shift: a picture is kept when its hash is no longer alike to
that of the picture kept before. So every picture of the film is alike to one that is kept, and a copy of it is found
however it was cut: four to six pictures a second of a moving scene, fifteen or more of a street that rushes by, none
while nothing changes.

Invariants: a picture stands until the next one; times rise; what is packed reads back the same. Never claims that two
clips are linked: it only makes, stores and compares. Memory: about 300 bytes a picture kept, 1.6 million at most. Time:
about half a millisecond a frame of 320 × 180, and one more if it is kept, if NumPy's linear algebra is kept to one thread.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from jebi.archive.frames import LONGEST_MS, Frame, Plane
from jebi.archive.packed import REBUILD, pack, unpack
from jebi.errors import Damaged

BITS, BYTES = 256, 32
ALIKE = 31  # bits of 256; the distance up to which ThreatExchange calls two pictures the same
GOOD = 50  # quality from which on a hash says something; below, the picture is nearly empty
REGIONS = 5  # the whole, and its quarters: top left, top right, bottom left, bottom right

EMPTY_MS = 250  # an empty picture's hash is chance, and says nothing of change: four a second are enough
SOONEST_MS = 20  # no film needs more than fifty pictures a second …
MANY = 1 << 18  # … and one that flickers without end is looked at half as often after each (87 minutes at first)
MOST_PICTURES = 6 * MANY  # which is never reached: with the sixth doubling LONGEST_MS is over

BLACKEST = 40  # a line of a black border has no letter or logo above this; black is 16 in films, and encoders add noise
SMALLEST_LEFT = 0.4  # of a side; if a crop left less, the picture is a dark one

_SIDE = 64  # PDQ: the picture is brought to 64 × 64 …
_WAVES = 16  # … of which the 16 × 16 lowest waves are looked at, without the constant
_KIND = b"pictures"
_RECORD = np.dtype([("time_ms", ">u4"), ("quality", "u1", (REGIONS,)), ("hashes", "u1", (REGIONS, BYTES))])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pictures:
    """A clip's fingerprints: times (n), quality 0 to 100 (n, 5) and hashes (n, 5, 32 bytes)."""

    time_ms: NDArray[np.uint32]
    quality: NDArray[np.uint8]
    hashes: NDArray[np.uint8]

    def __post_init__(self) -> None:
        count = len(self.time_ms)
        if self.quality.shape != (count, REGIONS) or self.hashes.shape != (count, REGIONS, BYTES):
            raise ValueError("times, qualities and hashes do not belong together")

    def packed(self) -> bytes:
        records = np.empty(len(self.time_ms), _RECORD)
        records["time_ms"], records["quality"], records["hashes"] = self.time_ms, self.quality, self.hashes
        return pack(_KIND, records)


class Sampler:
    """Takes a film's frames in the order of their times and keeps the fingerprints of those that differ."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._prints: list[tuple[NDArray[np.uint8], NDArray[np.uint8]]] = []

    def feed(self, frame: Frame) -> bool:
        """Look at the next frame; whether it was kept. One whose time does not rise is left out."""
        picture = without_borders(frame.luma)
        whole = pdq(picture)
        is_kept = self._is_wanted(frame.time_ms, *whole)
        if is_kept:
            prints = [whole, *(pdq(quarter) for quarter in _quarters(picture))]
            self._times.append(frame.time_ms)
            self._prints.append(_gathered(prints))
        return is_kept

    def finish(self) -> Pictures:
        """All that was kept."""
        return Pictures(
            time_ms=np.array(self._times, np.uint32),
            quality=np.array([quality for quality, _ in self._prints], np.uint8).reshape(-1, REGIONS),
            hashes=np.array([hashes for _, hashes in self._prints], np.uint8).reshape(-1, REGIONS, BYTES),
        )

    def _is_wanted(self, time_ms: int, quality: int, hashed: NDArray[np.uint8]) -> bool:
        if not self._times:
            return True
        last_quality, last_hashes = self._prints[-1]
        pause_ms = pause_after(len(self._times), is_empty=quality < GOOD and last_quality[0] < GOOD)
        return time_ms - self._times[-1] >= pause_ms and bool(distance(hashed, last_hashes[0]) >= ALIKE)


def pause_after(kept: int, *, is_empty: bool) -> int:
    """Milliseconds after which the next picture may be kept, when so many are."""
    return (EMPTY_MS if is_empty else SOONEST_MS) << (kept // MANY)


def fingerprint(luma: Plane) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Quality (5) and hashes (5, 32) of a picture without its black borders, and of its quarters."""
    picture = without_borders(luma)
    return _gathered([pdq(picture), *(pdq(quarter) for quarter in _quarters(picture))])


def pdq(luma: Plane) -> tuple[int, NDArray[np.uint8]]:
    """Quality, 0 to 100, and the 32 bytes of the PDQ hash of a picture's luminance.

    Source: "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", Facebook 2019, section 2. Bit
    16 · i + j stands for wave (i + 1, j + 1); the hash is written as a number, highest bit first.
    """
    small = _shrinking(luma.shape[0]) @ luma.astype(np.float32) @ _shrinking(luma.shape[1]).T
    waves = (_cosines() @ small @ _cosines().T).ravel()
    lower_median = np.partition(waves, BITS // 2 - 1)[BITS // 2 - 1]
    return _quality(small), np.packbits((waves > lower_median)[::-1])


def without_borders(luma: Plane) -> Plane:
    """The picture without the black lines around it; as it is, if hardly anything were left."""
    rows = np.flatnonzero(luma.max(axis=1) > BLACKEST)
    columns = np.flatnonzero(luma.max(axis=0) > BLACKEST)
    if not len(rows) or not len(columns):
        return luma
    inner = luma[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    is_whole = all(left >= SMALLEST_LEFT * side for left, side in zip(inner.shape, luma.shape, strict=True))
    return inner if is_whole else luma


def distance(some: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """In how many bits hashes differ: arrays of (…, 32) bytes in, an array without the last axis out, broadcast.

    `distance(a[:, None], b)` gives every hash of `a` against every one of `b`.
    """
    differing = np.bitwise_count(_words(some) ^ _words(others))
    return np.asarray(differing.sum(axis=-1, dtype=np.uint16))


def parse_pictures(untrusted_packed: bytes) -> Pictures:
    """Read what `Pictures.packed` wrote; raises `Damaged`."""
    records = unpack(_KIND, untrusted_packed, _RECORD, MOST_PICTURES)
    times = records["time_ms"].astype(np.uint32)
    if len(times) and (times[-1] > LONGEST_MS or (times[1:] <= times[:-1]).any()):
        raise Damaged("the packed pictures have times that do not rise, or end after any clip", hint=REBUILD)
    if (records["quality"] > 100).any():
        raise Damaged("the packed pictures have a quality above 100", hint=REBUILD)
    return Pictures(time_ms=times, quality=records["quality"], hashes=records["hashes"])


def _quarters(picture: Plane) -> list[Plane]:
    top, left = picture.shape[0] // 2, picture.shape[1] // 2
    return [picture[:top, :left], picture[:top, left:], picture[top:, :left], picture[top:, left:]]


def _gathered(prints: list[tuple[int, NDArray[np.uint8]]]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return np.array([quality for quality, _ in prints], np.uint8), np.stack([hashed for _, hashed in prints])


@lru_cache(maxsize=64)  # sides of the few sizes that one film's pictures, quarters and crops have
def _shrinking(side: int) -> NDArray[np.float32]:
    """Jarosz's filter and the choice of 64 places, along one side, as one matrix (64, side).

    The filter is a mean over a window of ceil(side / 128), taken twice, which at the edges is only of what lies inside.
    """
    window = (side + 2 * _SIDE - 1) // (2 * _SIDE)
    offsets = np.arange(side) - np.arange(side)[:, None]
    after = (window + 2) // 2
    box = ((offsets >= after - window) & (offsets < after)).astype(np.float64)
    box /= box.sum(axis=1, keepdims=True)
    chosen = ((np.arange(_SIDE) + 0.5) * side / _SIDE).astype(int)
    return np.asarray(box[chosen] @ box, np.float32)


def _quality(small: NDArray[np.float32]) -> int:
    """How much the picture changes from pixel to pixel, in whole percents of the range, as PDQ counts it."""
    steps = (np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)).sum() for axis in (0, 1))
    return min(100, int(sum(steps) / 90))


@cache
def _cosines() -> NDArray[np.float32]:
    """DCT-II without the constant, (16, 64)."""
    waves, places = np.arange(1, _WAVES + 1)[:, None], np.arange(_SIDE)
    cosines = np.cos(np.pi / (2 * _SIDE) * waves * (2 * places + 1)) * np.sqrt(2 / _SIDE)
    return np.asarray(cosines, np.float32)


def _words(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(hashes).view(np.uint64)
