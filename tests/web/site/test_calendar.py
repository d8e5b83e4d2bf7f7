"""Days in three languages."""

from datetime import date

import pytest

from jebi.web.site.calendar import month, partly, written

CASES = {
    ("2026-10-03", "en"): "3 October 2026",
    ("2026-10", "en"): "October 2026",
    ("2026", "en"): "2026",
    ("2026-10-03", "ko"): "2026년 10월 3일",
    ("2026-10", "ko"): "2026년 10월",
    ("2026-10-03", "ja"): "2026年10月3日",
    ("2026", "ja"): "2026年",
    ("", "ja"): "",
}


@pytest.mark.parametrize(("told", "language"), CASES)
def test_as_much_of_a_date_as_is_told_is_written(told: str, language: str) -> None:
    assert partly(told, language) == CASES[told, language]


def test_a_day_and_a_month_have_their_names() -> None:
    assert written(date(2026, 11, 23), "en") == "23 November 2026"
    assert [month("03", language) for language in ("en", "ko", "ja")] == ["March", "3월", "3月"]
