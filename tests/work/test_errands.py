"""Workers wake at once when it rings and by themselves when it does not; what they are told by is never needed to be kept."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

sys.path.append(str(Path(__file__).resolve().parent.parent))

from database import postgresql, postgresql_url  # noqa: F401 - fixtures
from jebi.errors import Unable
from jebi.work.errands import ALIVE, SCHEMA, TICK, Errands

PATIENCE = 60.0
SERVE = """
import json, sys, threading, time
from jebi.work.errands import Errands

def look():
    print("looks", flush=True)
    time.sleep(1000)

Errands(json.loads(sys.argv[1])).serve(look, threading.Event())
"""


def parameters(url: str) -> dict[str, Any]:
    made = make_url(url)
    return {"dbname": made.database, "user": made.username, **made.query}


@pytest.fixture
def database(postgresql: str) -> dict[str, Any]:  # noqa: F811
    return parameters(postgresql)


@pytest.fixture
def errands(database: dict[str, Any]) -> Errands:
    made = Errands(database)
    made.prepare()
    return made


class Worker:
    """Counts how often it looks."""

    def __init__(self, errands: Errands, act: Callable[[], None] = lambda: None) -> None:
        self.looked, self.stop, self.failure = 0, threading.Event(), ""
        self._errands, self._act = errands, act
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        try:
            self._errands.serve(self._look, self.stop)
        except Unable as error:
            self.failure = error.what

    def _look(self) -> None:
        self.looked += 1
        self._act()


@contextmanager
def working(errands: Errands, act: Callable[[], None] = lambda: None) -> Iterator[Worker]:
    worker = Worker(errands, act)
    try:
        until(lambda: worker.looked > 0)  # the first tick
        yield worker
    finally:
        worker.stop.set()
        worker.thread.join(PATIENCE)
        assert not worker.thread.is_alive()


def until(claim: Callable[[], bool]) -> float:
    began = time.monotonic()
    while not claim():
        assert time.monotonic() < began + PATIENCE
        time.sleep(0.01)
    return time.monotonic() - began


def rows(database: dict[str, Any], table: str) -> int:
    with psycopg.connect(**database) as connection:
        (count,) = connection.execute(f"SELECT count(*) FROM {SCHEMA}.{table}".encode()).fetchone() or (0,)
        return int(count)


def test_preparing_again_or_at_once_changes_nothing(database: dict[str, Any]) -> None:
    makers = [threading.Thread(target=Errands(database).prepare) for _ in range(4)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    Errands(database).prepare()

    assert rows(database, "procrastinate_jobs") == 0
    with psycopg.connect(**database) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert found == (0,)


def test_a_worker_that_waits_hears_a_ring_and_is_counted_while_it_lives(errands: Errands) -> None:
    assert errands.workers() == 0
    with working(errands) as worker:
        looked = worker.looked
        errands.ring()
        until(lambda: worker.looked > looked)
        assert errands.workers() == 1
    assert errands.workers() == 0


def test_a_hundred_rings_that_nobody_hears_are_one(errands: Errands, database: dict[str, Any]) -> None:
    for _ in range(100):
        errands.ring()

    assert rows(database, "procrastinate_jobs") == 1


def test_while_one_is_busy_another_hears_the_ring(errands: Errands) -> None:
    busy, go_on = threading.Event(), threading.Event()

    def act() -> None:
        busy.set()
        assert go_on.wait(PATIENCE)

    with working(errands, act):
        assert busy.wait(PATIENCE)
        errands.ring()
        with working(errands):
            go_on.set()


def test_without_any_ring_a_worker_looks_by_itself_and_leaves_nothing_behind(
    errands: Errands, database: dict[str, Any]
) -> None:
    with working(errands) as worker:
        until(lambda: worker.looked >= 2)

    assert TICK < ALIVE
    assert rows(database, "procrastinate_jobs") <= 1  # a tick that nobody heard any more


def test_the_errand_of_a_worker_that_was_killed_is_forgotten_by_the_next(
    errands: Errands, database: dict[str, Any]
) -> None:
    command = [sys.executable, "-c", SERVE, json.dumps(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == "looks\n"
        worker.kill()
    with psycopg.connect(**database) as connection:  # as if it had been a while
        connection.execute(
            f"UPDATE {SCHEMA}.procrastinate_workers SET last_heartbeat = now() - interval '1 h'".encode()
        )
    assert errands.workers() == 0

    with working(errands):
        pass

    with psycopg.connect(**database) as connection:
        query = f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs WHERE status <> 'todo'"
        assert connection.execute(query.encode()).fetchone() == (0,)


def test_a_ring_where_nothing_is_prepared_or_nobody_answers_does_no_harm(database: dict[str, Any]) -> None:
    Errands(database).ring()
    Errands({**database, "host": "/nowhere"}).ring()


def test_a_worker_whose_errands_are_taken_away_says_so(errands: Errands, database: dict[str, Any]) -> None:
    with working(errands) as worker:
        with psycopg.connect(**database) as connection:
            connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE".encode())
        worker.thread.join(PATIENCE)

        assert "went away" in worker.failure


def test_what_goes_wrong_in_looking_ends_the_worker_and_is_not_swallowed(errands: Errands) -> None:
    def look() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        errands.serve(look, threading.Event())
    assert errands.workers() == 0


def test_a_database_that_does_not_answer_is_named_without_its_address(database: dict[str, Any]) -> None:
    gone = Errands({**database, "host": "/nowhere"})

    for ask in (gone.prepare, gone.workers, lambda: gone.serve(lambda: None, threading.Event())):
        with pytest.raises(Unable) as raised:
            ask()
        assert "/nowhere" not in f"{raised.value} {raised.value.hint}"
