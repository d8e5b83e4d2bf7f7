"""A picture leaves its camera behind: what the sensor did to it, and how it lay over the sensor; and what is covered stays covered."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cameras import film_of, filmed, pattern_of
from jebi.archive.sensor import SHARE, Gathering
from jebi.archive.sensor_match import THRESHOLD, Meter, Pose, straightened
from jebi.errors import Refused
from jebi.media.frames import Frame
from jebi.media.jail import Jail
from jebi.media.probe import Matrix, Probe, probe
from jebi.media.run import Stopped
from jebi.office.labour import Report
from jebi.office.opened import Opened
from jebi.office.rendering_camera import MOST_KEPT, Sensors, Treatment, shown_at
from jebi.release import windows
from jebi.release.plan import Cover, Key, Part, Picture, Plan, Source
from jebi.release.second_look import Box
from jebi.release.timeline import showings
from release.plans import SEED, simple

SIZE = (384, 216)
RATE = 10
CLEAR = np.zeros((216, 384), np.int16)
BOX = Key(time_ms=0, x=2500, y=2500, width=2500, height=5000)  # 96 to 192 across, 54 to 162 down
GREY, GRAIN = 110, 12  # levels: of a cover, and of what grain and a sharp edge add at most


def plan_of(*covers: Cover, parts: tuple[Part, ...] = (), sources: int = 1) -> Plan:
    clips = tuple(Source(clip=f"{number:016x}", sha256="ab" * 32, covers=covers) for number in range(sources))
    picture = Picture(lines=216, rate=RATE, seed=SEED)
    return simple(picture=picture, sources=clips, parts=parts or (Part(source=0, start_ms=0, end_ms=2000),))


def solid(*keys: Key) -> Cover:
    return Cover(kind="hand", style="solid", keys=keys)


def frame_of(luma: NDArray[np.uint8], time_ms: int = 0) -> Frame:
    rows, columns = luma.shape
    pixels = luma.tobytes() + bytes([128]) * (rows * columns // 2)
    return Frame(time_ms=time_ms, width=columns, height=rows, pixels=pixels, matrix=Matrix.BT709)


def opener(jail: Jail, *paths: Path) -> Opened:
    @contextlib.contextmanager
    def opened(place: int) -> Iterator[tuple[str, Probe]]:
        yield str(paths[place]), probe(jail, str(paths[place]))

    return opened


@pytest.fixture(scope="module")
def jail() -> Jail:
    return Jail.find()


@pytest.fixture(scope="module")
def street(jail: Jail, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds that camera 1 takes of a street."""
    return film_of(tmp_path_factory.mktemp("street") / "film.mkv", filmed(1, 20, place=3, strength=0.01), rate=RATE)


def treated(plan: Plan, frames: list[Frame], shares: NDArray[np.int16] = CLEAR) -> list[Frame]:
    (showing, *_) = showings(plan)
    treatment = Treatment(plan, showing, shares)
    return [treatment.treated(number, frame) for number, frame in enumerate(frames)]


def test_what_a_clip_tells_of_its_sensor_is_found_and_is_that_of_its_camera(jail: Jail, street: Path) -> None:
    shares = Sensors(jail, plan_of(), opener(jail, street), Report()).shares(0) / SHARE
    for camera, least, most in ((1, 0.5, 1.2), (2, -0.05, 0.05)):
        truth = pattern_of(camera)
        assert least < float((shares * truth).mean() / (truth * truth).mean()) < most


def test_a_source_is_gone_through_once_and_gives_the_same_each_time(jail: Jail, street: Path) -> None:
    asked = []

    def opened(place: int) -> contextlib.AbstractContextManager[tuple[str, Probe]]:
        asked.append(place)
        return opener(jail, *[street] * 9)(place)

    parts = tuple(Part(source=place, start_ms=0, end_ms=300) for place in range(MOST_KEPT + 1))
    sensors = Sensors(jail, plan_of(parts=parts, sources=len(parts)), opened, Report())
    first = sensors.shares(0)
    assert (sensors.shares(0) == first).all()
    for place in range(1, MOST_KEPT + 1):
        assert (sensors.shares(place) != first).any()  # the dither is each source's own
    assert (sensors.shares(0) == first).all()
    assert asked == [*range(MOST_KEPT + 1), 0]


def test_the_camera_is_found_in_the_film_before_and_not_after(jail: Jail, street: Path) -> None:
    plan = plan_of()
    lumas = list(filmed(1, 20, place=3, strength=0.01))
    shares = Sensors(jail, plan, opener(jail, street), Report()).shares(0)
    before, after = Gathering(), Gathering()
    for luma, shown in zip(lumas, treated(plan, [frame_of(luma) for luma in lumas], shares), strict=True):
        before.feed(luma)
        after.feed(shown.luma)
    found, left = before.finish(), after.finish()
    assert found
    assert left
    truth, scale = Meter(pattern_of(1)), left.pattern.shape[1] / 384
    assert truth.measure(found.pattern).energy > 20 * THRESHOLD
    assert abs(truth.measure(straightened(left.pattern, (216, 384), Pose(scale=scale))).energy) < THRESHOLD


@pytest.mark.parametrize("part", range(6))
def test_no_rim_of_what_is_covered_is_to_be_seen(part: int) -> None:
    plan = plan_of(solid(BOX), parts=tuple(Part(source=0, start_ms=0, end_ms=1) for _ in range(6)))
    luma = np.full((216, 384), 60, np.uint8)
    luma[54:162, 96:192] = 235
    showing = list(showings(plan))[part]
    shown = Treatment(plan, showing, CLEAR).treated(showing.first, frame_of(luma))
    assert shown.luma.min() > 60 - GRAIN
    assert shown.luma.max() < GREY + GRAIN


def test_a_cover_goes_where_the_picture_goes() -> None:
    plan = plan_of(solid(BOX))
    bare = np.full((216, 384), 60, np.uint8)
    (covered,) = treated(plan, [frame_of(bare)])
    (showing,) = showings(plan)
    how = windows.quieting(plan, showing, SIZE)
    rows, columns = np.nonzero(covered.luma > 90)
    height, width = covered.luma.shape
    seen = Box(
        x=int(columns.min()) * 10_000 // width,
        y=int(rows.min()) * 10_000 // height,
        width=int(np.ptp(columns)) * 10_000 // width,
        height=int(np.ptp(rows)) * 10_000 // height,
    )
    there = windows.taken_from(how, 0, (width, height), seen)
    for found, meant in ((there.x, 2500), (there.y, 2500), (there.width, 2500), (there.height, 5000)):
        assert abs(found - meant) < 200


def test_what_is_covered_is_in_no_number_beside_its_cover(jail: Jail, street: Path, tmp_path: Path) -> None:
    lumas = list(filmed(1, 20, place=3, strength=0.01))
    faces = np.random.default_rng(5).integers(16, 236, (108, 96)).astype(np.uint8)
    other = [luma.copy() for luma in lumas]
    for luma in other:
        luma[54:162, 96:192] = faces
    plan = plan_of(solid(BOX, replace(BOX, time_ms=2000)))
    hidden = film_of(tmp_path / "other.mkv", other, rate=RATE)
    found = [Sensors(jail, plan, opener(jail, path), Report()).shares(0) for path in (street, hidden)]
    assert (found[0] == found[1]).all()
    assert np.ptp(found[0][60:156, 102:186]) == 0
    shown = [treated(plan, [frame_of(luma) for luma in some[:3]], found[0]) for some in (lumas, other)]
    assert [one.pixels for one in shown[0]] == [one.pixels for one in shown[1]]


def test_a_clip_without_a_picture_or_too_small_a_one_is_refused(jail: Jail, tmp_path: Path) -> None:
    tone = tmp_path / "tone.wav"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", str(tone)], check=True)
    with pytest.raises(Refused, match="without a picture"):
        Sensors(jail, plan_of(), opener(jail, tone), Report()).shares(0)
    with pytest.raises(Refused, match="too small"):
        treated(plan_of(), [], np.zeros((64, 64), np.int16))


def test_whoever_looks_at_a_sensor_stops_when_asked(jail: Jail, street: Path) -> None:
    report = Report()
    sensors = Sensors(jail, plan_of(), opener(jail, street), report)
    report.is_over.set()
    with pytest.raises(Stopped):
        sensors.shares(0)


def test_each_time_has_the_frame_that_is_shown_then() -> None:
    frames = [frame_of(np.full((16, 16), level, np.uint8), time) for level, time in ((20, 40), (30, 80), (40, 200))]
    times = [0, 40, 79, 80, 81, 199, 200, 900]
    assert [int(frame.luma[0, 0]) for frame in shown_at(frames, times)] == [20, 20, 20, 30, 30, 30, 40, 40]
    assert list(shown_at(frames, [])) == list(shown_at([], times)) == []
