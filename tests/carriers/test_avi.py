"""Chunks of AVI films, made by hand; films that play are tried in test_cover.py."""

import struct
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.avi import MOST_CHUNKS, Avi, is_avi, read_avi
from jebi.errors import Damaged


@dataclass(frozen=True, slots=True)
class Film:
    """A film in memory."""

    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparse:
    """A file of any size, of which only some bytes are not zero."""

    size: int
    written: dict[int, bytes] = field(default_factory=dict)

    def read_at(self, offset: int, length: int) -> bytes:
        room = max(0, min(length, self.size - offset))
        return self.written.get(offset, b"").ljust(room, b"\0")[:room]


def chunk(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack("<4sI", kind, len(payload)) + payload + bytes(len(payload) % 2)


def riff(form: bytes, *chunks: bytes) -> bytes:
    return chunk(b"RIFF", form + b"".join(chunks))


def film(*parts: bytes) -> Avi:
    return read_avi(Film(b"".join(parts)))


HDRL = chunk(b"LIST", b"hdrl" + bytes(40))
MOVI = chunk(b"LIST", b"movi" + bytes(61))
INDEX = chunk(b"idx1", bytes(16))
WHOLE = riff(b"AVI ", HDRL, MOVI, INDEX)


def applied(content: bytes, avi: Avi, length: int) -> bytes:
    """The film after `append`, with its payload full of x."""
    payload, patches = avi.append(length)
    after = bytearray(content[: avi.own_size]).ljust(payload + length, b"x")
    for patch in patches:
        after[patch.offset : patch.offset + len(patch.content)] = patch.content
    return bytes(after)


def test_a_chunk_is_appended_inside_the_riff() -> None:
    whole = film(WHOLE)
    whole.check_whole()
    assert applied(WHOLE, whole, 100) == riff(b"AVI ", HDRL, MOVI, INDEX, chunk(b"JUNK", b"x" * 100))


def test_a_chunk_at_the_end_is_replaced() -> None:
    before = riff(b"AVI ", HDRL, MOVI, INDEX, chunk(b"JUNK", bytes(77)))
    assert applied(before, film(before), 100) == applied(WHOLE, film(WHOLE), 100)


def test_a_chunk_between_header_and_pictures_is_left_alone() -> None:
    before = riff(b"AVI ", HDRL, chunk(b"JUNK", bytes(77)), MOVI)
    assert film(before).own_size == len(before)
    assert len(list(film(before).stretches())) == 1


def test_an_opendml_film_grows_in_its_last_riff() -> None:
    more = riff(b"AVIX", MOVI)
    after = applied(WHOLE + more + more, film(WHOLE, more, more), 100)
    assert after == WHOLE + more + riff(b"AVIX", MOVI, chunk(b"JUNK", b"x" * 100))


def test_a_film_that_ends_at_an_odd_place_is_padded_first() -> None:
    odd_inside = chunk(b"idx1", b"odd")[:-1]  # the writer forgot the padding, or counted it outside the RIFF
    for ending in (b"", b"\0"):
        before = riff(b"AVI ", MOVI, odd_inside)[:-1] + ending
        avi = film(before)
        avi.check_whole()
        assert applied(before, avi, 100) == riff(b"AVI ", MOVI, chunk(b"idx1", b"odd"), chunk(b"JUNK", b"x" * 100))


def test_a_riff_stays_below_4_gib() -> None:
    length = (1 << 32) - 2 - 1000
    heads = {
        0: struct.pack("<4sI4s", b"RIFF", length, b"AVI "),
        12: struct.pack("<4sI4s", b"LIST", length - 12, b"movi"),
    }
    whole = read_avi(Sparse(size=8 + length, written=heads))
    whole.check_whole()
    assert whole.largest == 1000 - 8
    assert whole.append(whole.largest)[1][1].content == b"\xfe\xff\xff\xff"


def test_a_full_riff_has_no_room() -> None:
    length = (1 << 32) - 2
    heads = {
        0: struct.pack("<4sI4s", b"RIFF", length, b"AVI "),
        12: struct.pack("<4sI4s", b"LIST", length - 12, b"movi"),
    }
    assert read_avi(Sparse(size=8 + length, written=heads)).largest == 0


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (WHOLE[:-3], "cut off"),
        (WHOLE[:-20], "head|cut off"),
        (WHOLE + b"tail", "head"),
        (WHOLE + b"tail and more", "after the film's end"),
        (WHOLE + WHOLE, "after the film's end"),
        (riff(b"AVI ", MOVI, struct.pack("<4sI", b"idx1", 99)), "larger than what holds it"),
        (riff(b"AVI ", HDRL, INDEX), "no pictures"),
        (riff(b"AVI ", *[chunk(b"LIST", b"movi")] * MOST_CHUNKS), "more chunks"),
        (b"RIFF\0\0\0\0AVI " + HDRL + MOVI, "after the film's end"),
    ],
)
def test_a_film_that_cannot_be_walked_to_its_end_is_refused_with_its_reason(content: bytes, sentence: str) -> None:
    with pytest.raises(Damaged, match=sentence) as caught:
        film(content).check_whole()
    assert "ffmpeg" in caught.value.hint


def test_a_chunk_that_was_cut_off_is_looked_into_as_far_as_it_is_there() -> None:
    after = riff(b"AVI ", MOVI, chunk(b"JUNK", bytes(1000)))
    start = len(after) - 1000
    assert list(film(after[:-600]).stretches()) == [(start, start + 1000, start + 400)]


def test_the_family_is_told_by_its_first_letters() -> None:
    assert is_avi(WHOLE)
    assert not is_avi(b"RIFF\0\0\0\0WAVE")
    assert not is_avi(b"")


@given(
    parts=st.lists(st.one_of(st.sampled_from([HDRL, MOVI, INDEX, WHOLE]), st.binary(max_size=40)), max_size=8),
    is_wrapped=st.booleans(),
)
def test_garbage_is_damaged_and_nothing_else(parts: list[bytes], *, is_wrapped: bool) -> None:
    try:
        seen = film(riff(b"AVI ", *parts)) if is_wrapped else film(*parts)
    except Damaged:
        return
    for start, said_stop, stop in seen.stretches():
        assert 0 < start <= stop <= min(said_stop, seen.size)
    try:
        seen.check_whole()
    except Damaged:
        return
    assert seen.append(131072)[0] <= seen.size + 9
