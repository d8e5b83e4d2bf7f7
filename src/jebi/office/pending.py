"""Checkpoints that were sent out to be cosigned or stamped, until the answer comes; the log may grow meanwhile."""

import hashlib
import os
from collections.abc import Callable
from typing import TypeVar

from jebi.archive.checkpoint import Checkpoint, open_checkpoint
from jebi.archive.ledger import kept_checkpoints
from jebi.archive.witness import CosignatureVerifier
from jebi.errors import Damaged, Refused, failures_named
from jebi.office.desk import Desk
from jebi.vault import files

FOLDER = "pending"
Result = TypeVar("Result")


def last_cosigned(desk: Desk, witness: CosignatureVerifier | None) -> int:
    """The log's size when a witness, or any, last cosigned it, as far as its answer was taken in; 0 before the first.

    Raises:
        Damaged: a kept checkpoint cannot be read, or has a false signature of that witness.
    """
    kept = kept_checkpoints(desk.ledger, desk.signer.verifier(), [witness] if witness else [])
    if witness:
        return max((one.size for one in kept if one.note.signed_by(witness)), default=0)
    return max((one.size for one in kept if len(one.note.signatures) > 1), default=0)  # others were only stamped


def remember(desk: Desk, checkpoint: bytes) -> None:
    """Keep a checkpoint until its answer comes."""
    with failures_named(desk.path(FOLDER), "made"):
        os.makedirs(desk.path(FOLDER), mode=0o700, exist_ok=True)
    files.replace(desk.path(FOLDER, hashlib.sha256(checkpoint).hexdigest()[:16]), checkpoint)


def recall(desk: Desk, accept: Callable[[Checkpoint], Result]) -> Result:
    """The pending checkpoint that an answer fits: the first, newest first, for which `accept` raises nothing.

    Raises:
        Refused: nothing is pending.
        Damaged: the answer fits none of what is pending; why it does not fit the newest.
    """
    folder = desk.path(FOLDER)
    with failures_named(folder, "read"):
        names = os.listdir(folder) if os.path.isdir(folder) else []
        paths = sorted((os.path.join(folder, name) for name in names), key=os.path.getmtime, reverse=True)
    if not paths:
        raise Refused("nothing was asked for", hint="make a request first: --request FILE")
    reasons: list[Damaged] = []
    for path in paths:
        try:
            result = accept(open_checkpoint(files.read(path), desk.signer.verifier()))
        except Damaged as error:
            reasons.append(error)
            continue
        with failures_named(path, "removed"):
            os.unlink(path)
        return result
    raise reasons[0]
