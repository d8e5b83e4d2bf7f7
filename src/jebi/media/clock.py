"""When each frame or piece of sound is due, as ffmpeg's framecrc output tells it beside the raw ones, which have no times.

Invariants: whatever comes, it yields whole numbers or raises `Damaged`. Peak: a line.
"""

import re
from collections.abc import Iterator
from typing import Final

from jebi.errors import Damaged
from jebi.media.probe import AS_A_FILE
from jebi.media.run import Stream

OUTPUT: Final = ("-flush_packets", "1", "-f", "framecrc", "pipe:3")  # line by line, so that none is waited for in vain
LONGEST_LINE: Final = 200  # bytes; lines have 58
LINE: Final = re.compile(rb"0, +-?\d{1,19}, +(-?\d{1,19}), +\d{1,19}, +(\d{1,9}), 0x[0-9a-f]{8}(?:, .*)?")


def ticks(stream: Stream, *, a_second: int) -> Iterator[tuple[int, int]]:
    """For each packet, its presentation time in parts of a second, of which there are `a_second`, and its bytes."""
    is_as_asked = False
    for line in _lines(stream):
        match = LINE.fullmatch(line)
        is_as_asked = is_as_asked or line == b"#tb 0: 1/%d" % a_second
        if match and is_as_asked:
            yield int(match[1]), int(match[2])
        elif not line.startswith(b"#"):
            raise _senseless()


def _lines(stream: Stream) -> Iterator[bytes]:
    """Lines of at most `LONGEST_LINE` bytes. What has no end at the end is left out."""
    rest = b""
    while piece := stream.read(max(1, min(stream.waiting, LONGEST_LINE))):
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise _senseless()
        yield from whole


def _senseless() -> Damaged:
    return Damaged("the decoder's clock makes no sense", hint=AS_A_FILE)
