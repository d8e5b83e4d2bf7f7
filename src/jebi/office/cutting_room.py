"""Cuts as the pages show them, and plans as members edit them: what a browser sends is taken for a plan only once it is one.

Invariants: an edited plan has the clips, digests and seed of the one that it was made of, or it is refused; it takes the place of the newest plan and no
other; whoever kept it is named in the log. Peak: a plan, its text, and the sightings of its clips.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from sqlalchemy import Connection

from jebi.errors import NothingFound, Refused, Unable
from jebi.office import cutting, pages, transcribing
from jebi.office.arrived import NAME
from jebi.office.clearing import reporter
from jebi.office.close_up import CloseUp, Copy
from jebi.office.cutting import Wanted
from jebi.office.engine_room import shown_job
from jebi.office.kinds import CutState, Part
from jebi.office.protecting import LEAKS, RENDER, SEARCH, TEXT
from jebi.office.room import SECOND, event
from jebi.office.searching_faces import SIGHTINGS
from jebi.office.shown import Blob, Job, Page
from jebi.office.shown_cuts import Checked, Cut, CutCard, CutOutput, Edited, EditedSource, KeptPlan, Search, Sought
from jebi.release import plan_form
from jebi.release.concerns import concerns
from jebi.release.leaks import Report, open_report
from jebi.release.output import FILM
from jebi.release.plan import LONGEST_LANGUAGE, MOST_LINES, SEED, Plan, Source, Style
from jebi.release.sightings import unpacked
from jebi.vault import clearing, clips, cuts, jobs, segments
from jebi.vault.cuts import Output, Planned

CUTS = 48  # a page
POSTER = "poster.jpg"  # of an output's files
VIEW = "view"  # of what is derived
PEOPLE = 2  # who clear a cut
SOUGHT: dict[Sought, str] = {"faces": SEARCH, "text": TEXT}


class _Known(NamedTuple):
    """What the catalogue says of a clip that is edited; `sightings` names a blob, or none."""

    sightings: str
    has_viewing: bool
    cuts_ms: list[int]
    length_ms: int
    said: tuple[Checked, ...]


class CuttingRoom(CloseUp):
    """Cuts, their plans, what was rendered, and what leaks."""

    def cuts(self, *, key: str = "") -> Page[CutCard]:
        asked = pages.parse(key, 1)
        before = pages.number(asked[1][0]) if asked else None
        with self.catalogue.reading() as connection:
            rows = cuts.newest(connection, limit=CUTS + 1, before=before)
            found = tuple(_card(connection, row) for row in rows[:CUTS])
        older = pages.written(pages.OLDER, rows[CUTS - 1].id) if len(rows) > CUTS else ""
        return Page(items=found, total=len(found), is_exact=not (older or before), older=older)

    def cut(self, cut: str, /) -> Cut:
        with self.catalogue.reading() as connection:
            row, plans = _found(connection, cut)
            outputs = cuts.outputs(connection, row.id)
            plan = self._parsed(plans[0])
            return Cut(
                card=_card(connection, row),
                plan=plan,
                names=_names(connection, [source.clip for source in plan.sources]),
                plans=tuple(map(_kept_plan, plans)),
                outputs=tuple(self._output(connection, one) for one in outputs),
                jobs=tuple(_jobs(connection, plans[0], outputs)),
            )

    def cut_picture(self, cut: str, /) -> Blob:
        with self.catalogue.reading() as connection:
            row, plans = _found(connection, cut)
            made = [file for one in cuts.outputs(connection, row.id)[:1] for file in cuts.files(connection, one.id)]
        for file in made:
            if file.name == POSTER:
                return Copy(self.kept.open(file.blob), "image/jpeg")
        return self.part(self._parsed(plans[0]).sources[0].clip, Part.POSTER)

    def cut_film(self, cut: str, output: str, /) -> Blob:
        with self.catalogue.reading() as connection:
            row, _ = _found(connection, cut)
            one = cuts.get_output(connection, pages.number(output) or 0)
            made = cuts.files(connection, one.id) if one and one.cut == row.id else []
        for file in made:
            if file.name == FILM:
                return Copy(self.kept.open(file.blob), "video/mp4")
        raise NothingFound("there is no such film", hint="look at the cut anew")

    def searched(self, clip: str, sought: Sought, /) -> Search:
        row, task = self.found(clip), SOUGHT[sought]
        with self.catalogue.reading() as connection:
            is_done = bool(clips.derived_of(connection, [row.id], [cutting.SEARCHES[task][0]])[row.id])
            found = [job for job in jobs.of(connection, row.id) if job.task == task]
        return Search(is_done=is_done, job=shown_job(found[-1]) if found else None)

    def want_searched(self, clip: str, sought: Sought, /, *, by: str) -> None:
        row = self.found(clip)
        with self.changing() as change:
            change.say(event(f"{sought}-wanted", row.id, "", by))
        cutting.want_search(self.catalogue, [row.id], self.now_ms(), task=SOUGHT[sought])

    def begin_cut(self, clip: str, name: str, style: Style, /, *, has_figures: bool, has_texts: bool, by: str) -> int:
        row = self.found(clip)
        wanted = Wanted(name=name, clips=(row.id,), style=style, has_figures=has_figures, has_texts=has_texts)
        plan = cutting.propose(self.catalogue, self.kept, wanted, secrets.token_bytes(SEED))
        return self._keep(name, plan, 0, by)

    def edited_plan(self, cut: str, /) -> Edited:
        with self.catalogue.reading() as connection:
            _, plans = _found(connection, cut)
            plan = self._parsed(plans[0])
            names = _names(connection, [source.clip for source in plan.sources])
            known = [_known(connection, one) for one in plan.sources]
        sources = tuple(self._edited(one, what, names[one.clip]) for one, what in zip(plan.sources, known, strict=True))
        return Edited(number=plans[0].id, written=plan_form.written(plan), sources=sources)

    def keep_plan(self, cut: str, based: int, untrusted_plan: bytes, /, *, by: str) -> None:
        plan = plan_form.parse(untrusted_plan)
        with self.catalogue.reading() as connection:
            row, plans = _found(connection, cut)
            before = next((one for one in plans if one.id == based), None)
            if before is None:
                raise Refused("it is not based on a plan of this cut", hint="open the cut anew")
            _check_same(self._parsed(before), plan)
            _check_ends(connection, plan)
        self._keep(row.name, plan, based, by)

    def _keep(self, name: str, plan: Plan, based: int, by: str) -> int:
        """Keep a plan; returns the cut's number."""
        planned = cutting.keep(self.catalogue, self.kept, name, plan, by, self.now_ms(), based=based)
        with suppress(Unable):  # as `changing` does: what is kept is kept, and enters the log with room
            self.bring_to_log()
        with self.catalogue.reading() as connection:
            kept = cuts.get_plan(connection, planned)
        assert kept
        return kept.cut

    def _parsed(self, planned: Planned) -> Plan:
        return plan_form.parse(self.kept.read(planned.blob))

    def _output(self, connection: Connection, one: Output) -> CutOutput:
        return CutOutput(
            number=one.id,
            plan=one.cut_plan,
            state=_state(connection, one),
            made=one.made_ms // SECOND,
            sha256=one.sha256,
            size=sum(file.size for file in cuts.files(connection, one.id)),
            report=self._report(connection, one),
        )

    def _report(self, connection: Connection, one: Output) -> Report | None:
        found = cuts.last_report(connection, one.id)
        return open_report(self.kept.read(found.blob), reporter(self.desk).verifier()) if found else None

    def _edited(self, source: Source, known: _Known, name: str) -> EditedSource:
        seen = unpacked(self.kept.read(known.sightings)) if known.sightings else ()
        weak = concerns(source.covers, source.open, seen, cuts_ms=known.cuts_ms) if known.sightings else ()
        return EditedSource(
            clip=source.clip,
            name=name,
            length_ms=known.length_ms,
            is_searched=bool(known.sightings),
            has_viewing=known.has_viewing,
            concerns=weak,
            said=known.said,
        )


def _known(connection: Connection, source: Source) -> _Known:
    made = {one.kind: one.blob for one in clips.derived_of(connection, [source.clip], [SIGHTINGS, VIEW])[source.clip]}
    length_ms = cutting.measured(connection, source.clip)[1]
    return _Known(
        sightings=made.get(SIGHTINGS, ""),
        has_viewing=VIEW in made,
        cuts_ms=[shot.start_ms for shot in segments.of(connection, source.clip, ["shot"])],
        length_ms=length_ms,
        said=tuple(_checked(transcribing.listed(connection, source.clip), length_ms)),
    )


def _checked(transcripts: Sequence[transcribing.Transcript], length_ms: int) -> Iterator[Checked]:
    """What of transcripts may become lines of a plan: as far as the clip goes, in languages that a plan can name."""
    for one in transcripts:
        checked = one.checked()
        found = [
            (cue.start_ms, min(cue.end_ms, length_ms), cue.text) for cue in checked.cues() if cue.start_ms < length_ms
        ]
        if found and len(one.language) <= LONGEST_LANGUAGE:
            yield Checked(
                language=one.language,
                is_translation=one.kind == "translation",
                by=tuple(sorted({line.stands_for_it.removeprefix("member/") for line in checked.lines})),
                lines=tuple(found[:MOST_LINES]),
                left=len(one.lines) - len(checked.lines),
            )


def _found(connection: Connection, untrusted_number: str) -> tuple[cuts.Cut, list[Planned]]:
    """A cut and its plans, the newest first. Raises `NothingFound`."""
    row = cuts.get(connection, pages.number(untrusted_number) or 0)
    plans = cuts.plans(connection, row.id) if row else []
    if row is None or not plans:
        raise NothingFound("there is no such cut", hint="look at the list of cuts")
    return row, plans


def _names(connection: Connection, clip_ids: Sequence[str]) -> dict[str, str]:
    """What clips claim to be called."""
    facts = clips.facts_of(connection, clip_ids, [NAME])
    return {clip: next((one.value for one in facts[clip]), clip) for clip in clip_ids}


def _card(connection: Connection, row: cuts.Cut) -> CutCard:
    plans = cuts.plans(connection, row.id)
    made = [one for one in cuts.outputs(connection, row.id) if plans and one.cut_plan == plans[0].id]
    return CutCard(
        number=row.id,
        name=row.name,
        state=_state(connection, made[0]) if made else _planned_state(connection, plans),
        made=(plans[0].made_ms if plans else row.made_ms) // SECOND,
        by=plans[0].author if plans else "",
        plans=len(plans),
    )


def _planned_state(connection: Connection, plans: Sequence[Planned]) -> CutState:
    """How far a plan is of which nothing was rendered."""
    found = [job for one in plans[:1] for job in jobs.of(connection, str(one.id)) if job.task == RENDER]
    states = {"running": CutState.RENDERING, "failed": CutState.FAILED, "skipped": CutState.FAILED}
    return states.get(found[-1].state, CutState.PLANNED) if found else CutState.PLANNED


def _state(connection: Connection, output: Output) -> CutState:
    """How far an output is, by the rows."""
    if released := clearing.release_of(connection, output.id):
        return CutState.RELEASED if released.retracted_ms is None else CutState.RETRACTED
    words = [one.verdict for one in clearing.words(connection, output.id)]
    report = cuts.last_report(connection, output.id)
    if "refused" in words:
        return CutState.DECLINED
    if report is None:
        return CutState.RENDERED
    if not report.passed:
        return CutState.LEAKING
    return CutState.CLEARED if words.count("cleared") >= PEOPLE else CutState.PASSED


def _kept_plan(one: Planned) -> KeptPlan:
    return KeptPlan(number=one.id, by=one.author, made=one.made_ms // SECOND, sha256=one.sha256)


def _jobs(connection: Connection, newest: Planned, outputs: Sequence[Output]) -> list[Job]:
    """What is to be done to the newest plan, and to what was rendered from it."""
    found = [job for job in jobs.of(connection, str(newest.id)) if job.task == RENDER]
    for one in outputs[:1]:
        found += [job for job in jobs.of(connection, str(one.id)) if job.task == LEAKS]
    return [shown_job(job) for job in found if job.state != "done"]


def _check_same(before: Plan, after: Plan) -> None:
    """Raise `Refused` where an edited plan is of something else than the one before: a browser decides on none of this."""
    if [(one.clip, one.sha256) for one in before.sources] != [(one.clip, one.sha256) for one in after.sources]:
        raise Refused("the plan is of other clips than the cut", hint="begin another cut for them")
    if before.picture != after.picture:
        raise Refused("the plan has another picture, or another seed, than the cut", hint="open the cut anew")


def _check_ends(connection: Connection, plan: Plan) -> None:
    """Raise `Refused` where a part goes beyond its clip."""
    lengths = [cutting.measured(connection, source.clip)[1] for source in plan.sources]
    if any(part.end_ms > lengths[part.source] for part in plan.parts):
        raise Refused("a part of the plan ends after its clip does", hint="end it where the clip ends")
