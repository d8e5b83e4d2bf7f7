"""The desk opens its house: pages look into the archive while workers look at clips, and the log follows both.

The workers are hired by a process of their own, carriers received in another, and the site made in a third; all are forked
before any thread is there. When the one that serves dies, however it dies, they die with it, and their jobs wait again.

Invariants: one process holds the archive and its log; without a jail the pages are served all the same, and nothing is
opened. Peak: see `labour` and `house`.
"""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from multiprocessing.process import BaseProcess
from pathlib import Path

from jebi.errors import JebiError
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office import inspecting
from jebi.office.admission import open_catalogue
from jebi.office.attending import kept_of, opening, take_in, want_what_lacked_room
from jebi.office.databases import errands_of
from jebi.office.desk import Desk
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.labour import PR_SET_PDEATHSIG, Hands, stop_at_sigterm
from jebi.office.looking import Eyes
from jebi.office.porter import Porter
from jebi.office.press import Press
from jebi.office.public_site import Generate
from jebi.parcel.keys import Identity

HOUR_MS = 3_600_000
LOOK = 0.5  # seconds between two looks at what happened


@contextlib.contextmanager
def open_house(
    desk: Desk,
    models: Path,
    *,
    zone: tzinfo,
    complain: Callable[[str], None],
    workers: int | None = None,
    outer: Sequence[Identity] = (),
    inboxes: Sequence[str] = (),
    site: str = "",
    generate: Generate | None = None,
) -> Iterator[House]:
    """The archive, ready to be shown, with workers on this machine for as long as the `with` lasts.

    With `site`, a folder, and `generate`, which makes one, films can be published there.

    Raises:
        Refused: the desk needs a second person's key.
    """
    machine = Machine.look(models)
    with open_catalogue(desk) as catalogue:
        take_in(desk, catalogue, outer)
        catalogue.engine.dispose()  # no connection crosses the fork
        foreman = None if machine.lacking else _hire(desk, models, outer, workers)
        porter = Porter(desk, outer)
        press = Press(desk, generate, site) if site and generate else None
        house = House(
            desk,
            catalogue,
            kept_of(desk),
            machine=machine,
            now_ms=_now_ms,
            zone=zone,
            outer=outer,
            porter=porter,
            inboxes=inboxes,
            press=press,
        )
        porter.serve(house.record, house.take_in)
        stop = threading.Event()
        clerk = threading.Thread(target=_follow, args=(house, stop, complain))
        clerk.start()
        try:
            house.catch_up()
            yield house
        finally:
            porter.close()
            if press:
                press.close()
            stop.set()
            clerk.join()
            if foreman:
                foreman.terminate()
                foreman.join()
            house.close()
            house.bring_to_log()


def _follow(house: House, stop: threading.Event, complain: Callable[[str], None]) -> None:
    """Bring what workers write into the log, and ring for those on other machines."""
    errands, inspected_ms = errands_of(house.desk), _now_ms()
    while not stop.wait(LOOK):
        try:
            if house.bring_to_log() and errands:
                errands.ring()
            if _now_ms() - inspected_ms > HOUR_MS:
                inspected_ms = _now_ms()
                inspecting.want(house.catalogue, inspected_ms)
                want_what_lacked_room(house.catalogue, inspected_ms)
        except JebiError as error:  # a full disk, a database that is away: it may be back
            complain(f"{error.what}; {error.hint}" if error.hint else error.what)
            stop.wait(10 * LOOK)


def _hire(desk: Desk, models: Path, outer: Sequence[Identity], workers: int | None) -> BaseProcess:
    process = multiprocessing.get_context("fork").Process(
        target=_oversee, args=(os.getpid(), desk, models, outer, workers)
    )
    process.start()
    return process


def _oversee(parent: int, desk: Desk, models: Path, outer: Sequence[Identity], workers: int | None) -> None:
    """Have workers on this machine until told to stop, or until the one that serves is gone."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    stop_at_sigterm(stop)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        return
    eyes = Eyes(jail=Jail.find(), models=Models(models))
    with Hands(opening(desk, eyes, outer, open_catalogue), size=workers) as hands:
        while hands.are_at_work() and not stop.wait(LOOK):
            pass


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
