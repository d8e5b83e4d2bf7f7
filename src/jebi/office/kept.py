"""What was made of clips, sealed to the desk: every blob is an age file that the stock tool opens with the desk's key.

Invariants: nothing that was derived from footage lies on a disk unsealed; what is read is what was put, or it is `Damaged`.
Peak: one chunk; what is put as bytes is held by the caller.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from jebi.errors import Damaged, failures_named
from jebi.parcel.keys import Identity, Recipient
from jebi.parcel.seal import Seal
from jebi.parcel.seekable import Seekable
from jebi.parcel.stream import Chained, Source
from jebi.vault.blobs import Blobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A blob that is kept: its name, and the size and SHA-256 of what it opens to."""

    blob: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The sealed blobs of one archive."""

    blobs: Blobs
    recipient: Recipient
    identity: Identity = field(repr=False)

    def put(self, content: bytes) -> Stored:
        """Seal and keep something small."""
        return self._put(Chained([content]), len(content))

    def put_file(self, path: str) -> Stored:
        """Seal and keep a file, a piece at a time."""
        with failures_named("what was made of a clip", "read"), open(path, "rb") as file:
            return self._put(file, os.fstat(file.fileno()).st_size)

    def open(self, name: str) -> Seekable:
        """A blob, to be read from anywhere.

        Raises:
            NothingFound: it is not there.
            Damaged: it is not what was put.
        """
        blob = self.blobs.open(name)
        return Seekable(blob.read_at, blob.size, [self.identity])

    def read(self, name: str) -> bytes:
        """All of a small blob; raises as `open`."""
        opened = self.open(name)
        return opened.read_at(0, opened.size)

    def lay_out(self, name: str, sha256: str, target: str) -> None:
        """Write a blob to a new file, in the clear: the whole of it, or nothing.

        Raises:
            Damaged: it does not open to what has this SHA-256.
            NoRoom, Unable: the file cannot be written.
        """
        opened, digest = self.open(name), hashlib.sha256()
        partial = f"{target}.part"
        with failures_named(target, "written"):
            try:
                with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
                    for piece in pieces(opened, 0, opened.size):
                        digest.update(piece)
                        file.write(piece)
                if digest.hexdigest() != sha256:
                    raise Damaged("what was kept is not what it was", hint="have it made anew")
                os.rename(partial, target)
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(partial)

    def _put(self, source: Source, length: int) -> Stored:
        digest = hashlib.sha256()
        name = self.blobs.put(Seal.draw([self.recipient]).pieces(_Hashed(source, digest), length))
        return Stored(blob=name, size=length, sha256=digest.hexdigest())


class _Hashed:
    """A source that is hashed as it is read."""

    def __init__(self, source: Source, digest: "hashlib._Hash") -> None:
        self._source, self._digest = source, digest

    def read(self, length: int, /) -> bytes:
        piece = self._source.read(length)
        self._digest.update(piece)
        return piece


def pieces(opened: Seekable, start: int, end: int, *, piece: int = 1 << 20) -> Iterator[bytes]:
    """A stretch of a blob, for whoever sends it on."""
    for offset in range(start, min(end, opened.size), piece):
        yield opened.read_at(offset, min(piece, end - offset))
