"""What is left of a sensor's pattern in a film that was laid anew: measured as those would who hold the camera (docs/formats/sensor.md,
"What is left").

Whoever holds the camera films a plain wall with it. A desk has only other films, and what these have in common with the film that is
measured matches too, be it a sensor or a street: so frames are taken for a reference only if they show something else, and a reference
counts only if it knows the original's sensor.

Invariants: an energy is of a position that the window can have had. It never says that a camera cannot be found.
Peak: 60 bytes a pixel.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jebi.archive.frames import Plane
from jebi.archive.pictures import distance, pdq
from jebi.archive.sensor import Floats, Sensor, octaves, sum_of, together
from jebi.archive.sensor_match import SMALLEST, STEADY, Meter, Pose, energy_of, halved, sampled, search, straightened

NARROW = 30.0  # the threshold where the position is known: 4.3e-8 by chance · 289 positions
NEAR = 8  # pixels by which a position that is known may be off
UNLIKE = 90  # bits of 256 by which pictures differ that show different things; by chance they differ in 128, and hardly ever in 90
HALVINGS = 3  # at which a known position is looked at, beside the full size
SCALES = (0.85, 1.0)  # of the window: 0.923 to 0.947, and beyond it
SLOPE = 0.01  # of the window: 0.007 at most
REACH = 3  # per cent of the width by which a window lies off at most, turned and bent …
SPARE = 8  # … and so many pixels
LEAST_FIT = 0.15  # correlation of detail from which on a picture says how it lies; by chance it is a hundredth …
CLEARER = 0.05  # … and by how much the one must be higher than the other
_DETAIL = slice(1, 4)  # the octaves that say how a picture lies: the first is noise, the last are too coarse

Hashes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """What was found of one shot of the film.

    Args:
        sensor: its pattern, in the size that is shown.
        row, column: from where in the source's picture each of its pixels is taken in the middle of the shot.
    """

    sensor: Sensor
    row: Floats
    column: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The highest PCE that each attacker finds; `before` is that of the original, and the others' of the film.

    Args:
        naive: who brings the film back to the camera's size.
        searching: who tries scales and slopes, too.
        told: who knows the window of each shot, and not how it is bent.
    """

    before: float
    naive: float
    searching: float
    told: float


def hashes(pictures: Iterable[Plane]) -> Hashes:
    """Fingerprints of pictures, so many times 32 bytes."""
    found = [pdq(luma)[1] for luma in pictures]
    return np.stack(found) if found else np.zeros((0, 32), np.uint8)


def are_others(picture: Plane, known: Hashes) -> bool:
    """Whether a picture shows something else than all of these."""
    return not len(known) or int(distance(hashes([picture]), known).min()) >= UNLIKE


def reference_of(ours: Sensor, candidates: Sequence[Sensor]) -> Sensor | None:
    """One pattern of those that are of the camera which took the original. None where there is none."""
    meter = Meter(ours.pattern)
    matches = [(one, meter.measure(one.pattern, within=STEADY)) for one in candidates]
    ours_too = [one for one, match in matches if match.is_alarming and match.energy > 0]
    return together(ours_too) if ours_too else None


def measured(reference: Sensor, ours: Sensor, laid: Sequence[Laid]) -> Left:
    """What each attacker finds who has a reference: in the original, and in shots of the film that were made of it, at least one."""
    meter, pattern = Meter(reference.pattern), reference.pattern.astype(np.float32)
    rows, columns = pattern.shape
    reach = columns * REACH // 100 + SPARE
    whole = together([one.sensor for one in laid]).pattern
    back = straightened(whole, (rows, columns), Pose(scale=whole.shape[1] / columns))
    found = [search(pattern, one.sensor.pattern, scales=SCALES, slope=SLOPE, within=reach).energy for one in laid]
    told = [near(one.sensor.pattern, sampled(pattern, *straight(one.row, one.column))) for one in laid]
    return Left(
        before=meter.measure(ours.pattern, within=STEADY).energy,
        naive=abs(meter.measure(back, within=reach).energy),
        searching=max(map(abs, found)),
        told=max(told),
    )


def near(pattern: NDArray[np.generic], reference: NDArray[np.generic]) -> float:
    """The highest PCE near a position that is known, at the full size and at halves of it."""
    found, known = (np.asarray(plane, np.float32) for plane in (pattern, reference))
    best = 0.0
    for halving in range(HALVINGS + 1):
        waves = np.fft.rfft2(found - found.mean()) * np.conj(np.fft.rfft2(known - known.mean()))
        surface = np.asarray(np.fft.irfft2(waves, s=found.shape), np.float32)
        best = max(best, abs(energy_of(surface, max(2, NEAR >> halving))[0]))
        if min(found.shape) < 2 * SMALLEST:
            break
        found, known = halved(found), halved(known)
    return best


def straight(row: Floats, column: Floats) -> tuple[Floats, Floats]:
    """The straight window that fits a bent one best: the places from which it takes each pixel."""
    down, right = (np.asarray(axis, np.float32) for axis in np.mgrid[: row.shape[0], : row.shape[1]])
    some = (slice(None, None, 8), slice(None, None, 8))
    terms = np.stack((down[some].ravel(), right[some].ravel(), np.ones(down[some].size)), axis=1).astype(np.float64)
    laid = []
    for plane in (row, column):
        fit = np.linalg.lstsq(terms, plane[some].ravel().astype(np.float64), rcond=None)[0].astype(np.float32)
        laid.append(np.asarray(fit[0] * down + fit[1] * right + fit[2], np.float32))
    return laid[0], laid[1]


def lies_as(shown: Plane, original: Plane, row: Floats, column: Floats) -> bool | None:
    """Whether a picture of a film lies as its window says, or as the camera took it; none where nothing in it tells.

    Args:
        shown: its luma.
        original: that of the frame that it was made of, covered as it is.
        row: from where in the original each of its pixels is to be taken …
        column: … likewise.
    """
    scale = original.shape[1] / shown.shape[1]
    found = _detail(shown)
    planned = _fit(found, _detail(_plane(sampled(original, row, column))))
    filmed = _fit(found, _detail(_plane(straightened(original, shown.shape, Pose(scale=scale)))))
    if max(planned, filmed) < LEAST_FIT or abs(planned - filmed) < CLEARER:
        return None
    return planned > filmed


def _plane(picture: Floats) -> Plane:
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def _detail(luma: Plane) -> Floats:
    """What is in the middle octaves, without the edge of the picture, beyond which there is nothing."""
    edge = min(luma.shape) // 16
    return sum_of([detail for detail, _ in octaves(luma)][_DETAIL])[edge:-edge, edge:-edge]


def _fit(one: Floats, other: Floats) -> float:
    """The correlation of two planes of detail."""
    power = float((one * one).sum(dtype=np.float64)) * float((other * other).sum(dtype=np.float64))
    return float((one * other).sum(dtype=np.float64)) / power**0.5 if power > 0 else 0.0
