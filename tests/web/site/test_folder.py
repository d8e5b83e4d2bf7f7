"""How a folder is replaced."""

import os
from pathlib import Path

import pytest

from jebi.errors import Refused
from jebi.web.site.folder import NEW, OLD, Beside, files, measured, mend


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


def test_what_a_run_left_that_was_killed_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / f"site{NEW}" / "half").mkdir(parents=True)
    with Beside(str(tmp_path / "site")) as beside:
        beside.write("a", [b"1"])
        beside.take_place()
    assert os.listdir(tmp_path) == ["site"]


@pytest.mark.parametrize("has_new", [True, False])
def test_a_run_that_was_stopped_between_two_renames_is_mended(tmp_path: Path, *, has_new: bool) -> None:
    old = tmp_path / f"site{OLD}"
    old.mkdir()
    (old / "a").write_bytes(b"old")
    if has_new:
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "a").write_bytes(b"new")
    mend(str(tmp_path / "site"))
    assert (tmp_path / "site" / "a").read_bytes() == (b"new" if has_new else b"old")
    assert os.listdir(tmp_path) == ["site"]


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
