"""Words in the bytes of a film at whatever bit they begin: the secrets list, and names that encoders and cameras leave.

A decoder skips much that it does not know, and what it skips need not begin at a byte. So the bytes are looked at eight times, shifted by
a bit each time, for the words as UTF-8 and UTF-16.

What it does not find: words of less than `SHORTEST` bytes, which are in any film by chance; words that are compressed, encrypted or cut
in pieces; anything that is no word. The time is some 20 ns a byte.
Invariant: it answers with findings, whatever the bytes are. Peak: 40 times `PIECE`.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jebi.release.boxes import Source
from jebi.release.leaks import Finding, Reason

PAIR: Final = np.dtype("<u2")
PIECE: Final = 1 << 20  # bytes looked at in one go
SHORTEST: Final = 6  # bytes of a secret: by chance one stands in 30 GB of film
LONGEST: Final = 1024
NAMES: Final = (  # of what writes films; five bytes or more
    *("x264 - core", "libx264", "x265 (build", "Lavc5", "Lavc6", "Lavf5", "Lavf6", "libfdk", "FFmpeg", "HandBrake"),
    *(
        "FAAC ",
        "Nero AAC",
        "GStreamer",
        "GPAC ISO",
        "Adobe Premiere",
        "Final Cut",
        "QuickTime",
        "com.apple",
        "com.android",
    ),
    *("iPhone", "Samsung", "Xiaomi", "Huawei", "GoPro", "DJI Mavic", "Canon EOS", "ISO6709"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """Bytes that must not be there, and what to say when they are."""

    content: bytes
    finding: Finding


def traces(film: Source, secrets: Iterable[str]) -> Iterator[Finding]:
    """Look through all bytes of a film, a head or a segment; each trace is named once."""
    marks = _marks(secrets)
    first, second = np.zeros(1 << 16, bool), np.zeros(1 << 16, bool)
    by_pair: dict[int, list[_Mark]] = {}
    for mark in marks:
        pair = int.from_bytes(mark.content[:2], "little")
        first[pair] = second[int.from_bytes(mark.content[2:4], "little")] = True
        by_pair.setdefault(pair, []).append(mark)
    named: set[Finding] = set()
    for start in range(0, film.size, PIECE):
        content = film.read_at(start, PIECE + LONGEST)
        for shift in range(8):
            shifted = _shifted(content, shift)
            for mark in _found(shifted, first, second, by_pair):
                if mark.finding not in named:
                    named.add(mark.finding)
                    yield mark.finding


def too_short(secrets: Iterable[str]) -> int:
    """How many words are too short to be looked for in bytes."""
    return sum(len(word.encode("utf-8", "replace")) < SHORTEST for word in secrets)


def _shifted(content: bytes, shift: int) -> bytes:
    """The bytes as they are read from the bit `shift` of the first on."""
    if not shift:
        return content
    whole: NDArray[np.uint8] = np.frombuffer(content, np.uint8)
    return ((whole[:-1] << shift) | (whole[1:] >> (8 - shift))).astype(np.uint8).tobytes()


def _found(
    content: bytes, first: NDArray[np.bool_], second: NDArray[np.bool_], marks: dict[int, list[_Mark]]
) -> Iterator[_Mark]:
    """Marks in the bytes, by their first two bytes, then the next two, then all."""
    for odd in range(min(2, len(content))):
        pairs = np.frombuffer(content, PAIR, offset=odd, count=(len(content) - odd) // 2)
        near = np.flatnonzero(first[pairs[:-1]])
        for place in near[second[pairs[near + 1]]]:
            at = 2 * int(place) + odd
            for mark in marks[int(pairs[place])]:
                if content.startswith(mark.content, at):
                    yield mark


def _marks(secrets: Iterable[str]) -> list[_Mark]:
    marks = []
    for name in NAMES:
        reason = Reason.LOCATION if name == "ISO6709" else Reason.ENCODER_STRING
        finding = Finding(reason=reason, what=f"the bytes of the film hold the words {name.strip()}")
        marks.append(_Mark(content=name.encode(), finding=finding))
    for place, word in enumerate(secrets, start=1):
        finding = Finding(
            reason=Reason.TEXT_SECRET, what=f"the bytes of the film hold word {place} of the secrets list"
        )
        written = {
            form(unicodedata.normalize(kind, word)) for kind in ("NFC", "NFD") for form in (str, str.lower, str.upper)
        }
        for text in written:
            for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
                content = text.encode(encoding, "replace")[:LONGEST]
                if len(content) >= SHORTEST:
                    marks.append(_Mark(content=content, finding=finding))
    return marks
