"""Which packets of every block go to which stick (docs/formats/packets.md, "Spread").

`Spread(shape, sticks=5, survive=2)`: any three whole sticks suffice. Every stick carries the same number of whole slots
of every block, source packets first, and enough of the block list to restore it alone.

Invariants: packet ids never overlap between sticks; sticks of one parcel carry equally many slots.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from jebi.errors import Damaged, Refused
from jebi.parcel.blocks import SYMBOL, Shape
from jebi.parcel.fountain import MOST_IDS, SPARE

RUN = 16  # packets of one slot
SLOTS_A_BLOCK = 33  # about 4 MiB: small enough for the cache, large enough that two spare packets cost 0.4 %
LIST_SLOTS = 3  # a stick that loses two of three slots still knows what every block must hash to
MOST_STICKS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Consecutive packets of one block, as one slot carries them. Block number `shape.count` is the block list."""

    block: int
    first: int
    count: int = RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A plan for `sticks` sticks of which any `sticks - survive` suffice; packet ids begin at `base`."""

    shape: Shape
    sticks: int
    survive: int
    base: int = 0

    def __post_init__(self) -> None:
        check_sticks(self.sticks, self.survive)
        if max(self.minted, self.sticks * self.list_slots * RUN) > MOST_IDS:
            raise Refused("so many sticks of which so few suffice is more than jebi makes", hint="use fewer sticks")

    @property
    def enough(self) -> int:
        """How many whole sticks suffice."""
        return self.sticks - self.survive

    @property
    def slots_a_block(self) -> int:
        """Slots of each block on each stick."""
        return -(-(self.shape.k(0) + SPARE) // (self.enough * RUN))

    @property
    def list_slots(self) -> int:
        """Slots of the block list on each stick: all of it, one and a half times."""
        return max(LIST_SLOTS, -(-3 * (self.shape.list_k + SPARE) // (2 * RUN)))

    @property
    def slots(self) -> int:
        """Slots on each stick."""
        return self.shape.count * self.slots_a_block + self.list_slots

    @property
    def minted(self) -> int:
        """One past the highest packet id of a block that this plan makes."""
        return self.base + self.sticks * self.slots_a_block * RUN

    def runs(self, stick: int, block: int) -> Iterator[tuple[int, Run]]:
        """The slots of one block on one stick: number of the slot on the stick, and what it carries."""
        many = self.list_slots if block == self.shape.count else self.slots_a_block
        first = (0 if block == self.shape.count else self.base) + stick * many * RUN
        for i in range(many):
            yield block * self.slots_a_block + i, Run(block=block, first=first + i * RUN)


def shape_for(sealed_length: int, *, sticks: int, survive: int) -> Shape:
    """Cut a parcel so that whole slots on every stick waste little.

    Raises:
        Refused: that many sticks are never made, or the parcel is too large: from 0.5 TB up for some plans.
    """
    check_sticks(sticks, survive)
    enough = sticks - survive
    slots = enough * max(1, SLOTS_A_BLOCK // enough)
    packets = -(-sealed_length // SYMBOL)
    try:
        return Shape(sealed_length, -(-packets // (slots * RUN - SPARE)))
    except Damaged as error:
        raise Refused(
            f"a parcel of {sealed_length / 1e9:.0f} GB is too large", hint="seal the clips in parts"
        ) from error


def check_sticks(sticks: int, survive: int) -> None:
    """Some sticks must suffice, and not too many are to be made; raises `Refused`."""
    if not 1 <= sticks <= MOST_STICKS:
        raise Refused(f"jebi spreads a parcel over 1 to {MOST_STICKS} sticks, not {sticks}")
    if not 0 <= survive < sticks:
        many = "1 stick" if sticks == 1 else f"{sticks} sticks"
        raise Refused(f"{many} cannot survive the loss of {survive}", hint=f"--survive takes 0 to {sticks - 1} here")
