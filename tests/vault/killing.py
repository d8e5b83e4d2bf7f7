"""Processes that are killed: what a power cut, the system's memory killer or a hand on the wrong terminal do."""

import os
import random
import signal
import time
from collections.abc import Callable
from typing import NoReturn


def begin(work: Callable[[], object]) -> int:
    """Do something in a process of its own; returns its number."""
    child = os.fork()
    if not child:
        try:
            work()
            os._exit(0)
        finally:
            os._exit(1)  # whatever it was, the test must not go on twice
    return child


def kill(child: int) -> None:
    """Kill a process, if it has not ended well by itself."""
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] in {0, signal.SIGKILL}


def ended(child: int) -> None:
    """Wait until a process ended well by itself."""
    assert os.waitpid(child, 0)[1] == 0


def die() -> NoReturn:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def dies(work: Callable[[], object]) -> None:
    """Do something that ends in `die`, in a process of its own."""
    assert os.waitpid(begin(work), 0)[1] == signal.SIGKILL


def kill_at_random(work: Callable[[], object], times: int, longest: float, seed: int) -> None:
    """Begin something again and again, and kill it each time at some moment."""
    dice = random.Random(seed)
    for _ in range(times):
        child = begin(work)
        time.sleep(dice.uniform(0, longest))
        kill(child)
