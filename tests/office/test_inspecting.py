"""Everything that is kept is read through again, in its turn, and what is not whole is named."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.errors import Unable
from jebi.office.admission import admit, drain, open_catalogue
from jebi.office.attending import kept_of
from jebi.office.inspecting import ARCHIVE, DAY_MS, EVERY_MS, FIXITY, inspect, want
from jebi.office.labour import Report
from jebi.office.made import Made
from jebi.office.originals import Originals
from jebi.vault import clips, fixity, grid, jobs
from jebi.vault.catalogue import Catalogue
from office.conftest import SMALL, Office

LATER_MS = 2_000_000_000_000


@pytest.fixture
def kept(office: Office) -> Iterator[tuple[Office, Catalogue]]:
    """Two clips, and a blob that was made of one."""
    issued = office.issue()
    office.seal(issued.card, office.card(SMALL), "stick")
    office.receive("stick")
    with open_catalogue(office.desk) as catalogue, Originals(office.desk) as originals:
        admit(office.desk, originals, catalogue, 1000)
        with catalogue.reading() as connection:
            first = grid.page(connection, grid.Wanted()).clips[0].id
        made = Made(kept_of(office.desk), first, "a tool")
        made.add("poster", b"a picture")
        with catalogue.writing(1000) as change:
            made.write(change)
        yield office, catalogue


def read_through(office: Office, catalogue: Catalogue, now_ms: int) -> None:
    with Originals(office.desk) as originals:
        write = inspect(catalogue, originals, kept_of(office.desk), Report(), now_ms=lambda: now_ms)
    with catalogue.writing(now_ms) as change:
        write(change)


def results(catalogue: Catalogue) -> dict[str, int]:
    with catalogue.reading() as connection:
        return {str(result): count for result, count in fixity.summary(connection).items()}


def test_originals_and_blobs_are_read_once_a_month(kept: tuple[Office, Catalogue]) -> None:
    office, catalogue = kept
    read_through(office, catalogue, LATER_MS)
    read_through(office, catalogue, LATER_MS + EVERY_MS)
    assert results(catalogue) == {"whole": 3}
    read_through(office, catalogue, LATER_MS + EVERY_MS + 1)
    assert results(catalogue) == {"whole": 6}
    assert drain(office.desk, catalogue) > 0
    assert office.events().count("fixity-checked") == 2


def test_what_was_altered_or_is_gone_is_named(kept: tuple[Office, Catalogue]) -> None:
    office, catalogue = kept
    (parcel,) = Path(office.desk.path("parcels")).glob("*.age")
    content = bytearray(parcel.read_bytes())
    content[-100_000] ^= 1
    parcel.write_bytes(content)
    shutil.rmtree(office.desk.path("blobs"))

    read_through(office, catalogue, LATER_MS)

    with catalogue.reading() as connection:
        failing = {(one.about, one.result) for one in fixity.failing(connection)}
    assert ("blob", "missing") in failing
    assert ("clip", "damaged") in failing


def test_a_parcel_that_is_gone_is_missing(kept: tuple[Office, Catalogue]) -> None:
    office, catalogue = kept
    shutil.rmtree(office.desk.path("parcels"))
    read_through(office, catalogue, LATER_MS)
    assert results(catalogue) == {"missing": 2, "whole": 1}


def test_a_job_is_wanted_once_a_day_and_only_if_something_is_due(kept: tuple[Office, Catalogue]) -> None:
    office, catalogue = kept
    for now_ms in (LATER_MS, LATER_MS + 5, LATER_MS + DAY_MS):
        want(catalogue, now_ms)
    with catalogue.reading() as connection:
        assert [job.task for job in jobs.of(connection, ARCHIVE)] == [FIXITY, FIXITY]
    read_through(office, catalogue, LATER_MS + DAY_MS)
    want(catalogue, LATER_MS + 2 * DAY_MS)
    with catalogue.reading() as connection:
        assert len(jobs.of(connection, ARCHIVE)) == 2


def test_a_reading_that_is_stopped_keeps_what_it_read(kept: tuple[Office, Catalogue]) -> None:
    office, catalogue = kept
    report = Report()
    report.is_over.set()
    with Originals(office.desk) as originals, pytest.raises(Unable):
        inspect(catalogue, originals, kept_of(office.desk), report, now_ms=lambda: LATER_MS)
    assert results(catalogue) == {}
    with catalogue.reading() as connection:
        assert clips.blobs(connection)
