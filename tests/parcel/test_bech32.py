"""Keys as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.bech32 import ALPHABET, LONGEST, _checksum, decode, encode

PREFIXES = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_categories=["Lu"]), min_size=1, max_size=20
)
KEY = "age-secret-key-1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0swrydwg"


@given(PREFIXES, st.binary(max_size=1300))
def test_what_is_encoded_decodes_to_itself(prefix: str, payload: bytes) -> None:
    assert decode(encode(prefix, payload)) == (prefix, payload)


@given(PREFIXES, st.binary(max_size=100))
def test_upper_case_reads_as_lower_case(prefix: str, payload: bytes) -> None:
    assert decode(encode(prefix, payload).upper()) == (prefix, payload)


@given(st.text() | st.text("1aeg" + ALPHABET) | st.binary(max_size=90).map(lambda b: b.decode("latin-1")))
def test_garbage_is_damaged_or_is_what_encode_writes(garbage: str) -> None:
    try:
        prefix, payload = decode(garbage)
    except Damaged:
        return
    assert encode(prefix, payload) == garbage.lower()


@given(st.integers(0, len(KEY) - 1), st.sampled_from(ALPHABET))
def test_one_mistyped_letter_is_always_noticed(place: int, letter: str) -> None:
    mistyped = KEY[:place] + letter + KEY[place + 1 :]
    if mistyped == KEY:
        return
    with pytest.raises(Damaged):
        decode(mistyped)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("", "prefix"),
        ("1", "prefix"),
        ("age", "prefix"),
        ("1qqqqqqqq", "prefix"),
        ("a\x7f1qqqqqq", "prefix"),
        ("ä1qqqqqq", "ASCII"),
        ("age1qqqqq", "character"),
        ("age1qqbqqq", "character"),
        (KEY[:-1], "checksum"),
        (KEY[:-2] + KEY[-2:].upper(), "mixes"),
        (KEY.upper().replace("K", "\u212a"), "ASCII"),
        ("a1" + "q" * LONGEST, "long"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_a_key_that_cannot_be_one_says_why(key: str, why: str) -> None:
    with pytest.raises(Damaged, match=why):
        decode(key)


def test_bits_that_no_payload_has_are_damaged() -> None:
    written = encode("a", b"\x00")
    for letters in ("qp", "qqq"):  # one stray bit; a group too many
        with pytest.raises(Damaged):
            decode(_checked("a", letters))
    assert decode(written) == ("a", b"\x00")


def _checked(prefix: str, letters: str) -> str:
    """A checksum that is right over values that no payload has."""
    values = [ALPHABET.index(letter) for letter in letters]
    return prefix + "1" + letters + "".join(ALPHABET[value] for value in _checksum(prefix, values))
