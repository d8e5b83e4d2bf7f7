"""The organisation's certificates for content credentials (docs/formats/credentials.md, "Certificates").

`found` makes a root of the organisation's own, `issue` a certificate under it that signs films; `adopt` takes a chain and a key
of a recognised authority instead. All three end in the same `Credential`, which was held against the profile that C2PA readers
demand: a reader that finds one extension missing calls the film invalid and does not say which.

Invariants: a `Credential` that exists fits the profile, and its key belongs to its certificate; a key is in no `repr` and in no
error; the same film and key give the same signature. It never asks whether anybody trusts the root, and never reads a clock.
Peak: some kilobytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from jebi.errors import Damaged, Refused

Kind = TypeVar("Kind", bound=x509.ExtensionType)
Randomness = Callable[[int], bytes]
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
Name = x509.Name

LONGEST_NAME: Final = 64  # characters of an organisation's name (RFC 5280, ub-organization-name)
LONGEST_PEM: Final = 64 << 10  # bytes; five certificates take 10 KiB
LONGEST_CHAIN: Final = 5  # a root's own is not among them
CURVE: Final = ec.SECP256R1()  # what recognised authorities issue, and every reader verifies
SEED: Final = 48  # bytes that a key on the curve comes from: 16 more than it has, so that no value is likelier
SERIAL: Final = 16  # bytes; 20 is the most (RFC 5280, 4.1.2.2)
EMAIL: Final = ExtendedKeyUsageOID.EMAIL_PROTECTION  # the one that c2pa-rs takes when it was told nothing else
CLAIM_SIGNING: Final = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")  # of the C2PA's own trust list
DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
PURPOSES: Final = frozenset({CLAIM_SIGNING, DOCUMENT_SIGNING, EMAIL})
OTHER_PURPOSES: Final = frozenset(
    {
        ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        ExtendedKeyUsageOID.OCSP_SIGNING,
        ExtendedKeyUsageOID.TIME_STAMPING,
    }
)
UNREADABLE: Final = (  # what the library raises for what is no certificate and no key
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
HINT: Final = (
    "ask the authority for a certificate by the C2PA profile: docs/formats/credentials.md lists what it must have"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The organisation's root: its certificate, which is published, and its key, which leaves the safe once in years.

    Args:
        certificate: PEM; readers take it as their anchor.
        key: PEM of PKCS #8, not encrypted; to be kept in a sealed file.
    """

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """What signs films: a chain that fits the profile, and its key.

    Args:
        chain: PEM, the signing certificate first, the root's left out.
        key: PEM of PKCS #8, not encrypted; to be kept in a sealed file.

    Raises:
        Damaged: they cannot be read.
        Refused: they do not fit the profile, or each other; what is wrong is said.
    """

    chain: bytes
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        certificates, key = _certificates(self.chain), _key(self.key)
        _check_profile(certificates[0])
        _check_chain(certificates)
        if _spki(certificates[0].public_key()) != _spki(key.public_key()):
            raise Refused("the key does not belong to the certificate")

    @property
    def algorithm(self) -> str:
        """How C2PA calls what it signs with: `Es256`, `Es384` or `Ed25519`."""
        key = _key(self.key)
        return "Ed25519" if isinstance(key, ed25519.Ed25519PrivateKey) else f"Es{key.curve.key_size}"

    @property
    def organisation(self) -> str:
        """Who signs, as readers show it."""
        return _organisation(_certificates(self.chain)[0].subject)

    @property
    def validity(self) -> tuple[datetime, datetime]:
        """The first and the last moment at which readers take the certificate, UTC."""
        certificate = _certificates(self.chain)[0]
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER, the signing certificate first: what every signed film carries."""
        return tuple(one.public_bytes(serialization.Encoding.DER) for one in _certificates(self.chain))

    def sign(self, message: bytes) -> bytes:
        """A signature as COSE writes it (RFC 9053): of an elliptic curve, r and s of the same length; the same every time."""
        key = _key(self.key)
        if isinstance(key, ed25519.Ed25519PrivateKey):
            return key.sign(message)
        algorithm = ec.ECDSA(_digest(key), deterministic_signing=True)
        width = key.curve.key_size // 8
        return b"".join(part.to_bytes(width) for part in decode_dss_signature(key.sign(message, algorithm)))


def found(organisation: str, *, first: date, last: date, randomness: Randomness) -> Authority:
    """A root of the organisation's own, good from the first to the last day, both included.

    Raises:
        Refused: the name is empty or too long.
    """
    key = _draw(randomness)
    name = _name(organisation, "root")
    builder = _certificate(name, name, key, first=first, last=last, randomness=randomness)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
    return Authority(certificate=_pem(_signed(builder, key)), key=_private_pem(key))


def issue(authority: Authority, *, first: date, last: date, randomness: Randomness) -> Credential:
    """A certificate under the organisation's root that signs films, and its key.

    Raises:
        Damaged: the root's certificate or key cannot be read.
        Refused: the days are not within the root's.
    """
    root, root_key = _certificates(authority.certificate)[0], _key(authority.key)
    if not root.not_valid_before_utc.date() <= first <= last <= root.not_valid_after_utc.date():
        raise Refused("the certificate would be good on days on which the root is not")
    key = _draw(randomness)
    name = _name(_organisation(root.subject), "films")
    builder = _certificate(name, root.subject, key, first=first, last=last, randomness=randomness)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage("digital_signature"), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([EMAIL, DOCUMENT_SIGNING]), critical=False)
    builder = builder.add_extension(_authority_identifier(root), critical=False)
    return Credential(chain=_pem(_signed(builder, root_key)), key=_private_pem(key))


def adopt(untrusted_chain: bytes, untrusted_key: bytes, *, today: date) -> Credential:
    """A chain and a key of a recognised authority, if they fit the profile.

    Raises:
        Damaged: they cannot be read, or the key is encrypted.
        Refused: what they lack is said; or the certificate is not good today.
    """
    credential = Credential(chain=untrusted_chain, key=untrusted_key)
    since, until = credential.validity
    if not since.date() <= today <= until.date():
        raise Refused(f"the certificate is good from {since:%Y-%m-%d} to {until:%Y-%m-%d} only", hint=HINT)
    return credential


def anchor(credential: Credential, untrusted_root: bytes) -> bytes:
    """The root that a credential ends in, as PEM.

    Raises:
        Damaged: it is no certificate, or more than one.
        Refused: it is no root, or not that of the chain.
    """
    roots = _certificates(untrusted_root)
    if len(roots) != 1:
        raise Damaged("a root is one certificate")
    _check_chain([*_certificates(credential.chain), *roots])
    _check_chain([roots[0], roots[0]])
    return _pem(roots[0])


def _check_profile(certificate: x509.Certificate) -> None:
    """What C2PA demands of a certificate that signs claims (C2PA 2.2, section 14.5)."""
    if certificate.version is not x509.Version.v3:
        raise Refused("the certificate is not of version 3", hint=HINT)
    if certificate.subject == certificate.issuer:
        raise Refused("the certificate is its own root: readers refuse that", hint=HINT)
    if not _organisation(certificate.subject):
        raise Refused("the certificate names no organisation", hint=HINT)
    constraints = _extension(certificate, x509.BasicConstraints)
    if constraints and constraints.ca:
        raise Refused("the certificate is an authority's: it may sign no film", hint=HINT)
    usage = _extension(certificate, x509.KeyUsage)
    if usage is None or not usage.digital_signature or usage.key_cert_sign:
        raise Refused("the certificate's key usage is not that of signatures alone", hint=HINT)
    purposes = frozenset(_extension(certificate, x509.ExtendedKeyUsage) or ())
    if not purposes & PURPOSES or purposes & OTHER_PURPOSES:
        raise Refused("the certificate's extended key usage is not that of signing documents or claims", hint=HINT)
    if _extension(certificate, x509.AuthorityKeyIdentifier) is None:
        raise Refused("the certificate does not name the key of its authority", hint=HINT)


def _check_chain(certificates: list[x509.Certificate]) -> None:
    for one, above in pairwise(certificates):
        try:
            one.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise Refused(
                "the chain is not one: a certificate is not signed by the next",
                hint="give the signing certificate first, then each one's authority",
            ) from error


def _certificates(untrusted_pem: bytes) -> list[x509.Certificate]:
    if len(untrusted_pem) > LONGEST_PEM:
        raise Damaged("the certificates are longer than any chain")
    try:
        certificates = x509.load_pem_x509_certificates(untrusted_pem)
        for certificate in certificates:
            _spki(certificate.public_key())
            _ = certificate.extensions, certificate.subject, certificate.issuer, certificate.not_valid_after_utc
    except UNREADABLE as error:
        raise Damaged("the certificates cannot be read", hint="give them as PEM") from error
    if not 1 <= len(certificates) <= LONGEST_CHAIN:
        raise Damaged(f"a chain has one to {LONGEST_CHAIN} certificates")
    return certificates


def _key(untrusted_pem: bytes) -> Key:
    if len(untrusted_pem) > LONGEST_PEM:
        raise Damaged("the key is longer than any")
    try:
        key = serialization.load_pem_private_key(untrusted_pem, password=None)
    except UNREADABLE:  # what it says may hold some of the key
        raise Damaged("the key cannot be read", hint="give it as PEM of PKCS #8, without a passphrase") from None
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1 | ec.SECP384R1):
        return key
    raise Refused("the key is of a kind that jebi does not sign with", hint="P-256, P-384 and Ed25519 will do")


def _draw(randomness: Randomness) -> ec.EllipticCurvePrivateKey:
    """A key on the curve, of nothing but the randomness given (FIPS 186-5, A.2.1)."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(1 + int.from_bytes(randomness(SEED)) % (order - 1), CURVE)


def _certificate(
    subject: Name, issuer: Name, key: ec.EllipticCurvePrivateKey, *, first: date, last: date, randomness: Randomness
) -> x509.CertificateBuilder:
    """What all have. The times are those of whole days: the hour of its making is nobody's business."""
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    builder = builder.serial_number(1 + int.from_bytes(randomness(SERIAL)))
    builder = builder.not_valid_before(datetime(first.year, first.month, first.day))  # noqa: DTZ001 - X.509 has UTC only
    builder = builder.not_valid_after(datetime(last.year, last.month, last.day, 23, 59, 59))  # noqa: DTZ001 - same
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)


def _signed(builder: x509.CertificateBuilder, key: Key) -> x509.Certificate:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return builder.sign(key, None)
    return builder.sign(key, _digest(key), ecdsa_deterministic=True)


def _digest(key: ec.EllipticCurvePrivateKey) -> hashes.SHA256 | hashes.SHA384:
    return hashes.SHA256() if isinstance(key.curve, ec.SECP256R1) else hashes.SHA384()


def _authority_identifier(root: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = _extension(root, x509.SubjectKeyIdentifier)
    if identifier is None:
        raise Damaged("the root's certificate does not name its key")
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature="digital_signature" in uses,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign="key_cert_sign" in uses,
        crl_sign="crl_sign" in uses,
        encipher_only=False,
        decipher_only=False,
    )


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _name(organisation: str, what: str) -> Name:
    if not 1 <= len(organisation) <= LONGEST_NAME or not organisation.isprintable() or organisation.isspace():
        raise Refused(f"an organisation has a name of 1 to {LONGEST_NAME} characters")
    parts = [(NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, what)]
    return Name([x509.NameAttribute(kind, text) for kind, text in parts])


def _organisation(name: Name) -> str:
    found = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return str(found[0].value) if found else ""


def _spki(key: PublicKeyTypes) -> bytes:
    """A public key as bytes, so that two can be compared."""
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(encoding, form)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: Key) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())
