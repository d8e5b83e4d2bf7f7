"""`jebi demo`, as it is typed. Once through: tests/docs/test_documents.py, which holds what it says against README."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_a_demo_that_fails_says_at_which_step_and_removes_its_folder(jebi: "Jebi") -> None:
    (jebi.folder / "footage").mkdir()
    (jebi.folder / "tmp").mkdir()
    jebi.write("footage/film.mp4", b"")
    os.truncate(jebi.folder / "footage" / "film.mp4", 70 << 20)  # larger than a stick
    said = jebi.alone("demo", "footage", environment={"TMPDIR": str(jebi.folder / "tmp")})
    assert (said.status, "jebi: mcopy failed:" in said.err) == (Exit.UNABLE, True), said.err
    assert list((jebi.folder / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["none"], Exit.UNABLE, "none could not be read: no such file"),
        (["film.mp4"], Exit.UNABLE, "film.mp4 could not be read: not a directory"),
        (["empty"], Exit.REFUSED, "there is no clip in empty"),
        (["footage", "--keep", "empty"], Exit.REFUSED, "empty exists already"),
        (["footage", "--keep", "film.mp4"], Exit.REFUSED, "film.mp4 exists already"),
        (["footage", "--keep", "film.mp4/below"], Exit.UNABLE, "could not be made"),
        ([], Exit.USAGE, "FOLDER"),
    ],
)
def test_what_cannot_be_shown_is_said_and_nothing_is_made(
    jebi: "Jebi", words: list[str], status: Exit, said: str
) -> None:
    for folder in ("footage", "empty"):
        (jebi.folder / folder).mkdir()
    jebi.write("film.mp4", b"film")
    jebi.write("footage/film.mp4", b"film")
    before = jebi.content()
    done = jebi("demo", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert jebi.content() == before
