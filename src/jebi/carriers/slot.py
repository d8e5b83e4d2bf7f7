"""Packets ↔ slots: 128 KiB that look like noise to whoever does not hold the route key (docs/formats/slots.md).

A slot is an Elligator2 representative of a fresh public key, and everything else under an AEAD key agreed with the
route's. There is no magic, no index and no table: every slot stands alone.

Its promise is small. Where noise is expected, and with one look, a slot cannot be told from noise. It does not explain
why there is noise, does not survive two looks at the same stick, and a future quantum computer may learn that slots
were there, not what they say.

Next: `jebi.archive.receive`
"""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import monocypher
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jebi.errors import Damaged
from jebi.parcel.blocks import SYMBOL, Shape
from jebi.parcel.fountain import MOST_IDS
from jebi.parcel.header import derive
from jebi.parcel.spread import RUN

SLOT = 131072
KEY = POINT = 32
TAG = 16
HEADER = 80
SECRET = 16
NONCE = bytes(12)  # every slot has a key of its own
_FIELDS = struct.Struct(">16sQIIIII36s")
assert POINT + HEADER + RUN * SYMBOL + TAG == SLOT == POINT + _FIELDS.size + RUN * SYMBOL + TAG


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotHeader:
    """What a slot says of itself under its mask.

    `secret` is the parcel's: who never unmasked a slot cannot make one that joins the parcel. Block number
    `shape.count` is the block list. `minted` is one past the highest packet id that was made so far, as far as
    the writer knows.
    """

    secret: bytes = field(repr=False)
    shape: Shape
    block: int
    first: int
    count: int
    minted: int

    def __post_init__(self) -> None:
        if len(self.secret) != SECRET or not 0 <= self.block <= self.shape.count:
            raise Damaged("a slot names a block that its parcel does not have")
        if not 1 <= self.count <= RUN or not self.first + self.count <= MOST_IDS or self.minted > MOST_IDS:
            raise Damaged("a slot names packets that are never made")

    def written(self) -> bytes:
        length, blocks = self.shape.sealed_length, self.shape.count
        fields = (self.secret, length, blocks, self.block, self.first, self.count, self.minted, bytes(36))
        return _FIELDS.pack(*fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """An unmasked slot: its header and its run of packets.

    `key` is the slot's own, and its point, which spares finding it out once more; empty where it lay under no mask.
    """

    header: SlotHeader
    packets: memoryview | bytes = field(repr=False)
    key: bytes = field(default=b"", repr=False, compare=False)

    def written(self) -> bytes:
        """Header and packets, as they lie under the mask and in a tray."""
        return self.header.written() + bytes(self.packets).ljust(RUN * SYMBOL, b"\0")

    def digest(self) -> bytes:
        """What tells it from a slot that contradicts it, whatever the mask."""
        return hashlib.sha256(self.written()).digest()


class Mask:
    """Masks slots for one route. Holds the route's public key, which finds nothing and opens nothing."""

    def __init__(self, route: bytes) -> None:
        self._route = route
        self._public = X25519PublicKey.from_public_bytes(route)

    def mask(self, header: SlotHeader, packets: Sequence[bytes | memoryview], into: memoryview) -> bytes:
        """Write one slot into `into` (`SLOT` bytes).

        Returns:
            The slot's own key and point, with which it can be read back and checked while they are remembered.
        """
        plain = b"".join((header.written(), *packets)).ljust(HEADER + RUN * SYMBOL, b"\0")
        point, secret = monocypher.elligator_key_pair()
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(self._public)
        key = _key(shared, point, self._route)
        into[:POINT] = point
        ChaCha20Poly1305(key).encrypt_into(NONCE, plain, None, into[POINT:SLOT])
        return key + bytes(point)


class Unmask:
    """Takes the mask off the slots of some routes. The route that was met last is tried first."""

    def __init__(self, route_secrets: Sequence[bytes]) -> None:
        self._routes = [_Route(secret) for secret in route_secrets]

    def unmask(self, untrusted_slot: bytes | memoryview) -> Slot | None:
        """The slot, or None where these bytes are not one of these routes'. About 0.1 ms a route either way."""
        if len(untrusted_slot) != SLOT:
            return None
        point = bytes(untrusted_slot[:POINT])
        public = X25519PublicKey.from_public_bytes(monocypher.elligator_map(point))
        for i, route in enumerate(self._routes):
            key = route.key(public, point)
            plain = check(untrusted_slot, key + point) if key else None
            if key and plain is not None:
                self._routes.insert(0, self._routes.pop(i))
                return parse(plain, key + point)
        return None


class _Route:
    def __init__(self, secret: bytes) -> None:
        self._private = X25519PrivateKey.from_private_bytes(secret)
        self._public = self._private.public_key().public_bytes_raw()

    def key(self, public: X25519PublicKey, point: bytes) -> bytes | None:
        try:
            shared = self._private.exchange(public)
        except ValueError:  # a point of low order, such as in a stretch of zeros
            return None
        return _key(shared, point, self._public)


def check(untrusted_slot: bytes | memoryview, key: bytes) -> bytes | None:
    """What is under the mask if these bytes are the slot that `key`, a slot's own key and point, belongs to; else None.

    The point is compared, for nobody who has only the route's key finds a slot without it.
    """
    if untrusted_slot[:POINT] != key[KEY:]:
        return None
    try:
        return ChaCha20Poly1305(key[:KEY]).decrypt(NONCE, memoryview(untrusted_slot)[POINT:SLOT], None)
    except InvalidTag:
        return None


def parse(untrusted_plain: bytes, key: bytes = b"") -> Slot | None:
    """Header and packets; None where the header cannot be. Whoever holds a card can mask nonsense."""
    if len(untrusted_plain) != HEADER + RUN * SYMBOL:
        return None
    secret, length, blocks, block, first, count, minted, rest = _FIELDS.unpack_from(untrusted_plain)
    try:
        header = SlotHeader(
            secret=secret, shape=Shape(length, blocks), block=block, first=first, count=count, minted=minted
        )
    except Damaged:
        return None
    if any(rest):
        return None
    return Slot(header=header, packets=memoryview(untrusted_plain)[HEADER : HEADER + count * SYMBOL], key=key)


def _key(shared: bytes, point: bytes, route: bytes) -> bytes:
    return derive(shared, point + route, b"jebi slot")
