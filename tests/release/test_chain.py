import base64
import contextlib
import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from jebi.errors import Damaged, Refused
from jebi.release import chain
from jebi.release.chain import Authority, Credential, adopt, anchor, found, issue

FIRST, LAST = date(2026, 1, 1), date(2030, 12, 31)
Builder = x509.CertificateBuilder
PEM = serialization.Encoding.PEM


def dice(seed: int) -> Callable[[int], bytes]:
    return Random(seed).randbytes


def root(seed: int = 1) -> Authority:
    return found("Rimjin Desk", first=FIRST, last=LAST, randomness=dice(seed))


def issued() -> Credential:
    return issue(root(), first=FIRST, last=date(2027, 12, 31), randomness=dice(2))


def leaf(credential: Credential) -> x509.Certificate:
    return x509.load_pem_x509_certificate(credential.chain)


def private(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def of_an_authority(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey,
    *,
    left_out: type[x509.ExtensionType] | None = None,
    instead: x509.ExtensionType | None = None,
    organisation: str = "A Broadcaster",
    is_own_root: bool = False,
) -> bytes:
    """A certificate as a recognised authority makes it, with one thing wrong."""
    above = ec.derive_private_key(12345, ec.SECP384R1())
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, "signer")]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    name = x509.Name(parts)
    issuer = name if is_own_root else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority")])
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    extensions: list[x509.ExtensionType] = [
        x509.BasicConstraints(ca=False, path_length=None),
        x509.KeyUsage(**{**usage, "digital_signature": True}),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()),
    ]
    kinds = left_out or type(instead)
    kept = [extension for extension in extensions if not isinstance(extension, kinds)] + [instead] * bool(instead)
    builder = Builder().subject_name(name).issuer_name(issuer).public_key(key.public_key()).serial_number(7)
    builder = builder.not_valid_before(datetime(2026, 1, 1)).not_valid_after(datetime(2026, 12, 31))
    for extension in kept:
        assert extension is not None
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(above, hashes.SHA384()).public_bytes(PEM)


def test_an_organisation_founds_a_root_and_issues_a_certificate_under_it_that_fits_the_profile() -> None:
    credential = issued()
    assert credential.organisation == "Rimjin Desk"
    assert credential.algorithm == "Es256"
    leaf(credential).verify_directly_issued_by(x509.load_pem_x509_certificate(root().certificate))
    assert credential.chain.count(b"BEGIN CERTIFICATE") == 1  # the root's own is the reader's anchor, not a part of it


def test_a_certificate_tells_the_days_of_its_validity_and_no_hour() -> None:
    assert issued().validity == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC))


def test_a_certificate_names_the_organisation_and_no_person_place_or_machine() -> None:
    told = {part.rfc4514_string() for part in leaf(issued()).subject} | {
        part.rfc4514_string() for part in leaf(issued()).issuer
    }
    assert told == {"O=Rimjin Desk", "CN=films", "CN=root"}


def test_the_same_randomness_makes_the_same_root_and_other_randomness_another() -> None:
    assert root(1) == root(1)
    assert root(1).key != root(2).key


def test_a_signature_verifies_is_the_same_every_time_and_has_the_length_that_cose_wants() -> None:
    credential = issued()
    signature = credential.sign(b"a claim")
    assert signature == credential.sign(b"a claim")
    assert len(signature) == 64
    public = leaf(credential).public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    der = encode_dss_signature(int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    public.verify(der, b"a claim", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("key", "algorithm", "length"),
    [
        (ec.derive_private_key(99, ec.SECP256R1()), "Es256", 64),
        (ec.derive_private_key(99, ec.SECP384R1()), "Es384", 96),
        (ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)), "Ed25519", 64),
    ],
)
def test_a_certificate_of_a_recognised_authority_is_adopted_with_its_key(
    key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey, algorithm: str, length: int
) -> None:
    credential = adopt(of_an_authority(key), private(key), today=date(2026, 5, 1))
    assert (credential.algorithm, len(credential.sign(b"x"))) == (algorithm, length)


USAGE = {"content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"}


def _usage(**uses: bool) -> x509.KeyUsage:
    none = dict.fromkeys((*USAGE, "digital_signature", "key_cert_sign", "crl_sign", "decipher_only"), False)
    return x509.KeyUsage(**{**none, **uses})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"left_out": x509.AuthorityKeyIdentifier}, "does not name the key"),
        ({"left_out": x509.ExtendedKeyUsage}, "extended key usage"),
        ({"instead": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])}, "extended key usage"),
        ({"instead": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])}, "extended key usage"),
        (
            {"instead": x509.ExtendedKeyUsage([chain.DOCUMENT_SIGNING, ExtendedKeyUsageOID.TIME_STAMPING])},
            "extended key usage",
        ),
        ({"left_out": x509.KeyUsage}, "key usage is not"),
        ({"instead": _usage(key_agreement=True)}, "key usage is not"),
        ({"instead": _usage(digital_signature=True, key_cert_sign=True)}, "key usage is not"),
        ({"instead": x509.BasicConstraints(ca=True, path_length=None)}, "an authority's"),
        ({"organisation": ""}, "no organisation"),
        ({"is_own_root": True}, "its own root"),
    ],
)
def test_a_certificate_that_readers_would_call_invalid_is_refused_and_it_is_said_why(
    wrong: dict[str, object], said: str
) -> None:
    key = ec.derive_private_key(99, ec.SECP256R1())
    with pytest.raises(Refused, match=said):
        adopt(of_an_authority(key, **wrong), private(key), today=date(2026, 5, 1))  # type: ignore[arg-type]


def test_a_key_that_belongs_to_another_certificate_is_refused() -> None:
    other = issue(root(), first=FIRST, last=LAST, randomness=dice(3))
    with pytest.raises(Refused, match="does not belong"):
        Credential(chain=issued().chain, key=other.key)


def test_a_chain_in_the_wrong_order_is_refused() -> None:
    stranger = found("Somebody", first=FIRST, last=LAST, randomness=dice(9))
    with pytest.raises(Refused, match="not signed by the next"):
        Credential(chain=issued().chain + stranger.certificate, key=issued().key)


@pytest.mark.parametrize("today", [date(2025, 12, 31), date(2027, 1, 1)])
def test_a_certificate_that_is_not_good_today_is_not_adopted(today: date) -> None:
    key = ec.derive_private_key(99, ec.SECP256R1())
    with pytest.raises(Refused, match="from 2026-01-01 to 2026-12-31 only"):
        adopt(of_an_authority(key), private(key), today=today)


def test_a_key_of_a_kind_that_jebi_does_not_sign_with_is_refused() -> None:
    key = rsa.generate_private_key(65537, 2048)
    with pytest.raises(Refused, match="kind"):
        adopt(of_an_authority(key), private(key), today=date(2026, 5, 1))


def test_a_key_with_a_passphrase_is_not_asked_for_it() -> None:
    key = ec.derive_private_key(99, ec.SECP256R1())
    locked = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x"))
    with pytest.raises(Damaged, match="cannot be read"):
        adopt(of_an_authority(key), locked, today=date(2026, 5, 1))


def test_no_certificate_outlives_its_root() -> None:
    with pytest.raises(Refused, match="on which the root is not"):
        issue(root(), first=FIRST, last=date(2031, 1, 1), randomness=dice(2))


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "two\nlines"])
def test_an_organisation_has_a_name_that_fits_a_certificate(name: str) -> None:
    with pytest.raises(Refused, match="name"):
        found(name, first=FIRST, last=LAST, randomness=dice(1))


def test_a_key_is_in_no_repr() -> None:
    assert "PRIVATE" not in repr(root()) + repr(issued())


def test_whatever_is_given_as_chain_or_key_is_damaged_or_refused_or_good() -> None:
    good, random = issued(), Random(7)
    for _ in range(300):
        spoiled = [bytearray(good.chain), bytearray(good.key)]
        part = spoiled[random.randrange(2)]
        for _ in range(random.choice([1, 1, 3, 20])):
            part[random.randrange(len(part))] = random.randrange(256)
        with contextlib.suppress(Damaged, Refused):
            Credential(chain=bytes(spoiled[0]), key=bytes(spoiled[1]))


def test_altered_certificates_under_good_armour_are_damaged_or_refused_or_good() -> None:
    good, random = issued(), Random(8)
    der = leaf(good).public_bytes(serialization.Encoding.DER)
    for _ in range(300):
        spoiled = bytearray(der)
        spoiled[random.randrange(len(spoiled))] = random.randrange(256)
        armoured = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(spoiled) + b"-----END CERTIFICATE-----\n"
        with contextlib.suppress(Damaged, Refused):
            Credential(chain=armoured, key=good.key)


def test_these_bytes_never_change() -> None:
    assert hashlib.sha256(root().certificate + issued().chain).hexdigest() == (
        "8a250492eaaeebf097b633f526f4f24ad2771c5c99c60ed9a031a8849380982f"
    )


def test_a_chain_ends_in_the_root_that_signed_it_and_in_no_other() -> None:
    assert anchor(issued(), root().certificate) == root().certificate
    with pytest.raises(Refused, match="not signed by the next"):
        anchor(issued(), root(9).certificate)
    with pytest.raises(Refused, match="not signed by the next"):
        anchor(issued(), issued().chain)
    for bad in (b"", root().certificate * 2):
        with pytest.raises(Damaged):
            anchor(issued(), bad)
