"""Finding faces where they are hard to find: jebi's finders and deface, over the same frames, against truth made by hand.

672 made frames in nine cases (tests/media/hard_faces.py) and 120 of a real film marked by hand (tests/media/carphone.py). A face is
found in a frame if a sighting covers at least half of its box and is not more than seven times as large. Times are of one core, for all that
a finder does with a frame of 1280 × 720. deface runs as it comes: whole frames, its own threshold of 0.2, its network in ONNX Runtime.
Finders are compared on every fourth frame (`JEBI_BENCH_EVERY`), what stays uncovered is counted on all of them.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from itertools import combinations, islice
from pathlib import Path
from statistics import mean
from typing import Any, TypeVar

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests"))  # where films with known faces are made

import numpy as np
import numpy.typing as npt
from faces_judged import FRAME_MS, Film, Sight, grown, is_bare, is_found, keys_of, uncovered
from rows import ROOT, Row

from jebi.media.cascade import Cascade, Seen
from jebi.media.faces import Face, FaceFinder
from jebi.media.frames import Frame
from jebi.media.likeness import Likeness, distance
from jebi.media.models import Models
from jebi.media.probe import Matrix
from jebi.office.searching_faces import Watcher
from jebi.release import protect
from jebi.release.second_look import ALIKE
from jebi.release.sightings import Sighting as Sighted
from media.carphone import Carphone
from media.cutouts import MARKS, Pixels, picture
from media.hard_faces import Truth, sequences

ARCHIVED, BEGUN, FOLLOWED = (
    0.5,
    0.35,
    0.1,
)  # CenterFace's scores: in the archive, to begin a cover, and to go on with it
WIDE = 1280  # the longer side of a frame in which small faces are found; larger ones that lie are found at 640
EVERY = int(os.environ.get("JEBI_BENCH_EVERY", "4"))
PEERS = ROOT / ".cache" / "peers"

Faces = TypeVar("Faces")
Look = Callable[[Pixels], dict[str, tuple[float, list[Sight]]]]  # of each finder: how long it took, and what it saw


@dataclass
class Tally:
    """What one finder did, in one case or in several: sums over faces and frames."""

    faces: int = 0
    found: int = 0
    frames: int = 0
    false: int = 0
    bare: int = 0  # frames with a face that boxes grown as deface grows them do not cover
    seconds: float = 0.0

    @classmethod
    def of(cls, parts: Iterable["Tally"]) -> "Tally":
        return cls(*map(sum, zip(*map(astuple, parts), strict=True)))

    def count(self, frame: Pixels, truth: Sequence[Truth], sights: Sequence[Sight], seconds: float) -> None:
        hits = [{sight for sight in sights if is_found(face, sight)} for face in truth]
        self.faces, self.found = self.faces + len(hits), self.found + sum(map(bool, hits))
        self.frames, self.false = self.frames + 1, self.false + len(set(sights).difference(*hits))
        self.bare += is_bare(frame, truth, map(grown, sights))
        self.seconds += seconds

    def recall(self) -> float:
        return 100 * self.found / self.faces

    def alarms(self) -> float:
        return self.false / self.frames

    def time(self) -> float:
        return 1000 * self.seconds / self.frames


Tallies = dict[str, dict[str, Tally]]  # by finder, and by case


def measure(folder: Path) -> Iterator[Row]:
    """All rows of the area."""
    output = folder / "deface.json"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PEERS), os.environ.get("PYTHONPATH", "")])}
    with output.open("wb") as file:
        peer = subprocess.Popen([sys.executable, __file__], stdout=file, env=environment)
        try:
            tallies, _ = tally(_ours(), step=EVERY)
            tracked = _track()
        finally:
            status = peer.wait()
    said = json.loads(output.read_text(encoding="utf-8").splitlines()[-1]) if status == 0 else [{}, {}]
    theirs, on_all = map(_read, said)
    yield Row(name="faces.frames", value=sum(each.frames for each in tallies["second"].values()), unit="frames")
    for finder, cases in tallies.items():
        for case, each in cases.items():
            yield _row(f"faces.{finder}.{case}.found", each, theirs.get(case), Tally.recall, "%")
        whole = Tally.of(cases.values()), Tally.of(theirs.values()) if theirs else None
        yield _row(f"faces.{finder}.found", *whole, Tally.recall, "%")
        yield _row(f"faces.{finder}.false_alarms", *whole, Tally.alarms, "a frame")
        made = [
            Tally.of(each for case, each in all_of.items() if case != Carphone().case) for all_of in (cases, theirs)
        ]
        yield _row(f"faces.{finder}.time", made[0], made[1] if theirs else None, Tally.time, "ms/frame")
    for case, each in on_all.items():
        yield Row(name=f"faces.deface.{case}.uncovered", value=each.bare, unit=f"of {each.frames}")
    yield from _tracked(tracked, on_all)
    yield from _likenesses()


def films() -> Iterator[Film]:
    """All that is looked at."""
    yield Carphone()
    yield from sequences()


def tally(look: Look, *, step: int) -> tuple[Tallies, Tallies]:
    """What each finder did in each case: on every EVERYth frame, and on all that it looked at, every so manyth."""
    compared: Tallies = {}
    on_all: Tallies = {}
    for film in films():
        for number, (frame, truth) in enumerate(zip(film.frames(), film.truth(), strict=True)):
            seen = look(frame) if number % step == 0 else {}
            for finder, (seconds, sights) in seen.items():
                for tallies in (on_all, compared) if number % EVERY == 0 else (on_all,):
                    tallies.setdefault(finder, {}).setdefault(film.case, Tally()).count(frame, truth, sights, seconds)
    return compared, on_all


@dataclass
class Tracked:
    """What covers left bare, and what looking for faces cost; every frame of all films."""

    bare: Counter[str] = field(default_factory=Counter)  # frames, by case
    frames: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)  # ms, of each made frame


def _track() -> Tracked:
    models, tracked = Models(ROOT / ".cache" / "models"), Tracked()
    for film in films():
        watcher, sightings = Watcher(models), list[Sighted]()
        for number, planes in enumerate(film.planes()):
            height, width = planes[0].shape
            pixels = b"".join(plane.tobytes() for plane in planes)
            frame = Frame(time_ms=FRAME_MS * number, width=width, height=height, pixels=pixels, matrix=Matrix.BT601)
            began = time.process_time()
            sightings += watcher.see(frame)
            if film.case != Carphone().case:
                tracked.times.append(1000 * (time.process_time() - began))
            tracked.frames[film.case] += 1
        tracked.bare[film.case] += len(uncovered(film, keys_of(protect.covers(sightings))))
    return tracked


def _tracked(tracked: Tracked, theirs: Mapping[str, Tally]) -> Iterator[Row]:
    """Frames that jebi's covers leave bare, from the first to the last of each film, and what looking for faces costs."""
    bare, frames = tracked.bare, tracked.frames
    for case, count in frames.items():
        peer = theirs.get(case)
        yield Row(
            name=f"faces.tracked.{case}.uncovered",
            value=bare[case],
            unit=f"of {count}",
            peer="deface 1.5.0" if peer else "",
            peer_value=peer.bare if peer else None,
            goal="<= 0",
        )
    yield Row(name="faces.tracked.uncovered", value=bare.total(), unit=f"of {frames.total()}", goal="<= 0")
    yield Row(name="faces.tracked.time", value=round(mean(tracked.times), 1), unit="ms/frame")


def _ours() -> Look:
    """CenterFace as it looks for the archive, and as a cover begins and goes on; and the cascade that looks a second time."""
    models = Models(ROOT / ".cache" / "models")
    plain, wide = FaceFinder(models.find("faces")), FaceFinder(models.find("faces"), longest_side=WIDE)
    cascade = Cascade(models.find("faces-again"))

    def look(frame: Pixels) -> dict[str, tuple[float, list[Sight]]]:
        small, small_time = _timed(lambda: plain.faces(frame, score=FOLLOWED))
        large, large_time = _timed(
            lambda: wide.faces(frame, turns=[0], score=FOLLOWED) if max(frame.shape) > 640 else []
        )
        again, again_time = _timed(lambda: cascade.faces(frame))
        both = small_time + large_time
        return {
            "archived": (small_time, _boxes(small, ARCHIVED)),
            "begun": (both, _boxes([*small, *large], BEGUN)),
            "followed": (both, _boxes([*small, *large], FOLLOWED)),
            "second": (again_time, _boxes(again, 0)),
        }

    return look


def _timed(look: Callable[[], Faces]) -> tuple[Faces, float]:
    began = time.process_time()
    return look(), time.process_time() - began


def _boxes(faces: Iterable[Face | Seen], score: float) -> list[Sight]:
    return [(face.x, face.y, face.width, face.height) for face in faces if face.score >= score]


def _row(name: str, ours: Tally, theirs: Tally | None, value: Callable[[Tally], float], unit: str) -> Row:
    peer_value = value(theirs) if theirs else None
    return Row(
        name=name, value=round(value(ours), 2), unit=unit, peer="deface 1.5.0" if theirs else "", peer_value=peer_value
    )


def _read(written: dict[str, dict[str, Any]]) -> dict[str, Tally]:
    return {case: Tally(**fields) for case, fields in written.items()}


def _likenesses() -> Iterator[Row]:
    """How often the threshold is right: pairs of frames of one man, a tenth of a second and more apart; and pairs of people who are in one picture."""
    models = Models(ROOT / ".cache" / "models")
    cascade, likeness = Cascade(models.find("faces-again")), Likeness(models.find("faces-alike"))

    def known(frame: Pixels) -> list[npt.NDArray[np.float32]]:
        return [likeness.embedding(frame, face.points) for face in cascade.faces(frame, turns=[0])]

    man = [faces[0] for faces in map(known, islice(Carphone().frames(), 0, None, 3)) if faces]
    pictures = [known(picture(name)) for name in MARKS]
    same = [distance(one, other) for one, other in combinations(man, 2)]
    others = [distance(one, other) for people in pictures for one, other in combinations(people, 2)]
    others += [distance(one, other) for one in man for people in pictures for other in people]
    yield Row(name="faces.likeness.same_pairs", value=len(same), unit="pairs")
    yield Row(name="faces.likeness.same_known", value=round(100 * float(np.mean(np.array(same) <= ALIKE)), 2), unit="%")
    yield Row(name="faces.likeness.other_pairs", value=len(others), unit="pairs")
    yield Row(
        name="faces.likeness.others_taken_for_it",
        value=round(100 * float(np.mean(np.array(others) <= ALIKE)), 2),
        unit="%",
    )
    yield Row(name="faces.likeness.people", value=1 + sum(map(len, pictures)), unit="people")


def _deface() -> Look:
    """Their network and all their steps before and after it, on one core."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    finder = importlib.import_module("deface.centerface").CenterFace(backend="onnxrt")

    def look(frame: Pixels) -> dict[str, tuple[float, list[Sight]]]:
        (found, _), seconds = _timed(lambda: finder(frame, threshold=0.2))
        return {"deface": (seconds, [(x1, y1, x2 - x1, y2 - y1) for x1, y1, x2, y2, _ in found.tolist()])}

    return look


if __name__ == "__main__":  # deface, by itself: it loads what jebi must not have
    print(
        json.dumps(
            [{case: asdict(each) for case, each in tallies["deface"].items()} for tallies in tally(_deface(), step=1)]
        )
    )
