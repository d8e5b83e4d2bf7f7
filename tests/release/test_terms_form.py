"""Terms are read from TOML, or refused with a reason."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused
from jebi.release.instructions import Terms
from jebi.release.terms_form import LONGEST, parse
from programmes import TERMS


def test_all_that_terms_say_is_read() -> None:
    assert parse(TERMS.encode(), is_spoken_by_a_machine=True) == Terms(
        credit="Spring Films",
        contact="desk@films.example",
        embargo="2026-12-01, 06:00 UTC",
        rights={"en": "Use it in news.", "ja": "報道にお使いください。", "ko": "보도에 쓰십시오."},
        is_spoken_by_a_machine=True,
    )


@pytest.mark.parametrize(
    ("toml", "why"),
    [
        (b"credit = ", "no TOML"),
        (b"\xff", "no TOML"),
        (b"[" * 5000, "no TOML"),
        (b"#" * (LONGEST + 1), "too long"),
        (b"credits = 'x'", "no field 'credits'"),
        (b"rights = 'all'", "under their language"),
        (b"credit = 1", "are texts"),
        (b"rights.en = 1", "are texts"),
    ],
)
def test_what_is_wrong_is_said(toml: bytes, why: str) -> None:
    with pytest.raises(Damaged, match=why):
        parse(toml, is_spoken_by_a_machine=False)


def test_rights_are_told_in_three_languages() -> None:
    with pytest.raises(Refused, match="English, Japanese and Korean"):
        parse(b"credit = 'x'\nrights.en = 'x'", is_spoken_by_a_machine=False)


@given(st.binary() | st.text().map(str.encode) | st.text(alphabet="credit=.'\n[]{}").map(str.encode))
def test_whatever_is_given_is_terms_or_refused(untrusted: bytes) -> None:
    with contextlib.suppress(Damaged, Refused):
        parse(untrusted, is_spoken_by_a_machine=False)
