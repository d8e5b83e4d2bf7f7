"""The jobs of what is to go out refuse what is not there, and leave nothing plain."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import c2pa
import pytest

from cameras import film_of, filmed
from cut_to_clear import keep_output
from jebi.errors import Damaged, NothingFound, Refused
from jebi.media.encoding import encoded
from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import probe
from jebi.office import cutting
from jebi.office.clearing import reporter
from jebi.office.issuer import issuer
from jebi.office.labour import Report as Progress
from jebi.office.labour import Write
from jebi.office.leaks_camera import ALONE
from jebi.office.looking import _settle
from jebi.office.originals import Originals
from jebi.office.outputs import make_output
from jebi.office.protecting import LEAKS, RENDER, SEARCH, STRIP, Protecting
from jebi.office.rendering import OPTIONS, neutralise
from jebi.office.unsealed import plain
from jebi.release import plan_form
from jebi.release.doubts import Why
from jebi.release.leaks import Check, Reason, Report
from jebi.release.neutral import PROGRESSIVE
from jebi.release.output import digest
from jebi.release.plan import Part, Picture, Plan, Source
from jebi.vault import clips, cuts, jobs, seeing
from jebi.vault.catalogue import Event
from jebi.vault.jobs import Job
from looked_at import FILM, MODELS, look_at
from office.conftest import opened
from office.rooms import NOW_MS, Shown, house_of
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
        return protecting.do(job(task, subject), Progress())


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
    assert sorted(files) == ["130.m3u8", "130.mp4", "card.jpg", "film.mp4", "poster.jpg", "stream.m3u8"]
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
    assert found == {"faces", "camera"}  # nobody covered who is seen; five frames are too few to tell cameras apart
    assert {one.reason for one in report.findings} <= {*FACES, Reason.CAMERA_KNOWN}
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


def test_pictures_of_an_output_are_made_for_who_clears_it(shown: Shown, samples: Path) -> None:
    house, desk = shown.house, shown.office.desk
    there = keep_output(desk, house.catalogue, house.kept, shown.clip(FILM), samples / FILM, NOW_MS, pictures=False)
    with Originals(desk) as originals:
        protecting = Protecting(house.catalogue, originals, house.kept, Jail.find(), Models(MODELS))
        write = protecting.do(job(STRIP, str(there.output)), Progress())
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
        do(shown, RENDER, planned(shown, listed="0" * 64))


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


RATE, LINES = 10, 216


@pytest.fixture(scope="module")
def streets_once(archive_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with films that two cameras took: of one street each, and the first of a market, too."""
    folder = tmp_path_factory.mktemp("streets")
    shutil.copytree(archive_once, folder / "archive")
    (folder / "card").mkdir()
    for name, camera, place in (("street.mkv", 1, 3), ("market.mkv", 1, 4), ("river.mkv", 2, 6)):
        film_of(folder / "card" / name, filmed(camera, 24, place=place, strength=0.01), rate=RATE)
    with opened(folder / "archive") as office:
        look_at(office, folder / "card", folder)
    return folder / "archive"


@pytest.fixture
def streets(streets_once: Path, tmp_path: Path) -> Iterator[Shown]:
    shutil.copytree(streets_once, tmp_path / "archive")
    with opened(tmp_path / "archive") as office, house_of(office) as shown:
        yield shown


def street_plan(streets: Shown, *names: str) -> Plan:
    clips_shown = [streets.clip(name) for name in names]
    sources = tuple(Source(clip=clip.id, sha256=clip.sha256) for clip in clips_shown)
    parts = tuple(Part(source=place, start_ms=0, end_ms=2000) for place in range(len(names)))
    return simple(picture=Picture(lines=LINES, rate=RATE, seed=bytes(16)), sources=sources, parts=parts)


def reported(streets: Shown, plan: Plan, folder: Path | None = None) -> Report:
    """The report on a plan as it is rendered, or on another film, in a folder, that is said to be it."""
    house, desk = streets.house, streets.office.desk
    number = cutting.keep(house.catalogue, house.kept, "street", plan, "wren", NOW_MS)
    if folder is None:
        done(streets, RENDER, str(number))
    else:
        signed_by = issuer(desk, date(2026, 11, 23))
        names = make_output(Jail.find(), plan, str(folder), 2 * RATE, signed_by, Progress())
        stored = {name: house.kept.put_file(str(folder / name)) for name in names}
        files = [
            cuts.OutputFile(name=name, blob=one.blob, size=one.size, sha256=one.sha256) for name, one in stored.items()
        ]
        with house.catalogue.writing(NOW_MS) as change:
            planned_row = cuts.get_plan(change.connection, number)
            assert planned_row
            listed = digest({one.name: one.sha256 for one in files})
            cuts.render(change, planned_row, listed, files, "by hand", EVENT)
    output = cutting.newest_output(house.catalogue, number)
    done(streets, LEAKS, str(output.id))
    return cutting.last_report(house.catalogue, house.kept, reporter(desk).verifier(), output)


def made_smaller(streets: Shown, name: str, target: Path) -> None:
    """A clip as it is, but smaller, encoded as cuts are."""
    with Originals(streets.office.desk) as originals, plain(originals, streets.clip(name)) as path:
        taken = list(frames(Jail.find(), path, probe(Jail.find(), path), height=196))[: 2 * RATE]
    options = (*OPTIONS, "-fps_mode", "cfr", "-r", str(RATE), *PROGRESSIVE)
    assert len(list(encoded(taken, str(target), options))) == 2 * RATE
    neutralise(str(target))


def of_camera(report: Report) -> Check:
    return next(check for check in report.checks if check.name == "camera")


@pytest.mark.deep
def test_a_received_film_passes_and_its_camera_was_measured_against_another_film_of_it(streets: Shown) -> None:
    report = reported(streets, street_plan(streets, "street.mkv"))
    assert report.findings == ()
    assert report.passed
    measured = of_camera(report).measured
    assert measured["clips compared with other films"] == 1
    assert int(measured["PCE before"]) > 600
    assert int(measured["PCE after"]) < 60
    assert_bench_is_empty(streets)


@pytest.mark.deep
def test_a_clip_that_stands_alone_passes_and_nobody_tells_a_figure(streets: Shown) -> None:
    report = reported(streets, street_plan(streets, "river.mkv"))
    assert report.passed
    assert of_camera(report).measured["other clips"] == ALONE
    assert not any(name.startswith("PCE") for name in of_camera(report).measured)


@pytest.mark.deep
def test_a_film_that_was_not_treated_is_refused_for_its_camera_and_nothing_else(streets: Shown, tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    made_smaller(streets, "street.mkv", tmp_path / "output" / "film.mp4")
    report = reported(streets, street_plan(streets, "street.mkv"), tmp_path / "output")
    assert not report.passed
    elsewhere = {finding.reason for finding in report.findings} - {Reason.CAMERA_KNOWN}
    assert elsewhere <= {Reason.FACE_SEEN}  # noise that is left in a still may look like one
    assert {finding.reason for finding in of_camera(report).findings} == {Reason.CAMERA_KNOWN}
    assert int(of_camera(report).measured["PCE after"]) > 60
    assert_bench_is_empty(streets)


def test_films_that_came_with_a_clip_are_those_of_its_parcel_and_then_of_its_trip(shown: Shown) -> None:
    film = shown.clip(FILM)
    rows = {
        "beside": {"sha256": "1" * 64, "number": 90},
        "a copy": {"number": 91},
        "a sound": {"sha256": "2" * 64, "number": 92, "kind": "audio"},
        "of the trip": {"sha256": "3" * 64, "parcel": "another"},
        "of nobody": {"sha256": "4" * 64, "parcel": "another", "trip": None, "number": 2},
    }
    with shown.house.catalogue.writing(NOW_MS) as change:
        for number, fields in enumerate(rows.values()):
            clips.add(change, replace(film, id=f"{number:016x}", **fields), EVENT)  # type: ignore[arg-type]
    with Originals(shown.office.desk) as originals:
        protecting = Protecting(shown.house.catalogue, originals, shown.house.kept, Jail.find(), Models(MODELS))
        found = [one.sha256[0] for one in protecting._came_with(film)]
        alone = protecting._came_with(replace(film, id="5" * 16, parcel="another", trip=None, sha256="6" * 64))
    assert film.trip
    assert found == ["1", "3"]
    assert {one.sha256[0] for one in alone} == {"3", "4"}
