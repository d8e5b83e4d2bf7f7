"""Still pictures that go out: JPEG, PNG and WebP, segment by segment on an allow-list.

Allowed is what a picture needs to be shown, and nothing that tells of it: no EXIF, XMP, IPTC or colour profile, no comment, no second picture, and
no byte behind the end. Whether somebody is in the picture is not asked here.

What it does not see: what is hidden in the compressed pixels themselves; in WebP, bytes behind the last macroblock.
Invariants: whatever is given, the answer is findings. Peak: three times the file; of a PNG's pixels 64 KiB at a time.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final

from jebi.release.leaks import Finding, Reason

LARGEST_FILE: Final = 32 << 20
MOST_PARTS: Final = 10_000
MOST_PIXELS: Final = 1 << 26
SCAN, END, RESTARTS = 0xDA, 0xD9, range(0xD0, 0xD8)
PLAIN: Final = frozenset(
    (0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD)
)  # frames, Huffman and quantisation tables, restart interval
JFIF: Final = re.compile(rb"JFIF\x00\x01[\x00-\x02][\x00-\x02]....\x00\x00", re.DOTALL)
PNG: Final = b"\x89PNG\r\n\x1a\n"
PNG_PLAIN: Final = {b"IHDR": 13, b"sRGB": 1, b"gAMA": 4, b"PLTE": 768, b"tRNS": 256, b"IDAT": LARGEST_FILE, b"IEND": 0}
PNG_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
WEBP_FLAGS: Final = 0x10  # alpha


def picture(untrusted_file: bytes) -> Iterator[Finding]:
    """What is wrong with a picture."""
    if len(untrusted_file) > LARGEST_FILE:
        yield Finding(reason=Reason.UNREADABLE, what="a picture is larger than any that goes out")
    elif untrusted_file.startswith(b"\xff\xd8"):
        yield from _jpeg(untrusted_file)
    elif untrusted_file.startswith(PNG):
        yield from _png(untrusted_file)
    elif untrusted_file[:4] == b"RIFF" and untrusted_file[8:12] == b"WEBP":
        yield from _webp(untrusted_file)
    else:
        yield Finding(reason=Reason.UNREADABLE, what="a picture is neither JPEG nor PNG nor WebP")


def _jpeg(content: bytes) -> Iterator[Finding]:
    """ITU-T T.81, B.1: markers, segments, and scans up to the next marker."""
    at, frames = 2, 0
    for _ in range(MOST_PARTS):
        marker = content[at + 1] if content[at : at + 1] == b"\xff" and at + 1 < len(content) else None
        if marker == END:
            yield from _behind(content, at + 2)
            return
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        segment = content[at + 4 : at + 2 + length]
        if marker is None or length < 2 or len(segment) != length - 2:
            break
        if marker != SCAN and marker not in PLAIN:
            yield from _jpeg_extra(marker, segment)
        frames += marker in {0xC0, 0xC1, 0xC2}
        if frames > 1:
            yield Finding(reason=Reason.PICTURE_IN_FILE, what="a picture holds another one")
            return
        at += 2 + length
        if marker == SCAN:
            at = _scan_end(content, at)
    yield Finding(reason=Reason.UNREADABLE, what="a JPEG is cut off, or has something between its segments")


def _scan_end(content: bytes, at: int) -> int:
    """Where the coded pixels from `at` on end: at the first marker that is no restart."""
    while True:
        at = content.find(b"\xff", at)
        if at < 0 or at + 1 >= len(content):
            return len(content)
        if content[at + 1] and content[at + 1] not in RESTARTS:
            return at
        at += 2


def _jpeg_extra(marker: int, segment: bytes) -> Iterator[Finding]:
    if marker == 0xE0 and JFIF.fullmatch(segment):
        return
    if marker == 0xE0 and segment[:4] in {b"JFIF", b"JFXX"}:
        yield Finding(reason=Reason.PICTURE_IN_FILE, what="a picture carries a small one of itself")
        return
    yield from _told(segment, f"the segment {marker:02X}")


def _told(content: bytes, where: str) -> Iterator[Finding]:
    """A part that is not on the list: a place, a picture in it, or only a note."""
    has_place = b"GPS" in content or b"\x88\x25\0\4" in content or b"\x25\x88\4\0" in content  # EXIF's tag of places
    if has_place:
        yield Finding(reason=Reason.LOCATION, what=f"a picture says in {where} where it was taken")
    if b"\xff\xd8\xff" in content:
        yield Finding(reason=Reason.PICTURE_IN_FILE, what=f"a picture carries another one in {where}")
    yield Finding(reason=Reason.PICTURE_NOTE, what=f"a picture has {where}, which is not on the list")


def _behind(content: bytes, stop: int) -> Iterator[Finding]:
    if stop < len(content):
        yield Finding(reason=Reason.HIDDEN_BYTES, what=f"{len(content) - stop} bytes stand behind the end of a picture")


def _png(content: bytes) -> Iterator[Finding]:
    """ISO/IEC 15948, 5: chunks with checksums; the pixels are unpacked, so that nothing stands behind them."""
    at, pixels, header = len(PNG), [], b""
    for _ in range(MOST_PARTS):
        length = int.from_bytes(content[at : at + 4], "big")
        kind, chunk = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        if len(chunk) != length or content[at + 8 + length : at + 12 + length] != struct.pack(
            ">I", zlib.crc32(kind + chunk)
        ):
            break
        at += 12 + length
        if length > PNG_PLAIN.get(kind, -1):
            name = "".join(chr(letter) if chr(letter).isalnum() and letter < 0x7F else "?" for letter in kind)
            yield from _told(chunk, f"the chunk {name}")
        elif kind == b"IDAT":
            pixels.append(chunk)
        elif kind == b"IHDR":
            header = chunk
        elif kind == b"IEND":
            yield from _behind(content, at)
            if not _fills(header, pixels):
                yield Finding(reason=Reason.HIDDEN_BYTES, what="a PNG holds more or less than its pixels")
            return
    yield Finding(reason=Reason.UNREADABLE, what="a PNG is cut off, or a checksum is wrong")


def _fills(header: bytes, pixels: list[bytes]) -> bool:
    """Whether the unpacked rows are as many bytes as the header says, and nothing stands behind them."""
    if len(header) != 13:
        return False
    width, height, depth, colour, method, filters, interlaced = struct.unpack(">IIBBBBB", header)
    if colour not in PNG_CHANNELS or depth not in {1, 2, 4, 8, 16} or (method, filters, interlaced) != (0, 0, 0):
        return False
    wanted = height * (1 + (width * depth * PNG_CHANNELS[colour] + 7) // 8)
    unpacker, count = zlib.decompressobj(), 0
    try:
        for chunk in pixels:
            while chunk and width * height <= MOST_PIXELS and count <= wanted and not unpacker.eof:
                count += len(unpacker.decompress(chunk, 1 << 16))
                chunk = unpacker.unconsumed_tail  # noqa: PLW2901 - what is left of it
            if chunk:
                return False
        while count <= wanted and (more := unpacker.decompress(unpacker.unconsumed_tail, 1 << 16)):
            count += len(more)
    except zlib.error:
        return False
    return count == wanted and unpacker.eof and not unpacker.unused_data


def _webp(content: bytes) -> Iterator[Finding]:
    """WebP container (RFC 9649, 2.3): a picture, its alpha, and nothing else."""
    size = int.from_bytes(content[4:8], "little") + 8
    at, pictures = 12, 0
    for _ in range(MOST_PARTS):
        if at >= min(size, len(content)):
            break
        kind, length = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        chunk = content[at + 8 : at + 8 + length]
        if len(chunk) != length or content[at + 8 + length : at + 8 + length + length % 2].strip(b"\0"):
            yield Finding(reason=Reason.UNREADABLE, what="a WebP is cut off")
            return
        at += 8 + length + length % 2
        if kind == b"VP8X" and length == 10 and not chunk[0] & ~WEBP_FLAGS and not any(chunk[1:4]):
            continue
        if kind not in {b"VP8 ", b"VP8L", b"ALPH"}:
            name = "".join(chr(letter) if chr(letter).isalnum() and letter < 0x7F else "?" for letter in kind)
            yield from _told(chunk, f"the chunk {name}")
        pictures += kind in {b"VP8 ", b"VP8L"}
    yield from _behind(content, min(size, at))
    if pictures != 1:
        yield Finding(reason=Reason.UNREADABLE, what="a WebP holds no picture, or several")
