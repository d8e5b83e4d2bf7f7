import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.boxes import Bytes
from jebi.release.leaks import Reason
from jebi.release.traces import NAMES, PIECE, too_short, traces
from release.made import reasons

NOISE = np.random.default_rng(7).integers(0, 256, 4096, np.uint8).tobytes()


def shifted(content: bytes, bits: int) -> bytes:
    """The same bits, later."""
    return (int.from_bytes(content, "big") << (8 - bits)).to_bytes(len(content) + 1, "big")


@pytest.mark.parametrize("bits", range(8))
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_word_is_found_at_whatever_bit_it_begins(bits: int, encoding: str) -> None:
    film = NOISE + shifted("박은하".encode(encoding), bits) + NOISE
    assert reasons(list(traces(Bytes(film), ["박은하"]))) == {Reason.TEXT_SECRET}


def test_noise_has_no_trace() -> None:
    assert list(traces(Bytes(NOISE * 9), ["박은하", "Robert Quill"])) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_name_of_an_encoder_is_found_within_a_stream(name: str) -> None:
    found = list(traces(Bytes(NOISE + shifted(name.encode() + b"\1", 3) + NOISE), []))
    assert reasons(found) <= {Reason.ENCODER_STRING, Reason.LOCATION}
    assert found


def test_a_word_across_two_pieces_is_found_and_named_once() -> None:
    film = bytes(PIECE - 5) + b"Robert Quill" + bytes(99) + b"ROBERT QUILL robert quill"
    found = list(traces(Bytes(film), ["somebody", "Robert Quill"]))
    assert [finding.what for finding in found] == ["the bytes of the film hold word 2 of the secrets list"]


def test_words_that_stand_in_any_film_are_counted_instead() -> None:
    assert too_short(["박", "Kim", "혜산", "Robert"]) == 2
    assert list(traces(Bytes(b"Kim met Kim"), ["Kim"])) == []


@given(st.binary(max_size=40))
def test_short_films_are_looked_at_too(content: bytes) -> None:
    assert list(traces(Bytes(content), [])) == []
    assert reasons(list(traces(Bytes(content + b"Robert"), ["Robert"]))) == {Reason.TEXT_SECRET}
