"""How the encoder is asked to say nothing of itself, and what is taken out of that which it says all the same.

`ARGUMENTS` go to ffmpeg before each output, film or stream, whatever else is asked of it. ffmpeg 5.1 leaves a name of the encoder
in `stsd`, an empty list of tags in a film, and its own name and names of tracks in the head of a stream: `neutralised` says which bytes
to overwrite. No byte moves, so no offset changes.

It takes out what our own encoder is known to leave, and nothing else: whatever else is in a file is for `container` to refuse.
Invariants: a film that was neutralised once needs nothing more; samples are never touched. Peak: some KiB.
"""

import re
from collections.abc import Iterator
from typing import Final

from jebi.carriers.carrier import Patch
from jebi.errors import Damaged
from jebi.release.boxes import Box, Source, boxes

ARGUMENTS: Final = (
    *("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"),
    *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),  # no versions, no times
    *("-bsf:v", "filter_units=pass_types=1|5|7|8"),  # slices and parameter sets: no SEI, in which x264 writes a letter
    *("-pix_fmt", "yuv420p"),
)
PROGRESSIVE: Final = (*ARGUMENTS, "-empty_hdlr_name", "1", "-write_tmcd", "0", "-movflags", "+faststart", "-f", "mp4")
STREAM: Final = (*ARGUMENTS, "-f", "hls", "-hls_segment_type", "fmp4", "-hls_playlist_type", "vod")
TAGS: Final = re.compile(  # a list of tags as ffmpeg writes it: empty, or with its own name
    rb"....meta\x00{4}\x00\x00\x00\x21hdlr\x00{8}mdirappl\x00{9}....ilst(?:....\xa9too....data\x00\x00\x00\x01\x00{4}Lavf[0-9.]{0,16})?",
    re.DOTALL,
)
OWN_NAME: Final = re.compile(rb"(?:VideoHandler|SoundHandler|.Lavc[0-9.]{0,12} libx264)\x00*", re.DOTALL)
LONGEST_TAGS: Final = 128
LONGEST_NAME: Final = 256
NAME: Final = 24  # bytes of `hdlr` before the name
COMPRESSOR: Final = 8 + 8 + 42  # bytes of `stsd` before the name of the compressor
LONGEST_COMPRESSOR: Final = 32


def neutralised(film: Source) -> tuple[Patch, ...]:
    """What to overwrite in a film or in the head of a stream that our encoder wrote. Raises `Damaged` if it has no index."""
    found, _ = boxes(film, 0, film.size)
    moov = next((box for box in found if box.kind == b"moov"), None)
    if moov is None:
        raise Damaged("the film has no index")
    return tuple(_index(film, moov))


def _index(film: Source, moov: Box) -> Iterator[Patch]:
    for box in boxes(film, moov.payload, moov.stop)[0]:
        if box.kind == b"udta" and TAGS.fullmatch(film.read_at(box.payload, min(box.length, LONGEST_TAGS))):
            yield Patch(offset=box.payload - 4, content=b"free" + bytes(box.length))
        elif box.kind == b"trak":
            for part in _within(film, box, b"mdia"):
                for handler in _within(film, part, b"hdlr"):
                    yield from _emptied(film, handler.payload + NAME, handler.stop)
                yield from _compressor(film, part)


def _compressor(film: Source, media: Box) -> Iterator[Patch]:
    for kind in (b"minf", b"stbl", b"stsd"):
        media = next(_within(film, media, kind), media)
    if media.kind == b"stsd" and film.read_at(media.payload + 12, 4) == b"avc1":
        start = media.payload + COMPRESSOR
        yield from _emptied(film, start, min(media.stop, start + LONGEST_COMPRESSOR))


def _within(film: Source, box: Box, kind: bytes) -> Iterator[Box]:
    return (inner for inner in boxes(film, box.payload, box.stop)[0] if inner.kind == kind)


def _emptied(film: Source, start: int, stop: int) -> Iterator[Patch]:
    """A name that ffmpeg gives, overwritten with zeros. Any other name stays, and is refused."""
    if 0 < stop - start <= LONGEST_NAME and OWN_NAME.fullmatch(film.read_at(start, stop - start)):
        yield Patch(offset=start, content=bytes(stop - start))
