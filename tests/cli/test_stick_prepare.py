"""`jebi stick prepare`, as it is typed."""

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from jebi.device import blocks
from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_results_go_to_stdout_and_what_will_be_lost_is_said_before(stick: "Jebi") -> None:
    said = stick("stick", "prepare", "--yes", "stick.img")
    assert (said.status, "of noise written and read back; room for" in said.out) == (Exit.DONE, True)
    assert "what deleted files left there is lost" in said.err


def test_machines_get_one_line_a_stick(stick: "Jebi") -> None:
    shutil.copy(stick.folder / "stick.img", stick.folder / "other.img")
    planned = stick("stick", "prepare", "--json", "--dry-run", "stick.img").fact
    assert planned.keys() == {"stick", "free", "outside", "deleted"}
    done = stick("stick", "prepare", "--json", "--yes", "stick.img", "other.img").facts
    assert [fact["stick"] for fact in done] == ["stick.img", "other.img"]
    assert {fact["filled"] for fact in done} == {planned["free"]}


def test_a_dry_run_says_what_would_be_done_and_does_nothing(stick: "Jebi") -> None:
    before = stick.content()
    said = stick("stick", "prepare", "--dry-run", "stick.img")
    assert (said.status, "filled with noise" in said.out) == (Exit.DONE, True)
    assert stick.content() == before


def test_one_question_for_all_sticks_and_no_changes_nothing(stick: "Jebi") -> None:
    shutil.copy(stick.folder / "stick.img", stick.folder / "other.img")
    before = stick.content()
    said = stick.at_terminal("stick", "prepare", "stick.img", "other.img", typed=b"n\n")
    assert (said.status, said.out.count("[y/N]")) == (Exit.REFUSED, 1)
    assert "nothing was written" in said.out
    assert stick.content() == before


def test_without_a_terminal_and_without_yes_nothing_is_written(stick: "Jebi") -> None:
    before = stick.content()
    said = stick("stick", "prepare", "stick.img", stdin=b"y\n")
    assert (said.status, "give --yes" in said.err) == (Exit.REFUSED, True)
    assert stick.content() == before


def test_a_stick_that_fails_stops_only_itself(stick: "Jebi") -> None:
    stick.write("blank.img", bytes(1 << 20))
    said = stick("stick", "prepare", "--yes", "blank.img", "stick.img", "none.img")
    assert said.status == Exit.PARTLY
    assert said.out.startswith("stick.img: 16")
    assert "blank.img:" in said.err
    assert "none.img could not be opened" in said.err


def test_a_stick_that_another_jebi_writes_is_busy(stick: "Jebi") -> None:
    with blocks.open_for_writing(str(stick.folder / "stick.img")):
        assert stick("stick", "prepare", "--yes", "stick.img").status == Exit.BUSY


@pytest.mark.parametrize(
    ("names", "status", "said"),
    [
        (["none"], Exit.UNABLE, "none could not be opened"),
        (["empty"], Exit.DAMAGED, "no FAT or exFAT volume"),
        (["folder"], Exit.UNABLE, "folder"),
        (["/dev/null"], Exit.UNABLE, "neither a file nor a device"),
        (["stick.img", "link.img"], Exit.REFUSED, "named twice"),
        (["read-only.img"], Exit.REFUSED, "write-protected"),
        ([], Exit.USAGE, "STICK"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(
    stick: "Jebi", names: list[str], status: Exit, said: str
) -> None:
    (stick.folder / "folder").mkdir()
    stick.write("empty", b"")
    os.symlink("stick.img", stick.folder / "link.img")
    shutil.copy(stick.folder / "stick.img", stick.folder / "read-only.img")
    (stick.folder / "read-only.img").chmod(0o444)
    before = stick.content()
    done = stick("stick", "prepare", "--yes", *names)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert stick.content() == before
