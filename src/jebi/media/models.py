"""The model slot: what machines see, hear and read with, carried to the desk like everything else (docs/formats/models.md).

A model is a folder of plain files with a list `SHA256SUMS` beside them. `Models.find` checks every byte before anything is loaded, and
the SHA-256 of the list is the model's identity: it is stored with all that a machine claims, so that an editor can always tell
which machine said it.

Invariants: no link, no extra file, no missing file, nothing that could hold code: ONNX and CTranslate2 weights only, never a
pickle. Nothing is ever fetched. Peak: 1 MiB while checking; `Model.read` holds the one file that it returns.
"""

import hashlib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jebi.errors import Damaged, Refused, Unable

LIST = "SHA256SUMS"
LONGEST_LIST = 1 << 14  # a hundred lines; the models in use have four files
LARGEST_MODEL = 16 << 30  # beyond this no desk's memory holds it, and checking takes minutes
LARGEST_READ = 1 << 30  # what `read` brings into memory at once: an ONNX file's own format ends at 2 GiB
PIECE = 1 << 20
SUFFIXES = {
    ".onnx": "ONNX",
    ".bin": "CTranslate2",
    ".json": "settings",
    ".txt": "words",
    ".md": "a note",
    "": "a licence",
}
CODE = {b"\x80": "a pickle", b"PK": "a packed archive, as PyTorch writes pickles", b"\x1f\x8b": "a packed archive"}
GUIDE = "docs/guides/models.md says how a model is carried in and checked"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,7}")
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([A-Za-z0-9][A-Za-z0-9._-]{0,99})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Which machine made a result: stored with it, and never taken off again.

    Attributes:
        name: for people, such as `speech-english`.
        digest: SHA-256 in hex over the list of all bytes that it works with.
    """

    name: str
    digest: str

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= 100 or not re.fullmatch("[0-9a-f]{64}", self.digest):
            raise ValueError("a maker has a name and a SHA-256")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model whose bytes were all checked.

    Attributes:
        name: the name of its folder.
        folder: where it lies.
        digest: SHA-256 of its `SHA256SUMS`, in hex.
        sums: its files' names, sorted, each with its SHA-256.
    """

    name: str
    folder: Path
    digest: str
    sums: tuple[tuple[str, str], ...]

    @property
    def maker(self) -> Maker:
        """What its results are marked with."""
        return Maker(name=self.name, digest=self.digest)

    def needs(self, *names: str) -> None:
        """Raise `Unable` unless the model has all these files: it is another kind of model than its name says."""
        missing = set(names) - {name for name, _ in self.sums}
        if missing:
            raise Unable(f"the model {self.name} has no {min(missing)}: it is of another kind", hint=GUIDE)

    def read(self, name: str) -> bytes:
        """A file's bytes, checked once more as they are read: what is loaded is what was checked.

        Raises:
            Damaged: they changed since the model was found.
            Unable: the file went away, or is too large to be held in memory.
        """
        self.needs(name)
        try:
            with os.fdopen(_open_file(self.folder / name), "rb") as file:
                content = file.read(LARGEST_READ + 1)
        except OSError as error:
            raise _unreadable(self.name, error) from error
        if len(content) > LARGEST_READ:
            raise Unable(f"{name} of the model {self.name} is too large to be loaded")
        if hashlib.sha256(content).hexdigest() != dict(self.sums)[name]:
            raise _altered(self.name, name)
        return content


class Models:
    """The models in one folder. What was checked is remembered for as long as this lives, by inode, size and times.

    Args:
        folder: holds one folder a model; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()  # a model may be read by a process that stands elsewhere
        self._checked: dict[tuple[int, ...], str] = {}

    def names(self) -> list[str]:
        """What lies there under a name that a model may have, sorted; unchecked."""
        try:
            return sorted(entry.name for entry in self._folder.iterdir() if _NAME.fullmatch(entry.name))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise _unreadable("folder", error) from error

    def find(self, name: str) -> Model:
        """The model of this name, with every byte checked.

        Raises:
            Unable: it is not there, or the disk failed.
            Damaged: it is not what its list says: altered, incomplete, too large, or with something beside it.
            Refused: it holds what could be a program.
        """
        if not _NAME.fullmatch(name):
            raise Refused("a model's name is small letters, digits and single hyphens", hint=GUIDE)
        try:
            content = self._read_list(name)
            sums = parse_list(content)
            self._check(name, sums)
        except OSError as error:
            raise _unreadable(name, error) from error
        digest = hashlib.sha256(content).hexdigest()
        return Model(name=name, folder=self._folder / name, digest=digest, sums=tuple(sorted(sums.items())))

    def _read_list(self, name: str) -> bytes:
        folder = self._folder / name
        if not os.path.lexists(folder):
            raise Unable(f"the model {name} is not in place", hint=f"put its folder at {folder}; {GUIDE}")
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise Damaged(f"the model {name} is not a folder, but a file or a link", hint=GUIDE)
        try:
            with os.fdopen(_open_file(folder / LIST), "rb") as file:
                return file.read(LONGEST_LIST + 1)
        except FileNotFoundError as error:
            raise Damaged(f"the model {name} has no {LIST}: nothing says what it should be", hint=GUIDE) from error

    def _check(self, name: str, sums: Mapping[str, str]) -> None:
        """All files that the list names and no others, each as it should be."""
        there = {entry.name for entry in os.scandir(self._folder / name)}
        if missing := set(sums) - there:
            raise Damaged(f"the model {name} is incomplete: {min(missing)} is missing", hint="copy the folder again")
        if there - set(sums) - {LIST}:
            raise Damaged(f"the model {name} has a file beside it that {LIST} does not name", hint="take it away")
        total = 0
        for file_name, expected in sums.items():
            file = _open_file(self._folder / name / file_name)
            try:
                total += os.fstat(file).st_size
                if total > LARGEST_MODEL:
                    raise Damaged(f"the model {name} is larger than {LARGEST_MODEL >> 30} GiB")
                _refuse_code(name, file_name, os.pread(file, 2, 0))
                if self._sum(file) != expected:
                    raise _altered(name, file_name)
            finally:
                os.close(file)

    def _sum(self, file: int) -> str:
        before = _mark(file)
        if before not in self._checked:
            with os.fdopen(os.dup(file), "rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
            if _mark(file) != before:
                return ""  # it changed under our hands: no sum is its sum
            self._checked[before] = found
        return self._checked[before]


def usual_folder(environment: Mapping[str, str], home: Path) -> Path:
    """Where models lie when nobody says otherwise (XDG Base Directory Specification 0.8, `$XDG_DATA_HOME`)."""
    base = environment.get("XDG_DATA_HOME", "")
    return (Path(base) if os.path.isabs(base) else home / ".local" / "share") / "jebi" / "models"


def parse_list(untrusted_list: bytes) -> dict[str, str]:
    """File names and their SHA-256, as `sha256sum` writes them. Raises `Damaged` for anything else."""
    if len(untrusted_list) > LONGEST_LIST:
        raise Damaged(f"{LIST} is too long to be a model's")
    try:
        lines = untrusted_list.decode("ascii").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise Damaged(f"{LIST} has more than ASCII in it", hint=GUIDE) from error
    sums: dict[str, str] = {}
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match[2] in sums or match[2] == LIST:
            raise Damaged(f"{LIST} is not a list of plain file names with their SHA-256", hint=GUIDE)
        sums[match[2]] = match[1]
    return sums


def _refuse_code(model: str, name: str, head: bytes) -> None:
    """A pickle runs what its writer wanted as soon as it is loaded."""
    held = next((what for start, what in CODE.items() if head.startswith(start)), "")
    if held or os.path.splitext(name)[1] not in SUFFIXES:
        raise Refused(
            f"{name} of the model {model} is {held or 'of a kind that could hold a program'}; it is not loaded",
            hint="bring the same model as ONNX or CTranslate2 files; " + GUIDE,
        )


def _open_file(path: Path) -> int:
    """Open a plain file. A link could lead anywhere, and a pipe would never end."""
    if path.is_symlink():
        raise Damaged(f"{path.name} of a model is a link", hint="copy the files themselves")
    file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise Damaged(f"{path.name} of a model is not a plain file", hint="copy the folder again")
    return file


def _mark(file: int) -> tuple[int, ...]:
    found = os.fstat(file)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _altered(model: str, name: str) -> Damaged:
    return Damaged(
        f"{name} of the model {model} is not what {LIST} says: it was altered or copied badly",
        hint="copy the folder again from where it came, and run `sha256sum --check SHA256SUMS` in it",
    )


def _unreadable(name: str, error: OSError) -> Unable:
    return Unable(f"the model {name} cannot be read: {(error.strerror or 'unknown error').lower()}")
