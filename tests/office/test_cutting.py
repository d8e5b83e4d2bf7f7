"""A cut is planned, rendered and kept sealed; every step of it is in the log."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from jebi.errors import NothingFound, Refused
from jebi.office import cutting
from jebi.office.admission import drain, open_catalogue
from jebi.office.attending import attend, kept_of
from jebi.office.clearing import reporter
from jebi.office.cutting import Wanted
from jebi.office.kept import Kept
from jebi.office.progress import Quiet
from jebi.release import plan_form
from jebi.release.plan import Part, Plan
from jebi.vault import cuts, jobs
from jebi.vault.catalogue import Catalogue
from jebi.vault.schema import fact
from looked_at import FILM, MODELS
from office.conftest import Office, opened

SEED = bytes(16)
NOW_MS = 1_790_000_000_000


@dataclass(frozen=True)
class Room:
    """An archive in which a film with a face was looked at, and all its faces found."""

    office: Office
    catalogue: Catalogue

    @property
    def kept(self) -> Kept:
        return kept_of(self.office.desk)

    def clip(self, name: str) -> str:
        with self.catalogue.reading() as connection:
            (found,) = connection.execute(
                select(fact.c.clip).where(fact.c.name == "name", fact.c.value == name, fact.c.source == "claimed")
            ).scalars()
        return str(found)

    def propose(self, **more: object) -> Plan:
        wanted = Wanted(name="car", clips=(self.clip(FILM),), lines=144, **more)  # type: ignore[arg-type]
        return cutting.propose(self.catalogue, self.kept, wanted, SEED)

    def keep(self, plan: Plan) -> int:
        return cutting.keep(self.catalogue, self.kept, "car", plan, "wren", NOW_MS)

    def work(self) -> None:
        attend(self.office.desk, MODELS, Quiet())


@pytest.fixture(scope="module")
def room(looked_at_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("cutting") / "archive"
    subprocess.run(["cp", "-r", str(looked_at_once), str(folder)], check=True)
    with opened(folder) as office, open_catalogue(office.desk) as catalogue:
        room = Room(office, catalogue)
        with pytest.raises(Refused, match="not looked through for faces yet"):
            room.propose()
        cutting.want_search(catalogue, [room.clip(FILM)], NOW_MS)
        room.work()
        yield room


def test_a_proposal_covers_the_face_from_the_first_frame_to_the_last_in_silence(room: Room) -> None:
    plan = room.propose()
    (source,) = plan.sources
    assert (plan.length_ms, plan.picture.rate, source.sounds, plan.voice) == (4004, 30, (), "")
    assert any(cover.start_ms == 0 and cover.end_ms >= 3970 for cover in source.covers)


def test_a_figure_is_covered_where_that_is_asked_for(room: Room) -> None:
    kinds = [cover.kind for cover in room.propose(has_figures=True, style="mosaic").sources[0].covers]
    assert sorted(set(kinds)) == ["face", "figure"]


def test_a_plan_is_rendered_sealed_and_logged(room: Room, tmp_path: Path) -> None:
    plan = replace(room.propose(), parts=(Part(source=0, start_ms=0, end_ms=500),))
    number = room.keep(plan)
    with pytest.raises(Refused, match="not rendered yet"):
        cutting.newest_output(room.catalogue, number)
    room.work()

    output = cutting.newest_output(room.catalogue, number)
    film = next(one for one in cutting.files(room.catalogue, output) if one.name == "film.mp4")
    room.kept.lay_out(film.blob, film.sha256, str(tmp_path / "film.mp4"))
    asked = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_name,nb_frames", "-of", "json"]
    said = subprocess.run([*asked, str(tmp_path / "film.mp4")], capture_output=True, check=True)
    assert json.loads(said.stdout)["streams"] == [{"codec_name": "h264", "nb_frames": "15"}]
    with room.catalogue.reading() as connection:
        planned = cuts.get_plan(connection, number)
        assert planned
        assert (planned.author, planned.sha256) == ("wren", plan_form.digest(plan))
        assert output.cut_plan == number
    drain(room.office.desk, room.catalogue)
    assert {"cut-begun", "cut-planned", "cut-rendered", "faces-searched"} <= set(room.office.events())
    assert list(Path(room.office.desk.path("work")).iterdir()) == []

    report = cutting.last_report(room.catalogue, room.kept, reporter(room.office.desk).verifier(), output)
    assert (report.output.hex(), report.plan.hex()) == (output.sha256, plan_form.digest(plan))
    assert report.passed
    assert "leaks-searched" in room.office.events()


def test_a_blob_of_a_cut_is_not_swept(room: Room) -> None:
    with room.catalogue.reading() as connection:
        names = cuts.blobs(connection)
    assert names
    assert names <= set(room.kept.blobs.names())


def test_a_plan_of_a_clip_that_is_another_in_the_archive_is_refused(room: Room) -> None:
    plan = room.propose()
    with pytest.raises(Refused, match="not in the archive, or is another"):
        room.keep(replace(plan, sources=(replace(plan.sources[0], sha256="0" * 64),)))


def test_what_has_no_picture_is_in_no_cut(room: Room) -> None:
    for name in ("speech.wav", "notes.txt"):
        with pytest.raises(Refused, match="no picture"):
            cutting.propose(room.catalogue, room.kept, Wanted(name="x", clips=(room.clip(name),)), SEED)
    with pytest.raises(NothingFound):
        cutting.propose(room.catalogue, room.kept, Wanted(name="x", clips=("0" * 16,)), SEED)
    with pytest.raises(Refused, match="at least one"):
        cutting.propose(room.catalogue, room.kept, Wanted(name="x", clips=()), SEED)


def test_a_search_that_lacked_its_model_is_tried_again(room: Room) -> None:
    clip = room.clip(FILM)
    with room.catalogue.writing(NOW_MS) as change:
        jobs.want(change, "faces-through", [clip], version="2")
        (job,) = [one for one in jobs.of(change.connection, clip) if one.version == "2"]
        jobs.give_up(change, job.id, "no model", reason="no-model")
    cutting.want_search(room.catalogue, [clip], NOW_MS)
    with room.catalogue.reading() as connection:
        (job,) = [one for one in jobs.of(connection, clip) if one.version == "2"]
    assert job.state == "waiting"
