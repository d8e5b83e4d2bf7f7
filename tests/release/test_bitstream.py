import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release import bitstream, container, parameters
from jebi.release.boxes import Bytes
from jebi.release.container import Piece, Track
from jebi.release.entries import Pictures, Sound
from jebi.release.leaks import Finding, Reason
from jebi.release.neutral import PROGRESSIVE
from jebi.release.samples import Samples
from release.made import ENCODER, PICTURES, SOUND, Exports, appended, made, neutral, prepended, reasons, unit


def found(film: bytes) -> list[Finding]:
    examined = container.examine(Bytes(film))
    return [
        finding
        for track in (examined.pictures, examined.sound)
        if track
        for finding in bitstream.examine([Bytes(film)], track)
    ]


def only(content: bytes, described: Pictures | Sound) -> list[Finding]:
    """What is found in a track of one sample."""
    one = np.array([0], np.int64)
    samples = Samples(offsets=one, sizes=np.array([len(content)], np.int64), decoded=one, shown=one, last=1)
    track = Track(description=described, timescale=25, pieces=(Piece(source=0, samples=samples),), edit=b"")
    return list(bitstream.examine([Bytes(content)], track))


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("-preset", "medium", "-x264-params", "slices=3:aud=1"),
        ("-ac", "2", "-b:a", "192k"),
        ("-ac", "1", "-ar", "22050", "-b:a", "32k"),
        ("-aac_coder", "fast", "-ac", "2"),
    ],
)
def test_what_encoders_write_passes(exports: Exports, asked: tuple[str, ...]) -> None:
    film = neutral(made(exports.folder / "bits.mp4", *PICTURES, *SOUND, *ENCODER, *asked, *PROGRESSIVE))
    assert found(film) == []


def test_a_finding_has_its_time_in_the_film(exports: Exports) -> None:
    findings = found(appended(exports.silent, unit(6, b"note"), sample=0))
    assert [(finding.reason, finding.at_ms) for finding in findings] == [(Reason.SEI, 0)]
    findings = found(appended(exports.film, b"note", sample=4, track=1))
    assert [(finding.reason, finding.at_ms) for finding in findings] == [
        (Reason.SOUND_ELEMENT, 4 * 1024 * 1000 // 48000)
    ]


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        (unit(12, b"\xff\x80"), Reason.FILLER),
        (unit(10, b""), Reason.UNKNOWN_UNIT),
        (unit(1, b"\x9a\x00\x80"), Reason.PICTURE_UNIT),
        (unit(5, b"\x9a\x80"), Reason.PICTURE_UNIT),
        (unit(0x80 | 1, b"\x9a\x80"), Reason.PICTURE_UNIT),
        (unit(9, b"\xf0"), Reason.UNKNOWN_UNIT),
        (b"\0\0\0\x00", Reason.PICTURE_UNIT),
        (b"\0\0\0\x09\x06abc", Reason.PICTURE_UNIT),
        (b"abc", Reason.PICTURE_UNIT),
    ],
)
def test_whatever_follows_a_picture_in_its_sample_is_found(exports: Exports, extra: bytes, reason: Reason) -> None:
    assert reasons(found(appended(exports.silent, extra))) == {reason}


@pytest.mark.parametrize("element", range(8))
def test_a_frame_of_sound_begins_with_its_channels(exports: Exports, element: int) -> None:
    findings = only(bytes((element << 5, 0x07)), Sound(rate=48000, channels=1))
    assert reasons(findings) == (set() if element == 0 else {Reason.SOUND_ELEMENT})


def test_a_frame_of_sound_ends_as_one_does_and_is_no_larger() -> None:
    mono = Sound(rate=48000, channels=1)
    for content, is_clean in (
        (b"\0\x0e", True),
        (b"\0\1\xc0", True),
        (b"\0\x07\0", False),
        (b"\0\x06", False),
        (b"\0\0", False),
        (bytes(767) + b"\7", True),
        (bytes(768) + b"\7", False),
    ):
        assert (only(content, mono) == []) is is_clean


def test_another_element_before_the_sound_is_found(exports: Exports) -> None:
    assert reasons(found(prepended(exports.film, b"\x81\x03abc", track=1))) == {Reason.SOUND_ELEMENT}


def test_a_sample_that_is_not_there_is_found(exports: Exports) -> None:
    track = container.examine(Bytes(exports.silent)).pictures
    assert track is not None
    assert Reason.SAMPLE_TABLE in reasons(list(bitstream.examine([Bytes(exports.silent[:3000])], track)))


@given(st.binary(min_size=1, max_size=60))
def test_of_garbage_come_findings(content: bytes) -> None:
    described = Pictures(width=16, height=16, sequence=b"\x67" + content, picture=b"\x68")
    assert only(content, described)
    only(content, Sound(rate=48000, channels=2))


def test_a_key_picture_that_hides_those_before_it_is_found(exports: Exports) -> None:
    """The bit after a key picture's numbers says that what was decoded before is never to be shown."""
    piece = container.examine(Bytes(exports.silent)).pictures
    assert piece is not None
    assert isinstance(piece.description, Pictures)
    read = parameters.sequence(piece.description.sequence)
    offset = int(piece.pieces[0].samples.offsets[12]) + 5  # the second group of pictures; behind length and type
    head = f"{int.from_bytes(exports.silent[offset : offset + 8], 'big'):064b}"
    assert head.startswith("10001000" + "1")  # first macroblock 0, a slice of type 7, parameter set 0
    at = 9 + read.number_bits
    zeros = len(head[at:]) - len(head[at:].lstrip("0"))
    at += 2 * zeros + 1 + read.order_bits
    assert head[at : at + 2] == "00"
    hidden = int(head[:at] + "1" + head[at + 1 :], 2).to_bytes(8, "big")
    film = exports.silent[:offset] + hidden + exports.silent[offset + 8 :]
    assert reasons(found(film)) == {Reason.PICTURE_UNIT}
