"""What the newsroom writes of its site is read, or said to be wrong."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.masthead import LANGUAGES, LONGEST, parse
from jebi.release.publish import words
from jebi.web.wording import NAMES
from published import SIGNER

KEY = str(SIGNER.verifier())
LEAST = """
[title]
en = "Spring Films"
[about]
en = "Films from inside."
ko = "안에서 온 영상."
"""
WHOLE = 'address = "https://films.example/"\nlanguages = ["ko", "en"]\n' + LEAST


def test_what_is_written_is_what_pages_say() -> None:
    least, whole = (parse(text.encode(), KEY) for text in (LEAST, WHOLE))
    assert (least.title, least.languages, least.address) == (words({"en": "Spring Films"}), LANGUAGES, "")
    assert (whole.languages, whole.address) == (("ko", "en"), "https://films.example/")
    site = whole.site(KEY, ())
    assert (site.title, site.about, site.key) == (whole.title, whole.about, KEY)


def test_the_languages_are_those_that_pages_are_drawn_in() -> None:
    assert set(LANGUAGES) == set(NAMES)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[title", "no TOML"),
        ("", "an about"),
        ("[title]\nen = 'x'", "an about"),
        (LEAST + "[more]\n", "nothing else"),
        ("languages = []\n" + LEAST, "languages"),
        ('languages = ["fr"]\n' + LEAST, "languages"),
        ('languages = ["en", "en"]\n' + LEAST, "languages"),
        ("languages = 3\n" + LEAST, "languages"),
        ("address = 3\n" + LEAST, "an address is a text"),
        ('address = "http:x"\n' + LEAST, "address"),
        ("title = 'Spring'\n[about]\nen = 'x'", "tables"),
        ("[title]\nen = 3\n[about]\nen = 'x'", "tables"),
        (f"[title]\nen = '{'x' * 161}'\n[about]\nen = 'x'", "too long"),
        ("[title]\nen = 'x'\n[about]\n", "no language"),
        ("[title]\nen = 'x'\n[about]\nen = '\u202e'", "cannot be seen"),
        ("#" * (LONGEST + 1), "too long"),
    ],
)
def test_what_cannot_be_published_is_damage(written: str, told: str) -> None:
    with pytest.raises(Damaged, match=told):
        parse(written.encode(), KEY)


@given(st.binary(max_size=300))
@example(b"\xff")
@example(b"a = " + b"[" * 5000)
def test_of_garbage_come_settings_or_damage(garbage: bytes) -> None:
    try:
        parse(garbage, KEY)
    except Damaged:
        return
    assert b"title" in garbage
