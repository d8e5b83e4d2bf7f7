"""What a file says it is: its container, its streams, how long, how large, which way up. Asked of ffprobe in the jail.

Everything in a `Probe` but `size` is a claim of the file, put into range here. It decides what is tried next and what that
may cost; never what is true: how long a film is, its frames say.

Invariants: one file is read, and none that it names: playlists and all other formats that lead elsewhere are not opened;
nothing that is out of range comes through. It never decodes more than the first picture.
Peak: 30 MiB here; in the jail what its budget says.
"""

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from jebi.errors import Damaged, JebiError, Refused, failures_named
from jebi.media.confinement import FOOTAGE
from jebi.media.jail import Jail
from jebi.media.run import Budget, Undecodable
from jebi.media.untrusted import number, parsed, rows, table, text, whole

# Containers that hold everything in one file. Left out are those that lead elsewhere (hls, dash, concat, sdp, rtsp, imf,
# image2 patterns, vobsub), those that run a program of their own (libopenmpt, libgme, svg, lavfi), and game formats.
CONTAINERS: Final = (
    "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,mxf,dv,dhav,h264,hevc,m4v,h263,mjpeg,mjpeg_2000,gif,apng,"
    "ogg,wav,w64,aiff,au,caf,mp3,aac,ac3,eac3,flac,ape,wv,tta,amr,amrnb,amrwb,dss,voc,"
    "jpeg_pipe,png_pipe,webp_pipe,tiff_pipe,bmp_pipe,gif_pipe,j2k_pipe,jpegls_pipe,jpegxl_pipe"
)
ONE_FILE: Final = ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS)

MOST_STREAMS: Final = 64  # phones and action cameras write seven at most; a disc of a film with all its languages 40
LONGEST: Final = 48 * 3600 * 1000  # ms; two days in one file is more than a recorder in a wall writes
FILM_PIXELS: Final = 8192 * 4352  # 8K, the largest that cameras film
STILL_PIXELS: Final = 1 << 27  # 134 million; telephones with more give a quarter of them unless told otherwise
LONGEST_SIDE: Final = 1 << 16  # a panorama; with both limits on the area
FASTEST: Final = 1000.0  # frames a second; slow motion has 960
FASTEST_SOUND: Final = 768_000  # Hz; the highest any converter has
MOST_CHANNELS: Final = 64
WIDEST_PIXEL: Final = 4.0  # of sample aspect; anamorphic lenses squeeze by two
LONGEST_NAME: Final = 64  # characters of a codec, a container or a pixel format

LONGEST_ANSWER: Final = 1 << 20  # bytes; 64 streams take 40 KiB
BUDGET: Final = Budget(processor=60, memory=2 << 30, stall=60, output=2 * LONGEST_ANSWER)  # a still of the largest size
ASKED: Final = (
    "format=format_name,nb_streams,duration"
    ":stream=index,codec_type,codec_name,width,height,pix_fmt,sample_aspect_ratio,avg_frame_rate,nb_frames"
    ",color_space,field_order,sample_rate,channels"
    ":stream_disposition=attached_pic:stream_side_data=rotation"
    ":frame=stream_index:frame_side_data=rotation"
)
INTERLACED: Final = ("tt", "bb", "tb", "bt")
HD: Final = 720  # lines from which on an unmarked film is taken for BT.709, as players do
ELSEWHERE: Final = "look whether another stick has it whole"
AS_A_FILE: Final = "keep it as a mere file"


class Kind(StrEnum):
    """What a file is for those who open it."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    OTHER = "other"


class Matrix(StrEnum):
    """How luma and chroma make colours: as ITU-R BT.601 or BT.709 has it. Newer ones are shown as BT.709, slightly off."""

    BT601 = "bt601"
    BT709 = "bt709"


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A stream of pictures, as the file describes it.

    Args:
        index: its number in the file.
        codec: ffmpeg's name of it.
        width, height: as stored, before it is turned.
        rotation: degrees clockwise by which it is to be turned: 0, 90, 180 or 270.
        rate: claimed frames a second, on average; None if unknown.
        pixels: ffmpeg's name of the pixel format.
        aspect: how much wider than high a pixel is shown.
    """

    index: int
    codec: str
    width: int
    height: int
    rotation: int
    rate: float | None
    pixels: str
    aspect: float
    matrix: Matrix
    is_interlaced: bool

    def __post_init__(self) -> None:
        if self.rotation not in {0, 90, 180, 270} or not 0 < self.width <= LONGEST_SIDE >= self.height > 0:
            raise ValueError("a stream has a size, and stands on one of its sides")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """A stream of sound, as the file describes it: its number there, codec, samples a second, channels."""

    index: int
    codec: str
    rate: int
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a file claims to be. `size`, its bytes, is no claim; `others` counts streams that are neither; times in ms."""

    kind: Kind
    size: int
    container: str
    duration_ms: int | None
    videos: tuple[Video, ...]
    audios: tuple[Audio, ...]
    others: int


def probe(jail: Jail, path: str, *, can_stop: Callable[[], bool] | None = None) -> Probe:
    """Look at a file from outside.

    Raises:
        Damaged: it is empty, or its container is broken.
        Refused: it leads to other files, or claims more than any camera makes.
        Unable: the jail or the disk failed.
    """
    size = _size(path)
    command = [
        "ffprobe",
        "-hide_banner",
        "-loglevel",
        "error",
        *ONE_FILE,
        "-threads",
        "1",
        "-max_pixels",
        str(STILL_PIXELS),
    ]
    command += ["-read_intervals", "%+#1", "-show_entries", ASKED, "-of", "json=compact=1", f"file:{FOOTAGE}"]
    with jail.start(command, budget=BUDGET, footage=path, can_stop=can_stop) as run:
        untrusted_answer = run.stdout.read(LONGEST_ANSWER + 1)
        try:
            words = run.finish() if len(untrusted_answer) <= LONGEST_ANSWER else ""
        except Undecodable as error:
            raise _explained(error.words) from error
    return understood(parsed(untrusted_answer, longest=LONGEST_ANSWER), size=size, words=words)


def understood(untrusted: object, *, size: int, words: str = "") -> Probe:
    """A `Probe` of what ffprobe answered, and of what it said on the way, for a file of `size` bytes.

    Raises `Refused` where a limit is passed, `Damaged` where there is no sense in it.
    """
    answer = table(untrusted)
    form, streams = table(answer.get("format")), rows(answer.get("streams"))
    count = whole(form.get("nb_streams"), least=0, most=1 << 31)
    if max(count or 0, len(streams)) > MOST_STREAMS:
        raise Refused(f"the file has more than {MOST_STREAMS} streams, and no camera writes so many", hint=AS_A_FILE)
    container = text(form.get("format_name"), longest=LONGEST_NAME)
    if not container:
        raise Damaged("ffprobe does not say what the file is", hint=AS_A_FILE)
    turn = _first_turn(answer)
    pictures = [row for row in streams if row.get("codec_type") == "video" and not _is_cover(row)]
    videos = tuple(filter(None, (_video(row, turn) for row in pictures)))
    audios = tuple(filter(None, (_audio(row) for row in streams if row.get("codec_type") == "audio")))
    if not (videos or audios) and (pictures or not streams):
        raise _nothing_left(words)
    seconds = number(form.get("duration"), least=0, most=LONGEST / 1000)
    frames = [row.get("nb_frames") for row in streams]
    kind = _kind(container, frames, has_video=bool(videos), has_audio=bool(audios))
    for video in videos:
        if video.width * video.height > most_pixels(kind):
            raise _too_large(f"{video.width} × {video.height}")
    return Probe(
        kind=kind,
        size=size,
        container=container,
        duration_ms=round(seconds * 1000) if seconds and kind is not Kind.IMAGE else None,
        videos=videos,
        audios=audios,
        others=len(streams) - len(videos) - len(audios),
    )


def most_pixels(kind: Kind) -> int:
    """The largest picture of a file that is opened."""
    return STILL_PIXELS if kind is Kind.IMAGE else FILM_PIXELS


def _size(path: str) -> int:
    with failures_named("the footage", "opened"):
        status = os.stat(path, follow_symlinks=False)
    if not stat.S_ISREG(status.st_mode):
        raise Refused("this is a link, a folder or a device, and no file", hint="bring what it stands for")
    if not status.st_size:
        raise Damaged("the file is empty", hint=ELSEWHERE)
    return status.st_size


def _kind(container: str, frames: list[object], *, has_video: bool, has_audio: bool) -> Kind:
    if not has_video:
        return Kind.AUDIO if has_audio else Kind.OTHER
    is_still = container.endswith("_pipe") or (container == "gif" and frames == ["1"])
    return Kind.IMAGE if is_still else Kind.VIDEO


def _is_cover(row: Mapping[str, object]) -> bool:
    """A picture that goes with a piece of music."""
    return whole(table(row.get("disposition")).get("attached_pic"), least=1, most=1) == 1


def _video(row: Mapping[str, object], first_turn: int) -> Video | None:
    """A stream of pictures; None for one that does not say how to read it."""
    index = whole(row.get("index"), least=0, most=1 << 16)
    width = whole(row.get("width"), least=1, most=1 << 31)
    height = whole(row.get("height"), least=1, most=1 << 31)
    if index is None or width is None or height is None:
        return None
    if max(width, height) > LONGEST_SIDE:
        raise _too_large(f"{width} × {height}")
    aspect = number(str(row.get("sample_aspect_ratio")).replace(":", "/"), least=1 / WIDEST_PIXEL, most=WIDEST_PIXEL)
    pixels = text(row.get("pix_fmt"), longest=LONGEST_NAME)
    unmarked = "bt709" if min(width, height) >= HD and pixels.startswith("yuv") else ""
    matrix = text(row.get("color_space"), longest=LONGEST_NAME) or unmarked
    return Video(
        index=index,
        codec=text(row.get("codec_name"), longest=LONGEST_NAME),
        width=width,
        height=height,
        rotation=_turn(row) or first_turn,
        rate=number(row.get("avg_frame_rate"), least=1e-3, most=FASTEST),
        pixels=pixels,
        aspect=aspect or 1.0,
        matrix=Matrix.BT709 if matrix.startswith(("bt709", "bt2020")) else Matrix.BT601,
        is_interlaced=row.get("field_order") in INTERLACED,
    )


def _too_large(size: str) -> Refused:
    return Refused(
        f"a picture of {size} is larger than any camera makes, and opening it could fill the memory",
        hint=AS_A_FILE,
    )


def _nothing_left(words: str) -> JebiError:
    """Why a container holds nothing that can be seen or heard."""
    size = re.search(r"Picture size (\d{1,10}x\d{1,10}) |Dimensions (\d{1,10}x\d{1,10}) ", words)
    if size:
        return _too_large((size[1] or size[2]).replace("x", " × "))
    return Damaged("the file describes none of its pictures and sounds: its index is destroyed", hint=ELSEWHERE)


def _turn(row: Mapping[str, object]) -> int:
    """Degrees clockwise that a display matrix asks for; 0 for one that is askew."""
    for side in rows(row.get("side_data_list")):
        counterclockwise = whole(side.get("rotation"), least=-360, most=360)
        if counterclockwise is not None and counterclockwise % 90 == 0:
            return -counterclockwise % 360
    return 0


def _first_turn(answer: Mapping[str, object]) -> int:
    """What the first picture says of itself: a photograph carries its orientation there."""
    return next(map(_turn, rows(answer.get("frames"))), 0)


def _audio(row: Mapping[str, object]) -> Audio | None:
    """A stream of sound; None for one that does not say how to read it."""
    index = whole(row.get("index"), least=0, most=1 << 16)
    rate = whole(row.get("sample_rate"), least=1, most=FASTEST_SOUND)
    channels = whole(row.get("channels"), least=1, most=MOST_CHANNELS)
    if index is None or rate is None or channels is None:
        return None
    codec = text(row.get("codec_name"), longest=LONGEST_NAME)
    return Audio(index=index, codec=codec, rate=rate, channels=channels)


def _explained(words: str) -> JebiError:
    """Why ffprobe opened nothing, as far as its words tell. They choose a sentence and nothing else."""
    if "not on whitelist" in words:
        return Refused("a file of this kind leads to other files or runs like a program", hint=AS_A_FILE)
    if "moov atom not found" in words:
        return Damaged(
            "the film's index is missing: the camera was switched off while it wrote, or the end is lost",
            hint=f"{ELSEWHERE}; an index can sometimes be rebuilt from another film of that camera",
        )
    return Damaged("this is no film, sound or picture, or its beginning is destroyed", hint=AS_A_FILE)
