"""How a catalogue comes to the schema of this jebi, from nothing or from any earlier version.

Each version is a step of Alembic's under `versions/`; it says in SQL what is done in SQLite and in PostgreSQL, and is
never altered once a jebi with it was released: the catalogues out there were made by what stood in it.

Invariants: a step is taken whole or not at all, within the caller's transaction; a catalogue is never taken back, and
one of a newer jebi is not touched.
"""

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from jebi.errors import Damaged, Refused
from jebi.vault.schema import VERSION

_STEPS = "versions"
_COPY = "keep it as it is, and bring back its last copy"


def version(connection: Connection) -> str:
    """The version of the schema that is there; empty where there is nothing yet.

    Raises:
        Refused: it is one of a newer jebi.
        Damaged: there are tables, and they are not a catalogue's.
    """
    found = max(MigrationContext.configure(connection).get_current_heads(), default="")
    if found > VERSION:
        raise Refused(
            f"the catalogue is of version {found}, and this jebi knows {VERSION} at most",
            hint="open it with the newer jebi that wrote it: a catalogue is never taken back",
        )
    if not found and inspect(connection).has_table("clip"):
        raise Damaged("the catalogue does not say of which version it is", hint=_COPY)
    return found


def upgrade(connection: Connection, to: str = VERSION) -> None:
    """Bring the catalogue to a version, within the transaction of the connection; does nothing where it is there already."""
    version(connection)
    config = Config()
    config.set_main_option("script_location", "jebi.vault:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise Damaged("the catalogue is of a version that never was", hint=_COPY) from error


def run(connection: Connection, name: str) -> None:
    """Run a step's statements, one after the other, in the words of the database at hand."""
    script = resources.files(__name__).joinpath(_STEPS, f"{name}.{connection.dialect.name}.sql")
    for statement in script.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)
