"""What is rendered shows what the plan says, and nothing below a cover."""

import contextlib
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jebi.device import blocks
from jebi.errors import Refused
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe, probe
from jebi.office.labour import Report
from jebi.office.rendering import render
from jebi.release import bitstream, container
from jebi.release.plan import About, Cover, Key, Part, Picture, Plan, Source
from jebi.release.traces import traces
from looked_at import MODELS

RATE = 10
COVER = Cover(
    kind="hand",
    style="solid",
    keys=(
        Key(time_ms=0, x=2500, y=2500, width=5000, height=5000),
        Key(time_ms=1500, x=2500, y=2500, width=5000, height=5000),
    ),
)


@pytest.fixture(scope="module")
def jail() -> Jail:
    return Jail.find()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds in which the picture gets lighter, 25 frames a second, with a tone."""
    path = tmp_path_factory.mktemp("film") / "film.mkv"
    light = "color=black:size=320x180:rate=25:duration=2,format=yuv420p,geq=lum='40+T*80':cb=128:cr=128"
    tone = "sine=frequency=440:duration=2"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", light, "-f", "lavfi", "-i", tone]
    subprocess.run([*command, "-metadata", "title=my village", str(path)], check=True)
    return path


def plan_of(*shown: tuple[int, int, int], covers: tuple[Cover, ...] = (), sources: int = 1, lines: int = 180) -> Plan:
    return Plan(
        about=About(),
        picture=Picture(lines=lines, rate=RATE, seed=bytes(16)),
        sources=tuple(Source(clip=f"{i:016x}", sha256="0" * 64, covers=covers) for i in range(sources)),
        parts=tuple(Part(source=source, start_ms=start, end_ms=end) for source, start, end in shown),
    )


def rendered(jail: Jail, plan: Plan, target: Path, *paths: Path) -> NDArray[np.uint8]:
    """The luma of all pictures."""

    @contextlib.contextmanager
    def opened(source: int) -> Iterator[tuple[str, Probe]]:
        path = str(paths[source])
        yield path, probe(jail, path)

    count = render(jail, Models(MODELS), plan, opened, str(target), Report())
    (stream,) = asked(target)["streams"]
    raw = ["ffmpeg", "-v", "error", "-i", str(target), "-f", "rawvideo", "-vf", "extractplanes=y", "-"]
    content = subprocess.run(raw, check=True, capture_output=True).stdout
    pictures = np.frombuffer(content, np.uint8).reshape(-1, stream["height"], stream["width"])
    assert len(pictures) == count
    return pictures


def asked(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def lights(pictures: NDArray[np.uint8]) -> list[float]:
    """How light the corner of each picture is, as the film's seconds are: 0 to 2."""
    shown = pictures[:, :16, :16].mean(axis=(1, 2)).astype(float)
    return [float((light - 40) / 80) for light in shown]


def test_each_picture_shows_its_moment_of_the_source(jail: Jail, film: Path, tmp_path: Path) -> None:
    pictures = rendered(jail, plan_of((0, 500, 1500)), tmp_path / "cut.mp4", film)
    assert len(pictures) == RATE
    first, *_, last = lights(pictures)
    assert last - first == pytest.approx(0.9, abs=0.06)


def test_parts_are_shown_in_the_order_of_the_plan(jail: Jail, film: Path, tmp_path: Path) -> None:
    shown = lights(rendered(jail, plan_of((0, 1500, 1800), (0, 0, 300)), tmp_path / "cut.mp4", film))
    assert len(shown) == 6
    assert min(shown[:3]) > max(shown[3:]) + 0.9


def test_what_is_covered_is_grey_as_long_as_it_is_covered(jail: Jail, film: Path, tmp_path: Path) -> None:
    pictures = rendered(jail, plan_of((0, 0, 2000), covers=(COVER,)), tmp_path / "cut.mp4", film)
    inside = pictures[:, 54:108, 96:192].astype(int)
    assert abs(inside[:15] - 110).max() <= 9  # the grain
    assert inside[19].mean() > inside[0].mean() + 40


def test_a_source_that_ends_early_stands_still(jail: Jail, film: Path, tmp_path: Path) -> None:
    shown = lights(rendered(jail, plan_of((0, 1500, 2500)), tmp_path / "cut.mp4", film))
    assert len(shown) == RATE
    assert shown[-1] == pytest.approx(shown[-4], abs=0.03)


def test_a_source_of_another_shape_is_put_into_the_middle(jail: Jail, film: Path, tmp_path: Path) -> None:
    upright = tmp_path / "upright.mkv"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), "-vf", "transpose=clock", str(upright)], check=True)
    plan = plan_of((0, 1000, 1200), (1, 1000, 1200), sources=2)
    pictures = rendered(jail, plan, tmp_path / "cut.mp4", film, upright)
    assert pictures.shape == (4, 162, 288)
    assert pictures[3][81, 144] > 80
    assert pictures[3][81, 10] < 20


def test_neither_sound_nor_a_word_of_the_original_is_in_it(jail: Jail, film: Path, tmp_path: Path) -> None:
    rendered(jail, plan_of((0, 0, 1000)), tmp_path / "cut.mp4", film)
    (stream,) = asked(tmp_path / "cut.mp4")["streams"]
    assert stream["codec_name"] == "h264"
    content = (tmp_path / "cut.mp4").read_bytes()
    for word in (b"village", b"x264", b"Lavc", b"Lavf"):
        assert word not in content


def test_nothing_is_in_it_that_is_not_on_the_list(jail: Jail, film: Path, tmp_path: Path) -> None:
    rendered(jail, plan_of((0, 0, 1000), covers=(COVER,)), tmp_path / "cut.mp4", film)
    with blocks.open_for_reading(str(tmp_path / "cut.mp4")) as source:
        examined = container.examine(source)
        assert examined.findings == ()
        assert examined.pictures
        assert list(bitstream.examine([source], examined.pictures)) == []
        assert list(traces(source, ["my village"])) == []


def test_the_same_plan_gives_the_same_bytes(jail: Jail, film: Path, tmp_path: Path) -> None:
    plan = plan_of((0, 0, 1000), covers=(COVER,))
    for name in ("one.mp4", "two.mp4"):
        rendered(jail, plan, tmp_path / name, film)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def test_a_cut_shorter_than_a_picture_is_refused(jail: Jail, film: Path, tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), "-vn", str(sound)], check=True)
    with pytest.raises(Refused, match="without a picture"):
        rendered(jail, plan_of((0, 0, 1000)), tmp_path / "cut.mp4", sound)
    assert not list(tmp_path.glob("cut*"))


def test_a_film_as_large_as_the_plan_says_is_made_of_a_larger_one(jail: Jail, film: Path, tmp_path: Path) -> None:
    assert rendered(jail, plan_of((0, 0, 200), lines=144), tmp_path / "cut.mp4", film).shape == (2, 144, 256)


def test_a_part_that_is_shown_twice_is_not_laid_twice_alike(jail: Jail, film: Path, tmp_path: Path) -> None:
    first, second = rendered(jail, plan_of((0, 0, 100), (0, 0, 100), covers=(COVER,)), tmp_path / "cut.mp4", film)
    assert np.abs(first.astype(int) - second).max() > 30


def test_a_still_picture_is_shown_for_as_long_as_its_part_lasts(jail: Jail, film: Path, tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    subprocess.run(["ffmpeg", "-v", "error", "-ss", "1", "-i", str(film), "-frames:v", "1", str(still)], check=True)
    shown = lights(rendered(jail, plan_of((0, 0, 500)), tmp_path / "cut.mp4", still))
    assert len(shown) == 5
    assert max(shown) - min(shown) < 0.06
