"""Picture fingerprints: PDQ's own hashes, the same for copies of any size, border and trim, and others for other pictures."""

import contextlib
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.frames import LONGEST_MS, Frame
from jebi.archive.pictures import (
    ALIKE,
    GOOD,
    MANY,
    MOST_PICTURES,
    Pictures,
    Sampler,
    distance,
    fingerprint,
    parse_pictures,
    pause_after,
    pdq,
    without_borders,
)
from jebi.errors import Damaged


def decoded(film: Path, filters: str, rate: float) -> list[Frame]:
    """The first seconds of a film, 160 pixels wide, filtered, at so many frames a second."""
    columns, rows = 160, 90
    chain = f"{filters},fps={rate},scale={columns}:{rows}"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-t",
        "4.5",
        "-i",
        str(film),
        "-vf",
        chain,
        "-pix_fmt",
        "gray",
        "-f",
        "rawvideo",
        "-",
    ]
    raw = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    planes = np.frombuffer(raw, np.uint8).reshape(-1, rows, columns)
    return [Frame(time_ms=round(number * 1000 / rate), luma=plane) for number, plane in enumerate(planes)]


@pytest.fixture(scope="module")
def original(samples: Path) -> Pictures:
    return sampled(decoded(samples / "bikes.mp4", "null", 25))


def sampled(frames: list[Frame]) -> Pictures:
    sampler = Sampler()
    for frame in frames:
        sampler.feed(frame)
    return sampler.finish()


def found_again(copy: Pictures, original: Pictures, regions: slice = slice(0, 1)) -> float:
    """The part of a copy's good pictures that the original has, too, by any of the regions."""
    known = original.hashes.reshape(-1, 32)[(original.quality >= GOOD).ravel()]
    nearest = distance(copy.hashes[:, regions, None], known).min(axis=-1)
    is_found = (nearest <= ALIKE) & (copy.quality[:, regions] >= GOOD)
    return float(is_found.any(axis=1).mean())


def textured(seed: int) -> np.ndarray:
    waves = np.fft.rfft2(np.random.default_rng(seed).normal(size=(120, 200)))
    far = np.hypot(np.fft.fftfreq(120)[:, None], np.fft.rfftfreq(200)[None])
    clouds = np.fft.irfft2(waves / (0.02 + far) ** 1.3, s=(120, 200))
    return np.asarray(np.clip(128 + 45 * clouds / clouds.std(), 0, 255), np.uint8)


# Written by pdqhash 0.2.8, the reference implementation's binding, for these pictures.
KNOWN = {
    "rings": ("c72ee6d915c63ec115c6f6c9c73ee6c614b9bb0616b8153ffa10d82ada112926", 100),
    "haze": ("57d432a1b2dcbea160dc2aa1e0dcbaa1b7dcaaa1bedcaaa98283aab6aad1554a", 12),
    "a large one": ("aa995561aa9d5560aa9d5560aa5fffb05542004faa5daa9dfedcaabc029e0a93", 100),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_hash_is_the_one_that_the_reference_implementation_makes(name: str) -> None:
    hexadecimal, quality = KNOWN[name]

    own_quality, own = pdq(drawn(name))

    assert distance(own, np.frombuffer(bytes.fromhex(hexadecimal), np.uint8)) <= 2
    assert own_quality == quality


def drawn(name: str) -> np.ndarray:
    down, right = np.mgrid[:96, :128] if name != "a large one" else np.mgrid[:517, :700]
    picture = {
        "rings": 127 + 120 * np.sin(np.hypot(down - 30, right - 50) / 3),
        "haze": 90 + 9 * np.sin(down / 7.3 + right / 19.1) + 8 * np.cos(right / 5.7 - down * right / 1931),
        "a large one": 127 + 90 * np.sin(down / 31.7 + right**2 / 90_000) * np.cos(right / 57.3 + down**2 / 30_000),
    }[name]
    return np.asarray(np.rint(picture), np.uint8)


@pytest.mark.parametrize(
    ("filters", "rate"),
    [
        ("trim=start=1.37,setpts=PTS-STARTPTS", 25),
        ("trim=start=0.61,setpts=PTS-STARTPTS", 12.5),
        ("scale=96:54", 25),
        ("pad=iw:ih*4/3:0:(oh-ih)/2", 25),
        ("pad=iw*3/2:ih:(ow-iw)/2:0", 25),
        ("eq=brightness=0.08:contrast=0.85", 25),
        ("noise=alls=12:allf=t", 25),
    ],
    ids=["trimmed", "trimmed, at another rate", "smaller", "letterbox", "pillarbox", "paler", "noisy"],
)
def test_nearly_every_picture_of_a_copy_is_found_again(
    filters: str, rate: float, original: Pictures, samples: Path
) -> None:
    copy = sampled(decoded(samples / "bikes.mp4", filters, rate))

    assert found_again(copy, original) >= 0.9


def test_a_large_logo_spoils_the_whole_and_not_the_quarters(original: Pictures, samples: Path) -> None:
    copy = sampled(decoded(samples / "bikes.mp4", "drawbox=x=0:y=0:w=iw*0.45:h=ih*0.45:color=white:t=fill", 25))

    assert found_again(copy, original) < 0.5
    assert found_again(copy, original, slice(0, 5)) >= 0.9


def test_another_film_is_not_found(original: Pictures, samples: Path) -> None:
    rabbit = sampled(decoded(samples / "bigbuckbunny.mp4", "null", 25))

    assert found_again(rabbit, original, slice(0, 5)) == 0


def test_every_picture_of_a_film_is_alike_to_one_that_is_kept(samples: Path) -> None:
    frames = decoded(samples / "bigbuckbunny.mp4", "null", 25)
    kept = sampled(frames)

    every = np.stack([fingerprint(frame.luma)[1][0] for frame in frames])

    assert (distance(every[:, None], kept.hashes[:, 0]).min(axis=1) < ALIKE).all()
    assert len(kept.time_ms) < len(frames) * 0.5


def test_a_still_picture_is_taken_once() -> None:
    frames = [Frame(time_ms=40 * n, luma=textured(1)) for n in range(100)]

    assert sampled(frames).time_ms.tolist() == [0]


def test_a_jump_is_taken_at_once() -> None:
    frames = [Frame(time_ms=40 * n, luma=textured(1 + (n >= 10))) for n in range(30)]

    assert sampled(frames).time_ms.tolist() == [0, 400]


def test_empty_pictures_are_taken_four_times_a_second_at_most() -> None:
    rng = np.random.default_rng(1)
    frames = [Frame(time_ms=40 * n, luma=rng.integers(88, 92, (90, 160), np.uint8)) for n in range(50)]

    assert np.diff(sampled(frames).time_ms.astype(int)).min() >= 250


def test_a_film_that_flickers_without_end_is_looked_at_ever_less() -> None:
    longest = sum(pause_after(MANY * doubled, is_empty=False) * MANY for doubled in range(MOST_PICTURES // MANY))

    assert [pause_after(kept, is_empty=False) for kept in (0, MANY - 1, MANY, 2 * MANY)] == [20, 20, 40, 80]
    assert pause_after(5, is_empty=True) == 250
    assert longest > LONGEST_MS


def test_a_frame_whose_time_does_not_rise_is_left_out() -> None:
    frames = [Frame(time_ms=time, luma=textured(time)) for time in (500, 500, 0)]

    assert sampled(frames).time_ms.tolist() == [500]


def test_borders_are_taken_off_and_a_dark_picture_stays_whole() -> None:
    inner = np.maximum(textured(3), 60)
    boxed = np.pad(inner, ((20, 11), (0, 7)), constant_values=18)
    dark = np.zeros((100, 100), np.uint8)
    dark[45:55, 45:55] = 200

    assert (without_borders(boxed) == inner).all()
    assert without_borders(dark).shape == dark.shape
    assert without_borders(np.zeros((20, 20), np.uint8)).shape == (20, 20)


def test_an_empty_picture_has_no_quality() -> None:
    assert pdq(np.full((64, 64), 90, np.uint8))[0] == 0


def test_distances_are_counted_for_every_pair() -> None:
    rng = np.random.default_rng(1)
    some, others = rng.integers(0, 256, (3, 32), np.uint8), rng.integers(0, 256, (5, 32), np.uint8)

    found = distance(some[:, None], others)

    expected = [[sum((int(x) ^ int(y)).bit_count() for x, y in zip(a, b, strict=True)) for b in others] for a in some]
    assert found.tolist() == expected


@given(st.lists(st.integers(0, 10**8), unique=True, max_size=8), st.integers(0, 99))
def test_what_is_packed_reads_back(times: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    pictures = Pictures(
        time_ms=np.array(sorted(times), np.uint32),
        quality=rng.integers(0, 101, (len(times), 5), np.uint8),
        hashes=rng.integers(0, 256, (len(times), 5, 32), np.uint8),
    )

    read = parse_pictures(pictures.packed())

    assert (read.time_ms.tolist(), read.packed()) == (sorted(times), pictures.packed())


@given(st.binary(max_size=400), st.integers(0, 360), st.integers(0, 359))
def test_garbage_as_pictures_raises_damaged(garbage: bytes, cut: int, at: int) -> None:
    good = sampled([Frame(time_ms=300 * n, luma=textured(n)) for n in range(2)]).packed()
    altered = good[: at % len(good)] + garbage[:1] + good[at % len(good) + 1 :]
    for packed in (garbage, good[:cut] + garbage, altered):
        with contextlib.suppress(Damaged):
            read = parse_pictures(packed)
            assert read.packed() == packed
            assert all(before < after for before, after in pairwise(read.time_ms.tolist()))


def test_times_that_do_not_rise_and_impossible_qualities_are_damaged() -> None:
    hashes = np.zeros((2, 5, 32), np.uint8)
    backwards = Pictures(time_ms=np.array([5, 5], np.uint32), quality=np.zeros((2, 5), np.uint8), hashes=hashes)
    perfect = Pictures(time_ms=np.array([5, 6], np.uint32), quality=np.full((2, 5), 101, np.uint8), hashes=hashes)

    for pictures, why in ((backwards, "times"), (perfect, "quality")):
        with pytest.raises(Damaged, match=why):
            parse_pictures(pictures.packed())


def test_parts_of_different_length_are_a_callers_mistake() -> None:
    with pytest.raises(ValueError, match="belong together"):
        Pictures(
            time_ms=np.zeros(1, np.uint32), quality=np.zeros((2, 5), np.uint8), hashes=np.zeros((1, 5, 32), np.uint8)
        )


def test_a_picture_and_its_quarters_have_a_print_each() -> None:
    quality, hashes = fingerprint(textured(9))

    assert (quality.shape, hashes.shape) == ((5,), (5, 32))
    assert (hashes[1] == pdq(textured(9)[:60, :100])[1]).all()
