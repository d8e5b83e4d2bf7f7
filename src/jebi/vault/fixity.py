"""When each original and each blob was last read through, and whether it was whole.

Invariants: every check stays; what was not checked for longest comes first. It reads no file: whoever does says what
came of it.
"""

from dataclasses import dataclass
from typing import get_args

from sqlalchemy import Connection, func, literal, select, union

from jebi.vault.catalogue import Change, Event, columns, rows
from jebi.vault.limits import check_hex, check_number, check_one_of
from jebi.vault.schema import (
    FixityResult,
    FixitySubject,
    clip,
    cut_plan,
    derived,
    fixity,
    output_file,
    person,
    report,
)

LENGTH: dict[FixitySubject, int] = {"clip": 16, "blob": 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixity:
    """One check of a clip's original, by the clip's number, or of a blob, by its name."""

    about: FixitySubject
    subject: str
    checked_ms: int
    result: FixityResult

    def __post_init__(self) -> None:
        check_one_of("what was checked", self.about, get_args(FixitySubject))
        check_hex("what was checked", self.subject, LENGTH[self.about])
        check_number("a time", self.checked_ms)
        check_one_of("what came of a check", self.result, get_args(FixityResult))


def add(change: Change, checked: list[Fixity], event: Event) -> None:
    """Keep what came of a round of checks; one event speaks of them all."""
    for one in checked:
        change.add_numbered(fixity, one)
    change.say(event)


def of(connection: Connection, subject: str) -> list[Fixity]:
    """Every check of one clip or blob, the newest first."""
    asked = select(*columns(Fixity, fixity)).where(fixity.c.subject == subject)
    return rows(connection, Fixity, asked.order_by(fixity.c.id.desc()))


def due(connection: Connection, before_ms: int, limit: int) -> list[tuple[FixitySubject, str]]:
    """What was not checked since that time: first what never was, then what was not for longest."""
    clips = select(literal("clip").label("about"), clip.c.id.label("subject"))
    made = [select(literal("blob"), table.c.blob) for table in (derived, cut_plan, output_file, report)]
    notes = select(literal("blob"), person.c.note).where(person.c.note != "")
    subject = union(clips, *made, notes).subquery()
    last = select(func.max(fixity.c.checked_ms)).where(fixity.c.subject == subject.c.subject).scalar_subquery()
    checked_ms = func.coalesce(last, -1)
    asked = select(subject.c.about, subject.c.subject).where(checked_ms < before_ms)
    return list(connection.execute(asked.order_by(checked_ms, subject.c.subject).limit(limit)))


def failing(connection: Connection) -> list[Fixity]:
    """What was not whole when it was checked last."""
    later = fixity.alias()
    last = select(func.max(later.c.id)).where(later.c.subject == fixity.c.subject).scalar_subquery()
    asked = select(*columns(Fixity, fixity)).where(fixity.c.result.in_(["damaged", "missing"]), fixity.c.id == last)
    return rows(connection, Fixity, asked.order_by(fixity.c.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How many originals and blobs there are, how many were ever checked, and when the longest ago; 0 before any was."""

    subjects: int
    checked: int
    oldest_ms: int


def coverage(connection: Connection) -> Coverage:
    """How far the checks have come."""
    subjects = sum(
        int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in (clip, derived, cut_plan, output_file, report)
    )
    last = select(func.max(fixity.c.checked_ms).label("at")).group_by(fixity.c.subject).subquery()
    checked, oldest = connection.execute(select(func.count(), func.min(last.c.at))).one()
    return Coverage(subjects=subjects, checked=int(checked), oldest_ms=int(oldest or 0))


def summary(connection: Connection) -> dict[FixityResult, int]:
    """How many checks ended how."""
    return dict(connection.execute(select(fixity.c.result, func.count()).group_by(fixity.c.result)).all())
