"""A small exFAT volume, and the way to what tests share by name."""

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))

from carriers.sticks import MIB, exfat, fill, mounted


@pytest.fixture(scope="module")
def small_exfat(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """8 MiB in clusters of 512 bytes: the bitmap takes three."""
    path = exfat(tmp_path_factory.mktemp("exfat") / "stick", 8 * MIB, "-c", "512")
    with mounted(path) as folder:
        fill(folder, [0, 1, 5000, 70_000])
    return path.read_bytes()
