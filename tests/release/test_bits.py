from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.bits import LONGEST, Bits, unescaped


def coded(*values: int) -> bytes:
    """Numbers as ue(v), a stop bit, and zeros."""
    text = "".join("0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}" for value in values) + "1"
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


@given(st.lists(st.integers(0, (1 << 32) - 2), max_size=20))
def test_numbers_are_read_as_they_were_written(values: list[int]) -> None:
    bits = Bits(coded(*values))
    assert [bits.unsigned() for _ in values] == values
    assert bits.is_done


@pytest.mark.parametrize(("code", "value"), [(0, 0), (1, 1), (2, -1), (3, 2), (4, -2), (255, 128)])
def test_signed_numbers_alternate(code: int, value: int) -> None:
    assert Bits(coded(code)).signed() == value


def test_only_a_stop_bit_and_zeros_are_an_end() -> None:
    for content, is_done in ((b"\x80", True), (b"\x40", False), (b"\x81", False), (b"\x80\0", False), (b"", False)):
        assert Bits(content).is_done is is_done


def test_what_ends_too_early_or_is_too_large_is_damage() -> None:
    for content in (b"", b"\0", bytes(40), bytes(LONGEST + 1)):
        with pytest.raises(Damaged):
            Bits(content).unsigned()


def test_escapes_are_taken_away() -> None:
    assert unescaped(b"\x67\0\0\3\1\0\0\3\0\0\3\2\3") == b"\x67\0\0\1\0\0\0\0\2\3"


@given(st.binary(max_size=60))
def test_of_garbage_comes_damage_or_numbers(content: bytes) -> None:
    bits = Bits(content)
    with suppress(Damaged):
        while True:
            assert bits.unsigned() >= 0
