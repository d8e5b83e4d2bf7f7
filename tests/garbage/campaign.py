"""A million inputs a parser: the campaign's machinery. What it is run on stands in the tables (`of_….py`).

Each input has a number, and from name and number alone it is made again:

    PYTHONPATH=tests .venv/bin/python -m garbage NAME --replay NUMBER

Inputs are shared out over child processes. A child may grow by so many bytes and no more (`RLIMIT_AS`), spend so much
time of its processor on one input, and end an input by a value or by one of the errors that the table names. The parent
looks at the number each child is at: one that does not move is a hang, wherever it hangs, and is killed and named.
"""

import faulthandler
import mmap
import multiprocessing
import os
import resource
import signal
import struct
import time
import traceback
import warnings
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

from cryptography.utils import CryptographyDeprecationWarning

from jebi.errors import Damaged

MIB = 1 << 20
LONGEST = 2.0  # seconds of processor time for one input
HANG = 60.0  # seconds of the clock: a machine may be busy, or asleep
MEMORY = 128 * MIB  # by which reading one input may make a process grow
FIRST_CHECK_SAMPLES = 16
_AT = struct.Struct("=QQ")  # one past the number of the input that was begun last, and how many were begun


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """What one parser is given, and how.

    Args:
        draw: makes one input; all it knows is the dice.
        parse: reads it. Whatever it returns counts as read; whoever reads something that cannot be asserts so.
        raises: what it may raise; beyond `Damaged`, `why` says which contract allows it, or which fault is known.
        strange: inputs that fail at the first check; where they fail is not counted as deep.
        memory: bytes by which reading one input may make the process grow; beyond 128 MiB, `why` says for what.
        seconds: of the processor, for one input; beyond two, `why` says for what.
    """

    draw: Callable[[Random], Any]
    parse: Callable[[Any], object]
    raises: tuple[type[Exception], ...] = (Damaged,)
    why: str = ""
    strange: Sequence[Any] = ()
    memory: int = MEMORY
    seconds: float = LONGEST

    def __post_init__(self) -> None:
        assert self.why or (self.raises == (Damaged,) and self.memory == MEMORY and self.seconds == LONGEST)


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came of some inputs."""

    inputs: int = 0
    valid: int = 0
    deep: int = 0
    places: Counter[str] = field(default_factory=Counter)
    worst: float = 0.0
    worst_number: int = 0
    peak: int = 0
    failure: str = ""

    def add(self, other: "Tally") -> None:
        self.inputs += other.inputs
        self.valid += other.valid
        self.deep += other.deep
        self.places += other.places
        if other.worst > self.worst:
            self.worst, self.worst_number = other.worst, other.worst_number
        self.peak = max(self.peak, other.peak)
        self.failure = self.failure or other.failure


def dice_of(name: str, number: int) -> Random:
    """The dice of one input."""
    return Random(number << 32 | zlib.crc32(name.encode()))


def run(name: str, parser: Parser, numbers: range, jobs: int, *, hang: float = HANG) -> Tally:
    """Give a parser the inputs of some numbers, spread over child processes. Stops soon after a failure.

    `hang`: seconds of the clock after which an input that is not through is killed.
    """
    context = multiprocessing.get_context("fork")
    first = _first_checks(parser)
    children = []
    for job in range(jobs):
        board = mmap.mmap(-1, _AT.size)
        here, there = context.Pipe(duplex=False)
        own = numbers[job::jobs]
        process = context.Process(target=_child, args=(name, parser, own, first, board, there), daemon=True)
        process.start()
        there.close()
        children.append(_Child(process, board, here))
    whole = Tally()
    while children:
        time.sleep(0.02)
        for child in list(children):
            if (done := child.look(name, hang)) is not None:
                whole.add(done)
                children.remove(child)
        if whole.failure:
            for child in children:
                child.end()
            break
    return whole


def replay_line(name: str, number: int) -> str:
    return f"PYTHONPATH=tests .venv/bin/python -m garbage {name} --replay {number}"


class _Child:
    """A child process, seen from outside."""

    def __init__(self, process: BaseProcess, board: mmap.mmap, pipe: Connection) -> None:
        self._process, self._board, self._pipe = process, board, pipe
        self._seen, self._since = -1, time.monotonic()

    def look(self, name: str, hang: float) -> Tally | None:
        """Its tally when it has ended, however it ended; None while it works."""
        if self._pipe.poll():
            try:
                done: Tally = self._pipe.recv()
            except EOFError:
                self._process.join()
                return self._fallen(name, f"ended the process with status {self._process.exitcode}")
            self._process.join()
            return done
        at, begun = _AT.unpack_from(self._board)
        if begun != self._seen:
            self._seen, self._since = begun, time.monotonic()
        elif time.monotonic() - self._since > hang and at:
            os.kill(self._process.pid or 0, signal.SIGABRT)  # faulthandler says where it was
            self._process.join(2)
            self.end()
            return self._fallen(name, f"was not through after {hang:.0f} seconds")
        return None

    def end(self) -> None:
        self._process.kill()
        self._process.join()

    def _fallen(self, name: str, what: str) -> Tally:
        at, begun = _AT.unpack_from(self._board)
        return Tally(inputs=begun, failure=f"{name}: input {at - 1} {what}\n  again: {replay_line(name, at - 1)}")


def _child(
    name: str, parser: Parser, numbers: range, first: frozenset[str], board: mmap.mmap, pipe: Connection
) -> None:
    faulthandler.enable()
    os.environ["RUST_BACKTRACE"] = "0"  # a library's panic that becomes `Damaged` is no news, and a trace takes long
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)  # what later releases refuse; by `ValueError` then
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_size() + parser.memory,) * 2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tally = _work(name, parser, numbers, first, board)
    tally.peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    pipe.send(tally)
    pipe.close()


def _work(name: str, parser: Parser, numbers: range, first: frozenset[str], board: mmap.mmap) -> Tally:
    tally, clock, parent = Tally(), time.process_time, os.getppid()
    for number in numbers:
        if tally.inputs % 1024 == 0 and os.getppid() != parent:
            break  # whoever started the campaign was killed
        _AT.pack_into(board, 0, number + 1, tally.inputs + 1)
        given = parser.draw(dice_of(name, number))
        tally.inputs += 1
        began = clock()
        try:
            parser.parse(given)
            tally.valid += 1
        except parser.raises as error:
            place = _place_of(error)
            tally.places[place] += 1
            tally.deep += place not in first
        except Exception as error:  # noqa: BLE001 -- this is what the campaign is for
            what = "".join(traceback.format_exception(error)[-12:])
            tally.failure = (
                f"{name}: input {number} raised {error!r:.300}\n{what}\n  again: {replay_line(name, number)}"
            )
            return tally
        spent = clock() - began
        if spent > tally.worst:
            tally.worst, tally.worst_number = spent, number
            if spent > parser.seconds:
                tally.failure = f"{name}: input {number} took {spent:.1f} s\n  again: {replay_line(name, number)}"
                return tally
    return tally


def _place_of(error: BaseException) -> str:
    """Where its first reason was raised and from where that was called, and what it is if more than `Damaged`."""
    reason = error
    while (before_it := reason.__cause__ or reason.__context__) is not None:
        reason = before_it
    trace, before = reason.__traceback__, None
    while trace is not None and trace.tb_next is not None:
        trace, before = trace.tb_next, trace
    kind = "" if type(error) is Damaged else f" {type(error).__name__}"
    return f"{_line(before)}{_line(trace)}{kind}"


def _line(trace: TracebackType | None) -> str:
    if trace is None or trace.tb_frame.f_code.co_filename == __file__:
        return ""
    return f" {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"


def _first_checks(parser: Parser) -> frozenset[str]:
    """Where inputs fail that nobody took for anything."""
    places = set()
    for strange in parser.strange:
        try:
            parser.parse(strange)
        except parser.raises as error:
            places.add(_place_of(error))
    return frozenset(places)


def _size() -> int:
    """Bytes of address space of this process."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
