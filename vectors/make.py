"""Makes `vectors/age/`, by the letter of C2SP age.md and without jebi's code.

A vector never changes: a case that exists is not written again. Run it to add a case. All keys, salts and nonces follow
from a case's name, but for post-quantum stanzas, whose makers draw their own randomness: those differ in every run.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

import base64
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from standards import bech32, keep

VERSION = b"age-encryption.org/v1\n"
CHUNK = 65536
SECRET, OTHER = hashlib.sha256(b"identity of the vectors").digest(), hashlib.sha256(b"another identity").digest()
PHRASE = "seven magpies"
LOW_ORDER = bytes(32)
Stanza = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One vector: the class that opening it ends in, what is released before, and who opens it."""

    expect: str
    comment: str
    made: bytes
    released: bytes = b""
    key: str


def drawn(name: str, length: int) -> bytes:
    """Bytes that look random and are always the same."""
    return hashlib.shake_256(f"vectors/age {name}".encode()).digest(length)


def curve_key(secret: bytes) -> str:
    return "identity: " + bech32("age-secret-key-", secret).upper()


def quantum_key(seed: bytes) -> str:
    return "identity: " + bech32("age-secret-key-pq-", seed).upper()


def derived(key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF-SHA-256 (RFC 5869) for one block of output."""
    return hmac.digest(hmac.digest(salt or bytes(32), key, "sha256"), info + b"\x01", "sha256")


def text(payload: bytes) -> str:
    return base64.b64encode(payload).decode().rstrip("=")


def wrapped(key: bytes, file_key: bytes) -> bytes:
    return ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)


def curve(name: str, secret: bytes = SECRET) -> Stanza:
    ephemeral, public = X25519PrivateKey.from_private_bytes(drawn(name + " ephemeral", 32)), public_of(secret)
    share = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    key = derived(shared, share + public, b"age-encryption.org/v1/X25519")
    return f"X25519 {text(share)}", wrapped(key, file_key_of(name))


def scrypt(name: str, work: int = 2) -> Stanza:
    salt = drawn(name + " salt", 16)
    key = hashlib.scrypt(PHRASE.encode(), salt=b"age-encryption.org/v1/scrypt" + salt, n=1 << work, r=8, p=1, dklen=32)
    return f"scrypt {text(salt)} {work}", wrapped(key, file_key_of(name))


def quantum(name: str, seed: bytes = SECRET) -> Stanza:
    expanded = hashlib.shake_256(seed).digest(96)
    lattice, point = MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), public_of(expanded[64:])
    key = hpke.MLKEM768X25519PublicKey(lattice.public_key(), X25519PublicKey.from_public_bytes(point))
    suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
    made = suite.encrypt(file_key_of(name), key, info=b"age-encryption.org/mlkem768x25519")
    return f"mlkem768x25519 {text(made[:1120])}", made[1120:]


def public_of(secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def file_key_of(name: str) -> bytes:
    return drawn(name + " file key", 16)


def lines(*stanzas: Stanza) -> bytes:
    """The header up to its MAC."""
    written = [VERSION]
    for arguments, body in stanzas:
        letters = text(body)
        written.append(f"-> {arguments}\n".encode())
        written += [f"{letters[i : i + 64]}\n".encode() for i in range(0, len(letters) + 1, 64)]
    return b"".join(written) + b"---"


def headed(name: str, head: bytes) -> bytes:
    return head + f" {text(hmac.digest(derived(file_key_of(name), b'', b'header'), head, 'sha256'))}\n".encode()


def chunk(name: str, number: int, plain: bytes, *, last: bool) -> bytes:
    key = derived(file_key_of(name), drawn(name + " nonce", 16), b"payload")
    return ChaCha20Poly1305(key).encrypt(number.to_bytes(11, "big") + bytes([last]), plain, None)


def payload(name: str, plain: bytes) -> bytes:
    """Nonce and chunks, as they should be."""
    count = max(1, -(-len(plain) // CHUNK))
    chunks = (chunk(name, i, plain[i * CHUNK : (i + 1) * CHUNK], last=i == count - 1) for i in range(count))
    return drawn(name + " nonce", 16) + b"".join(chunks)


def age(name: str, *stanzas: Stanza, plain: bytes = b"swallow\n") -> bytes:
    return headed(name, lines(*(stanzas or (curve(name),)))) + payload(name, plain)


def flipped(made: bytes, place: int) -> bytes:
    return (
        made[:place] + bytes([made[place] ^ 1]) + made[place + 1 :] if place >= 0 else flipped(made, len(made) + place)
    )


def cases() -> Iterator[tuple[str, Case]]:
    """File name and case."""
    yield from opening()
    yield from of_the_header()
    yield from of_the_key()
    yield from of_the_payload()


def opening() -> Iterator[tuple[str, Case]]:
    def case(name: str, comment: str, *stanzas: Stanza, plain: bytes = b"swallow\n", key: str = "") -> tuple[str, Case]:
        made = age(name, *stanzas, plain=plain)
        return name, Case(expect="success", comment=comment, made=made, released=plain, key=key or curve_key(SECRET))

    phrase, nest = f"passphrase: {PHRASE}", drawn("film", CHUNK + 1)
    yield case("x25519", "one X25519 recipient")
    yield case("scrypt", "a passphrase", scrypt("scrypt"), key=phrase)
    yield case("post-quantum", "one post-quantum recipient", quantum("post-quantum"), key=quantum_key(SECRET))
    two = curve("recipients", OTHER), curve("recipients")
    yield case("recipients", "the second of two recipients", *two)
    grease = ("grease x !", drawn("grease", 48))
    yield case("grease", "an unknown stanza with a body of one full line and an empty one", grease, curve("grease"))
    mixed = curve("post-quantum-beside-x25519", OTHER), quantum("post-quantum-beside-x25519")
    yield case("post-quantum-beside-x25519", "read, but never written", *mixed, key=quantum_key(SECRET))
    yield case("empty", "an empty payload, which still has its marked chunk", plain=b"")
    yield case("full-chunk", "a payload of exactly one chunk", plain=nest[:CHUNK])
    yield case("two-chunks", "a payload of one chunk and a byte", plain=nest)


def of_the_header() -> Iterator[tuple[str, Case]]:
    def case(name: str, comment: str, made: bytes, expect: str = "header failure", key: str = "") -> tuple[str, Case]:
        return name, Case(expect=expect, comment=comment, made=made, key=key or curve_key(SECRET))

    good = age("header")
    body = text(curve("header")[1]).encode()
    phrase = f"passphrase: {PHRASE}"
    yield case("no-bytes", "an empty file", b"")
    yield case("version", "a version that does not exist", good.replace(b"/v1", b"/v2", 1))
    yield case("armor", "armor, which jebi does not read", b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n")
    yield case("crlf", "Windows line ends", good.replace(b"\n", b"\r\n", 3))
    yield case("cut-header", "cut off in a stanza", good[:60])
    yield case(
        "no-stanza", "nobody is named", headed("no-stanza", VERSION + b"---") + payload("no-stanza", b"swallow\n")
    )
    yield case("empty-argument", "two spaces between arguments", good.replace(b"X25519 ", b"X25519  ", 1))
    yield case("padded-base64", "a body with base64 padding", good.replace(body, body + b"=", 1))
    yield case(
        "stray-bits", "a body whose base64 is not canonical", good.replace(body, body[:-1] + bytes([body[-1] + 1]), 1)
    )
    yield case("long-line", "a body line of 65 letters", good.replace(body, b"A" * 65, 1))
    yield case("no-short-line", "a body that ends in a full line", good.replace(body, b"A" * 64, 1))
    yield case("no-mac", "the last line has no MAC", good.replace(b"--- ", b"---", 1))
    yield case("short-mac", "a MAC of 31 bytes", lines(curve("short-mac")) + b" " + b"A" * 42 + b"\n")
    yield case("no-nonce", "the file ends with its header", headed("no-nonce", lines(curve("no-nonce"))))
    yield case(
        "short-nonce", "the payload's nonce is cut", headed("short-nonce", lines(curve("short-nonce"))) + bytes(15)
    )
    low = f"X25519 {text(LOW_ORDER)}", bytes(32)
    yield case("low-order", "a share of low order", age("low-order", low))
    deep = f"mlkem768x25519 {text(drawn('low', 1088) + LOW_ORDER)}", bytes(32)
    yield case("post-quantum-low-order", "a share of low order", age("low-order", deep), key=quantum_key(SECRET))
    extra = curve("extra-argument")
    yield case("extra-argument", "one argument too many", age("extra-argument", (extra[0] + " more", extra[1])))
    long = f"X25519 {text(bytes(32))}", bytes(48)
    yield case("long-file-key", "a file key of 32 bytes", age("long-file-key", long))
    beside = scrypt("scrypt-beside-x25519"), curve("scrypt-beside-x25519")
    yield case(
        "scrypt-beside-x25519",
        "a passphrase beside another recipient",
        age("scrypt-beside-x25519", *beside),
        key=phrase,
    )
    zero = f"scrypt {text(bytes(16))} 02", bytes(32)
    yield case("work-with-zero", "a work factor with a leading zero", age("work-with-zero", zero), key=phrase)
    much = f"scrypt {text(bytes(16))} 23", bytes(32)
    yield case(
        "work-too-high", "2^23 steps, more than anybody honest asks for", age("much", much), "work too high", phrase
    )
    mac = good.index(b"--- ")
    yield case("altered-mac", "a bit of the MAC is altered", flipped(good, mac + 6), "HMAC failure")
    added = good.replace(b"\n---", b"\n-> grease\n\n---", 1)
    yield case("added-stanza", "a stanza was added after sealing", added, "HMAC failure")


def of_the_key() -> Iterator[tuple[str, Case]]:
    def case(name: str, comment: str, key: str, *stanzas: Stanza) -> tuple[str, Case]:
        return name, Case(expect="no match", comment=comment, made=age(name, *stanzas), key=key)

    yield case("wrong-key", "sealed to somebody else", curve_key(OTHER))
    yield case("wrong-phrase", "another passphrase", "passphrase: seven swallows", scrypt("wrong-phrase"))
    yield case("wrong-kind", "sealed to an X25519 key, opened with a post-quantum one", quantum_key(SECRET))
    arguments, body = curve("altered-body")
    yield case("altered-body", "a bit of the wrapped key is altered", curve_key(SECRET), (arguments, flipped(body, 0)))


def of_the_payload() -> Iterator[tuple[str, Case]]:
    film = drawn("film", CHUNK + 100)

    def case(name: str, expect: str, comment: str, made: bytes, released: int) -> tuple[str, Case]:
        whole = headed(name, lines(curve(name))) + made
        return name, Case(expect=expect, comment=comment, made=whole, released=film[:released], key=curve_key(SECRET))

    def start(name: str) -> bytes:
        return drawn(name + " nonce", 16)

    first, second = film[:CHUNK], film[CHUNK:]
    yield case("no-chunk", "truncated", "nothing follows the nonce", start("no-chunk"), 0)
    yield case("cut-by-a-byte", "truncated", "the last byte is missing", payload("cut-by-a-byte", b"swallow\n")[:-1], 0)
    made = start("cut-after-chunk") + chunk("cut-after-chunk", 0, first, last=False)
    yield case("cut-after-chunk", "truncated", "the second chunk is missing", made, CHUNK)
    made = start("not-marked") + chunk("not-marked", 0, b"swallow\n", last=False)
    yield case("not-marked", "truncated", "a short chunk that is not marked as the last", made, 0)
    made = payload("trailing", first) + b"x"
    yield case("trailing", "trailing bytes", "a byte after the marked last chunk", made, CHUNK)
    made = payload("twice", first)
    yield case("twice", "trailing bytes", "the payload stands there twice", made + made[16:], CHUNK)
    made = flipped(payload("first-chunk", film), 16)
    yield case("first-chunk", "chunk damaged", "a bit of the first chunk is altered", made, 0)
    made = flipped(payload("second-chunk", film + first), 16 + CHUNK + 16)
    yield case("second-chunk", "chunk damaged", "a bit of the second of three chunks is altered", made, CHUNK)
    one, other = (chunk("swapped", i, p, last=False) for i, p in enumerate((first, first[::-1])))
    made = start("swapped") + other + one + chunk("swapped", 2, second, last=True)
    yield case("swapped", "chunk damaged", "the first two of three chunks are swapped", made, 0)
    end = chunk("empty-last-chunk", 1, b"", last=True)
    made = start("empty-last-chunk") + chunk("empty-last-chunk", 0, first, last=False) + end
    yield case("empty-last-chunk", "chunk damaged", "an empty last chunk after another", made, CHUNK)


def written(case: Case) -> bytes:
    digest = hashlib.sha256(case.released).hexdigest()
    head = [f"expect: {case.expect}", f"payload: {digest}", case.key, f"comment: {case.comment}"]
    return "\n".join(head).encode() + b"\n\n" + case.made


def made() -> dict[str, bytes]:
    return {name: written(case) for name, case in cases()}


if __name__ == "__main__":
    keep("age", made())
