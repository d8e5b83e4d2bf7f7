"""What the public is shown, as values."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.safename import SafeName
from jebi.release.publish import (
    LAST_NUMBER,
    LONGEST_NAME,
    LONGEST_TITLE,
    MOST_NAMES,
    Change,
    File,
    Retraction,
    check_language,
    check_text,
    words,
)
from published import SIGNER, cues, film, signed_site
from signing import authority

FILM = film(7, {})
WITHDRAWN = Retraction(number=8, day=date(2026, 11, 23), words=words({"en": "Sorry."}))
WRONG: dict[str, dict[str, Any]] = {
    "a number below one": {"number": 0},
    "a number beyond the last": {"number": LAST_NUMBER + 1},
    "a title of two lines": {"title": words({"en": "one\ntwo"})},
    "a title that does not end": {"title": words({"en": "x" * (LONGEST_TITLE + 1)})},
    "a place that turns the direction": {"places": ("\u202eplace",)},
    "a place of two lines": {"places": ("a\nb",)},
    "a theme that does not end": {"themes": ("x" * (LONGEST_NAME + 1),)},
    "one place twice": {"places": ("here", "here")},
    "too many themes": {"themes": tuple(map(str, range(MOST_NAMES + 1)))},
    "an hour": {"filmed": "2026-10-03T10:00"},
    "a month that is none": {"filmed": "2026-13"},
    "no length": {"seconds": 0},
    "no width": {"width": 0},
    "a picture beyond reason": {"height": 9000},
    "fewer faces than none": {"changes": ((Change.FACES_COVERED, -1),)},
    "one change twice": {"changes": ((Change.FACES_COVERED, 1), (Change.FACES_COVERED, 2))},
    "one language twice": {"subtitles": (cues("en", 1), cues("en", 2))},
    "two files of one name": {"card": replace(FILM.card, name=SafeName("Film.mp4"))},
}


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG.keys())
def test_a_film_that_is_not_fit_to_be_published_does_not_exist(values: dict[str, Any]) -> None:
    with pytest.raises(Damaged):
        replace(FILM, **values)


def test_a_film_has_all_the_files_that_were_cleared() -> None:
    stream = File(name=SafeName("stream.m3u8"), size=1, sha256="0" * 64)
    proof = File(name=SafeName("proof.txt"), size=1, sha256="1" * 64)
    files = replace(FILM, stream=(stream,), proof=proof).files
    assert files == (FILM.movie, FILM.poster, FILM.card, stream, proof)


def test_what_a_page_shows_changes_the_digest_and_nothing_else_does() -> None:
    assert film(7, {}).digest() == FILM.digest()
    changed = [
        replace(FILM, title=words({"en": "Another"})),
        replace(FILM, seconds=FILM.seconds + 1),
        replace(FILM, subtitles=(cues("en", 4, machine=True), *FILM.subtitles[1:])),
        replace(FILM, has_credentials=True),
        replace(FILM, movie=replace(FILM.movie, size=99)),
    ]
    assert len({FILM.digest(), *(one.digest() for one in changed)}) == 1 + len(changed)


def test_a_notice_holds_nothing_of_the_film() -> None:
    said = repr(WITHDRAWN)
    assert "title" not in said
    assert WITHDRAWN.digest() != replace(WITHDRAWN, day=date(2026, 11, 24)).digest()


def test_a_text_falls_back_to_english_and_then_to_whatever_there_is() -> None:
    both = words({"ko": "가", "en": "a"})
    assert (both.best("ko"), both.best("ja"), words({"ko": "가"}).best("ja")) == (
        ("ko", "가"),
        ("en", "a"),
        ("ko", "가"),
    )


@pytest.mark.parametrize(
    "texts", [{}, {"English": "a"}, {"en": ""}, {"en": " \n"}, {"en": "a\u200bb"}, {"en": "a\x00"}]
)
def test_words_that_are_not_there_or_not_seen_are_refused(texts: dict[str, str]) -> None:
    with pytest.raises(Damaged):
        words(texts)


@given(st.text(max_size=80))
def test_a_text_that_passes_prints_as_it_is(text: str) -> None:
    try:
        check_text(text, 60)
    except Damaged:
        return
    assert len(text) <= 60
    assert all(letter in "\n\u3000" or letter.isprintable() for letter in text)


@pytest.mark.parametrize("code", ["en", "ko", "kor", "zh-Hant", "pt-BR", "zh-Hant-TW"])
def test_languages_are_named_by_their_codes(code: str) -> None:
    check_language(code)


def test_a_site_has_its_films_in_order_and_a_key_and_an_address_that_is_one() -> None:
    assert signed_site([FILM, WITHDRAWN]).films == (FILM,)
    for wrong in (
        {"entries": (WITHDRAWN, FILM)},
        {"entries": (FILM, replace(WITHDRAWN, number=7))},
        {"languages": ()},
        {"key": str(SIGNER.verifier())[:-4] + "AAAA"},
        {"address": "javascript:alert(1)/"},
        {"address": "https://films.example"},
        {"address": 'https://films.example/"onload=/'},
    ):
        with pytest.raises(Damaged):
            replace(signed_site([FILM]), **wrong)
    assert signed_site([FILM], address="https://films.example/a/").digest() != signed_site([FILM]).digest()


def test_the_certificate_of_a_site_is_one_and_nothing_else() -> None:
    root = authority().certificate
    assert signed_site([FILM], root=root).digest() != signed_site([FILM]).digest()
    for wrong in (b"root", root + root, root + authority().key, b"# ours\n" + root, root[:-40], b"x" * 20_000):
        with pytest.raises(Damaged, match="certificate"):
            signed_site([FILM], root=wrong)
