"""Shapes and block lists."""

import hashlib
import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.blocks import LARGEST_PARCEL, MOST_PACKETS, SYMBOL, BlockList, Shape, parse_list

SECRET = bytes(range(16))
SHAPES = st.tuples(st.integers(1, 1 << 33), st.integers(1, 3000))


def shape_of(facts: tuple[int, int]) -> Shape:
    length, extra = facts
    packets = -(-length // SYMBOL)
    return Shape(length, min(packets, -(-packets // MOST_PACKETS) + extra - 1))


def listed(shape: Shape) -> BlockList:
    return BlockList(shape, tuple(hashlib.sha256(bytes([n % 256])).digest() for n in range(shape.count)))


@given(SHAPES)
def test_blocks_lie_end_to_end_and_differ_by_one_packet_at_most(facts: tuple[int, int]) -> None:
    shape = shape_of(facts)
    at = 0
    for block in range(shape.count):
        assert shape.offset(block) == at
        at += shape.length(block)
        assert 0 <= shape.k(0) - shape.k(block) <= 1
        assert 0 < shape.length(block) <= shape.k(block) * SYMBOL
    assert at == shape.sealed_length


@given(SHAPES)
def test_the_cut_is_the_partition_of_rfc_6330(facts: tuple[int, int]) -> None:
    """Section 4.4.1.2: Partition[I, J] gives JL blocks of IL packets, then JS of IS."""
    shape = shape_of(facts)
    larger, smaller = -(-shape.packets // shape.count), shape.packets // shape.count
    many = shape.packets - smaller * shape.count
    assert [shape.k(block) for block in range(shape.count)] == [larger] * many + [smaller] * (shape.count - many)


@given(SHAPES)
def test_no_block_and_no_block_list_is_larger_than_eight_mebibytes(facts: tuple[int, int]) -> None:
    shape = shape_of(facts)
    assert shape.k(0) <= MOST_PACKETS
    assert shape.list_k <= MOST_PACKETS
    assert MOST_PACKETS * SYMBOL <= 8 << 20


@pytest.mark.parametrize(
    ("length", "count"),
    [
        (0, 1),
        (-1, 1),
        (1, 0),
        (1, -1),
        (1, 2),
        (SYMBOL, 2),
        (MOST_PACKETS * SYMBOL + 1, 1),
        (LARGEST_PARCEL + 1, 1 << 20),
        (1 << 40, 1 << 10),
        (1 << 40, 1 << 20),
        ((1 << 64) - 1, (1 << 32) - 1),
    ],
    ids=[
        "nothing",
        "a negative length",
        "no block",
        "a negative count",
        "more blocks than packets",
        "two blocks of one packet",
        "a block too large",
        "longer than any parcel",
        "a terabyte in too few blocks",
        "a terabyte in so many that their list is too large",
        "the largest numbers that a slot can say",
    ],
)
def test_a_shape_that_cannot_be_is_damaged(length: int, count: int) -> None:
    with pytest.raises(Damaged):
        Shape(length, count)


@given(
    st.integers(-(1 << 64), 1 << 64) | st.integers(0, 1 << 30), st.integers(-(1 << 32), 1 << 32) | st.integers(0, 300)
)
def test_garbage_is_damaged_or_a_shape_that_bounds_memory(length: int, count: int) -> None:
    try:
        shape = Shape(length, count)
    except Damaged:
        return
    assert shape.k(0) <= MOST_PACKETS >= shape.list_k


@given(st.integers(1, 1 << 24), st.integers(1, 40))
def test_a_block_list_parses_to_itself(length: int, count: int) -> None:
    assume(-(-length // SYMBOL) >= count >= -(-length // SYMBOL) // MOST_PACKETS + 1)
    shape = Shape(length, count)
    written = listed(shape).written(SECRET)
    assert len(written) == shape.list_length
    assert parse_list(written, SECRET, shape) == listed(shape)


def test_a_block_list_is_written_as_specified() -> None:
    shape = Shape(3 * SYMBOL, 2)
    body = struct.pack(">QII", 3 * SYMBOL, 2, 0) + hashlib.sha256(b"\0").digest() + hashlib.sha256(b"\1").digest()
    assert listed(shape).written(SECRET) == body + hashlib.sha256(SECRET + body).digest()


SHAPE = Shape(10 * SYMBOL, 4)
WRITTEN = listed(SHAPE).written(SECRET)


@given(st.integers(0, len(WRITTEN) - 1), st.integers(1, 255))
def test_a_block_list_altered_anywhere_is_damaged(place: int, with_: int) -> None:
    altered = bytearray(WRITTEN)
    altered[place] ^= with_
    with pytest.raises(Damaged):
        parse_list(bytes(altered), SECRET, SHAPE)


@given(
    st.binary()
    | st.integers(0, len(WRITTEN) - 1).map(lambda n: WRITTEN[:n])
    | st.binary(min_size=len(WRITTEN), max_size=len(WRITTEN))
)
def test_garbage_is_no_block_list(garbage: bytes) -> None:
    with pytest.raises(Damaged):
        parse_list(garbage, SECRET, SHAPE)


@pytest.mark.parametrize(
    ("secret", "shape"),
    [(bytes(16), SHAPE), (SECRET, Shape(10 * SYMBOL - 1, 4)), (SECRET, Shape(10 * SYMBOL, 5))],
    ids=["another secret", "another length", "another count"],
)
def test_the_block_list_of_another_parcel_is_damaged(secret: bytes, shape: Shape) -> None:
    with pytest.raises(Damaged):
        parse_list(WRITTEN, secret, shape)


def test_digests_that_do_not_fit_the_shape_are_damaged() -> None:
    for digests in ((), (bytes(32),) * 3, (bytes(32),) * 3 + (bytes(31),)):
        with pytest.raises(Damaged):
            BlockList(SHAPE, digests)
