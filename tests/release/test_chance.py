"""A seed is all the chance there is: the same for everybody who has it, and evenly spread."""

import numpy as np

from jebi.release.chance import uniforms


def test_the_same_seed_label_and_place_are_the_same_numbers_for_ever() -> None:
    assert uniforms(b"seed", "room", 7, 3).tolist() == uniforms(b"seed", "room", 7, 3).tolist()
    assert uniforms(b"seed", "room", 7, 5)[:3].tolist() == uniforms(b"seed", "room", 7, 3).tolist()
    assert [round(each, 6) for each in uniforms(b"seed", "room", 7, 3)] == [0.529208, 0.930456, 0.295566]


def test_another_seed_label_or_place_is_other_numbers() -> None:
    drawn = [
        uniforms(seed, label, place, 4).tobytes() for seed in (b"a", b"b") for label in "xy" for place in (0, 1, 2)
    ]
    assert len(set(drawn)) == len(drawn)


def test_numbers_are_spread_evenly_above_zero_and_up_to_one() -> None:
    numbers = np.concatenate([uniforms(b"seed", "room", place, 1000) for place in range(50)])
    assert 0 < numbers.min() < 0.001
    assert 0.999 < numbers.max() <= 1
    assert np.abs(np.histogram(numbers, 10, (0, 1))[0] / 5000 - 1).max() < 0.06
    assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.02
