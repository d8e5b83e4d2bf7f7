"""How vectors are read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Unable
from jebi.office.vectors import FOLDERS, files, folder, parse, vectors


def test_a_vector_is_lines_an_empty_line_and_bytes() -> None:
    vector = parse("notes", "one", b"expect: success\ncomment: a: b\nfile 1: x\n\n\x00\n\nbytes")
    assert vector.lines == {"expect": "success", "comment": "a: b", "file 1": "x"}
    assert vector.body == b"\x00\n\nbytes"
    assert vector.starting("file") == ["1"]
    assert vector.kind == "notes"


def test_a_folder_of_several_kinds_says_which() -> None:
    assert parse("keys", "one", b"kind: card\n\n").kind == "keys card"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"expect: success\n",
        b"expect: success\nexpect: damaged\n\n",
        b"expect success\n\n",
        b"\xff: x\n\n",
        b"\n\n",
    ],
    ids=["nothing", "no empty line", "a line twice", "no colon", "not text", "no lines"],
)
def test_what_is_no_vector_is_damaged(content: bytes) -> None:
    with pytest.raises(Damaged):
        parse("notes", "one", content)


@given(st.binary() | st.text("ab: \n").map(str.encode))
def test_garbage_is_damaged_or_a_vector(garbage: bytes) -> None:
    try:
        parse("notes", "one", garbage)
    except Damaged:
        return
    assert b"\n\n" in garbage


def test_every_folder_has_vectors_and_every_vector_a_comment_and_an_expectation() -> None:
    every = list(vectors())
    assert {vector.folder for vector in every} == set(FOLDERS)
    assert {path.name for path in Path(str(folder())).iterdir() if path.is_dir()} - {"__pycache__"} == set(FOLDERS)
    for vector in every:
        assert vector.lines["comment"]
        assert vector.lines["expect"]


def test_a_folder_that_is_not_there_is_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(Unable):
        list(files(tmp_path, "age"))
