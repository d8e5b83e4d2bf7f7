import subprocess
from pathlib import Path

import numpy as np

from jebi.media.frames import Frame
from jebi.media.probe import Matrix
from jebi.media.viewing import viewed
from media.drawn import drawn, probed, tone


def test_the_copy_is_what_every_browser_plays(tmp_path: Path) -> None:
    list(viewed(drawn(), str(tmp_path / "copy"), sound=tone(2, 48_000), rate=48_000))
    video, audio = probed(tmp_path / "copy", "-show_streams")["streams"]
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
    list(viewed(drawn(list(range(0, 20_000, 40))), str(tmp_path / "copy")))
    keys = probed(tmp_path / "copy", "-skip_frame", "nokey", "-select_streams", "v", "-show_entries", "frame=pts_time")
    assert [float(frame["pts_time"]) for frame in keys["frames"]] == [float(second) for second in range(0, 20, 2)]


def test_sound_alone_makes_a_copy(tmp_path: Path) -> None:
    assert list(viewed((), str(tmp_path / "copy"), sound=tone(2, 16_000), rate=16_000)) == []
    (stream,) = probed(tmp_path / "copy", "-show_streams")["streams"]
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
        list(viewed(drawn(), str(tmp_path / name), sound=tone(2, 8_000), rate=8_000))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
