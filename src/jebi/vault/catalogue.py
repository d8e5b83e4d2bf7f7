"""The catalogue: rows about clips, in SQLite or PostgreSQL, and an event for every change (docs/formats/catalogue.md).

    with catalogue.writing(now_ms) as change:
        clips.add(change, clip, event)

Rows are read within `reading` and changed within `writing`, by the functions of `clips`, `segments`, `sorting`, `members`,
`fixity` and `jobs`; `grid` answers what the pages ask.

Invariants: a change and its event are one transaction, so that neither is ever without the other; events are numbered in
the order in which their changes took effect; a catalogue of a newer jebi is refused, one of an older is brought here
whole or not at all. It knows what no event means, and asks no clock.
A catalogue is for one process: open it after the fork. Threads may share it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self, TypeVar

from sqlalchemy import Connection, Engine, Executable, Select, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from jebi.errors import Damaged, Refused
from jebi.vault import engine, migrations, schema
from jebi.vault.limits import check_number

NUMBERED = " · event "  # stands between an event's detail and its number in the log
LONGEST_SUBJECT = 256
LONGEST_ACTOR = 128
LONGEST_DETAIL = 4096 - len(f"{NUMBERED}{1 << 53}".encode())  # the custody log's limit, and room for the number
_KIND = re.compile(r"[a-z0-9._-]{1,64}")
# As the custody log has it (docs/formats/custody.md, "Event"). An event that the log refuses would stand before all others.
_UNSHOWABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What the custody log will say of a change: its kind, what it happened to, what there is to say, and who did it.

    Raises:
        Damaged: the log would refuse it.
    """

    kind: str
    subject: str
    detail: str
    actor: str

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind):
            raise Damaged("an event's kind is empty, too long, or has letters that it must not have")
        for name, text, longest in (
            ("subject", self.subject, LONGEST_SUBJECT),
            ("detail", self.detail, LONGEST_DETAIL),
            ("actor", self.actor, LONGEST_ACTOR),
        ):
            if _UNSHOWABLE.search(text):
                raise Damaged(f"an event's {name} has a character that cannot be shown as it is")
            if len(text.encode()) > longest or not (text or name == "detail"):
                raise Damaged(f"an event's {name} is empty or too long")


class Row(Protocol):
    """A dataclass whose fields are columns of one table."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


AnyRow = TypeVar("AnyRow", bound=Row)


class Change:
    """A transaction that writes. What it does takes effect when the `with` ends, or not at all."""

    def __init__(self, connection: Connection, now_ms: int) -> None:
        check_number("the time", now_ms)
        self.connection = connection
        self.now_ms = now_ms

    def say(self, event: Event) -> int:
        """Write an event into the outbox; returns its number."""
        row = {**asdict(event), "made_ms": self.now_ms}
        return self._number(insert(schema.outbox).values(row).returning(schema.outbox.c.id))

    def add(self, table: Table, row: Row | Mapping[str, Any], **more: Any) -> None:
        """Insert one row. Raises `Refused` when there is one of that key already."""
        self.connection.execute(insert(table).values(_values(row, **more)))

    def add_numbered(self, table: Table, row: Row | Mapping[str, Any], **more: Any) -> int:
        """Insert one row into a table that numbers its rows; returns the number."""
        values = _values(row, **more)
        values.pop("id", None)  # a value that was not kept yet has none
        return self._number(insert(table).values(values).returning(table.c.id))

    def put(self, table: Table, rows: Iterable[Mapping[str, Any]], *, keep: bool = False) -> None:
        """Insert rows; where one of that primary key is, the new one takes its place. `keep`: the old one stays."""
        values, keys = list(rows), [column.name for column in table.primary_key]
        if not values:
            return
        insertion = (sqlite if self.connection.dialect.name == "sqlite" else postgresql).insert(table)
        rest = {name: insertion.excluded[name] for name in values[0] if name not in keys}
        if keep or not rest:
            self.connection.execute(insertion.on_conflict_do_nothing(), values)
        else:
            self.connection.execute(insertion.on_conflict_do_update(index_elements=keys, set_=rest), values)

    def alter(self, table: Table, key: Mapping[str, Any], **changed: Any) -> None:
        """Alter the one row with that key. Raises `Refused` when there is none."""
        found = self.connection.execute(update(table).where(*_is(table, key)).values(changed))
        _one(found.rowcount)

    def remove(self, table: Table, **key: Any) -> None:
        """Delete the one row with that key. Raises `Refused` when there is none, or when another row needs it."""
        _one(self.connection.execute(delete(table).where(*_is(table, key))).rowcount)

    def _number(self, statement: Executable) -> int:
        return int(self.connection.execute(statement).scalar_one())


class Catalogue:
    """An open catalogue; a context manager."""

    def __init__(self, opened: Engine) -> None:
        self.engine = opened

    @classmethod
    def open(cls, url: str, *, patience_ms: int = engine.PATIENCE_MS) -> Self:
        """Open the catalogue at `sqlite:///PATH` or `postgresql+psycopg://…`; make it, or bring it to this version.

        `patience_ms` is how long a change waits for another before it is `Busy`.

        Raises:
            Refused: it was written by a newer jebi, or the address is of no database that jebi uses.
            Damaged: what is there is no catalogue.
            Unable, Busy, NoRoom: the database cannot be reached or written.
        """
        opened = engine.connect(url, patience_ms)
        try:
            with engine.reading(opened) as connection:
                is_ready = migrations.version(connection) == schema.VERSION
            if not is_ready:
                with engine.writing(opened) as connection:
                    migrations.upgrade(connection)
        except BaseException:
            opened.dispose()
            raise
        return cls(opened)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def tend(self) -> None:
        """Let the database count its rows, milliseconds even for millions: how it answers depends on what it believes.

        To be called now and then, such as after a round of accession.
        """
        with engine.claiming(self.engine) as connection:
            engine.analyse(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one state of all rows, and changes none."""
        with engine.reading(self.engine) as connection:
            yield connection

    @contextmanager
    def writing(self, now_ms: int) -> Iterator[Change]:
        """A transaction that is alone in changing rows until it ends: keep it short, and compute nothing in it."""
        with engine.writing(self.engine) as connection:
            yield Change(connection, now_ms)

    @contextmanager
    def claiming(self) -> Iterator[Connection]:
        """A transaction on rows of which no event speaks: jobs that are taken, sessions that are used."""
        with engine.claiming(self.engine) as connection:
            yield connection


def rows(connection: Connection, of: type[AnyRow], query: Select[Any]) -> list[AnyRow]:
    """What a query finds, as values; its columns are the fields."""
    return [of(**row) for row in connection.execute(query).mappings()]


def row(connection: Connection, of: type[AnyRow], table: Table, **key: Any) -> AnyRow | None:
    """The one row with that key, or `None`."""
    query = select(*(table.c[name] for name in of.__dataclass_fields__)).where(*_is(table, key))
    found = rows(connection, of, query)
    return found[0] if found else None


def columns(of: type[Row], table: Table) -> list[Any]:
    """The columns of a table that are fields of a row."""
    return [table.c[name] for name in of.__dataclass_fields__]


def _values(row: Row | Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {**(row if isinstance(row, Mapping) else asdict(row)), **more}


def _is(table: Table, key: Mapping[str, Any]) -> list[Any]:
    return [table.c[name] == value for name, value in key.items()]


def _one(count: int) -> None:
    if count != 1:
        raise Refused("that is not in the catalogue", hint="look at the list anew: it may have been taken away")
