"""One clip, with all that there is to say of it: what was measured, claimed, read, said and done; and its pictures.

Invariants: whatever came with the footage is shown as its claim; people appear under pseudonyms, and what is known of them
is unsealed for this page only. Peak: a clip's rows, and one piece of a blob.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection

from jebi.archive.moments import written_moment
from jebi.archive.waveform import Waveform, parse_waveform
from jebi.errors import Damaged, NothingFound
from jebi.office import transcribing
from jebi.office.arrived import NAME
from jebi.office.gallery import Gallery
from jebi.office.kept import Kept, pieces
from jebi.office.kinds import Certainty, Consent, Part, Risk
from jebi.office.room import SECOND
from jebi.office.shown import (
    Blob,
    Claim,
    Clip,
    Cue,
    Entry,
    Fact,
    Note,
    Person,
    ScreenText,
    Shot,
    Stated,
    Transcript,
    Viewing,
)
from jebi.parcel.seekable import Seekable
from jebi.vault import clips, grid, outbox, schema, segments, sorting
from jebi.vault.clips import Derived
from jebi.vault.segments import Segment

PEAKS = 600  # of the waveform that a page shows
MOST_CLAIMED = 2000  # lines of metadata on a page; a hostile file has a million
LOUDEST = 127  # what a waveform's peak is at most
_PARTS = {
    Part.VIEWING: ("view", "video/mp4"),
    Part.POSTER: ("poster", "image/jpeg"),
    Part.SHOT: ("still", "image/jpeg"),
}
_HIDDEN = {NAME}  # stands above the page
_EXACT = "measured"


@dataclass(frozen=True, slots=True)
class Copy:
    """Something that was made of a clip, unsealed as it is read. Implements `shown.Blob`."""

    opened: Seekable = field(repr=False)
    media_type: str

    @property
    def size(self) -> int:
        return self.opened.size

    def read(self, start: int, end: int, /) -> Iterator[bytes]:
        return pieces(self.opened, start, end)


class CloseUp(Gallery):
    """A clip's page."""

    def clip(self, clip: str, /) -> Clip:
        row = self.found(clip)
        with self.catalogue.reading() as connection:
            (card,) = self.cards(connection, [row])
            made = {(one.kind, one.number): one for one in clips.derived_of(connection, [clip])[clip]}
            facts = clips.facts_of(connection, [clip])[clip]
            said = segments.of(connection, clip, ["shot", "screen_text", "note"])
            people = sorting.persons_of(connection, clip)
            return Clip(
                card=card,
                parcel=row.parcel,
                sha256=row.sha256,
                viewing=_viewing(made, facts),
                waveform=self._waveform(made),
                shots=tuple(Shot(start=_s(one.start_ms), end=_s(one.end_ms)) for one in said if one.kind == "shot"),
                transcripts=tuple(map(_transcript, transcribing.listed(connection, clip))),
                screen=tuple(map(_screen, (one for one in said if one.kind == "screen_text"))),
                facts=(*_facts(row, facts), *self._claims(made)),
                notes=tuple(map(_note, (one for one in said if one.kind == "note"))),
                people=tuple(person_of(self.kept, *one) for one in people),
                places=tuple(_stated(one.name, said) for one, said in sorting.places_of(connection, clip)),
                times=self._times(connection, clip),
                collections=tuple(
                    sorting.labels_of(connection, clip, schema.collection, schema.collection_clip).values()
                ),
                claims=tuple(_claims(connection, clip)),
                custody=tuple(self._custody(connection, row)),
            )

    def part(self, clip: str, part: Part, number: int = 0, /) -> Blob:
        kind, media_type = _PARTS[part]
        with self.catalogue.reading() as connection:
            made = clips.derived_of(connection, [clip], [kind])[clip]
        for one in made:
            if one.number == number:
                return Copy(self.kept.open(one.blob), media_type)
        raise NothingFound("there is no such picture or copy", hint="look at the clip anew")

    def _waveform(self, made: dict[tuple[str, int], Derived]) -> bytes:
        one = made.get(("waveform", 0))
        return peaks(parse_waveform(self.kept.read(one.blob))) if one else b""

    def _claims(self, made: dict[tuple[str, int], Derived]) -> Iterable[Fact]:
        """What the file says of itself, out of the sealed record."""
        one = made.get(("metadata", 0))
        if one is None:
            return
        try:
            record = json.loads(self.kept.read(one.blob))
            claims = [(str(group), str(name), str(text)) for group, name, text in record["claims"][:MOST_CLAIMED]]
        except (ValueError, KeyError, TypeError) as error:
            raise Damaged("the record of a clip's metadata cannot be read", hint="have it looked at again") from error
        for group, name, text in claims:
            yield Fact(group=group, name=name, value=text)

    def _times(self, connection: Connection, clip: str) -> tuple[Stated, ...]:
        said = sorting.time_of(connection, clip)
        return (_stated(written_moment(said.from_ms, said.to_ms, self.zone), said),) if said else ()

    def _custody(self, connection: Connection, row: clips.Clip) -> Iterator[Entry]:
        """What happened to the parcel, and then to the clip."""
        for index, event in self.events_of_parcels():
            if event.subject == row.parcel:
                yield Entry(index=index, **event.fields())  # type: ignore[arg-type]  # the fields of an event
        for told in outbox.about(connection, row.id):
            if told.leaf_index is not None:
                yield Entry(
                    index=told.leaf_index,
                    kind=told.kind,
                    subject=told.subject,
                    detail=told.detail,
                    actor=told.actor,
                    time=told.made_ms // SECOND,
                )


def person_of(kept: Kept, one: sorting.Person, at_ms: int | None) -> Person:
    """Somebody in a clip, with what is known of them unsealed."""
    return Person(
        pseudonym=one.pseudonym,
        risk=Risk(one.risk),
        consent=Consent(one.consent),
        note=kept.read(one.note).decode() if one.note else "",
        at=None if at_ms is None else _s(at_ms),
    )


def peaks(of: Waveform) -> bytes:
    """At most `PEAKS` peaks, from 0 to 255, evenly over the sound."""
    loud = np.maximum(of.highest, -of.lowest.astype(np.int16))
    if not len(loud):
        return b""
    starts = np.linspace(0, len(loud), min(PEAKS, len(loud)), endpoint=False, dtype=np.int64)
    return (np.maximum.reduceat(loud, starts) * 255 // LOUDEST).astype(np.uint8).tobytes()


def _s(ms: int) -> float:
    return ms / SECOND


def _viewing(made: dict[tuple[str, int], Derived], facts: Iterable[clips.Fact]) -> Viewing | None:
    known = {one.name: one.value for one in facts if one.source == _EXACT}
    if ("view", 0) not in made:
        return None
    return Viewing(
        width=int(known.get("shown-width", 0)),
        height=int(known.get("shown-height", 0)),
        media_type=_PARTS[Part.VIEWING][1],
        has_sound="sound-ms" in known,
    )


def _facts(row: clips.Clip, facts: Iterable[clips.Fact]) -> Iterator[Fact]:
    yield Fact(group="jebi", name="sha256", value=row.sha256, is_exact=True)
    yield Fact(group="jebi", name="bytes", value=str(row.size), is_exact=True)
    yield Fact(group="jebi", name="kind", value=row.kind, is_exact=True)
    for one in facts:
        if one.name not in _HIDDEN:
            yield Fact(group=one.tool or one.actor, name=one.name, value=one.value, is_exact=one.source == _EXACT)


def _transcript(one: transcribing.Transcript) -> Transcript:
    return Transcript(
        id=one.key,
        language=one.language,
        cues=tuple(Cue(start=_s(line.start_ms), end=_s(line.end_ms), text=line.text) for line in one.lines),
        model=one.model,
        by=one.author.removeprefix("member/"),
        when=one.made_ms // SECOND,
        is_translation=one.kind == "translation",
    )


def _screen(one: Segment) -> ScreenText:
    return ScreenText(start=_s(one.start_ms), end=_s(one.end_ms), text=one.text, language=one.language)


def _note(one: Segment) -> Note:
    """A note on a moment begins and ends there; one on the whole clip does not."""
    is_moment = one.start_ms == one.end_ms
    return Note(text=one.text, by=one.author, when=one.made_ms // SECOND, at=_s(one.start_ms) if is_moment else None)


def _stated(value: str, said: sorting.Said) -> Stated:
    return Stated(value=value, certainty=Certainty(said.certainty), by=said.author, note=said.note)


def _claims(connection: Connection, clip: str) -> Iterator[Claim]:
    for one, _ in sorting.claims_of(connection, clip):
        others = [other for other, stance in grid.evidence(connection, one.id) if stance == "supports"]
        yield Claim(
            text=one.text,
            certainty=Certainty(one.certainty),
            by=one.author,
            when=one.made_ms // SECOND,
            corroborating=tuple(other for other in others if other != clip),
        )
