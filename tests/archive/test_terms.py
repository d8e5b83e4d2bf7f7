"""Shadows and queries: every way to write a word meets every other, and nothing typed is syntax."""

import re
import sys
import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.terms import (
    LONGEST_FRAGMENT,
    LONGEST_QUERY,
    LONGEST_TEXT,
    MOST_PARTS,
    Query,
    Term,
    _continues,
    fold,
    parse_query,
    shadow,
    terms,
)
from jebi.errors import Damaged, Refused

TRICKY = st.text(
    st.characters()
    | st.sampled_from("가각ㄱㅏᄀ\u1161\u11a8ｶﾞﾊﾟか゛\u3099\u200b\ufe0f\U000e0100ßİŏ,. \n~\"'*-0１９aZ市場ー々ﷺ½")
)
SHADOW = re.compile(r"[ ~a-z0-9\x80-\ud7ff\ue000-\U0010ffff]*")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("오늘 시장에서 LED 3,000원", " ~오늘~시장에서 led 3000 ~원 "),
        ("쌀값, 시장", " ~쌀값 ~시장 "),
        ("市 場\nに", " ~市~場~に "),
        ("ＴＶ朝鮮の１２３", " tv ~朝鮮の 123 "),
        ("ｼｼﾞｮｳ ｶﾞｿﾘﾝ", " ~シジョウ~ガソリン "),
        ("コーヒー・人々", " ~コーヒー ~人々 "),
        ("한글의 ㄱㄴㄷ ㅋㅋ", " ~한글의~ᄀᄂᄃ~ᄏᄏ "),
        ("P'yŏngyang — Straße, Ⅷ ①", " p yongyang strasse viii 1 "),
        ("1,234,567 12,34 1,2345", " 1234567 12 34 1 2345 "),
        ("쌀\u200b값 ri\u00adce \u202e시장\u202c 葛\U000e0100飾", " ~쌀값 rice ~시장~葛飾 "),
        ("𠮷野家 ㎏ ㋿", " ~𠮷野家 kg ~令和 "),
        ("~ \" * OR ( ' \\ \x00", " or "),
        ("", "  "),
        ("a" * 65, f" {'a' * 64} a "),
    ],
)
def test_a_text_has_one_way_of_being_written(text: str, written: str) -> None:
    assert shadow(text) == written


@given(text=TRICKY, form=st.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]))
def test_every_form_of_a_text_has_the_same_shadow(text: str, form: Literal["NFC", "NFD", "NFKC", "NFKD"]) -> None:
    assert shadow(unicodedata.normalize(form, text)) == shadow(text)


@given(TRICKY)
def test_a_shadow_has_nothing_in_it_that_an_engine_could_take_for_its_own(text: str) -> None:
    written = shadow(text)
    assert SHADOW.fullmatch(written)
    assert written.startswith(" ")
    assert written.endswith(" ")


@given(TRICKY)
def test_terms_are_those_of_the_shadow_each_with_its_places(text: str) -> None:
    found = terms(text)
    assert f" {' '.join(term.text for term in found)} " == shadow(text)
    places = [span for term in found for letter, span in zip(term.text, term.spans, strict=True) if letter != "~"]
    assert places == sorted(places)
    for term in found:
        for letter, (start, end) in zip(term.text, term.spans, strict=True):
            assert letter == "~" or letter in fold(text[start:end])
        assert term.is_run == (term.text[0] == "~")


@given(TRICKY)
def test_a_text_that_is_looked_for_is_found_in_itself(text: str) -> None:
    whole = shadow(text)
    try:
        query = parse_query(text)
    except Refused:
        return
    assert all(fragment in whole or fragment.replace("~", "") in whole.replace("~", "") for fragment in query.every)


def test_every_character_that_merges_with_the_one_before_it_is_known() -> None:
    for code in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            assert _continues(chr(int(parts[1], 16))) or unicodedata.normalize("NFC", chr(code)) != chr(code)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("쌀값", Query(every=("쌀값",), words="쌀값")),
        ("  시  ", Query(every=("시",), words="시")),
        ("market", Query(every=(" market",), words="market")),
        ("TV", Query(every=(" tv ",), words="TV")),
        ("13월", Query(every=(" 13 ~월",), words="13월")),
        ("led전광판 2024", Query(every=(" led ~전광판", " 2024 "), words="led전광판 2024")),
        ('"rice price" 시장', Query(every=(" rice price ", "시장"), words="rice price 시장")),
        ('"쌀 값', Query(every=("쌀~값",), words="쌀 값")),
        ('쌀값 -시장 -"rice price"', Query(every=("쌀값",), without=("시장", " rice price "), words="쌀값")),
        ("well-known", Query(every=(" well known",), words="well-known")),
        ("시장・쌀값,시장", Query(every=("시장", "쌀값"), words="시장・쌀값,시장")),
        ("“쌀 값”", Query(every=("쌀~값",), words="쌀 값")),
        ('- " ~* ()', Query()),
        ("", Query()),
        ('- x "!" --y "', Query(every=(" x ",), without=(" y ",), words="x")),
    ],
)
def test_a_query_says_what_must_be_there_and_what_must_not(typed: str, query: Query) -> None:
    assert parse_query(typed) == query
    assert query.is_empty == (not query.every)


@given(TRICKY)
def test_any_query_is_parsed_or_refused(typed: str) -> None:
    try:
        query = parse_query(typed)
    except Refused:
        return
    for fragment in (*query.every, *query.without):
        assert SHADOW.fullmatch(fragment)
        assert fragment.strip(" ~")
        assert not fragment.endswith("~")
        assert len(fragment) <= LONGEST_FRAGMENT


def test_what_is_too_long_is_refused() -> None:
    assert len(shadow("가" * LONGEST_TEXT)) == LONGEST_TEXT + 3
    with pytest.raises(Damaged, match="too long"):
        shadow("가" * (LONGEST_TEXT + 1))
    with pytest.raises(Damaged, match="too long"):
        terms("가" * (LONGEST_TEXT + 1))
    with pytest.raises(Refused, match="too long"):
        parse_query("가" * (LONGEST_QUERY + 1))
    with pytest.raises(Refused, match="too many"):
        parse_query("ﷺ" * LONGEST_QUERY)
    with pytest.raises(Refused, match="too many"):
        parse_query(" ".join(f"a{number}" for number in range(MOST_PARTS + 1)))


def test_long_spaces_and_long_marks_take_no_longer_than_other_text() -> None:
    assert shadow("가" + " " * 65_000) == " ~가 "
    assert shadow("가" + "\u3099" * 65_000).startswith(" ~가")
    assert len(terms("a" + "\u0301" * 65_000)) == 1


def test_a_term_has_a_place_for_each_of_its_characters() -> None:
    with pytest.raises(ValueError, match="place"):
        Term(text="ab", spans=((0, 1),))
    with pytest.raises(ValueError, match="few"):
        Query(every=("a",) * (MOST_PARTS + 1))
