"""A folder of lines that are only ever added, and of files that are replaced whole (docs/formats/custody.md, "Folder").

`records.jsonl` is the write-ahead log: what `append` returned from survives a crash. Every other file is written under
`new/`, fsynced, renamed to its name, and its folder fsynced; so a name never shows half a file. Bytes after the last line
end were never acknowledged: they are not read, and the next append cuts them off.

Invariants: one process at a time writes (flock on the records), and never changes a complete line. It knows nothing of
what lines and files say; it never decides what is to be written.
Peak: one line or one file, and eight bytes a record.
"""

import errno
import fcntl
import os
import re
import stat
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from jebi.errors import Busy, Damaged, NoRoom, NothingFound, Refused, Unable

RECORDS = "records.jsonl"
NEW = "new"
LONGEST_LINE = 1 << 16  # four times the longest record
LARGEST_FILE = 1 << 20  # a note with 64 post-quantum signatures, and a hundred tiles
PIECE = 1 << 20
_PATH = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*")


class Ledger:
    """An open ledger; a context manager. Not for two threads at once.

    Args:
        folder: where it is; made by `Ledger.create`.
        readonly: share it with other readers, write nothing, and work from a medium that cannot be written.

    Raises:
        NothingFound: there is no ledger.
        Busy: another process has it.
    """

    def __init__(self, folder: Path, *, readonly: bool = False) -> None:
        self._folder = folder
        self._readonly = readonly
        self._is_broken = False
        with _disk():
            self._file = self._open()
            try:
                self._lock()
                self._starts = self._scan()
                if not readonly:
                    self._clear_new()
            except BaseException:
                os.close(self._file)
                raise

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Make an empty ledger in a folder that is empty or does not exist, and open it. Raises `Refused` otherwise."""
        with _disk():
            _make_folder(folder)
            if any(folder.iterdir()):
                raise Refused(
                    "the folder for the log is not empty", hint="name another one, or open the log that is there"
                )
            os.close(os.open(folder / RECORDS, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            _sync_folder(folder)
        return cls(folder)

    def close(self) -> None:
        """Give the lock back. Nothing is left to be written."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def count(self) -> int:
        """Complete lines."""
        return len(self._starts) - 1

    def append(self, lines: Sequence[bytes]) -> None:
        """Add lines, each without its end; they are on the disk when this returns.

        Raises:
            NoRoom: the disk is full, and none of the lines is there; when there is room, this ledger goes on.
            Unable: the disk failed. Some of the lines may be there all the same; open the ledger anew to see.
        """
        if any(b"\n" in line or len(line) > LONGEST_LINE for line in lines):
            raise ValueError("a line has no line end and is not too long")
        self._may_write()
        self._is_broken = True
        try:
            with _disk():
                end = self._starts[-1]
                os.ftruncate(self._file, end)
                _write_all(self._file, b"".join(line + b"\n" for line in lines), end)
                os.fsync(self._file)
        except NoRoom:
            self._cut_off()
            raise
        self._is_broken = False
        for line in lines:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def _cut_off(self) -> None:
        """Take back what a full disk took in part. It needs no room, and what lies before was synced before."""
        with _disk():
            os.ftruncate(self._file, self._starts[-1])
            os.fsync(self._file)
        self._is_broken = False

    def record(self, index: int) -> bytes:
        """One line, without its end."""
        if not 0 <= index < self.count:
            raise IndexError(index)
        return next(self.records(index))

    def records(self, start: int = 0) -> Iterator[bytes]:
        """The lines from number `start` on. Raises `Damaged` for one that is too long to be read."""
        for index in range(start, self.count):
            offset, length = self._starts[index], self._starts[index + 1] - self._starts[index]
            if length - 1 > LONGEST_LINE:
                raise Damaged(f"record {index} is too long to be one")
            with _disk():
                line = os.pread(self._file, length, offset)
            if len(line) != length or not line.endswith(b"\n"):
                raise Damaged(f"record {index} changed while the log was open")
            yield line[:-1]

    def has(self, path: str) -> bool:
        """Whether there is a file of that name."""
        return self._at(path).is_file()

    def read(self, path: str) -> bytes:
        """A whole file. Raises `Damaged` when it is not there or too large to be one of ours."""
        with _disk():
            try:
                file = _open_plain(self._at(path), os.O_RDONLY)
            except (FileNotFoundError, NotADirectoryError) as error:
                raise Damaged(f"{path} is missing from the log's folder") from error
            with os.fdopen(file, "rb") as opened:
                content = opened.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise Damaged(f"{path} is too large to be part of a log")
        return content

    def paths(self, folder: str) -> list[str]:
        """All files below a folder, sorted; foreign ones too."""
        with _disk():
            found = [Path(place, name) for place, _, names in os.walk(self._at(folder)) for name in names]
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Make or replace files, each as a whole; they are on the disk under their names when this returns."""
        self._may_write()
        with _disk():
            (self._folder / NEW).mkdir(mode=0o700, exist_ok=True)
            moves = []
            for number, (path, content) in enumerate(files):
                fresh = self._folder / NEW / str(number)
                _write_file(fresh, content)
                moves.append((fresh, self._at(path)))
            for folder in {target.parent for _, target in moves}:
                _make_folder(folder)
            for fresh, target in moves:
                fresh.replace(target)
            for folder in {target.parent for _, target in moves}:
                _sync_folder(folder)

    def delete(self, paths: Iterable[str]) -> None:
        """Delete files that may be there, and the folders that this leaves empty."""
        self._may_write()
        with _disk():
            folders = set()
            for target in map(self._at, paths):
                target.unlink(missing_ok=True)
                folders.add(target.parent)
            for folder in folders:
                if folder != self._folder and folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()

    def _open(self) -> int:
        try:
            return _open_plain(self._folder / RECORDS, os.O_RDONLY if self._readonly else os.O_RDWR)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NothingFound("there is no log in that folder", hint="look at the name of the folder") from error

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, (fcntl.LOCK_SH if self._readonly else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                "another jebi is at work on the log", hint="wait until it is done, and run this again"
            ) from error

    def _scan(self) -> "array[int]":
        """Where each line starts, and where the last complete one ends."""
        starts, offset = array("Q", [0]), 0
        while piece := os.pread(self._file, PIECE, offset):
            at = -1
            while (at := piece.find(b"\n", at + 1)) >= 0:
                starts.append(offset + at + 1)
            offset += len(piece)
        return starts

    def _clear_new(self) -> None:
        """What a crash left on its way was never part of the ledger."""
        if (self._folder / NEW).is_dir():
            for path in (self._folder / NEW).iterdir():
                path.unlink()

    def _at(self, path: str) -> Path:
        if not _PATH.fullmatch(path):
            raise ValueError("a path in the ledger is relative and plain")
        return self._folder / path

    def _may_write(self) -> None:
        if self._readonly or self._file < 0:
            raise ValueError("this ledger is open for reading only, or closed")
        if self._is_broken:
            raise Unable(
                "the disk failed while the log was written", hint="run the command again: it starts from what is kept"
            )


@contextmanager
def _disk() -> Iterator[None]:
    """What the disk refuses becomes `Unable`, and a full one `NoRoom`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom(
                "the disk with the log is full", hint="make room, and run this again: nothing was lost"
            ) from error
        raise Unable(f"the disk with the log failed: {os.strerror(error.errno or errno.EIO)}") from error


def _open_plain(path: Path, flags: int) -> int:
    """Open a plain file. A pipe or a device in a folder that somebody gave us would never end."""
    file = os.open(path, flags | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Damaged("the log's folder has something in the place of a plain file")
    return file


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700)
        _sync_folder(folder.parent)


def _write_file(path: Path, content: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        _write_all(file, content, 0)
        os.fsync(file)
    finally:
        os.close(file)


def _write_all(file: int, content: bytes, offset: int) -> None:
    view = memoryview(content)
    while view:
        written = os.pwrite(file, view, offset)
        view, offset = view[written:], offset + written


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)
