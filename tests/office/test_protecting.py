"""The jobs of what is to go out refuse what is not there, and leave nothing plain."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import c2pa
import pytest

from jebi.errors import Damaged, NothingFound, Refused
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office import cutting
from jebi.office.clearing import reporter
from jebi.office.issuer import issuer
from jebi.office.labour import Report, Write
from jebi.office.looking import _settle
from jebi.office.originals import Originals
from jebi.office.protecting import LEAKS, RENDER, SEARCH, Protecting
from jebi.release import plan_form
from jebi.release.leaks import Reason
from jebi.release.output import digest
from jebi.release.plan import Part, Source
from jebi.vault import clips, cuts, jobs
from jebi.vault.catalogue import Event
from jebi.vault.jobs import Job
from looked_at import FILM, MODELS
from office.rooms import NOW_MS, Shown
from release.plans import simple

FACES = {Reason.FACE_SEEN, Reason.FACE_MISSED, Reason.FACE_KNOWN}
EVENT = Event(kind="tried", subject="s", detail="", actor="a")


def job(task: str, subject: str) -> Job:
    times = {"lease_until_ms": 0, "not_before_ms": 0, "made_ms": 0, "started_ms": None, "ended_ms": None}
    counts = {"attempts": 0, "failures": 0, "most_failures": 3, "deaths": 0, "done": 0, "total": 0}
    words = {"version": "1", "state": "running", "worker": "w", "unit": "", "reason": "", "why": ""}
    return Job(id=1, task=task, subject=subject, **times, **counts, **words)  # type: ignore[arg-type]


def do(shown: Shown, task: str, subject: str) -> Write:
    desk = shown.office.desk
    with Originals(desk) as originals:
        protecting = Protecting(shown.house.catalogue, originals, shown.house.kept, Jail.find(), Models(MODELS))
        return protecting.do(job(task, subject), Report())


def planned(shown: Shown, *, sha256: str = "", listed: str = "") -> str:
    """A plan of the film, kept without looking at it: of another clip, or under another digest."""
    clip = shown.clip(FILM)
    plan = simple(sources=(Source(clip=clip.id, sha256=sha256 or clip.sha256),))
    plan = replace(plan, parts=(Part(source=0, start_ms=0, end_ms=200),))
    stored = shown.house.kept.put(plan_form.written(plan))
    kept = cuts.Kept(sha256=listed or stored.sha256, blob=stored.blob, size=stored.size)
    with shown.house.catalogue.writing(NOW_MS) as change:
        number = cuts.begin(change, "a cut", [clip.id], EVENT)
        return str(cuts.plan(change, number, kept, [], "wren", EVENT))


def assert_bench_is_empty(shown: Shown) -> None:
    work = shown.office.desk.path("work")
    assert [name for _, _, names in os.walk(work) for name in names if name != "lock"] == []


def done(shown: Shown, task: str, subject: str) -> None:
    """Do a job, and keep what it found."""
    write = do(shown, task, subject)
    with shown.house.catalogue.writing(NOW_MS) as change:
        write(change)


def rendered(shown: Shown, number: str) -> tuple[cuts.Output, dict[str, cuts.OutputFile]]:
    """The newest output of a plan, and its files."""
    done(shown, RENDER, number)
    with shown.house.catalogue.reading() as connection:
        (output, *_) = cuts.outputs(connection, 1)
        return output, {one.name: one for one in cuts.files(connection, output.id)}


def test_a_plan_becomes_a_film_its_stills_and_its_stream(shown: Shown) -> None:
    output, files = rendered(shown, planned(shown))
    assert sorted(files) == ["144.m3u8", "144.mp4", "card.jpg", "film.mp4", "poster.jpg", "stream.m3u8"]
    assert output.sha256 == digest({name: one.sha256 for name, one in files.items()})
    assert_bench_is_empty(shown)


def test_the_same_plan_becomes_the_same_output(shown: Shown) -> None:
    number = planned(shown)
    first, again = rendered(shown, number), rendered(shown, number)
    assert first[0].id != again[0].id
    assert first[0].sha256 == again[0].sha256


def test_an_output_is_looked_through_and_a_report_is_kept(shown: Shown, tmp_path: Path) -> None:
    output, files = rendered(shown, planned(shown))
    done(shown, LEAKS, str(output.id))
    assert_bench_is_empty(shown)
    report = cutting.last_report(
        shown.house.catalogue, shown.house.kept, reporter(shown.office.desk).verifier(), output
    )
    assert report.output.hex() == output.sha256
    found = {check.name for check in report.checks if check.findings}
    assert found == {"faces", "camera"}  # nobody covered who is seen
    assert {one.reason for one in report.findings if one.reason is not Reason.NOT_CHECKED} <= FACES
    shown.house.kept.lay_out(files["film.mp4"].blob, files["film.mp4"].sha256, str(tmp_path / "film.mp4"))
    root = issuer(shown.office.desk, date(2026, 11, 23)).root
    settings = {"verify": {"remote_manifest_fetch": False}, "trust": {"trust_anchors": root.decode()}}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    with (tmp_path / "film.mp4").open("rb") as film, c2pa.Reader("video/mp4", film, context=context) as reader:
        assert reader.get_validation_state() == "Trusted"


def test_an_output_of_other_files_than_were_rendered_is_damaged(shown: Shown) -> None:
    output, files = rendered(shown, planned(shown))
    with shown.house.catalogue.writing(NOW_MS) as change:
        planned_one = cuts.get_plan(change.connection, output.cut_plan)
        assert planned_one
        rest = [one for name, one in files.items() if name != "card.jpg"]
        number = cuts.render(change, planned_one, output.sha256, rest, "jebi", EVENT)
    with pytest.raises(Damaged, match="other files"):
        do(shown, LEAKS, str(number))


def test_a_clip_that_is_another_than_was_planned_is_not_shown(shown: Shown) -> None:
    with pytest.raises(Refused, match="not the one that it was made for"):
        do(shown, RENDER, planned(shown, sha256="0" * 64))
    assert_bench_is_empty(shown)


def test_a_plan_that_is_another_than_was_kept_is_damaged(shown: Shown) -> None:
    with pytest.raises(Damaged, match="not the one that was kept"):
        do(shown, RENDER, planned(shown, listed="0" * 64))


def test_a_plan_that_is_gone_from_its_blobs_is_not_found(shown: Shown) -> None:
    number = planned(shown)
    with shown.house.catalogue.reading() as connection:
        row = cuts.get_plan(connection, int(number))
    assert row
    shown.house.kept.blobs.remove(row.blob)
    with pytest.raises(NothingFound):
        do(shown, RENDER, number)


@pytest.mark.parametrize(("task", "subject"), [(RENDER, "77"), (SEARCH, "0" * 16)])
def test_a_job_for_what_is_not_there_is_refused(shown: Shown, task: str, subject: str) -> None:
    with pytest.raises(Refused, match="not in the catalogue"):
        do(shown, task, subject)


def test_where_there_is_nothing_to_see_nobody_looks_for_faces(shown: Shown) -> None:
    with pytest.raises(Refused, match="nothing to see"):
        do(shown, SEARCH, shown.clip("speech.wav").id)


def test_a_clip_is_settled_while_its_faces_are_still_looked_for(shown: Shown) -> None:
    clip = shown.clip(FILM)
    with shown.house.catalogue.writing(NOW_MS) as change:
        jobs.want(change, SEARCH, [clip.id])
        clips.decide(change, clip.id, EVENT, kind=clip.kind, state="waiting", why="")
        _settle(change, clip)
    assert shown.clip(FILM).state == "opened"
