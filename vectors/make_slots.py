"""Makes `vectors/slots/`, by the letter of docs/formats/slots.md and without jebi's code.

A vector never changes: a case that exists is not written again. Run it to add a case.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

import hashlib
import hmac
import struct
from collections.abc import Iterator

import monocypher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from standards import keep

ROUTE = hashlib.sha256(b"route of the vectors").digest()
OTHER = hashlib.sha256(b"another route").digest()
SECRET = hashlib.sha256(b"parcel of the vectors").digest()[:16]
SLOT, PACKET = 131_072, 8_184
FIELDS = ("sealed-length", "count", "block", "first", "packets", "minted")
GOOD = {"sealed-length": 3_000_000, "count": 2, "block": 1, "first": 160, "packets": 16, "minted": 352}


def content(packets: int) -> bytes:
    """Packets that are in no film."""
    return hashlib.shake_256(b"packets of the vectors").digest(packets * PACKET)


def plain(fields: dict[str, int], reserved: bytes = bytes(36)) -> bytes:
    head = SECRET + struct.pack(">QIIIII", *(fields[name] for name in FIELDS)) + reserved
    return (head + content(min(fields["packets"], 16))).ljust(SLOT - 48, b"\0")


def key_of(shared: bytes, representative: bytes, route: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) for one block of output."""
    extracted = hmac.digest(representative + route, shared, "sha256")
    return hmac.digest(extracted, b"jebi slot\x01", "sha256")


def sealed(key: bytes, text: bytes) -> bytes:
    """ChaCha20-Poly1305 (RFC 8439), nonce zero, no associated data."""
    return ChaCha20Poly1305(key).encrypt(bytes(12), text, None)


def slot(text: bytes, name: str, route: bytes = ROUTE) -> bytes:
    """A slot whose ephemeral key is fixed by the case's name."""
    representative, secret = monocypher.elligator_key_pair(hashlib.sha256(name.encode()).digest())
    public = monocypher.x25519_public_key(route)
    key = key_of(monocypher.x25519(secret, public), representative, public)
    return bytes(representative + sealed(key, text))


def altered(whole: bytes, place: int, bits: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ bits]) + whole[place + 1 :]


def of_low_order() -> bytes:
    """A slot that would be everybody's: its point is zero, and so is the shared secret with every key."""
    point, public = bytes(32), monocypher.x25519_public_key(ROUTE)
    return point + sealed(key_of(bytes(32), point, public), plain(GOOD))


def cases() -> Iterator[tuple[str, str, dict[str, int] | None, bytes]]:
    """File name, what it is, the fields to be read or None, and the slot."""
    good = slot(plain(GOOD), "good")
    yield "good", "sixteen packets of the second block", GOOD, good
    few = GOOD | {"first": 16_380, "packets": 4, "minted": 16_384}
    yield "few-packets", "the last four packets that are ever made; zeros behind them", few, slot(plain(few), "few")
    listed = GOOD | {"block": 2, "first": 0, "packets": 1, "minted": 0}
    yield "block-list", "the block list: its number is the count", listed, slot(plain(listed), "list")
    yield "altered-tag", "the good one with a bit of its tag altered", None, altered(good, SLOT - 1, 1)
    yield "altered-representative", "a bit altered that the map to a point ignores", None, altered(good, 31, 0x80)
    yield "foreign-route", "a good slot of another route", None, slot(plain(GOOD), "foreign", OTHER)
    yield "low-order", "a point of low order, and the key that follows from it", None, of_low_order()
    yield "impossible-block", "a block behind the block list", None, slot(plain(GOOD | {"block": 3}), "block")
    yield "impossible-shape", "more blocks than packets", None, slot(plain(GOOD | {"count": 368}), "shape")
    yield "no-packets", "a slot without packets", None, slot(plain(GOOD | {"packets": 0}), "empty")
    yield "reserved", "the last reserved byte is not zero", None, slot(plain(GOOD, bytes(35) + b"\1"), "reserved")


def written(comment: str, fields: dict[str, int] | None, made: bytes) -> bytes:
    lines = [f"comment: {comment}", f"expect: {'slot' if fields else 'nothing'}", f"route: {ROUTE.hex()}"]
    if fields:
        lines += [f"secret: {SECRET.hex()}", *(f"{name}: {value}" for name, value in fields.items())]
        lines.append(f"sha256: {hashlib.sha256(content(fields['packets'])).hexdigest()}")
    return "\n".join(lines).encode() + b"\n\n" + made


def made() -> dict[str, bytes]:
    return {name: written(comment, fields, slot) for name, comment, fields, slot in cases()}


if __name__ == "__main__":
    keep("slots", made())
