"""Clips taken out of the sealed parcels of an archive: whole, for a job, or a stretch, for a player or an export.

Originals stay sealed. A plain copy is made only on this worker's bench in the archive's `work` folder, for as long as a job
needs a file; what one that was killed left there is removed by the next that comes.

Invariants: a copy that exists is the clip that the traveller signed, byte for byte. Peak: one piece.
"""

import contextlib
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from jebi.device import blocks
from jebi.errors import Damaged, Refused, WrongKey, failures_named
from jebi.office.benches import Bench
from jebi.office.desk import WORK, Workplace
from jebi.parcel.keys import Identity
from jebi.parcel.seekable import Seekable
from jebi.parcel.shelf import Place, ReadAt, Shelf, shelve

PIECE = 1 << 20


class Originals:
    """The clips of one archive. Use as a context manager: it keeps the parcel open that was asked for last.

    Args:
        desk: the archive, held or joined.
        outer: the second person's identities, where the desk needs one.
    """

    def __init__(self, desk: Workplace, outer: Sequence[Identity] = ()) -> None:
        if desk.outer and not outer:
            raise Refused("this desk's parcels need a second person's key", hint="name it: --with IDENTITY")
        self.desk = desk
        self._layers = [outer, [desk.identity]] if desk.outer else [[desk.identity]]
        self._open = ExitStack()
        self._held: tuple[str, Shelf, ReadAt] | None = None
        self._bench: Bench | None = None  # taken with the first copy: who only reads needs none

    def __enter__(self) -> "Originals":  # noqa: PYI034  (never subclassed)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        if self._bench:
            self._bench.clear()

    def has(self, parcel: str) -> bool:
        """Whether a parcel of that name is kept."""
        return os.path.exists(self.desk.path("parcels", f"{parcel}.age"))

    def shelf(self, parcel: str) -> Shelf:
        """The clips of a kept parcel. Raises `Unable` if there is none of that name, `Damaged` if it is not what it was."""
        return self._opened(parcel)[0]

    def read_at(self, parcel: str, place: Place, offset: int, length: int) -> bytes:
        """A stretch of a clip; shorter only at its end."""
        _, read_at = self._opened(parcel)
        return (
            read_at(place.offset + offset, min(length, place.clip.size - offset)) if offset < place.clip.size else b""
        )

    def pieces(self, parcel: str, place: Place) -> Iterator[bytes]:
        """All of a clip. Raises `Damaged` at the end if it is not what the traveller signed."""
        digest = hashlib.sha256()
        for offset in range(0, place.clip.size, PIECE):
            piece = self.read_at(parcel, place, offset, PIECE)
            digest.update(piece)
            yield piece
        if digest.digest() != place.clip.digest:
            raise Damaged("a clip of the archive is not what its manifest says", hint="restore its parcel from a copy")

    @contextlib.contextmanager
    def place(self, name: str) -> Iterator[str]:
        """A path on the bench at which something is made. What lies there in the end is removed."""
        if self._bench is None:
            self._bench = Bench(self.desk.path(WORK))
        path = self._bench.path(name)
        try:
            yield path
        finally:
            with contextlib.suppress(OSError):
                os.unlink(path)

    @contextlib.contextmanager
    def folder(self, name: str) -> Iterator[str]:
        """An empty folder on the bench in which several things are made. It is removed in the end, with what lies in it."""
        with self.place(name) as path:
            with failures_named(path, "made"):
                os.mkdir(path, 0o700)
            try:
                yield path
            finally:
                shutil.rmtree(path, ignore_errors=True)

    @contextlib.contextmanager
    def copy(self, parcel: str, place: Place, name: str) -> Iterator[str]:
        """A plain copy for a tool that needs a file; its path, under a `name` that tells nothing. Gone afterwards."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with self.place(name) as path:
            with failures_named(path, "written"), open(os.open(path, flags, 0o600), "wb") as file:
                file.writelines(self.pieces(parcel, place))
            yield path

    def _opened(self, parcel: str) -> tuple[Shelf, ReadAt]:
        if self._held is None or self._held[0] != parcel:
            self._open.close()
            self._held = (parcel, *self._unseal(parcel))
        return self._held[1:]

    def _unseal(self, parcel: str) -> tuple[Shelf, ReadAt]:
        medium = self._open.enter_context(blocks.open_for_reading(self.desk.path("parcels", f"{parcel}.age")))
        read_at, size = medium.read_at, medium.size
        *outer, innermost = self._layers
        for group in outer:
            try:
                opened = Seekable(read_at, size, group)
            except WrongKey as error:
                raise WrongKey(
                    f"the second person's key that was named does not open parcel {parcel}",
                    hint="name the identity file of whom it was sealed to: --with IDENTITY",
                ) from error
            read_at, size = opened.read_at, opened.size
        opened = Seekable(read_at, size, innermost)
        read_at, size = opened.read_at, opened.size
        return shelve(read_at, size), read_at
