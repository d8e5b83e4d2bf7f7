"""Which database an archive's catalogue is in, and how workers on other machines come to it.

A catalogue is in `catalogue.db` in the archive, or in PostgreSQL, where `desk.toml` says so. The address stands there
without a password: libpq takes that from `~/.pgpass` or PGPASSFILE, and host, user and all else from the service file, if
the address is such as `postgresql+psycopg:///?service=jebi`. So each machine may reach the same database its own way.

Invariants: an archive has one catalogue; none is begun beside another silently. No password in `desk.toml` or on a command line.
"""

import contextlib
import os
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from jebi.errors import Refused
from jebi.office.admission import DATABASE, open_catalogue
from jebi.office.desk import Desk, Workplace
from jebi.vault import engine, migrations, outbox, schema
from jebi.vault.catalogue import Catalogue

if TYPE_CHECKING:  # what it needs is an extra, which nobody has to install for a catalogue in a file
    from jebi.work.errands import Errands

POSTGRESQL = "postgresql+psycopg"
FILE = "catalogue.db"
_KINDS = f"it is {POSTGRESQL}://USER@HOST/NAME, or {POSTGRESQL}:///?service=NAME"


def settle(desk: Desk, untrusted_url: str) -> None:
    """Let the archive's catalogue be in a PostgreSQL database, from its beginning on; does nothing where it is there already.

    Raises:
        Refused: the archive has a catalogue elsewhere, the database holds one, or the address is none or has a password.
        Unable: the database cannot be reached.
    """
    url = _checked(untrusted_url)
    settled = desk.settings.get(DATABASE)
    if settled == url:
        return
    if settled:
        raise Refused("this desk's catalogue is in another database", hint="leave --database out: desk.toml names it")
    if os.path.exists(desk.path(FILE)) and _is_begun(f"sqlite:///{desk.path(FILE)}"):
        raise Refused(
            f"this desk's catalogue is begun in {FILE}, and is not moved",
            hint="go on without --database; or set the file aside: clips are taken in anew, what people wrote stays in it",
        )
    if _is_begun(url):
        raise Refused(
            "that database holds a catalogue already",
            hint="name an empty one; or, if it is this desk's, write its address into desk.toml as database",
        )
    desk.settle(DATABASE, url)
    for suffix in ("", "-wal", "-shm"):  # nothing was in it
        with contextlib.suppress(FileNotFoundError):
            os.unlink(desk.path(FILE + suffix))


def errands_of(workplace: Workplace) -> "Errands | None":
    """How workers of this archive hear of work; `None` where all are of one machine."""
    url = str(workplace.settings.get(DATABASE) or "")
    if not url.startswith(POSTGRESQL):
        return None
    opened = engine.connect(url)
    from jebi.work.errands import Errands  # noqa: PLC0415 - see above; the line before says what is missing

    _, parameters = opened.dialect.create_connect_args(opened.url)
    return Errands({key: value for key, value in parameters.items() if key != "context"})


def open_joined(workplace: Workplace) -> Catalogue:
    """The catalogue of an archive that somebody else holds: of exactly this version, and never made here.

    Raises:
        Refused: the catalogue is in a file, or of another version.
        Unable: the database cannot be reached.
    """
    if errands_of(workplace) is None:
        raise Refused(
            f"this desk's catalogue is in {FILE}, and a file is for one machine",
            hint="on the machine that holds the archive, begin it with --database",
        )
    opened = engine.connect(str(workplace.settings[DATABASE]))
    try:
        with engine.reading(opened) as connection:
            found = migrations.version(connection)
    finally:
        opened.dispose()
    if found != schema.VERSION:
        raise Refused(
            "the catalogue is of another version than this jebi",
            hint="use the same jebi on all machines, and run `jebi desk work` where the archive is held first",
        )
    return open_catalogue(workplace)


def _checked(untrusted_url: str) -> str:
    if not untrusted_url.startswith(f"{POSTGRESQL}://"):
        raise Refused("--database is for PostgreSQL", hint=_KINDS)
    engine.connect(untrusted_url).dispose()  # refuses what it cannot read
    url = make_url(untrusted_url)
    if url.password is not None or "password" in url.query:
        raise Refused(
            "the database's address holds a password, which everybody on this machine can read there",
            hint="put the password into ~/.pgpass, or the file that PGPASSFILE names, and leave it out here",
        )
    return untrusted_url


def _is_begun(url: str) -> bool:
    """Whether anything ever happened in a catalogue."""
    with Catalogue.open(url) as catalogue, catalogue.reading() as connection:
        return outbox.first_ms(connection) is not None
