"""What is heard in a cut: of the originals what the plan names, and over it the lines that are spoken in a machine's voice.

Invariants: samples come out of the jail; where somebody speaks is heard anew each time, so that the same plan and originals give the same sound
whatever the catalogue says; a part has exactly as many samples as it is long. A plan that names nothing to be heard has no sound at all.
Peak: one second of sound, and what surroundings take.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from jebi.errors import Refused
from jebi.media.hearing import Hearing
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe
from jebi.media.revoicing import Revoicer
from jebi.media.samples import SPEECH, Samples, samples
from jebi.office.labour import Report
from jebi.office.listening import HEARING
from jebi.office.opened import Opened
from jebi.office.reasons import NotHere
from jebi.release.plan import Line, Plan, Sound
from jebi.release.sounding import PER_MS, RATE, Said, Speech, around, sounding, surveyed, within
from jebi.release.timeline import Showing, showings

PIECE = RATE  # samples of silence at once


def is_silent(plan: Plan) -> bool:
    """Whether nothing is heard in any part of a cut."""
    return not any(_sounds(plan, showing) or _lines(plan, showing) for showing in showings(plan))


def render_sound(jail: Jail, models: Models, plan: Plan, opened: Opened, report: Report) -> Iterator[Samples]:
    """The sound of a cut: 48 kHz, one channel.

    Raises, while samples are taken:
        Refused: a line cannot be spoken in its stretch, in its language, or while another is spoken.
        NotHere: it has to be known where somebody speaks, and the model is not in place.
        Damaged, TooCostly, Unable, Stopped: as `samples`.
    """
    for showing in showings(plan):
        sounds, spoken = _sounds(plan, showing), list(_said(jail, plan, showing))
        if not sounds:
            yield from sounding(
                _silence(showing.part.length_ms * PER_MS),
                sounds=(),
                speech=(),
                rooms=(),
                seed=plan.picture.seed,
                lines=spoken,
            )
            continue
        with opened(showing.part.source) as (path, seen):
            speech = _speech(jail, models, path, seen, showing, report) if _has_surroundings(sounds) else []
            rooms = surveyed(_pieces(jail, path, seen, showing, report), sounds=sounds, speech=speech)
            pieces = _pieces(jail, path, seen, showing, report)
            yield from sounding(pieces, sounds=sounds, speech=speech, rooms=rooms, seed=plan.picture.seed, lines=spoken)


def _sounds(plan: Plan, showing: Showing) -> Sequence[Sound]:
    part = showing.part
    return within(plan.sources[part.source].sounds, part.start_ms, part.end_ms)


def _lines(plan: Plan, showing: Showing) -> list[Line]:
    """The lines that are spoken in a part, and begin in it."""
    part = showing.part
    lines = (line for line in plan.sources[part.source].lines if plan.voice and line.language == plan.voice)
    return sorted(
        (line for line in lines if part.start_ms <= line.start_ms < part.end_ms), key=lambda line: line.start_ms
    )


def _said(jail: Jail, plan: Plan, showing: Showing) -> Iterator[Said]:
    ended = 0  # the sample after the last one that was spoken
    for line in _lines(plan, showing):
        until = min(line.end_ms, showing.part.end_ms)
        spoken = Revoicer(jail).speak(line.text, line.language, rate=RATE, fit_ms=until - line.start_ms)
        said = Said(start_ms=line.start_ms - showing.part.start_ms, samples=spoken.samples)
        if said.start_ms * PER_MS < ended:
            raise Refused("two lines that are spoken overlap", hint="let one begin when the other ends")
        ended = said.start_ms * PER_MS + len(said.samples)
        yield said


def _has_surroundings(sounds: Iterable[Sound]) -> bool:
    return any(sound.how == "surroundings" for sound in sounds)


def _speech(jail: Jail, models: Models, path: str, seen: Probe, showing: Showing, report: Report) -> list[Speech]:
    """Where somebody speaks in a part, or near it."""
    if HEARING not in models.names():
        raise NotHere("the model for hearing where somebody speaks is not in place")
    if not seen.audios:
        return []
    taken = samples(jail, path, seen, rate=SPEECH, can_stop=report.can_stop)
    try:
        found = [
            Speech(start_ms=one.start_ms, end_ms=one.end_ms) for one in Hearing(models.find(HEARING)).listen(taken)
        ]
    finally:
        taken.close()
    return around(found, showing.part.start_ms, showing.part.end_ms)


def _pieces(jail: Jail, path: str, seen: Probe, showing: Showing, report: Report) -> Iterator[Samples]:
    """The original's sound in a part; silence where it has none."""
    skipped, left = showing.part.start_ms * PER_MS, showing.part.length_ms * PER_MS
    if seen.audios:
        taken = samples(jail, path, seen, rate=RATE, can_stop=report.can_stop)
        try:
            for piece in taken:
                part = piece[skipped : skipped + left]
                skipped, left = max(0, skipped - len(piece)), left - len(part)
                if part.size:
                    yield part
                if not left:
                    return
        finally:
            taken.close()
    yield from _silence(left)


def _silence(count: int) -> Iterator[Samples]:
    for start in range(0, count, PIECE):
        yield np.zeros(min(PIECE, count - start), np.int16)
