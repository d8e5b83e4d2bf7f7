"""The proof that one event is in the log, for whoever holds the log's key and nothing else (docs/formats/custody.md, "Proof").

A `.tlog-proof` file (c2sp.org/tlog-proof@v1) carries the record, its way up the tree, and a checkpoint. Nothing in it
is believed before all of it was verified; `docs/verify_proof.py` verifies the same without jebi.

It shows that the event was logged before the checkpoint was signed, cosigned or stamped; not that it is true, and never
when anything was filmed. Of other events it shows only how many there are.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from jebi.archive.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from jebi.archive.merkle import (
    LONGEST_PATH,
    TileReader,
    Tiles,
    inclusion_proof,
    leaf_hash,
    parse_hash,
    parse_size,
    root_by_inclusion,
    written_hash,
)
from jebi.archive.record import Event, Record, parse_record
from jebi.errors import Damaged
from jebi.parcel.note import Verifier

TITLE = "c2sp.org/tlog-proof@v1"
LONGEST_PROOF = 1 << 19  # a record, 63 hashes, and a checkpoint with 64 post-quantum cosignatures
_HINT = "ask for the proof again; if it fails again, it proves nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A record, where it is in the log, the way up from it, and a checkpoint. Verified by nobody yet."""

    record: Record
    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def written(self) -> bytes:
        """The file."""
        extra = base64.b64encode(self.record.written()).decode()
        lines = [TITLE, f"extra {extra}", f"index {self.index}", *map(written_hash, self.path)]
        return "\n".join([*lines, "", ""]).encode() + self.checkpoint.written()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """An event that is in the log: entry `index` of the tree that the checkpoint signs."""

    event: Event
    index: int
    checkpoint: Checkpoint


def prove(tiles: Tiles, record: Record, index: int, checkpoint: Checkpoint, *, size: int) -> Proof:
    """Make the proof that a record is in the tree of a checkpoint.

    Args:
        tiles: the log's tiles.
        record: the record to show.
        index: where it is in the log.
        checkpoint: the newest, or an earlier one that was cosigned.
        size: how many leaves the tiles are of now.

    Raises:
        Damaged: tiles, record and checkpoint do not belong together, or the checkpoint is older than the record.
    """
    if not index < checkpoint.size <= size:
        raise Damaged("the checkpoint is older than the record, or newer than the tiles")
    path = tuple(inclusion_proof(index, checkpoint.size, TileReader(tiles, size)))
    proof = Proof(record=record, index=index, path=path, checkpoint=checkpoint)
    _follow(proof)
    return proof


def parse(untrusted_proof: bytes) -> Proof:
    """Read a proof file; it is verified by nobody yet.

    Raises:
        Damaged: it is not what `Proof.written` writes, to the byte.
    """
    if len(untrusted_proof) > LONGEST_PROOF:
        raise Damaged("the proof is too long to be one")
    head, gap, note = untrusted_proof.partition(b"\n\n")
    try:
        title, extra, index, *path = head.decode("ascii").split("\n")
        record = base64.b64decode(_after("extra ", extra), validate=True)
    except ValueError as error:
        raise Damaged("the proof cannot be read", hint=_HINT) from error
    if title != TITLE or not gap or len(path) > LONGEST_PATH:
        raise Damaged("this is not a proof that jebi reads", hint=_HINT)
    proof = Proof(
        record=parse_record(record),
        index=parse_size(_after("index ", index)),
        path=tuple(map(parse_hash, path)),
        checkpoint=parse_checkpoint(note),
    )
    if proof.written() != untrusted_proof:
        raise Damaged("the proof is written in a way that jebi does not write", hint=_HINT)
    return proof


def verify(untrusted_proof: bytes, log: Verifier, witnesses: Sequence[Verifier] = ()) -> Proven:
    """Verify a proof offline.

    Args:
        untrusted_proof: the file.
        log: the log's key, known from elsewhere.
        witnesses: keys of witnesses, each of which must have cosigned the checkpoint.

    Raises:
        Damaged: says which step failed: reading, the way up the tree, the log's signature, or a witness's.
    """
    proof = parse(untrusted_proof)
    _follow(proof)
    checkpoint = open_checkpoint(proof.checkpoint.written(), log, witnesses)
    for witness in witnesses:
        if not checkpoint.note.signed_by(witness):
            raise Damaged(f"the witness {witness.name} did not cosign the checkpoint of this proof", hint=_HINT)
    return Proven(event=proof.record.event, index=proof.index, checkpoint=checkpoint)


def _follow(proof: Proof) -> None:
    """From the record up to the root."""
    leaf = leaf_hash(proof.record.entry())
    if root_by_inclusion(leaf, proof.index, proof.checkpoint.size, proof.path) != proof.checkpoint.root:
        raise Damaged("the event is not at that place of the log: the way up the tree ends elsewhere", hint=_HINT)


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise Damaged("the proof cannot be read", hint=_HINT)
    return line.removeprefix(word)
