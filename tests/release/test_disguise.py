"""A disguised voice is another one: its pitch and its resonances move, each by its own amount, and its words and length stay."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.disguise import KNOTS, RATE, SEMITONES, STRETCH, UNEVEN, Mask, disguised, drawn
from jebi.release.overlap import Floats


def _changed(sound: Floats, mask: Mask, size: int = RATE) -> Floats:
    pieces = [sound[start : start + size] for start in range(0, len(sound), size)]
    return np.concatenate([sound[:0], *disguised(pieces, mask)])[: len(sound)]


def _tones(pitch: float, resonance: float, seconds: float = 1.0) -> Floats:
    """A pitch with all its overtones, loudest around a resonance."""
    time = np.arange(round(seconds * RATE)) / RATE
    overtones = np.arange(1, int(8000 / pitch)) * pitch
    loudness = np.exp(-(((overtones - resonance) / 400) ** 2)) + 0.01
    return np.asarray(
        sum(loud * np.sin(2 * np.pi * each * time) for each, loud in zip(overtones, loudness, strict=True)) * 0.05,
        np.float32,
    )


def _spectrum(sound: Floats) -> Floats:
    """By hertz."""
    middle = sound[RATE // 4 : RATE // 4 + RATE // 2]
    return np.repeat(np.abs(np.fft.rfft(middle * np.hanning(len(middle)))), 2).astype(np.float32)


PLAIN = tuple(KNOTS)


@pytest.mark.parametrize("pitch", [0.75, 0.85, 1.0, 1.2, 1.35])
def test_a_tone_is_moved_by_the_pitch(pitch: float) -> None:
    time = np.arange(RATE) / RATE
    tone = (0.3 * np.sin(2 * np.pi * 400 * time)).astype(np.float32)
    found = _spectrum(_changed(tone, Mask(pitch=pitch, knots=PLAIN)))
    assert abs(int(found[:4000].argmax()) - 400 * pitch) < 8


@pytest.mark.parametrize("stretch", [0.85, 1.15])
def test_a_resonance_is_moved_by_the_knots_and_not_by_the_pitch(stretch: float) -> None:
    mask = Mask(pitch=1.25, knots=tuple(knot * stretch for knot in KNOTS))
    found = _spectrum(_changed(_tones(120, 1500), mask))
    weights = found[800:2400] ** 2
    assert np.average(np.arange(800, 2400), weights=weights) == pytest.approx(1500 * stretch, rel=0.08)


def test_loudness_comes_and_goes_when_it_did() -> None:
    sound = _tones(150, 1200, 2)
    gate = np.repeat([1.0, 0.0, 1.0, 0.0], RATE // 2).astype(np.float32)
    found = _changed(sound * gate, drawn(b"seed"))
    loud, quiet = np.abs(found.reshape(4, -1)[:, 2400:-2400]).mean(axis=1).reshape(2, 2).T
    assert quiet.max() < 0.02 * loud.min()
    assert 0.5 < np.sqrt(np.mean(found**2) / np.mean((sound * gate) ** 2)) < 2


@given(st.binary(max_size=40))
def test_every_mask_is_far_enough_from_the_true_voice_and_not_too_far(seed: bytes) -> None:
    mask = drawn(seed)
    assert SEMITONES[0] <= abs(12 * np.log2(mask.pitch)) <= SEMITONES[1]
    stretches = np.array(mask.knots[1:]) / KNOTS[1:] - 1
    assert (np.abs(stretches) <= STRETCH[1] + UNEVEN + 1e-9).all()
    assert (np.abs(stretches) >= STRETCH[0] - UNEVEN - 1e-9).all()
    assert mask == drawn(seed)


def test_masks_of_many_cuts_are_many() -> None:
    masks = [drawn(str(number).encode()) for number in range(200)]
    assert len(set(masks)) == 200
    assert {mask.pitch > 1 for mask in masks} == {mask.knots[2] > KNOTS[2] for mask in masks} == {True, False}


def test_pieces_of_any_size_are_the_same_voice() -> None:
    sound, mask = _tones(180, 900), drawn(b"seed")
    whole = _changed(sound, mask)
    assert all((_changed(sound, mask, size) == whole).all() for size in (333, 512, 20_000))
    assert (_changed(sound, drawn(b"other")) != whole).any()


def test_silence_stays_silent_and_nothing_stays_nothing() -> None:
    assert np.abs(_changed(np.zeros(RATE, np.float32), drawn(b"seed"))).max() < 1 / 65536
    assert len(_changed(np.zeros(0, np.float32), drawn(b"seed"))) == 0


@pytest.mark.parametrize(("pitch", "knots"), [(3.0, PLAIN), (1.0, PLAIN[:-1]), (1.0, PLAIN[::-1])])
def test_a_mask_that_turns_frequencies_round_is_the_callers_mistake(pitch: float, knots: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="order"):
        Mask(pitch=pitch, knots=knots)
