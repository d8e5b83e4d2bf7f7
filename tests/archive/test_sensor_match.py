"""Two patterns match if they are of one camera, wherever and however one lies over the other, and not otherwise."""

import numpy as np
import pytest

from jebi.archive.sensor import Sensor, cleaned, quantised
from jebi.archive.sensor_match import (
    THRESHOLD,
    Meter,
    Pose,
    halved,
    pairs,
    same_camera,
    search,
    step_of,
    straightened,
)

SHAPE = (180, 240)


def noise(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    return np.asarray(np.random.default_rng(seed).normal(size=shape), np.float32)


def sensor(camera: int, *, own: int = 0, share: float = 0.3) -> Sensor:
    """What is found of a camera's pattern: a share of it, and noise."""
    return Sensor(pattern=quantised(share * noise(camera) + noise(1000 + own)), frames=9, weight=99)


def test_a_pattern_matches_itself_wherever_it_lies() -> None:
    meter = Meter(noise(1))

    shifted = np.roll(noise(1) + noise(2), (7, -30), (0, 1))
    found = meter.measure(shifted)

    assert found.energy > 100 * THRESHOLD
    assert (found.down, found.right, found.is_alarming) == (7, -30, True)


def test_the_opposite_of_a_pattern_alarms_too() -> None:
    found = Meter(noise(1)).measure(-noise(1))

    assert found.energy < -THRESHOLD
    assert found.is_alarming


def test_the_energy_is_that_of_the_documented_formula() -> None:
    one, other = noise(1, (32, 40)), noise(1, (32, 40)) + 3 * noise(2, (32, 40))
    level = [pattern.astype(float) - pattern.mean() for pattern in (one, other)]
    found = np.array(
        [[(np.roll(level[0], (down, right), (0, 1)) * level[1]).sum() for right in range(40)] for down in range(32)]
    )
    around = [found[down % 32, right % 40] for down in range(-5, 6) for right in range(-5, 6)]
    expected = found[0, 0] ** 2 / ((np.sum(found**2) - np.sum(np.square(around))) / (found.size - 121))

    measured = Meter(one, halvings=0).measure(other, within=0)

    assert measured.energy == pytest.approx(expected, rel=1e-3)


def test_a_shift_beyond_what_is_allowed_is_not_found() -> None:
    shifted = np.roll(noise(1), (0, 20), (0, 1))

    assert Meter(noise(1)).measure(shifted, within=20).is_alarming
    assert not Meter(noise(1)).measure(shifted, within=19).is_alarming


def test_no_two_of_a_hundred_cameras_are_one() -> None:
    meter = Meter(noise(0))

    highest = max(abs(meter.measure(noise(camera)).energy) for camera in range(1, 100))

    assert highest < THRESHOLD


def test_a_coarse_pattern_in_fine_noise_stands_out_at_a_smaller_size() -> None:
    shape = (768, 768)
    coarse = np.asarray(halved(halved(noise(1, shape))).repeat(4, 0).repeat(4, 1), np.float32)
    whole, rest = np.float32(0.5) * noise(3, shape) + coarse, noise(2, shape) + coarse

    found = Meter(cleaned(whole)).measure(cleaned(rest))

    assert found.halving == 2
    assert found.energy > 1.3 * Meter(cleaned(whole), halvings=0).measure(cleaned(rest)).energy


def test_patterns_of_two_sizes_are_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="one size"):
        Meter(noise(1)).measure(noise(1, (180, 242)))


def test_an_empty_pattern_matches_nothing() -> None:
    assert Meter(np.zeros(SHAPE, np.float32)).measure(noise(1)).energy == 0


def test_a_pattern_that_lies_straight_stays_as_it_is() -> None:
    found = straightened(noise(1), SHAPE, Pose())

    assert np.abs(found[:-1, :-1] - noise(1)[:-1, :-1]).max() < 1e-5


def test_a_smaller_and_turned_picture_is_found() -> None:
    smooth = halved(noise(1, (720, 960)))
    turned = straightened(smooth, (330, 440), Pose(scale=1 / 0.951, slope=-0.015)) + 2 * noise(2, (330, 440))
    assert not Meter(smooth).measure(straightened(turned, smooth.shape, Pose(scale=440 / 480))).is_alarming

    found = search(smooth, turned, scales=(0.93, 0.97), slope=0.02)

    assert found.is_alarming
    assert found.pose.scale == pytest.approx(0.951, abs=0.003)
    assert found.pose.slope == pytest.approx(0.015, abs=0.003)


def test_a_search_for_another_camera_finds_nothing() -> None:
    found = search(halved(noise(1, (360, 480))), halved(noise(2, (330, 440))), scales=(0.9, 0.94), slope=0.012)

    assert not found.is_alarming


def test_steps_are_finer_for_a_larger_pattern() -> None:
    assert step_of((1080, 1920)) == pytest.approx(0.00121, abs=1e-5)
    assert step_of((540, 960)) == pytest.approx(2 * step_of((1080, 1920)))


def test_halving_leaves_out_an_odd_line() -> None:
    assert halved(np.arange(15, dtype=np.float32).reshape(3, 5)).tolist() == [[3, 5]]


@pytest.mark.parametrize("quarter", range(4))
def test_a_camera_is_known_whichever_way_up_it_is_held(quarter: int) -> None:
    held = np.ascontiguousarray(np.rot90(sensor(1, own=2).pattern, quarter))
    other = Sensor(pattern=held, frames=9, weight=99)

    assert same_camera(sensor(1, own=1), other).is_alarming


def test_what_matches_at_a_shift_is_a_place_and_no_camera() -> None:
    moved = Sensor(pattern=np.roll(sensor(1, own=2).pattern, (9, 30), axis=(0, 1)), frames=9, weight=99)

    assert not same_camera(sensor(1, own=1), moved).is_alarming


def test_the_films_of_a_pseudonym_at_half_the_size_are_known() -> None:
    smooth = halved(noise(1, (720, 960)))
    small = Sensor(
        pattern=quantised(np.asarray(halved(smooth) + noise(3, (180, 240)) / 2, np.float32)), frames=9, weight=99
    )
    large = Sensor(pattern=quantised(np.asarray(smooth + noise(4, (360, 480)), np.float32)), frames=9, weight=99)

    assert same_camera(small, large).is_alarming
    assert same_camera(large, small).is_alarming


def test_only_pseudonyms_that_share_a_camera_are_named() -> None:
    found = list(pairs([sensor(1, own=1), sensor(2, own=2), sensor(1, own=3), sensor(3, own=4)]))

    assert [(first, second) for first, second, _ in found] == [(0, 2)]


def test_a_search_finds_no_shift_beyond_what_is_allowed() -> None:
    reference = noise(1, (216, 288))
    shifted = np.roll(reference, (0, 40), (0, 1))
    bounds = {"scales": (0.99, 1.01), "slope": 0.0}

    assert search(reference, shifted, within=48, **bounds).is_alarming  # type: ignore[arg-type]
    assert not search(reference, shifted, within=20, **bounds).is_alarming  # type: ignore[arg-type]
