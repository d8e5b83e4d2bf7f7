"""Worker processes on this machine's cores: tasks in, results out in order, and never more in flight than fit.

A task that is alone is done by this process itself: nothing is won by forking for it, and small parcels are the usual ones.

Invariants: results come in the order of the tasks; at most `DEPTH` tasks a worker are under way, so memory is bounded;
workers die with their parent, however it dies. A worker that is killed is `Unable`, not a hang.
"""

import collections
import contextlib
import ctypes
import gc
import itertools
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, Self, TypeVar

from jebi.errors import Unable

Task = TypeVar("Task")
Result = TypeVar("Result")

DEPTH = 2  # one task in a worker's hands, one waiting for it
WAITING = 1  # one worker more than there are cores: while one waits for a disk, another computes
PR_SET_PDEATHSIG = 1
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # mallopt(3)
KEPT = 1 << 30

_work: list[Callable[[Any], Any]] = []


class Crew(Generic[Task, Result]):
    """Runs one function in several processes. Forked, so the function may close over open files and shared memory."""

    def __init__(self, work: Callable[[Task], Result], *, size: int | None = None) -> None:
        self.size = size or len(os.sched_getaffinity(0)) + WAITING
        self._work = work
        fork = multiprocessing.get_context("fork")
        self._pool = ProcessPoolExecutor(self.size, fork, _begin, (work, os.getpid()))

    @property
    def depth(self) -> int:
        """How many tasks are under way at most."""
        return DEPTH * self.size

    def run(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """The results, in order; a task is drawn from `tasks` only when there is room for it."""
        left = iter(tasks)
        first = list(itertools.islice(left, 2))
        if len(first) == 1:
            yield self._work(first[0])
        else:
            yield from self._share(itertools.chain(first, left))

    def _share(self, tasks: Iterable[Task]) -> Iterator[Result]:
        """The results of tasks that workers do side by side."""
        under_way: collections.deque[Future[Result]] = collections.deque()
        try:
            for task in tasks:
                with _deaf():
                    future = self._pool.submit(_do, task)
                under_way.append(future)
                if len(under_way) >= self.depth:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        except BrokenProcessPool as error:
            raise Unable("a worker of this machine was killed", hint="free some memory, then run it again") from error
        finally:
            for future in under_way:
                future.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def _deaf() -> Iterator[None]:
    """Hear Ctrl-C only afterwards: the first task forks the workers, and one that was interrupted while it was born dies."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(work: Callable[[Any], Any], parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # A block's buffers are megabytes, and made anew for every block. Kept instead of given back to the system each
        # time, they need not be cleared page by page again: a third of the time of encoding.
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, KEPT)
        ctypes.CDLL(None).mallopt(M_TRIM_THRESHOLD, KEPT)
    gc.freeze()  # what came from the parent stays one copy in memory: no collection goes through it, and so touches it
    if os.getppid() != parent:
        os._exit(1)
    _work[:] = [work]


def _do(task: Any) -> Any:
    return _work[0](task)
