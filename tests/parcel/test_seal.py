"""Sealing, opening, two layers, and salvage."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, JebiError, Refused, WrongKey
from jebi.parcel.header import HeaderDamaged, WrongMac
from jebi.parcel.keys import Identity, Passphrase, PostQuantumIdentity, Recipient, X25519Identity
from jebi.parcel.seal import (
    Seal,
    in_memory,
    open_in_memory,
    open_layers,
    open_seal,
    salvage,
    seal,
    with_passphrase,
)
from jebi.parcel.stream import CHUNK, SEALED_CHUNK, Gap

EDITOR, LAWYER, STRANGER = (PostQuantumIdentity(bytes([n]) * 32) for n in (1, 2, 3))
CURVE = X25519Identity(bytes(range(32)))
LENGTHS = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, (1 << 20) + 1)


def payload(length: int) -> bytes:
    return (b"swallow " * (length // 8 + 1))[:length]


def layered(plain: bytes, *groups: Sequence[Recipient]) -> bytes:
    return b"".join(seal(BytesIO(plain), len(plain), [Seal.draw(group) for group in groups]))


@pytest.mark.parametrize("length", LENGTHS)
def test_each_recipient_opens_the_whole_of_it(length: int) -> None:
    sealed = in_memory(payload(length), [EDITOR.recipient(), LAWYER.recipient()])
    assert open_in_memory(sealed, [EDITOR]) == open_in_memory(sealed, [STRANGER, LAWYER]) == payload(length)


@given(st.binary(max_size=300))
def test_what_is_sealed_opens_to_itself(plain: bytes) -> None:
    assert open_in_memory(in_memory(plain, [CURVE.recipient()]), [CURVE]) == plain


def test_sealing_the_same_bytes_twice_gives_two_files_that_share_nothing() -> None:
    one, other = (in_memory(b"same", [EDITOR.recipient()]) for _ in range(2))
    assert one[200:] != other[200:]
    assert len(one) == len(other)


def test_one_seal_gives_the_same_file_for_the_same_bytes() -> None:
    drawn = Seal.draw([EDITOR.recipient()])
    assert len({b"".join(drawn.pieces(BytesIO(b"same"), 4)) for _ in range(2)}) == 1


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("layers", [1, 2])
def test_the_sealed_length_is_known_before_a_byte_is_read(length: int, layers: int) -> None:
    seals = [Seal.draw([EDITOR.recipient()]) for _ in range(layers)]
    expected = length
    for layer in seals:
        inner, expected = expected, layer.sealed_length(expected)
        assert layer.opened_length(expected) == inner
    assert len(b"".join(seal(BytesIO(payload(length)), length, seals))) == expected


def test_a_length_shorter_than_a_header_has_no_payload() -> None:
    drawn = Seal.draw([CURVE.recipient()])
    assert [drawn.opened_length(length) for length in (0, 10, len(drawn.head), len(drawn.head) + 15)] == [None] * 4


@pytest.mark.parametrize("length", LENGTHS)
def test_two_persons_open_it_together(length: int) -> None:
    sealed = layered(payload(length), [EDITOR.recipient()], [LAWYER.recipient()])
    assert b"".join(open_layers(BytesIO(sealed), [[LAWYER], [EDITOR]])) == payload(length)


@pytest.mark.parametrize(
    "alone",
    [[[EDITOR]], [[EDITOR], [EDITOR]], [[LAWYER], [LAWYER]], [[EDITOR], [LAWYER]]],
    ids=["the inner key alone", "the inner key twice", "the outer key twice", "both in the wrong order"],
)
def test_neither_of_two_persons_opens_it_alone(alone: Sequence[Sequence[Identity]]) -> None:
    sealed = layered(b"film", [EDITOR.recipient()], [LAWYER.recipient()])
    with pytest.raises(WrongKey):
        b"".join(open_layers(BytesIO(sealed), alone))


def test_a_passphrase_protects_a_small_secret() -> None:
    sealed = with_passphrase(b"secret", b"six words and more")
    assert sealed.splitlines()[1].endswith(b" 18")
    assert open_in_memory(sealed, [Passphrase(b"six words and more")]) == b"secret"


def test_a_stranger_learns_that_his_key_is_wrong_and_nothing_else() -> None:
    with pytest.raises(WrongKey):
        open_in_memory(in_memory(b"film", [EDITOR.recipient()]), [STRANGER, CURVE, Passphrase(b"words")])


def test_nobody_can_be_sealed_to_nobody() -> None:
    with pytest.raises(Refused):
        Seal.draw([])
    with pytest.raises(Refused):
        Seal.draw([EDITOR.recipient(), CURVE.recipient()])


def test_a_source_that_is_shorter_than_was_said_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="shorter"):
        b"".join(Seal.draw([CURVE.recipient()]).pieces(BytesIO(b"short"), 6))


SEALED = in_memory(payload(2 * CHUNK + 9), [CURVE.recipient()])
HEAD = len(Seal.draw([CURVE.recipient()]).head)


@given(st.integers(0, len(SEALED)))
def test_a_file_cut_anywhere_is_damaged(end: int) -> None:
    if end == len(SEALED):
        return
    with pytest.raises(Damaged):
        open_in_memory(SEALED[:end], [CURVE])


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_file_altered_anywhere_opens_for_nobody(place: int, with_: int) -> None:
    altered = bytearray(SEALED)
    altered[place] ^= with_
    with pytest.raises((Damaged, WrongKey)):
        open_in_memory(bytes(altered), [CURVE])


@given(st.binary())
def test_garbage_is_damaged(garbage: bytes) -> None:
    for opened in (open_seal, salvage):
        with pytest.raises(Damaged):
            list(opened(BytesIO(garbage), [CURVE, EDITOR]))


def test_a_stanza_that_was_added_is_noticed_by_the_mac() -> None:
    added = SEALED.replace(b"\n--- ", b"\n-> grease\n\n--- ", 1)
    with pytest.raises(WrongMac):
        open_in_memory(added, [CURVE])


def test_a_file_that_ends_with_its_header_is_damaged() -> None:
    with pytest.raises(HeaderDamaged, match="ends with its header"):
        open_in_memory(SEALED[: HEAD - 1], [CURVE])


def test_salvage_writes_holes_for_what_is_lost_and_nothing_that_was_not_sealed() -> None:
    damaged = bytearray(SEALED)
    damaged[HEAD + 70] ^= 1
    assert list(salvage(BytesIO(bytes(damaged)), [CURVE])) == [
        Gap(start=0, length=CHUNK),
        payload(2 * CHUNK + 9)[CHUNK : 2 * CHUNK],
        payload(2 * CHUNK + 9)[2 * CHUNK :],
    ]


def test_salvage_of_a_cut_file_says_that_the_end_is_unknown() -> None:
    found = list(salvage(BytesIO(SEALED[: HEAD + SEALED_CHUNK]), [CURVE]))
    assert found == [payload(CHUNK), Gap(start=CHUNK, length=0)]


def test_salvage_needs_the_key_and_the_header() -> None:
    with pytest.raises(WrongKey):
        salvage(BytesIO(SEALED), [EDITOR])
    with pytest.raises(JebiError):
        salvage(BytesIO(b"age-encryption.org/v1\nxx" + SEALED[24:]), [CURVE])


def test_layers_are_sealed_a_chunk_at_a_time() -> None:
    taken: list[int] = []

    class Counting(BytesIO):
        def read(self, length: int | None = -1) -> bytes:
            taken.append(length or 0)
            return super().read(length)

    sealing = seal(Counting(payload(40 * CHUNK)), 40 * CHUNK, [Seal.draw([CURVE.recipient()]) for _ in range(2)])
    for _ in range(4):
        next(sealing)
    assert sum(taken) <= 4 * CHUNK
