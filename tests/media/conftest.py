"""The jail, found once; and the way to what tests share by name."""

import sys
from pathlib import Path

import pytest

from jebi.media.jail import Jail

sys.path.append(str(Path(__file__).resolve().parent.parent))


@pytest.fixture(scope="session")
def jail() -> Jail:
    """Where footage is opened on this machine."""
    return Jail.find()
