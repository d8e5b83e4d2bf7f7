"""Looking for faces through a whole clip, frame by frame: what a plan's covers are proposed from.

Every frame is looked at large and upright, every second one also small and in all four turns; and each, for a while, in a way in which a face was
seen. What is missed in between, tracks bridge (`jebi.release.tracks`). Large finds faces in the distance, small those that are smeared or near.

Invariants: frames come out of the jail, and none is kept; a sighting lies within the picture. Weak sightings are kept, too: they count where
a sure one is near. Peak: two frames, the detector, the sightings.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from jebi.media.faces import TURNS, Face, FaceFinder
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe
from jebi.media.sheets import picture
from jebi.office.labour import Report, Write
from jebi.office.made import Made
from jebi.office.noticing import FACES
from jebi.office.reasons import NotHere
from jebi.release.plan import SIDE
from jebi.release.sightings import Sighting, packed
from jebi.vault.catalogue import Change, Event

SMALL, LARGE = 640, 1280  # pixels of the longer side in which a frame is looked at
WEAK = 0.1  # of a detector's certainty: most of these are no faces, and count only next to one that is
SEEN = 0.35  # of it: most of these are
LINES = 1080  # of the frames; a face that is smaller than 15 pixels there is nobody's
ATTENTION_MS = 1_000  # for which a frame is looked at in a way in which a face was seen
OVERLAP = 0.4  # of their union, from which two boxes are one face
SIGHTINGS = "sightings"  # what is derived


@dataclass(frozen=True, slots=True)
class Look:
    """A way to look: every so many frames, in which size, in which turns."""

    every: int
    longest: int
    turns: tuple[int, ...]


LOOKS = (Look(1, LARGE, (0,)), Look(2, SMALL, TURNS))


class Watcher:
    """Looks at one frame after the other.

    Args:
        models: where the detector's weights are.
        threads: of its engine.

    Raises:
        NotHere: they are not in place.
    """

    def __init__(self, models: Models, *, threads: int = 1) -> None:
        if FACES not in models.names():
            raise NotHere("the model for finding faces is not in place")
        model = models.find(FACES)
        self._finder = FaceFinder(model, threads=threads, longest_side=LARGE)
        self.maker = model.maker
        self._count = 0
        self._until = dict.fromkeys(LOOKS, -1)  # ms; until then each frame is looked at in this way

    def see(self, frame: Frame) -> Iterator[Sighting]:
        """The faces in the next frame."""
        found: list[Face] = []
        for longest in (SMALL, LARGE):
            looks = [look for look in LOOKS if look.longest == longest and self._is_due(look, frame.time_ms)]
            if looks:
                found += self._look(frame, longest, looks)
        self._count += 1
        for face in _distinct(found):
            yield _sighting(frame.time_ms, face)

    def _is_due(self, look: Look, time_ms: int) -> bool:
        return self._count % look.every == 0 or time_ms <= self._until[look]

    def _look(self, frame: Frame, longest: int, looks: list[Look]) -> Iterator[Face]:
        pixels = np.asarray(picture(frame, longest=longest))
        height, width = pixels.shape[:2]
        for look in looks:
            for face in self._finder.faces(pixels, turns=look.turns, score=WEAK):
                if face.turn and face.score >= SEEN:  # upright ones are found large, too
                    self._until[look] = frame.time_ms + ATTENTION_MS
                yield Face(
                    x=face.x * SIDE // width,
                    y=face.y * SIDE // height,
                    width=max(1, face.width * SIDE // width),
                    height=max(1, face.height * SIDE // height),
                    score=face.score,
                    turn=face.turn,
                )


def search_faces(jail: Jail, models: Models, path: str, seen: Probe, made: Made, report: Report) -> Write:
    """Look through a film, and keep where its faces are. Raises `NotHere` where the model is not in place."""
    watcher = Watcher(models)
    taken = frames(jail, path, seen, height=LINES, can_stop=report.can_stop)
    try:
        content = packed(_seen(watcher, taken, seen, report))
    finally:
        taken.close()
    made.add(SIGHTINGS, content)

    def write(change: Change) -> None:
        made.write(change)
        detail = f"through all frames, by {watcher.maker.name} {watcher.maker.digest}"
        change.say(Event(kind="faces-searched", subject=made.clip, detail=detail, actor="machine"))

    return write


def _seen(watcher: Watcher, taken: Iterable[Frame], seen: Probe, report: Report) -> Iterator[Sighting]:
    for frame in taken:
        yield from watcher.see(frame)
        report.say(frame.time_ms, max(frame.time_ms, seen.duration_ms or 0), "ms")


def _distinct(found: list[Face]) -> Iterator[Face]:
    """Faces that were found in several ways once, as the surest way has them."""
    left = sorted(found, key=lambda face: -face.score)
    while left:
        best, *left = left
        yield best
        left = [face for face in left if _shared(best, face) <= OVERLAP]


def _shared(one: Face, other: Face) -> float:
    """Which part of the area of both together two boxes share."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0, width) * max(0, height)
    return common / (one.width * one.height + other.width * other.height - common)


def _sighting(time_ms: int, face: Face) -> Sighting:
    return Sighting(
        time_ms=time_ms,
        x=face.x,
        y=face.y,
        width=min(face.width, SIDE - face.x),
        height=min(face.height, SIDE - face.y),
        score=round(1000 * face.score),
    )
