"""What is to be heard in a cut that should not be: somebody who speaks where nobody is meant to, and voices that are known again.

The sound of the rendered film is listened to as if nothing were known of it. Speech may be heard where a machine says a line, and where the plan has a bystander's
voice disguised; there it is compared with how the bystander sounded.

Invariants: the film is decoded in the jail; what is heard nowhere by the network that finds speech is not found. Peak: a piece of sound.
"""

from collections.abc import Iterator, Sequence

from jebi.media.hearing import Hearing, Stretch
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe, probe
from jebi.media.samples import SPEECH, samples
from jebi.media.speakers import Speakers, Voice, likeness, spoken
from jebi.office.labour import Report
from jebi.office.listening import HEARING
from jebi.office.opened import Opened
from jebi.office.reasons import NotHere
from jebi.office.rendering_sound import is_silent
from jebi.release.leaks import Check, Finding, Reason, most
from jebi.release.plan import Plan
from jebi.release.timeline import Showing, lines, showings

SPEAKERS = "speakers"  # the model's name
ALIKE = 0.70  # of two voices: 71 % of disguised voices are as like their own, and 18 % of all others (bench/results/voice.json)
LEAST_MS = 300  # of speech beside what is allowed: the finder of speech is not exact to more
AROUND_MS = 250  # by which speech may stand over the end of a line


def listen(jail: Jail, models: Models, plan: Plan, opened: Opened, film: str, report: Report) -> Check:
    """The check `voices` of a rendered film. Raises as `samples`, and `NotHere` without the models."""
    seen = probe(jail, film, can_stop=report.can_stop)
    if not seen.audios:
        return Check(name="voices", measured={"sound tracks": 0}, findings=_lacking(plan))
    if missing := {HEARING, SPEAKERS} - set(models.names()):
        raise NotHere(f"the model {min(missing)}, which listens for leaks, is not in place")
    hearing, speakers = Hearing(models.find(HEARING)), Speakers(models.find(SPEAKERS))
    heard = _heard(hearing, jail, film, seen, report)
    disguised = list(_disguised(plan))
    allowed = [
        *((one.start_ms, one.end_ms) for one in lines(plan, plan.voice)),
        *((start, end) for _, start, end in disguised),
    ]
    findings = [
        Finding(reason=Reason.VOICE_HEARD, what=f"somebody speaks for {left / 1000:.1f} s", at_ms=one.start_ms)
        for one in heard
        if (left := _outside(one, allowed)) >= LEAST_MS
    ]
    for showing, start_ms, end_ms in disguised:
        now = _voice(speakers, jail, film, seen, _within(heard, start_ms, end_ms), report)
        before = _original(hearing, speakers, jail, opened, showing, (start_ms, end_ms), report)
        if now and before and likeness(now, before) >= ALIKE:
            what = "a voice that is disguised is still like what it was"
            findings.append(Finding(reason=Reason.VOICE_KNOWN, what=what, at_ms=start_ms))
    tools = {hearing.maker.name: hearing.maker.digest, speakers.maker.name: speakers.maker.digest}
    measured = {
        "sound tracks": 1,
        "speech ms": sum(one.end_ms - one.start_ms for one in heard),
        "disguised": len(disguised),
    }
    return Check(name="voices", tools=tools, measured=measured, findings=most(findings))


def _lacking(plan: Plan) -> tuple[Finding, ...]:
    """A film without sound is not the one of a plan in which something is heard."""
    if is_silent(plan):
        return ()
    return (Finding(reason=Reason.NOT_CHECKED, what="the plan has sound, and the film has none"),)


def _heard(hearing: Hearing, jail: Jail, path: str, seen: Probe, report: Report) -> list[Stretch]:
    taken = samples(jail, path, seen, rate=SPEECH, can_stop=report.can_stop)
    try:
        return list(hearing.listen(taken))
    finally:
        taken.close()


def _voice(
    speakers: Speakers, jail: Jail, path: str, seen: Probe, stretches: Sequence[Stretch], report: Report
) -> Voice | None:
    taken = samples(jail, path, seen, rate=SPEECH, can_stop=report.can_stop)
    try:
        return speakers.voice(spoken(taken, stretches))
    finally:
        taken.close()


def _original(
    hearing: Hearing,
    speakers: Speakers,
    jail: Jail,
    opened: Opened,
    showing: Showing,
    shown_ms: tuple[int, int],
    report: Report,
) -> Voice | None:
    """The voice in the original's sound at the same place."""
    shift = showing.part.start_ms - showing.begins_ms
    with opened(showing.part.source) as (path, seen):
        if not seen.audios:
            return None
        stretches = _within(_heard(hearing, jail, path, seen, report), shown_ms[0] + shift, shown_ms[1] + shift)
        return _voice(speakers, jail, path, seen, stretches, report)


def _disguised(plan: Plan) -> Iterator[tuple[Showing, int, int]]:
    """Where a bystander's voice is disguised, on the clock of the cut."""
    for showing in showings(plan):
        part = showing.part
        for sound in plan.sources[part.source].sounds:
            start, end = max(sound.start_ms, part.start_ms), min(sound.end_ms, part.end_ms)
            if sound.how == "disguised" and start < end:
                shift = showing.begins_ms - part.start_ms
                yield showing, start + shift, end + shift


def _within(stretches: Sequence[Stretch], start_ms: int, end_ms: int) -> list[Stretch]:
    return [
        Stretch(start_ms=max(one.start_ms, start_ms), end_ms=min(one.end_ms, end_ms), probability=one.probability)
        for one in stretches
        if max(one.start_ms, start_ms) < min(one.end_ms, end_ms)
    ]


def _outside(one: Stretch, allowed: Sequence[tuple[int, int]]) -> int:
    """For how many milliseconds a stretch lies in none of these times, or the moments around them."""
    left, place = 0, one.start_ms
    for start, end in sorted((start - AROUND_MS, end + AROUND_MS) for start, end in allowed):
        if end <= place or start >= one.end_ms:
            continue
        left += max(0, start - place)
        place = max(place, end)
    return left + max(0, one.end_ms - place)
