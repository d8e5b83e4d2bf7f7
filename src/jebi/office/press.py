"""Reads through what is to be published and makes the site, in a process of its own, beside the one that serves and logs.

    Press           in the process that serves: takes an order, hears how far it is, and what came of it
    _stand_ready    the process that is forked before any thread is there, and forks another for each piece of work

What may go out is decided in the process that serves, which holds the log (`press_room`). Over there nothing is decided and nothing is logged: files are read, and one
folder is brought to what it is told.

Invariants: one order at a time; work that is killed leaves the folder one whole edition, the old or the new, and the next order goes on; whoever works dies with
whoever serves. Peak: as that of the generator, in the other process.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing.connection import Connection
from typing import Final, assert_never

from jebi.errors import JebiError, Refused, Unable
from jebi.office.attending import kept_of
from jebi.office.desk import Workplace
from jebi.office.porter import Step, Telling, die_with
from jebi.office.progress import Progress
from jebi.office.public_site import Edition, Generate
from jebi.office.showing import Shown, check_files
from jebi.office.shown_publishing import Doing, Errand
from jebi.parcel.note import Ed25519Signer
from jebi.release.publish import File, Film, Site
from jebi.vault.cuts import OutputFile

AGAIN: Final = "open the archive again: jebi desk serve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Files of an output, to be read to their ends."""

    files: tuple[OutputFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """An edition of the site, to be made; `size` is how many bytes of films are new, as far as that is known."""

    site: Site
    blobs: Mapping[tuple[int, str], str] = field(repr=False)
    signer: Ed25519Signer
    day: date
    size: int = 0

    @classmethod
    def of(cls, edition: Edition, size: int = 0) -> "Making":
        """An edition, without what cannot go from one process to another."""
        site, signer, day = edition.site, edition.signer, edition.day
        return cls(site=site, blobs=dict(edition.shown.blobs), signer=signer, day=day, size=size)


Work = Reading | Making


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What came of it: the edition that the folder has now, its films, and how much was drawn and taken for it; zeros of what was only read.

    `left_out` says, for a person, in English, which films are not in it, and why.
    """

    edition: int = 0
    films: int = 0
    drawn: int = 0
    taken: int = 0
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants: `do` asks for one piece of work after the other, and returns the last one's outcome."""

    errand: Errand
    do: Callable[[Callable[[Work], Done]], Done]
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One order's run: how far it is, and what came of it.

    Args:
        errand, number: what for, and which film, where it is about one.
        is_over: whether nothing is being done any more.
        began: when this step began, in seconds of the clock that never turns back.
        done: what came of it, when it is over and nothing went wrong.
        why, hint: what kept it from its end; empty when nothing did.
    """

    errand: Errand
    number: int = 0
    is_over: bool = False
    step: Step = field(default_factory=lambda: Step(what=""))
    began: float = 0.0
    done: Done | None = None
    why: str = ""
    hint: str = ""


class Press:
    """The one in the process that serves. Make it before any thread is there; close it at the end.

    Args:
        desk: the archive; the other process gets a copy of it, to read with.
        generate: makes the site.
        folder: where the site lies.
    """

    def __init__(self, desk: Workplace, generate: Generate, folder: str) -> None:
        self.folder = os.path.abspath(folder)
        self._pipe, theirs = multiprocessing.Pipe()
        hand = _Hand(desk, generate, self.folder)
        self._process = multiprocessing.get_context("fork").Process(
            target=_stand_ready, args=(os.getpid(), self._pipe, theirs, hand)
        )
        self._process.start()
        theirs.close()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._run: Run | None = None
        self._next: Order | None = None

    @property
    def run(self) -> Run | None:
        """The last one; None before the first."""
        return self._run

    @property
    def is_busy(self) -> bool:
        """Whether something is being done."""
        return self._run is not None and not self._run.is_over

    @property
    def process(self) -> int:
        """The number of the other process."""
        assert self._process.pid
        return self._process.pid

    def check(self) -> None:
        """Raise `Refused` when nobody is there to do anything."""
        if not self._process.is_alive():
            raise Refused("the process that makes the site was ended", hint=AGAIN)

    def take(self, order: Order, *, may_wait: bool = False) -> None:
        """Have an order done; returns at once.

        Where another is being done, it comes after that one if it `may_wait`, in place of any that waits already. Raises `Refused` otherwise, and as `check`.
        """
        self.check()
        with self._lock:
            if not self.is_busy:
                self._run = _begun(order)
                self._thread = threading.Thread(target=self._work_off, args=(order,))
                self._thread.start()
            elif may_wait:
                self._next = order
            else:
                raise Refused("the site is being made just now", hint="wait until that is done, and press again")

    def close(self) -> None:
        """End what is being done: what the log has of it stays, and the site follows when the archive is next opened."""
        self._process.terminate()
        self._process.join()
        if self._thread:
            self._thread.join()
        self._pipe.close()

    def _work_off(self, first: Order) -> None:
        order: Order | None = first
        while order:
            try:
                ended = self._ended(order)
            except BaseException:  # nobody is to wait for what a mistake ended
                self._next = None
                self._run = replace(_begun(order), is_over=True, why="a mistake in jebi itself", hint=AGAIN)
                raise
            with self._lock:
                order, self._next = self._next, None
                self._run = _begun(order) if order else ended

    def _ended(self, order: Order) -> Run:
        try:
            done = order.do(self._have_done)
        except JebiError as error:
            return replace(self._run or _begun(order), is_over=True, why=error.what, hint=error.hint)
        return replace(self._run or _begun(order), is_over=True, done=done)

    def _have_done(self, work: Work) -> Done:
        """Have one piece of work done over there, and wait for it; raises what was raised there, and `Unable` where it was ended."""
        try:
            self._pipe.send(work)
            while isinstance(said := self._pipe.recv(), Step):
                self._tell(said)
        except (EOFError, OSError):
            raise Unable("the process that makes the site was ended", hint=AGAIN) from None
        if isinstance(said, JebiError):
            raise said
        assert isinstance(said, Done)
        return said

    def _tell(self, step: Step) -> None:
        assert self._run
        began = self._run.began if step.done else time.monotonic()
        self._run = replace(self._run, step=step, began=began)


def _begun(order: Order) -> Run:
    return Run(errand=order.errand, number=order.number, began=time.monotonic())


@dataclass(frozen=True, slots=True)
class _Hand:
    """What does the work, over there."""

    desk: Workplace
    generate: Generate
    folder: str

    def do(self, work: Work, progress: Progress) -> Done:
        kept = kept_of(self.desk)
        match work:
            case Reading(files=files):
                progress.begin(Doing.READING, sum(one.size for one in files))
                check_files(kept, files, tell=progress.advance)
                return Done()
            case Making():
                progress.begin(Doing.MAKING, work.size)
                return self._make(work, Shown(work.site.entries, kept, work.blobs), progress)
            case _:
                assert_never(work)

    def _make(self, work: Making, shown: Shown, progress: Progress) -> Done:
        def take(film: Film, file: File) -> Iterator[bytes]:
            for piece in shown.take(film, file):
                yield piece
                progress.advance(len(piece))

        made = self.generate(work.site, self.folder, take=take, signer=work.signer, day=work.day)
        films = len(work.site.films)
        return Done(edition=made.listed.edition, films=films, drawn=made.drawn, taken=made.taken)


def _stand_ready(parent: int, theirs: Connection, pipe: Connection, hand: _Hand) -> None:
    """Have work done until whoever asks for it is gone; each piece by a process of its own, so that none harms the next."""
    theirs.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    die_with(parent)
    while True:
        try:
            _pass_on(pipe, hand, pipe.recv())
        except EOFError:
            return


def _pass_on(pipe: Connection, hand: _Hand, work: Work) -> None:
    """Pass on what the one that works says, until it is done or gone."""
    ours, its = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_do, args=(os.getpid(), ours, its, hand, work))
    child.start()
    its.close()
    said: object = None
    while not isinstance(said, Done | JebiError):
        try:
            said = ours.recv()
        except (EOFError, OSError):
            said = Unable("the making of the site was ended before it was done", hint="start it again: it goes on")
        pipe.send(said)
    child.join()
    ours.close()


def _do(parent: int, theirs: Connection, pipe: Connection, hand: _Hand, work: Work) -> None:
    theirs.close()
    die_with(parent)
    said: Done | JebiError
    try:
        said = hand.do(work, Telling(pipe))
    except JebiError as error:
        said = error
    with contextlib.suppress(OSError):  # nobody is there any more to hear it
        pipe.send(said)
