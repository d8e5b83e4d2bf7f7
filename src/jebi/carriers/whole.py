"""The sealed parcel itself as an `.age` file (docs/formats/carriers.md, "Whole").

Stock `age` opens it without jebi. It hides nothing, not even what it is, and survives no damage: for a safe way, or
beside other carriers. It carries no slots, so it has no grid; it is found by its first line.
"""

from jebi.carriers.carrier import Medium
from jebi.parcel.header import VERSION_LINE

PART = (1 << 32) - 1  # FAT32's longest file; `cat` joins the parts


def is_whole(medium: Medium) -> bool:
    """Whether the medium begins as an age file does."""
    return medium.read_at(0, len(VERSION_LINE)) == VERSION_LINE


def parts(length: int) -> list[int]:
    """The lengths of the parts of a sealed parcel (bytes)."""
    whole, rest = divmod(length, PART)
    return [PART] * whole + ([rest] if rest else [])
