"""Is what the desk keeps still what it was? Every original and blob is read through again, month after month (fixity).

What is due is a question to the catalogue: first what was never read, then what was not for longest. A job of a day reads
it and writes down what it found, a batch at a time; one that is interrupted goes on with what is left.

Invariants: every reading stays in the catalogue and in the log; nothing is mended and nothing deleted here.
Peak: one piece.
"""

import time
from collections.abc import Callable

from jebi.errors import Damaged, NothingFound, Unable
from jebi.office.admission import place_of
from jebi.office.kept import Kept
from jebi.office.labour import Report, Write
from jebi.office.originals import Originals
from jebi.vault import clips, fixity, jobs
from jebi.vault.catalogue import Catalogue, Event
from jebi.vault.fixity import Fixity
from jebi.vault.schema import FixityResult, FixitySubject

FIXITY = "fixity"  # the task
ARCHIVE = "archive"  # what its job is about
DAY_MS = 24 * 3600 * 1000
EVERY_MS = 30 * DAY_MS  # as archives do that keep their holdings on disks
BATCH = 50  # readings under one event


def want(catalogue: Catalogue, now_ms: int) -> None:
    """Say that what is due is to be read through; once a day, if anything is."""
    with catalogue.reading() as connection:
        if not fixity.due(connection, now_ms - EVERY_MS, 1):
            return
    with catalogue.writing(now_ms) as change:
        jobs.want(change, FIXITY, [ARCHIVE], version=str(now_ms // DAY_MS))


def inspect(
    catalogue: Catalogue, originals: Originals, kept: Kept, report: Report, *, now_ms: Callable[[], int] | None = None
) -> Write:
    """Read through what is due.

    Raises:
        Unable: the job is to stop. What was read by then is written down.
    """
    clock = now_ms or (lambda: time.time_ns() // 1_000_000)
    before_ms, count = clock() - EVERY_MS, 0
    while True:
        with catalogue.reading() as connection:
            due = fixity.due(connection, before_ms, BATCH)
        found = [_read(catalogue, originals, kept, *one, report, clock) for one in due]
        if found:
            bad = sum(one.result != "whole" for one in found)
            detail = f"{len(found)} read through, {bad} not whole"
            with catalogue.writing(clock()) as change:
                fixity.add(change, found, Event(kind="fixity-checked", subject=ARCHIVE, detail=detail, actor="machine"))
        count += len(found)
        report.say(count, count + (BATCH if len(due) == BATCH else 0), "files")
        if len(due) < BATCH:
            return lambda _: None


def _read(
    catalogue: Catalogue,
    originals: Originals,
    kept: Kept,
    about: FixitySubject,
    subject: str,
    report: Report,
    clock: Callable[[], int],
) -> Fixity:
    if report.can_stop():
        raise Unable("the reading is to stop", hint="it goes on when the desk works again")
    result = kept.blobs.check(subject) if about == "blob" else _of_clip(catalogue, originals, subject)
    return Fixity(about=about, subject=subject, checked_ms=clock(), result=result)


def _of_clip(catalogue: Catalogue, originals: Originals, number: str) -> FixityResult:
    with catalogue.reading() as connection:
        row = clips.get(connection, number)
    assert row is not None, "a clip is never deleted"
    try:
        for _ in originals.pieces(row.parcel, place_of(originals.shelf(row.parcel), row)):
            pass
    except Damaged as error:
        return "missing" if isinstance(error, NothingFound) else "damaged"
    except Unable:
        return "missing"
    return "whole"
