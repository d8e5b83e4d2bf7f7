"""A log to spoil, and the way to what tests share by name."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))

from archive.logs import make


@pytest.fixture
def log_of_7(tmp_path: Path) -> Path:
    make(tmp_path / "log", 7)
    return tmp_path / "log"
