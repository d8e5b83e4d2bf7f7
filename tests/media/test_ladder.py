"""The stream of a film, and its stills: every segment decodes, and no byte says what made it."""

import json
import re
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jebi.errors import Unable
from jebi.media.ladder import CARD, POSTER, SEGMENT, Made, Movie, jpeg, make_ladder, make_stills, rungs_of
from jebi.media.run import Stopped
from jebi.release import bitstream, container, pictures_out, playlists
from jebi.release.boxes import Bytes

TELLING = re.compile(
    rb"Lav[cf]|x26[45]|ffmpeg|Handler|udta|meta|ilst|encoder|20[0-9]{2}-[0-9]{2}|JFIF.{0,20}Exif", re.DOTALL
)


@pytest.fixture(scope="module")
def movie(samples: Path) -> Movie:
    return Movie(path=str(samples / "bigbuckbunny.mp4"), width=1280, height=720, seconds=5.28, has_sound=True)


@pytest.fixture(scope="module")
def made(movie: Movie, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Made, ...]]:
    folder = tmp_path_factory.mktemp("ladder")
    return folder, (*make_ladder(movie, str(folder)), *make_stills(movie, str(folder), at=2.5))


def probed(path: Path, *more: str) -> dict[str, list[dict[str, str]]]:
    command = ["ffprobe", "-v", "error", *more, "-of", "json", str(path)]
    found: dict[str, list[dict[str, str]]] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return found


def test_a_film_of_720_lines_has_three_sizes_and_a_playlist_that_names_them(
    made: tuple[Path, tuple[Made, ...]],
) -> None:
    folder, files = made
    names = [one.name for one in files]
    assert names == [
        "stream.m3u8",
        *(f"{lines}.{kind}" for lines in (240, 480, 720) for kind in ("m3u8", "mp4")),
        "poster.jpg",
        "card.jpg",
    ]
    assert sorted(names) == sorted(path.name for path in folder.iterdir())
    sizes = re.findall(r"RESOLUTION=(\S+)\n(\S+)", (folder / "stream.m3u8").read_text())
    assert sizes == [("426x240", "240.m3u8"), ("854x480", "480.m3u8"), ("1280x720", "720.m3u8")]


def test_every_segment_of_every_size_decodes_by_itself(made: tuple[Path, tuple[Made, ...]], tmp_path: Path) -> None:
    for lines in (240, 480, 720):
        film, playlist = (made[0] / f"{lines}.mp4").read_bytes(), (made[0] / f"{lines}.m3u8").read_text()
        (head,) = re.findall(r'BYTERANGE="(\d+)@0"', playlist)
        ranges = [(int(size), int(start)) for size, start in re.findall(r"BYTERANGE:(\d+)@(\d+)", playlist)]
        assert len(ranges) == 2
        assert sum(size for size, _ in ranges) + int(head) == len(film)
        for size, start in ranges:
            piece = tmp_path / "segment.mp4"
            piece.write_bytes(film[: int(head)] + film[start : start + size])
            done = subprocess.run(
                ["ffmpeg", "-v", "error", "-xerror", "-i", piece, "-f", "null", "-"], capture_output=True, check=True
            )
            assert done.stderr == b""


def test_segments_begin_every_four_seconds(made: tuple[Path, tuple[Made, ...]]) -> None:
    for lines in (240, 480, 720):
        lengths = [float(length) for length in re.findall(r"EXTINF:([\d.]+)", (made[0] / f"{lines}.m3u8").read_text())]
        assert abs(lengths[0] - SEGMENT) < 0.05
        assert abs(sum(lengths) - 5.28) < 0.05


def test_the_stream_plays_from_its_playlist_with_picture_and_sound(made: tuple[Path, tuple[Made, ...]]) -> None:
    streams = probed(made[0] / "stream.m3u8", "-count_frames", "-show_streams")["streams"]
    pictures = [int(one["nb_read_frames"]) for one in streams if one["codec_type"] == "video"]
    assert pictures == [132, 132, 132]
    assert sum(one["codec_name"] == "aac" for one in streams) == 3


def test_no_file_says_what_made_it(made: tuple[Path, tuple[Made, ...]]) -> None:
    for path in made[0].iterdir():
        head = path.read_bytes()[:4000] if path.suffix == ".mp4" else path.read_bytes()
        assert TELLING.findall(head) == [], path.name
    for lines in (240, 480, 720):
        whole = (made[0] / f"{lines}.mp4").read_bytes()
        assert not re.search(rb"Lavc|Lavf|x264|Handler|udta", whole)
        units = probed(made[0] / f"{lines}.mp4", "-show_entries", "format_tags:stream_tags")
        assert "encoder" not in json.dumps(units)


def test_everything_passes_the_checks_of_what_goes_out(made: tuple[Path, tuple[Made, ...]]) -> None:
    for lines in (240, 480, 720):
        film, listed = (made[0] / f"{lines}.mp4").read_bytes(), (made[0] / f"{lines}.m3u8").read_text()
        (head,) = re.findall(r'BYTERANGE="(\d+)@0"', listed)
        ranges = [(int(size), int(start)) for size, start in re.findall(r"BYTERANGE:(\d+)@(\d+)", listed)]
        segments = [Bytes(film[start : start + size]) for size, start in ranges]
        examined = container.examine_stream(Bytes(film[: int(head)]), segments)
        assert examined.findings == ()
        assert examined.pictures
        assert examined.sound
        for track in (examined.pictures, examined.sound):
            assert list(bitstream.examine(segments, track)) == []
    for path in made[0].glob("*.m3u8"):
        assert list(playlists.playlist(path.read_bytes())) == []
    for path in made[0].glob("*.jpg"):
        assert list(pictures_out.picture(path.read_bytes())) == []


def test_the_same_film_gives_the_same_bytes(movie: Movie, samples: Path, tmp_path: Path) -> None:
    small = Movie(path=str(samples / "carphone_pristine.mp4"), width=176, height=144, seconds=4.0, has_sound=False)
    twice = []
    for name in "ab":
        (tmp_path / name).mkdir()
        twice.append((make_ladder(small, str(tmp_path / name)), make_stills(small, str(tmp_path / name), at=1)))
    assert twice[0] == twice[1]
    assert [one.name for one in twice[0][0]] == ["stream.m3u8", "144.m3u8", "144.mp4"]


def test_a_film_whose_rate_has_to_be_held_down_gives_the_same_bytes_too(tmp_path: Path) -> None:
    path = tmp_path / "busy.mp4"
    busy = "mandelbrot=size=854x480:rate=25:start_scale=1:end_scale=0.2:end_pts=200"
    coded = ["-t", "4", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", busy, *coded], check=True)
    made = set()
    for name in "abc":
        (tmp_path / name).mkdir()
        movie = Movie(path=str(path), width=854, height=480, seconds=4, has_sound=False)
        made.add(make_ladder(movie, str(tmp_path / name)))
    assert len(made) == 1


def test_sizes_follow_the_shorter_side() -> None:
    def lines(width: int, height: int) -> list[int]:
        return [rung.lines for rung in rungs_of(Movie(path="", width=width, height=height, seconds=1, has_sound=False))]

    assert lines(1920, 1080) == [240, 480, 720]
    assert lines(720, 1280) == [240, 480, 720]
    assert lines(640, 272) == [240]
    assert lines(176, 145) == [144]


def test_stills_are_small_whatever_they_show(made: tuple[Path, tuple[Made, ...]]) -> None:
    for name, (longest, most) in (("poster.jpg", POSTER), ("card.jpg", CARD)):
        assert (made[0] / name).stat().st_size <= most
        with Image.open(made[0] / name) as still:
            assert max(still.size) == longest
            assert set(still.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (432, 768, 3), dtype=np.uint8))
    assert len(jpeg(noise, 768, 25_000)) <= 25_000


def test_a_film_that_is_not_there_or_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "none.mp4").write_bytes(b"no film")
    none = Movie(path=str(tmp_path / "none.mp4"), width=640, height=360, seconds=3, has_sound=False)
    with pytest.raises(Unable, match="ffmpeg"):
        make_ladder(none, str(tmp_path))
    with pytest.raises(Unable, match="ffmpeg"):
        make_stills(none, str(tmp_path), at=0)


def test_who_is_asked_to_stop_leaves_no_encoder_running(movie: Movie, tmp_path: Path) -> None:
    asked = iter([False, True])
    with pytest.raises(Stopped):
        make_ladder(movie, str(tmp_path), can_stop=lambda: next(asked))
    sizes = [path.stat().st_size for path in sorted(tmp_path.iterdir())]
    time.sleep(0.6)
    assert [path.stat().st_size for path in sorted(tmp_path.iterdir())] == sizes
