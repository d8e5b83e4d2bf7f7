"""How a film is laid anew so that it no longer fits the sensor that took it: a plan of numbers, all from one seed.

A sensor's pattern is found again only where it lies pixel on pixel (docs/formats/sensor.md). So every shot is shown through a window
of its own: a little smaller than the picture, shifted, stretched, sheared and turned by less than half a degree, and bent like
a cheap lens, by a few pixels at most. The bend and the window wander slowly through the shot, so that not even two seconds of it
lie over the sensor alike. Small detail is taken away, where it is no stronger than noise, and other grain is laid over it.
Before all that, what the clip itself tells of the sensor is taken off its frames (`jebi.archive.sensor.Gathering.shares`):
without this, the coarse part of the pattern would be found however the film is laid.

Invariants: the same seed, sizes and shots give the same numbers on every machine: they are integers out of SHAKE-256, and no
floating point is in between. No point of the window lies outside of the picture. It never says that the sensor cannot be found:
`bench/results/camera.json` has what was measured. Memory: a few KiB a shot and 5 seconds.

Next: `jebi.media.quieting` paints it.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Nodes = NDArray[np.int64]

UNIT = 1 << 20  # of the numbers that a window is made of: a pixel, or a pixel a pixel
PART = 64  # of the numbers that a bend is made of: to a pixel
NODES = (7, 9)  # down and across; a cubic spline between them, so six cells across: a bend, and no ripple
KEY_MS = 5_000  # from one bend to the next: at a pixel or two a second nobody sees it wander
STEP_MS = 250  # for which it stands still: it goes on by a fifth of a pixel at most
ROOM = 256  # pixels by which grain and dither are larger than a picture: every frame has another part of it
LONGEST_MS = 48 * 3600 * 1000
SMALLEST_SIDE, LARGEST_SIDE = 64, 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """How much is changed.

    Args:
        view: of the picture's sides, in thousandths, how much is shown: the least and the most.
        slope: in millionths, the most by which a shot is turned; 7,000 are 0.4 degrees.
        stretch: in millionths, the most by which one side is shown larger than the other, or sheared.
        bend: in millionths of the width, the most by which a node of the bend lies off.
        smoothing: in quarters of a level, by octave: detail up to it is taken away, and so much of all other detail.
        grain: in sixteenths of a level, its standard deviation.
    """

    view: tuple[int, int] = (950, 975)
    slope: int = 7_000
    stretch: int = 3_000
    bend: int = 2_000
    smoothing: tuple[int, int, int] = (16, 12, 8)
    grain: int = 24

    def __post_init__(self) -> None:
        if not 500 <= self.view[0] <= self.view[1] <= 1000:
            raise ValueError("at least half of a picture is shown, and no more than all")
        if min(self.slope, self.stretch, self.bend) < 0 or max(self.slope, self.stretch) > 20_000 or self.bend > 5_000:
            raise ValueError("a picture is turned, stretched and bent a little, or not at all")
        if not 0 <= min(self.smoothing) <= max(self.smoothing) <= 64 or not 0 <= self.grain <= 128:
            raise ValueError("noise is no more than sixteen levels, and grain no more than eight")


USUAL = Strength()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """How the frames of a quarter of a second are laid.

    A pixel (X, Y) of what is shown is taken from the column x = across(X, Y) of the picture and from its row down(x, Y), each
    (p · first + q · second + r) / 2^20 with `first` X or x and `second` Y, and to that the bend at (first, second).

    Args:
        across, down: p, q and r.
        bend_across, bend_down: the nodes of a uniform cubic spline, in 1/64 pixel, rows by columns.
        smoothing, grain: as in `Strength`.
    """

    across: tuple[int, int, int]
    down: tuple[int, int, int]
    bend_across: Nodes = field(compare=False)
    bend_down: Nodes = field(compare=False)
    smoothing: tuple[int, int, int]
    grain: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Where one shot is shown from: ten numbers, in millionths of the picture's width or as said.

    Args:
        begin_ms: from when on, on the clock of the cut.
        view: how much of the width is shown.
        stretch: by how much less of the height.
        slope, shear: how much rows fall, and columns lean.
        right, down: by how much its middle lies off.
    """

    begin_ms: int
    view: int
    stretch: int
    slope: int
    shear: int
    right: int
    down: int

    def __str__(self) -> str:
        return (
            f"{self.begin_ms / 1000:9.3f} s  shows {self.view / 1e4:.2f} % of the width and {(self.view - self.stretch) / 1e4:.2f} %"
            f" of the height, falls {self.slope / 1e6:+.5f}, leans {self.shear / 1e6:+.5f},"
            f" lies off {self.right / 1e4:+.3f} % and {self.down / 1e4:+.3f} % of the width"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quieting:
    """The plan for a cut: what comes in, what goes out, and how.

    Args:
        seed: sixteen bytes; whoever knows it can lay the film back.
        size, shown: width and height of the picture, and of what is shown; even.
        shots: when each begins, in ms on the clock of the cut; the first at 0, rising.
    """

    seed: bytes = field(repr=False)
    size: tuple[int, int]
    shown: tuple[int, int]
    shots: tuple[int, ...]
    strength: Strength = USUAL

    def __post_init__(self) -> None:
        if len(self.seed) != 16:
            raise ValueError("a seed has sixteen bytes")
        for side in (*self.size, *self.shown):
            if side % 2 or not SMALLEST_SIDE <= side <= LARGEST_SIDE:
                raise ValueError("the sides of a picture are even, and neither too small nor too large")
        if not self.shots or self.shots[0] != 0 or self.shots[-1] > LONGEST_MS:
            raise ValueError("the first shot begins at 0, and none after any film's end")
        if any(before >= after for before, after in pairwise(self.shots)):
            raise ValueError("shots begin one after the other")

    def window(self, shot: int) -> Window:
        """Where a shot is shown from."""
        dice = _Dice(self.seed, f"window {shot}")
        strength = self.strength
        view = dice.between(strength.view[0] * 1000, strength.view[1] * 1000)
        stretch = dice.around(strength.stretch)
        slope, shear = dice.around(strength.slope), dice.around(strength.stretch)
        spare = self._spare(view, view - stretch, slope, shear)
        return Window(
            begin_ms=self.shots[shot], view=view, stretch=stretch, slope=slope, shear=shear,
            right=dice.around(spare[0]), down=dice.around(spare[1]),
        )  # fmt: skip

    def at(self, time_ms: int) -> Moment:
        """How a frame is laid that is shown at a time of the cut."""
        shot = bisect_right(self.shots, time_ms) - 1
        since = (time_ms - self.shots[shot]) // STEP_MS * STEP_MS
        key, part = divmod(since, KEY_MS)
        before, after = (self._bend(shot, key + n) for n in (0, 1))
        bends = [(old * (KEY_MS - part) + new * part) // KEY_MS for old, new in zip(before, after, strict=True)]
        across, down = self._lines(self.window(shot))
        return Moment(
            across=across, down=down, bend_across=bends[0], bend_down=bends[1],
            smoothing=self.strength.smoothing, grain=self.strength.grain,
        )  # fmt: skip

    def step(self, time_ms: int) -> int:
        """When the moment begins to which a time belongs: until the next one, `at` gives the same."""
        begin = self.shots[bisect_right(self.shots, time_ms) - 1]
        return begin + (time_ms - begin) // STEP_MS * STEP_MS

    def described(self) -> Iterator[str]:
        """The plan in words, a line a shot."""
        strength = self.strength
        yield (
            f"{self.size[0]} × {self.size[1]} is shown as {self.shown[0]} × {self.shown[1]}; bent by up to"
            f" {self.size[0] * strength.bend / 1e6:.1f} pixels, otherwise every {KEY_MS / 1000:g} s; detail below"
            f" {', '.join(f'{one / 4:g}' for one in strength.smoothing)} levels goes, grain of {strength.grain / 16:g} comes"
        )
        for shot in range(len(self.shots)):
            yield str(self.window(shot))

    def _spare(self, view: int, high: int, slope: int, shear: int) -> tuple[int, int]:
        """By how much a window may lie off, right and down, in millionths of the width, and stay within the picture."""
        width, height = self.size
        bend = self.strength.bend * 2  # a spline never goes beyond its nodes; and a pixel or two for the kernel
        tall = 1_000_000 * height // width
        right = (1_000_000 - view - abs(shear) * height // width) // 2 - bend
        down = (tall - high * height // width - abs(slope)) // 2 - bend
        return max(0, right), max(0, down)

    def _lines(self, window: Window) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """p, q and r of across and of down: the middle of what is shown is the middle of the window."""
        (width, height), (columns, rows) = self.size, self.shown
        wide = UNIT * width * window.view // (columns * 1_000_000)
        high = UNIT * height * (window.view - window.stretch) // (rows * 1_000_000)
        lean, fall = UNIT * window.shear // 1_000_000, UNIT * window.slope // 1_000_000
        middle_x = UNIT * (width - 1) // 2 + UNIT * width * window.right // 1_000_000
        middle_y = UNIT * (height - 1) // 2 + UNIT * width * window.down // 1_000_000
        across = (wide, lean, middle_x - (wide * (columns - 1) + lean * (rows - 1)) // 2)
        down = (fall, high, middle_y - (high * (rows - 1) + 2 * fall * (middle_x // UNIT)) // 2)
        return across, down

    def _bend(self, shot: int, key: int) -> tuple[Nodes, Nodes]:
        """The nodes of a shot's bend at one of its keys, across and down, in 1/64 pixel."""
        most = self.size[0] * self.strength.bend * PART // 1_000_000
        dice = _Dice(self.seed, f"bend {shot} {key}")
        return dice.grid(most), dice.grid(most)


def grain(seed: bytes, size: tuple[int, int]) -> NDArray[np.int16]:
    """Grain of a deviation of 256 for a width and a height, 256 larger each way: each the sum of four bytes, without their mean."""
    columns, rows = size[0] + ROOM, size[1] + ROOM
    drawn = np.frombuffer(_drawn(seed, "grain", 4 * rows * columns), np.uint8).reshape(4, rows, columns)
    total = drawn.sum(axis=0, dtype=np.int16) - np.int16(510)
    return np.asarray(total.astype(np.int32) * 443 // 256, np.int16)  # four bytes' sum deviates by 147.8


def dither(seed: bytes, size: tuple[int, int]) -> NDArray[np.int16]:
    """What is added before shares of the light, in 1/2048, are rounded away: 0 to 2047, rows × columns, 256 larger each way."""
    columns, rows = size[0] + ROOM, size[1] + ROOM
    drawn = np.frombuffer(_drawn(seed, "dither", 2 * rows * columns), "<u2").reshape(rows, columns)
    return np.asarray(drawn & 2047, np.int16)


def places(seed: bytes, count: int) -> Sequence[tuple[int, int]]:
    """Where in the grain each of so many frames begins, each 0 to 255 down and across; then again from the first."""
    drawn = _drawn(seed, "places", 2 * count)
    return list(zip(drawn[::2], drawn[1::2], strict=True))


def derived(seed: bytes, purpose: str) -> bytes:
    """A seed of its own for a part of what a seed is for: sixteen bytes."""
    return _drawn(seed, purpose, 16)


class _Dice:
    """Numbers out of SHAKE-256 of the seed and of what they are for."""

    def __init__(self, seed: bytes, purpose: str) -> None:
        self._drawn = iter(np.frombuffer(_drawn(seed, purpose, 8 * 128), ">u8").tolist())

    def between(self, least: int, most: int) -> int:
        return least + int(next(self._drawn)) * (most - least + 1) // (1 << 64)

    def around(self, most: int) -> int:
        return self.between(-most, most)

    def grid(self, most: int) -> Nodes:
        count = NODES[0] * NODES[1]
        return np.array([self.around(most) for _ in range(count)], np.int64).reshape(NODES)


def _drawn(seed: bytes, purpose: str, count: int) -> bytes:
    return hashlib.shake_256(b"jebi quieting " + seed + purpose.encode()).digest(count)
