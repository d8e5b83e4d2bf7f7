"""People are told apart by their voices, in three languages, and one person's two recordings lie together."""

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Unable
from jebi.media.hearing import Hearing, Samples, Stretch
from jebi.media.models import Maker, Models
from jebi.media.speakers import BLOCK, RATE, SHORTEST, SIZE, Speakers, Voice, likeness, mel_spectra, spoken
from media.people import PEOPLE, said_by

MODELS = Models(Path(__file__).resolve().parents[2] / ".cache" / "models")


@pytest.fixture(scope="module")
def speakers() -> Speakers:
    return Speakers(MODELS.find("speakers"))


def _voice(speakers: Speakers, sound: Samples) -> Voice:
    voice = speakers.voice([sound])
    assert voice is not None
    return voice


def test_two_recordings_of_one_person_are_more_alike_than_any_two_people(speakers: Speakers) -> None:
    halves = {}
    for person in PEOPLE:
        sound = said_by(person)
        halves[person] = [_voice(speakers, half) for half in np.array_split(sound, 2)]
    same = [likeness(first, second) for first, second in halves.values()]
    other = [likeness(one, two) for a, b in combinations(PEOPLE, 2) for one in halves[a] for two in halves[b]]
    assert min(same) > 0.85
    assert max(other) < 0.75


def test_a_voice_is_the_same_from_afar_and_says_which_machine_heard_it(speakers: Speakers) -> None:
    sound = said_by("a reader")
    near, far = _voice(speakers, sound), _voice(speakers, (sound // 20).astype(np.int16))
    assert likeness(near, far) > 0.95
    assert near.maker == MODELS.find("speakers").maker
    assert np.linalg.norm(near.vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("size", [1000, 16_001, 10 * RATE])
def test_pieces_of_any_size_are_the_same_voice(speakers: Speakers, size: int) -> None:
    sound = np.tile(said_by("a reader"), 3)[: BLOCK + 5 * RATE]
    pieces = (sound[start : start + size] for start in range(0, len(sound), size))
    heard = speakers.voice(pieces)
    assert heard is not None
    assert (heard.vector == _voice(speakers, sound).vector).all()


def test_a_breath_or_silence_is_no_voice(speakers: Speakers) -> None:
    assert speakers.voice([]) is None
    assert speakers.voice([said_by("July")[: SHORTEST - 1]]) is None
    assert speakers.voice([np.zeros(3 * RATE, np.int16)]) is None
    shortest = speakers.voice([said_by("July")[:SHORTEST]])
    assert shortest is not None
    assert shortest.partials == 1


def test_of_a_recording_only_the_speech_is_taken(speakers: Speakers) -> None:
    sound = said_by("Armelle")
    noise = np.random.default_rng(1).normal(0, 200, 8 * RATE).astype(np.int16)
    recording = np.concatenate([noise, sound, noise])
    stretches = list(Hearing(MODELS.find("speech-heard")).listen([recording]))
    alone = _voice(speakers, np.concatenate(list(spoken([recording], stretches))))
    assert likeness(alone, _voice(speakers, sound)) > 0.97


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=9, unique=True),
    st.lists(st.integers(0, 9000), max_size=5),
)
def test_what_is_spoken_is_cut_out_to_the_sample(times: list[int], cuts: list[int]) -> None:
    sound = np.arange(7000, dtype=np.int16)
    edges = sorted(times)[: len(times) // 2 * 2]
    stretches = [Stretch(start_ms=a, end_ms=b, probability=1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    pieces = [sound[a:b] for a, b in pairwise([0, *sorted(min(cut, 7000) for cut in cuts), 7000])]
    found = np.concatenate([sound[:0], *spoken(pieces, stretches)])
    wanted = np.concatenate([sound[:0], *(sound[one.start_ms * 16 : one.end_ms * 16] for one in stretches)])
    assert (found == wanted).all()


def test_a_tone_lies_in_the_band_of_its_pitch() -> None:
    """Bands are 200/3 Hz of Slaney's scale apart below 1 kHz; there are 42 edges up to 8 kHz."""
    time = np.arange(RATE) / RATE
    top = 15 + np.log(8) / (np.log(6.4) / 27)
    for pitch in (300, 700, 1000, 3000):
        mel = pitch * 3 / 200 if pitch < 1000 else 15 + np.log(pitch / 1000) / (np.log(6.4) / 27)
        spectra = mel_spectra(np.sin(2 * np.pi * pitch * time).astype(np.float32))
        assert abs(int(spectra[50].argmax()) - (mel * 41 / top - 1)) <= 0.6
        assert spectra.shape == (101, 40)


def test_voices_of_two_machines_are_not_compared(speakers: Speakers) -> None:
    mine = _voice(speakers, said_by("July"))
    theirs = Voice(vector=mine.vector, partials=1, maker=Maker(name="other", digest="0" * 64))
    with pytest.raises(ValueError, match="two machines"):
        likeness(mine, theirs)


def test_a_voice_is_a_direction() -> None:
    maker = Maker(name="speakers", digest="0" * 64)
    for vector in (np.zeros(SIZE, np.float32), np.ones(SIZE, np.float32), np.ones(1, np.float32)):
        with pytest.raises(ValueError, match="length 1"):
            Voice(vector=vector, partials=1, maker=maker)


def test_a_model_of_another_kind_is_named() -> None:
    with pytest.raises(Unable, match="of another kind"):
        Speakers(MODELS.find("faces"))


def test_sound_of_another_kind_is_the_callers_mistake(speakers: Speakers) -> None:
    with pytest.raises(ValueError, match="16-bit"):
        speakers.voice([np.zeros(RATE, np.float32)])
