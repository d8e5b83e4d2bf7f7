"""Every quarter of a second of a film is on a page of its strip; the pictures to look at first are those that were chosen."""

import hashlib
import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from jebi.media.jail import Jail
from jebi.office.contact_strip import CELLS, make_pictures
from jebi.office.kept import Kept
from jebi.office.labour import Report
from jebi.parcel.keys import PostQuantumIdentity
from jebi.release.doubts import Doubt, Why
from jebi.vault.blobs import Blobs
from jebi.vault.seeing import Picture


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    identity = PostQuantumIdentity(bytes(range(32)))
    return Kept(Blobs(str(tmp_path / "blobs")), identity.recipient(), identity)


def film(folder: Path, *, seconds: float, size: str = "320x180", rate: int = 25) -> str:
    """A grey film whose brightness rises by one each picture."""
    path = folder / "film.mp4"
    shown = f"color=gray:s={size}:r={rate}:d={seconds},geq=lum='32+N':cb=128:cr=128"
    encoded = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", shown, *encoded], check=True)
    return str(path)


def made(kept: Kept, path: str, *first: Doubt) -> tuple[list[Picture], list[Picture]]:
    """The pages, and the pictures to look at first."""
    found = make_pictures(Jail.find(), path, first, kept, Report())
    return [one for one in found if one.use == "strip"], [one for one in found if one.use == "first"]


def seen(kept: Kept, one: Picture) -> Image.Image:
    content = kept.read(one.blob)
    assert hashlib.sha256(content).hexdigest() == one.sha256
    return Image.open(io.BytesIO(content)).convert("L")


def test_a_strip_has_four_pictures_for_each_second_in_pages(kept: Kept, tmp_path: Path) -> None:
    pages, first = made(kept, film(tmp_path, seconds=12, rate=8))
    assert [(one.number, one.start_ms, one.end_ms) for one in pages] == [(1, 0, 9750), (2, 10_000, 11_750)]
    assert first == []
    assert CELLS == 40
    assert seen(kept, pages[0]).size == (5 * 260 - 4, 8 * 166 - 4)


def test_a_picture_to_look_at_first_is_the_one_that_was_chosen(kept: Kept, tmp_path: Path) -> None:
    doubt = Doubt(picture=40, at_ms=1600, why=Why.END)
    _, (first,) = made(kept, film(tmp_path, seconds=4), doubt)
    assert (first.start_ms, first.why) == (1600, "end")
    middle = seen(kept, first).getpixel((160, 90))
    assert abs(float(middle or 0) - (32 + 40 - 16) * 255 / 219) < 3  # type: ignore[arg-type]


def test_a_standing_film_has_standing_pictures(kept: Kept, tmp_path: Path) -> None:
    (page,), _ = made(kept, film(tmp_path, seconds=1, size="180x320"))
    width, height = seen(kept, page).size
    assert (width, height) == (4 * 148 - 4, 256 + 18)


def test_a_film_with_fewer_pictures_than_four_a_second_shows_each_once(kept: Kept, tmp_path: Path) -> None:
    (page,), _ = made(kept, film(tmp_path, seconds=3, rate=1))
    assert seen(kept, page).width == 3 * 260 - 4
