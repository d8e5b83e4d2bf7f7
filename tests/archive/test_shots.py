"""Shots: cuts and fades are found by time; what a jolted, covered or dazzled camera does is no cut."""

import subprocess
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from jebi.archive.frames import Frame
from jebi.archive.shots import MOST_KEPT, Shot, ShotFinder, likeness_of

ROWS, COLUMNS = 90, 160
MARGIN = 60  # pixels that a scene reaches beyond what is seen


class Camera:
    """Films generated scenes: clouds and boxes, with sensor noise and a hand that is never still."""

    def __init__(self, seed: int, step_ms: tuple[int, int] = (40, 40)) -> None:
        self._rng = np.random.default_rng(seed)
        self._step = step_ms
        self._at = np.zeros(2)
        self.time_ms = 0
        self.frames: list[Frame] = []
        self.cuts: list[int] = []
        self.turn()

    def turn(self) -> None:
        """Look at another scene."""
        rows, columns = ROWS + 2 * MARGIN, COLUMNS + 2 * MARGIN
        waves = np.fft.rfft2(self._rng.normal(size=(rows, columns)))
        down, right = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None]
        clouds = np.fft.irfft2(waves / (0.01 + np.hypot(down, right)), s=(rows, columns))
        scene = 110 + 28 * clouds / clouds.std() + self._rng.uniform(-30, 30)
        for _ in range(12):
            top, left = self._rng.integers(0, rows - 20), self._rng.integers(0, columns - 20)
            height, width = self._rng.integers(10, 60, 2)
            scene[top : top + height, left : left + width] = self._rng.uniform(20, 230)
        self._scene = scene
        self._tint = self._rng.uniform(108, 148, 2)
        self._at = np.zeros(2)

    def film(self, seconds: float, *, light: tuple[float, float] = (1.0, 1.0), shake: float = 0.6) -> None:
        """Film on, while the light goes from one value to another."""
        stop = self.time_ms + seconds * 1000
        start = self.time_ms
        while self.time_ms < stop:
            done = (self.time_ms - start) / (stop - start)
            self._at = np.clip(self._at + self._rng.normal(0, shake, 2), -MARGIN, MARGIN)
            self._take(light[0] + (light[1] - light[0]) * done, self._at)

    def cut(self) -> None:
        self.cuts.append(self.time_ms)
        self.turn()

    def jolt(self, *, away: float = 45, frames: int = 8, back: float = 0.2) -> None:
        """A bump: far away within a few frames, blurred by its own speed, and nearly back."""
        way = self._rng.normal(size=2)
        way *= away / np.hypot(*way)
        origin = self._at.copy()
        swing = np.sin(np.linspace(0, np.pi, frames + 2))[1:-1]
        last = origin
        for share in swing:
            place = origin + way * share
            self._take(1.0, place, last)
            last = place
        self._at = origin + way * back

    def _take(self, light: float, at: NDArray[np.float64], last: NDArray[np.float64] | None = None) -> None:
        way = np.linspace(at if last is None else (at + last) / 2, at, 1 if last is None else 6)
        places = np.clip(np.rint(way).astype(int), -MARGIN, MARGIN) + MARGIN
        seen = np.mean([self._scene[top : top + ROWS, left : left + COLUMNS] for top, left in places], axis=0)
        luma = 16 + (seen - 16) * light + self._rng.normal(0, 3, seen.shape)
        chroma = [np.full((ROWS // 2, COLUMNS // 2), 128 + (tint - 128) * light) for tint in self._tint]
        self.frames.append(
            Frame(
                time_ms=self.time_ms,
                luma=np.clip(luma, 0, 255).astype(np.uint8),
                chroma=(chroma[0].astype(np.uint8), chroma[1].astype(np.uint8)),
            )
        )
        self.time_ms += int(self._rng.integers(self._step[0], self._step[1] + 1))


def found(frames: Iterable[Frame], end_ms: int) -> list[Shot]:
    finder = ShotFinder()
    shots = [shot for frame in frames for shot in finder.feed(frame)]
    return [*shots, *finder.finish(end_ms)]


def filmed(camera: Camera) -> list[Shot]:
    return found(camera.frames, camera.time_ms)


def begins(shots: list[Shot]) -> list[int]:
    return [shot.start_ms for shot in shots[1:]]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("step_ms", [(40, 40), (16, 17), (20, 150), (150, 400)], ids=str)
def test_every_cut_is_found_at_its_frame_whatever_the_frame_rate(seed: int, step_ms: tuple[int, int]) -> None:
    camera = Camera(seed, step_ms)
    for seconds in (3, 2, 4, 3):
        camera.film(seconds)
        camera.cut()
    camera.film(3)

    assert begins(filmed(camera)) == camera.cuts


@pytest.mark.parametrize("seed", range(6))
def test_a_jolt_is_no_cut_and_hides_none(seed: int) -> None:
    camera = Camera(seed)
    for away, back in ((20, 0), (45, 0.2), (55, 0.5)):
        camera.film(2)
        camera.jolt(away=away, back=back)
        camera.film(2)
        camera.cut()
    camera.film(2)

    assert begins(filmed(camera)) == camera.cuts


def test_a_jump_that_comes_back_in_two_frames_is_no_cut() -> None:
    camera = Camera(1)
    camera.film(2)
    camera.jolt(away=60, frames=2, back=0)
    camera.film(2)

    assert begins(filmed(camera)) == []


def test_a_flash_and_a_lamp_are_no_cuts() -> None:
    camera = Camera(2)
    camera.film(2)
    camera.film(0.08, light=(2.5, 2.5))
    camera.film(2)
    camera.film(2, light=(0.5, 0.5))

    assert begins(filmed(camera)) == []


@pytest.mark.parametrize("seed", range(4))
def test_a_fade_through_black_is_one_boundary_within_the_black(seed: int) -> None:
    camera = Camera(seed)
    camera.film(2)
    camera.film(0.8, light=(1, 0))
    black = camera.time_ms
    camera.film(0.4, light=(0, 0))
    camera.turn()
    camera.film(0.8, light=(0, 1))
    camera.film(2)

    (boundary,) = begins(filmed(camera))

    assert black - 300 <= boundary <= black + 700


def test_a_hand_before_the_lens_is_no_cut() -> None:
    camera = Camera(3)
    camera.film(2)
    camera.film(0.6, light=(0, 0))
    camera.film(2)

    assert begins(filmed(camera)) == []


def test_a_closed_bag_is_a_shot_of_its_own() -> None:
    camera = Camera(3)
    camera.film(2)
    closed = camera.time_ms
    camera.film(4, light=(0, 0))
    opened = camera.time_ms
    camera.film(2)

    assert begins(filmed(camera)) == [closed, opened]


def test_a_film_that_ends_in_black_has_the_black_as_its_last_shot() -> None:
    camera = Camera(4)
    camera.film(2)
    closed = camera.time_ms
    camera.film(3, light=(0, 0))

    assert begins(filmed(camera)) == [closed]


def test_a_key_frame_is_not_taken_from_a_jolt_or_right_after_a_cut() -> None:
    camera = Camera(5)
    camera.film(1)
    camera.cut()
    camera.film(1)
    start = camera.time_ms
    camera.jolt()
    stop = camera.time_ms
    camera.film(1)

    _, last = filmed(camera)

    assert last.key_ms >= last.start_ms + 200
    assert not start <= last.key_ms < stop


REAL = {  # where a person sees cuts
    "bikes.mp4": (320, 136, 40, [1200, 3040, 5480, 7480, 9680]),
    "bigbuckbunny.mp4": (320, 180, 40, []),
    "carphone_pristine.mp4": (176, 144, 33, []),
}


def decoded(film: Path, columns: int, rows: int, step_ms: int) -> Iterator[Frame]:
    raw = subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-i",
            film,
            "-vf",
            f"scale={columns}:{rows}",
            "-pix_fmt",
            "yuv420p",
            "-f",
            "rawvideo",
            "-",
        ],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    whole, half = rows * columns, rows * columns // 4
    for number, planes in enumerate(np.frombuffer(raw, np.uint8).reshape(-1, whole + 2 * half)):
        luma, blue, red = np.split(planes, [whole, whole + half])
        chroma = blue.reshape(rows // 2, -1), red.reshape(rows // 2, -1)
        yield Frame(time_ms=number * step_ms, luma=luma.reshape(rows, columns), chroma=chroma)


@pytest.mark.parametrize("name", REAL)
def test_the_cuts_of_real_films_are_found_and_no_others(name: str, samples: Path) -> None:
    columns, rows, step_ms, cuts = REAL[name]

    assert begins(found(decoded(samples / name, columns, rows, step_ms), 0)) == cuts


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.sampled_from([0, 16, 20, 90, 200])), min_size=1, max_size=60),
    st.integers(0, 4000),
)
def test_shots_follow_each_other_whatever_the_frames_are(frames: list[tuple[int, int]], end_ms: int) -> None:
    rng = np.random.default_rng(len(frames))
    noise = rng.integers(0, 30, (16, 16), np.uint8)
    film = [Frame(time_ms=time, luma=noise + np.uint8(level), chroma=None) for time, level in frames]

    shots = found(film, end_ms)

    assert shots[0].start_ms == frames[0][0]
    assert all(before.end_ms == after.start_ms for before, after in pairwise(shots))
    assert shots[-1].end_ms > max(shot.key_ms for shot in shots)


def test_frames_without_end_in_no_time_do_not_fill_the_memory() -> None:
    finder = ShotFinder()
    still = np.zeros((16, 16), np.uint8)
    for time_ms in range(1000):
        finder.feed(Frame(time_ms=time_ms, luma=still))
        finder.feed(Frame(time_ms=0, luma=still))

    assert len(finder._kept) <= MOST_KEPT
    assert finder.finish(1000) == (Shot(start_ms=0, end_ms=1000, key_ms=0, confidence=1.0),)


def test_a_camera_of_a_thousand_frames_a_second_has_its_cuts_found_too() -> None:
    camera = Camera(8, (1, 1))
    camera.film(0.6)
    camera.film(0.02, light=(2, 2))
    camera.film(0.4)
    camera.cut()
    camera.film(0.6)

    assert begins(filmed(camera)) == camera.cuts


def test_a_film_without_frames_has_no_shots() -> None:
    assert ShotFinder().finish(1000) == ()


def test_frames_of_another_size_are_a_callers_mistake() -> None:
    finder = ShotFinder()
    finder.feed(Frame(time_ms=0, luma=np.zeros((16, 16), np.uint8)))

    with pytest.raises(ValueError, match="one size"):
        finder.feed(Frame(time_ms=40, luma=np.zeros((16, 32), np.uint8)))


def test_a_shifted_picture_is_alike_and_another_is_not() -> None:
    clouds = Camera(6)._scene.astype(np.float32)
    other = Camera(7)._scene.astype(np.float32)
    here, shifted = clouds[40:85, 40:120], clouds[52:97, 61:141]

    assert likeness_of(here, shifted) > 0.95
    assert likeness_of(here, here * 0.3 + 20) > 0.99
    assert likeness_of(here, other[40:85, 40:120]) < 0.5
    assert likeness_of(here, np.zeros_like(here)) == 0
