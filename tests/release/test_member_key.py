"""A member's key opens with its passphrase and with nothing else, and what is no key file is damage."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import load_der_private_key
from hypothesis import example, given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused, WrongKey
from jebi.parcel.note import Ed25519Signer
from jebi.release.member_key import LEAST_ROUNDS, LONGEST, MOST_ROUNDS, KeyFile, parse, sealed

SIGNER = Ed25519Signer(name="example.org/desk/crane", secret=bytes(range(32)))
SALT, NONCE = b"s" * 16, b"n" * 12
PASSPHRASE = "두루미는 강을 건넌다"
KEPT = sealed(SIGNER, PASSPHRASE, salt=SALT, nonce=NONCE).written()


def altered(**fields: Any) -> bytes:
    """The key file with other fields, otherwise written as it should be."""
    return json.dumps(json.loads(KEPT) | fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_what_was_sealed_opens_with_its_passphrase() -> None:
    found = parse(KEPT)
    assert found.verifier == SIGNER.verifier()
    assert found.opened(PASSPHRASE) == SIGNER


def test_it_is_one_line_with_sorted_keys_and_no_spaces() -> None:
    fields = json.loads(KEPT)
    assert list(fields) == ["format", "name", "nonce", "public", "rounds", "salt", "sealed"]
    assert (KEPT.count(b"\n"), KEPT.endswith(b"}\n"), b'": ' in KEPT) == (1, True, False)
    assert (fields["format"], fields["name"], fields["rounds"]) == ("jebi member key 1", SIGNER.name, 600_000)
    assert parse(KEPT.rstrip(b"\n")) == parse(KEPT)


def test_another_program_opens_it_by_the_letter_of_its_description() -> None:
    fields = json.loads(KEPT)
    salt, nonce, content = (base64.b64decode(fields[name]) for name in ("salt", "nonce", "sealed"))
    key = PBKDF2HMAC(algorithm=SHA256(), length=32, salt=salt, iterations=fields["rounds"]).derive(PASSPHRASE.encode())
    der = AESGCM(key).decrypt(nonce, content, fields["public"].encode())
    assert len(der) == 48
    private = load_der_private_key(der, None)
    assert private.private_bytes_raw() == SIGNER.secret  # type: ignore[union-attr]


def test_the_same_letters_typed_in_two_ways_are_the_same_passphrase() -> None:
    assert parse(sealed(SIGNER, "ﬁlm Ａ 가", salt=SALT, nonce=NONCE).written()).opened("film A 가") == SIGNER


@pytest.mark.parametrize("wrong", ["", PASSPHRASE + " ", PASSPHRASE[:-1], "crane"])
def test_a_wrong_passphrase_is_refused(wrong: str) -> None:
    with pytest.raises(WrongKey):
        parse(KEPT).opened(wrong)


def test_a_passphrase_that_is_no_text_is_refused() -> None:
    with pytest.raises(Refused, match="a letter that is none"):
        parse(KEPT).opened("\ud800")


def test_a_key_that_is_not_the_named_one_is_damage() -> None:
    other = Ed25519Signer(name=SIGNER.name, secret=b"o" * 32)
    public = str(SIGNER.verifier())
    key = PBKDF2HMAC(algorithm=SHA256(), length=32, salt=SALT, iterations=LEAST_ROUNDS).derive(b"words")
    for der in (bytes.fromhex("302e020100300506032b657004220420") + other.secret, bytes(48)):
        content = base64.b64encode(AESGCM(key).encrypt(NONCE, der, public.encode())).decode()
        with pytest.raises(Damaged):
            parse(altered(sealed=content)).opened("words")


def test_neither_key_nor_what_is_sealed_shows() -> None:
    found = parse(KEPT)
    assert json.loads(KEPT)["sealed"] not in repr(found)
    assert SIGNER.secret.hex() not in repr(found.opened(PASSPHRASE))


FIELDS = json.loads(KEPT)
WRONGS: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "not UTF-8": b"\xff" + KEPT,
    "a list": b"[]",
    "nested too deep": b"[" * LONGEST,
    "too long": b" " * (LONGEST + 1),
    "two lines": KEPT + b"\n",
    "spaces": json.dumps(FIELDS, sort_keys=True).encode(),
    "another order": json.dumps(dict(reversed(FIELDS.items())), separators=(",", ":")).encode(),
    "a field more": altered(more=1),
    "a field fewer": json.dumps({k: v for k, v in FIELDS.items() if k != "salt"}, separators=(",", ":")).encode(),
    "a field twice": KEPT.replace(b'"rounds":600000', b'"rounds":600000,"rounds":600000'),
    "another format": altered(format="jebi member key 2"),
    "another name": altered(name="example.org/desk/heron"),
    "a name that is a number": altered(name=1),
    "rounds below": altered(rounds=LEAST_ROUNDS - 1),
    "rounds above": altered(rounds=MOST_ROUNDS + 1),
    "rounds that are true": altered(rounds=True),
    "rounds that are broken": altered(rounds=600000.0),
    "a salt of 15 bytes": altered(salt=base64.b64encode(bytes(15)).decode()),
    "a nonce of 13 bytes": altered(nonce=base64.b64encode(bytes(13)).decode()),
    "a key that is too short": altered(sealed=base64.b64encode(bytes(63)).decode()),
    "a key that is no base64": altered(sealed="-" * 88),
    "a salt that is a number": altered(salt=5),
    "base64 with stray bits": altered(salt=FIELDS["salt"][:-3] + "B=="),
    "a vkey that was mistyped": altered(public=FIELDS["public"][:-2] + "=="),
}


@pytest.mark.parametrize("name", WRONGS)
def test_what_is_no_key_file_is_damage(name: str) -> None:
    with pytest.raises(Damaged):
        parse(WRONGS[name])


@given(st.binary(max_size=200))
@example(KEPT)
def test_of_garbage_comes_a_key_file_or_damage(garbage: bytes) -> None:
    try:
        found = parse(garbage)
    except Damaged:
        return
    assert found.written().rstrip(b"\n") == garbage.rstrip(b"\n")


@given(st.integers(0, len(KEPT) - 1), st.integers(1, 255))
def test_of_one_altered_byte_comes_a_key_file_or_damage(place: int, bits: int) -> None:
    content = KEPT[:place] + bytes([KEPT[place] ^ bits]) + KEPT[place + 1 :]
    try:
        found = parse(content)
    except Damaged:
        return
    assert isinstance(found, KeyFile)
    assert found != parse(KEPT)


@given(
    st.binary(min_size=32, max_size=32), st.text("abc/가", min_size=1, max_size=20), st.binary(min_size=28, max_size=28)
)
def test_a_key_file_reads_back_as_it_was(secret: bytes, name: str, dice: bytes) -> None:
    made = KeyFile(
        verifier=Ed25519Signer(name=name, secret=secret).verifier(),
        rounds=LEAST_ROUNDS,
        salt=dice[:16],
        nonce=dice[16:],
        sealed=secret * 2,
    )
    assert parse(made.written()) == made


def test_a_salt_of_another_length_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        sealed(SIGNER, PASSPHRASE, salt=b"short", nonce=NONCE)
