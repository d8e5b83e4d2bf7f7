"""`jebi demo`, as it is typed."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from jebi.errors import Exit
from looked_at import MODELS

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_the_whole_crossing_is_shown_and_leaves_what_keep_names(jebi: "Jebi", samples: Path) -> None:
    """On one real film, in a shell that does not look where Debian keeps mkfs."""
    (jebi.folder / "footage" / "below").mkdir(parents=True)
    shutil.copy(samples / "carphone_pristine.mp4", jebi.folder / "footage" / "film.mp4")
    said = jebi.alone(
        "demo", "footage", "--models", str(MODELS), "--keep", "kept", environment={"PATH": "/usr/bin:/bin"}
    )
    assert said.status == Exit.DONE, said.err
    assert re.findall(r"(?m)^(\d+)\. ", said.err) == [str(act) for act in range(1, 13)]
    assert "film.mp4: " in said.err
    assert "every one as it was sealed" in said.out
    assert "records of the custody log agree" in said.out
    assert "1 opened" in said.out
    assert re.search(r"the archive is open at http://127\.0\.0\.1:\d+/, for admin: \w+", said.out)
    assert "Its door says: Sign in" in said.err
    assert said.out.count("street: cleared") == 2
    assert "film 1 is published" in said.out
    assert "Trusted: “Faces are covered”, signed by example.org" in said.err
    assert (jebi.folder / "kept" / "site" / "films" / "0001" / "film.mp4").exists()
    assert {"archive", "card", "kit.txt", "parcel.tlog-proof"} <= set(os.listdir(jebi.folder / "kept"))


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
