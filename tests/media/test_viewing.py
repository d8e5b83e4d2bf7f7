import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jebi.errors import Damaged, Unable
from jebi.media.frames import Frame
from jebi.media.probe import Matrix
from jebi.media.viewing import Samples, viewed

TIMES = [40, 73, 107, 1107, 1108, 4000, 4033, 59_999]  # ms: late, unsteady, in a hurry, standing still


def _frames(times: list[int] = TIMES, *, matrix: Matrix = Matrix.BT709) -> Iterator[Frame]:
    for place, time in enumerate(times):
        pixels = bytes([16 + 20 * place % 200]) * (64 * 48) + bytes([128]) * (64 * 48 // 2)
        yield Frame(time_ms=time, width=64, height=48, pixels=pixels, matrix=matrix)


def _tone(seconds: int, rate: int) -> Iterator[Samples]:
    for second in range(seconds):
        time = np.arange(rate) / rate + second
        yield (8_000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)


def _asked(path: Path, *what: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", *what, "-of", "json", str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def _times(path: Path) -> list[int]:
    asked = _asked(path, "-select_streams", "v", "-show_entries", "frame=pts_time")
    return [round(float(frame["pts_time"]) * 1000) for frame in asked["frames"]]


def test_every_frame_keeps_its_time_to_the_millisecond(tmp_path: Path) -> None:
    passed = [frame.time_ms for frame in viewed(_frames(), str(tmp_path / "copy"), sound=_tone(60, 8_000), rate=8_000)]
    assert passed == TIMES
    assert _times(tmp_path / "copy") == TIMES


def test_a_silent_film_keeps_its_times_too(tmp_path: Path) -> None:
    list(viewed(_frames(), str(tmp_path / "copy")))
    assert _times(tmp_path / "copy") == TIMES


def test_the_copy_is_what_every_browser_plays(tmp_path: Path) -> None:
    list(viewed(_frames(), str(tmp_path / "copy"), sound=_tone(2, 48_000), rate=48_000))
    video, audio = _asked(tmp_path / "copy", "-show_streams")["streams"]
    assert (video["codec_name"], video["pix_fmt"], video["color_space"], video["has_b_frames"]) == (
        "h264",
        "yuv420p",
        "bt709",
        0,
    )
    assert (audio["codec_name"], audio["channels"], audio["sample_rate"]) == ("aac", 1, "48000")
    content = (tmp_path / "copy").read_bytes()
    assert content[4:8] == b"ftyp"
    assert content.index(b"moov") < content.index(b"mdat"), "a browser would have to load all of it first"


def test_a_jump_never_decodes_more_than_two_seconds(tmp_path: Path) -> None:
    list(viewed(_frames(list(range(0, 20_000, 40))), str(tmp_path / "copy")))
    keys = _asked(tmp_path / "copy", "-skip_frame", "nokey", "-select_streams", "v", "-show_entries", "frame=pts_time")
    assert [float(frame["pts_time"]) for frame in keys["frames"]] == [float(second) for second in range(0, 20, 2)]


def test_sound_is_heard_when_it_was(tmp_path: Path) -> None:
    silence = [np.zeros(8_000, np.int16)]
    list(viewed(_frames(), str(tmp_path / "copy"), sound=[*silence, *_tone(1, 8_000)], rate=8_000))
    raw = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "copy"), "-f", "s16le", "-ar", "8000", "-"]
    sound = np.frombuffer(subprocess.run(raw, check=True, capture_output=True).stdout, np.int16)
    assert int(np.flatnonzero(np.abs(sound) > 2_000)[0]) / 8_000 == pytest.approx(1.0, abs=0.03)


def test_sound_alone_makes_a_copy(tmp_path: Path) -> None:
    assert list(viewed((), str(tmp_path / "copy"), sound=_tone(2, 16_000), rate=16_000)) == []
    (stream,) = _asked(tmp_path / "copy", "-show_streams")["streams"]
    assert stream["codec_name"] == "aac"


def test_colours_come_out_as_they_went_in(tmp_path: Path) -> None:
    red = bytes([81]) * (64 * 48) + bytes([90]) * (32 * 24) + bytes([240]) * (32 * 24)  # BT.601
    frame = Frame(time_ms=0, width=64, height=48, pixels=red, matrix=Matrix.BT601)
    list(viewed([frame], str(tmp_path / "copy")))
    raw = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "copy"), "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    shown = np.frombuffer(subprocess.run(raw, check=True, capture_output=True).stdout, np.uint8).reshape(-1, 3)
    assert np.abs(shown.mean(axis=0) - (255, 0, 0)).max() < 8


def test_the_same_frames_make_the_same_copy(tmp_path: Path) -> None:
    for name in ("one", "two"):
        list(viewed(_frames(), str(tmp_path / name), sound=_tone(2, 8_000), rate=8_000))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_who_stops_in_the_middle_leaves_no_copy(tmp_path: Path) -> None:
    passing = viewed(_frames(), str(tmp_path / "copy"))
    next(passing)
    passing.close()
    assert list(tmp_path.iterdir()) == []


def test_footage_that_ends_in_damage_leaves_no_copy(tmp_path: Path) -> None:
    def broken() -> Iterator[Frame]:
        yield from _frames()
        raise Damaged("the rest is lost")

    with pytest.raises(Damaged):
        list(viewed(broken(), str(tmp_path / "copy")))
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_cannot_write_says_so(tmp_path: Path) -> None:
    (tmp_path / "copy.part").symlink_to("/dev/full")
    with pytest.raises(Unable):
        list(viewed(_frames(), str(tmp_path / "copy")))
    with pytest.raises(Unable):
        list(viewed(_frames(), str(tmp_path / "no folder" / "copy")))


def test_frames_out_of_order_are_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rise"):
        list(viewed(_frames([5, 5]), str(tmp_path / "copy")))
    with pytest.raises(ValueError, match="nothing"):
        list(viewed((), str(tmp_path / "copy")))
