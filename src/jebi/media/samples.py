"""The sound of a clip as plain numbers: one decoding pass in the jail, one channel, at the rate that is asked for.

Sample n is heard at n / rate seconds on the clock of the frames: ffmpeg writes the time of every piece beside it, and here
silence is laid where sound begins late or has a gap, and what overlaps is cut.

Invariants: 16-bit samples, and no more of them than a file of its size can hold, and an hour of silence. It never opens a
second file. Peak: a block here, and what the jail's pipes hold.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Damaged, Refused
from jebi.media import clock
from jebi.media.decoding import LEAST_COST, MEMORY, STALL, Pass, ended, ffmpeg
from jebi.media.jail import Jail
from jebi.media.probe import AS_A_FILE, FASTEST_SOUND, LONGEST, Probe
from jebi.media.run import Budget, Confined

SPEECH: Final = 16_000  # Hz; what recognition and fingerprints work on
SLACK: Final = 0.05  # seconds by which a piece may lie beside its time: containers round, and a gap would click
SECOND: Final = 0.2  # seconds of processor time a second of sound; ffmpeg was measured at 0.003
LEAST_RATE: Final = 400  # bytes a second; the thriftiest codec for speech (AMR) takes 600
LATE: Final = 3600  # seconds of silence beyond what a file of its size can hold, for what begins late or has gaps
LARGEST_PIECE: Final = 1 << 24  # bytes; codecs give a tenth of a second at once, WAV some KiB

Samples = NDArray[np.int16]


def samples(
    jail: Jail,
    path: str,
    probe: Probe,
    *,
    rate: int = SPEECH,
    allowance: float = 1.0,
    can_stop: Callable[[], bool] | None = None,
) -> Pass[Samples]:
    """The first sound track of a file, mixed to one channel, in blocks of a second; the last one is shorter.

    `allowance` is by how much more than usual it may cost.

    Raises, while samples are taken:
        Damaged: no sound could be decoded, or what came makes no sense.
        TooCostly: more than a file of its size can cost; samples taken before are good.
        Refused: it lasts longer, with its gaps, than a file of its size can; the same holds.
        Stopped, Unable: as `Jail.start`.
    """
    if not probe.audios or not 0 < rate <= FASTEST_SOUND:
        raise ValueError("there is nothing to hear in this file, or at this rate")
    return Pass(lambda taken: _decode(taken, jail, path, probe, rate, allowance, can_stop))


def _decode(
    taken: Pass[Samples],
    jail: Jail,
    path: str,
    probe: Probe,
    rate: int,
    allowance: float,
    can_stop: Callable[[], bool] | None,
) -> Generator[Samples, None, None]:
    count, seconds = 0, _longest(probe)
    command, budget = _command(probe.audios[0].index, rate), _budget(seconds, rate, allowance)
    with jail.start(command, budget=budget, footage=path, pipes=1, can_stop=can_stop) as run:
        for block in _blocks(_placed(run, rate, most=seconds * rate), 2 * rate):
            count += len(block) // 2
            yield np.frombuffer(block, "<i2")
        is_uneven = run.stdout.read(1) != b""
        decoded = ended(run, count=count)
    if is_uneven and not decoded.gave_up:
        raise Damaged("the decoder's sound and its clock do not agree", hint=AS_A_FILE)
    taken.decoded = decoded


def _command(index: int, rate: int) -> list[str]:
    """One decoder; its sound in one channel, and the clock of the same."""
    sound = f"[0:{index}]aresample={rate},aformat=sample_fmts=s16:sample_rates={rate}:channel_layouts=mono"
    return ffmpeg(
        *("-filter_complex_threads", "1", "-filter_complex", f"{sound},asplit[all][clock]"),
        *("-map", "[clock]", *clock.OUTPUT),
        *("-map", "[all]", "-f", "s16le", "pipe:1"),
    )


def _placed(run: Confined, rate: int, *, most: int) -> Iterator[bytes]:
    """The sound from time 0 on, in pieces of any size; `most` samples at most."""
    end = 0
    for time, size in clock.ticks(run.pipes[0], a_second=rate):
        if size > LARGEST_PIECE or size % 2:
            raise Damaged("the decoder's sound makes no sense", hint=AS_A_FILE)
        piece = run.stdout.read(size)
        late = time - end if abs(time - end) > SLACK * rate or not end else 0
        if end + late + size // 2 > most:
            raise Refused("its sound, with its gaps, lasts longer than a file of its size can", hint=AS_A_FILE)
        yield from _silence(max(0, late), rate)
        kept = piece[2 * max(0, -late) :]
        end += max(0, late) + len(kept) // 2
        yield kept


def _silence(count: int, longest: int) -> Iterator[bytes]:
    """So many samples of nothing, in pieces of no more than `longest`."""
    for start in range(0, count, longest):
        yield bytes(2 * min(longest, count - start))


def _blocks(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in blocks of one size; the last one holds the rest, as far as it is whole samples."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= size:
            yield bytes(waiting[:size])
            del waiting[:size]
    if len(waiting) >= 2:
        yield bytes(waiting[: len(waiting) // 2 * 2])


def _longest(probe: Probe) -> int:
    """Seconds of sound that may come: what the file claims to hold or can hold, whichever is more, and an hour of silence."""
    return round(min(max((probe.duration_ms or 0) / 1000, probe.size / LEAST_RATE) + LATE, LONGEST / 1000))


def _budget(seconds: int, rate: int, allowance: float) -> Budget:
    """What decoding so much sound may cost. The clock has a line of 60 bytes for a piece, and no codec's is tiny."""
    return Budget(
        processor=allowance * (LEAST_COST + SECOND * seconds),
        memory=MEMORY,
        stall=STALL,
        output=2 * 2 * rate * (seconds + 1) + clock.LONGEST_LINE * 1000,
    )
