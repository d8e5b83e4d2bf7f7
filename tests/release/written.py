"""The smallest films, written byte by byte by another hand than ffmpeg's: what the allow-list asks for, and no more."""

import struct
from collections.abc import Sequence

from release.made import box, full

SEQUENCE = bytes.fromhex("6742c00bda0a37e4c044000003000400000300c83c50aa80")  # of 160 × 90, by x264
PICTURE = bytes.fromhex("68ce0fc8")
SLICE = b"\0\0\0\x06\x65\xb8\x40\x5a\x5a\x80"
NEXT_SLICE = b"\0\0\0\x05\x41\x9a\x5a\x5a\x80"
FRAME = b"\x01\x40\x22\x80\xa3\x0e"
IDENTITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
SCALE = 25


def film(*, has_sound: bool = True) -> bytes:
    """Two pictures and two frames of sound, the index before them."""
    head = box(b"ftyp", b"isom\0\0\2\0isomavc1")
    length = len(head) + len(_index(has_sound=has_sound, start=0)) + 8
    media = SLICE + NEXT_SLICE + FRAME * 2 * has_sound
    return head + _index(has_sound=has_sound, start=length) + box(b"mdat", media)


def head() -> bytes:
    """The head of a stream of pictures."""
    tables = [(b"stts", bytes(4)), (b"stsc", bytes(4)), (b"stsz", bytes(8)), (b"stco", bytes(4))]
    extends = box(b"mvex", full(b"trex", struct.pack(">5I", 1, 1, 0, 0, 0)))
    return box(b"ftyp", b"iso5\0\0\2\0iso5mp41") + box(b"moov", _header(0, 2) + _pictures(0, tables) + extends)


def segment(number: int = 1) -> bytes:
    """A segment of two pictures."""
    flags = (0x02000000, 0x01010000)
    sizes = (len(SLICE), len(NEXT_SLICE))
    rows = b"".join(struct.pack(">III", 1, size, flag) for size, flag in zip(sizes, flags, strict=True))

    def fragment(at: int) -> bytes:
        run = box(b"trun", struct.pack(">IIi", 0x000701, 2, at) + rows)
        header = box(b"tfhd", struct.pack(">II", 0x020000, 1))
        time = box(b"tfdt", struct.pack(">IQ", 0x01000000, 2 * (number - 1)))
        return box(b"moof", full(b"mfhd", struct.pack(">I", number)) + box(b"traf", header + time + run))

    at = len(fragment(0)) + 8
    return box(b"styp", b"msdh\0\0\0\0msdhmsix") + fragment(at) + box(b"mdat", SLICE + NEXT_SLICE)


def _index(*, has_sound: bool, start: int) -> bytes:
    first = [(b"stts", _table((2, 1))), (b"stss", _table((1,))), (b"stsc", _table((1, 2, 1)))]
    first += [(b"stsz", _sizes(len(SLICE), len(NEXT_SLICE))), (b"stco", _table((start,)))]
    boxes = _header(80, 2 + has_sound) + _pictures(80, first)
    if has_sound:
        second = [(b"stts", _table((2, 1024))), (b"stsc", _table((1, 2, 1)))]
        second += [(b"stsz", _sizes(len(FRAME), len(FRAME))), (b"stco", _table((start + len(SLICE + NEXT_SLICE),)))]
        boxes += _sound(42, second)
    return box(b"moov", boxes)


def _header(duration: int, following: int) -> bytes:
    rate = bytes.fromhex("000100000100") + bytes(10)
    return full(
        b"mvhd", struct.pack(">IIII", 0, 0, 1000, duration) + rate + IDENTITY + bytes(24) + struct.pack(">I", following)
    )


Tables = Sequence[tuple[bytes, bytes]]


def _pictures(duration: int, tables: Tables) -> bytes:
    sets = struct.pack(">H", len(SEQUENCE)) + SEQUENCE + b"\1" + struct.pack(">H", len(PICTURE)) + PICTURE
    configured = box(b"avcC", b"\1" + SEQUENCE[1:4] + b"\xff\xe1" + sets)
    size = struct.pack(">HHIIIH", 160, 90, 0x480000, 0x480000, 0, 1)
    entry = box(b"avc1", bytes(6) + b"\0\1" + bytes(16) + size + bytes(32) + b"\0\x18\xff\xff" + configured)
    media = _media(b"vide", SCALE, 2 if duration else 0, box(b"vmhd", b"\0\0\0\1" + bytes(8)), entry, tables)
    return _track(1, duration, 0, (160 << 16, 90 << 16), media)


def _sound(duration: int, tables: Tables) -> bytes:
    decoder = b"\4\x11\x40\x15" + bytes(11) + b"\5\2\x11\x88"
    entry = box(
        b"mp4a",
        bytes(6)
        + b"\0\1"
        + bytes(8)
        + struct.pack(">HHIHH", 1, 16, 0, 48000, 0)
        + full(b"esds", b"\3\x19\0\2\0" + decoder + b"\6\1\2"),
    )
    return _track(2, duration, 0x100, (0, 0), _media(b"soun", 48000, 2048, full(b"smhd", bytes(4)), entry, tables))


def _track(number: int, duration: int, volume: int, size: tuple[int, int], media: bytes) -> bytes:
    header = struct.pack(">IIIIII", 3, 0, 0, number, 0, duration) + bytes(8) + struct.pack(">HHHH", 0, 0, volume, 0)
    return box(b"trak", box(b"tkhd", header + IDENTITY + struct.pack(">II", *size)) + media)


def _media(kind: bytes, scale: int, duration: int, header: bytes, entry: bytes, tables: Tables) -> bytes:
    timed = full(b"mdhd", struct.pack(">IIII", 0, 0, scale, duration) + b"\x55\xc4\0\0")
    handler = full(b"hdlr", bytes(4) + kind + bytes(13))
    places = box(b"dinf", full(b"dref", b"\0\0\0\1" + box(b"url ", b"\0\0\0\1")))
    samples = box(
        b"stbl", full(b"stsd", b"\0\0\0\1" + entry) + b"".join(full(name, content) for name, content in tables)
    )
    return box(b"mdia", timed + handler + box(b"minf", header + places + samples))


def _table(*rows: tuple[int, ...]) -> bytes:
    return struct.pack(">I", len(rows)) + b"".join(struct.pack(f">{len(row)}I", *row) for row in rows)


def _sizes(*each: int) -> bytes:
    return struct.pack(f">II{len(each)}I", 0, len(each), *each)
