"""The fingerprint that a camera's sensor leaves in every frame (docs/formats/sensor.md): made, kept small, read back.

No two pixels of a sensor are equally sensitive. The pattern (photo-response non-uniformity) multiplies every picture that a
camera takes, and stays for years. A frame's residual is what a filter takes for noise in it; the pattern is what the residuals
of many frames have in common, each weighted with how bright the frame was there (maximum likelihood: Chen, Fridrich,
Goljan and Lukáš, "Determining Image Origin and Integrity Using Sensor Noise", IEEE TIFS 3(1), 2008, equation 6).

Invariants: one frame at a time; a frame of another size is a caller's mistake; what is packed reads back the same. It never
says whose camera it was. Memory: about 160 bytes a pixel while a frame is looked at. Time: see bench/results/camera.json.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jebi.archive.frames import LARGEST_SIDE, SMALLEST_SIDE, Plane
from jebi.archive.packed import REBUILD
from jebi.errors import Damaged

Floats = NDArray[np.float32]
Pattern = NDArray[np.int8]
Shares = NDArray[np.int16]

OCTAVES = 5  # that are looked at: encoders leave little of the first, and beyond the fifth there is picture only
NOISE = (
    3.0  # levels of 255, standard deviation: what is taken for noise; 2 to 5 hardly differ (Chen et al., section III)
)
BLACK, WHITE = 16, 235  # of films; a pixel that is white or black all through says nothing of its sensitivity …
SATURATED = 230  # … and neither does one that is nearly white
LARGEST = 127  # of a packed pattern …
MOST_SHARE = 0.05  # of the light, in all octaves: three deviations of the worst sensors; beyond it there is picture
SHARE = 2048  # parts of the light in which shares are counted …
MOST_SHARES = 123  # … of which no sensor has more, but in pixels that are broken; times 255 they fit 16 bits
UNSURE = 2e3  # added to what frames tell of a pixel: a fifth of what one of them does where it is bright and plain
PASSES = (
    5  # in which shares are looked for: after the third a camera is still found in the frames, after the fifth hardly …
)
ENOUGH = 40  # … in so many frames of a clip, evenly spaced: more make it no better
PER_DEVIATION = 32  # … whose standard deviation this is: four deviations fit, and rounding costs a thousandth
MOST_FRAMES = (1 << 32) - 1
MOST_WEIGHT = (1 << 63) - 1

_HEAD = struct.Struct(">8sHHIQ")
_KIND = b"sensor 1"
_PARITIES = tuple((row, column) for row in range(2) for column in range(2))  # of the colour mosaic on the sensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sensor:
    """The pattern found in some frames of one camera.

    Args:
        pattern: rows × columns of the upright frame, in 1/32 of its standard deviation.
        frames: how many frames it is of.
        weight: the sum over the frames of the squared brightness of a mean pixel: how much it counts beside another.
    """

    pattern: Pattern
    frames: int
    weight: int

    def __post_init__(self) -> None:
        if self.pattern.ndim != 2 or self.pattern.dtype != np.int8:
            raise ValueError("a pattern is two-dimensional, in signed bytes")
        if not SMALLEST_SIDE <= min(self.pattern.shape) <= max(self.pattern.shape) <= LARGEST_SIDE:
            raise ValueError("a pattern is too small or too large")
        if not 1 <= self.frames <= MOST_FRAMES or not 1 <= self.weight <= MOST_WEIGHT:
            raise ValueError("a pattern is of at least one frame, and weighs something")

    def packed(self) -> bytes:
        rows, columns = self.pattern.shape
        return _HEAD.pack(_KIND, columns, rows, self.frames, self.weight) + self.pattern.tobytes()


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What one frame tells: of each octave, the residual weighted with its trust and the light, and what that weighs; and how bright it is."""

    octaves: tuple[tuple[Floats, Floats], ...]
    power: float


def told(luma: Plane) -> Told:
    """Look at a frame."""
    bright = np.where(luma >= SATURATED, 0, np.maximum(luma, BLACK) - BLACK).astype(np.float32)
    power = bright * bright
    found = tuple((detail * trust * bright, trust * power) for detail, trust in octaves(luma))
    return Told(found, float(power.mean(dtype=np.float64)))


class Gathering:
    """Takes frames of one camera and one size, and gathers what their residuals have in common."""

    def __init__(self) -> None:
        self._common: list[Floats] = []
        self._trust: list[Floats] = []
        self._power = 0.0
        self._frames = 0

    def feed(self, luma: Plane) -> None:
        """Look at the next frame."""
        self.add(told(luma))

    def add(self, frame: Told) -> None:
        """Take in what the next frame told."""
        shape = frame.octaves[0][0].shape
        if not self._common:
            self._common = [np.zeros(shape, np.float32) for _ in range(OCTAVES)]
            self._trust = [np.zeros(shape, np.float32) for _ in range(OCTAVES)]
        if shape != self._common[0].shape:
            raise ValueError("the frames of a pattern have one size")
        for octave, (common, trust) in enumerate(frame.octaves):
            self._common[octave] += common
            self._trust[octave] += trust
        self._power += frame.power
        self._frames += 1

    def finish(self) -> Sensor | None:
        """The pattern; none where there was no frame, or nothing but black and white."""
        weight = int(self._power)
        if not weight:
            return None
        return Sensor(pattern=quantised(cleaned(sum_of(self._common))), frames=self._frames, weight=weight)

    def shares(self) -> Shares:
        """By which share of the light each pixel gives more, in 1/2048, as well as these frames tell: to be taken off them again.

        Where they do not tell, it is nothing. Unlike a pattern it is not cleaned: all that stands still in the frames is
        in it. An octave hides a little of the next, so what is left after it was taken off is looked for again, `PASSES` times.
        """
        if not self._common:
            raise ValueError("there is nothing to say of no frame")
        found = []
        for common, trust, gain in zip(self._common, self._trust, _GAINS, strict=True):
            most = np.float32(MOST_SHARE * math.sqrt(gain))
            found.append(np.clip(common / (trust + UNSURE), -most, most))
        counted = np.rint(sum_of(found) * np.float32(SHARE)).astype(np.int32)
        return _bounded(
            counted - int(counted.sum()) // counted.size
        )  # noise is part of the light: that alone makes a share


def added(one: Shares, other: Shares) -> Shares:
    """What was found at first, and what was found when that had been taken off."""
    return _bounded(one + other)


def octaves(luma: Plane) -> Iterator[tuple[Floats, Floats]]:
    """A frame's detail in each octave, and how far it can be taken for noise, 0 to 1.

    The filter is that of Mihçak, Kozintsev and Ramchandran ("Spatially adaptive statistical modeling of wavelet image
    coefficients", ICASSP 1999), on an undecimated pyramid of one band an octave: trust is ν / max(ν, energy around it), the
    energy being the least of two windows' means.
    """
    rest = luma.astype(np.float32)
    for octave in range(OCTAVES):
        smooth = _smoothed(rest, 1 << octave)
        detail = np.subtract(rest, smooth, out=rest)
        variance = np.float32(NOISE * NOISE * _GAINS[octave])
        energy = np.maximum(_least_energy(detail), variance)
        yield detail, np.divide(variance, energy, out=energy)
        rest = smooth


def sum_of(planes: list[Floats]) -> Floats:
    """One plane of several, added in their order."""
    total = planes[0].copy()
    for plane in planes[1:]:
        total += plane
    return total


def cleaned(found: Floats) -> Floats:
    """Without what cameras of one make, or films of one encoder, have in common: rows, columns, the mosaic, and blocks.

    The means of rows and columns of each of the mosaic's four lattices go; then every wave that is stronger than those around
    it is made as strong as they are (Wiener's filter in the frequencies, Chen et al., section V.B).
    """
    flat = found.copy()
    for row, column in _PARITIES:
        lattice = flat[row::2, column::2]
        lattice -= lattice.mean(axis=0)
        lattice -= lattice.mean(axis=1, keepdims=True)
    waves = np.fft.rfft2(flat)
    power = np.asarray(waves.real**2 + waves.imag**2, np.float32)
    usual = _means(_means(power, 1), 3)
    waves /= np.sqrt(np.maximum(power, usual) + usual.mean() * np.float32(1e-3) + np.float32(1e-12))
    waves[0, 0] = 0
    return np.asarray(np.fft.irfft2(waves, s=flat.shape), np.float32)


def quantised(found: Floats) -> Pattern:
    """A pattern in signed bytes, 32 to a standard deviation."""
    deviation = float(found.std(dtype=np.float64)) or 1.0
    steps = np.rint(found * np.float32(PER_DEVIATION / deviation))
    return np.asarray(np.clip(steps, -LARGEST, LARGEST), np.int8)


def together(sensors: list[Sensor]) -> Sensor:
    """The pattern of several clips of one camera, each counting by what it weighs; all have one size, and there is one."""
    total = np.zeros(sensors[0].pattern.shape, np.float32)
    for sensor in sensors:
        if sensor.pattern.shape != total.shape:
            raise ValueError("the patterns of one camera have one size")
        total += sensor.pattern * np.float32(math.sqrt(sensor.weight))
    return Sensor(
        pattern=quantised(total),
        frames=min(MOST_FRAMES, sum(sensor.frames for sensor in sensors)),
        weight=min(MOST_WEIGHT, sum(sensor.weight for sensor in sensors)),
    )


def parse_sensor(untrusted_packed: bytes) -> Sensor:
    """Read what `Sensor.packed` wrote; raises `Damaged`."""
    if len(untrusted_packed) < _HEAD.size:
        raise Damaged("the packed sensor is shorter than its head", hint=REBUILD)
    kind, columns, rows, frames, weight = _HEAD.unpack_from(untrusted_packed)
    if kind != _KIND:
        raise Damaged("this is no packed sensor", hint=REBUILD)
    if not SMALLEST_SIDE <= min(rows, columns) <= max(rows, columns) <= LARGEST_SIDE:
        raise Damaged("the packed sensor has sides that no film has", hint=REBUILD)
    if frames < 1 or not 1 <= weight <= MOST_WEIGHT:
        raise Damaged("the packed sensor is of no frame, or weighs nothing", hint=REBUILD)
    if len(untrusted_packed) != _HEAD.size + rows * columns:
        raise Damaged("the packed sensor is not as long as it says", hint=REBUILD)
    pattern = np.frombuffer(untrusted_packed, np.int8, rows * columns, _HEAD.size).reshape(rows, columns)
    if (pattern == -LARGEST - 1).any():
        raise Damaged("the packed sensor has a pixel out of range", hint=REBUILD)
    return Sensor(pattern=pattern, frames=frames, weight=weight)


def _bounded(found: NDArray[np.generic]) -> Shares:
    return np.asarray(np.clip(found, -MOST_SHARES, MOST_SHARES), np.int16)


def _smoothed(plane: Floats, step: int) -> Floats:
    """Convolved with (1 2 1) / 4 both ways, its places so many pixels apart; the edges are repeated."""
    down = _three(plane, plane * np.float32(2), step)
    both = _three(down.T, down.T * np.float32(2), step).T
    both *= np.float32(1 / 16)
    return both


def _three(plane: Floats, total: Floats, step: int) -> Floats:
    """To a total of its own rows are added those so many above and below; the first and the last are repeated."""
    total[step:] += plane[:-step]
    total[:step] += plane[:1]
    total[:-step] += plane[step:]
    total[-step:] += plane[-1:]
    return total


def _least_energy(detail: Floats) -> Floats:
    """The mean square around each place: over 3 × 3 or over 9 × 9 pixels, whichever is less."""
    near = _means(detail * detail, 1)
    return np.minimum(near, _means(near, 3))


def _means(plane: Floats, step: int) -> Floats:
    """Means of three by three values, so many apart; those at the edges are repeated."""
    down = _three(plane, plane.copy(), step)
    both = _three(down.T, down.T.copy(order="K"), step).T
    both *= np.float32(1 / 9)
    return both


def _gains() -> tuple[float, ...]:
    """By how much each octave's detail is weaker than white noise: the sum of its squared impulse response."""
    rest = np.zeros((65, 65), np.float32)
    rest[32, 32] = 1
    gains = []
    for octave in range(OCTAVES):
        smooth = _smoothed(rest, 1 << octave)
        gains.append(float(((rest - smooth) ** 2).sum()))
        rest = smooth
    return tuple(gains)


_GAINS = _gains()
