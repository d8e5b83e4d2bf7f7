"""`jebi desk clear`, as it is typed: what is shown, what is asked, and that nobody clears in passing."""

import re
import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from cli.conftest import ARCHIVE, PASSPHRASE, Jebi
from cli.published import KEY, answered, made
from going_out import stage_of
from jebi.errors import Exit
from jebi.office.desk import open_desk
from jebi.release.checklist import Question


@pytest.fixture(scope="module")
def desk_once(office_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(office_once, tmp_path_factory.mktemp("clear") / "desk")


@pytest.fixture
def desk(desk_once: Path, tmp_path: Path) -> Jebi:
    shutil.copytree(desk_once, tmp_path / "desk")
    return Jebi(tmp_path / "desk")


def log(desk: Jebi) -> str:
    return (desk.folder / "archive/log/records.jsonl").read_text()


def test_the_report_what_to_look_at_first_and_what_the_public_reads_are_shown(desk: Jebi) -> None:
    said = desk.desk("clear", "market", "--as", "crane", "--film", "look.mp4", "--json")
    assert (said.status, said.fact["said"], said.fact["passed"]) == (Exit.DONE, "looked at", True)
    for shown in (
        "camera: nothing found",
        "with: jebi 0.1.0",
        "measured: looked-at",
        "title (ko): 장마당의 쌀",
        "face",
    ):
        assert shown in said.err, shown
    assert re.search(r"look first at.*\n  0\.\d \(\w+\), ", said.err)
    assert desk.read("look.mp4") == desk.read("rendered/film.mp4")
    assert "cut-cleared" not in log(desk)


def test_two_people_clear_with_answers_in_a_file(desk: Jebi) -> None:
    answers = answered(desk)
    for name in ("crane", "heron"):
        key = ("--key", f"{name}.key", *KEY)
        said = desk.desk("clear", "1", "--as", name, *key, "--answers", answers, "--json")
        assert (said.status, said.fact["said"]) == (Exit.DONE, "cleared"), said
    assert log(desk).count('"kind":"cut-cleared"') == 2
    assert log(desk).count("watched the whole film; gait no, clothes no") == 2


def test_at_a_terminal_every_question_is_asked(desk: Jebi) -> None:
    typed = b"yes\n" + b"maybe\nno\n" + b"harmless\n" * (len(Question) - 1) + b"a pass phrase of one's own\n"
    said = desk.at_terminal("desk", "clear", "market", "--as", "crane", "--key", "crane.key", *ARCHIVE, typed=typed)
    assert said.status == Exit.DONE, said.out
    assert said.out.count("[no/harmless/unsure]") == len(Question) + 1
    assert "gait no, clothes harmless" in log(desk)
    assert "one's own" not in said.out


def test_a_machine_cannot_pass_the_questions_over(desk: Jebi) -> None:
    said = desk.desk("clear", "market", "--as", "crane", "--key", "crane.key", *KEY)
    assert (said.status, "no terminal to ask at" in said.err) == (Exit.REFUSED, True)
    desk.desk("clear", "market", "--as", "crane", "--questions", "empty")
    said = desk.desk("clear", "market", "--as", "crane", "--key", "crane.key", *KEY, "--answers", "empty")
    assert (said.status, "did not watch" in said.err) == (Exit.REFUSED, True)
    assert "cut-cleared" not in log(desk)


def test_answers_about_one_film_are_not_answers_about_another(desk: Jebi) -> None:
    answers = answered(desk)
    (desk.folder / "rendered" / "180.m3u8").write_bytes(b"#EXTM3U\n")
    with (
        open_desk(str(desk.folder / "archive"), PASSPHRASE) as opened,
        stage_of(opened, desk.folder / "rendered") as stage,
    ):
        stage.cut()
    said = desk.desk("clear", "market", "--as", "crane", "--key", "crane.key", *KEY, "--answers", answers)
    assert (said.status, "about another film" in said.err) == (Exit.REFUSED, True)


def test_a_refusal_needs_no_key_and_ends_it(desk: Jebi) -> None:
    said = desk.desk("clear", "market", "--as", "stork", "--refuse", "--json")
    assert (said.status, said.fact["said"]) == (Exit.DONE, "refused")
    assert '"kind":"cut-refused"' in log(desk)


def test_whoever_planned_it_clears_nothing(desk: Jebi) -> None:
    answers = answered(desk)
    desk.desk("member", "wren", "--role", "clearer")
    new = ("--desk", "example.org/desk", "--name", "wren", "--passphrase-file", "key-pw", "--json")
    desk.desk("member", "wren", "--enrol", str(desk.done("member", "key", "wren.key", *new).fact["key"]))
    said = desk.desk("clear", "market", "--as", "wren", "--key", "wren.key", *KEY, "--answers", answers)
    assert (said.status, "who made the plan" in said.err) == (Exit.REFUSED, True)


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["--as", "crane", "--key", "heron.key"], Exit.REFUSED, "another member's"),
        (["--as", "nobody", "--key", "crane.key"], Exit.REFUSED, "another member's"),
        (["--as", "crane", "--key", "site.toml"], Exit.DAMAGED, "no key file"),
        (["--as", "crane", "--key", "none.key"], Exit.UNABLE, "none.key could not be read"),
        (["--as", "crane", "--key", "crane.key", "--refuse"], Exit.REFUSED, "cleared or refused"),
        (["--as", "crane"], Exit.REFUSED, "answers alone"),
        (["--as", "crane", "--key", "crane.key", "--film", "site.toml"], Exit.REFUSED, "exists already"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_what_cannot_be_is_said_and_clears_nothing(desk: Jebi, words: list[str], status: Exit, told: str) -> None:
    said = desk.desk("clear", "market", *words, *KEY, *([] if "--refuse" in words else ["--answers", answered(desk)]))
    assert (said.status, told in said.err) == (status, True), said
    assert "cut-cleared" not in log(desk)


def test_a_wrong_passphrase_of_the_key_clears_nothing(desk: Jebi) -> None:
    wrong = ("--key", "crane.key", "--key-passphrase-file", "wrong-pw", "--answers", answered(desk))
    said = desk.desk("clear", "market", "--as", "crane", *wrong)
    assert (said.status, "not the passphrase of the key" in said.err) == (Exit.WRONG_KEY, True)
    assert "cut-cleared" not in log(desk)


def test_a_cut_that_is_not_there_is_not_found(desk: Jebi) -> None:
    assert desk.desk("clear", "river", "--as", "crane").status == Exit.NOTHING_FOUND
    assert desk.desk("clear", "77", "--as", "crane").status == Exit.NOTHING_FOUND
