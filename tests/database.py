"""Real databases for tests: `database` runs a test on SQLite and on PostgreSQL, each time with an empty one of its own.

A conftest takes the fixtures by name, with this folder on `sys.path`:

    from database import database, postgresql, postgresql_url

`postgresql_url` starts one server a test process, on a Unix socket in a folder of its own, for no user but the one that
tests run as (`postgres` where that is root, which the server refuses). It dies with that process, however it dies.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

ADMIN = "postgres"
PATIENCE = 60  # seconds for a server to come up on a machine that has much else to do
# What is lost with the power is no matter here, and a vacuum at a moment of its own choosing would make plans differ.
SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "log_min_messages": "fatal",
    "max_connections": "64",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
}


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The address of a running server's own database."""
    with tempfile.TemporaryDirectory(prefix="jebi-postgresql-") as name:
        folder = Path(name)
        if os.getuid() == 0:
            shutil.chown(folder, ADMIN, ADMIN)
        run = f"{_program('initdb')} -D rows -U {ADMIN} -A trust -E UTF8 --locale=C -N".split()
        subprocess.run(_unprivileged(run), check=True, capture_output=True, cwd=folder)
        with _serving(folder):
            yield f"postgresql+psycopg://{ADMIN}@/{ADMIN}?host={folder}"


@pytest.fixture
def postgresql(postgresql_url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with fresh(postgresql_url) as url:
        yield url


@contextmanager
def fresh(postgresql_url: str) -> Iterator[str]:
    """The address of an empty database on that server, for as long as it is needed."""
    name = f"t{uuid.uuid4().hex}"
    _administer(postgresql_url, f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgresql_url.replace(f"/{ADMIN}?", f"/{name}?")
    _administer(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of one kind and then of the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/catalogue.db"
    url: str = request.getfixturevalue("postgresql")
    return url


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.deep)])
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    """Nothing, and then the address of an empty PostgreSQL database: a module's archive with its catalogue in either.

    With every change it is SQLite alone: what the catalogue does in both is tested in `tests/vault`.
    """
    if request.param == "sqlite":
        yield ""
        return
    with fresh(request.getfixturevalue("postgresql_url")) as url:
        yield url


@contextmanager
def _serving(folder: Path) -> Iterator[None]:
    settings = [word for key, value in SETTINGS.items() for word in ("-c", f"{key}={value}")]
    run = [_program("postgres"), "-D", "rows", "-k", str(folder), *settings]
    with (folder / "log").open("wb") as log, subprocess.Popen(_unprivileged(run), stderr=log, cwd=folder) as server:
        try:
            _wait(server, folder)
            yield
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown: SIGTERM would wait for a client that a test forgot
            server.wait(PATIENCE)


def _wait(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(host=str(folder), user=ADMIN, dbname=ADMIN).close()
        except psycopg.OperationalError:
            assert server.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < end, "the server does not come up"
            time.sleep(0.05)
        else:
            return


def _program(name: str) -> str:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    assert found, "run make test once: it installs PostgreSQL"
    return str(found[-1])


def _unprivileged(run: Sequence[str]) -> list[str]:
    """The command as a user that the server accepts, and dying with this process; SIGINT is a fast shutdown."""
    user = ["--reuid", ADMIN, "--regid", ADMIN, "--clear-groups"] if os.getuid() == 0 else []
    return ["setpriv", "--pdeathsig", "INT", *user, "--", *run]


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())
