"""Clips of received parcels become rows of the catalogue: each a clip that waits to be looked at, with what was claimed of it.

Run again at any time, it takes in what is not there yet. The custody log follows the catalogue (docs/decisions/0008).

Invariants: every clip of every kept parcel is in the catalogue once, also those that nothing will ever open; a clip's
number is derived from its parcel, so that a catalogue that was lost is made anew with the same numbers. Peak: one manifest.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence

from jebi.archive.record import DICE, Event, parse_record
from jebi.office.answering import events
from jebi.office.desk import Desk, Workplace
from jebi.office.originals import Originals
from jebi.parcel.shelf import Place, Shelf
from jebi.vault import catalogue, clips, jobs, outbox, sorting
from jebi.vault.catalogue import Catalogue, Change

FIRST_TASK = "metadata"
RECEIVED = "parcel-received"
SECOND = 1000  # milliseconds
DESK = "desk"
DATABASE = "database"  # in desk.toml: where the catalogue is, if not beside it


def open_catalogue(desk: Workplace) -> Catalogue:
    """The archive's catalogue; made when it is not there."""
    return Catalogue.open(str(desk.settings.get(DATABASE) or f"sqlite:///{desk.path('catalogue.db')}"))


def admit(desk: Desk, originals: Originals, into: Catalogue, now_ms: int) -> int:
    """Take every received parcel in that is not in the catalogue; returns how many clips are new."""
    return admit_parcels(events(desk), originals, into, now_ms)


def admit_parcels(told: Iterable[Event], originals: Originals, into: Catalogue, now_ms: int) -> int:
    """The same, of the parcels that these events of the log tell of."""
    count = 0
    for event in [event for event in told if event.kind == RECEIVED]:
        with into.reading() as connection:
            is_known = bool(clips.of_parcel(connection, event.subject))
        if not is_known and originals.has(
            event.subject
        ):  # `jebi desk check` says with all its weight what is not there
            shelf = originals.shelf(event.subject)
            with into.writing(now_ms) as change:
                _admit_parcel(change, event, shelf)
            count += len(shelf.places)
    return count


def clip_id(parcel: str, number: int) -> str:
    """A clip's number in the catalogue: 16 hex digits that say nothing."""
    return hashlib.sha256(f"{parcel} {number}".encode()).hexdigest()[: clips.ID]


def place_of(shelf: Shelf, clip: clips.Clip) -> Place:
    """Where a clip of the catalogue lies in its parcel."""
    return shelf.places[clip.number - 1]


def drain(desk: Desk, of: Catalogue) -> int:
    """Bring the catalogue's events into the custody log; returns how many there were."""
    return outbox.drain(of, lambda entries: _append(desk, entries), lambda start: _logged(desk, start))


def check_age(desk: Desk, of: Catalogue) -> None:
    """Raise `Damaged` where the catalogue is an older copy than the log."""
    outbox.check_age(of, lambda start: _logged(desk, start))


def _admit_parcel(change: Change, received: Event, shelf: Shelf) -> None:
    trip = received.actor.removeprefix("trip/")
    if not sorting.has_trip(change.connection, trip):
        sorting.add_trip(change, trip, _event("trip-listed", trip, ""))
    for number, place in enumerate(shelf.places, 1):
        clip = clips.Clip(
            id=clip_id(received.subject, number),
            parcel=received.subject,
            number=number,
            sha256=place.clip.digest.hex(),
            size=place.clip.size,
            arrived_ms=received.time * SECOND,
            trip=trip,
        )
        detail = f"number {number} of parcel {received.subject}, sha256 {clip.sha256}, {clip.size} bytes"
        clips.add(change, clip, _event("clip-admitted", clip.id, detail))
        clips.put_facts(change, clip.id, _claims(place), _event("clip-described", clip.id, "by its parcel's manifest"))
        jobs.want(change, FIRST_TASK, [clip.id])


def _claims(place: Place) -> Iterator[clips.Fact]:
    """What the traveller's manifest says of a file; a card's clock and names prove nothing."""
    yield clips.Fact(name="name", source="claimed", value=place.clip.name.text, tool="manifest")
    yield clips.Fact(name="modified", source="claimed", value=str(place.clip.claimed_modified), tool="manifest")


def _event(kind: str, subject: str, detail: str) -> catalogue.Event:
    return catalogue.Event(kind=kind, subject=subject, detail=detail, actor=DESK)


def _append(desk: Desk, entries: Sequence[outbox.Entry]) -> int:
    new = [
        Event(kind=one.kind, subject=one.subject, detail=one.detail, actor=one.actor, time=one.time) for one in entries
    ]
    return desk.log.append_all([(event, secrets.token_bytes(DICE)) for event in new])


def _logged(desk: Desk, start: int) -> Iterable[tuple[int, Event]]:
    return ((index, parse_record(line).event) for index, line in enumerate(desk.ledger.records(start), start))
