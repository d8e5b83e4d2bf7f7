"""What the custody log says of some clips and parcels, with all that proves it (docs/formats/evidence.md, "Layout").

Each event is proven under the checkpoints that bound its time most closely. Nothing here is believed before `events_of` has
verified it; an event about anything else never comes along.

Peak: the proofs.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from jebi.archive import proof
from jebi.archive.checkpoint import Checkpoint, open_checkpoint
from jebi.archive.ledger import CHECKPOINT, KEPT, Ledger, kept_checkpoints
from jebi.archive.proof import Proven
from jebi.archive.record import Record, parse_record
from jebi.archive.witness import CosignatureVerifier
from jebi.parcel.note import Ed25519Verifier

_SUBJECT = re.compile(rb'"subject":("(?:[^"\\]|\\.)*")')  # no text of a record can hold this: its quotes are escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A checkpoint's bytes, and the RFC 3161 response over them."""

    note: bytes
    response: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Custody:
    """What the log says, with its proofs: `.tlog-proof` files, the newest checkpoint, witnesses' keys, timestamps."""

    log: Ed25519Verifier
    proofs: tuple[bytes, ...]
    checkpoint: bytes
    witnesses: tuple[CosignatureVerifier, ...] = ()
    stamps: tuple[Stamp, ...] = ()


def custody_of(
    ledger: Ledger, log: Ed25519Verifier, subjects: Iterable[str], witnesses: Sequence[CosignatureVerifier] = ()
) -> Custody:
    """Prove every event about some subjects: parcels' public names, and what the log calls clips.

    Each under the earliest checkpoint over it that was cosigned, and the earliest that was stamped, for these bound its time
    most closely; under the newest where there is neither.

    Raises:
        Damaged: the log cannot be read, or does not agree with itself; check it.
    """
    head = open_checkpoint(ledger.read(CHECKPOINT), log, witnesses)
    stamps = _stamps(ledger)
    stamped = [open_checkpoint(stamp.note, log, witnesses) for stamp in stamps]
    cosigned = [one for one in kept_checkpoints(ledger, log, witnesses) if _is_cosigned(one, witnesses)]
    proofs, used = [], set()
    for index, record in _about(ledger, subjects):
        if index < head.size:
            for checkpoint in _bounding(index, cosigned, stamped) or [head]:
                proofs.append(proof.prove(ledger, record, index, checkpoint, size=head.size).written())
                used.add(checkpoint.written())
    return Custody(
        log=log,
        proofs=tuple(proofs),
        checkpoint=head.written(),
        witnesses=tuple(witnesses),
        stamps=tuple(stamp for stamp in stamps if stamp.note in used),
    )


def events_of(custody: Custody) -> tuple[Proven, ...]:
    """The events of all proofs, in their order. Raises `Damaged` where a proof, a checkpoint or a cosignature is false."""
    proven = [proof.verify(written, custody.log) for written in custody.proofs]
    for written in (custody.checkpoint, *(one.checkpoint.written() for one in proven)):
        open_checkpoint(written, custody.log, custody.witnesses)
    return tuple(proven)


def _about(ledger: Ledger, subjects: Iterable[str]) -> Iterator[tuple[int, Record]]:
    """The records about some subjects, each with its place; of all others no more is read than what they are about."""
    wanted = {json.dumps(subject, ensure_ascii=False).encode() for subject in subjects}
    for index, line in enumerate(ledger.records()):
        subject = _SUBJECT.search(line)
        if subject is None or subject[1] in wanted:
            yield index, parse_record(line)


def _stamps(ledger: Ledger) -> list[Stamp]:
    paths = [path.removesuffix("tsr") for path in ledger.paths(KEPT) if path.endswith(".tsr")]
    return [Stamp(note=ledger.read(path + "note"), response=ledger.read(path + "tsr")) for path in paths]


def _bounding(index: int, cosigned: Sequence[Checkpoint], stamped: Sequence[Checkpoint]) -> list[Checkpoint]:
    """The earliest of each over a record; of those of one size the one with most signatures. It may be both."""
    over = [[one for one in some if one.size > index] for some in (cosigned, stamped)]
    first = [min(some, key=lambda one: (one.size, -len(one.note.signatures))) for some in over if some]
    return [one for place, one in enumerate(first) if one not in first[:place]]


def _is_cosigned(checkpoint: Checkpoint, witnesses: Sequence[CosignatureVerifier]) -> bool:
    """By one of these witnesses; by anybody where none is known, for whoever reads it may know one."""
    if witnesses:
        return any(checkpoint.note.signed_by(witness) for witness in witnesses)
    return len(checkpoint.note.signatures) > 1
