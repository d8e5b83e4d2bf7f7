"""The jobs of what is to go out refuse what is not there, and leave nothing plain."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from cut_to_clear import keep_output
from jebi.errors import Damaged, NothingFound, Refused
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office.labour import Report
from jebi.office.looking import _settle
from jebi.office.originals import Originals
from jebi.office.protecting import RENDER, SEARCH, STRIP, Protecting
from jebi.release import plan_form
from jebi.release.doubts import Why
from jebi.release.plan import Part, Source
from jebi.vault import clips, cuts, jobs, seeing
from jebi.vault.catalogue import Event
from jebi.vault.jobs import Job
from looked_at import FILM, MODELS
from office.rooms import NOW_MS, Shown
from release.plans import simple

EVENT = Event(kind="tried", subject="s", detail="", actor="a")


def job(task: str, subject: str) -> Job:
    times = {"lease_until_ms": 0, "not_before_ms": 0, "made_ms": 0, "started_ms": None, "ended_ms": None}
    counts = {"attempts": 0, "failures": 0, "most_failures": 3, "deaths": 0, "done": 0, "total": 0}
    words = {"version": "1", "state": "running", "worker": "w", "unit": "", "reason": "", "why": ""}
    return Job(id=1, task=task, subject=subject, **times, **counts, **words)  # type: ignore[arg-type]


def do(shown: Shown, task: str, subject: str) -> None:
    desk = shown.office.desk
    with Originals(desk) as originals:
        protecting = Protecting(shown.house.catalogue, originals, shown.house.kept, Jail.find(), Models(MODELS))
        protecting.do(job(task, subject), Report())


def planned(shown: Shown, *, sha256: str = "", digest: str = "") -> str:
    """A plan of the film, kept without looking at it: of another clip, or under another digest."""
    clip = shown.clip(FILM)
    plan = simple(sources=(Source(clip=clip.id, sha256=sha256 or clip.sha256),))
    plan = replace(plan, parts=(Part(source=0, start_ms=0, end_ms=200),))
    stored = shown.house.kept.put(plan_form.written(plan))
    kept = cuts.Kept(sha256=digest or stored.sha256, blob=stored.blob, size=stored.size)
    with shown.house.catalogue.writing(NOW_MS) as change:
        number = cuts.begin(change, "a cut", [clip.id], EVENT)
        return str(cuts.plan(change, number, kept, [], "wren", EVENT))


def assert_bench_is_empty(shown: Shown) -> None:
    work = shown.office.desk.path("work")
    assert [name for _, _, names in os.walk(work) for name in names if name != "lock"] == []


def test_what_is_planned_is_rendered(shown: Shown) -> None:
    do(shown, RENDER, planned(shown))
    assert_bench_is_empty(shown)


def test_pictures_of_an_output_are_made_for_who_clears_it(shown: Shown, samples: Path) -> None:
    house, desk = shown.house, shown.office.desk
    there = keep_output(desk, house.catalogue, house.kept, shown.clip(FILM), samples / FILM, NOW_MS, pictures=False)
    with Originals(desk) as originals:
        protecting = Protecting(house.catalogue, originals, house.kept, Jail.find(), Models(MODELS))
        write = protecting.do(job(STRIP, str(there.output)), Report())
    assert_bench_is_empty(shown)
    with house.catalogue.writing(NOW_MS) as change:
        write(change)
    house.bring_to_log()
    with house.catalogue.reading() as connection:
        assert [one.number for one in seeing.pictures(connection, there.output, "strip")] == [1]
        assert {one.why for one in seeing.pictures(connection, there.output, "first")} == {Why.END, Why.GAP}
    assert shown.kinds()[0] == "pictures-made"


def test_a_clip_that_is_another_than_was_planned_is_not_shown(shown: Shown) -> None:
    with pytest.raises(Refused, match="not the one that it was made for"):
        do(shown, RENDER, planned(shown, sha256="0" * 64))
    assert_bench_is_empty(shown)


def test_a_plan_that_is_another_than_was_kept_is_damaged(shown: Shown) -> None:
    with pytest.raises(Damaged, match="not the one that was kept"):
        do(shown, RENDER, planned(shown, digest="0" * 64))


def test_a_plan_that_is_gone_from_its_blobs_is_not_found(shown: Shown) -> None:
    number = planned(shown)
    with shown.house.catalogue.reading() as connection:
        row = cuts.get_plan(connection, int(number))
    assert row
    shown.house.kept.blobs.remove(row.blob)
    with pytest.raises(NothingFound):
        do(shown, RENDER, number)


@pytest.mark.parametrize(("task", "subject"), [(RENDER, "77"), (STRIP, "77"), (SEARCH, "0" * 16)])
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
