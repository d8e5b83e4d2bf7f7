"""Times as people write them: no precision is made up, and what is written is read back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.moments import parse_moment, written_moment
from jebi.errors import Damaged

SEOUL = timezone(timedelta(hours=9))


def ms(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1000  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", ms(2026, 1, 1), ms(2027, 1, 1)),
        ("2026-12", ms(2026, 12, 1), ms(2027, 1, 1)),
        ("2024-02", ms(2024, 2, 1), ms(2024, 3, 1)),
        (" 2026-03-12 ", ms(2026, 3, 12), ms(2026, 3, 13)),
        ("2026-03-12T14:30", ms(2026, 3, 12, 14, 30), ms(2026, 3, 12, 14, 31)),
        ("2026-03/2026-05-02", ms(2026, 3, 1), ms(2026, 5, 3)),
        ("1950-06-25", ms(1950, 6, 25), ms(1950, 6, 26)),
    ],
)
def test_a_time_is_as_long_as_it_is_vague(text: str, start: int, end: int) -> None:
    assert parse_moment(text, UTC) == (start, end - 1)


def test_a_day_begins_where_the_desk_is() -> None:
    assert parse_moment("2026-03-12", SEOUL)[0] == ms(2026, 3, 11, 15)


@pytest.mark.parametrize(
    "text",
    [
        "0001",
        "0900",
        "1887-12-30",
        "2026/2300",
        "9998",
        "",
        "spring",
        "2026-13",
        "2026-02-30",
        "2026-3-1",
        "0000",
        "9999",
        "2027/2026",
        "2026-03-12 24:00",
        "٢٠٢٦",
    ],
)
def test_what_is_no_time_is_damaged(text: str) -> None:
    with pytest.raises(Damaged):
        parse_moment(text, UTC)


@given(st.text(max_size=40))
def test_garbage_is_damaged_and_nothing_else(text: str) -> None:
    try:
        start, end = parse_moment(text, UTC)
    except Damaged:
        return
    assert start <= end


@given(
    st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), min_size=2, max_size=2), st.sampled_from([1, 2])
)
def test_what_is_written_is_read_back(ends: list[datetime], parts: int) -> None:
    first, last = sorted(ends)
    text = f"{first:%Y-%m-%d %H:%M}" if parts == 1 else f"{first:%Y-%m}/{last:%Y-%m-%d}"
    stretch = parse_moment(text, SEOUL)

    assert parse_moment(written_moment(*stretch, SEOUL), SEOUL) == stretch


@pytest.mark.parametrize(
    "text", ["2026", "2026-03", "2026-03-12", "2026-03-12 14:30", "2026/2028", "2026-03-01/2026-04-02"]
)
def test_a_time_is_written_as_it_was_said(text: str) -> None:
    assert written_moment(*parse_moment(text, SEOUL), SEOUL) == text


@pytest.mark.parametrize("hours", [-12, 0, 14])
@pytest.mark.parametrize("text", ["1888", "1888-01-01 00:00", "2299-12-30"])
def test_the_oldest_and_the_latest_time_can_be_written_in_every_zone(text: str, hours: int) -> None:
    stretch = parse_moment(text, UTC)
    zone = timezone(timedelta(hours=hours))
    assert parse_moment(written_moment(*stretch, zone), zone)[0] <= stretch[0]
