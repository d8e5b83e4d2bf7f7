"""An ONNX file's signature is rewritten, and nothing else of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.media.onnx import load, of_any_size

CENTERFACE = (Path(__file__).resolve().parents[2] / ".cache/models/faces/centerface.onnx").read_bytes()


def test_a_network_for_one_size_takes_any_after_it_was_rewritten() -> None:
    fixed, free = load(CENTERFACE, threads=1), load(of_any_size(CENTERFACE), threads=1)
    assert fixed.get_inputs()[0].shape == [10, 3, 32, 32]
    assert [put.name for put in free.get_inputs()] == [fixed.get_inputs()[0].name]
    assert not free.get_inputs()[0].shape
    assert [put.name for put in free.get_outputs()] == [put.name for put in fixed.get_outputs()]


def test_rewriting_twice_changes_nothing_more() -> None:
    once = of_any_size(CENTERFACE)
    assert of_any_size(once) == once
    assert len(CENTERFACE) - 20_000 < len(once) < len(CENTERFACE)


def test_only_the_quiet_processor_engine_is_used() -> None:
    session = load(of_any_size(CENTERFACE), threads=2)
    assert session.get_providers() == ["CPUExecutionProvider"]
    assert session.get_session_options().intra_op_num_threads == 2


@given(st.binary(max_size=200))
def test_garbage_is_rewritten_or_damaged(garbage: bytes) -> None:
    try:
        of_any_size(garbage)
    except Damaged:
        return


@given(st.integers(0, len(CENTERFACE) - 1))
def test_a_file_that_was_cut_off_is_damaged(length: int) -> None:
    with pytest.raises(Damaged):
        load(of_any_size(CENTERFACE[:length]), threads=1)


def test_what_is_no_network_is_damaged() -> None:
    with pytest.raises(Damaged, match="cannot be loaded"):
        load(b"\x80\x04 not one", threads=1)
