"""One order out of two, and places in a text as it was written."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.ranking import LABELS, MEANINGS, MOST_PLACES, WORDS, highlight, is_found, merge
from jebi.archive.terms import Query, parse_query, shadow


def marked(text: str, typed: str) -> str:
    """The text with brackets around what was found."""
    for start, end in reversed(highlight(text, parse_query(typed))):
        text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


@pytest.mark.parametrize(
    ("text", "typed", "found"),
    [
        ("혜산 시장에서는 시장이", "시장", "혜산 [시장]에서는 [시장]이"),
        ("북한 주민과 북한주민", "북한주민", "북한 주민과 [북한주민]"),
        ("북한  주민", "북한주민", "[북한  주민]"),
        ("ｼｼﾞｮｳ", "ジョ", "ｼ[ｼﾞｮ]ｳ"),
        ("값은 3,000원, LED전광판", "led전 3000원", "값은 [3,000원], [LED전]광판"),
        ("Rice prices, price", "price", "Rice [price]s, [price]"),
        ("Rice prices, price", '"price"', "Rice prices, [price]"),
        ("가가가가", "가가", "[가가가가]"),
        ("쌀값 시장", "쌀 시장", "[쌀]값 [시장]"),
        ("㋿元年", "令和", "[㋿]元年"),
        ("시장", "-시장", "시장"),
        ("시장", "광장", "시장"),
        ("P’yŏngyang", "yongyang", "P’[yŏngyang]"),
    ],
)
def test_what_was_found_is_marked_in_the_text_as_it_was_written(text: str, typed: str, found: str) -> None:
    assert marked(text, typed) == found
    assert marked(unicodedata.normalize("NFD", text), typed) == unicodedata.normalize("NFD", found)


@given(
    st.text(st.sampled_from("가각쌀 값ｶﾞaB1,.\u200b市ー\u0301")),
    st.text(st.sampled_from("가쌀값aB1 ガ市"), min_size=1, max_size=4),
)
def test_what_the_index_finds_has_a_place_and_what_it_does_not_has_none(text: str, typed: str) -> None:
    query, whole = parse_query(typed), shadow(text)
    places = highlight(text, query)
    loose = whole.replace("~", "")
    assert bool(places) == any(each in whole or each.replace("~", "") in loose for each in query.every)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(one[1] < other[0] for one, other in pairwise(places))


def test_places_are_no_more_than_can_be_shown() -> None:
    assert len(highlight("가 나 " * 2000, Query(every=("가",)))) == MOST_PLACES


def test_what_several_found_comes_first_and_words_before_labels_before_meanings() -> None:
    assert merge((WORDS, [1, 2, 3]), (MEANINGS, [9, 3])) == [3, 1, 2, 9]
    assert merge((WORDS, [1, 2]), (LABELS, ["tag", "name"]), (MEANINGS, [9])) == [1, 2, "tag", "name", 9]
    assert merge((WORDS, list[int]()), (MEANINGS, [5, 4, 5])) == [5, 4]
    assert merge((WORDS, [5, 4]), (MEANINGS, [])) == [5, 4]
    assert merge((WORDS, range(70)), (MEANINGS, [99])).index(99) == 62
    assert merge((WORDS, range(70)), (LABELS, [99])).index(99) == 7


@given(st.lists(st.lists(st.integers(0, 9)), max_size=3))
def test_merging_loses_nothing_and_repeats_nothing(rankings: list[list[int]]) -> None:
    merged = merge(*((WORDS, ranking) for ranking in rankings))
    assert sorted(merged) == sorted({key for ranking in rankings for key in ranking})


@pytest.mark.parametrize(
    ("typed", "is_there"),
    [
        ("시장", True),
        ("북한주민", True),
        ("주민 시장", True),
        ("mark", True),
        ('"mark"', False),
        ("시장 -주민", False),
        ("-북한주민", False),
        ("광장", False),
    ],
)
def test_a_text_that_is_compared_by_itself_is_found_as_the_index_finds_it(typed: str, is_there: bool) -> None:  # noqa: FBT001
    assert is_found(shadow("북한 주민의 시장, market"), parse_query(typed)) == is_there
