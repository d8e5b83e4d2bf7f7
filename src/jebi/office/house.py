"""The whole archive, as the desk's pages ask for it: each part in a file of its own, over one room that they share.

    Room          rows, log, sealed blobs, one lock
    Staff         who may sign in
    Arrived       parcels, trips
    Entrance      what could be received, what is being received
    CloseUp       the grid, and one clip
    CuttingRoom   cuts, their plans, what was rendered and what leaks
    Library       search, transcripts
    Remarks       what members say
    CustodyRoom   log, verdicts, evidence
    ClearingRoom  outputs, who clears and who refuses, keys
    PressRoom     what waits for a publisher, what went out, the site
    EngineRoom    jobs, health

Invariants: whatever changes makes `pulse` differ; implements `counter.Archive`, and nothing else asks these parts for anything.
"""

from collections.abc import Callable, Sequence
from datetime import tzinfo

from jebi.office.arrived import Arrived
from jebi.office.custody_room import CustodyRoom
from jebi.office.cutting_room import CuttingRoom
from jebi.office.desk import Desk
from jebi.office.engine_room import EngineRoom, Machine
from jebi.office.entrance import Entrance
from jebi.office.kept import Kept
from jebi.office.kinds import Topic
from jebi.office.library import Library
from jebi.office.porter import Porters
from jebi.office.press import Press
from jebi.office.press_room import PressRoom
from jebi.office.remarks import Remarks
from jebi.office.staff import Staff
from jebi.parcel.keys import Identity
from jebi.vault import jobs, outbox
from jebi.vault.catalogue import Catalogue


class House(Staff, Arrived, Entrance, Library, CuttingRoom, Remarks, CustodyRoom, PressRoom, EngineRoom):
    """Implements `counter.Archive`; see `room.Room`. `machine` is what the pages say of the computer.

    With a `porter` carriers are received, those that are plugged in and what lies in the folders `inboxes`.
    With a `press` what is cleared can be published into its folder.
    """

    def __init__(
        self,
        desk: Desk,
        catalogue: Catalogue,
        kept: Kept,
        *,
        machine: Machine,
        now_ms: Callable[[], int],
        zone: tzinfo,
        outer: Sequence[Identity] = (),
        porter: Porters | None = None,
        inboxes: Sequence[str] = (),
        press: Press | None = None,
    ) -> None:
        super().__init__(desk, catalogue, kept, now_ms=now_ms, zone=zone, outer=outer)
        self.machine, self.porter, self.inboxes, self.press = machine, porter, inboxes, press

    def pulse(self, topic: Topic, /) -> str:
        with self.catalogue.reading() as connection:
            newest = outbox.newest(connection)
            running = jobs.progress(connection) if topic is Topic.JOBS else (0, 0)
        pulse = f"{newest}.{running[0]}.{running[1]}"
        if topic is Topic.RELEASES:
            return f"{pulse}.{self.desk.ledger.count}.{self.press_stir()}"
        return f"{pulse}.{self.desk.ledger.count}.{self.stir()}" if topic is Topic.PARCELS else pulse
