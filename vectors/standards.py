"""What the scripts that make vectors have in common: published standards and docs/formats, to the letter, without jebi's code.

A vector never changes: `keep` writes the cases that do not exist yet, and no others. Whatever should be random follows
from a name, so that every case can be made again to the byte.
"""

# ruff: noqa: INP001, TID251 -- scripts that write files, not a package

import base64
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
TRIP = "0a1b2c3d"
TRIP_NAME = f"jebi/trip/{TRIP}"
Key = tuple[str, bytes]
"""A name, and a secret Ed25519 key or a MAC key under it."""


def drawn(name: str, length: int = 32) -> bytes:
    """Bytes that look random and are always the same."""
    return hashlib.shake_256(f"vectors {name}".encode()).digest(length)


def sha(content: bytes | str) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def derived(key: bytes, salt: bytes, info: str) -> bytes:
    """HKDF-SHA-256 (RFC 5869) for one block of output."""
    return hmac.digest(hmac.digest(salt or bytes(32), key, "sha256"), info.encode() + b"\x01", "sha256")


def base(content: bytes) -> str:
    """Base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(content).decode()


def bare(content: bytes) -> str:
    """Base64 without padding."""
    return base(content).rstrip("=")


def bech32(prefix: str, payload: bytes) -> str:
    """BIP 173, without its limit of length."""
    bits = int.from_bytes(payload, "big") << -len(payload) * 8 % 5
    count = -(-len(payload) * 8 // 5)
    values = [bits >> 5 * (count - 1 - i) & 31 for i in range(count)]
    spread = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]
    residue = 1
    for value in [*spread, *values, *[0] * 6]:
        top, residue = residue >> 25, (residue & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            residue ^= generator * (top >> bit & 1)
    residue ^= 1
    values += [residue >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(LETTERS[value] for value in values)


def recipient_of(seed: bytes) -> str:
    """keys.md, "Identity files": the recipient of a post-quantum identity."""
    expanded = hashlib.shake_256(seed).digest(96)
    lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]).public_key().public_bytes_raw()
    return bech32("age1pq", lattice + curve_of(expanded[64:]))


def curve_of(secret: bytes) -> bytes:
    """The public key of X25519 (RFC 7748)."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def public_of(secret: bytes) -> bytes:
    """The public key of Ed25519 (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def signed(secret: bytes, text: bytes | str) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(secret).sign(text.encode() if isinstance(text, str) else text)


def key_id(name: str, typed_key: bytes) -> bytes:
    """custody.md, "Notes"."""
    return hashlib.sha256(name.encode() + b"\n" + typed_key).digest()[:4]


def vkey(key: Key, kind: bytes = b"\x01") -> str:
    """custody.md, "Notes": `NAME+HEX(key id)+BASE64(type || public key)`."""
    name, typed = key[0], kind + public_of(key[1])
    return f"{name}+{key_id(name, typed).hex()}+{base(typed)}"


def line(name: str, hint: bytes, signature: bytes) -> str:
    return f"\u2014 {name} {base(hint + signature)}\n"


def by(key: Key, text: str) -> str:
    """The signature line of an Ed25519 key."""
    return line(key[0], key_id(key[0], b"\x01" + public_of(key[1])), signed(key[1], text))


def by_mac(key: Key, text: str) -> str:
    """The signature line of a MAC key (keys.md, "Trip keys")."""
    return line(key[0], key_id(key[0], b"\xffjebi hmac-sha256"), hmac.digest(key[1], text.encode(), "sha256"))


def named(key: Key) -> str:
    """A key as the lines `secret` and `mac` give it."""
    return f"{key[0]} {key[1].hex()}"


def vector(lines: Mapping[str, object], body: bytes | str = b"") -> bytes:
    """A vector as it is written: lines, an empty line, and the bytes of the case."""
    head = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return head.encode() + b"\n" + (body.encode() if isinstance(body, str) else body)


def keep(folder: str, made: Mapping[str, bytes]) -> None:
    """Write the cases that do not exist yet."""
    into = Path(__file__).parent / folder
    into.mkdir(exist_ok=True)
    for name, content in made.items():
        if not (into / name).exists():
            (into / name).write_bytes(content)
