"""Lays frames anew as a plan says, so that they no longer lie over the sensor that took them.

What a plan is, and why, stands in `jebi.release.quieting`; here are the hands. Each plane is resampled twice, down and then
across, with Catmull and Rom's cubic kernel; detail of three octaves that is no stronger than noise is taken out of the luma,
and grain of the plan's is laid over it. There is no mean over several frames, as it would take away everything but
what stands still, and that is the sensor's pattern.

Invariants: all arithmetic is in integers, so the same plan and frames give the same bytes on every machine; frames are never
written to; luma stays within 16 and 235, chroma within 16 and 240. Peak: 100 bytes a pixel that is shown. Time: see
bench/results/camera.json.
"""

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.int16]
Places = NDArray[np.intp]
Nodes = NDArray[np.int64]

PART: Final = 64  # of a pixel; places between pixels, and a kernel's weights
WEIGHT_BITS: Final = 14  # of a spline's weights
FINER: Final = 14  # bits by which places are worked out more finely than a plan's numbers of 2^-20
BAND: Final = 1 << 16  # pixels that are worked on at once: they stay in the processor's cache
STRIP: Final = 128  # rows that are smoothed at once, for the same reason …
REACH: Final = 7  # … with so many above and below: the smoothings of three octaves reach no farther
LOWEST, BRIGHTEST, STRONGEST = 16, 235, 240  # of studio range: of all, of luma, of chroma
GRAIN_DEVIATION: Final = 256
PARTS: Final = 2048  # of the light, in which a sensor's shares are counted
BYTE: Final = 255
MOST: Final = 32_767
ROOM: Final = 256  # pixels by which grain is larger than what is shown, each way


class Moment(Protocol):
    """How some frames are laid; what its numbers are stands in `jebi.release.quieting.Moment`."""

    @property
    def across(self) -> tuple[int, int, int]: ...
    @property
    def down(self) -> tuple[int, int, int]: ...
    @property
    def bend_across(self) -> Nodes: ...
    @property
    def bend_down(self) -> Nodes: ...
    @property
    def smoothing(self) -> tuple[int, int, int]: ...
    @property
    def grain(self) -> int: ...


class Plan(Protocol):
    """Width and height of what comes and of what is shown, and how each frame is laid."""

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def shown(self) -> tuple[int, int]: ...
    def step(self, time_ms: int) -> int: ...
    def at(self, time_ms: int) -> Moment: ...


class Remover:
    """Takes off a clip's frames what is known of the sensor that took them. Before anything is painted: it would be written there."""

    def __init__(self, shares: Words, dither: Words, places: Sequence[tuple[int, int]]) -> None:
        """`shares`: of the light, in 1/2048, for each pixel; `dither`: 0 to 2047, 256 pixels larger; `places` as a painter's."""
        if dither.shape != (shares.shape[0] + ROOM, shares.shape[1] + ROOM) or not places:
            raise ValueError("dither is 256 pixels larger than a frame, and has places")
        if int(np.abs(shares).max()) * (BYTE - LOWEST) + PARTS > MOST:
            raise ValueError("no sensor's shares are so large")
        self._shares, self._dither, self._places, self._count = shares, dither, places, 0

    def taken_off(self, luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The next frame's luma without it."""
        down, across = self._places[self._count % len(self._places)]
        self._count += 1
        rows, columns = self._shares.shape
        light = luma.astype(np.int16)
        more = light - LOWEST
        more *= self._shares
        more += self._dither[down : down + rows, across : across + columns]
        more >>= 11
        light -= more
        return np.clip(light, 0, BYTE).astype(np.uint8)


class Painter:
    """Lays the frames of one cut, one after the other."""

    def __init__(self, plan: Plan, grain: Words, places: Sequence[tuple[int, int]]) -> None:
        """`grain`: of a deviation of 256, 256 pixels larger than what is shown, each way; `places`: where a frame's begins in it."""
        columns, rows = plan.shown
        if grain.shape != (rows + ROOM, columns + ROOM) or not places:
            raise ValueError("grain is 256 pixels larger than what is shown, and has places")
        self._plan, self._grain, self._places = plan, grain, places
        self._count, self._step = 0, -1
        self._scaled: tuple[int, Words] | None = None

    def paint(self, time_ms: int, pixels: bytes) -> bytes:
        """The next frame, planar YUV 4:2:0 in studio range, in the size that is shown."""
        width, height = self._plan.size
        if len(pixels) != width * height * 3 // 2:
            raise ValueError("a frame has all its planes, in the size that the plan says")
        moment = self._moment(time_ms)
        flat = np.frombuffer(pixels, np.uint8)
        luma = self._luma_lay.laid(flat[: width * height])
        painted = [_smoothed(luma, moment.smoothing, self._grain_of(moment.grain))]
        self._count += 1
        for plane in (4, 5):
            quarter = width * height // 4
            chroma = self._chroma_lay.laid(flat[plane * quarter : (plane + 1) * quarter])
            painted.append(np.clip(chroma, LOWEST, STRONGEST).astype(np.uint8))
        return b"".join(plane.tobytes() for plane in painted)

    def _moment(self, time_ms: int) -> Moment:
        """How this frame is laid; the lay is made anew only where the plan goes on."""
        if (step := self._plan.step(time_ms)) != self._step:
            self._now, self._step = self._plan.at(time_ms), step
            row, column = _rows_from(self._now, self._plan), _columns_from(self._now, self._plan)
            width, height = self._plan.size
            self._luma_lay = _Lay(row, column, (height, width), _CUBIC)
            self._chroma_lay = _Lay(row[::2, ::2] >> 1, column[::2, ::2] >> 1, (height // 2, width // 2), _LINEAR)
        return self._now

    def _grain_of(self, strength: int) -> Words:
        """This frame's part of the grain, in quarters of a level."""
        if self._scaled is None or self._scaled[0] != strength:
            quarters = self._grain.astype(np.int32) * strength // (4 * GRAIN_DEVIATION)
            self._scaled = strength, quarters.astype(np.int16)
        columns, rows = self._plan.shown
        down, across = self._places[self._count % len(self._places)]
        return self._scaled[1][down : down + rows, across : across + columns]


def laid_from(plan: Plan, time_ms: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """From which row and which column of the picture each pixel is taken that is shown at a time: for whoever checks what is left."""
    moment = plan.at(time_ms)
    found = (_rows_from(moment, plan), _columns_from(moment, plan))
    rows, columns = (np.asarray(places / np.float32(PART), np.float32) for places in found)
    left = np.clip(columns.astype(np.int32), 0, plan.size[0] - 2)
    further, line = columns - left, np.arange(len(rows))[:, None]
    return np.asarray(rows[line, left] * (1 - further) + rows[line, left + 1] * further, np.float32), columns


class _Lay:
    """Where each pixel that is shown is taken from, and with what weights: for planes of one size, as long as the plan stands still."""

    def __init__(
        self, row: NDArray[np.int32], column: NDArray[np.int32], shape: tuple[int, int], kernel: Words
    ) -> None:
        rows, columns = shape
        before, after = 1 - kernel.shape[0] // 2, kernel.shape[0] // 2
        row = np.clip(row, -before * PART, (rows - after) * PART - 1).ravel()
        column = np.clip(column, -before * PART, (columns - after) * PART - 1)
        self._shape, self._columns = column.shape, columns
        starts = np.arange(column.shape[0]) * columns
        self._from_row = (_first(row, before, columns).reshape(-1, columns) + np.arange(columns)).ravel()
        self._from_column = (_first(column, before, 1) + starts[:, None]).ravel()
        self._row_weights = _weights(row, kernel)
        self._column_weights = _weights(column.ravel(), kernel)

    def laid(self, plane: NDArray[np.uint8]) -> Words:
        """A plane, flat, as it is shown; a little beyond its range at sharp edges."""
        middle = _resampled(plane.astype(np.int16), self._from_row, self._row_weights, self._columns)
        return _resampled(middle, self._from_column, self._column_weights, 1).reshape(self._shape)


def _resampled(flat: Words, places: Places, weights: list[Words], apart: int) -> Words:
    """Sums of some values, so far apart, each with its weight, from each of some places on."""
    laid = np.empty(len(places), np.int16)
    taken = np.empty(min(BAND, len(places)), np.int16)
    for start in range(0, len(places), BAND):
        part = slice(start, start + BAND)
        here, total = places[part], laid[part]
        one = taken[: len(here)]
        np.take(flat, here, out=total, mode="clip")
        total *= weights[0][part]
        for tap in range(1, len(weights)):
            np.take(flat[tap * apart :], here, out=one, mode="clip")
            one *= weights[tap][part]
            total += one
        total += PART // 2
        total >>= 6
    return laid


def _first(place: NDArray[np.int32], before: int, apart: int) -> Places:
    """The first of the pixels that a kernel covers at each place, as an offset into a flat plane."""
    return ((place >> 6) + before).astype(np.intp) * apart


def _weights(place: NDArray[np.int32], kernel: Words) -> list[Words]:
    """The weights of the pixels that a kernel covers at each place."""
    between = (place & (PART - 1)).astype(np.intp)
    return [np.take(weights, between, mode="clip") for weights in kernel]


def _rows_from(moment: Moment, plan: Plan) -> NDArray[np.int32]:
    """For each column of the picture and each row that is shown: the row it is taken from, in 1/64."""
    return _from(moment.down, moment.bend_down, (plan.shown[1], plan.size[0]))


def _columns_from(moment: Moment, plan: Plan) -> NDArray[np.int32]:
    """For each pixel that is shown: the column that it is taken from, in 1/64."""
    return _from(moment.across, moment.bend_across, (plan.shown[1], plan.shown[0]))


def _from(line: tuple[int, int, int], bend: Nodes, shape: tuple[int, int]) -> NDArray[np.int32]:
    """The straight line and its bend, at all places: a product of two narrow matrices of whole numbers, in 2^-34 pixel.

    They and their sums stay below 2^53, so that the product is exact, in whatever order it is added up.
    """
    first, second, constant = (number << FINER for number in line)
    rows, columns = shape
    down, right = _spline(rows, bend.shape[0]), _spline(columns, bend.shape[1])
    along = np.stack((np.ones(rows), second * np.arange(rows, dtype=np.float64)), axis=1)
    over = np.stack((first * np.arange(columns, dtype=np.float64) + constant, np.ones(columns)), axis=1)
    found = np.hstack((down @ bend.astype(np.float64), along)) @ np.hstack((right, over)).T
    found *= 1 / (1 << 2 * WEIGHT_BITS)
    return found.astype(np.int32)


def _spline(length: int, nodes: int) -> NDArray[np.float64]:
    """Weights of a uniform cubic spline's nodes, (length, nodes), whole numbers that add up to 2^14.

    Source: de Boor, "A Practical Guide to Splines", chapter IX, for knots at equal distances.
    """
    whole = 1 << WEIGHT_BITS
    place = (2 * np.arange(length, dtype=np.int64) + 1) * (nodes - 3) * whole // (2 * length)
    cell, after = place >> WEIGHT_BITS, place & (whole - 1)
    before = whole - after
    bits = 2 * WEIGHT_BITS
    first, last = before**3 // 6 >> bits, after**3 // 6 >> bits
    second = (4 * whole**3 - 6 * whole * after**2 + 3 * after**3) // 6 >> bits
    weights = np.zeros((length, nodes))
    for number, weight in enumerate((first, second, whole - first - second - last, last)):
        weights[np.arange(length), cell + number] = weight
    return weights


def _smoothed(luma: Words, thresholds: tuple[int, int, int], grain: Words) -> NDArray[np.uint8]:
    """Take away, of each octave's detail, what is no more than its threshold, and lay grain over it; both in quarters of a level."""
    rows, laid = len(luma), np.empty(luma.shape, np.uint8)
    for start in range(0, rows, STRIP):
        end, top = min(rows, start + STRIP), max(0, start - REACH)
        kept = luma[top : end + REACH] << 2
        rest = kept.copy()
        for octave, threshold in enumerate(thresholds if any(thresholds) else ()):
            smooth = _octave(rest, 1 << octave)
            rest -= smooth
            np.clip(rest, -threshold, threshold, out=rest)
            kept -= rest
            rest = smooth
        strip = kept[start - top : end - top]
        strip += grain[start:end]
        strip += 2
        strip >>= 2
        laid[start:end] = np.clip(strip, LOWEST, BRIGHTEST, out=strip)
    return laid


def _octave(plane: Words, step: int) -> Words:
    """Convolved with (1 2 1) / 4 both ways, its places so many pixels apart; the edges are repeated."""
    down = plane << 1
    down[step:] += plane[:-step]
    down[:step] += plane[:1]
    down[:-step] += plane[step:]
    down[-step:] += plane[-1:]
    down += 2
    down >>= 2
    both = down << 1
    both[:, step:] += down[:, :-step]
    both[:, :step] += down[:, :1]
    both[:, :-step] += down[:, step:]
    both[:, -step:] += down[:, -1:]
    both += 2
    both >>= 2
    return both


def _catmull_rom() -> Words:
    """The weights of the four pixels around each of 64 places between two, in 1/64; they add up to 64.

    Source: Catmull and Rom, "A class of local interpolating splines", 1974, with a tension of a half.
    """
    weights = np.empty((4, PART), np.int16)
    for place in range(PART):
        t, one = place, PART
        exact = (
            -t * (one - t) ** 2,
            2 * one**3 - 5 * one * t**2 + 3 * t**3,
            t * (one**2 + 4 * one * t - 3 * t**2),
            -(t**2) * (one - t),
        )
        rounded = [(2 * value + 2 * one**2) // (4 * one**2) for value in exact]
        rounded[1 if t < one // 2 else 2] += one - sum(rounded)
        weights[:, place] = rounded
    return weights


_CUBIC: Final = _catmull_rom()
_LINEAR: Final = np.stack((PART - np.arange(PART), np.arange(PART))).astype(np.int16)
