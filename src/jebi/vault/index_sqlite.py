"""The index in SQLite: a table of shadows, and FTS5 beside it, which keeps of them only which row has which token.

Invariants: a row and its tokens come and go in one transaction. FTS5 holds no positions and no text (`detail = none`,
no content), so that it stays at about half the size of the text; its own ranking would need both.
"""

import contextlib
import json
from collections.abc import Generator, Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    TextClause,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
)

from jebi.vault.fragments import Keys, Question, Row, Token, batches, held, tokens

ROWS = Table(
    "search_row",
    MetaData(),
    Column("key", Integer, primary_key=True, autoincrement=False),
    Column("shadow", Text, nullable=False),
)
PORTION, LARGE_PORTION = (
    1 << 20,
    64 << 20,
)  # bytes of tokens that FTS5 gathers before it writes: by itself, and for all rows
AT_ONCE = 1_000  # keys that FTS5 names in one go
GAP = 20_000  # keys; to begin anew behind them takes FTS5 as long as to name some hundred
_PORTION = "INSERT INTO search_words (search_words, rank) VALUES ('hashsize', :size)"
_WORDS = table("search_words", column("rowid"), column("search_words"))
# `ascii` takes all beyond ASCII for letters: cutting was done before, and its tables of letters end with Unicode 6.1.
_CREATE = """CREATE VIRTUAL TABLE search_words
    USING fts5 (tokens, content = '', detail = none, columnsize = 0, tokenize = "ascii tokenchars '~'")"""


def create(connection: Connection) -> None:
    """Make the tables."""
    ROWS.create(connection)
    connection.execute(text(_CREATE))


def drop(connection: Connection) -> None:
    """Take them away, if they are there."""
    ROWS.drop(connection, checkfirst=True)
    connection.execute(text("DROP TABLE IF EXISTS search_words"))


def add(connection: Connection, rows: Iterable[Row]) -> None:
    """Add rows that are not there."""
    for batch in batches(iter(rows)):
        batch.sort()  # FTS5 writes out all that it has gathered whenever a key is lower than the one before
        connection.execute(insert(ROWS), [{"key": key, "shadow": shadow} for key, shadow in batch])
        connection.execute(text("INSERT INTO search_words (rowid, tokens) VALUES (:key, :tokens)"), _told(batch))


def remove(connection: Connection, keys: Sequence[int]) -> None:
    """Remove those that are there."""
    found = [(key, shadow) for key, shadow in connection.execute(select(ROWS).where(ROWS.c.key.in_(keys)))]
    if found:
        # FTS5 keeps no row to delete: it has to be told what was in it, which the shadow says to the letter.
        forget = "INSERT INTO search_words (search_words, rowid, tokens) VALUES ('delete', :key, :tokens)"
        connection.execute(text(forget), _told(found))
        connection.execute(delete(ROWS).where(ROWS.c.key.in_(keys)))


def rebuild(connection: Connection, rows: Iterable[Row]) -> None:
    """Everything anew: in large portions, so that FTS5 has little to merge afterwards and leaves no holes in the file."""
    drop(connection)
    create(connection)
    connection.execute(text(_PORTION), {"size": LARGE_PORTION})
    add(connection, rows)
    connection.execute(text(_PORTION), {"size": PORTION})


def present(connection: Connection, keys: Sequence[int]) -> set[int]:
    """Which of these keys have a row."""
    return set(connection.scalars(select(ROWS.c.key).where(ROWS.c.key.in_(keys))))


def count(connection: Connection) -> int:
    """How many rows there are."""
    return connection.execute(select(func.count()).select_from(ROWS)).scalar_one()


def compared(connection: Connection, question: Question, keys: Keys) -> list[Row]:
    """The rows with these keys that answer the question, newest first."""
    listed = func.json_each(json.dumps(keys.tolist())).table_valued("value")
    found = select(ROWS).where(ROWS.c.key.in_(select(listed.c.value)), _answers(question))
    return _rows(connection, found.order_by(ROWS.c.key.desc()))


def scanned(connection: Connection, question: Question, wanted: int, depth: int) -> list[Row]:
    """Those of the newest `depth` rows that answer the question."""
    newest = select(ROWS).order_by(ROWS.c.key.desc()).limit(depth).subquery()
    found = select(newest.c.key, newest.c.shadow).where(_answers(question))
    return _rows(connection, found.order_by(newest.c.key.desc()).limit(wanted))


def is_scanned(question: Question) -> bool:
    """Whether to compare rows before the index is asked: FTS5 gathers all rows of all tokens that have a beginning.

    Of whole tokens it gives the newest rows first and no more than are wanted.
    """
    return any(token.is_prefix for either in question.look_ups() for token in either)


def looked_up(connection: Connection, question: Question, wanted: int, among: Keys | None) -> list[Row]:
    """The same, of all rows or of those that it is confined to, by the index."""
    if among is not None:
        return _confined(connection, question, wanted, among)
    found = (
        select(ROWS)
        .select_from(_WORDS.join(ROWS, ROWS.c.key == _WORDS.c.rowid))
        .where(_WORDS.c.search_words.op("MATCH")(_match(question.look_ups())))
        .where(_answers(question))
        .order_by(_WORDS.c.rowid.desc())
    )
    return _rows(connection, found.limit(wanted))


def _confined(connection: Connection, question: Question, wanted: int, among: Keys) -> list[Row]:
    """Keys that the index names, newest first, are held against those that are allowed before any row is looked at."""
    rows: list[Row] = []
    with contextlib.closing(_named(connection, question, among)) as named:
        for keys in named:
            rows += compared(connection, question, keys)
            if len(rows) >= wanted:
                break
    return rows[:wanted]


def _named(connection: Connection, question: Question, among: Keys) -> Generator[Keys, None, None]:
    """The keys among these that FTS5 names, newest first; over gaps between them it leaps."""
    found = select(_WORDS.c.rowid).where(_WORDS.c.search_words.op("MATCH")(_match(question.look_ups())))
    found = found.order_by(_WORDS.c.rowid.desc())
    newest = len(among)
    while newest:
        below = found.where(_WORDS.c.rowid.between(int(among[0]), int(among[newest - 1])))
        newest = 0
        with connection.execute(below.execution_options(yield_per=AT_ONCE)) as result:
            for part in result.scalars().partitions():
                keys = np.array(part, np.int64)
                yield keys[held(among, keys)]
                newest = int(np.searchsorted(among, keys[-1]))
                if not newest or (keys[-1] - among[newest - 1] > GAP and not is_scanned(question)):
                    break
            else:
                newest = 0


def _answers(question: Question) -> TextClause:
    """The condition on the only column of that name."""
    return text(question.compared("shadow", "instr")).bindparams(**question.values())


def _rows(connection: Connection, found: Select[Any]) -> list[Row]:
    return [(key, shadow) for key, shadow in connection.execute(found)]


def _told(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [{"key": key, "tokens": " ".join(sorted(tokens(shadow)))} for key, shadow in rows]


def _match(wanted: list[list[Token]]) -> str:
    def quoted(token: Token) -> str:
        return f'"{token.text}"' + (" *" if token.is_prefix else "")

    return " AND ".join(f"({' OR '.join(map(quoted, either))})" for either in wanted)
