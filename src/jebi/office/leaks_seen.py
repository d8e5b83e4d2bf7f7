"""What is to be seen in a cut that should not be: faces, faces of those who were covered, and words of the secrets list.

The rendered film and what it would be without covers are gone through side by side, by a finder of faces of another family than the one that the plan was made
with. Every fifth picture is looked at; what stands between two of these, the finder does not see. The stills are looked at as pictures of the film at their time.

Invariants: both are decoded in the jail, and no frame is kept; a face of the film is judged by where the original shows it. A film with
another number of pictures than its plan is not looked through, and says so. Peak: four frames, the networks, and 128 numbers a face.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from jebi.media import likeness
from jebi.media.cascade import Cascade, Seen
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.likeness import Likeness
from jebi.media.models import Models
from jebi.media.probe import probe
from jebi.media.screen import Reader
from jebi.media.sheets import picture
from jebi.office.labour import Report
from jebi.office.opened import Opened
from jebi.office.reasons import NotHere
from jebi.office.rendering import bare_pictures
from jebi.release import second_look, windows
from jebi.release.covering import box_at
from jebi.release.leaks import Check, Finding, Reason, most, not_run
from jebi.release.plan import SIDE, Moving, Plan
from jebi.release.second_look import Box, Key, Sighting, Stretch
from jebi.release.secret_words import Secrets
from jebi.release.timeline import Showing, picture_ms, showings

AGAIN, ALIKE = "faces-again", "faces-alike"  # the models' names
EVERY = 5  # pictures
LONGEST_SIDE = 960  # pixels in which they are looked at: a face of 40 pixels in full HD has 20
SURE, LIKELY = (
    0.9,
    0.7,
)  # of the finder's certainty: below the first it is wrong in every second picture, so it counts only if it is known
READ_EVERY_MS = 2_000  # signs stand still
LINES = 1080
MOST_HIDDEN = 4_096  # faces to which others are compared
WORDS = {
    second_look.Reason.SEEN: (Reason.FACE_SEEN, "a face is to be seen"),
    second_look.Reason.BARE: (Reason.FACE_MISSED, "a face of the original is not covered"),
    second_look.Reason.KNOWN: (Reason.FACE_KNOWN, "a face that is covered is like one that is to be seen"),
}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Face:
    """A face in one picture, and its 128 numbers."""

    at_ms: int
    until_ms: int
    box: Box
    score: float
    numbers: Floats = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A still that goes out: its name, where it is, and when in the film it is shown."""

    name: str
    path: str
    at_ms: int


@dataclass(slots=True)
class _Found:
    """What a pass found."""

    pictures: int = 0
    looked: int = 0
    output: list[_Face] = field(default_factory=list)
    original: list[_Face] = field(default_factory=list)
    stills: dict[str, list[_Face]] = field(default_factory=dict)
    words: list[Finding] = field(default_factory=list)
    read: int = 0


def look(
    jail: Jail,
    models: Models,
    plan: Plan,
    opened: Opened,
    film: str,
    secrets: Secrets,
    report: Report,
    *,
    stills: Sequence[Still] = (),
) -> tuple[Check, ...]:
    """The checks `faces`, `likeness` and `writing` of a rendered film and its stills. Raises as `frames`, and `NotHere` without the models."""
    if missing := {AGAIN, ALIKE} - set(models.names()):
        raise NotHere(f"the model {min(missing)}, which looks for leaks, is not in place")
    cascade, alike = Cascade(models.find(AGAIN), longest_side=LONGEST_SIDE), Likeness(models.find(ALIKE))
    reader, found = Reader(jail), _Found()
    bare = bare_pictures(jail, plan, opened, report)
    shown = frames(jail, film, probe(jail, film, can_stop=report.can_stop), height=LINES, can_stop=report.can_stop)
    total = plan.length_ms * plan.picture.rate // 1000
    is_even = True
    try:
        for output, original in zip_longest(shown, bare):
            if output is None or original is None:
                is_even = False
                break
            _see(found, plan, output, original, cascade, alike)
            _read(found, reader, output, secrets)
            report.say(found.pictures, total, "pictures")
    finally:
        shown.close()
        bare.close()  # and with it the source's plain copy goes
    if not is_even:
        return tuple(
            not_run(name, "the film has not as many pictures as its plan") for name in ("faces", "likeness", "writing")
        )
    for still in stills:
        _glance(found, jail, plan, still, cascade, alike, reader, secrets, report)
    tools = {cascade.maker.name: cascade.maker.digest, alike.maker.name: alike.maker.digest}
    return (*_judged(found, plan, tools), _written(found, reader))


def _see(
    found: _Found, plan: Plan, output: Frame, bare: tuple[Showing, int, Frame], cascade: Cascade, alike: Likeness
) -> None:
    number, rate = found.pictures, plan.picture.rate
    showing, _, original = bare
    found.pictures += 1
    if number % EVERY:
        return
    found.looked += 1
    times = picture_ms(number, rate), picture_ms(number + EVERY, rate)
    for frame, faces in ((output, found.output), (original, found.original)):
        pixels = np.asarray(picture(frame, longest=LONGEST_SIDE))
        for seen in cascade.faces(pixels, score=LIKELY):
            box = _box(seen, pixels)
            if frame is output:  # it is laid anew, and what may be seen is said of the original
                how = windows.quieting(plan, showing, (original.width, original.height))
                box = windows.taken_from(how, times[0] - showing.begins_ms, (output.width, output.height), box)
            faces.append(_Face(*times, box, seen.score, alike.embedding(pixels, seen.points)))


def _read(found: _Found, reader: Reader, output: Frame, secrets: Secrets) -> None:
    if output.time_ms < found.read * READ_EVERY_MS:
        return
    _found_words(found, reader, output, secrets, output.time_ms, "")


def _found_words(found: _Found, reader: Reader, frame: Frame, secrets: Secrets, at_ms: int, where: str) -> None:
    found.read += 1
    (lines,) = reader.read([np.asarray(picture(frame))])
    for place in secrets.found_in("\n".join(line.text for line in lines)):
        what = f"word {place} of the secrets list can be read{where}"
        found.words.append(Finding(reason=Reason.TEXT_SECRET, what=what, at_ms=at_ms))


def _glance(
    found: _Found,
    jail: Jail,
    plan: Plan,
    still: Still,
    cascade: Cascade,
    alike: Likeness,
    reader: Reader,
    secrets: Secrets,
    report: Report,
) -> None:
    """Look at a still as at a picture of the film."""
    taken = frames(jail, still.path, probe(jail, still.path, can_stop=report.can_stop), height=LINES)
    try:
        frame = next(taken)
    finally:
        taken.close()
    pixels = np.asarray(picture(frame, longest=LONGEST_SIDE))
    times = still.at_ms, still.at_ms + max(1, 1000 // plan.picture.rate)
    found.stills[still.name] = [
        _Face(*times, _box(seen, pixels), seen.score, alike.embedding(pixels, seen.points))
        for seen in cascade.faces(pixels, score=LIKELY)
    ]
    _found_words(found, reader, frame, secrets, still.at_ms, f" in {still.name}")


def _judged(found: _Found, plan: Plan, tools: dict[str, str]) -> tuple[Check, Check]:
    """The checks `faces` and `likeness`."""
    covers, seen_by_all = list(_stretches(plan, is_open=False)), list(_stretches(plan, is_open=True))
    hidden = [one.numbers for one in found.original if second_look.under(_sighting(one), covers) >= second_look.LET]
    original = [_sighting(one) for one in found.original if one.score >= SURE]
    shown = _counted(found.output, hidden)
    judged = [
        (one, "") for one in second_look.judge(covers=covers, open_to_see=seen_by_all, output=shown, original=original)
    ]
    for name, faces in found.stills.items():
        still = _counted(faces, hidden)
        inside = second_look.judge(covers=covers, open_to_see=seen_by_all, output=still, original=())
        judged += [(one, name) for one in inside]
    counts: dict[str, int | str] = {
        "pictures": found.pictures,
        "looked at": found.looked,
        "pixels": LONGEST_SIDE,
        "faces in the output": len(found.output),
        "faces in the original": len(found.original),
        "faces in stills": sum(map(len, found.stills.values())),
    }
    known = [_finding(*one) for one in judged if one[0].reason is second_look.Reason.KNOWN]
    others = [_finding(*one) for one in judged if one[0].reason is not second_look.Reason.KNOWN]
    return (
        Check(name="faces", tools=tools, measured=counts, findings=most(others)),
        Check(name="likeness", tools=tools, measured={"hidden": len(hidden)}, findings=most(known)),
    )


def _counted(faces: Sequence[_Face], hidden: Sequence[Floats]) -> list[Sighting]:
    """Those that are surely faces, or like one that is hidden."""
    near = [(one, _nearest(one, hidden[:MOST_HIDDEN])) for one in faces]
    return [
        _sighting(one, distance)
        for one, distance in near
        if one.score >= SURE or (distance is not None and distance <= second_look.ALIKE)
    ]


def _written(found: _Found, reader: Reader) -> Check:
    tools = {reader.maker.name: reader.maker.digest}
    return Check(name="writing", tools=tools, measured={"pictures": found.read}, findings=most(found.words))


def _finding(judged: second_look.Finding, still: str) -> Finding:
    reason, words = WORDS[judged.reason]
    where = f"in {still}" if still else f"in {judged.frames} of the pictures looked at"
    return Finding(reason=reason, what=f"{words}, {where}", at_ms=judged.first)


def _nearest(one: _Face, hidden: Sequence[Floats]) -> float | None:
    return min((likeness.distance(one.numbers, other) for other in hidden), default=None)


def _sighting(one: _Face, near: float | None = None) -> Sighting:
    return Sighting(at=one.at_ms, until=one.until_ms, box=one.box, distance=near)


def _box(seen: Seen, pixels: npt.NDArray[np.uint8]) -> Box:
    height, width = pixels.shape[:2]
    return Box(
        x=seen.x * SIDE // width,
        y=seen.y * SIDE // height,
        width=max(1, seen.width * SIDE // width),
        height=max(1, seen.height * SIDE // height),
    )


def _stretches(plan: Plan, *, is_open: bool) -> Iterator[Stretch]:
    """What is covered, or may be seen, on the clock of the cut: each as far as its part is shown."""
    for showing in showings(plan):
        source = plan.sources[showing.part.source]
        moving: Iterable[Moving] = source.open if is_open else source.covers
        for one in moving:
            if stretch := _stretch(one, showing):
                yield stretch


def _stretch(one: Moving, showing: Showing) -> Stretch | None:
    start, end = max(one.start_ms, showing.part.start_ms), min(one.end_ms, showing.part.end_ms)
    if start > end:
        return None
    times = sorted({start, end, *(key.time_ms for key in one.keys if start <= key.time_ms <= end)})
    shift = showing.begins_ms - showing.part.start_ms
    return Stretch(keys=tuple(Key(at=time + shift, box=_at(one, time)) for time in times))


def _at(one: Moving, time_ms: int) -> Box:
    left, top, right, bottom = box_at(one.keys, time_ms)
    x, y = int(left), int(top)
    return Box(x=x, y=y, width=max(1, int(np.ceil(right)) - x), height=max(1, int(np.ceil(bottom)) - y))
