"""A flat file against plain arithmetic, beside other writers, and after crashes."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jebi.errors import Damaged, Unable
from jebi.vault.vectors import BLOCK, DIMENSIONS, LIKELY, MAGIC, MANY, ROW, VectorFile


def unit(count: int, seed: int = 1) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """So many vectors of length 1."""
    raw = np.random.default_rng(seed).normal(size=(count, DIMENSIONS)).astype(np.float32)
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True), np.float32)


@pytest.fixture
def file(tmp_path: Path) -> VectorFile:
    return VectorFile(tmp_path / "vectors")


def test_the_nearest_are_those_of_plain_arithmetic(file: VectorFile) -> None:
    given_vectors, asked = unit(5_000), unit(1, seed=2)[0]
    file.append(range(5_000), given_vectors)
    exact = given_vectors @ asked
    found = file.nearest(asked, 50)
    assert [near.similarity for near in found] == sorted((near.similarity for near in found), reverse=True)
    assert all(abs(near.similarity - exact[near.key]) < 0.005 for near in found)
    assert {near.key for near in found} >= set(np.argsort(-exact)[:40].tolist())
    assert [near.key for near in found if near.similarity >= 0.1] == [
        near.key for near in file.nearest(asked, 50, least=0.1)
    ]


def test_a_vector_is_nearest_to_itself(file: VectorFile) -> None:
    file.append([7, 8, 9], unit(3))
    for key, vector in zip([7, 8, 9], unit(3), strict=True):
        (near,) = file.nearest(vector, 1)
        assert near.key == key
        assert near.similarity == pytest.approx(1, abs=1e-3)


def test_hits_are_confined_to_the_keys_that_are_named(file: VectorFile) -> None:
    file.append(range(100), unit(100))
    found = file.nearest(unit(1)[0], 10, among=np.array([3, 5, 1000], np.int64))
    assert {near.key for near in found} == {3, 5}


def test_among_many_the_nearest_are_found_by_their_signs(file: VectorFile, tmp_path: Path) -> None:
    path = tmp_path / "vectors"
    asked, others = unit(1, seed=2)[0], unit(MANY + BLOCK)
    near = 0.5 * asked + np.sqrt(0.75) * unit(60, seed=3)  # their similarity is about a half; that of others none
    file.append(range(len(others)), others)
    file.append(range(-60, 0), (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32))

    def found(*, least: float = 0.3, among: np.ndarray[tuple[int], np.dtype[np.int64]] | None = None) -> set[int]:
        return {one.key for one in file.nearest(asked, 100, among=among, least=least)}

    assert found() == set(range(-60, 0))
    assert found(among=np.arange(-30, 20)) == set(range(-30, 0))  # few: each is looked at
    assert found(among=np.arange(-30, 2 * LIKELY)) == set(range(-30, 0))
    assert found(among=np.arange(-30, 20), least=-1) == set(range(-30, 20))
    file.remove(range(-60, -40))
    file.append(range(-10, 10), unit(20, seed=4))  # in the place of what had their keys
    assert found() == set(range(-40, -10))
    assert found(among=np.arange(-50, 2 * LIKELY)) == set(range(-40, -10))
    size = path.stat().st_size
    file.remove(range(len(others) // 2 + 100))  # now it is written anew, and every row has another place
    assert path.stat().st_size < size
    file.append(range(20_000), others[:20_000])
    assert found() == set(range(-40, -10))


@pytest.mark.parametrize("apart", [1, 10**12])
def test_among_many_those_with_some_keys_are_found_however_far_apart_keys_lie(file: VectorFile, apart: int) -> None:
    vectors = unit(MANY + BLOCK)
    keys = apart * np.arange(1, len(vectors) + 1)
    file.append(keys.tolist(), vectors)
    file.remove(keys[:100].tolist())  # rows that are empty have a key that is nobody's
    among = np.concatenate([[-7, 0], keys[::7]])

    for at in (0, 7, 700, 701, (len(vectors) - 1) // 7 * 7):
        found = [near.key for near in file.nearest(vectors[at], 1, among=among, least=0.9)]
        assert found == ([keys[at]] if at >= 100 and at % 7 == 0 else [])


@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.lists(st.integers(0, 30), unique=True, max_size=12)), min_size=1, max_size=12
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_keys_come_and_go_like_those_of_a_dictionary(tmp_path: Path, steps: list[tuple[bool, list[int]]]) -> None:
    (tmp_path / "vectors").unlink(missing_ok=True)
    file, kept = VectorFile(tmp_path / "vectors"), dict[int, int]()
    for number, (is_added, keys) in enumerate(steps):
        if is_added:
            file.append(keys, unit(len(keys), seed=number))
            kept |= {key: number * 100 + at for at, key in enumerate(keys)}
        else:
            file.remove(keys)
            kept = {key: value for key, value in kept.items() if key not in keys}
    assert sorted(file.keys().tolist()) == sorted(kept)
    for key, value in kept.items():
        (near,) = file.nearest(unit(value % 100 + 1, seed=value // 100)[value % 100], 1)
        assert near.key == key


def test_what_is_removed_is_not_in_the_file_any_more(file: VectorFile, tmp_path: Path) -> None:
    file.append([1, 2], unit(2))
    row = (tmp_path / "vectors").read_bytes()[-ROW.itemsize :]
    file.remove([2])
    assert row not in (tmp_path / "vectors").read_bytes()
    assert file.keys().tolist() == [1]


def test_a_file_is_written_anew_when_most_of_it_is_empty(file: VectorFile, tmp_path: Path) -> None:
    file.append(range(3_000), unit(3_000))
    file.remove(range(2_000))
    assert (tmp_path / "vectors").stat().st_size == len(MAGIC) + 1_000 * ROW.itemsize
    assert sorted(file.keys().tolist()) == list(range(2_000, 3_000))
    assert os.listdir(tmp_path) == ["vectors"]


def test_a_row_that_a_crash_left_unfinished_is_none(file: VectorFile, tmp_path: Path) -> None:
    file.append([1, 2], unit(2))
    path = tmp_path / "vectors"
    for left in (b"\xff" * 100, bytes(ROW.itemsize), bytes(ROW.itemsize) + b"\xff" * 5):
        whole = path.read_bytes()
        path.write_bytes(whole + left)
        assert sorted(file.keys().tolist()) == [1, 2]
        assert {near.key for near in file.nearest(unit(1)[0], 9)} == {1, 2}
        file.append([3], unit(1, seed=5))
        assert sorted(VectorFile(path).keys().tolist()) == [1, 2, 3]
        file.remove([3])
        path.write_bytes(whole)


def test_two_who_write_and_one_who_reads_do_not_disturb_each_other(file: VectorFile, tmp_path: Path) -> None:
    children = []
    for writer in range(2):
        child = os.fork()
        if not child:
            own = VectorFile(tmp_path / "vectors")
            for step in range(20):
                own.append([writer * 1000 + step * 10 + at for at in range(10)], unit(10, seed=step))
                own.remove([writer * 1000 + step * 10])
            os._exit(0)
        children.append(child)
    while any(os.waitpid(child, os.WNOHANG)[0] == 0 for child in children[:1]):
        file.nearest(unit(1)[0], 5)
    os.waitpid(children[1], 0)
    assert len(file.keys()) == 2 * 20 * 9


@given(st.binary(max_size=2 * ROW.itemsize) | st.binary(max_size=900).map(lambda rest: MAGIC + rest))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_read_or_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "vectors").write_bytes(content)
    try:
        found = VectorFile(tmp_path / "vectors").nearest(unit(1)[0], 3)
    except Damaged:
        return
    assert len(found) <= 3


def test_an_empty_file_has_nothing(file: VectorFile) -> None:
    assert file.nearest(unit(1)[0], 5) == []
    assert file.nearest(unit(1)[0], 0) == []
    assert file.keys().tolist() == []
    file.remove([1])
    assert file.is_empty()
    file.append([1], unit(1))
    assert not file.is_empty()


def test_one_vector_belongs_to_one_key(file: VectorFile) -> None:
    with pytest.raises(ValueError, match="each key"):
        file.append([1], unit(2))
    with pytest.raises(ValueError, match="each key"):
        file.append([1, 1], unit(2))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="the file of vectors"):
        VectorFile(tmp_path / "nowhere" / "vectors")
