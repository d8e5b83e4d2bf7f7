"""One pass over a clip's sound: waveform, landmarks, where somebody speaks; and what a machine believes was said there.

Machines write fluent sentences on silence. So speech is recognised only where a detector that knows no words heard some,
and every sentence is judged before it is kept; what is doubtful is marked so.

Invariants: machine text is marked as such, with the model that wrote it. Peak: a stretch of speech, and the models.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection

from jebi.archive import invented
from jebi.archive.invented import Verdict
from jebi.archive.landmarks import Listener
from jebi.archive.waveform import Tracer
from jebi.media.hearing import Hearing, Stretch
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.probe import Probe
from jebi.media.samples import Samples, samples
from jebi.media.speech import Recogniser
from jebi.media.speech import Segment as Recognised
from jebi.media.viewing import viewed
from jebi.office.labour import Report, Write
from jebi.office.made import Made
from jebi.office.reasons import NotHere
from jebi.office.words import put_words
from jebi.vault import clips, segments
from jebi.vault.catalogue import Change, Event
from jebi.vault.clips import Fact
from jebi.vault.segments import Segment

RATE = 16_000  # Hz; what every model hears
COPY_RATE = 32_000  # of what people hear, as in a film's viewing copy
HEARING, RECOGNISER = "speech-heard", "speech-"  # names of models; the second one is followed by a language
LONGEST_STRETCH_MS = 10 * 60 * 1000  # of speech that is held at once: 20 MB
TOOLS = "ffmpeg, jebi"


def listen(jail: Jail, models: Models, path: str, seen: Probe, made: Made, report: Report) -> tuple[Write, bool]:
    """Listen to a clip; the second value says whether somebody speaks in it."""
    tracer, landmarks = Tracer(RATE), Listener()
    length = _Length()
    hearing = Hearing(models.find(HEARING)) if HEARING in models.names() else None

    def passing() -> Iterator[Samples]:
        for piece in samples(jail, path, seen, rate=RATE, can_stop=report.can_stop):
            tracer.feed(piece)
            landmarks.feed(piece)
            length.count += len(piece)
            report.say(length.ms, max(length.ms, seen.duration_ms or 0), "ms")
            yield piece

    stretches: list[Stretch] = []
    if hearing:
        stretches = list(hearing.listen(passing()))
    else:
        for _ in passing():
            pass
    if not seen.videos:
        _copy(jail, path, seen, made, report)
    made.add("waveform", tracer.finish().packed())
    made.add("landmarks", landmarks.finish().packed())
    return _write(made, length.ms, stretches, hearing), bool(stretches)


def _copy(jail: Jail, path: str, seen: Probe, made: Made, report: Report) -> None:
    """A copy to listen to; of a film, `watching` makes one with its pictures."""
    target = f"{path}.mp4"
    sound = samples(jail, path, seen, rate=COPY_RATE, can_stop=report.can_stop)
    try:
        for _ in viewed((), target, sound=sound, rate=COPY_RATE):
            pass
        made.add_file("view", target)
    finally:
        if os.path.exists(target):
            os.unlink(target)


def heard(connection: Connection, clip: str) -> list[tuple[int, int]]:
    """Where somebody speaks, in ms."""
    return [(one.start_ms, one.end_ms) for one in segments.of(connection, clip, ["speech"])]


def is_recogniser(name: str) -> bool:
    """Whether a model of that name writes down what is said."""
    return name.startswith(RECOGNISER) and name != HEARING


def recognise(
    jail: Jail, models: Models, path: str, seen: Probe, clip: str, spoken: Sequence[tuple[int, int]], report: Report
) -> Write:
    """What was said, as far as a model for speech is in place. Raises `NotHere` without one."""
    names = list(filter(is_recogniser, models.names()))
    if not names:
        raise NotHere("no model for recognising speech is in place")
    model = models.find(names[0])
    language = LANGUAGES.get(names[0].removeprefix(RECOGNISER))
    came: list[Recognised] = []
    with Recogniser(model, language=language) as recogniser:
        for start_ms, sound in _stretches(samples(jail, path, seen, rate=RATE, can_stop=report.can_stop), spoken):
            came += recogniser.recognise(sound, start_ms=start_ms)
            report.say(start_ms, max(start_ms, seen.duration_ms or 0), "ms")
    judged = invented.judge([_to_judge(one) for one in came], spoken)
    found = [
        _segment(clip, one) for one, verdict in zip(came, judged, strict=True) if verdict.verdict is not Verdict.DROP
    ]
    detail = f"{len(found)} segments by {model.name} {model.digest}, {len(came) - len(found)} dropped as invented"
    doubts = [
        Fact(name=f"doubt-at-{one.segment.start_ms}", source="measured", value=one.why, tool="jebi")
        for one in judged
        if one.verdict is Verdict.DOUBT
    ]

    def write(change: Change) -> None:
        put_words(change, clip, "transcript", found, _event("speech-recognised", clip, detail))
        if doubts:
            clips.put_facts(change, clip, doubts, _event("speech-doubted", clip, f"{len(doubts)} segments"))

    return write


LANGUAGES = {"korean": "ko", "japanese": "ja", "english": "en"}


@dataclass(slots=True)
class _Length:
    count: int = 0

    @property
    def ms(self) -> int:
        return self.count * 1000 // RATE


def _write(made: Made, length_ms: int, stretches: Sequence[Stretch], hearing: Hearing | None) -> Write:
    clip = made.clip
    maker = hearing.maker if hearing else None
    found = [
        Segment(
            clip=clip,
            kind="speech",
            start_ms=one.start_ms,
            end_ms=one.end_ms,
            origin="machine",
            model=maker.name,
            model_sha256=maker.digest,
        )
        for one in stretches
        if maker
    ]
    facts = [Fact(name="sound-ms", source="measured", value=str(length_ms), tool=TOOLS)]
    if hearing is None:
        facts.append(Fact(name="speech-not-looked-for", source="measured", value="no model is in place", tool="jebi"))

    def write(change: Change) -> None:
        made.write(change)
        clips.put_facts(change, clip, facts, _event("clip-measured", clip, "its sound"))
        segments.put_machine(change, clip, "speech", found, _event("speech-heard", clip, f"{len(found)} stretches"))

    return write


def _stretches(sound: Iterator[Samples], spoken: Sequence[tuple[int, int]]) -> Iterator[tuple[int, Samples]]:
    """The sound of every stretch, cut where it is longer than is held."""
    waiting = [
        (start, min(end, start + LONGEST_STRETCH_MS))
        for first, end in spoken
        for start in range(first, end, LONGEST_STRETCH_MS)
    ]
    held, begins = np.zeros(0, np.int16), 0
    for piece in sound:
        held = np.concatenate([held, piece])
        while waiting and begins + len(held) >= waiting[0][1] * RATE // 1000:
            start, end = (ms * RATE // 1000 for ms in waiting[0])
            yield waiting.pop(0)[0], held[start - begins : end - begins]
        until = waiting[0][0] * RATE // 1000 if waiting else begins + len(held)
        gone = min(max(0, until - begins), len(held))
        held, begins = held[gone:], begins + gone
    if waiting:  # the sound ended within it
        yield waiting[0][0], held[max(0, waiting[0][0] * RATE // 1000 - begins) :]


def _to_judge(one: Recognised) -> invented.Segment:
    return invented.Segment(
        start_ms=one.start_ms,
        end_ms=one.end_ms,
        text=one.text,
        log_probability=one.average_log_probability,
        no_speech=one.no_speech_probability,
        compression=one.compression_ratio,
    )


def _segment(clip: str, one: Recognised) -> Segment:
    return Segment(
        clip=clip,
        kind="transcript",
        start_ms=one.start_ms,
        end_ms=one.end_ms,
        language=one.language,
        text=one.text,
        origin="machine",
        model=one.maker.name,
        model_sha256=one.maker.digest,
    )


def _event(kind: str, subject: str, detail: str) -> Event:
    return Event(kind=kind, subject=subject, detail=detail, actor="machine")
