"""An archive has one catalogue, in a file or in PostgreSQL; it is settled once, and never with a password."""

import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))

from database import postgresql, postgresql_url  # noqa: F401 - fixtures
from jebi.errors import JebiError, Refused, Unable
from jebi.office.admission import open_catalogue
from jebi.office.databases import FILE, errands_of, open_joined, settle
from jebi.office.desk import join_desk, open_desk, read_settings
from jebi.vault import sorting
from jebi.vault.catalogue import Catalogue, Event
from office.conftest import PASSPHRASE, Office

TRIP = Event(kind="trip-listed", subject="jebi/trip/1", detail="", actor="test")


def begin(catalogue: Catalogue) -> None:
    with catalogue.writing(1) as change:
        sorting.add_trip(change, "jebi/trip/1", TRIP)


def test_a_new_catalogue_is_settled_in_postgresql_for_ever(archive: Path, postgresql: str) -> None:  # noqa: F811
    before = read_settings(str(archive))

    with open_desk(str(archive), PASSPHRASE) as desk:
        settle(desk, postgresql)
        settle(desk, postgresql)
        with open_catalogue(desk) as catalogue:
            begin(catalogue)

    assert read_settings(str(archive)) == before | {"database": postgresql}
    assert not (archive / FILE).exists()
    with open_desk(str(archive), PASSPHRASE) as desk, open_catalogue(desk) as catalogue:
        assert catalogue.engine.dialect.name == "postgresql"
    with open_joined(join_desk(str(archive), PASSPHRASE)) as catalogue, catalogue.reading() as connection:
        assert connection.exec_driver_sql("SELECT id FROM trip").scalar() == "jebi/trip/1"


def test_an_empty_file_makes_way(office: Office, postgresql: str) -> None:  # noqa: F811
    open_catalogue(office.desk).close()

    settle(office.desk, postgresql)

    assert office.listed().count(FILE) == 0


def test_a_file_in_which_something_happened_is_not_left_behind_silently(office: Office, postgresql: str) -> None:  # noqa: F811
    with open_catalogue(office.desk) as catalogue:
        begin(catalogue)

    with pytest.raises(Refused, match="is begun in"):
        settle(office.desk, postgresql)
    assert "database" not in read_settings(office.desk.folder)


def test_a_database_that_holds_a_catalogue_is_not_taken_for_this_desks(office: Office, postgresql: str) -> None:  # noqa: F811
    with Catalogue.open(postgresql) as others:
        begin(others)

    with pytest.raises(Refused, match="holds a catalogue already"):
        settle(office.desk, postgresql)


def test_a_desk_does_not_change_its_database(office: Office, postgresql: str) -> None:  # noqa: F811
    settle(office.desk, postgresql)

    with pytest.raises(Refused, match="in another database"):
        settle(office.desk, "postgresql+psycopg://desk@elsewhere/jebi")


SECRETS = ("postgresql+psycopg://desk:hunter2@host/jebi", "postgresql+psycopg://desk@host/jebi?password=hunter2")


@pytest.mark.parametrize(
    ("url", "error"),
    [
        *((url, Refused) for url in SECRETS),
        ("sqlite:////tmp/other.db", Refused),
        ("postgresql+psycopg://desk@host:hunter2/jebi", Refused),
        ("mysql://hunter2@host/jebi", Refused),
        ("", Refused),
        ("postgresql+psycopg://desk@/jebi?host=/nowhere&passfile=hunter2", Unable),
    ],
)
def test_what_is_no_address_or_holds_a_password_is_refused_and_not_repeated(
    office: Office, url: str, error: type[JebiError]
) -> None:
    with pytest.raises(error) as raised:
        settle(office.desk, url)

    assert "hunter2" not in f"{raised.value} {raised.value.hint}"
    assert "database" not in read_settings(office.desk.folder)


def test_host_and_user_may_come_from_the_service_file(
    archive: Path,
    postgresql: str,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user, host, name = _parts(postgresql)
    (tmp_path / "services").write_text(f"[jebi]\nhost={host}\nuser={user}\ndbname={name}\n")
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))

    with open_desk(str(archive), PASSPHRASE) as desk:
        settle(desk, "postgresql+psycopg:///?service=jebi")
        open_catalogue(desk).close()
        errands = errands_of(desk)
        assert errands
        errands.prepare()

    open_joined(join_desk(str(archive), PASSPHRASE)).close()


def test_a_catalogue_in_a_file_cannot_be_joined(archive: Path) -> None:
    joined = join_desk(str(archive), PASSPHRASE)

    assert errands_of(joined) is None
    with pytest.raises(Refused, match="a file is for one machine"):
        open_joined(joined)


@pytest.mark.parametrize("version", [None, "0000"])
def test_who_joins_neither_makes_a_catalogue_nor_takes_it_to_another_version(
    office: Office,
    postgresql: str,  # noqa: F811
    version: str | None,
) -> None:
    settle(office.desk, postgresql)
    with open_catalogue(office.desk) as catalogue, catalogue.claiming() as connection:
        if version:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{version}'")
        else:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")

    with pytest.raises(Refused, match="another version"):
        open_joined(office.desk)


def _parts(url: str) -> Sequence[str]:
    user, rest = url.removeprefix("postgresql+psycopg://").split("@/")
    name, host = rest.split("?host=")
    return user, host, name
