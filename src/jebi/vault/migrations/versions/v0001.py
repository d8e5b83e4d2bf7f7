"""The first catalogue."""

from typing import NoReturn

from alembic import op

from jebi.errors import Refused
from jebi.vault import index, migrations

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    migrations.run(op.get_bind(), "v0001")
    index.create(op.get_bind())


def downgrade() -> NoReturn:
    """Never."""
    raise Refused("a catalogue is never taken back to an earlier version", hint="open its last copy instead")
