"""A catalogue of every version comes to this one with all that was in it, in SQLite and in PostgreSQL.

`versions/` holds rows as each version wrote them. They are never altered.
"""

import json
import subprocess
import sys
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, insert, inspect, select, text

from jebi.errors import Damaged, Refused
from jebi.vault import clips, engine, grid, jobs, migrations, segments
from jebi.vault.catalogue import Catalogue, Event
from jebi.vault.migrations.versions import v0001
from jebi.vault.schema import METADATA, VERSION

ROOT = Path(__file__).resolve().parent.parent.parent
VERSIONS = sorted(Path(__file__).with_name("versions").glob("*.json"))


def steps() -> list[str]:
    config = Config()
    config.set_main_option("script_location", "jebi.vault:migrations")
    return [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]


def wrote(version: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows that a version wrote, by table."""

    def value(found: Any) -> Any:
        return bytes.fromhex(found["hex"]) if isinstance(found, dict) else found

    tables = json.loads(version.read_text(encoding="utf-8"))
    return {name: [{key: value(one) for key, one in row.items()} for row in rows] for name, rows in tables.items()}


def write_as(version: Path, database: str) -> None:
    """Make a catalogue of an earlier version, with rows in it."""
    opened = engine.connect(database)
    with engine.writing(opened) as connection:
        migrations.upgrade(connection, version.stem)
        there = MetaData()
        there.reflect(connection)
        for name, rows in wrote(version).items():
            connection.execute(insert(there.tables[name]), rows)
            if connection.dialect.name == "postgresql" and "id" in rows[0] and isinstance(rows[0]["id"], int):
                connection.exec_driver_sql(f"SELECT setval('{name}_id_seq', {max(row['id'] for row in rows)})")
    opened.dispose()


def described(connection: Connection) -> dict[str, Any]:
    """All that a database says of the catalogue's tables."""
    look = inspect(connection)

    def plain(index: Any) -> dict[str, Any]:
        return {**index, "dialect_options": {key: str(value) for key, value in index["dialect_options"].items()}}

    def table(name: str) -> dict[str, Any]:
        return {
            "columns": [{**column, "type": str(column["type"])} for column in look.get_columns(name)],
            "checks": sorted((check["name"] or "", check["sqltext"]) for check in look.get_check_constraints(name)),
            "indexes": sorted((plain(index) for index in look.get_indexes(name)), key=lambda index: index["name"]),
            "keys": sorted(look.get_foreign_keys(name), key=lambda key: key["name"] or ""),
            "id": look.get_pk_constraint(name),
            "options": look.get_table_options(name),
        }

    return {name: table(name) for name in METADATA.tables}


def test_the_newest_step_is_the_version_of_the_schema() -> None:
    assert max(steps()) == VERSION


def test_every_version_has_rows_that_it_wrote_into_every_table() -> None:
    assert sorted(steps()) == [version.stem for version in VERSIONS]
    assert set(wrote(VERSIONS[-1])) == set(METADATA.tables)
    assert all(rows for version in VERSIONS for rows in wrote(version).values())


def test_the_steps_lead_to_the_schema_that_the_code_knows(database: str) -> None:
    opened = engine.connect(database)
    with engine.writing(opened) as connection:
        METADATA.create_all(connection)
        known = described(connection)
        METADATA.drop_all(connection)
    opened.dispose()

    with Catalogue.open(database) as catalogue, catalogue.reading() as connection:
        assert described(connection) == known


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.stem)
def test_a_catalogue_of_every_version_keeps_everything(database: str, version: Path) -> None:
    write_as(version, database)

    with Catalogue.open(database) as catalogue, catalogue.reading() as connection:
        assert migrations.version(connection) == VERSION
        for name, rows in wrote(version).items():
            found = [dict(row) for row in connection.execute(select(METADATA.tables[name])).mappings()]
            assert len(found) == len(rows)
            assert all(any(row.items() <= one.items() for one in found) for row in rows), name


def test_what_the_first_version_wrote_reads_as_it_was_meant(database: str) -> None:
    write_as(VERSIONS[0], database)

    with Catalogue.open(database) as catalogue, catalogue.reading() as connection:
        first, second = (one.id for one in reversed(grid.page(connection, grid.Wanted()).clips))
        assert [fact.value for fact in clips.facts_of(connection, [first])[first]] == ["61500", "MVI_0001.MOV", "비"]
        assert [one.text for one in segments.of(connection, first)] == ["쌀값이 올랐다", "market"]
        assert [one.state for one in jobs.of(connection, first)] == ["running"]
        assert [one.state for one in jobs.of(connection, second)] == ["waiting"]


def test_it_goes_on_after_what_the_first_version_wrote(database: str) -> None:
    write_as(VERSIONS[0], database)
    event = Event(kind="tried", subject="s", detail="", actor="a")

    with Catalogue.open(database) as catalogue, catalogue.writing(0) as change:
        assert change.say(event) > max(row["id"] for row in wrote(VERSIONS[0])["outbox"])


def test_opened_by_several_at_once_it_is_made_once(database: str) -> None:
    opened: list[Catalogue] = []
    threads = [threading.Thread(target=lambda: opened.append(Catalogue.open(database))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(opened) == 3
    for catalogue in opened:
        catalogue.close()


def test_a_step_that_is_interrupted_leaves_nothing(database: str) -> None:
    opened = engine.connect(database)

    def fail() -> None:
        with engine.writing(opened) as connection:
            migrations.upgrade(connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert tables(opened) == []
    opened.dispose()


def tables(opened: Engine) -> list[str]:
    with engine.reading(opened) as connection:
        return inspect(connection).get_table_names()


def test_no_catalogue_is_taken_back(database: str) -> None:
    with pytest.raises(Refused, match="never taken back"):
        v0001.downgrade()


def test_tables_of_no_version_are_damaged(database: str) -> None:
    with Catalogue.open(database) as catalogue, catalogue.claiming() as connection:
        connection.execute(text("DELETE FROM alembic_version"))

    with pytest.raises(Damaged, match="which version"):
        Catalogue.open(database)


def test_a_version_that_never_was_is_damaged(database: str) -> None:
    with Catalogue.open(database) as catalogue, catalogue.claiming() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    with pytest.raises(Damaged, match="never was"):
        Catalogue.open(database)


def test_the_steps_are_in_the_wheel(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        f"jebi/vault/migrations/versions/v{step}.{kind}"
        for step in steps()
        for kind in ("py", "sqlite.sql", "postgresql.sql")
    } <= set(names)
