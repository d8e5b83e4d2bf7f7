"""A database by its address: SQLite or PostgreSQL, and what either refuses in jebi's own words.

Invariants: what was committed survives a loss of power; deleted text is overwritten; nothing is sorted in a temporary
file; one transaction writes at a time; no error carries what a row holds. SQLite's file is readable by its owner alone.
It knows no table.
"""

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from jebi.errors import Busy, Damaged, JebiError, NoRoom, Refused, Unable, failures_named

PATIENCE_MS = 30_000  # that one writer waits for another; a writer's transaction takes milliseconds
# FULL: the custody log must never remember a change that the catalogue lost with the power.
PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
    "temp_store = MEMORY",
    "trusted_schema = OFF",
    "cache_size = -32768",  # KiB; what the grid looks at of a million segments
)
ONE_WRITER = 0x6A656269  # "jebi"; the advisory lock is of one database, so no other program is in its way
# PostgreSQL took a second to compile what then ran for milliseconds, and a plan made for any values of a statement that was
# asked five times is a hundred times worse than one for those that are asked.
PLANNING = "-c jit=off -c plan_cache_mode=force_custom_plan"
MOST = 40  # connections at once, or somewhat more: a web server has that many threads
ROWS_COUNTED = 400  # of each index of SQLite's; its makers' advice
BEGIN = "jebi_begin"  # the execution option with the statement that begins a transaction of SQLite's
_AGAIN = "run it again: nothing was changed"
# By SQLite's names and PostgreSQL's SQLSTATEs, or how these begin.
_EXPLANATIONS: tuple[tuple[tuple[str, ...], type[JebiError], str, str], ...] = (
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40P01", "40001"),
        Busy,
        "another jebi is writing into the catalogue",
        _AGAIN,
    ),
    (("SQLITE_FULL", "53100"), NoRoom, "the disk with the catalogue is full", f"make room there; then {_AGAIN}"),
    (
        ("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002"),
        Damaged,
        "the catalogue is damaged, or is none",
        "keep it as it is, and bring back its last copy",
    ),
    (
        ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505"),
        Refused,
        "the catalogue has that already",
        "choose another name, or use what is there",
    ),
    (
        ("SQLITE_CONSTRAINT_FOREIGNKEY", "23503"),
        Refused,
        "that is not in the catalogue, or something there still needs it",
        "look at the list anew",
    ),
    (
        ("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "08", "28", "3D", "53", "57"),
        Unable,
        "the catalogue's database cannot be reached or written",
        f"see that it runs; then {_AGAIN}",
    ),
)


def connect(url: str, patience_ms: int = PATIENCE_MS) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; connections are made when they are needed.

    Args:
        url: the database's address.
        patience_ms: how long one writer waits for another before it is `Busy`.

    Raises:
        Refused: the address is of neither kind.
        Unable: SQLite's file cannot be made, or PostgreSQL's driver is not installed.
    """
    address = _parsed(url)
    if address.drivername == "sqlite":
        return _sqlite(address, patience_ms)
    waits = {"options": f"-c lock_timeout={patience_ms} {PLANNING}"}
    try:
        return create_engine(address, hide_parameters=True, pool_pre_ping=True, max_overflow=MOST, connect_args=waits)
    except ModuleNotFoundError as error:
        raise Unable("PostgreSQL's driver is not installed", hint="install jebi[postgresql]") from error


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the rows from its first question to its last, and changes none."""
    options = {BEGIN: "BEGIN", "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with _transaction(engine, options) as connection:
        yield connection


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is alone in writing until it ends; on any exception nothing of it remains."""
    with _transaction(engine, {BEGIN: "BEGIN IMMEDIATE"}) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_WRITER})")
        yield connection


@contextlib.contextmanager
def claiming(engine: Engine) -> Iterator[Connection]:
    """The same for rows that several may write at once where the database lets them, each holding its own."""
    with _transaction(engine, {BEGIN: "BEGIN IMMEDIATE"}) as connection:
        yield connection


def analyse(connection: Connection) -> None:
    """Let the database count its rows, by samples. PostgreSQL does it by itself too, SQLite only here."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {ROWS_COUNTED}")
    connection.exec_driver_sql("ANALYZE")


def described(connection: Connection) -> tuple[str, int]:
    """Which database this is, with its version, and how many bytes it takes."""
    if connection.dialect.name == "sqlite":
        pages, size = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
        )
        return f"SQLite {sqlite3.sqlite_version}", int(pages) * int(size)
    version = connection.exec_driver_sql("SHOW server_version").scalar_one()
    size = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
    return f"PostgreSQL {version}", int(size)


@contextlib.contextmanager
def _transaction(engine: Engine, options: dict[str, Any]) -> Iterator[Connection]:
    if engine.dialect.name == "sqlite":
        options = {BEGIN: options[BEGIN]}
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except DBAPIError as error:
        known = _explained(error)
        if known is None:
            raise
        raise known from None  # the driver's own words may quote a row


def _parsed(url: str) -> URL:
    kinds = "it is sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME"
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise Refused("the catalogue's address cannot be read", hint=kinds) from None  # it may hold a password
    is_file = address.drivername == "sqlite" and address.database not in {None, "", ":memory:"} and not address.query
    if not is_file and address.drivername != "postgresql+psycopg":
        raise Refused("the catalogue's address is of no database that jebi keeps one in", hint=kinds)
    return address


def _sqlite(address: URL, patience_ms: int) -> Engine:
    path = str(address.database)
    with failures_named(path, "opened"):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    engine = create_engine(
        address, hide_parameters=True, max_overflow=MOST, connect_args={"timeout": patience_ms / 1000}
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # or the driver begins transactions of its own, late and without a lock
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options()[BEGIN]
    connection.exec_driver_sql(f"PRAGMA query_only = {int(statement == 'BEGIN')}")
    connection.exec_driver_sql(statement)


def _explained(error: DBAPIError) -> JebiError | None:
    """What a database's refusal means; `None` for what only a mistake in jebi can cause."""
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    if code is None and isinstance(error, OperationalError):
        code = "08"  # a server that never answered gave no reason either
    for codes, kind, what, hint in _EXPLANATIONS:
        if str(code).startswith(codes):
            return kind(what, hint=hint)
    return None
