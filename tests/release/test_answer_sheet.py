"""Answers are about one film, and a sheet that nobody filled in answers nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused
from jebi.release.answer_sheet import LONGEST, QUESTIONS, parse, sheet
from jebi.release.checklist import Answer, Question, Seen, check

OUTPUT = "ab" * 32
EMPTY = sheet(OUTPUT)


def filled(answer: str = "no", watched: str = "whole") -> bytes:
    """A sheet that somebody filled in by hand."""
    lines = [line.replace("?", watched if line.startswith("watched") else answer, 1) for line in EMPTY.splitlines()]
    return "\n".join(lines).encode()


def test_a_sheet_that_was_filled_in_answers_everything() -> None:
    seen = parse(filled(), OUTPUT)
    assert seen == Seen(answers=dict.fromkeys(Question, Answer.NO), has_watched=True)
    check(seen, {})


def test_every_question_is_asked_in_its_order() -> None:
    assert list(QUESTIONS) == list(Question)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (EMPTY.encode(), "not made yet"),
        (filled(watched="?"), "not made yet"),
        (filled(watched="some"), "not made yet"),
        (filled("?"), "questions are not answered"),
        (filled("unsure"), "not sure"),
    ],
    ids=["nothing", "not watched", "watched some of it", "no answer", "unsure"],
)
def test_a_sheet_that_is_not_filled_in_or_in_doubt_clears_nothing(written: bytes, told: str) -> None:
    with pytest.raises(Refused, match=told):
        check(parse(written, OUTPUT), {})


def test_answers_about_another_film_are_refused() -> None:
    with pytest.raises(Refused, match="another film"):
        parse(filled(), "cd" * 32)


@pytest.mark.parametrize(
    "written",
    [
        filled("perhaps"),
        filled() + b"\ngait no",
        filled() + b"\nmore no",
        filled() + b"\xff",
        filled() + b"#" * LONGEST,
    ],
    ids=["another answer", "twice", "another question", "not UTF-8", "too long"],
)
def test_what_is_no_sheet_is_damage(written: bytes) -> None:
    with pytest.raises(Damaged):
        parse(written, OUTPUT)


@given(st.binary(max_size=200))
def test_of_garbage_come_answers_or_damage(garbage: bytes) -> None:
    try:
        parse(f"output {OUTPUT}\n".encode() + garbage, OUTPUT)
    except (Damaged, Refused):
        return
