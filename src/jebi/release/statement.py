"""What a film is to say of itself, as it follows from its plan (docs/formats/credentials.md, "What is said").

Invariants: the same plan and film give the same statement; an edit is named only where it touches what is shown. What a plan does not know, such as where
a clip ends, is not said.
"""

from collections.abc import Iterator
from typing import Final

from jebi.release.credentials import LONGEST_TITLE, Edit, Speech, Statement
from jebi.release.plan import CoverKind, How, Part, Plan
from jebi.release.sounding import within

UNTITLED: Final = "Untitled"
COVERED: Final[dict[CoverKind, Edit]] = {
    "face": Edit.FACES,
    "figure": Edit.FIGURES,
    "text": Edit.TEXT,
    "hand": Edit.AREAS,
}
HEARD: Final[dict[How, Edit]] = {"surroundings": Edit.VOICES_REMOVED, "disguised": Edit.VOICES_DISGUISED}


def statement(plan: Plan, film: bytes) -> Statement:
    """The statement about a film.

    Args:
        plan: what it was rendered from.
        film: SHA-256 of the film as it is without credentials.
    """
    done = edits(plan)
    speech = Speech.SYNTHETIC if Edit.VOICES_REPLACED in done else Speech.RECORDED
    return Statement(title=title(plan), output=film, edits=done, speech=speech)


def title(plan: Plan) -> str:
    """The title that readers of credentials show: in English, or in the first of its languages, on one line."""
    texts = dict(plan.about.title)
    text = texts.get("en") or next(iter(texts.values()), "")
    return " ".join(text.split())[:LONGEST_TITLE].strip() or UNTITLED


def edits(plan: Plan) -> frozenset[Edit]:
    """What is done to the sources where they are shown."""
    done = {Edit.NOISE, Edit.METADATA, Edit.ENCODED}
    if len(plan.parts) > 1 or plan.parts[0].start_ms:
        done.add(Edit.CUT)
    for part in plan.parts:
        done.update(_of_part(plan, part))
    return frozenset(done)


def _of_part(plan: Plan, part: Part) -> Iterator[Edit]:
    source = plan.sources[part.source]
    for cover in source.covers:
        if cover.start_ms < part.end_ms and cover.end_ms >= part.start_ms:
            yield COVERED[cover.kind]
    heard = within(source.sounds, part.start_ms, part.end_ms)
    if sum(one.end_ms - one.start_ms for one in heard) < part.length_ms:
        yield Edit.SILENCE
    for one in heard:
        if one.how in HEARD:
            yield HEARD[one.how]
    for line in source.lines:
        if line.language == plan.voice and part.start_ms <= line.start_ms < part.end_ms:
            yield Edit.VOICES_REPLACED
