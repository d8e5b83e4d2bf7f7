"""What the public is to read is read from TOML, or refused with a reason."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.plan import About
from jebi.release.plan_about import LONGEST, parse

WHOLE = """
title = { ko = "장마당의 쌀", en = "Rice at the market" }
summary.en = "What a kilo costs."
why.en = "Whoever is seen could be punished."
places = ["혜산"]
themes = ["시장"]
filmed = "2026-10"
"""


def test_all_that_a_plan_can_say_is_read_in_the_order_of_languages() -> None:
    assert parse(WHOLE.encode()) == About(
        title=(("en", "Rice at the market"), ("ko", "장마당의 쌀")),
        summary=(("en", "What a kilo costs."),),
        why=(("en", "Whoever is seen could be punished."),),
        places=("혜산",),
        themes=("시장",),
        filmed="2026-10",
    )
    assert parse(b"") == About()


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (b"title = ", "no TOML"),
        (b"\xff", "no TOML"),
        (b"[" * 5000, "no TOML"),
        (b"#" * (LONGEST + 1), "too long"),
        (b"titel.en = 'x'", "no field 'titel'"),
        (b"title = 'x'", "under its language"),
        (b"title.en = 1", "is text"),
        (b"places = 'x'", "lists of texts"),
        (b"places = [1]", "is text"),
        (b"filmed = 2026-10-03", "is text"),
        (b"filmed = 'in May'", "date"),
        (b"title.English = 'x'", "language"),
    ],
)
def test_what_a_plan_cannot_say_is_refused_with_the_reason(toml: bytes, why: str) -> None:
    with pytest.raises(Damaged) as caught:
        parse(toml)
    assert why in caught.value.what


@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: f"title.en = '{text}'".encode()))
def test_garbage_is_damaged_and_nothing_else(garbage: bytes) -> None:
    with contextlib.suppress(Damaged):
        parse(garbage)
