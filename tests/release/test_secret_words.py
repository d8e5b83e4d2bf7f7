import unicodedata
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.secret_words import MOST_SECRETS, Secrets, readings

SECRETS = Secrets(words=("박은하", "Robert Quill", "혜산", "カツラギ", "K-217"))


@pytest.mark.parametrize(
    "text",
    [
        "박은하",
        "박은하는 갔다",
        "어제박은하가",
        "박 은 하",
        "박·은·하",
        "박\u200b은\u2060하",
        unicodedata.normalize("NFD", "박은하"),
        "ㅂㅏㄱㅇㅡㄴㅎㅏ",
        "&#48149;&#51008;&#54616;",
        "%EB%B0%95%EC%9D%80%ED%95%98",
        "%25EB%25B0%2595%25EC%259D%2580%25ED%2595%2598",
        "=EB=B0=95=EC=9D=80=ED=95=98",
        "\\ubc15\\uc740\\ud558",
        "\\u{bc15}\\u{c740}\\u{d558}",
        "<b>박</b>은<i>하</i>",
        "a" * ((1 << 20) - 1) + "박은하",
    ],
)
def test_a_korean_name_is_found_however_it_is_written(text: str) -> None:
    assert SECRETS.found_in(text) == (1,)


@pytest.mark.parametrize(
    "text",
    [
        "robert quill",
        "ROBERT-QUILL",
        "Robert\nQuill's",
        "Ｒｏｂｅｒｔ　Ｑｕｉｌｌ",
        "robertquill",
        "사람 Robert Quill은",
    ],
)
def test_a_latin_name_is_found_where_it_stands_alone(text: str) -> None:
    assert SECRETS.found_in(text) == (2,)


@pytest.mark.parametrize(
    "text", ["", "Robert Quilling", "Probert Quill", "박은", "은하 박물관", "K-2170", "mark-217", "桂木"]
)
def test_other_words_are_not_found(text: str) -> None:
    assert SECRETS.found_in(text) == ()


@pytest.mark.parametrize("text", ["かつらぎ", "ｶﾂﾗｷﾞ", "カツラギ橋", "カ・ツ・ラ・ギ"])
def test_a_japanese_name_is_found_in_either_kana(text: str) -> None:
    assert SECRETS.found_in(text) == (4,)


def test_base64_is_looked_into() -> None:
    for words in ("박은하를 보라", "여기 박은하", "go to Robert Quill"):
        assert SECRETS.found_in(f"x='{b64encode(words.encode()).decode()}'")


def test_several_are_named_by_their_places() -> None:
    assert SECRETS.found_in("혜산에서 K-217을 박은하가") == (1, 3, 5)


def test_words_too_short_or_twice_are_counted_and_not_looked_for() -> None:
    secrets = Secrets(words=("a", "·", "혜산", "혜 산"))
    assert secrets.ignored == 3
    assert secrets.found_in("a · b") == ()


def test_a_list_is_never_shown() -> None:
    assert "박은하" not in repr(SECRETS)
    assert "Quill" not in repr(SECRETS)


def test_a_list_is_as_long_as_a_desk_keeps() -> None:
    for words in (("",), ("x" * 201,), ("ab",) * (MOST_SECRETS + 1)):
        with pytest.raises(ValueError, match="secrets"):
            Secrets(words=words)


def test_a_long_list_and_a_long_page_are_soon_compared() -> None:
    many = Secrets(words=tuple(f"이름{number}번" for number in range(2000)))
    page = "강이 보인다. <p>이름이 없다</p> &amp; %20 " * 2000
    assert many.found_in(page + "이름1999번") == (2000,)


def test_escapes_within_escapes_end() -> None:
    text = "%" + "25" * 5000 + "41"
    assert len(list(readings(text))) < 50


@given(st.text(), st.text(), st.sampled_from(SECRETS.words))
def test_no_text_around_a_korean_name_hides_it(before: str, after: str, word: str) -> None:
    if not word.isascii():
        assert SECRETS.words.index(word) + 1 in SECRETS.found_in(f"{before} {word} {after}")


@given(st.text(max_size=200))
def test_of_any_text_come_places(text: str) -> None:
    assert set(SECRETS.found_in(text)) <= {1, 2, 3, 4, 5}
