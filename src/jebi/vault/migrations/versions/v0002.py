"""What a clip has knows when the clip arrived: the index that finds a filter's clips gives their order, too."""

from typing import NoReturn

from alembic import op

from jebi.errors import Refused
from jebi.vault import migrations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of what clips have anew, and fill them."""
    migrations.run(op.get_bind(), "v0002")


def downgrade() -> NoReturn:
    """Never."""
    raise Refused("a catalogue is never taken back to an earlier version", hint="open its last copy instead")
