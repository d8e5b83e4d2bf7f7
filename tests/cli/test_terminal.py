"""How jebi talks, and what it asks."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.cli.terminal import Terminal, visible
from jebi.errors import Damaged, Exit, Refused

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_results_go_to_stdout_and_everything_else_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.result("the answer", number=1)
    terminal.say("by the way")
    terminal.error(Damaged("it is cut off", hint="copy it again"))
    terminal.error(Damaged("it is cut off"))
    said = capsys.readouterr()
    assert said.out == "the answer\n"
    assert said.err == "by the way\njebi: it is cut off\n      copy it again\njebi: it is cut off\n"


def test_machines_get_one_line_of_json_in_the_letters_it_is_written_in(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal(as_json=True).result("two\nlines", name="제비\nx", path=Path("a"))
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert "제비" in out
    assert json.loads(out) == {"name": "제비\nx", "path": "a"}


@given(st.text(alphabet=st.characters(), max_size=40))
def test_what_machines_get_is_visible_and_still_says_the_same(name: str) -> None:
    line = visible(json.dumps({"name": name}, ensure_ascii=False))
    assert json.loads(line) == {"name": name}
    assert visible(line) == line


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[31m", "\\u001b[31m"),
        ("\x9b31m", "\\u009b31m"),
        ("a\rb", "a\\rb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\udcff.mp4", "\\udcff.mp4"),
        ("제비\u3000[bold] :bus: \n", "제비\u3000[bold] :bus: \n"),
    ],
)
def test_a_name_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str], hostile: str, shown: str) -> None:
    terminal = Terminal()
    terminal.result(hostile)
    terminal.say(hostile)
    assert capsys.readouterr() == (shown + "\n", shown + "\n")


def test_a_terminal_of_few_letters_gets_numbers_and_no_mistake(jebi: "Jebi") -> None:
    jebi.write("제비", b"x")
    said = jebi.alone("field", "erase", "--yes", "제비", environment={"PYTHONIOENCODING": "ascii:strict"})
    assert (said.status, "overwrite and delete \\uc81c\\ube44" in said.out) == (Exit.DONE, True)


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        (b"two words\n", b"two words"),
        (b" spaces count \r\nand more\n", b" spaces count "),
        ("열려라 참깨".encode(), "열려라 참깨".encode()),
        (b"", b""),
    ],
)
def test_a_secret_is_the_first_line_of_a_file(tmp_path: Path, content: bytes, secret: bytes) -> None:
    (tmp_path / "pw").write_bytes(content)
    assert Terminal().secret("passphrase", str(tmp_path / "pw")) == secret


def test_a_new_secret_is_long_enough(tmp_path: Path) -> None:
    (tmp_path / "pw").write_bytes(b"7777777")
    with pytest.raises(Refused, match="shorter than 8"):
        Terminal().new_secret("passphrase", str(tmp_path / "pw"))


def test_standard_input_is_one_thing_in_a_run() -> None:
    terminal = Terminal()
    assert terminal.input() is sys.stdin
    with pytest.raises(Refused, match="two things at once"):
        terminal.secret("passphrase", "-")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("academic acid acne acquire acrobat activity actress", "these were 7"),
        ("", "these were 0"),
        ("academic acid acne acquire acrobat activity actress adapt adequate", "these were 9"),
        ("academic acid acne acquire acrobat activity actress adopt", "word 8 of the eight"),
        ("acadenic acid acne acquire acrobat activity actress adopt", "words 1, 8 of the eight"),
    ],
)
def test_words_that_cannot_be_are_said_by_their_number(tmp_path: Path, words: str, said: str) -> None:
    (tmp_path / "words").write_text(words)
    with pytest.raises(Refused, match=said) as refused:
        Terminal().words(str(tmp_path / "words"))
    assert not set(words.split()) & set(f"{refused.value.what} {refused.value.hint}".split())


def test_words_may_be_written_in_any_case(tmp_path: Path) -> None:
    (tmp_path / "words").write_text("Safari  GARLIC  Biology  AGAIN  Leaves  AWAY  Academic  DRESS \n")
    assert len(Terminal().words(str(tmp_path / "words")).split()) == 8


def test_words_of_which_one_is_another_or_that_stand_in_another_order_are_refused(tmp_path: Path) -> None:
    right = ["safari", "garlic", "biology", "again", "leaves", "away", "academic", "dress"]
    for wrong in (["academic", *right[1:]], [right[1], right[0], *right[2:]]):
        (tmp_path / "words").write_text(" ".join(wrong))
        with pytest.raises(Refused, match="not the words of any trip"):
            Terminal().words(str(tmp_path / "words"))


def test_a_passphrase_that_is_typed_is_not_shown_and_is_asked_for_once(archive: "Jebi") -> None:
    said = archive.at_terminal("desk", "check", "--archive", "archive", typed=b"only for these doors\n")
    assert said.status == Exit.DONE, said.out
    assert "only for" not in said.out
    assert said.out.count("passphrase of the archive: ") == 1


def test_errors_are_red_at_a_terminal_and_plain_where_nobody_wants_colours(jebi: "Jebi") -> None:
    assert "\x1b[1;31mjebi: none" in jebi.at_terminal("stick", "look", "none").out
    assert "\x1b[1;31m" not in jebi.at_terminal("stick", "look", "none", environment={"NO_COLOR": "1"}).out


def test_a_bar_is_for_terminals_only(stick: "Jebi") -> None:
    assert "reading" in stick.at_terminal("stick", "verify", "stick.img").out
    assert stick.alone("stick", "verify", "stick.img").err == ""


def test_no_machine_answers_for_a_person_by_being_silent() -> None:
    with pytest.raises(Refused, match="no terminal to ask at"):
        Terminal().choose("Could somebody be recognised?", ("no", "harmless"))
