"""A flat file of vectors, searched from end to end (docs/formats/search.md, "Vectors").

A row is a key, a scale, and 384 numbers of 8 bits; a vector is the numbers times the scale. What is removed is overwritten
with zeros at once, since a text can be guessed from its vector; when half the rows are such, the file is written anew.

Invariants: one process writes at a time (flock), and others read meanwhile; a row that a crash left unfinished is no row.
The file is derived: whoever lost it makes it anew from the texts. It knows no text, and no database.
Peak: the file is mapped, and read through 1 MiB at a time; one number a row for its similarity.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jebi.errors import Damaged, failures_named

DIMENSIONS = 384
MAGIC = b"jebi vectors 1\n\0"
CHUNK = 2_048  # rows at a time: they stay in the processor's cache while they become numbers that it can multiply
WORTHWHILE = 1_000  # empty rows; fewer are not worth writing the file anew
ROW = np.dtype([("key", "<i8"), ("scale", "<f4"), ("vector", "i1", DIMENSIONS)])

_Keys = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A row and how similar it is, from -1 to 1."""

    key: int
    similarity: float


class VectorFile:
    """The vectors in one file, which is made if it is not there. Holds nothing open between two calls."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with failures_named("the file of vectors", "made"), self._locked():
            pass

    def keys(self) -> _Keys:
        """The keys that there are, in no order."""
        rows = self._rows()
        return np.asarray(rows["key"][rows["scale"] > 0])

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
        self, vector: NDArray[np.float32], count: int, *, among: _Keys | None = None, least: float = -1.0
    ) -> list[Near]:
        """The `count` most similar vectors to one of length 1, most similar first; exact but for the rounding to 8 bits.

        Args:
            vector: (384,).
            count: how many, at most.
            among: the keys to which they are confined.
            least: the similarity that they have at least.
        """
        rows = self._rows()
        similar = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            similar[start : start + CHUNK] = (chunk["vector"].astype(np.float32) @ vector) * chunk["scale"]
        similar[rows["scale"] <= 0] = -2
        if among is not None:
            similar[~np.isin(rows["key"], among)] = -2
        count = min(count, len(rows))
        best = np.argpartition(similar, len(rows) - count)[len(rows) - count :] if count else np.empty(0, np.intp)
        found = sorted(
            ((float(similar[at]), int(rows["key"][at])) for at in best), key=lambda near: (-near[0], near[1])
        )
        return [Near(key=key, similarity=similarity) for similarity, key in found if similarity >= max(least, -1.0)]

    def _rows(self) -> NDArray[np.void]:
        """All whole rows, mapped; valid for as long as it is held, whatever happens to the file."""
        with failures_named("the file of vectors", "read"), self._path.open("rb") as file:
            if file.read(len(MAGIC)) != MAGIC:
                raise Damaged(
                    "the file of vectors is not one", hint="delete it: it is made anew from the texts that there are"
                )
            count = self._count(file.fileno())
            if not count:
                return np.empty(0, ROW)
            return np.memmap(file, ROW, "r", len(MAGIC), (count,))

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
