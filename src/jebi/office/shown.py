"""What the desk's pages show, as plain values.

Whoever keeps the archive makes these values (`counter.Archive`); `jebi.web` draws them and knows nothing else. Times are POSIX seconds by the
desk's clock, places in a clip are seconds from its beginning, sizes are bytes. Every `str` that came with footage (names,
metadata, texts) is hostile and is escaped where it is drawn. An empty string or tuple means that there is none; `None`
means that it is not known yet.

Invariants: values only, nothing opens or changes anything here; pseudonyms, never names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from jebi.office.kinds import (
    Certainty,
    ClipState,
    Consent,
    Found,
    Has,
    JobKind,
    JobState,
    Level,
    Outcome,
    ParcelState,
    Reading,
    Reason,
    Risk,
)

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """One file of a parcel and what became of it; `detail` is what a tool said, in its own words."""

    name: str
    size: int
    outcome: Outcome
    reason: Reason = Reason.NONE
    detail: str = ""
    clip: str = ""
    progress: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """A stick, card or disc that is plugged in, or a file or folder that waits to be received.

    `says` is what it calls itself, `size` zero where it is not known; without `is_readable` this user may read nothing of
    it, and without `is_whole` only the files on it, not its free space.
    """

    id: str
    name: str
    says: str
    size: int
    is_readable: bool = True
    is_whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of one parcel of which something was brought; `needs` is the least bytes that can complete it."""

    parcel: str
    state: ParcelState
    size: int
    needs: int = 0
    liars: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What was brought last: how far it is, and in the end what came of it.

    `step` names what is being done, `share` how much of it is, `left` about how many seconds it will take; both None
    where it is not known. `failed` is why it did not come to its end, for a person, in English.
    """

    is_over: bool
    step: Reading = Reading.SEARCHING
    share: float | None = None
    left: float | None = None
    parcels: tuple[Brought, ...] = ()
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A parcel that came, or that is coming together in a tray.

    `came` is when its newest part came, `blocks` how many its sealed bytes have, `needs` the least bytes that can
    complete it, `liars` labels of carriers that gave false packets, `why` and `remarks` what the receiving said.
    """

    id: str
    state: ParcelState
    came: int
    size: int
    trip: str = ""
    number: int = 0
    blocks: int = 0
    blocks_whole: int = 0
    packets_missing: int = 0
    needs: int = 0
    carriers: tuple[str, ...] = ()
    liars: tuple[str, ...] = ()
    why: str = ""
    remarks: tuple[str, ...] = ()
    files: tuple[FileOutcome, ...] = ()

    @property
    def filled(self) -> float:
        """How much of what it takes is here, from 0 to 1. A block counts as far as it is there."""
        return max(0.0, 1 - self.needs / self.size) if self.size else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A clip in the grid. `faces` is the most that were seen at once; `shots` have a picture each."""

    id: str
    name: str
    trip: str
    came: int
    state: ClipState
    duration: float = 0.0
    size: int = 0
    filmed: str = ""
    place: str = ""
    tags: tuple[str, ...] = ()
    shots: int = 0
    faces: int = 0
    has_speech: bool = False
    has_text: bool = False
    has_poster: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which clips; everything that is given must hold. `since` and `until` are POSIX seconds of arrival, both ends in."""

    since: int | None = None
    until: int | None = None
    place: str = ""
    trip: str = ""
    tag: str = ""
    collection: str = ""
    faces: Has = Has.ANY
    speech: Has = Has.ANY
    text: Has = Has.ANY
    state: ClipState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a filter can be set to, and how many clips it finds: exactly, or more than that."""

    name: str
    clips: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What filters can be set to."""

    places: tuple[Choice, ...] = ()
    trips: tuple[Choice, ...] = ()
    tags: tuple[Choice, ...] = ()
    collections: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T_co]):
    """Some of many, newest first; `older` and `newer` are keys for the pages beside it, empty where there is none.

    There are `total` in all; or at least, where it is not exact.
    """

    items: tuple[T_co, ...]
    total: int
    is_exact: bool = True
    older: str = ""
    newer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """From one cut to the next."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What was said or written from one second to another."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A transcript or a translation. `model` names the machine that made it and is never taken off; or `by` the member."""

    id: str
    language: str
    cues: tuple[Cue, ...]
    model: str = ""
    by: str = ""
    when: int = 0
    is_translation: bool = False

    @property
    def is_machine(self) -> bool:
        """Whether no person stands for it."""
        return bool(self.model)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenText:
    """Text that a machine read in the picture."""

    start: float
    end: float
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of metadata: `is_exact` where the desk measured it, else the file claims it. Both strings are hostile."""

    group: str
    name: str
    value: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a member remarked, at a second or on the whole clip."""

    text: str
    by: str
    when: int
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the clip, under a pseudonym."""

    pseudonym: str
    risk: Risk
    consent: Consent
    note: str = ""
    at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A place or a time, with how sure who is of it and why."""

    value: str
    certainty: Certainty
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a clip shows, as somebody claims, with the clips that bear it out."""

    text: str
    certainty: Certainty
    by: str
    when: int
    corroborating: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A record of the custody log."""

    index: int
    kind: str
    subject: str
    detail: str
    actor: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed size and root of the log; `cosigned` names witnesses, `stamped` authorities."""

    size: int
    root: str
    time: int
    cosigned: tuple[str, ...] = ()
    stamped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check of the log, or of a clip's original and its records, gave; `failed` is the first record concerned."""

    is_true: bool
    when: int
    records: int
    bytes_read: int = 0
    failed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """A viewing copy: its size in pixels and whether it has sound."""

    width: int
    height: int
    media_type: str
    has_sound: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """All that there is to say of a clip. `waveform`: peaks from 0 to 255, evenly over its length."""

    card: Card
    parcel: str
    sha256: str
    viewing: Viewing | None = None
    waveform: bytes = b""
    shots: tuple[Shot, ...] = ()
    transcripts: tuple[Transcript, ...] = ()
    screen: tuple[ScreenText, ...] = ()
    facts: tuple[Fact, ...] = ()
    notes: tuple[Note, ...] = ()
    people: tuple[Person, ...] = ()
    places: tuple[Stated, ...] = ()
    times: tuple[Stated, ...] = ()
    collections: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    custody: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of a hit's text; `is_match` where a word of the query stands."""

    text: str
    is_match: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place where something was found; `at` is its second, `language` that of the text."""

    card: Card
    where: Found
    pieces: tuple[Piece, ...]
    at: float | None = None
    language: str = ""
    is_machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A journey under its pseudonym; `missing` are numbers of parcels that never came, below one that did."""

    pseudonym: str
    issued: int
    parcels: int
    clips: int
    last: int = 0
    missing: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that is to be done on a clip, or on the whole archive where `clip` is empty. `detail` is what a tool said."""

    id: str
    kind: JobKind
    state: JobState
    clip: str = ""
    clip_name: str = ""
    progress: float | None = None
    tries: int = 0
    reason: Reason = Reason.NONE
    detail: str = ""
    since: int = 0
    worker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model in its slot."""

    name: str
    level: Level
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the desk is. `lacking` are features that this kernel does not give the jail, in the kernel's words."""

    disk_total: int
    disk_free: int
    is_encrypted: bool | None
    fixity_total: int
    fixity_checked: int
    fixity_bad: int
    fixity_oldest: int
    jail: Level
    jail_kind: str
    database: str
    database_size: int
    schema: str
    lacking: tuple[str, ...] = ()
    models: tuple[Model, ...] = ()


class Blob(Protocol):
    """Something that is read in pieces: a viewing copy, a picture, a package."""

    @property
    def size(self) -> int: ...

    @property
    def media_type(self) -> str: ...

    def read(self, start: int, end: int, /) -> Iterator[bytes]:
        """The bytes from `start` up to before `end`, in pieces of bounded size."""
