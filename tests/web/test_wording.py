"""The pages speak three languages, and each of them wholly."""

import re
import string
from collections.abc import Set as AbstractSet
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.office import kinds, shown_clearing, shown_publishing
from jebi.release import checklist, doubts, leaks, plan, publish
from jebi.web import app, cutting, drawing, wording

WEB = Path(wording.__file__).parent
LANGUAGES = wording.read().by_code
SOURCES = "".join(path.read_text("utf-8") for path in sorted(WEB.glob("templates/*.html")))
LITERAL = re.compile(r"""\bt\('([\w.]+)'[,)]""")
FAMILIES: dict[str, AbstractSet[str]] = {
    "parcel.state.": set(kinds.ParcelState),
    "receive.step.": set(kinds.Reading),
    "outcome.": set(kinds.Outcome),
    "reason.": set(kinds.Reason) - {kinds.Reason.NONE},
    "clip.state.": set(kinds.ClipState),
    "clip.no_viewing.": set(kinds.ClipState),
    "certainty.": set(kinds.Certainty),
    "risk.": set(kinds.Risk),
    "consent.": set(kinds.Consent),
    "job.state.": set(kinds.JobState),
    "job.kind.": set(kinds.JobKind),
    "level.": set(kinds.Level),
    "found.": set(kinds.Found),
    "role.": set(kinds.Role),
    "role_help.": set(kinds.Role),
    "theme.": set(drawing.THEMES),
    "page.": set(drawing.NAVIGATION),
    "language.": set(wording.NAMES),
    "filter.": {
        "place",
        "trip",
        "tag",
        "collection",
        "faces",
        "speech",
        "text",
        "state",
        "since",
        "until",
        "yes",
        "no",
        "any",
    },
    "keys.": {"search", "help", "archive", "grid", "play", "ten", "five", "shot", "picture", "mute", "full", "note"},
    "stated.": {"place", "time"},
    "stated.add_": {"place", "time"},
    "tag.add_": {"tag", "collection"},
    "cut.state.": set(kinds.CutState),
    "cut.cover_kind.": set(get_args(plan.CoverKind)),
    "cut.sound.": set(get_args(plan.How)),
    "cut.about.": {"title", "summary", "why"},
    "leak.check.": set(leaks.CHECKS),
    "editor.": set(cutting.WORDS),
    "error.": {str(number) for number in app.EXPLAINED},
    "clear.obstacle.": set(shown_clearing.Obstacle),
    "clear.verdict.": set(shown_clearing.Verdict),
    "clear.why.": set(doubts.Why),
    "release.hold.": set(shown_publishing.Hold),
    "press.errand.": set(shown_publishing.Errand),
    "press.doing.": set(shown_publishing.Doing),
    "press.change.": set(publish.Change),
    "clear.question.": set(checklist.Question),
    "clear.answer.": set(checklist.Answer),
    "account.done.": {"password", "second"},
    "account.said.": {"wrong", "differ", "same", "short"},
}


def places(value: wording.Value) -> set[str]:
    """The named places of a sentence, of all its forms."""
    forms = [value] if isinstance(value, str) else list(value.values())
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None}


def used() -> set[str]:
    """Every key that a page can ask for."""
    for prefix in re.findall(r"parts\.state\('([\w.]+)'", SOURCES):
        assert f"{prefix}." in FAMILIES
    return set(LITERAL.findall(SOURCES)) | {prefix + one for prefix, ends in FAMILIES.items() for one in ends}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_key_is_missing_and_none_is_unused(code: str) -> None:
    assert set(LANGUAGES[code].words) == used()


def test_every_family_of_keys_is_known() -> None:
    asked = set(re.findall(r"\bt\('([\w.]+[._])' ~", SOURCES))
    assert asked <= set(FAMILIES)


@pytest.mark.parametrize("code", ["ko", "ja"])
def test_places_agree_with_the_english_ones(code: str) -> None:
    for key, english in LANGUAGES["en"].words.items():
        assert places(LANGUAGES[code].words[key]) == places(english), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_plural_forms_are_those_of_the_language(code: str) -> None:
    for key, value in LANGUAGES[code].words.items():
        if not isinstance(value, str):
            assert set(value) == ({"one", "other"} if code == "en" else {"other"}), key
            assert "count" in places(value)


def test_no_sentence_was_left_in_english() -> None:
    for code, letters in (("ko", "[가-힣]"), ("ja", "[ぁ-んァ-ヶ一-龠]")):
        for key, value in LANGUAGES[code].words.items():
            assert re.search(letters, str(value)), f"{code} {key}"


def test_counts_choose_their_form() -> None:
    english = LANGUAGES["en"]
    assert english.say("archive.count", count=1) == "1 clip"
    assert english.say("archive.count", count=12345) == "12,345 clips"
    assert LANGUAGES["ko"].say("archive.count", count=1) == "클립 1개"


def test_dates_are_written_as_the_language_does() -> None:
    assert LANGUAGES["en"].moment(1_795_000_000, UTC) == "18 Nov 2026 11:06"
    assert LANGUAGES["ko"].date(1_795_000_000, UTC) == "2026년 11월 18일"
    assert LANGUAGES["ja"].date(1_795_000_000, UTC) == "2026年11月18日"


@pytest.mark.parametrize(
    ("size", "written"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (282_460_160, "282 MB"), (4.12e12, "4.1 TB"), (5e20, "500000 PB")],
)
def test_sizes_are_decimal(size: float, written: str) -> None:
    assert LANGUAGES["en"].size(size) == written


@pytest.mark.parametrize(("seconds", "written"), [(0, "0:00"), (59.9, "0:59"), (3723, "1:02:03"), (-5, "0:00")])
def test_lengths_of_time_are_a_players(seconds: float, written: str) -> None:
    assert wording.length(seconds) == written


def test_almost_all_is_not_all() -> None:
    assert LANGUAGES["en"].share(0.9999) == "99%"


@given(text=st.text())
def test_nothing_that_is_shown_is_invisible(text: str) -> None:
    shown_text = wording.plain(text)
    assert all(one.isprintable() or one in "\n\t\u3000" for one in shown_text)
    assert wording.plain(shown_text) == shown_text


def test_marks_that_turn_the_direction_show_themselves() -> None:
    assert wording.plain("a\u202egpj.exe\0") == "a⟨U+202E⟩gpj.exe␀"
    assert wording.plain("쌀값 米の値段") == "쌀값 米の値段"


@given(header=st.text())
def test_any_header_asks_for_some_language(header: str) -> None:
    assert wording.read_one("", "en").code == "en"
    assert wording.Languages(by_code=LANGUAGES).wanted(*wording.accepted(header)).code in LANGUAGES


def test_every_choice_of_the_pages_has_its_words() -> None:
    every = [
        one for one in vars(kinds).values() if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum
    ]
    worded = {one for one in every if any(set(one) - {"none"} == ends for ends in FAMILIES.values())}
    assert set(every) - worded == {kinds.Has, kinds.Topic, kinds.Part}
