"""What is done to a clip so that it may be shown: faces and text are looked for, and plans are rendered.

    faces-through   every frame of a clip is looked at for faces; of a clip                    (`searching_faces`)
    text-through    it is looked through for text, which is read; of a clip                    (`searching_text`)
    render          a plan becomes an output: a film and all that goes beside it; of a plan    (`rendering`)
    leaks           an output is looked through for leaks, and a report is signed; of an output (`leak_search`)
    strip           pictures of an output are made for those who clear it; of an output        (`contact_strip`)

Invariants: originals are unsealed for one job and removed; an output is signed and sealed before it is named, and never altered; a clip that changed since
it was planned is not rendered. Peak: as those.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from jebi.errors import Damaged, Refused, failures_named
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe
from jebi.office.clearing import reporter
from jebi.office.contact_strip import make_pictures
from jebi.office.issuer import issuer
from jebi.office.kept import Kept
from jebi.office.labour import Report, Write
from jebi.office.leak_search import search, secrets_of
from jebi.office.made import Made
from jebi.office.opened import File, Opened, Others
from jebi.office.originals import Originals
from jebi.office.outputs import make_output
from jebi.office.rendering import render
from jebi.office.searching_faces import search_faces
from jebi.office.searching_text import search_text
from jebi.office.unsealed import probed
from jebi.release import plan_form
from jebi.release.doubts import doubts
from jebi.release.leaks import open_report, sign_report
from jebi.release.output import FILM, digest
from jebi.release.plan import Plan
from jebi.vault import clips, cuts, grid, jobs, seeing
from jebi.vault.catalogue import Catalogue, Change, Event
from jebi.vault.clips import Clip
from jebi.vault.cuts import OutputFile, Planned
from jebi.vault.grid import Wanted
from jebi.vault.jobs import Job

SEARCH, TEXT, RENDER, LEAKS, STRIP = "faces-through", "text-through", "render", "leaks", "strip"
TASKS = (SEARCH, TEXT, RENDER, LEAKS, STRIP)
TOOLS = "jebi, ffmpeg, c2pa-rs"


class Protecting:
    """Does these jobs; one for every worker process."""

    def __init__(self, catalogue: Catalogue, originals: Originals, kept: Kept, jail: Jail, models: Models) -> None:
        self._catalogue, self._originals, self._kept = catalogue, originals, kept
        self._jail, self._models = jail, models
        self._jobs: dict[str, Callable[[str, Report], Write]] = {
            SEARCH: self._search,
            TEXT: self._text,
            RENDER: self._render,
            LEAKS: self._leaks,
            STRIP: self._strip,
        }

    def do(self, job: Job, report: Report) -> Write:
        """See `labour.Work`."""
        return self._jobs[job.task](job.subject, report)

    def _search(self, clip_id: str, report: Report) -> Write:
        with self._film(clip_id, report) as (path, seen):
            made = Made(self._kept, clip_id, "jebi, CenterFace")
            return search_faces(self._jail, self._models, path, seen, made, report)

    def _text(self, clip_id: str, report: Report) -> Write:
        with self._film(clip_id, report) as (path, seen):
            return search_text(self._jail, path, seen, Made(self._kept, clip_id, "jebi, Tesseract"), report)

    def _render(self, number: str, report: Report) -> Write:
        planned, plan = self._plan(int(number))
        signed_by = issuer(self._originals.desk, datetime.now(UTC).date())
        with self._originals.folder("output") as folder:
            count = render(
                self._jail, self._models, plan, self._opened(plan, report), os.path.join(folder, FILM), report
            )
            names = make_output(self._jail, plan, folder, count, signed_by, report)
            files = [self._kept_file(name, os.path.join(folder, name)) for name in names]

        def write(change: Change) -> None:
            listed = digest({one.name: one.sha256 for one in files})
            detail = f"output sha256 {listed}, of plan sha256 {planned.sha256}, by {TOOLS}"
            event = Event(kind="cut-rendered", subject=f"cut/{planned.cut}", detail=detail, actor="machine")
            number = cuts.render(change, planned, listed, files, TOOLS, event)
            jobs.want(change, LEAKS, [str(number)])

        return write

    def _leaks(self, number: str, report: Report) -> Write:
        with self._catalogue.reading() as connection:
            output = cuts.get_output(connection, int(number))
            files = {one.name: one for one in cuts.files(connection, int(number))}
        if output is None or FILM not in files:
            raise Refused("the job is for an output that is not in the catalogue")
        if digest({name: file.sha256 for name, file in files.items()}) != output.sha256:
            raise Damaged("an output has other files than those that were rendered", hint="render the plan anew")
        planned, plan = self._plan(output.cut_plan)
        with self._catalogue.reading() as connection:
            secrets = secrets_of(connection, self._kept, [source.clip for source in plan.sources])
        signed_by = issuer(self._originals.desk, datetime.now(UTC).date())
        with self._originals.folder("looked-at") as folder:
            self._lay_out(files.values(), folder)
            opened, digests = self._opened(plan, report), (output.sha256, planned.sha256)
            others = self._others(plan, report)
            found = search(self._jail, self._models, plan, opened, others, folder, secrets, signed_by, digests, report)
        stored = self._kept.put(str(sign_report(found, reporter(self._originals.desk))).encode())
        kept = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)

        def write(change: Change) -> None:
            verdict = "passed" if found.passed else f"refused, with {len(found.findings)} findings"
            detail = f"output sha256 {output.sha256}: {verdict}; report sha256 {stored.sha256}"
            event = Event(kind="leaks-searched", subject=f"cut/{output.cut}", detail=detail, actor="machine")
            cuts.add_report(change, output.id, kept, event, has_passed=found.passed)
            jobs.want(change, STRIP, [str(output.id)])

        return write

    def _strip(self, number: str, report: Report) -> Write:
        with self._catalogue.reading() as connection:
            output, reported = cuts.get_output(connection, int(number)), cuts.last_report(connection, int(number))
            film = next((one for one in cuts.files(connection, int(number)) if one.name == FILM), None)
        if output is None or film is None:
            raise Refused("the job is for an output that is not in the catalogue")
        _, plan = self._plan(output.cut_plan)
        verifier = reporter(self._originals.desk).verifier()
        findings = open_report(self._kept.read(reported.blob), verifier).findings if reported else ()
        first = doubts(plan, [one.at_ms for one in findings if one.at_ms is not None])
        with self._originals.place("looked-at.mp4") as path:
            self._kept.lay_out(film.blob, film.sha256, path)
            made = make_pictures(self._jail, path, first, self._kept, report)

        def write(change: Change) -> None:
            pages = sum(one.use == "strip" for one in made)
            detail = f"output sha256 {output.sha256}: {pages} pages, {len(made) - pages} pictures to look at first"
            event = Event(kind="pictures-made", subject=f"cut/{output.cut}", detail=detail, actor="machine")
            seeing.put_pictures(change, output.id, made, event)

        return write

    @contextlib.contextmanager
    def _film(self, clip_id: str, report: Report) -> Iterator[tuple[str, Probe]]:
        """A clip's original, unsealed, and what is in it. Raises `Refused` where there is nothing to see."""
        with probed(self._originals, self._jail, self._clip(clip_id), report) as (path, seen):
            if not seen.videos:
                raise Refused("there is nothing to see in this clip")
            yield path, seen

    def _opened(self, plan: Plan, report: Report) -> Opened:
        """How to come to the plan's sources. A clip that is another than was planned is refused."""

        @contextlib.contextmanager
        def opened(place: int) -> Iterator[tuple[str, Probe]]:
            source = plan.sources[place]
            clip = self._clip(source.clip)
            if clip.sha256 != source.sha256:
                raise Refused("a clip of the plan is not the one that it was made for")
            with probed(self._originals, self._jail, clip, report) as found:
                yield found

        return opened

    def _lay_out(self, files: Iterable[OutputFile], folder: str) -> None:
        for one in files:
            path = os.path.join(folder, one.name)
            with failures_named(path, "written"):
                os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            self._kept.lay_out(one.blob, one.sha256, path)

    def _others(self, plan: Plan, report: Report) -> Others:
        """How to come to other films that came with a source: of its parcel first, then of its trip."""

        def others(place: int) -> Iterator[File]:
            clip = self._clip(plan.sources[place].clip)
            for other in self._came_with(clip):
                yield probed(self._originals, self._jail, other, report)

        return others

    def _came_with(self, clip: Clip) -> list[Clip]:
        wanted = [Wanted(kinds=("video",), parcel=clip.parcel)]
        if clip.trip:
            wanted.append(Wanted(kinds=("video",), trip=clip.trip))
        with self._catalogue.reading() as connection:
            found = [one for asked in wanted for one in grid.page(connection, asked).clips]
        return list({one.sha256: one for one in found if one.sha256 != clip.sha256}.values())

    def _kept_file(self, name: str, path: str) -> OutputFile:
        stored = self._kept.put_file(path)
        os.unlink(path)
        return OutputFile(name=name, blob=stored.blob, size=stored.size, sha256=stored.sha256)

    def _clip(self, number: str) -> Clip:
        with self._catalogue.reading() as connection:
            clip = clips.get(connection, number)
        if clip is None:
            raise Refused("the job is for a clip that is not in the catalogue")
        return clip

    def _plan(self, number: int) -> tuple[Planned, Plan]:
        with self._catalogue.reading() as connection:
            planned = cuts.get_plan(connection, number)
        if planned is None:
            raise Refused("the job is for a plan that is not in the catalogue")
        content = self._kept.read(planned.blob)
        plan = plan_form.parse(content)
        if plan_form.digest(plan) != planned.sha256:
            raise Damaged("a plan is not the one that was kept", hint="make the cut's plan anew")
        return planned, plan
