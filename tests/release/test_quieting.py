"""A plan says the same with the same seed, lays no two shots alike, and shows nothing from beyond the picture."""

import hashlib
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.quieting import (
    KEY_MS,
    NODES,
    PART,
    STEP_MS,
    UNIT,
    USUAL,
    Moment,
    Quieting,
    Strength,
    derived,
    dither,
    grain,
    places,
)

SEED = bytes(range(16))


def plan(seed: bytes = SEED, shots: tuple[int, ...] = (0, 4000, 9000), strength: Strength = USUAL) -> Quieting:
    return Quieting(seed=seed, size=(1920, 1080), shown=(1728, 972), shots=shots, strength=strength)


def corners(moment: Moment, of: Quieting) -> list[tuple[float, float]]:
    """The column and the row from which each corner that is shown is taken, without the bend."""
    found = []
    for right in (0, of.shown[0] - 1):
        for down in (0, of.shown[1] - 1):
            p, q, r = moment.across
            column = (p * right + q * down + r) / UNIT
            p, q, r = moment.down
            found.append((column, (p * column + q * down + r) / UNIT))
    return found


def test_the_same_seed_says_the_same_for_ever() -> None:
    moment = plan().at(4321)

    told = [*moment.across, *moment.down, *moment.bend_across.ravel().tolist(), *moment.bend_down.ravel().tolist()]

    assert hashlib.sha256(repr(told).encode()).hexdigest()[:16] == "97cbbdb4ed8c6325"
    assert hashlib.sha256(grain(SEED, (64, 64)).astype("<i2").tobytes()).hexdigest()[:16] == "d00242c3e31634e3"
    assert hashlib.sha256(dither(SEED, (64, 64)).astype("<i2").tobytes()).hexdigest()[:16] == "b6ea7a5d2f8d9b9c"
    assert places(SEED, 3) == [(127, 115), (109, 126), (231, 200)]


def test_another_seed_and_another_shot_lay_the_film_in_another_way() -> None:
    other = plan(bytes(16))

    windows = {str(of.window(shot))[12:] for of in (plan(), other) for shot in range(3)}

    assert len(windows) == 6


@given(st.binary(min_size=16, max_size=16), st.integers(0, 2))
def test_no_corner_lies_outside_of_the_picture_and_the_scale_is_near_nine_tenths(seed: bytes, shot: int) -> None:
    of = plan(seed)
    bend = 1920 * of.strength.bend / 1_000_000

    moment = of.at(of.shots[shot])

    for column, row in corners(moment, of):
        assert bend < column < 1919 - bend
        assert bend < row < 1079 - bend
    assert np.abs(moment.bend_across).max() <= bend * PART
    assert 0.9 < UNIT / moment.across[0] < 0.97
    assert abs(moment.down[0]) <= 0.007 * UNIT + 1


def test_a_picture_that_stands_upright_fits_too() -> None:
    of = Quieting(seed=SEED, size=(1080, 1920), shown=(972, 1728), shots=(0,))

    for column, row in corners(of.at(0), of):
        assert 0 < column < 1079
        assert 0 < row < 1919


def test_the_middle_of_the_window_lies_where_the_window_says() -> None:
    of = plan()
    window, moment = of.window(1), of.at(4000)

    column, row = np.mean(corners(moment, of), axis=0)

    assert column == pytest.approx(959.5 + 1920 * window.right / 1e6, abs=0.01)
    assert row == pytest.approx(539.5 + 1920 * window.down / 1e6, abs=0.02)


def test_the_bend_wanders_slowly_and_jumps_only_with_a_cut() -> None:
    of = plan(shots=(0, 60_000))
    bends = [of.at(time).bend_across for time in range(0, 60_000, STEP_MS)]

    steps = [np.abs(after - before).max() for before, after in pairwise(bends)]

    assert max(steps) <= 2 * 1920 * 0.002 * PART * STEP_MS / KEY_MS + 1
    assert sum(step > 0 for step in steps) > 0.95 * len(steps)
    assert of.at(60_000).across != of.at(59_999).across


def test_a_moment_lasts_until_the_next_step() -> None:
    of = plan()

    assert [of.step(time) for time in (0, 249, 250, 4000, 4249, 4250, 9001)] == [0, 0, 250, 4000, 4000, 4250, 9000]
    assert of.at(4249).bend_down.tolist() == of.at(4000).bend_down.tolist()


def test_a_plan_says_what_it_does_in_words_and_not_its_seed() -> None:
    told = list(plan().described())

    assert len(told) == 4
    assert "1920 × 1080 is shown as 1728 × 972" in told[0]
    assert "9.000 s  shows 9" in told[3]
    assert SEED.hex() not in "".join(told)
    assert repr(SEED) not in repr(plan())


def test_a_plan_of_no_strength_leaves_the_picture_straight() -> None:
    of = plan(strength=Strength(view=(1000, 1000), slope=0, stretch=0, bend=0, smoothing=(0, 0, 0), grain=0))
    moment = of.at(0)

    assert (moment.across[1], moment.down[0]) == (0, 0)
    assert not moment.bend_across.any()
    assert moment.bend_across.shape == NODES
    assert UNIT / moment.across[0] == pytest.approx(0.9)


def test_grain_has_no_mean_and_a_deviation_of_256_and_dither_is_even() -> None:
    laid, rounded = grain(SEED, (200, 100)), dither(SEED, (200, 100))

    assert laid.shape == rounded.shape == (356, 456)
    assert abs(laid.mean()) < 3
    assert laid.std() == pytest.approx(256, rel=0.01)
    assert (rounded.min(), rounded.max()) == (0, 2047)
    assert rounded.mean() == pytest.approx(1023.5, rel=0.01)


def test_every_frame_has_its_own_place_in_the_grain() -> None:
    found = places(SEED, 1000)

    assert len(set(found)) > 950
    assert all(0 <= down < 256 and 0 <= across < 256 for down, across in found)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"seed": bytes(15)}, "sixteen bytes"),
        ({"size": (1921, 1080)}, "even"),
        ({"shown": (62, 64)}, "too small"),
        ({"size": (4098, 1080)}, "too large"),
        ({"shots": ()}, "first shot"),
        ({"shots": (40,)}, "first shot"),
        ({"shots": (0, 90, 90)}, "one after the other"),
    ],
)
def test_a_plan_that_makes_no_sense_cannot_be_made(wrong: dict[str, object], why: str) -> None:
    good: dict[str, object] = {"seed": SEED, "size": (1920, 1080), "shown": (1728, 972), "shots": (0,)}
    with pytest.raises(ValueError, match=why):
        Quieting(**{**good, **wrong})  # type: ignore[arg-type] # that is what is tried


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"view": (400, 900)}, "half of a picture"),
        ({"view": (980, 970)}, "half of a picture"),
        ({"slope": 30_000}, "a little"),
        ({"bend": -1}, "a little"),
        ({"smoothing": (0, 0, 65)}, "sixteen levels"),
        ({"grain": 129}, "eight"),
    ],
)
def test_a_strength_beyond_reason_cannot_be_made(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Strength(**wrong)  # type: ignore[arg-type] # that is what is tried


def test_what_is_derived_of_a_seed_is_another_seed_for_every_purpose() -> None:
    drawn = {derived(SEED, purpose) for purpose in ("part 0", "part 1", "source 0")}

    assert len(drawn | {SEED}) == 4
    assert {len(one) for one in drawn} == {16}
    assert derived(SEED, "part 0") == hashlib.shake_256(b"jebi quieting " + SEED + b"part 0").digest(16)
