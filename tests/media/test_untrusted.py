from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.media.untrusted import LONGEST_TEXT, number, parsed, plain, rows, table, text, whole

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.binary(max_size=200))
def test_of_garbage_comes_a_value_or_damage(given_bytes: bytes) -> None:
    with suppress(Damaged):
        assert parsed(given_bytes, longest=100) == parsed(given_bytes + b" ", longest=101)


@pytest.mark.parametrize("bomb", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 100_000 + b"x", b'"\\ud800', b"\xff"])
def test_what_is_built_to_break_a_reader_is_damaged(bomb: bytes) -> None:
    with pytest.raises(Damaged):
        parsed(bomb, longest=1 << 20)


def test_a_number_of_a_hundred_thousand_digits_stays_text() -> None:
    assert parsed(b"9" * 100_000, longest=1 << 20) == "9" * 100_000


def test_what_is_too_long_is_not_even_read() -> None:
    with pytest.raises(Damaged, match="longer"):
        parsed(b" " * 101, longest=100)


@given(st.text(alphabet=st.characters()))
def test_a_plain_text_is_one_line_of_what_can_be_seen(untrusted: str) -> None:
    shown = plain(untrusted)
    assert all(
        character.isprintable() or character in "\u00a0\u3000\u2003\u202f" or character.isspace() for character in shown
    )
    assert not set(shown) & set("\n\r\0\x1b\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2028")
    shown.encode()


@pytest.mark.parametrize(
    ("untrusted", "shown"),
    [
        ("쌀값　市場 market", "쌀값　市場 market"),
        ("a\0b\nc", r"a\x00b\nc"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
    ],
)
def test_what_plays_tricks_stands_as_an_escape(untrusted: str, shown: str) -> None:
    assert plain(untrusted) == shown


def test_a_long_text_is_cut_and_shows_it() -> None:
    assert plain("x" * 99_999) == "x" * LONGEST_TEXT + "…"


@pytest.mark.parametrize(
    ("untrusted", "value"),
    [
        ("30000/1001", 30000 / 1001),
        (" 2.5", 2.5),
        (7, 7),
        ("0/0", None),
        ("nan", None),
        ("1e999", None),
        ("-1", None),
        ({}, None),
    ],
)
def test_a_number_in_its_range_is_read_and_nothing_else(untrusted: object, value: float | None) -> None:
    assert number(untrusted, least=0, most=1000) == value


@given(ANYTHING)
def test_every_reader_takes_anything(untrusted: object) -> None:
    assert isinstance(table(untrusted), dict)
    assert isinstance(rows(untrusted), list)
    assert isinstance(text(untrusted, longest=5), str)
    assert (found := whole(untrusted, least=-5, most=5)) is None or -5 <= found <= 5
