"""Whether what is played is what was checked: the same samples, wherever they lie.

The digest of a rendition covers its parameter sets and every sample of pictures and of sound, in the order of decoding, with the times at which they
are shown; not the container around them. So a stream that was cut from a checked film without encoding it anew has the film's digest, and any other
rendition has to be checked by itself before its digest is one of those that may go out.

Invariants: two renditions of one digest show and sound the same; nothing is decoded. Peak: one sample.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from jebi.errors import Damaged
from jebi.release.boxes import Source, Stretch, boxes
from jebi.release.container import Examined, Track, examine_stream
from jebi.release.entries import Pictures, Sound
from jebi.release.leaks import Finding, Reason
from jebi.release.playlists import ranges

FRAGMENTS: Final = 1000  # in a piece: of the boxes in one source there is a limit


def digest(sources: Sequence[Source], examined: Examined) -> bytes:
    """The SHA-256 of what is seen and heard. Raises `Damaged` if a sample is not there, or there is nothing to see."""
    if examined.pictures is None:
        raise Damaged("a rendition has no pictures")
    whole = hashlib.sha256(b"jebi rendition\n")
    for track in (examined.pictures, examined.sound):
        part = hashlib.sha256(b"" if track is None else _head(track.description))
        if track is not None:
            _add(part, sources, track)
        whole.update(part.digest())
    return whole.digest()


def parts(film: Source) -> tuple[Stretch, tuple[Stretch, ...]]:
    """The head of a film in fragments, and all that follows it, in pieces of many fragments each."""
    found, _ = boxes(film, 0, film.size)
    starts = [box.start for box in found if box.kind == b"moof"][::FRAGMENTS]
    ends = [*starts, film.size]
    pieces = (Stretch(film, start, stop - start) for start, stop in pairwise(ends))
    return Stretch(film, 0, ends[0]), tuple(pieces)


def played(film: Source, playlist: bytes) -> bytes:
    """The digest of what a playlist plays of a film by its ranges. Raises `Damaged` where that makes no sense."""
    head, pieces = ranges(playlist)
    segments = [Stretch(film, one.offset, one.size) for one in pieces]
    return digest(segments, examine_stream(Stretch(film, head.offset, head.size), segments))


def fragmented(film: Source) -> bytes:
    """The digest of all of a film in fragments. Raises `Damaged` as `digest`."""
    head, pieces = parts(film)
    return digest(pieces, examine_stream(head, pieces))


def differing(found: Iterable[bytes], checked: Iterable[bytes]) -> Iterator[Finding]:
    """One finding for each rendition, by its place from 1, that is none of those that were checked."""
    known = set(checked)
    for place, one in enumerate(found, start=1):
        if one not in known:
            yield Finding(reason=Reason.RENDITION_DIFFERS, what=f"rendition {place} is none of those that were checked")


def _head(description: Pictures | Sound) -> bytes:
    if isinstance(description, Sound):
        return struct.pack(">II", description.rate, description.channels)
    size = struct.pack(
        ">IIII", description.width, description.height, len(description.sequence), len(description.picture)
    )
    return size + description.sequence + description.picture


def _add(part: "hashlib._Hash", sources: Sequence[Source], track: Track) -> None:
    first = min((int(piece.samples.shown.min()) for piece in track.pieces), default=0)
    for piece in track.pieces:
        rows = zip(piece.samples.offsets, piece.samples.sizes, piece.samples.shown, strict=True)
        for offset, size, shown in rows:
            sample = sources[piece.source].read_at(int(offset), int(size))
            if len(sample) != size:
                raise Damaged("a sample of a rendition is not there")
            time = (int(shown) - first) * 1_000_000 // track.timescale
            part.update(struct.pack(">qI", time, len(sample)) + sample)
