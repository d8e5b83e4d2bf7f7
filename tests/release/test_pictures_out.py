import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jebi.release.leaks import Reason
from jebi.release.pictures_out import LARGEST_FILE, picture
from release.made import reasons


def written(kind: str, mode: str = "RGB", **options: object) -> bytes:
    stream = io.BytesIO()
    image = Image.radial_gradient("L").resize((40, 30)).convert(mode)
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def sized(content: bytes) -> bytes:
    """A WebP that says how long it is now."""
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]


def found(content: bytes) -> set[Reason]:
    return reasons(list(picture(content)))


CLEAN = {
    "a JPEG": written("JPEG"),
    "a progressive JPEG": written("JPEG", progressive=True, quality=30),
    "a grey JPEG": written("JPEG", "L"),
    "a JPEG with restarts": written("JPEG", restart_marker_rows=1),
    "a PNG": written("PNG"),
    "a PNG with alpha": written("PNG", "RGBA"),
    "a PNG with a palette": written("PNG", "P"),
    "a grey PNG": written("PNG", "L"),
    "a PNG in black and white": written("PNG", "1"),
    "a WebP": written("WEBP"),
    "a lossless WebP": written("WEBP", lossless=True),
    "a WebP with alpha": written("WEBP", "LA"),
}
JPEG, PNG, WEBP = CLEAN["a JPEG"], CLEAN["a PNG"], CLEAN["a WebP"]
HEAD, TAIL = PNG[:33], PNG[33:]


@pytest.mark.parametrize("name", CLEAN)
def test_what_encoders_write_passes(name: str) -> None:
    assert found(CLEAN[name]) == set()


@pytest.mark.parametrize("name", CLEAN)
def test_a_picture_with_anything_behind_its_end_does_not(name: str) -> None:
    assert found(CLEAN[name] + b"x") == {Reason.HIDDEN_BYTES}


@pytest.mark.parametrize("name", CLEAN)
def test_a_picture_that_is_cut_off_does_not(name: str) -> None:
    for size in range(12, len(CLEAN[name]) - 1, 29):
        assert found(CLEAN[name][:size])


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (JPEG[:2] + b"\xff\xfe\0\5dam" + JPEG[2:], {Reason.PICTURE_NOTE}),
        (JPEG[:2] + b"\xff\xed\0\x0aPhotosho" + JPEG[2:], {Reason.PICTURE_NOTE}),
        (JPEG[:2] + b"\xff\xe0\0\x07JFXX\x10" + JPEG[20:], {Reason.PICTURE_IN_FILE}),
        (JPEG[:18] + b"\1\1" + JPEG[20:], {Reason.PICTURE_IN_FILE}),
        (JPEG[:2] + b"note" + JPEG[2:], {Reason.UNREADABLE}),
        (JPEG[:-2] + JPEG[2:], {Reason.PICTURE_IN_FILE}),
        (HEAD + chunk(b"tIME", bytes(7)) + TAIL, {Reason.PICTURE_NOTE}),
        (HEAD + chunk(b"iTXt", b"GPSLatitude") + TAIL, {Reason.PICTURE_NOTE, Reason.LOCATION}),
        (HEAD + chunk(b"zzZz", JPEG) + TAIL, {Reason.PICTURE_NOTE, Reason.PICTURE_IN_FILE}),
        (HEAD + chunk(b"sRGB", b"\0note") + TAIL, {Reason.PICTURE_NOTE}),
        (HEAD + chunk(b"IDAT", zlib.compress(b"note")) + TAIL, {Reason.HIDDEN_BYTES}),
        (PNG[:-12] + chunk(b"IDAT", b"note") + PNG[-12:], {Reason.HIDDEN_BYTES}),
        (PNG[:40] + b"x" + PNG[41:], {Reason.UNREADABLE}),
        (sized(WEBP[:12] + b"VP8X\x0a\0\0\0\x08" + bytes(9) + WEBP[12:]), {Reason.PICTURE_NOTE}),
        (sized(WEBP + b"ICCP\0\0\0\0"), {Reason.PICTURE_NOTE}),
        (WEBP[:4] + struct.pack("<I", 4) + WEBP[8:], {Reason.HIDDEN_BYTES, Reason.UNREADABLE}),
        (b"GIF89a" + bytes(30), {Reason.UNREADABLE}),
        (b"", {Reason.UNREADABLE}),
        (bytes(LARGEST_FILE + 1), {Reason.UNREADABLE}),
    ],
)
def test_what_is_not_on_the_list_is_found(content: bytes, wanted: set[Reason]) -> None:
    assert found(content) == wanted


def test_a_png_that_unpacks_without_end_is_not_unpacked() -> None:
    bomb = zlib.compress(bytes(50_000_000))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    assert found(PNG[:8] + head + chunk(b"IDAT", bomb) + chunk(b"IEND", b"")) == {Reason.HIDDEN_BYTES}


@given(st.sampled_from(sorted(CLEAN)), st.integers(0, 600), st.binary(max_size=12))
def test_of_garbage_come_findings(name: str, at: int, content: bytes) -> None:
    found(CLEAN[name][:at] + content + CLEAN[name][at + len(content) :])
    found(b"\xff\xd8" + content)
    found(PNG[:8] + content)
    found(b"RIFF\0\0\0\0WEBP" + content)
