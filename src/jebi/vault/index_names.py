"""Which clip each name in the index belongs to: names have keys below zero, so that texts may have all others.

Invariants: a clip has one name, and a name has one key, for ever. It knows no database by name.
"""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, Table, Text, func, insert, select

NAMES = Table(
    "search_name",
    MetaData(),
    Column("key", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("clip", Text, nullable=False, unique=True),
)


def create(connection: Connection) -> None:
    """Make the table."""
    NAMES.create(connection)


def drop(connection: Connection) -> None:
    """Take it away, if it is there."""
    NAMES.drop(connection, checkfirst=True)


def add(connection: Connection, clips: Sequence[str]) -> list[int]:
    """Give clips keys for their names, in that order; the database refuses a clip that has one."""
    lowest = connection.execute(select(func.min(NAMES.c.key))).scalar() or 0
    keys = [lowest - number for number in range(1, len(clips) + 1)]
    if clips:
        connection.execute(insert(NAMES), [{"key": key, "clip": of} for key, of in zip(keys, clips, strict=True)])
    return keys


def clips_of(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    """The clips of keys, as far as they are names."""
    return {row.key: row.clip for row in connection.execute(select(NAMES).where(NAMES.c.key.in_(keys)))}
