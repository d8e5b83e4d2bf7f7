"""`jebi stick look`, as it is typed."""

import os
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

COLOUR = "\x1b["


def test_it_shows_names_and_textures_and_changes_nothing(stick: "Jebi") -> None:
    before = stick.read("stick.img")
    said = stick("stick", "look", "stick.img")
    assert (said.status, said.err) == (Exit.DONE, "")
    assert "letter.txt" in said.out
    assert "░" * 60 in said.out
    assert "fsck.fat: clean" in said.out
    assert COLOUR not in said.out
    assert stick.read("stick.img") == before


def test_a_prepared_stick_looks_like_noise_and_says_what_that_means(stick: "Jebi") -> None:
    stick.done("stick", "prepare", "--yes", "stick.img")
    said = stick("stick", "look", "stick.img")
    assert "▒" * 60 in said.out
    assert "neither can he" in said.out


def test_machines_get_one_line_with_everything(stick: "Jebi") -> None:
    fact = stick("stick", "look", "stick.img", "--json").fact
    assert fact["kind"] == "FAT16"
    assert fact["textures"] == {"blank": fact["free"], "plain": 0, "noise": 0}
    assert isinstance(fact["files"], list)
    assert [file["path"] for file in fact["files"]] == ["letter.txt"]
    assert isinstance(fact["fsck"], dict)
    assert fact["fsck"]["found"] == "clean"


def test_colours_are_for_terminals_and_not_where_nobody_wants_them(stick: "Jebi") -> None:
    assert COLOUR + "90m░" in stick.at_terminal("stick", "look", "stick.img").out
    plain = stick.at_terminal("stick", "look", "stick.img", environment={"NO_COLOR": "1"}).out
    assert "░" in plain
    assert COLOUR + "90m" not in plain


def test_a_name_that_would_steer_the_terminal_is_shown_as_numbers(stick: "Jebi") -> None:
    os.rename(stick.folder / "stick.img", stick.folder / "evil\x1b[2J.img")
    said = stick("stick", "look", "evil\x1b[2J.img")
    assert (said.status, "evil\\u001b[2J.img: FAT16" in said.out, "\x1b" in said.out) == (Exit.DONE, True, False)


@pytest.mark.parametrize(
    ("name", "status", "said"),
    [
        ("none", Exit.UNABLE, "none could not be opened: no such file"),
        ("empty", Exit.DAMAGED, "no FAT or exFAT volume"),
        ("noise", Exit.DAMAGED, "no FAT or exFAT volume"),
        ("folder", Exit.UNABLE, "folder"),
        ("/dev/null", Exit.UNABLE, "neither a file nor a device"),
        ("/dev/zero", Exit.UNABLE, "neither a file nor a device"),
    ],
)
def test_what_is_no_stick_is_said(stick: "Jebi", name: str, status: Exit, said: str) -> None:
    (stick.folder / "folder").mkdir()
    stick.write("empty", b"")
    stick.write("noise", os.urandom(1 << 20))
    done = stick("stick", "look", name)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
