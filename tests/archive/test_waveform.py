"""Waveforms: nothing loud is lost, nothing that sounds is silence, and chunks change nothing."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.waveform import Tracer, Waveform, parse_waveform
from jebi.errors import Damaged


def traced(samples: np.ndarray, rate: int = 16_000, cuts: tuple[int, ...] = ()) -> Waveform:
    tracer = Tracer(rate)
    for chunk in np.split(samples, cuts):
        tracer.feed(chunk)
    return tracer.finish()


def noise(count: int, loudest: int = 32767) -> np.ndarray:
    return np.random.default_rng(count).integers(-loudest - 1, loudest + 1, count).astype(np.int16)


def test_a_bucket_holds_lowest_highest_and_rms() -> None:
    samples = np.concatenate([np.full(800, 16384), np.tile([-32768, 32767], 400), np.zeros(10)]).astype(np.int16)

    waveform = traced(samples)

    assert waveform.lowest.tolist() == [0, -127, 0]
    assert waveform.highest.tolist() == [64, 127, 0]
    assert waveform.rms.tolist() == [64, 127, 0]


def test_what_is_not_silent_is_not_shown_as_silence() -> None:
    samples = np.zeros(1600, np.int16)
    samples[900] = 1

    waveform = traced(samples)

    assert (waveform.highest.tolist(), waveform.rms.tolist(), waveform.lowest.tolist()) == ([0, 1], [0, 1], [0, 0])


@given(st.integers(0, 5000), st.lists(st.integers(0, 5000), max_size=6), st.sampled_from([8000, 16_000, 44_100]))
def test_chunks_change_nothing_and_what_is_packed_reads_back(count: int, cuts: list[int], rate: int) -> None:
    samples = noise(count)

    whole, chunked = traced(samples, rate), traced(samples, rate, tuple(sorted(cuts)))

    assert whole.packed() == chunked.packed() == parse_waveform(chunked.packed()).packed()


@given(st.integers(1, 20_000), st.integers(0, 6))
def test_zooming_out_loses_no_peak(count: int, zoom: int) -> None:
    waveform = traced(noise(count, 9000))

    level = waveform.level(zoom)

    assert len(level.rms) == -(-len(waveform.rms) // 4**zoom)
    assert (level.lowest.min(), level.highest.max()) == (waveform.lowest.min(), waveform.highest.max())
    assert (level.rms <= np.maximum(level.highest, -level.lowest)).all()


@pytest.mark.parametrize("row", [(1, 2, 3), (-128, 2, 3), (-1, -2, 3), (-1, 2, -3)], ids=str)
def test_values_on_the_wrong_side_of_silence_are_damaged(row: tuple[int, int, int]) -> None:
    packed = b"waveform\0\0\0\1" + np.array(row, np.int8).tobytes()

    with pytest.raises(Damaged, match="wrong side"):
        parse_waveform(packed)


@given(st.binary(max_size=60), st.integers(0, 60))
def test_garbage_as_a_waveform_raises_damaged(garbage: bytes, cut: int) -> None:
    good = traced(noise(8000)).packed()
    for packed in (garbage, good[:cut] + garbage, good[:12] + garbage[:30].ljust(30, b"\x05")):
        with contextlib.suppress(Damaged):
            assert parse_waveform(packed).packed() == packed


def test_parts_of_different_length_and_impossible_rates_are_a_callers_mistake() -> None:
    two, three = np.zeros(2, np.int8), np.zeros(3, np.int8)
    with pytest.raises(ValueError, match="belong together"):
        Waveform(lowest=two, highest=two, rms=three)
    with pytest.raises(ValueError, match="rate"):
        Tracer(0)
