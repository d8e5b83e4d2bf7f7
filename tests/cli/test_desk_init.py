"""`jebi desk init`, as it is typed."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit
from jebi.parcel.keys import PostQuantumIdentity

if TYPE_CHECKING:
    from cli.conftest import Jebi

NEW = ("--archive", "new", "--name", "example.org/other")


def test_a_new_archive_says_its_papers_on_stdout_and_what_to_do_with_them_on_stderr(jebi: "Jebi") -> None:
    jebi.write("pw", "eight or more\n")
    said = jebi("desk", "init", *NEW, "--passphrase-file", "pw")
    assert said.status == Exit.DONE
    assert [line.partition(":")[0] for line in said.out.splitlines() if line] == ["paper 1", "paper 2", "paper 3"]
    assert "any two bring the key back" in said.err
    assert jebi("desk", "check", "--archive", "new", "--passphrase-file", "pw").status == Exit.DONE


def test_machines_get_three_papers_of_33_words_and_two_of_them_bring_the_same_key_back(office: "Jebi") -> None:
    papers = json.loads(office.read("papers"))
    assert [len(paper.split()) for paper in papers] == [33, 33, 33]
    office.write("two", f"{papers[2]}\n\n{papers[0]}\n")
    office.done("desk", "init", *NEW, "--passphrase-file", "pw", "--from-papers", "two")
    old, new = (_recipient(office, folder) for folder in ("archive", "new"))
    assert old == new


def _recipient(jebi: "Jebi", archive: str) -> str:
    """Whom a new trip's card seals to."""
    files = ("--kit", f"{archive}-kit", "--route", f"{archive}-route", "--receipts", f"{archive}-codes")
    jebi.done("desk", "trip", "--archive", archive, "--passphrase-file", "pw", *files)
    return next(line for line in jebi.read(f"{archive}-kit").decode().splitlines() if line.startswith("recipient "))


def test_a_passphrase_may_come_from_standard_input(jebi: "Jebi") -> None:
    assert jebi("desk", "init", *NEW, "--passphrase-file", "-", stdin=b"eight or more\nmore\n").status == Exit.DONE


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"--passphrase-file": "short"}, Exit.REFUSED, "shorter than 8"),
        ({"--passphrase-file": "empty"}, Exit.REFUSED, "shorter than 8"),
        ({"--passphrase-file": "none"}, Exit.UNABLE, "no such file"),
        ({"--passphrase-file": "."}, Exit.UNABLE, "is a directory"),
        ({"--archive": "pw"}, Exit.REFUSED, "exists already"),
        ({"--archive": "."}, Exit.REFUSED, "exists already"),
        ({"--archive": "pw/new"}, Exit.UNABLE, "could not be made"),
        ({"--name": "with a space"}, Exit.DAMAGED, "signer's name"),
        ({"--from-papers": "empty-lines"}, Exit.DONE, ""),
        ({"--from-papers": "one-paper"}, Exit.DAMAGED, "paper"),
        ({"--from-papers": "nonsense"}, Exit.DAMAGED, "paper"),
        ({"--from-papers": "none"}, Exit.UNABLE, "no such file"),
        ({"--with": "age1xyz"}, Exit.DAMAGED, ""),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(
    jebi: "Jebi", office_once: Path, change: dict[str, str], status: Exit, said: str
) -> None:
    papers = json.loads((office_once / "papers").read_text())
    files = {
        "pw": "eight or more\n",
        "short": "seven77\n",
        "empty": "",
        "empty-lines": "\n\n",
        "nonsense": "a b\nc d\n",
    }
    for name, text in {**files, "one-paper": papers[0]}.items():
        jebi.write(name, text)
    before = jebi.content()
    options = {"--archive": "new", "--name": "example.org/other", "--passphrase-file": "pw", **change}
    done = jebi("desk", "init", *(word for pair in options.items() for word in pair))
    assert (done.status, said in done.err) == (status, True), done
    if status is not Exit.DONE:
        assert done.out == ""
        assert jebi.content() == before


def test_with_a_second_person_nothing_opens_without_them(office: "Jebi") -> None:
    second = PostQuantumIdentity(bytes(range(32)))
    office.done("desk", "init", *NEW, "--passphrase-file", "pw", "--with", str(second.recipient()))
    assert str(second.recipient()) in office.read("new/desk.toml").decode()


def test_at_a_terminal_the_passphrase_is_typed_twice_and_never_shown(jebi: "Jebi") -> None:
    said = jebi.at_terminal("desk", "init", *NEW, typed=b"one passphrase\nanother one\n")
    assert said.status == Exit.REFUSED
    assert "the two passphrases differ" in said.out
    assert "one passphrase" not in said.out
    assert not jebi.exists("new")


def test_without_a_terminal_and_without_a_file_it_says_how_to_give_a_passphrase(jebi: "Jebi") -> None:
    said = jebi("desk", "init", *NEW)
    assert said.status == Exit.REFUSED
    assert "--passphrase-file FILE" in said.err
