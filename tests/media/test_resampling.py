"""Sound at another rate is the same sound, without what the lower rate cannot hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.media.resampling import Samples, resampled

RATES = [(22_050, 48_000), (22_050, 16_000), (48_000, 16_000), (16_000, 48_000), (44_100, 48_000), (22_050, 22_050)]


def _tone(hertz: float, rate: int) -> Samples:
    return (8000 * np.sin(2 * np.pi * hertz * np.arange(rate) / rate)).astype(np.int16)


@pytest.mark.parametrize(("rate", "wanted"), RATES)
def test_a_tone_is_the_same_tone(rate: int, wanted: int) -> None:
    found = resampled(_tone(1000, rate), rate, wanted)
    assert len(found) == wanted
    away = np.abs(found.astype(int) - _tone(1000, wanted))[wanted // 50 : -wanted // 50]
    assert away.max() < 8


@pytest.mark.parametrize("hertz", [8800, 12_000, 20_000])
def test_what_the_lower_rate_cannot_hold_is_gone(hertz: int) -> None:
    assert np.abs(resampled(_tone(hertz, 48_000), 48_000, 16_000)[200:-200]).max() < 20


@given(st.lists(st.integers(-32768, 32767), max_size=50), st.sampled_from(RATES))
def test_any_sound_is_as_long_as_it_was(samples: list[int], rates: tuple[int, int]) -> None:
    assert len(resampled(np.array(samples, np.int16), *rates)) == len(samples) * rates[1] // rates[0]


def test_what_is_no_sound_is_the_callers_mistake() -> None:
    for sound, rate in (
        (np.zeros((2, 2), np.int16), 48_000),
        (np.zeros(2, np.int16), 1),
        (np.zeros(2, np.int16), 1 << 20),
    ):
        with pytest.raises(ValueError, match="rate of sound"):
            resampled(sound, rate, 16_000)
