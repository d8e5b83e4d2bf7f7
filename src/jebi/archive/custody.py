"""What happened to footage at the desk, in a log that cannot be edited unseen (docs/formats/custody.md).

Of every event a record is kept (`jebi.archive.record`), whose salt binds it to its place; its hash enters a Merkle tree. The
log's key signs every checkpoint.

Invariants: nothing is signed that does not continue what was signed before, or was written without the log's key; nothing
is acknowledged before its record and a checkpoint over it are kept; whoever checks a log believes its key and what they
remember, and no file.
It never says when anything was filmed, and cannot show what was never logged.

Peak: the tiles of one batch; a check reads record by record.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from jebi.archive.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from jebi.archive.merkle import (
    HASH,
    TILE_HEIGHT,
    TILE_WIDTH,
    Edge,
    Subtree,
    Tile,
    TileReader,
    Tiles,
    consistency_proof,
    leaf_hash,
    read_tile,
    root,
    root_at,
    tile_path,
    tiles_of,
    verify_consistency,
)
from jebi.archive.record import DICE, SALT, Event, Record, parse_record
from jebi.errors import Damaged
from jebi.parcel.header import derive
from jebi.parcel.note import Ed25519Signer, Verifier

BATCH = 64 * TILE_WIDTH  # records that enter the tree at once
CHECKPOINT = "checkpoint"
KEPT = "checkpoints"
LENGTH = HASH.to_bytes(2, "big")  # before each entry of a bundle
_Wrong = tuple[int, int, str]  # level, first record concerned, what
_KEPT = re.compile(r"checkpoints/([0-9]{20})-([0-9a-f]{16})\.(note|tsr)")
_PARTIAL = re.compile(r"(tile/.+)\.p/([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])")
_CHECK = "check the whole log to see which record is concerned; nothing was written"
_KEEP_ALL = "keep the folder as it is, and compare it with a copy or a remembered checkpoint"
_NOT_OURS = "it was not signed; keep a copy of the folder as evidence, then take that line out of records.jsonl"


class LogDamaged(Damaged):
    """The log does not agree with itself or with what is remembered of it; `index` is the first record concerned."""

    def __init__(self, what: str, *, index: int, hint: str = _KEEP_ALL) -> None:
        super().__init__(what, hint=hint)
        self.index = index


class Ledger(Tiles, Protocol):
    """Keeps lines and files durably, and knows nothing of what they say. Paths are relative, with `/`."""

    @property
    def count(self) -> int:
        """Complete records."""

    def append(self, lines: Sequence[bytes], /) -> None:
        """Add lines to the records, durably."""

    def records(self, start: int = 0, /) -> Iterator[bytes]:
        """The lines from number `start` on, without their ends. Raises `Damaged` for one that is far too long."""

    def has(self, path: str, /) -> bool: ...

    def paths(self, folder: str, /) -> Iterable[str]:
        """The files below a folder, sorted."""

    def write(self, files: Iterable[tuple[str, bytes]], /) -> None:
        """Make or replace files, durably, each as a whole."""

    def delete(self, paths: Iterable[str], /) -> None:
        """Delete files that may be there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A log that agrees with itself and with all that is remembered of it.

    `pending` records wait for the next append to enter the tree; `compared` counts the earlier checkpoints.
    """

    checkpoint: Checkpoint
    pending: int
    compared: int


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
            raise _missing(ledger.count, head.size)
        subtree = TileReader(ledger, head.size)
        if root_at(head.size, subtree) != head.root:
            raise LogDamaged("the tiles do not give the root that was signed", index=head.size, hint=_CHECK)
        _read_bundle(ledger, head.size)
        for name, earlier in islice(_kept(ledger, newest_first=True), 1):
            _compare(head, open_checkpoint(earlier, log), subtree, name, 0)
        return head

    def keep(self, untrusted_checkpoint: bytes, *, stamp: bytes = b"") -> str:
        """Keep a checkpoint of this log for ever, because it was cosigned or stamped; returns its path.

        Args:
            untrusted_checkpoint: the note, with whatever cosignatures it has by now.
            stamp: an RFC 3161 response over exactly these bytes; whoever calls has verified it.
        """
        checkpoint = open_checkpoint(untrusted_checkpoint, self._signer.verifier())
        head = self.checkpoint()
        _compare(head, checkpoint, TileReader(self._ledger, head.size), "the checkpoint", 0)
        stem = _kept_stem(checkpoint.size, untrusted_checkpoint)
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
            ledger.delete(tile_path(kind, tile.index, width) for kind in _kinds(tile) for width in range(1, TILE_WIDTH))
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
        record = _record_at(index, line)
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


def check(
    ledger: Ledger, log: Verifier, *, remembered: Sequence[bytes] = (), witnesses: Sequence[Verifier] = ()
) -> Checked:
    """Check a whole log: records, tiles, bundles, checkpoint, and every earlier checkpoint that is kept or remembered.

    Args:
        ledger: where the log is; nothing in it is believed, and nothing is written.
        log: the log's key.
        remembered: checkpoints that somebody kept elsewhere; without one, a rolled-back folder looks whole.
        witnesses: keys of cosigners; a signature under one of these must verify wherever it stands.

    Raises:
        LogDamaged: an edit, a drop, a swap, a truncation, a roll-back or a fork, with the first index concerned.
        Damaged: a checkpoint cannot be read, or is not signed by the log.
    """
    if not ledger.has(CHECKPOINT):
        raise LogDamaged("the log has no checkpoint", index=0)
    head = open_checkpoint(ledger.read(CHECKPOINT), log, witnesses)
    named = [(name, open_checkpoint(note, log, witnesses)) for name, note in _kept(ledger)]
    named += [("a remembered checkpoint", open_checkpoint(note, log, witnesses)) for note in remembered]
    _compare_files(ledger, head, earlier := sorted(named, key=lambda pair: pair[1].size))
    subtree, agreed = TileReader(ledger, head.size), 0
    for name, checkpoint in earlier:
        _compare(head, checkpoint, subtree, name, agreed)
        agreed = checkpoint.size
    return Checked(checkpoint=head, pending=ledger.count - head.size, compared=len(earlier))


def kept_checkpoints(ledger: Ledger, log: Verifier, known: Sequence[Verifier] = ()) -> list[Checkpoint]:
    """The checkpoints that were cosigned or stamped, smallest first; raises `Damaged`."""
    return [open_checkpoint(note, log, known) for _, note in _kept(ledger)]


class _Files:
    """The files under `tile/`, against what the records say they must be. Remembers what is wrong."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._widths: dict[str, list[int]] = {}
        self.wrong: list[_Wrong] = []
        for path in ledger.paths("tile"):
            match = _PARTIAL.fullmatch(path)
            stem, width = (match[1], int(match[2])) if match else (path, TILE_WIDTH)
            self._widths.setdefault(stem, []).append(width)
        self._needed = {stem: list(widths) for stem, widths in self._widths.items()}

    def compare(self, tile: Tile, kind: str, pieces: Sequence[bytes]) -> None:
        """Compare all widths in which a tile is there with the pieces that it must consist of."""
        stem = tile_path(kind, tile.index, TILE_WIDTH)
        for width in sorted(self._widths.pop(stem, [])):
            path = tile_path(kind, tile.index, width)
            content, due = self._ledger.read(path), b"".join(pieces[:width])
            if content != due or width > len(pieces):
                pairs = zip(content, due, strict=False)
                same = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(content), len(due)))
                self._note(tile, same // len(pieces[0]), f"{path} is damaged")

    def require(self, size: int) -> None:
        """All that a tree of this size needs is there, and nothing is there that was not compared."""
        for tile in tiles_of(size):
            for kind in _kinds(tile):
                if tile.width not in self._needed.get(tile_path(kind, tile.index, TILE_WIDTH), []):
                    self._note(tile, 0, f"{tile_path(kind, tile.index, tile.width)} is missing")
        self.wrong += [(TILE_HEIGHT, self._ledger.count, f"{stem!a} is no part of the log") for stem in self._widths]

    def _note(self, tile: Tile, piece: int, what: str) -> None:
        self.wrong.append((tile.level, tile.index * TILE_WIDTH + piece << TILE_HEIGHT * tile.level, what))


def _compare_files(ledger: Ledger, head: Checkpoint, earlier: Sequence[tuple[str, Checkpoint]]) -> None:
    """Recompute the tree from the records; compare it with every file and with the checkpoint; raises `LogDamaged`."""
    files, edge = _Files(ledger), Edge()
    own = root([]) if head.size == 0 else b""
    bundle: list[bytes] = []
    for index, line in enumerate(ledger.records()):
        entry = _record_at(index, line).entry()
        bundle.append(LENGTH + entry)
        for tile, row in edge.add(leaf_hash(entry)):
            _compare_tile(files, tile, row, bundle)
        bundle = bundle if edge.size % TILE_WIDTH else []
        own = edge.root() if edge.size == head.size else own
    for tile, row in edge.partial():
        _compare_tile(files, tile, row, bundle)
    if own == head.root:
        files.require(head.size)
    if own != head.root or files.wrong:
        raise _judgement(ledger, head, earlier, own=own, wrong=files.wrong)


def _compare_tile(files: _Files, tile: Tile, row: Sequence[bytes], bundle: Sequence[bytes]) -> None:
    files.compare(tile, str(tile.level), row)
    if tile.level == 0:
        files.compare(tile, "entries", bundle)


def _judgement(
    ledger: Ledger, head: Checkpoint, earlier: Sequence[tuple[str, Checkpoint]], *, own: bytes, wrong: Sequence[_Wrong]
) -> LogDamaged:
    """Who is wrong where records, tiles and checkpoint disagree: the one that the other two contradict.

    The lowest level knows best: a hash higher up differs wherever one of the records under it does.
    """
    _, index, what = min(wrong, default=(0, ledger.count, ""))
    if own == head.root:
        return LogDamaged(f"{what}, at record {index}; all signed records are as they were", index=index)
    if ledger.count < head.size and index >= ledger.count:
        return _missing(ledger.count, head.size)
    if wrong and _tiles_give(ledger, head.size, head):
        what = f"record {index} was altered, dropped or swapped: it is not the one that was signed"
        return LogDamaged(what, index=index)
    if wrong:
        return LogDamaged(f"from record {index} on, records, tiles and checkpoint all disagree", index=index)
    agreed = max((c.size for _, c in earlier if c.size <= head.size and _tiles_give(ledger, head.size, c)), default=0)
    what = f"the log was rewritten from record {agreed} on, or later: its root is not the signed one"
    return LogDamaged(what, index=agreed)


def _tiles_give(ledger: Ledger, size: int, checkpoint: Checkpoint) -> bool:
    try:
        return root_at(checkpoint.size, TileReader(ledger, size)) == checkpoint.root
    except Damaged:
        return False


def _compare(head: Checkpoint, earlier: Checkpoint, subtree: Subtree, name: str, agreed: int) -> None:
    """An earlier checkpoint must be a beginning of the log; `agreed` is the size up to which others agree."""
    if earlier.size > head.size:
        what = f"the log was rolled back: {name} is of size {earlier.size}, the log of {head.size}"
        raise LogDamaged(what, index=head.size)
    if root_at(earlier.size, subtree) != earlier.root:
        raise LogDamaged(f"the log was forked: it does not continue {name} of size {earlier.size}", index=agreed)


def _kept(ledger: Ledger, *, newest_first: bool = False) -> Iterator[tuple[str, bytes]]:
    """The notes under `checkpoints/` and their paths."""
    paths = sorted(ledger.paths(KEPT), reverse=newest_first)
    names = set(paths)
    for path in paths:
        if not _KEPT.fullmatch(path) or path.removesuffix("tsr").removesuffix("note") + "note" not in names:
            raise LogDamaged(f"{path!a} does not belong to the log", index=0)
    for path in (path for path in paths if path.endswith("note")):
        content = ledger.read(path)
        if path != _kept_stem(parse_checkpoint(content).size, content) + ".note":
            raise LogDamaged(f"{path} is not what was kept under that name", index=0)
        yield path, content


def _kept_stem(size: int, content: bytes) -> str:
    return f"{KEPT}/{size:020}-{hashlib.sha256(content).hexdigest()[:16]}"


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


def _kinds(tile: Tile) -> list[str]:
    """Under which names a tile lies; entry bundles are laid out as level 0 is."""
    return ["0", "entries"] if tile.level == 0 else [str(tile.level)]


def _is_longer(level: int, old: int, new: int) -> bool:
    """Whether a level has more hashes in the larger tree."""
    return old >> TILE_HEIGHT * level != new >> TILE_HEIGHT * level


def _record_at(index: int, line: bytes) -> Record:
    try:
        return parse_record(line)
    except Damaged as error:
        raise LogDamaged(f"record {index} was altered: {error.what}", index=index) from error


def _missing(count: int, size: int) -> LogDamaged:
    what = f"the log was cut: {size} records were signed, record {count} and those after it are gone"
    return LogDamaged(what, index=count)
