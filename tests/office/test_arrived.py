"""What arrived is told by the log and the catalogue: every file with its outcome, every gap in a trip, page by page."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.errors import NothingFound
from jebi.office.arrived import PARCELS, outcomes
from jebi.office.kinds import Outcome, ParcelState, Reason
from jebi.vault import clips, jobs
from jebi.vault.catalogue import Catalogue
from jebi.vault.clips import Fact
from looked_at import FILM
from office.conftest import NOW
from office.rooms import SPEECH, Shown
from vault.rows import EVENT, add, clip
from vault.rows import NOW as NOW_MS

LEASE_MS = 60_000


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue:
        yield catalogue


def log_parcel(shown: Shown, number: int, *, trip: str = "heron", of_trip: int = 1) -> str:
    """What the log says when a parcel is whole."""
    parcel = f"{number:016x}"
    detail = f"sealed sha256 {'0' * 64}, manifest sha256 {number:064x}, number {of_trip}"
    shown.office.desk.append("parcel-received", parcel, detail, actor=f"trip/{trip}", time=NOW + number)
    return parcel


def test_every_file_that_arrived_has_an_outcome(shown: Shown) -> None:
    waiting, whole = shown.house.parcels().items
    files = {one.name: one for one in whole.files}

    assert (whole.state, whole.number, waiting.state) == (ParcelState.WHOLE, 1, ParcelState.WAITING)
    assert {name: one.outcome for name, one in files.items()} == {
        FILM: Outcome.READY,
        "speech.wav": Outcome.READY,
        "notes.txt": Outcome.UNREADABLE,
        "empty.mp4": Outcome.UNREADABLE,
        "cut.mp4": Outcome.UNREADABLE,
    }
    assert files["empty.mp4"].reason is Reason.EMPTY
    assert files[FILM].clip == shown.film
    assert shown.house.parcel(whole.id) == whole


def test_a_parcel_that_fills_up_says_what_would_complete_it(shown: Shown) -> None:
    waiting = shown.house.parcels().items[0]

    assert 0 <= waiting.blocks_whole < waiting.blocks
    assert waiting.needs > 100_000
    assert waiting.size > waiting.needs
    with pytest.raises(NothingFound):
        shown.house.parcel("0123456789abcdef")


def test_trips_are_counted_by_their_parcels_and_clips(shown: Shown) -> None:
    newest, oldest = shown.house.trips()

    assert (newest.parcels, newest.clips) == (0, 0)
    assert (oldest.parcels, oldest.clips, oldest.missing) == (1, 5, ())
    assert shown.house.trip(oldest.pseudonym) == oldest
    with pytest.raises(NothingFound):
        shown.house.trip("nobody")


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"state": "waiting"}, Outcome.QUEUED),
        ({"state": "opened", "kind": "video"}, Outcome.READY),
        ({"state": "partly", "kind": "video", "reason": "crashed", "why": "its sound"}, Outcome.READY),
        ({"state": "refused", "reason": "by-hand"}, Outcome.SKIPPED),
        ({"state": "refused", "reason": "not-footage"}, Outcome.FOREIGN),
        ({"state": "refused", "reason": "empty"}, Outcome.UNREADABLE),
        ({"state": "refused", "reason": "malformed"}, Outcome.UNREADABLE),
        ({"state": "refused", "reason": "crashed"}, Outcome.UNREADABLE),
        ({"state": "refused", "reason": "too-large"}, Outcome.REFUSED),
        ({"state": "refused", "reason": "over-budget"}, Outcome.REFUSED),
        ({"state": "refused"}, Outcome.REFUSED),
    ],
    ids=str,
)
def test_whatever_became_of_a_clip_is_an_outcome(catalogue: Catalogue, row: dict[str, str], outcome: Outcome) -> None:
    of = clip(1, **row)
    add(catalogue, of)

    with catalogue.reading() as connection:
        (told,) = outcomes(connection, [of])

    assert (told.outcome, told.reason, told.detail) == (
        outcome,
        Reason(row["reason"]) if "reason" in row else Reason.NONE,
        row.get("why", ""),
    )
    assert (told.name, told.progress) == ("", None)


@pytest.mark.parametrize(
    ("done", "total", "progress"),
    [(0, 0, 0.0), (1, 4, 0.25), (9, 4, 1.0)],
    ids=["nothing is known yet", "a quarter is done", "more is done than there seemed to be"],
)
def test_a_clip_that_is_looked_at_says_how_far_it_is(
    catalogue: Catalogue, done: int, total: int, progress: float
) -> None:
    of = clip()
    add(catalogue, of)
    with catalogue.writing(NOW_MS) as change:
        clips.put_facts(change, of.id, [Fact(name="name", source="claimed", value="a.mp4", tool="manifest")], EVENT)
        jobs.want(change, "viewing", [of.id])
    job = jobs.take(catalogue, "worker", ["viewing"], NOW_MS, LEASE_MS)
    assert job
    jobs.renew(catalogue, job, NOW_MS, LEASE_MS, done=done, total=total, unit="ms")

    with catalogue.reading() as connection:
        (told,) = outcomes(connection, [of])

    assert (told.name, told.outcome, told.progress) == ("a.mp4", Outcome.WORKING, progress)


def test_pages_hold_every_parcel_once_the_newest_first(empty: Shown) -> None:
    came = [log_parcel(empty, number, of_trip=number) for number in range(1, 2 * PARCELS + 4)]

    page, seen, sizes = empty.house.parcels(), [], []
    while True:
        seen += [one.id for one in page.items]
        sizes.append(len(page.items))
        if not page.older:
            break
        newer, page = page, empty.house.parcels(key=page.older)
        assert empty.house.parcels(key=page.newer) == newer
    assert seen == came[::-1]
    assert (sizes, page.total) == ([PARCELS, PARCELS, 3], len(came))


@pytest.mark.parametrize("key", ["rubbish", "o", "o-1", "o1_2", "n999999999999999", "o999999999999999", "o\u0661"])
def test_a_key_that_somebody_made_up_leads_to_some_page(empty: Shown, key: str) -> None:
    parcels = {log_parcel(empty, number) for number in range(3)}

    page = empty.house.parcels(key=key)

    assert {one.id for one in page.items} <= parcels
    assert page.items


def test_an_archive_into_which_nothing_came_has_no_parcel_and_no_trip(empty: Shown) -> None:
    page = empty.house.parcels(key="o24")

    assert (page.items, page.total, page.older, page.newer, empty.house.trips()) == ((), 0, "", "", [])


def test_a_trip_names_the_numbers_that_never_came_and_says_when_it_was_last_heard_of(empty: Shown) -> None:
    heron, quiet = empty.office.issue().trip, empty.office.issue().trip
    for number, of_trip in enumerate((2, 5, 2), 1):
        log_parcel(empty, number, trip=heron, of_trip=of_trip)

    trip = empty.house.trip(heron)

    assert (trip.missing, trip.parcels, trip.last) == ((1, 3, 4), 3, NOW + 3)
    assert (empty.house.trip(quiet).missing, empty.house.trip(quiet).last) == ((), 0)


def test_a_parcel_whose_file_is_gone_is_shown_all_the_same(shown: Shown) -> None:
    parcel = shown.house.parcel(shown.clip(FILM).parcel)
    Path(shown.office.desk.path("parcels", f"{parcel.id}.age")).unlink()

    left = shown.house.parcel(parcel.id)

    assert (parcel.size > 100_000, left.size) == (True, 0)
    assert left.files == parcel.files
    assert SPEECH in {one.name for one in left.files}
