"""Looking for faces through a whole clip, frame by frame: what a plan's covers are proposed from.

How each frame is looked at, `jebi.release.attention` decides: in every frame a small look at all of it and large ones at where somebody was seen far away; by
turns whole looks large, smaller, and lying. What is missed in between, tracks bridge (`jebi.release.tracks`).

Invariants: frames come out of the jail, and none is kept; a sighting lies within the picture. Weak sightings are kept, too: they count where
a sure one is near. Peak: two frames, the detector, the sightings.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jebi.media.decoding import ahead
from jebi.media.faces import Face, FaceFinder
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe
from jebi.media.sheets import picture
from jebi.office.labour import Report, Write
from jebi.office.made import Made
from jebi.office.noticing import FACES
from jebi.office.reasons import NotHere
from jebi.release.attention import LARGE, UPRIGHT, Attention
from jebi.release.plan import SIDE
from jebi.release.sightings import Sighting, packed
from jebi.vault.catalogue import Change, Event

WEAK = 0.1  # of a detector's certainty: most of these are no faces, and count only next to one that is
SEEN = 0.35  # of it: most of these are
THREADS = 2  # of the detector in a whole clip: a person waits for it, and decoding takes a quarter of a core beside it
LINES = 1080  # of the frames; a face that is smaller than 15 pixels there is nobody's
OVERLAP = 0.4  # of their union, from which two boxes are one face
APART = 16  # pixels between those by which two frames are compared
NEW = 24  # levels by which two frames differ on average that show two things
SIGHTINGS = "sightings"  # what is derived


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
        self._attention = Attention()
        self._before: NDArray[np.int16] | None = None

    def see(self, frame: Frame) -> Iterator[Sighting]:
        """The faces in the next frame."""
        time_ms = frame.time_ms
        looks = self._attention.looks(time_ms, is_new=self._is_new(frame))
        found = {longest: self._whole(picture(frame, longest=longest), turns) for longest, turns in looks.items()}
        if LARGE not in found:
            found[LARGE] = list(self._in_windows(frame))
        self._attention.saw_large(_place(face) for face in found[LARGE])
        for face in [face for faces in found.values() for face in faces if face.score >= SEEN]:
            self._attention.saw_lying(time_ms, face.turn)
        for face in _distinct([face for faces in found.values() for face in faces]):
            yield _sighting(time_ms, face)

    def _is_new(self, frame: Frame) -> bool:
        """Whether it shows something else than the frame before."""
        now, before = frame.luma[::APART, ::APART].astype(np.int16), self._before
        self._before = now
        return before is None or before.shape != now.shape or float(np.abs(now - before).mean()) > NEW

    def _whole(self, shown: Image.Image, turns: tuple[int, ...]) -> list[Face]:
        faces = self._finder.faces(np.asarray(shown), turns=turns, score=WEAK)
        return [_in_parts(face, *shown.size) for face in faces]

    def _in_windows(self, frame: Frame) -> Iterator[Face]:
        """The faces where some were seen far away in the frame before, but those that a window's edge cuts."""
        scale = min(1.0, LARGE / max(frame.width, frame.height))
        width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
        if not (windows := self._attention.windows(width, height)):
            return
        shown = picture(frame, longest=LARGE)
        for window in windows:
            part = np.asarray(shown.crop((window.left, window.top, window.right, window.bottom)))
            for face in self._finder.faces(part, turns=UPRIGHT, score=WEAK):
                x, y = window.left + face.x, window.top + face.y
                if not window.cuts((x, y, x + face.width, y + face.height), width, height):
                    moved = Face(x=x, y=y, width=face.width, height=face.height, score=face.score, turn=face.turn)
                    yield _in_parts(moved, width, height)


def search_faces(jail: Jail, models: Models, path: str, seen: Probe, made: Made, report: Report) -> Write:
    """Look through a film, and keep where its faces are. Raises `NotHere` where the model is not in place."""
    watcher = Watcher(models, threads=THREADS)
    taken = frames(jail, path, seen, height=LINES, can_stop=report.can_stop)
    with closing(taken), closing(_seen(watcher, taken, seen, report)) as sightings:
        made.add(SIGHTINGS, packed(sightings))

    def write(change: Change) -> None:
        made.write(change)
        detail = f"through all frames, by {watcher.maker.name} {watcher.maker.digest}"
        change.say(Event(kind="faces-searched", subject=made.clip, detail=detail, actor="machine"))

    return write


def _seen(watcher: Watcher, taken: Iterable[Frame], seen: Probe, report: Report) -> Generator[Sighting, None, None]:
    with closing(ahead(taken)) as coming:
        for frame in coming:
            yield from watcher.see(frame)
            report.say(frame.time_ms, max(frame.time_ms, seen.duration_ms or 0), "ms")


def _in_parts(face: Face, width: int, height: int) -> Face:
    """A face in a picture of this size, in 1/10,000 of it."""
    return Face(
        x=face.x * SIDE // width,
        y=face.y * SIDE // height,
        width=max(1, face.width * SIDE // width),
        height=max(1, face.height * SIDE // height),
        score=face.score,
        turn=face.turn,
    )


def _place(face: Face) -> tuple[float, float, float, float]:
    return face.x / SIDE, face.y / SIDE, (face.x + face.width) / SIDE, (face.y + face.height) / SIDE


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
