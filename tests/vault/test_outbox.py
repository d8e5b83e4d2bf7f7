"""The custody log follows the catalogue: every event once, in order, whoever is killed when."""

import itertools
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from jebi.archive import record
from jebi.archive.custody import CustodyLog
from jebi.archive.record import parse_record
from jebi.errors import Busy, Damaged, NoRoom
from jebi.parcel.note import Ed25519Signer
from jebi.vault import outbox, schema
from jebi.vault.catalogue import NUMBERED, Catalogue
from jebi.vault.ledger import Ledger
from jebi.vault.outbox import BATCH, Entry
from vault.killing import begin, die, dies, kill, kill_at_random
from vault.rows import EVENT, NOW

SIGNER = Ed25519Signer(name="example.org/log", secret=bytes(range(32)))
FOREIGN = record.Event(kind="parcel-received", subject="ab", detail="", actor="trip/x", time=0)


class Log:
    """A real custody log, as the desk has it."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.log = ledger, CustodyLog(ledger, SIGNER)

    def append(self, entries: Sequence[Entry]) -> int:
        def event(one: Entry) -> record.Event:
            return record.Event(kind=one.kind, subject=one.subject, detail=one.detail, actor=one.actor, time=one.time)

        return self.log.append_all([(event(one), secrets.token_bytes(16)) for one in entries])

    def seen(self, start: int) -> Iterator[tuple[int, record.Event]]:
        for index, line in enumerate(self.ledger.records(start), start):
            yield index, parse_record(line).event

    def numbers(self) -> list[int]:
        """The numbers of the catalogue's events, as they stand in the log."""
        return [int(event.detail.split(NUMBERED)[1]) for _, event in self.seen(0) if NUMBERED in event.detail]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an empty log is."""
    Ledger.create(tmp_path / "log").close()
    return tmp_path / "log"


@contextmanager
def opened(folder: Path) -> Iterator[Log]:
    with Ledger(folder) as ledger:
        yield Log(ledger)


def say(catalogue: Catalogue, many: int) -> None:
    for number in range(many):
        with catalogue.writing(NOW) as change:
            change.say(replace(EVENT, subject=f"clip {number}"))


def pending(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        return outbox.pending(connection)


def drain(catalogue: Catalogue, folder: Path) -> int:
    with opened(folder) as log:
        return outbox.drain(catalogue, log.append, log.seen)


def test_everything_enters_the_log_in_order_and_is_marked_with_its_place(catalogue: Catalogue, folder: Path) -> None:
    say(catalogue, 5)

    with opened(folder) as log:
        log.log.append(FOREIGN, bytes(16))
        assert outbox.drain(catalogue, log.append, log.seen) == 5
        assert outbox.drain(catalogue, log.append, log.seen) == 0

        assert log.numbers() == [1, 2, 3, 4, 5]
        log.log.check()
        with catalogue.reading() as connection:
            (told,) = outbox.about(connection, "clip 3")
        assert told.leaf_index == 4
        (_, logged), *_ = log.seen(4)
        assert (logged.kind, logged.subject, logged.actor) == (EVENT.kind, "clip 3", EVENT.actor)
        assert logged.time == NOW // 1000


def test_more_than_a_batch_enters_in_order(catalogue: Catalogue) -> None:
    row = {**asdict(EVENT), "made_ms": NOW}
    with catalogue.writing(NOW) as change:
        change.connection.execute(insert(schema.outbox), [row] * (BATCH + 5))
    appended: list[Entry] = []

    def append(entries: Sequence[Entry]) -> int:
        appended.extend(entries)
        return len(appended) - len(entries)

    assert outbox.drain(catalogue, append, lambda start: ()) == BATCH + 5

    assert [int(entry.detail.removeprefix(NUMBERED)) for entry in appended] == list(range(1, BATCH + 6))
    assert pending(catalogue) == 0


def test_an_append_that_fails_is_made_good_the_next_time(catalogue: Catalogue, folder: Path) -> None:
    say(catalogue, 3)

    def fail(entries: Sequence[Entry]) -> int:
        raise NoRoom("the disk with the log is full")

    with pytest.raises(NoRoom):
        outbox.drain(catalogue, fail, lambda start: ())
    assert pending(catalogue) == 3

    assert drain(catalogue, folder) == 3


@pytest.mark.parametrize(("kept", "again"), [(0, 5), (3, 2), (5, 0)], ids=["before", "half-way", "before the mark"])
def test_killed_at_an_append_nothing_is_logged_twice(database: str, folder: Path, kept: int, again: int) -> None:
    def work() -> None:
        with Catalogue.open(database) as catalogue, opened(folder) as log:

            def append(entries: Sequence[Entry]) -> int:
                log.append(entries[:kept])
                die()

            outbox.drain(catalogue, append, log.seen)

    with Catalogue.open(database) as catalogue:
        say(catalogue, 2)
        drain(catalogue, folder)
        say(catalogue, 5)
    dies(work)

    with Catalogue.open(database) as catalogue:
        assert drain(catalogue, folder) == again
        assert pending(catalogue) == 0
    with opened(folder) as log:
        assert log.numbers() == list(range(1, 8))
        log.log.check()


def test_a_catalogue_that_is_older_than_its_log_is_refused(tmp_path: Path, folder: Path) -> None:
    now, before = tmp_path / "catalogue.db", tmp_path / "before.db"
    with Catalogue.open(f"sqlite:///{now}") as catalogue:
        say(catalogue, 3)
        drain(catalogue, folder)
    shutil.copy(now, before)
    with Catalogue.open(f"sqlite:///{now}") as catalogue, opened(folder) as log:
        outbox.check_age(catalogue, log.seen)
    with Catalogue.open(f"sqlite:///{now}") as catalogue:
        say(catalogue, 1)
        drain(catalogue, folder)

    with Catalogue.open(f"sqlite:///{now}") as catalogue, opened(folder) as log:
        outbox.check_age(catalogue, log.seen)
    with Catalogue.open(f"sqlite:///{before}") as old, opened(folder) as log, pytest.raises(Damaged, match="older"):
        outbox.check_age(old, log.seen)
    with Catalogue.open(f"sqlite:///{tmp_path / 'anew.db'}") as anew, opened(folder) as log:
        outbox.check_age(anew, log.seen)


def test_killed_again_and_again_every_event_is_logged_once_in_order(database: str, folder: Path) -> None:
    """One process changes the catalogue, another logs what it did; both are killed at any moment."""

    def write() -> None:
        with Catalogue.open(database) as catalogue:
            for number in itertools.count():
                with catalogue.writing(NOW + number) as change:
                    change.say(EVENT)

    def follow() -> None:
        with Catalogue.open(database) as catalogue:
            while True:
                patiently(lambda: drain(catalogue, folder))

    Catalogue.open(database).close()
    writer = begin(write)
    kill_at_random(follow, times=5, longest=0.6, seed=7)
    kill(writer)

    with Catalogue.open(database) as catalogue:
        drain(catalogue, folder)
        with catalogue.reading() as connection:
            told = outbox.about(connection, EVENT.subject)
    with opened(folder) as log:
        assert log.numbers() == [one.id for one in told]
        assert [one.leaf_index for one in told] == list(range(len(told)))
        log.log.check()


def test_a_log_that_lost_what_the_catalogue_remembers_is_not_continued(catalogue: Catalogue, folder: Path) -> None:
    say(catalogue, 3)
    drain(catalogue, folder)
    say(catalogue, 1)
    Ledger.create(folder.with_name("older")).close()

    with opened(folder.with_name("older")) as older:
        older.append([Entry(kind="k", subject="s", detail="", actor="a", time=0)] * 4)
        with pytest.raises(Damaged, match="remembers"):
            outbox.drain(catalogue, older.append, older.seen)
        with pytest.raises(Damaged, match="remembers"):
            outbox.drain(catalogue, older.append, lambda start: ())

        assert older.ledger.count == 4
    assert drain(catalogue, folder) == 1


def patiently(work: Callable[[], object]) -> None:
    """The log's lock outlives its process for a moment."""
    try:
        work()
    except Busy:
        time.sleep(0.01)


def test_what_somebody_else_says_in_the_same_words_is_not_taken_for_ours(catalogue: Catalogue, folder: Path) -> None:
    say(catalogue, 1)
    ours = record.Event(kind=EVENT.kind, subject="clip 0", detail=f"{NUMBERED}1", actor=EVENT.actor, time=NOW // 1000)
    with opened(folder) as log:
        log.log.append(replace(ours, time=0), bytes(16))
        log.log.append(replace(ours, actor="somebody"), bytes(16))
        log.log.append(replace(ours, detail=f"{NUMBERED}2"), bytes(16))

        assert outbox.drain(catalogue, log.append, log.seen) == 1
        with catalogue.reading() as connection:
            (told,) = outbox.about(connection, "clip 0")
        assert told.leaf_index == 3
        assert next(iter(log.seen(3)))[1] == ours
