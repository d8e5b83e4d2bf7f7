"""What happened to footage at the desk, in a log that cannot be edited unseen (docs/formats/custody.md).

Of every event a record is kept (`jebi.archive.record`), whose salt binds it to its place; its hash enters a Merkle tree. The
log's key signs every checkpoint.

Invariants: nothing is signed that does not continue what was signed before, or was written without the log's key; nothing
is acknowledged before its record and a checkpoint over it are kept.
It never says when anything was filmed, and cannot show what was never logged. Whether the whole log is as it was,
`jebi.archive.audit` finds out.

Peak: the tiles of one batch.
"""

import hmac
from collections.abc import Iterator, Sequence
from itertools import islice

from jebi.archive.audit import Checked, check
from jebi.archive.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from jebi.archive.ledger import (
    CHECKPOINT,
    KEPT,
    LENGTH,
    Ledger,
    LogDamaged,
    check_continues,
    cut_off,
    kept_notes,
    kept_stem,
    kinds_of,
    record_at,
)
from jebi.archive.merkle import (
    HASH,
    TILE_HEIGHT,
    TILE_WIDTH,
    Edge,
    Tile,
    TileReader,
    consistency_proof,
    leaf_hash,
    read_tile,
    root,
    root_at,
    tile_path,
    verify_consistency,
)
from jebi.archive.record import DICE, SALT, Event, Record
from jebi.parcel.header import derive
from jebi.parcel.note import Ed25519Signer, Verifier

BATCH = 64 * TILE_WIDTH  # records that enter the tree at once
_CHECK = "check the whole log to see which record is concerned; nothing was written"
_NOT_OURS = "it was not signed; keep a copy of the folder as evidence, then take that line out of records.jsonl"


class CustodyLog:
    """A log that can be appended to. Looks at the ledger when made: `LogDamaged` when it must not be continued.

    One at a time: the ledger's lock keeps other processes away, the caller other threads.
    """

    def __init__(self, ledger: Ledger, signer: Ed25519Signer) -> None:
        self._ledger = ledger
        self._signer = signer
        self._record_key = derive(signer.secret, b"", b"jebi custody record")
        if not ledger.count and not ledger.has(CHECKPOINT) and not any((*ledger.paths("tile"), *ledger.paths(KEPT))):
            ledger.write([(CHECKPOINT, sign_checkpoint(0, root([]), signer).written())])
        self.checkpoint()

    def append(self, event: Event, dice: bytes) -> int:
        """Log one event; returns its index once it is kept, in the tree, and signed. `dice`: 16 fresh random bytes."""
        return self.append_all([(event, dice)])

    def append_all(self, events: Sequence[tuple[Event, bytes]]) -> int:
        """Log several, each with its dice, under one checkpoint as far as they fit a batch; returns the first's index.

        When this fails on the way, on a full disk for instance, some or all of them may be kept all the same: they
        enter the tree with the next append. Look at the newest records before logging the same events again.
        Raises `LogDamaged` as `checkpoint` does, and for a record beyond it that this log did not write there.
        """
        head = self._catch_up(self.checkpoint())
        self._ledger.append([self._record(index, *one).written() for index, one in enumerate(events, head.size)])
        self._catch_up(head)
        return head.size

    def checkpoint(self) -> Checkpoint:
        """The newest checkpoint, after a check of all that the next one will be built on; O(log n).

        Raises:
            LogDamaged: signature, right edge or newest kept checkpoint disagree: the log must not be continued.
        """
        ledger, log = self._ledger, self._signer.verifier()
        if not ledger.has(CHECKPOINT):
            raise LogDamaged("the log has no checkpoint", index=0)
        head = open_checkpoint(ledger.read(CHECKPOINT), log)
        if ledger.count < head.size:
            raise cut_off(ledger.count, head.size)
        subtree = TileReader(ledger, head.size)
        if root_at(head.size, subtree) != head.root:
            raise LogDamaged("the tiles do not give the root that was signed", index=head.size, hint=_CHECK)
        _read_bundle(ledger, head.size)
        for name, earlier in islice(kept_notes(ledger, newest_first=True), 1):
            check_continues(head, open_checkpoint(earlier, log), subtree, name, 0)
        return head

    def keep(self, untrusted_checkpoint: bytes, *, stamp: bytes = b"") -> str:
        """Keep a checkpoint of this log for ever, because it was cosigned or stamped; returns its path.

        Args:
            untrusted_checkpoint: the note, with whatever cosignatures it has by now.
            stamp: an RFC 3161 response over exactly these bytes; whoever calls has verified it.
        """
        checkpoint = open_checkpoint(untrusted_checkpoint, self._signer.verifier())
        head = self.checkpoint()
        check_continues(head, checkpoint, TileReader(self._ledger, head.size), "the checkpoint", 0)
        stem = kept_stem(checkpoint.size, untrusted_checkpoint)
        self._ledger.write([(stem + ".note", untrusted_checkpoint)])
        if stamp:  # only now: a stamp of nothing would look like damage after a crash
            self._ledger.write([(stem + ".tsr", stamp)])
        return stem + ".note"

    def check(self, *, remembered: Sequence[bytes] = (), witnesses: Sequence[Verifier] = ()) -> Checked:
        """`check` of the whole log with its own key."""
        return check(self._ledger, self._signer.verifier(), remembered=remembered, witnesses=witnesses)

    def _catch_up(self, head: Checkpoint) -> Checkpoint:
        while head.size < self._ledger.count:
            head = self._extend(head)
        return head

    def _extend(self, head: Checkpoint) -> Checkpoint:
        """Put the next batch of records into the tree, and sign it."""
        ledger = self._ledger
        lines = islice(ledger.records(head.size), BATCH)
        entries = [self._own_record_at(index, line).entry() for index, line in enumerate(lines, head.size)]
        edge = Edge.read(ledger, head.size)
        full = [tile for entry in entries for tile in edge.add(leaf_hash(entry))]
        tiles = full + [(tile, row) for tile, row in edge.partial() if _is_longer(tile.level, head.size, edge.size)]
        files = [(tile.path, b"".join(row)) for tile, row in tiles]
        ledger.write([*files, *_bundles(ledger, head.size, entries)])
        longer = self._sign(head, edge.size)
        ledger.write([(CHECKPOINT, longer.written())])
        for tile, _ in full:
            ledger.delete(
                tile_path(kind, tile.index, width) for kind in kinds_of(tile) for width in range(1, TILE_WIDTH)
            )
        return longer

    def _record(self, index: int, event: Event, dice: bytes) -> Record:
        """A record whose salt binds it to its place, under a key that only the desk has.

        Or whoever can write to the folder could add a record after the checkpoint, and have the desk sign it.
        """
        if len(dice) != DICE:
            raise ValueError("a record's dice are 16 random bytes")
        bound = index.to_bytes(8, "big") + dice + event.canonical()
        return Record(event=event, salt=dice + hmac.digest(self._record_key, bound, "sha256")[: SALT - DICE])

    def _own_record_at(self, index: int, line: bytes) -> Record:
        record = record_at(index, line)
        if not hmac.compare_digest(self._record(index, record.event, record.salt[:DICE]).salt, record.salt):
            what = f"record {index} is not one that the desk wrote there: somebody added, altered or moved it"
            raise LogDamaged(what, index=index, hint=_NOT_OURS)
        return record

    def _sign(self, head: Checkpoint, size: int) -> Checkpoint:
        """Sign what is in the tiles now, read back, after proving to ourselves that it continues `head`."""
        subtree = TileReader(self._ledger, size)
        longer = sign_checkpoint(size, root_at(size, subtree), self._signer)
        path = consistency_proof(head.size, size, subtree)
        verify_consistency(head.size, size, head.root, longer.root, path)
        return longer


def _bundles(ledger: Ledger, size: int, entries: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """The entry bundles that change when entries are added to a log of that size (tlog-tiles, "Log entries")."""
    row = _read_bundle(ledger, size) + list(entries)
    for number, start in enumerate(range(0, len(row), TILE_WIDTH), size // TILE_WIDTH):
        pieces = row[start : start + TILE_WIDTH]
        yield tile_path("entries", number, len(pieces)), b"".join(LENGTH + entry for entry in pieces)


def _read_bundle(ledger: Ledger, size: int) -> list[bytes]:
    """The entries of the partial bundle of a log of that size, each checked against its leaf hash."""
    index, width = divmod(size, TILE_WIDTH)
    if not width:
        return []
    content, step = ledger.read(tile_path("entries", index, width)), len(LENGTH) + HASH
    entries = [content[start + len(LENGTH) : start + step] for start in range(0, len(content), step)]
    leaves = read_tile(ledger, Tile(level=0, index=index, width=width))
    if b"".join(LENGTH + entry for entry in entries) != content or list(map(leaf_hash, entries)) != leaves:
        raise LogDamaged("the newest entry bundle is damaged", index=index * TILE_WIDTH, hint=_CHECK)
    return entries


def _is_longer(level: int, old: int, new: int) -> bool:
    """Whether a level has more hashes in the larger tree."""
    return old >> TILE_HEIGHT * level != new >> TILE_HEIGHT * level
