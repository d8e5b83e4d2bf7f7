"""A flat file of vectors, searched from end to end, or by the signs of their numbers (docs/formats/search.md, "Vectors").

A row is a key, a scale, and 384 numbers of 8 bits; a vector is the numbers times the scale. What is removed is overwritten
with zeros at once, since a text can be guessed from its vector; when half the rows are such, the file is written anew.

Invariants: one process writes at a time (flock), and others read meanwhile; a row that a crash left unfinished is no row.
The file is derived: whoever lost it makes it anew from the texts. It knows no text, and no database.
Peak: the file is mapped, and read through 1 MiB at a time; of more than `MANY` rows, 64 bytes each from the first search on.
"""

import fcntl
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Damaged, failures_named

DIMENSIONS = 384
MAGIC = b"jebi vectors 1\n\0"
CHUNK = 2_048  # rows at a time: they stay in the processor's cache while they become numbers that it can multiply
MANY = 50_000  # rows, of which each is looked at; of more only those whose signs are like those that are asked for
BLOCK = (
    32_768  # rows whose signs are made and compared together: they stay in the cache, and the last block is soon made
)
SCATTERED = 6  # one row of so many or fewer is gathered before it is compared; of more, all of them are
LIKELY = 3_000  # rows that are looked at for their signs
SAMPLE = 100_000  # rows that tell how like the likeliest are
SPREAD = 16  # bytes for each row that are spent on a table of the keys that are wanted
WORTHWHILE = 1_000  # empty rows; fewer are not worth writing the file anew
ROW = np.dtype([("key", "<i8"), ("scale", "<f4"), ("vector", "i1", DIMENSIONS)])

Keys = NDArray[np.int64]
_Wanted = Callable[[Keys], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A row and how similar it is, from -1 to 1."""

    key: int
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signs:
    """Of neighbouring rows, the keys (n,), between which they lie, and the signs of all numbers as words (6, n)."""

    keys: Keys
    lowest: int
    highest: int
    words: NDArray[np.uint64]


class VectorFile:
    """The vectors in one file, which is made if it is not there. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = ThreadPoolExecutor(1)  # begun by the first search that needs it, not before a fork
        self._known: tuple[int, NDArray[np.void], list[_Signs]] = (0, np.empty(0, ROW), [])
        with failures_named("the file of vectors", "made"), self._locked():
            pass

    def keys(self) -> Keys:
        """The keys that there are, in no order."""
        rows = self._rows()
        return np.asarray(rows["key"][rows["scale"] > 0])

    def is_empty(self) -> bool:
        """Whether there is no row."""
        return not len(self._rows())

    def append(self, keys: Sequence[int], vectors: NDArray[np.float32]) -> None:
        """Add vectors of length 1, (n, 384), in the place of those that have their keys. On the disk when this returns."""
        if vectors.shape != (len(keys), DIMENSIONS) or len(set(keys)) != len(keys):
            raise ValueError("there is one vector for each key")
        with failures_named("the file of vectors", "written"), self._locked() as file:
            self._clear(file, keys)
            os.lseek(file, len(MAGIC) + self._count(file) * ROW.itemsize, os.SEEK_SET)
            _write(file, _packed(keys, vectors).tobytes())
            os.fsync(file)

    def remove(self, keys: Iterable[int]) -> None:
        """Remove the vectors of these keys, as far as they are there."""
        with failures_named("the file of vectors", "written"), self._locked() as file:
            self._clear(file, list(keys))
            os.fsync(file)
            rows = self._rows()
            empty = int(np.count_nonzero(rows["scale"] <= 0))
            if empty > max(WORTHWHILE, len(rows) // 2):
                self._write_anew(rows)

    def nearest(
        self, vector: NDArray[np.float32], count: int, *, among: Keys | None = None, least: float = -1.0
    ) -> list[Near]:
        """The `count` most similar vectors to one of length 1, most similar first; exact but for the rounding to 8 bits.

        Of more than `MANY` only the `LIKELY` are looked at whose numbers have the same signs as those that are asked for: some of
        those that are similar are missed, the fewer the more similar they are (docs/formats/search.md, "Vectors").

        Args:
            vector: (384,).
            count: how many, at most.
            among: the keys to which they are confined, in rising order.
            least: the similarity that they have at least.
        """
        look = self.look(vector, among)
        other = self._threads.submit(look.go_through)  # numpy lets two threads count at once
        look.go_through()
        other.result()
        return look.nearest(count, least)

    def look(self, vector: NDArray[np.float32], among: Keys | None = None) -> "Look":
        """Begin to look for the most similar vectors to one of length 1; `vector` and `among` as in `nearest`."""
        inode, rows = self._mapped()
        return Look(rows, self._signs_of(inode, rows) if len(rows) > MANY else None, vector, among)

    def _signs_of(self, inode: int, rows: NDArray[np.void]) -> list[_Signs]:
        """The signs of all rows: those that are known already, as far as their block was full, and the others.

        A row that was emptied since keeps its signs here, and has no similarity when it is looked at. A file that was written
        anew is another one; the mapping that is kept beside the signs keeps its number from being given to a later one.
        """
        known, _, signs = self._known
        kept = [block for block in signs if known == inode and len(block.keys) == BLOCK][: len(rows) // BLOCK]
        signs = kept + [_block(rows[start : start + BLOCK]) for start in range(len(kept) * BLOCK, len(rows), BLOCK)]
        self._known = inode, rows, signs
        return signs

    def _rows(self) -> NDArray[np.void]:
        return self._mapped()[1]

    def _mapped(self) -> tuple[int, NDArray[np.void]]:
        """The file's number and all whole rows, mapped; valid for as long as they are held, whatever happens to the file."""
        with failures_named("the file of vectors", "read"), self._path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise Damaged(
                    "the file of vectors is not one", hint="delete it: it is made anew from the texts that there are"
                )
            inode, count = os.fstat(file.fileno()).st_ino, self._count(file.fileno())
            known, rows, _ = self._known
            if (known, len(rows)) == (inode, count):
                return known, rows  # of a new mapping each page would have to be looked up again
            # A plain array of the mapped bytes: numpy's own takes ten times as long to be cut into pieces.
            return inode, np.asarray(np.memmap(file, ROW, "r", len(MAGIC), (count,))) if count else np.empty(0, ROW)

    @staticmethod
    def _count(file: int) -> int:
        return (os.fstat(file).st_size - len(MAGIC)) // ROW.itemsize

    def _clear(self, file: int, keys: Sequence[int]) -> None:
        for at in np.flatnonzero(np.isin(self._rows()["key"], np.asarray(keys, np.int64))):
            os.pwrite(file, bytes(ROW.itemsize), len(MAGIC) + int(at) * ROW.itemsize)

    def _write_anew(self, rows: NDArray[np.void]) -> None:
        fresh = self._path.with_suffix(".new")
        file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            _write(file, MAGIC)
            for start in range(0, len(rows), CHUNK):
                chunk = rows[start : start + CHUNK]
                _write(file, chunk[chunk["scale"] > 0].tobytes())
            os.fsync(file)
        finally:
            os.close(file)
        fresh.replace(self._path)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The file, for one writer; opened again if another one wrote it anew while this one waited."""
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                if os.fstat(file).st_ino != self._path.stat().st_ino:
                    continue
                if os.fstat(file).st_size < len(MAGIC):
                    os.pwrite(file, MAGIC, 0)
                yield file
                return
            finally:
                os.close(file)


class Look:
    """A look through all rows. Several threads may go through it, a block at a time; when each of them returned, the nearest are known."""

    def __init__(
        self, rows: NDArray[np.void], signs: Sequence[_Signs] | None, vector: NDArray[np.float32], among: Keys | None
    ) -> None:
        self._rows, self._signs, self._vector, self._among = rows, signs or (), vector, among
        self._asked = _signs(vector)
        self._wanted = _table(among, self._signs) if signs and among is not None else None
        self._is_likely_enough = signs is not None
        self._left = deque(range(len(self._signs)))
        self._differing: dict[int, tuple[NDArray[np.intp] | None, NDArray[np.uint16]]] = {}

    def go_through(self) -> None:
        """Compare the signs of one block after the other that nobody else compares. Returns when none is left."""
        compared, ones = np.empty((6, BLOCK), np.uint64), np.empty((6, BLOCK), np.uint8)
        with suppress(IndexError):
            while True:
                number = self._left.popleft()
                self._differing[number] = _differing(
                    self._asked, self._wanted, self._signs[number], number * BLOCK, compared, ones
                )

    def leave(self) -> None:
        """Compare no more: nobody wants to know."""
        self._left.clear()

    def nearest(self, count: int, least: float = -1.0) -> list[Near]:
        """What `VectorFile.nearest` gives."""
        places, rows, vector = self._places(), self._rows, self._vector
        parts = (places[start : start + CHUNK] for start in range(0, len(places), CHUNK))
        similar = np.concatenate([np.empty(0, np.float32), *(_similarity(rows[part], vector) for part in parts)])
        count = min(count, len(places))
        best = np.argpartition(similar, len(places) - count)[len(places) - count :] if count else np.empty(0, np.intp)
        found = sorted(
            ((float(similar[at]), int(rows["key"][places[at]])) for at in best), key=lambda near: (-near[0], near[1])
        )
        return [Near(key=key, similarity=similarity) for similarity, key in found if similarity >= max(least, -1.0)]

    def _places(self) -> NDArray[np.intp]:
        """The rows that are looked at: of few all, of many about `LIKELY` whose signs differ least; all that are wanted, if few."""
        if not self._is_likely_enough:
            keys, among = self._rows["key"], self._among
            return np.flatnonzero(np.isin(keys, among)) if among is not None else np.arange(len(keys))
        found = [self._differing[number] for number in range(len(self._signs))]
        differing = np.concatenate([counts for _, counts in found])
        if len(differing) <= LIKELY:
            likely = np.arange(len(differing))
        else:
            step = len(differing) // SAMPLE + 1  # to put all of them in order takes longer than to count them
            most = np.partition(differing[::step], LIKELY // step)[LIKELY // step]
            likely = np.flatnonzero(differing <= most)[: 4 * LIKELY]
        if self._wanted is None:
            return likely
        return np.concatenate([places for places, _ in found if places is not None])[likely]


def _block(rows: NDArray[np.void]) -> _Signs:
    keys = np.ascontiguousarray(rows["key"])
    there = keys[rows["scale"] > 0]
    lowest, highest = (int(there.min()), int(there.max())) if len(there) else (0, -1)
    return _Signs(keys=keys, lowest=lowest, highest=highest, words=np.ascontiguousarray(_signs(rows["vector"]).T))


def _signs(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """Vectors (n, 384) as (n, 6) words, a bit for each number that is above 0."""
    return np.packbits(vectors > 0, axis=-1).view(np.uint64)


def _table(among: Keys, signs: Sequence[_Signs]) -> _Wanted:
    """Tells of keys whether they are among some: by a table, where keys lie as close together as those that were counted up."""
    lowest, highest = min(block.lowest for block in signs), max(block.highest for block in signs)
    some = among[np.searchsorted(among, lowest) : np.searchsorted(among, highest, "right")]
    if highest - lowest > SPREAD * len(signs) * BLOCK:
        return partial(np.isin, test_elements=some)
    table = np.zeros(highest - lowest + 1, np.bool_)
    table[some - lowest] = True
    return lambda keys: table.take(keys - lowest, mode="clip")  # the keys of rows that are empty may lie outside


def _differing(
    asked: NDArray[np.uint64],
    wanted: _Wanted | None,
    block: _Signs,
    first: int,
    compared: NDArray[np.uint64],
    ones: NDArray[np.uint8],
) -> tuple[NDArray[np.intp] | None, NDArray[np.uint16]]:
    """The places of the rows of a block that are wanted, or were, and in how many signs each differs from what is asked for.

    Args:
        asked: (6,).
        wanted: tells it of their keys; without, all are, and their places are not told.
        block: up to `BLOCK` rows.
        first: the place of its first row.
        compared: (6, `BLOCK`), to compute in.
        ones: as `compared`.
    """
    words, at = block.words, None if wanted is None else np.flatnonzero(wanted(block.keys))
    places = None if at is None else first + at
    if at is not None and len(at) * SCATTERED < len(block.keys):
        words, at = words.take(at, axis=1), None
    count = words.shape[1]
    differs = np.bitwise_xor(words, asked[:, None], out=compared[:, :count])
    one = np.bitwise_count(differs, out=ones[:, :count])
    # Of three words there are 192 at most, which a byte holds: bytes are added many at a time.
    sums = np.add(one[0] + one[1] + one[2], one[3] + one[4] + one[5], dtype=np.uint16)
    return places, sums if at is None else sums.take(at)


def _similarity(rows: NDArray[np.void], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    similar = (rows["vector"].astype(np.float32) @ vector) * rows["scale"]
    similar[rows["scale"] <= 0] = -2
    return np.asarray(similar, np.float32)


def _packed(keys: Sequence[int], vectors: NDArray[np.float32]) -> NDArray[np.void]:
    rows = np.zeros(len(keys), ROW)
    largest = np.abs(vectors).max(axis=1, initial=1e-9)
    rows["key"] = keys
    rows["vector"] = np.rint(vectors * (127 / largest)[:, None])
    # Not `largest / 127`: rounding changed the length a little, and this makes it 1 again.
    rows["scale"] = 1 / np.maximum(np.linalg.norm(rows["vector"].astype(np.float32), axis=1), 1)
    return rows


def _write(file: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]
