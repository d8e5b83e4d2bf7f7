"""Check a whole archive: the log against itself and its witnesses, the parcels against the log.

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

PIECE = 1 << 22
FIRST = "desk-made"  # the record with which every log begins
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
        LogDamaged: the log disagrees with itself, or with what is remembered of it, or was made anew.
        Damaged: a parcel is gone, is not what it was, or never came.
    """
    checked = desk.log.check(remembered=remembered, witnesses=witnesses)
    due = _received(desk)
    paths = {parcel: desk.path("parcels", f"{parcel}.age") for parcel in due}
    if gone := [parcel for parcel, path in paths.items() if not os.path.exists(path)]:
        raise Damaged(
            f"parcel {gone[0]} was received and is not in the archive", hint="receive it again, or restore a copy"
        )
    if foreign := sorted(_sealed_files(desk) - set(map(os.path.basename, paths.values()))):
        raise Damaged(
            f"parcels/{foreign[0]} lies in the archive, and the log knows of no parcel that came as that",
            hint="somebody put it there, or took records away: keep a copy of the folder as evidence, then move it out",
        )
    progress.begin("checking", sum(os.path.getsize(path) for path in paths.values()))
    for parcel, path in paths.items():
        if _digest(path, progress) != due[parcel]:
            raise Damaged(
                f"parcel {parcel} is not what it was when it came", hint="receive it again, or restore a copy"
            )
    return CheckedArchive(records=checked.checkpoint.size, compared=checked.compared, parcels=len(paths))


def _received(desk: Desk) -> dict[str, str]:
    """The digests of all sealed parcels that were received, by parcel."""
    events = (parse_record(line).event for line in desk.ledger.records())
    first = next(events, None)
    if first is None or first.kind != FIRST:
        raise LogDamaged("the log was made anew: it does not begin with the making of this desk", index=0)
    came = (event for event in events if event.kind == "parcel-received")
    return {event.subject: match[1] for event in came if (match := _SEALED.match(event.detail))}


def _sealed_files(desk: Desk) -> set[str]:
    """What lies among the parcels, but for what a jebi that was killed left under a passing name."""
    with failures_named(desk.path("parcels"), "read"):
        return {name for name in os.listdir(desk.path("parcels")) if not name.endswith(PARTIAL)}


def _digest(path: str, progress: Progress) -> str:
    digest = hashlib.sha256()
    with failures_named(path, "read"), open(path, "rb") as file:
        while piece := read_exactly(file, PIECE):
            digest.update(piece)
            progress.advance(len(piece))
    return digest.hexdigest()
