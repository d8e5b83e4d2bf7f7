"""A disk that is soon full, and catalogues in real databases."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from database import database, fresh, postgresql, postgresql_url
from jebi.vault.catalogue import Catalogue
from jebi.vault.schema import METADATA
from seaweed import s3

__all__ = ["database", "postgresql", "postgresql_url", "s3"]


@pytest.fixture(scope="session")
def reused(postgresql_url: str) -> Iterator[Catalogue]:
    """A catalogue in PostgreSQL that is emptied and used again: to make one takes longer than most tests."""
    with fresh(postgresql_url) as url, Catalogue.open(url) as catalogue:
        yield catalogue


@pytest.fixture(params=["sqlite", "postgresql"])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue, in SQLite and then in PostgreSQL."""
    if request.param == "sqlite":
        with Catalogue.open(f"sqlite:///{tmp_path}/catalogue.db") as catalogue:
            yield catalogue
        return
    catalogue = request.getfixturevalue("reused")
    with catalogue.claiming() as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(METADATA.tables)} RESTART IDENTITY")
    yield catalogue


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)
