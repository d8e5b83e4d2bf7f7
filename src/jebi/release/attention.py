"""In which ways the next frame of a film is looked at, when faces are searched for (docs/formats/fingerprints.md, "Faces").

To look at every frame large, small and in all turns takes four times as long as it need take. So each way to look has a rhythm of its own; and between
two large looks at the whole frame there are small ones, large too, at where something was seen in the distance. A turn in which somebody was seen is
looked at more often for a while.

Invariants: the first frame, and any that shows something else than the one before, is looked at in every way; what was seen in the distance is looked for
in the next frame, however little it looked like a face. It decides only, and looks at nothing. Peak: what was seen in one frame.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

TINY, SMALL, LARGE = (
    320,
    640,
    1280,
)  # pixels of the longer side: for faces that are near or smeared, in the room, and in the distance
UPRIGHT, LYING = (0,), (90, 180, 270)
ATTENTION_MS = 1_000  # for which a turn in which somebody was seen is looked at as often as upright
DISTANT = 120  # pixels of a LARGE picture: larger faces are followed well in a smaller one
AROUND = 1.0  # of its size, on each side: how far a face may have gone since the frame before
LEAST = 96  # pixels of a window's sides
STEP = 32  # of which a window's sides are multiples: so they are for the detector, and few sizes are kept ready
ENOUGH = 0.6  # of the picture: if windows have more of it, it is looked at as a whole
MOST = 32  # places: more are no faces, but leaves or gravel, and putting them together takes as long as looking

Box = tuple[float, float, float, float]  # left, top, right, bottom, in parts of the picture, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A way to look at whole frames.

    Attributes:
        longest: pixels of the longer side to which a frame is made smaller for it.
        turns: degrees counter-clockwise by which it is turned.
        every_ms: how often; a little less than one, two or four frames of a telephone's film last.
        after_ms: when for the first time after a frame that was looked at in every way; so that no frame has two of the costly ones.
    """

    longest: int
    turns: tuple[int, ...]
    every_ms: int
    after_ms: int


LOOKS = (
    Look(longest=TINY, turns=UPRIGHT, every_ms=30, after_ms=30),
    Look(longest=SMALL, turns=UPRIGHT, every_ms=60, after_ms=30),
    Look(longest=SMALL, turns=LYING, every_ms=130, after_ms=30),
    Look(longest=LARGE, turns=UPRIGHT, every_ms=130, after_ms=130),
)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A part of a picture, in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """In pixels."""
        return (self.right - self.left) * (self.bottom - self.top)

    def cuts(self, box: tuple[int, int, int, int], width: int, height: int) -> bool:
        """Whether a box (left, top, right, bottom) ends where the window does, and the picture does not: most of what it is of is outside."""
        left, top, right, bottom = box
        return (
            left <= self.left > 0
            or top <= self.top > 0
            or width > self.right <= right
            or height > self.bottom <= bottom
        )


class Attention:
    """What a film's frames were looked at for, and so what comes next. One for each film; its frames in order."""

    def __init__(self) -> None:
        self._next_ms = dict.fromkeys(LOOKS, 0)
        self._lying_until = dict.fromkeys(LYING, -1)  # of a turn: until when it is looked at as often as upright, in ms
        self._distant: tuple[Box, ...] = ()

    def looks(self, time_ms: int, *, is_new: bool) -> dict[int, tuple[int, ...]]:
        """In which sizes, and in which turns in each, the whole frame at a time is looked at. To be asked once a frame.

        Args:
            time_ms: of the frame.
            is_new: it shows something else than the one before, or is the first.
        """
        turns: dict[int, set[int]] = {}
        lying = {turn for turn, until in self._lying_until.items() if time_ms <= until}
        for look in LOOKS:
            if is_new or time_ms >= self._next_ms[look]:
                self._next_ms[look] = time_ms + (look.after_ms if is_new else look.every_ms)
                turns.setdefault(look.longest, set()).update(look.turns, lying if look.longest < LARGE else ())
        return {longest: tuple(sorted(each)) for longest, each in turns.items()}

    def saw_lying(self, time_ms: int, turn: int) -> None:
        """Somebody was seen in a turn."""
        if turn in self._lying_until:
            self._lying_until[turn] = time_ms + ATTENTION_MS

    def saw_large(self, places: Iterable[Box]) -> None:
        """All that was seen in the frame in a LARGE picture, whether as a whole or in windows."""
        self._distant = tuple(places)

    def windows(self, width: int, height: int) -> tuple[Window, ...]:
        """The parts of a LARGE picture of this size at which it is looked at, if it is not looked at as a whole; they do not overlap."""
        places = [(x1 * width, y1 * height, x2 * width, y2 * height) for x1, y1, x2, y2 in self._distant]
        near = [box for box in places if max(box[2] - box[0], box[3] - box[1]) <= DISTANT]
        whole = Window(0, 0, width, height)
        if len(near) > MOST:
            return (whole,)
        parts = _apart([_around(box, width, height) for box in near])
        return tuple(parts) if sum(part.area for part in parts) <= ENOUGH * whole.area else (whole,)


def _around(box: Box, width: int, height: int) -> Window:
    left, top, right, bottom = box
    reach = max(LEAST / 2, (0.5 + AROUND) * max(right - left, bottom - top))
    across, down = (left + right) / 2, (top + bottom) / 2
    return Window(
        max(0, int((across - reach) // STEP) * STEP),
        max(0, int((down - reach) // STEP) * STEP),
        min(width, -int(-(across + reach) // STEP) * STEP),
        min(height, -int(-(down + reach) // STEP) * STEP),
    )


def _apart(windows: Iterable[Window]) -> list[Window]:
    """One window instead of two that overlap, or that are no smaller than it together."""
    left = sorted(set(windows))
    while True:
        joined = next(
            ((one, other, both) for one, other in combinations(left, 2) if (both := _both(one, other)) is not None),
            None,
        )
        if joined is None:
            return left
        one, other, both = joined
        left = sorted({both, *(window for window in left if window not in {one, other})})


def _both(one: Window, other: Window) -> Window | None:
    """The window around two, if they are better looked at as one."""
    around = Window(
        min(one.left, other.left), min(one.top, other.top), max(one.right, other.right), max(one.bottom, other.bottom)
    )
    overlap = min(one.right, other.right) > max(one.left, other.left) and min(one.bottom, other.bottom) > max(
        one.top, other.top
    )
    return around if overlap or around.area <= one.area + other.area else None
