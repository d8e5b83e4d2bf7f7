"""What it costs to hide one, three and ten faces of a film in full HD, beside deface on the same film, in the same run.

A film has 72 frames (tests/media/walkers.py); what each of them costs is made into the cost of a minute, of 1,500 frames, and what a clip costs once, however
long it is, is added: looking for its sensor in forty frames. jebi does all of it: decoding in the jail, looking through every frame, planning covers, decoding again,
taking the camera out, painting and encoding, in one process as a worker at the desk does. So does deface all that it does: decoding, finding, blurring, encoding, with its own
threshold, its network in ONNX Runtime on as many threads as it likes. Loading is timed of neither. A face is covered in a frame if 95 % of its box is; deface's boxes are
grown as deface grows them.
"""

import contextlib
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))  # where films with known faces are made

import numpy as np
from faces_judged import Sight, grown, is_covered, keys_of, still, stretch
from rows import ROOT, Row

from jebi.media.decoding import ahead
from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe, probe
from jebi.office.labour import Report
from jebi.office.rendering import render
from jebi.office.searching_faces import LINES, THREADS, Watcher
from jebi.release import protect
from jebi.release.plan import About, Part, Picture, Plan, Source
from jebi.release.second_look import Stretch
from jebi.release.sightings import Sighting
from media.walkers import FRAMES, HEIGHT, RATE, WIDTH, Walkers

COUNTS = {"one": 1, "three": 3, "ten": 10}  # faces
MINUTE = 60 * RATE / FRAMES  # times a film
PEERS = ROOT / ".cache" / "peers"
DEFACE = "deface 1.5.0"
HALF = "<= 0.5x"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Cost:
    """Of some work: seconds until it was done, and seconds of all cores together, its children's too."""

    waited: float
    worked: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.waited + other.waited, self.worked + other.worked)

    def __sub__(self, other: "Cost") -> "Cost":
        return Cost(self.waited - other.waited, self.worked - other.worked)

    def times(self, many: float) -> "Cost":
        """Of so much of it."""
        return Cost(self.waited * many, self.worked * many)


class _First(Report):
    """Remembers when the first picture was rendered."""

    at: Cost | None = None

    def say(self, done: int, total: int, unit: str) -> None:
        if unit == "pictures" and self.at is None:
            self.at = _now()


def measure(folder: Path) -> Iterator[Row]:
    """For each number of faces: both costs, its parts, and how many faces were covered."""
    for word, count in COUNTS.items():
        film, people = str(folder / f"{word}.mp4"), Walkers(count)
        people.write(film)
        covers, search, once, rendering = _protect(film, str(folder / f"{word}-hidden.mp4"))
        parts = {"search": search.times(MINUTE), "sensor": once, "render": rendering.times(MINUTE)}
        ours = sum(parts.values(), Cost(0, 0))
        found = _beside(film)
        peer, theirs, sights = (DEFACE, found[0].times(MINUTE), found[1]) if found else ("", None, [])
        name = f"protecting.{word}"
        for what, unit in (("waited", "s"), ("worked", "s of a core")):
            yield Row(
                name=f"{name}.{what}",
                value=round(getattr(ours, what), 1),
                unit=unit,
                peer=peer,
                peer_value=round(getattr(theirs, what), 1) if theirs else None,
                goal=HALF,
            )
        for part, cost in parts.items():
            yield Row(name=f"{name}.{part}.waited", value=round(cost.waited, 1), unit="s")
            yield Row(name=f"{name}.{part}.worked", value=round(cost.worked, 1), unit="s of a core")
        beside = [
            still(grown(sight), WIDTH, HEIGHT, at=_ms(number)) for number, each in enumerate(sights) for sight in each
        ]
        yield Row(
            name=f"{name}.covered",
            value=_covered(people, covers),
            unit="% of faces",
            peer=peer,
            peer_value=_covered(people, beside) if theirs else None,
            goal=">= 1x",
        )


def _protect(film: str, target: str) -> tuple[list[Stretch], Cost, Cost, Cost]:
    """As the desk's workers do it: covers; what searching costs, what rendering does before the first picture, and what from then on."""
    jail, models = Jail.find(), Models(ROOT / ".cache" / "models")
    watcher = Watcher(models, threads=THREADS)

    @contextlib.contextmanager
    def opened(_: int) -> Iterator[tuple[str, Probe]]:
        yield film, probe(jail, film)

    def search() -> list[Sighting]:
        return [
            one for frame in ahead(frames(jail, film, probe(jail, film), height=LINES)) for one in watcher.see(frame)
        ]

    length_ms = FRAMES * 1000 // RATE
    sightings, searched = costs(search)
    covers = protect.covers(sightings, end_ms=length_ms)
    plan = Plan(
        about=About(),
        picture=Picture(lines=HEIGHT, rate=RATE, seed=bytes(16)),
        sources=(Source(clip="0" * 16, sha256="0" * 64, covers=covers),),
        parts=(Part(source=0, start_ms=0, end_ms=length_ms),),
    )
    first, began = _First(), _now()
    render(jail, models, plan, opened, target, first)
    assert first.at
    return [stretch(keys) for keys in keys_of(covers)], searched, first.at - began, _now() - first.at


def _beside(film: str) -> tuple[Cost, list[list[Sight]]] | None:
    """What it costs deface, and what it finds; `None` where it is not there."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PEERS), os.environ.get("PYTHONPATH", "")])}
    said = subprocess.run([sys.executable, __file__, film], stdout=subprocess.PIPE, env=environment, check=False)
    if said.returncode:
        return None
    waited, worked, sights = json.loads(said.stdout.splitlines()[-1])
    return Cost(waited, worked), sights


def costs(work: Callable[[], Result]) -> tuple[Result, Cost]:
    """What comes of some work, and what it costs."""
    began = _now()
    result = work()
    return result, _now() - began


def _now() -> Cost:
    """What this process, and what it waited for, have cost so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return Cost(time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used))


def _ms(number: int) -> int:
    return 1000 * number // RATE


def _covered(people: Walkers, covers: Sequence[Stretch]) -> float:
    """Per cent of faces, counted frame by frame, that are covered."""
    hidden = [
        is_covered(face, covers, WIDTH, HEIGHT, _ms(number))
        for number, faces in enumerate(people.truth())
        for face in faces
    ]
    return round(100 * sum(hidden) / len(hidden), 2)


def _deface(film: str) -> None:
    """All that deface does to a film, by itself: it loads what jebi must not have."""
    deface = importlib.import_module("deface.deface")
    finder, sights = deface.CenterFace(backend="onnxrt"), list[list[Sight]]()

    def finds(picture: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
        found, marks = finder(picture, threshold=threshold)
        sights.append([(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2, _ in found.tolist()])
        return found, marks

    its_own = {"threshold": 0.2, "replacewith": "blur", "mask_scale": 1.3, "ellipse": True, "draw_scores": False}
    alone = {"enable_preview": False, "cam": False, "nested": False, "ffmpeg_config": {"codec": "libx264"}}
    _, cost = costs(lambda: deface.video_detect(film, f"{film}.deface.mp4", finds, **its_own, **alone))
    print(json.dumps([cost.waited, cost.worked, sights]))


if __name__ == "__main__":
    _deface(sys.argv[1])
