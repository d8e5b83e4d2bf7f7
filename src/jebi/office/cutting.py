"""A cut is begun and planned: which clips, which stretches of them, and covers for all faces that were seen.

Invariants: a proposal covers every track of every clip, and nothing is heard; what is shown or heard beyond that, a person adds. Whoever keeps a
plan is named in the log with its hash. Peak: the sightings of one clip.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from jebi.errors import NothingFound, Refused
from jebi.office.kept import Kept
from jebi.office.protecting import LEAKS, RENDER, SEARCH, TEXT
from jebi.office.searching_faces import SIGHTINGS
from jebi.office.searching_text import TEXTS
from jebi.parcel.note import Verifier
from jebi.release import plan_form, protect
from jebi.release.leaks import Report, open_report
from jebi.release.plan import FASTEST, About, Part, Picture, Plan, Source, Style
from jebi.release.sightings import unpacked
from jebi.vault import clips, cuts, jobs, segments
from jebi.vault.catalogue import Catalogue, Change, Event
from jebi.vault.clips import Clip

USUAL_RATE = 25  # pictures a second, where nobody counted the clip's
RATES = (24, 25, 30, 50, 60)
NEAR = 1.5  # pictures a second, by which a camera's rate may differ from one of these
LINES = 720
UNSAID = About()
SEARCHES = {
    SEARCH: (SIGHTINGS, "faces"),
    TEXT: (TEXTS, "text"),
}  # what a clip is looked through for: what comes of it, and its name


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a proposal is made of: clips by their numbers, each as a whole, how they are to be covered, and what the public reads."""

    name: str
    clips: tuple[str, ...]
    style: Style = "solid"
    has_figures: bool = False
    has_texts: bool = False
    lines: int = LINES
    about: About = UNSAID

    def of(self, clip_ids: tuple[str, ...]) -> "Wanted":
        """The same, of clips by their whole numbers."""
        return replace(self, clips=clip_ids)


def want_search(catalogue: Catalogue, clip_ids: Sequence[str], now_ms: int, *, task: str = SEARCH) -> None:
    """Have clips looked through for faces or text, those that were not; also where it failed before, or a model was not in place."""
    with catalogue.writing(now_ms) as change:
        jobs.want(change, task, clip_ids)
        for clip in clip_ids:
            for job in jobs.of(change.connection, clip):
                if job.task == task and job.state in {"failed", "skipped"}:
                    jobs.again(change, job.id)


def propose(catalogue: Catalogue, kept: Kept, wanted: Wanted, seed: bytes) -> Plan:
    """A plan that shows clips as a whole, their faces covered, in silence; and text, where that is wanted.

    Raises:
        NothingFound: there is no such clip.
        Refused: a clip was not looked through yet, or has no picture.
    """
    sources, parts, rates = [], [], []
    for place, clip_id in enumerate(wanted.clips):
        with catalogue.reading() as connection:
            clip, length_ms, rate = measured(connection, clip_id)
            cuts_ms = [shot.start_ms for shot in segments.of(connection, clip_id, ["shot"])]
            faces = _found(connection, clip_id, SEARCH)
            texts = _found(connection, clip_id, TEXT) if wanted.has_texts else ""
        covers = protect.covers(unpacked(kept.read(faces)), cuts_ms=cuts_ms, style=wanted.style, end_ms=length_ms)
        if wanted.has_figures:
            covers += tuple(map(protect.figure, covers))
        if texts:
            seen = unpacked(kept.read(texts))
            covers += protect.text_covers(seen, cuts_ms=cuts_ms, style=wanted.style, end_ms=length_ms)
        sources.append(Source(clip=clip.id, sha256=clip.sha256, covers=covers))
        parts.append(Part(source=place, start_ms=0, end_ms=length_ms))
        rates.append(rate)
    if not sources:
        raise Refused("a cut shows at least one clip")
    picture = Picture(lines=wanted.lines, rate=max(rates), seed=seed)
    return Plan(about=wanted.about, picture=picture, sources=tuple(sources), parts=tuple(parts))


def keep(
    catalogue: Catalogue, kept: Kept, name: str, plan: Plan, by: str, now_ms: int, *, based: int | None = None
) -> int:
    """Keep a plan for the cut of that name, which is begun where there is none, and have it rendered; returns the plan's number.

    `based` is the number of the plan whose place it takes, or 0 for a cut that is new: where another is the newest, it is `Refused`.
    """
    content = plan_form.written(plan)
    _check_sources(catalogue, plan)
    stored = kept.put(content)
    shown = [source.clip for source in plan.sources]
    with catalogue.writing(now_ms) as change:
        cut = cuts.named(change.connection, name)
        _check_based(change.connection, cut, based)
        number = cut.id if cut else _begin(change, name, shown, by)
        event = Event(
            kind="cut-planned",
            subject=f"cut/{number}",
            detail=f"plan sha256 {stored.sha256}, of {len(shown)} clips",
            actor=by,
        )
        kept_plan = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
        planned = cuts.plan(change, number, kept_plan, shown, by, event)
        jobs.want(change, RENDER, [str(planned)])
    return planned


def last_report(catalogue: Catalogue, kept: Kept, verifier: Verifier, output: cuts.Output) -> Report:
    """The newest report on an output. Raises `Refused` with the reason where there is none, `Damaged` where it is not the desk's."""
    with catalogue.reading() as connection:
        found = cuts.last_report(connection, output.id)
        why = [job.why for job in jobs.of(connection, str(output.id)) if job.task == LEAKS and job.why]
    if found is None:
        raise Refused(f"nobody looked for leaks: {why[0]}" if why else "nobody looked for leaks yet")
    return open_report(kept.read(found.blob), verifier)


def newest_output(catalogue: Catalogue, planned: int) -> cuts.Output:
    """What was rendered from a plan. Raises `Refused` with the reason where nothing was."""
    with catalogue.reading() as connection:
        plan = cuts.get_plan(connection, planned)
        outputs = [one for one in cuts.outputs(connection, plan.cut) if one.cut_plan == planned] if plan else []
        why = [job.why for job in jobs.of(connection, str(planned)) if job.task == RENDER and job.state == "failed"]
    if outputs:
        return outputs[0]
    raise Refused(f"the plan was not rendered: {why[0]}" if why else "the plan is not rendered yet")


def files(catalogue: Catalogue, output: cuts.Output) -> list[cuts.OutputFile]:
    """The files of an output, by their names."""
    with catalogue.reading() as connection:
        return cuts.files(connection, output.id)


def _check_based(connection: Connection, cut: cuts.Cut | None, based: int | None) -> None:
    """Raise `Refused` unless the newest plan of a cut is the one that somebody began with."""
    newest = cuts.plans(connection, cut.id)[:1] if cut else []
    if based is None or based == (newest[0].id if newest else 0):
        return
    if not based:
        raise Refused("there is a cut of that name", hint="give this one another name")
    raise Refused(
        "somebody else changed the plan of this cut meanwhile", hint="open it anew, and do again what you did"
    )


def _begin(change: Change, name: str, shown: Sequence[str], by: str) -> int:
    event = Event(kind="cut-begun", subject="cut", detail=f"of {len(shown)} clips", actor=by)
    return cuts.begin(change, name, shown, event)


def _check_sources(catalogue: Catalogue, plan: Plan) -> None:
    """Raise `Refused` unless every clip of a plan is the one that the archive has."""
    with catalogue.reading() as connection:
        for source in plan.sources:
            clip = clips.get(connection, source.clip)
            if clip is None or clip.sha256 != source.sha256:
                raise Refused("the plan is of a clip that is not in the archive, or is another there")


def measured(connection: Connection, clip_id: str) -> tuple[Clip, int, int]:
    """A clip, how long it is in milliseconds, and how many pictures a second it is shown with."""
    clip = clips.get(connection, clip_id)
    if clip is None:
        raise NothingFound("there is no such clip", hint="look for it in the archive")
    facts = {one.name: one.value for one in clips.facts_of(connection, [clip_id])[clip_id] if one.source == "measured"}
    last_ms, count = int(facts.get("last-frame-ms", "0")), int(facts.get("frames", "0"))
    if not count:
        raise Refused(
            "a clip of the cut has no picture, or was not looked at yet", hint="jebi desk work looks at clips"
        )
    rate = (count - 1) * 1000 / last_ms if last_ms else USUAL_RATE
    nearest = min(RATES, key=lambda usual: abs(usual - rate))
    steady = nearest if abs(nearest - rate) <= NEAR else min(FASTEST, max(1, round(rate)))
    return clip, last_ms + 1000 // steady, steady


def _found(connection: Connection, clip_id: str, task: str) -> str:
    """The blob in which it stands where in a clip is what it was looked through for."""
    kind, name = SEARCHES[task]
    found = clips.derived_of(connection, [clip_id], [kind])[clip_id]
    if found:
        return found[0].blob
    why = [job.why for job in jobs.of(connection, clip_id) if job.task == task and job.why]
    what = f"a clip of the cut was not looked through for {name}"
    raise Refused(f"{what}: {why[0]}" if why else f"{what} yet", hint="jebi desk work does, when the model is in place")
