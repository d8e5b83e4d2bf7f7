"""Jobs are done once, whoever dies over them, and a clip that cannot be opened ends nothing but its own."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from jebi.errors import Damaged, Unable
from jebi.office.labour import Hands, Report, Write, on_errands, stop_at_sigterm, work_off
from jebi.office.reasons import NotHere
from jebi.vault import jobs
from jebi.vault.catalogue import Catalogue, Change, Event
from jebi.vault.jobs import Job
from jebi.vault.schema import JobState, outbox

Do = Callable[[Job, Report], None]
LEASE_MS = 400


@dataclass
class Errands:
    """Work that does what a test says, and says into the outbox what was done."""

    act: Do
    tasks: tuple[str, ...] = ("errand",)
    given_up: list[str] = field(default_factory=list)

    def do(self, job: Job, report: Report) -> Write:
        self.act(job, report)
        return lambda change: _say(change, job)

    def give_up(self, job: Job, change: Change, why: str) -> None:
        self.given_up.append(why)


def _say(change: Change, job: Job) -> None:
    change.say(Event(kind="errand-done", subject=job.subject, detail="", actor="test"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/catalogue.db"


@pytest.fixture
def catalogue(url: str) -> Iterator[Catalogue]:
    with Catalogue.open(url) as opened:
        yield opened


def want(catalogue: Catalogue, *subjects: str, most_failures: int = 3) -> None:
    with catalogue.writing(1) as change:
        jobs.want(change, "errand", subjects, most_failures=most_failures)


def states(catalogue: Catalogue) -> dict[str, JobState]:
    with catalogue.reading() as connection:
        rows = [
            job
            for state in ("waiting", "running", "done", "failed", "skipped")
            for job in jobs.listed(connection, state)
        ]
    return {job.subject: job.state for job in rows}


def done(catalogue: Catalogue) -> list[str]:
    """Whose results were kept, as often as they were."""
    with catalogue.reading() as connection:
        return sorted(connection.execute(select(outbox.c.subject)).scalars())


@contextlib.contextmanager
def opening(url: str, act: Do) -> Iterator[tuple[Catalogue, Errands]]:
    with Catalogue.open(url) as opened:
        yield opened, Errands(act)


def run(catalogue: Catalogue, act: Do) -> Errands:
    errands = Errands(act)
    work_off(catalogue, errands, until_idle=True, stop=threading.Event(), lease_ms=LEASE_MS)
    return errands


def test_every_job_is_done_and_its_results_are_kept_with_its_end(catalogue: Catalogue) -> None:
    want(catalogue, "a", "b")

    run(catalogue, lambda job, report: report.say(1, 2, "steps"))

    assert states(catalogue) == {"a": "done", "b": "done"}
    assert done(catalogue) == ["a", "b"]


def test_a_damaged_clip_fails_at_once_and_the_next_job_is_done(catalogue: Catalogue) -> None:
    want(catalogue, "a", "b")

    def act(job: Job, report: Report) -> None:
        if job.subject == "a":
            raise Damaged("it is broken")

    errands = run(catalogue, act)

    assert states(catalogue) == {"a": "failed", "b": "done"}
    assert errands.given_up == ["it is broken"]
    assert done(catalogue) == ["b"]


def test_a_machine_that_could_not_is_tried_again_later(catalogue: Catalogue) -> None:
    want(catalogue, "a", most_failures=1)
    want(catalogue, "b")
    tried: list[str] = []
    stop = threading.Event()

    def act(job: Job, report: Report) -> None:
        tried.append(job.subject)
        if len(tried) == 2:
            stop.set()
        raise Unable("the disk is full")

    work_off(catalogue, Errands(act), until_idle=True, stop=stop)

    assert sorted(tried) == ["a", "b"]
    assert states(catalogue) == {"a": "failed", "b": "waiting"}


def test_what_is_not_on_this_machine_is_skipped_and_says_why(catalogue: Catalogue) -> None:
    want(catalogue, "a")

    def act(job: Job, report: Report) -> None:
        raise NotHere("no model is in place")

    run(catalogue, act)

    with catalogue.reading() as connection:
        (job,) = jobs.of(connection, "a")
    assert (job.state, job.why) == ("skipped", "no model is in place")


def test_a_job_that_takes_longer_than_its_lease_keeps_it(catalogue: Catalogue) -> None:
    want(catalogue, "a")

    def act(job: Job, report: Report) -> None:
        time.sleep(3 * LEASE_MS / 1000)
        with catalogue.reading() as connection:
            (now,) = jobs.of(connection, "a")
        assert now.lease_until_ms > job.lease_until_ms
        assert not report.can_stop()

    run(catalogue, act)

    assert states(catalogue) == {"a": "done"}


def test_a_worker_that_lost_its_lease_is_told_and_keeps_nothing(catalogue: Catalogue) -> None:
    want(catalogue, "a")

    def act(job: Job, report: Report) -> None:
        if job.attempts == 1:  # as if this worker had slept for a day
            taken = jobs.take(catalogue, "another", ["errand"], job.lease_until_ms + 1, 1)
            assert taken is not None
            while not report.can_stop():
                time.sleep(0.02)

    run(catalogue, act)

    assert done(catalogue) == ["a"]


def test_a_worker_that_is_asked_to_stop_gives_its_job_back(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    stop = threading.Event()

    def act(job: Job, report: Report) -> None:
        stop.set()
        while not report.can_stop():
            time.sleep(0.02)
        raise Unable("it was asked to stop")

    work_off(catalogue, Errands(act), until_idle=True, stop=stop, lease_ms=LEASE_MS)

    assert states(catalogue) == {"a": "waiting"}


def _once_deadly(job: Job, report: Report) -> None:
    if job.subject == "b" and job.attempts == 1:
        os.kill(os.getpid(), signal.SIGKILL)


def _always_deadly(job: Job, report: Report) -> None:
    if job.subject == "b":
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("act", "end"), [(_once_deadly, "done"), (_always_deadly, "failed")])
def test_workers_that_die_are_replaced_and_nothing_is_lost_or_done_twice(
    catalogue: Catalogue, url: str, act: Do, end: JobState
) -> None:
    want(catalogue, "a", "b", "c", "d")
    catalogue.close()

    with Hands(lambda: opening(url, act), size=2, until_idle=True, lease_ms=LEASE_MS) as hands:
        while hands.are_at_work():
            time.sleep(0.05)

    assert states(catalogue) == {"a": "done", "b": end, "c": "done", "d": "done"}
    assert done(catalogue) == ["a", "b", "c", "d"] if end == "done" else ["a", "c", "d"]


def test_leaving_the_hands_ends_them_at_once_and_their_jobs_wait_again(catalogue: Catalogue, url: str) -> None:
    want(catalogue, "a")
    catalogue.close()

    def act(job: Job, report: Report) -> None:
        while not report.can_stop():
            time.sleep(0.02)
        raise Unable("it was asked to stop")

    with Hands(lambda: opening(url, act), size=1) as hands:
        while states(catalogue) != {"a": "running"}:
            assert hands.are_at_work()
            time.sleep(0.05)

    assert states(catalogue) == {"a": "waiting"}


@dataclass
class Bell:
    """Errands in memory: whoever rings is heard; a bell that nobody rings ends the serving."""

    rings: int = 1
    heard: int = 0

    def ring(self) -> None:
        self.rings += 1

    def serve(self, look: Callable[[], None], stop: threading.Event) -> None:
        while self.rings and not stop.is_set():
            self.rings -= 1
            self.heard += 1
            look()


def test_one_ring_leads_to_every_job_and_then_it_is_quiet(catalogue: Catalogue) -> None:
    want(catalogue, "a", "b", "c")
    bell = Bell()

    on_errands(catalogue, Errands(lambda job, report: None), bell, stop=threading.Event(), lease_ms=LEASE_MS)

    assert states(catalogue) == {"a": "done", "b": "done", "c": "done"}
    assert bell.heard == 7  # two after each job: one for who may come, one for what the job led to


def test_the_next_worker_is_woken_before_a_job_begins(catalogue: Catalogue) -> None:
    want(catalogue, "a")
    bell, rings = Bell(), []

    on_errands(catalogue, Errands(lambda job, report: rings.append(bell.rings)), bell, stop=threading.Event())

    assert rings == [1]


def test_a_guest_leaves_what_its_machine_has_not_got_to_others(catalogue: Catalogue) -> None:
    want(catalogue, "a", "b")
    tried: list[str] = []

    def act(job: Job, report: Report) -> None:
        tried.append(job.subject)
        raise NotHere("no model is in place")

    on_errands(catalogue, Errands(act), Bell(), stop=threading.Event())

    assert tried == ["a"]
    assert states(catalogue) == {"a": "waiting", "b": "waiting"}
    run(catalogue, lambda job, report: None)
    assert states(catalogue) == {"a": "done", "b": "done"}


def test_a_worker_whose_database_is_away_for_a_moment_goes_on(catalogue: Catalogue, url: str, tmp_path: Path) -> None:
    want(catalogue, "a")
    catalogue.close()

    @contextlib.contextmanager
    def open_work() -> Iterator[tuple[Catalogue, Errands]]:
        if not (tmp_path / "tried").exists():
            (tmp_path / "tried").touch()
            raise Unable("the database is away")
        with opening(url, lambda job, report: None) as opened:
            yield opened

    with Hands(open_work, size=1, until_idle=True) as hands:
        while hands.are_at_work():
            time.sleep(0.05)

    assert states(catalogue) == {"a": "done"}


def test_the_word_to_stop_is_heard_whatever_it_interrupts() -> None:
    before, stop = signal.getsignal(signal.SIGTERM), threading.Event()
    stop_at_sigterm(stop)
    try:
        with vars(stop)["_cond"]:  # as within `wait` and `is_set`, for a few steps
            os.kill(os.getpid(), signal.SIGTERM)
        assert stop.wait(5)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_workers_that_are_told_to_stop_before_they_began_stop(url: str, catalogue: Catalogue) -> None:
    before = signal.signal(signal.SIGTERM, lambda *_: None)  # whoever hires has a handler of their own
    try:
        for _ in range(40):
            with Hands(lambda: opening(url, lambda *_: None), size=2):
                pass
    finally:
        signal.signal(signal.SIGTERM, before)
