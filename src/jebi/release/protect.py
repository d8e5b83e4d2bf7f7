"""What is to be covered: tracks of faces become covers of a plan, wide enough and long enough.

A cover holds for half a second before its face is first seen and after it is last seen: a face turns towards the camera before a detector finds
it. It takes in where its face was a moment before and is a moment later, since a face that moves is smeared over its way; and more of that while it is not seen,
since a camera that shakes shows it sharp only where it turns back. The list of covers is a proposal that a person edits.

Invariants: at the time of every sighting its box lies within the cover, and from the first to the last sighting of a track there is no time that is not
covered. It never takes a cover away. Peak: the tracks.
Next: `jebi.release.publish`
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from jebi.release.plan import LONGEST_MS, SIDE, Cover, CoverKind, Key, Style
from jebi.release.sightings import Box, Sighting
from jebi.release.tracks import Track, moved, tracks

HOLD_MS = 500  # before the first sighting and after the last
MARGIN = (
    0.3  # of its width and height, on each side: hairline, ears and chin lie outside of what a detector calls a face
)
CERTAIN = 500  # of 1,000; where it is less sure, its box fits less well, and
WEAK_MARGIN = 0.4  # is the margin
EDGE = 0.5  # of its size: a face that is so near to the edge of the picture is cut off there, and what is left of it is misjudged
SWEEP_MS = 100  # before and after a sighting, in which places of its face are covered with it
SHAKE_MS = 250  # the same, while it is not seen: how long a camera that is run with takes to and fro
GROWTH = 0.6  # of its size, on each side, for each second that it was not seen
LEAST_GAP_MS = 60  # between two sightings, from which a face was not seen in between
TOLERANCE = 0.04  # of its size, on each side, by which a cover is wider so that it needs few keys
LOOSE = 0.2  # of its size, on each side, by which it may be wider in between
BODY = (2.0, 0.6, 7.0)  # sizes of a face: a figure beside it, above it, below its chin


def covers(
    sightings: Iterable[Sighting], *, cuts_ms: Sequence[int] = (), style: Style = "solid", end_ms: int = LONGEST_MS
) -> tuple[Cover, ...]:
    """Covers for all faces that were seen, by their beginnings; none is held beyond `end_ms`."""
    return tuple(cover_of(track, style=style, end_ms=end_ms) for track in tracks(sightings, cuts_ms=cuts_ms))


def text_covers(
    sightings: Iterable[Sighting], *, cuts_ms: Sequence[int] = (), style: Style = "solid", end_ms: int = LONGEST_MS
) -> tuple[Cover, ...]:
    """Covers for all lines of text that were seen, as `covers`."""
    found = tracks(sightings, cuts_ms=cuts_ms)
    return tuple(cover_of(track, kind="text", style=style, end_ms=end_ms) for track in found)


def cover_of(track: Track, *, kind: CoverKind = "face", style: Style = "solid", end_ms: int = LONGEST_MS) -> Cover:
    """The cover of one face, or of one line of text."""
    first, last = track.first.time_ms, track.last.time_ms
    start, end = max(0, first - HOLD_MS), min(end_ms, last + HOLD_MS)
    filled = list(_filled(track.sightings, kind))
    before = _held(track, start, _near(track.sightings, first, first + SHAKE_MS), kind)
    after = _held(track, end, _near(track.sightings, last - SHAKE_MS, last), kind)
    if kind == "text":  # it is looked for so seldom that it may have left its last place at once
        filled[0] = first, _around([filled[0][1], before])
        filled[-1] = last, _around([filled[-1][1], after])
    if start < first:
        filled.insert(0, (start, before))
    if end > last:
        filled.append((end, after))
    return Cover(kind=kind, style=style, keys=tuple(_key(time, box) for time, box in simplified(filled)))


def figure(face: Cover) -> Cover:
    """A cover for the whole figure below a face that stands upright: clothes and gait give people away, too."""
    beside, above, below = BODY
    keys = []
    for key in face.keys:
        width, height = key.width / (1 + 2 * MARGIN), key.height / (1 + 2 * MARGIN)
        middle, top = key.x + key.width / 2, key.y + MARGIN * height
        box = (
            middle - (beside + 0.5) * width,
            top - above * height,
            middle + (beside + 0.5) * width,
            top + (1 + below) * height,
        )
        keys.append(_key(key.time_ms, box))
    return Cover(kind="figure", style=face.style, keys=tuple(keys))


def simplified(timed: Sequence[tuple[int, Box]]) -> list[tuple[int, Box]]:
    """Fewer and slightly wider boxes: interpolated between them, at each time the given box lies within, and fills most of it."""
    wide = [(time, _wider(box, TOLERANCE, "face")) for time, box in timed]
    kept, open_spans = {0, len(timed) - 1}, [(0, len(timed) - 1)]
    while open_spans:
        first, last = open_spans.pop()
        wrong = [
            (_unlike(between(wide[first], wide[last], timed[i][0]), timed[i][1]), i) for i in range(first + 1, last)
        ]
        worst, where = max(wrong, default=(0.0, first))
        if worst > 0:
            kept.add(where)
            open_spans += [(first, where), (where, last)]
    return [wide[i] for i in sorted(kept)]


def between(before: tuple[int, Box], after: tuple[int, Box], time_ms: int) -> Box:
    """The box at a time between two others."""
    share = (time_ms - before[0]) / (after[0] - before[0]) if after[0] > before[0] else 0.0
    left, top, right, bottom = (a + share * (b - a) for a, b in zip(before[1], after[1], strict=True))
    return left, top, right, bottom


def _filled(seen: Sequence[Sighting], kind: CoverKind) -> Iterator[tuple[int, Box]]:
    """What is to be covered at each sighting, and in the middle of each time without one: there it is as much wider as the face may have moved."""
    for i, one in enumerate(seen):
        swept = [other.box for other in _near(seen, one.time_ms - SWEEP_MS, one.time_ms + SWEEP_MS)]
        yield one.time_ms, _around([_margined(one, kind), *swept])
        after = seen[i + 1] if i + 1 < len(seen) else one
        gap = after.time_ms - one.time_ms
        if gap > LEAST_GAP_MS:
            shaken = _near(seen, one.time_ms - SHAKE_MS, after.time_ms + SHAKE_MS)
            yield (
                one.time_ms + gap // 2,
                _wider(_around(_margined(other, kind) for other in shaken), GROWTH * gap / 2000, kind),
            )


def _held(track: Track, time_ms: int, near: Sequence[Sighting], kind: CoverKind) -> Box:
    """What is to be covered before the first sighting or after the last."""
    return _around([*(_margined(one, kind) for one in near), _wider(moved(track, time_ms), MARGIN, kind)])


def _near(seen: Sequence[Sighting], start_ms: int, end_ms: int) -> Sequence[Sighting]:
    """The sightings of a time, both ends included."""
    first, last = (
        cut(seen, ms, key=lambda one: one.time_ms) for cut, ms in ((bisect_left, start_ms), (bisect_right, end_ms))
    )
    return seen[first:last]


def _unlike(interpolated: Box, box: Box) -> float:
    """How badly a box is replaced by an interpolated one, in its own sizes; not above zero where it lies within and fills it well."""
    sizes = (box[2] - box[0], box[3] - box[1]) * 2
    signs = (1, 1, -1, -1)
    missed = [sign * (side - own) / size for side, own, size, sign in zip(interpolated, box, sizes, signs, strict=True)]
    return max(*missed, max(-one for one in missed) - LOOSE)


def _margined(one: Sighting, kind: CoverKind) -> Box:
    """What is to be covered where something was seen: more than its box, and all between it and an edge that is near."""
    left, top, right, bottom = _wider(one.box, MARGIN if one.score >= CERTAIN else WEAK_MARGIN, kind)
    x, y = (EDGE * side for side in _sides(one.box, kind))
    return (
        0.0 if one.x < x else left,
        0.0 if one.y < y else top,
        float(SIDE) if one.box[2] > SIDE - x else right,
        float(SIDE) if one.box[3] > SIDE - y else bottom,
    )


def _wider(box: Box, share: float, kind: CoverKind) -> Box:
    x, y = (share * side for side in _sides(box, kind))
    return box[0] - x, box[1] - y, box[2] + x, box[3] + y


def _sides(box: Box, kind: CoverKind) -> tuple[float, float]:
    """By which it is measured how much wider a cover is: of a line of text, however long, by its height on all sides."""
    width, height = box[2] - box[0], box[3] - box[1]
    return (min(width, height), height) if kind == "text" else (width, height)


def _around(boxes: Iterable[Box]) -> Box:
    """The box around boxes."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _key(time_ms: int, box: Box) -> Key:
    """A box as a key: rounded outwards, cut at the picture's edge, and still a box where it lies outside."""
    left, top = (min(SIDE - 1, max(0, int(side // 1))) for side in box[:2])
    right, bottom = (
        min(SIDE, max(low + 1, int(-(-side // 1)))) for side, low in zip(box[2:], (left, top), strict=True)
    )
    return Key(time_ms=time_ms, x=left, y=top, width=right - left, height=bottom - top)
