"""Frames are laid as the plan says, to the byte, and the camera that took them is no longer found in them."""

import hashlib

import numpy as np
import pytest

from cameras import filmed, pattern_of
from jebi.archive.sensor import PASSES, Gathering, Shares, added
from jebi.archive.sensor_match import THRESHOLD, Meter, Pose, straightened
from jebi.media.quieting import Painter, Remover, laid_from
from jebi.release.quieting import USUAL, Quieting, Strength, dither, grain, places

SEED = bytes(range(16))
SIZE, SHOWN = (384, 216), (344, 194)
STILL = Strength(view=(1000, 1000), slope=0, stretch=0, bend=0, smoothing=(0, 0, 0), grain=0)


def plan(size: tuple[int, int] = SIZE, shown: tuple[int, int] = SHOWN, strength: Strength = USUAL) -> Quieting:
    return Quieting(seed=SEED, size=size, shown=shown, shots=(0,), strength=strength)


def painter(of: Quieting) -> Painter:
    return Painter(of, grain(SEED, of.shown), places(SEED, 100))


def frame(luma: np.ndarray, blue: int = 110, red: int = 140) -> bytes:
    quarter = luma.size // 4
    return luma.astype(np.uint8).tobytes() + bytes([blue]) * quarter + bytes([red]) * quarter


def luma_of(painted: bytes, of: Quieting) -> np.ndarray:
    columns, rows = of.shown
    return np.frombuffer(painted, np.uint8, rows * columns).reshape(rows, columns)


def shares_of(frames: list[np.ndarray], passes: int = PASSES) -> Shares:
    """What a clip tells of its sensor, looked for again in what is left of it."""
    found: Shares = np.zeros(frames[0].shape, np.int16)
    for _ in range(passes):
        remover, gathering = Remover(found, dither(SEED, SIZE), places(SEED, 100)), Gathering()
        for luma in frames:
            gathering.feed(remover.taken_off(luma))
        found = added(found, gathering.shares())
    return found


def test_the_same_plan_and_frames_give_the_same_bytes_on_every_machine() -> None:
    hand, digest = painter(plan()), hashlib.sha256()
    down, right = np.mgrid[:216, :384]

    for number in range(3):
        digest.update(hand.paint(number * 300, frame((right * 5 + down * (number + 3)) % 200 + 20)))

    assert digest.hexdigest()[:16] == "10c31cfe7f52d3dd"


def test_a_frame_keeps_its_planes_in_the_size_that_is_shown() -> None:
    painted = painter(plan()).paint(0, frame(np.full((216, 384), 90)))

    assert len(painted) == 344 * 194 * 3 // 2
    assert set(painted[344 * 194 : 344 * 194 * 5 // 4]) == {110}
    assert set(painted[344 * 194 * 5 // 4 :]) == {140}


def test_a_plan_that_changes_nothing_leaves_every_byte() -> None:
    rng = np.random.default_rng(1)
    given = rng.integers(16, 236, 384 * 216 * 3 // 2, np.uint8).tobytes()
    luma = np.frombuffer(given, np.uint8, 384 * 216).reshape(216, 384)

    of = plan(shown=SIZE, strength=STILL)
    kept = luma_of(painter(of).paint(0, given), of)

    assert (kept[2:-3, 2:-3] == luma[2:-3, 2:-3]).all()


def test_a_mark_is_shown_where_the_plan_says() -> None:
    of = plan(strength=Strength(smoothing=(0, 0, 0), grain=0))
    moment = of.at(0)
    shown = np.array([[40, 30], [300, 30], [170, 100], [60, 170], [310, 160]])
    luma = np.full((216, 384), 40)
    for right, down in shown:
        column = round((moment.across[0] * right + moment.across[1] * down + moment.across[2]) / 2**20)
        row = round((moment.down[0] * column + moment.down[1] * down + moment.down[2]) / 2**20)
        luma[row - 1 : row + 2, column - 1 : column + 2] = 220

    painted = luma_of(painter(of).paint(0, frame(luma)), of)

    for right, down in shown:
        around = painted[down - 4 : down + 5, right - 4 : right + 5]
        assert around.max() > 180
    assert (painted > 60).sum() < len(shown) * 25


def test_a_picture_laid_by_hand_is_the_one_that_is_painted() -> None:
    down, right = (np.asarray(axis, float) for axis in np.mgrid[:216, :384])
    hills = np.rint(120 + 50 * np.sin(down / 20) + 40 * np.cos(right / 27))
    of = plan(strength=Strength(smoothing=(0, 0, 0), grain=0))

    rows, columns = laid_from(of, 2600)
    painted = luma_of(painter(of).paint(2600, frame(hills)), of)

    assert np.abs(painted - (120 + 50 * np.sin(rows / 20) + 40 * np.cos(columns / 27))).max() < 2


def test_edges_stay_sharp_and_in_studio_range() -> None:
    down, right = np.mgrid[:216, :384]
    checks = np.where((right // 24 + down // 24) % 2, 235, 16)

    painted = luma_of(painter(plan()).paint(0, frame(checks)), plan())

    assert (painted.min(), painted.max()) == (16, 235)
    assert (painted < 40).mean() > 0.38
    assert (painted > 210).mean() > 0.38


def test_fine_noise_goes_and_other_grain_comes() -> None:
    rng = np.random.default_rng(1)
    noisy = np.clip(120 + rng.normal(size=(216, 384)) * 1.5, 16, 235)
    without = plan(strength=Strength(grain=0))

    smooth = luma_of(painter(without).paint(0, frame(noisy)), without)
    one, other = (luma_of(painted, plan()) for painted in _twice(painter(plan()), frame(noisy)))

    assert smooth.std() < 0.6
    assert 1.2 < one.std() < 1.9
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.2


def _twice(hand: Painter, given: bytes) -> tuple[bytes, bytes]:
    return hand.paint(0, given), hand.paint(40, given)


def test_the_bend_goes_on_after_a_step_and_not_before() -> None:
    right = np.mgrid[:216, :384][1]
    stripes = frame(np.where(right // 6 % 2, 200, 60))
    of = plan(strength=Strength(smoothing=(0, 0, 0), grain=0))
    hand = painter(of)

    painted = [hand.paint(time, stripes) for time in (0, 200, 2500, 0)]

    assert painted[0] == painted[1] == painted[3]
    assert painted[0] != painted[2]


@pytest.fixture(scope="module")
def street() -> list[np.ndarray]:
    return [luma for place in range(6) for luma in filmed(1, 4, place=place, strength=0.006)]


@pytest.fixture(scope="module")
def remover(street: list[np.ndarray]) -> Remover:
    return Remover(shares_of(street), dither(SEED, SIZE), places(SEED, 100))


def test_the_camera_is_found_before_and_not_after_even_by_one_who_is_told_how_the_film_lies(
    street: list[np.ndarray], remover: Remover
) -> None:
    of, truth = plan(), Meter(pattern_of(1))
    before, after = Gathering(), Gathering()
    hand = painter(of)
    for number, luma in enumerate(street):
        before.feed(luma)
        after.feed(luma_of(hand.paint(number * 40, frame(remover.taken_off(luma))), of))
    found, left = before.finish(), after.finish()
    assert found
    assert left
    window = of.window(0)
    told = Pose(scale=SHOWN[0] / SIZE[0] * 1e6 / window.view, slope=-window.slope / 1e6)

    assert truth.measure(found.pattern).energy > 100 * THRESHOLD
    assert abs(truth.measure(straightened(left.pattern, (216, 384), Pose(scale=SHOWN[0] / SIZE[0]))).energy) < THRESHOLD
    assert abs(truth.measure(straightened(left.pattern, (216, 384), told)).energy) < THRESHOLD


def test_what_a_clip_tells_of_its_sensor_is_taken_off_without_a_trace_in_the_picture(
    street: list[np.ndarray], remover: Remover
) -> None:

    less = remover.taken_off(street[0]).astype(float) - street[0]

    assert abs(less.mean()) < 0.4
    assert 0.5 < less.std() < 4
    assert np.abs(less).max() <= 16


def test_what_is_taken_off_is_rounded_without_a_bias() -> None:
    shares = np.full((216, 384), 6, np.int16)
    remover = Remover(shares, dither(SEED, SIZE), places(SEED, 100))
    grey = np.full((216, 384), 116, np.uint8)

    less = [116 - remover.taken_off(grey).mean() for _ in range(20)]

    assert np.mean(less) == pytest.approx(100 * 6 / 2048, abs=0.01)


def test_what_does_not_fit_is_a_callers_mistake() -> None:
    small = np.zeros((4, 4), np.int16)
    with pytest.raises(ValueError, match="256 pixels larger"):
        Painter(plan(), small, places(SEED, 4))
    with pytest.raises(ValueError, match="256 pixels larger"):
        Remover(np.zeros((216, 384), np.int16), small, places(SEED, 4))
    with pytest.raises(ValueError, match="so large"):
        Remover(np.full((216, 384), 200, np.int16), dither(SEED, SIZE), places(SEED, 4))
    with pytest.raises(ValueError, match="all its planes"):
        painter(plan()).paint(0, bytes(100))
