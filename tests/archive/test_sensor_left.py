"""What is left of a camera is measured against films that show something else and know the camera, and in no other way."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cameras import SHAPE, filmed, pattern_of, street
from jebi.archive.sensor import Floats, Gathering, Sensor, quantised
from jebi.archive.sensor_left import (
    NARROW,
    UNLIKE,
    Laid,
    are_others,
    hashes,
    lies_as,
    measured,
    near,
    reference_of,
    straight,
)
from jebi.archive.sensor_match import THRESHOLD, sampled

SMALL = (196, 346)


def gathered(camera: int, *places: int, count: int = 8) -> Sensor:
    gathering = Gathering()
    for place in places:
        for luma in filmed(camera, count, place=place):
            gathering.feed(luma)
    found = gathering.finish()
    assert found
    return found


def window(*, scale: float = 1.06, slope: float = 0.004, bend: float = 0.5) -> tuple[Floats, Floats]:
    """From where each pixel of what is shown is taken: a window in the middle, turned, and bent by so many pixels."""
    down, right = (np.asarray(axis, np.float32) for axis in np.mgrid[: SMALL[0], : SMALL[1]])
    x = (right - SMALL[1] / 2) * scale + SHAPE[1] / 2 + bend * np.sin(down / 30)
    y = (down - SMALL[0] / 2) * scale + SHAPE[0] / 2 + slope * (x - SHAPE[1] / 2) + bend * np.cos(right / 40)
    return np.asarray(y, np.float32), np.asarray(x, np.float32)


def laid_of(sensor: Sensor, at: tuple[Floats, Floats], *, share: float = 1.0) -> Laid:
    """The pattern as it lies in the film, or a share of it in noise."""
    found = sampled(sensor.pattern, *at)
    noise = np.random.default_rng(3).normal(size=SMALL) * float(found.std())
    mixed = np.asarray(share * found + (1 - share) * noise, np.float32)
    return Laid(Sensor(pattern=quantised(mixed), frames=9, weight=99), *at)


@pytest.fixture(scope="module")
def ours() -> Sensor:
    return gathered(1, 3)


def plane(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(values), 0, 255), np.uint8)


def test_only_films_of_the_camera_that_took_the_original_are_a_reference(ours: Sensor) -> None:
    right, wrong = gathered(1, 4), gathered(2, 5)
    reference = reference_of(ours, [wrong, right])
    assert reference
    assert (reference.frames, reference.weight) == (right.frames, right.weight)
    assert reference_of(ours, [wrong]) is None
    assert reference_of(ours, []) is None


def test_the_opposite_of_a_pattern_is_no_camera(ours: Sensor) -> None:
    turned = Sensor(pattern=np.asarray(-ours.pattern, np.int8), frames=9, weight=99)
    assert reference_of(ours, [turned]) is None


def test_a_film_that_keeps_its_pattern_is_found_by_all_who_can_know_how_it_lies(ours: Sensor) -> None:
    left = measured(gathered(1, 4), ours, [laid_of(ours, window())])
    assert left.before > THRESHOLD
    assert left.searching > THRESHOLD
    assert left.told > NARROW


def test_a_film_that_was_only_made_smaller_is_found_by_who_brings_it_back(ours: Sensor) -> None:
    scale = SHAPE[1] / SMALL[1]
    left = measured(gathered(1, 4), ours, [laid_of(ours, window(scale=scale, slope=0, bend=0))])
    assert min(left.naive, left.searching, left.told) > THRESHOLD


def test_the_worst_of_several_shots_is_told(ours: Sensor) -> None:
    gone, there = laid_of(ours, window(), share=0.0), laid_of(ours, window(slope=-0.005))
    reference = gathered(1, 4)
    both = measured(reference, ours, [gone, there])
    assert both.told == measured(reference, ours, [there]).told
    assert both.told > NARROW > measured(reference, ours, [gone]).told


def test_another_camera_is_not_found(ours: Sensor) -> None:
    left = measured(gathered(1, 4), ours, [laid_of(gathered(2, 5), window())])
    assert max(left.naive, left.searching) < THRESHOLD
    assert left.told < NARROW


def test_a_known_position_is_looked_at_a_little_around_and_no_farther() -> None:
    pattern = pattern_of(1)
    assert near(pattern, np.roll(pattern, (5, -6), (0, 1))) > 10 * NARROW
    assert near(pattern, np.roll(pattern, (40, 50), (0, 1))) < NARROW
    assert near(pattern, pattern_of(2)) < NARROW


def test_the_straight_window_is_that_of_the_bent_one() -> None:
    for bent, fitted, plain in zip(window(bend=0.4), straight(*window(bend=0.4)), window(bend=0), strict=True):
        assert np.abs(fitted - plain).max() < 0.4
        assert np.abs(fitted - bent).max() < 0.8


def test_pictures_of_one_scene_are_no_others_and_those_of_another_are() -> None:
    here, there = street(1), street(2)
    known = hashes([plane(here)])
    noisy = plane(here + np.random.default_rng(1).normal(size=SHAPE) * 3)
    assert not are_others(noisy, known)
    assert not are_others(plane(np.roll(here, (3, 6), (0, 1))), known)
    assert are_others(plane(there), known)
    assert are_others(noisy, hashes([]))
    assert 31 < UNLIKE < 128


def test_a_film_lies_as_it_was_laid() -> None:
    original = plane(street(7) + np.random.default_rng(7).normal(size=SHAPE) * 8)
    at = window(scale=1.06, slope=0.006)
    laid = plane(sampled(original, *at))
    smaller = plane(sampled(original, *window(scale=SHAPE[1] / SMALL[1], slope=0, bend=0)))
    assert lies_as(laid, original, *at) is True
    assert lies_as(smaller, original, *at) is False


def test_where_there_is_nothing_to_see_nobody_knows_how_it_lies() -> None:
    grey = np.full(SHAPE, 90, np.uint8)
    assert lies_as(np.full(SMALL, 90, np.uint8), grey, *window()) is None
    noise = plane(90 + np.random.default_rng(1).normal(size=SMALL) * 5)
    assert lies_as(noise, plane(street(1)), *window()) is None
