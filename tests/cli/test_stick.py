"""The three verbs for sticks, as they are called."""

import argparse
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from jebi.cli import stick_look, stick_prepare, stick_verify
from jebi.cli.terminal import Terminal
from jebi.errors import Exit, JebiError
from jebi.parcel.card import RouteKey

MIB = 1 << 20
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Exit status, standard output and standard error of a verb."""

    def run_verb(verb: ModuleType, *arguments: str | Path) -> tuple[int, str, str]:
        parser = argparse.ArgumentParser()
        parser.add_argument("--json", action="store_true")
        verb.configure(parser)
        options = parser.parse_args(list(map(str, arguments)))
        terminal = Terminal(as_json=options.json)
        try:
            status = int(verb.run(options, terminal))
        except JebiError as error:
            terminal.error(error)
            status = int(error.exit)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run_verb


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A FAT16 stick with a letter on it."""
    stick, letter = tmp_path / "stick.img", tmp_path / "letter.txt"
    stick.touch()
    os.truncate(stick, 16 * MIB)
    letter.write_text("dear editor " * 9000)
    environment = os.environ | {"MTOOLS_SKIP_CHECK": "1", "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    for command in (["mkfs.fat", "-F16", str(stick)], ["mcopy", "-i", str(stick), str(letter), "::letter.txt"]):
        subprocess.run(command, check=True, capture_output=True, env=environment)
    return stick


@pytest.mark.parametrize("verb", [stick_prepare, stick_look, stick_verify])
def test_a_verb_says_where_it_stands_and_what_it_does(verb: ModuleType) -> None:
    assert verb.NAMES[0] == "stick"
    assert verb.HELP
    assert len(verb.__doc__ or "") > 100


def test_prepare_says_what_it_did_and_look_shows_it(call: Call, image: Path) -> None:
    status, out, err = call(stick_prepare, "--yes", image)
    assert (status, "written and read back" in out, "are filled with noise" in err) == (Exit.DONE, True, True)
    status, out, _ = call(stick_look, image)
    assert status == Exit.DONE
    assert "letter.txt" in out
    assert "▒" * 60 in out
    assert "neither can he" in out
    assert "\x1b" not in out


def test_without_yes_and_without_a_terminal_nothing_is_written(call: Call, image: Path) -> None:
    before = image.read_bytes()
    status, _, err = call(stick_prepare, image)
    assert (status, "nothing was written" in err) == (Exit.REFUSED, True)
    assert image.read_bytes() == before


def test_a_dry_run_says_what_would_be_done_and_does_nothing(call: Call, image: Path) -> None:
    before = image.read_bytes()
    status, out, _ = call(stick_prepare, "--dry-run", image)
    assert (status, "filled with noise" in out) == (Exit.DONE, True)
    assert image.read_bytes() == before


def test_a_stick_that_fails_stops_only_itself(call: Call, image: Path, tmp_path: Path) -> None:
    (tmp_path / "none.img").write_bytes(bytes(MIB))
    status, out, err = call(stick_prepare, "--yes", tmp_path / "none.img", image, tmp_path / "missing.img")
    assert status == Exit.PARTLY
    assert "stick.img: 1" in out
    assert "none.img:" in err
    assert "missing.img" in err


@pytest.mark.parametrize(("name", "wanted"), [("none.img", Exit.DAMAGED), ("missing.img", Exit.UNABLE)])
def test_when_all_sticks_fail_the_status_says_why(call: Call, tmp_path: Path, name: str, wanted: Exit) -> None:
    (tmp_path / "none.img").write_bytes(bytes(MIB))
    assert call(stick_prepare, "--yes", tmp_path / name)[0] == wanted


def test_a_write_protected_image_is_refused_and_stays_as_it_was(call: Call, image: Path) -> None:
    before = image.read_bytes()
    image.chmod(0o444)
    status, out, err = call(stick_prepare, "--yes", image)
    assert (status, out, "write-protected" in err) == (Exit.REFUSED, "", True)
    assert image.read_bytes() == before


def test_one_stick_named_twice_is_refused(call: Call, image: Path) -> None:
    assert call(stick_prepare, "--yes", image, image)[0] == Exit.REFUSED


def test_machines_get_one_line_of_json_from_each_verb(call: Call, image: Path) -> None:
    free = json.loads(call(stick_prepare, "--json", "--dry-run", image)[1])["free"]
    assert json.loads(call(stick_prepare, "--json", "--yes", image)[1])["filled"] == free
    seen = json.loads(call(stick_look, "--json", image)[1])
    assert seen["textures"] == {"blank": 0, "plain": 0, "noise": free}
    assert [file["path"] for file in seen["files"]] == ["letter.txt"]
    assert seen["fsck"]["found"] == "clean"
    verified = json.loads(call(stick_verify, "--json", image)[1])
    assert (verified["bad"], verified["parcels"], verified["fsck"]["found"]) == ([], None, "clean")


def test_verify_says_that_all_can_be_read_and_that_nothing_of_a_route_is_there(
    call: Call, image: Path, tmp_path: Path
) -> None:
    status, out, _ = call(stick_verify, image)
    assert (status, "can be read" in out, "fsck.fat: clean" in out) == (Exit.DONE, True, True)
    (tmp_path / "route").write_text(RouteKey(bytes(range(32))).written())
    status, out, _ = call(stick_verify, image, "--route", tmp_path / "route")
    assert (status, "no slots of this route" in out) == (Exit.NOTHING_FOUND, True)
    (tmp_path / "route").write_text("jebi route\n")
    assert call(stick_verify, image, "--route", tmp_path / "route")[0] == Exit.DAMAGED
