"""A log's signed tree head: origin, size and root (docs/formats/custody.md, "Checkpoint"; c2sp.org/tlog-checkpoint).

A checkpoint is written in one way only, and believed only when `open_checkpoint` returned it under a key that was known
before. Lines after the root belong to other logs; they are kept, because signatures cover them, and mean nothing here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jebi.archive.merkle import parse_hash, parse_size, written_hash
from jebi.errors import Damaged
from jebi.parcel import note as notes
from jebi.parcel.note import Note, Signer, Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's origin, size and root, and the note that says so. Believed only when `open_checkpoint` returned it."""

    origin: str
    size: int
    root: bytes
    note: Note

    def written(self) -> bytes:
        return str(self.note).encode()


def parse_checkpoint(untrusted_note: bytes) -> Checkpoint:
    """Read a checkpoint that nobody has verified yet; raises `Damaged`."""
    note = notes.parse(untrusted_note)
    lines = note.text.split("\n")[:-1]
    if len(lines) < 3 or not all(lines):
        raise Damaged("the checkpoint is not one: it lacks an origin, a size or a root")
    if str(note).encode() != untrusted_note:
        raise Damaged("the checkpoint is written in a way that jebi does not write")
    return Checkpoint(origin=lines[0], size=parse_size(lines[1]), root=parse_hash(lines[2]), note=note)


def open_checkpoint(untrusted_note: bytes, log: Verifier, known: Sequence[Verifier] = ()) -> Checkpoint:
    """Read a checkpoint that `log` signed; every signature that claims to be one of the `known` must be, too.

    Raises:
        Damaged: it cannot be read, is another log's, or a signature is missing or false.
    """
    checkpoint = parse_checkpoint(untrusted_note)
    if checkpoint.origin != log.name:
        raise Damaged("the checkpoint is another log's")
    if not checkpoint.note.signed_by(log):
        raise Damaged("the log did not sign this checkpoint")
    for key in known:
        if checkpoint.note.lines_of(key.name, key.key_id) and not checkpoint.note.signed_by(key):
            raise Damaged(f"the checkpoint has a false signature of {key.name}")
    return checkpoint


def sign_checkpoint(size: int, tree_root: bytes, signer: Signer) -> Checkpoint:
    """Sign a tree head. Whoever calls has made sure that it continues the last one."""
    text = f"{signer.name}\n{size}\n{written_hash(tree_root)}\n"
    return Checkpoint(origin=signer.name, size=size, root=tree_root, note=notes.sign(text, signer))
