from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.release.boxes import Bytes
from jebi.release.container import examine
from jebi.release.entries import Pictures
from jebi.release.neutral import PROGRESSIVE
from jebi.release.parameters import check_picture, sequence
from release.made import COPY, ENCODER, PICTURES, Exports, made, neutral


def both(first: bytes, second: bytes) -> None:
    sequence(first)
    check_picture(second)


def sets(film: bytes) -> Pictures:
    pictures = examine(Bytes(film)).pictures
    assert pictures is not None
    assert isinstance(pictures.description, Pictures)
    return pictures.description


@pytest.mark.parametrize("profile", ["baseline", "main", "high"])
def test_what_an_encoder_writes_is_read_to_its_last_bit(exports: Exports, profile: str) -> None:
    asked = ("-preset", "medium", "-profile:v", profile, "-vf", "scale=150:82,setsar=1", "-colorspace", "bt709")
    film = neutral(made(exports.folder / "sets.mp4", *PICTURES, *ENCODER, *asked, *PROGRESSIVE))
    found = sets(film)
    read = sequence(found.sequence)
    assert (read.width, read.height) == (150, 82)
    assert 4 <= read.number_bits <= 16
    check_picture(found.picture)


def test_one_bit_more_is_damage(exports: Exports) -> None:
    found = sets(exports.film)
    for unit, read in ((found.sequence, sequence), (found.picture, check_picture)):
        for bad in (unit + b"\x80", unit + b"a", unit[:-1], b"", b"\x06" + unit[1:], unit[:1]):
            with pytest.raises(Damaged):
                read(bad)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("-pix_fmt", "yuv444p"), "profile"),
        (("-pix_fmt", "yuv422p10le"), "profile"),
        (("-x264-params", "interlaced=1"), "fields"),
        (("-x264-params", "nal-hrd=vbr:vbv-maxrate=300:vbv-bufsize=300"), "buffering"),
        (("-x264-params", "cqm=jvt", "-profile:v", "high"), "scaling lists"),
        (("-vf", "setsar=160/117"), "aspect"),
    ],
)
def test_what_is_not_on_the_list_is_named(exports: Exports, asked: tuple[str, ...], sentence: str) -> None:
    film = made(exports.folder / "odd.mp4", *PICTURES, *ENCODER, "-preset", "medium", *PROGRESSIVE, *asked)
    stsd = film[film.index(b"avcC") + 4 :]
    length = int.from_bytes(stsd[6:8], "big")
    unit, rest = stsd[8 : 8 + length], stsd[8 + length :]
    with pytest.raises(Damaged, match=sentence):
        both(unit, rest[3 : 3 + int.from_bytes(rest[1:3], "big")])


def test_a_border_that_hides_pictures_is_damage(exports: Exports) -> None:
    (exports.folder / "base.mp4").write_bytes(exports.silent)
    cut = ("-bsf:v", "h264_metadata=crop_bottom=40")
    film = made(exports.folder / "cropped.mp4", "-i", str(exports.folder / "base.mp4"), *COPY, *cut)
    with pytest.raises(Damaged, match="beyond what is shown"):
        sequence(sets(film).sequence)


@given(st.binary(max_size=60))
def test_of_garbage_comes_damage_or_a_size(content: bytes) -> None:
    for start in (b"", b"\x67\x64\0\x0b", b"\x67\x42\0\x0b", b"\x68"):
        for read in (sequence, check_picture):
            with suppress(Damaged):
                read(start + content)
