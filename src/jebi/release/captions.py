"""Subtitles in the three formats that ask for no editing: WebVTT, SubRip, EBU-TT-D (docs/formats/broadcast.md, "Subtitles").

Invariants: what was said is shown as it stands: markup in it is text, and no cue has a name, a speaker or a style of its own. The same
cues give the same bytes. Peak: twice the subtitles.
"""

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from jebi.release.programme import Cue

NAMESPACES: Final = (
    'xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" '
    'xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:ebuttm="urn:ebu:tt:metadata"'
)
HEAD: Final = (  # two lines at the foot of the picture, white on black, in letters of a fifteenth of its height
    "  <head>",
    "    <metadata>",
    "      <ebuttm:documentMetadata>",
    "        <ebuttm:conformsToStandard>urn:ebu:tt:distribution:2018-04</ebuttm:conformsToStandard>",
    "      </ebuttm:documentMetadata>",
    "    </metadata>",
    "    <styling>",
    '      <style xml:id="s1" tts:fontFamily="proportionalSansSerif" tts:fontSize="100%" tts:lineHeight="normal" tts:textAlign="center"/>',
    '      <style xml:id="s2" tts:color="#ffffffff" tts:backgroundColor="#000000c2"/>',
    "    </styling>",
    "    <layout>",
    '      <region xml:id="r1" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after" tts:overflow="visible"/>',
    "    </layout>",
    "  </head>",
)


def webvtt(cues: Sequence[Cue]) -> bytes:
    """WebVTT (W3C), for browsers."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        times = f"{_clock(cue.start, '.')} --> {_clock(cue.stop, '.')}"
        blocks.append(f"{times}\n{escape(cue.text)}\n")
    return "\n".join(blocks).encode()


def subrip(cues: Sequence[Cue]) -> bytes:
    """SubRip, for editing suites; lines end as its first program ended them. There is no way to escape: what looks like markup is parted."""
    blocks = []
    for number, cue in enumerate(cues, 1):
        times = f"{_clock(cue.start, ',')} --> {_clock(cue.stop, ',')}"
        text = cue.text.replace("<", "< ").replace("{", "{ ").replace("\n", "\r\n")
        blocks.append(f"{number}\r\n{times}\r\n{text}\r\n")
    return "\r\n".join(blocks).encode()


def ebu_tt_d(cues: Sequence[Cue], language: str) -> bytes:
    """EBU-TT-D (EBU Tech 3380), for broadcasters."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<tt {NAMESPACES} ttp:timeBase="media" ttp:cellResolution="32 15" xml:lang={quoteattr(language)}>')
    lines += HEAD
    if cues:
        lines += ["  <body>", '    <div style="s1">']
        for number, cue in enumerate(cues, 1):
            spans = "<br/>".join(f'<span style="s2">{escape(line)}</span>' for line in cue.text.split("\n"))
            times = f'begin="{_clock(cue.start, ".")}" end="{_clock(cue.stop, ".")}"'
            lines.append(f'      <p xml:id="c{number}" region="r1" {times}>{spans}</p>')
        lines += ["    </div>", "  </body>"]
    return "\n".join([*lines, "</tt>", ""]).encode()


def _clock(ms: int, point: str) -> str:
    seconds, part = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{part:03}"
