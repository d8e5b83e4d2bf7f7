"""HLS playlists that go out: tags of a list, relative addresses of a fixed pattern, and nothing that is only for people.

RFC 8216 and its second edition (draft-pantos-hls-rfc8216bis). A comment, a title, an absolute or climbing address, a date, a key, an unknown tag or an
attribute that is not on the list is a leak.

Invariants: a playlist is read line by line to its end; nothing is fetched. Peak: three times the file.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from jebi.errors import Damaged
from jebi.release.leaks import Finding, Reason

LARGEST_FILE: Final = 4 << 20
NUMBER: Final = r"\d{1,12}(?:\.\d{1,6})?"
PART: Final = r"[a-z0-9]+(?:-[a-z0-9]+)*"
ADDRESS: Final = rf"(?:{PART}/){{0,4}}{PART}\.(?:m3u8|m4s|mp4|vtt)"
LINES: Final = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"#EXTM3U",
        r"#EXT-X-VERSION:\d{1,2}",
        r"#EXT-X-TARGETDURATION:\d{1,5}",
        r"#EXT-X-MEDIA-SEQUENCE:\d{1,6}",
        r"#EXT-X-PLAYLIST-TYPE:VOD",
        r"#EXT-X-INDEPENDENT-SEGMENTS",
        r"#EXT-X-ENDLIST",
        rf"#EXTINF:{NUMBER},",
        rf'#EXT-X-MAP:URI="{ADDRESS}"(?:,BYTERANGE="\d{{1,12}}@\d{{1,12}}")?',
        r"#EXT-X-BYTERANGE:\d{1,12}(?:@\d{1,12})?",
        ADDRESS,
    )
)
MAPPED: Final = re.compile(r'^#EXT-X-MAP:URI="[^"]*",BYTERANGE="(\d{1,12})@(\d{1,12})"$', re.ASCII | re.MULTILINE)
RANGED: Final = re.compile(r"^#EXT-X-BYTERANGE:(\d{1,12})(?:@(\d{1,12}))?$", re.ASCII | re.MULTILINE)
ATTRIBUTES: Final = {  # of the two tags that have many
    "BANDWIDTH": r"\d{1,10}",
    "AVERAGE-BANDWIDTH": r"\d{1,10}",
    "CODECS": r'"[a-z0-9.,]{1,80}"',
    "RESOLUTION": r"\d{1,5}x\d{1,5}",
    "FRAME-RATE": NUMBER,
    "CLOSED-CAPTIONS": "NONE",
    "SUBTITLES": rf'"{PART}"',
    "AUDIO": rf'"{PART}"',
    "TYPE": "(?:SUBTITLES|AUDIO)",
    "GROUP-ID": rf'"{PART}"',
    "NAME": '"(?:한국어|日本語|English|[a-z]{2,3}(?:-[A-Za-z]{2,4})?)"',
    "LANGUAGE": '"[a-z]{2,3}(?:-[A-Za-z]{2,4})?"',
    "DEFAULT": "(?:YES|NO)",
    "AUTOSELECT": "(?:YES|NO)",
    "FORCED": "NO",
    "CHANNELS": r'"[12]"',
    "URI": f'"{ADDRESS}"',
}
MANY: Final = re.compile(r"#EXT-X-(?:STREAM-INF|I-FRAME-STREAM-INF|MEDIA):(.*)")
ATTRIBUTE: Final = re.compile(r'([A-Z-]+)=("[^"]*"|[^",]*)(?:,|$)')


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of a file, in bytes."""

    size: int
    offset: int


def playlist(untrusted_file: bytes) -> Iterator[Finding]:
    """What is wrong with a playlist."""
    try:
        text = untrusted_file[: LARGEST_FILE + 1].decode()
    except UnicodeDecodeError:
        text = ""
    lines = text.removesuffix("\n").split("\n")
    if len(untrusted_file) > LARGEST_FILE or lines[0] != "#EXTM3U":
        yield Finding(reason=Reason.PLAYLIST, what="this is no playlist, or one that is too long")
        return
    for place, line in enumerate(lines, start=1):
        if not any(pattern.fullmatch(line) for pattern in LINES) and not _has_attributes(line):
            yield Finding(reason=Reason.PLAYLIST, what=f"line {place} of a playlist is not on the list: {_kind(line)}")


def addresses(untrusted_file: bytes) -> tuple[str, ...]:
    """Where a playlist that has nothing wrong leads, in its order."""
    text = untrusted_file.decode(errors="replace")
    found = []
    for line in text.split("\n"):
        inside = re.search(f'URI="({ADDRESS})"', line, re.ASCII)
        if inside:
            found.append(inside[1])
        elif re.fullmatch(ADDRESS, line, re.ASCII):
            found.append(line)
    return tuple(found)


def ranges(untrusted_file: bytes) -> tuple[Range, tuple[Range, ...]]:
    """What a playlist of one file plays: the head, and the segments in their order.

    Raises:
        Damaged: it is of several files, or names no head, no segment, or one without its range.
    """
    text = untrusted_file.decode(errors="replace")
    heads = [Range(int(size), int(offset)) for size, offset in MAPPED.findall(text)]
    found, end = [], 0
    for size, offset in RANGED.findall(text):
        found.append(Range(int(size), int(offset) if offset else end))
        end = found[-1].offset + found[-1].size
    named = addresses(untrusted_file)
    if len(heads) != 1 or not found or len(named) != 1 + len(found) or len(set(named)) != 1:
        raise Damaged("a playlist does not play one film by its ranges")
    return heads[0], tuple(found)


def _has_attributes(line: str) -> bool:
    tag = MANY.fullmatch(line)
    if not tag:
        return False
    at, seen = 0, set()
    while at < len(tag[1]):
        found = ATTRIBUTE.match(tag[1], at)
        if not found or found[1] in seen or not re.fullmatch(ATTRIBUTES.get(found[1], "(?!)"), found[2], re.ASCII):
            return False
        seen.add(found[1])
        at = found.end()
    return bool(seen) and not tag[1].endswith(",")


def _kind(line: str) -> str:
    if line.startswith("#EXT"):
        return "a tag"
    return "a comment" if line.startswith("#") else "an address"
