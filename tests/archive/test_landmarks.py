"""Sound landmarks: a speech is found again in ten minutes, through noise, echo and a telephone's band; another is not."""

import contextlib
import random
import subprocess

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from jebi.archive.landmarks import (
    FARTHEST,
    HOP,
    HOP_MS,
    LONGEST_QUERY,
    MOST_LANDMARKS,
    RATE,
    Landmarks,
    Listener,
    match,
    parse_landmarks,
)
from jebi.errors import Damaged

Sound = NDArray[np.int16]
MARKET = (
    "쌀값 시장 장마당 강냉이 배급 동원 학습 확성기 방송 농장 공장 탄광 국경 단속 검열 신발 감자 무역 전기 기차 저녁"
)
OTHER = "비행기 커피 도서관 피아노 축구 여행 친구 사진 우체국 선생님 대학 약속 바다 고양이 지하철 책상 컴퓨터 휴가"
ENDINGS = "올랐다 내렸다 갔다 왔다 말했다 들었다 보았다 없다 있다 많다 적다 끊겼다 모였다 섰다"


def speech(words: str, sentences: int, *, seed: int, voice: tuple[str, ...] = ()) -> Sound:
    """Korean sentences of random words, spoken by a machine, at 16 kHz."""
    dice = random.Random(seed)
    text = "".join(
        f"{' '.join(dice.choice(words.split()) for _ in range(dice.randint(3, 8)))} {dice.choice(ENDINGS.split())}. "
        for _ in range(sentences)
    )
    spoken = subprocess.run(
        ["espeak-ng", "-v", "ko", *voice, "--stdout", "--stdin"],
        input=text.encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    resampled = subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "s16le", "-ar", "22050", "-i", "-", "-ar", str(RATE), "-f", "s16le", "-"],
        input=spoken[44:],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return np.frombuffer(resampled, np.int16)


def listened(sound: Sound, cuts: tuple[int, ...] = ()) -> Landmarks:
    listener = Listener()
    for chunk in np.split(sound, cuts):
        listener.feed(chunk)
    return listener.finish()


def recorded_again(sound: Sound, seed: int, decibels: float) -> Sound:
    """Through a horn (300 Hz to 3 kHz), across a yard (half a second of echo, two walls), into as much noise as speech."""
    rng = np.random.default_rng(seed)
    count = len(sound)
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    horn = 1 / (1 + (300 / np.maximum(hertz, 1)) ** 6) / (1 + (hertz / 3000) ** 6)
    narrow = np.fft.irfft(np.fft.rfft(sound) * horn, count)
    yard = 0.05 * rng.normal(size=8000) * np.exp(-np.arange(8000) / 1160)
    yard[[0, 2400, 4800]] += (1, 0.5, 0.3)
    whole = count + len(yard)
    echoed = np.fft.irfft(np.fft.rfft(narrow, whole) * np.fft.rfft(yard, whole), whole)[:count]
    noise = rng.normal(size=count)
    mixed = echoed / echoed.std() + noise * 10 ** (-decibels / 20)
    return np.asarray(mixed / np.abs(mixed).max() * 20_000, np.int16)


@pytest.fixture(scope="module")
def loudspeaker() -> Sound:
    sound = speech(MARKET, 230, seed=1, voice=("-s", "150", "-p", "50"))
    assert len(sound) >= 600 * RATE
    return sound[: 600 * RATE]


@pytest.fixture(scope="module")
def archived(loudspeaker: Sound) -> Landmarks:
    return listened(loudspeaker)


@pytest.fixture(scope="module")
def excerpt(loudspeaker: Sound) -> tuple[Sound, bytes]:
    sound = loudspeaker[: 20 * RATE]
    return sound, listened(sound).packed()


@pytest.mark.parametrize(("decibels", "at_least"), [(10, 12), (0, 11)])
def test_five_seconds_recorded_again_are_found_in_ten_minutes(
    decibels: float, at_least: int, loudspeaker: Sound, archived: Landmarks
) -> None:
    starts = np.random.default_rng(3).integers(0, len(loudspeaker) - 5 * RATE, 12)
    found = 0
    for seed, start in enumerate(starts):
        again = recorded_again(loudspeaker[start : start + 5 * RATE], seed, decibels)
        place = match(listened(again), archived)
        found += place is not None and abs(place.offset_ms - start * 1000 / RATE) <= 2 * HOP_MS

    assert found >= at_least


def test_another_speech_is_not_found(archived: Landmarks) -> None:
    other = speech(OTHER, 40, seed=2, voice=("-s", "165", "-p", "70"))
    excerpts = np.split(other[: len(other) // (5 * RATE) * 5 * RATE], len(other) // (5 * RATE))

    assert len(excerpts) >= 10
    assert [match(listened(excerpt), archived) for excerpt in excerpts] == [None] * len(excerpts)


def test_there_are_twenty_to_forty_landmarks_a_second_of_speech(archived: Landmarks) -> None:
    assert 20 <= len(archived.hashes) / 600 <= 40
    assert int(archived.frames[-1]) * HOP_MS < 600_000


@pytest.mark.parametrize(
    "sound",
    [
        np.zeros(10 * RATE, np.int16),
        np.full(10 * RATE, -32768, np.int16),
        np.zeros(100, np.int16),
        np.zeros(0, np.int16),
        (9000 * np.sin(np.arange(10 * RATE) * 0.4)).astype(np.int16),
    ],
    ids=["silence", "a stuck line", "too short", "nothing", "a tone"],
)
def test_what_never_changes_has_no_landmarks_within_it(sound: Sound) -> None:
    assert len(listened(sound).hashes) <= 8  # a tone begins and ends


def test_clicks_and_noise_make_no_more_landmarks_than_a_file_may_have() -> None:
    rng = np.random.default_rng(1)
    clicks = np.zeros(20 * RATE, np.int16)
    clicks[::5000] = 32767
    for sound in (clicks, rng.integers(-32768, 32768, 20 * RATE).astype(np.int16)):
        assert len(listened(sound).hashes) / 20 < MOST_LANDMARKS / (48 * 3600)


@given(st.lists(st.integers(0, 40 * RATE), max_size=5))
def test_chunks_change_nothing(excerpt: tuple[Sound, bytes], cuts: list[int]) -> None:
    sound, packed = excerpt

    assert listened(sound, tuple(sorted(cuts))).packed() == packed


def test_a_clip_matches_itself_at_no_offset(loudspeaker: Sound) -> None:
    landmarks = listened(loudspeaker[: 30 * RATE])

    found = match(landmarks, landmarks)

    assert found is not None
    assert (found.offset_ms, found.chance < 1e-20) == (0, True)


def test_a_query_that_begins_before_its_reference_has_an_offset_below_zero(loudspeaker: Sound) -> None:
    found = match(listened(loudspeaker[: 30 * RATE]), listened(loudspeaker[10 * HOP * 25 : 40 * RATE]))

    assert found is not None
    assert found.offset_ms == -10 * 25 * HOP_MS


def test_nothing_matches_nothing_and_too_much_is_a_callers_mistake(archived: Landmarks) -> None:
    nothing = Landmarks(hashes=np.empty(0, np.uint32), frames=np.empty(0, np.uint32))
    much = Landmarks(hashes=np.zeros(LONGEST_QUERY + 1, np.uint32), frames=np.zeros(LONGEST_QUERY + 1, np.uint32))

    assert match(nothing, archived) is None
    assert match(archived, nothing) is None
    with pytest.raises(ValueError, match="in parts"):
        match(much, archived)
    with pytest.raises(ValueError, match="belong together"):
        Landmarks(hashes=much.hashes, frames=nothing.frames)


def landmark(low: int, high: int, gap: int) -> int:
    return low << 16 | high << 8 | gap


GOOD = Landmarks(
    hashes=np.array([landmark(3, 40, 2), landmark(197, 150, FARTHEST)], np.uint32), frames=np.array([7, 7], np.uint32)
).packed()


def test_what_is_packed_reads_back(archived: Landmarks) -> None:
    read = parse_landmarks(archived.packed())

    assert (read.hashes.tolist(), read.frames.tolist()) == (archived.hashes.tolist(), archived.frames.tolist())


@pytest.mark.parametrize(
    ("hashed", "frames"),
    [
        (landmark(198, 3, 5), (1, 2)),
        (landmark(3, 198, 5), (1, 2)),
        (landmark(3, 3, 1), (1, 2)),
        (landmark(3, 3, 64), (1, 2)),
        (landmark(3, 90, 5), (1, 2)),
        (1 << 24 | landmark(3, 3, 5), (1, 2)),
        (landmark(3, 3, 5), (2, 1)),
        (landmark(3, 3, 5), (1, 1 << 31)),
    ],
    ids=["bin", "other bin", "too near", "too far", "too wide", "a ninth bit", "falling", "after any clip"],
)
def test_landmarks_that_cannot_be_are_damaged(hashed: int, frames: tuple[int, int]) -> None:
    packed = Landmarks(hashes=np.full(2, hashed, np.uint32), frames=np.array(frames, np.uint32)).packed()

    with pytest.raises(Damaged):
        parse_landmarks(packed)


@given(st.binary(max_size=50), st.integers(0, len(GOOD)))
def test_garbage_as_landmarks_raises_damaged(garbage: bytes, cut: int) -> None:
    for packed in (garbage, GOOD[:cut] + garbage, GOOD[:cut] + garbage[:3] + GOOD[cut + len(garbage[:3]) :]):
        with contextlib.suppress(Damaged):
            assert parse_landmarks(packed).packed() == packed
