import hashlib
import json
import subprocess
import wave
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jebi.errors import Refused, Unable
from jebi.media.frames import Frame
from jebi.media.mezzanine import HERTZ, Samples, film, steady, stem
from jebi.media.probe import Matrix

PAL, NTSC = Fraction(25), Fraction(30000, 1001)


def frame(time: int, *, width: int = 320, height: int = 180) -> Frame:
    dice = np.random.default_rng(time)
    luma = np.clip(dice.normal(16 + time // 10 % 200, 6, width * height), 16, 235).astype(np.uint8)
    pixels = luma.tobytes() + bytes([128]) * (width * height // 2)
    return Frame(time_ms=time, width=width, height=height, pixels=pixels, matrix=Matrix.BT709)


def moving() -> Iterator[Frame]:
    return (frame(time) for time in range(0, 2000, 33))


def tone(seconds: float, channels: int = 1) -> Iterator[Samples]:
    time = np.arange(int(seconds * HERTZ)) / HERTZ
    wanted = np.repeat((8_000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16), channels)
    yield from np.array_split(wanted, 5)


def asked(path: Path, *what: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", *what, "-of", "json", str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    stem(tone(2.0), str(folder / "sound.wav"), channels=1, rate=PAL, frames=50)
    target = folder / "film.mp4"
    assert film(moving(), str(target), rate=PAL, until_ms=2000, sound=str(folder / "sound.wav")) == 50
    return target


def test_each_moment_shows_the_frame_that_was_to_be_seen_then() -> None:
    shown = [one.time_ms for one in steady(map(frame, [0, 10, 39, 41, 200]), rate=PAL, until_ms=280)]
    assert shown == [0, 39, 41, 41, 41, 200, 200]


def test_a_cut_falls_on_the_first_frame_at_or_after_its_moment() -> None:
    shown = [one.time_ms for one in steady(map(frame, [0, 1000]), rate=NTSC, until_ms=2000)]
    assert shown.index(1000) == 30  # 29.97 of them are in a second
    assert len(shown) == 60


def test_frames_that_begin_late_or_not_at_all_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="from the beginning"):
        list(steady([frame(500)], rate=PAL, until_ms=1000))
    assert list(steady([], rate=PAL, until_ms=1000)) == []


def test_the_film_is_of_a_steady_rate_with_a_key_frame_every_half_second_and_none_out_of_order(made: Path) -> None:
    packets = asked(made, "-select_streams", "v", "-show_entries", "packet=pts,dts,flags")["packets"]
    keys = [place for place, packet in enumerate(packets) if packet["flags"].startswith("K")]
    assert keys == [0, 12, 24, 36, 48]
    assert all(packet["pts"] == packet["dts"] for packet in packets)
    stream = asked(made, "-show_streams")["streams"][0]
    assert (stream["r_frame_rate"], stream["avg_frame_rate"], stream["nb_frames"]) == ("25/1", "25/1", "50")
    assert (stream["codec_name"], stream["profile"], stream["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (stream["color_range"], stream["color_space"], stream["color_primaries"]) == ("tv", "bt709", "bt709")


def test_the_picture_is_as_good_as_it_was(made: Path) -> None:
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(made), "-f", "rawvideo", "-pix_fmt", "yuv420p", "pipe:1"],
        check=True,
        capture_output=True,
    ).stdout
    first = frame(0)
    shown = np.frombuffer(raw, np.uint8, 320 * 180).astype(float)
    noise = np.mean((shown - first.luma.ravel()) ** 2)
    assert 10 * np.log10(255**2 / noise) > 42  # dB; noise is the hardest thing to encode


def test_nothing_in_the_film_says_who_made_it_when_and_with_what_but_the_name_that_is_taken_out_later(
    made: Path,
) -> None:
    content = made.read_bytes()
    for word in (b"Lavf", b"x264", b"VideoHandler", b"SoundHandler", b"tmcd", b"elst\0\0\0\0\0\0\0\2"):
        assert word not in content.replace(b"Lavc libx264", b""), word
    told = asked(made, "-show_format", "-show_streams")
    assert not {"creation_time", "handler_name", "encoder"} & set(told["format"].get("tags", {}))
    names = {name for stream in told["streams"] for name in stream.get("tags", {})}
    assert names <= {"language", "vendor_id", "encoder", "handler_name"}


def test_the_same_frames_give_the_same_bytes(made: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.mp4"
    film(moving(), str(again), rate=PAL, until_ms=2000, sound=str(made.parent / "sound.wav"))
    assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(made.read_bytes()).digest()


def test_film_and_sound_are_of_the_same_length(made: Path) -> None:
    lengths = [float(stream["duration"]) for stream in asked(made, "-show_streams")["streams"]]
    assert lengths == [2.0, pytest.approx(2.0, abs=0.03)]  # AAC comes in blocks of 21 ms


@pytest.mark.parametrize(("rate", "frames", "samples"), [(PAL, 50, 96_000), (NTSC, 30, 48_048), (NTSC, 31, 49_650)])
@pytest.mark.parametrize("seconds", [0.1, 5.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_stem_is_as_long_as_the_film_to_the_sample(
    rate: Fraction, frames: int, samples: int, seconds: float, channels: int, tmp_path: Path
) -> None:
    target = str(tmp_path / "sound.wav")
    stem(tone(seconds, channels), target, channels=channels, rate=rate, frames=frames)
    with wave.open(target) as sound:
        assert (sound.getnframes(), sound.getnchannels(), sound.getframerate()) == (samples, channels, HERTZ)
        heard = np.frombuffer(sound.readframes(samples), "<i2")
    expected = np.concatenate(list(tone(seconds, channels)))[: samples * channels]
    assert np.array_equal(heard[: len(expected)], expected)
    assert not heard[len(expected) :].any()
    assert (tmp_path / "sound.wav").stat().st_size == 44 + 2 * samples * channels  # a head, and nothing else


def test_a_sound_that_no_wav_could_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused):
        stem([], str(tmp_path / "sound.wav"), channels=2, rate=PAL, frames=25 * 3600 * 7)
    assert not list(tmp_path.iterdir())


def test_what_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing() -> Iterator[Frame]:
        yield frame(0)
        yield frame(40)
        raise KeyError

    with pytest.raises(KeyError):
        film(failing(), str(tmp_path / "film.mp4"), rate=PAL, until_ms=2000)
    with pytest.raises(Unable, match="could not be encoded"):
        film(moving(), str(tmp_path / "film.mp4"), rate=PAL, until_ms=2000, sound=str(tmp_path / "none.wav"))
    with pytest.raises(ValueError, match="one size"):
        film([frame(0), frame(40, width=640)], str(tmp_path / "film.mp4"), rate=PAL, until_ms=2000)
    assert not list(tmp_path.iterdir())


def test_a_silent_film_has_no_sound(tmp_path: Path) -> None:
    film([frame(0)], str(tmp_path / "film.mp4"), rate=NTSC, until_ms=500)
    assert [stream["codec_type"] for stream in asked(tmp_path / "film.mp4", "-show_streams")["streams"]] == ["video"]
