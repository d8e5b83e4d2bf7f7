"""The index in PostgreSQL: packs of shadows, and a GIN index over the tokens of each pack.

A row for each shadow would make an index of 2.6 times the text: 28 bytes a row, and postings that leap over many rows.
A pack holds up to `PACKED` shadows that were added together, one a line, compressed by the database, and its postings lie
close: 1.5 times the text in all. Neither a text's positions nor its tokens are stored: `search_terms` makes a pack's tokens
when it is written, which is why it is a function in the database.

Invariants: a pack's keys are in order, and within `SPAN` of its last. Rows that are added in different calls are in
different packs, so that two writers never wait for each other but over the same rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Select,
    Table,
    Text,
    TextClause,
    and_,
    any_,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from jebi.errors import Unable
from jebi.vault.fragments import Keys, Question, Row, Token, batches, held

PACKED = 32  # shadows; more are smaller together, and take longer to be unpacked for one of them
PACKED_CHARACTERS = 4_000  # for long ones: a pack of this size still has fewer tokens than a tsvector can hold
SPAN = 256  # between the first key of a pack and its last, so that the pack of a key is found among a few
PACKS_AT_ONCE = 256  # that are unpacked for a first look; each time it was not enough, twice as many
NAMED_AT_ONCE = 4_096  # packs that are asked of the index in one go
NO_KEY = (1 << 63) - 1
MEMORY = "256MB"  # to build an index in; more changes little

PACKS = Table(
    "search_pack",
    MetaData(),
    Column("last", BigInteger, primary_key=True, autoincrement=False),
    Column("members", ARRAY(BigInteger), nullable=False),
    Column("shadows", Text, nullable=False),
)
# With PostgreSQL's own compression a search takes half as long again; builds before 14 have no other, nor have some later ones.
_HAS_LZ4 = "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
# The tokens of `fragments.tokens`, in the database's own words. The cost keeps its planner from calling it for a row that
# it can find by the index. OFFSET 0 has each run cut into characters once.
_CREATE_FUNCTION = r"""
CREATE FUNCTION search_terms(shadows text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
    WITH terms AS (SELECT unnest(string_to_array(translate(shadows, E'\n', ' '), ' ')) AS term)
    SELECT array_to_tsvector(array_agg(token)) FROM (
        SELECT CASE following WHEN '~' THEN here || '~' || next ELSE here || following END AS token
        FROM terms,
            LATERAL (SELECT string_to_array(term, NULL) || '~'::text AS run OFFSET 0) AS characters,
            LATERAL unnest(run, run[2:], run[3:] || ''::text) AS pair (here, following, next)
        WHERE starts_with(term, '~') AND here <> '~'
        UNION ALL
        SELECT term FROM terms WHERE term <> '' AND NOT starts_with(term, '~')
    ) AS tokens
$$"""
_CREATE_INDEX = (
    "CREATE INDEX search_pack_terms ON search_pack USING gin (search_terms(shadows)) WITH (fastupdate = off)"
)

# As bytes: to make rows of thousands of keys, and numbers of these, takes longer than to find them. OFFSET 0 keeps
# PostgreSQL from walking down the keys and making the terms of every pack it meets.
_NAMED = text(
    f"""
    SELECT string_agg(int8send(last) || int8send(first), ''::bytea)
    FROM (
        SELECT * FROM (
            SELECT last, members[1] AS first FROM search_pack
            WHERE search_terms(shadows) @@ CAST(:tokens AS tsquery) OFFSET 0
        ) AS found WHERE last < :below ORDER BY last DESC LIMIT {NAMED_AT_ONCE}
    ) AS newest
    """  # noqa: S608 - a number of ours
)
_BY_LAST = "SELECT * FROM search_pack WHERE last = ANY (CAST(:lasts AS bigint[]))"
_NEWEST = "SELECT * FROM (SELECT * FROM search_pack ORDER BY last DESC LIMIT :depth) AS newest"
# Parts are farther from each other than a pack is long: none reaches into two.
_OF_PARTS = """
    SELECT search_pack.* FROM search_pack
    JOIN unnest(CAST(:first AS bigint[]), CAST(:last AS bigint[])) AS part (first, last)
        ON search_pack.last BETWEEN part.first AND part.last + :span AND members[1] <= part.last
"""


def create(connection: Connection) -> None:
    """Make the table, the function and the index."""
    _create_table(connection)
    connection.execute(text(_CREATE_INDEX))


def drop(connection: Connection) -> None:
    """Take them away, if they are there."""
    PACKS.drop(connection, checkfirst=True)
    connection.execute(text("DROP FUNCTION IF EXISTS search_terms(text)"))


def add(connection: Connection, rows: Iterable[Row]) -> None:
    """Add rows that are not there."""
    for batch in batches(iter(rows)):
        packs = [_pack(rows) for rows in _packed(sorted(batch))]
        connection.execute(insert(PACKS), packs)


def remove(connection: Connection, keys: Sequence[int]) -> None:
    """Remove those that are there: their packs are written anew without them."""
    gone = set(keys)
    # Changed in place: a writer that waited for this one must meet the new version of the pack, not nothing.
    found = connection.execute(_packs_of(keys).order_by(PACKS.c.last).with_for_update(of=PACKS)).all()
    for last, packed, shadows in {row.last: row for row in found}.values():
        kept = [row for row in zip(packed, shadows.split("\n"), strict=True) if row[0] not in gone]
        here = PACKS.c.last == last
        connection.execute(update(PACKS).where(here).values(_pack(kept)) if kept else delete(PACKS).where(here))


def rebuild(connection: Connection, rows: Iterable[Row]) -> None:
    """Everything anew: packs full, and the index made of all of them at once."""
    drop(connection)
    _create_table(connection)
    add(connection, rows)
    connection.execute(text(f"SET LOCAL maintenance_work_mem = '{MEMORY}'"))
    connection.execute(text(_CREATE_INDEX))
    connection.execute(text("ANALYZE search_pack"))


def present(connection: Connection, keys: Sequence[int]) -> set[int]:
    """Which of these keys have a row."""
    wanted = set(keys)
    found = connection.scalars(_packs_of(keys).with_only_columns(PACKS.c.members))
    return {key for packed in found for key in packed if key in wanted}


def count(connection: Connection) -> int:
    """How many rows there are."""
    counted = connection.execute(select(func.sum(func.cardinality(PACKS.c.members)))).scalar_one()
    return int(counted or 0)


def compared(connection: Connection, question: Question, keys: Keys) -> list[Row]:
    """The rows with these keys that answer the question, newest first."""
    if not len(keys):
        return []
    ends = np.flatnonzero(np.diff(keys) > SPAN)
    first, last = keys[np.append(0, ends + 1)], keys[np.append(ends, len(keys) - 1)]
    parts = {"first": first.tolist(), "last": last.tolist(), "span": SPAN}
    return _allowed(_unpacked(connection, question, _OF_PARTS, parts), keys)


def scanned(connection: Connection, question: Question, wanted: int, depth: int) -> list[Row]:
    """Those of about the newest `depth` rows that answer the question."""
    return _unpacked(connection, question, _NEWEST, {"depth": depth // PACKED}, wanted)


def is_scanned(question: Question) -> bool:
    """Whether to compare rows before the index is asked: GIN gathers all packs, in no order, before it gives the first.

    What is loose is asked for only where what is exact is rare.
    """
    return not question.is_loose


def looked_up(connection: Connection, question: Question, wanted: int, among: Keys | None) -> list[Row]:
    """The same, of all rows or of those that it is confined to, by the index.

    The newest packs that it names are unpacked first, then as many more as it takes.
    """
    rows: list[Row] = []
    below = None if among is None else int(among[-1]) + SPAN + 1
    while True:
        lasts, firsts = _named(connection, question, below)
        likely = (lasts if among is None else lasts[_have_any(among, firsts, lasts)]).tolist()
        start, size = 0, PACKS_AT_ONCE
        while start < len(likely) and len(rows) < wanted:
            packs = {"lasts": likely[start : start + size]}
            found = _unpacked(connection, question, _BY_LAST, packs, None if among is not None else wanted - len(rows))
            rows += found if among is None else _allowed(found, among)
            start, size = start + size, size * 2
        if len(rows) >= wanted or len(lasts) < NAMED_AT_ONCE or (among is not None and lasts[-1] < among[0]):
            return sorted(rows, reverse=True)[:wanted]
        below = int(lasts[-1])
        if among is not None:  # over a gap between the keys
            below = min(below, int(among[np.searchsorted(among, below) - 1]) + SPAN + 1)


def _have_any(keys: Keys, firsts: Keys, lasts: Keys) -> NDArray[np.bool_]:
    """Whether any of these keys is between each first and last."""
    return np.searchsorted(keys, firsts) < np.searchsorted(keys, lasts, "right")


def _allowed(rows: Sequence[Row], keys: Keys) -> list[Row]:
    is_held = held(keys, np.array([key for key, _ in rows], np.int64))
    return [row for row, is_there in zip(rows, is_held, strict=True) if is_there]


def _named(connection: Connection, question: Question, below: int | None) -> tuple[Keys, Keys]:
    """The last and the first keys of the newest packs below one that the index names, newest first."""
    asked = {"tokens": _tsquery(question.look_ups()), "below": NO_KEY if below is None else below}
    named = connection.execute(_NAMED, asked).scalar_one() or b""
    keys = np.frombuffer(named, ">i8").astype(np.int64).reshape(-1, 2)
    keys = keys[np.argsort(-keys[:, 0])]
    return keys[:, 0], keys[:, 1]


def _create_table(connection: Connection) -> None:
    if connection.execute(text("SHOW server_encoding")).scalar_one() != "UTF8":
        raise Unable("the database is not in UTF-8", hint="make it anew with ENCODING 'UTF8'")
    connection.execute(text(_CREATE_FUNCTION))
    PACKS.create(connection)
    if connection.execute(text(_HAS_LZ4)).scalar():
        connection.execute(text("ALTER TABLE search_pack ALTER shadows SET COMPRESSION lz4"))


def _packed(rows: Sequence[Row]) -> Iterator[list[Row]]:
    pack: list[Row] = []
    size = 0
    for key, shadow in rows:
        if pack and (len(pack) == PACKED or size + len(shadow) > PACKED_CHARACTERS or key - pack[0][0] > SPAN):
            yield pack
            pack, size = [], 0
        pack.append((key, shadow))
        size += len(shadow)
    if pack:
        yield pack


def _pack(rows: Sequence[Row]) -> dict[str, object]:
    keys = [key for key, _ in rows]
    return {"last": keys[-1], "members": keys, "shadows": "\n".join(shadow for _, shadow in rows)}


def _holds(key: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(PACKS.c.last.between(key, key + SPAN), key == any_(PACKS.c.members))


def _array(keys: Sequence[int]) -> BindParameter[Any]:
    return bindparam(None, list(keys), ARRAY(BigInteger))


def _packs_of(keys: Sequence[int]) -> Select[Any]:
    wanted = func.unnest(_array(keys)).table_valued("key").render_derived("wanted")
    return select(PACKS.c.last, PACKS.c.members, PACKS.c.shadows).join(wanted, _holds(wanted.c.key))


def _unpacked(
    connection: Connection, question: Question, packs: str, chosen: dict[str, object], wanted: int | None = None
) -> list[Row]:
    """The rows in these packs that answer the question, newest first; or the newest of them."""
    asked = _unpack(packs, question.has_every("shadows", "strpos"), question.compared("shadow", "strpos"))
    values = chosen | question.values() | {"wanted": wanted}
    return [(key, shadow) for key, shadow in connection.execute(asked, values)]


@lru_cache(maxsize=64)
def _unpack(packs: str, is_likely: str, answers: str) -> TextClause:
    """Made once for each number of fragments: to make it anew takes as long as many an answer.

    Many packs have no row with the fragments: to look into all their lines at once is sooner done than to part them.
    OFFSET 0 keeps PostgreSQL from doing either with packs that are not asked for.
    """
    return text(
        f"""
        SELECT key, shadow
        FROM (SELECT * FROM ({packs} OFFSET 0) AS pack WHERE {is_likely} OFFSET 0) AS likely,
            unnest(members, string_to_array(shadows, E'\\n')) AS line (key, shadow)
        WHERE {answers} ORDER BY key DESC LIMIT :wanted
        """  # noqa: S608 - packs and conditions are made here, and hold nothing that anybody typed
    )


def _tsquery(wanted: list[list[Token]]) -> str:
    def quoted(token: Token) -> str:
        return f"'{token.text}'" + (":*" if token.is_prefix else "")

    return " & ".join(f"({' | '.join(map(quoted, either))})" for either in wanted)
