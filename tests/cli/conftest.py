"""A small desk with everything around it, made once and copied for each test, and jebi as it is called there.

The archive is made by `jebi desk init`; then its key is sealed anew with little work, or most of the time of these tests
would go into opening it.
"""

import contextlib
import io
import json
import os
import pty
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from jebi.cli.main import main
from jebi.parcel import seal
from jebi.parcel.keys import Passphrase

PASSPHRASE = b"only for these doors"
PROGRAM = Path(sys.executable).parent / "jebi"
MIB = 1 << 20
CLIPS = {"a.mp4": 90_000, "b.mov": 40_000}
ARCHIVE = ("--archive", "archive", "--passphrase-file", "pw")
TRIP = ("--kit", "kit", "--route", "route", "--receipts", "codes")
REMEMBERED = ("--kit", "card.txt", "--route", "route2", "--receipts", "codes2", "--memorise")
PATIENCE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How a command ended, and what it said where."""

    status: int
    out: str
    err: str

    @property
    def facts(self) -> list[dict[str, object]]:
        """Standard output as machines read it: a line of JSON a result."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def fact(self) -> dict[str, object]:
        """The one result."""
        (fact,) = self.facts
        return fact


@dataclass(slots=True)
class Jebi:
    """A folder in which commands are typed."""

    folder: Path

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Said:
        """Run one command in this process."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8", errors="surrogateescape")
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = _status(list(map(str, arguments)))
        finally:
            sys.stdin = before
        return Said(status=status, out=_text(out), err=_text(err))

    def done(self, *arguments: str | Path, stdin: bytes = b"") -> Said:
        """The same, and it must succeed."""
        said = self(*arguments, stdin=stdin)
        assert said.status == 0, (arguments, said)
        return said

    def desk(self, verb: str, *arguments: str | Path, stdin: bytes = b"") -> Said:
        """A verb of the desk's, on the archive here."""
        return self("desk", verb, *arguments, *ARCHIVE, stdin=stdin)

    def alone(
        self, *arguments: str | Path, environment: Mapping[str, str] | None = None, stdin: bytes | None = b""
    ) -> Said:
        """Run one command in a process of its own."""
        return self.by((str(PROGRAM),), *arguments, environment=environment, stdin=stdin)

    def by(
        self,
        program: Sequence[str],
        *arguments: str | Path,
        environment: Mapping[str, str] | None = None,
        stdin: bytes | None = b"",
    ) -> Said:
        """The same, started in another way."""
        done = subprocess.run(
            [*program, *arguments],
            cwd=self.folder,
            env={**os.environ, **(environment or {})},
            input=stdin,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return Said(status=done.returncode, out=done.stdout.decode(), err=done.stderr.decode())

    @contextlib.contextmanager
    def running(self, *command: str) -> Iterator[None]:
        """Another program at work here."""
        with subprocess.Popen(command, cwd=self.folder) as process:
            try:
                yield
            finally:
                process.kill()

    def at_terminal(
        self, *arguments: str | Path, typed: bytes = b"", environment: Mapping[str, str] | None = None
    ) -> Said:
        """Run one command at a terminal, where a person types; all that it says is in `out`."""
        ours, its = pty.openpty()
        process = subprocess.Popen(
            [PROGRAM, *arguments],
            cwd=self.folder,
            env={
                "TERM": "xterm-256color",
                **{k: v for k, v in os.environ.items() if k != "NO_COLOR"},
                **(environment or {}),
            },
            stdin=its,
            stdout=its,
            stderr=its,
            start_new_session=True,
        )
        os.close(its)
        shown, lines = b"", typed.splitlines(keepends=True)
        with contextlib.suppress(OSError):  # reading from a terminal whose last writer is gone
            while piece := os.read(ours, 65536):
                shown += piece
                if lines and shown.rstrip(b"\r\n").endswith((b": ", b"] ")):  # it asks
                    os.write(ours, lines.pop(0))
                    shown += b"\0"
        os.close(ours)
        return Said(status=process.wait(PATIENCE), out=shown.decode(), err="")

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes | str) -> str:
        (self.folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    def exists(self, name: str) -> bool:
        return os.path.lexists(self.folder / name)

    def content(self) -> dict[str, bytes]:
        """Every file here and below, to see that nothing changed."""
        paths = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in paths}

    def put_under_passphrase(self, name: str, content: bytes, passphrase: bytes = PASSPHRASE) -> str:
        """An age file that opens with little work."""
        return self.write(name, seal.in_memory(content, [Passphrase(passphrase, work_factor=4)]))

    def lower_work(self, name: str) -> None:
        """Seal a small file anew under the same passphrase, with little work."""
        self.put_under_passphrase(name, seal.open_in_memory(self.read(name), [Passphrase(PASSPHRASE)]))

    @property
    def parcel(self) -> str:
        """The parcel that was received."""
        (name,) = os.listdir(self.folder / "archive" / "parcels")
        return name.removesuffix(".age")

    @property
    def log_key(self) -> str:
        """The key of the desk's log, as every kit carries it."""
        return next(line for line in self.read("kit").decode().splitlines() if line.startswith("desk "))[5:]

    def trip_of(self, kit: str) -> str:
        return self.read(kit).decode().splitlines()[1].removeprefix("trip ")


@pytest.fixture
def jebi(tmp_path: Path) -> Jebi:
    """An empty folder."""
    return Jebi(tmp_path)


@pytest.fixture(scope="session")
def office_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk, a trip with a kit, one with a card and words, a camera card, three sticks of which any two suffice."""
    jebi = Jebi(tmp_path_factory.mktemp("office"))
    jebi.write("pw", PASSPHRASE + b"\n")
    jebi.write("wrong-pw", b"not the passphrase\n")
    papers = jebi.done("desk", "init", *ARCHIVE, "--name", "example.org/desk", "--json").fact["papers"]
    jebi.write("papers", json.dumps(papers))
    jebi.lower_work("archive/keys/identity.age")
    jebi.done("desk", "trip", *ARCHIVE, *TRIP)
    jebi.write("words", jebi.done("desk", "trip", *ARCHIVE, *REMEMBERED).out)
    (jebi.folder / "clips").mkdir()
    dice = random.Random(7)
    for name, size in CLIPS.items():
        jebi.write(f"clips/{name}", dice.randbytes(size))
    jebi.done("field", "seal", "clips", "--onto", "s1", "s2", "s3", "--survive", "1", "--kit", "kit")
    return jebi.folder


@pytest.fixture(scope="session")
def archive_once(office_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, after two of the sticks came."""
    folder = tmp_path_factory.mktemp("later") / "office"
    shutil.copytree(office_once, folder)
    Jebi(folder).done("desk", "receive", "s1", "s2", *ARCHIVE)
    return folder


@pytest.fixture
def office(office_once: Path, tmp_path: Path) -> Jebi:
    """Before anything came."""
    shutil.copytree(office_once, tmp_path / "office")
    return Jebi(tmp_path / "office")


@pytest.fixture
def archive(archive_once: Path, tmp_path: Path) -> Jebi:
    """With one parcel in the archive."""
    shutil.copytree(archive_once, tmp_path / "office")
    return Jebi(tmp_path / "office")


@pytest.fixture(scope="session")
def image_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A FAT16 stick of 16 MiB with a letter on it, and nothing in its free space."""
    folder = tmp_path_factory.mktemp("stick")
    image, letter = folder / "stick.img", folder / "letter.txt"
    image.touch()
    os.truncate(image, 16 * MIB)
    letter.write_text("dear editor " * 9000)
    environment = os.environ | {"MTOOLS_SKIP_CHECK": "1", "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    for command in (["mkfs.fat", "-F16", str(image)], ["mcopy", "-i", str(image), str(letter), "::letter.txt"]):
        subprocess.run(command, check=True, capture_output=True, env=environment, stdin=subprocess.DEVNULL)
    return image


@pytest.fixture
def stick(image_once: Path, tmp_path: Path) -> Jebi:
    """A folder with that stick in it, as `stick.img`."""
    shutil.copy(image_once, tmp_path / "stick.img")
    return Jebi(tmp_path)


def _status(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else -1


def _text(stream: io.TextIOWrapper) -> str:
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()
