"""What is left in a film of the cameras that took it: the check `camera` (docs/formats/sensor.md, "What is left").

The three longest shots of every clip are gone through, and compared with a pattern out of other films that came with the clip, and out of what of the clip is
not shown. Where there is none of its camera, nothing can be compared, and the report says so; that shots lie as the plan lays them, and not as the camera took
them, is looked at in any case.

Invariants: all is decoded in the jail, one plain copy at a time; no pattern is kept; a figure is told only if it was measured.
Peak: 43 planes of luma and 130 bytes a pixel (at most 450 MB), and five bytes a pixel for each of eight clips.
"""

import contextlib
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

import jebi
from jebi.archive import sensor_left
from jebi.archive.frames import Plane
from jebi.archive.sensor import ENOUGH, Gathering, Sensor
from jebi.archive.sensor_left import NARROW, Hashes, Laid, Left
from jebi.archive.sensor_match import THRESHOLD
from jebi.errors import Damaged, Refused
from jebi.media.frames import Frame, fitted, frames
from jebi.media.jail import Jail
from jebi.media.probe import Probe, probe
from jebi.media.quieting import laid_from
from jebi.office.labour import Report
from jebi.office.opened import File, Opened, Others
from jebi.office.rendering_camera import WITHOUT, shown_at
from jebi.release import windows
from jebi.release.covering import Covering
from jebi.release.leaks import Check, Finding, Reason, most, not_run
from jebi.release.plan import MOST_PICTURE_LINES, Plan
from jebi.release.quieting import Quieting
from jebi.release.timeline import picture_ms
from jebi.release.windows import Shot, Size

MOST_SHOTS = 3  # of one clip: the longest, as these tell most …
MOST_OF_A_SHOT = 300  # … and pictures of one, evenly spaced: all at 30 a second
TOGETHER = 8  # clips that are looked at in one pass over the film
MOST_OTHERS = 4  # films that a clip is compared with …
LONGEST_OTHER_MS = 60_000  # … each so far …
OF_AN_OTHER = 30  # … in so many frames
LEAST_OTHER = 8  # frames that show something else; fewer are no reference
BEYOND_MS = 60_000  # after the last that is shown of a clip, in which it has frames that are not
UNEVEN = "the film has not as many pictures as its plan"
ALONE = "not measured: the archive has no other film of this camera"
UNSURE = "there is no other film of this camera, and nothing in the picture tells how it lies"
AS_TAKEN = "a shot lies as the camera took it, and not as the plan lays it"


@dataclass(frozen=True, slots=True)
class _Clip:
    """A clip: its size as it is rendered from, its pattern, one to compare with, and by their numbers the frames amid its shots, covered."""

    size: Size
    ours: Sensor | None
    reference: Sensor | None
    middles: dict[int, Plane] = field(repr=False)


@dataclass(slots=True)
class _Seen:
    """A shot as it is in the film: how it was to be laid, its pattern, and whether its middle lies so."""

    shot: Shot
    how: Quieting
    time_ms: int  # of its middle, in the part
    every: int
    sensor: Sensor | None = None
    lies: bool | None = None
    pictures: int = 0


@dataclass(slots=True)
class _Counted:
    """What was measured."""

    clips: int
    shots: int
    looked: int = 0
    pictures: int = 0
    lying: int = 0
    left: list[Left] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def measure(jail: Jail, plan: Plan, opened: Opened, others: Others, film: str, report: Report) -> Check:
    """The check `camera` of a rendered film. Raises as `frames`."""
    shots: dict[int, list[Shot]] = {}
    for shot in windows.shots(plan):
        shots.setdefault(shot.showing.part.source, []).append(shot)
    if not shots:
        return not_run("camera", UNEVEN)
    counted = _Counted(clips=len(shots), shots=sum(map(len, shots.values())))
    read = probe(jail, film, can_stop=report.can_stop)
    for first in range(0, len(shots), TOGETHER):
        chosen = {place: _longest(shots[place]) for place in sorted(shots)[first : first + TOGETHER]}
        found: dict[int, _Clip] = {}
        for place, some in chosen.items():
            found[place] = _looked_at(jail, plan, place, some, opened, others, report)
        seen = [_begun(plan, shot, found[place]) for place, some in chosen.items() for shot in some]
        if not _go_through(jail, plan, film, read, sorted(seen, key=lambda one: one.shot.first), found, report):
            return not_run("camera", UNEVEN)
        for place, clip in found.items():
            _judge(counted, clip, [one for one in seen if one.shot.showing.part.source == place])
    return _checked(counted)


def _longest(shots: Sequence[Shot]) -> list[Shot]:
    return sorted(shots, key=lambda shot: (shot.first - shot.end, shot.first))[:MOST_SHOTS]


def _looked_at(
    jail: Jail, plan: Plan, place: int, shots: Sequence[Shot], opened: Opened, others: Others, report: Report
) -> _Clip:
    """What a clip tells of its own camera, and what others and the rest of it do."""
    parts, rate = windows.seen(plan, place), plan.picture.rate
    middles: dict[int, list[int]] = {}
    for shot in shots:
        middles.setdefault(shot.showing.source_ms(shot.middle, rate), []).append(shot.middle)
    gathering, known, kept = Gathering(), [sensor_left.hashes(())], dict[int, Plane]()
    aside: dict[int, Plane] = {}
    with opened(place) as (path, seen):
        if not seen.videos:
            raise Refused(WITHOUT)
        size = fitted(seen.videos[0], windows.incoming(plan.picture.lines))
        covering = Covering(plan.sources[place].covers, *size, plan.picture.seed)
        end_ms = min(seen.duration_ms or parts[-1][1], parts[-1][1] + BEYOND_MS)
        inside = set(windows.spread(parts, ENOUGH))
        outside = set(windows.spread(windows.unseen(plan, place, end_ms), ENOUGH)) - inside
        for time, frame in _at(jail, path, seen, plan, sorted({*inside, *outside, *middles}), report):
            if time in inside:
                gathering.feed(frame.luma)
                known.append(sensor_left.hashes([frame.luma]))
            if time in outside:
                aside[frame.time_ms] = frame.luma
            for number in middles.get(time, ()):
                kept[number] = _covered(frame, covering)
    ours, hashed = gathering.finish(), np.concatenate(known)
    candidates = [_pattern(aside.values(), hashed)] if ours else []
    for other in itertools.islice(others(place), MOST_OTHERS) if ours else ():
        candidates.append(_pattern_of(jail, plan, other, size, hashed, report))
    fair = [one for one in candidates if one]
    reference = sensor_left.reference_of(ours, fair) if ours and fair else None
    return _Clip(size, ours, reference, kept)


def _at(
    jail: Jail, path: str, seen: Probe, plan: Plan, times: Sequence[int], report: Report
) -> Iterator[tuple[int, Frame]]:
    """The frames at some times, each with its time, as they are rendered from."""
    height = windows.incoming(plan.picture.lines)
    with closing(frames(jail, path, seen, height=height, can_stop=report.can_stop)) as taken:
        yield from zip(times, shown_at(taken, times), strict=False)


def _covered(frame: Frame, covering: Covering) -> Plane:
    pixels = bytearray(frame.pixels)
    covering.paint(frame.time_ms, pixels)
    return np.frombuffer(bytes(pixels), np.uint8, frame.width * frame.height).reshape(frame.height, frame.width)


def _pattern_of(jail: Jail, plan: Plan, other: File, size: Size, known: Hashes, report: Report) -> Sensor | None:
    """The pattern of another film, if it has the same size and can be opened: one that cannot says nothing of this one."""
    looked: dict[int, Plane] = {}
    with contextlib.suppress(Damaged, Refused), other as (path, seen):
        if seen.videos and fitted(seen.videos[0], windows.incoming(plan.picture.lines)) == size:
            times = windows.spread([(0, min(seen.duration_ms or LONGEST_OTHER_MS, LONGEST_OTHER_MS))], OF_AN_OTHER)
            looked = {frame.time_ms: frame.luma for _, frame in _at(jail, path, seen, plan, times, report)}
    return _pattern(looked.values(), known)


def _pattern(pictures: Iterable[Plane], known: Hashes) -> Sensor | None:
    """The pattern of those pictures that show something else than what is known; none of too few."""
    fair = [luma for luma in pictures if sensor_left.are_others(luma, known)]
    if len(fair) < LEAST_OTHER:
        return None
    gathering = Gathering()
    for luma in fair:
        gathering.feed(luma)
    return gathering.finish()


def _begun(plan: Plan, shot: Shot, clip: _Clip) -> _Seen:
    how = windows.quieting(plan, shot.showing, clip.size)
    time_ms = picture_ms(shot.middle, plan.picture.rate) - shot.showing.begins_ms
    return _Seen(shot, how, time_ms, every=math.ceil((shot.end - shot.first) / MOST_OF_A_SHOT))


def _go_through(
    jail: Jail, plan: Plan, film: str, read: Probe, seen: Sequence[_Seen], clips: dict[int, _Clip], report: Report
) -> bool:
    """Gather the patterns of some shots, in their order; whether the film has as many pictures as the plan."""
    waiting, gathering, count = list(seen), Gathering(), 0
    with closing(frames(jail, film, read, height=MOST_PICTURE_LINES, can_stop=report.can_stop)) as shown:
        for number, frame in enumerate(shown):
            count += 1
            if waiting and waiting[0].shot.first <= number:
                _see(waiting[0], gathering, clips, number, frame)
                if number + 1 == waiting[0].shot.end:
                    waiting.pop(0).sensor, gathering = gathering.finish(), Gathering()
            report.say(count, plan.length_ms * plan.picture.rate // 1000, "pictures")
    return count == max(one.end for one in windows.shots(plan))


def _see(one: _Seen, gathering: Gathering, clips: dict[int, _Clip], number: int, frame: Frame) -> None:
    """A picture of a shot."""
    shot = one.shot
    if (number - shot.first) % one.every and number != shot.middle:
        return
    luma = _unplaced(frame.luma, one.how.shown)
    gathering.feed(luma)
    one.pictures += 1
    if number == shot.middle:
        original = clips[shot.showing.part.source].middles.get(number)
        if original is not None:
            one.lies = sensor_left.lies_as(luma, original, *laid_from(one.how, one.time_ms))


def _unplaced(luma: Plane, shown: Size) -> Plane:
    """A picture out of the black around it, in the size in which it was laid."""
    left, top, width, height = windows.within(shown, (luma.shape[1], luma.shape[0]))
    inner = luma[top : top + height, left : left + width]
    if (width, height) == shown:
        return inner
    return np.asarray(Image.fromarray(inner).resize(shown, Image.Resampling.BILINEAR))


def _judge(counted: _Counted, clip: _Clip, seen: Sequence[_Seen]) -> None:
    """What one clip adds to the check."""
    counted.looked += len(seen)
    counted.pictures += sum(one.pictures for one in seen)
    counted.lying += sum(one.lies is True for one in seen)
    at_ms = min(one.shot.showing.begins_ms + one.shot.begins_ms for one in seen)
    for one in seen:
        if one.lies is False:
            begins_ms = one.shot.showing.begins_ms + one.shot.begins_ms
            counted.findings.append(Finding(reason=Reason.CAMERA_KNOWN, what=AS_TAKEN, at_ms=begins_ms))
    found = [(one, one.sensor) for one in seen if one.sensor]
    if clip.ours and clip.reference and found:
        laid = [Laid(sensor, *laid_from(one.how, one.time_ms)) for one, sensor in found]
        left = sensor_left.measured(clip.reference, clip.ours, laid)
        counted.left.append(left)
        counted.findings += _known(left, at_ms)
    elif all(one.lies is None for one in seen):
        counted.findings.append(Finding(reason=Reason.NOT_CHECKED, what=UNSURE, at_ms=at_ms))


def _known(left: Left, at_ms: int) -> Iterator[Finding]:
    """The attackers who find the camera."""
    for who, energy, most_allowed in (
        ("brings the film back to its size", left.naive, THRESHOLD),
        ("tries how the film lies", left.searching, THRESHOLD),
        ("is told how the film lies", left.told, NARROW),
    ):
        if energy >= most_allowed:
            what = f"who has other films of the camera and {who} finds it: PCE {math.ceil(energy)}, {most_allowed:g} is too much"
            yield Finding(reason=Reason.CAMERA_KNOWN, what=what, at_ms=at_ms)


def _checked(counted: _Counted) -> Check:
    measured: dict[str, int | str] = {
        "clips": counted.clips,
        "shots": counted.shots,
        "shots looked at": counted.looked,
        "pictures looked at": counted.pictures,
        "shots that lie as the plan lays them": counted.lying,
        "clips compared with other films": len(counted.left),
    }
    if counted.left:
        measured["PCE before"] = math.floor(min(left.before for left in counted.left))
        measured["PCE after"] = math.ceil(max(left.naive for left in counted.left))
        measured["PCE after, searched"] = math.ceil(max(left.searching for left in counted.left))
        measured["PCE after, told"] = math.ceil(max(left.told for left in counted.left))
    if len(counted.left) < counted.clips:
        measured["other clips"] = ALONE
    tools = {"jebi": jebi.__version__}
    return Check(name="camera", tools=tools, measured=measured, findings=most(counted.findings))
