"""Frames and samples become an MP4: they go to an encoder in a Matroska stream, the simplest container that carries raw pictures with
a time each (RFC 9559, RFC 8794), and the encoder is told to count in ms. What is encoded is handed on, so that a film is
looked at while it is encoded.

Invariants: the encoder sees our numbers only, never a byte of the footage; under its name there is a whole film or none.
It never decides how a film is encoded: who asks brings the encoder's options.
Peak: one frame and one block of sound here; the encoder's own.
"""

import contextlib
import os
import struct
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from jebi.errors import failures_named
from jebi.media.encoder import encoder, marks
from jebi.media.frames import Frame

VIDEO, AUDIO = 1, 2  # track numbers
UNKNOWN: Final = bytes.fromhex("01ffffffffffffff")  # a size: until the stream ends
KEYFRAME: Final = 0x80  # flags of a SimpleBlock
INPUT: Final = ("-copyts", "-probesize", "32", "-analyzeduration", "0", "-f", "matroska", "-i", "pipe:0")

Samples = NDArray[np.int16]


def encoded(
    frames: Iterable[Frame],
    target: str,
    options: Sequence[str],
    *,
    sound: Iterable[Samples] = (),
    rate: int | None = None,
) -> Generator[Frame, None, None]:
    """Encode frames while they pass by; whoever draws the last one finds the film under its name.

    Args:
        frames: of one size, times rising. None, for sound alone.
        options: ffmpeg's, of the output.
        target: a file that does not exist, in a folder of the caller's.
        sound: 16-bit samples of one channel, the first heard at time 0.
        rate: of the sound, Hz; None for a silent film.

    Raises, while frames are taken:
        Unable: the encoder or the disk failed.
        Whatever `frames` and `sound` raise. Nothing is left then, nor when the caller stops in the middle.
    """
    passing, partial = iter(frames), f"{target}.part"
    first = next(passing, None)
    if first is None and rate is None:
        raise ValueError("a film of nothing")
    told = (*INPUT, *options, *(marks(first.matrix) if first else ()))
    with _removed_unless_done(partial), encoder(told, partial) as stream:
        heard = _Sound(stream, sound, rate)
        stream.write(_head(first, rate))
        frame, last = first, -1
        while frame is not None:
            if frame.time_ms <= last:
                raise ValueError("the times of frames rise")
            heard.up_to(frame.time_ms)
            _write_block(stream, VIDEO, frame.time_ms, frame.pixels)
            last = frame.time_ms
            yield frame
            frame = next(passing, None)
        heard.up_to(None)
    with failures_named("the film", "kept"):
        os.rename(partial, target)


class _Sound:
    """Blocks of sound on their way into the stream, never much later there than the pictures they go with."""

    def __init__(self, stream: IO[bytes], sound: Iterable[Samples], rate: int | None) -> None:
        self._stream = stream
        self._blocks = iter(sound if rate else ())
        self._rate = rate or 1
        self._samples = 0

    def up_to(self, time_ms: int | None) -> None:
        """Write all that begins by then; None for all there is."""
        while time_ms is None or self._samples * 1000 <= time_ms * self._rate:
            block = next(self._blocks, None)
            if block is None:
                return
            time = self._samples * 1000 // self._rate
            _write_block(self._stream, AUDIO, time, np.ascontiguousarray(block, "<i2").tobytes())
            self._samples += len(block)


@contextlib.contextmanager
def _removed_unless_done(partial: str) -> Iterator[None]:
    with failures_named("the film", "begun"):
        os.close(os.open(partial, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def _head(first: Frame | None, rate: int | None) -> bytes:
    """The beginning of the Matroska stream: what it is, and its tracks."""
    tracks = b""
    if first:
        size = _element("b0", _number(first.width)) + _element("ba", _number(first.height))
        picture = _element("e0", size + _element("2eb524", b"I420"))
        tracks += _track(VIDEO, b"V_UNCOMPRESSED", picture)
    if rate:
        pitch = _element("b5", struct.pack(">d", rate)) + _element("9f", _number(1)) + _element("6264", _number(16))
        tracks += _track(AUDIO, b"A_PCM/INT/LIT", _element("e1", pitch))
    document = _element("4282", b"matroska") + _element("4287", _number(4)) + _element("4285", _number(2))
    scale = _element("2ad7b1", _number(1_000_000))  # ns: times are in ms
    return (
        _element("1a45dfa3", document)
        + bytes.fromhex("18538067")
        + UNKNOWN
        + _element("1549a966", scale)
        + _element("1654ae6b", tracks)
    )


def _track(number: int, codec: bytes, kind: bytes) -> bytes:
    """A TrackEntry; video is type 1 and audio type 2, as their numbers here."""
    same = _element("d7", _number(number)) + _element("73c5", _number(number)) + _element("83", _number(number))
    return _element("ae", same + _element("86", codec) + kind)


def _write_block(stream: IO[bytes], track: int, time_ms: int, content: bytes) -> None:
    """A cluster of one SimpleBlock; `content` is not copied."""
    before = _element("e7", _number(time_ms))
    block = bytes([0x80 | track, 0, 0, KEYFRAME])
    inside = before + bytes.fromhex("a3") + _size(len(block) + len(content)) + block
    stream.write(bytes.fromhex("1f43b675") + _size(len(inside) + len(content)) + inside)
    stream.write(content)


def _element(name: str, content: bytes) -> bytes:
    return bytes.fromhex(name) + _size(len(content)) + content


def _size(length: int) -> bytes:
    """A length as EBML's longest variable-size integer."""
    return struct.pack(">Q", 1 << 56 | length)


def _number(value: int) -> bytes:
    return struct.pack(">Q", value)
