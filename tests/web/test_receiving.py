"""What could be received is listed, received, and what came of it said; what arrived is shown with every file's outcome.

Nobody names a path; a trip names what never came; the log can be verified where it is read.
"""

import html
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.office.kinds import ParcelState, Reading, Role, Topic
from jebi.office.shown import Brought, Delivery, Filter, Medium
from office.conftest import archive_once, fill_card, opened  # noqa: F401 fixtures
from web.housed import Housed, housed
from web.served import Served, Signed

STICK = Medium(id="a" * 16, name="sdb", says="Ultra <b>Fit</b>", size=32_000_000_000)
LOCKED = Medium(id="b" * 16, name="sdc", says="", size=8_000_000_000, is_readable=False, is_whole=False)
FILES = Medium(id="c" * 16, name="sdd", says="", size=8_000_000_000, is_whole=False)
SOON = 60  # seconds


def text(answer: object) -> str:
    return html.unescape(str(getattr(answer, "text", answer)))


@pytest.mark.parametrize(("language", "said"), [("en", "Receive sdb"), ("ko", "sdb 받기"), ("ja", "sdb を受け取る")])
def test_every_medium_has_its_own_button_in_the_reader_s_language(served: Served, language: str, said: str) -> None:
    served.archive.plugged = [STICK, LOCKED, FILES]
    page = served.signed_in(Role.INTAKE, language=language).client.get("/parcels").text
    assert f'value="{STICK.id}" aria-label="{said}"' in page
    assert f'name="medium" value="{LOCKED.id}"' not in page
    assert "Ultra &lt;b&gt;Fit" in page


def test_what_is_being_received_is_shown_with_the_time_left_and_without_buttons(served: Served) -> None:
    served.archive.plugged = [STICK, FILES]
    intake = served.signed_in(Role.INTAKE)
    assert intake.post("/parcels/receive", {"medium": STICK.id}).headers["location"] == "/parcels"
    page = intake.client.get("/parcels").text
    assert "About 1:15 left." in page
    assert "25%" in page
    assert 'name="medium"' not in page


@pytest.mark.parametrize(
    ("delivery", "said"),
    [
        (Delivery(is_over=True), "Noise and parcels of other desks look the same"),
        (Delivery(is_over=True, failed="the disk is full; make room"), "the disk is full; make room"),
        (Delivery(is_over=False, step=Reading.RESTORING), "Restoring and checking a parcel"),
        (
            Delivery(
                is_over=True,
                parcels=(Brought(parcel="d" * 16, state=ParcelState.REJECTED, size=10**6, why="no trip signed it"),),
            ),
            "no trip signed it",
        ),
        (
            Delivery(is_over=True, parcels=(Brought(parcel="e" * 16, state=ParcelState.KNOWN, size=10**6),)),
            "here already",
        ),
        (
            Delivery(
                is_over=True,
                parcels=(Brought(parcel="f" * 16, state=ParcelState.WAITING, size=10**6, needs=2_000_000),),
            ),
            "Needs at least 2.0 MB more",
        ),
    ],
    ids=["nothing of ours", "it failed", "it goes on", "rejected", "here already", "not whole"],
)
def test_what_came_of_it_is_said(served: Served, delivery: Delivery, said: str) -> None:
    served.archive.brought = delivery
    assert said in text(served.signed_in(Role.INTAKE).client.get("/parcels"))


@pytest.mark.parametrize(
    "medium", ["../../etc/passwd", "/dev/sda", "", "a" * 65, "%00"], ids=["up", "a device", "none", "long", "nul"]
)
def test_a_path_is_no_medium(served: Served, medium: str) -> None:
    served.archive.plugged = [STICK]
    intake = served.signed_in(Role.INTAKE)
    assert intake.post("/parcels/receive", {"medium": medium}).status_code == 422
    assert served.archive.brought is None


def test_a_medium_that_was_pulled_out_is_not_there(served: Served) -> None:
    assert served.signed_in(Role.INTAKE).post("/parcels/receive", {"medium": STICK.id}).status_code == 404


def test_a_clearer_receives_nothing(served: Served) -> None:
    served.archive.plugged = [STICK]
    assert served.signed_in(Role.CLEARER).post("/parcels/receive", {"medium": STICK.id}).status_code == 403
    assert served.archive.brought is None


@pytest.fixture
def desk(archive_once: Path, tmp_path: Path) -> Iterator[Housed]:  # noqa: F811
    """A desk with an empty archive, and a sealed parcel of two sticks beside it."""
    shutil.copytree(archive_once, tmp_path / "built")
    with opened(tmp_path / "built") as office:
        card = fill_card(tmp_path / "card", {"market.mp4": 200_000, "rice.mov": 100_000})
        office.seal(office.issue().card, card, "one", "two")
    with housed(tmp_path / "built", tmp_path / "served") as desk:
        yield desk


def delivered(desk: Housed) -> Delivery:
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        delivery = desk.house.delivery()
        if delivery and delivery.is_over:
            return delivery
        time.sleep(0.01)
    raise AssertionError("it never ended")


def bring(desk: Housed, intake: Signed, name: str) -> Delivery:
    (medium,) = [one.id for one in desk.house.media() if one.name == name]
    assert intake.post("/parcels/receive", {"medium": medium}).status_code == 303
    return delivered(desk)


def test_a_parcel_comes_together_on_the_page_while_the_archive_is_open(desk: Housed, tmp_path: Path) -> None:
    intake, editor = desk.signed_in(Role.INTAKE), desk.signed_in(Role.EDITOR)
    for stick in ("one", "two"):
        shutil.move(tmp_path / stick, desk.inbox / stick)
    first = bring(desk, intake, "one")
    assert [one.state for one in first.parcels] == [ParcelState.WAITING]
    before = desk.house.pulse(Topic.PARCELS)
    second = bring(desk, intake, "two")
    assert [one.state for one in second.parcels] == [ParcelState.WHOLE]
    assert desk.house.pulse(Topic.PARCELS) != before
    assert [one.state for one in bring(desk, intake, "two").parcels] == [ParcelState.KNOWN]
    assert desk.house.clips(Filter()).total == 2
    assert "market.mp4" in editor.client.get(f"/parcels/{second.parcels[0].parcel}").text
    assert desk.house.verify_log().is_true
    kinds = [entry.kind for entry in desk.house.entries().items]
    assert kinds.count("carriers-brought") == 3
    assert desk.complaints == []


def test_a_tray_is_as_full_as_what_came_and_not_as_its_whole_blocks(desk: Housed, tmp_path: Path) -> None:
    shutil.move(tmp_path / "one", desk.inbox / "one")
    bring(desk, desk.signed_in(Role.INTAKE), "one")
    (parcel,) = desk.house.parcels().items
    assert parcel.blocks_whole == 0
    assert 0.3 < parcel.filled < 1  # a stick holds whole slots, so more than its half


def page_at(served: Served, path: str) -> str:
    answer = served.signed_in(Role.ADMIN).client.get(path)
    assert answer.status_code == 200, path
    return answer.text


def test_every_parcel_that_came_is_on_some_page(served: Served) -> None:
    page = served.archive.parcels()
    shown = page_at(served, "/parcels")

    assert page.items
    assert all(one.id in shown for one in page.items)


def test_a_parcel_s_page_has_every_file_with_what_became_of_it(served: Served) -> None:
    whole = next(one for one in served.archive.parcels().items if one.state is ParcelState.WHOLE and one.files)
    shown = page_at(served, f"/parcels/{whole.id}")

    assert all(one.detail in shown for one in whole.files)
    assert shown.count("<tr") > len(whole.files)


def test_a_trip_s_page_names_the_numbers_that_never_came(served: Served) -> None:
    gaps = next(one for one in served.archive.trips() if one.missing)

    assert ", ".join(map(str, gaps.missing)) in page_at(served, f"/trips/{gaps.pseudonym}")
    assert gaps.pseudonym in page_at(served, "/trips")


def test_the_log_is_verified_where_it_is_read_when_somebody_asks_for_it(served: Served) -> None:
    subject = served.archive.entries().items[0].subject

    before = page_at(served, "/log")
    answer = served.signed_in(Role.ADMIN).post("/log/verify")

    assert (subject in before, subject in answer.text, answer.status_code) == (True, True, 200)
    assert ('class="verdict' in before, 'class="verdict' in answer.text) == (False, True)


@pytest.mark.parametrize("path", ["/parcels/nothing", "/trips/nobody", "/parcels/..%2f..%2fkeys", "/trips/%00"])
def test_what_is_not_there_is_not_found(served: Served, path: str) -> None:
    assert served.signed_in(Role.ADMIN).client.get(path).status_code in {404, 422}


@pytest.mark.parametrize("key", ["rubbish", "o-1", "%00", "o999999999999999", "x" * 5000])
def test_a_key_that_somebody_made_up_breaks_no_page(served: Served, key: str) -> None:
    for path in ("/parcels", "/log"):
        assert served.signed_in(Role.ADMIN).client.get(path, params={"key": key}).status_code in {200, 404, 422}
