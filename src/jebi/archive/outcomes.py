"""What becomes of a file that is taken into the archive: which steps it needs, and how each one ended.

Every file that arrived has an outcome, also the one that nothing can read: `opened` when every step was done, `partly`
when some were, `refused` when none was, and always one sentence that an editor understands.

What a file says of itself is a claim; what jebi counted in its own decoding is a measure. They are kept apart.

Invariants: a refusal has its reason; a sentence has no line break, and no name of a file. Never decides what a person
has to: an outcome opens nothing and deletes nothing.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LONGEST_SENTENCE = 300  # characters; it stands in one row of a page
LONGEST_KEY, LONGEST_VALUE = 120, 4000  # of a claim; exiftool's longest tags are comments
MOST_CLAIMS = 2000  # a phone's film has about 150; a hostile file may have millions
_NEVER_SHOWN = {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}


class Kind(StrEnum):
    """What a file turned out to be when the jail looked at it; never what its name says."""

    VIDEO = "video"
    AUDIO = "audio"
    IMAGE = "image"
    OTHER = "other"


class Step(StrEnum):
    """One thing to do with a file. Its value is its name in the rows of jobs."""

    METADATA = "metadata"  # what the file claims, read completely
    DECODE = "decode"  # one pass in the jail: frames with their times, and sound
    SHEET = "sheet"  # contact sheet and thumbnails
    COPY = "copy"  # the viewing copy
    SHOTS = "shots"
    PICTURES = "pictures"  # perceptual fingerprints
    LANDMARKS = "landmarks"  # of the sound
    WAVEFORM = "waveform"
    HEARD = "heard"  # where speech is
    WORDS = "words"  # a machine's transcript
    TEXT = "text"  # on screen
    FACES = "faces"


_SEEN = (Step.SHEET, Step.COPY, Step.PICTURES, Step.TEXT, Step.FACES)
_SOUNDED = (Step.WAVEFORM, Step.LANDMARKS, Step.HEARD, Step.WORDS)
_PLANS = {
    Kind.VIDEO: (Step.METADATA, Step.DECODE, Step.SHOTS, *_SEEN, *_SOUNDED),
    Kind.AUDIO: (Step.METADATA, Step.DECODE, Step.COPY, *_SOUNDED),
    Kind.IMAGE: (Step.METADATA, Step.DECODE, *_SEEN),
    Kind.OTHER: (Step.METADATA,),
}
_NEEDS = {
    **dict.fromkeys((Step.SHOTS, *_SEEN, *_SOUNDED), Step.DECODE),
    Step.TEXT: Step.SHOTS,
    Step.WORDS: Step.HEARD,
}


class State(StrEnum):
    """How an accession ended."""

    OPENED = "opened"
    PARTLY = "partly"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What jebi counted itself when it decoded the file; None is what the file does not have, or nothing could count."""

    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    rotation: int = 0
    frames: int | None = None
    sample_rate: int | None = None
    channels: int | None = None

    def __post_init__(self) -> None:
        counts = (self.duration_ms, self.width, self.height, self.frames, self.sample_rate, self.channels)
        if any(count is not None and count < 0 for count in counts):
            raise ValueError("what was counted is not below zero")
        if self.rotation not in {0, 90, 180, 270}:
            raise ValueError("a picture stands in one of four ways")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What the file says of itself, by tag. Shown as a claim, believed by nothing, and not in a `repr`: it may name people."""

    tags: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if len(self.tags) > MOST_CLAIMS:
            raise ValueError("more claims than are kept; leave the rest out and say so")
        if any(not 0 < len(tag) <= LONGEST_KEY or len(value) > LONGEST_VALUE for tag, value in self.tags.items()):
            raise ValueError("a claim is too long; shorten it and say so")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A step that was not done, and why, in one sentence."""

    step: Step
    why: str

    def __post_init__(self) -> None:
        _check_sentence(self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one file's accession ended: steps done, steps refused, what was measured and what is claimed."""

    kind: Kind
    done: frozenset[Step]
    refused: tuple[Refusal, ...] = ()
    measured: Measured = field(default_factory=Measured)
    claimed: Claimed = field(default_factory=Claimed)

    def __post_init__(self) -> None:
        steps = [refusal.step for refusal in self.refused]
        if len(set(steps)) != len(steps) or self.done & set(steps):
            raise ValueError("a step ends in one way only")
        if not (self.done | set(steps)) <= set(plan(self.kind)):
            raise ValueError("a step is not in the plan of this kind of file")
        if not self.done and not steps:
            raise ValueError("an outcome says how at least one step ended")

    @property
    def state(self) -> State:
        if self.done == set(plan(self.kind)) and self.kind is not Kind.OTHER:
            return State.OPENED
        return State.PARTLY if self.done - {Step.METADATA} else State.REFUSED

    @property
    def sentence(self) -> str:
        """What an editor is told, in one sentence."""
        if self.state is State.OPENED:
            return f"this {self.kind} was opened, and every step was done"
        if self.state is State.REFUSED:
            return f"this file was kept and not opened: {self._first_reason}"
        left = len(plan(self.kind)) - len(self.done)
        steps = f"{left} {'step' if left == 1 else 'steps'}"
        return f"this {self.kind} was opened in part, and {steps} not done: {self._first_reason}"

    @property
    def _first_reason(self) -> str:
        if self.refused:
            return self.refused[0].why
        return "nothing in it can be shown or heard" if self.kind is Kind.OTHER else "its accession has not ended"


def plan(kind: Kind) -> tuple[Step, ...]:
    """The steps that such a file needs, in an order in which every step comes after the one that it needs."""
    return _PLANS[kind]


def needs(step: Step, kind: Kind) -> Step | None:
    """The step that must be done before this one, or None. An image has no shots: its text is read from itself."""
    needed = _NEEDS.get(step)
    return Step.DECODE if needed is not None and needed not in plan(kind) else needed


def still_to_do(kind: Kind, ended: Iterable[Step]) -> tuple[Step, ...]:
    """What is left of the plan after the steps that ended, whether done or refused."""
    over = set(ended)
    return tuple(step for step in plan(kind) if step not in over)


def _check_sentence(text: str) -> None:
    if not 0 < len(text) <= LONGEST_SENTENCE or any(unicodedata.category(letter) in _NEVER_SHOWN for letter in text):
        raise ValueError("a reason is one sentence of letters that can be seen")
