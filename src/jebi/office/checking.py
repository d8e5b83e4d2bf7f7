"""Check a whole archive: the log against itself and its witnesses, the parcels against the log.

Invariants: changes nothing; names the first thing that is wrong.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jebi.archive.custody import parse_record
from jebi.archive.witness import CosignatureVerifier
from jebi.errors import Damaged, failures_named
from jebi.office.desk import Desk
from jebi.office.progress import Progress
from jebi.parcel.stream import read_exactly

PIECE = 1 << 22
_SEALED = re.compile(r"sealed sha256 ([0-9a-f]{64}), ")


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
        LogDamaged: the log disagrees with itself, or with what is remembered of it.
        Damaged: a parcel is gone, or is not what it was.
    """
    checked = desk.log.check(remembered=remembered, witnesses=witnesses)
    due = {}
    for line in desk.ledger.records():
        event = parse_record(line).event
        if event.kind == "parcel-received" and (match := _SEALED.match(event.detail)):
            due[event.subject] = match[1]
    paths = {parcel: desk.path("parcels", f"{parcel}.age") for parcel in due}
    if gone := [parcel for parcel, path in paths.items() if not os.path.exists(path)]:
        raise Damaged(
            f"parcel {gone[0]} was received and is not in the archive", hint="receive it again, or restore a copy"
        )
    progress.begin("checking", sum(os.path.getsize(path) for path in paths.values()))
    for parcel, path in paths.items():
        if _digest(path, progress) != due[parcel]:
            raise Damaged(
                f"parcel {parcel} is not what it was when it came", hint="receive it again, or restore a copy"
            )
    return CheckedArchive(records=checked.checkpoint.size, compared=checked.compared, parcels=len(paths))


def _digest(path: str, progress: Progress) -> str:
    digest = hashlib.sha256()
    with failures_named(path, "read"), open(path, "rb") as file:
        while piece := read_exactly(file, PIECE):
            digest.update(piece)
            progress.advance(len(piece))
    return digest.hexdigest()
