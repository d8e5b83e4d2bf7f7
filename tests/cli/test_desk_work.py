"""`jebi desk work`, as it is typed."""

from typing import TYPE_CHECKING

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_every_clip_that_came_has_an_outcome_and_nothing_is_done_twice(office: "Jebi") -> None:
    office.desk("receive", "s1", "s3")

    first = office.desk("work", "--models", "none", "--workers", "1", "--json")
    again = office.desk("work", "--models", "none", "--workers", "1", "--json")

    assert (first.status, again.status) == (Exit.DONE, Exit.DONE)
    assert (first.fact["admitted"], first.fact["clips"]) == (2, {"refused": 2})  # they are noise, and no film
    assert (again.fact["admitted"], again.fact["clips"]) == (0, {"refused": 2})
    assert office.desk("check").status == Exit.DONE


def test_before_anything_came_there_is_nothing_to_do(office: "Jebi") -> None:
    assert "clips of the archive: none" in office.desk("work", "--models", "none").out


def test_a_desk_whose_catalogue_is_a_file_has_no_helpers(office: "Jebi") -> None:
    joined = office.desk("work", "--models", "none", "--join")

    assert joined.status == Exit.REFUSED
    assert "a file is for one machine" in joined.err
    assert "--database" in joined.err


def test_a_password_is_not_taken_from_the_command_line_nor_shown(office: "Jebi") -> None:
    given = office.desk("work", "--models", "none", "--database", "postgresql+psycopg://desk:hunter2@host/jebi")

    assert given.status == Exit.REFUSED
    assert "pgpass" in given.err
    assert "hunter2" not in given.err
    assert "database" not in (office.folder / "archive" / "desk.toml").read_text()


def test_who_joins_takes_the_database_from_the_archive(office: "Jebi") -> None:
    assert office.desk("work", "--join", "--database", "postgresql+psycopg:///jebi").status == Exit.REFUSED
