"""The counter between the pages and the archive: all that pages ever ask for or change.

`house.House` keeps the archive so; `jebi.web` knows nothing else of it. The values are in `shown`.

Invariants: a protocol only, nothing happens here.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from jebi.office.counter_clearing import Clearing
from jebi.office.counter_publishing import Publishing
from jebi.office.kinds import Certainty, JobState, Part, Topic
from jebi.office.members import Members
from jebi.office.shown import (
    Blob,
    Card,
    Checkpoint,
    Choices,
    Clip,
    Delivery,
    Entry,
    Filter,
    Health,
    Hit,
    Job,
    Medium,
    Page,
    Parcel,
    Person,
    Trip,
    Verdict,
)
from jebi.office.shown_cuts import Cuts


class Archive(Members, Cuts, Clearing, Publishing, Protocol):
    """All that the pages ask. Called from several threads at once.

    Ids that are unknown raise `NothingFound`; what a rule forbids `Refused`; a file that cannot be read `Damaged`. Every
    change takes `by`, the member, and is an event in the custody log before it returns or never happened. Page keys are
    opaque and hostile: one that cannot be is as an empty one.
    """

    def pulse(self, topic: Topic, /) -> str:
        """Something short that differs after anything of the topic changed. Cheap: asked every second."""

    def media(self) -> Sequence[Medium]:
        """What could be received now: what is plugged in, and what lies in the inbox."""

    def bring(self, media: Sequence[str], /, *, by: str) -> None:
        """Have some of these received; returns at once. Raises `Refused` while others are."""

    def delivery(self) -> Delivery | None:
        """What was brought last, since the archive was opened."""

    def parcels(self, *, key: str = "") -> Page[Parcel]: ...

    def parcel(self, parcel: str, /) -> Parcel: ...

    def clips(self, filter_: Filter, /, *, key: str = "") -> Page[Card]: ...

    def choices(self) -> Choices: ...

    def clip(self, clip: str, /) -> Clip: ...

    def part(self, clip: str, part: Part, number: int = 0, /) -> Blob: ...

    def search(self, query: str, filter_: Filter, /, *, key: str = "") -> Page[Hit]: ...

    def trips(self) -> Sequence[Trip]: ...

    def trip(self, trip: str, /) -> Trip: ...

    def entries(self, *, key: str = "") -> Page[Entry]: ...

    def checkpoints(self) -> Sequence[Checkpoint]: ...

    def jobs(self, state: JobState | None = None, /, *, key: str = "") -> Page[Job]: ...

    def job_counts(self) -> Mapping[JobState, int]: ...

    def health(self) -> Health: ...

    def verify_clip(self, clip: str, /) -> Verdict:
        """Read the original again, and its records and the log up to the newest checkpoint."""

    def verify_log(self) -> Verdict: ...

    def evidence(self, clip: str, /, *, by: str) -> Blob:
        """The evidence package of a clip, as one file."""

    def written_transcript(self, clip: str, transcript: str, form: str, /) -> str:
        """A transcript as `vtt` or `srt`."""

    def add_transcript(
        self, clip: str, untrusted_text: bytes, /, *, language: str, is_translation: bool, by: str
    ) -> None:
        """Take in WebVTT or SRT that a person made. Raises `Damaged`."""

    def add_note(self, clip: str, text: str, at: float | None, /, *, by: str) -> None: ...

    def add_tag(self, clip: str, tag: str, /, *, by: str) -> None: ...

    def drop_tag(self, clip: str, tag: str, /, *, by: str) -> None: ...

    def add_to_collection(self, clip: str, collection: str, /, *, by: str) -> None: ...

    def drop_from_collection(self, clip: str, collection: str, /, *, by: str) -> None: ...

    def add_place(self, clip: str, place: str, certainty: Certainty, note: str, /, *, by: str) -> None: ...

    def add_time(self, clip: str, time: str, certainty: Certainty, note: str, /, *, by: str) -> None: ...

    def add_person(self, clip: str, person: Person, /, *, by: str) -> None: ...

    def add_claim(
        self, clip: str, text: str, certainty: Certainty, corroborating: Sequence[str], /, *, by: str
    ) -> None: ...

    def again(self, job: str, /, *, by: str) -> None:
        """Have a job that failed or was skipped done again. Raises `Refused` for another."""

    def skip(self, job: str, /, *, by: str) -> None:
        """Give a job up for now. Raises `Refused` for one that is done."""
