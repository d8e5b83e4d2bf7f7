"""The search index: keys and shadows in, and out the keys whose shadow has every fragment (docs/formats/search.md).

A shadow is a string that somebody who knows languages made of a text; a fragment is a part of one. To find is to look for
substrings, and that is all this module knows: SQLite's FTS5 or PostgreSQL's GIN only name candidates, and every one of them
is compared with the fragments before it is a hit.

Found first are shadows that have the fragments as they are, then those that have them with other spaces in their runs:
북한주민 finds 북한 주민, but behind. Of the first kind the newest `WINDOW` are ranked, the others follow by age. Where an
engine would gather all rows of a frequent word before it gives one, the newest `SCANNED` rows are compared first: what is
frequent is found there at once, and the rest is rare. Confined to some keys, the newest of those are compared first.

Invariants: all happens in the caller's transaction, which is never ended here; no table is touched that is not `search_…`;
no syntax of an engine reaches it from a fragment. Both databases find the same rows. Keys below zero are names of clips
(`index_names`); they are older than every other.
Size: SQLite about 1.6 times the text, PostgreSQL the same. Peak: `FARTHEST` rows, or one batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import replace as but
from types import ModuleType

from sqlalchemy import Connection

from jebi.errors import Refused
from jebi.vault import index_names, index_postgresql, index_sqlite
from jebi.vault.fragments import Keys, Question, Row, batches, check_shadow, rank

WINDOW = 60  # hits that are ranked; with more of them, which of the newest comes first matters little
SCANNED = 10_000  # rows: about ten milliseconds
SPARE = 20  # hits more than are wanted that the first rows have to promise
WORTHWHILE = 6  # times as many rows are compared at most, where the first ones promise that it is enough
NARROWER = 4  # rows that are compared are so many fewer where each has to be found by its key
FARTHEST = 10_000  # hits that can be paged through; who needs more narrows the search


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A row that was found; a higher rank is better, and 0 says that only its spaces are others."""

    key: int
    rank: float


def create(connection: Connection) -> None:
    """Make the tables and the index; a migration may call it. Raises `Unable` for a database that is not in UTF-8."""
    _engine(connection).create(connection)
    index_names.create(connection)


def drop(connection: Connection) -> None:
    """Take away all that `create` made, if it is there."""
    _engine(connection).drop(connection)
    index_names.drop(connection)


def add(connection: Connection, rows: Iterable[Row]) -> None:
    """Add rows of a key and a shadow; `ValueError` for a key that is there, or is given twice."""
    engine = _engine(connection)
    for batch in batches(iter(rows)):
        keys = [key for key, _ in batch]
        if len(set(keys)) < len(keys) or engine.present(connection, keys):
            raise ValueError("a key has one row")
        engine.add(connection, _checked(batch))


def add_names(connection: Connection, names: Sequence[tuple[str, str]]) -> None:
    """Add clips and the shadows of their names; the database refuses a clip that has one."""
    keys = index_names.add(connection, [clip for clip, _ in names])
    add(connection, zip(keys, (shadow for _, shadow in names), strict=True))


def remove(connection: Connection, keys: Iterable[int]) -> None:
    """Remove rows, as far as they are there.

    What was in them may stay on the disk until FTS5 next merges, or PostgreSQL vacuums; `rebuild` leaves nothing.
    """
    for batch in batches(iter(keys)):
        _engine(connection).remove(connection, batch)


def replace(connection: Connection, rows: Iterable[Row]) -> None:
    """Put rows in the place of those that have their keys, or add them; the last one counts of those with the same key."""
    engine = _engine(connection)
    for batch in batches(iter(rows)):
        engine.remove(connection, [key for key, _ in batch])
        engine.add(connection, list(dict(_checked(batch)).items()))


def rebuild(connection: Connection, rows: Iterable[Row]) -> None:
    """Make everything anew of all the rows there are, each key once: much faster than `add`, and as small as it gets."""
    _engine(connection).rebuild(connection, (row for batch in batches(iter(rows)) for row in _checked(batch)))


def count(connection: Connection) -> int:
    """How many rows there are."""
    counted: int = _engine(connection).count(connection)
    return counted


def find(
    connection: Connection,
    every: Sequence[str],
    without: Sequence[str] = (),
    *,
    limit: int,
    offset: int = 0,
    among: Keys | None = None,
    scanned: int = SCANNED,
) -> list[Hit]:
    """The rows whose shadow has every fragment of `every` and none of `without`, best first.

    Args:
        connection: where the index is.
        every: fragments, such as `시장`, ` rice price ` or ` mark`; none finds nothing.
        without: fragments that exclude a row, whatever the spaces in its runs.
        limit: how many, at most; one more than is shown tells whether there are more.
        offset: how many to leave out before.
        among: the keys to which the hits are confined, in rising order.
        scanned: how many of the newest rows, or of those that `among` allows, are compared before the index is asked.

    Raises:
        Refused: so many hits are not paged through.
    """
    end = offset + limit
    if end > FARTHEST:
        raise Refused(
            f"only the first {FARTHEST} hits can be shown", hint="narrow the search by a time, a place or one more word"
        )
    question = Question(every=tuple(every), without=tuple(without))
    if not every or limit < 1:
        return []
    exact = _newest(connection, question, max(end, WINDOW), among, scanned)
    found = sorted((_hit(row, every) for row in exact[:WINDOW]), key=lambda hit: (-hit.rank, -hit.key))
    found += [_hit(row, every) for row in exact[WINDOW:]]
    loose = but(question, is_loose=True)
    if len(exact) < end and loose.look_ups() != question.look_ups():
        known = {key for key, _ in exact}
        found += [
            Hit(key=key, rank=0.0) for key, _ in _newest(connection, loose, end, among, scanned) if key not in known
        ]
    return found[offset:end]


def _engine(connection: Connection) -> ModuleType:
    return index_sqlite if connection.dialect.name == "sqlite" else index_postgresql


def _checked(batch: Sequence[Row]) -> Sequence[Row]:
    for _, shadow in batch:
        check_shadow(shadow)
    return batch


def _newest(connection: Connection, question: Question, wanted: int, among: Keys | None, scanned: int) -> list[Row]:
    """The newest rows that answer the question, newest first."""
    engine = _engine(connection)
    rows: list[Row]
    if among is not None:
        rows, is_enough = _newest_among(connection, question, wanted, among, scanned // NARROWER)
        if is_enough:
            return rows
    elif engine.is_scanned(question):
        rows = engine.scanned(connection, question, wanted, scanned)
        if len(rows) == wanted:
            return rows
    rows = engine.looked_up(connection, question, wanted, among)
    return rows


def _newest_among(
    connection: Connection, question: Question, wanted: int, among: Keys, depth: int
) -> tuple[list[Row], bool]:
    """The rows that answer the question by comparing those with the newest keys, and whether that was enough.

    Where some are found, comparing as many more as promise enough costs less than to ask the index for all that there are.
    """
    engine = _engine(connection)
    if len(among) > depth and not engine.is_scanned(question):
        return [], False
    rows: list[Row] = engine.compared(connection, question, among[max(0, len(among) - depth) :])
    rest = among[: max(0, len(among) - depth)]
    if len(rows) < wanted <= len(rows) * WORTHWHILE:
        more = min(len(rest), depth * (wanted + SPARE - len(rows)) // len(rows))
        rows += engine.compared(connection, question, rest[len(rest) - more :])
        rest = rest[: len(rest) - more]
    return rows[:wanted], len(rows) >= wanted or not len(rest)


def _hit(row: Row, every: Sequence[str]) -> Hit:
    return Hit(key=row[0], rank=rank(row[1], every))
