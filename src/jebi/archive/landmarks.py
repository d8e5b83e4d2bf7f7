"""Landmarks of a clip's sound, by which the same loudspeaker speech is known again (docs/formats/fingerprints.md, "Landmarks").

A landmark is a pair of peaks of the spectrum: two frequencies and the time between them. Peaks are what is left of a
voice when it went through a loudspeaker, an echo and a street, so many landmarks of one recording stand in the other,
too, all at the same offset. Words or speakers are not recognised: another reading of the same text does not match.

Invariants: how the sound was cut into chunks changes nothing; times rise; what is packed reads back the same. `match`
says how likely chance is, and never that two clips are linked. Memory: eight bytes a landmark, and about 30 s
of sound and spectra.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from jebi.archive.frames import LONGEST_MS
from jebi.archive.packed import REBUILD, pack, unpack
from jebi.errors import Damaged

RATE = 16_000
WINDOW, HOP = 2048, 512  # 128 ms and 32 ms
HOP_MS = 32
LOWEST, BINS = 38, 396  # 297 Hz to 3.4 kHz: what telephones, horns and small microphones all pass
QUIET = 1.0  # added to the power; digital silence is flat
AROUND = 90  # frames, 3 s, to each side: what lasts that long is hum or colour of the room, and is taken out …
FLOOR = 0.3  # … but a bin in which there is nothing is not raised above this part of the mean of all
APART, BINS_APART = 2, 12  # a peak is the highest among so many frames and bins to each side
CROWD, MOST_IN_CROWD = 8, 5  # frames to each side, and peaks among them; so there are about ten a second
FANOUT = 4  # pairs a peak begins
COARSE_BINS = 2  # of the spectrum are one of a landmark: 16 Hz
NEAREST, FARTHEST, MOST_BINS = 2, 63, 63  # between the two of a pair: frames, frames, a landmark's bins up or down

LEAST_ALIGNED = 5  # peaks; fewer at one offset prove nothing, however rare they are
LEAST_SPAN = 2000 // HOP_MS  # frames between the first and the last of them: one word said again is no recording
LEAST_LIKELY = 1e-6  # that chance puts so many at one offset somewhere
COMMONEST = 64  # a landmark that comes more often in a clip is a tone, and says nothing
LONGEST_QUERY = 600 * 50  # landmarks, about ten minutes: what is sought needs memory for all its places at once
MOST_LANDMARKS = 100 * LONGEST_MS // 1000  # crowds keep any sound below that

_BATCH = 256  # frames
_CONTEXT = AROUND + APART + CROWD  # frames that must be known around one
_KIND = b"landmark"
_RECORD = np.dtype([("hash", ">u4"), ("frame", ">u4")])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """Hashes of landmarks and the frames, of 32 ms, in which they begin; both (n), frames never falling."""

    hashes: NDArray[np.uint32]
    frames: NDArray[np.uint32]

    def __post_init__(self) -> None:
        if len(self.hashes) != len(self.frames):
            raise ValueError("hashes and frames do not belong together")

    def packed(self) -> bytes:
        records = np.empty(len(self.hashes), _RECORD)
        records["hash"], records["frame"] = self.hashes, self.frames
        return pack(_KIND, records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Where a sound stands in another: how much later, peaks that say so, and how likely chance would do as much."""

    offset_ms: int
    aligned: int
    chance: float


class Listener:
    """Takes sound, 16 kHz, 16 bits, mono, in chunks of any length."""

    def __init__(self) -> None:
        self._samples = np.empty(0, np.int16)
        self._spectra = np.empty((0, BINS), np.float32)
        self._first = 0  # frame of the first spectrum that is kept
        self._done = 0  # frames whose peaks are known
        self._peaks: list[tuple[int, int]] = []  # (frame, a landmark's bin), those that may still begin a pair
        self._found: list[tuple[int, int]] = []

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Add the next samples."""
        self._samples = np.concatenate([self._samples, samples])
        while len(self._samples) >= WINDOW + (_BATCH - 1) * HOP:
            self._add_spectra(_BATCH)
            if self._first + len(self._spectra) >= self._done + _BATCH + _CONTEXT:
                self._find(self._done + _BATCH)

    def finish(self) -> Landmarks:
        """All landmarks."""
        if len(self._samples) >= WINDOW:
            self._add_spectra(1 + (len(self._samples) - WINDOW) // HOP)
        self._find(self._first + len(self._spectra))
        self._pair(len(self._peaks))
        found = np.array(self._found, np.uint32).reshape(-1, 2)
        return Landmarks(hashes=found[:, 1], frames=found[:, 0])

    def _add_spectra(self, count: int) -> None:
        windows = sliding_window_view(self._samples[: WINDOW + (count - 1) * HOP], WINDOW)[::HOP]
        self._spectra = np.concatenate([self._spectra, _spectra(windows)])
        self._samples = self._samples[count * HOP :].copy()

    def _find(self, until: int) -> None:
        """Find the peaks up to a frame, and forget what no later one needs."""
        if not len(self._spectra):
            return
        peaks = _peaks(self._spectra)
        peaks = peaks[(peaks[:, 0] >= self._done - self._first) & (peaks[:, 0] < until - self._first)]
        self._peaks += [(int(frame) + self._first, int(bin_) // COARSE_BINS) for frame, bin_ in peaks]
        self._done = until
        forget = max(0, until - _CONTEXT - self._first)
        self._spectra, self._first = self._spectra[forget:].copy(), self._first + forget
        self._pair(sum(frame + FARTHEST < until for frame, _ in self._peaks))

    def _pair(self, settled: int) -> None:
        """Pair the first peaks, about whose partners nothing more can change."""
        for at, (frame, bin_) in enumerate(self._peaks[:settled]):
            partners = 0
            for later, other in self._peaks[at + 1 :]:
                if later > frame + FARTHEST or partners == FANOUT:
                    break
                if later >= frame + NEAREST and abs(other - bin_) <= MOST_BINS:
                    self._found.append((frame, bin_ << 16 | other << 8 | (later - frame)))
                    partners += 1
        del self._peaks[:settled]


def match(query: Landmarks, reference: Landmarks) -> Match | None:
    """Where in `reference` the sound of `query`, ten minutes at most, stands if enough agrees on one place, else None.

    Landmarks that both have, give or take a frame between the peaks, are counted by the time from one to the other (Wang,
    "An industrial-strength audio search algorithm", ISMIR 2003); how many chance puts at one offset is Poisson's. Speech
    repeats its sounds, so chance does a little more than that: a match is a hint for a person to hear both.
    """
    if len(query.hashes) > LONGEST_QUERY:
        raise ValueError("too much sound to seek at once; seek it in parts")
    frames, offsets = np.unique(_in_common(query, reference), axis=1)
    if not len(offsets):
        return None
    lowest = int(offsets.min()) - 1
    tally = np.bincount(offsets - lowest, minlength=3)
    best = int(np.convolve(tally, [1, 1, 1], "valid").argmax()) + 1 + lowest
    exact = best - 1 + int(tally[best - 1 - lowest : best + 2 - lowest].argmax())
    agreeing = np.unique(frames[np.abs(offsets - best) <= 1])
    spread = int(query.frames[-1]) + int(reference.frames[-1]) + 1
    chance = min(1.0, spread * _poisson_tail(len(agreeing), 3 * len(offsets) / spread))
    if len(agreeing) < LEAST_ALIGNED or agreeing[-1] - agreeing[0] < LEAST_SPAN or chance > LEAST_LIKELY:
        return None
    return Match(offset_ms=exact * HOP_MS, aligned=len(agreeing), chance=chance)


def parse_landmarks(untrusted_packed: bytes) -> Landmarks:
    """Read what `Landmarks.packed` wrote; raises `Damaged`."""
    records = unpack(_KIND, untrusted_packed, _RECORD, MOST_LANDMARKS)
    hashes, frames = records["hash"].astype(np.uint32), records["frame"].astype(np.uint32)
    if len(frames) and (int(frames[-1]) * HOP_MS > LONGEST_MS or (frames[1:] < frames[:-1]).any()):
        raise Damaged("the packed landmarks have times that fall, or end after any clip", hint=REBUILD)
    low, high, gaps = (hashes >> 16).astype(int), (hashes >> 8 & 0xFF).astype(int), hashes & 0xFF
    is_apart = (gaps < NEAREST) | (gaps > FARTHEST) | (np.abs(high - low) > MOST_BINS)
    if (np.maximum(low, high) >= BINS // COARSE_BINS).any() or is_apart.any():
        raise Damaged("the packed landmarks have a pair of peaks that cannot be", hint=REBUILD)
    return Landmarks(hashes=hashes, frames=frames)


def _in_common(query: Landmarks, reference: Landmarks) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For every landmark of `query` and every place in `reference` that has it: its frame, and how much later that is."""
    order = np.argsort(reference.hashes, kind="stable")
    sought = reference.hashes[order]
    frames, offsets = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for wanted in (query.hashes - np.uint32(1), query.hashes, query.hashes + np.uint32(1)):
        first = np.searchsorted(sought, wanted, "left")
        counts = np.searchsorted(sought, wanted, "right") - first
        counts[counts > COMMONEST] = 0
        ends = np.cumsum(counts)
        within = np.arange(counts.sum()) - np.repeat(ends - counts, counts)
        places = reference.frames[order[np.repeat(first, counts) + within]].astype(np.int64)
        frames.append(np.repeat(query.frames, counts).astype(np.int64))
        offsets.append(places - frames[-1])
    return np.concatenate(frames), np.concatenate(offsets)


def _spectra(windows: NDArray[np.int16]) -> NDArray[np.float32]:
    """Power in the speech band, (frames, bins)."""
    shaped = windows * np.hanning(WINDOW).astype(np.float32)
    waves = np.fft.rfft(shaped, axis=1)[:, LOWEST : LOWEST + BINS]
    return np.asarray(np.square(np.abs(waves)) + QUIET, np.float32)


def _peaks(power: NDArray[np.float32]) -> NDArray[np.int64]:
    """(frame, bin) of every peak, by frame and then by bin."""
    mean = _mean_around(power)
    white = power / (mean + FLOOR * mean.mean(axis=1, keepdims=True))
    highest = _highest_around(_highest_around(white, APART, 0), BINS_APART, 1)
    heights = np.where((white == highest) & (white > 1), white, 0)
    # More of one frame than its crowd may have cannot stay, and must not be compared: a click has hundreds.
    bins = np.sort(np.argsort(-heights, axis=1, kind="stable")[:, :MOST_IN_CROWD], axis=1)
    peaks = np.stack([np.repeat(np.arange(len(power)), bins.shape[1]), bins.ravel()], axis=1)
    height = heights[peaks[:, 0], peaks[:, 1]]
    peaks, height = peaks[height > 0], height[height > 0]
    is_near = np.abs(peaks[:, :1] - peaks[None, :, 0]) <= CROWD
    is_higher = (height[None] > height[:, None]) | np.tril(height[None] == height[:, None], -1)
    return np.asarray(peaks[(is_near & is_higher).sum(axis=1) < MOST_IN_CROWD])


def _mean_around(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over `AROUND` frames to each side; at the ends, over those that are there."""
    sums = np.vstack([np.zeros((1, power.shape[1])), np.cumsum(power, axis=0, dtype=np.float64)])
    frames = np.arange(len(power))
    start, stop = np.maximum(frames - AROUND, 0), np.minimum(frames + AROUND + 1, len(power))
    return np.asarray((sums[stop] - sums[start]) / (stop - start)[:, None], np.float32)


def _highest_around(values: NDArray[np.float32], reach: int, axis: int) -> NDArray[np.float32]:
    """The highest of `reach` values to each side, by doubling what is compared."""
    width = 2 * reach + 1
    edges = [(reach, reach) if each == axis else (0, 0) for each in range(2)]
    highest = np.moveaxis(np.pad(values, edges, constant_values=-np.inf), axis, 0)
    span = 1
    while span < width:
        step = min(span, width - span)
        highest = np.maximum(highest[:-step], highest[step:])
        span += step
    return np.moveaxis(highest, 0, axis)


def _poisson_tail(count: int, expected: float) -> float:
    """The chance of `count` or more where `expected` are expected: Chernoff's bound, which is never too small."""
    if count <= expected:
        return 1.0
    return math.exp(count - expected - count * math.log(count / expected))
