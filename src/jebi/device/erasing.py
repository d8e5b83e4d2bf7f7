"""Overwrite a file where it lies, as far as the system can, and delete it under a name that says nothing.

Invariants: a file is deleted only after it was overwritten and synced; nothing is followed through a link. Returns when
the folder, too, is on the disk without it.
"""

import os
import stat

from jebi.errors import Refused, failures_named

PIECE = 1 << 20
MEMORY_KINDS = {"tmpfs", "ramfs"}


def describe(path: str) -> tuple[int, int, str]:
    """Size, number of names, and `disk`, `flash`, `memory` or `unknown` for what a file lies on.

    Raises:
        Refused: a link, a folder or a device.
        Unable: it is not there.
    """
    with failures_named(path, "opened"):
        found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        raise Refused(f"{path} is no ordinary file", hint="name files; for a stick's free space: jebi stick prepare")
    return found.st_size, found.st_nlink, _medium(found.st_dev)


def overwrite_and_delete(path: str, passing_name: str) -> None:
    """Noise over every byte, synced; then length zero, another name, and gone."""
    with failures_named(path, "erased"):
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            size = os.fstat(descriptor).st_size
            offset = 0
            while offset < size:  # a write may do less than it was asked to
                offset += os.pwrite(descriptor, os.urandom(min(PIECE, size - offset)), offset)
            os.fsync(descriptor)
            os.ftruncate(descriptor, 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        passing = os.path.join(os.path.dirname(path), passing_name)
        os.rename(path, passing)
        os.unlink(passing)
        _sync_folder(os.path.dirname(os.path.abspath(path)))


def _sync_folder(path: str) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _medium(device: int) -> str:
    major, minor = os.major(device), os.minor(device)
    if _filesystem(f"{major}:{minor}") in MEMORY_KINDS:
        return "memory"
    for below in ("queue", "../queue"):
        try:
            with open(f"/sys/dev/block/{major}:{minor}/{below}/rotational", encoding="ascii") as rotational:
                return "disk" if rotational.read(1) == "1" else "flash"
        except OSError:
            continue
    return "unknown"


def _filesystem(device: str) -> str:
    """The kind of the file system with that number (proc(5), mountinfo); empty where the system does not say.

    By its number and not by the path: a mount point may have spaces, or lie below another mount.
    """
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                before, _, after = line.partition(" - ")
                if before.split(" ")[2] == device:
                    return after.partition(" ")[0]
    except (OSError, IndexError):
        return ""
    return ""
