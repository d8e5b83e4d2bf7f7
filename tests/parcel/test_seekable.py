"""A sealed file is read from anywhere, as if it had been opened from its start."""

import secrets
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, WrongKey
from jebi.parcel.keys import PostQuantumIdentity, X25519Identity
from jebi.parcel.seal import in_memory
from jebi.parcel.seekable import Seekable
from jebi.parcel.stream import CHUNK

IDENTITY = PostQuantumIdentity(bytes(32))
LENGTHS = (0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 17)


@cache
def payload(length: int) -> bytes:
    return secrets.token_bytes(length)


@cache
def sealed(length: int) -> bytes:
    return in_memory(payload(length), [IDENTITY.recipient()])


def opened(content: bytes) -> Seekable:
    return Seekable(lambda offset, length: content[offset : offset + length], len(content), [IDENTITY])


@given(st.sampled_from(LENGTHS), st.integers(0, 4 * CHUNK), st.integers(0, 4 * CHUNK))
def test_any_stretch_is_what_was_sealed_there(length: int, offset: int, wanted: int) -> None:
    seekable = opened(sealed(length))

    assert seekable.size == length
    assert seekable.read_at(offset, wanted) == payload(length)[offset : offset + wanted]


@given(st.sampled_from(LENGTHS), st.data())
def test_no_changed_byte_is_ever_released(length: int, data: st.DataObject) -> None:
    content = bytearray(sealed(length))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        came = opened(bytes(content)).read_at(0, length)
    except (Damaged, WrongKey):
        return

    assert came == payload(length)  # what was changed is a stanza that is for nobody


@pytest.mark.parametrize("cut", [1, 16, CHUNK, CHUNK + 16, 2 * (CHUNK + 16)])
def test_a_file_that_was_cut_is_noticed_before_anything_is_released(cut: int) -> None:
    with pytest.raises(Damaged):
        opened(sealed(3 * CHUNK + 17)[:-cut])


def test_a_file_for_somebody_else_says_so() -> None:
    content = sealed(1)

    with pytest.raises(WrongKey):
        Seekable(lambda offset, length: content[offset : offset + length], len(content), [X25519Identity(bytes(32))])


def test_opening_asks_for_little_and_seldom() -> None:
    content, asked = sealed(3 * CHUNK), list[tuple[int, int]]()

    def read_at(offset: int, length: int) -> bytes:
        asked.append((offset, length))
        return content[offset : offset + length]

    Seekable(read_at, len(content), [IDENTITY])

    assert len(asked) <= 3  # the header, and the last chunk: over a network each is a request
