"""What the public is told of a cut follows from its plan, and from nothing that anybody writes later (docs/formats/cuts.md, "Release").

Texts, places, themes, the date as far as it may be told, subtitles and the list of what was changed come out of the plan that two people signed; size and
credentials out of the film; names and digests out of the output.

Invariants: the same plan and files give the same film; nothing of a clip, a person or a time of day comes in. What cannot be published is refused before
anything is. Peak: the plan, and a few numbers for each of its covers and lines.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Final

from jebi.archive.transcript import MACHINE, Cue, clean
from jebi.errors import Damaged, Refused
from jebi.parcel.safename import SafeName
from jebi.release.boxes import Box, Source, boxes, read
from jebi.release.container import CREDENTIAL
from jebi.release.fields import value_of
from jebi.release.output import FILM
from jebi.release.plan import CoverKind, How, Moving, Plan, Sound
from jebi.release.publish import Change, File, Film, Subtitles, Words, words
from jebi.release.sounding import within
from jebi.release.timeline import languages, lines, showings

POSTER, CARD, STREAM = "poster.jpg", "card.jpg", "stream.m3u8"
HEADER: Final = 256  # bytes; a track's header has 84
COVERED: Final[Mapping[CoverKind, Change]] = {
    "face": Change.FACES_COVERED,
    "figure": Change.FIGURES_COVERED,
    "text": Change.TEXT_COVERED,
    "hand": Change.THINGS_COVERED,
}
_ANEW = "write it into the plan, and have that rendered and cleared: what is published was cleared with the film"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the film's file says of itself: columns, lines, and whether C2PA credentials lie in it."""

    width: int
    height: int
    has_credentials: bool


def film(number: int, plan: Plan, files: Iterable[File], seen: Measured, day: date) -> Film:
    """What is shown of a cut.

    Args:
        number: its public number.
        plan: what was rendered.
        files: all files of the output.
        seen: as `measured` read it.
        day: on which it was published.

    Raises:
        Refused: the plan tells the public nothing, or the output lacks a file that a film is published with.
        Damaged: a text is longer than a page can show, or has what nobody sees.
    """
    about, named = plan.about, {str(file.name): file for file in files}
    movie, poster, card = (_there(named, name) for name in (FILM, POSTER, CARD))
    stream = [named.pop(STREAM)] if STREAM in named else []
    if named and not stream:
        raise Refused("the output has files of a stream, and no list of them", hint="have the plan rendered anew")
    return Film(
        number=number,
        title=_told(about.title, "a title"),
        summary=_told(about.summary, "a summary"),
        why=_words(about.why) if about.why else None,
        places=about.places,
        themes=about.themes,
        filmed=about.filmed,
        seconds=max(1, round(plan.length_ms / 1000)),
        published=day,
        changes=tuple(changes(plan)),
        subtitles=tuple(_subtitles(plan, language) for language in languages(plan)),
        width=seen.width,
        height=seen.height,
        movie=movie,
        poster=poster,
        card=card,
        stream=(*stream, *(named[name] for name in sorted(named))),
        has_credentials=seen.has_credentials,
    )


def file(name: str, size: int, sha256: str) -> File:
    """A file of an output as it is published: under the name that it has there."""
    return File(name=SafeName(name), size=size, sha256=sha256)


def measured(untrusted_film: Source) -> Measured:
    """Look at a film's boxes. It has passed the leak check, so they are where they should be, or it is `Damaged`."""
    top, _ = boxes(untrusted_film, 0, untrusted_film.size)
    has = any(box.kind == b"uuid" and untrusted_film.read_at(box.payload, 16) == CREDENTIAL for box in top)
    tracks = _within(untrusted_film, _within(untrusted_film, top, b"moov"), b"trak")
    for header in (box for box in tracks if box.kind == b"tkhd"):
        content = read(untrusted_film, header, HEADER)
        width, height = (value_of(b"tkhd", side, content) >> 16 for side in ("width", "height"))
        if width and height:
            return Measured(width=width, height=height, has_credentials=has)
    raise Damaged("the film has no track of pictures", hint="have the plan rendered anew")


def changes(plan: Plan) -> Iterator[tuple[Change, int]]:
    """What was done to what is shown, and how often; 0 where it cannot be counted."""
    parts = plan.parts
    counts: dict[Change, int] = {}
    for place, source in enumerate(plan.sources):
        mine = [(part.start_ms, part.end_ms) for part in parts if part.source == place]
        for cover in source.covers:
            if any(_is_in(cover, *span) for span in mine):
                counts[COVERED[cover.kind]] = counts.get(COVERED[cover.kind], 0) + 1
        disguised = [one for one in source.sounds if one.how == "disguised"]
        heard = sum(any(one.start_ms < end and start < one.end_ms for start, end in mine) for one in disguised)
        counts[Change.VOICES_DISGUISED] = counts.get(Change.VOICES_DISGUISED, 0) + heard
    counts[Change.VOICES_REPLACED] = sum(1 for _ in lines(plan, plan.voice)) if plan.voice else 0
    counts[Change.SOUND_REMOVED] = _merged(_removed(plan))
    joins = sum((a.source, a.end_ms) != (b.source, b.start_ms) for a, b in pairwise(parts))
    counts[Change.PARTS_CUT] = joins + (parts[0].start_ms > 0)
    always = {Change.NOISE_LOWERED, Change.METADATA_REMOVED}  # whatever passed the leak check
    yield from ((kind, counts.get(kind, 0)) for kind in Change if kind in always or counts.get(kind))


def code(language: str) -> str:
    """A language of a plan, which is in small letters, as BCP 47 writes it."""
    first, *more = language.split("-")
    return "-".join([first, *(one.title() if len(one) == 4 else one.upper() for one in more)])


def heard(plan: Plan) -> Iterator[Sound]:
    """What is heard of the originals, by the clock of the cut."""
    for showing in showings(plan):
        part, at = showing.part, showing.begins_ms
        for one in within(plan.sources[part.source].sounds, part.start_ms, part.end_ms):
            yield replace(one, start_ms=at + one.start_ms, end_ms=at + one.end_ms)


def _removed(plan: Plan) -> Iterator[tuple[int, int]]:
    """The stretches of the cut in which nothing of the original is heard, or all but its voices."""
    kept: frozenset[How] = frozenset({"plain", "disguised"})
    for showing in showings(plan):
        part, at = showing.part, 0
        for one in within(plan.sources[part.source].sounds, part.start_ms, part.end_ms):
            if one.how in kept:
                yield showing.begins_ms + at, showing.begins_ms + one.start_ms
                at = one.end_ms
        yield showing.begins_ms + at, showing.begins_ms + part.length_ms


def _merged(stretches: Iterable[tuple[int, int]]) -> int:
    """How many stretches there are, where those that touch are one, and empty ones are none."""
    count, last = 0, -1
    for start, end in stretches:
        if start < end:
            count += start != last
            last = end
    return count


def _is_in(one: Moving, start_ms: int, end_ms: int) -> bool:
    return one.start_ms < end_ms and one.end_ms >= start_ms


def _subtitles(plan: Plan, language: str) -> Subtitles:
    """What is said in a language, in the order of time. Raises `Damaged` for words that would show otherwise than they were cleared."""
    cues = []
    for line in sorted(lines(plan, language), key=lambda line: line.start_ms):
        text = line.text.removeprefix(f"{MACHINE} ")
        if clean(text) != text.strip("\u3000").replace("\u3000", " "):  # a wide space is written as a plain one
            what = "a line of the subtitles has markup, needless spaces or what nobody sees"
            raise Damaged(what, hint="write that line anew in the plan")
        cues.append(Cue(start_ms=line.start_ms, end_ms=line.end_ms, text=clean(text), is_machine=text != line.text))
    return Subtitles(language=code(language), cues=tuple(cues))


def _told(texts: tuple[tuple[str, str], ...], what: str) -> Words:
    if not texts:
        raise Refused(f"the plan does not tell the public {what}", hint=_ANEW)
    return _words(texts)


def _words(texts: tuple[tuple[str, str], ...]) -> Words:
    return words({code(language): text for language, text in texts})


def _there(named: dict[str, File], name: str) -> File:
    if name not in named:
        raise Refused(f"the output has no {name}", hint="have the plan rendered anew, looked through, and cleared")
    return named.pop(name)


def _within(source: Source, among: Iterable[Box], kind: bytes) -> list[Box]:
    """What lies in the boxes of a kind."""
    return [inner for box in among if box.kind == kind for inner in boxes(source, box.payload, box.stop)[0]]
