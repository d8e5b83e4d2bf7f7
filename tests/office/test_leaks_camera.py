"""Whoever holds the camera does not find it in a film that was treated, and does in one that was not; and no figure is told that nobody measured."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from cameras import film_of, filmed
from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe, probe
from jebi.media.quieting import Painter
from jebi.office.labour import Report
from jebi.office.leaks_camera import ALONE, AS_TAKEN, UNEVEN, UNSURE, measure
from jebi.office.opened import File
from jebi.office.rendering import render
from jebi.release import windows
from jebi.release.leaks import Check, Reason
from jebi.release.plan import Part, Picture, Plan, Source
from jebi.release.quieting import Strength, grain, places
from jebi.release.timeline import showings
from looked_at import MODELS
from release.plans import SEED, simple

RATE, COUNT = 10, 24
STRENGTH = 0.01
KEPT = ("libx264", "-preset", "veryfast", "-crf", "16")  # as a camera does


@dataclass(frozen=True)
class Street:
    """A street that camera 1 filmed, other films, and the plan that shows the street."""

    jail: Jail
    folder: Path

    @property
    def plan(self) -> Plan:
        return simple(
            picture=Picture(lines=216, rate=RATE, seed=SEED),
            sources=(Source(clip="0" * 16, sha256="ab" * 32),),
            parts=(Part(source=0, start_ms=0, end_ms=1000 * COUNT // RATE),),
        )

    def path(self, name: str) -> Path:
        return self.folder / f"{name}.mkv"

    def file(self, name: str) -> File:
        @contextlib.contextmanager
        def opened() -> Iterator[tuple[str, Probe]]:
            yield str(self.path(name)), probe(self.jail, str(self.path(name)))

        return opened()

    def rendered(self, plan: Plan | None = None, of: str = "street") -> Path:
        target = self.folder / "film.mp4"
        target.unlink(missing_ok=True)
        render(self.jail, Models(MODELS), plan or self.plan, lambda _: self.file(of), str(target), Report())
        return target

    def unaltered(self, of: str = "street") -> Path:
        """The film as somebody would make it who only makes it smaller."""
        target = self.folder / "unaltered.mp4"
        scaled = ["-vf", "scale=346:196", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]
        subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(self.path(of)), *scaled, str(target)], check=True)
        return target

    def only_laid(self) -> Path:
        """The film as it lies through its window, with all that its sensor did."""
        (showing,) = showings(self.plan)
        how = replace(windows.quieting(self.plan, showing, (384, 216)), strength=Strength(smoothing=(0, 0, 0), grain=0))
        painter = Painter(how, grain(how.seed, how.shown), places(how.seed, 100))
        path = str(self.path("street"))
        laid = [
            luma_of(painter.paint(frame.time_ms, frame.pixels), how.shown)
            for frame in frames(self.jail, path, probe(self.jail, path), height=240)
        ]
        return film_of(self.folder / "laid.mp4", laid, rate=RATE, encoder=KEPT)

    def check(self, film: Path, *others: str, plan: Plan | None = None, of: str = "street") -> Check:
        def there(_: int) -> Iterator[File]:
            return map(self.file, others)

        return measure(self.jail, plan or self.plan, lambda _: self.file(of), there, str(film), Report())


def luma_of(pixels: bytes, shown: tuple[int, int]) -> NDArray[np.uint8]:
    return np.frombuffer(pixels, np.uint8, shown[0] * shown[1]).reshape(shown[1], shown[0])


def reasons(check: Check) -> set[Reason]:
    return {finding.reason for finding in check.findings}


def words(check: Check) -> str:
    return " | ".join(finding.what for finding in check.findings)


def figures(check: Check) -> list[str]:
    return [name for name in check.measured if name.startswith("PCE")]


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    street = Street(Jail.find(), tmp_path_factory.mktemp("street"))
    for name, camera, of in (("street", 1, (3,)), ("market", 1, (4, 5)), ("river", 2, (6, 7)), ("walk", 1, (3, 8))):
        lumas = chain.from_iterable(filmed(camera, COUNT, place=place, strength=STRENGTH) for place in of)
        film_of(street.path(name), lumas, rate=RATE, encoder=KEPT)
    film_of(street.path("grey"), [np.full((216, 384), 110, np.uint8)] * COUNT, rate=RATE)
    copied = ["-i", str(street.path("street")), "-c:v", "libx264", "-crf", "22", str(street.path("copy"))]
    subprocess.run(["ffmpeg", "-v", "error", *copied], check=True)
    street.path("broken").write_bytes(street.path("market").read_bytes()[:2000])
    return street


def test_a_film_that_was_treated_passes_and_says_what_was_measured(street: Street) -> None:
    check = street.check(street.rendered(), "river", "market")
    assert check.findings == ()
    measured = check.measured
    assert (measured["clips"], measured["clips compared with other films"]) == (1, 1)
    assert (measured["shots"], measured["shots that lie as the plan lays them"]) == (1, 1)
    assert measured["pictures looked at"] == COUNT
    assert int(measured["PCE before"]) > 600
    assert 0 < int(measured["PCE after"]) < 60
    assert 0 < int(measured["PCE after, searched"]) < 60
    assert 0 < int(measured["PCE after, told"]) < 30
    assert "other clips" not in measured


def test_a_film_that_was_only_made_smaller_is_refused_for_its_camera_alone(street: Street) -> None:
    check = street.check(street.unaltered(), "market")
    assert reasons(check) == {Reason.CAMERA_KNOWN}
    assert AS_TAKEN in words(check)
    assert "brings the film back" in words(check)
    assert int(check.measured["PCE after"]) > 60


def test_a_film_that_only_lies_as_planned_is_found_by_who_is_told_how(street: Street) -> None:
    check = street.check(street.only_laid(), "market")
    assert reasons(check) == {Reason.CAMERA_KNOWN}
    assert check.measured["shots that lie as the plan lays them"] == 1
    assert "is told how" in words(check)


def test_without_another_film_no_figure_is_told_and_how_it_lies_is_looked_at(street: Street) -> None:
    check = street.check(street.rendered())
    assert check.findings == ()
    assert check.measured["other clips"] == ALONE
    assert check.measured["shots that lie as the plan lays them"] == 1
    assert figures(check) == []
    refused = street.check(street.unaltered())
    assert [(one.reason, one.what, one.at_ms) for one in refused.findings] == [(Reason.CAMERA_KNOWN, AS_TAKEN, 0)]
    assert figures(refused) == []


@pytest.mark.parametrize("other", ["river", "copy", "broken", "grey"])
def test_what_is_of_another_camera_or_shows_the_same_is_no_measure(street: Street, other: str) -> None:
    check = street.check(street.rendered(), other)
    assert check.findings == ()
    assert check.measured["other clips"] == ALONE
    assert figures(check) == []


def test_what_is_not_shown_of_a_clip_is_a_measure_of_what_is(street: Street) -> None:
    check = street.check(street.rendered(of="walk"), of="walk")
    assert check.findings == ()
    assert int(check.measured["PCE before"]) > 600
    assert int(check.measured["PCE after"]) < 60


def test_where_nothing_can_be_seen_and_nothing_compared_nobody_says_that_it_is_well(street: Street) -> None:
    check = street.check(street.rendered(of="grey"), of="grey")
    assert [(one.reason, one.what) for one in check.findings] == [(Reason.NOT_CHECKED, UNSURE)]


def test_a_film_of_another_plan_is_not_measured(street: Street) -> None:
    shorter = replace(street.plan, parts=(Part(source=0, start_ms=0, end_ms=1000),))
    check = street.check(street.rendered(), "market", plan=shorter)
    assert [(one.reason, one.what) for one in check.findings] == [(Reason.NOT_CHECKED, UNEVEN)]


def test_every_clip_of_a_film_is_measured_and_in_its_own_size(street: Street) -> None:
    upright = street.path("upright")
    turned = ["-i", str(street.path("street")), "-vf", "transpose=clock", "-c:v", "ffv1", str(upright)]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *turned], check=True)
    clips = tuple(Source(clip=f"{number:016x}", sha256="ab" * 32) for number in range(2))
    parts = (Part(source=0, start_ms=0, end_ms=1000), Part(source=1, start_ms=0, end_ms=1000))
    plan = replace(street.plan, sources=clips, parts=parts)
    names = ("street", "upright")

    def opened(place: int) -> File:
        return street.file(names[place])

    def others(place: int) -> Iterator[File]:
        return iter((street.file("market"),) if place == 0 else ())

    target = street.folder / "both.mp4"
    render(street.jail, Models(MODELS), plan, opened, str(target), Report())
    check = measure(street.jail, plan, opened, others, str(target), Report())
    assert check.findings == ()
    assert (check.measured["clips"], check.measured["clips compared with other films"]) == (2, 1)
    assert check.measured["shots that lie as the plan lays them"] == 2
    assert check.measured["other clips"] == ALONE
