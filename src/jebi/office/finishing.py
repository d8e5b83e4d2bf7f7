"""Gives what was logged the name that a jebi which was killed just then could not give it any more.

What enters the archive is written beside its name, logged, and named: whatever was logged is there, and nothing else is.

Invariants: nothing gets a name whose digest is not in the log; run again at any time. Peak: a piece of a parcel.
"""

import contextlib
import glob
import hashlib
import os
from collections.abc import Iterator

from jebi.archive.receive import RECEIVED
from jebi.archive.record import parse_record
from jebi.errors import failures_named
from jebi.vault import files
from jebi.vault.ledger import Ledger

PARTIAL = ".part"  # what grows beside its name, so that what has one is whole
ISSUED = "trip-issued"


def finish_trips(folder: str, ledger: Ledger) -> None:
    """Give a trip its name that was logged last; what was not logged never was."""
    last = parse_record(ledger.record(ledger.count - 1)).event if ledger.count else None
    for staged in _left(folder, "trips", f"*{files.STAGED}"):
        digest = hashlib.sha256(files.read(staged)).hexdigest()
        if last and last.kind == ISSUED and digest in last.detail:
            files.keep(staged.removesuffix(files.STAGED))
        else:
            with contextlib.suppress(OSError):
                os.unlink(staged)


def finish_parcels(folder: str, ledger: Ledger) -> None:
    """Give parcels their names that were logged as received, and their clips, where these are laid out.

    What is left of others stays until something is received the next time.
    """
    for partial in _left(folder, "parcels", f"*.age{PARTIAL}"):
        final = partial.removesuffix(PARTIAL)
        parcel = os.path.basename(final).removesuffix(".age")
        logged = set(_logged(ledger, parcel))
        if not logged or _digest(partial) not in logged:
            continue
        clips = os.path.join(folder, "clips", parcel)
        with failures_named(final, "written"):
            if os.path.isdir(clips + PARTIAL) and not os.path.exists(clips):
                os.replace(clips + PARTIAL, clips)
                files.sync_folder(os.path.dirname(clips))
            os.replace(partial, final)
            files.sync_folder(os.path.dirname(final))


def _left(folder: str, below: str, pattern: str) -> list[str]:
    return glob.glob(os.path.join(glob.escape(os.path.join(folder, below)), pattern))


def _logged(ledger: Ledger, parcel: str) -> Iterator[str]:
    """The digests under which the log knows that parcel."""
    for line in ledger.records():
        if parcel.encode() in line:
            event = parse_record(line).event
            if event.kind == RECEIVED and event.subject == parcel:
                yield event.detail.removeprefix("sealed sha256 ").partition(",")[0]


def _digest(path: str) -> str:
    with failures_named(path, "read"), open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
