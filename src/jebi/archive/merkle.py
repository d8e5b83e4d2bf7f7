"""The Merkle tree of RFC 6962, and its tiles on disk (docs/formats/custody.md, "Folder"; c2sp.org/tlog-tiles).

A tree is known by its size and read through hashes of complete subtrees, which `TileReader` finds in tiles. Proofs are
made and verified in O(log n); a tree grows by writing the tiles at its right edge and no others.

Nothing here knows what an entry says, where tiles are kept, or who signed a root. Peak: a few tiles of 8 KiB, and the
leaves that are added at once.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from jebi.errors import Damaged

HASH = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
LARGEST = 1 << 62  # leaves; sizes stay well inside the 64 bits that other readers have
LONGEST_PATH = 63  # hashes in one proof over a tree of that size
MOST_CACHED = 64  # tiles; one proof touches eight levels, two tiles each
GROUP = 1000  # a tile's index is written in groups of three digits
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")

Subtree = Callable[[int, int], bytes]
"""Reads the hash of the complete subtree of 2^height leaves that is number `index` in its row: `(height, index)`."""


class Tiles(Protocol):
    """Where tiles are kept."""

    def read(self, path: str, /) -> bytes:
        """The bytes at `path`. Raises `Damaged` when they are not there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """The place of one tile: `index` counts within its level, `width` is 1 to 256 hashes."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        return tile_path(str(self.level), self.index, self.width)


class TileReader:
    """Reads hashes of complete subtrees out of the tiles of a tree of `size` leaves. Believes what the tiles say."""

    def __init__(self, tiles: Tiles, size: int) -> None:
        check_size(size)
        self._tiles = tiles
        self._size = size
        self._cached: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, height: int, index: int) -> bytes:
        level, inner = divmod(height, TILE_HEIGHT)
        number, first = divmod(index << inner, TILE_WIDTH)
        return root(self._hashes(level, number)[first : first + (1 << inner)])

    def _hashes(self, level: int, index: int) -> list[bytes]:
        if (level, index) not in self._cached:
            width = min(TILE_WIDTH, (self._size >> TILE_HEIGHT * level) - index * TILE_WIDTH)
            if len(self._cached) >= MOST_CACHED:
                self._cached.clear()
            self._cached[level, index] = read_tile(self._tiles, Tile(level=level, index=index, width=width))
        return self._cached[level, index]


class Edge:
    """The right edge of a growing tree: the hashes of the partial tile of each level, and so all that growing needs."""

    def __init__(self) -> None:
        self.size = 0
        self._rows: list[list[bytes]] = [[]]

    @classmethod
    def read(cls, tiles: Tiles, size: int) -> "Edge":
        """The edge of a kept tree, at most one tile a level. Compare `root` with what was signed before believing it."""
        check_size(size)
        edge = cls()
        edge.size = size
        edge._rows = []
        for level in range((size.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT + 1):
            index, width = divmod(size >> TILE_HEIGHT * level, TILE_WIDTH)
            tile = Tile(level=level, index=index, width=width)
            edge._rows.append(read_tile(tiles, tile) if width else [])
        return edge

    def add(self, leaf: bytes) -> Iterator[tuple[Tile, list[bytes]]]:
        """Add one leaf hash; yields the tiles that it fills, lowest first. Must be run to its end."""
        check_size(self.size + 1)
        self.size += 1
        level, piece = 0, leaf
        while True:
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(piece)
            if len(row) < TILE_WIDTH:
                return
            index = (self.size >> TILE_HEIGHT * (level + 1)) - 1
            self._rows[level] = []
            yield Tile(level=level, index=index, width=TILE_WIDTH), row
            level, piece = level + 1, root(row)

    def partial(self) -> Iterator[tuple[Tile, list[bytes]]]:
        """The tiles that are not full, lowest first."""
        for level, row in enumerate(self._rows):
            if row:
                index = self.size >> TILE_HEIGHT * (level + 1)
                yield Tile(level=level, index=index, width=len(row)), row

    def root(self) -> bytes:
        """The root of the whole tree."""
        return root_at(self.size, self._subtree)

    def _subtree(self, height: int, index: int) -> bytes:
        level, inner = divmod(height, TILE_HEIGHT)
        first = (index << inner) % TILE_WIDTH
        return root(self._rows[level][first : first + (1 << inner)])


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node (RFC 6962, section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over a row of leaf hashes (or of roots of equal complete subtrees), in O(n)."""
    row = list(hashes)
    if not row:
        return hashlib.sha256().digest()
    while len(row) > 1:
        odd = row[-1:] if len(row) % 2 else []
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)] + odd
    return row[0]


def root_at(size: int, subtree: Subtree) -> bytes:
    """The root of the first `size` leaves."""
    check_size(size)
    return _span(0, size, subtree) if size else root([])


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes beside the way from leaf `index` up to the root, lowest first (RFC 6962, section 2.1.1)."""
    check_size(size)
    if not 0 <= index < size:
        raise ValueError("a tree has no such leaf")
    start, stop, path = 0, size, []
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            path.append(_span(middle, stop, subtree))
            stop = middle
        else:
            path.append(_span(start, middle, subtree))
            start = middle
    return path[::-1]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a proof leads to from a leaf's hash. Raises `Damaged` when the proof does not fit the tree.

    Up to where the ways of `index` and of the last leaf join, the bits of `index` say on which side a sibling lies;
    above, every sibling lies left, one for each bit that is set.
    """
    check_size(size)
    if not 0 <= index < size:
        raise Damaged("the proof names a leaf that its tree does not have")
    inner = (index ^ (size - 1)).bit_length()
    if len(path) != inner + (index >> inner).bit_count():
        raise Damaged("the proof of inclusion has too few or too many hashes")
    for height, sibling in enumerate(path):
        is_right = height >= inner or index >> height & 1
        leaf = node_hash(sibling, leaf) if is_right else node_hash(leaf, sibling)
    return leaf


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """The hashes that show the tree of `new` leaves to begin with that of `old` (RFC 6962, section 2.1.2)."""
    check_size(new)
    if not 0 <= old <= new:
        raise ValueError("a tree grows")
    if old in {0, new}:
        return []
    start, stop, path = 0, new, []
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            path.append(_span(middle, stop, subtree))
            stop = middle
        else:
            path.append(_span(start, middle, subtree))
            start = middle
    if start:  # otherwise this is the old root, which the verifier has
        path.append(_span(start, stop, subtree))
    return path[::-1]


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> None:
    """Check that the tree of `new` leaves begins with the tree of `old`. Raises `Damaged` when the proof fails.

    The proof is one of inclusion for the old tree's last complete subtree, read twice: siblings on the left belong to
    both trees, those on the right only to the new one.
    """
    check_size(new)
    if not 0 <= old <= new:
        raise Damaged("the proof of consistency leads to a smaller tree")
    if old in {0, new}:
        if path or (old == 0 and old_root != root([])) or (old == new and old_root != new_root):
            raise Damaged("the two roots are of different trees")
        return
    height = (old & -old).bit_length() - 1
    index = old - 1 >> height
    is_complete = index == 0
    inner = ((old - 1) ^ (new - 1)).bit_length() - height
    if len(path) != inner + (index >> inner).bit_count() + (not is_complete):
        raise Damaged("the proof of consistency has too few or too many hashes")
    first, siblings = (old_root, path) if is_complete else (path[0], path[1:])
    by_old = by_new = first
    for row, sibling in enumerate(siblings):
        if row >= inner or index >> row & 1:
            by_old, by_new = node_hash(sibling, by_old), node_hash(sibling, by_new)
        else:
            by_new = node_hash(by_new, sibling)
    if (by_old, by_new) != (old_root, new_root):
        raise Damaged("the new tree does not begin with the old one")


def tiles_of(size: int) -> Iterator[Tile]:
    """The tiles that a tree of `size` leaves consists of; lowest level first."""
    check_size(size)
    level = 0
    while size:
        for index in range((size + TILE_WIDTH - 1) // TILE_WIDTH):
            yield Tile(level=level, index=index, width=min(TILE_WIDTH, size - index * TILE_WIDTH))
        level, size = level + 1, size >> TILE_HEIGHT


def tile_path(kind: str, index: int, width: int) -> str:
    """`tile/KIND/x001/x234/067.p/5`: KIND is a level or `entries`; the ending is left out for a full tile."""
    groups = [f"{index % GROUP:03}"]
    while index := index // GROUP:
        groups.insert(0, f"x{index % GROUP:03}")
    ending = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{kind}/{'/'.join(groups)}{ending}"


def read_tile(tiles: Tiles, tile: Tile) -> list[bytes]:
    """The hashes of one tile. Raises `Damaged` when it is missing or has another width than its name says."""
    content = tiles.read(tile.path)
    if len(content) != tile.width * HASH:
        raise Damaged(f"{tile.path} has the wrong length")
    return [content[start : start + HASH] for start in range(0, len(content), HASH)]


def parse_hash(untrusted_line: str) -> bytes:
    """A hash in base64, as it stands in checkpoints and proofs; raises `Damaged`."""
    try:
        content = base64.b64decode(untrusted_line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Damaged("a hash cannot be read") from error
    if len(content) != HASH or base64.b64encode(content).decode() != untrusted_line:
        raise Damaged("a hash has the wrong length, or is written in an unusual way")
    return content


def written_hash(content: bytes) -> str:
    """A hash as checkpoints and proofs write it."""
    return base64.b64encode(content).decode()


def parse_size(untrusted_text: str) -> int:
    """A size or an index as checkpoints and proofs write it; raises `Damaged`."""
    if not _NUMBER.fullmatch(untrusted_text):
        raise Damaged("a size or an index is no number")
    check_size(int(untrusted_text))
    return int(untrusted_text)


def check_size(size: int) -> None:
    """Raises `Damaged` for a size that no tree of ours has."""
    if not 0 <= size <= LARGEST:
        raise Damaged("a tree of that size cannot be")


def _split(count: int) -> int:
    """The largest power of two below `count` (RFC 6962, section 2.1)."""
    return 1 << (count - 1).bit_length() - 1


def _span(start: int, stop: int, subtree: Subtree) -> bytes:
    """The root over the leaves from `start` to `stop`, where `start` is a multiple of a power of two not below the length."""
    pieces = []
    while start < stop:
        height = (stop - start).bit_length() - 1
        pieces.append(subtree(height, start >> height))
        start += 1 << height
    span = pieces.pop()
    while pieces:
        span = node_hash(pieces.pop(), span)
    return span
