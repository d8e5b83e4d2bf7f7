"""Padmé, against its definition in exact integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.parcel.padding import padme

LENGTHS = st.integers(0, 1 << 70)


def defined(length: int) -> int:
    """PURBs, algorithm 1, with floor(log2) counted and not computed."""
    if length < 2:
        return length
    exponent = 0
    while 1 << exponent + 1 <= length:
        exponent += 1
    bits = 1
    while 1 << bits <= exponent:
        bits += 1
    mask = (1 << exponent - bits) - 1
    return (length + mask) & ~mask


@given(LENGTHS)
def test_it_is_what_the_paper_defines(length: int) -> None:
    assert padme(length) == defined(length)


def test_it_is_what_the_paper_defines_for_every_small_length_and_beside_every_power_of_two() -> None:
    near = (max(0, (1 << power) + beside) for power in range(64) for beside in (-1, 0, 1))
    assert all(padme(length) == defined(length) for length in (*range(20000), *near))


@pytest.mark.parametrize(
    ("length", "padded"),
    [(0, 0), (1, 1), (2, 2), (9, 10), (100, 104), (1000, 1024), ((1 << 49) - 1, 1 << 49), (1 << 49, 1 << 49)],
)
def test_known_lengths_pad_as_known(length: int, padded: int) -> None:
    assert padme(length) == padded


@given(LENGTHS)
def test_it_adds_at_most_twelve_percent_and_from_a_gibibyte_up_one_part_in_32(length: int) -> None:
    padded = padme(length)
    assert length <= padded
    assert 100 * (padded - length) <= 12 * length
    assert length < 1 << 30 or 32 * (padded - length) < length


@given(LENGTHS, LENGTHS)
def test_a_longer_length_never_pads_to_a_shorter_one(one: int, other: int) -> None:
    assert (padme(one) <= padme(other)) or one > other


@given(LENGTHS)
def test_a_padded_length_stays_as_it_is(length: int) -> None:
    assert padme(padme(length)) == padme(length)
