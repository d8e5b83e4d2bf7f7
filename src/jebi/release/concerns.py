"""Where a person should look first at the covers of a source, worst first (docs/formats/cuts.md, "What is looked at first").

The sightings that covers were made of are laid against the covers as they are now: a face that none of them hides comes first; then where a cover
only just reaches, where a face was lost from sight, where the finder was unsure or saw it hardly ever, and covers under which it saw none.

Invariants: whatever track has a sighting that is neither covered nor left open has a concern above all others of another kind. It says where to look, and
never that all is well elsewhere: what no finder saw is not in it. Peak: the sightings, some twenty times.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jebi.release.plan import SIDE, Cover, Moving
from jebi.release.protect import CERTAIN, LEAST_GAP_MS, cover_of
from jebi.release.sightings import Sighting
from jebi.release.tracks import JOIN_MS, Track, tracks

Why = Literal["bare", "tight", "gap", "unsure", "short", "empty"]

WHOLE = 0.98  # of a sighting's area, from which it is covered: what is rounded away is not a face
LET = 0.5  # of its area within what a person left open, from which it is left open, too
TIGHT = 0.12  # of its size, on its nearest side, below which a cover only just reaches; a proposal's is above 0.25
SHORT = 3  # sightings of a track, up to which it may be a false alarm, or most of a face that was missed
BARE_FROM, TIGHT_FROM, GAP_FROM, UNSURE_FROM, SHORT_FROM, EMPTY = 900, 600, 300, 200, 100, 50  # weights, of 1,000
TIGHT_MORE, GAP_MORE, UNSURE_MORE, SHORT_MORE = 250, 500, 400, 50  # what is worse weighs up to so much more


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """A moment to look at.

    Args:
        why: what is weak.
        cover: the cover's place among the source's, or `None` where there is none.
        at_ms: when, on the source's clock.
        amount: how much of the face is bare, or how far its cover reaches beyond it, in 1,000ths; how long it was not seen, or the cover lasts,
            in ms; how sure the finder was, of 1,000; how often it was seen.
        weight: 0 to 1,000; the heaviest comes first.
        proposed: what would cover a bare face.
    """

    why: Why
    cover: int | None
    at_ms: int
    amount: int
    weight: int
    proposed: Cover | None = None


class _Hidden(NamedTuple):
    """How well one sighting is hidden: by the best of all covers, and which fits it closest."""

    share: float
    margin: float
    owner: int
    is_open: bool


def concerns(
    covers: Sequence[Cover], opened: Sequence[Moving], sightings: Iterable[Sighting], *, cuts_ms: Sequence[int] = ()
) -> tuple[Concern, ...]:
    """All concerns of one source, worst first.

    Args:
        covers: the source's covers, as the plan has them.
        opened: what may be seen, as a person said.
        sightings: where a finder saw faces, in any order.
        cuts_ms: when another shot begins.
    """
    found = tracks(sightings, cuts_ms=cuts_ms)
    hidden, holding = _laid([one for track in found for one in track.sightings], covers, opened)
    told, at = list[Concern](), 0
    for track in found:
        told += _of_track(track, hidden[at : at + len(track.sightings)])
        at += len(track.sightings)
    told += [
        _empty(number, cover) for number, cover in enumerate(covers) if number not in holding and cover.kind != "text"
    ]
    return tuple(sorted(told, key=lambda one: (-one.weight, one.at_ms, -1 if one.cover is None else one.cover)))


def _of_track(track: Track, hidden: Sequence[_Hidden]) -> Iterator[Concern]:
    """What is weak about the covers of one face."""
    left = [(one, how) for one, how in zip(track.sightings, hidden, strict=True) if not how.is_open]
    bare = [(one, how) for one, how in left if how.share < WHOLE]
    if bare:
        one, how = min(bare, key=lambda pair: pair[1].share)
        amount = round(1000 * (1 - how.share))
        yield Concern(
            why="bare",
            cover=None,
            at_ms=one.time_ms,
            amount=amount,
            weight=BARE_FROM + amount // 10,
            proposed=cover_of(Track([one for one, _ in bare])),
        )
    kept = [(one, how) for one, how in left if how.share >= WHOLE]
    if kept:
        yield from _of_kept(kept)


def _of_kept(kept: Sequence[tuple[Sighting, _Hidden]]) -> Iterator[Concern]:
    """What is weak where a face is covered."""
    one, how = min(kept, key=lambda pair: pair[1].margin)
    if how.margin < TIGHT:
        margin = max(0.0, how.margin)
        weight = TIGHT_FROM + round(TIGHT_MORE * (1 - margin / TIGHT))
        yield Concern(why="tight", cover=how.owner, at_ms=one.time_ms, amount=round(1000 * margin), weight=weight)
    gaps = [(after.time_ms - before.time_ms, before.time_ms, how) for (before, how), (after, _) in pairwise(kept)]
    gap, begins, how = max(gaps, default=(0, 0, how), key=lambda gap: gap[0])
    if gap > LEAST_GAP_MS:
        weight = GAP_FROM + round(GAP_MORE * min(1, gap / JOIN_MS))
        yield Concern(why="gap", cover=how.owner, at_ms=begins + gap // 2, amount=gap, weight=weight)
    one, how = min(kept, key=lambda pair: pair[0].score)
    if one.score < CERTAIN:
        weight = UNSURE_FROM + UNSURE_MORE * (CERTAIN - one.score) // CERTAIN
        yield Concern(why="unsure", cover=how.owner, at_ms=one.time_ms, amount=one.score, weight=weight)
    if len(kept) <= SHORT:
        one, how = kept[0]
        weight = SHORT_FROM + SHORT_MORE * (SHORT - len(kept))
        yield Concern(why="short", cover=how.owner, at_ms=one.time_ms, amount=len(kept), weight=weight)


def _empty(number: int, cover: Cover) -> Concern:
    length = cover.end_ms - cover.start_ms
    return Concern(why="empty", cover=number, at_ms=cover.start_ms + length // 2, amount=length, weight=EMPTY)


def _laid(
    sightings: Sequence[Sighting], covers: Sequence[Cover], opened: Sequence[Moving]
) -> tuple[list[_Hidden], set[int]]:
    """How well each sighting is hidden; and which covers hide any."""
    holding = set[int]()
    if not sightings:
        return [], holding
    order = np.argsort([one.time_ms for one in sightings], kind="stable")
    times = np.array([one.time_ms for one in sightings], np.int64)[order]
    boxes = np.array([one.box for one in sightings], np.float64)[order]
    count = len(sightings)
    best, reach = np.zeros(count), np.full(count, -np.inf)
    owner, fit, size = np.full(count, -1), np.full(count, LET), np.full(count, np.inf)
    is_open = np.zeros(count, bool)
    for number, cover in enumerate(covers):
        span = _span(times, cover)
        sides = _sides(cover, times[span])
        share, margin = _share(boxes[span], sides), _margin(boxes[span], sides)
        if np.any(share >= LET):
            holding.add(number)
        area = (sides[:, 2] - sides[:, 0]) * (sides[:, 3] - sides[:, 1])
        is_closer = (share > fit[span]) | ((share == fit[span]) & (area < size[span]))
        owner[span] = np.where(is_closer, number, owner[span])
        size[span], fit[span] = np.where(is_closer, area, size[span]), np.maximum(share, fit[span])
        best[span], reach[span] = np.maximum(share, best[span]), np.maximum(margin, reach[span])
    for one in opened:
        span = _span(times, one)
        is_open[span] |= _share(boxes[span], _sides(one, times[span])) >= LET
    back = np.argsort(order, kind="stable")
    columns = (column[back].tolist() for column in (best, reach, owner, is_open))
    return [_Hidden(*row) for row in zip(*columns, strict=True)], holding


def _span(times: NDArray[np.int64], one: Moving) -> slice:
    """The sightings at the times of a box."""
    low, high = np.searchsorted(times, [one.start_ms, one.end_ms + 1])
    return slice(int(low), int(high))


def _sides(one: Moving, times: NDArray[np.int64]) -> NDArray[np.float64]:
    """Left, top, right and bottom of a box at each time, interpolated as it is painted (`covering.box_at`)."""
    keys = [key.time_ms for key in one.keys]
    return np.stack([np.interp(times, keys, [key.box[side] for key in one.keys]) for side in range(4)], axis=1)


def _share(boxes: NDArray[np.float64], sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """Which part of each box's area lies within the other."""
    both = np.minimum(boxes[:, 2:], sides[:, 2:]) - np.maximum(boxes[:, :2], sides[:, :2])
    own: NDArray[np.float64] = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    share: NDArray[np.float64] = np.prod(np.clip(both, 0, None), axis=1) / own
    return share


def _margin(boxes: NDArray[np.float64], sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far a cover reaches beyond a box on the nearest side, in sizes of the box; the picture's edge is no side."""
    size = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    beyond = np.concatenate([boxes[:, :2] - sides[:, :2], sides[:, 2:] - boxes[:, 2:]], axis=1) / size
    is_edge = np.concatenate([sides[:, :2] <= 0, sides[:, 2:] >= SIDE], axis=1)
    nearest: NDArray[np.float64] = np.min(np.where(is_edge, np.inf, beyond), axis=1)
    return nearest
