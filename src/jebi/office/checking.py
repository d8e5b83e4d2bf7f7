"""Check a whole archive: the log against itself and its witnesses, and against the log what is kept sealed.

A kept timestamp must be one of its own checkpoint's bytes; whether its authority is to be believed, `openssl ts -verify`
says, with certificates that come from elsewhere.

Invariants: changes nothing; names the first thing that is wrong.
"""

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from rfc3161_client import PKIStatus, decode_timestamp_response

from jebi.archive.ledger import LogDamaged
from jebi.archive.timestamp import LONGEST_RESPONSE
from jebi.archive.witness import CosignatureVerifier
from jebi.errors import Damaged, failures_named
from jebi.office import answering
from jebi.office.desk import Desk
from jebi.office.finishing import PARTIAL
from jebi.office.progress import Progress
from jebi.parcel.stream import read_exactly
from jebi.vault import files

PIECE = 1 << 22
FIRST = "desk-made"  # the record with which every log begins
KEPT = {  # what a record of that kind says lies where
    "parcel-received": "parcels",
    "trip-issued": "trips",
    answering.LISTED: answering.FOLDER,
}
CHECKPOINTS, NOTE, STAMP = "checkpoints", ".note", ".tsr"
SHA256 = "2.16.840.1.101.3.4.2.1"
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm)
_PANIC = "PanicException"  # of the library's Rust; it has no name to import, and is no `Exception`
_NO_STAMP = (
    "all that is in the log agrees; restore the timestamp from a copy, or move it out and have the log dated anew"
)
_DISORDER = "InvalidSetOrdering"
_SEALED = re.compile(r"sealed sha256 ([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedArchive:
    """How much was checked, and agreed."""

    records: int
    compared: int
    parcels: int
    stamps: int = 0

    def __str__(self) -> str:
        text = (
            f"{self.records} records of the custody log agree, {self.compared} earlier checkpoints with them; "
            f"sealed parcels that are as they came: {self.parcels}"
        )
        if not self.stamps:
            return text
        return f"{text}\ntimestamps of just these checkpoints: {self.stamps}; whose they are says openssl ts -verify"


def check_archive(
    desk: Desk, witnesses: Sequence[CosignatureVerifier], remembered: Sequence[bytes], progress: Progress
) -> CheckedArchive:
    """Check everything.

    Raises:
        LogDamaged: the log disagrees with itself, or with what is remembered of it, or was made anew.
        Damaged: a parcel, a trip or the memory of a day's list is gone, is not what it was, or was never heard of; or
            a timestamp is none of its checkpoint.
    """
    checked = desk.log.check(remembered=remembered, witnesses=witnesses)
    stamps = _check_stamps(desk)
    due = _due(desk)
    places = {name: _place(desk, name) for name in due}
    for name in sorted(due):
        if not os.path.exists(places[name]):
            raise Damaged(
                f"{name} is in the log and not in the archive",
                hint="receive it again, or restore a copy of the archive",
            )
    if foreign := sorted(_present(desk) - due.keys()):
        raise Damaged(
            f"{foreign[0]} lies in the archive, and the log knows of nothing that came as that",
            hint="somebody put it there, or took records away: keep a copy of the folder as evidence, then move it out",
        )
    progress.begin("checking", sum(os.path.getsize(place) for place in places.values()))
    for name, digest in due.items():
        if _digest(places[name], progress) != digest:
            raise Damaged(
                f"{name} is not what it was when it was logged",
                hint="receive it again, or restore a copy of the archive",
            )
    parcels = sum(name.startswith(KEPT["parcel-received"]) for name in due)
    return CheckedArchive(records=checked.checkpoint.size, compared=checked.compared, parcels=parcels, stamps=stamps)


def imprint(untrusted_response: bytes) -> bytes:
    """The SHA-256 that a timestamp response (RFC 3161) says to be of. Whose it is, and whether it is true, is not asked.

    Raises:
        Damaged: it cannot be read, was not granted, or is of another kind of hash.
    """
    if len(untrusted_response) > LONGEST_RESPONSE:
        raise Damaged("the timestamp response is too long to be one")
    try:
        response = decode_timestamp_response(untrusted_response)
        if PKIStatus(response.status) is not PKIStatus.GRANTED:
            raise Damaged("the authority did not grant the timestamp", hint="ask it again with a new request")
        found = response.tst_info.message_imprint
        algorithm, digest = found.hash_algorithm.dotted_string, found.message
    except _UNREADABLE as error:
        raise _unreadable(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise _unreadable("") from error
    if algorithm != SHA256:
        raise Damaged("the timestamp is not of a SHA-256", hint="ask the authority again with a new request")
    return digest


def _unreadable(why: str) -> Damaged:
    if _DISORDER in why:
        return Damaged(
            "the timestamp response has its certificates in an order that DER forbids, and jebi reads DER only",
            hint='put them in order with openssl, as docs/formats/custody.md, "Timestamp", shows; nothing signed changes',
        )
    return Damaged("this is not a timestamp response that jebi reads", hint="ask the authority again, anew")


def _check_stamps(desk: Desk) -> int:
    """Every kept timestamp against its checkpoint, which the log's own check has read; how many there are."""
    names = [path for path in desk.ledger.paths(CHECKPOINTS) if path.endswith(STAMP)]
    for name in names:
        try:
            digest = imprint(desk.ledger.read(name))
        except Damaged as error:
            raise Damaged(f"log/{name}: {error.what}", hint=_NO_STAMP) from error
        if digest != hashlib.sha256(desk.ledger.read(name.removesuffix(STAMP) + NOTE)).digest():
            raise Damaged(f"log/{name} is a timestamp of something else than its checkpoint", hint=_NO_STAMP)
    return len(names)


def _place(desk: Desk, name: str) -> str:
    """Where it lies; under a passing name still, if jebi was killed just after it had logged it."""
    path = desk.path(name)
    return path if os.path.lexists(path) or not os.path.exists(path + files.STAGED) else path + files.STAGED


def _due(desk: Desk) -> dict[str, str]:
    """The digests of everything sealed that the log names, by its name in the archive."""
    events = answering.events(desk)
    first = next(events, None)
    if first is None or first.kind != FIRST:
        raise LogDamaged("the log was made anew: it does not begin with the making of this desk", index=0)
    kept = ((event, match) for event in events if event.kind in KEPT and (match := _SEALED.search(event.detail)))
    return {os.path.join(KEPT[event.kind], f"{event.subject}.age"): match[1] for event, match in kept}


def _present(desk: Desk) -> set[str]:
    """What lies there, but for what a jebi that was killed left under a passing name."""
    present = set()
    for folder in KEPT.values():
        if folder == answering.FOLDER and not os.path.lexists(desk.path(folder)):
            continue  # it is made with the first list
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
