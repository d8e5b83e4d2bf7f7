"""Clean exports, made once with the arguments that a desk uses; what tests share by name; the jail."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))

from jebi.media.jail import Jail
from release.made import Exports, exported


@pytest.fixture(scope="session")
def jail() -> Jail:
    """Where outgoing files are opened by another reader."""
    return Jail.find()


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Exports:
    """A film with sound, one without, and a stream of the first, as they go out."""
    return exported(tmp_path_factory.mktemp("exports"))
