"""Sightings of faces, frame by frame, become tracks: one face each, without a hole from its first sighting to its last.

A detector misses a face in a frame or two, in which it would be shown; so it is never asked alone. Sightings are linked forwards by where the face
was and how it moved; weak ones count only where a sure one came before or after; ends that could be one face are joined.

Invariants: every sure sighting is in a track, and every track has one; a track's times rise. Whoever wants fewer false alarms has to look at
them: none is thrown away here for being alone. It never tells faces apart: two that cross may change tracks, and both stay covered.
Peak: the sightings.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, takewhile

from jebi.release.sightings import Box, Sighting

SURE = 350  # of 1,000: a sighting that begins a track; of weaker ones most are none
GAP_MS = 1_500  # for which a face that is not seen is still followed
JOIN_MS = 3_000  # between the end of one track and the beginning of another that may be the same face: somebody passed before it
REACH = 0.8  # of its size: how far beside the place where it is expected a face may be found at once
DRIFT = 1.6  # of its size, each second that it was not seen
LARGER = 2.0  # times: how much its size may differ from one sighting to the next
PACE_MS = 250  # over which its movement is measured


@dataclass(slots=True)
class Track:
    """One face: its sightings in order of time."""

    sightings: list[Sighting] = field(default_factory=list)

    @property
    def first(self) -> Sighting:
        """Where it begins."""
        return self.sightings[0]

    @property
    def last(self) -> Sighting:
        """Where it ends."""
        return self.sightings[-1]


def tracks(sightings: Iterable[Sighting], *, cuts_ms: Sequence[int] = ()) -> list[Track]:
    """The tracks that sightings make, by their beginnings. No track goes across a cut: times at which another shot begins."""
    ordered = sorted(sightings, key=lambda one: (one.time_ms, one.x, one.y, one.width, one.height))
    bounds = sorted({0, *cuts_ms, 1 << 62})
    found: list[Track] = []
    for start, end in pairwise(bounds):
        found += _of_one_shot(ordered[_place(ordered, start) : _place(ordered, end)])
    return sorted(found, key=lambda track: (track.first.time_ms, track.first.x))


def moved(track: Track, time_ms: int) -> Box:
    """Where a face is at a time before its first sighting or after its last, if it goes on as it did."""
    is_before = time_ms < track.first.time_ms
    at = track.first if is_before else track.last
    inwards = track.sightings if is_before else reversed(track.sightings)
    *_, other = takewhile(lambda one: abs(one.time_ms - at.time_ms) <= PACE_MS, inwards)
    span = at.time_ms - other.time_ms
    if not span:
        return at.box
    share = (time_ms - at.time_ms) / span
    x, y = (share * (a - b) for a, b in zip(_centre(at.box), _centre(other.box), strict=True))
    return at.x + x, at.y + y, at.x + at.width + x, at.y + at.height + y


def _of_one_shot(ordered: Sequence[Sighting]) -> list[Track]:
    found, strays = _linked(ordered)
    for track in found:
        _extend_back(track, strays)
    return _joined(found)


def _linked(ordered: Sequence[Sighting]) -> tuple[list[Track], list[Sighting]]:
    """Tracks, each begun by a sure sighting; and the weak ones that nothing led to."""
    ended: list[Track] = []
    active: list[Track] = []
    strays: list[Sighting] = []
    for time, group in groupby(ordered, key=lambda one: one.time_ms):
        ended += [track for track in active if time - track.last.time_ms > GAP_MS]
        active = [track for track in active if time - track.last.time_ms <= GAP_MS]
        seen = list(group)
        free = _matched(active, [one for one in seen if one.score >= SURE], time)
        weak = _matched(
            [track for track in active if track.last.time_ms < time], [one for one in seen if one.score < SURE], time
        )
        strays += weak
        active += [Track([one]) for one in free]
    return ended + active, strays


def _matched(active: Sequence[Track], seen: list[Sighting], time: int) -> list[Sighting]:
    """Give each track the sighting that fits it best; returns those that fit none."""
    pairs = sorted(
        (distance, i, k)
        for i, track in enumerate(active)
        if track.last.time_ms < time
        for expected in [moved(track, time)]
        for k, one in enumerate(seen)
        if (distance := _distance(track.last, expected, one)) is not None
    )
    taken, given = set[int](), set[int]()
    for _, i, k in pairs:
        if i not in taken and k not in given:
            active[i].sightings.append(seen[k])
            taken.add(i)
            given.add(k)
    return [one for k, one in enumerate(seen) if k not in given]


def _distance(last: Sighting, expected: Box, one: Sighting) -> float | None:
    """How far a sighting is from where a face is expected, in sizes of the face; `None` where it cannot be that face."""
    width, height = max(last.width, one.width), max(last.height, one.height)
    if width > LARGER * min(last.width, one.width) or height > LARGER * min(last.height, one.height):
        return None
    here = _centre(one.box)
    distance = min(
        max(abs(a - b) / side for a, b, side in zip(here, there, (width, height), strict=True))
        for there in (_centre(expected), _centre(last.box))
    )
    return distance if distance <= REACH + DRIFT * abs(one.time_ms - last.time_ms) / 1000 else None


def _extend_back(track: Track, strays: Sequence[Sighting]) -> None:
    """Add weak sightings before the first sure one, where they lead up to it."""
    before = reversed(strays[: _place(strays, track.first.time_ms)])
    for time, group in groupby(before, key=lambda one: one.time_ms):
        if track.first.time_ms - time > GAP_MS:
            return
        expected = moved(track, time)
        fitting = [
            (distance, one.x, one) for one in group if (distance := _distance(track.first, expected, one)) is not None
        ]
        if fitting:
            track.sightings.insert(0, min(fitting, key=lambda pair: pair[:2])[2])


def _joined(found: Sequence[Track]) -> list[Track]:
    """Put together what ends and what begins soon afterwards and near by."""
    joined: list[Track] = []
    lately: list[Track] = []
    for track in sorted(found, key=lambda one: one.first.time_ms):
        lately = [before for before in lately if track.first.time_ms - before.last.time_ms <= JOIN_MS]
        fitting = [(distance, i) for i, before in enumerate(lately) for distance in _join_distances(before, track)]
        if fitting:
            lately[min(fitting)[1]].sightings += track.sightings
        else:
            joined.append(track)
            lately.append(track)
    return joined


def _join_distances(before: Track, after: Track) -> Iterator[float]:
    waited = after.first.time_ms - before.last.time_ms
    if 0 < waited <= JOIN_MS:
        distance = _distance(before.last, moved(before, after.first.time_ms), after.first)
        if distance is not None:
            yield distance


def _place(ordered: Sequence[Sighting], time_ms: int) -> int:
    """How many sightings are before a time."""
    return bisect_left(ordered, time_ms, key=lambda one: one.time_ms)


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
