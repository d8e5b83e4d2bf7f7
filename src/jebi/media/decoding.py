"""A pass of ffmpeg over the footage in the jail: what looking and listening share.

Invariants: it reads one file and opens none that the file names; it uses no graphics card; it goes on after what it cannot
decode, and says that there was some; what it may cost is bounded by the size of the file, whatever the file claims.
"""

import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

from jebi.errors import Damaged
from jebi.media.confinement import FOOTAGE
from jebi.media.probe import ELSEWHERE, ONE_FILE
from jebi.media.run import Confined, Undecodable

LEAST_COST: Final = 20.0  # seconds of processor time that the smallest file may take; the largest still takes 5
STALL: Final = 60.0  # seconds without anything happening; a slow disk spins up in 20
MEMORY: Final = 2 << 30  # bytes of address space; ffmpeg maps 400 MiB before it begins, and 72 for each of its threads
MOST_THREADS: Final = 8  # each holds frames of its own, too
COMPLAINT: Final = re.compile(r"^(?:\[|Error)", re.MULTILINE)  # how ffmpeg begins a line about what it decodes

Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a whole pass found.

    Args:
        count: frames, or samples.
        mended: frames whose time did not lie after the one before, and was put 1 ms after it.
        complaints: lines in which the decoder named something wrong, at least: its last 4 KiB are counted.
        gave_up: why the decoder failed before the end of the file; empty if it came to the end.
    """

    count: int
    mended: int
    complaints: int
    gave_up: str


class Pass(Iterator[Piece]):
    """The pieces of one pass, in order. `decoded` is there once all were taken; `close` ends the pass before that."""

    def __init__(self, begin: Callable[["Pass[Piece]"], Generator[Piece, None, None]]) -> None:
        self.decoded: Decoded | None = None
        self._rest = begin(self)

    def __next__(self) -> Piece:
        return next(self._rest)

    def close(self) -> None:
        """Stop decoding. Nothing runs on afterwards."""
        self._rest.close()


def ahead(taken: Iterable[Piece]) -> Generator[Piece, None, None]:
    """The same pieces, each taken while the one before is worked on: a pipe holds no frame, so the decoder waits otherwise."""
    rest = iter(taken)
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, rest, None)
        while (piece := coming.result()) is not None:
            coming = thread.submit(next, rest, None)
            yield piece


def ffmpeg(*output: str, reading: tuple[str, ...] = ()) -> list[str]:
    """The command of a pass: `reading` are options of the input, `output` all that follows it."""
    threads = min(len(os.sched_getaffinity(0)), MOST_THREADS)
    return [
        *("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"),
        *(*ONE_FILE, "-hwaccel", "none", "-threads", str(threads), *reading),
        *("-i", f"file:{FOOTAGE}", "-max_error_rate", "1", *output),
    ]


def ended(run: Confined, *, count: int, mended: int = 0) -> Decoded:
    """Wait for the end of a pass. What it gave before it failed stays good; one that gave nothing raises `Damaged`."""
    try:
        words, gave_up = run.finish(), ""
    except Undecodable as error:
        if not count:
            raise
        words, gave_up = error.words, error.what
    if not count:
        raise Damaged("nothing in it can be decoded", hint=ELSEWHERE)
    return Decoded(count=count, mended=mended, complaints=len(COMPLAINT.findall(words)), gave_up=gave_up)
