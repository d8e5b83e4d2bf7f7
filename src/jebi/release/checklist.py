"""What somebody must have seen and answered before they are given a cut to sign (docs/formats/cuts.md, "Seen and answered").

No machine knows who recognises a coat, a voice or a wall. So a person from that town answers, question by question.

Invariants: whoever passes `check` signed off every page of the contact strip as it is now, or says that they watched the whole film, and answered
every question, with no doubt left. It never says what the right answer is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jebi.errors import Refused


class Question(StrEnum):
    """By what somebody, or something, could be recognised; in the order in which they are asked."""

    GAIT = "gait"
    CLOTHES = "clothes"
    VOICE = "voice"
    PLACE = "place"
    REFLECTIONS = "reflections"
    WRITING = "writing"
    TIME = "time"
    PRESENT = "present"
    FILMER = "filmer"
    CONSENT = "consent"


class Answer(StrEnum):
    """Nobody could; somebody could, and nobody comes to harm by it; not sure."""

    NO = "no"
    HARMLESS = "harmless"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a member saw and answered.

    Args:
        pages: of the contact strip, by number: the SHA-256 of the page that they signed off.
        answers: by question.
        has_watched: they say that they watched the whole film, which stands for all pages. For a terminal, which shows none.
    """

    pages: Mapping[int, str] = field(default_factory=dict)
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    has_watched: bool = False

    def unseen(self, strip: Mapping[int, str]) -> tuple[int, ...]:
        """The pages of a strip that they did not sign off as they are now, in order."""
        return () if self.has_watched else tuple(page for page in sorted(strip) if self.pages.get(page) != strip[page])

    @property
    def unanswered(self) -> tuple[Question, ...]:
        """The questions without an answer."""
        return tuple(one for one in Question if one not in self.answers)

    @property
    def unsure(self) -> tuple[Question, ...]:
        """The questions that they are not sure about."""
        return tuple(one for one in Question if self.answers.get(one) is Answer.UNSURE)

    @property
    def written(self) -> str:
        """The answers on one line, as the custody log has them."""
        return ", ".join(f"{one} {self.answers[one]}" for one in Question if one in self.answers)


def check(seen: Seen, strip: Mapping[int, str]) -> None:
    """Raise `Refused` unless enough was seen and answered; `strip` has the SHA-256 of each page of the contact strip."""
    if not strip and not seen.has_watched:
        raise Refused(
            "the pictures of the film are not made yet", hint="jebi desk work makes them; so does jebi desk serve"
        )
    if unseen := seen.unseen(strip):
        raise Refused(
            f"{len(unseen)} of {len(strip)} pages of the film's pictures were not signed off",
            hint=f"look at page {unseen[0]} first",
        )
    if left := seen.unanswered:
        raise Refused(
            f"{len(left)} of {len(Question)} questions are not answered, the first of them: {left[0]}",
            hint="answer all of them",
        )
    if doubted := seen.unsure:
        raise Refused(
            f"who is not sure does not clear, and one is not sure about: {', '.join(doubted)}",
            hint="look again; have the plan changed, or refuse",
        )
