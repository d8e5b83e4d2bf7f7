"""Receives what is brought while the archive is open, in a process of its own, beside the one that serves and logs.

    Porter          in the process that serves: takes an order, hears how far it is, logs what came
    _stand_ready    the process that is forked before any thread is there, and forks another for each order

What is received is opened and kept over there; every event comes here to be logged, and receiving goes on only once it is.

Invariants: one order at a time; a receiving that is killed, also in the middle of a parcel, is reported as that, and the next
one goes on; whoever receives dies with whoever serves. Peak: as `receiving`, in the other process.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from typing import Final, Protocol

from jebi.archive.receive import Arrival
from jebi.archive.record import Event
from jebi.errors import JebiError, NothingFound, Refused
from jebi.office.desk import Desk, Reception
from jebi.office.receiving import Wish, receive
from jebi.parcel.keys import Identity
from jebi.work.crew import PR_SET_PDEATHSIG

TOLD_EVERY: Final = 0.2  # seconds between two words of how far it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is being done, and how much of how many bytes of it."""

    what: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One order's turn: how far it is, and what came of it.

    Args:
        is_over: whether nothing is being received any more.
        began: when this step began, in seconds of the clock that never turns back.
        arrivals: one for each parcel, when it is over.
        why, hint: what kept it from its end; empty when nothing did.
    """

    is_over: bool = False
    step: Step = Step(what="")
    began: float = 0.0
    arrivals: tuple[Arrival, ...] = ()
    why: str = ""
    hint: str = ""


class Porters(Protocol):
    """Whoever takes orders to receive; `Porter` does, and tests may do it in their own process."""

    @property
    def turn(self) -> Turn | None:
        """The last one; None before the first."""

    def bring(self, places: Sequence[str]) -> None:
        """Have some places received. Raises `Refused` while others are."""


class Porter:
    """The one in the process that serves. Make it before any thread is there; close it at the end.

    Args:
        desk: the archive, which the other process gets a copy of to read with; only this one logs.
        outer: the second person's identities, where the desk needs one.
    """

    def __init__(self, desk: Desk, outer: Sequence[Identity] = ()) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("fork").Process(
            target=_stand_ready, args=(os.getpid(), self._pipe, theirs, desk, tuple(outer))
        )
        self._process.start()
        theirs.close()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._turn: Turn | None = None
        self._log: Callable[[Event], int] = desk.record
        self._when_over: Callable[[], None] = lambda: None

    def serve(self, log: Callable[[Event], int], when_over: Callable[[], None]) -> None:
        """Before the first order: how an event is logged when others log, too; and what is to be done with what came."""
        self._log, self._when_over = log, when_over

    @property
    def turn(self) -> Turn | None:
        """The last one; None before the first."""
        return self._turn

    @property
    def process(self) -> int:
        """The number of the other process."""
        assert self._process.pid
        return self._process.pid

    def bring(self, places: Sequence[str]) -> None:
        """Have some places received; returns at once. Raises `Refused` while others are, or when nobody is there to do it."""
        with self._lock:
            if self._turn and not self._turn.is_over:
                raise Refused("something is being received already", hint="wait until it is done")
            if not self._process.is_alive():
                raise Refused("the process that receives was ended", hint="open the archive again: jebi desk serve")
            self._turn = Turn(began=time.monotonic())
            with contextlib.suppress(OSError):  # it was ended just now, which is heard at once
                self._pipe.send(tuple(places))
            self._thread = threading.Thread(target=self._attend)
            self._thread.start()

    def close(self) -> None:
        """End what is being received: what came so far is kept, and the next receiving goes on."""
        self._process.terminate()
        self._process.join()
        if self._thread:
            self._thread.join()
        self._pipe.close()

    def _attend(self) -> None:
        """Hear the other process until its order is done."""
        turn = self._turn
        assert turn
        while not turn.is_over:
            try:
                said = self._pipe.recv()
            except (EOFError, OSError):
                said = Turn(is_over=True, why="the process that receives was ended", hint="open the archive again")
            if isinstance(said, Event):
                self._answer(said)
            elif isinstance(said, Step):
                began = turn.began if said.done else time.monotonic()
                self._turn = turn = replace(turn, step=said, began=began)
            else:
                turn = said
                self._settle(said)

    def _answer(self, event: Event) -> None:
        answer: int | JebiError
        try:
            answer = self._log(event)
        except JebiError as error:  # a full disk: what cannot be logged is not kept
            answer = error
        with contextlib.suppress(OSError):  # it was ended while it waited, which is heard next
            self._pipe.send(answer)

    def _settle(self, turn: Turn) -> None:
        """What came becomes clips, and only then is it over."""
        try:
            self._when_over()
        except JebiError as error:
            turn = replace(turn, why=error.what, hint=error.hint)
        finally:
            self._turn = turn


class _Away(Reception):
    """The archive, seen from the process that receives: its log is over there."""

    def __init__(self, desk: Desk, pipe: Connection) -> None:
        super().__init__(desk.folder, desk.settings, desk.identity)
        self._pipe = pipe

    def append(self, kind: str, subject: str, detail: str, *, actor: str, time: int) -> int:
        """Have it logged; returns its place in the log once it is kept there."""
        self._pipe.send(Event(kind=kind, subject=subject, detail=detail, actor=actor, time=time))
        answer = self._pipe.recv()
        if isinstance(answer, JebiError):
            raise answer
        assert isinstance(answer, int)
        return answer


@dataclass(slots=True)
class Telling:
    """A `Progress` that is told to the process that serves, through a pipe."""

    pipe: Connection
    step: Step = Step(what="")
    told: float = field(default=0.0)

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """A step begins."""
        self.step, self.told = Step(what=what, total=total), time.monotonic()
        self.pipe.send(self.step)

    def advance(self, done: int) -> None:
        """So many more bytes are done; told when a person would notice."""
        self.step = replace(self.step, done=self.step.done + done)
        if time.monotonic() - self.told > TOLD_EVERY:
            self.told = time.monotonic()
            self.pipe.send(self.step)

    def say(self, text: str) -> None:
        """Nobody reads here."""


def _stand_ready(parent: int, theirs: Connection, pipe: Connection, desk: Desk, outer: tuple[Identity, ...]) -> None:
    """Take orders until whoever gives them is gone; each is done by a process of its own, so that none harms the next."""
    theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    die_with(parent)
    while True:
        try:
            _have_received(pipe, desk, outer, pipe.recv())
        except EOFError:
            return


def _have_received(pipe: Connection, desk: Desk, outer: tuple[Identity, ...], places: tuple[str, ...]) -> None:
    """Pass on what the one that receives says, and what it is answered, until it is done or gone."""
    ours, its = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(
        target=_receive, args=(os.getpid(), ours, its, desk, outer, places)
    )
    child.start()
    its.close()
    said = None
    while not isinstance(said, Turn):
        try:
            said = ours.recv()
        except (EOFError, OSError):
            said = Turn(is_over=True, why="the receiving was ended before it was done", hint="receive it again")
        pipe.send(said)
        if isinstance(said, Event):
            answer = pipe.recv()
            with contextlib.suppress(OSError):  # it was killed while it waited
                ours.send(answer)
    child.join()
    ours.close()


def _receive(
    parent: int, theirs: Connection, pipe: Connection, desk: Desk, outer: tuple[Identity, ...], places: tuple[str, ...]
) -> None:
    theirs.close()
    die_with(parent)
    try:
        arrivals = receive(_Away(desk, pipe), places, Wish(clips=False, outer=outer), Telling(pipe))
        said = Turn(is_over=True, arrivals=tuple(replace(one, manifest=None) for one in arrivals))
    except NothingFound:
        said = Turn(is_over=True)
    except JebiError as error:
        said = Turn(is_over=True, why=error.what, hint=error.hint)
    pipe.send(said)


def die_with(parent: int) -> None:
    """Have this process ended when its parent is, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)
