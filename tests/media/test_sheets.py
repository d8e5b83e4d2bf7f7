import io
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.probe import Matrix, probe
from jebi.media.sheets import CELL, COLUMNS, ROWS, ContactSheet, clock, picture, still, thumbnail


def _grey(time_ms: int, *, width: int = 64, height: int = 36, luma: int = 126) -> Frame:
    pixels = bytes([luma]) * (width * height) + bytes([128]) * (width * height // 2)
    return Frame(time_ms=time_ms, width=width, height=height, pixels=pixels, matrix=Matrix.BT709)


def _opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m"])
@pytest.mark.parametrize(
    ("colour", "expected"), [("red", (255, 0, 0)), ("lime", (0, 255, 0)), ("#3366cc", (51, 102, 204))]
)
def test_a_picture_has_the_colours_that_were_filmed(
    colour: str, expected: tuple[int, ...], matrix: str, jail: Jail, tmp_path: Path
) -> None:
    path = str(tmp_path / "film.mkv")
    converted = f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p"
    source = ["-f", "lavfi", "-i", f"color={colour}:s=64x48:d=0.1,format=rgb24", "-vf", converted]
    subprocess.run(
        ["ffmpeg", "-v", "error", *source, "-c:v", "libx264", "-qp", "0", "-colorspace", matrix, path], check=True
    )
    first = next(frames(jail, path, probe(jail, path), height=48))
    assert np.abs(np.asarray(picture(first), int).mean(axis=(0, 1)) - expected).max() <= 3


def test_black_is_black_and_white_is_white() -> None:
    assert picture(_grey(0, luma=16)).getextrema() == ((0, 0),) * 3
    assert picture(_grey(0, luma=235)).getextrema() == ((255, 255),) * 3


def test_no_picture_is_larger_than_asked_or_than_its_frame() -> None:
    large = _grey(0, width=1280, height=720)
    assert _opened(thumbnail(large)).size == (320, 180)
    assert _opened(still(large)).size == (1280, 720)
    assert _opened(still(_grey(0), longest=4000)).size == (64, 36)
    assert picture(_grey(0, width=2, height=200), longest=10).size == (1, 10)


def test_a_sheet_spreads_its_pictures_over_the_whole_film_whatever_it_claims() -> None:
    for claimed in (None, 1, 60_000, 10_000_000_000):
        sheet = ContactSheet(duration_ms=claimed)
        for time in range(0, 60_000, 100):
            sheet.see(_grey(time))
        times = [time for time, _ in sheet.chosen()]
        if claimed != 10_000_000_000:
            assert len(times) == COLUMNS * ROWS
            assert times[-1] > 50_000
            assert np.ptp(np.diff(times)) <= np.median(np.diff(times))
        width, height = _opened(sheet.drawn()).size
        assert width <= COLUMNS * (CELL[0] + 4)
        assert height <= ROWS * (CELL[1] + 22)


def test_what_is_kept_for_a_sheet_does_not_grow_with_the_film() -> None:
    sheet = ContactSheet()
    for time in range(20_000):
        sheet.see(_grey(time, width=2, height=2))
        assert len(sheet._kept) < 2 * COLUMNS * ROWS


def test_every_picture_of_a_sheet_has_its_time_below_it() -> None:
    sheet = ContactSheet()
    sheet.see(_grey(3_723_400))
    drawn = np.asarray(_opened(sheet.drawn()).convert("L"), int)
    assert drawn.shape == (CELL[1] + 18, CELL[0])
    assert drawn[CELL[1] :].max() > 180, "something light is written on the dark paper"
    assert clock(3_723_400) == "1:02:03.4"


def test_a_film_without_frames_has_no_sheet() -> None:
    assert ContactSheet().drawn() == b""


def test_files_carry_no_metadata() -> None:
    opened = _opened(thumbnail(_grey(0)))
    assert not opened.getexif()
    assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
