"""Sound that is parted into frames and joined unchanged is the same sound, however it came."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.overlap import Floats, Frames

KINDS = [Frames(size=16, hop=8), Frames(size=16, hop=4), Frames(size=1024, hop=512), Frames(size=2048, hop=512)]


def _noise(count: int) -> Floats:
    return np.random.default_rng(count).normal(size=count).astype(np.float32)


@pytest.mark.parametrize("frames", KINDS, ids=str)
@given(count=st.integers(0, 3000), cuts=st.lists(st.integers(0, 3000), max_size=6))
def test_frames_joined_are_the_sound_again(frames: Frames, count: int, cuts: list[int]) -> None:
    sound = _noise(count)
    pieces = [sound[a:b] for a, b in pairwise([0, *sorted(min(cut, count) for cut in cuts), count])]
    joined = np.concatenate([sound[:0], *frames.joined(frames.spectra(pieces))])
    assert count <= len(joined) <= count + frames.hop
    assert np.abs(joined[:count] - sound).max(initial=0) < 1e-5
    assert np.abs(joined[count:]).max(initial=0) < 1e-5


def test_how_sound_was_cut_changes_no_bit_of_a_spectrum() -> None:
    sound, frames = _noise(20_000), KINDS[2]
    whole = np.array(list(frames.spectra([sound])))
    for size in (1, 511, 513, 7000):
        parts = [sound[start : start + size] for start in range(0, len(sound), size)]
        assert (np.array(list(frames.spectra(parts))) == whole).all()


def test_a_frame_reaches_no_sample_outside_it() -> None:
    frames = Frames(size=1024, hop=512)
    spectra = list(frames.spectra([_noise(10_000)]))
    other = [spectrum * (number != 5) for number, spectrum in enumerate(spectra)]
    changed = np.concatenate(list(frames.joined(spectra))) != np.concatenate(list(frames.joined(other)))
    start = 5 * 512 - 512
    assert changed[start + 1 : start + 1023].all()
    assert not changed[:start].any()
    assert not changed[start + 1024 :].any()


@pytest.mark.parametrize(("size", "hop"), [(16, 5), (16, 16), (8, 16)])
def test_frames_that_do_not_overlap_evenly_are_the_callers_mistake(size: int, hop: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        Frames(size=size, hop=hop)
