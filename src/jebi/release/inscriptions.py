"""What may be writing is followed from look to look, so that what is read of it once holds wherever it was.

Reading is dear and fails on a blurred frame; to see that a row of marks is still where it was is cheap. So the clearest picture of each row is read,
and all places at which it was followed become sightings of text, from which covers are proposed as of faces (`jebi.release.protect`).

Invariants: what was never read as text is no sighting; what was, is one at every look at which it was followed, also before it was read. Of boxes of one
look that lie over each other the largest stands. Peak: the boxes, and one picture for each row that was not read yet.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Generic, TypeVar

from jebi.release.sightings import Sighting

LOST_MS = 700  # without a look at which it was found, from which it is gone
SHARED = 0.5  # of the smaller box, from which two boxes of two looks are one row of marks
HIGHER = 2.0  # times, from which they are not
WITHIN = 0.7  # of it that lies within another of the same look, from which a box says nothing more

Picture = TypeVar("Picture")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row(Generic[Picture]):
    """A row of marks at one look: its box in 1/10,000 of the picture, how clear it is, and what can be read."""

    x: int
    y: int
    width: int
    height: int
    strength: float
    picture: Picture


@dataclass(slots=True, eq=False)
class Inscription(Generic[Picture]):
    """A row that is followed: where it was, its clearest picture since it was last read, and how surely it is text, 0 to 1."""

    places: list[tuple[int, Row[None]]] = field(default_factory=list)
    clearest: Row[Picture] | None = None
    sure: float = 0.0

    @property
    def last_ms(self) -> int:
        """When it was last seen."""
        return self.places[-1][0]


class Followed(Generic[Picture]):
    """All rows that are followed through a film."""

    def __init__(self) -> None:
        self._live: list[Inscription[Picture]] = []
        self._texts: list[Inscription[Picture]] = []

    def see(self, time_ms: int, rows: Iterable[Row[Picture]]) -> None:
        """What was found at the next look."""
        free = [one for one in self._live if time_ms - one.last_ms <= LOST_MS]
        for row in sorted(rows, key=lambda row: -row.strength):
            shares = [(_shared(one.places[-1][1], row), i) for i, one in enumerate(free)]
            share, best = max(shares, default=(0.0, 0))
            if share >= SHARED:
                one = free.pop(best)
            else:
                self._live.append(one := Inscription())
            one.places.append((time_ms, _bare(row)))
            if not one.sure and (one.clearest is None or row.strength > one.clearest.strength):
                one.clearest = row

    def unread(self) -> list[Inscription[Picture]]:
        """What is to be read, each by its clearest picture; `read` follows."""
        return [one for one in self._live if one.clearest]

    def read(self, now_ms: int, asked: Sequence[Inscription[Picture]], sure: Sequence[float]) -> None:
        """How surely each of those is text; what is not is read anew when it is seen again."""
        for one, how in zip(asked, sure, strict=True):
            one.clearest, one.sure = None, how
        over = [one for one in self._live if now_ms - one.last_ms > LOST_MS]
        self._texts += [one for one in over if one.sure]
        self._live = [one for one in self._live if now_ms - one.last_ms <= LOST_MS]

    def sightings(self) -> Iterator[Sighting]:
        """Where text was, in order of time."""
        texts = [*self._texts, *(one for one in self._live if one.sure)]
        places = [(time, row, one.sure) for one in texts for time, row in one.places]
        places.sort(key=lambda place: (place[0], -place[1].width * place[1].height, place[1].x, place[1].y))
        for time_ms, group in groupby(places, key=lambda place: place[0]):
            kept: list[Row[None]] = []
            for _, row, sure in group:
                if all(_common(row, other) < WITHIN * row.width * row.height for other in kept):
                    kept.append(row)
                    box = {"x": row.x, "y": row.y, "width": row.width, "height": row.height}
                    yield Sighting(time_ms=time_ms, score=round(1000 * sure), **box)


def _bare(row: Row[Picture]) -> Row[None]:
    return Row(x=row.x, y=row.y, width=row.width, height=row.height, strength=row.strength, picture=None)


def _shared(one: Row[None], other: Row[Picture]) -> float:
    """Which part of the smaller of two boxes both share; 0 where one is much higher."""
    if max(one.height, other.height) > HIGHER * min(one.height, other.height):
        return 0.0
    return _common(one, other) / min(one.width * one.height, other.width * other.height)


def _common(one: Row[None], other: Row[Picture] | Row[None]) -> int:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0, width) * max(0, height)
