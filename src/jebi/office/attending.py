"""The desk attends to what came: takes received clips into the catalogue, has them looked at, and logs what was found.

    attend   holds the archive: admits, has workers on this machine, drains the outbox into the log
    join     has more workers on this machine or another, beside whoever attends (docs/decisions/0011)

Invariants: one process holds the log; workers hold none. Whatever is interrupted goes on when it is run again.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from jebi.errors import NoRoom
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.office import inspecting, made
from jebi.office.admission import admit, check_age, drain, open_catalogue
from jebi.office.databases import errands_of, open_joined
from jebi.office.desk import Desk, Workplace
from jebi.office.kept import Kept
from jebi.office.kinds import Reason
from jebi.office.labour import LEASE_MS, Hands, Work
from jebi.office.looking import METADATA, OF_A_CLIP, Eyes, Looking
from jebi.office.meaning import VECTORS, Meanings
from jebi.office.originals import Originals
from jebi.office.progress import Progress
from jebi.office.words import name_clips
from jebi.parcel.keys import Identity
from jebi.vault import grid, jobs
from jebi.vault.blobs import Blobs
from jebi.vault.catalogue import Catalogue
from jebi.vault.schema import ClipState

ENDED = ("done", "failed", "skipped")
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


def kept_of(desk: Workplace) -> Kept:
    """The archive's sealed blobs. Open them after a fork."""
    return Kept(Blobs(str(desk.settings.get(BLOBS) or desk.path("blobs"))), desk.identity.recipient(), desk.identity)


def meanings_of(desk: Workplace) -> Meanings:
    """What the archive's words mean. Open it after a fork."""
    return Meanings(Path(desk.path(VECTORS)))


def attend(
    desk: Desk,
    models: Path,
    progress: Progress,
    *,
    outer: Sequence[Identity] = (),
    workers: int | None = None,
    keep_on: Callable[[], bool] = lambda: False,
    lease_ms: int = LEASE_MS,
) -> Attended:
    """Take in what was received and look at it; ends when nothing is left to do, and `keep_on` says so.

    `lease_ms` is how long a job waits for a worker that says nothing; see `labour`.

    Raises:
        Refused: the desk needs a second person's key.
        Unable: there is no jail on this machine, and nothing is opened without one.
    """
    eyes = Eyes(jail=Jail.find(), models=Models(models))
    with open_catalogue(desk) as catalogue:
        admitted = take_in(desk, catalogue, outer)
        before = _ended(catalogue)
        _have_looked(desk, catalogue, opening(desk, eyes, outer, open_catalogue), progress, workers, keep_on, lease_ms)
        catalogue.tend()
        with catalogue.reading() as connection:
            states = grid.states(connection)
        after = _ended(catalogue)
    return Attended(
        admitted=admitted, jobs={state: after[state] - before.get(state, 0) for state in after}, clips=states
    )


def take_in(desk: Desk, catalogue: Catalogue, outer: Sequence[Identity]) -> int:
    """Take in what was received since, after a look for what somebody left who was interrupted; how many clips are new."""
    check_age(desk, catalogue)
    made.sweep(kept_of(desk), catalogue)
    with Originals(desk, outer) as originals:
        admitted = admit(desk, originals, catalogue, time.time_ns() // 1_000_000)
    name_clips(catalogue)
    meanings_of(desk).tend(catalogue, time.time_ns() // 1_000_000)
    inspecting.want(catalogue, time.time_ns() // 1_000_000)
    want_what_lacked_room(catalogue, time.time_ns() // 1_000_000)
    return admitted


def want_what_lacked_room(catalogue: Catalogue, now_ms: int) -> None:
    """Have jobs tried again that failed on a full disk: somebody may have made room."""
    with catalogue.reading() as connection:
        if not jobs.failed_for(connection, Reason.NO_ROOM):
            return
    with contextlib.suppress(NoRoom), catalogue.writing(now_ms) as change:
        jobs.again_for(change, Reason.NO_ROOM)


def join(
    workplace: Workplace,
    models: Path,
    progress: Progress,
    *,
    outer: Sequence[Identity] = (),
    workers: int | None = None,
    keep_on: Callable[[], bool] = lambda: True,
    lease_ms: int = LEASE_MS,
) -> None:
    """Work beside whoever attends, for as long as `keep_on` says; raises as `attend`, and `Refused` without PostgreSQL."""
    eyes = Eyes(jail=Jail.find(), models=Models(models))
    Originals(workplace, outer)  # is refused here, not in every worker
    errands = errands_of(workplace)
    with open_joined(workplace) as catalogue:
        assert errands, "what can be joined has errands"
        errands.prepare()
        catalogue.engine.dispose()  # no connection crosses the fork
        open_work = opening(workplace, eyes, outer, open_joined)
        with Hands(open_work, size=workers, errands=errands, lease_ms=lease_ms) as hands:
            for _ in _rounds(catalogue, progress):
                if not (hands.are_at_work() and keep_on()):
                    break


def _have_looked(
    desk: Desk,
    catalogue: Catalogue,
    open_work: Callable[[], AbstractContextManager[tuple[Catalogue, Work]]],
    progress: Progress,
    workers: int | None,
    keep_on: Callable[[], bool],
    lease_ms: int,
) -> None:
    errands = errands_of(desk)  # whoever joins prepares them; before, ringing does nothing
    drain(desk, catalogue)
    catalogue.engine.dispose()  # no connection crosses the fork
    with Hands(open_work, size=workers, until_idle=True, lease_ms=lease_ms) as hands:
        for waiting in _rounds(catalogue, progress):
            if not (hands.are_at_work() or keep_on()):
                break
            if errands and waiting:
                errands.ring()
            drain(desk, catalogue)
    drain(desk, catalogue)


def _rounds(catalogue: Catalogue, progress: Progress) -> Iterator[bool]:
    """Every half second, whether jobs wait; and show how many ended."""
    progress.begin("looking", _total(catalogue), "jobs")
    done = 0
    while True:
        with catalogue.reading() as connection:
            counts = jobs.counts(connection)
        ended = sum(count for (_, state), count in counts.items() if state in ENDED)
        progress.advance(ended - done)
        done = ended
        yield any(state == "waiting" for _, state in counts)
        time.sleep(LOOK)


def opening(
    workplace: Workplace, eyes: Eyes, outer: Sequence[Identity], opened: Callable[[Workplace], Catalogue]
) -> Callable[[], AbstractContextManager[tuple[Catalogue, Work]]]:
    """What each worker opens for itself."""

    @contextlib.contextmanager
    def open_work() -> Iterator[tuple[Catalogue, Work]]:
        with (
            opened(workplace) as catalogue,
            Originals(workplace, outer) as originals,
            contextlib.closing(meanings_of(workplace)) as meanings,
        ):
            yield catalogue, Looking(catalogue, originals, kept_of(workplace), eyes, meanings)

    return open_work


def _ended(catalogue: Catalogue) -> dict[str, int]:
    """How many jobs ended, by how."""
    ended = dict.fromkeys(ENDED, 0)
    with catalogue.reading() as connection:
        for (_, state), count in jobs.counts(connection).items():
            if state in ended:
                ended[state] += count
    return ended


def _total(catalogue: Catalogue) -> int:
    """About how many jobs there will be: a clip that waits wants up to all of them."""
    with catalogue.reading() as connection:
        counts = jobs.counts(connection)
    waiting = sum(count for (task, state), count in counts.items() if (task, state) == (METADATA, "waiting"))
    return sum(counts.values()) + waiting * len(OF_A_CLIP)
