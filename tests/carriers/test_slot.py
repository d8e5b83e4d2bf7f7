"""Slots: made, read, altered in every part, and made by people who should not have."""

import hashlib
import hmac
import os
import struct
from pathlib import Path

import monocypher
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.slot import HEADER, POINT, SLOT, TAG, Mask, Slot, SlotHeader, Unmask, check, parse
from jebi.errors import Damaged
from jebi.parcel.blocks import LARGEST_PARCEL, SYMBOL, Shape
from jebi.parcel.fountain import MOST_IDS
from jebi.parcel.spread import RUN

ROUTE = bytes(range(32))
OTHER = bytes(range(1, 33))
SECRET = b"parcel of secret"
SHAPE = Shape(3_000_000, 2)
SPEC = Path(__file__).parents[2] / "docs" / "formats" / "slots.md"


def public(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def header(block: int = 1, first: int = 160, count: int = RUN, minted: int = 352) -> SlotHeader:
    return SlotHeader(secret=SECRET, shape=SHAPE, block=block, first=first, count=count, minted=minted)


def packets(count: int = RUN) -> bytes:
    return hashlib.shake_128(b"packets").digest(count * SYMBOL)


def masked(made: SlotHeader, content: bytes, route: bytes = ROUTE) -> tuple[bytes, bytes]:
    """A slot, and its own key."""
    slot = bytearray(SLOT)
    key = Mask(public(route)).mask(made, [content], memoryview(slot))
    return bytes(slot), key


def altered(slot: bytes, place: int, bits: int) -> bytes:
    return slot[:place] + bytes([slot[place] ^ bits]) + slot[place + 1 :]


def handmade(plain: bytes, secret: bytes = ROUTE) -> bytes:
    """A slot around any content, made as the specification words it, without jebi's code."""
    point, ephemeral = monocypher.elligator_key_pair()
    own = X25519PrivateKey.from_private_bytes(ephemeral)
    shared = own.exchange(X25519PublicKey.from_public_bytes(public(secret)))
    pseudorandom = hmac.digest(point + public(secret), shared, "sha256")
    key = hmac.digest(pseudorandom, b"jebi slot\x01", "sha256")
    return bytes(point + ChaCha20Poly1305(key).encrypt(bytes(12), plain, None))


def plain_of(
    *, length: int = 3_000_000, blocks: int = 2, block: int = 1, first: int = 0, count: int = 16, minted: int = 16
) -> bytes:
    """What lies under the mask, byte by byte as the specification lays it out."""
    fields = struct.pack(">QIIIII", length, blocks, block, first, count, minted)
    return SECRET + fields + bytes(36) + packets()


@pytest.mark.parametrize("count", [1, 7, RUN])
def test_a_slot_comes_back_as_it_was_made(count: int) -> None:
    made = header(count=count)
    slot, key = masked(made, packets(count))
    came = Unmask([OTHER, ROUTE]).unmask(slot)
    assert came == Slot(header=made, packets=packets(count))
    assert check(slot, key) == came.written()
    assert parse(came.written()) == came


def test_a_slot_made_by_the_letter_of_the_specification_is_read() -> None:
    plain = plain_of()
    slot = handmade(plain)
    came = Unmask([ROUTE]).unmask(slot)
    assert came is not None
    assert (came.header.shape, came.header.block, came.header.first) == (SHAPE, 1, 0)
    assert came.written() == plain
    assert len(slot) == SLOT == POINT + HEADER + RUN * SYMBOL + TAG


def test_the_specification_states_the_layout_that_the_code_has() -> None:
    text = SPEC.read_text()
    for figure in (f"{SLOT:,}", f"{POINT}", f"{HEADER}", f"{RUN * SYMBOL:,}", f"{SYMBOL:,}", f"{MOST_IDS:,}"):
        assert figure in text
    assert "## Search" in text


def test_two_slots_of_the_same_packets_share_nothing() -> None:
    first, second = masked(header(), packets())[0], masked(header(), packets())[0]
    same = sum(a == b for a, b in zip(first, second, strict=True))
    assert first[:POINT] != second[:POINT]
    assert same < 2 * SLOT // 256


def test_a_slot_that_was_altered_anywhere_is_nothing() -> None:
    slot, key = masked(header(), packets())
    unmask = Unmask([ROUTE])
    for place in (0, 15, 31, POINT, POINT + HEADER, SLOT // 2, SLOT - TAG, SLOT - 1):
        for bit in (1, 0x40, 0x80):
            assert unmask.unmask(altered(slot, place, bit)) is None
            assert check(altered(slot, place, bit), key) is None
    assert unmask.unmask(slot) is not None


def test_the_bits_of_a_representative_that_the_map_ignores_are_still_authentic() -> None:
    slot, _ = masked(header(), packets())
    other = altered(slot, POINT - 1, 0xC0)
    assert monocypher.elligator_map(slot[:POINT]) == monocypher.elligator_map(other[:POINT])
    assert Unmask([ROUTE]).unmask(other) is None


def test_the_route_key_that_masks_does_not_unmask() -> None:
    slot, _ = masked(header(), packets())
    assert Unmask([public(ROUTE)]).unmask(slot) is None
    assert Unmask([OTHER]).unmask(slot) is None
    assert Unmask([]).unmask(slot) is None


def test_slots_of_many_routes_are_read_in_any_order() -> None:
    routes = [hashlib.sha256(bytes([i])).digest() for i in range(5)]
    unmask = Unmask(routes)
    for route in [routes[i] for i in (4, 4, 0, 3, 4, 1, 2, 0)]:
        assert unmask.unmask(masked(header(), packets(), route)[0]) is not None


IMPOSSIBLE = {
    "a parcel without length": {"length": 0},
    "a parcel larger than any": {"length": LARGEST_PARCEL + 1},
    "a parcel without blocks": {"blocks": 0},
    "more blocks than packets": {"blocks": 368},
    "a block behind the block list": {"block": 3},
    "no packets": {"count": 0},
    "more packets than fit": {"count": RUN + 1},
    "as many packets as a field holds": {"count": 0xFFFFFFFF},
    "packets that are never made": {"first": MOST_IDS - RUN + 1},
    "a first packet at the end of its field": {"first": 0xFFFFFFFF},
    "more minted than is ever made": {"minted": MOST_IDS + 1},
}


@pytest.mark.parametrize("case", IMPOSSIBLE)
def test_a_header_that_cannot_be_is_nothing_although_its_maker_had_the_key(case: str) -> None:
    plain = plain_of(**IMPOSSIBLE[case])
    assert parse(plain) is None
    assert Unmask([ROUTE]).unmask(handmade(plain)) is None


@pytest.mark.parametrize("place", [44, 60, 79])
def test_a_reserved_byte_that_is_not_zero_makes_it_nothing(place: int) -> None:
    plain = bytearray(plain_of())
    plain[place] = 1
    assert Unmask([ROUTE]).unmask(handmade(bytes(plain))) is None


def test_a_block_number_that_is_the_count_is_the_block_list() -> None:
    came = Unmask([ROUTE]).unmask(handmade(plain_of(block=2)))
    assert came is not None
    assert came.header.block == came.header.shape.count == 2


@pytest.mark.parametrize("ignored_bits", [0x00, 0x40, 0x80, 0xC0])
def test_a_point_of_low_order_is_nothing(ignored_bits: int) -> None:
    """Its shared secret is zero for every route, so anybody could make slots for everybody."""
    low = bytes(31) + bytes([ignored_bits])
    assert not any(monocypher.elligator_map(low))
    pseudorandom = hmac.digest(low + public(ROUTE), bytes(32), "sha256")
    key = hmac.digest(pseudorandom, b"jebi slot\x01", "sha256")
    forged = low + ChaCha20Poly1305(key).encrypt(bytes(12), plain_of(), None)
    assert check(forged, key + low) is not None
    assert Unmask([ROUTE, OTHER]).unmask(forged) is None


@pytest.mark.parametrize("length", [0, 1, POINT - 1, POINT, POINT + TAG, SLOT - 1, SLOT + 1])
def test_what_has_not_the_length_of_a_slot_is_nothing(length: int) -> None:
    slot, _ = masked(header(), packets())
    content = (slot + slot)[:length]
    assert Unmask([ROUTE]).unmask(content) is None


def test_a_slot_header_that_cannot_be_is_refused_before_it_is_written() -> None:
    with pytest.raises(Damaged, match="block"):
        header(block=3)
    with pytest.raises(Damaged, match="packets"):
        header(count=0)
    with pytest.raises(Damaged, match="packets"):
        header(first=MOST_IDS)


def test_neither_secret_nor_packets_are_shown() -> None:
    shown = repr(Slot(header=header(), packets=packets()))
    assert "secret" not in shown
    assert len(shown) < 300


@given(st.binary(max_size=600), st.integers(0, SLOT))
def test_of_garbage_nothing_is_read(garbage: bytes, filler: int) -> None:
    unmask = Unmask([ROUTE, OTHER])
    assert unmask.unmask(garbage) is None
    assert unmask.unmask((garbage + bytes([filler % 256]) * SLOT)[:SLOT]) is None
    assert unmask.unmask(memoryview(garbage.ljust(SLOT, b"\xff"))) is None


@given(st.binary(min_size=HEADER, max_size=HEADER))
def test_of_any_header_comes_a_slot_that_writes_the_same_or_nothing(untrusted: bytes) -> None:
    for plain in (untrusted, SECRET + untrusted[16:20].replace(b"\xff", b"\0") + untrusted[20:44] + bytes(36)):
        came = parse((plain + packets())[: HEADER + RUN * SYMBOL].ljust(HEADER + RUN * SYMBOL, b"\0"))
        if came is not None:
            assert came.header.written() == plain[:HEADER]
            assert len(came.packets) == came.header.count * SYMBOL
            assert 0 < came.header.shape.k(0) <= 1024


def test_noise_is_nothing() -> None:
    unmask = Unmask([ROUTE, OTHER])
    assert not any(unmask.unmask(os.urandom(SLOT)) for _ in range(100))
