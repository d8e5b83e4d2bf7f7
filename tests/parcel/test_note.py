"""Signed notes."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.note import (
    LONGEST_NOTE,
    MOST_SIGNATURES,
    Ed25519Signer,
    Ed25519Verifier,
    MacKey,
    Note,
    SignatureLine,
    Signer,
    Verifier,
    check_name,
    key_id,
    parse,
    sign,
)

ALICE, BOB = (Ed25519Signer(name="example.org/alice", secret=bytes([n]) * 32) for n in (1, 2))
MAC = MacKey(name="example.org/mac", secret=bytes(32))
KEYS: list[tuple[Signer, Verifier]] = [(ALICE, ALICE.verifier()), (MAC, MAC)]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32) | st.just("\n")).map(
    lambda text: text + "\n"
)
SIGNED = str(sign("text\n", ALICE, MAC)).encode()


@given(TEXTS)
def test_what_is_signed_parses_and_verifies(text: str) -> None:
    note = sign(text, ALICE, MAC)
    parsed = parse(str(note).encode())
    assert parsed == note
    assert parsed.signed_by(ALICE.verifier())
    assert parsed.signed_by(MAC)


@pytest.mark.parametrize(("signer", "verifier"), KEYS, ids=["a signature", "a MAC"])
@given(TEXTS, st.integers(0, 100))
def test_another_text_is_not_signed(signer: Signer, verifier: Verifier, text: str, place: int) -> None:
    note = sign(text, signer)
    place %= len(text)
    altered = text[:place] + ("a" if text[place] != "a" else "b") + text[place + 1 :]
    assert not Note(text=altered, signatures=note.signatures).signed_by(verifier)


@pytest.mark.parametrize(("signer", "verifier"), KEYS, ids=["a signature", "a MAC"])
@pytest.mark.parametrize("signature", [b"", b"x", bytes(32), bytes(64), b"\xff" * 64, bytes(65)])
def test_an_invented_signature_does_not_verify(signer: Signer, verifier: Verifier, signature: bytes) -> None:
    line = SignatureLine(name=signer.name, key_id=signer.key_id, signature=signature)
    assert not Note(text="text\n", signatures=(line,)).signed_by(verifier)


def test_a_signature_counts_only_under_its_own_name_and_key_id() -> None:
    (line,) = sign("text\n", ALICE).signatures
    other_name = SignatureLine(name="mallory", key_id=line.key_id, signature=line.signature)
    other_id = SignatureLine(name=line.name, key_id=b"\0\0\0\0", signature=line.signature)
    for alone in (other_name, other_id):
        assert not Note(text="text\n", signatures=(alone,)).signed_by(ALICE.verifier())
    assert Note(text="text\n", signatures=(other_name, other_id, line)).signed_by(ALICE.verifier())


def test_lines_of_others_are_ignored() -> None:
    note = sign("text\n", BOB, ALICE)
    assert note.signed_by(ALICE.verifier())
    assert not sign("text\n", BOB).signed_by(ALICE.verifier())


@pytest.mark.parametrize(("signer", "verifier"), KEYS, ids=["a signature", "a MAC"])
def test_a_false_line_beside_a_true_one_of_the_same_key_spoils_the_note(signer: Signer, verifier: Verifier) -> None:
    true, false = (sign(text, signer).signatures[0] for text in ("text\n", "another text\n"))
    assert Note(text="text\n", signatures=(true, true)).signed_by(verifier)
    for both in ((false, true), (true, false)):
        assert not Note(text="text\n", signatures=both).signed_by(verifier)


def test_a_note_without_a_line_of_the_key_is_not_signed_by_it() -> None:
    assert not Note(text="text\n", signatures=()).signed_by(ALICE.verifier())


def test_a_mac_proves_nothing_under_another_key() -> None:
    other = MacKey(name=MAC.name, secret=b"\1" + bytes(31))
    assert other.key_id == MAC.key_id
    assert not sign("text\n", MAC).signed_by(other)


def test_a_point_that_is_none_verifies_nothing() -> None:
    nobody = Ed25519Verifier(name="nobody", public=b"\xff" * 32)
    line = SignatureLine(name="nobody", key_id=nobody.key_id, signature=bytes(64))
    assert not Note(text="text\n", signatures=(line,)).signed_by(nobody)


def test_signatures_are_found_by_name_and_key_id() -> None:
    note = sign("text\n", ALICE, MAC)
    assert note.lines_of(ALICE.name, ALICE.key_id) == [ALICE.sign(b"text\n")]
    assert note.lines_of(ALICE.name, MAC.key_id) == []


def test_a_key_id_is_as_c2sp_writes_it() -> None:
    """The vkey of the Go checksum database, which anybody can look up."""
    known = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    verifier = Ed25519Verifier.parse(known)
    assert str(verifier) == known
    assert key_id(verifier.name, b"\x01" + verifier.public).hex() == "033de0ae"


@given(st.binary(min_size=32, max_size=32))
def test_a_verifiers_key_reads_back(secret: bytes) -> None:
    verifier = Ed25519Signer(name="desk", secret=secret).verifier()
    assert Ed25519Verifier.parse(str(verifier)) == verifier


VKEY = str(ALICE.verifier())


@given(st.text() | st.text("+a/=01", max_size=60) | st.integers(0, len(VKEY)).map(lambda n: VKEY[:n]))
def test_garbage_is_no_verifiers_key(garbage: str) -> None:
    if garbage == VKEY:
        return
    with pytest.raises(Damaged):
        Ed25519Verifier.parse(garbage)


@pytest.mark.parametrize(
    "untrusted",
    [
        VKEY.replace("alice", "alicf"),
        VKEY[:-1],
        VKEY + "AAAA",
        "a+" + key_id("a", b"\x02" + bytes(32)).hex() + "+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "+" + key_id("", b"\x01" + bytes(32)).hex() + "+" + base64.b64encode(b"\x01" + bytes(32)).decode(),
    ],
    ids=["a mistyped name", "a cut key", "a long key", "another kind of key", "no name"],
)
def test_a_verifiers_key_that_cannot_be_one_is_damaged(untrusted: str) -> None:
    with pytest.raises(Damaged):
        Ed25519Verifier.parse(untrusted)


@given(
    st.binary()
    | st.binary().map(lambda b: b"text\n\n" + b)
    | st.text("\n\u2014 aA+/=", max_size=40).map(lambda t: ("t\n\n" + t).encode())
)
def test_garbage_is_damaged_or_a_note(garbage: bytes) -> None:
    try:
        note = parse(garbage)
    except Damaged:
        return
    assert parse(str(note).encode()) == note


LINE = "\u2014 a AAAAAAA=\n"


@pytest.mark.parametrize(
    "untrusted",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n" + LINE,
        "text\n\n" + LINE[:-1],
        "text\n\n" + LINE + "more",
        "text\n\n" + LINE[2:],
        "text\n\n\u2014 a\n",
        "text\n\n\u2014 a AAAA\n",
        "text\n\n\u2014 a+b AAAAAAA=\n",
        "text\n\n\u2014  AAAAAAA=\n",
        "text\n\n\u2014 a AAAAAA\n",
        "text\n\n\u2014 a AAAAAAA= \n",
        "te\x00xt\n\n" + LINE,
        "te\txt\n\n" + LINE,
        "te\rxt\n\n" + LINE,
        "text\n\n" + LINE * (MOST_SIGNATURES + 1),
    ],
    ids=ascii,
)
def test_what_is_no_note_is_damaged(untrusted: str) -> None:
    with pytest.raises(Damaged):
        parse(untrusted.encode())


def test_a_note_that_is_not_text_or_too_long_is_damaged() -> None:
    with pytest.raises(Damaged, match="not text"):
        parse(b"\xff\n\n" + LINE.encode())
    with pytest.raises(Damaged, match="too long"):
        parse(bytes(LONGEST_NOTE + 1))


def test_the_last_empty_line_parts_text_from_signatures() -> None:
    note = parse(b"one\n\ntwo\n\n" + LINE.encode())
    assert note.text == "one\n\ntwo\n"


def test_a_text_without_its_newline_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="newline"):
        sign("text", ALICE)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "a\u00a0b", "a\u200b", "\x7f"])
def test_a_signers_name_has_no_space_and_no_plus(name: str) -> None:
    with pytest.raises(Damaged):
        check_name(name)


def test_no_secret_shows_itself() -> None:
    for shown in (repr(ALICE), repr(MAC)):
        assert "secret" not in shown
        assert "x01" not in shown
