"""The desk opens its house: workers look at clips beside it, the log follows both, and whatever fails may be back."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest

from going_out import SETTINGS, Stage
from jebi.errors import Refused
from jebi.office.house import House
from jebi.office.kinds import ClipState, Level
from jebi.office.public_site import settle
from jebi.office.serving import open_house
from jebi.office.shown import Filter
from jebi.release.mirror import NOTE
from jebi.vault.catalogue import Catalogue
from jebi.web.site.generator import generate
from looked_at import MODELS
from office.conftest import PASSPHRASE, SMALL, Office, opened
from vault.rows import EVENT, NOW

PATIENCE = 60
# What is bound over the program that builds jails is no program.
WITHOUT_A_JAIL = ("unshare", "--mount", "sh", "-c", 'mount --bind /dev/null /usr/bin/bwrap && exec "$@"', "sh")
SERVE = """
import sys
from datetime import UTC
from pathlib import Path
from jebi.office.desk import open_desk
from jebi.office.serving import open_house
from jebi.office.shown import Filter
with open_desk(sys.argv[1], sys.argv[2].encode()) as desk:
    with open_house(desk, Path(sys.argv[3]), zone=UTC, complain=print) as house:
        print(house.health().jail, *house.health().lacking, *(one.state for one in house.clips(Filter()).items), sep="|")
"""


def wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


def states(house: House) -> list[ClipState]:
    return [one.state for one in house.clips(Filter()).items]


def complained(text: str) -> None:
    raise AssertionError(text)


def test_clips_are_looked_at_while_the_house_is_open_and_the_log_has_it_when_it_closes(office: Office) -> None:
    office.seal(office.issue().card, office.card(SMALL), "stick")
    office.receive("stick")

    with open_house(office.desk, MODELS, zone=UTC, complain=complained, workers=1) as house:
        wait(lambda: states(house) == [ClipState.FAILED, ClipState.FAILED])
        wait(lambda: office.events().count("clip-looked-at") == 2)

    assert multiprocessing.active_children() == []
    office.desk.log.check()


def test_a_house_that_has_a_site_s_folder_brings_it_to_what_the_log_says(stage: Stage, tmp_path: Path) -> None:
    settle(stage.desk, SETTINGS, by="member/owl", time=1)
    stage.clear(output := stage.cut())
    stage.releases.release(output, "owl")
    site = tmp_path / "site"

    with open_house(
        stage.desk, MODELS, zone=UTC, complain=complained, workers=1, site=str(site), generate=generate
    ) as house:
        wait((site / NOTE).exists)
        assert house.releases(by="owl").site.folder == str(site)

    assert multiprocessing.active_children() == []
    assert (site / "films/0001/film.mp4").exists()


def test_what_happened_last_is_logged_before_the_house_is_closed(office: Office) -> None:
    with (
        open_house(office.desk, MODELS, zone=UTC, complain=complained, workers=1) as house,
        house.catalogue.writing(NOW) as change,
    ):
        change.say(EVENT)

    assert office.events()[-1] == EVENT.kind


def test_whatever_the_pages_stumble_over_nobody_is_left_at_work(office: Office) -> None:
    def stumble() -> None:
        with open_house(office.desk, MODELS, zone=UTC, complain=complained, workers=1):
            raise RuntimeError("a page")

    with pytest.raises(RuntimeError):
        stumble()

    assert multiprocessing.active_children() == []


def test_without_the_second_person_the_house_stays_closed(both: Office) -> None:
    with pytest.raises(Refused), open_house(both.desk, MODELS, zone=UTC, complain=complained):
        pass

    assert multiprocessing.active_children() == []


def test_a_log_that_cannot_be_written_is_complained_of_and_goes_on_when_it_can(office: Office) -> None:
    complaints: list[str] = []
    log, away = Path(office.desk.path("log")), office.path("away")

    with open_house(office.desk, MODELS, zone=UTC, complain=complaints.append, workers=1) as house:
        log.rename(away)
        with Catalogue.open(str(house.catalogue.engine.url)) as elsewhere, elsewhere.writing(NOW) as change:
            change.say(EVENT)
        wait(lambda: bool(complaints))
        away.rename(log)
        wait(lambda: EVENT.kind in office.events())

    assert office.events().count(EVENT.kind) == 1
    office.desk.log.check()


def test_without_a_jail_the_pages_are_served_and_nothing_is_opened(archive: Path) -> None:
    with opened(archive) as office:
        office.seal(office.issue().card, office.card({"a.mp4": 50_000}), "stick")
        office.receive("stick")

    done = subprocess.run(
        [*WITHOUT_A_JAIL, sys.executable, "-c", SERVE, archive, PASSPHRASE, MODELS],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=os.environ,
        check=False,
    )

    jail, lacking, *clips = done.stdout.strip().split("|")
    assert (jail, clips) == (Level.BAD, [ClipState.WORKING]), done.stderr
    assert "bwrap missing" in lacking
