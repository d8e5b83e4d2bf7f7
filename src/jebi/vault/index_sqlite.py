"""The index in SQLite: a table of shadows, and FTS5 beside it, which keeps of them only which row has which token.

Invariants: a row and its tokens come and go in one transaction. FTS5 holds no positions and no text (`detail = none`,
no content), so that it stays at about half the size of the text; its own ranking would need both.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
)

from jebi.vault.fragments import Question, Row, Token, batches, tokens

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


def confined(connection: Connection, question: Question, wanted: int) -> list[Row]:
    """The newest rows that answer the question, by comparing every one that it is confined to."""
    assert question.among is not None
    found = select(ROWS).where(ROWS.c.key.in_(question.among), *question.compared(ROWS.c.shadow, "instr"))
    return _rows(connection, found.order_by(ROWS.c.key.desc()), wanted)


def scanned(connection: Connection, question: Question, wanted: int, depth: int) -> list[Row]:
    """The same, of the newest `depth` rows only, whatever it is confined to."""
    newest = select(ROWS).order_by(ROWS.c.key.desc()).limit(depth).subquery()
    found = select(newest.c.key, newest.c.shadow).where(*question.compared(newest.c.shadow, "instr"))
    if question.among is not None:
        found = found.where(newest.c.key.in_(question.among))
    return _rows(connection, found.order_by(newest.c.key.desc()), wanted)


def is_scanned(question: Question) -> bool:
    """Whether to compare rows before the index is asked: FTS5 gathers all rows of all tokens that have a beginning.

    Of whole tokens it gives the newest rows first and no more than are wanted.
    """
    return any(token.is_prefix for either in question.look_ups() for token in either)


def looked_up(connection: Connection, question: Question, wanted: int) -> list[Row]:
    """The same, of all rows, by the index."""
    found = (
        select(ROWS)
        .select_from(_WORDS.join(ROWS, ROWS.c.key == _WORDS.c.rowid))
        .where(_WORDS.c.search_words.op("MATCH")(_match(question.look_ups())))
        .where(*question.compared(ROWS.c.shadow, "instr"))
        .order_by(_WORDS.c.rowid.desc())
    )
    if question.among is not None:
        # The plus keeps SQLite from asking FTS5 once for each of the keys.
        found = found.where(literal_column("+search_row.key", Integer).in_(question.among))
    return _rows(connection, found, wanted)


def _rows(connection: Connection, found: Select[Any], wanted: int) -> list[Row]:
    return [(key, shadow) for key, shadow in connection.execute(found.limit(wanted))]


def _told(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [{"key": key, "tokens": " ".join(sorted(tokens(shadow)))} for key, shadow in rows]


def _match(wanted: list[list[Token]]) -> str:
    def quoted(token: Token) -> str:
        return f'"{token.text}"' + (" *" if token.is_prefix else "")

    return " AND ".join(f"({' OR '.join(map(quoted, either))})" for either in wanted)
