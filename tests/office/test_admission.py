"""Received clips become rows once, with what their traveller claimed, and the custody log hears of all of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from jebi.archive.record import parse_record
from jebi.office.admission import admit, clip_id, drain, open_catalogue, place_of
from jebi.office.originals import Originals
from jebi.office.receiving import Wish
from jebi.vault import clips, jobs
from jebi.vault.catalogue import Catalogue
from jebi.vault.schema import outbox
from office.conftest import MEDIUM, Office, opened

NOW_MS = 1_790_000_000_000


@pytest.fixture
def catalogue(office: Office) -> Iterator[Catalogue]:
    with open_catalogue(office.desk) as catalogue:
        yield catalogue


def received(office: Office) -> str:
    sealed = office.seal(office.issue().card, office.card(MEDIUM), "s1")
    office.arrive("s1", wish=Wish(clips=False))
    return sealed.parcel


def admitted(office: Office, catalogue: Catalogue) -> int:
    with Originals(office.desk) as originals:
        return admit(office.desk, originals, catalogue, NOW_MS)


def kinds(office: Office) -> list[str]:
    return [parse_record(line).event.kind for line in office.desk.ledger.records()]


def test_every_clip_of_a_parcel_waits_in_the_catalogue_under_the_number_that_its_parcel_gives_it(
    office: Office, catalogue: Catalogue
) -> None:
    parcel = received(office)

    assert admitted(office, catalogue) == len(MEDIUM)

    with catalogue.reading() as connection, Originals(office.desk) as originals:
        rows = clips.of_parcel(connection, parcel)
        places = originals.shelf(parcel).places
        assert [row.id for row in rows] == [clip_id(parcel, number) for number in range(1, len(MEDIUM) + 1)]
        assert [place_of(originals.shelf(parcel), row) for row in rows] == list(places)
        assert [(row.sha256, row.size) for row in rows] == [(p.clip.digest.hex(), p.clip.size) for p in places]
        assert {row.state for row in rows} == {"waiting"}
        assert [job.task for row in rows for job in jobs.of(connection, row.id)] == ["metadata"] * len(rows)


def test_a_files_name_is_a_claim(office: Office, catalogue: Catalogue) -> None:
    parcel = received(office)
    admitted(office, catalogue)

    with catalogue.reading() as connection:
        of = [row.id for row in clips.of_parcel(connection, parcel)]
        facts = clips.facts_of(connection, of, ["name"])

    assert sorted(fact.value for many in facts.values() for fact in many) == sorted(MEDIUM)
    assert {fact.source for many in facts.values() for fact in many} == {"claimed"}


def test_nothing_is_taken_in_twice(office: Office, catalogue: Catalogue) -> None:
    received(office)
    admitted(office, catalogue)

    assert admitted(office, catalogue) == 0


def test_the_log_hears_of_every_clip_once_and_of_no_name(office: Office, catalogue: Catalogue) -> None:
    received(office)
    admitted(office, catalogue)

    assert drain(office.desk, catalogue) > 0
    assert drain(office.desk, catalogue) == 0

    assert kinds(office).count("clip-admitted") == len(MEDIUM)
    written = b"".join(office.desk.ledger.records())
    assert not any(name.encode() in written for name in MEDIUM)
    office.desk.log.check()


def test_an_append_whose_mark_was_lost_is_not_repeated(office: Office, catalogue: Catalogue) -> None:
    received(office)
    admitted(office, catalogue)
    drain(office.desk, catalogue)
    before = kinds(office)
    with catalogue.claiming() as connection:  # as if the power had failed between the append and its mark
        connection.execute(update(outbox).values(leaf_index=None))

    assert drain(office.desk, catalogue) == 0

    assert kinds(office) == before


def test_a_lost_catalogue_is_made_anew_with_the_same_numbers(archive: Path) -> None:
    with opened(archive) as office:
        parcel = received(office)
        with open_catalogue(office.desk) as catalogue:
            admitted(office, catalogue)
            with catalogue.reading() as connection:
                before = clips.of_parcel(connection, parcel)
        for path in archive.glob("catalogue.db*"):
            path.unlink()

        with open_catalogue(office.desk) as catalogue:
            admitted(office, catalogue)
            with catalogue.reading() as connection:
                assert clips.of_parcel(connection, parcel) == before
