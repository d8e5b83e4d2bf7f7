"""What a second pair of eyes says of a cut: which faces are still to be seen, and which of the original nobody covered.

Whoever looked for faces when the plan was made may have overlooked one. So frames of the output and of the sealed original are searched
once more, by a finder of another family (media/cascade.py) that knows nothing of the first; here it is decided what its sightings mean
(docs/formats/cuts.md, “Report”). There are three reasons to refuse a cut:

- a face is *seen* in the output, whether in a cover or beside one, and nobody said that it may be;
- a face of the original is *bare*: less than 95 % of it lies under covers, and nobody said that it may be seen;
- a face of the output is *known*: it is like one that was to be hidden. Saying that it may be seen does not help.

All is on the clock of the cut, in milliseconds, and in 1/10,000 of the picture's width and height, in whole numbers. Decides only: looks at
nothing itself. What two finders overlooked, it does not find.
"""

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

WHOLE = 10_000  # parts of the width or height of a picture
ENOUGH = 95  # per cent of a face under covers: finders' boxes differ by some pixels, and an ear tells nobody's name
LET = 80  # per cent of a sighting that must lie where a face may be seen: next to a face that may be seen stands one that must not
ALIKE = 0.6  # how near two faces are at most that are one person's (media/likeness.py)
GAP_MS = 500  # sightings of one place that are no further apart are one finding


class Reason(Enum):
    """Why a cut is refused."""

    SEEN = "a face is seen"
    BARE = "a face of the original is not covered"
    KNOWN = "a face that was to be hidden is known again"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Box:
    """A place in the picture, in 1/10,000 of its sides; it may reach over the edge, since a face can."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1 or max(map(abs, (self.x, self.y, self.width, self.height))) > 10 * WHOLE:
            raise ValueError("a box has a size and lies about the picture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Where something is at a time."""

    at: int
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A place that moves from key to key: what a cover covers, or where a face may be seen.

    Attributes:
        keys: at least one, their times rising.
    """

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        times = [key.at for key in self.keys]
        if not times or any(later <= earlier for earlier, later in itertools.pairwise(times)):
            raise ValueError("a stretch has keys with rising times")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A face in one frame.

    Attributes:
        at: when the frame begins to be shown.
        until: when the next one takes its place.
        distance: in the output: to the nearest face of the original that was to be hidden, if they were compared.
    """

    at: int
    until: int
    box: Box
    distance: float | None = None

    def __post_init__(self) -> None:
        if self.at < 0 or self.until <= self.at or not (self.distance is None or self.distance >= 0):
            raise ValueError("a frame is shown for a while, and no distance is below 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A reason to refuse a cut.

    Attributes:
        first: when it is to be seen first.
        last: when the last frame ends in which it is to be seen.
        frames: in how many frames it was found.
        worst: where it is most to be seen.
        covered: per cent of the face that lie under covers there, rounded down.
        distance: of the face most like one that was to be hidden, if any was compared.
    """

    reason: Reason
    first: int
    last: int
    frames: int
    worst: Sighting
    covered: int
    distance: float | None


def judge(
    *,
    covers: Sequence[Stretch],
    open_to_see: Sequence[Stretch],
    output: Iterable[Sighting],
    original: Iterable[Sighting],
) -> list[Finding]:
    """All reasons that the sightings give to refuse the cut, in the order of time; none of them means only that.

    Args:
        covers: of the plan, of any kind.
        open_to_see: where somebody said that a face may be seen.
        output: what was seen in the rendered cut.
        original: what was seen in the original's frames that the cut shows, at the times at which it shows them.
    """
    found = [finding for sighting in output for finding in _in_the_output(sighting, covers, open_to_see)]
    found += [finding for sighting in original for finding in _in_the_original(sighting, covers, open_to_see)]
    return sorted(_together(found), key=lambda finding: (finding.first, finding.reason.value, finding.worst.box))


def under(sighting: Sighting, stretches: Iterable[Stretch]) -> int:
    """How much of a face lies under these, together: per cent, rounded down."""
    boxes = [box for stretch in stretches if (box := _box_in(stretch, sighting)) is not None]
    return 100 * _area_of_all(sighting.box, boxes) // (sighting.box.width * sighting.box.height)


def _in_the_output(sighting: Sighting, covers: Sequence[Stretch], open_to_see: Sequence[Stretch]) -> Iterator[Finding]:
    if sighting.distance is not None and sighting.distance <= ALIKE:
        yield _finding(Reason.KNOWN, sighting, covers)
    elif under(sighting, open_to_see) < LET:
        yield _finding(Reason.SEEN, sighting, covers)


def _in_the_original(
    sighting: Sighting, covers: Sequence[Stretch], open_to_see: Sequence[Stretch]
) -> Iterator[Finding]:
    if under(sighting, covers) < ENOUGH and under(sighting, open_to_see) < LET:
        yield _finding(Reason.BARE, sighting, covers)


def _finding(reason: Reason, sighting: Sighting, covers: Sequence[Stretch]) -> Finding:
    return Finding(
        reason=reason,
        first=sighting.at,
        last=sighting.until,
        frames=1,
        worst=sighting,
        covered=under(sighting, covers),
        distance=sighting.distance,
    )


def _box_in(stretch: Stretch, frame: Sighting) -> Box | None:
    """Where a stretch is in a frame: each side between the two keys around it, rounded outwards (docs/formats/cuts.md, “Plan”)."""
    keys = stretch.keys
    if frame.at > keys[-1].at or frame.until <= keys[0].at:
        return None
    at = max(frame.at, keys[0].at)
    place = bisect_left(keys, at, key=lambda key: key.at)
    after = keys[place]
    before = after if after.at == at else keys[place - 1]
    passed, whole = at - before.at, max(1, after.at - before.at)
    old, new = before.box, after.box
    left, top = (
        (old.x * (whole - passed) + new.x * passed) // whole,
        (old.y * (whole - passed) + new.y * passed) // whole,
    )
    right = -(-((old.x + old.width) * (whole - passed) + (new.x + new.width) * passed) // whole)
    bottom = -(-((old.y + old.height) * (whole - passed) + (new.y + new.height) * passed) // whole)
    return Box(x=left, y=top, width=right - left, height=bottom - top)


def _area_of_all(face: Box, boxes: Sequence[Box]) -> int:
    """The area of a face that any of the boxes covers: the columns between all their sides, one by one."""
    right, bottom = face.x + face.width, face.y + face.height
    inside = [
        (max(face.x, box.x), min(right, box.x + box.width), max(face.y, box.y), min(bottom, box.y + box.height))
        for box in boxes
    ]
    inside = [(x1, x2, y1, y2) for x1, x2, y1, y2 in inside if x1 < x2 and y1 < y2]
    sides = sorted({side for x1, x2, _, _ in inside for side in (x1, x2)})
    return sum(
        (end - start) * _length_of_all(sorted((y1, y2) for x1, x2, y1, y2 in inside if x1 <= start and end <= x2))
        for start, end in itertools.pairwise(sides)
    )


def _length_of_all(intervals: Sequence[tuple[int, int]]) -> int:
    """The length that sorted intervals cover together."""
    length, reached = 0, -11 * WHOLE
    for start, end in intervals:
        length += max(0, end - max(start, reached))
        reached = max(reached, end)
    return length


def _together(found: Sequence[Finding]) -> Iterator[Finding]:
    """Findings of one reason that touch each other in the picture, and nearly in time, as one."""
    going: list[tuple[Finding, Sighting]] = []  # each with its last sighting
    for finding in sorted(found, key=lambda one: (one.first, one.worst.box)):
        same = next((one for one in going if _continues(one, finding)), None)
        if same is None:
            going.append((finding, finding.worst))
        else:
            going[going.index(same)] = _joined(same[0], finding), finding.worst
        ended = [one for one, _ in going if one.last + GAP_MS < finding.first]
        yield from ended
        going = [one for one in going if one[0].last + GAP_MS >= finding.first]
    yield from (one for one, _ in going)


def _continues(going: tuple[Finding, Sighting], finding: Finding) -> bool:
    before, now = going[1].box, finding.worst.box
    touches = _area_of_all(now, [before]) > 0
    new_frame = finding.first > going[1].at  # two faces of one frame are two findings
    return going[0].reason is finding.reason and touches and new_frame and finding.first <= going[0].last + GAP_MS


def _joined(one: Finding, other: Finding) -> Finding:
    worse = min(one, other, key=lambda finding: (finding.covered, -finding.worst.box.width * finding.worst.box.height))
    distances = [finding.distance for finding in (one, other) if finding.distance is not None]
    return Finding(
        reason=one.reason,
        first=one.first,
        last=max(one.last, other.last),
        frames=one.frames + other.frames,
        worst=worse.worst,
        covered=worse.covered,
        distance=min(distances, default=None),
    )
