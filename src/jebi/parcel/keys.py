"""Who may open: age recipients and identities (docs/formats/seal.md, "Recipients").

Three kinds, all of age v1: `PostQuantumRecipient` is what jebi seals to; X25519 and passphrases are read and written
so that files of the stock tools open here and ours there.

Invariants: an identity never appears in `repr` or in an error; post-quantum and other recipients are never mixed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from jebi.errors import Damaged, Refused
from jebi.parcel import bech32
from jebi.parcel.header import FILE_KEY, HeaderDamaged, Stanza, derive, from_base64, to_base64

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
SEED = 32
MLKEM_PUBLIC = 1184
CURVE = 32
ENCAPSULATED = 1088 + CURVE
WRAPPED = FILE_KEY + 16
ZERO_NONCE = bytes(12)
SALT = 16
WORK_FACTOR = 18  # about one second and 256 MiB on the desk's machine, as stock age chooses
MOST_WORK = 22  # stock age's limit too; a file that asks for more wants to exhaust this machine


class WorkTooHigh(HeaderDamaged):
    """A passphrase stanza asks for more work than anybody honest would."""


class Recipient(Protocol):
    """Wraps a file key."""

    def wrap(self, file_key: bytes) -> Stanza: ...


class Identity(Protocol):
    """Unwraps a file key, if one of the stanzas is addressed to it."""

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class PostQuantumRecipient:
    """An `age1pq1…` key: ML-KEM-768 and X25519 together (X-Wing), safe while either of them holds."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != MLKEM_PUBLIC + 32:
            raise Damaged("the recipient's key has the wrong length", hint="copy it again, whole")
        try:
            MLKEM768PublicKey.from_public_bytes(self.raw[:MLKEM_PUBLIC])
        except ValueError as error:
            raise Damaged("the recipient's key is not a key", hint="copy it again, whole") from error
        _check_point(self.raw[MLKEM_PUBLIC:])

    @classmethod
    def parse(cls, untrusted_text: str) -> "PostQuantumRecipient":
        """Read `age1pq1…`; raises `Damaged`."""
        return cls(_payload(untrusted_text, "age1pq"))

    def __str__(self) -> str:
        return bech32.encode("age1pq", self.raw)

    def fingerprint(self) -> bytes:
        """SHA-256 of the written key, by which a manifest names whom it was sealed to."""
        return hashlib.sha256(str(self).encode()).digest()

    def wrap(self, file_key: bytes) -> Stanza:
        key = hpke.MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(self.raw[:MLKEM_PUBLIC]),
            X25519PublicKey.from_public_bytes(self.raw[MLKEM_PUBLIC:]),
        )
        sealed = SUITE.encrypt(file_key, key, info=b"age-encryption.org/mlkem768x25519")
        return Stanza(arguments=("mlkem768x25519", to_base64(sealed[:ENCAPSULATED])), body=sealed[ENCAPSULATED:])


@dataclass(frozen=True, slots=True)
class PostQuantumIdentity:
    """An `AGE-SECRET-KEY-PQ-1…` key: a seed of 32 bytes."""

    seed: bytes = field(repr=False)

    @classmethod
    def parse(cls, untrusted_text: str) -> "PostQuantumIdentity":
        """Read `AGE-SECRET-KEY-PQ-1…`; raises `Damaged`."""
        return cls(_payload(untrusted_text, "age-secret-key-pq-"))

    def __post_init__(self) -> None:
        if len(self.seed) != SEED:
            raise Damaged("the identity has the wrong length", hint="copy it again, whole")

    def written(self) -> str:
        """The identity as an age identity file writes it. A method, so that no f-string prints it by accident."""
        return bech32.encode("age-secret-key-pq-", self.seed).upper()

    def recipient(self) -> PostQuantumRecipient:
        lattice, curve = self._keys()
        return PostQuantumRecipient(lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        lattice, curve = self._keys()
        key = hpke.MLKEM768X25519PrivateKey(lattice, curve)
        for stanza in _addressed(stanzas, "mlkem768x25519", 2):
            encapsulated = _sized(stanza.arguments[1], ENCAPSULATED)
            _agree(curve, encapsulated[-CURVE:])
            try:
                return SUITE.decrypt(encapsulated + stanza.body, key, info=b"age-encryption.org/mlkem768x25519")
            except InvalidTag:
                continue
        return None

    def _keys(self) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
        """Expand the seed as draft-ietf-hpke-pq does for MLKEM768-X25519."""
        expanded = hashlib.shake_256(self.seed).digest(64 + 32)
        return (
            MLKEM768PrivateKey.from_seed_bytes(expanded[:64]),
            X25519PrivateKey.from_private_bytes(expanded[64:]),
        )


@dataclass(frozen=True, slots=True)
class X25519Recipient:
    """An `age1…` key of every age since 2019."""

    raw: bytes

    @classmethod
    def parse(cls, untrusted_text: str) -> "X25519Recipient":
        """Read `age1…`; raises `Damaged`."""
        return cls(_payload(untrusted_text, "age"))

    def __post_init__(self) -> None:
        if len(self.raw) != SEED:
            raise Damaged("the recipient's key has the wrong length", hint="copy it again, whole")
        _check_point(self.raw)

    def __str__(self) -> str:
        return bech32.encode("age", self.raw)

    def wrap(self, file_key: bytes) -> Stanza:
        ephemeral = X25519PrivateKey.generate()
        share = ephemeral.public_key().public_bytes_raw()
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(self.raw))
        key = derive(shared, share + self.raw, b"age-encryption.org/v1/X25519")
        body = ChaCha20Poly1305(key).encrypt(ZERO_NONCE, file_key, None)
        return Stanza(arguments=("X25519", to_base64(share)), body=body)


@dataclass(frozen=True, slots=True)
class X25519Identity:
    """An `AGE-SECRET-KEY-1…` key."""

    secret: bytes = field(repr=False)

    @classmethod
    def parse(cls, untrusted_text: str) -> "X25519Identity":
        """Read `AGE-SECRET-KEY-1…`; raises `Damaged`."""
        return cls(_payload(untrusted_text, "age-secret-key-"))

    def __post_init__(self) -> None:
        if len(self.secret) != SEED:
            raise Damaged("the identity has the wrong length", hint="copy it again, whole")

    def written(self) -> str:
        """The identity as an age identity file writes it."""
        return bech32.encode("age-secret-key-", self.secret).upper()

    def recipient(self) -> X25519Recipient:
        return X25519Recipient(X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw())

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        private = X25519PrivateKey.from_private_bytes(self.secret)
        public = private.public_key().public_bytes_raw()
        for stanza in _addressed(stanzas, "X25519", 2):
            share = _sized(stanza.arguments[1], SEED)
            key = derive(_agree(private, share), share + public, b"age-encryption.org/v1/X25519")
            if (file_key := _unseal(key, stanza.body)) is not None:
                return file_key
        return None


@dataclass(frozen=True, slots=True)
class Passphrase:
    """A passphrase, as recipient and as identity (scrypt)."""

    phrase: bytes = field(repr=False)
    work_factor: int = WORK_FACTOR

    def wrap(self, file_key: bytes) -> Stanza:
        salt = ChaCha20Poly1305.generate_key()[:SALT]
        key = self._key(salt, self.work_factor)
        body = ChaCha20Poly1305(key).encrypt(ZERO_NONCE, file_key, None)
        return Stanza(arguments=("scrypt", to_base64(salt), str(self.work_factor)), body=body)

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytes | None:
        addressed = _addressed(stanzas, "scrypt", 3)
        if addressed and len(stanzas) != 1:
            raise HeaderDamaged("a passphrase stanza stands beside others, which no sealer writes")
        for stanza in addressed:
            salt, work = _sized(stanza.arguments[1], SALT), stanza.arguments[2]
            if not (work.isascii() and work.isdigit()) or work.startswith("0") or len(work) > 3:
                raise HeaderDamaged("a passphrase stanza names a work factor that is no number")
            if int(work) > MOST_WORK:
                raise WorkTooHigh(f"the passphrase stanza asks for 2^{work} steps; more than 2^{MOST_WORK} are refused")
            return _unseal(self._key(salt, int(work)), stanza.body)
        return None

    def _key(self, salt: bytes, work: int) -> bytes:
        return Scrypt(salt=b"age-encryption.org/v1/scrypt" + salt, length=32, n=1 << work, r=8, p=1).derive(self.phrase)


def check_recipients(recipients: Sequence[Recipient]) -> None:
    """Post-quantum recipients stand among their own kind, a passphrase alone (C2SP age.md).

    Raises:
        Refused: for any other company, and for none.
    """
    if not recipients:
        raise Refused("nobody is named who could open it", hint="name the desk's card")
    kinds = {type(recipient) for recipient in recipients}
    if PostQuantumRecipient in kinds and len(kinds) > 1:
        raise Refused("post-quantum and other recipients in one file would make it only as strong as the others")
    if Passphrase in kinds and len(recipients) > 1:
        raise Refused("a passphrase stands alone in an age file")


def parse_identities(untrusted_text: str) -> tuple[PostQuantumIdentity | X25519Identity, ...]:
    """An age identity file: one key a line, `#` starts a comment.

    Raises:
        Damaged: a line is neither; the line is numbered, never quoted.
    """
    identities: list[PostQuantumIdentity | X25519Identity] = []
    for number, line in enumerate(untrusted_text.splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        kind = PostQuantumIdentity if text.upper().startswith("AGE-SECRET-KEY-PQ-1") else X25519Identity
        try:
            identities.append(kind.parse(text))
        except Damaged as error:
            raise Damaged(f"line {number} of the identity file is not an identity: {error.what}") from None
    if not identities:
        raise Damaged("the identity file holds no identity")
    return tuple(identities)


def _payload(untrusted_text: str, prefix: str) -> bytes:
    found, payload = bech32.decode(untrusted_text)
    if found != prefix:
        wanted = "a recipient" if "secret" not in prefix else "an identity"
        raise Damaged(f"this is not {wanted} of the kind wanted here ({prefix}1…)")
    return payload


def _addressed(stanzas: Sequence[Stanza], kind: str, arguments: int) -> list[Stanza]:
    """The stanzas of one kind, each with its shape checked before any key touches it."""
    addressed = [stanza for stanza in stanzas if stanza.arguments[0] == kind]
    for stanza in addressed:
        if len(stanza.arguments) != arguments or len(stanza.body) != WRAPPED:
            raise HeaderDamaged(f"a {kind} stanza of the header has the wrong shape")
    return addressed


def _sized(text: str, length: int) -> bytes:
    payload = from_base64(text)
    if len(payload) != length:
        raise HeaderDamaged("a stanza of the header has an argument of the wrong length")
    return payload


def _check_point(public: bytes) -> None:
    """Points of low order give every secret key the same result, so any key tells them apart."""
    try:
        X25519PrivateKey.from_private_bytes(bytes(CURVE)).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise Damaged("the recipient's key is a point that protects nothing") from error


def _agree(private: X25519PrivateKey, share: bytes) -> bytes:
    """X25519, without the points of low order, whose result anybody could have computed."""
    try:
        return private.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:
        raise HeaderDamaged("a stanza of the header holds a point that no sealer makes") from error


def _unseal(key: bytes, body: bytes) -> bytes | None:
    try:
        return ChaCha20Poly1305(key).decrypt(ZERO_NONCE, body, None)
    except InvalidTag:
        return None
