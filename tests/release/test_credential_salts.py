"""Credentials are made the same each time, by hand-made boxes here; tests/office/test_outputs has those of c2pa-rs."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.credential_box import USER_TYPE, opened
from jebi.release.credential_salts import settled
from signing import Film, box, film_with, part, value

FILM, OTHER = bytes(range(32)), bytes(range(1, 33))


def digest(assertion: bytes) -> bytes:
    return hashlib.sha256(assertion[8:]).digest()


def claim_of(*assertions: bytes) -> bytes:
    return b"".join(map(digest, assertions))


def signature_of(message: bytes) -> bytes:
    return hashlib.sha512(message).digest()


def credentials(salts: bytes, *, said: bytes | None = None) -> tuple[bytes, bytes, bytes]:
    """The box, what was signed, and the signature."""
    first = value(b"cbor", "c2pa.actions.v2", {"actions": []}, salt=salts[:16])
    second = value(b"cbor", "c2pa.hash.bmff.v3", {"alg": "sha256"}, salt=salts[16:32])
    signed = claim_of(first, second) if said is None else said
    signature = signature_of(signed)
    parts = (
        part(b"c2as", "c2pa.assertions", first, second),
        value(b"c2cl", "c2pa.claim.v2", {"hashes": signed}),
        value(b"c2cs", "c2pa.signature", {"signature": signature}),
    )
    manifest = part(b"c2ma", "urn:c2pa:1", *parts)
    head = bytes(4) + b"manifest\0" + bytes(8)
    return box(b"uuid", USER_TYPE, head, part(b"c2pa", "c2pa", manifest)), signed, signature


def settle(salts: bytes, film: bytes = FILM) -> bytes:
    content, signed, signature = credentials(salts)
    return settled(content, signed=signed, signature=signature, film=film, sign=signature_of)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_whatever_salts_were_drawn_the_same_film_has_the_same_credentials(one: bytes, other: bytes) -> None:
    assert settle(one) == settle(other) != settle(one, OTHER)


def test_salts_digests_and_signature_agree_afterwards() -> None:
    made = settle(bytes(32), FILM)
    assert len(made) == len(credentials(bytes(32))[0])
    read = opened(Film(film_with(made)))
    assert read
    store, claim, signature = read.parts[0].parts
    assert [one.label for one in store.parts] == ["c2pa.actions.v2", "c2pa.hash.bmff.v3"]
    starts = [made.index(label) - 33 for label in (b"c2pa.actions.v2", b"c2pa.hash.bmff.v3")]
    assertions = [made[at : at + int.from_bytes(made[at : at + 4])] for at in starts]
    assert claim.value == {"hashes": claim_of(*assertions)}
    assert signature.value == {"signature": signature_of(claim_of(*assertions))}


def test_credentials_that_say_something_else_than_was_signed_are_damaged() -> None:
    content, signed, signature = credentials(bytes(32), said=bytes(64))
    with pytest.raises(Damaged, match="what was signed"):
        settled(content, signed=signed, signature=signature, film=FILM, sign=signature_of)
    content, signed, _ = credentials(bytes(32))
    for wrong in (bytes(64), bytes(63)):
        with pytest.raises(Damaged, match="what was signed"):
            settled(content, signed=signed, signature=wrong, film=FILM, sign=signature_of)


@given(st.binary(max_size=300))
def test_of_garbage_comes_damage(tail: bytes) -> None:
    content, signed, signature = credentials(bytes(32))
    for bad in (tail, content[:60] + tail, content[:-1] + tail):
        if bad != content:
            with pytest.raises(Damaged):
                settled(bad, signed=signed, signature=signature, film=FILM, sign=lambda _: bytes(64))
