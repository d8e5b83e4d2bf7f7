"""What came out of a pile of carriers: which parcels are whole, what is missing of the others, what would complete them.

Says it exactly, and before anybody asks: how much is here, how much is missing, and what to look for. Whoever lied is
named by the label of the carrier, never by a person.

Invariants: counts packets and keeps none; a parcel is whole only when its signed manifest agreed with every file.

Next: `jebi.archive.custody`
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jebi.parcel.blocks import SYMBOL, Shape
from jebi.parcel.gather import Tally
from jebi.parcel.manifest import Manifest


class State(StrEnum):
    """What became of a parcel."""

    WHOLE = "whole"
    KNOWN = "here already"
    WAITING = "waiting for more"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """What is missing: blocks that are not whole, packets they lack in all, and the most that one of them lacks."""

    blocks: int
    packets: int
    worst: int

    @property
    def size(self) -> int:
        """The least number of bytes that can complete the parcel."""
        return self.packets * SYMBOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The report on one parcel."""

    parcel: str
    state: State
    shape: Shape
    slots: Mapping[str, int]
    trip: str = ""
    manifest: Manifest | None = field(default=None, repr=False)
    shortfall: Shortfall | None = None
    liars: tuple[str, ...] = ()
    why: str = ""

    def __str__(self) -> str:
        lines = [f"parcel {self.parcel}: {self.state}, {self.shape.sealed_length / 1e6:.1f} MB sealed"]
        if self.manifest:
            clips, size = len(self.manifest.clips), sum(clip.size for clip in self.manifest.clips)
            lines.append(
                f"  {clips} {'clip' if clips == 1 else 'clips'}, {size / 1e6:.1f} MB, every one as it was filmed"
            )
            lines.append(f"  signed by trip {self.trip}, its parcel number {self.manifest.number}")
        if self.shortfall:
            lines.append(f"  {_lacking(self.shortfall, self.shape)}")
            lines.append(
                f"  any other stick of this parcel helps; it needs at least {self.shortfall.size / 1e6:.1f} MB more"
            )
        if self.why:
            lines.append(f"  {self.why}")
        lines += [
            f"  {name} gave false packets: somebody who could unmask this parcel altered it" for name in self.liars
        ]
        return "\n".join(lines)


def parcel_id(secret: bytes, shape: Shape) -> str:
    """The public name of a parcel: tells parcels apart, and says nothing of their secret or content."""
    geometry = f"{shape.sealed_length} {shape.count}".encode()
    return hashlib.sha256(b"jebi parcel " + secret + geometry).hexdigest()[:16]


def shortfall(tally: Tally, failed: frozenset[int] = frozenset()) -> Shortfall | None:
    """What a parcel lacks; `failed` are blocks of which enough packets came, but not enough that agree."""
    lacks = tally.lacking() | dict.fromkeys(failed, 1)
    if not lacks:
        return None
    return Shortfall(blocks=len(lacks), packets=sum(lacks.values()), worst=max(lacks.values()))


def _lacking(lack: Shortfall, shape: Shape) -> str:
    if shape.count == 1:
        return f"it lacks {lack.worst} of {shape.k(0)} packets"
    return (
        f"{shape.count - lack.blocks} of {shape.count} blocks are whole; "
        f"the worst of the others lacks {lack.worst} of {shape.k(0)} packets"
    )
