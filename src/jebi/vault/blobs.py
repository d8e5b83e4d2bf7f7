"""Opaque blobs by the SHA-256 of their bytes, in a folder or in any store that fsspec has a driver for (S3).

    AB/ABCD….age    a blob; whoever puts it has sealed it
    new/…           on its way to its name

Invariants: a name never shows half a blob; what was put into a folder survives a loss of power; what is read under a name
can be checked against it without any key. It knows no key, and no row that needs a blob.
A store is for one process: open it after the fork. Threads may share it.
Peak: a piece, or what one `read_at` asks for; S3 adds its driver's upload buffer of 50 MiB.
"""

import contextlib
import hashlib
import importlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from jebi.errors import Damaged, NothingFound, Unable, failures_named
from jebi.vault.files import sync_folder
from jebi.vault.schema import FixityResult

NEW = "new"
SUFFIX = ".age"
PIECE = 4 << 20  # read at once to check a blob
_NAME = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"([0-9a-f]{64})\.age")
_FOLDER = re.compile(r"[0-9a-f]{2}")


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob that is there. Nothing is held open: threads may read it side by side."""

    name: str
    size: int
    _store: "Blobs" = field(repr=False)

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes from `offset` on, at most `length`: fewer only at the blob's end.

        Raises:
            Damaged: there are fewer bytes than there were.
            Unable: the store does not answer.
        """
        if offset < 0 or length < 0:
            raise ValueError("a blob has no bytes before its first")
        end = min(offset + length, self.size)
        return self._store.read(self.name, offset, end) if offset < end else b""


class Blobs:
    """A store of blobs.

    Args:
        url: a folder's path, or an address such as `s3://bucket/folder`.
        options: what the driver needs beside it, such as `endpoint_url`, `key` and `secret` of an S3 store.

    Raises:
        Unable: the folder cannot be made, or the driver is not installed.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        try:
            self._files, self._root = fsspec.core.url_to_fs(
                url, **(options or {}), skip_instance_cache=True, use_listings_cache=False
            )
        except (ImportError, ValueError):
            raise Unable(
                "the blobs' address is of no store that can be reached", hint="for S3, install jebi[s3]"
            ) from None
        self._is_local = isinstance(self._files, LocalFileSystem)
        if self._is_local:
            with self._named("made"):
                for folder in (self._root, os.path.join(self._root, NEW)):
                    os.makedirs(folder, mode=0o700, exist_ok=True)

    def put(self, pieces: Iterable[bytes]) -> str:
        """Keep bytes; returns their name once they are there to stay.

        Raises:
            Unable, NoRoom: and nothing was kept.
        """
        beside = f"{self._root}/{NEW}/{secrets.token_hex(16)}"
        try:
            name = self._write(beside, pieces)
            with self._named("written"):
                self._give_name(beside, name)
        except BaseException:
            with contextlib.suppress(Unable), self._named("written"), contextlib.suppress(FileNotFoundError):
                self._files.rm_file(beside)
            raise
        return name

    def open(self, name: str) -> Blob:
        """A blob, to be read. Raises `NothingFound` when it is not there."""
        with self._named("read"):
            try:
                return Blob(name, int(self._files.size(self._path(name))), self)
            except FileNotFoundError:
                raise NothingFound("a blob is missing", hint="make what was derived from the clip anew") from None

    def read(self, name: str, start: int, end: int) -> bytes:
        """The bytes from `start` to `end`; raises `Damaged` when they are not all there."""
        with self._named("read"):
            try:
                content: bytes = self._files.cat_file(self._path(name), start=start, end=end)
            except FileNotFoundError:
                content = b""
        if len(content) != end - start:
            raise Damaged("a blob is shorter than it was", hint="make what was derived from the clip anew")
        return content

    def check(self, name: str) -> FixityResult:
        """Read a blob through, and say whether it is what its name says."""
        digest = hashlib.sha256()
        try:
            blob = self.open(name)
            for offset in range(0, blob.size, PIECE):
                digest.update(blob.read_at(offset, PIECE))
        except NothingFound:
            return "missing"
        except Damaged:
            return "damaged"
        return "whole" if digest.hexdigest() == name else "damaged"

    def remove(self, name: str) -> None:
        """Delete a blob that may be there."""
        with self._named("deleted"), contextlib.suppress(FileNotFoundError):
            self._files.rm_file(self._path(name))

    def names(self) -> Iterator[str]:
        """The names of all blobs; what else lies there is passed by."""
        for folder in self._listed(self._root):
            if _FOLDER.fullmatch(folder):
                for file in self._listed(f"{self._root}/{folder}"):
                    match = _FILE.fullmatch(file)
                    if match and match[1].startswith(folder):
                        yield match[1]

    def clock_ms(self) -> int:
        """What time it is by the store's own clock, by which `put_ms` is told."""
        beside = f"{self._root}/{NEW}/{secrets.token_hex(16)}"
        with self._named("written"):
            self._files.pipe_file(beside, b"")
            try:
                return self._changed_ms(beside)
            finally:
                self._files.rm_file(beside)

    def put_ms(self, name: str) -> int | None:
        """When a blob was put, by the store's clock; `None` where it is not there any more."""
        with self._named("read"):
            try:
                return self._changed_ms(self._path(name))
            except FileNotFoundError:
                return None

    def sweep(self, before_ms: int) -> None:
        """Delete what never came to its name, if it was written before a time by the store's clock."""
        for name in self._listed(f"{self._root}/{NEW}"):
            path = f"{self._root}/{NEW}/{name}"
            with self._named("deleted"), contextlib.suppress(FileNotFoundError):
                if self._changed_ms(path) < before_ms:
                    self._files.rm_file(path)

    def _changed_ms(self, path: str) -> int:
        return int(self._files.modified(path).timestamp() * 1000)

    def _write(self, beside: str, pieces: Iterable[bytes]) -> str:
        """Write pieces, and return the name that they are to have. What goes wrong in making a piece is not the store's."""
        digest = hashlib.sha256()
        with self._named("written"):
            file = self._files.open(beside, "wb")
        try:
            for piece in pieces:
                digest.update(piece)
                with self._named("written"):
                    file.write(piece)
        finally:
            with self._named("written"), file:
                if self._is_local:
                    file.flush()
                    os.fchmod(file.fileno(), 0o600)
                    os.fsync(file.fileno())
        return digest.hexdigest()

    def _give_name(self, beside: str, name: str) -> None:
        if not self._is_local:
            self._files.cp_file(beside, self._path(name))  # an object appears whole, or not
            self._files.rm_file(beside)
            return
        folder = os.path.dirname(self._path(name))
        if not os.path.isdir(folder):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            sync_folder(self._root)
        os.replace(beside, self._path(name))
        sync_folder(folder)

    def _path(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise ValueError("a blob's name is the SHA-256 of its bytes")
        return f"{self._root}/{name[:2]}/{name}{SUFFIX}"

    def _listed(self, folder: str) -> list[str]:
        """What lies in a folder; some stores list the folder itself too."""
        with self._named("read"):
            try:
                paths = [str(path).rstrip("/") for path in self._files.ls(folder, detail=False)]
            except FileNotFoundError:
                return []
        return sorted(path.rpartition("/")[2] for path in paths if path.startswith(f"{folder}/"))

    @contextlib.contextmanager
    def _named(self, done: str) -> Iterator[None]:
        """The store's errors become ours."""
        try:
            with failures_named("the blobs' store", done):
                yield
        except _foreign(self._files) as error:
            raise Unable(f"the blobs' store did not answer: nothing was {done}", hint="see that it runs") from error


def _foreign(files: Any) -> tuple[type[Exception], ...]:
    """What a driver raises beside the system's own errors."""
    if "s3" not in files.protocol:
        return ()
    exceptions = importlib.import_module("botocore.exceptions")  # only who keeps blobs there has it
    return exceptions.BotoCoreError, exceptions.ClientError
