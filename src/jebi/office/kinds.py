"""The few words by which the desk tells kinds of things apart: roles, states, outcomes, certainty, risk.

Each value is what is kept and what stands in an address; what people read is in `jebi.web.languages`, under the same word.
A new value needs its sentence in every language: tests/web/test_wording.py asks for it.

Invariants: a value never changes its spelling, for the catalogue and the custody log hold it.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a member may do; docs/formats/web.md, "Who may do what"."""

    INTAKE = "intake"
    EDITOR = "editor"
    CLEARER = "clearer"
    PUBLISHER = "publisher"
    RESEARCHER = "researcher"
    ADMIN = "admin"


class ParcelState(StrEnum):
    """What became of a parcel."""

    WHOLE = "whole"
    KNOWN = "known"
    WAITING = "waiting"
    REJECTED = "rejected"


class Reading(StrEnum):
    """What is done with carriers that were brought."""

    SEARCHING = "searching"
    RESTORING = "restoring"


class Outcome(StrEnum):
    """What became of a file that was received; nothing that came is left out."""

    READY = "ready"
    WORKING = "working"
    QUEUED = "queued"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    FOREIGN = "foreign"


class Reason(StrEnum):
    """Why a file or a job ended as it did, in words that every language of the desk has."""

    NONE = "none"
    EMPTY = "empty"
    NOT_FOOTAGE = "not-footage"
    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
    TOO_MANY_PICTURES = "too-many-pictures"
    OVER_BUDGET = "over-budget"
    OUT_OF_MEMORY = "out-of-memory"
    CRASHED = "crashed"
    NO_MODEL = "no-model"
    NO_ROOM = "no-room"
    BY_HAND = "by-hand"
    CHANGED = "changed"
    UNABLE = "unable"
    UNKNOWN = "unknown"


class ClipState(StrEnum):
    """How far a clip is."""

    READY = "ready"
    WORKING = "working"
    FAILED = "failed"


class Has(StrEnum):
    """A filter's three answers."""

    ANY = ""
    YES = "yes"
    NO = "no"


class Certainty(StrEnum):
    """How sure somebody is of a place, a time or a claim."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    DOUBTFUL = "doubtful"


class Consent(StrEnum):
    """What a person in a clip agreed to."""

    UNKNOWN = "unknown"
    GIVEN = "given"
    LIMITED = "limited"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Risk(StrEnum):
    """How much being recognised would endanger a person."""

    UNKNOWN = "unknown"
    LOW = "low"
    HIGH = "high"
    MORTAL = "mortal"


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"
    SKIPPED = "skipped"


class JobKind(StrEnum):
    """What a job makes."""

    METADATA = "metadata"
    VIEWING = "viewing"
    SOUND = "sound"
    SIGNS = "signs"
    FACES = "faces"
    SPEECH = "speech"
    MEANING = "meaning"
    FIXITY = "fixity"
    SEARCHING = "faces-through"
    TEXT = "text-through"
    RENDERING = "render"
    LEAKS = "leaks"
    STRIP = "strip"


class CutState(StrEnum):
    """How far a cut is, or one of its outputs."""

    PLANNED = "planned"
    RENDERING = "rendering"
    FAILED = "failed"
    RENDERED = "rendered"
    LEAKING = "leaking"
    PASSED = "passed"
    DECLINED = "declined"
    CLEARED = "cleared"
    RELEASED = "released"
    RETRACTED = "retracted"


class Level(StrEnum):
    """How well a part of the desk is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Topic(StrEnum):
    """What a page that is open wants to hear of."""

    PARCELS = "parcels"
    ARCHIVE = "archive"
    JOBS = "jobs"
    RELEASES = "releases"


class Part(StrEnum):
    """What of a clip can be fetched; a shot's picture also needs its number."""

    VIEWING = "viewing"
    POSTER = "poster"
    SHOT = "shot"


class Found(StrEnum):
    """Where a hit was found."""

    SPEECH = "speech"
    TRANSLATION = "translation"
    SCREEN = "screen"
    NOTE = "note"
    CLAIM = "claim"
    TAG = "tag"
    NAME = "name"
    MEANING = "meaning"
