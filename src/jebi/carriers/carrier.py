"""The contract that every carrier keeps (docs/formats/carriers.md, "The contract").

A carrier is asked three things of a medium: how many slots it could hold, where a number of slots would go, and where
to look for slots. It decides; it never writes. `tests/conformance` runs one suite over all carriers:

- what was placed is found again, whatever else was done to the medium outside the slots that survived;
- every byte outside the placement stays as it was;
- looking needs no writing, and believes nothing that it reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


class Medium(Protocol):
    """Bytes that can be read anywhere: a file, a stick, an image. Never closed or written by a carrier."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def read_at(self, offset: int, length: int, /) -> bytes:
        """The bytes from `offset` on; fewer than `length` only at the end of the medium."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """Bytes that a carrier itself needs at one place, such as the head of a box in a film."""

    offset: int
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Placements:
    """A plan: slot number i goes to `offsets[i]`; the patches go where they say; nothing else changes.

    `size` is the length of the medium afterwards, in bytes.
    """

    offsets: Sequence[int]
    size: int
    patches: tuple[Patch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A stretch of a medium in which slots may lie: at `start`, and then at every whole slot after it, up to `stop`.

    `step` is the finest alignment at which slots may turn up when the medium was cut, copied or shifted (bytes).
    """

    start: int
    stop: int
    step: int


class Carrier(Protocol):
    """What a kind of carrier decides."""

    def capacity(self, medium: Medium) -> int:
        """How many slots the medium could hold, at most. Raises `Damaged` if it is not of this kind."""
        ...

    def place(self, medium: Medium, count: int, dice: bytes) -> Placements:
        """Where `count` slots go. `dice`: 32 random bytes. Raises `NoRoom` if they do not fit."""
        ...

    def grids(self, medium: Medium) -> Iterator[Grid]:
        """Where slots may lie, likeliest first. Raises `Damaged` if the medium is not of this kind."""
        ...
