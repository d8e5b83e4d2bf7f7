"""The desk attends to what came: takes received clips into the catalogue, has them looked at, and logs what was found.

Invariants: the process that holds the desk's key and log starts the workers and drains the outbox; workers hold no log.
Whatever is interrupted goes on when it is run again.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office import made
from jebi.office.admission import admit, drain, open_catalogue
from jebi.office.desk import Desk
from jebi.office.kept import Kept
from jebi.office.labour import Hands, Work
from jebi.office.looking import TASKS, Eyes, Looking
from jebi.office.originals import Originals
from jebi.office.progress import Progress
from jebi.parcel.keys import Identity
from jebi.vault import grid, jobs
from jebi.vault.blobs import Blobs
from jebi.vault.catalogue import Catalogue
from jebi.vault.schema import ClipState

LOOK = 0.5  # seconds between two looks at how far the workers are
BLOBS = "blobs"  # in desk.toml: where blobs are, if not in the folder of that name


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """How many clips are new, how many jobs ended how, and in which states the archive's clips are."""

    admitted: int
    jobs: dict[str, int]
    clips: dict[ClipState, int]

    def __str__(self) -> str:
        states = ", ".join(f"{count} {state}" for state, count in sorted(self.clips.items())) or "none"
        return f"{self.admitted} clips are new; clips of the archive: {states}"


def kept_of(desk: Desk) -> Kept:
    """The archive's sealed blobs. Open them after a fork."""
    return Kept(Blobs(str(desk.settings.get(BLOBS) or desk.path("blobs"))), desk.identity.recipient(), desk.identity)


def attend(
    desk: Desk,
    models: Path,
    progress: Progress,
    *,
    outer: Sequence[Identity] = (),
    workers: int | None = None,
    keep_on: Callable[[], bool] = lambda: False,
) -> Attended:
    """Take in what was received and look at it; ends when nothing is left to do, and `keep_on` says so.

    Raises:
        Refused: the desk needs a second person's key.
        Unable: there is no jail on this machine, and nothing is opened without one.
    """
    eyes = Eyes(jail=Jail.find(), models=Models(models))
    with open_catalogue(desk) as catalogue:
        made.sweep(kept_of(desk), catalogue)
        with Originals(desk, outer) as originals:
            admitted = admit(desk, originals, catalogue, time.time_ns() // 1_000_000)
        before = _ended(catalogue)
        _have_looked(desk, catalogue, eyes, outer, progress, workers, keep_on)
        with catalogue.reading() as connection:
            states = grid.states(connection)
        after = _ended(catalogue)
    return Attended(
        admitted=admitted, jobs={state: after[state] - before.get(state, 0) for state in after}, clips=states
    )


def _have_looked(
    desk: Desk,
    catalogue: Catalogue,
    eyes: Eyes,
    outer: Sequence[Identity],
    progress: Progress,
    workers: int | None,
    keep_on: Callable[[], bool],
) -> None:
    def open_work() -> tuple[Catalogue, Work]:
        opened = open_catalogue(desk)
        return opened, Looking(opened, Originals(desk, outer), kept_of(desk), eyes)

    drain(desk, catalogue)
    catalogue.engine.dispose()  # no connection crosses the fork
    done = 0
    with Hands(open_work, size=workers, until_idle=True) as hands:
        progress.begin("looking", _total(catalogue), "jobs")
        while hands.are_at_work() or keep_on():
            ended = sum(_ended(catalogue).values())
            progress.advance(ended - done)
            done = ended
            drain(desk, catalogue)
            time.sleep(LOOK)
    drain(desk, catalogue)


def _ended(catalogue: Catalogue) -> dict[str, int]:
    """How many jobs ended, by how."""
    ended = dict.fromkeys(("done", "failed", "skipped"), 0)
    with catalogue.reading() as connection:
        for (_, state), count in jobs.counts(connection).items():
            if state in ended:
                ended[state] += count
    return ended


def _total(catalogue: Catalogue) -> int:
    """About how many jobs there will be: a clip that waits wants up to all of them."""
    with catalogue.reading() as connection:
        counts = jobs.counts(connection)
    waiting = sum(count for (task, state), count in counts.items() if (task, state) == (TASKS[0], "waiting"))
    return sum(counts.values()) + waiting * (len(TASKS) - 1)
