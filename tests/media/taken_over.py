"""Perl in the part of a tool that was taken over, and what is asked of every run in the jail."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jebi.media.jail import Jail
from jebi.media.run import Budget, Confined

MIB = 1 << 20
AMPLE = Budget(processor=60, memory=2 << 30, stall=20, output=512 * MIB)


def told(run: Confined, most: int = MIB) -> bytes:
    """What a tool prints, after it ended well."""
    answer = run.stdout.read(most)
    run.finish()
    return answer


def perl(jail: Jail, script: str, within: Budget = AMPLE) -> bytes:
    with jail.start(["perl", "-e", script], budget=within) as run:
        return told(run)


def budget(**less: float) -> Budget:
    """An ample one with something taken away."""
    return Budget(**{"processor": 60.0, "memory": 2 << 30, "stall": 20.0, "output": 512 * MIB} | less)  # type: ignore[arg-type]


def is_running(run: Confined) -> bool:
    """Its tool, or what is left of it until it is reaped."""
    return Path(f"/proc/{run._process.tool}").exists()


def run_to_its_end(jail: Jail, command: list[str], **named: Any) -> None:
    """Read everything, and see that nothing is left however it ends."""
    runs: list[Confined] = []
    try:
        with jail.start(command, **{"budget": AMPLE} | named) as run:
            runs.append(run)
            while run.stdout.read(MIB):
                pass
            run.finish()
    finally:
        assert not any(map(is_running, runs))


def within_seconds(claim: Callable[[], bool], most: float = 10) -> bool:
    until = time.monotonic() + most
    while not claim() and time.monotonic() < until:
        time.sleep(0.01)
    return claim()
