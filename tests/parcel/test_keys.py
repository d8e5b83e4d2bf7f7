"""Recipients and identities of age."""

from collections.abc import Sequence
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, JebiError, Refused
from jebi.parcel import bech32
from jebi.parcel.header import HeaderDamaged, Stanza, to_base64
from jebi.parcel.keys import (
    ENCAPSULATED,
    MOST_WORK,
    Identity,
    Passphrase,
    PostQuantumIdentity,
    PostQuantumRecipient,
    Recipient,
    WorkTooHigh,
    X25519Identity,
    X25519Recipient,
    check_recipients,
    parse_identities,
)

FILE_KEY = b"YELLOW SUBMARINE"
SEEDS = st.binary(min_size=32, max_size=32)
QUANTUM, CURVE, PHRASE = (
    PostQuantumIdentity(bytes(range(32))),
    X25519Identity(bytes(range(32))),
    Passphrase(b"words", 1),
)
PAIRS: list[tuple[Recipient, Identity]] = [
    (QUANTUM.recipient(), QUANTUM),
    (CURVE.recipient(), CURVE),
    (PHRASE, Passphrase(b"words")),
]
NAMES = ["post-quantum", "X25519", "passphrase"]
LOW_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
]
WRAPPED = bytes(32)


class Parsed(Protocol):
    @classmethod
    def parse(cls, untrusted_text: str) -> object: ...


@pytest.mark.parametrize(("recipient", "identity"), PAIRS, ids=NAMES)
def test_a_wrapped_file_key_unwraps_for_its_identity_alone(recipient: Recipient, identity: Identity) -> None:
    wrapped = recipient.wrap(FILE_KEY)
    others: Sequence[Identity] = [PostQuantumIdentity(bytes(32)), X25519Identity(b"\x07" * 32), Passphrase(b"Words")]
    assert identity.unwrap([wrapped]) == FILE_KEY
    assert [other.unwrap([wrapped]) for other in others] == [None, None, None]


@pytest.mark.parametrize(("recipient", "identity"), PAIRS[:2], ids=NAMES[:2])
def test_an_identity_finds_its_stanza_among_others(recipient: Recipient, identity: Identity) -> None:
    grease = Stanza(arguments=("grease", "x"), body=b"?")
    others = [
        X25519Identity(b"\x07" * 32).recipient().wrap(FILE_KEY),
        PostQuantumIdentity(bytes(32)).recipient().wrap(FILE_KEY),
    ]
    assert identity.unwrap([grease, *others, recipient.wrap(FILE_KEY)]) == FILE_KEY


@pytest.mark.parametrize(("recipient", "identity"), PAIRS, ids=NAMES)
def test_a_flipped_bit_in_a_wrapped_key_opens_nothing(recipient: Recipient, identity: Identity) -> None:
    wrapped = recipient.wrap(FILE_KEY)
    altered = Stanza(arguments=wrapped.arguments, body=bytes([wrapped.body[0] ^ 1]) + wrapped.body[1:])
    assert identity.unwrap([altered]) is None


@given(SEEDS)
def test_written_keys_read_back(seed: bytes) -> None:
    quantum, curve = PostQuantumIdentity(seed), X25519Identity(seed)
    assert PostQuantumIdentity.parse(quantum.written()) == quantum
    assert X25519Identity.parse(curve.written()) == curve
    assert PostQuantumRecipient.parse(str(quantum.recipient())) == quantum.recipient()
    assert X25519Recipient.parse(str(curve.recipient())) == curve.recipient()


def test_keys_are_written_as_age_writes_them() -> None:
    assert QUANTUM.written().startswith("AGE-SECRET-KEY-PQ-1")
    assert CURVE.written().startswith("AGE-SECRET-KEY-1")
    assert str(CURVE.recipient()).startswith("age1")
    assert str(QUANTUM.recipient()).startswith("age1pq1")
    assert len(str(QUANTUM.recipient())) == 1959


def test_no_secret_shows_itself() -> None:
    secrets = (QUANTUM.seed, CURVE.secret, b"words")
    for shown in map(repr, (QUANTUM, CURVE, PHRASE)):
        assert not any(secret.hex() in shown or repr(secret) in shown for secret in secrets)
        assert "age-secret" not in shown.lower()


@pytest.mark.parametrize("kind", [PostQuantumIdentity, PostQuantumRecipient, X25519Identity, X25519Recipient])
@given(untrusted=st.text() | st.text("age1pqsecretkey-"))
def test_garbage_is_no_key(kind: Parsed, untrusted: str) -> None:
    with pytest.raises(Damaged):
        kind.parse(untrusted)


@pytest.mark.parametrize(
    ("kind", "prefix", "length"),
    [
        (PostQuantumIdentity, "age-secret-key-pq-", 32),
        (PostQuantumRecipient, "age1pq", 1216),
        (X25519Identity, "age-secret-key-", 32),
        (X25519Recipient, "age", 32),
    ],
    ids=["a post-quantum identity", "a post-quantum recipient", "an X25519 identity", "an X25519 recipient"],
)
@pytest.mark.parametrize("beside", [-32, -1, 1])
def test_a_key_of_another_length_is_damaged(kind: Parsed, prefix: str, length: int, beside: int) -> None:
    with pytest.raises(Damaged, match="length"):
        kind.parse(bech32.encode(prefix, bytes(length + beside)))


def test_a_key_of_another_kind_is_damaged() -> None:
    for kind in (PostQuantumIdentity, X25519Recipient, PostQuantumRecipient):
        with pytest.raises(Damaged, match="kind"):
            kind.parse(CURVE.written())
    with pytest.raises(Damaged, match="kind"):
        X25519Identity.parse(QUANTUM.written())


def test_a_lattice_key_out_of_range_is_damaged() -> None:
    with pytest.raises(Damaged, match="not a key"):
        PostQuantumRecipient(b"\xff" * 1184 + CURVE.recipient().raw)


@pytest.mark.parametrize("point", LOW_ORDER, ids=["zero", "one", "of order eight"])
def test_a_recipient_whose_point_protects_nothing_is_damaged(point: bytes) -> None:
    with pytest.raises(Damaged, match="protects nothing"):
        X25519Recipient(point)
    with pytest.raises(Damaged, match="protects nothing"):
        PostQuantumRecipient(QUANTUM.recipient().raw[:1184] + point)


@pytest.mark.parametrize("point", LOW_ORDER, ids=["zero", "one", "of order eight"])
def test_a_stanza_whose_point_no_sealer_makes_is_damaged(point: bytes) -> None:
    with pytest.raises(HeaderDamaged, match="no sealer"):
        CURVE.unwrap([Stanza(arguments=("X25519", to_base64(point)), body=WRAPPED)])
    with pytest.raises(HeaderDamaged, match="no sealer"):
        QUANTUM.unwrap([Stanza(arguments=("mlkem768x25519", to_base64(bytes(1088) + point)), body=WRAPPED)])


@pytest.mark.parametrize(
    ("identity", "arguments", "body"),
    [
        (CURVE, ("X25519",), WRAPPED),
        (CURVE, ("X25519", to_base64(bytes(32)), "more"), WRAPPED),
        (CURVE, ("X25519", to_base64(bytes(31))), WRAPPED),
        (CURVE, ("X25519", to_base64(b"\x09" + bytes(31))), bytes(31)),
        (CURVE, ("X25519", to_base64(b"\x09" + bytes(31)) + "="), WRAPPED),
        (QUANTUM, ("mlkem768x25519",), WRAPPED),
        (QUANTUM, ("mlkem768x25519", to_base64(bytes(ENCAPSULATED - 1))), WRAPPED),
        (QUANTUM, ("mlkem768x25519", to_base64(bytes(ENCAPSULATED))), bytes(48)),
        (PHRASE, ("scrypt", to_base64(bytes(16))), WRAPPED),
        (PHRASE, ("scrypt", to_base64(bytes(15)), "10"), WRAPPED),
        (PHRASE, ("scrypt", to_base64(bytes(16)), "0"), WRAPPED),
        (PHRASE, ("scrypt", to_base64(bytes(16)), "010"), WRAPPED),
        (PHRASE, ("scrypt", to_base64(bytes(16)), "+9"), WRAPPED),
        (PHRASE, ("scrypt", to_base64(bytes(16)), "0x9"), WRAPPED),
        (PHRASE, ("scrypt", to_base64(bytes(16)), "9999999999"), WRAPPED),
        (PHRASE, ("scrypt", to_base64(bytes(16)), str(MOST_WORK + 1)), WRAPPED),
    ],
)
def test_a_stanza_of_the_wrong_shape_is_damaged_before_any_key_touches_it(
    identity: Identity, arguments: tuple[str, ...], body: bytes
) -> None:
    with pytest.raises(HeaderDamaged):
        identity.unwrap([Stanza(arguments=arguments, body=body)])


def test_more_work_than_anybody_honest_asks_for_has_its_own_name() -> None:
    with pytest.raises(WorkTooHigh):
        PHRASE.unwrap([Stanza(arguments=("scrypt", to_base64(bytes(16)), str(MOST_WORK + 1)), body=WRAPPED)])


def test_a_passphrase_stanza_beside_others_is_damaged() -> None:
    with pytest.raises(HeaderDamaged, match="beside"):
        PHRASE.unwrap([PHRASE.wrap(FILE_KEY), CURVE.recipient().wrap(FILE_KEY)])


@given(st.lists(st.builds(
    lambda kind, arguments, body: Stanza(arguments=(kind, *arguments), body=body),
    st.sampled_from(["X25519", "mlkem768x25519", "scrypt"]),
    st.lists(st.sampled_from(["1", "2", "x", to_base64(bytes(16)), to_base64(b"\x09" * 32), to_base64(b"\x09" * ENCAPSULATED)]), max_size=3),
    st.binary(max_size=40) | st.just(WRAPPED),
), max_size=3))  # fmt: skip
def test_garbage_stanzas_are_damaged_or_somebody_elses(stanzas: list[Stanza]) -> None:
    for _, identity in PAIRS:
        try:
            assert identity.unwrap(stanzas) is None
        except HeaderDamaged:
            continue


@pytest.mark.parametrize(
    "recipients",
    [
        [QUANTUM.recipient()],
        [QUANTUM.recipient(), PostQuantumIdentity(bytes(32)).recipient()],
        [CURVE.recipient(), X25519Identity(bytes(32)).recipient()],
        [PHRASE],
    ],
    ids=["one", "two post-quantum", "two X25519", "a passphrase alone"],
)
def test_equals_stand_in_one_file(recipients: Sequence[Recipient]) -> None:
    check_recipients(recipients)


@pytest.mark.parametrize(
    "recipients",
    [
        [],
        [QUANTUM.recipient(), CURVE.recipient()],
        [QUANTUM.recipient(), PHRASE],
        [PHRASE, PHRASE],
        [PHRASE, CURVE.recipient()],
    ],
    ids=[
        "nobody",
        "post-quantum and X25519",
        "post-quantum and a passphrase",
        "two passphrases",
        "a passphrase and X25519",
    ],
)
def test_others_do_not_stand_in_one_file(recipients: Sequence[Recipient]) -> None:
    with pytest.raises(Refused):
        check_recipients(recipients)


def test_an_identity_file_has_keys_comments_and_empty_lines() -> None:
    text = f"# created: never\n\n{QUANTUM.written()}\r\n  {CURVE.written().lower()}  \n"
    assert parse_identities(text) == (QUANTUM, CURVE)


@pytest.mark.parametrize("text", ["", "# nothing\n", f"{CURVE.written()}\nsecret words\n", f"{CURVE.recipient()}\n"])
def test_an_identity_file_without_identities_or_with_others_is_damaged(text: str) -> None:
    with pytest.raises(Damaged) as caught:
        parse_identities(text)
    assert "secret words" not in str(caught.value)


@given(st.text())
def test_garbage_is_no_identity_file(text: str) -> None:
    with pytest.raises(Damaged):
        parse_identities(text)


def test_the_line_that_cannot_be_read_is_numbered_and_never_quoted() -> None:
    with pytest.raises(JebiError) as caught:
        parse_identities(f"\n{CURVE.written()[:-1]}\n")
    assert "line 2" in caught.value.what
    assert CURVE.written()[20:40].lower() not in caught.value.what.lower()
