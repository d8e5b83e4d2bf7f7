"""Slots in an ordinary file: where they go, and how many parts there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.carrier import Grid
from jebi.carriers.file import PART, SECTOR, SLOTS_A_PART, FileCarrier, parts
from jebi.carriers.slot import SLOT
from jebi.errors import NoRoom

DICE = bytes(32)


class Pretended:
    """A medium of any length that is never read."""

    def __init__(self, size: int) -> None:
        self.size = size

    def read_at(self, offset: int, length: int) -> bytes:
        raise AssertionError("a file of slots is not looked into")


@pytest.mark.parametrize("count", [0, 1, 2, 33, SLOTS_A_PART])
def test_slots_lie_one_after_the_other_from_the_start_and_fill_the_file(count: int) -> None:
    placements = FileCarrier().place(Pretended(0), count, DICE)
    assert list(placements.offsets) == [i * SLOT for i in range(count)]
    assert placements.size == count * SLOT <= PART
    assert placements.patches == ()


def test_a_part_takes_no_more_than_its_capacity() -> None:
    carrier, empty = FileCarrier(), Pretended(0)
    assert carrier.capacity(empty) == SLOTS_A_PART == PART // SLOT
    with pytest.raises(NoRoom):
        carrier.place(empty, SLOTS_A_PART + 1, DICE)


@given(st.integers(0, 1 << 33))
def test_all_of_a_file_is_looked_through(size: int) -> None:
    assert list(FileCarrier().grids(Pretended(size))) == [Grid(start=0, stop=size, step=SECTOR)]


@given(st.integers(1, 1 << 24))
def test_parts_take_all_slots_and_only_the_last_is_not_full(slots: int) -> None:
    counts = parts(slots)
    assert sum(counts) == slots
    assert all(count == SLOTS_A_PART for count in counts[:-1])
    assert 1 <= counts[-1] <= SLOTS_A_PART


def test_no_slots_need_no_part() -> None:
    assert parts(0) == []
