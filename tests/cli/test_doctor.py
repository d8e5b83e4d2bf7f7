"""`jebi doctor`, as it is typed, on this machine and where a tool is missing or too old."""

import json
import os
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

NEW_AGE = Path(__file__).parents[1] / "interop" / "age.mjs"
TOO_OLD = "age is here and cannot open parcels: they are post-quantum, which takes age 1.3 or later"

HIDDEN = ("bwrap", "--dev-bind", "/", "/", "--ro-bind", "/dev/null")  # and what is hidden
JEBI = (sys.executable, "-m", "jebi")


def with_age(jebi: "Jebi", script: str) -> dict[str, str]:
    """An environment in which `age` is another program, found before the system's."""
    (jebi.folder / "bin").mkdir()
    jebi.write("bin/age", f"#!/bin/sh\n{script}\n")
    (jebi.folder / "bin" / "age").chmod(0o755)
    return {"PATH": f"{jebi.folder}/bin:{os.environ['PATH']}"}


def test_where_age_opens_parcels_everything_is_here(jebi: "Jebi") -> None:
    """Debian's age is too old; this one is typage, which is given the same words."""
    newer = with_age(jebi, f'exec node {NEW_AGE} decrypt "$(cat "$3")"')
    said = jebi.alone("doctor", environment=newer)
    assert (said.status, said.err) == (Exit.DONE, "everything is here\n")
    assert said.out == f"Python {sys.version.split()[0]}, {len(os.sched_getaffinity(0))} cores\n"


@pytest.mark.parametrize(
    "script",
    [
        "echo 'age: error: unknown identity type' >&2; exit 1",
        "cat",
        "exit 0",
    ],
    ids=["as age 1.1.1 does", "one that gives back what it gets", "one that does nothing"],
)
def test_an_age_that_cannot_open_parcels_is_named_and_jebi_can_do_without(jebi: "Jebi", script: str) -> None:
    said = jebi.alone("doctor", environment=with_age(jebi, script))
    assert said.status == Exit.DONE
    assert TOO_OLD in said.err
    assert "docs/without-jebi.md" in said.err
    assert said.err.endswith("everything that jebi itself needs is here\n")


def test_an_age_that_is_not_for_this_machine_opens_nothing(jebi: "Jebi") -> None:
    environment = with_age(jebi, "")
    (jebi.folder / "bin" / "age").write_bytes(b"\x7fELF")
    assert TOO_OLD in jebi.alone("doctor", environment=environment).err


def test_machines_get_what_is_missing_and_whether_age_opens_parcels(jebi: "Jebi") -> None:
    fact = jebi("doctor", "--json").fact
    assert (fact["missing"], fact["cores"]) == ([], len(os.sched_getaffinity(0)))
    assert isinstance(fact["age_opens_parcels"], bool)
    newer = with_age(jebi, f'exec node {NEW_AGE} decrypt "$(cat "$3")"')
    assert jebi.alone("doctor", "--json", environment=newer).fact["age_opens_parcels"] is True


def test_what_is_missing_is_said_with_the_one_line_that_installs_it(jebi: "Jebi") -> None:
    """Where a user's shell looks there is nothing; but jebi itself looks where Debian keeps fsck and mkfs."""
    said = jebi.alone("doctor", environment={"PATH": str(jebi.folder)})
    assert said.status == Exit.UNABLE
    assert "mcopy is missing: the demo cannot put films on sticks" in said.err
    assert "fsck" not in said.err
    assert TOO_OLD not in said.err
    assert said.err.endswith("to install what is missing: apt-get install age mtools\n")


def test_the_desk_is_told_that_its_jail_holds(jebi: "Jebi") -> None:
    assert jebi("doctor", "--json").fact["jail"] == {"is_needed": True, "wrong": []}


def test_a_feature_of_the_kernel_without_which_there_is_no_jail_is_named(jebi: "Jebi") -> None:
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    said = jebi.by(("unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh", *JEBI), "doctor")
    assert said.status == Exit.UNABLE
    assert "this machine allows no user namespaces (user.max_user_namespaces is 0)" in said.err


@pytest.mark.parametrize("tool", ["bwrap", "tesseract"])
def test_a_tool_of_the_desk_that_is_missing_is_named(jebi: "Jebi", tool: str) -> None:
    said = jebi.by((*HIDDEN, f"/usr/bin/{tool}", *JEBI), "doctor")
    assert said.status == Exit.UNABLE
    assert f"{tool} is missing: " in said.err
    assert said.err.splitlines()[-1].startswith("to install what is missing: apt-get install ")


def test_a_language_that_tesseract_cannot_read_is_named(jebi: "Jebi") -> None:
    (english,) = Path("/usr/share/tesseract-ocr").glob("*/tessdata/eng.traineddata")
    only = ("--tmpfs", str(english.parent), "--ro-bind", str(english), str(english))
    said = jebi.by(("bwrap", "--dev-bind", "/", "/", *only, *JEBI), "doctor")
    assert said.status == Exit.UNABLE
    assert "Tesseract reads no Korean: apt-get install tesseract-ocr-kor" in said.err
    assert "Tesseract reads no Japanese: apt-get install tesseract-ocr-jpn" in said.err
    assert "English" not in said.err


def test_who_has_no_desk_needs_no_jail(jebi: "Jebi") -> None:
    """jebi as a courier has it: without the libraries that the desk's part brings."""
    (jebi.folder / "libraries").mkdir()
    for library in Path(sysconfig.get_path("purelib")).iterdir():
        if not library.name.startswith("pyseccomp"):
            (jebi.folder / "libraries" / library.name).symlink_to(library)
    found = os.pathsep.join([str(Path(__file__).parents[2] / "src"), str(jebi.folder / "libraries")])
    said = jebi.by((sys.executable, "-S", "-m", "jebi"), "doctor", "--json", environment={"PYTHONPATH": found})
    assert said.status == Exit.DONE
    assert json.loads(said.out)["jail"] == {"is_needed": False, "wrong": []}


def test_whether_the_archives_disk_is_encrypted_is_said_or_that_it_cannot_be_told(jebi: "Jebi") -> None:
    in_memory = jebi("doctor", "--archive", "/dev/shm")
    assert in_memory.status == Exit.DONE
    assert "whether the archive's disk is encrypted cannot be told here" in in_memory.err
    assert jebi("doctor", "--archive", ".", "--json").fact["disk_is_encrypted"] in {True, False, None}
    assert jebi("doctor", "--archive", "nowhere").status == Exit.UNABLE
