"""Check a whole archive: the log against itself and its witnesses, the parcels and the trips against the log.

Invariants: changes nothing; names the first thing that is wrong.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jebi.archive.custody import LogDamaged, parse_record
from jebi.archive.witness import CosignatureVerifier
from jebi.errors import Damaged, failures_named
from jebi.office.desk import PARTIAL, Desk
from jebi.office.progress import Progress
from jebi.parcel.stream import read_exactly
from jebi.vault import files

PIECE = 1 << 22
FIRST = "desk-made"  # the record with which every log begins
KEPT = {"parcel-received": "parcels", "trip-issued": "trips"}  # what a record of that kind says lies where
_SEALED = re.compile(r"sealed sha256 ([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedArchive:
    """How much was checked, and agreed."""

    records: int
    compared: int
    parcels: int

    def __str__(self) -> str:
        return (
            f"{self.records} records of the custody log agree, {self.compared} earlier checkpoints with them; "
            f"sealed parcels that are as they came: {self.parcels}"
        )


def check_archive(
    desk: Desk, witnesses: Sequence[CosignatureVerifier], remembered: Sequence[bytes], progress: Progress
) -> CheckedArchive:
    """Check everything.

    Raises:
        LogDamaged: the log disagrees with itself, or with what is remembered of it, or was made anew.
        Damaged: a parcel or a trip is gone, is not what it was, or was never heard of.
    """
    checked = desk.log.check(remembered=remembered, witnesses=witnesses)
    due = _due(desk)
    for name in sorted(due):
        if not os.path.exists(desk.path(name)):
            raise Damaged(
                f"{name} is in the log and not in the archive",
                hint="receive it again, or restore a copy of the archive",
            )
    if foreign := sorted(_present(desk) - due.keys()):
        raise Damaged(
            f"{foreign[0]} lies in the archive, and the log knows of nothing that came as that",
            hint="somebody put it there, or took records away: keep a copy of the folder as evidence, then move it out",
        )
    progress.begin("checking", sum(os.path.getsize(desk.path(name)) for name in due))
    for name, digest in due.items():
        if _digest(desk.path(name), progress) != digest:
            raise Damaged(
                f"{name} is not what it was when it was logged",
                hint="receive it again, or restore a copy of the archive",
            )
    parcels = sum(name.startswith(KEPT["parcel-received"]) for name in due)
    return CheckedArchive(records=checked.checkpoint.size, compared=checked.compared, parcels=parcels)


def _due(desk: Desk) -> dict[str, str]:
    """The digests of everything sealed that the log names, by its name in the archive."""
    events = (parse_record(line).event for line in desk.ledger.records())
    first = next(events, None)
    if first is None or first.kind != FIRST:
        raise LogDamaged("the log was made anew: it does not begin with the making of this desk", index=0)
    kept = ((event, match) for event in events if event.kind in KEPT and (match := _SEALED.search(event.detail)))
    return {os.path.join(KEPT[event.kind], f"{event.subject}.age"): match[1] for event, match in kept}


def _present(desk: Desk) -> set[str]:
    """What lies there, but for what a jebi that was killed left under a passing name."""
    present = set()
    for folder in KEPT.values():
        with failures_named(desk.path(folder), "read"):
            names = os.listdir(desk.path(folder))
        present |= {os.path.join(folder, name) for name in names if not name.endswith((PARTIAL, files.STAGED))}
    return present


def _digest(path: str, progress: Progress) -> str:
    digest = hashlib.sha256()
    with failures_named(path, "read"), open(path, "rb") as file:
        while piece := read_exactly(file, PIECE):
            digest.update(piece)
            progress.advance(len(piece))
    return digest.hexdigest()
