"""A cut sounds as its plan says: silent but for what is named, without voices or in other ones, and with lines over it."""

import tracemalloc
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.release.plan import How, Sound
from jebi.release.sounding import (
    DUCKED,
    DUCKING,
    FADE,
    PER_MS,
    RATE,
    Said,
    Samples,
    Speech,
    around,
    sounding,
    surveyed,
    within,
)

SEED = b"seed of a cut"
HOWS: tuple[How, ...] = get_args(How)
NO_SPEECH: list[Speech] = []


def _noise(ms: int, loudness: float = 3000, seed: int = 1) -> Samples:
    return np.random.default_rng(seed).normal(0, loudness, ms * PER_MS).clip(-32768, 32767).astype(np.int16)


def _heard(*entries: tuple[int, int, How]) -> list[Sound]:
    return [Sound(start_ms=start, end_ms=end, how=how) for start, end, how in entries]


def _rendered(
    sound: Samples,
    sounds: Sequence[Sound],
    speech: Sequence[Speech] = NO_SPEECH,
    *,
    lines: Sequence[Said] = (),
    seed: bytes = SEED,
    cuts: Sequence[int] = (),
) -> Samples:
    pieces = [sound[a:b] for a, b in pairwise([0, *sorted(min(cut, len(sound)) for cut in cuts), len(sound)])]
    rooms = surveyed(pieces, sounds=sounds, speech=speech)
    rendered = sounding(pieces, sounds=sounds, speech=speech, rooms=rooms, seed=seed, lines=lines)
    return np.concatenate([sound[:0], *rendered])


def test_what_no_entry_names_is_silent() -> None:
    sound = _noise(500)
    assert not _rendered(sound, []).any()
    rendered = _rendered(sound, _heard((100, 200, "plain")))
    assert len(rendered) == len(sound)
    assert not rendered[: 100 * PER_MS].any()
    assert not rendered[200 * PER_MS :].any()
    assert rendered[100 * PER_MS : 200 * PER_MS].any()


def test_what_is_plain_is_the_original_but_for_its_ends() -> None:
    sound = _noise(500)
    rendered = _rendered(sound, _heard((100, 400, "plain")))
    inner = slice(100 * PER_MS + FADE, 400 * PER_MS - FADE)
    assert (rendered[inner] == sound[inner]).all()


@pytest.mark.parametrize("how", HOWS)
def test_entries_fade_in_and_out_so_that_nothing_clicks(how: How) -> None:
    sound = np.full(600 * PER_MS, 8000, np.int16)
    rendered = _rendered(sound, _heard((200, 400, how))).astype(int)
    assert np.abs(np.diff(rendered[: 200 * PER_MS + FADE])).max() < 400
    assert np.abs(np.diff(rendered[400 * PER_MS - FADE :])).max() < 400


@pytest.mark.parametrize("how", HOWS)
def test_no_sample_that_is_not_named_has_any_influence(how: How) -> None:
    sound, other = _noise(2000), _noise(2000, seed=2)
    other[500 * PER_MS : 1500 * PER_MS] = sound[500 * PER_MS : 1500 * PER_MS]
    sounds = _heard((500, 1500, how))
    assert (_rendered(sound, sounds) == _rendered(other, sounds)).all()


def test_of_a_voice_in_surroundings_nothing_is_left_and_the_room_goes_on() -> None:
    sound = _noise(6000, 300)
    spoken = sound.copy()
    spoken[2500 * PER_MS : 3500 * PER_MS] = _noise(1000, 9000, seed=3)
    sounds, speech = _heard((1000, 5000, "surroundings")), [Speech(start_ms=2500, end_ms=3500)]
    rendered = _rendered(spoken, sounds, speech)
    assert (rendered == _rendered(sound, sounds, speech)).all()
    there, before = rendered[2500 * PER_MS : 3500 * PER_MS], rendered[1100 * PER_MS : 2200 * PER_MS]
    assert np.std(there) == pytest.approx(np.std(before), rel=0.1)


def test_speech_just_outside_an_entry_is_guarded_within_it() -> None:
    sound = _noise(4000, 300)
    echo = sound.copy()
    echo[1000 * PER_MS : 1050 * PER_MS] = _noise(50, 9000, seed=3)
    sounds, speech = _heard((1000, 4000, "surroundings")), [Speech(start_ms=500, end_ms=1000)]
    assert (_rendered(sound, sounds, speech) == _rendered(echo, sounds, speech)).all()


def test_a_disguise_is_another_sound_of_the_same_loudness_and_its_seed_is_the_cuts() -> None:
    sound = _noise(2000)
    sounds = _heard((0, 1000, "disguised"), (1000, 2000, "disguised"))
    rendered = _rendered(sound, sounds)
    assert (rendered == _rendered(sound, sounds)).all()
    assert (rendered != _rendered(sound, sounds, seed=b"other")).any()
    inner = slice(100 * PER_MS, 900 * PER_MS)
    assert abs(np.corrcoef(rendered[inner], sound[inner])[0, 1]) < 0.1
    assert np.std(rendered[inner]) == pytest.approx(np.std(sound[inner]), rel=0.6)


ENTRIES = st.lists(st.integers(0, 900), max_size=6, unique=True).map(sorted)


@settings(max_examples=20)
@given(ENTRIES, st.lists(st.integers(0, 50_000), max_size=5), st.lists(st.sampled_from(HOWS), min_size=3, max_size=3))
def test_pieces_of_any_size_are_the_same_sound(edges: list[int], cuts: list[int], hows: list[How]) -> None:
    sound = _noise(700)
    sounds = _heard(*((a, b, how) for (a, b), how in zip(list(pairwise(edges))[::2], hows, strict=False)))
    speech = [Speech(start_ms=300, end_ms=350)]
    whole = _rendered(sound, sounds, speech)
    assert len(whole) == len(sound)
    assert (_rendered(sound, sounds, speech, cuts=cuts) == whole).all()


def test_a_line_is_heard_over_what_is_softer_under_it() -> None:
    sound = np.full(3000 * PER_MS, 8000, np.int16)
    line = Said(start_ms=1000, samples=np.full(500 * PER_MS, 3000, np.int16))
    rendered = _rendered(sound, _heard((0, 3000, "plain")), lines=[line])
    assert (rendered[1000 * PER_MS : 1500 * PER_MS] == round(8000 * DUCKED) + 3000).all()
    assert (rendered[FADE : 1000 * PER_MS - DUCKING] == 8000).all()
    assert (rendered[1500 * PER_MS + DUCKING : -FADE] == 8000).all()
    ramp = rendered[1000 * PER_MS - DUCKING : 1000 * PER_MS].astype(int)
    assert np.abs(np.diff(ramp)).max() <= 2


def test_lines_are_heard_over_silence_and_end_with_the_part() -> None:
    said = _noise(300, 2000, seed=4)
    lines = [Said(start_ms=100, samples=said), Said(start_ms=400, samples=said), Said(start_ms=900, samples=said)]
    rendered = _rendered(_noise(1000), [], lines=lines, cuts=[1, 5000, 20_000])
    assert (rendered[100 * PER_MS : 400 * PER_MS] == said).all()
    assert (rendered[400 * PER_MS : 700 * PER_MS] == said).all()
    assert (rendered[900 * PER_MS :] == said[: 100 * PER_MS]).all()
    assert len(rendered) == 1000 * PER_MS


def test_loud_lines_over_loud_sound_are_held_at_full_scale() -> None:
    sound = np.full(200 * PER_MS, 32767, np.int16)
    rendered = _rendered(sound, _heard((0, 200, "plain")), lines=[Said(start_ms=50, samples=sound[: 100 * PER_MS])])
    assert (rendered[50 * PER_MS : 150 * PER_MS] == 32767).all()


@given(st.integers(0, 50), st.integers(1, 50), st.lists(st.integers(0, 100), max_size=8, unique=True).map(sorted))
def test_a_part_has_its_share_of_every_entry_on_its_own_clock(start: int, length: int, edges: list[int]) -> None:
    sounds = _heard(*((a, b, "plain") for a, b in list(pairwise(edges))[::2]))
    covered = {ms for each in sounds for ms in range(each.start_ms, each.end_ms)}
    found = {ms + start for each in within(sounds, start, start + length) for ms in range(each.start_ms, each.end_ms)}
    assert found == covered & set(range(start, start + length))


def test_speech_that_ends_just_before_a_part_is_guarded_within_it() -> None:
    sound = _noise(3000, 300)
    echo = sound.copy()
    echo[: 100 * PER_MS] = _noise(100, 9000, seed=3)
    sounds = _heard((0, 3000, "surroundings"))
    speech = [
        Speech(start_ms=1000, end_ms=4950),
        Speech(start_ms=8100, end_ms=8200),
        Speech(start_ms=9000, end_ms=9100),
    ]
    near = around(speech, 5000, 8000)
    assert [(each.start_ms, each.end_ms) for each in near] == [(-4000, -50), (3100, 3200)]
    assert (_rendered(sound, sounds, near) == _rendered(echo, sounds, near)).all()


def test_a_sound_that_ends_early_ends_the_cut_early() -> None:
    for how in HOWS:
        assert len(_rendered(_noise(333), _heard((100, 900, how)))) == 333 * PER_MS


def test_what_overlaps_or_was_not_surveyed_is_the_callers_mistake() -> None:
    sound = _noise(100)
    with pytest.raises(ValueError, match="in order"):
        _rendered(sound, _heard((0, 60, "plain"), (50, 90, "plain")))
    with pytest.raises(ValueError, match="lines"):
        _rendered(sound, [], lines=[Said(start_ms=0, samples=sound), Said(start_ms=99, samples=sound)])
    with pytest.raises(ValueError, match="survey"):
        sounding([sound], sounds=_heard((0, 9, "surroundings")), speech=[], rooms=[], seed=SEED)
    with pytest.raises(ValueError, match="ends after"):
        Speech(start_ms=5, end_ms=5)


def test_a_long_sound_is_rendered_in_little_memory() -> None:
    """Twelve seconds are 1.2 MB of samples; spectra of five seconds are held, as floats, while a room is measured."""

    def pieces() -> Iterator[Samples]:
        return (_noise(1000, 500, seed) for seed in range(12))

    sounds = _heard((0, 6000, "surroundings"), (6000, 12_000, "disguised"))
    speech = [Speech(start_ms=2000, end_ms=3000)]
    tracemalloc.start()
    rooms = surveyed(pieces(), sounds=sounds, speech=speech)
    count = sum(map(len, sounding(pieces(), sounds=sounds, speech=speech, rooms=rooms, seed=SEED)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 12 * RATE
    assert peak < 12e6
