"""Evidence leaves the desk: a package is planned, logged, and then laid down (`laying`) or given out as a stream.

`export` does all of it onto a disk, `stream` all of it for whoever sends it on; `shown_parcel` makes what a package shows
of a parcel from its signed manifest (docs/formats/evidence.md). What it shows of clips is made in `exhibiting`.

Invariants: no byte of a package is given out before its event is in the log; nothing plain is on a disk but the package
that somebody asked for. Peak: one piece of a clip, and the texts.
"""

import hashlib
import os
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from jebi.archive.evidence import Plan, Scripts, ShownParcel, plan
from jebi.archive.evidence_custody import custody_of
from jebi.archive.exhibit import Content, Exhibit
from jebi.archive.proof import prove
from jebi.archive.record import parse_record
from jebi.archive.witness import CosignatureVerifier
from jebi.device import blocks
from jebi.errors import Damaged, Unable
from jebi.office import laying
from jebi.office.desk import Desk
from jebi.office.laying import Laid
from jebi.office.progress import Progress, Quiet
from jebi.parcel.manifest import parse_manifest
from jebi.parcel.note import Ed25519Verifier, Note

LEAST_FOLDER = 8  # letters; a shorter folder such as /tmp is sought with a slash behind it


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class Package:
    """A package that is logged and lies nowhere: one tar, uncompressed, of which every reading gives the same bytes.

    `size` is exact.
    """

    name: str
    size: int
    pieces: Callable[[], Iterator[bytes]] = field(repr=False)
    media_type: str = "application/x-tar"

    def read(self, start: int, end: int, /) -> Iterator[bytes]:
        """The bytes from `start` up to before `end`, in pieces of a MiB at most.

        Whatever lies before `start` is made, too, and thrown away: it is meant to be read from 0.

        Raises:
            Damaged: a file was not what its digest says. What was given out by then is no whole package.
        """
        at = 0
        for piece in self.pieces():
            if wanted := piece[max(0, start - at) : max(0, end - at)]:
                yield wanted
            at += len(piece)
            if at >= end:
                return


def export(
    desk: Desk,
    exhibits: Sequence[Exhibit],
    parcels: Sequence[ShownParcel],
    target: str,
    *,
    witnesses: Sequence[CosignatureVerifier] = (),
    actor: str,
    now: int,
    progress: Progress,
) -> Laid:
    """Pack clips with all that proves them, and log it before anything is written.

    Args:
        desk: the desk, whose log must hold all events about the clips by now.
        exhibits: the clips.
        parcels: those that they came in; see `shown_parcel`.
        target: a new folder, or a new file that ends in `.zip` or `.tar`.
        witnesses: whose cosignatures bound the time.
        actor: who packs it, by pseudonym.
        now: POSIX seconds.
        progress: who shows how far it is.

    Raises:
        Refused: the target is there already, or `plan` refuses.
        NoRoom, Unable, Busy: it cannot be written there.
        Damaged: something is not what the log or a digest says.
    """
    laying.check_target(target)
    planned = _planned(desk, exhibits, parcels, witnesses, now)
    laying.check_room(target, planned.size)
    return laying.lay(planned, _logged(desk, planned, actor, now), target, progress)


def stream(
    desk: Desk,
    exhibits: Sequence[Exhibit],
    parcels: Sequence[ShownParcel],
    *,
    witnesses: Sequence[CosignatureVerifier] = (),
    actor: str,
    now: int,
    release: Callable[[], object] = lambda: None,
) -> Package:
    """Pack clips as `export` does, but onto no disk: it is logged when this returns, and made while it is read.

    What the exhibits are read from has to stay open for so long: `release` closes it. It is called once, when the package
    and all readings of it are forgotten; by nobody if this raises.

    Appends to the log, as `Desk.append` does: the caller keeps other threads away from the desk until it returns. Reading
    the package touches no log.

    Raises:
        Refused: `plan` refuses.
        Damaged: something is not what the log says.
    """
    planned = _planned(desk, exhibits, parcels, witnesses, now)
    exported = _logged(desk, planned, actor, now)
    package = Package(
        name=f"{planned.name}.tar",
        size=laying.tar_size(planned, exported),
        pieces=lambda: laying.tar(planned, exported, Quiet()),
    )
    weakref.finalize(package, release)
    return package


def shown_parcel(desk: Desk, parcel: str, manifest: Note, *, sealed: bool = False) -> ShownParcel:
    """What a package shows of a parcel of this desk, and whether the sealed parcel itself goes into it.

    Raises:
        Damaged: no trip of this desk signed that manifest.
        Unable: the sealed parcel cannot be read.
    """
    number = parse_manifest(manifest).number
    trip = next((known for known in desk.trips() if known.signed(manifest, number)), None)
    if trip is None:
        raise Damaged("no trip of this desk signed this parcel", hint="check the archive: jebi desk check")
    key = trip.verifier(number)
    return ShownParcel(
        subject=parcel,
        manifest=str(manifest).encode(),
        trip_key=key if isinstance(key, Ed25519Verifier) else None,  # a MAC's key stays here
        sealed=_file(desk.path("parcels", f"{parcel}.age")) if sealed else None,
    )


def scripts() -> Scripts:
    """The verifiers, out of the installed package or the source tree; raises `Unable` where neither has them."""
    for place in (resources.files("jebi"), Path(__file__).resolve().parents[3] / "docs"):
        verify, verify_proof = place / "verify_evidence.py", place / "verify_proof.py"
        if verify.is_file() and verify_proof.is_file():
            return Scripts(verify=verify.read_bytes(), verify_proof=verify_proof.read_bytes())
    raise Unable("the verifiers are not there: this jebi was not installed whole", hint="install it again")


def machine_folders(archive: str) -> list[str]:
    """Folders whose names must not leave this machine: they hold the names of people and of the house."""
    places = {os.path.expanduser("~"), os.path.abspath(archive), os.path.realpath(archive), tempfile.gettempdir()}
    return sorted(place if len(place) >= LEAST_FOLDER else place + "/" for place in places if place.strip("/"))


def _planned(
    desk: Desk,
    exhibits: Sequence[Exhibit],
    parcels: Sequence[ShownParcel],
    witnesses: Sequence[CosignatureVerifier],
    now: int,
) -> Plan:
    subjects = [*(exhibit.subject for exhibit in exhibits), *(parcel.subject for parcel in parcels)]
    custody = custody_of(desk.ledger, desk.signer.verifier(), subjects, witnesses)
    day = time.strftime("%Y-%m-%d", time.gmtime(now))
    return plan(exhibits, parcels, custody, scripts(), day=day, sought=machine_folders(desk.folder))


def _logged(desk: Desk, planned: Plan, actor: str, now: int) -> bytes:
    """Log the package's event; returns its proof."""
    event = planned.event(actor=actor, time=now)
    index = desk.append(event.kind, event.subject, event.detail, actor=event.actor, time=event.time)
    record, head = parse_record(desk.ledger.record(index)), desk.log.checkpoint()
    return prove(desk.ledger, record, index, head, size=head.size).written()


def _file(path: str) -> Content:
    """A file of the archive as content; read once for its digest."""
    with blocks.open_for_reading(path) as medium:
        size = medium.size
    digest = hashlib.sha256()
    for piece in laying.pieces_of(path, 0, size):
        digest.update(piece)
    return Content(digest=digest.digest(), size=size, read=lambda: laying.pieces_of(path, 0, size))
