"""The film and the sounds that broadcasters edit with: H.264 at a high rate with a key frame every half second, and WAV (docs/formats/broadcast.md, "Film and sounds").

It is made of frames and samples of our own: those of a cut that was rendered. The film has a steady rate, for no editing suite
likes another: each of its frames shows what was to be seen at its moment, so that none is mixed of two.

Invariants: the encoder sees numbers only; film and sounds are of the same length to the sample; nothing in them says what made them,
or when, but the name of the encoder that `release.neutral` takes out; the same frames give the same bytes on every machine
with the same ffmpeg; under its name there is a whole file or none.
Peak: two frames here, and the encoder's 300 MiB at 1080p.
"""

import contextlib
import os
import wave
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Refused, failures_named
from jebi.media.encoder import encoder, marks
from jebi.media.frames import Frame

HERTZ: Final = 48_000  # what television has
LARGEST_SOUND: Final = (1 << 32) - 256  # bytes: a WAV counts them in 32 bits; mono, twelve hours
THREADS: Final = 4  # always: x264 divides a picture by their number, and other bytes come of it

# A CRF of 14 is beyond what is seen; 50 Mbit/s is what broadcasters' own H.264 has. Without B-frames each picture can be
# reached by decoding forwards, and no edit list is needed; SEI would name the encoder.
ENCODER: Final = (
    *("-c:v", "libx264", "-preset", "fast", "-profile:v", "high", "-level", "4.2", "-crf", "14", "-maxrate", "50M"),
    *("-bufsize", "50M", "-bf", "0", "-sc_threshold", "0", "-flags:v", "+bitexact+cgop", "-threads", str(THREADS)),
    *("-bsf:v", "filter_units=pass_types=1|5|7|8", "-pix_fmt", "yuv420p", "-color_range", "tv"),
    *("-c:a", "aac", "-b:a", "320k", "-flags:a", "+bitexact"),
    *("-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-fflags", "+bitexact"),
    *("-empty_hdlr_name", "1", "-write_tmcd", "0", "-movflags", "+faststart", "-f", "mp4"),
)

Samples = NDArray[np.int16]


def steady(frames: Iterable[Frame], *, rate: Fraction, until_ms: int) -> Iterator[Frame]:
    """Frames at a steady rate: for each moment the frame that was to be seen then.

    Args:
        frames: times rising, the first at 0.
        rate: frames in a second.
        until_ms: when the last frame is no longer seen.
    """
    wanted, last = 0, None
    for frame in frames:
        first = _frame_at(frame.time_ms, rate)
        if last is None and first:
            raise ValueError("the first frame is seen from the beginning on")
        while last is not None and wanted < min(first, _frame_at(until_ms, rate)):
            yield last
            wanted += 1
        last = frame
    while last is not None and wanted < _frame_at(until_ms, rate):
        yield last
        wanted += 1


def film(frames: Iterable[Frame], target: str, *, rate: Fraction, until_ms: int, sound: str | None = None) -> int:
    """Encode the film; returns how many frames it has.

    Args:
        frames: of one size, times rising, the first at 0.
        target: a file that does not exist, in a folder of the caller's.
        rate: frames in a second.
        until_ms: when the last frame is no longer seen.
        sound: a file that `stem` wrote, as long as the film; None for a silent one.

    Raises:
        Unable: the encoder or the disk failed.
        Whatever `frames` raises. No film is left then.
    """
    passing = steady(frames, rate=rate, until_ms=until_ms)
    first = next(passing, None)
    if first is None:
        raise ValueError("a film of nothing")
    count = 0
    options = (*_input(first, rate, sound), *_options(first, rate))
    with _whole(target) as partial, encoder(options, partial) as stream:
        frame: Frame | None = first
        while frame is not None:
            if (frame.width, frame.height, frame.matrix) != (first.width, first.height, first.matrix):
                raise ValueError("the frames of a film are of one size")
            stream.write(frame.pixels)
            count += 1
            frame = next(passing, None)
    return count


def stem(blocks: Iterable[Samples], target: str, *, channels: int, rate: Fraction, frames: int) -> None:
    """Write a sound as WAV, exactly as long as so many frames of film; silence completes it.

    Args:
        blocks: 16-bit samples at 48 kHz, of each channel in turn.
        target: a file that does not exist, in a folder of the caller's.
        channels: one or two.
        rate: frames of film in a second.
        frames: how many the film has.

    Raises:
        Refused: it is longer than a WAV can be.
        Unable: the disk failed.
    """
    wanted = -(-frames * HERTZ * rate.denominator // rate.numerator) * channels
    if 2 * wanted > LARGEST_SOUND:
        raise Refused("the sound is longer than a WAV can be", hint="publish it in two parts")
    with _whole(target) as partial, wave.open(partial, "wb") as sound:
        sound.setparams((channels, 2, HERTZ, wanted // channels, "NONE", "not compressed"))
        for block in blocks:
            part = np.ascontiguousarray(block[:wanted], "<i2")
            sound.writeframesraw(part.tobytes())
            wanted -= len(part)
        while wanted:
            part = np.zeros(min(wanted, HERTZ), "<i2")
            sound.writeframesraw(part.tobytes())
            wanted -= len(part)


def _frame_at(ms: int, rate: Fraction) -> int:
    """The first frame that begins at or after a moment."""
    return -(-ms * rate.numerator // (1000 * rate.denominator))


@contextlib.contextmanager
def _whole(target: str) -> Iterator[str]:
    """A file beside the target that takes its name when all went well, and is gone otherwise."""
    partial = f"{target}.part"
    with failures_named(target, "written"):
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        try:
            yield partial
            with open(partial, "rb") as written:
                os.fsync(written.fileno())
            os.rename(partial, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(partial)
            raise


def _input(first: Frame, rate: Fraction, sound: str | None) -> Sequence[str]:
    """What ffmpeg is told of the frames that it is given, and of the sound beside them."""
    size, steady_rate = f"{first.width}x{first.height}", f"{rate.numerator}/{rate.denominator}"
    pictures = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", steady_rate, "-i", "pipe:0")
    if sound is None:
        return (*pictures, "-map", "0:v")
    return (*pictures, "-f", "wav", "-i", f"file:{sound}", "-map", "0:v", "-map", "1:a")


def _options(first: Frame, rate: Fraction) -> Sequence[str]:
    interval = str(max(1, round(rate / 2)))
    return (*ENCODER, "-g", interval, "-keyint_min", interval, *marks(first.matrix))
