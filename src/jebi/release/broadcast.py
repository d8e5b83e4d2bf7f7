"""A broadcaster's package: everything in it that is text (docs/formats/broadcast.md).

The film and the sounds are encoded elsewhere (`office/broadcasting`); what is made here lies beside them: two lists of cuts, a shot list for a spreadsheet
and one for a browser, subtitles in three formats for each language, terms in three languages, and the sums of all.

Invariants: the same programme and terms give the same bytes; every name comes from the programme's own; `sums` names every
file or fails. It never reads a file.
Peak: the texts.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from jebi.archive.transcript import MACHINE
from jebi.errors import Refused
from jebi.release.captions import ebu_tt_d, subrip, webvtt
from jebi.release.cutting_lists import edl, fcpxml
from jebi.release.instructions import LANGUAGES, Terms, instructions
from jebi.release.plan import Plan
from jebi.release.programme import Cue, Part, Programme, Stem
from jebi.release.publication import code
from jebi.release.shot_list import page, table
from jebi.release.timecode import Rate
from jebi.release.timeline import languages, lines, showings

SUMS: Final = "SHA256SUMS"
DIGEST: Final = re.compile("[0-9a-f]{64}")
TOLD_IN: Final = ("en", "ko", "ja")  # the language of the title in the lists, by preference


def programme_of(number: int, plan: Plan, size: tuple[int, int], *, has_sound: bool) -> Programme:
    """A published film as its plan has it.

    Args:
        number: its public number.
        plan: what two people cleared.
        size: columns and lines of the film.
        has_sound: something is heard in it.

    Raises:
        Refused: an editing suite could not read it: its rate, its many parts, lines that are said at once.
    """
    titles = dict(plan.about.title)
    title = next((titles[language] for language in (*TOLD_IN, *titles) if language in titles), "")
    return Programme(
        name=f"film-{number:04}",
        title=title,
        rate=Rate(Fraction(plan.picture.rate)),
        size=size,
        parts=tuple(Part(frames=one.end - one.first) for one in showings(plan) if one.end > one.first),
        channels=1 if has_sound else 0,
        stems=(Stem.MIX,) if has_sound else (),
        subtitles={code(language): _cues(plan, language) for language in languages(plan)},
    )


def _cues(plan: Plan, language: str) -> tuple[Cue, ...]:
    """What is said in a language. That a machine understood it stands in the terms and on the site; a caption has no room for it."""
    said = sorted(lines(plan, language), key=lambda line: line.start_ms)
    return tuple(Cue(start=one.start_ms, stop=one.end_ms, text=one.text.removeprefix(f"{MACHINE} ")) for one in said)


def texts(programme: Programme, terms: Terms) -> dict[str, bytes]:
    """The package's texts, each by its file name."""
    found = {
        programme.file("cuts", "edl"): edl(programme),
        programme.file("cuts", "fcpxml"): fcpxml(programme),
        programme.file("shots", "csv"): table(programme),
        programme.file("shots", "html"): page(programme),
    }
    for language in programme.languages:
        cues = programme.subtitles[language]
        found[programme.file("subtitles", "vtt", language)] = webvtt(cues)
        found[programme.file("subtitles", "srt", language)] = subrip(cues)
        found[programme.file("subtitles", "ttml", language)] = ebu_tt_d(cues, language)
    for language in LANGUAGES:
        found[programme.file("read-first", "txt", language)] = instructions(programme, terms, language)
    return found


def names(programme: Programme, terms: Terms) -> tuple[str, ...]:
    """What lies in a whole package, sorted; the sums are not among them."""
    return tuple(sorted([programme.film, *map(programme.stem, programme.stems), *texts(programme, terms)]))


def sums(programme: Programme, terms: Terms, digests: Mapping[str, str]) -> bytes:
    """`SHA256SUMS`, as `sha256sum --check` reads it.

    Args:
        programme: what the package is of.
        terms: those in it.
        digests: SHA-256 in hexadecimal of every file, by its name.

    Raises:
        Refused: a file is missing, or one too many.
    """
    if tuple(sorted(digests)) != names(programme, terms):
        raise Refused("a package is not whole, or holds what does not belong to it", hint="make it anew")
    if not all(DIGEST.fullmatch(digest) for digest in digests.values()):
        raise ValueError("a digest is a SHA-256 in hexadecimal")
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
