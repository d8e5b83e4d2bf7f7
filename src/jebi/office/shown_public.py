"""What the public will read and hear of a film, as plain values, for those who clear it and those who publish it; see `shown`.

Invariants: values only, and all of the words: whoever signs sees what they sign.
"""

from dataclasses import dataclass

from jebi.release import publication
from jebi.release.plan import Plan
from jebi.release.publish import Film

SECOND = 1000  # milliseconds
Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Public:
    """All that is read beside a film and under it; `subtitles` are languages, each with seconds and lines; `seconds` and `size` (bytes) are the film's.

    `heard` is what is heard of the originals: from which second of the film to which, and how. `voice` is the language of the lines that a machine speaks, or nothing.
    """

    title: Texts
    summary: Texts
    why: Texts
    places: tuple[str, ...]
    themes: tuple[str, ...]
    filmed: str
    seconds: int
    size: int
    changes: tuple[tuple[str, int], ...]
    subtitles: tuple[tuple[str, tuple[tuple[float, str], ...]], ...]
    heard: tuple[tuple[float, float, str], ...] = ()
    voice: str = ""

    @classmethod
    def of(cls, film: Film, plan: Plan) -> "Public":
        """What is read and heard of a film, and of its plan."""
        return cls(
            title=film.title.texts,
            summary=film.summary.texts,
            why=film.why.texts if film.why else (),
            places=film.places,
            themes=film.themes,
            filmed=film.filmed,
            seconds=film.seconds,
            size=sum(file.size for file in film.files),
            changes=tuple((str(kind), count) for kind, count in film.changes),
            subtitles=tuple(
                (one.language, tuple((cue.start_ms / SECOND, cue.text) for cue in one.cues)) for one in film.subtitles
            ),
            heard=tuple((one.start_ms / SECOND, one.end_ms / SECOND, one.how) for one in publication.heard(plan)),
            voice=plan.voice,
        )
