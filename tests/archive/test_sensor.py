"""A camera's pattern is found in what it films, is kept whole, and holds nothing that other cameras have, too."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras import SHAPE, filmed, pattern_of
from jebi.archive.sensor import (
    MOST_SHARES,
    SHARE,
    Gathering,
    Sensor,
    added,
    cleaned,
    octaves,
    parse_sensor,
    quantised,
    sum_of,
    together,
)
from jebi.archive.sensor_match import THRESHOLD, Meter
from jebi.errors import Damaged


def gathered(camera: int, count: int = 12, *, place: int = 0) -> Sensor:
    gathering = Gathering()
    for luma in filmed(camera, count, place=place):
        gathering.feed(luma)
    found = gathering.finish()
    assert found
    return found


def noise(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    return np.asarray(np.random.default_rng(seed).normal(size=shape), np.float32)


GOOD = Sensor(pattern=quantised(noise(1, (16, 18))), frames=3, weight=1 << 40).packed()


def test_the_pattern_of_a_camera_is_found_in_its_films() -> None:
    truth = Meter(pattern_of(1))

    assert truth.measure(gathered(1).pattern).energy > 10 * THRESHOLD
    assert abs(truth.measure(gathered(2).pattern).energy) < THRESHOLD


def test_two_films_of_one_camera_match_and_those_of_two_cameras_at_one_place_do_not() -> None:
    here = Meter(gathered(1, place=5).pattern)

    assert here.measure(gathered(1, place=6).pattern).energy > 5 * THRESHOLD
    assert abs(here.measure(gathered(2, place=5).pattern).energy) < THRESHOLD


def test_more_frames_show_it_better_and_so_do_more_clips() -> None:
    truth = Meter(pattern_of(1))
    few, many = gathered(1, 4), gathered(1, 12)
    clips = together([gathered(1, 4, place=place) for place in (1, 2, 3)])

    assert truth.measure(many.pattern).energy > 1.5 * truth.measure(few.pattern).energy
    assert truth.measure(clips.pattern).energy > 1.5 * truth.measure(few.pattern).energy
    assert (clips.frames, clips.weight > few.weight) == (12, True)


def test_a_bright_film_weighs_more_than_a_dark_one() -> None:
    dark, bright = Gathering(), Gathering()
    for luma in filmed(1, 2):
        dark.feed(luma // 3)
        bright.feed(luma)
    found = [gathering.finish() for gathering in (dark, bright)]

    assert found[0]
    assert found[1]
    assert found[0].weight < found[1].weight / 4


def test_what_is_nearly_white_says_nothing() -> None:
    gathering = Gathering()
    gathering.feed(np.full((32, 32), 16, np.uint8))
    gathering.feed(np.full((32, 32), 235, np.uint8))

    assert gathering.finish() is None
    assert Gathering().finish() is None


def test_lines_that_all_cameras_of_a_make_have_do_not_make_two_of_them_one() -> None:
    lines = noise(7)[:, :1] + noise(8)[:1]
    ours, theirs = noise(1) + lines, noise(2) + lines

    assert Meter(ours).measure(theirs, within=0).energy > THRESHOLD
    assert Meter(cleaned(ours)).measure(cleaned(theirs), within=0).energy < THRESHOLD / 6


def residual(luma: np.ndarray) -> np.ndarray:
    return sum_of([detail * trust for detail, trust in octaves(luma)])


def test_a_smooth_picture_has_no_residual_and_noise_is_all_residual() -> None:
    down, right = np.mgrid[:96, :128]
    slope = np.asarray(10 + down + right, np.uint8)
    grainy = np.asarray(np.rint(120 + 1.5 * noise(3, (64, 96))), np.uint8)

    assert np.abs(residual(slope)[32:-32, 32:-32]).max() < 0.01
    assert residual(grainy).std() > 0.85 * grainy.std()


def test_an_edge_is_not_taken_for_noise() -> None:
    edge = np.full((64, 64), 60, np.uint8)
    edge[:, 32:] = 180

    assert np.abs(residual(edge)).max() < 8


def test_what_frames_tell_of_a_sensor_is_most_of_it_and_of_no_other() -> None:
    gathering = Gathering()
    for luma in filmed(1, 12):
        gathering.feed(luma)

    shares = gathering.shares() / SHARE

    for camera, least, most in ((1, 0.5, 1.1), (2, -0.05, 0.05)):
        truth = pattern_of(camera)
        assert least < float((shares * truth).mean() / (truth * truth).mean()) < most
    assert np.abs(shares).max() <= MOST_SHARES / SHARE


def test_shares_that_are_added_stay_within_what_a_sensor_can_have() -> None:
    one = np.array([[100, -100, 5]], np.int16)

    assert added(one, one).tolist() == [[MOST_SHARES, -MOST_SHARES, 10]]


def test_frames_of_two_sizes_are_a_callers_mistake() -> None:
    gathering = Gathering()
    gathering.feed(np.full((32, 32), 90, np.uint8))

    with pytest.raises(ValueError, match="one size"):
        gathering.feed(np.full((32, 34), 90, np.uint8))
    with pytest.raises(ValueError, match="no frame"):
        Gathering().shares()
    with pytest.raises(ValueError, match="one size"):
        together([parse_sensor(GOOD), gathered(1, 1)])


@pytest.mark.parametrize(
    ("shape", "frames", "weight"),
    [((15, 40), 1, 1), ((16, 4097), 1, 1), ((16, 16), 0, 1), ((16, 16), 1, 0)],
    ids=["too small", "too large", "of no frame", "without weight"],
)
def test_what_is_no_pattern_cannot_be_made(shape: tuple[int, int], frames: int, weight: int) -> None:
    with pytest.raises(ValueError, match="a pattern is"):
        Sensor(pattern=np.zeros(shape, np.int8), frames=frames, weight=weight)


def test_the_packed_form_is_the_documented_one() -> None:
    packed = Sensor(pattern=np.full((16, 18), -2, np.int8), frames=3, weight=1 << 40).packed()

    assert packed == b"sensor 1" + bytes.fromhex("0012 0010 00000003 0000010000000000") + b"\xfe" * 288


@given(
    st.integers(16, 40), st.integers(16, 40), st.integers(0, 99), st.integers(1, (1 << 32) - 1), st.integers(1, 1 << 62)
)
def test_what_is_packed_reads_back(rows: int, columns: int, seed: int, frames: int, weight: int) -> None:
    sensor = Sensor(pattern=quantised(noise(seed, (rows, columns))), frames=frames, weight=weight)

    read = parse_sensor(sensor.packed())

    assert (read.pattern == sensor.pattern).all()
    assert (read.frames, read.weight, read.packed()) == (frames, weight, sensor.packed())


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        GOOD[:23],
        GOOD[:-1],
        GOOD + b"\0",
        b"sensor 2" + GOOD[8:],
        GOOD[:8] + b"\0\x0f" + GOOD[10:],
        GOOD[:8] + b"\xff\xff\xff\xff" + GOOD[12:],
        GOOD[:12] + bytes(4) + GOOD[16:],
        GOOD[:16] + bytes(8) + GOOD[24:],
        GOOD[:16] + b"\xff" * 8 + GOOD[24:],
        GOOD[:-1] + b"\x80",
    ],
    ids=[
        "empty", "no head", "cut off", "too long", "another kind", "too small", "huge", "of no frame", "without weight",
        "too heavy", "a byte of -128",
    ],
)  # fmt: skip
def test_what_is_not_written_by_us_is_damaged(packed: bytes) -> None:
    with pytest.raises(Damaged):
        parse_sensor(packed)


@given(st.binary(max_size=400), st.integers(0, len(GOOD)))
def test_garbage_raises_damaged(garbage: bytes, cut: int) -> None:
    for packed in (garbage, GOOD[:24] + garbage, GOOD[:cut] + garbage):
        with contextlib.suppress(Damaged):
            assert parse_sensor(packed).packed() == packed
