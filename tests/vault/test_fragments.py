"""Tokens, look-ups and ranks by themselves; that both engines find by them what they should is in `test_index`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.vault.fragments import LOOK_UPS, Question, Token, batches, held, joined, look_ups, rank, tokens

KEYS = st.lists(st.integers(-50, 50), unique=True).map(sorted)


def test_tokens_are_words_and_the_pairs_of_runs() -> None:
    assert tokens(" ~쌀값~이 led ") == {"쌀값", "값~이", "이~", "led"}


def test_a_fragment_is_looked_up_by_its_pairs_or_by_a_beginning() -> None:
    assert look_ups("쌀값이", is_loose=False) == [[Token(text="쌀값")], [Token(text="값이")]]
    assert look_ups("쌀값", is_loose=True) == [[Token(text="쌀값"), Token(text="쌀~값")]]
    assert look_ups("쌀", is_loose=False) == [[Token(text="쌀", is_prefix=True)]]
    assert look_ups(" mark", is_loose=False) == [[Token(text="mark", is_prefix=True)]]
    assert look_ups(" led ", is_loose=False) == [[Token(text="led")]]


def test_a_long_fragment_is_looked_up_by_few_of_its_tokens() -> None:
    assert len(look_ups("가나다라마바사아자차카타파하" * 9, is_loose=False)) <= LOOK_UPS


@pytest.mark.parametrize("wrong", ["", " ", "~", "시~", "A", "'", "가" * 1001])
def test_what_is_no_fragment_is_a_mistake_of_the_caller(wrong: str) -> None:
    with pytest.raises(ValueError, match="a "):
        Question(every=(wrong,))


def test_a_word_that_begins_with_it_ranks_above_one_that_has_it_inside() -> None:
    assert rank(" ~시장에서 ", ["시장"]) > rank(" ~도시장에 ", ["시장"])
    assert joined("쌀~값") == "쌀값"


@given(keys=KEYS, asked=st.lists(st.integers(-60, 60)))
def test_those_are_held_that_are_among_the_keys(keys: list[int], asked: list[int]) -> None:
    is_held = held(np.array(keys, np.int64), np.array(asked, np.int64))
    assert is_held.tolist() == [one in keys for one in asked]


@given(st.lists(st.integers(), max_size=20), st.integers(1, 7))
def test_batches_hold_every_row_once_and_in_order(rows: list[int], size: int) -> None:
    parts = list(batches(iter(rows), size))
    assert [row for part in parts for row in part] == rows
    assert all(len(part) == size for part in parts[:-1])
