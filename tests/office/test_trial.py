"""What selftest runs."""

import shutil
from pathlib import Path

import pytest

from jebi.errors import Unable
from jebi.office.trial import Tried, run_trials, run_vectors
from jebi.office.vectors import FOLDERS, folder, vectors


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of all vectors but the large ones of slots, of which one is enough."""
    for name in FOLDERS:
        (tmp_path / name).mkdir()
        for file in sorted((Path(str(folder())) / name).iterdir())[: 1 if name == "slots" else None]:
            shutil.copy(file, tmp_path / name)
    return tmp_path


def tried(place: Path, name: str) -> Tried:
    return next(tried for tried in run_vectors(place) if tried.folder == name)


def test_every_trial_passes() -> None:
    names = dict(run_trials())
    assert len(names) == 7
    assert all(names.values())


def test_every_vector_is_tried_and_passes() -> None:
    by_folder = {one.folder: one for one in run_vectors(folder())}
    assert tuple(by_folder) == FOLDERS
    assert all(one.passed for one in by_folder.values())
    assert sum(one.count for one in by_folder.values()) == len(list(vectors()))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_vector_that_was_altered_on_its_way_is_named(copy: Path, name: str) -> None:
    path = min((copy / name).iterdir())
    path.write_bytes(path.read_bytes().replace(b"expect: ", b"expect: un", 1))
    assert tried(copy, name).failed == (path.name,)
    assert not tried(copy, name).passed


def test_a_vector_that_was_cut_to_nothing_is_named(copy: Path) -> None:
    path = copy / "custody" / "proof"
    path.write_bytes(b"")
    assert tried(copy, "custody").failed == ("proof",)


def test_a_folder_that_is_empty_has_not_passed(copy: Path) -> None:
    shutil.rmtree(copy / "notes")
    (copy / "notes").mkdir()
    assert not tried(copy, "notes").passed


def test_vectors_that_are_not_there_are_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(Unable):
        list(run_vectors(tmp_path))
