"""Media that came → slots → packets → blocks, on all cores. What relay and desk have in common.

First every medium is searched for slots; only their headers are kept. Then blocks are restored one by one, each worker
reading the slots that it needs from wherever they lie, and writing the block to its place in the sealed parcel.

Invariants: media are only read; memory is bounded by headers (some hundred bytes a slot) and a few blocks; a medium that
fails while it is read loses its slots, nothing else.
"""

import contextlib
import hashlib
import itertools
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from jebi.carriers.carrier import Grid
from jebi.carriers.cover import CoverCarrier
from jebi.carriers.file import FileCarrier
from jebi.carriers.freespace import FreeSpaceCarrier
from jebi.carriers.search import Found, resync, search_finely, search_whole, windows
from jebi.carriers.slot import HEADER, SLOT, Slot, SlotHeader, Unmask, check, parse
from jebi.carriers.whole import is_whole
from jebi.device import blocks
from jebi.device.blocks import Blocks
from jebi.errors import Damaged, Unable, failures_named
from jebi.parcel.blocks import SYMBOL, BlockList, Shape
from jebi.parcel.gather import Fragment, Tally, block_lists, restore
from jebi.parcel.spread import RUN
from jebi.work.crew import Crew

MOST_SLOTS_OF_A_BLOCK = 512  # 64 MiB; what more sticks bring of one block is not needed
LOOKED_THROUGH = 2 * SLOT  # finely, for slots that were moved, in a file or a stick without a volume that can be read
OF_EVERY = (
    128 * SLOT
)  # it is the first part of every so many bytes, and takes a third of the time that reading them does
KEPT_LABEL = SLOT - 32 - HEADER - RUN * SYMBOL  # bytes; with it a record is as long as a slot
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Source:
    """One medium: its path, the label by which reports name it, and whether its slots lie there unmasked (a tray's)."""

    path: str
    label: int
    is_tray: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Where one run of packets lies, and the key of its slot; a tray's have none."""

    source: int
    offset: int
    first: int
    count: int
    key: bytes = field(repr=False)


@dataclass(slots=True)
class Pile:
    """All that was found of one parcel: its secret and shape, and the pieces of every block."""

    secret: bytes = field(repr=False)
    shape: Shape
    minted: int = 0
    pieces: dict[int, list[Piece]] = field(default_factory=dict)

    def add(self, header: SlotHeader, source: int, offset: int, key: bytes) -> None:
        self.minted = max(self.minted, header.minted)
        self.pieces.setdefault(header.block, []).append(Piece(source, offset, header.first, header.count, key))

    def tally(self) -> Tally:
        tally = Tally(self.shape)
        for block, pieces in self.pieces.items():
            for piece in pieces:
                tally.add(block, piece.first, piece.count)
        return tally

    def slots_by_source(self) -> dict[int, int]:
        counts: dict[int, int] = {}
        for pieces in self.pieces.values():
            for piece in pieces:
                counts[piece.source] = counts.get(piece.source, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class _Search:
    source: int
    window: Grid
    finely: bool


@dataclass(frozen=True, slots=True)
class _Resync:
    source: int
    grid: Grid
    found: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Restore:
    secret: bytes = field(repr=False)
    shape: Shape
    block: int
    digest: bytes | None
    pieces: tuple[Piece, ...]
    distrusted: frozenset[int]
    into: str


@dataclass(frozen=True, slots=True)
class Block:
    """What became of one block: whether it is in place, and the labels of the media that lied about it."""

    number: int
    is_whole: bool
    liars: frozenset[int] = frozenset()


Headers = list[tuple[int, SlotHeader, bytes]]  # where it lies, what it says, its key


class Reader:
    """Searches media and restores blocks. Use as a context manager; workers are forked when it is made."""

    def __init__(self, sources: Sequence[Source], route_secrets: Sequence[bytes]) -> None:
        self.sources = tuple(sources)
        self.failed: dict[int, str] = {}
        self._unmask = Unmask(route_secrets)
        self._crew: Crew[_Search | _Resync | _Restore, Headers | Block] = Crew(self._work)
        self._open: dict[int, Blocks] = {}

    def __enter__(self) -> "Reader":  # noqa: PYI034  (never subclassed)
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.__exit__()
        for medium in self._open.values():
            medium.close()

    def size(self) -> int:
        """Bytes that `search` will read at least."""
        return sum(grid.stop - grid.start for source in range(len(self.sources)) for grid in self._grids(source))

    def search(self, advance: Advance, *, finely: bool = True) -> list[Pile]:
        """Everything of ours in all media, sorted into piles; a medium in which nothing is found at once is looked
        through more `finely`, for what was cut or shifted, unless nobody wants to wait for that.
        """
        piles: dict[tuple[bytes, Shape], Pile] = {}
        grids = [(source, grid) for source in range(len(self.sources)) for grid in self._grids(source)]
        self._recall(piles)
        found = self._collect(piles, (_Search(s, w, False) for s, grid in grids for w in windows(grid)), advance)
        if finely:
            found |= self._search_moved(piles, [(s, grid) for s, grid in grids if not found.get(s)])
        broken = [(s, g) for s, g in grids if g.step < SLOT and self._is_file(s) and found.get(s)]
        tasks_left = (_Resync(s, g, tuple(found[s])) for s, g in broken)
        self._collect(piles, tasks_left, lambda _: None)
        return sorted(piles.values(), key=lambda pile: -sum(map(len, pile.pieces.values())))

    def lists(self, pile: Pile) -> list[BlockList]:
        """The block lists that the media hold of a parcel, the most supported first."""
        pieces = chosen(pile.pieces.get(pile.shape.count, ()))
        return block_lists(list(self._load(pieces, pile.secret, pile.shape)), pile.secret, pile.shape)

    def restore(self, pile: Pile, blocks_of: BlockList | None, into: str, *, only: Iterable[int]) -> Iterator[Block]:
        """Restore blocks in order, each written to its place in the file `into`, which must exist."""
        liars: set[int] = set()

        def tasks() -> Iterator[_Restore]:
            for number in only:
                pieces = chosen(pile.pieces.get(number, ()))
                digest = blocks_of.digests[number] if blocks_of else None
                yield _Restore(pile.secret, pile.shape, number, digest, pieces, frozenset(liars), into)

        for done in self._crew.run(tasks()):
            assert isinstance(done, Block)
            liars |= done.liars
            yield done

    def slots(self, pieces: Iterable[Piece]) -> Iterator[tuple[int, Slot]]:
        """The slots that lie there, and the labels of the media they came from. What cannot be read is passed over."""
        for piece in pieces:
            if (came := self._slot(piece)) is not None:
                yield came

    def _recall(self, piles: dict[tuple[bytes, Shape], Pile]) -> None:
        """What the trays remember."""
        for number, source in enumerate(self.sources):
            medium = self._medium(number) if source.is_tray else None
            for offset in range(0, medium.size - SLOT + 1, SLOT) if medium else ():
                if (came := self._slot(Piece(number, offset, 0, 0, b""))) is not None:
                    _pile_of(came[1].header, piles).add(came[1].header, number, offset, b"")

    def _collect(
        self, piles: dict[tuple[bytes, Shape], Pile], tasks: Iterable[_Search | _Resync], advance: Advance
    ) -> dict[int, list[int]]:
        """Run searches, sort what they find into piles, and return the offsets found in each medium."""
        found: dict[int, list[int]] = {}
        under_way: list[_Search | _Resync] = []

        def remembered() -> Iterator[_Search | _Resync]:
            for task in tasks:
                under_way.append(task)
                yield task

        for headers in self._crew.run(remembered()):
            assert isinstance(headers, list)
            task = under_way.pop(0)
            for offset, header, key in headers:
                _pile_of(header, piles).add(header, task.source, offset, key)
                found.setdefault(task.source, []).append(offset)
            if isinstance(task, _Search):
                advance(task.window.stop - task.window.start)
        return found

    def _search_moved(
        self, piles: dict[tuple[bytes, Shape], Pile], grids: Sequence[tuple[int, Grid]]
    ) -> dict[int, list[int]]:
        """Media in which nothing lies where it was put. What moved one slot moved many, so one leads to the others."""
        probes = (_Search(s, w, True) for s, grid in grids for w in self._probed(s, grid))
        hits = self._collect({}, probes, lambda _: None)
        moved = [
            (s, replace(grid, start=grid.start + shift))
            for s, grid in grids
            for shift in sorted({(hit - grid.start) % SLOT for hit in hits.get(s, ())})
        ]
        return self._collect(piles, (_Search(s, w, False) for s, grid in moved for w in windows(grid)), lambda _: None)

    def _probed(self, source: int, grid: Grid) -> Iterator[Grid]:
        """Where to look more finely: all of a stick; of anything else a part here and there."""
        if not self._is_file(source):
            yield from windows(grid)
            return
        for start in range(grid.start, grid.stop - SLOT + 1, OF_EVERY):
            yield replace(grid, start=start, stop=min(grid.stop, start + LOOKED_THROUGH))

    def _grids(self, source: int) -> list[Grid]:
        if self.sources[source].is_tray:
            return []
        try:
            return grids_of(self._medium(source))
        except Unable as error:
            self.failed[source] = error.what
            return []

    def _is_file(self, source: int) -> bool:
        return all(grid.start == 0 for grid in self._grids(source))

    def _work(self, task: _Search | _Resync | _Restore) -> Headers | Block:
        if isinstance(task, _Restore):
            return self._restore(task)
        medium = self._medium(task.source)
        if isinstance(task, _Resync):
            return _headers(resync(medium, task.found, task.grid, self._unmask.unmask))
        search = search_finely if task.finely else search_whole
        return _headers(search(medium, task.window, self._unmask.unmask))

    def _restore(self, task: _Restore) -> Block:
        fragments = list(self._load(task.pieces, task.secret, task.shape))
        length = task.shape.length(task.block)
        restored = restore(
            fragments, k=task.shape.k(task.block), length=length, digest=task.digest, distrusted=task.distrusted
        )
        if restored is None:
            return Block(task.block, False)
        with failures_named(task.into, "written"):
            into = os.open(task.into, os.O_WRONLY | os.O_CLOEXEC)
            try:
                view, offset = memoryview(restored.block), task.shape.offset(task.block)
                while view:  # a disk that becomes full takes a part first, and says why only then
                    written = os.pwrite(into, view, offset)
                    view, offset = view[written:], offset + written
            finally:
                os.close(into)
        return Block(task.block, True, restored.liars)

    def _load(self, pieces: Iterable[Piece], secret: bytes, shape: Shape) -> Iterator[Fragment]:
        """Read and unmask again; a slot that meanwhile changed is passed over."""
        for piece in pieces:
            label, slot = self._slot(piece) or (0, None)
            if slot and (slot.header.secret, slot.header.shape) == (secret, shape) and slot.header.first == piece.first:
                yield Fragment(origin=label, first=piece.first, packets=slot.packets)

    def _slot(self, piece: Piece) -> tuple[int, Slot] | None:
        """The slot that lies there, and the label of the medium that it first came from."""
        source = self.sources[piece.source]
        with contextlib.suppress(Unable):
            came = self._medium(piece.source).read_at(piece.offset, SLOT)
            if source.is_tray:
                return parse_kept(came)
            plain = check(came, piece.key)
            slot = parse(plain) if plain else None
            return (source.label, slot) if slot else None
        return None

    def _medium(self, source: int) -> Blocks:
        if source not in self._open:
            self._open[source] = blocks.open_for_reading(self.sources[source].path)
        return self._open[source]


def keep(label: int, slot: Slot) -> bytes:
    """A slot as a tray keeps it: without its mask, with the label of the medium it came from, and a digest over both."""
    kept = slot.written() + label.to_bytes(KEPT_LABEL, "big")
    return kept + hashlib.sha256(kept).digest()


def parse_kept(untrusted_record: bytes) -> tuple[int, Slot] | None:
    """What `keep` kept, or None where the disk did not keep it."""
    kept, digest = untrusted_record[:-32], untrusted_record[-32:]
    if len(untrusted_record) != SLOT or hashlib.sha256(kept).digest() != digest:
        return None
    slot = parse(kept[:-KEPT_LABEL])
    return (int.from_bytes(kept[-KEPT_LABEL:], "big"), slot) if slot else None


def grids_of(medium: Blocks) -> list[Grid]:
    """Where slots may lie in a medium, whatever it is. Nothing is too strange to be searched."""
    if is_whole(medium):
        return []
    for carrier in (FreeSpaceCarrier(), CoverCarrier()):
        with contextlib.suppress(Damaged):
            return list(carrier.grids(medium))
    return list(FileCarrier().grids(medium))


def media_at(places: Sequence[str]) -> list[str]:
    """The media at some places: devices, images and files themselves, and every file below folders.

    Raises:
        Unable: a place is not there or cannot be read.
    """
    media = []
    for place in places:
        if os.path.isdir(place):
            walk = os.walk(place, onerror=_unreadable)
            found = (os.path.join(folder, file) for folder, _, files in walk for file in files)
            media += sorted(path for path in found if os.path.isfile(path) and not os.path.islink(path))
        else:
            blocks.open_for_reading(place).close()
            media.append(place)
    return media


def _unreadable(error: OSError) -> None:
    raise Unable(f"{error.filename} cannot be read", hint="is the stick in, and not failing?") from error


def chosen(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """At most `MOST_SLOTS_OF_A_BLOCK` of a block's pieces, so that nothing crowds anything else out.

    Half of them go by run, each once before any twice: copies of one stick. The others go by medium, each its share: a
    flood of false slots.
    """
    runs, media, ranked = Counter[int](), Counter[int](), []
    for piece in pieces:
        ranked.append((runs[piece.first], media[piece.source], piece))
        runs[piece.first] += 1
        media[piece.source] += 1
    by_run = sorted(ranked, key=lambda rank: rank[:2])[: MOST_SLOTS_OF_A_BLOCK // 2]
    by_medium = sorted(ranked, key=lambda rank: rank[1])
    chosen = dict.fromkeys(piece for *_, piece in [*by_run, *by_medium])
    return tuple(itertools.islice(chosen, MOST_SLOTS_OF_A_BLOCK))


def _headers(found: Iterable[Found]) -> Headers:
    return [(one.offset, one.slot.header, one.slot.key) for one in found]


def _pile_of(header: SlotHeader, piles: dict[tuple[bytes, Shape], Pile]) -> Pile:
    return piles.setdefault((header.secret, header.shape), Pile(header.secret, header.shape))
