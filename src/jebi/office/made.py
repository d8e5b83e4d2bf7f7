"""What one job made of a clip: sealed and kept at once, written into the catalogue with all else that the job found.

Invariants: a blob is kept before a row names it; one that a newer takes the place of, or whose job failed, is left to
`sweep`: whoever is just watching the old one sees it to its end. Peak: what is added; for `sweep`, all names.
"""

from dataclasses import dataclass, field

from jebi.office.kept import Kept, Stored
from jebi.vault import clips, cuts, outbox
from jebi.vault.catalogue import Catalogue, Change, Event
from jebi.vault.clips import Derived

YOUNG_MS = 24 * 3600 * 1000  # from a job's first blob to its rows it is minutes at most; clocks may be wrong by hours


@dataclass(slots=True)
class Made:
    """Collects what a job makes of one clip, with the tools that it uses."""

    kept: Kept
    clip: str
    tools: str
    _derived: list[Derived] = field(default_factory=list)

    def add(self, kind: str, content: bytes, number: int = 0) -> None:
        """Seal and keep something small."""
        self._note(kind, self.kept.put(content), number)

    def add_file(self, kind: str, path: str) -> None:
        """Seal and keep a file."""
        self._note(kind, self.kept.put_file(path), 0)

    def write(self, change: Change) -> None:
        """Name all of it in the catalogue."""
        for made in self._derived:
            detail = f"{made.kind} {made.number}, sha256 {made.sha256}, sealed sha256 {made.blob}, by {made.tools}"
            event = Event(kind="derived", subject=self.clip, detail=detail, actor="machine")
            clips.put_derived(change, self.clip, made, event)

    def _note(self, kind: str, stored: Stored, number: int) -> None:
        self._derived.append(
            Derived(
                kind=kind, blob=stored.blob, size=stored.size, sha256=stored.sha256, tools=self.tools, number=number
            )
        )


def sweep(kept: Kept, catalogue: Catalogue) -> int:
    """Remove the blobs that no row names; returns how many. Workers may be at work, here and on other machines.

    A blob is put shortly before its row is written, so one that is younger than `YOUNG_MS` may be named yet. One that is
    older than the catalogue belongs to another, which may come back. Ages are by the clock of the blobs' store.
    """
    until_ms = kept.blobs.clock_ms() - YOUNG_MS
    candidates = list(kept.blobs.names())
    with catalogue.reading() as connection:
        since_ms, needed = outbox.first_ms(connection), clips.blobs(connection) | cuts.blobs(connection)
    unnamed = [name for name in candidates if name not in needed] if since_ms is not None else []
    gone = [name for name in unnamed if (since_ms or 0) < (kept.blobs.put_ms(name) or 0) < until_ms]
    for name in gone:
        kept.blobs.remove(name)
    kept.blobs.sweep(until_ms)
    return len(gone)
