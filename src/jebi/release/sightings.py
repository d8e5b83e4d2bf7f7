"""Where a detector saw a face, frame by frame, and how that is kept (docs/formats/fingerprints.md, "Faces").

Invariants: a sighting that exists lies within the picture; packed, a clip's sightings are in order of time, and bytes and values correspond
one to one. It never says that there was no face where none was seen. Peak: the sightings, 14 bytes each.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from jebi.archive.packed import REBUILD, pack, unpack
from jebi.errors import Damaged
from jebi.release.plan import LONGEST_MS, SIDE

KIND = b"sighting"
MOST = 1 << 22  # a face a frame for two days, or a crowd for an hour; 60 MB
SUREST = 1_000
_RECORD = np.dtype([("time", ">u4"), ("x", ">u2"), ("y", ">u2"), ("width", ">u2"), ("height", ">u2"), ("score", ">u2")])

Box = tuple[float, float, float, float]  # left, top, right, bottom, in 1/10,000 of the picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A face in one frame: a box in 1/10,000 of the upright picture, and how sure the detector was, 0 to 1,000."""

    time_ms: int
    x: int
    y: int
    width: int
    height: int
    score: int

    def __post_init__(self) -> None:
        is_inside = 0 <= self.x < self.x + self.width <= SIDE and 0 <= self.y < self.y + self.height <= SIDE
        if not (is_inside and 0 <= self.time_ms <= LONGEST_MS and 0 <= self.score <= SUREST):
            raise Damaged("a face was seen outside the picture or its time", hint=REBUILD)

    @property
    def box(self) -> Box:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.width, self.y + self.height


def packed(sightings: Iterable[Sighting]) -> bytes:
    """A clip's sightings, in order of time."""
    rows = sorted((one.time_ms, one.x, one.y, one.width, one.height, one.score) for one in sightings)
    return pack(KIND, np.array(rows, _RECORD))


def unpacked(untrusted_packed: bytes) -> tuple[Sighting, ...]:
    """What `packed` packed. Raises `Damaged`."""
    rows = [tuple(map(int, row)) for row in unpack(KIND, untrusted_packed, _RECORD, MOST).tolist()]
    if rows != sorted(rows):
        raise Damaged("the packed faces are not in order", hint=REBUILD)
    return tuple(
        Sighting(time_ms=time, x=x, y=y, width=width, height=height, score=score)
        for time, x, y, width, height, score in rows
    )
