"""The test vectors that ship with jebi: one file, one case (vectors/README.md). `office/verdicts.py` judges them.

Invariants: nothing is written; a file that is no vector is `Damaged`, never a vector of fewer lines.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from jebi.errors import Damaged, Unable

FOLDERS = ("age", "slots", "notes", "manifests", "parcels", "packets", "keys", "receipts", "custody")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """One case: its folder and name, its lines, and its bytes."""

    folder: str
    name: str
    lines: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def kind(self) -> str:
        """Which of the readers below it is for."""
        return f"{self.folder} {self.lines['kind']}" if "kind" in self.lines else self.folder

    def number(self, name: str) -> int:
        return int(self.lines[name])

    def hex(self, name: str) -> bytes:
        return bytes.fromhex(self.lines[name])

    def words(self, name: str) -> list[str]:
        return self.lines[name].split()

    def starting(self, word: str) -> list[str]:
        """The names of the lines `WORD …`, without the word."""
        return [name.removeprefix(word + " ") for name in self.lines if name.startswith(word + " ")]


def folder() -> Traversable:
    """Where the vectors are: in the installed package, or at the root of the source tree.

    Raises:
        Unable: in neither.
    """
    packaged = resources.files("jebi") / "vectors"
    for place in (packaged, Path(__file__).resolve().parents[3] / "vectors"):
        if (place / "README.md").is_file():
            return place
    raise Unable("the test vectors are not there: this jebi was not installed whole", hint="install it again")


def files(place: Traversable, folder_name: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of one folder's vectors, as they lie there; raises `Unable` if they cannot be read."""
    try:
        for file in sorted((place / folder_name).iterdir(), key=lambda file: file.name):
            yield file.name, file.read_bytes()
    except OSError as error:
        raise Unable(f"the test vectors in {folder_name} cannot be read", hint="install jebi again") from error


def vectors() -> Iterator[Vector]:
    """Every vector, folder by folder. Raises `Damaged` for a file that is none."""
    place = folder()
    for folder_name in FOLDERS:
        for name, content in files(place, folder_name):
            yield parse(folder_name, name, content)


def parse(folder_name: str, name: str, untrusted_content: bytes) -> Vector:
    """Lines `name: value`, an empty line, and the bytes of the case; raises `Damaged`."""
    head, gap, body = untrusted_content.partition(b"\n\n")
    try:
        pairs = [line.partition(": ") for line in head.decode().split("\n")]
    except UnicodeDecodeError as error:
        raise Damaged(f"the vector {folder_name}/{name} is damaged") from error
    lines = {word: value for word, _, value in pairs}
    if not gap or len(lines) != len(pairs) or not all(colon for _, colon, _ in pairs):
        raise Damaged(f"the vector {folder_name}/{name} is damaged")
    return Vector(folder=folder_name, name=name, lines=lines, body=body)
