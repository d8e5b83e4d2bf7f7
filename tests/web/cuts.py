"""Cuts in memory, with sample values: as `web/archive.py`, and kept apart only for its length."""

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from jebi.errors import NothingFound, Refused
from jebi.office.kinds import CutState, JobKind, JobState
from jebi.office.shown import Blob, Clip, Job, Page
from jebi.office.shown_cuts import Checked, Cut, CutCard, CutOutput, Edited, EditedSource, KeptPlan, Search, Sought
from jebi.release import plan_form
from jebi.release.concerns import concerns
from jebi.release.leaks import CHECKS, Check, Finding, Reason, not_run, reported
from jebi.release.plan import About, Line, Moving, Part, Picture, Plan, Sound, Source, Style
from jebi.release.protect import covers, figure, text_covers
from jebi.release.sightings import Sighting

NOW = 1_795_000_000
LENGTH_MS = 20_000
FRAME_MS = 40


@dataclass(frozen=True, slots=True)
class Content:
    """A blob in memory."""

    content: bytes
    media_type: str

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, end: int, /) -> Iterator[bytes]:
        for at in range(start, end, 65536):
            yield self.content[at : min(end, at + 65536)]


@dataclass(kw_only=True)
class SampleCuts:
    """Two cuts of the first clip, one of which was rendered and looked through; and what members begin beside them."""

    films: Sequence[bytes] = (b"not really a film" * 1000,)
    pictures: Sequence[bytes] = ()
    clips_by_id: dict[str, Clip] = field(default_factory=dict)
    plans: dict[int, list[tuple[str, Plan]]] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    rendered: dict[int, list[CutOutput]] = field(default_factory=dict)
    looked_through: set[tuple[str, Sought]] = field(default_factory=set)

    def cuts(self, *, key: str = "") -> Page[CutCard]:
        found = tuple(self._card(number) for number in sorted(self.names, reverse=True))
        return Page(items=found, total=len(found))

    def cut(self, cut: str, /) -> Cut:
        number = self._number(cut)
        plans = self.plans[number]
        job = Job(id="j90", kind=JobKind.RENDERING, state=JobState.RUNNING, progress=0.4)
        return Cut(
            card=self._card(number),
            plan=plans[-1][1],
            names={source.clip: f"DCIM/{source.clip}.MP4" for source in plans[-1][1].sources},
            plans=tuple(
                KeptPlan(number=10 * number + place, by=by, made=NOW + place, sha256=plan_form.digest(plan))
                for place, (by, plan) in reversed(list(enumerate(plans)))
            ),
            outputs=tuple(self.rendered.get(number, ())),
            jobs=() if self.rendered.get(number) else (job,),
        )

    def cut_picture(self, cut: str, /) -> Blob:
        return Content(self.pictures[self._number(cut) % len(self.pictures)], "image/jpeg")

    def cut_film(self, cut: str, output: str, /) -> Blob:
        for one in self.rendered.get(self._number(cut), ()):
            if str(one.number) == output:
                return Content(self.films[0], "video/mp4")
        raise NothingFound("there is no such film")

    def searched(self, clip: str, sought: Sought, /) -> Search:
        if clip not in self.clips_by_id:
            raise NothingFound("there is no such clip")
        if (clip, sought) in self.looked_through:
            return Search(is_done=True)
        if sought == "text":
            return Search(is_done=False)
        return Search(is_done=False, job=Job(id="j91", kind=JobKind.SEARCHING, state=JobState.RUNNING, progress=0.6))

    def want_searched(self, clip: str, sought: Sought, /, *, by: str) -> None:
        self.searched(clip, sought)
        self.looked_through.add((clip, sought))

    def begin_cut(self, clip: str, name: str, style: Style, /, *, has_figures: bool, has_texts: bool, by: str) -> int:
        for sought in ("faces", "text") if has_texts else ("faces",):
            if not self.searched(clip, sought).is_done:
                raise Refused(f"a clip of the cut was not looked through for {sought} yet")
        if name in self.names.values():
            raise Refused("there is a cut of that name", hint="give this one another name")
        number = max(self.names, default=0) + 1
        plan = plan_of(style=style, has_figures=has_figures, has_texts=has_texts)
        self.names[number], self.plans[number] = name, [(by, plan)]
        return number

    def edited_plan(self, cut: str, /) -> Edited:
        number = self._number(cut)
        _, plan = self.plans[number][-1]
        (source,) = plan.sources
        clip = next(iter(self.clips_by_id))
        return Edited(
            number=10 * number + len(self.plans[number]) - 1,
            written=plan_form.written(plan),
            sources=(
                EditedSource(
                    clip=clip,
                    name="DCIM/100MEDIA/MOVI0112.MP4",
                    length_ms=LENGTH_MS,
                    is_searched=True,
                    has_viewing=True,
                    concerns=concerns(source.covers, source.open, seen()),
                    said=(
                        Checked(language="ko", is_translation=False, by=("haneul",), lines=((0, 900, "쌀값"),), left=2),
                    ),
                ),
            ),
        )

    def keep_plan(self, cut: str, based: int, untrusted_plan: bytes, /, *, by: str) -> None:
        number, plan = self._number(cut), plan_form.parse(untrusted_plan)
        if based != self.edited_plan(cut).number:
            raise Refused("somebody else changed the plan of this cut meanwhile")
        if plan.sources[0].sha256 != self.plans[number][-1][1].sources[0].sha256:
            raise Refused("the plan is of other clips than the cut")
        self.plans[number].append((by, plan))

    def _number(self, cut: str) -> int:
        if not cut.isdigit() or int(cut) not in self.names:
            raise NothingFound("there is no such cut")
        return int(cut)

    def _card(self, number: int) -> CutCard:
        made = self.rendered.get(number)
        by, _ = self.plans[number][-1]
        return CutCard(
            number=number,
            name=self.names[number],
            state=made[0].state if made else CutState.RENDERING,
            made=NOW,
            by=by,
            plans=len(self.plans[number]),
        )


def add_cuts(archive: SampleCuts) -> None:
    """Put the two cuts in."""
    archive.looked_through.add((next(iter(archive.clips_by_id)), "faces"))
    for number, name in ((1, "봄 시장, 쌀값"), (2, "station, morning")):
        archive.names[number], archive.plans[number] = name, [("haneul", plan_of())]
    plan = plan_form.digest(plan_of())
    report = reported(output=bytes(32), plan=bytes.fromhex(plan), checks=map(_check, CHECKS))
    archive.rendered[1] = [
        CutOutput(number=1, plan=10, state=CutState.LEAKING, made=NOW, sha256="0" * 64, size=2_400_000, report=report)
    ]


def _check(name: str) -> Check:
    if name == "camera":
        return not_run(name)
    found = (Finding(reason=Reason.FACE_SEEN, what="a face is seen", at_ms=2500),) if name == "faces" else ()
    measured: Mapping[str, int | str] = {"pictures": 500, "least distance": 0}
    return Check(name=name, tools={"MTCNN": "1.0"}, measured=measured, findings=found)


def seen() -> list[Sighting]:
    """Four people: one sure, one who was lost from sight, one unsure, one who was hardly seen."""
    found = []
    for number, (x, y, first, last, score) in enumerate(
        (
            (2500, 2800, 0, 480, 930),
            (5200, 3000, 60, 420, 700),
            (7600, 2600, 200, 300, 410),
            (4100, 6000, 330, 332, 640),
        )
    ):
        for frame in range(first, last):
            if number == 1 and 180 < frame < 205:
                continue
            drift = (frame - first) * (3 - number)
            found.append(
                Sighting(
                    time_ms=frame * FRAME_MS, x=x + drift // 2, y=y + drift // 9, width=520, height=900, score=score
                )
            )
    return found


@functools.cache
def plan_of(*, style: Style = "solid", has_figures: bool = False, has_texts: bool = False) -> Plan:
    """A plan of one clip, of which one cover was taken away."""
    made = covers(seen(), style=style, end_ms=LENGTH_MS)
    made = made[:1] + made[2:] + (tuple(map(figure, made[:1])) if has_figures else ())
    made += text_covers(seen(), style=style, end_ms=LENGTH_MS)[:1] if has_texts else ()
    digest = hashlib.sha256(b"clip").hexdigest()
    source = Source(
        clip=digest[:16],
        sha256=digest,
        covers=made,
        open=(Moving(keys=tuple(replace(key, x=100, y=200) for key in made[0].keys)),),
        sounds=(Sound(start_ms=0, end_ms=4000, how="surroundings"), Sound(start_ms=4000, end_ms=9000, how="disguised")),
        lines=(Line(start_ms=1000, end_ms=3000, language="ko", text="오늘 쌀값이 또 올랐소."),),
    )
    about = About(
        title=(("en", "Rice at the market"), ("ko", "장마당의 쌀")),
        why=(("en", "Faces were covered."),),
        filmed="2026-10",
    )
    parts = (Part(source=0, start_ms=0, end_ms=6000), Part(source=0, start_ms=9000, end_ms=20_000))
    return Plan(about=about, picture=Picture(lines=720, rate=25, seed=bytes(16)), sources=(source,), parts=parts)
