"""What was seen: pictures of outputs, pages that members signed off, answers."""

from typing import NoReturn

from alembic import op

from jebi.errors import Refused
from jebi.vault import migrations

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables."""
    migrations.run(op.get_bind(), "v0004")


def downgrade() -> NoReturn:
    """Never."""
    raise Refused("a catalogue is never taken back to an earlier version", hint="open its last copy instead")
