"""Of what is said nothing is left; of the room everything but what the one who films does to it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.release.overlap import Floats
from jebi.release.surroundings import GUARD, RATE, TOO_NEAR, Stretch, guarded, measured, without_voices

SEED = b"seed of a cut"


def _room(seconds: float, seed: int = 1) -> Floats:
    """A room's noise: louder where it is lower, as rooms are."""
    noise = np.random.default_rng(seed).normal(size=round(seconds * RATE))
    spectrum = np.fft.rfft(noise)
    spectrum /= np.maximum(np.arange(len(spectrum)) / seconds / 100, 1)
    shaped = np.fft.irfft(spectrum, len(noise))
    return np.asarray(0.01 * shaped / shaped.std(), np.float32)


def _voice(seconds: float, pitch: float = 140.0) -> Floats:
    """What a voice is made of: a pitch that moves, and all its overtones."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 2 * time))) / RATE
    return np.asarray(sum(np.sin(k * phase) / k for k in range(1, 30)) * 0.1, np.float32)


def _at(sound: Floats, second: float, added: Floats) -> Floats:
    start = round(second * RATE)
    changed = sound.copy()
    changed[start : start + len(added)] += added
    return changed


def _rendered(sound: Floats, speech: list[Stretch], *, seed: bytes = SEED, size: int = RATE) -> Floats:
    pieces = [sound[start : start + size] for start in range(0, len(sound), size)]
    spoken = guarded(speech)
    room = measured(pieces, spoken)
    return np.concatenate([sound[:0], *without_voices(pieces, speech=spoken, room=room, seed=seed)])[: len(sound)]


def _seconds(first: float, last: float) -> slice:
    return slice(round(first * RATE), round(last * RATE))


def _decibels(sound: Floats, beside: Floats) -> float:
    """How much louder one sound is than another."""
    return float(20 * np.log10(np.sqrt(np.mean(sound**2)) / np.sqrt(np.mean(beside**2))))


def test_what_is_said_changes_not_one_sample() -> None:
    room = _room(12)
    speech = [(4 * RATE, 7 * RATE)]
    first = _rendered(_at(room, 4, _voice(3)), speech)
    second = _rendered(_at(room, 4, 5 * _voice(3, pitch=230)), speech)
    assert (first == second).all()
    assert (first == _rendered(room, speech)).all()


@settings(max_examples=6)
@given(st.lists(st.integers(0, 6 * RATE), min_size=2, max_size=6, unique=True))
def test_wherever_speech_was_found_nothing_of_it_comes_through(edges: list[int]) -> None:
    room = _room(6)
    speech = [(a, b) for a, b in pairwise(sorted(edges))][::2]
    loud = room.copy()
    for start, end in speech:
        loud[start:end] += _voice(6)[: end - start]
    assert (_rendered(room, speech) == _rendered(loud, speech)).all()


def test_in_its_place_is_the_room_as_loud_and_of_the_same_colour() -> None:
    room = _room(20)
    rendered = _rendered(_at(room, 8, _voice(4)), [(8 * RATE, 12 * RATE)])
    before, within = rendered[_seconds(1, 7)], rendered[_seconds(8, 12)]
    assert abs(_decibels(within, before)) < 0.7
    bands = [np.abs(np.fft.rfft(part[: 4 * RATE])) ** 2 for part in (before, within)]
    for low, high in pairwise([100, 300, 1000, 3000, 10_000, 20_000]):
        ratio = bands[1][4 * low : 4 * high].sum() / bands[0][4 * low : 4 * high].sum()
        assert abs(10 * np.log10(ratio)) < 1.5, f"{low} to {high} Hz"


def test_the_room_may_change_while_somebody_speaks() -> None:
    sound = np.concatenate([_room(10), 4 * _room(10, seed=2)])
    rendered = _rendered(_at(sound, 9, _voice(2)), [(9 * RATE, 11 * RATE)])
    assert -6 < _decibels(rendered[_seconds(9, 11)], rendered[_seconds(12, 19)]) < 0


def test_nothing_clicks_where_noise_takes_over() -> None:
    rendered = _rendered(_at(_room(10), 4, _voice(2)), [(4 * RATE, 6 * RATE)])
    steps = np.abs(np.diff(rendered))
    assert steps[_seconds(3.5, 6.5)].max() < 1.3 * steps[_seconds(0.5, 3.5)].max()


def _breath(seconds: float) -> Floats:
    """Air through a mouth near the microphone: noise from 500 Hz to 6 kHz, swelling and fading."""
    noise = np.random.default_rng(5).normal(size=round(seconds * RATE))
    spectrum = np.fft.rfft(noise)
    pitch = np.arange(len(spectrum)) / seconds
    spectrum[(pitch < 500) | (pitch > 6000)] = 0
    shaped = np.fft.irfft(spectrum, len(noise)) * np.hanning(len(noise))
    return np.asarray(0.06 * shaped / shaped.std(), np.float32)


def _knock(seconds: float) -> Floats:
    """A hand on the housing: low, sudden, soon over."""
    time = np.arange(round(seconds * RATE)) / RATE
    noise = np.random.default_rng(6).normal(size=len(time))
    low = np.convolve(noise, np.hanning(400) / 200, "same")
    return np.asarray(0.3 * low / low.std() * np.exp(-20 * time), np.float32)


def _rubbing(seconds: float) -> Floats:
    """Cloth: a click, and nothing else."""
    return (0.2 * np.random.default_rng(7).normal(size=round(seconds * RATE))).astype(np.float32)


@pytest.mark.parametrize(("sound", "seconds"), [(_breath, 0.8), (_breath, 0.3), (_knock, 0.3), (_rubbing, 0.04)])
def test_what_the_one_who_films_does_is_pressed_down_to_the_room(sound: object, seconds: float) -> None:
    assert callable(sound)
    room = _room(12)
    disturbed = _at(room, 6, sound(seconds))
    rendered = _rendered(disturbed, [])
    there = _seconds(6, 6 + seconds)
    assert _decibels(disturbed[there], room[there]) > 9
    assert abs(_decibels(rendered[there], room[there])) < 3


def _siren(seconds: float) -> Floats:
    time = np.arange(round(seconds * RATE)) / RATE
    swept = 2 * np.pi * np.cumsum(700 + 200 * np.sin(2 * np.pi * time)) / RATE
    return np.asarray(0.05 * (np.sin(swept) + 0.5 * np.sin(2 * swept)), np.float32)


def _engine(seconds: float) -> Floats:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(sum(np.sin(2 * np.pi * 90 * k * time + k * k) for k in range(4, 40)) * 0.01, np.float32)


def _downpour(seconds: float) -> Floats:
    return (0.05 * np.random.default_rng(8).normal(size=round(seconds * RATE))).astype(np.float32)


@pytest.mark.parametrize(("sound", "seconds"), [(_siren, 0.8), (_siren, 3), (_engine, 3), (_downpour, 2)])
def test_what_has_tones_or_lasts_is_kept(sound: object, seconds: float) -> None:
    assert callable(sound)
    disturbed = _at(_room(14), 6, sound(seconds))
    rendered = _rendered(disturbed, [])
    assert abs(_decibels(rendered[_seconds(6, 6 + seconds)], disturbed[_seconds(6, 6 + seconds)])) < 1


def test_a_quiet_room_stays_as_it_is() -> None:
    room = _room(6)
    rendered = _rendered(room, [])
    assert _decibels(rendered - room, room) < -10


def test_a_room_that_was_never_heard_is_silent() -> None:
    assert not _rendered(_voice(3), [(0, 3 * RATE)]).any()
    assert not len(_rendered(_voice(0), []))


def test_the_seed_makes_the_noise() -> None:
    room, speech = _room(5), [(2 * RATE, 3 * RATE)]
    assert (_rendered(room, speech) == _rendered(room, speech, size=777)).all()
    others = _rendered(room, speech, seed=b"another")
    assert (others != _rendered(room, speech)).any()
    assert abs(np.corrcoef(others[_seconds(2, 3)], _rendered(room, speech)[_seconds(2, 3)])[0, 1]) < 0.05


def test_speech_is_guarded_on_both_sides_and_joined_across_short_pauses() -> None:
    pause = TOO_NEAR + 2 * GUARD
    assert guarded([(pause, pause + 1)]) == [(pause - GUARD, pause + 1 + GUARD)]
    assert guarded([(5, 9), (1, 3)]) == [(0, 9 + GUARD)]
    assert guarded([(0, 10), (10 + pause, 20 + pause)]) == [(0, 10 + GUARD), (10 + pause - GUARD, 20 + pause + GUARD)]
    assert guarded([(0, 10), (9 + pause, 20 + pause)]) == [(0, 20 + pause + GUARD)]
