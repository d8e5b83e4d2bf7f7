import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.entries import Pictures, Sound, description, elementary, parameter_sets
from jebi.release.leaks import Finding, Reason
from release.made import Exports, box, nth, reasons

SEQUENCE, PICTURE = b"\x67\x42\0\x0b\1\2", b"\x68\xce"
CONFIGURED = b"\1\x42\0\x0b\xff\xe1" + struct.pack(">H", 6) + SEQUENCE + b"\1" + struct.pack(">H", 2) + PICTURE


def entry(film: bytes, place: int) -> bytes:
    stsd = nth(film, b"stsd", place)
    return film[stsd.payload : stsd.stop]


def told(content: bytes) -> set[Reason]:
    findings: list[Finding] = []
    with suppress(Damaged):
        description(content, findings)
    return reasons(findings)


def test_what_an_encoder_describes_is_read(exports: Exports) -> None:
    findings: list[Finding] = []
    pictures = description(entry(exports.film, 0), findings)
    sound = description(entry(exports.film, 1), findings)
    assert isinstance(pictures, Pictures)
    assert (pictures.width, pictures.height, pictures.sequence[0], pictures.picture[0]) == (160, 96, 0x67, 0x68)
    assert (sound, findings) == (Sound(rate=48000, channels=1), [])


def test_each_byte_of_a_description_is_compared(exports: Exports) -> None:
    """But bit rates, numbers of streams, and what the parameter sets and the size say, which are compared elsewhere."""
    for place, most in ((0, 80), (1, 24)):
        whole = entry(exports.film, place)
        silent = 0
        for at in range(len(whole)):
            changed = whole[:at] + bytes((whole[at] ^ 0x41,)) + whole[at + 1 :]
            findings: list[Finding] = []
            try:
                description(changed, findings)
            except Damaged:
                continue
            silent += not findings
        assert silent <= most


def test_two_descriptions_or_none_are_damage(exports: Exports) -> None:
    whole = entry(exports.film, 0)
    for bad in (
        b"",
        bytes(8),
        whole[:7] + b"\2" + whole[8:],
        whole + box(b"free"),
        bytes(4) + b"\0\0\0\1" + box(b"tx3g"),
    ):
        with pytest.raises(Damaged):
            description(bad, [])


def test_parameter_sets_are_one_of_each_and_nothing_behind() -> None:
    findings: list[Finding] = []
    assert parameter_sets(CONFIGURED, findings) == (SEQUENCE, PICTURE)
    assert findings == []
    parameter_sets(CONFIGURED + b"\1", findings)
    assert reasons(findings) == {Reason.HIDDEN_BYTES}
    for bad in (b"", CONFIGURED[:-1], CONFIGURED.replace(b"\xe1", b"\xe2"), CONFIGURED[:-5] + b"\2" + CONFIGURED[-4:]):
        with pytest.raises(Damaged):
            parameter_sets(bad, [])


def test_a_profile_that_is_another_than_the_sets_is_found() -> None:
    findings: list[Finding] = []
    parameter_sets(b"\1\x4d" + CONFIGURED[2:], findings)
    assert reasons(findings) == {Reason.HIDDEN_BYTES}


@pytest.mark.parametrize("at", range(4, 30))
def test_sound_with_other_descriptors_is_damage_or_found(exports: Exports, at: int) -> None:
    whole = entry(exports.film, 1)
    start = whole.index(b"esds") + 4
    esds = whole[start : start + 46]
    clean: list[Finding] = []
    assert elementary(esds, clean) == Sound(rate=48000, channels=1)
    assert clean == []
    with pytest.raises(Damaged):
        elementary(esds[:at], [])


@given(st.binary(max_size=90))
def test_of_garbage_comes_damage_or_a_description(content: bytes) -> None:
    for read in (description, parameter_sets, elementary):
        with suppress(Damaged):
            read(content, [])
    told(b"\0\0\0\0\0\0\0\1" + box(b"avc1", content))
    told(b"\0\0\0\0\0\0\0\1" + box(b"mp4a", content))
