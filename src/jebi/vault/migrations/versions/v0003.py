"""What goes out: cuts, their plans and outputs, reports, clearances, releases."""

from typing import NoReturn

from alembic import op

from jebi.errors import Refused
from jebi.vault import migrations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    migrations.run(op.get_bind(), "v0003")


def downgrade() -> NoReturn:
    """Never."""
    raise Refused("a catalogue is never taken back to an earlier version", hint="open its last copy instead")
