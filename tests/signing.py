"""An organisation with certificates, a statement, and films with credentials made by hand: what tests of credentials share."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from jebi.office.issuer import Issuer
from jebi.release.chain import CLAIM_SIGNING, Authority, Credential, adopt, found, issue
from jebi.release.credential_box import PURPOSE, TYPE_ENDING, USER_TYPE
from jebi.release.credentials import Edit, Speech, Statement

FIRST, LAST = date(2026, 1, 1), date(2035, 12, 31)
EDITS = frozenset({Edit.CUT, Edit.FACES, Edit.VOICES_REPLACED, Edit.NOISE, Edit.METADATA, Edit.ENCODED})


@dataclass(frozen=True)
class Film:
    """Bytes that can be read anywhere."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


def authority() -> Authority:
    return found("Rimjin Desk", first=FIRST, last=LAST, randomness=Random(1).randbytes)


def credential() -> Credential:
    return issue(authority(), first=FIRST, last=LAST, randomness=Random(2).randbytes)


def issuer() -> Issuer:
    """Who signs films in tests."""
    return Issuer(credential=credential(), root=authority().certificate)


def recognised() -> tuple[Credential, bytes]:
    """A certificate of an authority that has another above it, for nothing but claims; and the root's, as PEM."""
    keys = [ec.derive_private_key(number, ec.SECP256R1()) for number in (5, 6, 7)]
    names = [_name("Authority", "root"), _name("Authority", "issuing"), _name("A Broadcaster", "films")]
    root, issuing, films = (
        _certificate(names, keys, place, above, is_authority=place < 2) for place, above in ((0, 0), (1, 0), (2, 1))
    )
    private = keys[2].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return adopt(films + issuing, private, today=date(2026, 5, 1)), root


def _name(organisation: str, common: str) -> x509.Name:
    parts = [(NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common)]
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts])


def _certificate(
    names: list[x509.Name], keys: list[ec.EllipticCurvePrivateKey], place: int, above: int, *, is_authority: bool
) -> bytes:
    builder = x509.CertificateBuilder().subject_name(names[place]).issuer_name(names[above]).serial_number(place + 1)
    builder = builder.public_key(keys[place].public_key()).not_valid_before(datetime(2026, 1, 1))
    builder = builder.not_valid_after(datetime(2040, 1, 1))
    uses = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    usage = dict.fromkeys((*uses, "crl_sign", "decipher_only"), False)
    extensions = [
        x509.BasicConstraints(ca=is_authority, path_length=None),
        x509.KeyUsage(**usage, digital_signature=not is_authority, key_cert_sign=is_authority),
        x509.SubjectKeyIdentifier.from_public_key(keys[place].public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[above].public_key()),
        *([] if is_authority else [x509.ExtendedKeyUsage([CLAIM_SIGNING])]),
    ]
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.KeyUsage))
    return builder.sign(keys[above], hashes.SHA256()).public_bytes(Encoding.PEM)


def statement(output: bytes, *, title: str = "At the market") -> Statement:
    return Statement(title=title, output=output, edits=EDITS, speech=Speech.SYNTHETIC)


def cbor_of(value: Any) -> bytes:
    match value:
        case bool() | None:
            return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[value]
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list():
            return _head(4, len(value)) + b"".join(map(cbor_of, value))
        case dict():
            entries = [cbor_of(key) + cbor_of(one) for key, one in value.items()]
            return _head(5, len(value)) + b"".join(entries)
        case (tag, inner):
            return _head(6, tag) + cbor_of(inner)
    raise TypeError


def _head(kind: int, number: int) -> bytes:
    for short, width, most in ((24, 1, 1 << 8), (25, 2, 1 << 16), (26, 4, 1 << 32)):
        if number < 24:
            return bytes([kind << 5 | number])
        if number < most:
            return bytes([kind << 5 | short]) + number.to_bytes(width)
    return bytes([kind << 5 | 27]) + number.to_bytes(8)


def box(kind: bytes, *content: bytes) -> bytes:
    joined = b"".join(content)
    return struct.pack(">I4s", 8 + len(joined), kind) + joined


def part(kind: bytes, label: str, *content: bytes, salt: bytes = b"") -> bytes:
    salts = box(b"c2sh", salt) if salt else b""
    about = kind + TYPE_ENDING + bytes([0x13 if salt else 0x03]) + label.encode() + b"\0" + salts
    return box(b"jumb", box(b"jumd", about), *content)


def value(kind: bytes, label: str, what: Any, *, salt: bytes = b"") -> bytes:
    return part(kind, label, box(b"cbor", cbor_of(what)), salt=salt)


def credentials_of(*assertions: bytes) -> bytes:
    """The box that holds credentials; nothing in them was signed by anybody."""
    claim = value(b"c2cl", "c2pa.claim.v2", {"alg": "sha256", "dc:title": "A film"})
    signature = value(b"c2cs", "c2pa.signature", (18, [cbor_of({1: -7}), {"pad": bytes(300)}, None, bytes(64)]))
    manifest = part(b"c2ma", "urn:c2pa:1", part(b"c2as", "c2pa.assertions", *assertions), claim, signature)
    return box(b"uuid", USER_TYPE, PURPOSE, part(b"c2pa", "c2pa", manifest))


def plain_film(offsets: Sequence[int] = (0, 100), *, table: bytes = b"stco", is_index_first: bool = False) -> bytes:
    """A film without credentials: its index points to these places in its only stretch of frames."""
    return film_with(b"", offsets, table=table, is_index_first=is_index_first)


def film_with(
    credentials: bytes, offsets: Sequence[int] = (0, 100), *, table: bytes = b"stco", is_index_first: bool = False
) -> bytes:
    start, frames = box(b"ftyp", b"isom", bytes(4), b"isom"), box(b"mdat", bytes(range(200)))
    form = ">Q" if table == b"co64" else ">I"

    def index(base: int) -> bytes:
        entries = b"".join(struct.pack(form, base + offset) for offset in offsets)
        tables = box(table, bytes(4), len(offsets).to_bytes(4), entries)
        return box(b"moov", box(b"mvhd", bytes(100)), *[box(b"trak", box(b"mdia", box(b"minf", box(b"stbl", tables))))])

    if is_index_first:
        base = len(start) + len(credentials) + len(index(0)) + 8
        return start + credentials + index(base) + frames
    return start + credentials + frames + index(len(start) + len(credentials) + 8)
