"""RaptorQ: packets of a block."""

import hashlib
import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.parcel.blocks import SYMBOL
from jebi.parcel.fountain import MOST_IDS, SPARE, decode, encode

KS = (1, 2, 3, 10, 11, 129, 525, 1024)


def block_of(k: int, short: int = 0) -> bytes:
    return hashlib.shake_128(b"block %d" % k).digest(k * SYMBOL - short)


@pytest.mark.parametrize("k", KS)
def test_the_first_packets_are_the_block_itself(k: int) -> None:
    block = block_of(k)
    packets = encode(block, k, k + 3)
    assert len(packets) == k + 3
    assert all(packet == block[i * SYMBOL : (i + 1) * SYMBOL] for i, packet in enumerate(packets[:k]))
    assert all(len(packet) == SYMBOL for packet in packets)


@pytest.mark.parametrize("k", KS)
@pytest.mark.parametrize("kind", ["any packets", "repair packets alone", "all but one of its own packets"])
def test_two_packets_more_than_the_block_has_restore_it(k: int, kind: str) -> None:
    length = k * SYMBOL - 5
    packets = encode(block_of(k)[:length], k, 2 * k + 40)
    ids = {
        "any packets": random.Random(k).sample(range(2 * k + 40), k + SPARE),
        "repair packets alone": list(range(k + 20, 2 * k + 20 + SPARE)),
        "all but one of its own packets": [*range(1, k), k + 7, k + 8, k + 9],
    }[kind]
    assert decode({i: packets[i] for i in ids}, k, length) == block_of(k)[:length]


@pytest.mark.parametrize("k", KS)
def test_fewer_packets_than_the_block_has_restore_nothing(k: int) -> None:
    packets = encode(block_of(k), k, k + 5)
    assert decode(dict(enumerate(packets[3 : k + 2])), k, k * SYMBOL) is None


def test_the_highest_packet_that_is_ever_made_still_helps() -> None:
    packets = encode(block_of(2), 2, MOST_IDS)
    assert decode({i: packets[i] for i in (MOST_IDS - 3, MOST_IDS - 2, MOST_IDS - 1)}, 2, 2 * SYMBOL) == block_of(2)


@given(st.integers(1, 12), st.integers(0, SYMBOL - 1), st.randoms(use_true_random=False))
def test_any_mix_of_packets_restores_any_block(k: int, short: int, dice: random.Random) -> None:
    block = block_of(k, short)
    packets = encode(block, k, 3 * k + 10)
    chosen = dice.sample(range(len(packets)), k + SPARE + 2)
    assert decode({i: packets[i] for i in chosen}, k, len(block)) == block


@given(
    st.integers(1, 12),
    st.dictionaries(
        st.integers(0, MOST_IDS - 1),
        st.binary(min_size=1, max_size=8).map(lambda b: (b * SYMBOL)[:SYMBOL]),
        max_size=20,
    ),
)
def test_garbage_gives_nothing_or_something_of_the_right_length(k: int, packets: Mapping[int, bytes]) -> None:
    block = decode(packets, k, k * SYMBOL - 3)
    assert block is None or len(block) == k * SYMBOL - 3


@pytest.mark.parametrize(
    ("block", "k", "stop"),
    [(b"", 1, 3), (bytes(SYMBOL + 1), 1, 3), (bytes(SYMBOL), 1, 0), (bytes(SYMBOL), 1, MOST_IDS + 1)],
    ids=[
        "an empty block",
        "a block that is too long",
        "fewer packets than the block",
        "more packets than are ever made",
    ],
)
def test_a_block_that_cannot_be_is_the_callers_mistake(block: bytes, k: int, stop: int) -> None:
    with pytest.raises(ValueError, match="no such block"):
        encode(block, k, stop)
