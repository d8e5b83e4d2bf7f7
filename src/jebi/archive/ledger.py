"""Where the custody log lies: lines and files, and under which names (docs/formats/custody.md, "Folder").

The log that is appended to and the check of a whole one have in common how single records are read, and checkpoints that
were cosigned or stamped.

Invariants: what does not fit its place is `LogDamaged` with the first record concerned; a kept checkpoint is read only under
the name that its bytes give it. Nothing is written here, and no signature is made.
Peak: one record, and the names of the kept checkpoints.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from jebi.archive.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from jebi.archive.merkle import HASH, Subtree, Tile, Tiles, root_at
from jebi.archive.record import Record, parse_record
from jebi.errors import Damaged
from jebi.parcel.note import Verifier

CHECKPOINT = "checkpoint"
KEPT = "checkpoints"
LENGTH = HASH.to_bytes(2, "big")  # before each entry of a bundle
_KEPT = re.compile(r"checkpoints/([0-9]{20})-([0-9a-f]{16})\.(note|tsr)")
_KEEP_ALL = "keep the folder as it is, and compare it with a copy or a remembered checkpoint"


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


def kept_checkpoints(ledger: Ledger, log: Verifier, known: Sequence[Verifier] = ()) -> list[Checkpoint]:
    """The checkpoints that were cosigned or stamped, smallest first; raises `Damaged`."""
    return [open_checkpoint(note, log, known) for _, note in kept_notes(ledger)]


def kept_notes(ledger: Ledger, *, newest_first: bool = False) -> Iterator[tuple[str, bytes]]:
    """The notes under `checkpoints/` and their paths."""
    paths = sorted(ledger.paths(KEPT), reverse=newest_first)
    names = set(paths)
    for path in paths:
        if not _KEPT.fullmatch(path) or path.removesuffix("tsr").removesuffix("note") + "note" not in names:
            raise LogDamaged(f"{path!a} does not belong to the log", index=0)
    for path in (path for path in paths if path.endswith("note")):
        content = ledger.read(path)
        if path != kept_stem(parse_checkpoint(content).size, content) + ".note":
            raise LogDamaged(f"{path} is not what was kept under that name", index=0)
        yield path, content


def kept_stem(size: int, content: bytes) -> str:
    """The path under which a checkpoint of that size is kept, without its ending."""
    return f"{KEPT}/{size:020}-{hashlib.sha256(content).hexdigest()[:16]}"


def record_at(index: int, line: bytes) -> Record:
    """Read a line of the records; raises `LogDamaged` with its index."""
    try:
        return parse_record(line)
    except Damaged as error:
        raise LogDamaged(f"record {index} was altered: {error.what}", index=index) from error


def cut_off(count: int, size: int) -> LogDamaged:
    """What is wrong where fewer records are there than were signed."""
    what = f"the log was cut: {size} records were signed, record {count} and those after it are gone"
    return LogDamaged(what, index=count)


def check_continues(head: Checkpoint, earlier: Checkpoint, subtree: Subtree, name: str, agreed: int) -> None:
    """An earlier checkpoint must be a beginning of the log; `agreed` is the size up to which others agree.

    Raises:
        LogDamaged: it is not: the log was rolled back or forked.
    """
    if earlier.size > head.size:
        what = f"the log was rolled back: {name} is of size {earlier.size}, the log of {head.size}"
        raise LogDamaged(what, index=head.size)
    if root_at(earlier.size, subtree) != earlier.root:
        raise LogDamaged(f"the log was forked: it does not continue {name} of size {earlier.size}", index=agreed)


def kinds_of(tile: Tile) -> list[str]:
    """Under which names a tile lies; entry bundles are laid out as level 0 is."""
    return ["0", "entries"] if tile.level == 0 else [str(tile.level)]
