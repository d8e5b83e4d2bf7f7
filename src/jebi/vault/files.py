"""Small files that are either there whole or not at all, and the lock on an archive.

Invariants: `replace` leaves the old or the new file, whatever happens; nothing is readable by other users.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from jebi.errors import Busy, Damaged, Unable, failures_named

STAGED = ".new"
PASSING = 1.0  # seconds: a process that dies has let go by then
LARGEST = 1 << 26  # what is kept whole in memory: manifests, keys, cards


def replace(path: str, content: bytes) -> None:
    """Write beside, sync, rename, sync the folder.

    Raises:
        NoRoom, Unable: and the old file, if there was one, is still there.
    """
    stage(path, content)
    try:
        keep(path)
    except Unable:
        with contextlib.suppress(OSError):
            os.unlink(path + STAGED)
        raise


def stage(path: str, content: bytes) -> None:
    """Write beside and sync; `keep` gives it its name."""
    beside = path + STAGED
    with failures_named(path, "written"):
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                with open(descriptor, "wb", closefd=False) as file:
                    file.write(content)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(beside)
            raise


def keep(path: str) -> None:
    """Give what was staged its name, and wait until the disk has that."""
    with failures_named(path, "written"):
        os.replace(path + STAGED, path)
        sync_folder(os.path.dirname(os.path.abspath(path)))


def read(path: str) -> bytes:
    """All of a small file; raises `Unable` if it cannot be read, `Damaged` if it is too large to be what it should."""
    with failures_named(path, "read"), open(path, "rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise Damaged(f"{path} is too large to be what it should be")
    return content


def sync_folder(path: str) -> None:
    """Wait until a folder's entries are on the disk."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def locked(folder: str) -> Iterator[None]:
    """Hold a folder alone, against every other jebi; of one that was killed, what it began may hold it for a moment.

    Raises:
        Busy: another jebi holds it for longer than `PASSING` seconds.
    """
    with failures_named(folder, "opened"):
        descriptor = os.open(os.path.join(folder, "lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        with failures_named(folder, "locked"):
            until = time.monotonic() + PASSING
            while not _is_taken(descriptor):
                if time.monotonic() > until:
                    raise Busy(f"another jebi is at work in {folder}", hint="wait until it is done")
                time.sleep(PASSING / 50)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def alone(path: str) -> Iterator[None]:
    """Wait until nobody else makes a file, and keep them waiting meanwhile; who is killed keeps nobody. It leaves `PATH.lock`, which is empty."""
    with failures_named(path, "locked"):
        descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with failures_named(path, "locked"):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_taken(lock: int) -> bool:
    """Take a lock, if nobody holds it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
