"""C2SP signed notes: a text that ends in a newline, an empty line, and signature lines (docs/formats/custody.md, "Notes").

Manifests, checkpoints and receipt lists are signed notes. A verifier knows which name and key it wants; other
signature lines are ignored, as the specification asks.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from jebi.errors import Damaged

LONGEST_NOTE = 1 << 26  # a manifest of two hundred thousand files
MOST_SIGNATURES = 64
ED25519 = b"\x01"
PRIVATE_USE = b"\xff"
MAC_KIND = b"jebi hmac-sha256"
DASH = "\u2014 "
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # all but the end of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """One signature: who says to have signed, the four bytes that hint at the key, and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return DASH + self.name + " " + base64.b64encode(self.key_id + self.signature).decode() + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text and its signature lines, verified by nobody yet."""

    text: str
    signatures: tuple[SignatureLine, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(map(str, self.signatures))

    def signed_by(self, verifier: "Verifier") -> bool:
        """Whether `verifier` signed it: a line of that name and key id is there, and every such line is true.

        A false line beside a true one means that somebody put the note together; signed-note refuses it whole.
        """
        text, signatures = self.text.encode(), self.lines_of(verifier.name, verifier.key_id)
        return bool(signatures) and all(verifier.verify(text, signature) for signature in signatures)

    def lines_of(self, name: str, key_id: bytes) -> list[bytes]:
        """The signatures under one name and key id, for kinds of signature that say more than the text."""
        return [line.signature for line in self.signatures if (line.name, line.key_id) == (name, key_id)]


class Signer(Protocol):
    """Signs a text under a name."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def sign(self, text: bytes, /) -> bytes: ...


class Verifier(Protocol):
    """Knows one name and key, and checks its signatures."""

    @property
    def name(self) -> str: ...
    @property
    def key_id(self) -> bytes: ...
    def verify(self, text: bytes, signature: bytes, /) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ed25519Verifier:
    """A public Ed25519 key under a name; written as a C2SP `vkey`."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != 32:
            raise Damaged("a verifier's key has the wrong length")

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, ED25519 + self.public)

    def verify(self, text: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, untrusted_text: str) -> "Ed25519Verifier":
        """Read `name+hash+key`; raises `Damaged`."""
        name, _, rest = untrusted_text.partition("+")
        hint, _, key = rest.partition("+")
        payload = _base64(key)
        if payload[:1] != ED25519:
            raise Damaged("the verifier's key is not an Ed25519 key")
        verifier = cls(name=name, public=payload[1:])
        if verifier.key_id.hex() != hint:
            raise Damaged("the verifier's key was mistyped: its check digits are wrong", hint="copy it again, whole")
        return verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Ed25519Signer:
    """A secret Ed25519 key under a name."""

    name: str
    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> bytes:
        return self.verifier().key_id

    def verifier(self) -> Ed25519Verifier:
        public = Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()
        return Ed25519Verifier(name=self.name, public=public)

    def sign(self, text: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.secret).sign(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class MacKey:
    """A key that desk and traveller share: proves to the desk who wrote, and to nobody else. Signs and verifies."""

    name: str
    secret: bytes = field(repr=False)

    @property
    def key_id(self) -> bytes:
        return key_id(self.name, PRIVATE_USE + MAC_KIND)

    def sign(self, text: bytes) -> bytes:
        return hmac.digest(self.secret, text, "sha256")

    def verify(self, text: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(self.sign(text), signature)


def sign(text: str, *signers: Signer) -> Note:
    """Sign a text that ends in a newline."""
    if not text.endswith("\n"):
        raise ValueError("a note's text ends in a newline")
    lines = [SignatureLine(name=s.name, key_id=s.key_id, signature=s.sign(text.encode())) for s in signers]
    return Note(text=text, signatures=tuple(lines))


def parse(untrusted_note: bytes) -> Note:
    """Split text from signature lines.

    Raises:
        Damaged: not a signed note, too long, or with characters that a note must not have.
    """
    if len(untrusted_note) > LONGEST_NOTE:
        raise Damaged("the note is too long to be one")
    try:
        whole = untrusted_note.decode()
    except UnicodeDecodeError as error:
        raise Damaged("the note is not text") from error
    if _CONTROL.search(whole):
        raise Damaged("the note has a control character")
    text, separator, tail = whole.rpartition("\n\n")
    lines = tail.split("\n")
    if not separator or lines[-1] or not 1 <= len(lines) - 1 <= MOST_SIGNATURES:
        raise Damaged("the note has no signature")
    return Note(text=text + "\n", signatures=tuple(map(_signature_line, lines[:-1])))


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature line hints at its key (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]


def check_name(name: str) -> None:
    """A key's name has no space, no plus and nothing unprintable; raises `Damaged`."""
    if not name or any(letter.isspace() or letter == "+" or not letter.isprintable() for letter in name):
        raise Damaged("a signer's name is empty or has a space or a plus in it")


def _signature_line(line: str) -> SignatureLine:
    name, space, text = line.removeprefix(DASH).partition(" ")
    payload = _base64(text)
    if not line.startswith(DASH) or not space or len(payload) < 5:
        raise Damaged("the note has a signature line that cannot be read")
    check_name(name)
    return SignatureLine(name=name, key_id=payload[:4], signature=payload[4:])


def _base64(untrusted_text: str) -> bytes:
    try:
        return base64.b64decode(untrusted_text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Damaged("the note has base64 that cannot be read") from error
