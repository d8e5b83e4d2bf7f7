"""Which packets go to which stick, and that enough whole sticks suffice."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Refused
from jebi.parcel.blocks import MOST_PACKETS, SYMBOL, Shape
from jebi.parcel.fountain import MOST_IDS, SPARE, decode, encode
from jebi.parcel.spread import LIST_SLOTS, MOST_STICKS, RUN, Spread, check_sticks, shape_for

PLANS = [(5, 2), (3, 1), (4, 3), (1, 0), (2, 0), (6, 5)]
SIZES = st.integers(1, 1 << 34)
STICKS = st.integers(1, MOST_STICKS).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1)))


def plan(length: int, sticks: int, survive: int) -> Spread:
    return Spread(shape=shape_for(length, sticks=sticks, survive=survive), sticks=sticks, survive=survive)


def ids(spread: Spread, stick: int, block: int) -> list[int]:
    return [run.first + i for _, run in spread.runs(stick, block) for i in range(run.count)]


@pytest.mark.parametrize(("sticks", "survive"), PLANS)
@pytest.mark.parametrize("length", [1, 100_000, 9_000_000], ids=["a byte", "0.1 MB", "9 MB"])
def test_any_enough_whole_sticks_restore_every_block_and_one_alone_the_block_list(
    length: int, sticks: int, survive: int
) -> None:
    spread = plan(length, sticks, survive)
    shape = spread.shape
    sealed = bytes(i % 251 for i in range(SYMBOL)) * shape.packets
    for block in range(shape.count):
        content = sealed[shape.offset(block) :][: shape.length(block)]
        packets = encode(content, shape.k(block), spread.minted)
        for chosen in itertools.combinations(range(sticks), spread.enough):
            had = {i: packets[i] for stick in chosen for i in ids(spread, stick, block)}
            assert decode(had, shape.k(block), len(content)) == content
    listed = bytes(shape.list_length)
    packets = encode(listed, shape.list_k, max(shape.list_k, sticks * spread.list_slots * RUN))
    for stick in range(sticks):
        own = {i: packets[i] for i in ids(spread, stick, shape.count)}
        assert decode(own, shape.list_k, shape.list_length) == listed


@given(SIZES, STICKS)
def test_enough_sticks_always_carry_two_packets_more_than_a_block_has(length: int, plan_: tuple[int, int]) -> None:
    try:
        spread = plan(length, *plan_)
    except Refused:
        return
    shape = spread.shape
    assert spread.enough * spread.slots_a_block * RUN >= shape.k(0) + SPARE
    assert spread.list_slots * RUN >= shape.list_k + SPARE
    assert spread.list_slots >= LIST_SLOTS
    assert spread.minted <= MOST_IDS
    assert spread.sticks * spread.list_slots * RUN <= MOST_IDS
    assert shape.k(0) <= MOST_PACKETS


@given(st.integers(1, 200_000_000), STICKS)
def test_no_packet_goes_to_two_sticks_and_every_slot_of_a_stick_is_used_once(
    length: int, plan_: tuple[int, int]
) -> None:
    try:
        spread = plan(length, *plan_)
    except Refused:
        return
    for block in {0, spread.shape.count // 2, spread.shape.count - 1, spread.shape.count}:
        everywhere = [i for stick in range(spread.sticks) for i in ids(spread, stick, block)]
        assert len(everywhere) == len(set(everywhere))
    if spread.shape.count <= 60:
        numbers = [number for block in range(spread.shape.count + 1) for number, _ in spread.runs(0, block)]
        assert numbers == list(range(spread.slots))


@given(st.integers(50_000_000, 1 << 34), STICKS)
def test_of_a_large_parcel_slots_waste_little(length: int, plan_: tuple[int, int]) -> None:
    try:
        spread = plan(length, *plan_)
    except Refused:
        return
    carried = spread.enough * spread.shape.count * spread.slots_a_block * RUN * SYMBOL
    assert carried < 1.1 * length


def test_source_packets_come_first() -> None:
    spread = plan(9_000_000, 5, 2)
    three = {i for stick in range(3) for i in ids(spread, stick, 0)}
    assert three >= set(range(spread.shape.k(0)))


def test_packets_minted_later_do_not_repeat_earlier_ones() -> None:
    first = plan(9_000_000, 3, 1)
    later = Spread(shape=first.shape, sticks=2, survive=0, base=first.minted)
    earlier = {i for stick in range(3) for i in ids(first, stick, 0)}
    assert not earlier & {i for stick in range(2) for i in ids(later, stick, 0)}


@pytest.mark.parametrize(("sticks", "survive"), [(0, 0), (-1, 0), (MOST_STICKS + 1, 0), (3, 3), (3, -1), (1, 1)])
def test_sticks_of_which_none_suffice_are_refused(sticks: int, survive: int) -> None:
    with pytest.raises(Refused):
        check_sticks(sticks, survive)
    with pytest.raises(Refused):
        shape_for(1000, sticks=sticks, survive=survive)


def test_more_packets_than_are_ever_made_are_refused() -> None:
    with pytest.raises(Refused, match="more than jebi makes"):
        Spread(shape=Shape(MOST_PACKETS * SYMBOL, 1), sticks=40, survive=39)
    with pytest.raises(Refused, match="more than jebi makes"):
        Spread(shape=Shape(SYMBOL, 1), sticks=2, survive=0, base=MOST_IDS - RUN)


@pytest.mark.parametrize("sticks", [2, 40])
def test_a_parcel_whose_block_list_would_be_too_large_is_refused_before_anything_is_written(sticks: int) -> None:
    with pytest.raises(Refused, match="too large"):
        plan(1200 * 10**9, sticks, 1)


def test_five_hundred_gigabytes_go_onto_five_sticks() -> None:
    assert plan(500_000_000_000, 5, 2).enough == 3
