"""How a folder is replaced."""

import os
from pathlib import Path

import pytest

from jebi.errors import Refused
from jebi.web.site.folder import LAST, MARK, NEXT, Beside, files, measured, mend, work_of


def test_a_folder_is_replaced_at_once_by_what_was_built_beside_it(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for edition in (b"one", b"two"):
        with Beside(str(site)) as beside:
            entry = beside.write("a/b.html", [edition, edition])
            beside.take_place()
        assert (site / "a" / "b.html").read_bytes() == 2 * edition
        assert measured(str(site / "a/b.html")) == (entry.size, entry.sha256)
    assert os.listdir(tmp_path) == ["site"]


def test_what_does_not_take_its_place_leaves_nothing(tmp_path: Path) -> None:
    with Beside(str(tmp_path / "site")) as beside:
        beside.write("a", [b"1"])
    assert os.listdir(tmp_path) == []


def test_what_is_kept_is_the_file_itself(tmp_path: Path) -> None:
    site = tmp_path / "site"
    with Beside(str(site)) as beside:
        beside.write("film.mp4", [b"film"])
        beside.take_place()
    before = (site / "film.mp4").stat().st_ino
    with Beside(str(site)) as beside:
        beside.keep("film.mp4")
        beside.take_place()
    assert (site / "film.mp4").stat().st_ino == before


def left(parent: Path, names: str) -> Path:
    """A work folder as a run leaves it that was killed, with these in it."""
    work = Path(work_of(str(parent / "site")))
    work.mkdir()
    for name in names.split():
        if name == MARK:
            (work / name).touch()
        else:
            (work / name).mkdir()
            (work / name / "a").write_bytes(name.encode())
    return work


@pytest.mark.parametrize("names", ["", MARK, f"{MARK} {NEXT}", f"{MARK} {LAST}", f"{MARK} {NEXT} {LAST}"])
def test_what_a_run_left_that_was_killed_is_cleared_away(tmp_path: Path, names: str) -> None:
    left(tmp_path, names)
    (tmp_path / "site").mkdir()
    with Beside(str(tmp_path / "site")) as beside:
        beside.write("a", [b"1"])
        beside.take_place()
    assert os.listdir(tmp_path) == ["site"]
    assert (tmp_path / "site/a").read_bytes() == b"1"


def test_a_run_that_was_stopped_between_two_renames_is_mended(tmp_path: Path) -> None:
    left(tmp_path, f"{MARK} {NEXT} {LAST}")
    mend(str(tmp_path / "site"))
    assert (tmp_path / "site/a").read_bytes() == LAST.encode()
    assert os.listdir(tmp_path) == ["site"]


def test_what_somebody_else_put_beside_the_folder_stays(tmp_path: Path) -> None:
    beside_it = ("site.old", "site.new", "site.bak", ".site")
    for name in beside_it:
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("years of work")
    for edition in (b"one", b"two"):
        with Beside(str(tmp_path / "site")) as beside:
            beside.write("a", [edition])
            beside.take_place()
    assert sorted(os.listdir(tmp_path)) == sorted((*beside_it, "site"))
    assert all((tmp_path / name / "thesis.txt").exists() for name in beside_it)


@pytest.mark.parametrize("names", [NEXT, LAST, f"{MARK} thesis", f"{NEXT} thesis"])
def test_a_work_folder_that_is_not_of_our_making_is_refused_and_left_as_it_is(tmp_path: Path, names: str) -> None:
    work = left(tmp_path, names)
    with pytest.raises(Refused, match="lies there"), Beside(str(tmp_path / "site")):
        pass
    assert sorted(os.listdir(work)) == sorted(names.split())


def test_a_link_where_the_work_folder_would_be_is_refused(tmp_path: Path) -> None:
    work = left(tmp_path, f"{MARK} {NEXT}")
    work.rename(tmp_path / "elsewhere")
    work.symlink_to("elsewhere")
    with pytest.raises(Refused, match="lies there"), Beside(str(tmp_path / "site")):
        pass
    assert (tmp_path / "elsewhere" / NEXT / "a").exists()


def test_links_are_listed_and_kept_and_never_followed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "out").symlink_to("/etc")
    (site / "loop").symlink_to(".")
    assert sorted(files(str(site))) == ["loop", "out"]
    assert measured(str(site / "out")) is None
    with Beside(str(site)) as beside:
        beside.keep("out")
        beside.take_place()
    assert os.readlink(site / "out") == "/etc"


def test_what_is_no_file_and_cannot_be_linked_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "folder").mkdir()
    with Beside(str(site)) as beside, pytest.raises(Refused):
        beside.keep("folder")
    assert os.listdir(site) == ["folder"]
