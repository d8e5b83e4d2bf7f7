"""The custody log as the pages show it: its records, its checkpoints, whether all of it agrees; and packages of evidence.

Invariants: a verdict is of what was read just now, and nothing is remembered of an earlier one.
"""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from itertools import islice

from jebi.archive.ledger import LogDamaged, kept_checkpoints
from jebi.archive.merkle import written_hash
from jebi.archive.record import parse_record
from jebi.errors import Damaged
from jebi.office import pages
from jebi.office.admission import place_of
from jebi.office.exhibiting import exhibits
from jebi.office.exporting import stream
from jebi.office.originals import Originals
from jebi.office.room import SECOND, Room
from jebi.office.shown import Blob, Checkpoint, Entry, Page, Verdict
from jebi.vault import outbox

ENTRIES = 100  # a page
SHOWN = 20  # checkpoints on a page, the newest
STAMP = ".tsr"


class CustodyRoom(Room):
    """The log, and what it proves."""

    def entries(self, *, key: str = "") -> Page[Entry]:
        asked = pages.parse(key, 1)
        with self.log_lock:
            count = self.desk.ledger.count
            until = pages.number(asked[1][0]) if asked else None
            end = count if until is None else min(until, count)
            start = max(0, end - ENTRIES)
            lines = list(islice(self.desk.ledger.records(start), end - start))
        shown = [_entry(index, line) for index, line in enumerate(lines, start)]
        return Page(
            items=tuple(reversed(shown)),
            total=count,
            older=pages.written(pages.OLDER, start) if start else "",
            newer=pages.written(pages.NEWER, min(end + ENTRIES, count)) if end < count else "",
        )

    def checkpoints(self) -> Sequence[Checkpoint]:
        """The newest, and those that somebody else signed or stamped, newest first."""
        with self.log_lock:
            log, ledger = self.desk.signer.verifier(), self.desk.ledger
            newest = self.desk.log.checkpoint()
            kept = kept_checkpoints(ledger, log)[::-1][:SHOWN]
            found = {one.size: one for one in (newest, *kept)}  # of the same size the cosigned one
            times = {size: parse_record(ledger.record(size - 1)).event.time if size else 0 for size in found}
            stamped = {int(size) for path in ledger.paths("checkpoints") for size in _stamped(path)}
        own = {self.desk.name}
        return [
            Checkpoint(
                size=one.size,
                root=written_hash(one.root),
                time=times[one.size],
                cosigned=tuple(sorted({line.name for line in one.note.signatures} - own)),
                stamped=("RFC 3161",) if one.size in stamped else (),
            )
            for one in sorted(found.values(), key=lambda one: -one.size)
        ]

    def verify_log(self) -> Verdict:
        with self.log_lock:
            return self._verdict(0)

    def verify_clip(self, clip: str, /) -> Verdict:
        row = self.found(clip)
        with Originals(self.desk, self.outer) as originals:
            try:
                size = sum(map(len, originals.pieces(row.parcel, place_of(originals.shelf(row.parcel), row))))
            except Damaged:
                return Verdict(is_true=False, when=self._now(), records=0, failed=self._received(row.parcel))
        with self.catalogue.reading() as connection:
            told = [one for one in outbox.about(connection, row.id) if one.leaf_index is not None]
        with self.log_lock:
            for one in told:
                if not self._bears_out(one):
                    return Verdict(is_true=False, when=self._now(), records=0, failed=one.leaf_index)
            return self._verdict(size)

    def evidence(self, clip: str, /, *, by: str) -> Blob:
        """The originals stay open until the package was read, or is forgotten."""
        row = self.found(clip)
        self.bring_to_log()
        with ExitStack() as held:
            originals = held.enter_context(Originals(self.desk, self.outer))
            with self.log_lock:
                shown = exhibits(self.desk, self.catalogue, originals, self.kept, [row.id])
                return stream(
                    self.desk,
                    shown.exhibits,
                    shown.parcels,
                    actor=f"member/{by}",
                    now=self._now(),
                    release=held.pop_all().close,
                )

    def _bears_out(self, told: outbox.Told) -> bool:
        """Whether the log has at its place what the catalogue tells of the clip."""
        index, entry = told.leaf_index or 0, told.entry()
        if index >= self.desk.ledger.count:
            return False
        event = parse_record(self.desk.ledger.record(index)).event
        return event.fields() == asdict(entry)

    def _verdict(self, size: int) -> Verdict:
        try:
            checked = self.desk.log.check()
        except LogDamaged as error:
            return Verdict(is_true=False, when=self._now(), records=self.desk.ledger.count, failed=error.index)
        return Verdict(is_true=True, when=self._now(), records=checked.checkpoint.size, bytes_read=size)

    def _received(self, parcel: str) -> int | None:
        """The record of a parcel's arrival, which says what it was."""
        return next((index for index, event in self.events_of_parcels() if event.subject == parcel), None)

    def _now(self) -> int:
        return self.now_ms() // SECOND


def _entry(index: int, line: bytes) -> Entry:
    event = parse_record(line).event
    return Entry(
        index=index, kind=event.kind, subject=event.subject, detail=event.detail, actor=event.actor, time=event.time
    )


def _stamped(path: str) -> list[str]:
    """The size of the checkpoint that a file is a timestamp of."""
    return re.findall(r"/0*([0-9]+)-[^/]*$", path) if path.endswith(STAMP) else []
