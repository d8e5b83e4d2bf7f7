"""How the custody log follows the catalogue: what is not logged yet is appended in order, and marked with its place.

A crash can fall between an append and its mark. So every event carries its own number into the log, and before anything
is appended, the log's end, behind the last entry that is marked, is looked through for events that are there already.

Invariants: every event enters the log once, in the order of the numbers; one that is marked is in the log. Only who
holds the log drains, and the log's own lock sees to it that this is one process at a time.
Peak: a batch of events.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, bindparam, func, select, update

from jebi.errors import Damaged
from jebi.vault.catalogue import NUMBERED, Catalogue
from jebi.vault.schema import outbox

BATCH = 1000  # events that are appended at once, under one checkpoint
SECOND = 1000  # milliseconds
_OTHER_LOG = "compare its folder with the last copy; nothing was logged, and nothing is lost"


class Logged(Protocol):
    """An event as the log has it."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def time(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event on its way into the log: its detail ends in its number, and its time is in POSIX seconds."""

    kind: str
    subject: str
    detail: str
    actor: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event of the catalogue, and where in the log it is; `leaf_index` is `None` until then."""

    id: int
    made_ms: int
    kind: str
    subject: str
    detail: str
    actor: str
    leaf_index: int | None

    def entry(self) -> Entry:
        """The event as the log is to have it."""
        detail = f"{self.detail}{NUMBERED}{self.id}"
        return Entry(kind=self.kind, subject=self.subject, detail=detail, actor=self.actor, time=self.made_ms // SECOND)


def drain(
    catalogue: Catalogue,
    append: Callable[[Sequence[Entry]], int],
    seen: Callable[[int], Iterable[tuple[int, Logged]]],
) -> int:
    """Bring everything that is not logged yet into the log; returns how many events were appended.

    Args:
        catalogue: whose events these are.
        append: append entries to the log, in order; returns the place of the first, once all are kept for good.
        seen: the log's entries from a place on, each with its place.

    Raises:
        Damaged: the log is another than the one that the catalogue remembers, or older; nothing was appended.
        What `append`, `seen` and the catalogue raise. Whatever was appended by then is recognised the next time.
    """
    _recognise(catalogue, seen)
    appended = 0
    while True:
        with catalogue.reading() as connection:
            waiting = _waiting(connection)
        if not waiting:
            return appended
        first = append([told.entry() for told in waiting])
        _mark(catalogue, ((told.id, index) for index, told in enumerate(waiting, first)))
        appended += len(waiting)


def check_age(catalogue: Catalogue, seen: Callable[[int], Iterable[tuple[int, Logged]]]) -> None:
    """Raise `Damaged` where the log tells of events that came after the catalogue's newest: it is an older copy.

    Its next events would bear numbers that the log has given already. One that was lost and begun anew is let be.
    """
    with catalogue.reading() as connection:
        last, highest = _last(connection), newest(connection)
    if last is None or last.leaf_index is None:
        return
    for _, logged in seen(last.leaf_index + 1):
        number = logged.detail.rpartition(NUMBERED)[2] if NUMBERED in logged.detail else ""
        if number.isascii() and number.isdigit() and int(number) > highest:
            raise Damaged(
                "the catalogue is older than the custody log: it is a copy from before",
                hint="bring the copy back that belongs to this log; nothing was changed",
            )


def pending(connection: Connection) -> int:
    """How many events are not in the log yet."""
    return int(connection.execute(select(func.count()).where(outbox.c.leaf_index.is_(None))).scalar_one())


def first_ms(connection: Connection) -> int | None:
    """When the first event was written, which is as old as the catalogue; `None` before it."""
    first: int | None = connection.execute(select(outbox.c.made_ms).order_by(outbox.c.id).limit(1)).scalar()
    return first


def newest(connection: Connection) -> int:
    """The number of the newest event; 0 before the first. Whatever changed, it grew."""
    return int(connection.execute(select(func.max(outbox.c.id))).scalar() or 0)


def about(connection: Connection, subject: str) -> list[Told]:
    """Everything that happened to one subject, in order."""
    found = connection.execute(select(outbox).where(outbox.c.subject == subject).order_by(outbox.c.id))
    return [Told(**one) for one in found.mappings()]


def _recognise(catalogue: Catalogue, seen: Callable[[int], Iterable[tuple[int, Logged]]]) -> None:
    """Mark what an interrupted drain appended."""
    with catalogue.reading() as connection:
        waiting = _waiting(connection)
        last = _last(connection)
    if not waiting:
        return
    entries = iter(seen(last.leaf_index or 0 if last else 0))
    if last:
        _, logged = next(entries, (0, None))
        if logged is None or _content(logged) != _content(last.entry()):
            raise Damaged("the log is not the one that the catalogue remembers", hint=_OTHER_LOG)
    known = {_content(told.entry()): told.id for told in waiting}
    _mark(catalogue, [(known[_content(one)], index) for index, one in entries if _content(one) in known])


def _content(logged: Logged) -> tuple[str, str, str, str, int]:
    """What tells one event from all others; the number alone would do, but for a log that outlived its catalogue."""
    return logged.kind, logged.subject, logged.detail, logged.actor, logged.time


def _waiting(connection: Connection) -> list[Told]:
    query = select(outbox).where(outbox.c.leaf_index.is_(None)).order_by(outbox.c.id).limit(BATCH)
    return [Told(**one) for one in connection.execute(query).mappings()]


def _last(connection: Connection) -> Told | None:
    """The event that is farthest in the log."""
    query = select(outbox).where(outbox.c.leaf_index.is_not(None)).order_by(outbox.c.leaf_index.desc()).limit(1)
    return next((Told(**one) for one in connection.execute(query).mappings()), None)


def _mark(catalogue: Catalogue, places: Iterable[tuple[int, int]]) -> None:
    marks = [{"number": number, "place": index} for number, index in places]
    if marks:
        marking = update(outbox).where(outbox.c.id == bindparam("number")).values(leaf_index=bindparam("place"))
        with catalogue.claiming() as connection:
            connection.execute(marking, marks)
