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

from jebi.errors import Damaged
from jebi.parcel.blocks import SYMBOL, BlockList, Shape, parse_list
from jebi.parcel.fountain import MOST_IDS, SPARE, decode, encode

MOST_TRIALS = 200  # decodings that one poisoned block may cost: seconds, not hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """Consecutive packets of one block, and the carrier that they came from."""

    origin: int
    first: int
    packets: bytes

    def __post_init__(self) -> None:
        if not self.packets or len(self.packets) % SYMBOL or not 0 <= self.first <= MOST_IDS:
            raise Damaged("a run of packets has a length that cannot be")

    def items(self) -> Iterator[tuple[int, memoryview]]:
        view = memoryview(self.packets)
        for i in range(len(view) // SYMBOL):
            yield self.first + i, view[i * SYMBOL : (i + 1) * SYMBOL]


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
    for trial, chosen in enumerate(_trials(fragments, distrusted)):
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


def _trials(fragments: Sequence[Fragment], distrusted: frozenset[int]) -> Iterable[Sequence[Fragment]]:
    """Ever smaller trust: all; without one carrier, two, …; without known liars; then subsets of single runs."""
    origins = sorted({fragment.origin for fragment in fragments})
    without = [frozenset(left) for many in range(len(origins)) for left in itertools.combinations(origins, many)]
    if distrusted:
        without.insert(0, distrusted & frozenset(origins))
    by_carrier = ([f for f in fragments if f.origin not in left] for left in without)
    by_run = (_shuffled(fragments, trial)[: max(1, len(fragments) * 3 // 4)] for trial in range(MOST_TRIALS))
    return itertools.chain(itertools.islice(by_carrier, MOST_TRIALS), itertools.islice(by_run, MOST_TRIALS // 4))


def _shuffled(fragments: Sequence[Fragment], trial: int) -> list[Fragment]:
    """A different order for each trial, the same on every machine."""
    salt = trial.to_bytes(4, "big")
    order = [(hashlib.sha256(salt + i.to_bytes(4, "big")).digest(), f) for i, f in enumerate(fragments)]
    return [fragment for _, fragment in sorted(order, key=lambda pair: pair[0])]


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
        fresh = {packet_id for packet_id, _ in fragment.items()} - ids
        if fresh:
            needed.append(fragment)
            ids |= fresh
    return needed


def _liars(block: bytes, k: int, suspects: Sequence[Fragment]) -> frozenset[int]:
    if not suspects:
        return frozenset()
    highest = max(f.first + len(f.packets) // SYMBOL for f in suspects)
    truth = encode(block, k, min(max(k, highest), MOST_IDS))
    return frozenset(
        fragment.origin
        for fragment in suspects
        if any(packet_id >= len(truth) or packet != truth[packet_id] for packet_id, packet in fragment.items())
    )


def _lists(fragments: Sequence[Fragment], secret: bytes, shape: Shape) -> Iterator[BlockList]:
    for chosen in _trials(fragments, frozenset()):
        written = decode(_packets(chosen), shape.list_k, shape.list_length)
        if written is None:
            continue
        try:
            yield parse_list(written, secret, shape)
        except Damaged:
            continue
        return
