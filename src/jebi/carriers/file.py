"""Slots in one ordinary file, or in parts of at most 1 GiB (docs/formats/carriers.md, "File").

The file has no head and no end mark; its name means nothing. A file of noise is a file of noise: whoever finds it will
ask what it is.
"""

from collections.abc import Iterator

from jebi.carriers.carrier import Grid, Medium, Placements
from jebi.carriers.slot import SLOT
from jebi.errors import NoRoom

PART = 1 << 30  # FAT32 ends a file at 4 GiB, cheap players at 2; small parts also lose less
SLOTS_A_PART = PART // SLOT
SECTOR = 512  # what a copied or shifted file is usually off by


class FileCarrier:
    """Lays slots one after the other from the start of a file that is otherwise empty."""

    def capacity(self, medium: Medium) -> int:
        """A part takes what a part takes, whatever is in it now."""
        return SLOTS_A_PART

    def place(self, medium: Medium, count: int, dice: bytes) -> Placements:
        if count > SLOTS_A_PART:
            raise NoRoom(f"one file takes {SLOTS_A_PART} slots, and {count} were to go into it", hint="use parts")
        return Placements(offsets=range(0, count * SLOT, SLOT), size=count * SLOT)

    def grids(self, medium: Medium) -> Iterator[Grid]:
        yield Grid(start=0, stop=medium.size, step=SECTOR)


def parts(slots: int) -> list[int]:
    """How many slots each part takes."""
    whole, rest = divmod(slots, SLOTS_A_PART)
    return [SLOTS_A_PART] * whole + ([rest] if rest else [])
