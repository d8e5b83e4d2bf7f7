"""From clips to a plan: how long the sealed parcel will be, how it is cut, and which stick carries what.

Everything is decided before the first byte is read, so the plan can be shown, and refused, before anything happens.

Invariants: the plan depends only on sizes and names, never on what the clips show.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jebi.carriers.slot import SLOT
from jebi.field.intake import Taken
from jebi.parcel.card import Card
from jebi.parcel.contents import Parcel, padded_length
from jebi.parcel.note import Signer
from jebi.parcel.seal import Seal
from jebi.parcel.spread import Spread, shape_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """The plan of one sealing."""

    parcel: Parcel
    padded: int
    seals: tuple[Seal, ...]
    spread: Spread

    @property
    def sealed_length(self) -> int:
        return self.spread.shape.sealed_length

    @property
    def clips(self) -> str:
        """How many, and how large."""
        many, size = len(self.parcel.members), sum(member.size for member in self.parcel.members)
        return f"{many} {'clip' if many == 1 else 'clips'}, {size / 1e6:.1f} MB"

    def __str__(self) -> str:
        spread = self.spread
        sticks = "one stick" if spread.sticks == 1 else f"each of {spread.sticks} sticks"
        enough = "" if spread.sticks == 1 else f", any {spread.enough} of which bring it back"
        return (
            f"{self.clips}, sealed to {self.sealed_length / 1e6:.1f} MB; "
            f"{spread.slots * SLOT / 1e6:.1f} MB on {sticks}{enough}"
        )


def plan(taken: Sequence[Taken], card: Card, signer: Signer, number: int, *, sticks: int, survive: int) -> Departure:
    """Plan a parcel. Draws the seal's keys, which live until the sealing ends.

    Raises:
        Refused: the sticks cannot survive that.
    """
    seals = tuple(Seal.draw(group) for group in card.layers)
    parcel = Parcel(
        members=tuple(one.member for one in taken),
        number=number,
        previous=card.previous,
        recipients=tuple(recipient.fingerprint() for group in card.layers for recipient in group),
    )
    padded = padded_length(parcel.length(signer), seals)
    sealed = padded
    for layer in seals:
        sealed = layer.sealed_length(sealed)
    shape = shape_for(sealed, sticks=sticks, survive=survive)
    spread = Spread(shape=shape, sticks=sticks, survive=survive)
    return Departure(parcel=parcel, padded=padded, seals=seals, spread=spread)
