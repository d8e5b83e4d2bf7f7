"""What is given to whatever looks at exports: films, heads and segments of streams, reports, subtitles, playlists, pages, pictures."""

import contextlib
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random

from garbage.campaign import Parser
from garbage.mutation import Span, mutate, tweak
from jebi.errors import Damaged
from jebi.release import bitstream, container
from jebi.release.boxes import Bytes
from jebi.release.container import Examined
from jebi.release.leaks import CHECKS, Check, Finding, Reason, parse_report, reported
from jebi.release.names_out import names
from jebi.release.neutral import neutralised
from jebi.release.pages import page
from jebi.release.pictures_out import picture
from jebi.release.playlists import addresses, playlist
from jebi.release.renditions import digest
from jebi.release.secret_words import Secrets
from jebi.release.subtitles_out import subtitles
from release import written

WORDS = (
    *(
        b"free",
        b"mdat",
        b"moov",
        b"trak",
        b"stbl",
        b"stsd",
        b"stsz",
        b"stsc",
        b"stco",
        b"udta",
        b"uuid",
        b"moof",
        b"trun",
    ),
    *(bytes(4), b"\0\0\0\1", b"\0\0\0\x08", b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\x1e\x84\x80"),
)
FILM, SILENT = written.film(), written.film(has_sound=False)
HEAD, SEGMENT = written.head(), written.segment()
INDEX: Span = (32, len(FILM) - 40)
STRANGE = (b"", b"\n", bytes(99), b"\xff" * 99)
SECRETS = Secrets(words=("박은하", "Robert Quill"))
FINDING = Finding(reason=Reason.SEI, what="부가 정보", at_ms=40)
REPORT = reported(
    output=bytes(32), plan=bytes(32), checks=[Check(name=CHECKS[0], tools={"a": "1"}, findings=(FINDING,))]
)


def film() -> Parser:
    """A whole film: its boxes, its samples, what would be made neutral, and its digest. Nothing but findings may come of it."""

    def parse(content: bytes) -> object:
        source = Bytes(content)
        with _nothing_raised():
            examined = container.examine(source)
            found = [*examined.findings, *_samples(examined, [source])]
        if not found:
            assert neutralised(source) == ()
            return digest([source], examined)
        try:
            patches = neutralised(source)
        except Damaged:
            patches = ()
        assert all(0 < patch.offset <= patch.offset + len(patch.content) <= len(content) for patch in patches)
        raise Damaged("it leaks")

    return Parser(draw=lambda dice: _drawn((FILM, SILENT), dice, (INDEX,)), parse=parse, strange=STRANGE)


def stream() -> Parser:
    """A stream: a clean head with a segment that is none, or the other way round."""

    def draw(dice: Random) -> tuple[bytes, bytes]:
        if dice.random() < 0.5:
            return _drawn((HEAD,), dice, ((24, len(HEAD)),)), SEGMENT
        return HEAD, _drawn((SEGMENT, written.segment(2)), dice, ((0, len(SEGMENT) - 27),))

    def parse(given: tuple[bytes, bytes]) -> object:
        head, segment = map(Bytes, given)
        with _nothing_raised():
            examined = container.examine_stream(head, [segment])
            found = [*examined.findings, *_samples(examined, [segment])]
        if found:
            raise Damaged("it leaks")
        return digest([segment], examined)

    return Parser(draw=draw, parse=parse, strange=[(strange, strange) for strange in STRANGE])


def report() -> Parser:
    """`parse_report`: what it reads is what it would write."""
    seed = REPORT.text().encode()

    def parse(content: bytes) -> object:
        text = content.decode("utf-8", "surrogateescape")
        read = parse_report(text)
        assert read.text() == text
        assert not read.passed
        return read

    return Parser(draw=lambda dice: mutate(seed, dice), parse=parse, strange=STRANGE)


def beside(seeds: Sequence[bytes], look: Callable[[bytes], Iterable[Finding]]) -> Callable[[], Parser]:
    """Whatever goes beside a film: what has no finding counts as read."""

    def parse(content: bytes) -> object:
        with _nothing_raised():
            found = list(look(content))
        if found:
            raise Damaged("it leaks")
        return True

    def make() -> Parser:
        return Parser(draw=lambda dice: _drawn(seeds, dice, ()), parse=parse, strange=STRANGE)

    return make


@contextlib.contextmanager
def _nothing_raised() -> Iterator[None]:
    """Whoever looks for leaks answers with findings: for it, `Damaged` is as wrong as any other error."""
    try:
        yield
    except Damaged as error:
        raise AssertionError("damage is no finding") from error


def _samples(examined: Examined, sources: Sequence[Bytes]) -> list[Finding]:
    tracks = [track for track in (examined.pictures, examined.sound) if track]
    return [finding for track in tracks for finding in bitstream.examine(sources, track)]


def _drawn(seeds: Sequence[bytes], dice: Random, hot: Sequence[Span]) -> bytes:
    seed = seeds[int(dice.random() * len(seeds))]
    if dice.random() < 0.6:
        return tweak(seed, dice, hot=hot)
    return mutate(seed, dice, words=WORDS, hot=hot, others=seeds)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


JFIF = _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")
FRAME = _segment(0xDB, bytes(65)) + _segment(0xC0, b"\x08\0\x08\0\x08\1\1\x11\0") + _segment(0xC4, bytes(17))
JPEG = b"\xff\xd8" + JFIF + FRAME + _segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x5a\xff\0\x5a" * 9 + b"\xff\xd9"
ROWS = _chunk(b"IDAT", zlib.compress(bytes(4 * 13)))
PNG = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)) + ROWS + _chunk(b"IEND", b"")
WEBP = b"RIFF" + struct.pack("<I", 4 + 8 + 20) + b"WEBPVP8L" + struct.pack("<I", 20) + bytes(20)
PLAYLIST = b'#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4.000000,\npart-0.m4s\n#EXT-X-ENDLIST\n'
VTT = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n강이 보인다 &amp; 멀다\n\n00:00:02.000 --> 00:00:03.500\n둘째\n".encode()
)
PAGE = '<!DOCTYPE html>\n<html lang="ko"><title>강</title><p>Robert &amp; 은하 %20 \\u0041</p></html>\n'.encode()


def _listed(content: bytes) -> Iterable[Finding]:
    addresses(content)
    return playlist(content)


PARSERS = {
    "outgoing-film": film,
    "outgoing-stream": stream,
    "leak-report": report,
    "outgoing-picture": beside((JPEG, PNG, WEBP), picture),
    "outgoing-playlist": beside((PLAYLIST,), _listed),
    "outgoing-vtt": beside((VTT,), lambda content: subtitles(content, SECRETS)),
    "outgoing-page": beside((PAGE,), lambda content: page(content, SECRETS)),
    "outgoing-name": beside((b"films/12/part-3.m4s",), lambda name: names([name.decode("latin-1")], SECRETS)),
}
