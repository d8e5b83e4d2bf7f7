"""Files that mean harm, or suffered it, each made here: nothing of the kind is kept in the tree.

`CASES` maps a sentence to what makes the file; those that spoil a real film are given one.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Final

SECRET: Final = "/etc/passwd"
LISTENER: Final = "http://127.0.0.1:{port}/caught"
GIF_FRAMES: Final = 100_000

HUGE: Final = (1 << 31) - 1


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int, *, content: bytes = b"", bits: int = 1) -> bytes:
    """A grey PNG of any claimed size."""
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def png_bomb(side: int) -> bytes:
    """A black PNG of side × side pixels in a thousandth of its size."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    parts = [squeeze.compress(row * 1000) for _ in range(side // 1000)]
    return png(side, side, content=b"".join([*parts, squeeze.flush()]))


def gif(width: int, height: int, frames: int) -> bytes:
    """A GIF whose every frame fills one pixel more."""
    screen = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    control = b"\x21\xf9\x04\x00\x02\x00\x00\x00"
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    return screen + (control + image) * frames + b"\x3b"


def full_gif(side: int, frames: int) -> bytes:
    """A GIF of which every frame is the whole picture, cleared, for a few bytes each."""
    screen = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(3) + b"\xff" * 3
    control = b"\x21\xf9\x04\x08\x02\x00\x00\x00"
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00"
    return screen + (control + image) * frames + b"\x3b"


def atom(kind: bytes, content: bytes = b"") -> bytes:
    """An atom of an MP4."""
    return struct.pack(">I", 8 + len(content)) + kind + content


def nested_atoms(depth: int) -> bytes:
    """An MP4 whose index lies in an index lies in an index."""
    kinds = (b"moov", b"trak", b"mdia", b"minf", b"udta")
    headers = (struct.pack(">I", 8 * (depth - place)) + kinds[place % len(kinds)] for place in range(depth))
    return atom(b"ftyp", b"isom\0\0\2\0isom") + b"".join(headers)


def nested_ebml(depth: int) -> bytes:
    """A Matroska whose tags hold tags."""
    head = bytes.fromhex("1a45dfa3") + b"\x8b" + bytes.fromhex("4282") + b"\x88matroska"
    return head + bytes.fromhex("1853806701ffffffffffffff1254c36701ffffffffffffff") + bytes.fromhex("67c8ff") * depth


def nested_xmp(depth: int) -> bytes:
    """A JPEG whose XMP goes down and down."""
    inside = b"<a:b>" * depth + b"x" + b"</a:b>" * depth
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/" xmlns:a="a"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    packet = b"http://ns.adobe.com/xap/1.0/\0" + xmp + inside + b"</rdf:RDF></x:xmpmeta>"
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", 2 + len(packet)) + packet + b"\xff\xd9"


def looping_exif() -> bytes:
    """A JPEG whose EXIF directory names itself as the next one."""
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">HHHII", 1, 0x8769, 4, 1, 8) + struct.pack(">I", 8)
    packet = b"Exif\0\0" + tiff
    return b"\xff\xd8\xff\xe1" + struct.pack(">H", 2 + len(packet)) + packet + b"\xff\xd9"


def avi(width: int, height: int, codec: bytes = b"MJPG", content: bytes = b"") -> bytes:
    """An AVI of one stream and any claimed size."""
    stream = b"vids" + codec + bytes(12) + struct.pack("<IIIIIiIHHHH", 1, 25, 0, 1_000_000, 0, -1, 0, 0, 0, 0, 0)
    form = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, codec, 0, 0, 0, 0, 0)
    lists = _riff_list(b"strl", _riff(b"strh", stream) + _riff(b"strf", form))
    main = struct.pack("<14I", 40_000, 0, 0, 0x10, 1_000_000, 0, 1, 0, abs(width), abs(height), 0, 0, 0, 0)
    body = _riff_list(b"hdrl", _riff(b"avih", main) + lists) + _riff_list(b"movi", _riff(b"00dc", content))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"AVI " + body


def h264_bomb(width: int, height: int) -> bytes:
    """A bare H.264 stream of any claimed size."""
    bits = _Bits()
    for value, length in ((66, 8), (0, 8), (51, 8)):  # Baseline, level 5.1
        bits.add(value, length)
    for value in (0, 0, 2, 1):  # sps 0, frame_num of 4 bits, no picture order, one reference
        bits.golomb(value)
    bits.add(0, 1)
    bits.golomb(width // 16 - 1)
    bits.golomb(height // 16 - 1)
    bits.add(0b1100, 4)  # frames only, direct_8x8, neither cropped nor described
    start = b"\0\0\0\1"
    sets = start + b"\x67" + bits.done() + start + b"\x68\xce\x38\x80"
    return sets + start + b"\x65\x88\x84\x00\x10\xff\xfe"


class _Bits:
    def __init__(self) -> None:
        self._text = ""

    def add(self, value: int, length: int) -> None:
        self._text += format(value, f"0{length}b")

    def golomb(self, value: int) -> None:
        code = format(value + 1, "b")
        self._text += "0" * (len(code) - 1) + code

    def done(self) -> bytes:
        text = self._text + "1"
        text += "0" * (-len(text) % 8)
        raw = int(text, 2).to_bytes(len(text) // 8, "big")
        return re.sub(
            rb"\0\0([\0-\3])", lambda found: b"\0\0\3" + found[1], raw
        )  # so that no start code is found inside


def playlists(port: int) -> Iterator[tuple[str, bytes]]:
    """Files that want another one, or somebody on the network, to be opened for them."""
    caught = LISTENER.format(port=port)
    for wanted in (f"file://{SECRET}", caught):
        hls = f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:10.0,\n{wanted}\n#EXT-X-ENDLIST\n"
        yield f"an HLS playlist of {wanted}", hls.encode()
        yield f"an ffconcat list of {wanted}", f"ffconcat version 1.0\nfile '{wanted}'\n".encode()
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{wanted}" width="9" height="9"/></svg>'
        yield f"a drawing that shows {wanted}", f'<?xml version="1.0"?>{svg}'.encode()
        yield f"an AVI with a playlist of {wanted} as subtitles", _avi_with_playlist(hls.encode())
        yield f"an MP4 whose samples lie in {wanted}", _mp4_elsewhere(wanted.encode())
    dash = (
        f'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><BaseURL>{caught}</BaseURL></Period></MPD>'
    )
    yield "a DASH manifest", dash.encode()
    yield (
        "a session description",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    )
    yield (
        "an index of subtitles elsewhere",
        b"# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 0\n",
    )
    yield "a SAMI that loads a page", f"<SAMI><BODY><SYNC Start=0><P><img src={caught}></SYNC></BODY></SAMI>".encode()
    yield (
        "subtitles that name a font elsewhere",
        f"[Script Info]\nScriptType: v4.00+\n[Fonts]\nfontname: {caught}\n".encode(),
    )


CASES: Final[dict[str, Callable[[bytes], bytes]]] = {
    "an empty file": lambda _: b"",
    "one byte": lambda _: b"\0",
    "plain text": lambda _: "쌀값이 올랐다\n".encode() * 100,
    "noise": lambda film: zlib.compress(film)[1000:90_000],
    "a program": lambda _: b"\x7fELF" + bytes(5000),
    "a film cut in its middle, with its index at the end": lambda film: film[: len(film) // 2],
    "a film cut in its middle, with its index at the front": lambda film: faststart(film)[: len(film) // 2],
    "a film whose index is zeroes": lambda film: spoiled(film, film.rindex(b"moov") + 4, bytes(2000)),
    "a film whose middle is zeroes": lambda film: spoiled(film, len(film) // 3, bytes(len(film) // 3)),
    "a film whose atoms claim 4 GiB": lambda film: spoiled(film, film.rindex(b"stsz") - 4, b"\xff" * 4),
    "a film of 2³¹ samples": lambda film: spoiled(film, film.rindex(b"stsz") + 12, struct.pack(">I", 1 << 31)),
    "a film whose one sample lasts for ever": lambda film: spoiled(
        film, film.rindex(b"stts") + 8, struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)
    ),
    "a film with a clock of 2³¹ ticks": lambda film: spoiled(film, film.rindex(b"mdhd") + 16, b"\x7f\xff\xff\xff"),
    "a film without pictures or sound in it": lambda film: spoiled(
        film, film.rindex(b"moov"), atom(b"free") + bytes(8)
    ),
    "an atom of size 0, 1 and 2⁶³": lambda _: (
        atom(b"ftyp", b"isom\0\0\2\0isom") + b"\0\0\0\1moov" + b"\x7f" + b"\xff" * 7 + bytes(4) + b"moov"
    ),
    "ten thousand atoms in one another": lambda _: nested_atoms(10_000),
    "a hundred thousand Matroska tags in one another": lambda _: nested_ebml(100_000),
    "XMP a thousand deep": lambda _: nested_xmp(1_000),
    "EXIF that goes in a circle": lambda _: looping_exif(),
    "a PNG of 2³¹ × 2³¹": lambda _: png(HUGE, HUGE),
    "a PNG of 50,000 × 50,000 in 300 KiB": lambda _: png_bomb(50_000),
    "a PNG of 11,000 × 11,000, large but allowed": lambda _: png_bomb(11_000),
    "a GIF of 65,535 × 65,535": lambda _: gif(65_535, 65_535, 3),
    "a GIF of 100,000 frames": lambda _: gif(16, 16, GIF_FRAMES),
    "an AVI of 2³¹ × 2³¹": lambda _: avi(HUGE, HUGE),
    "an AVI of raw pictures of negative size": lambda _: avi(-640, -480, b"DIB ", bytes(1000)),
    "H.264 of 65,536 × 65,536": lambda _: h264_bomb(65_536, 65_536),
    "a picture that is also a ZIP and a page": lambda _: (
        gif(16, 16, 3) + b"<script>alert(1)</script>PK\x05\x06" + bytes(18)
    ),
    "a film that is also a PDF": lambda film: b"%PDF-1.4\n" + film + b"\n%%EOF",
    "a picture with a film behind it": lambda film: png_bomb(1_000) + film,
    "a sound that lasts 2³¹ samples and has none": lambda _: (
        b"RIFF\xff\xff\xff\xffWAVE"
        + _riff(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16))
        + b"data\xff\xff\xff\xff"
    ),
    "a sound of 65,535 channels": lambda _: (
        b"RIFF\0\0\1\0WAVE"
        + _riff(b"fmt ", struct.pack("<HHIIHH", 1, 65_535, 8000, 16000, 2, 16))
        + b"data\0\0\1\0"
        + bytes(9000)
    ),
}


def spoiled(film: bytes, place: int, other: bytes) -> bytes:
    """The film with other bytes in one place."""
    return film[:place] + other + film[place + len(other) :]


def faststart(film: bytes) -> bytes:
    """The film with its index before its pictures. Offsets inside are moved by what the index takes."""
    start = film.rindex(b"moov") - 4
    (length,) = struct.unpack_from(">I", film, start)
    index = bytearray(film[start : start + length])
    place = -1
    while (place := index.find(b"stco", place + 1)) >= 0:
        (count,) = struct.unpack_from(">I", index, place + 8)
        for entry in range(count):
            (offset,) = struct.unpack_from(">I", index, place + 12 + 4 * entry)
            struct.pack_into(">I", index, place + 12 + 4 * entry, offset + length)
    (head,) = struct.unpack_from(">I", film)
    return film[:head] + bytes(index) + film[head:start]


def _riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _riff_list(kind: bytes, content: bytes) -> bytes:
    return _riff(b"LIST", kind + content)


def _avi_with_playlist(playlist: bytes) -> bytes:
    """Subtitles in an AVI that are a playlist: by this, players gave files away."""
    sub = b"GAB2\0" + struct.pack("<HI", 2, 2) + b"x\0" + struct.pack("<HI", 4, len(playlist)) + playlist
    stream = b"txts" + bytes(16) + struct.pack("<IIIIIiIHHHH", 1, 25, 0, 1, 0, -1, 0, 0, 0, 0, 0)
    lists = _riff_list(b"strl", _riff(b"strh", stream) + _riff(b"strf", b""))
    main = struct.pack("<14I", 40_000, 0, 0, 0x10, 1, 0, 1, 0, 16, 16, 0, 0, 0, 0)
    body = _riff_list(b"hdrl", _riff(b"avih", main) + lists) + _riff_list(b"movi", _riff(b"00tx", sub))
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"AVI " + body


def _mp4_elsewhere(wanted: bytes) -> bytes:
    """An MP4 whose data reference names another file, and whose one sample is there."""
    reference = atom(b"dref", bytes(4) + struct.pack(">I", 1) + atom(b"url ", bytes(4) + wanted + b"\0"))
    entry = atom(b"raw ", bytes(6) + struct.pack(">H", 1) + bytes(16) + struct.pack(">HH", 16, 16) + bytes(50))
    table = (
        atom(b"stsd", bytes(4) + struct.pack(">I", 1) + entry)
        + atom(b"stts", bytes(4) + struct.pack(">III", 1, 1, 1000))
        + atom(b"stsc", bytes(4) + struct.pack(">IIII", 1, 1, 1, 1))
        + atom(b"stsz", bytes(4) + struct.pack(">II", 768, 1))
        + atom(b"stco", bytes(4) + struct.pack(">II", 1, 0))
    )
    media = (
        atom(b"mdhd", bytes(12) + struct.pack(">IIHH", 1000, 1000, 0, 0))
        + atom(b"hdlr", bytes(8) + b"vide" + bytes(13))
        + atom(b"minf", atom(b"dinf", reference) + atom(b"stbl", table))
    )
    header = atom(b"tkhd", bytes(12) + struct.pack(">I", 1) + bytes(68))
    movie = atom(b"mvhd", bytes(12) + struct.pack(">II", 1000, 1000) + bytes(80))
    return atom(b"ftyp", b"isom\0\0\2\0isom") + atom(b"moov", movie + atom(b"trak", header + atom(b"mdia", media)))
