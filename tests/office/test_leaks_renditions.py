"""A size of the stream that shows or sounds otherwise than the film is found, and one that was only encoded anew is not."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.media.jail import Jail
from jebi.office.labour import Report
from jebi.office.leaks_renditions import CELL, SOUND, alike, apart, compare_sizes, place_stills
from jebi.release.leaks import Finding, Reason
from office.outgoing import OTHER_NOTES, output

COVERED = ("-vf", "drawbox=x=300:y=150:w=120:h=120:color=gray:t=fill")
MOSAIC = (
    "-vf",
    "split[a][b];[b]crop=120:120:300:150,scale=6:6:flags=area,scale=120:120:flags=neighbor[c];[a][c]overlay=300:150",
)
NOISE = np.random.default_rng(5)


@pytest.fixture(scope="module")
def jail() -> Jail:
    return Jail.find()


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return output(tmp_path_factory.mktemp("clean") / "output")


def compared(jail: Jail, film: Path, **sizes: Path) -> list[str]:
    named = {f"{name}.mp4": str(path) for name, path in sizes.items()}
    found, _ = compare_sizes(jail, str(film), named, Report())
    assert {one.reason for one in found} <= {Reason.RENDITION_DIFFERS}
    return [one.what for one in found]


def test_what_was_encoded_anew_is_the_film(jail: Jail, clean: Path) -> None:
    sizes = {f"{lines}.mp4": str(clean / f"{lines}.mp4") for lines in (240, 480)}
    found, measured = compare_sizes(jail, str(clean / "film.mp4"), sizes, Report())
    assert found == []
    assert measured["sizes"] == 2
    assert 0 < int(measured["farthest cell"]) < CELL


@pytest.mark.parametrize("how", [COVERED, MOSAIC])
def test_what_is_covered_in_the_film_and_not_in_a_size_is_found(
    jail: Jail, clean: Path, tmp_path: Path, how: tuple[str, ...]
) -> None:
    covered = output(tmp_path / "covered", more=how)
    for lines in ("240", "480"):
        (found,) = compared(jail, covered / "film.mp4", size=clean / f"{lines}.mp4")
        assert "shows something else than the film, in" in found


def test_other_sound_or_none_is_found(jail: Jail, clean: Path, tmp_path: Path) -> None:
    other = output(tmp_path / "other", notes=OTHER_NOTES)
    (found,) = compared(jail, clean / "film.mp4", size=other / "240.mp4")
    assert found == "size.mp4 sounds otherwise than the film, for 5 s"
    silent = output(tmp_path / "silent", notes=())
    (found,) = compared(jail, clean / "film.mp4", size=silent / "240.mp4")
    assert found == "size.mp4 has other tracks of sound than the film"


def test_more_or_fewer_pictures_are_found(jail: Jail, clean: Path, tmp_path: Path) -> None:
    shorter = output(tmp_path / "shorter", more=("-t", "3"))
    found = compared(jail, clean / "film.mp4", size=shorter / "240.mp4")
    assert "size.mp4 has pictures at other times than the film, or not as many" in found


def test_what_cannot_be_decoded_is_found(jail: Jail, clean: Path, tmp_path: Path) -> None:
    (tmp_path / "none.mp4").write_bytes(b"no film")
    (found,) = compared(jail, clean / "film.mp4", size=tmp_path / "none.mp4")
    assert found.startswith("size.mp4 cannot be compared")


def stills(jail: Jail, film: Path, paths: Mapping[str, Path]) -> tuple[list[Finding], dict[str, int]]:
    return place_stills(jail, str(film), {name: str(path) for name, path in paths.items()}, Report())


def test_a_still_is_found_in_the_film_at_its_time(jail: Jail, clean: Path) -> None:
    found, times = stills(jail, clean / "film.mp4", {name: clean / name for name in ("poster.jpg", "card.jpg")})
    assert found == []
    assert all(1500 <= time <= 1800 for time in times.values())


def test_a_still_of_another_film_is_in_it_nowhere(jail: Jail, clean: Path, tmp_path: Path) -> None:
    covered = output(tmp_path / "covered", more=COVERED)
    (tmp_path / "none.jpg").write_bytes(b"no picture")
    shutil.copy(clean / "poster.jpg", tmp_path / "other.jpg")
    named = {name: tmp_path / name for name in ("other.jpg", "none.jpg")}
    found, times = stills(jail, covered / "film.mp4", named)
    assert {one.reason for one in found} == {Reason.STILL_DIFFERS}
    assert [one.what for one in found] == ["none.jpg cannot be decoded", "other.jpg shows no picture of the film"]
    assert list(times) == ["other.jpg"]


def test_a_picture_is_as_far_apart_as_its_farthest_cell() -> None:
    one = np.full((180, 320), 100, np.uint8)
    other = one.copy()
    other[10:20, 10:20] += 30
    assert apart(one, one) == 0
    assert apart(one, other) == pytest.approx(30)
    assert apart(one, other[:, :318]) == pytest.approx(apart(other, one[:, :318]), rel=0.2)


@given(st.integers(0, 400), st.floats(0.7, 1.4))
def test_sound_that_is_later_or_louder_is_alike(delay: int, gain: float) -> None:
    sound = (NOISE.normal(0, 3000, SOUND)).astype(np.int16)
    later = (np.concatenate([np.zeros(delay), sound[: SOUND - delay]]) * gain).clip(-32768, 32767).astype(np.int16)
    assert alike(sound, later)
    assert alike(later, sound)


def test_other_sound_is_not_alike_but_silence_is_like_silence() -> None:
    sound, other = ((NOISE.normal(0, 3000, SOUND)).astype(np.int16) for _ in range(2))
    nothing, hush = np.zeros(SOUND, np.int16), (NOISE.normal(0, 20, SOUND)).astype(np.int16)
    assert not alike(sound, other)
    assert not alike(sound, nothing)
    assert not alike(nothing, sound)
    assert not alike(sound, -sound)
    assert alike(nothing, hush)
    assert alike(nothing, np.zeros(0, np.int16))
    assert not alike(sound, np.zeros(0, np.int16))
    assert not alike(sound, sound // 9)
