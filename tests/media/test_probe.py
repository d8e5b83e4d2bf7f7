import json
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jebi.errors import Damaged, Refused
from jebi.media.jail import Jail
from jebi.media.probe import LONGEST, MOST_STREAMS, Kind, Matrix, Probe, probe, understood

FILM: dict[str, Any] = {
    "frames": [],
    "streams": [
        {"index": 0, "codec_type": "video", "codec_name": "h264", "width": 1920, "height": 1080, "pix_fmt": "yuv420p"},
        {"index": 1, "codec_type": "audio", "codec_name": "aac", "sample_rate": "48000", "channels": 2},
    ],
    "format": {"format_name": "mov,mp4", "nb_streams": 2, "duration": "12.5"},
}


def _film(**changed: object) -> dict[str, Any]:
    """The answer for a film whose video stream says something else."""
    streams = [FILM["streams"][0] | changed, FILM["streams"][1]]
    return FILM | {"streams": streams}


def _made(path: Path, *arguments: str) -> Path:
    subprocess.run(["ffmpeg", "-v", "error", *arguments, str(path)], check=True)
    return path


def test_a_film_says_what_it_is(jail: Jail, samples: Path) -> None:
    path = samples / "bigbuckbunny.mp4"
    looked = probe(jail, str(path))
    assert (looked.kind, looked.duration_ms, looked.size) == (Kind.VIDEO, 5312, path.stat().st_size)
    (video,) = looked.videos
    assert (video.codec, video.width, video.height, video.rate, video.rotation) == ("h264", 1280, 720, 25.0, 0)
    assert [(audio.codec, audio.rate, audio.channels) for audio in looked.audios] == [("aac", 48000, 6)]


def test_a_pixel_that_is_not_square_is_known(jail: Jail, samples: Path) -> None:
    assert probe(jail, str(samples / "carphone_pristine.mp4")).videos[0].aspect == pytest.approx(128 / 117)


def test_a_sound_with_a_cover_is_a_sound(jail: Jail, tmp_path: Path) -> None:
    Image.new("RGB", (32, 32)).save(tmp_path / "cover.png")
    inputs = ["-f", "lavfi", "-i", "sine=d=1", "-i", str(tmp_path / "cover.png")]
    path = _made(
        tmp_path / "sound.mp3", *inputs, "-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic"
    )
    looked = probe(jail, str(path))
    assert (looked.kind, len(looked.videos), len(looked.audios), looked.others) == (Kind.AUDIO, 0, 1, 1)


@pytest.mark.parametrize(("orientation", "rotation"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_a_photograph_says_which_way_is_up(orientation: int, rotation: int, jail: Jail, tmp_path: Path) -> None:
    picture = Image.new("RGB", (32, 16))
    exif = picture.getexif()
    exif[0x0112] = orientation
    picture.save(tmp_path / "photograph.jpg", exif=exif)
    looked = probe(jail, str(tmp_path / "photograph.jpg"))
    assert (looked.kind, looked.duration_ms, looked.videos[0].rotation) == (Kind.IMAGE, None, rotation)


def test_a_gif_is_a_picture_or_a_film(jail: Jail, tmp_path: Path) -> None:
    first, second = Image.new("L", (8, 8)), Image.new("L", (8, 8), 255)
    first.save(tmp_path / "one.gif")
    first.save(tmp_path / "two.gif", save_all=True, append_images=[second], duration=100)
    assert probe(jail, str(tmp_path / "one.gif")).kind is Kind.IMAGE
    assert probe(jail, str(tmp_path / "two.gif")).kind is Kind.VIDEO


def test_a_film_without_its_index_says_so(jail: Jail, samples: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes((samples / "bikes.mp4").read_bytes()[:400_000])
    with pytest.raises(Damaged, match="index is missing"):
        probe(jail, str(path))


def test_a_film_of_which_only_the_sound_can_be_read_is_a_sound() -> None:
    looked = understood(_film(width=0, height=0), size=1000)
    assert (looked.kind, looked.others) == (Kind.AUDIO, 1)


@pytest.mark.parametrize(
    ("claim", "limit"),
    [
        (_film(width=100_000, height=2), "100000 × 2"),
        (_film(width=10_000, height=10_000), "10000 × 10000"),
        (FILM | {"streams": FILM["streams"] * MOST_STREAMS}, "streams"),
        (FILM | {"format": {"format_name": "avi", "nb_streams": 5000}}, "streams"),
    ],
)
def test_a_claim_beyond_a_limit_is_refused_by_name(claim: object, limit: str) -> None:
    with pytest.raises(Refused, match=limit):
        understood(claim, size=1000)


@pytest.mark.parametrize("duration", ["-1", "nan", "1e30", "N/A", None, str(LONGEST)])
def test_a_length_that_makes_no_sense_is_unknown(duration: object) -> None:
    answer = FILM | {"format": FILM["format"] | {"duration": duration}}
    assert understood(answer, size=1000).duration_ms is None


@pytest.mark.parametrize(
    ("turn", "rotation"), [(-90, 90), (90, 270), (180, 180), (-180, 180), (45, 0), ("x", 0), (1e9, 0)]
)
def test_a_film_stands_on_one_of_its_sides(turn: object, rotation: int) -> None:
    looked = understood(_film(side_data_list=[{"rotation": turn}]), size=1000)
    assert looked.videos[0].rotation == rotation


def test_an_unmarked_large_film_has_the_colours_of_hd() -> None:
    assert understood(_film(), size=1).videos[0].matrix is Matrix.BT709
    assert understood(_film(height=480), size=1).videos[0].matrix is Matrix.BT601
    assert understood(_film(color_space="smpte170m"), size=1).videos[0].matrix is Matrix.BT601
    assert understood(_film(pix_fmt="gbrp"), size=1).videos[0].matrix is Matrix.BT601


WRONG = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.integers(), max_size=2)
)
PLACES: list[Callable[[dict[str, Any]], dict[str, Any]]] = [
    lambda answer: answer,
    lambda answer: answer["format"],
    lambda answer: answer["streams"][0],
    lambda answer: answer["streams"][1],
]


@given(st.sampled_from(PLACES), st.data())
def test_of_an_answer_with_garbage_in_it_comes_a_probe_or_a_refusal(
    place: Callable[[dict[str, Any]], dict[str, Any]], data: st.DataObject
) -> None:
    answer = json.loads(json.dumps(FILM))
    spoiled = place(answer)
    spoiled[data.draw(st.sampled_from(sorted(spoiled)))] = data.draw(WRONG)
    with suppress(Damaged, Refused):
        assert isinstance(understood(answer, size=1000), Probe)
