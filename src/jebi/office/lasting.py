"""A parcel written to sticks for good: everything read back, and a stick that was pulled out is caught up.

A stick that went away, or gave back other bytes than were written, is looked through once it is back, and gets what it
lacks: the parcel is sealed once more under the same keys, which gives the same bytes, or it ends (decision 0003).

Invariants: sticks that are whole get their names before anybody waits for one that is not; what a stick lacks is learned
by reading it, never from what was noted.
"""

import contextlib
import time
from collections.abc import Callable, Sequence

from jebi.errors import Damaged, Gone, Unable
from jebi.office.progress import Progress
from jebi.office.targets import Target, finish, prepare
from jebi.office.writing import NotKept, Writer
from jebi.parcel.stream import Chained

PATIENCE = 120.0  # seconds
ROUNDS = 3  # how many times one run catches a stick up; a contact that is looser than that is failing
LOOK_EVERY = 0.3  # seconds between two looks whether a stick is back


def write_onto(writer: Writer, stream: Callable[[], Chained], patience: float, progress: Progress) -> None:
    """Write a parcel to all sticks of `writer`, and give those their names that were read back whole.

    Args:
        writer: made for open targets.
        stream: makes the sealed parcel, the same bytes each time.
        patience: seconds to wait for a stick that went away.
        progress: hears how far it is.

    Raises:
        NoRoom, Unable: every stick failed.
    """
    prepare(writer.targets)
    writer.write(stream(), progress)
    writer.read_back(progress)
    finish(writer.targets)
    for _ in range(ROUNDS):
        lacking = {target.name: writer.lost(target) for target in writer.targets}
        back = _wait(writer, patience, progress)
        if not back:
            break
        try:
            prepare(back)
            writer.mend(stream, back, progress)
        except (Unable, Damaged) as failure:
            for target in back:
                target.failure = failure
            break
        finish(back)
        if all(isinstance(target.failure, NotKept) and writer.lost(target) >= lacking[target.name] for target in back):
            break  # they are failing, and time does not heal them
    writer.check_any_left()


def _wait(writer: Writer, patience: float, progress: Progress) -> list[Target]:
    """Those sticks that were pulled out, or did not keep what they were given, and could be opened again."""
    gone = [target for target in writer.targets if isinstance(target.failure, Gone)]
    if not gone:
        return []
    writer.rest()
    for target in gone:
        target.let_go()
    with contextlib.suppress(KeyboardInterrupt):  # who does not want to wait has sticks that are done
        until, missing = time.monotonic() + patience, _missing(gone)
        if missing and patience:
            progress.say(f"waiting {patience:.0f} s for {_named(missing)}: plug in again what was pulled out")
            progress.say("the other sticks are done; Ctrl-C leaves it at those")
        while missing and time.monotonic() < until:
            time.sleep(LOOK_EVERY)
            missing = _missing(missing)
    return [target for target in gone if target.failure is None]  # an interrupted look has not opened what it says


def _missing(gone: Sequence[Target]) -> list[Target]:
    """Those that cannot be opened; the others are open now."""
    missing = []
    for target in gone:
        try:
            target.reopen()
        except Gone:
            missing.append(target)
        else:
            target.failure = None
    return missing


def _named(targets: Sequence[Target]) -> str:
    return ", ".join(target.name for target in targets)
