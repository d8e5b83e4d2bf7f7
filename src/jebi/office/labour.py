"""Who does the jobs: child processes of this machine, one a core, or workers on other machines at the same database.

A worker takes a job, renews its lease while it works, and keeps the results in the transaction that ends the job. What a
worker leaves when it dies is a lease that runs out, and plain copies that the next one removes.

Invariants: a job's results are kept once, whoever dies; a clip that cannot be opened ends its own jobs and nothing else.
"""

import contextlib
import ctypes
import multiprocessing
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Protocol

from jebi.errors import Damaged, JebiError, Refused
from jebi.office.reasons import NotHere, reason_of
from jebi.vault import jobs
from jebi.vault.catalogue import Catalogue, Change
from jebi.vault.jobs import Job, LeaseLost

LEASE_MS = 60_000
RENEWALS = 4  # a lease; so that one that is missed costs nothing
LONGEST_WHY = 500  # characters of a reason
IDLE = 1.0  # seconds between two looks when there is nothing to do
TICK = 0.2  # seconds until a worker that is asked to stop tells its job
PR_SET_PDEATHSIG = 1


Write = Callable[[Change], None]  # what a job found, as rows, in the transaction that ends it


@dataclass(slots=True)
class Report:
    """How far a job is, for whoever waits, and whether it is still to go on. A job asks often."""

    done: int = 0
    total: int = 0
    unit: str = ""
    is_over: threading.Event = field(default_factory=threading.Event)

    def say(self, done: int, total: int, unit: str) -> None:
        """So much of so much is done."""
        self.done, self.total, self.unit = done, total, unit

    def can_stop(self) -> bool:
        """Whether the job is to end at once: its lease is lost, or the worker is asked to stop."""
        return self.is_over.is_set()


class Work(Protocol):
    """What jobs there are, and how each is done and given up."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the tasks that it does, the most wanted first."""
        ...

    def do(self, job: Job, report: Report) -> Write:
        """Do one job. Raises `Damaged` or `Refused` for a clip that cannot be opened, `Unable` for this machine."""
        ...

    def give_up(self, job: Job, change: Change, why: str) -> None:
        """Write down that a job failed for good."""
        ...


def work_off(
    catalogue: Catalogue, work: Work, *, until_idle: bool, stop: threading.Event, lease_ms: int = LEASE_MS
) -> int:
    """Take one job after the other; returns how many were done. Ends when asked to, or when nothing is left to do.

    `until_idle`: end when every job has ended, also those that other workers have.
    """
    name, count = f"worker-{os.getpid()}-{secrets.token_hex(4)}", 0
    while not stop.is_set():
        job = jobs.take(catalogue, name, work.tasks, _now_ms(), lease_ms)
        if job is not None:
            count += _do(catalogue, work, job, stop, lease_ms)
            continue
        with catalogue.reading() as connection:
            due_ms = jobs.due_ms(connection, work.tasks)
        if due_ms is None and until_idle:
            break
        stop.wait(IDLE if due_ms is None else min(IDLE, max(0.05, (due_ms - _now_ms()) / 1000)))
    return count


def _do(catalogue: Catalogue, work: Work, job: Job, stop: threading.Event, lease_ms: int) -> bool:
    report = Report()
    try:
        with _renewed(catalogue, job, report, stop, lease_ms):
            write = work.do(job, report)
            with catalogue.writing(_now_ms()) as change:
                jobs.finish(change, job)
                write(change)
            return True
    except LeaseLost:
        return False
    except JebiError as error:
        if stop.is_set():
            _give_back(catalogue, job)
            return False
        _fail(catalogue, work, job, error)
        return False


def _fail(catalogue: Catalogue, work: Work, job: Job, error: JebiError) -> None:
    """A damaged clip stays damaged; a machine may have a better day."""
    with contextlib.suppress(LeaseLost), catalogue.writing(_now_ms()) as change:
        if isinstance(error, NotHere):
            jobs.skip(change, job, error.what, reason=reason_of(error))
            work.give_up(job, change, error.what)
            return
        is_final = isinstance(error, Damaged | Refused)
        why, reason = error.what[:LONGEST_WHY], reason_of(error)
        if jobs.fail(change.connection, job, change.now_ms, why, reason=reason, is_final=is_final) == "failed":
            work.give_up(job, change, error.what)


def _give_back(catalogue: Catalogue, job: Job) -> None:
    with contextlib.suppress(LeaseLost), catalogue.claiming() as connection:
        jobs.give_back(connection, job)


@contextlib.contextmanager
def _renewed(catalogue: Catalogue, job: Job, report: Report, stop: threading.Event, lease_ms: int) -> Iterator[None]:
    """Renew the lease beside the job. A lease that is lost ends it, and so does whoever stops the worker."""
    ended = threading.Event()

    def beside() -> None:
        due = time.monotonic() + lease_ms / RENEWALS / 1000
        while not ended.wait(TICK) and not report.is_over.is_set():
            if stop.is_set():
                report.is_over.set()
            elif time.monotonic() >= due:
                due += lease_ms / RENEWALS / 1000
                _renew(catalogue, job, report, lease_ms)

    thread = threading.Thread(target=beside, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _renew(catalogue: Catalogue, job: Job, report: Report, lease_ms: int) -> None:
    try:
        jobs.renew(catalogue, job, _now_ms(), lease_ms, done=report.done, total=report.total, unit=report.unit)
    except LeaseLost:
        report.is_over.set()
    except JebiError:  # the database may be back before the lease runs out
        pass


class Hands:
    """Worker processes of this machine. Use as a context manager: leaving it stops them, and their jobs wait again.

    Args:
        open_work: opens a catalogue and makes the work, in the worker: nothing that is open crosses a fork.
        size: how many; one a core by default.
    """

    def __init__(
        self,
        open_work: Callable[[], tuple[Catalogue, Work]],
        *,
        size: int | None = None,
        until_idle: bool = False,
        lease_ms: int = LEASE_MS,
    ) -> None:
        self._open_work, self._until_idle, self._lease_ms = open_work, until_idle, lease_ms
        self._fork = multiprocessing.get_context("fork")
        self._hands = [self._hire() for _ in range(size or len(os.sched_getaffinity(0)))]

    def __enter__(self) -> "Hands":  # noqa: PYI034  (never subclassed)
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.terminate()
        for hand in self._hands:
            hand.join()

    def are_at_work(self) -> bool:
        """Whether any is; one that died is replaced, for its job may have killed it, and others wait."""
        for i, hand in enumerate(self._hands):
            if hand.exitcode not in {None, 0}:
                hand.join()
                self._hands[i] = self._hire()
        return any(hand.is_alive() for hand in self._hands)

    def _hire(self) -> BaseProcess:
        hand = self._fork.Process(target=self._work, args=(os.getpid(),), daemon=False)
        hand.start()
        return hand

    def _work(self, parent: int) -> None:
        stop = threading.Event()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
        catalogue, work = self._open_work()
        with catalogue:
            work_off(catalogue, work, until_idle=self._until_idle, stop=stop, lease_ms=self._lease_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
