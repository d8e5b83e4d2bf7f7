"""Find slots in a medium that may have been cut, shifted, overwritten or never ours (docs/formats/slots.md, "Search").

First every grid that the carrier names is tried at whole slots, which costs one trial per 128 KiB. Where that finds
nothing, the finer steps are tried: first the grid's own, then, behind slots that were found, byte by byte, for a file
into which somebody inserted or from which somebody cut something.

Invariants: bounded work whatever the bytes are; every offset that is yielded held a slot when it was read; what cannot
be read costs only the slots that lie in it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jebi.carriers.carrier import Grid, Medium
from jebi.carriers.slot import SLOT, Slot
from jebi.errors import Unable

Unmasks = Callable[[memoryview], Slot | None]

WINDOW = 64 * SLOT  # 8 MiB: what is read at a time, and what one worker takes
MOST_RESYNCS = 4  # times that a lost grid is looked for byte by byte; each costs some ten seconds
LOST_WITHIN = 2 * SLOT  # how far behind the last slot: a cut of any length, or an insertion of up to one slot
BLANK = bytes(64)


@dataclass(frozen=True, slots=True)
class Found:
    """A slot and where it lay (bytes from the start of the medium)."""

    offset: int
    slot: Slot


def windows(grid: Grid) -> Iterator[Grid]:
    """Cut a grid into stretches that workers can search on their own; slots on the grid are never cut."""
    for start in range(grid.start, grid.stop, WINDOW):
        yield Grid(start=start, stop=min(start + WINDOW, grid.stop), step=grid.step)


def search_whole(medium: Medium, window: Grid, unmask: Unmasks) -> Iterator[Found]:
    """The slots that lie on the grid, at whole slots from its start."""
    stretch = _read(medium, window.start, window.stop - window.start)
    for at in range(0, len(stretch) - SLOT + 1, SLOT):
        if (slot := _try(stretch[at : at + SLOT], unmask)) is not None:
            yield Found(window.start + at, slot)


def search_finely(medium: Medium, window: Grid, unmask: Unmasks) -> Iterator[Found]:
    """The slots that begin in the window at any multiple of the grid's step; a found slot is skipped as a whole."""
    stretch = _read(medium, window.start, window.stop - window.start + SLOT - window.step)
    at, last = 0, min(window.stop - window.start, len(stretch) - SLOT + 1)
    while at < last:
        slot = _try(stretch[at : at + SLOT], unmask)
        if slot is not None:
            yield Found(window.start + at, slot)
        at += window.step if slot is None else SLOT


def resync(medium: Medium, found: Sequence[int], grid: Grid, unmask: Unmasks) -> Iterator[Found]:
    """Slots behind insertions and cuts: byte by byte after the last slot before each, until the next slot.

    `found`: the offsets of slots found so far, which give the places worth the work.
    """
    known, tried = sorted(found), set[int]()
    while len(tried) < MOST_RESYNCS:
        hole = next((hole for hole in _lost(known, grid) if hole.start not in tried), None)
        if hole is None:
            return
        tried.add(hole.start)
        for one in _pick_up(medium, hole, unmask):
            known.append(one.offset)
            yield one
        known.sort()


def _lost(known: Sequence[int], grid: Grid) -> Iterator[Grid]:
    """Where slots stop, and neither slots nor the end of the grid follow at whole slots. Where they do, what is missing
    was overwritten, and the grid is not lost.
    """
    for offset, following in pairwise([*known, grid.stop]):
        start = offset + SLOT
        if following - start >= SLOT and (following - start) % SLOT:
            yield Grid(start=start, stop=following, step=grid.step)


def _pick_up(medium: Medium, hole: Grid, unmask: Unmasks) -> Iterator[Found]:
    """The next slot, wherever it begins, and those on the grid that it gives."""
    near = Grid(start=hole.start, stop=min(hole.stop, hole.start + LOST_WITHIN), step=1)
    first = next(search_finely(medium, near, unmask), None)
    if first is None:
        return
    yield first
    for window in windows(Grid(start=first.offset + SLOT, stop=hole.stop, step=hole.step)):
        yield from search_whole(medium, window, unmask)


def _read(medium: Medium, start: int, length: int) -> memoryview:
    """What lies there. Where a piece cannot be read, the rest still counts, and that piece is blank."""
    try:
        return memoryview(medium.read_at(start, length))
    except Unable:
        pieces = (_piece(medium, start + at, min(SLOT, length - at)) for at in range(0, length, SLOT))
        return memoryview(b"".join(pieces))


def _piece(medium: Medium, start: int, length: int) -> bytes:
    try:
        return medium.read_at(start, length)
    except Unable:
        return bytes(length)


def _try(candidate: memoryview, unmask: Unmasks) -> Slot | None:
    """Blank stretches are no slots and are common; they are not worth a trial."""
    if candidate[: len(BLANK)] == BLANK:
        return None
    return unmask(candidate)
