"""Exports made by real encoders, and what somebody could slip into them: boxes, samples, bytes."""

import struct
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jebi.release import bitstream, container
from jebi.release.boxes import Box, Bytes, boxes
from jebi.release.container import Examined, Piece
from jebi.release.leaks import Finding, Reason
from jebi.release.neutral import PROGRESSIVE, STREAM, neutralised
from jebi.release.traces import traces

PICTURES = ("-f", "lavfi", "-i", "testsrc2=s=160x96:r=25:d=1")
SOUND = ("-f", "lavfi", "-i", "sine=f=300:d=1:r=48000")
ENCODER = (
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-bf",
    "2",
    "-g",
    "12",
    "-threads",
    "1",
    "-c:a",
    "aac",
    "-b:a",
    "48k",
)
COPY = ("-c", "copy")
PARENTS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"moof", b"traf", b"mvex"}
NAMES = ("박은하", "Robert Quill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exports:
    """What goes out: a film with sound, the same without, a stream of the first (head, segments, playlist), and a folder to work in."""

    folder: Path
    film: bytes
    silent: bytes
    head: bytes
    segments: tuple[bytes, ...]
    playlist: bytes

    def encoded(self, *arguments: str, name: str = "made.mp4") -> bytes:
        """A film as ffmpeg makes it with these arguments and nothing else."""
        return made(self.folder / name, *arguments)

    def copied(self, *arguments: str) -> bytes:
        """The clean film, copied by ffmpeg with these arguments between input and output; then made neutral."""
        (self.folder / "clean.mp4").write_bytes(self.film)
        clean = ("-i", str(self.folder / "clean.mp4"))
        return neutral(made(self.folder / "copied.mp4", *clean, *arguments))

    def tagged(self, *arguments: str) -> bytes:
        """The clean film after exiftool wrote into it."""
        path = self.folder / "tagged.mp4"
        path.write_bytes(self.film)
        subprocess.run(["exiftool", "-q", "-overwrite_original", *arguments, str(path)], check=True)
        return path.read_bytes()


def exported(folder: Path) -> Exports:
    """The clean exports."""
    film = neutral(made(folder / "film.mp4", *PICTURES, *SOUND, *ENCODER, *PROGRESSIVE))
    silent = neutral(made(folder / "silent.mp4", *PICTURES, *ENCODER, *PROGRESSIVE))
    (folder / "checked.mp4").write_bytes(film)
    cut = (
        *("-hls_time", "0.4", "-hls_fmp4_init_filename", "init.mp4"),
        "-hls_segment_filename",
        str(folder / "part-%d.m4s"),
    )
    playlist = made(folder / "play.m3u8", "-i", str(folder / "checked.mp4"), *COPY, *STREAM, *cut)
    parts = sorted(folder.glob("part-*.m4s"))
    return Exports(
        folder=folder,
        film=film,
        silent=silent,
        head=neutral((folder / "init.mp4").read_bytes()),
        segments=tuple(path.read_bytes() for path in parts),
        playlist=playlist,
    )


def made(path: Path, *arguments: str) -> bytes:
    subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, str(path)], check=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


def neutral(film: bytes) -> bytes:
    """A film after what its encoder left was overwritten."""
    whole = bytearray(film)
    for patch in neutralised(Bytes(film)):
        whole[patch.offset : patch.offset + len(patch.content)] = patch.content
    return bytes(whole)


def reasons(findings: Sequence[Finding]) -> set[Reason]:
    return {finding.reason for finding in findings}


def looked_at(film: bytes) -> list[Finding]:
    """All that is found in a film, byte by byte."""
    source = Bytes(film)
    return [*_looked(container.examine(source), [film]), *traces(source, NAMES)]


def stream_looked_at(head: bytes, segments: Sequence[bytes]) -> list[Finding]:
    """All that is found in a stream."""
    found = _looked(container.examine_stream(Bytes(head), list(map(Bytes, segments))), segments)
    return [*found, *(finding for part in (head, *segments) for finding in traces(Bytes(part), NAMES))]


def _looked(examined: Examined, parts: Sequence[bytes]) -> list[Finding]:
    found = list(examined.findings)
    for track in (examined.pictures, examined.sound):
        if track is not None:
            found += bitstream.examine(list(map(Bytes, parts)), track)
    return found


def box(kind: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def full(kind: bytes, payload: bytes = b"") -> bytes:
    return box(kind, bytes(4) + payload)


def walked(film: bytes, start: int = 0, stop: int | None = None) -> Iterator[Box]:
    """All boxes of a film, those within others too."""
    for found in boxes(Bytes(film), start, len(film) if stop is None else stop)[0]:
        yield found
        if found.kind in PARENTS:
            yield from walked(film, found.payload, found.stop)


def nth(film: bytes, kind: bytes, place: int = 0) -> Box:
    return [found for found in walked(film) if found.kind == kind][place]


def patched(film: bytes, kind: bytes, at: int, content: bytes, place: int = 0) -> bytes:
    """A film in which some bytes of a box's payload are others."""
    start = nth(film, kind, place).payload + at
    return film[:start] + content + film[start + len(content) :]


def inserted(film: bytes, at: int, content: bytes, *, last: Box | None = None) -> bytes:
    """A film with more bytes at a place: boxes around it grow, and what lies behind it is found where it went.

    At the end of a box they are in it if it is `last`, or around that.
    """
    whole = bytearray(film)
    for found in walked(film):
        is_last = last is not None and found.start <= last.start
        if found.start < at < found.stop or (at == found.stop and is_last):
            struct.pack_into(">I", whole, found.start, found.stop - found.start + len(content))
        if found.kind == b"stco":
            for place in range(found.payload + 8, found.stop, 4):
                (offset,) = struct.unpack_from(">I", film, place)
                if offset >= at:
                    struct.pack_into(">I", whole, place, offset + len(content))
    return bytes(whole[:at]) + content + bytes(whole[at:])


def added(film: bytes, parent: bytes, content: bytes) -> bytes:
    """A film with one more box at the end of another one."""
    last = nth(film, parent)
    return inserted(film, last.stop, content, last=last)


def appended(film: bytes, content: bytes, *, sample: int = 1, track: int = 0) -> bytes:
    """A film with more bytes at the end of a sample, as its tables say."""
    piece = pieces(film)[track]
    stop = int(piece.samples.offsets[sample] + piece.samples.sizes[sample])
    return _grown(film, stop, content, sample=sample, track=track)


def prepended(film: bytes, content: bytes, *, sample: int = 1, track: int = 0) -> bytes:
    """A film with more bytes at the beginning of a sample."""
    start = int(pieces(film)[track].samples.offsets[sample]) + 1
    grown = _grown(film, start, content, sample=sample, track=track)
    first = film[start - 1 : start]
    return grown[: start - 1] + content + first + grown[start + len(content) :]


def pieces(film: bytes) -> list[Piece]:
    examined = container.examine(Bytes(film))
    return [track.pieces[0] for track in (examined.pictures, examined.sound) if track]


def _grown(film: bytes, at: int, content: bytes, *, sample: int, track: int) -> bytes:
    size = int(pieces(film)[track].samples.sizes[sample]) + len(content)
    return inserted(patched(film, b"stsz", 12 + 4 * sample, struct.pack(">I", size), track), at, content)


def unit(kind: int, payload: bytes) -> bytes:
    """A NAL unit behind its length."""
    return struct.pack(">IB", 1 + len(payload), kind) + payload
