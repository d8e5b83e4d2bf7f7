"""Checks a whole custody log: every record, file and checkpoint, against each other and what somebody remembers
(docs/formats/custody.md, "Checking").

The tree is made again from the records and compared with every file. Where records, tiles and checkpoint disagree, the one
that the other two contradict is wrong.

Invariants: the log's key and what is remembered are believed, and no file; whatever is wrong is named with the first record
concerned, as exactly as it can be known. It never writes. Where the whole folder was rolled back, it cannot tell whoever
remembers nothing.
Peak: the tiles at the right edge, and what is wrong; records are read one by one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jebi.archive.checkpoint import Checkpoint, open_checkpoint
from jebi.archive.ledger import (
    CHECKPOINT,
    LENGTH,
    Ledger,
    LogDamaged,
    check_continues,
    cut_off,
    kept_notes,
    kinds_of,
    record_at,
)
from jebi.archive.merkle import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Edge,
    Tile,
    TileReader,
    leaf_hash,
    root,
    root_at,
    tile_path,
    tiles_of,
)
from jebi.errors import Damaged
from jebi.parcel.note import Verifier

_Wrong = tuple[int, int, str]  # level, first record concerned, what
_PARTIAL = re.compile(r"(tile/.+)\.p/([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A log that agrees with itself and with all that is remembered of it.

    `pending` records wait for the next append to enter the tree; `compared` counts the earlier checkpoints.
    """

    checkpoint: Checkpoint
    pending: int
    compared: int


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
    named = [(name, open_checkpoint(note, log, witnesses)) for name, note in kept_notes(ledger)]
    named += [("a remembered checkpoint", open_checkpoint(note, log, witnesses)) for note in remembered]
    _compare_files(ledger, head, earlier := sorted(named, key=lambda pair: pair[1].size))
    subtree, agreed = TileReader(ledger, head.size), 0
    for name, checkpoint in earlier:
        check_continues(head, checkpoint, subtree, name, agreed)
        agreed = checkpoint.size
    return Checked(checkpoint=head, pending=ledger.count - head.size, compared=len(earlier))


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
            for kind in kinds_of(tile):
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
        entry = record_at(index, line).entry()
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
        return cut_off(ledger.count, head.size)
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
