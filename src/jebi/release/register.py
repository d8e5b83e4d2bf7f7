"""Which films were released and which withdrawn, as the custody log tells it (docs/formats/cuts.md, "Release").

Invariants: only what the desk wrote into the log itself counts: an event that came by way of a row bears its number at the end, and such a detail is none of
ours. Numbers rise by one and are never given twice; a film that was withdrawn keeps its number. It reads no row and no file. Peak: a few texts a film.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Final

from jebi.archive.record import LONGEST_DETAIL, Event
from jebi.errors import Damaged, Refused
from jebi.release.publish import LAST_NUMBER, Retraction, words

RELEASED: Final = "cut-released"
WITHDRAWN: Final = "cut-withdrawn"
KINDS: Final = (RELEASED, WITHDRAWN)
MEMBER: Final = "member/"  # before a name, where the log says who did something
UNTOLD: Final = {"en": "This film was withdrawn."}  # where the words that the log has cannot be shown
_FILM = re.compile(r"film ([1-9][0-9]{0,5}), output sha256 ([0-9a-f]{64}), plan sha256 ([0-9a-f]{64})")
_NOTICE = re.compile(r"film ([1-9][0-9]{0,5}): (\{.*\})")
_CUT = re.compile(r"cut/([1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A film that was released: its public number, the cut, its output and plan by their SHA-256 in hex, when, by whom, and its end if it had one."""

    number: int
    cut: int
    output: str
    plan: str
    time: int
    by: str
    withdrawn: Retraction | None = None

    @property
    def day(self) -> date:
        """The day on which it was published, UTC."""
        return _day(self.time)

    def detail(self) -> str:
        """What the log is to say of it."""
        return f"film {self.number}, output sha256 {self.output}, plan sha256 {self.plan}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All that was ever released, by number."""

    films: Mapping[int, Released]

    @property
    def next(self) -> int:
        """The number of the next film. Raises `Refused` when all are given."""
        number = max(self.films, default=0) + 1
        if number > LAST_NUMBER:
            raise Refused(f"{LAST_NUMBER} films were released, and no more can be")
        return number

    def of(self, cut: int, output: str, plan: str) -> Released | None:
        """The film that an output of a plan is. Plans that differ in their texts alone have the same output."""
        wanted = (cut, output, plan)
        return next((one for one in self.films.values() if (one.cut, one.output, one.plan) == wanted), None)

    def shown_of(self, cut: int) -> Released | None:
        """The film that is shown of a cut."""
        return next((one for one in self.films.values() if one.cut == cut and one.withdrawn is None), None)


def register(events: Iterable[Event]) -> Register:
    """What events of the log, in their order, tell of releases.

    Raises:
        Damaged: two films have one number, or a film was withdrawn that never was: the log is not one that a desk wrote.
    """
    films: dict[int, Released] = {}
    for event in events:
        if event.kind == RELEASED and (new := _released(event)):
            if new.number in films:
                raise Damaged(
                    f"the custody log tells of two films {new.number}", hint="jebi desk check looks at it all"
                )
            films[new.number] = new
        elif event.kind == WITHDRAWN and (notice := _notice(event)):
            if notice.number not in films:
                raise Damaged(f"the custody log tells of a film {notice.number} that was withdrawn and never released")
            films[notice.number] = replace(films[notice.number], withdrawn=notice)
    return Register(films=films)


def notice_detail(number: int, texts: Mapping[str, str]) -> str:
    """What the log is to say of a film that is withdrawn.

    Raises:
        Damaged, Refused: the words cannot be shown, or are too long for the log.
    """
    words(texts)
    written = json.dumps(dict(texts), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    detail = f"film {number}: {written}"
    if len(detail.encode()) > LONGEST_DETAIL:
        raise Refused(
            "the words about the film are too long", hint="say it in fewer: 4,000 bytes in all languages together"
        )
    return detail


def _released(event: Event) -> Released | None:
    told, cut = _FILM.fullmatch(event.detail), _CUT.fullmatch(event.subject)
    if not told or not cut:
        return None
    return Released(
        number=int(told[1]),
        cut=int(cut[1]),
        output=told[2],
        plan=told[3],
        time=event.time,
        by=event.actor.removeprefix(MEMBER),
    )


def _notice(event: Event) -> Retraction | None:
    told = _NOTICE.fullmatch(event.detail)
    if not told:
        return None
    try:
        said = words(json.loads(told[2]))
    except (ValueError, TypeError, AttributeError, RecursionError, Damaged):
        said = words(UNTOLD)  # the film is withdrawn, whether or not its words can be shown
    return Retraction(number=int(told[1]), day=_day(event.time), words=said)


def _day(time: int) -> date:
    try:
        return datetime.fromtimestamp(time, UTC).date()
    except (ValueError, OverflowError, OSError):
        raise Damaged("the custody log has a time that is none", hint="jebi desk check looks at it all") from None
