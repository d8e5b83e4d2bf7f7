import subprocess
import time
from collections.abc import Iterator
from itertools import accumulate, pairwise
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jebi.errors import Damaged, Refused
from jebi.media.frames import Frame, _later, fitted, frames
from jebi.media.jail import Jail
from jebi.media.probe import LONGEST, Matrix, Video, probe
from jebi.media.run import WATCH, Stopped, TooCostly

UNSTEADY = [7 * place * place + 33 * place for place in range(20)]  # ms


def _made(path: Path, *arguments: str) -> str:
    subprocess.run(["ffmpeg", "-v", "error", *arguments, str(path)], check=True)
    return str(path)


@pytest.fixture(scope="module")
def unsteady(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A film of a telephone, whose frames last longer and longer."""
    source = ["-f", "lavfi", "-i", "testsrc=s=64x48:r=30", "-frames:v", "20", "-fps_mode", "passthrough"]
    timed = ["-vf", "settb=1/1000,setpts=7*N*N+33*N", "-enc_time_base", "1:1000", "-c:v", "libx264", "-bf", "0"]
    return _made(tmp_path_factory.mktemp("films") / "unsteady.mkv", *source, *timed)


def _video(**changed: object) -> Video:
    known: dict[str, Any] = {
        "index": 0, "codec": "", "width": 1920, "height": 1080, "rotation": 0, "rate": 25.0, "pixels": "yuv420p",
        "aspect": 1.0, "matrix": Matrix.BT709, "is_interlaced": False,
    }  # fmt: skip
    return Video(**known | changed)


def test_every_frame_has_its_own_time_however_unsteady_the_film(jail: Jail, unsteady: str) -> None:
    seen = frames(jail, unsteady, probe(jail, unsteady), height=48)
    assert [frame.time_ms for frame in seen] == UNSTEADY
    assert seen.decoded
    assert (seen.decoded.count, seen.decoded.mended, seen.decoded.complaints, seen.decoded.gave_up) == (20, 0, 0, "")


def test_frames_are_the_pictures_that_ffmpeg_sees(jail: Jail, samples: Path) -> None:
    path = str(samples / "bikes.mp4")
    raw = ["ffmpeg", "-v", "error", "-i", path, "-frames:v", "9", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    theirs = subprocess.run(raw, check=True, capture_output=True).stdout
    seen = frames(jail, path, probe(jail, path), height=720)
    ours = b"".join(next(seen).pixels for _ in range(9))
    seen.close()
    assert ours == theirs


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_film_is_turned_as_ffmpeg_turns_it(turn: int, jail: Jail, samples: Path, tmp_path: Path) -> None:
    cut = ["-i", str(samples / "bikes.mp4"), "-t", "0.2", "-c", "copy", "-metadata:s:v", f"rotate={turn}"]
    path = _made(tmp_path / "turned.mp4", *cut)
    raw = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        path,
        "-fps_mode",
        "passthrough",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "yuv420p",
        "-",
    ]
    theirs = subprocess.run(raw, check=True, capture_output=True).stdout
    assert b"".join(frame.pixels for frame in frames(jail, path, probe(jail, path), height=720)) == theirs


def test_a_photograph_is_one_upright_frame(jail: Jail, tmp_path: Path) -> None:
    picture = Image.new("L", (64, 32), 255)
    picture.paste(0, (0, 0, 32, 32))  # dark on the left; turned clockwise, dark above
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "photograph.jpg", exif=exif)
    path = str(tmp_path / "photograph.jpg")
    (frame,) = frames(jail, path, probe(jail, path), height=720)
    assert (frame.time_ms, frame.width, frame.height) == (0, 32, 64)
    assert (frame.luma[:30] < 40).all()
    assert (frame.luma[34:] > 215).all()


def test_a_full_range_picture_comes_in_studio_range(jail: Jail, tmp_path: Path) -> None:
    path = _made(tmp_path / "white.mkv", "-f", "lavfi", "-i", "color=white:d=0.1,format=yuvj420p", "-c:v", "mjpeg")
    assert {int(frame.luma.max()) for frame in frames(jail, path, probe(jail, path), height=48)} == {235}


def test_fields_are_woven_into_one_picture(jail: Jail, tmp_path: Path) -> None:
    moving = ["-f", "lavfi", "-i", "testsrc=s=320x240:r=50:d=0.4,tinterlace=interleave_top,setfield=tff"]
    path = _made(
        tmp_path / "camcorder.mkv", *moving, "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-top", "1", "-q:v", "2"
    )
    looked = probe(jail, path)
    assert looked.videos[0].is_interlaced
    assert len(list(frames(jail, path, looked, height=240))) == 10


def test_a_film_that_changes_its_size_keeps_the_size_of_its_frames(jail: Jail, tmp_path: Path) -> None:
    parts = [
        Path(_made(tmp_path / f"{side}.h264", "-f", "lavfi", "-i", f"testsrc=s={side}x{side}:d=0.2", "-c:v", "libx264"))
        for side in (64, 96)
    ]
    (tmp_path / "both.h264").write_bytes(b"".join(part.read_bytes() for part in parts))
    path = str(tmp_path / "both.h264")
    assert {(frame.width, frame.height) for frame in frames(jail, path, probe(jail, path), height=720)} == {(64, 64)}


def test_a_damaged_middle_is_counted_and_ends_nothing(jail: Jail, samples: Path, tmp_path: Path) -> None:
    film = bytearray((samples / "bikes.mp4").read_bytes())
    film[200_000:230_000] = bytes(30_000)
    (tmp_path / "damaged.mp4").write_bytes(film)
    path = str(tmp_path / "damaged.mp4")
    seen = frames(jail, path, probe(jail, path), height=72)
    assert [frame.time_ms for frame in seen][-1] == 9960
    assert seen.decoded
    assert seen.decoded.complaints > 0


def test_who_stops_looking_leaves_nothing_running(jail: Jail, unsteady: str) -> None:
    seen = frames(jail, unsteady, probe(jail, unsteady), height=48)
    next(seen)
    seen.close()
    assert list(seen) == []
    assert seen.decoded is None


def test_it_stops_when_it_is_asked_to(jail: Jail, samples: Path) -> None:
    asked = Event()
    path = str(samples / "bigbuckbunny.mp4")
    seen = frames(jail, path, probe(jail, path), height=720, can_stop=asked.is_set)
    next(seen)
    asked.set()
    time.sleep(2 * WATCH)
    with pytest.raises(Stopped):
        next(seen)


def at_leisure(passing: Iterator[Frame]) -> None:
    """Take every frame so slowly that no decoder is done before the watch looks at it."""
    for _ in passing:
        time.sleep(WATCH)


def test_what_costs_more_than_is_allowed_says_so(jail: Jail, samples: Path) -> None:
    path = str(samples / "bigbuckbunny.mp4")
    passing = frames(jail, path, probe(jail, path), height=720, allowance=1e-4)
    with pytest.raises(TooCostly):
        at_leisure(passing)


def test_what_has_no_pictures_is_the_callers_mistake(jail: Jail, tmp_path: Path) -> None:
    path = _made(tmp_path / "sound.wav", "-f", "lavfi", "-i", "sine=d=0.1")
    with pytest.raises(ValueError, match="nothing to see"):
        frames(jail, path, probe(jail, path), height=48)


@pytest.mark.parametrize(
    ("video", "size"),
    [
        (_video(), (1280, 720)),
        (_video(rotation=90), (720, 1280)),
        (_video(width=1080, height=1920), (720, 1280)),
        (_video(width=640, height=480), (640, 480)),
        (_video(width=720, height=576, aspect=64 / 45), (1024, 576)),
        (_video(width=60_000, height=600), (1280, 12)),
        (_video(width=1, height=1), (2, 2)),
    ],
)
def test_a_picture_fits_its_box_in_its_own_proportions(video: Video, size: tuple[int, int]) -> None:
    assert fitted(video, 720) == size


@given(
    st.integers(1, 1 << 16), st.integers(1, 1 << 16), st.floats(0.25, 4), st.sampled_from((0, 90)), st.integers(2, 1080)
)
def test_every_picture_has_even_sides_within_the_box(
    width: int, height: int, aspect: float, rotation: int, lines: int
) -> None:
    size = fitted(_video(width=width, height=height, aspect=aspect, rotation=rotation), lines)
    assert all(side >= 2 and side % 2 == 0 for side in size)
    assert min(size) <= lines + 1
    assert max(size) <= lines * 16 / 9 + 1


def test_the_planes_are_views_of_the_pixels() -> None:
    frame = Frame(time_ms=0, width=4, height=2, pixels=bytes(range(12)), matrix=Matrix.BT601)
    blue, red = frame.chroma
    assert frame.luma.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
    assert (blue.tolist(), red.tolist()) == ([[8, 9]], [[10, 11]])
    assert not any(plane.flags.owndata for plane in (frame.luma, blue, red))
    assert frame.luma.dtype == np.uint8


@pytest.mark.parametrize(("time", "error"), [(None, Damaged), (LONGEST + 1, Refused)])
def test_a_frame_without_a_time_or_beyond_all_time_is_refused(time: int | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        _later(0, time)


@given(st.lists(st.integers(-(10**6), LONGEST // 2), max_size=20))
def test_times_rise_whatever_the_clock_says(clock: list[int]) -> None:
    times = list(accumulate(clock, _later, initial=-1))
    assert all(before < after for before, after in pairwise(times))
    assert clock != sorted({time for time in clock if time >= 0}) or times[1:] == clock
