"""Subtitles that go out: WebVTT with cues and nothing else (W3C WebVTT, 2019; docs/formats/transcripts.md).

Allowed are the first line, and cues of a line of times without settings and one or more lines of plain words. A note, a style, a region, a
speaker, a name of a cue, markup and unseen characters are leaks, and so is a word of the secrets list.

Invariants: a file that could not be read to its end is a finding, never an exception. Peak: four times the file.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from jebi.release.leaks import Finding, Reason
from jebi.release.secret_words import Secrets

LARGEST_FILE: Final = 4 << 20  # bytes; ten hours of unbroken talk take one
TIMES: Final = re.compile(
    r"(\d{2,3}):([0-5]\d):([0-5]\d)\.(\d{3}) --> (\d{2,3}):([0-5]\d):([0-5]\d)\.(\d{3})", re.ASCII
)
BLOCK: Final = re.compile(r"(?:NOTE|STYLE|REGION|X-TIMESTAMP-MAP|Kind|Language)\b")
ENTITY: Final = re.compile(r"&(?!(?:amp|lt|gt|nbsp|lrm|rlm);)")
UNSEEN: Final = frozenset(("Cc", "Cf", "Cs", "Cn", "Co"))


def subtitles(untrusted_file: bytes, secrets: Secrets) -> Iterator[Finding]:
    """What is wrong with a WebVTT file."""
    text = _text(untrusted_file)
    if text is None or not text.startswith("WEBVTT\n"):
        yield Finding(
            reason=Reason.SUBTITLE_NOTE, what="the subtitles are no WebVTT with an empty first line, or too long"
        )
        return
    header, _, rest = text.partition("\n\n")
    if header.strip("\n") != "WEBVTT":
        yield Finding(reason=Reason.SUBTITLE_NOTE, what="the subtitles have words in their head")
    last = 0
    for block in re.split(r"\n{2,}", rest.strip("\n")) if rest.strip("\n") else ():
        lines = block.split("\n")
        times = TIMES.fullmatch(lines[0])
        if times is None:
            yield _strange(lines[0])
            continue
        start, stop = (_ms(times.groups()[at : at + 4]) for at in (0, 4))
        yield from _cue(lines[1:], start, secrets)
        if not last <= start < stop:
            yield Finding(reason=Reason.SUBTITLE_NOTE, what="a cue is not in the order of time", at_ms=start)
        last = start


def _text(untrusted_file: bytes) -> str | None:
    if len(untrusted_file) > LARGEST_FILE:
        return None
    try:
        return untrusted_file.decode()
    except UnicodeDecodeError:
        return None


def _strange(line: str) -> Finding:
    what = "the subtitles have a note, a style or a region" if BLOCK.match(line) else "a cue has a name, or settings"
    return Finding(reason=Reason.SUBTITLE_NOTE, what=what)


def _cue(lines: list[str], start: int, secrets: Secrets) -> Iterator[Finding]:
    words = "\n".join(lines)
    if not words or "<" in words or "-->" in words or ENTITY.search(words):
        yield Finding(reason=Reason.SUBTITLE_NOTE, what="a cue is empty or has markup", at_ms=start)
    if any(unicodedata.category(letter) in UNSEEN and letter != "\n" for letter in words):
        yield Finding(reason=Reason.SUBTITLE_NOTE, what="a cue has characters that are not seen", at_ms=start)
    for place in secrets.found_in(words):
        what = f"a cue says word {place} of the secrets list"
        yield Finding(reason=Reason.SUBTITLE_NAME, what=what, at_ms=start)


def _ms(parts: tuple[str, ...]) -> int:
    hours, minutes, seconds, thousandths = map(int, parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
