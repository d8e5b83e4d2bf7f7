"""What all parts of the house share: a change is kept and logged, or not at all, whoever else changes something at once."""

import threading

import pytest

from jebi.errors import NothingFound, Refused
from jebi.office.room import event
from jebi.vault import outbox, sorting
from jebi.vault.catalogue import NUMBERED
from office.conftest import NOW
from office.rooms import NOW_MS, Shown
from vault.rows import EVENT, add, clip

OF = clip().id


def tag(shown: Shown, name: str, *others: str) -> None:
    """Tag the one clip, and others, in one change."""
    with shown.house.changing() as change:
        for one in (OF, *others):
            sorting.put_tag(change, one, name, event("tag-added", one, name, "maria"))


def logged(shown: Shown, kind: str) -> list[str]:
    """What the log says of events of one kind, the oldest first."""
    return [one.detail.partition(NUMBERED)[0] for one in reversed(shown.house.entries().items) if one.kind == kind]


def test_a_change_is_in_the_log_when_it_returns(empty: Shown) -> None:
    add(empty.house.catalogue, clip())

    tag(empty, "시장")

    newest = empty.house.entries().items[0]
    assert (newest.kind, newest.subject, newest.actor) == ("tag-added", OF, "member/maria")
    assert (newest.time, logged(empty, "tag-added")) == (NOW_MS // 1000, ["시장"])
    assert empty.house.choices().tags[0].name == "시장"


def test_a_change_that_fails_half_way_leaves_no_row_and_no_event(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    empty.house.bring_to_log()
    before = empty.office.desk.ledger.count

    with pytest.raises(Refused):
        tag(empty, "시장", "a clip that is not there")

    assert empty.house.choices().tags == ()
    assert (empty.house.bring_to_log(), empty.office.desk.ledger.count) == (0, before)


def test_what_a_process_left_that_died_before_it_logged_is_logged_by_the_next_once(empty: Shown) -> None:
    with empty.house.catalogue.writing(NOW_MS) as change:
        change.say(EVENT)

    assert [empty.house.bring_to_log() for _ in range(2)] == [1, 0]
    assert empty.kinds()[0] == EVENT.kind


def test_many_change_the_archive_at_once_and_the_log_has_everything_once(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    barrier = threading.Barrier(4)

    def work(who: int) -> None:
        barrier.wait()
        for number in range(5):
            tag(empty, f"{who}.{number}")

    threads = [threading.Thread(target=work, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(logged(empty, "tag-added")) == sorted(f"{who}.{number}" for who in range(4) for number in range(5))
    with empty.house.catalogue.reading() as connection:
        assert outbox.pending(connection) == 0
    empty.office.desk.log.check()


def test_what_the_log_says_of_parcels_is_read_on_from_where_it_was(empty: Shown) -> None:
    assert empty.house.events_of_parcels() == []
    trip = empty.office.issue().trip
    first = empty.house.events_of_parcels()
    empty.office.desk.append("parcel-received", "0123456789abcdef", "", actor=f"trip/{trip}", time=NOW)

    told = empty.house.events_of_parcels()

    assert [(one.kind, one.subject) for _, one in told] == [
        ("trip-issued", trip),
        ("parcel-received", "0123456789abcdef"),
    ]
    assert told[:1] == first
    assert [empty.house.entries().items[-1 - index].subject for index, _ in told] == [one.subject for _, one in told]


@pytest.mark.parametrize("detail", ["parcel-received", '"kind":"parcel-received"', "trip-issued"])
def test_an_event_that_only_speaks_of_parcels_is_none_of_theirs(empty: Shown, detail: str) -> None:
    empty.office.desk.append("tried", "something", detail, actor="desk", time=NOW)

    assert empty.house.events_of_parcels() == []


def test_whoever_alters_the_answer_alters_no_other(empty: Shown) -> None:
    empty.office.issue()

    empty.house.events_of_parcels().clear()

    assert len(empty.house.events_of_parcels()) == 1


@pytest.mark.parametrize("name", ["", "0123456789abcdef", "../../keys", "x" * 10_000, "\0", "' OR 1=1 --"])
def test_a_clip_that_is_not_there_is_not_found(empty: Shown, name: str) -> None:
    add(empty.house.catalogue, clip())

    with pytest.raises(NothingFound):
        empty.house.found(name)
    assert empty.house.found(OF).id == OF
