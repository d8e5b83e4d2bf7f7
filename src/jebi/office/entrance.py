"""Where carriers are brought in while the archive is open: what could be received, what is, and what came of it.

Whoever asks names a medium by the number under which it was listed, never by a path: nothing of this machine can be read
or probed but what is plugged in or lies in an inbox.

Invariants: nothing is read here; what is received is in the custody log, and its clips in the catalogue, before it is over.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from jebi.archive.receive import Arrival
from jebi.archive.record import Event
from jebi.device.plugged import plugged
from jebi.errors import NothingFound, Refused
from jebi.office.admission import admit_parcels
from jebi.office.finishing import finish_parcels
from jebi.office.kinds import ParcelState, Reading
from jebi.office.originals import Originals
from jebi.office.porter import Porters, Turn
from jebi.office.room import Room, event
from jebi.office.shown import Brought, Delivery, Medium
from jebi.office.words import name_clips

MOST_WAITING = 500  # things of an inbox that are listed
SURE = 0.02  # of a step must be done before anybody is told how long the rest takes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A medium, and the paths at which it is read."""

    medium: Medium
    paths: tuple[str, ...] = field(repr=False)


class Entrance(Room):
    """Receiving, as the pages know it."""

    porter: Porters | None
    inboxes: Sequence[str]

    def media(self) -> Sequence[Medium]:
        return [place.medium for place in self._places()]

    def bring(self, media: Sequence[str], /, *, by: str) -> None:
        if self.porter is None:
            raise Refused("nothing is received at this desk", hint="open it with: jebi desk serve")
        chosen = [place for place in self._places() if place.medium.id in set(media)]
        if not chosen:
            raise NothingFound("it is not there any more", hint="plug it in again")
        paths = [path for place in chosen for path in place.paths]
        if not paths:
            raise Refused(
                "this user may not read it", hint="have the system mount it, or ask whoever keeps this machine"
            )
        self.porter.bring(paths)
        with self.changing() as change:
            change.say(event("carriers-brought", "desk", f"{len(chosen)} of them", by))

    def delivery(self) -> Delivery | None:
        turn = self.porter.turn if self.porter else None
        return _shown(turn, time.monotonic()) if turn else None

    def stir(self) -> str:
        """Something short that differs when something is plugged in or out, or is further."""
        ids = "".join(medium.id for medium in self.media())
        turn = self.porter.turn if self.porter else None
        return f"{_id(ids)}.{turn.is_over}.{turn.step.what}.{turn.step.done}" if turn else _id(ids)

    def record(self, said: Event) -> int:
        """Log what a receiving says; returns its place in the log."""
        with self.log_lock:
            return self.desk.record(said)

    def take_in(self) -> None:
        """Make clips of what was received, also of what was logged just before its receiving was killed."""
        with self.log_lock:
            finish_parcels(self.desk.folder, self.desk.ledger)
        told = [told for _, told in self.events_of_parcels()]
        with Originals(self.desk, self.outer) as originals:
            admit_parcels(told, originals, self.catalogue, self.now_ms())
        name_clips(self.catalogue)
        self.bring_to_log()

    def _places(self) -> Iterator[_Place]:
        for one in plugged():
            medium = Medium(
                id=_id(one.name),
                name=one.name,
                says=one.says,
                size=one.size,
                is_readable=bool(one.places),
                is_whole=bool(one.device),
            )
            yield _Place(medium=medium, paths=one.places)
        for inbox in self.inboxes:
            yield from _waiting(inbox)


def _waiting(inbox: str) -> Iterator[_Place]:
    """The files and folders of an inbox; links are left out, and what is hidden."""
    try:
        with os.scandir(inbox) as found:
            entries = sorted((one for one in found if not one.name.startswith(".")), key=lambda one: one.name)
    except OSError:  # it was removed, or a stick that it lies on was
        return
    for one in entries[:MOST_WAITING]:
        is_file = one.is_file(follow_symlinks=False)
        if is_file or one.is_dir(follow_symlinks=False):
            size = one.stat(follow_symlinks=False).st_size if is_file else 0
            shown = os.fsencode(one.name).decode(errors="replace")
            yield _Place(medium=Medium(id=_id(one.path), name=shown, says="", size=size), paths=(one.path,))


def _id(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:16]


def _shown(turn: Turn, now: float) -> Delivery:
    share = min(1.0, turn.step.done / turn.step.total) if turn.step.total else None
    past = now - turn.began
    return Delivery(
        is_over=turn.is_over,
        step=Reading.RESTORING if turn.step.what == Reading.RESTORING else Reading.SEARCHING,
        share=share,
        left=past * (1 - share) / share if share and share > SURE else None,
        parcels=tuple(map(_brought, turn.arrivals)),
        failed=f"{turn.why}; {turn.hint}" if turn.hint else turn.why,
    )


def _brought(arrival: Arrival) -> Brought:
    return Brought(
        parcel=arrival.parcel,
        state=ParcelState[arrival.state.name],
        size=arrival.shape.sealed_length,
        needs=arrival.shortfall.size if arrival.shortfall else 0,
        liars=tuple(os.path.basename(liar) for liar in arrival.liars),
        why=arrival.why,
    )
