"""`jebi witness init`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.archive.witness import CosignatureVerifier
from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

NEW = {"--folder": "witness", "--name": "w.example", "--passphrase-file": "pw"}


def call(jebi: "Jebi", *more: str, **change: str) -> "tuple[int, str, str]":
    options = {**NEW, **{f"--{name.replace('_', '-')}": value for name, value in change.items()}}
    said = jebi("witness", "init", *(word for pair in options.items() for word in pair), *more)
    return said.status, said.out, said.err


def test_the_public_key_is_shown_and_the_secret_one_is_locked_away(jebi: "Jebi") -> None:
    jebi.write("pw", "eight or more\n")
    status, out, err = call(jebi)
    assert (status, err) == (Exit.DONE, "")
    assert CosignatureVerifier.parse(out.strip()).name == "w.example"
    assert (jebi.folder / "witness").stat().st_mode & 0o077 == 0
    assert jebi.read("witness/key.age").startswith(b"age-encryption.org/v1\n")


def test_machines_get_the_key_and_what_a_killed_run_left_is_no_obstacle(jebi: "Jebi") -> None:
    jebi.write("pw", "eight or more\n")
    (jebi.folder / "witness").mkdir()
    jebi.write("witness/key.age.new", b"half")
    said = jebi("witness", "init", *(word for pair in NEW.items() for word in pair), "--json")
    assert (said.status, list(said.fact)) == (Exit.DONE, ["key"])
    assert not jebi.exists("witness/key.age.new")


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"folder": "full"}, Exit.REFUSED, "full exists already"),
        ({"folder": "pw"}, Exit.REFUSED, "pw exists already"),
        ({"folder": "pw/witness"}, Exit.UNABLE, "pw/witness could not be made"),
        ({"name": "two words"}, Exit.DAMAGED, "signer's name"),
        ({"name": ""}, Exit.DAMAGED, "signer's name"),
        ({"passphrase_file": "empty"}, Exit.REFUSED, "shorter than 8"),
        ({"passphrase_file": "none"}, Exit.UNABLE, "none could not be read"),
    ],
)
def test_what_cannot_be_is_said_and_no_key_is_made(
    jebi: "Jebi", change: dict[str, str], status: Exit, said: str
) -> None:
    (jebi.folder / "full").mkdir()
    jebi.write("full/film", b"mine")
    jebi.write("pw", "eight or more\n")
    jebi.write("empty", b"")
    before = jebi.content()
    done = call(jebi, **change)
    assert (done[0], done[1], said in done[2]) == (status, "", True), done
    assert jebi.content() == before
    assert not jebi.exists("witness")
