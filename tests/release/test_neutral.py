import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.media.jail import Jail
from jebi.media.readback import readback
from jebi.release.boxes import Bytes
from jebi.release.neutral import ARGUMENTS, PROGRESSIVE, neutralised
from release.made import ENCODER, PICTURES, SOUND, Exports, added, box, made, neutral, nth, patched


def test_what_ffmpeg_leaves_is_overwritten_in_place(exports: Exports) -> None:
    raw = made(exports.folder / "raw.mp4", *PICTURES, *SOUND, *ENCODER, *PROGRESSIVE)
    assert b"Lavc libx264" in raw
    clean = neutral(raw)
    assert len(clean) == len(raw)
    assert b"Lavc" not in clean
    assert nth(clean, b"mdat") == nth(raw, b"mdat")
    assert clean[nth(clean, b"mdat").payload :] == raw[nth(raw, b"mdat").payload :]


def test_once_is_enough(exports: Exports) -> None:
    for part in (exports.film, exports.silent, exports.head):
        assert neutralised(Bytes(part)) == ()


def test_names_of_tracks_in_the_head_of_a_stream_are_overwritten(exports: Exports) -> None:
    raw = (exports.folder / "init.mp4").read_bytes()
    assert b"VideoHandler" in raw
    assert b"Lavf" in raw
    assert b"Handler" not in exports.head
    assert b"Lavf" not in exports.head


def test_only_what_our_encoder_leaves_is_taken_out(exports: Exports) -> None:
    for other in (
        box(b"udta", box(b"\xa9nam", b"dam")),
        box(b"udta", b""),
        box(b"meta", bytes(50)),
        box(b"note", b"dam"),
    ):
        assert neutralised(Bytes(added(exports.film, b"moov", other))) == ()
    for kind, at in ((b"hdlr", 24), (b"stsd", 58)):
        assert neutralised(Bytes(patched(exports.film, kind, at, b"K"))) == ()
    assert neutralised(Bytes(patched(exports.film, b"mvhd", 4, b"\1\2\3\4"))) == ()


def test_the_same_input_becomes_the_same_bytes(exports: Exports) -> None:
    again = neutral(made(exports.folder / "again.mp4", *PICTURES, *SOUND, *ENCODER, *PROGRESSIVE))
    assert again == exports.film


def test_players_see_and_hear_what_they_did(exports: Exports) -> None:
    raw = made(exports.folder / "before.mp4", *PICTURES, *SOUND, *ENCODER, *PROGRESSIVE)
    (exports.folder / "after.mp4").write_bytes(neutral(raw))
    hashes = [
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", str(exports.folder / name), "-f", "streamhash", "-"],
            capture_output=True,
            check=True,
        )
        for name in ("before.mp4", "after.mp4")
    ]
    assert hashes[0].stdout == hashes[1].stdout
    assert hashes[1].stderr == b""


def test_another_reader_finds_nothing_either(exports: Exports, jail: Jail) -> None:
    (exports.folder / "readable.mp4").write_bytes(exports.film)
    assert readback(jail, str(exports.folder / "readable.mp4")).foreign == ()


def test_the_arguments_come_in_pairs_but_flags() -> None:
    assert ARGUMENTS[:4] == ("-map_metadata", "-1", "-map_chapters", "-1")
    assert {"-sn", "-dn"} < set(ARGUMENTS)


@pytest.mark.parametrize("content", [b"", b"abc", box(b"ftyp"), box(b"mdat", b"moov")])
def test_what_has_no_index_is_damage(content: bytes) -> None:
    with pytest.raises(Damaged):
        neutralised(Bytes(content))


@given(st.binary(max_size=120))
def test_patches_of_garbage_stay_within_it(content: bytes) -> None:
    for kind in (b"trak", b"udta"):
        film = box(b"moov", box(kind, content))
        for patch in neutralised(Bytes(film)):
            assert 0 < patch.offset <= patch.offset + len(patch.content) <= len(film)
