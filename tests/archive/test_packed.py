"""Packed measures: bytes and records correspond one to one, and nothing else is believed."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.packed import pack, unpack
from jebi.errors import Damaged

KIND = b"triplets"
RECORD = np.dtype([("a", ">u2"), ("b", "u1")])
GOOD = pack(KIND, np.array([(1, 2), (3, 4)], RECORD))


@given(st.lists(st.tuples(st.integers(0, 65535), st.integers(0, 255)), max_size=20))
def test_records_read_back_as_they_were_packed(rows: list[tuple[int, int]]) -> None:
    records = np.array(rows, RECORD)

    assert unpack(KIND, pack(KIND, records), RECORD, 20).tolist() == rows


def test_the_packed_form_is_the_documented_one() -> None:
    assert GOOD.hex() == "747269706c657473" + "00000002" + "000102" + "000304"


@pytest.mark.parametrize(
    "packed",
    [b"", GOOD[:11], GOOD[:-1], GOOD + b"\0", b"waveform" + GOOD[8:], GOOD[:8] + b"\xff" * 4 + GOOD[12:]],
    ids=["empty", "no head", "cut off", "too long", "another kind", "a false count"],
)
def test_what_is_not_exactly_as_long_as_it_says_is_damaged(packed: bytes) -> None:
    with pytest.raises(Damaged):
        unpack(KIND, packed, RECORD, 20)


def test_more_records_than_a_clip_can_have_are_damaged() -> None:
    with pytest.raises(Damaged, match="more records"):
        unpack(KIND, GOOD, RECORD, 1)


@given(st.binary(max_size=40), st.integers(0, len(GOOD)))
def test_garbage_raises_damaged(garbage: bytes, cut: int) -> None:
    for packed in (garbage, KIND + garbage, GOOD[:cut] + garbage):
        with contextlib.suppress(Damaged):
            assert pack(KIND, unpack(KIND, packed, RECORD, 20)) == packed
