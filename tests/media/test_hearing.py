"""Speech is heard in three languages, in noise, and in any pieces; silence, noise and tones are not."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Unable
from jebi.media.hearing import PAUSE, RATE, WINDOW_MS, Hearing, Samples, stretches
from jebi.media.models import Models

MODELS = Path(__file__).resolve().parents[2] / ".cache" / "models"
SENTENCES = {
    "ko": "시장에서 쌀값이 두 배로 올랐습니다. 아침에 군인들이 역에 와서 상인들을 데려갔습니다.",
    "ja": "いちばで こめの ねだんが にばいに なりました。あさ へいたいが えきに きて しょうにんを つれていきました。",
    "en": "The market price of rice has doubled. Soldiers came to the station and took the traders away.",
}


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    return Hearing(Models(MODELS).find("speech-heard"))


@pytest.fixture(scope="module", params=sorted(SENTENCES))
def spoken(request: pytest.FixtureRequest) -> Samples:
    """A sentence with three seconds of silence before and after it."""
    say = subprocess.run(
        ["espeak-ng", "-v", request.param, "--stdout", SENTENCES[request.param]], check=True, capture_output=True
    )
    convert = ["ffmpeg", "-v", "error", "-i", "-", "-f", "s16le", "-ac", "1", "-ar", str(RATE), "-"]
    raw = subprocess.run(convert, check=True, capture_output=True, input=say.stdout).stdout
    return np.pad(np.frombuffer(raw, np.int16), 3 * RATE)


def test_a_sentence_is_one_stretch_and_lies_where_it_was_spoken(hearing: Hearing, spoken: Samples) -> None:
    (stretch,) = hearing.listen([spoken])
    end = len(spoken) * 1000 // RATE - 3000
    assert 2600 <= stretch.start_ms <= 3100
    assert end - 700 <= stretch.end_ms <= end + 300
    assert stretch.probability > 0.8


@pytest.mark.parametrize(("noise", "loudness"), [(1.0, 0.4), (0.0, 0.02)])
def test_a_sentence_is_heard_in_noise_as_loud_as_itself_and_from_afar(
    hearing: Hearing, spoken: Samples, noise: float, loudness: float
) -> None:
    power = float(np.mean(spoken[3 * RATE : -3 * RATE].astype(np.float64) ** 2))
    noisy = spoken + noise * np.random.default_rng(1).normal(0, power**0.5, len(spoken))
    found = list(hearing.listen([(noisy * loudness).clip(-32768, 32767).astype(np.int16)]))
    heard = sum(one.end_ms - one.start_ms for one in found)
    assert abs(heard - (len(spoken) * 1000 // RATE - 6000)) < 1000


@pytest.mark.parametrize("size", [1, 511, 512, 513, 16_000])
def test_pieces_of_any_size_are_the_same_sound(hearing: Hearing, spoken: Samples, size: int) -> None:
    sound = spoken[2 * RATE : 5 * RATE]
    pieces = (sound[start : start + size] for start in range(0, len(sound), size))
    assert list(hearing.probabilities(pieces)) == list(hearing.probabilities([sound]))


def _still(seconds: int) -> Samples:
    return np.zeros(seconds * RATE, np.int16)


def _noise(seconds: int) -> Samples:
    return np.random.default_rng(2).normal(0, 5000, seconds * RATE).clip(-32768, 32767).astype(np.int16)


def _chords(seconds: int) -> Samples:
    time = np.arange(seconds * RATE) / RATE
    notes = sum(np.sin(2 * np.pi * pitch * time) for pitch in (220, 277, 330, 440))
    return (notes * np.exp(-3 * (time % 0.5)) * 6000).astype(np.int16)


def _engine(seconds: int) -> Samples:
    time = np.arange(seconds * RATE) / RATE
    return (((time * 63) % 1 - 0.5) * 12000 + _noise(seconds) * 0.2).astype(np.int16)


@pytest.mark.parametrize("sound", [_still, _noise, _chords, _engine], ids=lambda sound: sound.__name__)
def test_nobody_speaks_in_silence_noise_music_and_engines(hearing: Hearing, sound: Callable[[int], Samples]) -> None:
    assert list(hearing.listen([sound(15)])) == []


def test_what_was_heard_before_changes_nothing(hearing: Hearing, spoken: Samples) -> None:
    alone = list(hearing.listen([spoken]))
    assert list(hearing.listen([_noise(3)])) == []
    assert list(hearing.listen([spoken])) == alone


def test_no_sound_is_no_speech(hearing: Hearing) -> None:
    assert list(hearing.listen([])) == []
    assert list(hearing.listen([_still(0)])) == []


def test_sound_of_another_kind_is_the_callers_mistake(hearing: Hearing) -> None:
    with pytest.raises(ValueError, match="16-bit"):
        list(hearing.listen([np.zeros((512, 2), np.int16)]))


def test_a_model_of_another_kind_is_named() -> None:
    with pytest.raises(Unable, match="of another kind"):
        Hearing(Models(MODELS).find("faces"))


@given(st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.4, 0.6, 1.0]), max_size=300))
def test_stretches_come_in_order_within_the_sound_and_apart(probabilities: list[float]) -> None:
    found = list(stretches(probabilities))
    ends = [0] + [one.end_ms for one in found]
    starts = [one.start_ms for one in found] + [len(probabilities) * WINDOW_MS]
    assert all(end <= start for end, start in zip(ends, starts, strict=True))


@given(st.lists(st.integers(8, 100), max_size=5), st.integers(0, 50))
def test_every_long_enough_sure_part_is_within_a_stretch(lengths: list[int], silence: int) -> None:
    said: list[float] = [0.0] * silence
    parts = []
    for length in lengths:
        parts.append((len(said) * WINDOW_MS, (len(said) + length) * WINDOW_MS))
        said += [0.9] * length + [0.1] * (PAUSE + 5)
    found = list(stretches(said))
    assert len(found) == len(parts)
    assert all(one.start_ms <= start and end <= one.end_ms for one, (start, end) in zip(found, parts, strict=True))


def test_a_breath_does_not_part_a_stretch_and_a_cough_is_none() -> None:
    assert len(list(stretches([0.9] * 20 + [0.1] * (PAUSE - 1) + [0.9] * 20 + [0.0] * 50))) == 1
    assert list(stretches([0.9] * 7 + [0.0] * 50)) == []
    assert list(stretches([0.45] * 100)) == []
    (drawl,) = stretches([0.9] + [0.4] * 20 + [0.0] * 50)
    assert (drawl.start_ms, drawl.end_ms) == (0, 21 * WINDOW_MS + 200)
    assert drawl.probability == pytest.approx((0.9 + 8) / 21)
