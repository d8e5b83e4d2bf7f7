"""The textual header of an age file."""

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.header import (
    LONGEST_HEADER,
    VERSION_LINE,
    HeaderDamaged,
    Stanza,
    WrongMac,
    derive,
    from_base64,
    read,
    to_base64,
    write,
)

FILE_KEY = bytes(range(16))
ARGUMENTS = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=90), min_size=1, max_size=4
)
STANZAS = st.lists(
    st.builds(
        lambda arguments, body: Stanza(arguments=tuple(arguments), body=body), ARGUMENTS, st.binary(max_size=200)
    ),
    min_size=1,
    max_size=5,
).map(tuple)
ONE = Stanza(arguments=("X25519", "abc"), body=bytes(32))
WRITTEN = write((ONE,), FILE_KEY)
BODY = to_base64(ONE.body).encode()
MAC = WRITTEN[-44:-1]


@given(STANZAS, st.binary(max_size=100))
def test_what_is_written_reads_back_and_not_a_byte_of_the_payload_is_taken(
    stanzas: tuple[Stanza, ...], payload: bytes
) -> None:
    source = BytesIO(write(stanzas, FILE_KEY) + payload)
    found = read(source)
    assert found.stanzas == stanzas
    assert source.read() == payload
    found.check(FILE_KEY)


@given(STANZAS)
def test_what_is_read_writes_back_byte_for_byte(stanzas: tuple[Stanza, ...]) -> None:
    written = write(stanzas, FILE_KEY)
    assert write(read(BytesIO(written)).stanzas, FILE_KEY) == written


@given(STANZAS, st.integers(0, 15), st.integers(1, 255))
def test_another_file_key_has_another_mac(stanzas: tuple[Stanza, ...], place: int, with_: int) -> None:
    other = bytearray(FILE_KEY)
    other[place] ^= with_
    with pytest.raises(WrongMac):
        read(BytesIO(write(stanzas, FILE_KEY))).check(bytes(other))


@given(st.integers(0, len(WRITTEN) - 2), st.integers(1, 255))
def test_an_altered_header_is_damaged_or_has_the_wrong_mac(place: int, with_: int) -> None:
    altered = bytearray(WRITTEN)
    altered[place] ^= with_
    with pytest.raises((HeaderDamaged, WrongMac)):
        read(BytesIO(altered)).check(FILE_KEY)


@given(
    st.binary() | st.binary().map(lambda b: VERSION_LINE + b) | st.binary().map(lambda b: VERSION_LINE + b"-> a\n" + b)
)
def test_garbage_is_damaged(garbage: bytes) -> None:
    with pytest.raises(Damaged):
        read(BytesIO(garbage))


@given(st.text("->- aA+/=\n", max_size=300))
def test_what_looks_like_a_header_is_damaged_or_writes_back_byte_for_byte(text: str) -> None:
    source = BytesIO(VERSION_LINE + text.encode() + b"\n--- " + MAC + b"\n")
    try:
        found = read(source)
    except HeaderDamaged:
        return
    consumed = source.getvalue()[: source.tell()]
    assert consumed.startswith(write(found.stanzas, FILE_KEY)[:-44])


@pytest.mark.parametrize(
    "untrusted",
    [
        b"",
        WRITTEN[:-1],
        WRITTEN[:-2] + b"\n",
        WRITTEN[:40],
        WRITTEN.replace(b"/v1", b"/v2"),
        WRITTEN.replace(b"\n", b"\r\n"),
        VERSION_LINE + b"--- " + MAC + b"\n",
        WRITTEN.replace(b"-> ", b"->"),
        WRITTEN.replace(b"-> X", b"->  X"),
        WRITTEN.replace(b"abc\n", b"abc \n"),
        WRITTEN.replace(b"abc", b"a\xc3\xa9"),
        WRITTEN.replace(b"abc", b"a\x00c"),
        WRITTEN.replace(BODY, BODY + b"="),
        WRITTEN.replace(BODY, BODY[:-1] + b"B"),
        WRITTEN.replace(BODY, BODY + b"A" * 30),
        WRITTEN.replace(BODY, BODY + b"A" * 21),
        WRITTEN.replace(b"--- ", b"---"),
        WRITTEN.replace(b"--- ", b"---- "),
        WRITTEN.replace(b"--- ", b"--- A"),
        WRITTEN.replace(b"--- ", b"grease\n--- "),
    ],
    ids=[
        "nothing",
        "no end of the last line",
        "a short MAC",
        "cut off",
        "a version to come",
        "Windows line ends",
        "no recipient",
        "no space after the arrow",
        "an empty argument",
        "an empty last argument",
        "an argument that is not ASCII",
        "a control character",
        "padded base64",
        "base64 that is not canonical",
        "a body line that is too long",
        "a full last body line without the empty line",
        "no space before the MAC",
        "four dashes",
        "a long MAC",
        "a line that belongs nowhere",
    ],
)
def test_a_header_that_no_age_writes_is_damaged(untrusted: bytes) -> None:
    with pytest.raises(HeaderDamaged):
        read(BytesIO(untrusted))


def test_a_header_without_end_is_read_no_further_than_the_limit() -> None:
    for endless in (b"-> " + b"x" * 3 * LONGEST_HEADER, b"-> a\n\n" * (LONGEST_HEADER // 2)):
        source = BytesIO(VERSION_LINE + endless)
        with pytest.raises(HeaderDamaged, match="too long"):
            read(source)
        assert source.tell() <= LONGEST_HEADER + 2


@pytest.mark.parametrize("arguments", [(), ("",), ("a", ""), ("a b",), ("a\n",), ("ä",), ("\x7f",)])
def test_a_stanza_has_arguments_of_printable_ascii(arguments: tuple[str, ...]) -> None:
    with pytest.raises(HeaderDamaged):
        Stanza(arguments=arguments, body=b"")


@given(st.binary())
def test_base64_reads_back_what_it_wrote(payload: bytes) -> None:
    assert from_base64(to_base64(payload)) == payload


@given(st.text() | st.text("AQg=+/ \n-_"))
def test_base64_is_canonical_or_damaged(garbage: str) -> None:
    try:
        payload = from_base64(garbage)
    except HeaderDamaged:
        return
    assert to_base64(payload) == garbage


def test_keys_are_derived_as_rfc_5869_says() -> None:
    derived = derive(b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42)
    assert derived.hex() == ("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
    assert derive(b"\x0b" * 22, b"", b"", 16).hex() == "8da4e775a563c18f715f802a063c5a31"
