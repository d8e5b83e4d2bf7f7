"""The desk attends to what came: every clip once, everything that was found in the log, and nothing twice."""

import shutil
from pathlib import Path

import pytest

from jebi.errors import Damaged, Refused
from jebi.office.admission import drain, open_catalogue
from jebi.office.attending import Attended, attend, join, kept_of, take_in
from jebi.office.desk import join_desk
from jebi.office.progress import Quiet
from jebi.vault import grid, jobs
from looked_at import MODELS
from office.conftest import NOW, PASSPHRASE, SMALL, Office, Steps, opened


def receive(office: Office) -> None:
    """Two files of noise, which every attempt to open them refuses at once."""
    office.seal(office.issue().card, office.card(SMALL), "stick")
    office.receive("stick")


def test_what_came_is_taken_in_looked_at_and_logged(office: Office) -> None:
    receive(office)
    steps = Steps()

    attended = attend(office.desk, MODELS, steps, workers=1)

    assert attended == Attended(admitted=2, jobs={"done": 3, "failed": 0, "skipped": 0}, clips={"refused": 2})
    assert str(attended) == "2 clips are new; clips of the archive: 2 refused"
    assert [office.events().count(kind) for kind in ("clip-admitted", "clip-looked-at")] == [2, 2]
    assert (steps.names, steps.done) == (["looking"], [3])  # both, and the archive itself
    office.desk.log.check()


def test_an_archive_into_which_nothing_came_has_nothing_to_look_at(office: Office) -> None:
    attended = attend(office.desk, MODELS, Quiet(), workers=1)

    assert (attended.admitted, attended.clips, set(attended.jobs.values())) == (0, {}, {0})
    assert str(attended) == "0 clips are new; clips of the archive: none"


def test_looking_again_does_nothing_twice(looked_at_once: Path, tmp_path: Path) -> None:
    shutil.copytree(looked_at_once, tmp_path / "archive")
    with opened(tmp_path / "archive") as office:
        before = office.events()

        again = attend(office.desk, MODELS, Quiet(), workers=1)

        assert (again.admitted, set(again.jobs.values())) == (0, {0})
        assert again.clips == {"opened": 2, "refused": 3}
        assert office.events() == before


def test_what_failed_for_want_of_room_is_tried_again_when_the_archive_is_opened(office: Office) -> None:
    receive(office)
    with open_catalogue(office.desk) as catalogue:
        take_in(office.desk, catalogue, [])
        for reason in ("no-room", "unable"):
            taken = jobs.take(catalogue, "w", ["metadata"], NOW * 1000, 1000)
            assert taken
            with catalogue.claiming() as connection:
                jobs.fail(connection, taken, NOW * 1000, "why", reason=reason, is_final=True)
        take_in(office.desk, catalogue, [])
        with catalogue.reading() as connection:
            counts = jobs.counts(connection)
    assert (counts["metadata", "waiting"], counts["metadata", "failed"]) == (1, 1)


def test_who_is_to_keep_on_does_until_told_otherwise(office: Office) -> None:
    answers = [True, True, False]

    attend(office.desk, MODELS, Quiet(), workers=1, keep_on=lambda: answers.pop(0))

    assert answers == []


def test_without_the_second_person_nothing_is_taken_in(both: Office) -> None:
    both.seal(both.issue().card, both.card(SMALL), "stick")

    with pytest.raises(Refused):
        attend(both.desk, MODELS, Quiet(), workers=1)

    with open_catalogue(both.desk) as catalogue, catalogue.reading() as connection:
        assert grid.states(connection) == {}


def test_a_catalogue_that_is_an_older_copy_is_damage_and_nothing_is_taken_in(office: Office) -> None:
    receive(office)
    database = Path(office.desk.path("catalogue.db"))
    with open_catalogue(office.desk) as catalogue:
        take_in(office.desk, catalogue, ())
        drain(office.desk, catalogue)
    shutil.copy(database, office.path("copy.db"))
    attend(office.desk, MODELS, Quiet(), workers=1)
    before = office.events()
    shutil.copy(office.path("copy.db"), database)

    with pytest.raises(Damaged):
        attend(office.desk, MODELS, Quiet(), workers=1)

    assert office.events() == before


def test_nobody_joins_an_archive_whose_catalogue_is_a_file(archive: Path) -> None:
    with pytest.raises(Refused):
        join(join_desk(str(archive), PASSPHRASE), MODELS, Quiet(), workers=1)


def test_blobs_are_where_the_desk_says(archive: Path, tmp_path: Path) -> None:
    settings = archive / "desk.toml"
    settings.write_text(f'{settings.read_text()}\nblobs = "{tmp_path}/elsewhere"\n')
    with opened(archive) as office:
        stored = kept_of(office.desk).put(b"a picture")

        assert kept_of(office.desk).read(stored.blob) == b"a picture"
        assert (tmp_path / "elsewhere").is_dir()
        assert office.listed("blobs") == []
