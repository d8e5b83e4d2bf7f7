"""Find slots in a medium that may have been cut, shifted, overwritten or never ours (docs/formats/slots.md, "Search").

First every grid that the carrier names is tried at whole slots, which costs one trial per 128 KiB. Where that finds
nothing, the finer steps are tried: first the grid's own, then, near slots that were found, byte by byte, for a file into
which somebody inserted or from which somebody cut something.

Invariants: bounded work whatever the bytes are; every offset that is yielded held a slot when it was read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from jebi.carriers.carrier import Grid, Medium
from jebi.carriers.slot import SLOT, Slot

Unmasks = Callable[[memoryview], Slot | None]

WINDOW = 64 * SLOT  # 8 MiB: what is read at a time, and what one worker takes
MOST_RESYNCS = 4  # times that a lost grid is looked for byte by byte; each costs some ten seconds
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
    stretch = memoryview(medium.read_at(window.start, window.stop - window.start))
    for at in range(0, len(stretch) - SLOT + 1, SLOT):
        if (slot := _try(stretch[at : at + SLOT], unmask)) is not None:
            yield Found(window.start + at, slot)


def search_finely(medium: Medium, window: Grid, unmask: Unmasks) -> Iterator[Found]:
    """The slots that begin in the window at any multiple of the grid's step; a found slot is skipped as a whole."""
    stretch = memoryview(medium.read_at(window.start, window.stop - window.start + SLOT - window.step))
    at, last = 0, min(window.stop - window.start, len(stretch) - SLOT + 1)
    while at < last:
        slot = _try(stretch[at : at + SLOT], unmask)
        if slot is not None:
            yield Found(window.start + at, slot)
        at += window.step if slot is None else SLOT


def resync(medium: Medium, found: list[int], grid: Grid, unmask: Unmasks) -> Iterator[Found]:
    """Slots behind an insertion or a cut: after the last slot before each hole, byte by byte until the next slot.

    `found`: the offsets of slots found so far, which give the places worth the work.
    """
    known = sorted(found)
    ends = [
        offset + SLOT
        for offset, following in zip(known, [*known[1:], grid.stop], strict=True)
        if following - offset > SLOT
    ]
    for start in ends[:MOST_RESYNCS]:
        following = next((offset for offset in known if offset >= start), grid.stop)
        hole = Grid(start=start, stop=min(following, start + 2 * SLOT), step=1)
        first = next(search_finely(medium, hole, unmask), None)
        if first is None:
            continue
        yield first
        rest = Grid(start=first.offset + SLOT, stop=following, step=grid.step)
        for window in windows(rest):
            yield from search_whole(medium, window, unmask)


def _try(candidate: memoryview, unmask: Unmasks) -> Slot | None:
    """Blank stretches are no slots and are common; they are not worth a trial."""
    if candidate[: len(BLANK)] == BLANK:
        return None
    return unmask(candidate)
