"""What the pages show of cuts that are cleared or refused, as plain values; see `shown`.

Invariants: values only; people appear under pseudonyms.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jebi.office.shown import Person
from jebi.office.shown_public import Public
from jebi.release.checklist import Answer, Question
from jebi.release.doubts import Why


class Obstacle(StrEnum):
    """Why a member cannot sign now; the first that holds is what they deal with first."""

    NO_REPORT = "no-report"
    LEAKS = "leaks"
    AUTHOR = "author"
    REFUSED = "refused"
    DONE = "done"
    NO_KEY = "no-key"
    NO_PICTURES = "no-pictures"
    PAGES = "pages"
    QUESTIONS = "questions"
    UNSURE = "unsure"
    UNFIT = "unfit"


class Verdict(StrEnum):
    """What a member said of an output."""

    CLEARED = "cleared"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A leak that was found; `at` is its second in the film."""

    reason: str
    what: str
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of the report: its tools, what they measured, what they found."""

    name: str
    tools: Mapping[str, str]
    measured: Mapping[str, int | str]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The newest report on an output."""

    sha256: str
    when: int
    has_passed: bool
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """A picture to look at first."""

    number: int
    at: float
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class StripPage:
    """A page of the contact strip: from which second to which, its digest, and whether the member who asks signed it off."""

    number: int
    start: float
    end: float
    sha256: str
    is_seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a member said of an output."""

    by: str
    verdict: Verdict
    when: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Somebody who is in a clip that the cut shows, or once showed."""

    clip: str
    person: Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """An output as the member who asks has it before them.

    `obstacles` are empty when they may sign; `why_not` says what is wrong with a cut that two people cleared and that is
    not cleared all the same. `public` is what the public will read, `unfit` what keeps it from being shown, in English. `author` kept the plan, `newer` is the number of a newer output of the cut, or zero.
    """

    cut: int
    name: str
    output: int
    sha256: str
    plan_sha256: str
    author: str
    when: int
    newer: int = 0
    has_film: bool = True
    report: Report | None = None
    first: tuple[First, ...] = ()
    strip: tuple[StripPage, ...] = ()
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    people: tuple[Shown, ...] = ()
    words: tuple[Word, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    is_cleared: bool = False
    why_not: str = ""
    public: Public | None = None
    unfit: str = ""

    @property
    def unseen(self) -> tuple[StripPage, ...]:
        """The pages that the member did not sign off."""
        return tuple(one for one in self.strip if not one.is_seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a member is to sign, and what their key is called."""

    statement: str
    key_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberKey:
    """A member's public key, as a C2SP `vkey`; `is_standing` by the custody log."""

    verifier: str
    when: int
    is_standing: bool
