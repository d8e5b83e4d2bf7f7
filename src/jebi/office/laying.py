"""A package is laid down: a folder, or a `.zip` or `.tar` by the target's ending (docs/formats/evidence.md, "Laying down").

`lay` writes it beside its name, reads it back, and only then gives it its name; `tar` gives the bytes of the same tar one
piece after the other, for whoever sends them on, and writes nothing.

Invariants: nothing half stands under a passing name; what is there already is never overwritten; nothing is given out that
is not of the digest that was promised, or it ends in `Damaged`; files carry one fixed time, and no owner or name of this
machine. Peak: one piece of a clip, and the texts.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, Self

from jebi.archive.evidence import File, Plan
from jebi.device import blocks
from jebi.errors import Busy, Damaged, NoRoom, Refused, Unable, failures_named
from jebi.office.progress import Progress
from jebi.parcel.safename import SafeName
from jebi.parcel.tar import END, Member
from jebi.vault import files

PARTIAL = ".evidence-part"  # the folder beside the target in which it grows; locked by who is at work
GROWING = "package"
PIECE = 1 << 20
SLACK = (
    1 << 22
)  # bytes that manifests, proofs and heads may take besides; what is really too much is noticed all the same
EARLIEST = 315_532_800  # 1980-01-01 00:00:00 UTC, the first moment that a zip can write
ZIP64_FROM = 1 << 31  # bytes of a file from which on every reader takes the long fields for granted
PLAIN_FILE = 0o100644  # what a zip says a file is


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A package that was laid down and read back: where, what it is called, how many files, and bytes of clips and all."""

    target: str
    name: str
    files: int
    size: int


def lay(planned: Plan, exported: bytes, target: str, progress: Progress) -> Laid:
    """Lay a package down under a name that is not there yet.

    Args:
        planned: the package.
        exported: the `.tlog-proof` of its event.
        target: a new folder, or a new file that ends in `.zip` or `.tar`.
        progress: who shows how far it is.

    Raises:
        Refused: the target is there already.
        NoRoom, Unable, Busy: it cannot be written there; nothing of it is left.
        Damaged: something is not what its digest says, or what was written does not read back.
    """
    with _growing(target) as growing:
        check_room(target, planned.size)
        with failures_named(target, "written"):
            placed = _write(planned, exported, target, growing, progress)
        progress.begin("reading back", sum(one.size for one in placed))
        for one in placed:
            _read_back(one, progress)
        with failures_named(target, "written"):
            _check_new(target)
            os.rename(growing, target)
            files.sync_folder(os.path.dirname(os.path.abspath(target)))
    return Laid(target=target, name=planned.name, files=len(placed), size=sum(one.size for one in placed))


def tar_size(planned: Plan, exported: bytes) -> int:
    """How many bytes `tar` will give: the sums that it learns on the way have one length whatever they are."""
    blank = dict.fromkeys((file.path for file in planned.payload), bytes(hashlib.sha512().digest_size))
    every = (*planned.payload, *planned.tags(blank, exported))
    return sum(_member(planned.name, file.path, file.content.size).length for file in every) + len(END)


def tar(planned: Plan, exported: bytes, progress: Progress) -> Iterator[bytes]:
    """The bytes of the `.tar` that `lay` makes; raises `Damaged` on the way where a file is not what its digest says."""
    for file, pieces in _in_order(planned, exported, progress):
        member = _member(planned.name, file.path, file.content.size)
        yield member.head()
        yield from pieces
        yield bytes(member.padding)
    yield END


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Where the bytes of one file of the package lie, and what they are."""

    path: str
    offset: int
    size: int
    digest: bytes


class _Form(Protocol):
    """A folder, a tar or a zip that grows file by file. Leaving it whole ends it and syncs it."""

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: object, *_: object) -> None: ...

    def add(self, path: str, size: int, pieces: Iterator[bytes]) -> tuple[str, int]:
        """Write one file; returns in which file its bytes lie, and where there."""
        ...


class _Folder:
    def __init__(self, root: str, name: str) -> None:
        self._root = root

    def __enter__(self) -> Self:
        os.mkdir(self._root, 0o700)
        return self

    def add(self, path: str, size: int, pieces: Iterator[bytes]) -> tuple[str, int]:
        *folders, name = path.split("/")
        place = self._root
        for folder in folders:
            place = os.path.join(place, folder)
            with contextlib.suppress(FileExistsError):
                os.mkdir(place, 0o700)
        full = os.path.join(place, name)
        with open(os.open(full, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.utime(file.fileno(), (EARLIEST, EARLIEST))
            _sync(file.fileno())
        return full, 0

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            for place, _below, _names in os.walk(self._root, topdown=False):
                os.utime(place, (EARLIEST, EARLIEST))
                files.sync_folder(place)


class _OneFile:
    """What a tar and a zip share: one file, named in the package by a folder of its own."""

    def __init__(self, path: str, name: str) -> None:
        self._path, self._name = path, name

    def __enter__(self) -> Self:
        self._file = open(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b")
        self._begin()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._file:
            try:
                self._end()
                self._file.flush()
                _sync(self._file.fileno())
            except (OSError, ValueError):
                if kind is None:  # otherwise it ends because of a worse reason, and is removed
                    raise

    def _begin(self) -> None: ...

    def _end(self) -> None: ...


class _Tar(_OneFile):
    def add(self, path: str, size: int, pieces: Iterator[bytes]) -> tuple[str, int]:
        member = _member(self._name, path, size)
        self._file.write(member.head())
        start = self._file.tell()
        self._file.writelines(pieces)
        self._file.write(bytes(member.padding))
        return self._path, start

    def _end(self) -> None:
        self._file.write(END)


class _Zip(_OneFile):
    def _begin(self) -> None:
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED)

    def add(self, path: str, size: int, pieces: Iterator[bytes]) -> tuple[str, int]:
        entry = zipfile.ZipInfo(f"{self._name}/{path}", date_time=(1980, 1, 1, 0, 0, 0))
        entry.create_system, entry.external_attr, entry.file_size = 3, PLAIN_FILE << 16, size
        with self._zip.open(entry, "w", force_zip64=size >= ZIP64_FROM) as into:
            start = self._file.tell()  # behind the head, which is written by now
            for piece in pieces:
                into.write(piece)
        return self._path, start

    def _end(self) -> None:
        self._zip.close()


FORMS: Mapping[str, Callable[[str, str], _Form]] = {".tar": _Tar, ".zip": _Zip}


def _write(planned: Plan, exported: bytes, target: str, growing: str, progress: Progress) -> list[_Placed]:
    make = FORMS.get(os.path.splitext(target)[1].lower(), _Folder)
    progress.begin("writing", planned.size)
    with make(growing, planned.name) as form:
        return [_place(form, file, pieces) for file, pieces in _in_order(planned, exported, progress)]


def _place(form: _Form, file: File, pieces: Iterator[bytes]) -> _Placed:
    path, offset = form.add(file.path, file.content.size, pieces)
    return _Placed(path=path, offset=offset, size=file.content.size, digest=file.content.digest)


def _in_order(planned: Plan, exported: bytes, progress: Progress) -> Iterator[tuple[File, Iterator[bytes]]]:
    """All files, each to be read before the next: first `data/`, whose SHA-512 are learnt on the way, then what closes the bag."""
    sha512: dict[str, bytes] = {}
    for file in planned.payload:
        sum512 = hashlib.sha512()
        yield file, _checked(file, sum512, progress)
        sha512[file.path] = sum512.digest()
    for file in planned.tags(sha512, exported):
        yield file, _checked(file, hashlib.sha512(), progress)


def _member(name: str, path: str, size: int) -> Member:
    return Member(name=SafeName(f"{name}/{path}"), size=size, modified=EARLIEST)


def _checked(file: File, sha512: "hashlib._Hash", progress: Progress) -> Iterator[bytes]:
    """A file's pieces; ends in `Damaged` where they are not what was promised, be it in length."""
    wrong = Damaged(f"{file.path} is not what its digest says; nothing was packed", hint="check it: jebi desk check")
    sha256, left = hashlib.sha256(), file.content.size
    for piece in file.content.read():
        left -= len(piece)
        if left < 0:
            raise wrong
        sha256.update(piece)
        sha512.update(piece)
        progress.advance(len(piece))
        yield piece
    if left or sha256.digest() != file.content.digest:
        raise wrong


def _read_back(placed: _Placed, progress: Progress) -> None:
    digest = hashlib.sha256()
    for piece in pieces_of(placed.path, placed.offset, placed.size):
        digest.update(piece)
        progress.advance(len(piece))
    if digest.digest() != placed.digest:
        raise Damaged("what was written does not read back as it was written", hint="take another disk or stick")


@contextlib.contextmanager
def _growing(target: str) -> Iterator[str]:
    """A place beside the target for it to grow in, held alone; whatever is still there in the end is removed."""
    _check_folder(target)
    beside = os.path.normpath(target) + PARTIAL
    with failures_named(target, "made"):
        with contextlib.suppress(FileExistsError):
            os.mkdir(beside, 0o700)
        folder = os.open(beside, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _hold(folder, beside, target)
        growing = os.path.join(beside, GROWING)
        _remove(growing)
        try:
            _check_new(target)
            yield growing
        finally:
            _remove(growing)
            with contextlib.suppress(OSError):  # somebody else's things are in it: they stay
                os.rmdir(beside)
    finally:
        os.close(folder)


def _hold(folder: int, beside: str, target: str) -> None:
    """Lock it; the one that held it before may have removed it meanwhile."""
    with failures_named(target, "made"):
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_there = os.path.samestat(os.fstat(folder), os.stat(beside))
        except (BlockingIOError, FileNotFoundError):
            is_there = False
    if not is_there:
        raise Busy(f"another jebi is packing {target}", hint="wait until it is done")


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            os.unlink(path)


def check_target(target: str) -> None:
    """Raises `Unable` where a target has no folder to be in, `Refused` where it is there already."""
    _check_folder(target)
    _check_new(target)


def _check_folder(target: str) -> None:
    if not os.path.isdir(os.path.dirname(os.path.abspath(target))):
        raise Unable(f"{target} has no folder to be in", hint="make the folder first, or name another place")


def _check_new(target: str) -> None:
    if os.path.lexists(target):
        raise Refused(f"{target} exists already, and jebi overwrites nothing", hint="name another place")


def check_room(target: str, size: int) -> None:
    """Raises `NoRoom` where `size` bytes of clips, and what comes with them, have no room."""
    with failures_named(target, "written"):
        free = shutil.disk_usage(os.path.dirname(os.path.abspath(target))).free
    if free < size + SLACK:
        needed = (size + SLACK) / 1e6
        raise NoRoom(
            f"{target} needs {needed:.1f} MB, and there are {free / 1e6:.1f} MB",
            hint="make room, or name another place",
        )


def _sync(descriptor: int) -> None:
    """Wait until the disk has it, and forget what memory holds of it, so that reading back asks the disk."""
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def pieces_of(path: str, offset: int, size: int) -> Iterator[bytes]:
    """A stretch of a file, a piece at a time. Raises `Unable` when it cannot be read."""
    with blocks.open_for_reading(path) as medium:
        for start in range(offset, offset + size, PIECE):
            yield medium.read_at(start, min(PIECE, offset + size - start))
