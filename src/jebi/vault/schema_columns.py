"""What the catalogue's tables are made of, the same in SQLite and in PostgreSQL; see `schema`.

Invariants: a column may be empty only where it says so; a table knows no other type than these.
"""

from typing import Any, get_args

from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

# BIGINT in PostgreSQL; in SQLite every INTEGER has 64 bits, and a STRICT table knows no other name for it.
INTEGER = BigInteger().with_variant(Integer(), "sqlite")
DEGREES: TypeEngine[float] = Double().with_variant(REAL(), "sqlite")

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def words(name: str, *more: ForeignKey, key: bool = False, optional: bool = False) -> Column[Any]:
    """A column of text."""
    return Column(name, Text(), *more, primary_key=key, nullable=optional)


def integer(name: str, *more: ForeignKey, key: bool = False, optional: bool = False) -> Column[Any]:
    """A column of whole numbers of 64 bits."""
    return Column(name, INTEGER, *more, primary_key=key, nullable=optional, autoincrement=False)


def clip_column(*, key: bool = False) -> Column[Any]:
    """A column that names a clip."""
    return words("clip", ForeignKey("clip.id"), key=key)


def one_of(name: str, choices: object) -> CheckConstraint:
    """Only these words stand in a column."""
    return CheckConstraint(f"{name} IN ({', '.join(repr(choice) for choice in get_args(choices))})", name=name)


def numbered(name: str, *parts: Column[Any] | CheckConstraint | ForeignKeyConstraint | Index) -> Table:
    """A table whose rows are numbered, each number once and for ever."""
    number: Column[Any] = Column("id", INTEGER, primary_key=True)
    return Table(name, METADATA, number, *parts, sqlite_strict=True, sqlite_autoincrement=True)


def keyed(name: str, *parts: Column[Any] | CheckConstraint | ForeignKeyConstraint | Index) -> Table:
    """A table whose rows are found by what they are about."""
    return Table(name, METADATA, *parts, sqlite_strict=True, sqlite_with_rowid=False)


def index(*columns: str, unique: bool = False) -> Index:
    """An index over columns."""
    return Index(None, *columns, unique=unique)
