"""Packets in any order, from anywhere → blocks, or an exact statement of what is still missing.

Implements docs/formats/packets.md, "Gathering". Every block is checked against the block list. When the check fails
somebody lies: carriers are left out until it holds, and the lying ones are named.

Invariants: a block that is returned is the block that was sealed; foreign, repeated and false packets change nothing
but the work. Peak: one block and the packets at hand for it.
"""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from jebi.errors import Damaged
from jebi.parcel.blocks import SYMBOL, BlockList, Shape, parse_list
from jebi.parcel.fountain import MOST_IDS, SPARE, decode, encode

T = TypeVar("T")
MOST_TRIALS = 200  # decodings that one poisoned block may cost: seconds, not hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """Consecutive packets of one block, and the carrier that they came from."""

    origin: int
    first: int
    packets: memoryview | bytes

    def __post_init__(self) -> None:
        if not self.packets or len(self.packets) % SYMBOL:
            raise Damaged("a run of packets has a length that cannot be")
        if self.first < 0 or self.ids.stop > MOST_IDS:
            raise Damaged("a run of packets has ids that are never made")

    @property
    def ids(self) -> range:
        return range(self.first, self.first + len(self.packets) // SYMBOL)

    def items(self) -> Iterator[tuple[int, memoryview]]:
        view = memoryview(self.packets)
        for i, packet_id in enumerate(self.ids):
            yield packet_id, view[i * SYMBOL : (i + 1) * SYMBOL]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A block as it was sealed, and the carriers that gave false packets for it."""

    block: bytes
    liars: frozenset[int]


def restore(
    fragments: Sequence[Fragment],
    *,
    k: int,
    length: int,
    digest: bytes | None,
    distrusted: frozenset[int] = frozenset(),
) -> Restored | None:
    """The block with that SHA-256, from whichever fragments give it, or None.

    Carriers in `distrusted` lied before; the rest is tried without them first. Without a digest, the block list being
    lost, the first block that the packets give is returned, and only opening the seal can tell whether it is right.
    """
    for trial, chosen in enumerate(_trials(fragments, k, distrusted)):
        needed = _needed(chosen, k)
        block = decode(_packets(needed), k, length)
        if block is not None and digest in (None, hashlib.sha256(block).digest()):
            used = set() if trial else set(map(id, needed))
            suspects = [fragment for fragment in fragments if id(fragment) not in used]
            return Restored(block=block, liars=_liars(block, k, suspects))
    return None


def block_lists(fragments: Sequence[Fragment], secret: bytes, shape: Shape) -> list[BlockList]:
    """Every block list that the fragments hold, the one with most carriers behind it first.

    One is what is expected. More than one means that somebody who knows the parcel's secret tries to replace it.
    """
    votes: dict[BlockList, int] = {}
    for origin in sorted({fragment.origin for fragment in fragments}):
        own = [fragment for fragment in fragments if fragment.origin == origin]
        for found in itertools.islice(_lists(own, secret, shape), 1):
            votes[found] = votes.get(found, 0) + 1
    if not votes:  # no carrier alone has enough of it; together they may
        votes = dict.fromkeys(_lists(fragments, secret, shape), 1)
    return sorted(votes, key=lambda found: -votes[found])


@dataclass(slots=True)
class Tally:
    """Which packets of one parcel are at hand: ids by block, without the packets themselves."""

    shape: Shape
    ids: dict[int, set[int]] = field(default_factory=dict)

    def add(self, block: int, first: int, count: int) -> None:
        self.ids.setdefault(block, set()).update(range(first, first + count))

    def have(self, block: int) -> int:
        """Distinct packets of a block at hand."""
        return len(self.ids.get(block, ()))

    def lacking(self) -> dict[int, int]:
        """How many packets each block that is not whole lacks, at least."""
        lacks = ((block, self.shape.k(block) - self.have(block)) for block in range(self.shape.count))
        return {block: lack for block, lack in lacks if lack > 0}


def _trials(fragments: Sequence[Fragment], k: int, distrusted: frozenset[int]) -> Iterator[Sequence[Fragment]]:
    """Ever smaller trust: without known liars; all; without one carrier, two, …; few carriers; subsets of single runs.

    Lazy, for of forty carriers there are a million million sets.
    """
    origins = sorted({fragment.origin for fragment in fragments})
    if known := distrusted & set(origins):
        yield [f for f in fragments if f.origin not in known]
    without = (set(left) for many in range(len(origins)) for left in itertools.combinations(origins, many))
    for left in itertools.islice(without, MOST_TRIALS // 2):
        yield [f for f in fragments if f.origin not in left]
    for trial in range(MOST_TRIALS // 4):
        yield _few(fragments, origins, k, trial)
    for trial in range(MOST_TRIALS // 4):
        yield _shuffled(fragments, trial)[: max(1, len(fragments) * 3 // 4)]


def _few(fragments: Sequence[Fragment], origins: Sequence[int], k: int, trial: int) -> list[Fragment]:
    """As few carriers as suffice, others for each trial: the fewer they are, the likelier is no liar among them."""
    chosen: list[Fragment] = []
    ids: set[int] = set()
    for origin in _shuffled(origins, trial):
        if len(ids) >= k + SPARE:
            break
        own = [f for f in fragments if f.origin == origin]
        chosen += own
        ids.update(*(f.ids for f in own))
    return chosen


def _shuffled(values: Sequence[T], trial: int) -> list[T]:
    """A different order for each trial, the same on every machine."""
    salt = trial.to_bytes(4, "big")
    order = sorted(range(len(values)), key=lambda i: hashlib.sha256(salt + i.to_bytes(4, "big")).digest())
    return [values[i] for i in order]


def _packets(fragments: Iterable[Fragment]) -> Mapping[int, memoryview]:
    packets: dict[int, memoryview] = {}
    for fragment in fragments:
        for packet_id, packet in fragment.items():
            packets.setdefault(packet_id, packet)
    return packets


def _needed(fragments: Sequence[Fragment], k: int) -> list[Fragment]:
    """The fewest fragments that should do, those with the block's own packets first. What is over is checked, not used."""
    needed: list[Fragment] = []
    ids: set[int] = set()
    for fragment in sorted(fragments, key=lambda fragment: fragment.first):
        if len(ids) >= k + SPARE:
            break
        if not ids.issuperset(fragment.ids):
            needed.append(fragment)
            ids.update(fragment.ids)
    return needed


def _liars(block: bytes, k: int, suspects: Sequence[Fragment]) -> frozenset[int]:
    if not suspects:
        return frozenset()
    truth = encode(block, k, max(k, *(fragment.ids.stop for fragment in suspects)))
    return frozenset(f.origin for f in suspects if any(packet != truth[packet_id] for packet_id, packet in f.items()))


def _lists(fragments: Sequence[Fragment], secret: bytes, shape: Shape) -> Iterator[BlockList]:
    for chosen in _trials(fragments, shape.list_k, frozenset()):
        written = decode(_packets(chosen), shape.list_k, shape.list_length)
        if written is None:
            continue
        try:
            yield parse_list(written, secret, shape)
        except Damaged:
            continue
        return
