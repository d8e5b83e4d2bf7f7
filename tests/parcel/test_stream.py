"""The STREAM payload: chunks, their marks, and every way in which a payload can be cut, extended or altered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.stream import (
    CHUNK,
    MOST_CHUNKS,
    SEALED_CHUNK,
    TAG,
    Chained,
    ChunkDamaged,
    Gap,
    Sealer,
    TrailingBytes,
    Truncated,
    nonce,
    open_chunks,
    opened_length,
    read_exactly,
    salvage_chunks,
    sealed_length,
)

KEY = bytes(range(32))
LENGTHS = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK - 5, 3 * CHUNK)
LONG = st.integers(0, 1 << 50)


@dataclass
class Dripping:
    """A pipe that hands over a few bytes at a time."""

    content: bytes
    step: int
    reads: list[int] = field(default_factory=list)

    def read(self, length: int) -> bytes:
        piece, self.content = self.content[: min(self.step, length)], self.content[min(self.step, length) :]
        self.reads.append(len(piece))
        return piece


def payload(length: int) -> bytes:
    return bytes(i * 7 % 251 for i in range(length))


def sealed(plain: bytes) -> bytes:
    sealer, into = Sealer(KEY, len(plain)), bytearray(sealed_length(len(plain)))
    for index in range(max(1, -(-len(plain) // CHUNK))):
        chunk = memoryview(plain)[index * CHUNK : (index + 1) * CHUNK]
        sealer.seal_into(index, chunk, memoryview(into)[index * SEALED_CHUNK :][: len(chunk) + TAG])
    return bytes(into)


def released(untrusted: bytes) -> tuple[bytes, type[Damaged] | None]:
    """What is released, and what it ends in."""
    plain = bytearray()
    try:
        for chunk in open_chunks(KEY, BytesIO(untrusted)):
            plain += chunk
    except Damaged as error:
        return bytes(plain), type(error)
    return bytes(plain), None


@pytest.mark.parametrize("length", LENGTHS)
def test_what_is_sealed_opens_to_itself(length: int) -> None:
    assert released(sealed(payload(length))) == (payload(length), None)


def test_chunks_may_be_sealed_in_any_order() -> None:
    plain = payload(2 * CHUNK + 9)
    sealer, pieces = Sealer(KEY, len(plain)), {}
    for index in (2, 0, 1):
        chunk = memoryview(plain)[index * CHUNK : (index + 1) * CHUNK]
        into = bytearray(len(chunk) + TAG)
        assert sealer.seal_into(index, chunk, memoryview(into)) == len(into)
        pieces[index] = bytes(into)
    assert b"".join(pieces[i] for i in range(3)) == sealed(plain)


def test_a_nonce_is_eleven_bytes_of_counter_and_the_mark_of_the_last() -> None:
    assert nonce(258, last=False) == bytes(9) + b"\x01\x02\x00"
    assert nonce(0, last=True) == bytes(11) + b"\x01"
    with pytest.raises(AssertionError):
        nonce(MOST_CHUNKS, last=False)


@given(LONG)
def test_lengths_of_sealed_and_opened_payloads_belong_together(length: int) -> None:
    assert opened_length(sealed_length(length)) == length


def test_a_length_that_no_payload_seals_to_has_no_opened_length() -> None:
    reachable = {sealed_length(length): length for length in range(2 * CHUNK + 50)}
    around = [
        *range(-70, 70),
        *range(SEALED_CHUNK - 40, SEALED_CHUNK + 40),
        *range(2 * SEALED_CHUNK - 40, 2 * SEALED_CHUNK),
    ]
    assert [opened_length(length) for length in around] == [reachable.get(length) for length in around]


FULL = sealed(payload(3 * CHUNK))
SHORT = sealed(payload(2 * CHUNK + 100))


def flip(untrusted: bytes, place: int) -> bytes:
    return untrusted[:place] + bytes([untrusted[place] ^ 1]) + untrusted[place + 1 :]


@pytest.mark.parametrize(
    ("untrusted", "chunks", "ends"),
    [
        (b"", 0, Truncated),
        (FULL[:15], 0, Truncated),
        (FULL[: SEALED_CHUNK - 1], 0, Truncated),
        (FULL[:SEALED_CHUNK], 1, Truncated),
        (FULL[: SEALED_CHUNK + 5], 1, Truncated),
        (FULL[: 2 * SEALED_CHUNK], 2, Truncated),
        (FULL[:-1], 2, Truncated),
        (FULL + b"x", 3, TrailingBytes),
        (FULL + FULL, 3, TrailingBytes),
        (SHORT + b"x", 2, Truncated),
        (flip(FULL, 5), 0, ChunkDamaged),
        (flip(FULL, SEALED_CHUNK - 1), 0, ChunkDamaged),
        (flip(FULL, SEALED_CHUNK), 1, ChunkDamaged),
        (flip(FULL, len(FULL) - 1), 2, ChunkDamaged),
        (FULL[SEALED_CHUNK:], 0, ChunkDamaged),
        (FULL[:SEALED_CHUNK] + FULL[2 * SEALED_CHUNK :], 1, ChunkDamaged),
        (FULL[: 2 * SEALED_CHUNK] + sealed(b""), 2, Truncated),
    ],
    ids=[
        "nothing at all",
        "not even a tag",
        "cut in the first chunk",
        "cut after the first chunk",
        "cut in the second chunk's tag",
        "cut after the second chunk",
        "cut by one byte",
        "one byte after the last chunk, which is full",
        "the file twice",
        "one byte after the last chunk, which is short, cannot be told from a cut",
        "a flipped bit in the first chunk",
        "a flipped bit in the first tag",
        "a flipped bit in the second chunk",
        "a flipped bit in the last tag",
        "the first chunk gone",
        "the second chunk gone",
        "another file's end",
    ],
)
def test_a_payload_that_was_tampered_with_releases_its_sound_chunks_and_says_what_is_wrong(
    untrusted: bytes, chunks: int, ends: type[Damaged]
) -> None:
    assert released(untrusted) == (payload(chunks * CHUNK), ends)


def test_an_empty_last_chunk_after_others_is_damaged() -> None:
    sealer, plain = Sealer(KEY, CHUNK + 1), payload(CHUNK)
    into = bytearray(SEALED_CHUNK + TAG)
    sealer.seal_into(0, memoryview(plain), memoryview(into)[:SEALED_CHUNK])
    sealer.seal_into(1, memoryview(b""), memoryview(into)[SEALED_CHUNK:])
    assert released(bytes(into)) == (plain, ChunkDamaged)


@given(st.binary(max_size=300) | st.integers(0, 3 * SEALED_CHUNK).map(payload))
def test_garbage_is_damaged_and_nothing_of_it_is_released(garbage: bytes) -> None:
    plain, ends = released(garbage)
    assert plain == b""
    assert ends is not None


@given(st.integers(0, len(SHORT) - 1), st.integers(1, 255))
def test_whatever_byte_is_altered_only_true_bytes_before_it_are_released(place: int, with_: int) -> None:
    altered = SHORT[:place] + bytes([SHORT[place] ^ with_]) + SHORT[place + 1 :]
    plain, ends = released(altered)
    assert ends is not None
    assert plain == payload(place // SEALED_CHUNK * CHUNK)


def salvaged(untrusted: bytes) -> list[int | Gap]:
    """Indexes of the true chunks, and gaps."""
    found: list[int | Gap] = []
    for index, item in enumerate(salvage_chunks(KEY, BytesIO(untrusted))):
        if isinstance(item, Gap):
            found.append(item)
        else:
            assert item == payload(3 * CHUNK)[index * CHUNK : (index + 1) * CHUNK]
            found.append(index)
    return found


@pytest.mark.parametrize(
    ("untrusted", "found"),
    [
        (FULL, [0, 1, 2]),
        (flip(FULL, 9), [Gap(start=0, length=CHUNK), 1, 2]),
        (flip(FULL, SEALED_CHUNK + 9), [0, Gap(start=CHUNK, length=CHUNK), 2]),
        (flip(FULL, 2 * SEALED_CHUNK), [0, 1, Gap(start=2 * CHUNK, length=CHUNK), Gap(start=3 * CHUNK, length=0)]),
        (FULL[: SEALED_CHUNK + 100], [0, Gap(start=CHUNK, length=84), Gap(start=2 * CHUNK, length=0)]),
        (FULL[:SEALED_CHUNK], [0, Gap(start=CHUNK, length=0)]),
        (FULL + b"appendix", [0, 1, 2]),
        (b"", [Gap(start=0, length=0)]),
    ],
    ids=[
        "a whole payload has no gap",
        "the first chunk is damaged",
        "one in the middle is damaged",
        "the last is damaged, so nobody knows where the end is",
        "cut in the second",
        "cut after the first",
        "what follows the end is left out",
        "there is nothing",
    ],
)
def test_salvage_gives_every_chunk_that_authenticates_in_its_place(untrusted: bytes, found: list[int | Gap]) -> None:
    assert salvaged(untrusted) == found


@given(st.lists(st.tuples(st.integers(0, len(FULL) - 1), st.integers(1, 255)), max_size=4), st.integers(0, len(FULL)))
def test_salvage_never_releases_a_byte_that_was_not_sealed_there(altered: list[tuple[int, int]], end: int) -> None:
    untrusted = bytearray(FULL)
    for place, with_ in altered:
        untrusted[place] ^= with_
    salvaged(bytes(untrusted[:end]))


@given(st.binary(max_size=400), st.integers(1, 50), st.integers(0, 500))
def test_a_pipe_that_drips_is_read_to_the_length_that_was_asked_for(content: bytes, step: int, length: int) -> None:
    assert read_exactly(Dripping(content, step), length) == content[:length]


@given(st.lists(st.binary(max_size=50)), st.lists(st.integers(0, 70)))
def test_a_chain_of_pieces_reads_as_one(pieces: list[bytes], lengths: list[int]) -> None:
    chained, whole, at = Chained(pieces), b"".join(pieces), 0
    for length in lengths:
        assert read_exactly(chained, length) == whole[at : at + length]
        at += length


@given(st.lists(st.binary(max_size=50)), st.lists(st.integers(0, 70)))
def test_a_chain_of_pieces_reads_into_a_buffer_as_one(pieces: list[bytes], lengths: list[int]) -> None:
    chained, whole, at = Chained(pieces), b"".join(pieces), 0
    for length in lengths:
        into = bytearray(length)
        filled = chained.read_into(memoryview(into))
        assert filled == min(length, max(0, len(whole) - at))
        assert into[:filled] == whole[at : at + filled]
        at += filled


def test_a_chain_takes_no_piece_before_it_is_needed() -> None:
    taken = []

    def pieces() -> Iterator[bytes]:
        for number in range(3):
            taken.append(number)
            yield b"ab"

    chained = Chained(pieces())
    assert (chained.read(2), taken) == (b"ab", [0])
