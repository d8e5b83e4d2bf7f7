"""Boxes and tables of films; what somebody slips into them is in test_leaky.py."""

import struct
from collections.abc import Callable

import numpy as np
import pytest

from jebi.release.boxes import Bytes
from jebi.release.container import CREDENTIAL, examine, examine_stream
from jebi.release.entries import Pictures, Sound
from jebi.release.leaks import Finding, Reason
from jebi.release.neutral import PROGRESSIVE
from release import written
from release.made import (
    ENCODER,
    PICTURES,
    SOUND,
    Exports,
    added,
    box,
    full,
    inserted,
    looked_at,
    made,
    neutral,
    nth,
    patched,
    reasons,
    stream_looked_at,
    walked,
)


def test_a_clean_film_has_pictures_and_sound_and_no_finding(exports: Exports) -> None:
    examined = examine(Bytes(exports.film))
    assert examined.findings == ()
    assert examined.pictures is not None
    assert examined.sound is not None
    assert isinstance(examined.pictures.description, Pictures)
    assert (examined.pictures.description.width, examined.pictures.description.height) == (160, 96)
    assert examined.sound.description == Sound(rate=48000, channels=1)
    assert len(examined.pictures.pieces[0].samples) == 25


def test_a_clean_film_without_sound_passes(exports: Exports) -> None:
    examined = examine(Bytes(exports.silent))
    assert (examined.findings, examined.sound) == ((), None)


def test_a_clean_stream_passes_and_has_the_same_samples(exports: Exports) -> None:
    assert len(exports.segments) > 1
    stream = examine_stream(Bytes(exports.head), list(map(Bytes, exports.segments)))
    assert stream.findings == ()
    film = examine(Bytes(exports.film))
    for whole, parts in ((film.pictures, stream.pictures), (film.sound, stream.sound)):
        assert whole is not None
        assert parts is not None
        sizes = np.concatenate([piece.samples.sizes for piece in parts.pieces])
        assert sizes.tolist() == whole.pieces[0].samples.sizes.tolist()


@pytest.mark.parametrize(
    "arguments",
    [
        ("-preset", "slow", "-crf", "30", "-profile:v", "main"),
        ("-tune", "film", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"),
        ("-x264-params", "keyint=10:bframes=3:b-pyramid=normal:slices=4"),
        ("-profile:v", "baseline", "-ac", "2", "-ar", "44100"),
        ("-maxrate", "300k", "-bufsize", "300k"),
        ("-vf", "scale=158:94,setsar=1"),
    ],
)
def test_whatever_the_encoder_is_asked_for_its_film_passes(exports: Exports, arguments: tuple[str, ...]) -> None:
    film = made(exports.folder / "asked.mp4", *PICTURES, *SOUND, *ENCODER, *arguments, *PROGRESSIVE)
    assert examine(Bytes(neutral(film))).findings == ()


@pytest.mark.parametrize(
    "content", [b"", b"x", bytes(64), b"\0\0\0\x08ftyp", b"\0\0\0\x10ftypisom\0\0\2\0", b"RIFF....WAVE"]
)
def test_what_is_no_film_is_a_finding(content: bytes) -> None:
    assert Reason.UNREADABLE in reasons(examine(Bytes(content)).findings)
    assert Reason.UNREADABLE in reasons(examine_stream(Bytes(content), [Bytes(content)]).findings)


def test_a_film_that_is_cut_off_anywhere_is_refused(exports: Exports) -> None:
    for size in range(0, len(exports.silent), 97):
        assert examine(Bytes(exports.silent[:size])).findings


def silent(part: bytes, look: Callable[[bytes], list[Finding]]) -> dict[str, set[int]]:
    """Which bytes of each box's payload may be others without anybody finding it."""
    found: dict[str, set[int]] = {}
    for at in range(len(part)):
        changed = part[:at] + bytes((part[at] ^ 0x55,)) + part[at + 1 :]
        if not look(changed):
            here = [one for one in walked(part) if one.start <= at < one.stop][-1]
            found.setdefault(here.name, set()).add(at - here.payload)
    return found


SETS = set(range(114, 140))  # of the two parameter sets, what the encoder was asked for
RATES = {66, 67, 70, 71, 74, 75}  # how fast the sound is, said to the players


def test_every_byte_of_a_film_outside_its_pictures_and_sound_is_looked_at() -> None:
    found = silent(written.film(), looked_at)
    del found["mdat"]
    assert found.keys() == {"stsd"}
    assert found["stsd"] <= SETS | RATES


def test_every_byte_of_a_stream_outside_its_pictures_is_looked_at() -> None:
    found = silent(written.segment(), lambda changed: stream_looked_at(written.head(), [changed]))
    del found["mdat"]
    assert found.keys() <= {"tfdt", "trun"}  # small times
    assert sum(map(len, found.values())) <= 5
    found = silent(written.head(), lambda changed: stream_looked_at(changed, [written.segment()]))
    assert found.pop("mvhd", set()) | found.pop("mdhd", set()) <= {13, 14, 15}  # in how many ticks a second is told
    assert found.keys() == {"stsd"}
    assert found["stsd"] <= SETS


def test_a_sample_table_of_a_few_bytes_asks_for_no_memory(exports: Exports) -> None:
    film = patched(exports.silent, b"stts", 8, struct.pack(">I", 0xFFFFFFFF))
    film = patched(film, b"stsz", 4, struct.pack(">II", 1, 0xFFFFFFFF))
    assert Reason.SAMPLE_TABLE in reasons(examine(Bytes(film)).findings)


def test_a_fragment_that_is_missing_is_found(exports: Exports) -> None:
    parts = [Bytes(part) for part in (exports.segments[0], *exports.segments[2:])]
    if len(parts) > 1:
        assert reasons(examine_stream(Bytes(exports.head), parts).findings) == {Reason.SAMPLE_TABLE}
    assert reasons(examine_stream(Bytes(exports.head), []).findings) == {Reason.UNREADABLE}


def test_a_film_by_another_hand_passes() -> None:
    for has_sound in (True, False):
        assert looked_at(written.film(has_sound=has_sound)) == []


def test_a_stream_by_another_hand_passes() -> None:
    assert stream_looked_at(written.head(), [written.segment(1), written.segment(2)]) == []
    assert reasons(stream_looked_at(written.head(), [written.segment(1), written.segment(3)])) == {Reason.SAMPLE_TABLE}


def test_one_box_of_credentials_is_let_through_only_when_asked_for() -> None:
    at = 24
    manifest, other = box(b"uuid", CREDENTIAL + b"manifest"), box(b"uuid", bytes(16) + b"manifest")
    film = inserted(written.film(), at, manifest)
    assert examine(Bytes(film), has_credential=True).findings == ()
    assert reasons(examine(Bytes(film)).findings) == {Reason.UNKNOWN_BOX}
    for bad in (inserted(film, at, manifest), inserted(film, at, other), added(written.film(), b"moov", other)):
        assert reasons(examine(Bytes(bad), has_credential=True).findings) == {Reason.UNKNOWN_BOX}


def test_more_empty_boxes_than_a_writer_leaves_are_found() -> None:
    assert looked_at(written.film() + box(b"free", bytes(9)) * 2) == []
    assert reasons(looked_at(written.film() + box(b"free") * 3)) == {Reason.HIDDEN_BYTES}


def test_a_track_without_samples_is_found() -> None:
    film = written.film(has_sound=False)
    for kind, content in ((b"stts", full(b"stts", bytes(4))), (b"stsc", full(b"stsc", bytes(4)))):
        film = film.replace(film[nth(film, kind).start : nth(film, kind).stop], content)
    assert examine(Bytes(film)).findings
    empty = written.head().replace(b"mvex", b"free")
    assert examine(Bytes(empty + box(b"mdat"))).findings
    assert examine(Bytes(empty + box(b"mdat"))).pictures is None


def test_tracks_are_not_handed_on_where_their_tables_lie() -> None:
    film = patched(written.film(), b"stco", 8, struct.pack(">I", 3))
    examined = examine(Bytes(film))
    assert reasons(examined.findings) == {Reason.SAMPLE_TABLE}
    assert (examined.pictures, examined.sound) == (None, None)
