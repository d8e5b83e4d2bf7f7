from typing import Any

import pytest

from jebi.errors import Refused
from jebi.release.instructions import LANGUAGES, instructions
from programmes import programme, terms


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_rights_the_rules_and_the_limits(language: str) -> None:
    written = instructions(programme(), terms(), language).decode()
    words = LANGUAGES[language]
    for sentence in (
        terms().rights[language],
        words.protected,
        words.nothing_added,
        words.stop,
        words.limits,
        words.check,
    ):
        assert sentence in written
    assert written.startswith(programme().title)


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_a_machine_speaks_is_said_where_one_does(language: str) -> None:
    for speaks in (True, False):
        written = instructions(programme(), terms(is_spoken_by_a_machine=speaks), language).decode()
        assert (LANGUAGES[language].spoken in written) == speaks


def test_no_sentence_is_that_of_another_language() -> None:
    for field in ("protected", "nothing_added", "spoken", "stop", "limits", "check"):
        assert len({getattr(words, field) for words in LANGUAGES.values()}) == 3


def test_an_embargo_and_a_contact_are_told_if_there_are_any() -> None:
    told = instructions(programme(), terms(embargo="2026-12-01", contact="desk@example.org"), "en").decode()
    assert "Not before: 2026-12-01\nContact: desk@example.org\n" in told
    assert "Contact" not in instructions(programme(), terms(), "en").decode()


@pytest.mark.parametrize(
    "wrong",
    [{"rights": {"en": "x"}}, {"credit": ""}, {"credit": "a\nb"}, {"rights": {"en": "", "ko": "x", "ja": "x"}}],
)
def test_terms_are_whole(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        terms(**wrong)
