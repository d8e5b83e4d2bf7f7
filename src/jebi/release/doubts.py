"""Which pictures of a rendered cut are looked at first by whoever clears it: where a cover most likely fails (docs/formats/cuts.md, "Seen and answered").

Chosen from the plan and from what was found, never from the pictures: a machine that could see what is wrong in them would have covered it.

Invariants: no more than `MOST`, each of another time of the cut; the kinds of doubt take turns, the worst of each first. It only says where to begin: all
pictures are on the contact strip. Peak: a few numbers for each cover of each part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from jebi.release.plan import Cover, Key, Moving, Plan, Source
from jebi.release.timeline import Showing, picture_ms, showings

MOST = 24  # two dozen: more than that nobody looks at one by one
NEAR_MS = 400  # of another: it would show the same


class Why(StrEnum):
    """Why a picture is looked at first; in the order in which they take turns."""

    FINDING = "finding"
    OPEN = "open"
    END = "end"
    GAP = "gap"
    FAST = "fast"
    CROWD = "crowd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A picture of the cut, by its number, and when it is shown."""

    picture: int
    at_ms: int
    why: Why


@dataclass(frozen=True, slots=True, order=True)
class _Weighed:
    """A picture, and how bad it may be: the least number is the worst."""

    lightness: float
    picture: int


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time of a source; `before`: the picture before it is meant."""

    why: Why
    lightness: float
    at_ms: int
    before: int = 0


def doubts(plan: Plan, found_ms: Sequence[int] = ()) -> tuple[Doubt, ...]:
    """The pictures to look at first, in order of time.

    Args:
        plan: what was rendered.
        found_ms: when in the cut something was found that leaks.
    """
    rate, shown = plan.picture.rate, [one for one in showings(plan) if one.first < one.end]
    last = max((one.end for one in shown), default=0) - 1
    weighed: dict[Why, list[_Weighed]] = {why: [] for why in Why}
    weighed[Why.FINDING] = [_Weighed(place, min(at * rate // 1000, last)) for place, at in enumerate(found_ms)]
    for showing in shown:
        source = plan.sources[showing.part.source]
        for why, one in _of_part(showing, source, rate):
            weighed[why].append(one)
    chosen: dict[int, Why] = {}
    turns = {why: iter(sorted(many)) for why, many in weighed.items() if many and last >= 0}
    while turns and len(chosen) < MOST:
        for why in list(turns):
            picture = _next(turns[why], chosen, NEAR_MS * rate // 1000)
            if picture is None:
                del turns[why]
            elif len(chosen) < MOST:
                chosen[picture] = why
    return tuple(Doubt(picture=one, at_ms=picture_ms(one, rate), why=chosen[one]) for one in sorted(chosen))


def _next(weighed: Iterator[_Weighed], chosen: dict[int, Why], near: int) -> int | None:
    """The worst that is left and not beside one that is chosen."""
    for one in weighed:
        if all(abs(one.picture - other) > near for other in chosen):
            return one.picture
    return None


def _of_part(showing: Showing, source: Source, rate: int) -> Iterator[tuple[Why, _Weighed]]:
    """All doubts of one part of a cut."""
    for one in _moments(showing, source):
        since_ms = one.at_ms - showing.part.start_ms + showing.begins_ms
        picture = -(-since_ms * rate // 1000) - one.before  # the first that shows the source at that time or later
        if showing.first <= picture < showing.end:
            yield one.why, _Weighed(one.lightness, picture)


def _moments(showing: Showing, source: Source) -> Iterator[_Moment]:
    covers = [one for one in source.covers if _is_in(one, showing)]
    for cover in covers:
        yield from _of_cover(cover)
    for count, at_ms in _crowds(covers):
        yield _Moment(Why.CROWD, -count, at_ms)
    for opened in source.open:
        if _is_in(opened, showing):
            yield _Moment(Why.OPEN, -max(map(_area, opened.keys)), (opened.start_ms + opened.end_ms) // 2)


def _of_cover(cover: Cover) -> Iterator[_Moment]:
    """Just before it begins and just after it ends; and between two keys, where nobody may have looked."""
    yield _Moment(Why.END, -_area(cover.keys[0]), cover.start_ms, before=1)
    yield _Moment(Why.END, -_area(cover.keys[-1]), cover.end_ms + 1)
    for start, end in pairwise(cover.keys):
        middle_ms, length_ms = (start.time_ms + end.time_ms) // 2, end.time_ms - start.time_ms
        yield _Moment(Why.GAP, -length_ms, middle_ms)
        if moved := _moved(start, end):
            yield _Moment(Why.FAST, -moved / length_ms, middle_ms)


def _is_in(one: Moving, showing: Showing) -> bool:
    return one.start_ms < showing.part.end_ms and one.end_ms >= showing.part.start_ms


def _area(key: Key) -> int:
    return key.width * key.height


def _moved(before: Key, after: Key) -> float:
    """How far the middle of a cover goes, in 1/10,000 of the picture's sides."""
    across = after.x + after.width / 2 - before.x - before.width / 2
    down = after.y + after.height / 2 - before.y - before.height / 2
    return float((across**2 + down**2) ** 0.5)


def _crowds(covers: Sequence[Moving]) -> Iterator[tuple[int, int]]:
    """How many covers there are at once, where more than one is, at each time that one begins."""
    changes = sorted([(one.start_ms, 0, 1) for one in covers] + [(one.end_ms, 1, -1) for one in covers])
    count = 0
    for at_ms, _, change in changes:
        count += change
        if change > 0 and count > 1:
            yield count, at_ms
