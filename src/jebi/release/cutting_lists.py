"""Where a programme was cut, for editing suites: CMX 3600 and FCPXML 1.9 (docs/formats/broadcast.md, "Lists of cuts").

The package holds one film. Both lists lay it out again, part by part, so that whoever opens them finds every cut; FCPXML also
lays the sounds beneath it, switched off, for they are in the film already. Neither names a recording: the only reel is the
film itself.

Invariants: the same programme gives the same bytes; nothing refers to a place on a disk. Peak: the list.
"""

from typing import Final
from xml.sax.saxutils import quoteattr

from jebi.release.programme import START, Programme

REEL: Final = 8  # characters, which is all that CMX 3600 has room for
TRACKS: Final = {0: "V", 1: "B", 2: "AA/V"}  # for each number of channels, what an event takes over
COLOUR: Final = "1-1-1 (Rec. 709)"
HERTZ: Final = 48_000


def edl(programme: Programme) -> bytes:
    """The cuts as a CMX 3600 edit decision list: ASCII, lines ended as tape machines want them.

    A title that is not ASCII has no place in it; the part's number stands there.
    """
    rate, start = programme.rate, programme.rate.hour(START)
    reel = programme.name.replace("-", "")[:REEL].upper()
    lines = [f"TITLE: {programme.name.upper()}", f"FCM: {'DROP FRAME' if rate.drops else 'NON-DROP FRAME'}", ""]
    for number, (first, end, part) in enumerate(programme.spans, 1):
        codes = " ".join(rate.code(frame) for frame in (first, end, start + first, start + end))
        lines.append(f"{number:03}  {reel:<{REEL}} {TRACKS[programme.channels]:<5} C        {codes}")
        lines.append(f"* FROM CLIP NAME: {programme.film}")
        title = part.title if part.title.isascii() and part.title else f"PART {number:03}"
        lines += [f"* COMMENT: {title}", ""]
    return "\r\n".join(lines).encode("ascii")


def fcpxml(programme: Programme) -> bytes:
    """The cuts as FCPXML 1.9, which Final Cut Pro since 10.4.9 and DaVinci Resolve since 17 open."""
    rate = programme.rate
    length, start = rate.seconds(programme.frames), rate.seconds(rate.hour(START))
    code = "DF" if rate.drops else "NDF"
    clips = [clip for place in range(len(programme.parts)) for clip in _clip(programme, place, code)]
    title = quoteattr(programme.title)
    sound = {0: "", 1: ' audioLayout="mono" audioRate="48k"', 2: ' audioLayout="stereo" audioRate="48k"'}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!DOCTYPE fcpxml>",
        '<fcpxml version="1.9">',
        "  <resources>",
        *_resources(programme, length),
        "  </resources>",
        "  <library>",  # without it, DaVinci Resolve does not open the list
        f"  <event name={title}>",
        f"    <project name={title}>",
        f'      <sequence format="r1" duration="{length}" tcStart="{start}" tcFormat="{code}"{sound[programme.channels]}>',
        "        <spine>",
        *clips,
        "        </spine>",
        "      </sequence>",
        "    </project>",
        "  </event>",
        "  </library>",
        "</fcpxml>",
        "",
    ]
    return "\n".join(lines).encode()


def _resources(programme: Programme, length: str) -> list[str]:
    """The format, the film, and each sound by itself."""
    width, height = programme.size
    heard = _heard(programme) if programme.channels else ""
    found = [
        f'    <format id="r1" frameDuration="{programme.rate.seconds(1)}" width="{width}" height="{height}" colorSpace="{COLOUR}"/>',
        f'    <asset id="r2" name="{programme.film}" start="0s" duration="{length}" hasVideo="1" format="r1" videoSources="1"{heard}>',
        f'      <media-rep kind="original-media" src="{programme.film}"/>',
        "    </asset>",
    ]
    for number, stem in enumerate(programme.stems, 3):
        name = programme.stem(stem)
        found += [
            f'    <asset id="r{number}" name="{name}" start="0s" duration="{length}"{_heard(programme)}>',
            f'      <media-rep kind="original-media" src="{name}"/>',
            "    </asset>",
        ]
    return found


def _heard(programme: Programme) -> str:
    return f' hasAudio="1" audioSources="1" audioChannels="{programme.channels}" audioRate="{HERTZ}"'


def _clip(programme: Programme, place: int, code: str) -> list[str]:
    """One part; the first carries the sounds, each as long as the programme."""
    rate = programme.rate
    first, end, part = programme.spans[place]
    offset = rate.seconds(rate.hour(START) + first)
    name = quoteattr(part.title or f"Part {place + 1:03}")
    clip = f'          <asset-clip ref="r2" offset="{offset}" name={name} start="{rate.seconds(first)}"'
    clip += f' duration="{rate.seconds(end - first)}" tcFormat="{code}"'
    if place or not programme.stems:
        return [clip + "/>"]
    length = rate.seconds(programme.frames)
    sounds = [
        f'            <asset-clip ref="r{number}" lane="{2 - number}" offset="0s" name="{programme.stem(stem)}" '
        f'start="0s" duration="{length}" enabled="0" audioRole="{stem.role}.{stem.word}"/>'
        for number, stem in enumerate(programme.stems, 3)
    ]
    return [clip + ">", *sounds, "          </asset-clip>"]
