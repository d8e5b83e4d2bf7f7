"""An address becomes a database; what either kind refuses is said in jebi's words and quotes no row."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from jebi.errors import Busy, Damaged, NoRoom, Refused, Unable
from jebi.vault import engine
from jebi.vault.catalogue import Catalogue


@pytest.mark.parametrize(
    "url",
    [
        "catalogue.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:////tmp/x?mode=memory",
        "mysql://host/name",
        "postgresql://user:secret@host/name",
        "://",
        "",
    ],
)
def test_an_address_of_no_database_of_ours_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(Refused) as caught:
        engine.connect(url)

    assert "secret" not in f"{caught.value}{caught.value.hint}"


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="reached"):
        Catalogue.open(f"postgresql+psycopg://user:secret@/name?host={tmp_path}")


def test_a_database_that_is_not_on_the_server_is_named(postgresql: str) -> None:
    with pytest.raises(Unable, match="reached"):
        Catalogue.open(postgresql.replace("?", "_is_not_there?"))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="no such file"):
        Catalogue.open(f"sqlite:///{tmp_path}/gone/catalogue.db")


def test_a_file_that_is_no_catalogue_is_damaged_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    path.write_bytes(b"a letter, and no database" * 1000)

    with pytest.raises(Damaged):
        Catalogue.open(f"sqlite:///{path}")

    assert path.read_bytes() == b"a letter, and no database" * 1000


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    Catalogue.open(f"sqlite:///{path}").close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * len(content[4096:])
    path.write_bytes(content)

    with pytest.raises(Damaged), Catalogue.open(f"sqlite:///{path}") as catalogue, catalogue.reading() as connection:
        connection.execute(text("SELECT * FROM clip")).all()


def test_a_full_disk_is_named_and_what_was_there_stays(small: Path) -> None:
    with pytest.raises(NoRoom):
        Catalogue.open(f"sqlite:///{small}/catalogue.db")

    with closing(sqlite3.connect(small / "catalogue.db")) as left:
        assert left.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_writer_that_waited_too_long_is_told_so(database: str) -> None:
    with (
        Catalogue.open(database, patience_ms=100) as catalogue,
        catalogue.writing(0),
        pytest.raises(Busy),
        catalogue.writing(0),
    ):
        raise AssertionError


def test_readers_wait_for_no_writer(database: str) -> None:
    with Catalogue.open(database) as catalogue, catalogue.writing(0), catalogue.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM clip")).scalar() == 0


def test_threads_share_a_catalogue(database: str) -> None:
    found: list[object] = []

    def read(catalogue: Catalogue) -> None:
        for _ in range(5):
            with catalogue.reading() as connection:
                found.append(connection.execute(text("SELECT count(*) FROM clip")).scalar())

    with Catalogue.open(database) as catalogue:
        threads = [threading.Thread(target=read, args=[catalogue]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == [0] * 20


def test_postgresql_compiles_nothing_and_plans_for_what_is_asked(postgresql: str) -> None:
    opened = engine.connect(postgresql)
    with engine.reading(opened) as connection:
        shown = {name: connection.execute(text(f"SHOW {name}")).scalar() for name in ("jit", "plan_cache_mode")}
    opened.dispose()

    assert shown == {"jit": "off", "plan_cache_mode": "force_custom_plan"}
