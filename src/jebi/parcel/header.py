"""The textual header of an age file: version line, recipient stanzas, MAC (docs/formats/seal.md, "Header").

Invariants: what `parse` accepts, `write` gives back byte for byte; a header longer than `LONGEST_HEADER` is never read.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from jebi.errors import Damaged
from jebi.parcel.stream import Source

VERSION_LINE = b"age-encryption.org/v1\n"
COLUMNS = 64
LONGEST_HEADER = 1 << 20  # room for some five hundred post-quantum stanzas; a file that wants more is an attack
FILE_KEY = 16
MAC = 32


class HeaderDamaged(Damaged):
    """The header is not one that any age writes."""


class WrongMac(Damaged):
    """The key fits a stanza, but the header around it was altered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stanza:
    """One recipient's wrapped copy of the file key."""

    arguments: tuple[str, ...]
    body: bytes

    def __post_init__(self) -> None:
        if not self.arguments or not all(a and all("!" <= c <= "~" for c in a) for a in self.arguments):
            raise HeaderDamaged("a stanza of the header has an argument that is empty or not printable ASCII")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A parsed header: the stanzas, the MAC, and the bytes that the MAC speaks for."""

    stanzas: tuple[Stanza, ...]
    mac: bytes
    authenticated: bytes

    def check(self, file_key: bytes) -> None:
        """Compare the MAC in constant time.

        Raises:
            WrongMac: the header is not what the sealer wrote.
        """
        if not hmac.compare_digest(self.mac, _mac(file_key, self.authenticated)):
            raise WrongMac("the header was altered after sealing: its MAC is wrong")


def derive(key: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA-256 (RFC 5869), the one key derivation of all our formats."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt or None, info=info).derive(key)


def write(stanzas: tuple[Stanza, ...], file_key: bytes) -> bytes:
    """The whole header, MAC line included."""
    lines = [VERSION_LINE]
    for stanza in stanzas:
        lines.append(b"-> " + " ".join(stanza.arguments).encode() + b"\n")
        text = to_base64(stanza.body).encode()
        lines += [text[i : i + COLUMNS] + b"\n" for i in range(0, len(text) + 1, COLUMNS)]
    authenticated = b"".join(lines) + b"---"
    return authenticated + b" " + to_base64(_mac(file_key, authenticated)).encode() + b"\n"


def read(source: Source) -> Header:
    """Read a header off `source`, to the end of its MAC line and not a byte further.

    Raises:
        HeaderDamaged: for anything that `write` cannot have written.
    """
    reader = _Lines(source)
    if reader.line() != VERSION_LINE[:-1]:
        raise HeaderDamaged("this is not an age file: its first line is not age's", hint="look whether it was cut off")
    stanzas: list[Stanza] = []
    line = reader.line()
    while line.startswith(b"-> "):
        arguments = tuple(line[3:].decode("ascii").split(" "))
        stanzas.append(Stanza(arguments=arguments, body=_body(reader)))
        line = reader.line()
    if not stanzas:
        raise HeaderDamaged("the header names no recipient")
    if not line.startswith(b"--- "):
        raise HeaderDamaged("the header has a line that no age writes")
    mac = from_base64(line[4:].decode("ascii"))
    if len(mac) != MAC:
        raise HeaderDamaged("the header's MAC has the wrong length")
    return Header(stanzas=tuple(stanzas), mac=mac, authenticated=bytes(reader.seen[: -len(line) - 1]) + b"---")


def to_base64(payload: bytes) -> str:
    """Standard base64 without padding."""
    return base64.b64encode(payload).decode().rstrip("=")


def from_base64(untrusted_text: str) -> bytes:
    """Canonical, unpadded base64 and nothing else.

    Raises:
        HeaderDamaged: wrong alphabet, padding, stray bits or white space.
    """
    try:
        payload = base64.b64decode(untrusted_text + "=" * (-len(untrusted_text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise HeaderDamaged("the header has base64 that cannot be read") from error
    if to_base64(payload) != untrusted_text:
        raise HeaderDamaged("the header has base64 that is not canonical")
    return payload


def _mac(file_key: bytes, authenticated: bytes) -> bytes:
    return hmac.digest(derive(file_key, b"", b"header"), authenticated, "sha256")


def _body(reader: "_Lines") -> bytes:
    pieces = []
    while True:
        line = reader.line()
        if len(line) > COLUMNS:
            raise HeaderDamaged("the header has a line that is too long")
        pieces.append(line)
        if len(line) < COLUMNS:
            return from_base64(b"".join(pieces).decode("ascii"))


class _Lines:
    """Reads lines a byte at a time, for the payload that follows must not be touched. Headers are short."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.seen = bytearray()

    def line(self) -> bytes:
        line = bytearray()
        while (byte := self._source.read(1)) != b"\n":
            line += byte
            if not byte or len(self.seen) + len(line) > LONGEST_HEADER:
                raise HeaderDamaged("the header is cut off" if not byte else "the header is too long to be one")
            if not b" " <= byte <= b"~":
                raise HeaderDamaged("the header has a byte that no header has")
        self.seen += line + b"\n"
        return bytes(line)
