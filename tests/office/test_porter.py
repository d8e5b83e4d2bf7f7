"""Carriers are received in a process of its own while another keeps the log; whatever becomes of it, the desk goes on."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jebi.archive.receive import State
from jebi.archive.record import Event
from jebi.errors import Refused, Unable
from jebi.office.porter import Porter, Turn
from office.conftest import MEDIUM, SMALL, Office

SOON = 60  # seconds; nothing here takes two


@contextmanager
def standing(office: Office, log: Callable[[Event], int] | None = None) -> Iterator[Porter]:
    """A porter of this desk, who ends with the block."""
    porter = Porter(office.desk)
    porter.serve(log or office.desk.record, lambda: None)
    try:
        yield porter
    finally:
        porter.close()


def brought(porter: Porter, *places: Path) -> Turn:
    """What came of an order."""
    porter.bring([str(place) for place in places])
    return ended(porter)


def ended(porter: Porter) -> Turn:
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        if porter.turn and porter.turn.is_over:
            return porter.turn
        time.sleep(0.01)
    raise AssertionError("it never ended")


def children(process: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_what_is_brought_is_received_and_logged_by_the_process_that_holds_the_log(office: Office) -> None:
    sealed = office.seal(office.issue().card, office.card(MEDIUM), "one", "two")
    with standing(office) as porter:
        assert porter.turn is None
        turn = brought(porter, office.path("one"), office.path("two"))
    assert [(one.parcel, one.state) for one in turn.arrivals] == [(sealed.parcel, State.WHOLE)]
    assert (turn.why, turn.hint) == ("", "")
    assert office.listed("parcels") == [f"{sealed.parcel}.age"]
    assert office.events()[-1] == "parcel-received"
    assert office.desk.ledger.count == len(office.events())


def test_half_a_parcel_waits_and_the_next_order_completes_it(office: Office) -> None:
    office.seal(office.issue().card, office.card(MEDIUM), "one", "two")
    with standing(office) as porter:
        assert [one.state for one in brought(porter, office.path("one")).arrivals] == [State.WAITING]
        assert [one.state for one in brought(porter, office.path("two")).arrivals] == [State.WHOLE]


def test_two_orders_are_never_done_at_once(office: Office) -> None:
    office.seal(office.issue().card, office.card(SMALL), "one")
    going_on = threading.Event()

    def log(event: Event) -> int:
        assert going_on.wait(SOON)
        return office.desk.record(event)

    with standing(office, log) as porter:
        porter.bring([str(office.path("one"))])
        with pytest.raises(Refused, match="being received already"):
            porter.bring([str(office.path("one"))])
        going_on.set()
        assert [one.state for one in ended(porter).arrivals] == [State.WHOLE]


def test_a_receiving_that_is_killed_is_reported_and_the_next_one_goes_on(office: Office) -> None:
    office.seal(office.issue().card, office.card(SMALL), "one")
    kills: list[int] = []

    with standing(office) as porter:

        def log(event: Event) -> int:
            if not kills:
                kills.extend(children(porter.process))
                for child in kills:
                    os.kill(child, signal.SIGKILL)
            return office.desk.record(event)

        porter.serve(log, lambda: None)
        turn = brought(porter, office.path("one"))
        assert kills
        assert "ended before it was done" in turn.why
        assert office.listed("parcels") in ([], [f"{parcel_of(office)}.age.part"])
        assert [one.state for one in brought(porter, office.path("one")).arrivals] == [State.WHOLE]
    assert office.listed("parcels") == [f"{parcel_of(office)}.age"]


def test_what_cannot_be_logged_is_not_kept(office: Office) -> None:
    office.seal(office.issue().card, office.card(SMALL), "one")

    def log(event: Event) -> int:
        raise Unable("the disk is full", hint="make room")

    with standing(office, log) as porter:
        turn = brought(porter, office.path("one"))
    assert (turn.why, turn.hint, turn.arrivals) == ("the disk is full", "make room", ())
    assert office.listed("parcels") == []


def test_nothing_of_ours_is_no_failure(office: Office) -> None:
    office.path("noise").write_bytes(os.urandom(1 << 20))
    with standing(office) as porter:
        turn = brought(porter, office.path("noise"))
    assert (turn.arrivals, turn.why) == ((), "")


def test_a_place_that_is_gone_is_named(office: Office) -> None:
    with standing(office) as porter:
        turn = brought(porter, office.path("gone"))
    assert "gone" in turn.why


def test_how_far_it_is_can_be_asked_meanwhile(office: Office) -> None:
    office.seal(office.issue().card, office.card(MEDIUM), "one")
    seen = []

    with standing(office) as porter:

        def log(event: Event) -> int:
            seen.append(porter.turn)
            return office.desk.record(event)

        porter.serve(log, lambda: None)
        brought(porter, office.path("one"))
    assert [turn and turn.step.what for turn in seen] == ["restoring"]
    assert all(turn and turn.step.total and not turn.is_over for turn in seen)


def test_closing_ends_what_is_being_received_and_leaves_no_process(office: Office) -> None:
    office.seal(office.issue().card, office.card(SMALL), "one")
    asked = threading.Event()

    def log(event: Event) -> int:
        asked.set()
        time.sleep(0.2)
        return office.desk.record(event)

    with standing(office, log) as porter:
        porter.bring([str(office.path("one"))])
        assert asked.wait(SOON)
        those = [porter.process, *children(porter.process)]
    for process in those:
        deadline = time.monotonic() + SOON
        while Path(f"/proc/{process}").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not Path(f"/proc/{process}").exists()


def test_without_its_process_an_order_is_refused(office: Office) -> None:
    with standing(office) as porter:
        os.kill(porter.process, signal.SIGKILL)
        os.waitid(os.P_PID, porter.process, os.WEXITED | os.WNOWAIT)
        with pytest.raises(Refused, match="was ended"):
            porter.bring([str(office.path("one"))])


def parcel_of(office: Office) -> str:
    """The parcel that the log heard of last."""
    return office.listed("parcels")[0].split(".")[0] if office.listed("parcels") else ""
