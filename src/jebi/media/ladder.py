"""The stream of a film that goes out: the same film at some sizes, as CMAF for HLS, and its stills. Made before clearance.

It reads our own output only, the MP4 that a plan was rendered to, and never footage. Each size is one fragmented MP4 whose
fragments of four seconds are the segments, by byte range (RFC 8216, section 4.3.2.2): a film is seven files more and not
hundreds, and each size is also a film of its own that plays without a playlist.

Invariants: no file says what made it, when or where: no tags, no names, no SEI; the same film gives the same bytes with the same
ffmpeg and Pillow. Everything here is part of what two people clear: nothing is encoded after that.
Peak: a frame of the poster, and ffmpeg's few hundred MB.
"""

import hashlib
import io
import os
import struct
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PIL import Image

from jebi.errors import Unable, failures_named
from jebi.media.confinement import PROGRAMS
from jebi.media.run import Stopped

SEGMENT: Final = 4  # seconds
THREADS: Final = 2  # of the decoder
ENCODERS: Final = (
    1  # thread of each encoder: with two, what x264 makes of a film whose rate is held down depends on which is first
)
POSTER: Final = (768, 25_000)  # pixels of the longer side, bytes
CARD: Final = (416, 10_000)
LONGEST_HEAD: Final = 1 << 16  # bytes before the first fragment; ours has 1,300
LONGEST_WORDS: Final = 500
LOOK: Final = 0.5  # seconds between two looks whether it is to stop
COMPRESSOR: Final = 42  # bytes of an `avc1` entry before the name of what encoded it, which takes 32
QUALITIES: Final = range(80, 24, -4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    """The film that a plan was rendered to."""

    path: str
    width: int
    height: int
    seconds: float
    has_sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file that was made."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One size: how many lines, and at most how many bits a second of pictures and of sound. Quality decides below that."""

    lines: int
    pictures: int
    sound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of a rung that decodes by itself: where it lies, and when it begins."""

    offset: int
    size: int
    starts: float


RUNGS: Final = (
    Rung(lines=240, pictures=350_000, sound=48_000),
    Rung(lines=480, pictures=1_200_000, sound=64_000),
    Rung(lines=720, pictures=2_800_000, sound=96_000),
)


def make_ladder(movie: Movie, folder: str, *, can_stop: Callable[[], bool] | None = None) -> tuple[Made, ...]:
    """Make the stream of a film in a folder: the main playlist first, then for each size its playlist and its film.

    `can_stop` is asked about every half second; true ends it with `Stopped`.

    Raises:
        Unable: ffmpeg or the disk failed; what is in the folder then is not to be used.
    """
    rungs = rungs_of(movie)
    _run(_command(movie, rungs, folder), can_stop)
    lines, names = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"], []
    for rung in rungs:
        path = os.path.join(folder, f"{rung.lines}.mp4")
        with failures_named(path, "written"):
            head, fragments = _silence(path)
            size = _size(movie, rung)
            stops = [one.starts for one in fragments[1:]] + [max(movie.seconds, fragments[-1].starts + 0.001)]
            _write(folder, f"{rung.lines}.m3u8", _playlist(rung, len(head), fragments, stops))
        peak = max(8 * one.size / max(stop - one.starts, 0.5) for one, stop in zip(fragments, stops, strict=True))
        mean = 8 * sum(one.size for one in fragments) / movie.seconds
        codecs = f"avc1.{_profile(head)}{',mp4a.40.2' if movie.has_sound else ''}"
        rates = f"BANDWIDTH={max(int(peak), int(mean)) + 1},AVERAGE-BANDWIDTH={int(mean) + 1}"
        lines.append(f'#EXT-X-STREAM-INF:{rates},CODECS="{codecs}",RESOLUTION={size[0]}x{size[1]}')
        lines.append(f"{rung.lines}.m3u8")
        names += [f"{rung.lines}.m3u8", f"{rung.lines}.mp4"]
    _write(folder, "stream.m3u8", lines)
    return tuple(_made(folder, name) for name in ("stream.m3u8", *names))


def make_stills(movie: Movie, folder: str, *, at: float) -> tuple[Made, Made]:
    """Make `poster.jpg` and `card.jpg` of the frame at `at` seconds; raises `Unable`."""
    scale = POSTER[0] / max(movie.width, movie.height)
    size = max(2, round(movie.width * scale)), max(2, round(movie.height * scale))
    seek = ("-ss", f"{max(0.0, min(at, movie.seconds - 0.2)):.3f}")
    shown = ("-map", "0:v:0", "-frames:v", "1", "-vf", f"scale={size[0]}:{size[1]}:flags=bicubic", "-pix_fmt", "rgb24")
    pixels = _run([*_ffmpeg(*seek), "-i", f"file:{movie.path}", *shown, "-f", "rawvideo", "pipe:1"])
    if len(pixels) != 3 * size[0] * size[1]:
        raise Unable("the film has no frame for a still", hint="name another second of it")
    picture = Image.frombytes("RGB", size, pixels)
    made = []
    for name, (longest, most) in (("poster.jpg", POSTER), ("card.jpg", CARD)):
        path = os.path.join(folder, name)
        with failures_named(path, "written"), open(path, "wb") as file:
            file.write(jpeg(picture, longest, most))
        made.append(_made(folder, name))
    return made[0], made[1]


def jpeg(picture: Image.Image, longest: int, most: int) -> bytes:
    """A picture as a JPEG file of at most `most` bytes: of less quality, and then smaller, until it fits."""
    while True:
        scale = min(1.0, longest / max(picture.size))
        small = picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))
        for quality in QUALITIES:
            held = io.BytesIO()
            small.save(held, "JPEG", quality=quality, optimize=True, progressive=True)
            if held.tell() <= most:
                return held.getvalue()
        longest = longest * 4 // 5


def rungs_of(movie: Movie) -> tuple[Rung, ...]:
    """The sizes that a film is large enough for; of a very small film, its own."""
    short = min(movie.width, movie.height)
    fitting = tuple(rung for rung in RUNGS if rung.lines <= short)
    return fitting or (Rung(lines=short // 2 * 2, pictures=RUNGS[0].pictures, sound=RUNGS[0].sound),)


def _ffmpeg(*reading: str) -> list[str]:
    return [
        f"{PROGRAMS}/ffmpeg",
        "-nostdin",
        "-hide_banner",
        "-loglevel",
        "error",
        "-y",
        "-protocol_whitelist",
        "file,pipe",
        *reading,
    ]


def _command(movie: Movie, rungs: Sequence[Rung], folder: str) -> list[str]:
    """One decoder, and an encoder for each size."""
    names = [f"v{rung.lines}" for rung in rungs]
    scaled = [
        f"[s{name}]scale={'x'.join(map(str, _size(movie, rung)))}:flags=bicubic,setsar=1[{name}]"
        for name, rung in zip(names, rungs, strict=True)
    ]
    split = f"[0:v:0]split={len(rungs)}{''.join(f'[s{name}]' for name in names)}"
    command = [*_ffmpeg("-threads", str(THREADS)), "-i", f"file:{movie.path}"]
    command += ["-filter_complex_threads", "1", "-filter_complex", ";".join([split, *scaled])]
    for name, rung in zip(names, rungs, strict=True):
        command += ["-map", f"[{name}]", *(("-map", "0:a:0") if movie.has_sound else ())]
        command += [*_encoder(rung), f"file:{os.path.join(folder, str(rung.lines))}.mp4"]
    return command


def _encoder(rung: Rung) -> tuple[str, ...]:
    """How one size is encoded: no B-frames, so that no edit list is needed; a key frame wherever a segment begins."""
    return (
        *("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn"),
        *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "27", "-bf", "0", "-threads", str(ENCODERS)),
        *("-maxrate", str(rung.pictures), "-bufsize", str(2 * rung.pictures), "-pix_fmt", "yuv420p"),
        *("-force_key_frames", f"expr:gte(t,n_forced*{SEGMENT})", "-sc_threshold", "0", "-g", "1000"),
        *(
            "-bsf:v",
            "filter_units=pass_types=1|5|7|8",
        ),  # slices and parameter sets: no SEI, in which x264 writes a letter
        *("-c:a", "aac", "-b:a", str(rung.sound), "-ac", "1"),
        *("-movflags", "+frag_keyframe+empty_moov+default_base_moof+skip_trailer", "-empty_hdlr_name", "1"),
        *("-write_tmcd", "0", "-f", "mp4"),
    )


def _size(movie: Movie, rung: Rung) -> tuple[int, int]:
    short, scale = rung.lines, rung.lines / min(movie.width, movie.height)
    long = round(max(movie.width, movie.height) * scale / 2) * 2
    return (long, short) if movie.width >= movie.height else (short, long)


def _run(command: list[str], can_stop: Callable[[], bool] | None = None) -> bytes:
    """Run ffmpeg on a film of ours, and return what it writes to its output."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={}
        )
    except OSError as error:
        raise Unable("ffmpeg could not be started", hint="run `jebi doctor`") from error
    with process:
        try:
            written, words = _waited_for(process, can_stop)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        why = words.decode(errors="replace").strip()[-LONGEST_WORDS:]
        raise Unable(
            f"ffmpeg could not make the stream: {why}", hint="look whether the disk is full; then run it again"
        )
    return written


def _waited_for(process: "subprocess.Popen[bytes]", can_stop: Callable[[], bool] | None) -> tuple[bytes, bytes]:
    while True:
        try:
            return process.communicate(timeout=LOOK)
        except subprocess.TimeoutExpired:
            if can_stop and can_stop():
                raise Stopped("the stream was not made: it was asked to stop") from None


def _silence(path: str) -> tuple[bytes, list[Fragment]]:
    """Take ffmpeg's name out of the head of a rung, byte for byte; return the head, and where the fragments lie."""
    with open(path, "r+b") as file:
        file.seek(0)
        boxes = list(_boxes(file, os.fstat(file.fileno()).st_size))
        first = next(offset for kind, offset, _ in boxes if kind == b"moof")
        if first > LONGEST_HEAD:
            raise Unable("ffmpeg wrote a stream with a head that does not end", hint="run `jebi doctor`")
        file.seek(0)
        head = bytearray(file.read(first))
        at = head.find(b"avc1", head.find(b"stsd")) + 4 + COMPRESSOR
        head[at : at + 32] = bytes(32)
        tags = head.find(b"udta")
        if tags >= 0:
            (size,) = struct.unpack_from(">I", head, tags - 4)
            head[tags : tags - 4 + size] = b"free" + bytes(size - 8)
        file.seek(0)
        file.write(head)
        return bytes(head), _fragments(file, boxes, _timescale(head))


def _boxes(file: io.BufferedRandom, end: int) -> Iterator[tuple[bytes, int, int]]:
    offset = 0
    while offset < end:
        file.seek(offset)
        size, kind = struct.unpack(">I4s", file.read(8))
        yield kind, offset, size
        offset += max(size, 8)


def _fragments(file: io.BufferedRandom, boxes: Sequence[tuple[bytes, int, int]], timescale: int) -> list[Fragment]:
    """Each `moof` with its `mdat`; it begins at the time in the `tfdt` of its first track, the pictures."""
    found = []
    for (kind, offset, size), (after, _, media) in pairwise(boxes):
        if kind == b"moof" and after == b"mdat":
            file.seek(offset)
            moof = file.read(size)
            (time,) = struct.unpack_from(">Q", moof, moof.index(b"tfdt") + 8)
            found.append(Fragment(offset=offset, size=size + media, starts=time / timescale))
    return found


def _timescale(head: bytes | bytearray) -> int:
    at = head.index(b"mdhd") + 4
    (timescale,) = struct.unpack_from(">I", head, at + (20 if head[at] else 12))
    return int(timescale)


def _profile(head: bytes) -> str:
    at = head.index(b"avcC") + 5
    return head[at : at + 3].hex()


def _playlist(rung: Rung, head: int, fragments: Sequence[Fragment], stops: Sequence[float]) -> list[str]:
    lengths = [stop - one.starts for one, stop in zip(fragments, stops, strict=True)]
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{max(1, *map(round, lengths), 0)}"]
    lines += ["#EXT-X-PLAYLIST-TYPE:VOD", f'#EXT-X-MAP:URI="{rung.lines}.mp4",BYTERANGE="{head}@0"']
    for one, length in zip(fragments, lengths, strict=True):
        lines += [f"#EXTINF:{length:.6f},", f"#EXT-X-BYTERANGE:{one.size}@{one.offset}", f"{rung.lines}.mp4"]
    return [*lines, "#EXT-X-ENDLIST"]


def _write(folder: str, name: str, lines: Sequence[str]) -> None:
    path = os.path.join(folder, name)
    with failures_named(path, "written"), open(path, "w", encoding="ascii", newline="\n") as file:
        file.write("".join(f"{line}\n" for line in lines))


def _made(folder: str, name: str) -> Made:
    path = os.path.join(folder, name)
    with failures_named(path, "read"), open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Made(name=name, size=os.fstat(file.fileno()).st_size, sha256=digest)
