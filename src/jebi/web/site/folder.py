"""How a site's folder is replaced: the next edition is built beside it, out of links where nothing changed, and takes its place at once.

Beside `site` lies `.site.jebi` meanwhile. It holds our mark, the next edition as `next`, and at the end the old one: as `next`, too, where
both were exchanged at once, else as `last`. What has that name and not our mark is somebody's, and nothing is done.

Invariants: at every moment the folder is one whole edition, the old or the new; only files that the last list names are left
out of the next; what somebody else put there stays, and so does what lies beside it. A folder that is a link stays one, and what it
leads to is replaced; no link within it is followed. Where a file system has no links, files are copied; where it cannot exchange two
folders, the old one is away for a moment, and the next run puts it back.
Peak: a file's piece, and the names of the site.
"""

import contextlib
import ctypes
import hashlib
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from typing import Final, Self

from jebi.errors import Refused, Unable, failures_named
from jebi.parcel.safename import SafeName
from jebi.release.mirror import Entry

WORK: Final = ".{}.jebi"  # hidden, and a name that nobody gives to a copy
MARK: Final = "made-by-jebi"
NEXT: Final = "next"
LAST: Final = "last"
PIECE: Final = 1 << 20
SYNCED_ONE_BY_ONE: Final = 200  # more files than this, and the whole disk is synced instead
_AT_FDCWD, _EXCHANGE = -100, 2


class Beside:
    """The next edition, on its way to become the folder. Use it in a `with`: what does not take its place is removed."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.realpath(folder)  # a link stays, and leads to the new edition
        self._work = work_of(self._folder)
        self._path = os.path.join(self._work, NEXT)
        self._made: set[str] = set()
        self._written: list[str] = []

    def __enter__(self) -> Self:
        with failures_named(self._folder, "written"):
            mend(self._folder)
            os.mkdir(self._work, 0o700)
            with open(os.path.join(self._work, MARK), "xb"):
                pass
            os.mkdir(self._path)
        return self

    def __exit__(self, *_: object) -> None:
        with failures_named(self._work, "deleted"):
            _clear(self._work)

    def write(self, path: str, pieces: Iterable[bytes]) -> Entry:
        """A new file; read back before it counts.

        Raises:
            Unable: it could not be written, or does not read back.
        """
        beside, digest, size = self._place(path), hashlib.sha256(), 0
        with failures_named(beside, "written"):
            file = open(beside, "xb")  # noqa: SIM115 - closed below
        with file:
            for piece in pieces:  # what goes wrong in making a piece is not the disk's
                with failures_named(beside, "written"):
                    file.write(piece)
                digest.update(piece)
                size += len(piece)
            with failures_named(beside, "written"):
                file.flush()
        self._written.append(beside)
        entry = Entry(path=SafeName(path), size=size, sha256=digest.hexdigest())
        if measured(beside) != (size, entry.sha256):
            raise Unable(f"{path} does not read back as it was written", hint="see what the disk says of itself")
        return entry

    def keep(self, path: str) -> None:
        """A file as it is in the folder now."""
        beside, before = self._place(path), os.path.join(self._folder, path)
        with failures_named(beside, "written"):
            try:
                os.link(before, beside, follow_symlinks=False)
            except OSError as error:
                if not stat.S_ISREG(os.lstat(before).st_mode):
                    raise Refused(f"{path} is no file and cannot be kept", hint="move it away") from error
                shutil.copy2(before, beside, follow_symlinks=False)
                self._written.append(beside)

    def mark(self, path: str, time_ns: int) -> None:
        """Give a file a time by which `is_marked` knows it again; where it cannot bear that, it is not known."""
        with contextlib.suppress(OSError):
            os.utime(os.path.join(self._path, path), ns=(time_ns, time_ns), follow_symlinks=False)

    def take_place(self) -> None:
        """Become the folder. Everything is on the disk before."""
        with failures_named(self._folder, "written"):
            self._sync()
            if os.path.isdir(self._folder):
                _exchange(self._path, self._folder, os.path.join(self._work, LAST))
            else:
                os.rename(self._path, self._folder)
            _sync_folder(os.path.dirname(self._folder))

    def _place(self, path: str) -> str:
        folder = os.path.dirname(path)
        if folder not in self._made:
            os.makedirs(os.path.join(self._path, folder), exist_ok=True)
            self._made.add(folder)
        return os.path.join(self._path, path)

    def _sync(self) -> None:
        if len(self._written) > SYNCED_ONE_BY_ONE:
            os.sync()
            return
        made = (os.path.join(self._path, folder) for folder in sorted(self._made))
        for path in (*self._written, *made, self._work):
            _sync_folder(path)


def work_of(folder: str) -> str:
    """Where the next edition of a folder is built: beside it, under a name of our own."""
    parent, name = os.path.split(folder)
    return os.path.join(parent, WORK.format(name))


def mend(folder: str) -> None:
    """After a run that was stopped: put the old edition back where it was away, and clear away what was built.

    Raises:
        Refused: what lies there is not of our making.
    """
    work = work_of(folder)
    if not os.path.lexists(work):
        return
    _check_ours(work)
    last = os.path.join(work, LAST)
    if os.path.lexists(last) and not os.path.lexists(folder):
        os.rename(last, folder)
    _clear(work)


def files(folder: str) -> Iterator[str]:
    """The paths of all that lies in a folder and is no folder, whatever it is; links are not followed."""
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(os.path.join(folder, below)) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    waiting.append(f"{below}{one.name}/")
                else:
                    yield below + one.name


def is_marked(path: str, size: int, time_ns: int) -> bool:
    """Whether a file of this size lies there, and bears the time that it was given; it is not read."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and (found.st_size, found.st_mtime_ns) == (size, time_ns)


def measured(path: str) -> tuple[int, str] | None:
    """Size and SHA-256 of a file; `None` where there is none, or something else lies there."""
    digest, size = hashlib.sha256(), 0
    with failures_named(path, "read"), contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return None
        with open(path, "rb", buffering=0) as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                size += len(piece)
        return size, digest.hexdigest()
    return None


def _exchange(new: str, old: str, last: str) -> None:
    """Swap two folders at once where the system can; else the old one is away as `last` between two renames."""
    with contextlib.suppress(AttributeError, OSError):
        call = ctypes.CDLL(None, use_errno=True).renameat2
        if call(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _EXCHANGE) == 0:
            return
    os.rename(old, last)
    os.rename(new, old)


def _check_ours(work: str) -> None:
    """Whether a run of ours left this; one that was stopped at once left an empty folder."""
    if os.path.isdir(work) and not os.path.islink(work):
        found = set(os.listdir(work))
        if not found or (MARK in found and found <= {MARK, NEXT, LAST}):
            return
    raise Refused(
        f"{work} is where the next edition is built, and something else lies there",
        hint="move it away, then run it again",
    )


def _clear(work: str) -> None:
    """Remove a work folder, the mark last: whoever is stopped here can still tell that it is ours.

    What others put into the site is linked in the folder that stays.
    """
    for name in (NEXT, LAST):
        if os.path.lexists(os.path.join(work, name)):
            shutil.rmtree(os.path.join(work, name))
    with contextlib.suppress(FileNotFoundError):
        os.unlink(os.path.join(work, MARK))
    os.rmdir(work)


def _sync_folder(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
