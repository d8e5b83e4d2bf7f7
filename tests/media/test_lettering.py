"""Lines of lettering are found at every size and on any ground, and leaves are none."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image, ImageDraw, ImageFont

from jebi.media.lettering import HEIGHT, MARGIN, WIDEST, Grey, find_lettering

NANUM = "/usr/share/fonts/truetype/nanum/NanumGothic.ttf"


def _sign(
    text: str, *, size: int, ink: int = 20, paper: int = 230, wall: int = 120
) -> tuple[Grey, tuple[int, int, int, int]]:
    """A sign on a wall, and the box of its text."""
    picture = Image.new("L", (1280, 720), wall)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(NANUM, size)
    left, top, right, bottom = draw.textbbox((640, 360), text, font=font, anchor="mm")
    draw.rectangle((left - size // 2, top - size // 2, right + size // 2, bottom + size // 2), fill=paper)
    draw.text((640, 360), text, font=font, fill=ink, anchor="mm")
    return np.asarray(picture), (int(left), int(top), int(right), int(bottom))


@pytest.mark.parametrize("size", [16, 24, 40, 70, 120, 200])
@pytest.mark.parametrize(("ink", "paper"), [(20, 230), (240, 60), (110, 150)])
def test_a_sign_is_found_at_every_size_in_either_shade(size: int, ink: int, paper: int) -> None:
    frame, (left, top, right, bottom) = _sign("종합시장", size=size, ink=ink, paper=paper)
    found = find_lettering(frame, most=10)
    slack = max(4, size // 4)
    assert any(
        abs(line.x - left) <= slack
        and abs(line.y - top) <= slack
        and abs(line.x + line.width - right) <= slack
        and abs(line.y + line.height - bottom) <= slack
        for line in found
    )


def test_a_line_is_cut_out_black_on_white_at_one_height() -> None:
    for ink, paper in ((20, 230), (240, 60)):
        frame, _ = _sign("종합시장", size=60, ink=ink, paper=paper)
        picture = find_lettering(frame, most=10)[0].picture
        assert picture.shape[0] == HEIGHT + 2 * MARGIN
        assert (picture[:MARGIN] == 255).all()
        assert (picture[:, :MARGIN] == 255).all()
        assert picture.min() < 30
        assert 0.5 < (picture > 200).mean() < 0.95


def test_signs_beside_and_below_each_other_are_lines_of_their_own() -> None:
    picture = Image.new("L", (1280, 720), 230)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(NANUM, 40)
    places = [(100, 100), (700, 100), (100, 170), (100, 500)]
    for place in places:
        draw.text(place, "시장 쌀값", font=font, fill=20)
    found = find_lettering(np.asarray(picture), most=10)
    assert len([line for line in found if line.height > 25]) >= 4
    for x, y in places:
        assert any(abs(line.x - x) < 15 and abs(line.y - y) < 15 for line in found)


def test_strongest_comes_first_and_never_more_than_asked_for() -> None:
    frame, _ = _sign("종합시장", size=60)
    everything = find_lettering(frame, most=99)
    assert everything == sorted(everything, key=lambda line: -line.strength)
    assert len(find_lettering(frame, most=1)) == 1
    assert find_lettering(frame, most=0) == []


def test_a_wall_is_empty_and_a_meadow_nearly_so(samples: Path) -> None:
    assert find_lettering(np.full((720, 1280), 130, np.uint8), most=99) == []
    ramp = np.tile(np.linspace(0, 255, 1280).astype(np.uint8), (720, 1))
    assert find_lettering(ramp, most=99) == []
    command = ["ffmpeg", "-v", "error", "-i", str(samples / "bigbuckbunny.mp4"), "-vf", "fps=1", "-f", "rawvideo"]
    raw = subprocess.run([*command, "-pix_fmt", "gray", "-"], check=True, capture_output=True).stdout
    for frame in np.frombuffer(raw, np.uint8).reshape(-1, 720, 1280):
        assert len(find_lettering(frame, most=999)) < 60


@given(
    arrays.arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 60)), elements=st.sampled_from([0, 90, 255]))
)
def test_lines_of_any_frame_lie_in_it(frame: Grey) -> None:
    for line in find_lettering(frame, most=50):
        assert 0 <= line.x < line.x + line.width <= frame.shape[1]
        assert 0 <= line.y < line.y + line.height <= frame.shape[0]
        assert line.picture.shape[1] <= WIDEST + 2 * MARGIN + HEIGHT
        assert np.isfinite(line.strength)


def test_noise_is_looked_through_in_bounded_work() -> None:
    dice = np.random.default_rng(0)
    assert len(find_lettering(dice.integers(0, 256, (720, 1280), dtype=np.uint8), most=24)) <= 24
    checks = (np.indices((720, 1280)).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert len(find_lettering(checks, most=24)) <= 24
