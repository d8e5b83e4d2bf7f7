from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.credential_box import DEEPEST, LARGEST, PURPOSE, USER_TYPE, cbor, opened, without
from signing import Film, box, cbor_of, credentials_of, film_with, part, plain_film, value

ACTIONS = value(b"cbor", "c2pa.actions.v2", {"actions": [{"action": "c2pa.created"}]}, salt=bytes(16))
CREDENTIALS = credentials_of(ACTIONS)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 99), inner) | st.tuples(st.just(18), inner)
    ),
    max_leaves=10,
)


@given(values)
def test_what_cbor_says_is_read_as_it_was_written(written: Any) -> None:
    if cbor_of(written).count(b"\xd2") < DEEPEST // 2:
        assert cbor(cbor_of(written)) == written


def test_credentials_are_taken_apart_into_labels_and_values() -> None:
    store = opened(Film(film_with(CREDENTIALS)))
    assert store
    (manifest,) = store.parts
    assert (store.kind, manifest.kind, manifest.label) == ("c2pa", "c2ma", "urn:c2pa:1")
    assertions, claim, signature = manifest.parts
    assert assertions.parts[0].value == {"actions": [{"action": "c2pa.created"}]}
    assert claim.value == {"alg": "sha256", "dc:title": "A film"}
    assert signature.label == "c2pa.signature"


def test_a_film_without_credentials_has_none() -> None:
    assert opened(Film(plain_film())) is None


@pytest.mark.parametrize("table", [b"stco", b"co64"])
@pytest.mark.parametrize("is_index_first", [True, False])
def test_without_its_credentials_a_film_is_what_it_was_before(table: bytes, *, is_index_first: bool) -> None:
    signed = film_with(CREDENTIALS, table=table, is_index_first=is_index_first)
    before = plain_film(table=table, is_index_first=is_index_first)
    assert b"".join(without(Film(signed))) == before


def test_a_long_film_is_given_back_in_pieces() -> None:
    signed = film_with(CREDENTIALS) + box(b"free", bytes(3 << 20))
    pieces = list(without(Film(signed)))
    assert max(map(len, pieces)) <= 1 << 20
    assert b"".join(pieces) == plain_film() + box(b"free", bytes(3 << 20))


def test_a_film_of_which_one_bit_was_altered_is_not_given_back_as_it_was() -> None:
    signed = bytearray(film_with(CREDENTIALS))
    signed[signed.index(b"mdat") + 50] ^= 1
    assert b"".join(without(Film(bytes(signed)))) != plain_film()


def replaced(old: bytes, new: bytes) -> bytes:
    assert CREDENTIALS.count(old) >= 1
    assert len(old) == len(new)
    return CREDENTIALS.replace(old, new, 1)


def grown(inside: bytes) -> bytes:
    return box(b"uuid", USER_TYPE, PURPOSE, part(b"c2pa", "c2pa", inside))


NESTED = value(b"cbor", "x", 1)
for _ in range(DEEPEST):
    NESTED = part(b"c2ma", "x", NESTED)

WRONG = {
    "something behind the credentials": lambda: box(b"uuid", CREDENTIALS[8:], b"\0"),
    "two stores": lambda: box(b"uuid", CREDENTIALS[8:], part(b"c2pa", "c2pa", value(b"cbor", "x", 1))),
    "another purpose": lambda: replaced(b"manifest\0", b"original\0"),
    "a Merkle tree": lambda: replaced(PURPOSE, PURPOSE[:-1] + b"\1"),
    "a box that is not of JUMBF": lambda: grown(box(b"free", b"a name")),
    "JSON beside CBOR": lambda: grown(part(b"cbor", "x", box(b"cbor", b"\1"), box(b"json", b"{}"))),
    "two values in a box": lambda: grown(part(b"cbor", "x", box(b"cbor", b"\1"), box(b"cbor", b"\2"))),
    "a file beside the claims": lambda: grown(part(b"bidb", "x", box(b"bfdb", b"\0image/png\0"))),
    "an unknown type": lambda: replaced(b"c2as\0\x11", b"c2as\0\x12"),
    "a label without an end": lambda: grown(box(b"jumb", box(b"jumd", b"cbor\0\x11\0\x10\x80\0\0\xaa\x008\x9bq\x03x"))),
    "a longer salt": lambda: grown(value(b"cbor", "x", 1, salt=bytes(17))),
    "a private field": lambda: grown(
        box(b"jumb", box(b"jumd", b"cbor\0\x11\0\x10\x80\0\0\xaa\x008\x9bq\x07x\0abcd"), box(b"cbor", b"\1"))
    ),
    "boxes in boxes in boxes": lambda: grown(NESTED),
    "a megabyte": lambda: credentials_of(value(b"cbor", "x", bytes(LARGEST))),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_credentials_that_hold_anything_else_are_damaged(wrong: Callable[[], bytes]) -> None:
    with pytest.raises(Damaged):
        opened(Film(film_with(wrong())))


@pytest.mark.parametrize(
    "written",
    [
        b"", b"\x18", b"\x18\x17", b"\x19\x00\xff", b"\x1a\0\0\xff\xff", b"\x1b" + bytes(8), b"\x1c", b"\x5f\x41a\xff",
        b"\x61\xff", b"\x42a", b"\x9a\xff\xff\xff\xff", b"\xbb" + b"\xff" * 8, b"\xa2\x01\x01\x01\x02", b"\xa1\xf5\x01",
        b"\xa1\x80\x01", b"\xf7", b"\xf9\x00\x00", b"\xfb" + bytes(8), b"\x01\x01", b"\x81" * 20 + b"\x01", b"\xd2" * 20,
    ],
)  # fmt: skip
def test_cbor_that_is_cut_off_wasteful_floating_endless_or_ambiguous_is_damaged(written: bytes) -> None:
    with pytest.raises(Damaged):
        cbor(written)


FILMS = {
    "two boxes of credentials": film_with(CREDENTIALS + CREDENTIALS),
    "boxes that do not fill the film": film_with(CREDENTIALS) + b"\0\0\0\1",
    "a box longer than the film": film_with(CREDENTIALS) + b"\0\0\1\0free",
    "an index that points into the credentials": film_with(CREDENTIALS, [-100]),
    "an index whose boxes do not fill it": film_with(CREDENTIALS).replace(b"\0\0\0\x6cmvhd", b"\0\0\0\x6dmvhd"),
    "a table longer than its box": film_with(CREDENTIALS).replace(b"stco\0\0\0\0\0\0\0\2", b"stco\0\0\0\0\0\0\0\3"),
    "no credentials": plain_film(),
    "a thousand boxes": film_with(CREDENTIALS) + box(b"free") * 1000,
}


@pytest.mark.parametrize("film", FILMS.values(), ids=FILMS)
def test_a_film_that_makes_no_sense_is_not_given_back(film: bytes) -> None:
    with pytest.raises(Damaged):
        b"".join(without(Film(film)))
