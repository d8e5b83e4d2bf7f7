"""Who does the jobs: child processes, one a core, of the machine that holds the archive and of others at the same database.

    work_off     takes one job after the other; looks every second whether there is one
    on_errands   takes one whenever it is called; sleeps meanwhile, and wakes the next worker before it begins

A worker takes a job, renews its lease while it works, and keeps the results in the transaction that ends the job. What a
worker leaves when it dies is a lease that runs out, and plain copies that the next one removes.

Invariants: a job's results are kept once, whoever dies; a clip that cannot be opened ends its own jobs and nothing else.
Leases are measured by the database's clock where it has one.
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
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Protocol

from jebi.errors import Damaged, JebiError, Refused, Unable
from jebi.office.reasons import NotHere, reason_of
from jebi.vault import jobs
from jebi.vault.catalogue import Catalogue, Change
from jebi.vault.jobs import Job, LeaseLost

LEASE_MS = 60_000
RENEWALS = 4  # a lease; so that one that is missed costs nothing
LONGEST_WHY = 500  # characters of a reason
IDLE = 1.0  # seconds between two looks when there is nothing to do
PAUSE = 5.0  # seconds before a worker that could not reach the database tries again
TICK = 0.2  # seconds until a worker that is asked to stop tells its job
PR_SET_PDEATHSIG = 1
OURS = {signal.SIGTERM, signal.SIGINT}  # what a worker is told, or hears beside us


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


class Errands(Protocol):
    """How workers hear of work (`work.errands`)."""

    def ring(self) -> None:
        """Wake one worker that waits."""
        ...

    def serve(self, look: Callable[[], None], stop: threading.Event) -> None:
        """Call `look` whenever there may be work, until `stop`. Raises `Unable`."""
        ...


def work_off(
    catalogue: Catalogue, work: Work, *, until_idle: bool, stop: threading.Event, lease_ms: int = LEASE_MS
) -> int:
    """Take one job after the other; returns how many were done. Ends when asked to, or when nothing is left to do.

    `until_idle`: end when every job has ended, also those that other workers have.
    """
    name, count = _name(), 0
    while not stop.is_set():
        job = jobs.take(catalogue, name, work.tasks, _now_ms(catalogue), lease_ms)
        if job is not None:
            count += _do(catalogue, work, job, stop, lease_ms)
            continue
        with catalogue.reading() as connection:
            due_ms = jobs.due_ms(connection, work.tasks)
        if due_ms is None and until_idle:
            break
        stop.wait(IDLE if due_ms is None else min(IDLE, max(0.05, (due_ms - _now_ms(catalogue)) / 1000)))
    return count


def on_errands(
    catalogue: Catalogue, work: Work, errands: Errands, *, stop: threading.Event, lease_ms: int = LEASE_MS
) -> None:
    """Take a job whenever there is word of one, until asked to stop. Raises `Unable` when the database went away.

    What a task needs may be missing on this machine and be in place on another: such a task is left to others.
    """
    name, lacking = _name(), set[str]()

    def look() -> None:
        tasks = [task for task in work.tasks if task not in lacking]
        if stop.is_set() or not (job := jobs.take(catalogue, name, tasks, _now_ms(catalogue), lease_ms)):
            return
        errands.ring()  # there may be more
        _do(catalogue, work, job, stop, lease_ms, lacking)
        errands.ring()  # it may have led to more

    errands.serve(look, stop)


def _name() -> str:
    return f"worker-{os.getpid()}-{secrets.token_hex(4)}"


def _do(
    catalogue: Catalogue,
    work: Work,
    job: Job,
    stop: threading.Event,
    lease_ms: int,
    lacking: set[str] | None = None,
) -> bool:
    """Do one job; what this machine has not got is skipped for good, unless `lacking` collects it."""
    report = Report()
    try:
        with _renewed(catalogue, job, report, stop, lease_ms):
            write = work.do(job, report)
            with catalogue.writing(_now_ms(catalogue)) as change:
                jobs.finish(change, job)
                write(change)
            return True
    except LeaseLost:
        return False
    except JebiError as error:
        if isinstance(error, NotHere) and lacking is not None:
            lacking.add(job.task)
            _give_back(catalogue, job)
        elif stop.is_set():
            _give_back(catalogue, job)
        else:
            _fail(catalogue, work, job, error)
        return False


def _fail(catalogue: Catalogue, work: Work, job: Job, error: JebiError) -> None:
    """A damaged clip stays damaged; a machine may have a better day."""
    with contextlib.suppress(LeaseLost), catalogue.writing(_now_ms(catalogue)) as change:
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
        jobs.renew(catalogue, job, _now_ms(catalogue), lease_ms, done=report.done, total=report.total, unit=report.unit)
    except LeaseLost:
        report.is_over.set()
    except JebiError:  # the database may be back before the lease runs out
        pass


class Hands:
    """Worker processes of this machine. Use as a context manager: leaving it stops them, and their jobs wait again.

    Args:
        open_work: opens a catalogue and makes the work, in the worker: nothing that is open crosses a fork.
        size: how many; one a core by default.
        until_idle: whether they end when every job has ended.
        errands: by which they hear of work; without them, they look for it.
    """

    def __init__(
        self,
        open_work: Callable[[], AbstractContextManager[tuple[Catalogue, Work]]],
        *,
        size: int | None = None,
        until_idle: bool = False,
        errands: Errands | None = None,
        lease_ms: int = LEASE_MS,
    ) -> None:
        self._open_work, self._until_idle, self._errands, self._lease_ms = open_work, until_idle, errands, lease_ms
        self._fork = multiprocessing.get_context("fork")
        self._hands: list[BaseProcess] = []
        try:
            for place in range(size or len(os.sched_getaffinity(0))):
                self._hire(place)
        except BaseException:  # nobody entered yet, and so nobody would leave
            self.__exit__()
            raise

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
                self._hire(i)
        return any(hand.is_alive() for hand in self._hands)

    def _hire(self, place: int) -> None:
        """Have a worker at a place. It has our own handlers until it sets some: a word to stop that came before would be lost for ever,
        and Ctrl-C would end it with a traceback. We hear neither before we know of it.
        """
        hand = self._fork.Process(target=self._work, args=(os.getpid(),), daemon=False)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, OURS)
        try:
            hand.start()
            self._hands[place : place + 1] = [hand]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _work(self, parent: int) -> None:
        stop = threading.Event()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
        stop_at_sigterm(stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, OURS)
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)
        while not stop.is_set():
            with contextlib.suppress(Unable):  # a database that went away may come back
                with self._open_work() as (catalogue, work):
                    self._do_work(catalogue, work, stop)
                break
            stop.wait(PAUSE)

    def _do_work(self, catalogue: Catalogue, work: Work, stop: threading.Event) -> None:
        if self._errands:
            on_errands(catalogue, work, self._errands, stop=stop, lease_ms=self._lease_ms)
        else:
            work_off(catalogue, work, until_idle=self._until_idle, stop=stop, lease_ms=self._lease_ms)


def stop_at_sigterm(stop: threading.Event) -> None:
    """Have SIGTERM set it; in a thread, for whom the signal interrupts may hold the event's own lock."""
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=stop.set).start())


def _now_ms(catalogue: Catalogue) -> int:
    with catalogue.reading() as connection:
        return jobs.now_ms(connection, time.time_ns() // 1_000_000)
