"""Sightings are kept as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.sightings import Sighting, packed, unpacked
from release.walks import crowds, seen


@given(crowds())
def test_what_is_packed_is_unpacked_in_order_of_time(crowd: list[Sighting]) -> None:
    came = unpacked(packed(crowd))
    assert [one.time_ms for one in came] == sorted(one.time_ms for one in crowd)
    assert sorted(map(repr, came)) == sorted(map(repr, crowd))


def test_a_record_has_fourteen_bytes_big_endian() -> None:
    one = Sighting(time_ms=1, x=2, y=3, width=4, height=5, score=6)
    assert packed([one]).hex() == b"sighting".hex() + "00000001" + "00000001" + "00020003000400050006"


@given(st.binary(max_size=60), st.booleans())
def test_garbage_is_damaged(garbage: bytes, has_head: bool) -> None:  # noqa: FBT001
    untrusted = b"sighting" + garbage if has_head else garbage
    try:
        unpacked(untrusted)
    except Damaged:
        return
    assert packed(unpacked(untrusted)) == untrusted


def test_records_out_of_order_are_damaged() -> None:
    good = packed([seen(0, 1000), seen(40, 1000)])
    with pytest.raises(Damaged, match="order"):
        unpacked(good[:12] + good[26:] + good[12:26])


@pytest.mark.parametrize("wrong", [{"x": 9_999}, {"width": 0}, {"y": -1}, {"score": 1_001}, {"time_ms": -1}], ids=str)
def test_a_face_outside_the_picture_is_none(wrong: dict[str, int]) -> None:
    fields = {"time_ms": 0, "x": 0, "y": 0, "width": 10, "height": 10, "score": 1}
    with pytest.raises(Damaged):
        Sighting(**{**fields, **wrong})
