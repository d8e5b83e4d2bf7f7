"""What counts as found and as covered when finders of faces are measured. It judges only, and measures nothing."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from jebi.release.plan import Cover
from jebi.release.second_look import ENOUGH, WHOLE, Box, Key, Sighting, Stretch, under
from media.cutouts import Pixels
from media.hard_faces import Planes, Truth

FOUND, LARGEST = 0.5, 7  # how much of a face a sighting must cover, and how many times as large it may be
FRAME_MS = 40  # of the made films
GROWTH = 0.3  # of a box, to each side

Sight = tuple[float, float, float, float]  # x, y, width, height in pixels
Keys = Sequence[tuple[int, int, int, int, int]]  # a cover's, as in a plan: time, x, y, width, height


class Film(Protocol):
    """What is measured on: hard_faces.Sequence or Carphone."""

    @property
    def case(self) -> str: ...
    def frames(self) -> Iterator[Pixels]: ...
    def planes(self) -> Iterator[Planes]: ...
    def truth(self) -> list[list[Truth]]: ...


def is_found(face: Truth, sight: Sight) -> bool:
    """Whether a sighting is of this face."""
    width = min(face.x + face.width, sight[0] + sight[2]) - max(face.x, sight[0])
    height = min(face.y + face.height, sight[1] + sight[3]) - max(face.y, sight[1])
    common = max(0.0, width) * max(0.0, height)
    return common >= FOUND * face.width * face.height and common * LARGEST >= sight[2] * sight[3]


def uncovered(film: Film, covers: Iterable[Keys], *, times: Sequence[int] = range(0, 1_000_000, FRAME_MS)) -> list[int]:
    """The frames, shown at these times in ms, in which less than 95 % of some true face's box lies under covers.

    Covers are what a plan's covers have as `keys`, and are counted by the rule of the leak check (release/second_look.py).
    """
    stretches = [stretch(keys) for keys in covers]
    height, width = next(film.frames()).shape[:2]
    return [
        number
        for number, faces in enumerate(film.truth())
        if not all(is_covered(face, stretches, width, height, times[number]) for face in faces)
    ]


def is_bare(frame: Pixels, truth: Iterable[Truth], sights: Iterable[Sight]) -> bool:
    """Whether less than 95 % of some face lie under these boxes."""
    height, width = frame.shape[:2]
    covers = [still(sight, width, height) for sight in sights]
    return not all(is_covered(face, covers, width, height, 0) for face in truth)


def is_covered(face: Truth, covers: Iterable[Stretch], width: int, height: int, at: int) -> bool:
    """Whether at least 95 % of a face in a picture of this size lie under covers at a time in ms."""
    x, y = face.x * WHOLE // width, face.y * WHOLE // height
    wide, high = max(1, face.width * WHOLE // width), max(1, face.height * WHOLE // height)
    return under(Sighting(at=at, until=at + 1, box=Box(x=x, y=y, width=wide, height=high)), covers) >= ENOUGH


def grown(sight: Sight) -> Sight:
    """As deface does it by default (`--mask-scale 1.3`): by three tenths to each side; it then covers only an ellipse of that."""
    x, y, width, height = sight
    return x - GROWTH * width, y - GROWTH * height, width * (1 + 2 * GROWTH), height * (1 + 2 * GROWTH)


def still(sight: Sight, width: int, height: int, *, at: int = 0) -> Stretch:
    """A box in one frame of this size, as a cover that stands there at that time."""
    across, down = WHOLE / width, WHOLE / height
    x, y, wide, high = sight
    return stretch([(at, round(x * across), round(y * down), round(wide * across) or 1, round(high * down) or 1)])


def stretch(keys: Keys) -> Stretch:
    """A cover, as the leak check has it."""
    return Stretch(keys=tuple(Key(at=at, box=Box(x=x, y=y, width=wide, height=high)) for at, x, y, wide, high in keys))


def keys_of(covers: Iterable[Cover]) -> list[Keys]:
    """The keys of a plan's covers."""
    return [[(key.time_ms, key.x, key.y, key.width, key.height) for key in cover.keys] for cover in covers]
