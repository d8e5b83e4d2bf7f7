"""What could be received is listed by numbers that say nothing; what is received is logged, and becomes clips."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from jebi.archive.receive import Arrival, Shortfall, State
from jebi.errors import NothingFound, Refused
from jebi.office.entrance import MOST_WAITING
from jebi.office.kinds import ParcelState, Reading
from jebi.office.porter import Step, Turn
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish, receive
from jebi.office.shown import Filter
from jebi.parcel.blocks import Shape
from office.conftest import SMALL, Office
from office.rooms import Shown


@dataclass
class Here:
    """Receives in this process, at once."""

    office: Office
    turn: Turn | None = None

    def bring(self, places: Sequence[str]) -> None:
        arrivals = receive(self.office.desk, places, Wish(clips=False), Quiet())
        self.turn = Turn(is_over=True, arrivals=tuple(arrivals))


@pytest.fixture
def inbox(empty: Shown, tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    empty.house.inboxes, empty.house.porter = [str(folder)], Here(empty.office)
    return folder


def names(shown: Shown) -> list[str]:
    """What lies in the inbox, as it is listed; what is plugged into this machine is listed before."""
    own = {os.fsencode(path).decode(errors="replace") for folder in shown.house.inboxes for path in os.listdir(folder)}
    return [one.name for one in shown.house.media() if one.name in own]


def test_files_and_folders_of_an_inbox_are_listed_and_no_links_nor_what_is_hidden(empty: Shown, inbox: Path) -> None:
    (inbox / ".hidden").write_bytes(b"x")
    (inbox / "link").symlink_to("/etc/passwd")
    (inbox / "folder").mkdir()
    (inbox / "사진\n\x1b[31m.img").write_bytes(bytes(1000))
    (inbox / "no \udcff text").write_bytes(b"")
    assert names(empty) == ["folder", "no � text", "사진\n\x1b[31m.img"]
    assert [one.size for one in empty.house.media()][-1] == 1000


def test_an_inbox_that_is_gone_is_empty_and_one_that_is_full_is_cut(empty: Shown, inbox: Path) -> None:
    for number in range(MOST_WAITING + 5):
        (inbox / f"{number:04}").touch()
    assert len(names(empty)) == MOST_WAITING
    empty.house.inboxes = [str(inbox / "none")]
    assert all(one.name != "0000" for one in empty.house.media())


def test_what_is_brought_becomes_clips_and_stands_in_the_log_with_who_brought_it(empty: Shown, inbox: Path) -> None:
    empty.office.seal(empty.office.issue().card, empty.office.card(SMALL), "inbox/one")
    (medium,) = [one.id for one in empty.house.media() if one.name == "one"]
    before = empty.house.stir()
    empty.house.bring([medium], by="minji")
    empty.house.take_in()

    delivery = empty.house.delivery()
    assert delivery
    assert [one.state for one in delivery.parcels] == [ParcelState.WHOLE]
    assert empty.house.clips(Filter()).total == len(SMALL)
    assert empty.house.stir() != before
    brought = [one for one in empty.house.entries().items if one.kind == "carriers-brought"]
    assert [(one.actor, one.detail.partition(" ·")[0]) for one in brought] == [("member/minji", "1 of them")]


@pytest.mark.parametrize("medium", ["", "/etc/passwd", "0" * 16])
def test_what_is_not_listed_is_not_received(empty: Shown, inbox: Path, medium: str) -> None:
    (inbox / "one").write_bytes(b"x")
    with pytest.raises(NothingFound):
        empty.house.bring([medium], by="minji")
    assert empty.house.delivery() is None


def test_a_house_without_a_porter_receives_nothing(empty: Shown) -> None:
    with pytest.raises(Refused, match="nothing is received"):
        empty.house.bring(["x"], by="minji")
    assert empty.house.delivery() is None


@pytest.mark.parametrize(
    ("turn", "step", "share"),
    [
        (Turn(), Reading.SEARCHING, None),
        (Turn(step=Step(what="searching", total=200, done=50)), Reading.SEARCHING, 0.25),
        (Turn(step=Step(what="restoring", total=100, done=130)), Reading.RESTORING, 1.0),
        (Turn(step=Step(what="something new", total=0)), Reading.SEARCHING, None),
    ],
    ids=["not begun", "a quarter", "more than all", "a step without a word"],
)
def test_how_far_it_is_is_a_share(empty: Shown, inbox: Path, turn: Turn, step: Reading, share: float | None) -> None:
    empty.house.porter = Here(empty.office, turn)
    delivery = empty.house.delivery()
    assert delivery
    assert (delivery.step, delivery.share, delivery.is_over) == (step, share, False)


def test_carriers_that_lied_are_named_without_their_folders_and_failures_with_what_to_do(empty: Shown) -> None:
    liar = Arrival(
        parcel="0" * 16,
        state=State.WAITING,
        shape=Shape(10, 1),
        slots={},
        shortfall=Shortfall(blocks=1, packets=3, worst=3),
        liars=("/media/minji/STICK/one.bin",),
    )
    turn = Turn(is_over=True, arrivals=(liar,), why="the disk is full", hint="make room")
    empty.house.porter = Here(empty.office, turn)
    delivery = empty.house.delivery()
    assert delivery
    assert delivery.parcels[0].liars == ("one.bin",)
    assert delivery.parcels[0].needs == Shortfall(blocks=1, packets=3, worst=3).size
    assert delivery.failed == "the disk is full; make room"
