"""`jebi field erase`, as it is typed."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

SECRET = b"who filmed it " * 1000


@pytest.fixture
def two(jebi: "Jebi") -> "Jebi":
    """A folder with two files to erase."""
    jebi.write("one", SECRET)
    jebi.write("two", SECRET)
    return jebi


def test_files_are_gone_and_what_may_remain_is_said(two: "Jebi") -> None:
    said = two("field", "erase", "--yes", "one", "two")
    assert said.status == Exit.DONE
    assert "overwrite and delete one: 14000 bytes" in said.out
    assert "what may remain all the same:" in said.out
    assert "2 overwritten and deleted" in said.err
    assert two.content() == {}


def test_the_bytes_are_overwritten_before_they_are_let_go(two: "Jebi") -> None:
    os.link(two.folder / "one", two.folder / "other-name")
    said = two("field", "erase", "--yes", "one")
    assert "it has 1 more name" in said.out
    assert SECRET[:14] not in two.read("other-name")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(two: "Jebi") -> None:
    said = two("field", "erase", "--dry-run", "one", "--json")
    assert said.status == Exit.DONE
    assert [step["bytes"] for step in _steps(said.fact)] == [14000]
    assert said.fact["remains"]
    assert two.content() == {"one": SECRET, "two": SECRET}


def _steps(fact: dict[str, object]) -> list[dict[str, object]]:
    steps = fact["steps"]
    assert isinstance(steps, list)
    return steps


@pytest.mark.parametrize("answer", [b"\n", b"n\n", b"no\n", b"yes please\n"])
def test_no_changes_nothing(two: "Jebi", answer: bytes) -> None:
    said = two.at_terminal("field", "erase", "one", typed=answer)
    assert said.status == Exit.REFUSED
    assert said.out.count("[y/N]") == 1
    assert "nothing was erased" in said.out
    assert two.content() == {"one": SECRET, "two": SECRET}


@pytest.mark.parametrize("answer", ["y\n", "YES\n", "예\n", "はい\n"])
def test_yes_is_understood_in_the_languages_of_the_border(two: "Jebi", answer: str) -> None:
    said = two.at_terminal("field", "erase", "one", "two", typed=answer.encode(), environment={"LC_ALL": "C.UTF-8"})
    assert (said.status, said.out.count("[y/N]")) == (Exit.DONE, 1), said.out
    assert two.content() == {}


def test_without_a_terminal_and_without_yes_nothing_is_erased(two: "Jebi") -> None:
    said = two("field", "erase", "one", stdin=b"y\n")
    assert (said.status, "give --yes" in said.err) == (Exit.REFUSED, True)
    assert two.exists("one")


def test_a_file_that_fails_stops_only_itself(two: "Jebi") -> None:
    said = two("field", "erase", "--yes", "gone", "one", "two")
    assert said.status == Exit.PARTLY
    assert "gone could not be opened: no such file" in said.err
    assert "1 not erased" in said.err
    assert two.content() == {}


def test_a_file_named_twice_is_erased_once(two: "Jebi") -> None:
    said = two("field", "erase", "--yes", "one", "./one", f"{two.folder}/one")
    assert (said.status, "1 overwritten and deleted" in said.err) == (Exit.DONE, True)


def test_a_running_program_is_said_not_to_be_erased_and_stays(jebi: "Jebi") -> None:
    """The system lets nobody write to it while it runs."""
    jebi.write("sleep", Path("/bin/sleep").read_bytes())
    (jebi.folder / "sleep").chmod(0o700)
    before = jebi.read("sleep")
    jebi.write("one", SECRET)
    with jebi.running("./sleep", "60"):
        said = jebi("field", "erase", "--yes", "sleep", "one")
    assert (said.status, "sleep could not be erased: text file busy" in said.err) == (Exit.PARTLY, True)
    assert jebi.content() == {"sleep": before}


@pytest.mark.parametrize(
    ("file", "status", "said"),
    [
        ("none", Exit.UNABLE, "no such file"),
        ("folder", Exit.REFUSED, "no ordinary file"),
        ("link", Exit.REFUSED, "no ordinary file"),
        ("pipe", Exit.REFUSED, "no ordinary file"),
        ("/dev/null", Exit.REFUSED, "jebi stick prepare"),
        ("", Exit.UNABLE, "no such file"),
    ],
)
def test_what_is_no_file_is_said_and_stays(two: "Jebi", file: str, status: Exit, said: str) -> None:
    (two.folder / "folder").mkdir()
    (two.folder / "link").symlink_to("one")
    os.mkfifo(two.folder / "pipe")
    done = two("field", "erase", "--yes", file)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert two.content() == {"one": SECRET, "two": SECRET, "link": SECRET}


def test_an_empty_file_is_deleted(jebi: "Jebi") -> None:
    jebi.write("empty", b"")
    assert jebi("field", "erase", "--yes", "empty").status == Exit.DONE
    assert not jebi.exists("empty")
