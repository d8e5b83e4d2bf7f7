"""The file in which a member keeps the key that they clear with, under a passphrase (docs/formats/cuts.md, "Key file").

A library and a browser's WebCrypto read and write it alike: PBKDF2, AES-256-GCM, PKCS #8.

Invariants: a file that was parsed has a name, a public key of that name, and bounds within which opening it ends; what opens is the key of that public one,
or nothing. A key and a passphrase are in no `repr` and in no error. It draws no dice: salt and nonce are arguments.
Peak: the file, which has a limit; opening takes a quarter of a second for 600,000 rounds.
"""

import base64
import json
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from jebi.errors import Damaged, Refused, WrongKey
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier

FORMAT: Final = "jebi member key 1"
LONGEST: Final = 4096  # bytes of a file; one with a name of 200 letters has 900
LONGEST_NAME: Final = 256  # characters
SALT, NONCE, TAG = 16, 12, 16
LEAST_ROUNDS: Final = 600_000  # what OWASP asked for in 2023, a quarter of a second
MOST_ROUNDS: Final = 10_000_000  # some seconds; a file that asks for more wants to exhaust this machine
DER: Final = bytes.fromhex(
    "302e020100300506032b657004220420"
)  # RFC 8410, section 7: before the 32 bytes of an Ed25519 key
SECRET: Final = 32
SEALED: Final = len(DER) + SECRET + TAG
_FIELDS: Final = frozenset({"format", "name", "nonce", "public", "rounds", "salt", "sealed"})
_ANOTHER = "take another copy of the file; where there is none, have the key revoked and make another"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """A key file as it lies on a disk: the key in it is sealed."""

    verifier: Ed25519Verifier
    rounds: int
    salt: bytes
    nonce: bytes
    sealed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check(len(self.verifier.name) <= LONGEST_NAME, "its name is too long")
        _check(LEAST_ROUNDS <= self.rounds <= MOST_ROUNDS, "its rounds are too few or too many")
        lengths = (len(self.salt), len(self.nonce), len(self.sealed))
        _check(lengths == (SALT, NONCE, SEALED), "a part of it has the wrong length")

    def written(self) -> bytes:
        """The file's bytes: one line, and its end."""
        fields = {
            "format": FORMAT,
            "name": self.verifier.name,
            "nonce": base64.b64encode(self.nonce).decode(),
            "public": str(self.verifier),
            "rounds": self.rounds,
            "salt": base64.b64encode(self.salt).decode(),
            "sealed": base64.b64encode(self.sealed).decode(),
        }
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    def opened(self, passphrase: str) -> Ed25519Signer:
        """The key.

        Raises:
            WrongKey: the passphrase is another, or the file was altered; it cannot be told which.
            Damaged: what it opens to is not the key of its public one.
        """
        aead = AESGCM(_stretched(passphrase, self.salt, self.rounds))
        try:
            der = aead.decrypt(self.nonce, self.sealed, str(self.verifier).encode())
        except InvalidTag:
            raise WrongKey(
                "this is not the passphrase of the key", hint="capitals and spaces count; try again"
            ) from None
        _check(der.startswith(DER), "it holds no Ed25519 key")
        signer = Ed25519Signer(name=self.verifier.name, secret=der[len(DER) :])
        _check(signer.verifier() == self.verifier, "the key in it is not the one that it names")
        return signer


def sealed(signer: Ed25519Signer, passphrase: str, *, salt: bytes, nonce: bytes, rounds: int = LEAST_ROUNDS) -> KeyFile:
    """Put a key under a passphrase.

    Args:
        signer: the key, and the name under which it signs: `<desk>/<member>`.
        passphrase: opens the file; cannot be recovered.
        salt: 16 fresh random bytes.
        nonce: 12 fresh random bytes.
        rounds: of PBKDF2; more cost whoever guesses as much more as whoever opens it.
    """
    if (len(salt), len(nonce)) != (SALT, NONCE):
        raise ValueError("a salt has 16 bytes, a nonce 12")
    verifier = signer.verifier()
    aead = AESGCM(_stretched(passphrase, salt, rounds))
    content = aead.encrypt(nonce, DER + signer.secret, str(verifier).encode())
    return KeyFile(verifier=verifier, rounds=rounds, salt=salt, nonce=nonce, sealed=content)


def parse(untrusted_file: bytes) -> KeyFile:
    """Read a key file, its key still sealed. Raises `Damaged` for whatever is none."""
    line = untrusted_file.removesuffix(b"\n")
    _check(len(untrusted_file) <= LONGEST, "it is too long")
    try:
        fields = json.loads(line.decode())
        _check(isinstance(fields, dict) and fields.keys() == _FIELDS, "it has other fields")
        _check(fields["format"] == FORMAT, "it is of another format")
        found = _read(fields)
    except (ValueError, TypeError, RecursionError):
        raise _damaged("it cannot be read") from None
    _check(fields["name"] == found.verifier.name, "its public key is of another name")
    _check(found.written() == line + b"\n", "it is written in another way than key files are")
    return found


def _read(fields: dict[str, Any]) -> KeyFile:
    if type(fields["rounds"]) is not int:
        raise TypeError("rounds are a whole number")
    salt, nonce, content = (base64.b64decode(fields[name], validate=True) for name in ("salt", "nonce", "sealed"))
    verifier = Ed25519Verifier.parse(str(fields["public"]))
    return KeyFile(verifier=verifier, rounds=fields["rounds"], salt=salt, nonce=nonce, sealed=content)


def _stretched(passphrase: str, salt: bytes, rounds: int) -> bytes:
    """A key out of a passphrase. The same letters typed in two ways are the same passphrase."""
    try:
        text = unicodedata.normalize("NFKC", passphrase).encode()
    except UnicodeEncodeError:
        raise Refused("the passphrase has a letter that is none", hint="type it again") from None
    return PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=rounds).derive(text)


def _check(is_fine: bool, what: str) -> None:  # noqa: FBT001  (reads as a sentence at each call)
    if not is_fine:
        raise _damaged(what)


def _damaged(what: str) -> Damaged:
    return Damaged(f"this is no key file of a member, or it was altered: {what}", hint=_ANOTHER)
