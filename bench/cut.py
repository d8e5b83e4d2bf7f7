"""The camera in a cut, by the code with which a desk renders one: what it costs at 720 lines, and what its leak report says is left.

Films are those of `camera.py`: generated cameras film the sample films, at 1080 lines. The leak check is given a film of a plain wall, as whoever holds the
camera would make it, and then a film of another place, which is what a desk has.
"""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from camera import FILMS, RATE, SEED, Room, _film
from rows import ROOT, Row

from jebi.archive.sensor_left import NARROW
from jebi.archive.sensor_match import THRESHOLD
from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe, probe
from jebi.office.labour import Report
from jebi.office.leaks_camera import measure as checked
from jebi.office.opened import File
from jebi.office.rendering import render
from jebi.office.rendering_camera import Sensors, Treatment
from jebi.release import windows
from jebi.release.plan import About, Part, Picture, Plan, Source
from jebi.release.timeline import showings

LINES = 720
MODELS = ROOT / ".cache" / "models"
OTHERS = {"wall": "wall", "street": "meadow", "meadow": "street"}


def measure(folder: Path) -> Iterator[Row]:
    """All rows of the area."""
    jail = Jail.find()
    room = Room(folder=folder, width=1920, height=1080, frames=90, bits="17M")
    wall = _film(replace(room, frames=60), "wall", camera=1)
    films = {name: _film(room, name, camera=1) for name in FILMS}
    plan = _plan(LINES, room)
    for name, film in films.items():
        yield from _costs(jail, plan, name, film)
        target = folder / f"{name}-cut.mp4"
        _render(jail, plan, film, target)
        for kind, other in (("wall", wall), ("other-place", films[OTHERS[name]])):
            yield from _left(jail, plan, name, kind, film, other, target)
    yield from _long(jail, replace(room, width=960, height=540, frames=600, bits="5M"))


def _plan(lines: int, room: Room) -> Plan:
    return Plan(
        about=About(),
        picture=Picture(lines=lines, rate=RATE, seed=SEED),
        sources=(Source(clip="0" * 16, sha256="0" * 64),),
        parts=(Part(source=0, start_ms=0, end_ms=1000 * room.frames // RATE),),
    )


def _long(jail: Jail, room: Room) -> Iterator[Row]:
    """Twenty seconds of one part: two windows, of which each is gone through for itself."""
    wall, film = _film(replace(room, frames=60), "wall", camera=1), _film(room, "street", camera=1)
    plan, target = _plan(480, room), room.folder / "long-cut.mp4"
    _render(jail, plan, film, target)
    yield from _left(jail, plan, "long-street", "wall", film, wall, target)


def _costs(jail: Jail, plan: Plan, name: str, film: Path) -> Iterator[Row]:
    """Processor time of jebi's own; decoding and encoding are not in it."""
    began = time.process_time()
    shares = Sensors(jail, plan, lambda _: _file(jail, film), Report()).shares(0)
    yield Row(name=f"cut.{name}.shares", value=time.process_time() - began, unit="s a clip")
    (showing,) = showings(plan)
    treatment, spent, count = Treatment(plan, showing, shares), 0.0, 0
    for frame in frames(jail, str(film), probe(jail, str(film)), height=windows.incoming(LINES)):
        began = time.process_time()
        treatment.treated(count, frame)
        spent += time.process_time() - began
        count += 1
    yield Row(name=f"cut.{name}.treating", value=1000 * spent / count, unit="ms a frame")


def _left(jail: Jail, plan: Plan, name: str, kind: str, film: Path, other: Path, target: Path) -> Iterator[Row]:
    """What the leak check measures."""
    began = time.process_time()
    check = checked(
        jail, plan, lambda _: _file(jail, film), lambda _: iter((_file(jail, other),)), str(target), Report()
    )
    if kind == "wall":
        yield Row(name=f"cut.{name}.checking", value=time.process_time() - began, unit="s a cut")
    goals = {"before": f">= {THRESHOLD:g}", "after, told": f"<= {NARROW:g}"}
    for who in ("before", "after", "after, searched", "after, told"):
        goal = goals.get(who, f"<= {THRESHOLD:g}")
        value = float(check.measured[f"PCE {who}"])
        yield Row(name=f"cut.{name}.{kind}.{who.replace(', ', '.')}", value=value, unit="PCE", goal=goal)


def _render(jail: Jail, plan: Plan, film: Path, target: Path) -> None:
    render(jail, Models(MODELS), plan, lambda _: _file(jail, film), str(target), Report())


def _file(jail: Jail, path: Path) -> File:
    @contextlib.contextmanager
    def opened() -> Iterator[tuple[str, Probe]]:
        yield str(path), probe(jail, str(path))

    return opened()
