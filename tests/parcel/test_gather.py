"""Packets in any order and from anywhere, also from carriers that lie."""

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.blocks import SYMBOL, BlockList, Shape
from jebi.parcel.fountain import MOST_IDS, encode
from jebi.parcel.gather import Fragment, Tally, block_lists, restore
from jebi.parcel.spread import RUN, Spread

SECRET = bytes(16)
K = 40
SHAPE = Shape(K * SYMBOL - 100, 1)
BLOCK = hashlib.shake_128(b"block").digest(SHAPE.sealed_length)
DIGEST = hashlib.sha256(BLOCK).digest()
SPREAD = Spread(shape=SHAPE, sticks=5, survive=2)
PACKETS = encode(BLOCK, K, SPREAD.minted)
Lie = Callable[[int, bytes], bytes]


def flip(_: int, packet: bytes) -> bytes:
    return bytes([packet[0] ^ 1]) + packet[1:]


def carrier(
    stick: int, origin: int | None = None, lie: Lie | None = None, *, lies_in: Iterable[int] | None = None
) -> list[Fragment]:
    """All that one stick carries of the block; a lying one alters all of its packets, or those of some ids."""
    fragments = []
    for _, run in SPREAD.runs(stick, 0):
        packets = [bytes(PACKETS[run.first + i]) for i in range(run.count)]
        if lie is not None:
            chosen = set(range(MOST_IDS) if lies_in is None else lies_in)
            packets = [lie(run.first + i, p) if run.first + i in chosen else p for i, p in enumerate(packets)]
        fragments.append(
            Fragment(origin=stick if origin is None else origin, first=run.first, packets=b"".join(packets))
        )
    return fragments


def gathered(fragments: Sequence[Fragment], *, distrusted: frozenset[int] = frozenset()) -> set[int] | None:
    """Who is named a liar, or None where nothing came of it; what comes is always the block."""
    restored = restore(fragments, k=K, length=len(BLOCK), digest=DIGEST, distrusted=distrusted)
    if restored is None:
        return None
    assert restored.block == BLOCK
    return set(restored.liars)


@pytest.mark.parametrize("sticks", [(0, 1, 2), (4, 3, 2), (0, 1, 2, 3, 4), (1, 3, 4)], ids=str)
def test_enough_honest_sticks_restore_the_block_and_nobody_is_named(sticks: tuple[int, ...]) -> None:
    assert gathered([fragment for stick in sticks for fragment in carrier(stick)]) == set()


def test_too_few_sticks_restore_nothing() -> None:
    assert gathered([]) is None
    assert gathered([*carrier(0), *carrier(1)]) is None


def test_copies_of_a_stick_help_no_more_and_harm_no_more_than_the_stick() -> None:
    copies = [fragment for origin in range(10) for fragment in carrier(0, origin)]
    assert gathered(copies) is None
    assert gathered([*copies, *carrier(1), *carrier(2)]) == set()


@pytest.mark.parametrize("liar", range(5))
def test_a_liar_among_five_sticks_is_found_and_named(liar: int) -> None:
    fragments = [f for stick in range(5) for f in carrier(stick, lie=flip if stick == liar else None)]
    assert gathered(fragments) == {liar}


@pytest.mark.parametrize("liars", [(0, 1), (0, 4), (2, 3)], ids=str)
def test_two_liars_among_five_sticks_are_found_and_named(liars: tuple[int, int]) -> None:
    fragments = [f for stick in range(5) for f in carrier(stick, lie=flip if stick in liars else None)]
    assert gathered(fragments) == set(liars)


def test_a_liar_that_contradicts_another_copy_of_the_same_packets_is_found_and_named() -> None:
    false, true = carrier(0, 7, flip), [f for stick in range(3) for f in carrier(stick)]
    assert gathered([*false, *true]) == gathered([*true, *false]) == {7}


def test_two_liars_that_agree_with_each_other_are_found_and_named() -> None:
    false = [*carrier(0, 7, flip), *carrier(0, 8, flip), *carrier(1, 8, flip)]
    assert gathered([*false, *(f for stick in range(3) for f in carrier(stick))]) == {7, 8}


def test_a_single_false_packet_is_enough_to_be_named() -> None:
    fragments = [f for stick in range(5) for f in carrier(stick, lie=flip, lies_in=[3])]
    assert gathered(fragments) == {0}


def test_a_liar_whose_packets_are_needed_leaves_nothing() -> None:
    assert gathered([*carrier(0, lie=flip), *carrier(1), *carrier(2)]) is None


def test_the_highest_packet_that_is_ever_made_is_checked_too() -> None:
    false = Fragment(origin=9, first=MOST_IDS - 1, packets=bytes(SYMBOL))
    assert gathered([false, *(f for stick in range(3) for f in carrier(stick))]) == {9}


def test_of_a_stick_with_one_false_run_the_other_runs_are_used_and_it_is_named() -> None:
    def run(origin: int, first: int, count: int) -> Fragment:
        return Fragment(origin=origin, first=first, packets=b"".join(PACKETS[first : first + count]))

    false = Fragment(origin=0, first=16, packets=bytes(16 * SYMBOL))
    assert gathered([run(0, 0, 16), false, run(1, 32, 16), run(1, 48, 10)]) == {0}


def test_who_lied_before_is_left_out_first() -> None:
    fragments = [f for stick in range(5) for f in carrier(stick, lie=flip if stick == 2 else None)]
    assert gathered(fragments, distrusted=frozenset({2})) == {2}
    assert gathered(fragments, distrusted=frozenset({2, 99})) == {2}
    assert gathered(fragments, distrusted=frozenset(range(5))) == {2}


@pytest.mark.parametrize("sticks", [12, 40])
@pytest.mark.parametrize("liars", [0, 1, 2, 3])
def test_of_a_large_pile_the_liars_are_found_and_named_without_trying_every_set_of_sticks(
    sticks: int, liars: int
) -> None:
    fragments = [f for n in range(sticks) for f in carrier(n % 5, n, flip if n < liars else None)]
    assert gathered(fragments) == set(range(liars))


@pytest.mark.parametrize("seed", range(200))
def test_any_mix_of_sticks_with_enough_truth_in_it_restores_the_block_and_names_no_honest_stick(seed: int) -> None:
    dice = random.Random(seed)
    honest = dice.sample(range(5), 3)
    liars = dice.sample(range(10, 14), dice.randrange(3))
    fragments = [f for stick in honest for f in carrier(stick)]
    for stick in set(range(5)) - set(honest):
        fragments += dice.sample(carrier(stick), dice.randrange(2))
    for origin in liars:
        stick = dice.randrange(5)
        ids = [i for _, run in SPREAD.runs(stick, 0) for i in range(run.first, run.first + run.count)]
        fragments += carrier(stick, origin, flip, lies_in=dice.sample(ids, dice.randint(len(ids) // 2, len(ids))))
    dice.shuffle(fragments)
    assert gathered(fragments) == set(liars)


@given(st.lists(st.builds(
    Fragment,
    origin=st.integers(0, 5),
    first=st.integers(0, 60) | st.integers(0, 900),
    packets=st.binary(min_size=1, max_size=4).flatmap(lambda b: st.integers(1, RUN).map(lambda n: (b * SYMBOL)[:SYMBOL] * n)),
), max_size=8))  # fmt: skip
def test_garbage_restores_nothing_and_beside_the_truth_changes_nothing(garbage: list[Fragment]) -> None:
    assert gathered(garbage) is None
    foreign = [Fragment(origin=f.origin + 20, first=f.first, packets=f.packets) for f in garbage]
    truth = [f for stick in range(3) for f in carrier(stick)]
    named = gathered([*foreign, *truth])
    assert named is not None
    assert named <= {f.origin for f in foreign}


def test_without_a_digest_the_first_block_that_comes_is_returned() -> None:
    restored = restore([f for s in range(3) for f in carrier(s)], k=K, length=len(BLOCK), digest=None)
    assert restored is not None
    assert restored.block == BLOCK


@pytest.mark.parametrize(
    "packets", [b"", bytes(SYMBOL - 1), bytes(SYMBOL + 1)], ids=["nothing", "a short one", "a long one"]
)
def test_a_run_of_packets_has_whole_packets(packets: bytes) -> None:
    with pytest.raises(Damaged):
        Fragment(origin=0, first=0, packets=packets)


@pytest.mark.parametrize("first", [-1, MOST_IDS])
def test_a_run_of_packets_has_ids_that_are_made(first: int) -> None:
    with pytest.raises(Damaged):
        Fragment(origin=0, first=first, packets=bytes(SYMBOL))


def test_a_tally_counts_every_packet_once_and_says_what_is_lacking() -> None:
    shape = Shape(100 * SYMBOL, 3)
    tally = Tally(shape)
    assert tally.lacking() == {0: 34, 1: 33, 2: 33}
    tally.add(0, 0, 16)
    tally.add(0, 8, 16)
    tally.add(2, 50, 33)
    tally.add(3, 0, 16)
    assert [tally.have(block) for block in range(4)] == [24, 0, 33, 16]
    assert tally.lacking() == {0: 10, 1: 33}


@dataclass(frozen=True, slots=True)
class Lists:
    """The block lists of a parcel of many blocks, true and false."""

    shape = Shape(2000 * SYMBOL, 300)
    true = BlockList(shape, tuple(hashlib.sha256(bytes([n % 256])).digest() for n in range(300)))
    false = BlockList(shape, tuple(bytes(32) for _ in range(300)))

    def on(self, origin: int, listed: BlockList, *, secret: bytes = SECRET, ids: range = range(6)) -> Fragment:
        k = self.shape.list_k
        packets = encode(listed.written(secret), k, max(k, ids.stop))
        return Fragment(origin=origin, first=ids.start, packets=b"".join(packets[i] for i in ids))

    def found(self, *fragments: Fragment) -> list[BlockList]:
        return block_lists(fragments, SECRET, self.shape)


def test_every_stick_alone_gives_the_block_list() -> None:
    lists = Lists()
    assert lists.found(lists.on(0, lists.true)) == [lists.true]
    assert lists.found(lists.on(3, lists.true, ids=range(20, 26))) == [lists.true]


def test_sticks_that_alone_have_too_little_of_the_block_list_give_it_together() -> None:
    lists = Lists()
    halves = [lists.on(0, lists.true, ids=range(1)), lists.on(1, lists.true, ids=range(7, 10))]
    assert lists.found(halves[0]) == []
    assert lists.found(*halves) == [lists.true]


def test_a_liar_that_replaces_the_block_list_is_outvoted_and_both_lists_are_given() -> None:
    lists = Lists()
    liar, honest = lists.on(0, lists.false), [lists.on(n, lists.true) for n in (1, 2)]
    assert lists.found(liar, *honest) == [lists.true, lists.false]


def test_who_does_not_know_the_parcels_secret_cannot_replace_the_block_list() -> None:
    lists = Lists()
    assert lists.found(lists.on(0, lists.false, secret=bytes(15) + b"\1")) == []
    assert lists.found(lists.on(0, lists.false, secret=bytes(15) + b"\1"), lists.on(1, lists.true)) == [lists.true]


def test_a_spoiled_packet_of_the_block_list_is_worked_around() -> None:
    lists = Lists()
    sound = [lists.on(0, lists.true, ids=range(n, n + 1)) for n in range(6)]
    spoiled = Fragment(origin=0, first=1, packets=bytes(SYMBOL))
    assert lists.found(sound[0], spoiled, *sound[2:]) == [lists.true]


def test_no_packets_give_no_block_list() -> None:
    assert Lists().found() == []


def test_a_block_that_was_restored_under_a_false_list_is_never_returned() -> None:
    restored = restore([f for s in range(5) for f in carrier(s)], k=K, length=len(BLOCK), digest=bytes(32))
    assert restored is None
