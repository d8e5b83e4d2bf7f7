"""A desk over the archive in memory."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from web.archive import sample
from web.served import Served


@pytest.fixture
def served() -> Served:
    """A desk with two dozen clips."""
    return Served(archive=sample())
