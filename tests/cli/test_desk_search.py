"""`jebi desk search`, as it is typed: over an archive in which somebody wrote down what was said."""

import re
import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from cli.conftest import Jebi, Said
from jebi.errors import Exit

SRT = "1\n01:02:03,000 --> 01:02:05,000\n혜산 시장에서\n쌀값이 \x1b올랐다\n"


@pytest.fixture(scope="module")
def heard(archive_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Jebi:
    """What was said in one clip is in the archive."""
    folder = tmp_path_factory.mktemp("heard") / "office"
    shutil.copytree(archive_once, folder)
    archive = Jebi(folder)
    archive.desk("work", "--models", "none", "--workers", "1")
    archive.write("words.srt", SRT)
    archive.write("clip", str(archive.desk("search", "mp4", "--json").facts[0]["clip"]))
    said = archive.desk("transcript", archive.read("clip").decode(), "--in", "words.srt", "--language", "ko")
    assert said.status == Exit.DONE, said
    return archive


def lines(said: Said) -> list[str]:
    assert said.status == Exit.DONE, said
    return said.out.splitlines()


def test_a_hit_has_its_clip_its_time_and_what_was_found(heard: Jebi) -> None:
    (line,) = lines(heard.desk("search", "쌀값", "시장"))

    assert line == f"{heard.read('clip').decode()}   1:02:03  speech  혜산 [시장]에서 [쌀값]이 올랐다"


def test_for_machines_a_line_is_a_hit_with_the_places_in_its_text(heard: Jebi) -> None:
    fact = heard.desk("search", "쌀값", "--json").fact

    assert (fact["start_ms"], fact["kind"], fact["language"], fact["is_machine"]) == (3_723_000, "speech", "ko", False)
    assert fact["words"] == "혜산 시장에서\n쌀값이 올랐다"
    assert fact["spans"] == [[8, 10]]


def test_at_a_terminal_what_was_found_has_a_colour_and_no_brackets(heard: Jebi) -> None:
    shown = heard.at_terminal("desk", "search", "쌀값", "--archive", "archive", "--passphrase-file", "pw").out
    plain = heard.at_terminal(
        "desk", "search", "쌀값", "--archive", "archive", "--passphrase-file", "pw", environment={"NO_COLOR": "1"}
    ).out

    assert re.search("\x1b\\[[0-9;]*m쌀값\x1b\\[0m이", shown)
    assert "[쌀값]" not in shown
    assert "\x1b[33m" not in plain


@pytest.mark.parametrize(
    "options",
    [
        ["--from", "2020-01-01", "--to", "2199-01-01"],
        ["--limit", "1"],
        ["-쌀떡"],
    ],
)
def test_options_that_a_clip_meets_leave_it(heard: Jebi, options: list[str]) -> None:
    words = ["쌀값", *(["--"] if options[0] == "-쌀떡" else [])]

    said = heard("desk", "search", "--archive", "archive", "--passphrase-file", "pw", *words, *options)

    assert len(lines(said)) == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--to", "2020-01-01"], "0 of 0 hits"),
        (["--trip", "nobody"], "0 of 0 hits"),
        (["--tag", "nothing"], "no tag of that name"),
        (["--place", "nowhere"], "no place of that name"),
    ],
)
def test_what_no_clip_meets_finds_nothing(heard: Jebi, options: list[str], why: str) -> None:
    said = heard.desk("search", "쌀값", *options)

    assert (said.status, said.out) == (Exit.NOTHING_FOUND, "")
    assert why in said.err


def test_a_day_that_is_none_is_a_mistake_of_the_command_line(jebi: Jebi) -> None:
    assert jebi("desk", "search", "쌀", "--from", "yesterday").status == Exit.USAGE
