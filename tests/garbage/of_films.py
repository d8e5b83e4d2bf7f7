"""What is given to the readers of films that may hold slots, and of sealed files."""

import struct
from collections.abc import Sequence
from random import Random

from garbage.campaign import Parser
from garbage.mutation import mutate, number, pick, tweak
from garbage.volumes import Stick
from jebi.carriers.avi import Avi, is_avi, read_avi
from jebi.carriers.cover import CoverCarrier
from jebi.carriers.mp4 import Mp4, is_mp4, read_mp4
from jebi.carriers.slot import SLOT
from jebi.carriers.whole import is_whole
from jebi.errors import Damaged, NoRoom

ZEROS = 0.05  # of the films have pictures of zeros, in which whoever is lost finds thousands of empty boxes
STRANGE = (Stick(b"", 0), Stick(b"\n", 1), Stick(bytes(999), 999), Stick(b"\xff" * 999, 999))
BOX_WORDS = (
    b"free",
    b"skip",
    b"moof",
    b"mdat",
    b"moov",
    b"ftyp",
    b"wide",
    b"uuid",
    bytes(4),
    b"\0\0\0\1",
    b"\0\0\0\x08",
    b"\xff" * 8,
)
CHUNK_WORDS = (b"JUNK", b"RIFF", b"LIST", b"AVIX", b"movi", b"hdrl", b"idx1", bytes(4), b"\1\0\0\0", b"\xff" * 4)


def mp4() -> Parser:
    """`read_mp4`, and everything that is asked of what it gives."""

    def parse(film: Stick) -> object:
        if not is_mp4(film.read_at(0, 12)):
            raise Damaged("no film")
        return _asked(read_mp4(film))

    return Parser(draw=lambda dice: _draw(MP4_SEEDS, BOX_WORDS, dice), parse=parse, strange=STRANGE)


def avi() -> Parser:
    """`read_avi`, and everything that is asked of what it gives."""

    def parse(film: Stick) -> object:
        if not is_avi(film.read_at(0, 12)):
            raise Damaged("no film")
        return _asked(read_avi(film))

    return Parser(draw=lambda dice: _draw(AVI_SEEDS, CHUNK_WORDS, dice), parse=parse, strange=STRANGE)


def cover() -> Parser:
    """`CoverCarrier`: what it places lies at the end of the film, and its grids lie in the film."""
    carrier = CoverCarrier()

    def draw(dice: Random) -> Stick:
        if dice.random() < 0.5:
            return _draw(MP4_SEEDS, BOX_WORDS, dice)
        return _draw(AVI_SEEDS, CHUNK_WORDS, dice)

    def parse(film: Stick) -> object:
        for grid in carrier.grids(film):
            assert 0 < grid.start <= grid.stop - SLOT <= film.size - SLOT
        placed = carrier.place(film, 2, bytes(32))
        assert carrier.capacity(film) >= 2
        assert sorted(placed.offsets)[1] + SLOT == placed.size
        assert all(0 <= patch.offset <= placed.size for patch in placed.patches)
        return placed

    why = "a film that is too small for two slots: docs/formats/cover.md"
    return Parser(draw=draw, parse=parse, raises=(Damaged, NoRoom), why=why, strange=STRANGE)


def whole() -> Parser:
    """`is_whole`: the true first line, and nothing else."""
    seed = b"age-encryption.org/v1\n-> X25519 abc\n"

    def parse(film: Stick) -> object:
        if not is_whole(film):
            raise Damaged("not sealed")
        assert film.content.startswith(b"age-encryption.org/v1\n")
        return True

    def draw(dice: Random) -> Stick:
        content = mutate(seed, dice)
        return Stick(content, len(content))

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def _asked(film: Avi | Mp4) -> bool:
    for start, said_stop, stop in film.stretches():
        assert start > 0
        assert stop <= min(said_stop, film.size)
    film.check_whole()
    assert film.own_size <= film.size
    assert film.append(SLOT)[0] <= film.size + 16
    assert film.largest >= 0
    return True


def _draw(seeds: Sequence[tuple[bytes, int, list[tuple[int, int]]]], words: Sequence[bytes], dice: Random) -> Stick:
    content, size, hot = seeds[int(dice.random() * len(seeds))]
    if dice.random() < 0.7:
        given = tweak(content, dice, hot=hot)
        if dice.random() < 0.3:
            at = hot[int(dice.random() * len(hot))][0] + 4 * int(dice.random() * 3)
            given = given[:at] + pick(words, dice) + given[at + 4 :]
    else:
        given = mutate(content, dice, words=words, hot=hot, others=[other for other, _, _ in seeds])
        size += len(given) - len(content)
    kind = dice.random()
    if kind < 0.1:
        size = number(dice, 1 << 40)
    elif kind < 0.2:
        size = int(dice.random() * (size + 1))
    return Stick(given, max(0, size), b"\0" if dice.random() < ZEROS else b"\x5a")


def _boxes(*boxes: tuple[bytes, bytes]) -> tuple[bytes, int, list[tuple[int, int]]]:
    content, spans = b"", []
    for kind, payload in boxes:
        spans.append((len(content), len(content) + 16))
        content += struct.pack(">I4s", 8 + len(payload), kind) + payload
    return content, len(content), spans


def _long_box(kind: bytes, length: int) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + length)


def _behind(
    film: tuple[bytes, int, list[tuple[int, int]]], head: bytes, length: int
) -> tuple[bytes, int, list[tuple[int, int]]]:
    """A film with one more box or chunk, of zeros."""
    content, _, spans = film
    return content + head, len(content) + len(head) + length, [*spans, (len(content), len(content) + len(head))]


def _riff(
    form: bytes, *chunks: tuple[bytes, bytes], tail: bytes = b"", tail_length: int = 0
) -> tuple[bytes, int, list[tuple[int, int]]]:
    content, spans = b"", [(0, 12)]
    for kind, payload in chunks:
        spans.append((12 + len(content), 12 + len(content) + 12))
        content += struct.pack("<4sI", kind, len(payload)) + payload + bytes(len(payload) % 2)
    spans.append((12 + len(content), 12 + len(content) + 12))
    content += tail
    size = 4 + len(content) + tail_length
    return struct.pack("<4sI4s", b"RIFF", size, form) + content, 8 + size, spans


MANY = 400_000
FTYP, MOOV = (b"ftyp", b"isom" + bytes(8)), (b"moov", bytes(100))
MP4_SEEDS = [  # index first; pictures to the end; a long `free` box; a `skip` box; QuickTime before `ftyp`
    _behind(_boxes(FTYP, MOOV), struct.pack(">I4s", 8 + MANY, b"mdat"), MANY),
    _behind(_boxes(FTYP, MOOV), struct.pack(">I4s", 0, b"mdat"), MANY),
    _behind(_boxes(FTYP, MOOV, (b"mdat", bytes(200))), _long_box(b"free", MANY), MANY),
    _behind(_boxes(FTYP, MOOV, (b"mdat", bytes(200))), struct.pack(">I4s", 8 + MANY, b"skip"), MANY),
    _behind(_boxes((b"wide", b""), (b"mdat", bytes(9)), MOOV), _long_box(b"mdat", MANY), MANY),
]
HDRL, MOVI, INDEX = (b"LIST", b"hdrl" + bytes(60)), (b"LIST", b"movi" + bytes(101)), (b"idx1", bytes(32))
AVI_SEEDS = [
    _riff(b"AVI ", HDRL, MOVI, INDEX),
    _riff(b"AVI ", HDRL, INDEX, tail=struct.pack("<4sI4s", b"LIST", 4 + MANY, b"movi"), tail_length=MANY),
    _riff(b"AVI ", HDRL, MOVI, tail=struct.pack("<4sI", b"JUNK", MANY), tail_length=MANY),
]
_first, _second = (
    _riff(b"AVI ", HDRL, MOVI, INDEX),
    _riff(b"AVIX", MOVI, tail=struct.pack("<4sI", b"JUNK", MANY), tail_length=MANY),
)
AVI_SEEDS.append(
    (
        _first[0] + _second[0],
        _first[1] + _second[1],
        [*_first[2], *((a + _first[1], b + _first[1]) for a, b in _second[2])],
    )
)

PARSERS = {"mp4": mp4, "avi": avi, "cover": cover, "whole": whole}
