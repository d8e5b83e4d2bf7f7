"""Whether two sensor patterns are of one camera: the peak-to-correlation energy (docs/formats/sensor.md, "Comparing").

Two patterns are laid on each other at every shift. If they are of one camera, their correlation has a peak, and the PCE says by
how much the peak stands above all the rest (Goljan and Fridrich, "Camera identification from cropped and scaled images",
SPIE 6819, 2008, equation 7). Where a picture was made smaller, turned or cropped, poses are tried, coarse ones on a small
pattern first, then finer ones around the best.

Invariants: a PCE is of one peak among all shifts that were allowed. It never says "not this camera": a low PCE is no alibi.
Memory: about 40 bytes a pixel. Time: a tenth of a second a pose at 1080p, a quarter of it at each halving.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from jebi.archive.sensor import Floats, Sensor

THRESHOLD = (
    60.0  # above it, one camera: 2.4 in 100,000 false alarms over a million pictures (Goljan, Fridrich, Filler 2009)
)
PEAK = 5  # pixels to each side of the peak that belong to it
KEPT = 6  # poses of a coarse search that are looked at more closely
HALVINGS = 2  # at which patterns are compared, beside their full size
SMALLEST = 96  # a side of a pattern that was made smaller; below it there are too few pixels for a peak
STEADY = 1  # pixel by which two films of one sensor may lie off each other; farther off, films of one place match
QUARTERS = (0, 1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pose:
    """How a picture lies over the sensor, about its middle.

    Args:
        scale: its pixels to one of the sensor.
        slope: how much it is turned: to the right for each pixel down.
    """

    scale: float = 1.0
    slope: float = 0.0


STRAIGHT = Pose()


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """How well two patterns match in their best position.

    Args:
        energy: the PCE; below zero if the peak is one of opposites.
        down, right: by how many pixels the picture lies off the middle.
        halving: how often both were made smaller by half for it.
    """

    energy: float
    down: int
    right: int
    halving: int
    pose: Pose

    @property
    def is_alarming(self) -> bool:
        return abs(self.energy) >= THRESHOLD


class Meter:
    """One pattern to which others are compared, at its full size and made smaller.

    What an encoder leaves of a pattern is mostly coarse, so the peak may stand out better at half or a quarter of the size.
    """

    def __init__(self, reference: NDArray[np.generic], *, halvings: int = HALVINGS) -> None:
        self.shape = reference.shape
        self._waves = [(small.shape, np.conj(np.fft.rfft2(small))) for small in _ever_smaller(reference, halvings)]

    def measure(self, pattern: NDArray[np.generic], *, within: int | None = None, pose: Pose = STRAIGHT) -> Match:
        """Compare a pattern of the same size; `within` bounds by how many pixels it may be shifted. The best of all sizes."""
        if pattern.shape != self.shape:
            raise ValueError("patterns are compared at one size")
        best: Match | None = None
        for halving, small in enumerate(_ever_smaller(pattern, len(self._waves) - 1)):
            shape, waves = self._waves[halving]
            found = np.asarray(np.fft.irfft2(np.fft.rfft2(small) * waves, s=shape), np.float32)
            energy, down, right = energy_of(found, None if within is None else within >> halving)
            if best is None or abs(energy) > abs(best.energy):
                best = Match(energy=energy, down=down << halving, right=right << halving, halving=halving, pose=pose)
        assert best
        return best


def energy_of(correlation: Floats, within: int | None = None) -> tuple[float, int, int]:
    """The PCE of a circular cross-correlation, and its peak's shift, down and right."""
    down, right = _peak(correlation, within)
    near_down, near_right = (range(place - PEAK, place + PEAK + 1) for place in (down, right))
    around = np.take(np.take(correlation, near_down, 0, mode="wrap"), near_right, 1, mode="wrap")
    whole, part = (float((plane**2).sum(dtype=np.float64)) for plane in (correlation, around))
    rest = (whole - part) / (correlation.size - around.size)
    peak = float(correlation[down, right])
    return (math.copysign(peak * peak / rest, peak) if rest > 0 else 0.0), down, right


def straightened(pattern: NDArray[np.generic], shape: tuple[int, ...], pose: Pose) -> Floats:
    """A pattern of any size as it would lie on a sensor of `shape`, by linear interpolation; nothing where it does not reach."""
    rows, columns = pattern.shape
    down = (np.arange(shape[0], dtype=np.float32) - np.float32((shape[0] - 1) / 2)) * np.float32(pose.scale)
    right = (np.arange(shape[1], dtype=np.float32) - np.float32((shape[1] - 1) / 2)) * np.float32(pose.scale)
    slope = np.float32(pose.slope)
    row = down[:, None] - slope * right + np.float32((rows - 1) / 2)
    column = right + slope * down[:, None] + np.float32((columns - 1) / 2)
    return sampled(pattern, row, column)


def sampled(pattern: NDArray[np.generic], row: Floats, column: Floats) -> Floats:
    """A pattern's values at places between its pixels, by linear interpolation; nothing outside of it."""
    rows, columns = pattern.shape
    top, left = np.floor(row).astype(np.int32), np.floor(column).astype(np.int32)
    lower, further = row - top, column - left
    is_inside = (top >= 0) & (top < rows - 1) & (left >= 0) & (left < columns - 1)
    place = np.where(is_inside, top * columns + left, 0).astype(np.intp)
    flat = np.ascontiguousarray(pattern, np.float32).ravel()
    above = flat[place] * (1 - further) + np.take(flat, place + 1, mode="clip") * further
    below = np.take(flat, place + columns, mode="clip") * (1 - further)
    below += np.take(flat, place + columns + 1, mode="clip") * further
    return np.where(is_inside, above * (1 - lower) + below * lower, np.float32(0)).astype(np.float32)


def search(
    reference: NDArray[np.generic],
    pattern: NDArray[np.generic],
    *,
    scales: tuple[float, float],
    slope: float,
    halvings: int = HALVINGS,
    within: int | None = None,
) -> Match:
    """The best of all poses with a scale between two and a slope up to one, to either side.

    The coarse search is done on patterns that were made smaller so many times, in steps at which a mean pixel lies off by a
    third of one at most; then around the best poses, on larger ones, down to the full size. The best of all that were tried.
    `within` bounds by how many pixels of the full size it may be shifted.
    """
    sizes = list(zip(_ever_smaller(reference, halvings), _ever_smaller(pattern, halvings), strict=False))
    step = step_of(sizes[-1][0].shape)
    poses: Iterable[Pose] = _grid(scales, slope, step)
    found: list[Match] = []
    for halving, (small, other) in reversed(list(enumerate(sizes))):
        meter = Meter(small, halvings=0)
        reach = None if within is None else max(STEADY, within >> halving)
        tried = [meter.measure(straightened(other, small.shape, pose), within=reach, pose=pose) for pose in poses]
        best = sorted(tried, key=lambda match: -abs(match.energy))[:KEPT]
        found += [
            replace(match, down=match.down << halving, right=match.right << halving, halving=halving) for match in best
        ]
        step /= 2
        poses = {pose for match in best for pose in _around(match.pose, step)}
    return max(found, key=lambda match: abs(match.energy))


def step_of(shape: tuple[int, ...]) -> float:
    """The step of scale and slope at which a mean pixel of a pattern lies off by a third of a pixel at most."""
    return 2 / 3 / (math.hypot(*shape) / 4)


def halved(pattern: Floats) -> Floats:
    """Means of two by two pixels; an odd row or column is left out."""
    rows, columns = pattern.shape[0] // 2 * 2, pattern.shape[1] // 2 * 2
    down = pattern[0:rows:2, :columns] + pattern[1:rows:2, :columns]
    return np.asarray((down[:, ::2] + down[:, 1::2]) / 4, np.float32)


def same_camera(one: Sensor, other: Sensor) -> Match:
    """Compare the patterns of two pseudonyms, whichever way up their cameras were held; the larger one is made smaller.

    Both are of a whole sensor, so they lie on each other as they are, or nearly. Were every shift allowed, what two cameras
    filmed at one place would match at another.
    """
    small, large = sorted((one.pattern, other.pattern), key=lambda pattern: pattern.size)
    meter = Meter(small)
    tried = []
    for quarter in QUARTERS:
        turned = np.asarray(np.rot90(large, quarter), np.float32)
        while min(turned.shape) >= 2 * min(small.shape):
            turned = halved(turned)
        pose = Pose(scale=min(side / other for side, other in zip(turned.shape, small.shape, strict=True)))
        laid = turned if turned.shape == small.shape else straightened(turned, small.shape, pose)
        tried.append(meter.measure(laid, within=STEADY, pose=pose))
    return max(tried, key=lambda match: abs(match.energy))


def pairs(sensors: Sequence[Sensor]) -> Iterator[tuple[int, int, Match]]:
    """Every two of some pseudonyms' patterns that alarm, by their places."""
    for first in range(len(sensors)):
        for second in range(first + 1, len(sensors)):
            match = same_camera(sensors[first], sensors[second])
            if match.is_alarming:
                yield first, second, match


def _ever_smaller(pattern: NDArray[np.generic], halvings: int) -> list[Floats]:
    """A pattern with a mean of nothing, and its halves, as long as they are not too small."""
    values = np.asarray(pattern, np.float32)
    sizes = [np.asarray(values - np.float32(values.mean(dtype=np.float64)), np.float32)]
    while len(sizes) <= halvings and min(sizes[-1].shape) >= 2 * SMALLEST:
        sizes.append(halved(sizes[-1]))
    return sizes


def _peak(found: Floats, within: int | None) -> tuple[int, int]:
    """Where the correlation is farthest from nothing; shifts to the left and up are below zero."""
    rows, columns = found.shape
    reach = [side // 2 if within is None else min(within, side // 2 - 1) for side in (rows, columns)]
    if within is None:
        place = int(np.abs(found).argmax())
        down, right = divmod(place, columns)
        return (down - rows if down > rows // 2 else down), (right - columns if right > columns // 2 else right)
    around = found[np.ix_(range(-reach[0], reach[0] + 1), range(-reach[1], reach[1] + 1))]
    down, right = divmod(int(np.abs(around).argmax()), 2 * reach[1] + 1)
    return down - reach[0], right - reach[1]


def _grid(scales: tuple[float, float], slope: float, step: float) -> list[Pose]:
    """All poses within the bounds, a step apart, the bounds' middle among them."""
    middle, reach = (scales[0] + scales[1]) / 2, (scales[1] - scales[0]) / 2
    sizes = [middle + n * step for n in _numbers(reach, step)]
    return [Pose(scale=size, slope=n * step) for size, n in product(sizes, _numbers(slope, step))]


def _numbers(reach: float, step: float) -> range:
    count = math.ceil(reach / step - 1e-9)
    return range(-count, count + 1)


def _around(pose: Pose, step: float) -> list[Pose]:
    return [
        Pose(scale=pose.scale + down * step, slope=pose.slope + right * step)
        for down, right in product((-1, 0, 1), repeat=2)
    ]
