"""Real databases, and what is shared with the measurements."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from database import database, postgresql, postgresql_url

__all__ = ["database", "postgresql", "postgresql_url"]
