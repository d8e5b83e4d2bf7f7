"""Where a site is served from: a folder, a host reached by SSH, an S3 store, by its URL, and how files come there and go.

It is handed what to send and in which order, and knows nothing of films. A file counts as sent when it was read back and was
the same. What already lies there and is the same is not sent again, so whatever was interrupted goes on where it was.

Invariants: under a name lies a whole file, the old or the new, wherever the store can rename; only what the caller names is
removed; the last file is sent after all others are there and what goes is gone. Credentials come from the driver's own
environment, never from here; over SSH only known hosts are spoken to (`hosts`). Peak: a piece, or what the store's driver holds.
"""

import contextlib
import hashlib
import importlib
import io
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import fsspec
from fsspec.implementations.local import LocalFileSystem

from jebi.errors import Damaged, Unable, failures_named
from jebi.vault.files import sync_folder
from jebi.vault.hosts import KNOWN, known_only

PIECE: Final = 1 << 20
STAGED: Final = ".part"
SSH: Final = ("sftp", "ssh")
WHOLE: Final = ("s3", "s3a", "gs", "gcs", "abfs", "memory")  # stores in which a file appears whole, or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file that is to lie there: its path under the URL, its size and SHA-256."""

    path: str
    size: int
    sha256: str


class Outlet:
    """A place that serves files.

    Args:
        url: a folder's path, or an address such as `sftp://host/folder` or `s3://bucket/folder`.
        options: what the driver needs beside it.

    Raises:
        Unable: the driver is not installed, or nothing answers there.
    """

    def __init__(self, url: str, options: Mapping[str, Any] | None = None) -> None:
        try:
            self._files, root = _reached(url, dict(options or {}))
        except (ImportError, ValueError):
            hint = "for S3 install jebi[s3], for SSH jebi[ssh]"
            raise Unable("the address is of no place that can be reached", hint=hint) from None
        self._root = root.rstrip("/")
        self._is_local = isinstance(self._files, LocalFileSystem)
        protocols = (self._files.protocol,) if isinstance(self._files.protocol, str) else self._files.protocol
        self._is_whole = bool(set(protocols) & set(WHOLE))
        self._foreign = _foreign(protocols)

    def read(self, path: str, most: int) -> bytes | None:
        """A small file that lies there, or `None`; raises `Damaged` where it is larger than `most`."""
        with self._named("read"):
            try:
                with self._files.open(self._path(path), "rb") as file:
                    content = bytes(file.read(most + 1))
            except FileNotFoundError:
                return None
        if len(content) > most:
            raise Damaged("a file there is larger than it can be")
        return content

    def write(self, path: str, content: bytes) -> None:
        """A small file, read back; raises `Unable`."""
        one = Sent(path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        if not self.holds(one):
            self._send(io.BytesIO(content), one)

    def send(self, folder: str, files: Sequence[Sent], *, tell: Callable[[Sent], None] = lambda _: None) -> int:
        """Send files of a folder in their order; return how many were not there yet.

        Raises:
            Damaged: a file of the folder is not what it should be. It was not sent.
            Unable: it stopped half-way; run again, it goes on there.
        """
        sent = 0
        for one in files:
            sent += self._bring(folder, one)
            tell(one)
        return sent

    def publish(
        self,
        folder: str,
        files: Sequence[Sent],
        *,
        gone: Sequence[str] = (),
        last: Sent,
        tell: Callable[[Sent], None] = lambda _: None,
    ) -> int:
        """Send files of a folder, remove what is to go, then send the last; returns and raises as `send`."""
        sent = self.send(folder, files, tell=tell)
        for path in gone:
            self.remove(path)
        return sent + self._bring(folder, last)

    def remove(self, path: str) -> None:
        """Remove a file that may be there, whole or half sent, and folders that nothing is left in, where there are folders."""
        with self._named("removed"):
            with contextlib.suppress(FileNotFoundError):
                self._files.rm_file(self._path(path))
            if self._is_whole:
                return
            self._forget(path)
            parent = os.path.dirname(path)
            while parent:
                try:
                    self._files.rmdir(self._path(parent))
                except OSError:
                    return
                parent = os.path.dirname(parent)

    def holds(self, one: Sent) -> bool:
        """Whether the file lies there and reads back as it should."""
        digest, size = hashlib.sha256(), 0
        with self._named("read back"):
            try:
                if int(self._files.size(self._path(one.path)) or 0) != one.size:
                    return False
                with self._files.open(self._path(one.path), "rb", cache_type="readahead") as file:
                    while piece := file.read(PIECE):
                        digest.update(piece)
                        size += len(piece)
            except FileNotFoundError:
                return False
        return (size, digest.hexdigest()) == (one.size, one.sha256)

    def _bring(self, folder: str, one: Sent) -> bool:
        """Send a file unless it is there; return whether it was sent."""
        if self.holds(one):
            with self._named("removed"):
                self._forget(one.path)
            return False
        source = os.path.join(folder, one.path)
        if not _is(source, one):
            hint = "delete it from the site's folder, and run it again"
            raise Damaged(f"{one.path} is not what the site's list says", hint=hint)
        with failures_named(source, "read"), open(source, "rb") as ours:
            self._send(ours, one)
        return True

    def _forget(self, path: str) -> None:
        """Remove what a run that was stopped sent of another content."""
        if not self._is_whole:
            with contextlib.suppress(FileNotFoundError):
                self._files.rm_file(self._path(path) + STAGED)

    def _send(self, ours: BinaryIO, one: Sent) -> None:
        with self._named("written"):
            self._put(ours, self._path(one.path))
        if not self.holds(one):
            raise Unable(f"{one.path} does not read back as it was sent", hint="run it again")

    def _put(self, ours: BinaryIO, target: str) -> None:
        beside = target if self._is_whole else target + STAGED
        if not self._is_whole:
            self._files.makedirs(os.path.dirname(target), exist_ok=True)
        with self._files.open(beside, "wb") as file:
            while piece := ours.read(PIECE):
                file.write(piece)
            if self._is_local:
                file.flush()
                os.fsync(file.fileno())
        if not self._is_whole:
            self._rename(beside, target)

    def _rename(self, beside: str, target: str) -> None:
        if self._is_local:
            os.replace(beside, target)
            sync_folder(os.path.dirname(target))
            return
        replace = getattr(getattr(self._files, "ftp", None), "posix_rename", None)
        if replace is not None:
            replace(beside, target)
            return
        with contextlib.suppress(FileNotFoundError):
            self._files.rm_file(target)
        self._files.mv(beside, target)

    def _path(self, path: str) -> str:
        if not path or path.startswith("/") or ".." in path.split("/"):
            raise ValueError("a path leads out of the place")
        return f"{self._root}/{path}"

    @contextlib.contextmanager
    def _named(self, done: str) -> Iterator[None]:
        """The driver's errors become ours."""
        try:
            with failures_named("the place that serves the site", done):
                yield
        except self._foreign as error:
            raise Unable(
                f"the place that serves the site did not answer: nothing was {done}", hint="run it again"
            ) from error


def _is(source: str, one: Sent) -> bool:
    """Whether a file of the folder is what it should be."""
    with failures_named(source, "read"), open(source, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return (file.tell(), digest) == (one.size, one.sha256)


def _reached(url: str, options: dict[str, Any]) -> tuple[Any, str]:
    """The driver of a place, and the path there. Nothing that was listed before is believed."""
    protocol = fsspec.utils.get_protocol(url)
    if protocol not in SSH:
        found = fsspec.core.url_to_fs(url, **options, skip_instance_cache=True, use_listings_cache=False)
    else:
        known = options.pop("known_hosts", KNOWN)
        with failures_named("the host that serves the site", "reached"):
            try:
                found = fsspec.core.url_to_fs(
                    url, **options, host_key_policy=known_only(known), skip_instance_cache=True
                )
            except importlib.import_module("paramiko").SSHException as error:
                hint = "sign in there once by ssh, and compare the key that it shows with the host's own"
                raise Unable(f"the host that serves the site was not reached: {error}", hint=hint) from error
    files, root = found
    return files, root


def _foreign(protocols: Sequence[str]) -> tuple[type[Exception], ...]:
    """What a driver raises beside the system's own errors."""
    found: list[type[Exception]] = []
    if set(protocols) & {"s3", "s3a"}:
        exceptions = importlib.import_module("botocore.exceptions")
        found += [exceptions.BotoCoreError, exceptions.ClientError]
    if set(protocols) & set(SSH):
        found.append(importlib.import_module("paramiko").SSHException)
    return tuple(found)
