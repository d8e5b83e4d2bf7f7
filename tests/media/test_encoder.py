"""The encoder ends well or not at all, and says what was wrong."""

import subprocess
from pathlib import Path

import pytest

from jebi.errors import Unable
from jebi.media.encoder import encoder, marks
from jebi.media.probe import Matrix

RAW = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "32x16", "-r", "25", "-i", "pipe:0")
FRAME = bytes(32 * 16 * 3 // 2)


def encode(target: Path, *options: str, frames: int = 5, why: Exception | None = None) -> None:
    """Encode some frames, and then fail, if there is a reason."""
    with encoder((*RAW, *options, "-f", "mp4"), str(target)) as stream:
        for _ in range(frames):
            stream.write(FRAME)
        if why:
            raise why


def test_what_is_written_becomes_a_film_that_says_how_its_colours_were_made(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    encode(film, "-c:v", "libx264", *marks(Matrix.BT709))
    asked = ["ffprobe", "-v", "error", "-count_packets", "-show_entries", "stream=color_space,nb_read_packets"]
    said = subprocess.run([*asked, "-of", "csv=p=0", str(film)], capture_output=True, check=True, text=True).stdout
    assert said.strip() == "bt709,5"


def test_an_encoder_that_cannot_begin_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="could not be encoded") as caught:
        encode(tmp_path / "film", "-c:v", "nosuchcodec", frames=10_000)
    assert "nosuchcodec" in caught.value.what
    assert caught.value.hint


def test_an_encoder_that_fails_at_the_end_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="could not be encoded"):
        encode(tmp_path / "none" / "film", "-c:v", "libx264", frames=0)


def test_whoever_stops_in_the_middle_leaves_no_encoder(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        encode(tmp_path / "film", "-c:v", "libx264", why=KeyError())
    found = subprocess.run(["pgrep", "-f", f"file:{tmp_path}/film"], capture_output=True, check=False)
    assert found.returncode == 1, found
