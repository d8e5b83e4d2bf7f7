"""Whether everything in a track is shown: its edit list against the times of its samples (ISO/IEC 14496-12, 8.6.6).

An edit list is how a film is cut without cutting it: what it leaves out stays in the file, and anybody can bring it back. Allowed is a list that begins
with the first picture and ends with the last, perhaps after a short wait; sound may have what an encoder needs before and behind.

Invariant: whatever the list, the answer is findings. Peak: a few numbers.
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from jebi.release.leaks import Finding, Reason
from jebi.release.samples import Samples

PRIMING: Final = 2112  # samples of sound before the first that is heard, by the slowest encoder of AAC
PADDING: Final = 2048  # samples that fill up the last frame of sound
LONGEST_DELAY: Final = (
    1  # second that a track may begin later than the film, and a picture be shown after it is decoded
)
LONGEST_STILL: Final = 60  # seconds that a sample may last; a number beyond is no time
NORMAL: Final = 0x10000  # speed


def hidden(
    content: bytes, pieces: Sequence[Samples], *, timescale: int, film_timescale: int, is_sound: bool
) -> Iterator[Finding]:
    """What of a track is in the file and not shown.

    Args:
        content: the payload of `elst`; empty for a track without one.
        pieces: the samples of the track, at least one.
        timescale: ticks a second of the track.
        film_timescale: ticks a second of the film.
        is_sound: whether it is a track of sound.
    """
    start = min(int(piece.shown.min()) for piece in pieces)
    last = max(pieces, key=lambda piece: int(piece.shown.max()))
    stop = int(last.shown.max()) + last.last
    if max(int(np.diff(piece.decoded).max(initial=piece.last)) for piece in pieces) > LONGEST_STILL * timescale:
        yield Finding(reason=Reason.SAMPLE_TABLE, what="a sample lasts longer than any")
    if stop > max(piece.stop for piece in pieces) + LONGEST_DELAY * timescale:
        yield Finding(reason=Reason.HIDDEN_FRAMES, what="a sample is shown long after it is decoded")
    shown = _shown(content, film_timescale)
    if shown is None:
        yield Finding(reason=Reason.BOX_FIELD, what="an edit list does more than to begin and to end")
        return
    begin, length = shown
    before = begin - start
    if before > PRIMING * is_sound:
        yield _frames(before, timescale, "before the beginning")
    behind = stop - begin - (length + 1) * timescale // film_timescale
    if length and behind > 1 + PADDING * is_sound:
        yield _frames(behind, timescale, "behind the end")


def rows(content: bytes) -> list[tuple[int, int, int]]:
    """The whole rows of an edit list: how long, from where (-1: from nowhere), how fast."""
    whole = max(0, len(content) - 8) // 12
    return list(struct.iter_unpack(">IiI", content[8 : 8 + 12 * whole]))


def _shown(content: bytes, timescale: int) -> tuple[int, int] | None:
    """From which tick of the track, and for how many of the film, 0 for all; None where the list does more than that."""
    if not content:
        return 0, 0
    found = rows(content)
    is_whole = content[:8] == struct.pack(">II", 0, len(found)) and len(content) == 8 + 12 * len(found)
    if not is_whole or len(found) not in {1, 2} or any(speed != NORMAL for _, _, speed in found):
        return None
    if len(found) == 2 and (found[0][1] != -1 or found[0][0] > LONGEST_DELAY * timescale):
        return None
    length, start, _ = found[-1]
    return (start, length) if start >= 0 else None


def _frames(ticks: int, timescale: int, where: str) -> Finding:
    return Finding(reason=Reason.HIDDEN_FRAMES, what=f"{ticks * 1000 // timescale} ms {where} are in the file")
