"""The pictures of a clip with their times: one decoding pass in the jail, small, upright, in order.

Raw pictures have no times, so the same ffmpeg writes the clock of the same frames to a second pipe (its framecrc format, of
a corner two pixels wide), and each picture is paired with its line. Times are presentation times in ms from the beginning
of the file, never a count divided by a rate: telephones and bag cameras have no steady rate.

Invariants: times rise strictly and stay below `LONGEST`; all frames have one size, whatever the film does in its middle;
what the decoder could not read is counted, and ends nothing. It never opens a second file and never uses a graphics card.
Peak: two frames here, and what the jail's pipes hold; in the jail what the budget says.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Damaged, Refused
from jebi.media import clock
from jebi.media.decoding import LEAST_COST, MEMORY, STALL, Pass, ended, ffmpeg
from jebi.media.jail import Jail
from jebi.media.probe import AS_A_FILE, LONGEST, Kind, Matrix, Probe, Video, most_pixels
from jebi.media.run import Budget

PIXEL: Final = (
    50e-9  # seconds; ffmpeg was measured at 3e-9 for H.264; the slowest formats of cameras take ten times that
)
PIXELS_A_BYTE: Final = 4000  # a film at 1080p30 of less than 124 kbit/s; claims beyond are not believed
FILM_MEMORY: Final = 64  # bytes a pixel: 16 reference pictures, and as many again in its threads
STILL_MEMORY: Final = 24  # bytes a pixel: a progressive JPEG's coefficients, the picture, its copy as yuv
LEAST_FRAME: Final = 4  # bytes of the file: the shortest place in an index that can name one
MOST_FRAMES: Final = LONGEST // 1000 * 120  # of two days at 120 a second
FILTERS: Final = 2  # threads; each costs address space, and making pictures small is a tenth of the work
WIDEST: Final = 16 / 9  # of the box that a picture is fitted into, for its height
TURNS: Final = {0: "", 90: ",transpose=clock", 180: ",hflip,vflip", 270: ",transpose=cclock"}

Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A picture: 8-bit planar YUV 4:2:0 in studio range (luma 16 to 235), shown from `time_ms` on.

    Args:
        time_ms: presentation time, from the beginning of the file.
        width, height: even.
        pixels: the planes one after the other: width × height of luma, a quarter of that of blue, and of red.
    """

    time_ms: int
    width: int
    height: int
    pixels: bytes
    matrix: Matrix

    def __post_init__(self) -> None:
        if self.width % 2 or self.height % 2 or len(self.pixels) != self.width * self.height * 3 // 2:
            raise ValueError("a frame has even sides, and all its planes")

    @property
    def luma(self) -> Plane:
        """Brightness, height × width; not a copy."""
        return np.frombuffer(self.pixels, np.uint8, self.width * self.height).reshape(self.height, self.width)

    @property
    def chroma(self) -> tuple[Plane, Plane]:
        """Blue and red difference, each (height / 2) × (width / 2); not copies."""
        size = self.width * self.height // 4
        blue, red = (np.frombuffer(self.pixels, np.uint8, size, size * place) for place in (4, 5))
        return blue.reshape(self.height // 2, -1), red.reshape(self.height // 2, -1)


def frames(
    jail: Jail,
    path: str,
    probe: Probe,
    *,
    height: int,
    allowance: float = 1.0,
    can_stop: Callable[[], bool] | None = None,
) -> Pass[Frame]:
    """Decode the first film, or the one picture, of a file.

    `height` is that of a 16:9 picture that lies. Every other shape fits into the same box, lying or standing, so that a film
    of a telephone held upright is as sharp as any. Nothing is made larger. `allowance` is by how much more than usual it may cost.

    Raises, while frames are taken:
        Damaged: no picture could be decoded, or what came makes no sense.
        TooCostly: more than a file of its size can cost; frames taken before are good.
        Refused: it goes on for more than `LONGEST`.
        Stopped, Unable: as `Jail.start`.
    """
    if not probe.videos or height < 2:
        raise ValueError("there is nothing to see in this file, or no room to show it")
    return Pass(lambda taken: _decode(taken, jail, path, probe, height, allowance, can_stop))


def fitted(video: Video, height: int) -> tuple[int, int]:
    """Width and height of its frames, upright, with square pixels and even sides."""
    shown = (video.width * video.aspect, video.height)
    scale = min(1.0, height / min(shown), height * WIDEST / max(shown))
    width, lines = (max(2, round(side * scale) // 2 * 2) for side in shown)
    return (width, lines) if video.rotation in {0, 180} else (lines, width)


def _decode(
    taken: Pass[Frame],
    jail: Jail,
    path: str,
    probe: Probe,
    height: int,
    allowance: float,
    can_stop: Callable[[], bool] | None,
) -> Generator[Frame, None, None]:
    video = probe.videos[0]
    width, height = fitted(video, height)
    size = width * height * 3 // 2
    count, mended, last = 0, 0, -1
    command, budget = _command(probe.kind, video, width, height), _budget(probe, video, size, allowance)
    with jail.start(command, budget=budget, footage=path, pipes=1, can_stop=can_stop) as run:
        times = (time for time, _ in clock.ticks(run.pipes[0], a_second=1000))
        while len(pixels := run.stdout.read(size)) == size:
            time = next(times, None)
            mended += time is not None and time <= last
            last = _later(last, time)
            count += 1
            yield Frame(time_ms=last, width=width, height=height, pixels=pixels, matrix=video.matrix)
        is_uneven = bool(pixels) or next(times, None) is not None
        decoded = ended(run, count=count, mended=mended)
    if is_uneven and not decoded.gave_up:
        raise Damaged("the decoder's pictures and its clock do not agree", hint=AS_A_FILE)
    taken.decoded = decoded


def _command(kind: Kind, video: Video, width: int, height: int) -> list[str]:
    """One decoder; its pictures made small, then turned; a corner of each goes to the clock."""
    is_turned = video.rotation in {90, 270}
    scaled = f"scale={height}:{width}" if is_turned else f"scale={width}:{height}"
    woven = "yadif=deint=interlaced," if video.is_interlaced else ""
    small = f"[0:{video.index}]{woven}{scaled}:flags=bilinear:out_range=tv,format=yuv420p{TURNS[video.rotation]}"
    graph = f"{small},split[all][corner];[corner]crop=2:2:0:0[clock]"
    return ffmpeg(
        *("-filter_complex_threads", str(FILTERS), "-filter_complex", graph),
        *("-map", "[clock]", "-enc_time_base", "1:1000", "-fps_mode", "passthrough", "-threads", "1", *clock.OUTPUT),
        *("-map", "[all]", "-fps_mode", "passthrough", "-threads", "1", "-f", "rawvideo", "pipe:1"),
        reading=("-max_pixels", str(most_pixels(kind)), "-noautorotate"),
    )


def _budget(probe: Probe, video: Video, frame: int, allowance: float) -> Budget:
    """What decoding may cost: what the file claims to hold, but no more than a file of its size can hold."""
    pixels = video.width * video.height
    needed = pixels * (STILL_MEMORY if probe.kind is Kind.IMAGE else FILM_MEMORY)
    most = probe.size * PIXELS_A_BYTE
    if probe.duration_ms and video.rate:
        most = min(most, 2 * pixels * round(probe.duration_ms / 1000 * video.rate + 1))
    return Budget(
        processor=allowance * (LEAST_COST + PIXEL * most),
        memory=MEMORY + (needed >> 20 << 20),  # whole MiB: the kernel counts in pages, and shells in KiB
        stall=STALL,
        output=min(MOST_FRAMES, probe.size // LEAST_FRAME + 16) * (frame + clock.LONGEST_LINE),
    )


def _later(last: int, time: int | None) -> int:
    """The time of the frame after that of `last`, in ms: what the clock says, or 1 ms later if that is not after it."""
    if time is None:
        raise Damaged("a picture came without its time", hint=AS_A_FILE)
    later = max(time, last + 1)
    if later > LONGEST:
        raise Refused(f"it goes on for more than {LONGEST // 3_600_000} hours", hint=AS_A_FILE)
    return later
