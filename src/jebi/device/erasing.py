"""Overwrite a file where it lies, as far as the system can, and delete it under a name that says nothing.

Invariants: a file is deleted only after it was overwritten and synced; nothing is followed through a link.
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
    return found.st_size, found.st_nlink, _medium(path, found.st_dev)


def overwrite_and_delete(path: str, passing_name: str) -> None:
    """Noise over every byte, synced; then length zero, another name, and gone."""
    with failures_named(path, "erased"):
        descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            size = os.fstat(descriptor).st_size
            for offset in range(0, size, PIECE):
                os.pwrite(descriptor, os.urandom(min(PIECE, size - offset)), offset)
            os.fsync(descriptor)
            os.ftruncate(descriptor, 0)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        passing = os.path.join(os.path.dirname(path), passing_name)
        os.rename(path, passing)
        os.unlink(passing)


def _medium(path: str, device: int) -> str:
    if _filesystem(path) in MEMORY_KINDS:
        return "memory"
    major, minor = os.major(device), os.minor(device)
    for below in ("queue", "../queue"):
        try:
            with open(f"/sys/dev/block/{major}:{minor}/{below}/rotational", encoding="ascii") as rotational:
                return "disk" if rotational.read(1) == "1" else "flash"
        except OSError:
            continue
    return "unknown"


def _filesystem(path: str) -> str:
    """The kind of file system, by the longest mount point that the path lies below."""
    real, best, kind = os.path.realpath(path), "", ""
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as mounts:
            for line in mounts:
                _, place, name, *_ = line.split(" ")
                if len(place) >= len(best) and os.path.commonpath([real, place]) == place:
                    best, kind = place, name
    except OSError:
        return ""
    return kind
