"""Slots inside a film that still plays, for couriers who copy files (docs/formats/cover.md).

It passes a look, not a forensic tool. The film opens, plays and seeks; but a tool that lists its boxes shows one large
free box, which holds noise, and a file that is too large for its length and picture is suspicious even in a folder.
Two copies of a film of which one carries slots betray it. Whatever converts the film loses the slots.

Invariants: no byte of the film moves; the slots lie together at the end, in one box of the kind that players skip;
a box that is there already is replaced. Hostile films are walked by the heads of their boxes alone.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from jebi.carriers.avi import Avi, is_avi, read_avi
from jebi.carriers.carrier import Grid, Medium, Placements
from jebi.carriers.mp4 import Mp4, is_mp4, read_mp4
from jebi.carriers.slot import SLOT
from jebi.errors import Damaged, NoRoom

KIND_AT_START = 12  # the letters that tell the kinds of film apart lie in these bytes
TIMES_OWN_SIZE = 1  # films of one length often differ twofold in size; more stands out in a folder (a judgement)
DICE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverCarrier:
    """The carrier for one film. `times_own_size`: how many times the film's own size its slots may have together."""

    times_own_size: int = TIMES_OWN_SIZE

    def __post_init__(self) -> None:
        if self.times_own_size < 1:
            raise ValueError("a film that may hold nothing is no carrier")

    def capacity(self, medium: Medium) -> int:
        """How many slots the film could hold; slots that it holds already would be replaced.

        Raises:
            Damaged: no film of a known kind, or one that cannot be walked to its end.
        """
        return self._room(_whole_film(medium))

    def place(self, medium: Medium, count: int, dice: bytes) -> Placements:
        """Where `count` slots go, in an order shuffled by `dice` (32 bytes), with the patches that box them.

        Raises:
            Damaged: as in `capacity`.
            NoRoom: more slots than the film could hold.
        """
        if count < 0 or len(dice) != DICE:
            raise ValueError("a number of slots and 32 random bytes are wanted")
        film = _whole_film(medium)
        room = self._room(film)
        if count > room:
            raise NoRoom(f"the film can hold {room} slots, and {count} were to go into it", hint="take longer films")
        if not count:
            return Placements(offsets=(), size=medium.size)
        start, patches = film.append(count * SLOT)
        offsets = [start + i * SLOT for i in _shuffled(count, dice)]
        return Placements(offsets=offsets, size=start + count * SLOT, patches=patches)

    def grids(self, medium: Medium) -> Iterator[Grid]:
        """Where slots may lie, the last box first: counted from a box's start, then from its end if that differs.

        Nothing moves a slot against its box by less, so the step is a whole slot. Raises `Damaged` if this is no film.
        """
        for start, said_stop, stop in reversed(list(_film(medium).stretches())):
            shift = (said_stop - start) % SLOT
            for first in [start, start + shift] if shift else [start]:
                if stop - first >= SLOT:
                    yield Grid(start=first, stop=stop, step=SLOT)

    def _room(self, film: Avi | Mp4) -> int:
        return min(film.own_size * self.times_own_size, film.largest) // SLOT


def _film(medium: Medium) -> Avi | Mp4:
    head = medium.read_at(0, KIND_AT_START)
    if is_avi(head):
        return read_avi(medium)
    if is_mp4(head):
        return read_mp4(medium)
    raise Damaged("this is neither an MP4 nor an AVI film", hint="convert a copy to one of them first")


def _whole_film(medium: Medium) -> Avi | Mp4:
    film = _film(medium)
    film.check_whole()
    return film


def _shuffled(count: int, dice: bytes) -> list[int]:
    """0 to count-1 in an order that only `dice` knows: a cut-off end then costs every block a little, and no block all."""
    return sorted(range(count), key=lambda i: hashlib.sha256(dice + i.to_bytes(4, "big")).digest())
