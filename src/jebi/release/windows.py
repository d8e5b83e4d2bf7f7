"""Through which windows the parts of a cut are shown: how large, begun anew how often, with numbers out of which seeds
(docs/formats/sensor.md, "In a cut").

Every part is laid by a plan of its own (`jebi.release.quieting`), every ten seconds through another window. There is no part that is not.

Invariants: the same plan gives the same numbers; nothing is shown larger than it came, and nothing at its own scale; no two parts have
one seed. It never looks at a picture.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from jebi.errors import Refused
from jebi.release.plan import Plan
from jebi.release.quieting import SMALLEST_SIDE, UNIT, Quieting, derived
from jebi.release.second_look import WHOLE, Box
from jebi.release.timeline import Showing, showings

LONGEST_SHOT_MS = (
    10_000  # of one window: twenty seconds of one were enough to find a camera (bench/results/camera.json)
)

Size = tuple[int, int]
Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What is shown through one window: its part, when it begins there, and the numbers of its pictures."""

    showing: Showing
    begins_ms: int
    first: int
    end: int

    @property
    def middle(self) -> int:
        """The number of the picture in its middle."""
        return (self.first + self.end) // 2


def incoming(lines: int) -> int:
    """The lines with which a lying 16:9 picture comes out of the jail so that nine tenths of it are those of the plan."""
    return -(-lines * 10 // 9)


def shown(size: Size, lines: int) -> Size:
    """Width and height in which a picture of a size is shown: nine tenths of its own, and no more than the plan's lines allow."""
    short, long = lines, lines * 16 // 9 // 2 * 2
    most = (long, short) if size[0] >= size[1] else (short, long)
    width, height = (min(limit, -(-side * 9 // 20) * 2) for side, limit in zip(size, most, strict=True))
    return width, height


def quieting(plan: Plan, showing: Showing, size: Size) -> Quieting:
    """How the pictures of a part are laid, which come in such a size. Raises `Refused` where they are too small or too narrow."""
    seen = shown(size, plan.picture.lines)
    if min(*size, *seen) < SMALLEST_SIDE:
        raise Refused("a clip of the cut is too small or too narrow to be laid anew", hint="leave it out of the cut")
    return Quieting(
        seed=derived(plan.picture.seed, f"part {showing.number}"),
        size=size,
        shown=seen,
        shots=begun(showing.part.length_ms),
    )


def begun(length_ms: int) -> tuple[int, ...]:
    """When the shots of a part begin that lasts so long: equally long ones, none longer than ten seconds."""
    count = -(-length_ms // LONGEST_SHOT_MS)
    return tuple(length_ms * number // count for number in range(count))


def shots(plan: Plan) -> Iterator[Shot]:
    """All shots of a cut that have a picture."""
    rate = plan.picture.rate
    for showing in showings(plan):
        times = (*begun(showing.part.length_ms), showing.part.length_ms)
        for begins, ends in pairwise(times):
            first, end = (-(-(showing.begins_ms + time) * rate // 1000) for time in (begins, ends))
            if first < end:
                yield Shot(showing=showing, begins_ms=begins, first=first, end=end)


def source_seed(plan: Plan, place: int) -> bytes:
    """The seed of what is drawn while a source's sensor is looked for."""
    return derived(plan.picture.seed, f"source {place}")


def seen(plan: Plan, place: int) -> list[Stretch]:
    """The stretches of a source that are shown, on its clock, in order and apart."""
    found: list[Stretch] = []
    for start, end in sorted((part.start_ms, part.end_ms) for part in plan.parts if part.source == place):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def unseen(plan: Plan, place: int, end_ms: int) -> list[Stretch]:
    """The stretches of a source up to a time that no part shows."""
    shown_there = seen(plan, place)
    edges = [(0, 0), *shown_there, (end_ms, end_ms)]
    gaps = ((before[1], min(after[0], end_ms)) for before, after in pairwise(edges))
    return [(start, end) for start, end in gaps if start < end]


def spread(stretches: Iterable[Stretch], count: int) -> list[int]:
    """At most so many times, evenly spread over some stretches."""
    apart = list(stretches)
    total = sum(end - start for start, end in apart)
    found: set[int] = set()
    for number in range(count):
        left = (2 * number + 1) * total // (2 * count)
        for start, end in apart:
            if left < end - start:
                found.add(start + left)
                break
            left -= end - start
    return sorted(found)


def within(size: Size, film: Size) -> tuple[int, int, int, int]:
    """Where a picture lies in a film of another shape: left, top, width and height; as large as it fits, in the middle."""
    scale = min(film[0] / size[0], film[1] / size[1])
    width, height = (max(2, round(side * scale) // 2 * 2) for side in size)
    return (film[0] - width) // 4 * 2, (film[1] - height) // 4 * 2, width, height


def taken_from(how: Quieting, time_ms: int, film: Size, box: Box) -> Box:
    """Which place of a source's picture a place of the film shows, at a time of the part: both in 1/10,000 of the sides.

    The bend is left out: it lies off by a five-hundredth of the width at most.
    """
    left, top, width, height = within(how.shown, film)
    moment = how.at(time_ms)
    (p, q, r), (s, t, u) = moment.across, moment.down
    columns, rows = [], []
    for x in (box.x, box.x + box.width):
        for y in (box.y, box.y + box.height):
            right = (x * film[0] / WHOLE - left) * how.shown[0] / width
            down = (y * film[1] / WHOLE - top) * how.shown[1] / height
            column = (p * right + q * down + r) / UNIT
            columns.append(_bounded(column * WHOLE / how.size[0]))
            rows.append(_bounded((s * column + t * down + u) / UNIT * WHOLE / how.size[1]))
    x, y = min(columns), min(rows)
    return Box(x=x, y=y, width=max(1, max(columns) - x), height=max(1, max(rows) - y))


def _bounded(place: float) -> int:
    """A place beside the picture is beside it, however far."""
    return round(min(2.0 * WHOLE, max(-1.0 * WHOLE, place)))
