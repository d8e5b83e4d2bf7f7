"""What members say of a clip: notes, tags, collections, places, times, people, claims. Each is an event in the custody log.

Invariants: people are pseudonyms, and what is known of one is a sealed blob; the log holds who said something and when, and
of longer texts no word.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from jebi.archive.moments import parse_moment
from jebi.errors import NothingFound, Refused
from jebi.office.kinds import Certainty
from jebi.office.room import SECOND, Room, event
from jebi.office.shown import Person
from jebi.office.words import add_words
from jebi.vault import clips, grid, schema, sorting
from jebi.vault.segments import Segment
from jebi.vault.sorting import Said, Time

WHOLE_MS = 1  # what a note on the whole clip lasts at least; one on a moment lasts no time


class Remarks(Room):
    """What members add to a clip, and take away."""

    def add_note(self, clip: str, text: str, at: float | None, /, *, by: str) -> None:
        row = self.found(clip)
        start_ms = 0 if at is None else round(at * SECOND)
        end_ms = WHOLE_MS if at is None else start_ms
        note = Segment(
            clip=row.id, kind="note", start_ms=start_ms, end_ms=end_ms, text=text, origin="person", author=by
        )
        where = "on the clip" if at is None else f"at {start_ms} ms"
        with self.changing() as change:
            add_words(change, [note], event("note-added", row.id, where, by))

    def add_tag(self, clip: str, tag: str, /, *, by: str) -> None:
        row, name = self.found(clip), _one_line(tag)
        with self.changing() as change:
            sorting.put_tag(change, row.id, name, event("tag-added", row.id, name, by))

    def drop_tag(self, clip: str, tag: str, /, *, by: str) -> None:
        row = self.found(clip)
        with self.changing() as change:
            number = _labelled(sorting.labels_of(change.connection, row.id, schema.tag, schema.clip_tag), tag)
            sorting.remove_tag(change, row.id, number, event("tag-dropped", row.id, tag, by))

    def add_to_collection(self, clip: str, collection: str, /, *, by: str) -> None:
        row, name = self.found(clip), _one_line(collection)
        with self.changing() as change:
            number = grid.numbered(change.connection, schema.collection, name) or sorting.add_collection(
                change, name, event("collection-begun", name, "", by)
            )
            sorting.put_into(change, row.id, number, event("collection-joined", row.id, name, by))

    def drop_from_collection(self, clip: str, collection: str, /, *, by: str) -> None:
        row = self.found(clip)
        with self.changing() as change:
            labels = sorting.labels_of(change.connection, row.id, schema.collection, schema.collection_clip)
            sorting.take_out(
                change, row.id, _labelled(labels, collection), event("collection-left", row.id, collection, by)
            )

    def add_place(self, clip: str, place: str, certainty: Certainty, note: str, /, *, by: str) -> None:
        row, name = self.found(clip), _one_line(place)
        said = Said(certainty=certainty.value, author=by, note=note)
        with self.changing() as change:
            known = {one.name: one.id for one in grid.all_places(change.connection)}
            number = known.get(name) or sorting.add_place(
                change, sorting.Place(name=name), event("place-named", name, "", by)
            )
            sorting.put_place(
                change, row.id, number, said, event("place-stated", row.id, f"{name}: {said.certainty}", by)
            )

    def add_time(self, clip: str, time: str, certainty: Certainty, note: str, /, *, by: str) -> None:
        row, (from_ms, to_ms) = self.found(clip), parse_moment(time, self.zone)
        said = Time(from_ms=from_ms, to_ms=to_ms, certainty=certainty.value, author=by, note=note)
        with self.changing() as change:
            detail = f"{_one_line(time)}: {said.certainty}"
            sorting.put_time(change, row.id, said, event("time-stated", row.id, detail, by))

    def add_person(self, clip: str, person: Person, /, *, by: str) -> None:
        row, name = self.found(clip), _one_line(person.pseudonym)
        note = self.kept.put(person.note.encode()).blob if person.note else ""
        stated = sorting.Person(pseudonym=name, risk=person.risk.value, consent=person.consent.value, note=note)
        detail = f"risk {stated.risk}, consent {stated.consent}{', with a note' if note else ''}"
        with self.changing() as change:
            known = _person(change.connection, name)
            if known is None:
                number = sorting.add_person(change, stated, event("person-named", name, detail, by))
            else:
                number = known.id
                altered = replace(stated, id=number, note=note or known.note, consent_text=known.consent_text)
                sorting.alter_person(change, altered, event("person-described", name, detail, by))
            at_ms = None if person.at is None else round(person.at * SECOND)
            sorting.put_person(change, row.id, number, at_ms, event("person-added", row.id, name, by))

    def add_claim(
        self, clip: str, text: str, certainty: Certainty, corroborating: Sequence[str], /, *, by: str
    ) -> None:
        row = self.found(clip)
        others = [one for one in dict.fromkeys(corroborating) if one != clip]
        made = sorting.Claim(text=text, author=by, certainty=certainty.value)
        with self.changing() as change:
            for other in others:
                if clips.get(change.connection, other) is None:
                    raise NothingFound("a clip that should bear it out is not there", hint="look at its number again")
            number = sorting.add_claim(change, made, event("claim-made", row.id, f"{certainty}", by))
            for one in (row.id, *others):
                sorting.weigh(change, one, number, "supports", event("claim-supported", one, f"claim {number}", by))


def _one_line(text: str) -> str:
    """A name that the log can show. Raises `Refused`."""
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in text):
        raise Refused("a name has letters that cannot be shown on one line", hint="type it anew")
    return text


def _labelled(labels: dict[int, str], name: str) -> int:
    for number, label in labels.items():
        if label == name:
            return number
    raise NothingFound("the clip has nothing of that name", hint="look at the clip anew")


def _person(connection: Connection, pseudonym: str) -> sorting.Person | None:
    return next((one for one in grid.all_persons(connection) if one.pseudonym == pseudonym), None)
