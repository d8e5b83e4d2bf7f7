"""What is covered cannot be seen any more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.covering import Covering, pixels_of
from jebi.release.plan import Cover
from release.plans import SEED, cover, key, keys

WIDTH, HEIGHT = 320, 180


def noise(seed: int) -> bytearray:
    return bytearray(np.random.default_rng(seed).integers(16, 236, WIDTH * HEIGHT * 3 // 2, np.uint8).tobytes())


def luma(pixels: bytearray) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.frombuffer(pixels, np.uint8, WIDTH * HEIGHT).reshape(HEIGHT, WIDTH)


def painted(covers: list[Cover], time_ms: int, seed: int = 1) -> bytearray:
    pixels = noise(seed)
    Covering(covers, WIDTH, HEIGHT, SEED).paint(time_ms, pixels)
    return pixels


def test_a_solid_cover_is_one_grey_in_all_planes() -> None:
    one = cover()
    left, top, right, bottom = pixels_of(one, 0, WIDTH, HEIGHT)
    pixels = painted([one], 0)
    assert set(luma(pixels)[top:bottom, left:right].flat) == {110}
    for place in (4, 5):
        plane = np.frombuffer(pixels, np.uint8, WIDTH * HEIGHT // 4, WIDTH * HEIGHT * place // 4).reshape(
            HEIGHT // 2, -1
        )
        assert set(plane[top // 2 : bottom // 2, left // 2 : right // 2].flat) == {128}


def test_nothing_beside_a_cover_changes() -> None:
    one, before = cover(), noise(1)
    left, top, right, bottom = pixels_of(one, 0, WIDTH, HEIGHT)
    outside = np.ones((HEIGHT, WIDTH), bool)
    outside[top:bottom, left:right] = False
    assert (luma(painted([one], 0)) == luma(before))[outside].all()


@given(keys(), st.integers(0, 10_000))
def test_what_was_below_a_solid_cover_makes_no_difference(all_keys: tuple[object, ...], time_ms: int) -> None:
    one = cover(*all_keys)  # type: ignore[arg-type]
    if not one.start_ms <= time_ms <= one.end_ms:
        return
    left, top, right, bottom = pixels_of(one, time_ms, WIDTH, HEIGHT)
    assert right > left
    assert bottom > top
    there, other = painted([one], time_ms), painted([one], time_ms, seed=2)
    assert (luma(there)[top:bottom, left:right] == luma(other)[top:bottom, left:right]).all()


def test_a_mosaic_has_few_cells_and_is_moved() -> None:
    one = cover(key(0, 1000, 1000, 4000, 6000), style="mosaic")
    left, top, right, bottom = pixels_of(one, 0, WIDTH, HEIGHT)
    inside = luma(painted([one], 0))[top:bottom, left:right]
    mean = luma(noise(1))[top:bottom, left:right].mean()
    assert len(set(inside.flat)) <= 36
    assert np.abs(inside.astype(int) - mean).max() > 8


def test_a_mosaic_moves_the_same_way_in_every_frame() -> None:
    one = cover(key(0, 1000, 1000, 4000, 6000), key(1000, 1000, 1000, 4000, 6000), style="mosaic")
    covering = Covering([one], WIDTH, HEIGHT, SEED)
    first, second = noise(1), noise(1)
    covering.paint(0, first)
    covering.paint(500, second)
    assert first == second


@pytest.mark.parametrize(("time_ms", "boxes"), [(999, 0), (1000, 1), (1500, 1), (2000, 1), (2001, 0)])
def test_a_cover_is_there_from_its_first_key_to_its_last(time_ms: int, boxes: int) -> None:
    assert Covering([cover(key(1000), key(2000))], WIDTH, HEIGHT, SEED).paint(time_ms, noise(1)) == boxes


def test_all_covers_of_a_time_are_painted() -> None:
    covering = Covering([cover(key(i), key(100 + i)) for i in range(5)], WIDTH, HEIGHT, SEED)
    assert [covering.paint(time, noise(1)) for time in (0, 2, 50, 102, 104, 105)] == [1, 3, 5, 3, 1, 0]


def test_a_box_is_rounded_outwards_to_pairs_of_pixels() -> None:
    left, top, right, bottom = pixels_of(cover(key(0, 1001, 1001, 10, 10)), 0, WIDTH, HEIGHT)
    assert (left, top) == (32, 18)
    assert (right, bottom) == (34, 20)
