"""The open archive that the desk's pages look into: its rows, its log, its sealed blobs.

Every change is a transaction of rows and events; the events enter the custody log before the change returns. Should the
process die in between, or the log's disk be full, they enter it with a later change, or when the archive is next opened.

Invariants: called from several threads at once; the log is touched by one of them at a time.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import tzinfo

from jebi.archive.receive import KEPT, RECEIVED
from jebi.archive.record import Event, parse_record
from jebi.errors import NothingFound, Unable
from jebi.office.admission import drain
from jebi.office.desk import Desk
from jebi.office.kept import Kept
from jebi.parcel.keys import Identity
from jebi.vault import catalogue, clips
from jebi.vault.catalogue import Catalogue, Change
from jebi.vault.clips import Clip

SECOND = 1000  # milliseconds
ISSUED = "trip-issued"
_OF_PARCELS = {kind: f'"{kind}"'.encode() for kind in (RECEIVED, KEPT, ISSUED)}


class Room:
    """What all the parts of `house.House` share.

    Args:
        desk: the archive, held by this process.
        catalogue: its rows.
        kept: what was made of its clips.
        now_ms: the desk's clock, in milliseconds.
        zone: in which people here write times.
        outer: the second person's identities, where the desk needs one.
    """

    def __init__(
        self,
        desk: Desk,
        catalogue: Catalogue,
        kept: Kept,
        *,
        now_ms: Callable[[], int],
        zone: tzinfo,
        outer: Sequence[Identity] = (),
    ) -> None:
        self.desk, self.catalogue, self.kept, self.outer = desk, catalogue, kept, outer
        self.now_ms, self.zone = now_ms, zone
        self.log_lock = threading.RLock()
        self._of_parcels: list[tuple[int, Event]] = []
        self._read_to = 0

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """A change by somebody at a page: kept and logged when the `with` ends, or not at all."""
        with self.catalogue.writing(self.now_ms()) as change:
            yield change
        with suppress(Unable):  # what is kept did not fail, and would be written twice; who follows the rows complains
            self.bring_to_log()

    def bring_to_log(self) -> int:
        """Bring what happened in the catalogue into the custody log; returns how many events that were."""
        with self.log_lock:
            return drain(self.desk, self.catalogue)

    def events_of_parcels(self) -> list[tuple[int, Event]]:
        """What the log says of parcels and trips, each with its place there. Reads on from where it was last."""
        with self.log_lock:
            for line in self.desk.ledger.records(self._read_to):
                if any(kind in line for kind in _OF_PARCELS.values()):
                    event = parse_record(line).event
                    if event.kind in _OF_PARCELS:
                        self._of_parcels.append((self._read_to, event))
                self._read_to += 1
            return list(self._of_parcels)

    def found(self, clip: str) -> Clip:
        """The clip's row. Raises `NothingFound`."""
        with self.catalogue.reading() as connection:
            row = clips.get(connection, clip)
        if row is None:
            raise NothingFound("there is no such clip", hint="look for it in the archive")
        return row


def event(kind: str, subject: str, detail: str, by: str) -> catalogue.Event:
    """What a member did, for the log. A detail that cannot be shown on one line is left to the rows."""
    return catalogue.Event(kind=kind, subject=subject, detail=detail, actor=f"member/{by}")
