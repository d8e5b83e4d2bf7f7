from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Refused
from jebi.release.timecode import RATES, Rate

SIXTY = Rate(Fraction(60000, 1001))
THIRTY = Rate(Fraction(30000, 1001))
rates = st.sampled_from(sorted(RATES)).map(Rate)


@pytest.mark.parametrize(
    ("rate", "frame", "code"),
    [
        (Rate(Fraction(25)), 0, "00:00:00:00"),
        (Rate(Fraction(25)), 25 * 3600 + 24, "01:00:00:24"),
        (Rate(Fraction(24000, 1001)), 24 * 60, "00:01:00:00"),
        (THIRTY, 1799, "00:00:59;29"),
        (THIRTY, 1800, "00:01:00;02"),  # 00 and 01 are left out
        (THIRTY, 3597, "00:01:59;29"),
        (THIRTY, 3598, "00:02:00;02"),
        (THIRTY, 17981, "00:09:59;29"),
        (THIRTY, 17982, "00:10:00;00"),  # but not in a tenth minute
        (THIRTY, 17982 + 1800, "00:11:00;02"),
        (THIRTY, 107892, "01:00:00;00"),
        (SIXTY, 3600, "00:01:00;04"),
        (SIXTY, 35964, "00:10:00;00"),
    ],
)
def test_a_frame_has_the_code_of_the_standard(rate: Rate, frame: int, code: str) -> None:
    assert rate.code(frame) == code


@given(rates, st.integers(0, 23))
def test_an_hour_is_the_frame_whose_code_it_is(rate: Rate, hours: int) -> None:
    assert rate.code(rate.hour(hours)).replace(";", ":") == f"{hours:02}:00:00:00"


@given(rates, st.integers(0, 1_400_000))
def test_codes_follow_each_other_and_none_comes_twice(rate: Rate, frame: int) -> None:
    assert rate.code(frame) < rate.code(frame + 1)


@given(st.sampled_from([THIRTY, SIXTY]), st.integers(0, 1_400_000))
def test_where_numbers_are_dropped_the_code_stays_with_the_clock(rate: Rate, frame: int) -> None:
    hours, minutes, seconds = (int(part) for part in rate.code(frame).replace(";", ":").split(":")[:3])
    clock = Fraction(frame) / rate.frames
    assert abs(hours * 3600 + minutes * 60 + seconds - clock) < Fraction(11, 10)


@given(rates, st.integers(0, 10_000_000))
def test_the_frame_at_a_moment_begins_then_or_next(rate: Rate, ms: int) -> None:
    begins = Fraction(rate.frame_at(ms)) / rate.frames * 1000
    assert ms <= begins < ms + 1000 / rate.frames


@given(rates, st.integers(0, 10_000_000))
def test_seconds_are_exact(rate: Rate, frame: int) -> None:
    assert Fraction(rate.seconds(frame).removesuffix("s")) == Fraction(frame) / rate.frames


def test_no_code_is_before_the_first_frame_or_after_the_day() -> None:
    for frame in (-1, 25 * 24 * 3600):
        with pytest.raises(ValueError, match="within a day"):
            Rate(Fraction(25)).code(frame)


@pytest.mark.parametrize("frames", [Fraction(0), Fraction(15), Fraction(2997, 100), Fraction(-25)])
def test_a_rate_that_no_suite_knows_is_refused(frames: Fraction) -> None:
    with pytest.raises(Refused):
        Rate(frames)
