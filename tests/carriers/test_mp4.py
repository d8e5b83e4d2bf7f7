"""Boxes of MP4 films, made by hand; films that play are tried in test_cover.py."""

import struct
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.mp4 import MOST_BOXES, Mp4, is_mp4, read_mp4
from jebi.errors import Damaged

FTYP = struct.pack(">I4s", 16, b"ftyp") + b"isom\0\0\2\0"
GIB = 1 << 30


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


def box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def film(*parts: bytes) -> Mp4:
    return read_mp4(Film(b"".join(parts)))


WHOLE = (FTYP, box(b"mdat", bytes(30)), box(b"moov", bytes(20)))
OWN = len(b"".join(WHOLE))


def test_a_free_box_is_appended_and_nothing_else_changes() -> None:
    whole = film(*WHOLE)
    whole.check_whole()
    start, patches = whole.append(1000)
    assert start == OWN + 8
    assert [(p.offset, p.content) for p in patches] == [(OWN, struct.pack(">I4s", 1008, b"free"))]


def test_a_free_box_at_the_end_is_replaced() -> None:
    for last in (box(b"free", bytes(99)), struct.pack(">I4sQ", 1, b"free", 20) + b"abcd", b"\0\0\0\0free" + bytes(7)):
        whole = film(*WHOLE, last)
        whole.check_whole()
        assert whole.own_size == OWN
        start, patches = whole.append(8)
        assert start == OWN + 8
        assert [p.content for p in patches] == [box(b"free", bytes(8))[:8]]


def test_a_free_box_elsewhere_is_left_alone() -> None:
    whole = film(FTYP, box(b"free", bytes(99)), *WHOLE[1:])
    assert whole.own_size == OWN + 107
    assert list(whole.stretches()) == [(24, 123, 123)]


def test_a_box_of_4_gib_has_a_long_head() -> None:
    whole = film(*WHOLE)
    largest_short = (1 << 32) - 1 - 8
    assert whole.append(largest_short)[1][0].content == b"\xff\xff\xff\xfffree"
    start, patches = whole.append(largest_short + 1)
    assert start == OWN + 16
    assert patches[0].content == struct.pack(">I4sQ", 1, b"free", largest_short + 1 + 16)


def test_a_last_box_that_is_open_gets_its_true_size() -> None:
    whole = film(FTYP, box(b"moov"), b"\0\0\0\0mdat" + bytes(50))
    whole.check_whole()
    start, patches = whole.append(10)
    assert start == 24 + 58 + 8
    assert {(p.offset, p.content) for p in patches} == {(24, struct.pack(">I", 58)), (82, b"\0\0\0\x12free")}


def test_an_open_last_box_of_4_gib_is_refused() -> None:
    heads = {0: FTYP, 16: box(b"moov"), 24: b"\0\0\0\0mdat"}
    fits = read_mp4(Sparse(size=24 + 4 * GIB - 1, written=heads))
    fits.check_whole()
    assert fits.append(8)[1][1].content == b"\xff\xff\xff\xff"
    with pytest.raises(Damaged, match="over 4 GiB"):
        read_mp4(Sparse(size=24 + 4 * GIB, written=heads)).check_whole()


def test_a_film_over_4_gib_is_walked_by_its_long_box() -> None:
    media = 5 * GIB
    heads = {0: FTYP, 16: struct.pack(">I4sQ", 1, b"mdat", media), 16 + media: box(b"moov")}
    whole = read_mp4(Sparse(size=16 + media + 8, written=heads))
    whole.check_whole()
    assert whole.append(8)[0] == 16 + media + 8 + 8


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ((*WHOLE[:2], struct.pack(">I4s", 900, b"moov")), "cut off"),
        ((*WHOLE, b"tail"), "after its end"),
        ((*WHOLE, struct.pack(">I4s", 7, b"free")), "impossible size"),
        ((*WHOLE, struct.pack(">I4sQ", 1, b"free", 15)), "impossible size"),
        ((*WHOLE, struct.pack(">I4s", 1, b"free") + b"short"), "impossible size"),
        (WHOLE[:2], "no pictures or no index"),
        ((FTYP, WHOLE[2]), "no pictures or no index"),
        ((*WHOLE, box(b"moof"), box(b"mdat")), "in fragments"),
        ((*WHOLE, *[box(b"free")] * MOST_BOXES), "more boxes"),
    ],
)
def test_a_film_that_cannot_be_walked_to_its_end_is_refused_with_its_reason(
    parts: tuple[bytes, ...], sentence: str
) -> None:
    with pytest.raises(Damaged, match=sentence) as caught:
        film(*parts).check_whole()
    assert "ffmpeg" in caught.value.hint


def test_boxes_in_front_of_the_damage_are_still_looked_into() -> None:
    seen = film(*WHOLE, box(b"free", bytes(40)), b"\0\0\0\3????")
    assert list(seen.stretches()) == [(OWN + 8, OWN + 48, OWN + 48)]


def test_a_box_that_reaches_over_the_end_is_looked_into_as_far_as_it_is_there() -> None:
    cut = film(*WHOLE, struct.pack(">I4s", 1008, b"free"), bytes(100))
    assert list(cut.stretches()) == [(OWN + 8, OWN + 1008, OWN + 108)]


def test_a_file_without_a_first_box_is_damaged() -> None:
    for content in (b"", b"\0\0\0", b"\0\0\0\3ftyp"):
        with pytest.raises(Damaged):
            film(content)


def test_the_family_is_told_by_its_first_box() -> None:
    assert is_mp4(FTYP)
    assert is_mp4(box(b"mdat"))
    assert not is_mp4(b"RIFF\0\0\0\0AVI ")
    assert not is_mp4(b"")


@given(
    st.lists(
        st.one_of(st.sampled_from(WHOLE), st.binary(max_size=40), st.binary(max_size=8).map(lambda b: b + b"free"))
    )
)
def test_garbage_is_damaged_and_nothing_else(parts: list[bytes]) -> None:
    try:
        seen = film(*parts)
    except Damaged:
        return
    for start, said_stop, stop in seen.stretches():
        assert 0 < start <= stop <= min(said_stop, seen.size)
    try:
        seen.check_whole()
    except Damaged:
        return
    assert seen.append(131072)[0] <= seen.size + 16
