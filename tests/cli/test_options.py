"""Options that several verbs share."""

import argparse
from pathlib import Path

import pytest

from jebi.cli import options
from jebi.errors import Refused


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    options.add_archive(parser)
    options.add_onto(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize(("sticks", "lost"), [(1, 0), (2, 1), (3, 1), (4, 1), (5, 2), (10, 4)])
def test_two_fifths_of_the_sticks_may_be_lost_unless_something_else_is_said(sticks: int, lost: int) -> None:
    names = [f"s{i}" for i in range(sticks)]
    assert options.survive(parsed("--onto", *names)) == lost
    assert options.survive(parsed("--onto", *names, "--survive", "0")) == 0


def test_the_archive_is_where_the_desktop_keeps_such_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert parsed("--onto", "x").archive == "/somewhere/jebi/archive"
    monkeypatch.setenv("XDG_DATA_HOME", "")
    monkeypatch.setenv("HOME", "/home/editor")
    assert parsed("--onto", "x").archive == "/home/editor/.local/share/jebi/archive"
    assert parsed("--onto", "x", "--archive", "here").archive == "here"


def test_a_new_file_must_not_exist(tmp_path: Path) -> None:
    assert options.new_file(str(tmp_path / "new")) == str(tmp_path / "new")
    for name in ("file", "folder"):
        (tmp_path / "folder").mkdir(exist_ok=True)
        (tmp_path / "file").touch()
        with pytest.raises(Refused, match="exists already, and jebi overwrites no file"):
            options.new_file(str(tmp_path / name))
