"""What the demo says when a step does not do what it must. Once through: tests/docs/test_documents.py."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from jebi.errors import Exit, Unable
from jebi.office.demo import FOREIGN, STICKS, Demo
from office.conftest import MIB, run

HALF = ("relay join stick-3.img --onto", "desk receive passed-on.bin")  # of one stick alone


class Stage:
    """Runs no command, but does what it would leave; remembers what was run, said and shown."""

    def __init__(self, fails: str = "", status: Exit = Exit.DONE, came: bytes = b"filmed") -> None:
        self.fails, self.status, self.came = fails, status, came
        self.ran: list[str] = []
        self.said: list[str] = []
        self.shown: list[str] = []

    def run(self, line: Sequence[str]) -> int:
        self.ran.append(" ".join(line))
        if self.fails and self.ran[-1].startswith(self.fails):
            return self.status
        if self.ran[-1].startswith(HALF):
            return Exit.PARTLY
        if line[:2] == ["desk", "receive"]:
            os.makedirs("archive/clips/0123456789abcdef", exist_ok=True)
            Path("archive/clips/0123456789abcdef/film.mp4").write_bytes(self.came)
        return Exit.DONE

    def play(self, film: str) -> None:
        Demo(film, self.run, self.said.append, self.shown.append).play()


@pytest.fixture
def film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, samples: Path) -> str:
    shutil.copy(samples / "bikes.mp4", tmp_path / "film.mp4")
    (tmp_path / "stage").mkdir()
    monkeypatch.chdir(tmp_path / "stage")
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    os.mkdir("card")
    Path("card/film.mp4").write_bytes(b"filmed")
    return str(tmp_path / "film.mp4")


def test_every_command_is_shown_as_it_is_run_and_every_act_is_told(film: str) -> None:
    stage = Stage()
    stage.play(film)
    assert stage.shown == [f"jebi {line}" for line in stage.ran]
    assert [text.strip()[0] for text in stage.said if text.startswith("\n")][:7] == list("1234567")
    assert any("film.mp4: " in text and "as it lay on the card" in text for text in stage.said)


def test_where_the_desk_is_installed_the_archive_is_looked_at_and_opened_last(film: str) -> None:
    stage, opened = Stage("desk clear street --as crane --key", Exit.REFUSED), list[str]()
    Path("questions").write_text("watched ?\ngait ?\n")
    for name in ("crane", "heron"):
        Path(f"{name}.key").write_text('{"public":"example.org/desk/crane+1+a"}')
    demo = Demo(
        film, stage.run, stage.said.append, stage.shown.append, lambda line: opened.append(" ".join(line)), lambda: "c1"
    )
    demo.play()
    worked = next(place for place, line in enumerate(stage.ran) if line.startswith("desk work "))
    assert stage.ran[worked + 1].startswith("desk search film ")
    assert stage.ran[worked + 2].startswith("desk protect c1 --cut street --about about.toml ")
    assert stage.shown[-1] == f"jebi {opened[0]}"
    assert opened[0].startswith("desk serve ")


def test_a_cut_that_is_refused_is_not_published_and_the_demo_goes_on(film: str) -> None:
    stage = Stage("desk clear street --as crane --key", Exit.REFUSED)
    Path("questions").write_text("watched ?\ngait ?\n")
    for name in ("crane", "heron"):
        Path(f"{name}.key").write_text('{"public":"example.org/desk/crane+1+a"}')
    Demo(film, stage.run, stage.said.append, stage.shown.append, lambda _: None, lambda: "c1").play()
    assert Path("answers").read_text() == "watched whole\ngait no"
    assert any("It is not cleared, so it cannot be published." in said for said in stage.said)
    assert not any(line.startswith("desk publish") for line in stage.ran)


def test_its_sticks_are_ordinary_and_what_happens_to_them_is_done(film: str) -> None:
    stage = Stage()
    stage.play(film)
    assert not any(os.path.exists(seized) for seized in STICKS[:2])
    for stick in (*STICKS[2:], "foreign.img"):
        run("fsck.fat", "-n", stick)
        assert "FILM" in run("mdir", "-i", stick, "::").upper()
    assert "songs" in run("mdir", "-i", "stick-3.img", "::")
    assert os.path.getsize("stick-4.img") == 64 * MIB == 4 * FOREIGN
    assert Path("stick-4.img").read_bytes() == Path("stick-4-again.img").read_bytes()
    assert not os.path.exists("songs.bin")


@pytest.mark.parametrize(
    ("fails", "status"),
    [
        ("desk init", Exit.REFUSED),
        ("field seal", Exit.PARTLY),
        ("stick look", Exit.PARTLY),
        ("relay join stick-3.img --onto", Exit.DAMAGED),
        ("desk receive fresh-2", Exit.PARTLY),
        ("desk check", Exit.DAMAGED),
    ],
)
def test_a_step_that_does_not_do_what_it_must_ends_it(film: str, fails: str, status: Exit) -> None:
    stage = Stage(fails, status)
    with pytest.raises(Unable, match=f"exit status {int(status)}"):
        stage.play(film)
    assert stage.ran[-1].startswith(fails)


def test_clips_that_are_not_what_was_filmed_are_never_called_so(film: str) -> None:
    with pytest.raises(Unable, match="are not the clips that were filmed"):
        Stage(came=b"something else").play(film)


def test_a_missing_tool_is_named_with_who_can_say_more(film: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unable, match=r"mkfs\.fat is missing") as caught:
        Stage().play(film)
    assert "jebi doctor" in caught.value.hint


def test_a_film_that_does_not_fit_is_said_in_the_tools_own_words(film: str) -> None:
    os.truncate(film, 70 * MIB)
    with pytest.raises(Unable, match="mcopy failed: "):
        Stage().play(film)
