"""Sticks, images and files as bytes that can be read and written anywhere.

Invariants: opening for reading never writes; a writer holds an exclusive lock; what is reported as written was synced,
and reading back goes to the device, not to memory. An error of the device is `Unable`, with the place, never a traceback.

Whole, aligned pieces go past the page cache where the system allows it (O_DIRECT): progress is then what the stick has,
not what memory has, and large sticks do not push everything else out of memory.
"""

import contextlib
import errno
import fcntl
import os
import stat
import struct
from typing import Self

from jebi.errors import Busy, Unable, failures_named

BLKGETSIZE64 = 0x80081272
BLKFLSBUF = 0x1261
BLKROGET = 0x125E
PARTITIONS = "/proc/partitions"
ALIGNMENT = 4096  # of place, length and memory, for going past the page cache


class Blocks:
    """An open medium. Use `open_for_reading`, `open_for_writing` or `create`."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self.path = path
        self._direct = _open_direct(path) if _writable(descriptor) else None
        self.is_device = stat.S_ISBLK(os.fstat(descriptor).st_mode)

    @property
    def size(self) -> int:
        """Length in bytes, as the device claims it."""
        if self.is_device:
            reply = fcntl.ioctl(self._descriptor, BLKGETSIZE64, bytes(8))
            return int(struct.unpack("Q", reply)[0])
        return os.fstat(self._descriptor).st_size

    @property
    def is_protected(self) -> bool:
        """Whether the device says that it takes no writes; Linux opens it for writing all the same."""
        if not self.is_device:
            return False
        with failures_named(self.path, "read"):
            return fcntl.ioctl(self._descriptor, BLKROGET, bytes(4)) != bytes(4)

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes there; fewer only at the end."""
        with failures_named(self.path, "read"):
            piece = os.pread(self._descriptor, length, offset)
            if len(piece) == length or not piece:
                return piece
            pieces = [piece]
            while piece and (missing := length - sum(map(len, pieces))):
                piece = os.pread(self._descriptor, missing, offset + length - missing)
                pieces.append(piece)
            return b"".join(pieces)

    def read_into(self, offset: int, into: memoryview) -> bool:
        """Fill `into` from the device itself where possible; False where the medium ends before."""
        with failures_named(self.path, "read"):
            if self._direct is not None and not (offset | len(into)) % ALIGNMENT:
                with contextlib.suppress(OSError):  # the cached way below tells what is wrong, if anything is
                    return os.preadv(self._direct, [into], offset) == len(into)
            return os.preadv(self._descriptor, [into], offset) == len(into)

    def write_at(self, offset: int, content: bytes | bytearray | memoryview) -> None:
        """All of `content`, or an error."""
        view = memoryview(content)
        with failures_named(self.path, "written"):
            if self._direct is not None and not (offset | len(view)) % ALIGNMENT:
                try:
                    written = os.pwrite(self._direct, view, offset)
                    view, offset = view[written:], offset + written
                except OSError as error:
                    if error.errno != errno.EINVAL:  # memory or medium are aligned otherwise; the cached way does it
                        raise
            while view:
                written = os.pwrite(self._descriptor, view, offset)
                view, offset = view[written:], offset + written

    def sync(self) -> None:
        """Wait until the device has it, and forget what memory holds of it, so that the next read asks the device."""
        with failures_named(self.path, "written"):
            os.fsync(self._descriptor)
            if self.is_device:
                with contextlib.suppress(OSError):  # needs root; without it the advice below has to do
                    fcntl.ioctl(self._descriptor, BLKFLSBUF)
            os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)

    def resize(self, size: int) -> None:
        """Set a file's length; what is new reads as zeros until it is written."""
        with failures_named(self.path, "written"):
            os.ftruncate(self._descriptor, size)

    def close(self) -> None:
        """Close it; once more does no harm. The system may be told of an error, and closes it all the same."""
        descriptors, self._descriptor, self._direct = (self._descriptor, self._direct), -1, None
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                os.close(-1 if descriptor is None else descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_for_reading(path: str) -> Blocks:
    """Open without a way to write; raises `Unable` for what is neither a file nor a block device."""
    with failures_named(path, "opened"):
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISBLK(mode):  # a pipe would keep us waiting for ever
            raise Unable(f"{path} is neither a file nor a device that holds anything")
        return Blocks(os.open(path, os.O_RDONLY | os.O_CLOEXEC), path)


def open_for_writing(path: str) -> Blocks:
    """Open what is there, and lock it against another jebi.

    Raises:
        Busy: another jebi writes there.
        Unable: it is not there, or may not be written.
    """
    with failures_named(path, "opened for writing"):
        blocks = _locked(Blocks(os.open(path, os.O_RDWR | os.O_CLOEXEC), path))
    if blocks.is_protected:
        blocks.close()
        raise Unable(f"{path} is write-protected", hint="look for a small switch on the stick or its adapter")
    return blocks


def create(path: str) -> Blocks:
    """Create a new file, and lock it; one that exists is never overwritten."""
    with failures_named(path, "created"):
        return _locked(Blocks(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), path))


def devices() -> list[str]:
    """All block devices of this machine, disks and partitions."""
    with failures_named(PARTITIONS, "read"), open(PARTITIONS) as table:
        return [f"/dev/{line.split()[3]}" for line in table.read().splitlines()[2:]]


def _writable(descriptor: int) -> bool:
    return fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR


def _open_direct(path: str) -> int | None:
    """A second way to the same medium, past the page cache; None where the system has none."""
    try:
        return os.open(path, os.O_RDWR | os.O_DIRECT | os.O_CLOEXEC)
    except OSError:
        return None


def _locked(blocks: Blocks) -> Blocks:
    busy = Busy(f"another jebi is writing to {blocks.path}", hint="wait until it is done")
    try:
        fcntl.flock(blocks._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # noqa: SLF001  (same module)
        is_there = os.path.exists(blocks.path) and os.path.samestat(
            os.fstat(blocks._descriptor),  # noqa: SLF001
            os.stat(blocks.path),
        )
    except BlockingIOError as error:
        blocks.close()
        raise busy from error
    except BaseException:
        blocks.close()
        raise
    if not is_there:  # between opening and locking it, another jebi took it for a leftover and removed it
        blocks.close()
        raise busy
    return blocks
