"""What arrived: parcels that are whole or still fill up, with what became of each file, and the trips that sent them.

A parcel's story is in the custody log; of its files the catalogue tells, once they are taken in.

Invariants: nothing is opened here; every file of every whole parcel has an outcome.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from jebi.archive.receive import Arrival, Logged, State, Waiting, logged, remarked, waiting
from jebi.errors import NothingFound
from jebi.office import pages
from jebi.office.kinds import Outcome, ParcelState, Reason
from jebi.office.room import ISSUED, Room
from jebi.office.shown import FileOutcome, Page, Parcel, Trip
from jebi.parcel.blocks import SYMBOL, Shape
from jebi.vault import clips, grid, jobs
from jebi.vault.clips import Clip

PARCELS = 24  # a page
NAME = "name"  # the fact by which a clip's name is claimed
_UNREADABLE = {Reason.EMPTY, Reason.MALFORMED, Reason.CRASHED, Reason.OUT_OF_MEMORY, Reason.CHANGED}


class Arrived(Room):
    """Parcels and trips, as the pages know them."""

    def parcels(self, *, key: str = "") -> Page[Parcel]:
        told = self._told()
        order: list[Logged | Waiting] = [*reversed(told.half), *reversed(told.whole)]
        asked = pages.parse(key, 1)
        start = (pages.number(asked[1][0]) or 0) if asked else 0
        start = min(start, max(0, len(order) - 1))
        page = order[start : start + PARCELS]
        return Page(
            items=tuple(self._parcel(one, told) for one in page),
            total=len(order),
            older=pages.written(pages.OLDER, start + PARCELS) if start + PARCELS < len(order) else "",
            newer=pages.written(pages.NEWER, max(0, start - PARCELS)) if start else "",
        )

    def parcel(self, parcel: str, /) -> Parcel:
        told = self._told()
        known: list[Logged | Waiting] = [*told.whole, *told.half]
        for one in known:
            if one.parcel == parcel:
                return self._parcel(one, told)
        raise NothingFound("there is no such parcel", hint="look at what arrived")

    def trips(self) -> Sequence[Trip]:
        told = self._told()
        with self.catalogue.reading() as connection:
            counts = grid.clips_of_trips(connection)
        return [_trip(name, time, told, counts.get(name, 0)) for name, time in reversed(told.issued.items())]

    def trip(self, trip: str, /) -> Trip:
        for one in self.trips():
            if one.pseudonym == trip:
                return one
        raise NothingFound("there is no such trip", hint="look at the list of trips")

    def _told(self) -> "_Told":
        events = [event for _, event in self.events_of_parcels()]
        return _Told(
            whole=logged(events),
            half=waiting(events),
            came={event.subject: event.time for event in events},
            issued={event.subject: event.time for event in events if event.kind == ISSUED},
        )

    def _parcel(self, one: Logged | Waiting, told: "_Told") -> Parcel:
        if isinstance(one, Waiting):
            return Parcel(
                id=one.parcel,
                state=ParcelState.WAITING,
                came=one.time,
                size=one.size,
                blocks=one.blocks,
                blocks_whole=one.blocks - one.lacking,
                packets_missing=one.packets,
                needs=one.packets * SYMBOL,
            )
        arrival = remarked(Arrival(parcel=one.parcel, state=State.WHOLE, shape=Shape(1, 1), slots={}), told.whole)
        with self.catalogue.reading() as connection:
            files = tuple(outcomes(connection, clips.of_parcel(connection, one.parcel)))
        return Parcel(
            id=one.parcel,
            state=ParcelState.WHOLE,
            came=told.came[one.parcel],
            size=_size(self.desk.path("parcels", f"{one.parcel}.age")),
            trip=one.trip,
            number=one.number,
            remarks=arrival.remarks,
            files=files,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the log says: parcels, when something of each came last, and when each trip was issued."""

    whole: tuple[Logged, ...]
    half: tuple[Waiting, ...]
    came: dict[str, int]
    issued: dict[str, int]


def _trip(name: str, issued: int, told: _Told, count: int) -> Trip:
    own = [one for one in told.whole if one.trip == name]
    numbers = {one.number for one in own}
    return Trip(
        pseudonym=name,
        issued=issued,
        parcels=len(own),
        clips=count,
        last=max((told.came[one.parcel] for one in own), default=0),
        missing=tuple(sorted(set(range(1, max(numbers, default=0))) - numbers)),
    )


def outcomes(connection: Connection, of_parcel: Sequence[Clip]) -> Iterator[FileOutcome]:
    """What became of each file of a parcel."""
    names = clips.facts_of(connection, [one.id for one in of_parcel], [NAME])
    for clip in of_parcel:
        running = [job for job in jobs.of(connection, clip.id) if job.state == "running"]
        share = sum(job.done / job.total for job in running if job.total) / len(running) if running else None
        yield FileOutcome(
            name=next((fact.value for fact in names[clip.id]), ""),
            size=clip.size,
            outcome=_outcome(clip, is_running=bool(running)),
            reason=Reason(clip.reason) if clip.reason else Reason.NONE,
            detail=clip.why,
            clip=clip.id,
            progress=min(1.0, share) if share is not None else None,
        )


def _outcome(clip: Clip, *, is_running: bool) -> Outcome:
    if clip.state == "waiting":
        return Outcome.WORKING if is_running else Outcome.QUEUED
    if clip.state in {"opened", "partly"}:
        return Outcome.READY
    if clip.reason == Reason.BY_HAND:
        return Outcome.SKIPPED
    if clip.reason == Reason.NOT_FOOTAGE:
        return Outcome.FOREIGN
    return Outcome.UNREADABLE if clip.reason in _UNREADABLE else Outcome.REFUSED


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except FileNotFoundError:  # `jebi desk check` says so with all its weight
        return 0
