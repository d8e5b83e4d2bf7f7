"""A yard for accidents: one desk, one trip and a few sticks, made once; real commands, killed at any moment.

The archive is made by `jebi desk init`; then its identity file is sealed anew with little work, or most of the time of
these tests would go into opening it.
"""

import hashlib
import importlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from jebi.carriers.slot import SLOT, Unmask
from jebi.cli.main import VERBS, main
from jebi.parcel import seal
from jebi.parcel.card import parse_card, parse_route_key
from jebi.parcel.keys import Passphrase

for _verb in VERBS:
    importlib.import_module("jebi.cli." + _verb.replace(" ", "_"))  # once, and not in every copy of this process

JEBI = Path(sys.executable).parent / "jebi"
PATIENCE = 120
SEED = 20261122
PASSPHRASE = b"only for accidents"
STICK = 40 << 20
CLIPS = {"a.mp4": 300_000, "b.mp4": 200_000}

# Runs jebi, and kills it before its n-th change to names on a disk: everything that a crash can leave half done.
KILLED_AT = """
import os, signal, sys
number, sys.argv[:2] = int(sys.argv[1]), ["jebi"]
seen, parent = 0, os.getpid()

def hook(event, arguments):
    global seen
    if event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"} or (
        event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    ):
        if os.getpid() == parent:
            seen += 1
            if seen == number:
                os.kill(parent, signal.SIGKILL)

from jebi.cli.main import main
sys.addaudithook(hook)
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str


@dataclass(slots=True)
class Yard:
    """One place for one test: a copy of the archive, the kit and the clips, and the commands to use them."""

    folder: Path
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    kills: int = 0
    usual: float = 0.0

    def path(self, name: str) -> str:
        return str(self.folder / name)

    @property
    def clips(self) -> Path:
        return self.folder / "card"

    def start(self, *arguments: str, prefix: Sequence[str] = (str(JEBI),)) -> "subprocess.Popen[str]":
        (self.folder / "tmp").mkdir(exist_ok=True)
        return subprocess.Popen(
            [*prefix, *arguments],
            cwd=self.folder,
            env={**os.environ, "TMPDIR": self.path("tmp")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def end(self, process: "subprocess.Popen[str]") -> Ended:
        """Wait for it."""
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return Ended(process.returncode, out, err)

    def run(self, *arguments: str, prefix: Sequence[str] = (str(JEBI),)) -> Ended:
        return self.end(self.start(*arguments, prefix=prefix))

    def done(self, *arguments: str) -> Ended:
        """Run what must succeed."""
        ended = self.run(*arguments)
        assert ended.status == 0, (arguments, ended)
        return ended

    def call(self, *arguments: str) -> Ended:
        """Run without the third of a second that Python takes to start: in a copy of this process."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            child = os.fork()
            if child == 0:
                os.setsid()
                status = 70
                try:
                    os.chdir(self.folder)
                    sys.stdin, sys.stdout, sys.stderr = open(os.devnull), out, err  # noqa: SIM115
                    status = main(arguments)
                    out.flush()
                    err.flush()
                finally:
                    os._exit(status)
            _, status = os.waitpid(child, 0)
            out.seek(0)
            err.seek(0)
            return Ended(os.waitstatus_to_exitcode(status), out.read(), err.read())

    def called(self, *arguments: str) -> Ended:
        """The same, and it must succeed."""
        ended = self.call(*arguments)
        assert ended.status == 0, (arguments, ended)
        return ended

    def seconds(self, *arguments: str) -> float:
        """How long a command takes that must do what it can."""
        began = time.monotonic()
        ended = self.run(*arguments)
        assert ended.status in {0, 3}, ended
        return time.monotonic() - began

    def kill(self, delay: float, *arguments: str) -> Ended:
        """Run, and kill it after that many seconds, or find it done. Its workers must die with it."""
        process = self.start(*arguments)
        time.sleep(delay)
        was_alive = process.poll() is None
        process.send_signal(signal.SIGKILL)
        ended = self.end(process)
        self.kills += was_alive
        self.assert_all_dead(process.pid)
        return ended

    def kill_at(self, change: int, *arguments: str) -> bool:
        """Run, and let it die before its n-th change of names; False if it makes no such change."""
        process = self.start(*arguments, prefix=(sys.executable, "-c", KILLED_AT, str(change)))
        ended = self.end(process)
        self.assert_all_dead(process.pid)
        assert ended.status in {-signal.SIGKILL, 0, 3, 12}, ended
        self.kills += ended.status == -signal.SIGKILL
        return ended.status == -signal.SIGKILL

    def moments(self, count: int, prepare: Callable[[], None], *command: str) -> Iterator[float]:
        """Delays all over the time that a command takes, a tenth of them while it is still starting; seeded.

        Goes on until `count` commands were killed in the middle, each on a ground that `prepare` made. The machine may
        be slower or faster than it was when the time was measured: commands that were done too early shorten it.
        """
        prepare()
        start, whole = self.seconds("--version"), self.seconds(*command)
        self.usual = whole
        for turn in range(10 * count):
            if self.kills >= count:
                break
            kills, u = self.kills, self.dice.random()
            early = start * 0.6
            prepare()
            yield early * u if turn % 10 == 0 else early + max(whole - early, 0.1) * u
            whole *= 1.05 if self.kills > kills else 0.7
        assert self.kills >= count, "most commands were done before they were killed"

    def digests(self, folder: Path) -> dict[str, str]:
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): digest(path) for path in files}

    def archive(self, *arguments: str) -> list[str]:
        """A desk's command on this yard's archive."""
        return [*arguments, "--archive", self.path("archive"), "--passphrase-file", self.path("pw")]

    def empty(self, name: str) -> None:
        shutil.rmtree(self.folder / name)
        (self.folder / name).mkdir()

    def assert_all_dead(self, session: int) -> None:
        """No process of that session lives any more."""
        patience = time.monotonic() + 5
        while alive := _alive(session):
            assert time.monotonic() < patience, f"{len(alive)} workers outlived their parent"
            time.sleep(0.005)

    def assert_restored(self, *carriers: str) -> None:
        """The desk restores every clip of every parcel on these carriers, byte for byte.

        Of a parcel whose sealing was killed there may be too little, or all.
        """
        ended = self.call(*self.archive("desk", "receive", "--plain", *carriers, "--json"))
        assert ended.status in {0, 3}, ended
        arrivals = [json.loads(line) for line in ended.out.splitlines()]
        here = [arrival["parcel"] for arrival in arrivals if arrival["state"] in {"whole", "here already"}]
        assert here
        for parcel in here:
            assert self.digests(self.folder / "archive" / "clips" / parcel) == self.digests(self.clips)

    def assert_archive_agrees(self, *, beside_workers: bool = False) -> None:
        """The archive opens and its log verifies; nothing half-written is left, but on the benches of workers that live."""
        self.called(*self.archive("desk", "check"))
        benches = self.folder / "archive" / "work"
        left = [path for path in (self.folder / "archive").rglob("*") if path.name.endswith((".part", ".new"))]
        assert [path for path in left if not (beside_workers and path.is_relative_to(benches))] == []

    def assert_kit_usable(self) -> int:
        """The kit can be read; returns the number of the parcel that it would seal next."""
        seed = parse_card((self.folder / "kit").read_bytes()).seed
        assert seed is not None
        return seed.number

    def assert_all_slots(self, name: str) -> None:
        """A file that has its own name is a stick from end to end."""
        content = (self.folder / name).read_bytes()
        unmask = Unmask([parse_route_key((self.folder / "route").read_bytes()).secret])
        assert content
        assert len(content) % SLOT == 0
        for at in range(0, len(content), SLOT):
            assert unmask.unmask(content[at : at + SLOT]) is not None, (name, at)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_noise_stick(path: Path, film: Path, size: int = STICK) -> None:
    """A FAT32 stick with a film on it and noise in its free space."""
    with path.open("wb") as image:
        for _ in range(0, size, 1 << 20):
            image.write(os.urandom(1 << 20))
    subprocess.run(["mkfs.fat", "-F", "32", "-s", "1", str(path)], check=True, capture_output=True)
    subprocess.run(["mcopy", "-i", str(path), str(film), "::/film.mp4"], check=True, capture_output=True)


@pytest.fixture(scope="session")
def quarry(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    """What every yard is copied from."""
    folder = tmp_path_factory.mktemp("quarry")
    yard = Yard(folder)
    (folder / "pw").write_bytes(PASSPHRASE + b"\n")
    yard.done(*yard.archive("desk", "init", "--name", "example.org/desk"))
    identity = folder / "archive" / "keys" / "identity.age"
    opened = seal.open_in_memory(identity.read_bytes(), [Passphrase(PASSPHRASE)])
    identity.write_bytes(seal.in_memory(opened, [Passphrase(PASSPHRASE, work_factor=8)]))
    yard.done(*yard.archive("desk", "trip", "--kit", "kit", "--route", "route", "--receipts", "receipts"))
    yard.clips.mkdir()
    dice = random.Random(SEED)
    for name, size in CLIPS.items():
        (yard.clips / name).write_bytes(dice.randbytes(size))
    shutil.copy(samples / "bigbuckbunny.mp4", folder / "film.mp4")
    return folder


@pytest.fixture
def yard(quarry: Path, tmp_path: Path) -> Yard:
    shutil.copytree(quarry, tmp_path / "yard")
    return Yard(tmp_path / "yard")


@pytest.fixture(scope="session")
def stick(quarry: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick as it leaves the office."""
    image = tmp_path_factory.mktemp("stick") / "stick"
    make_noise_stick(image, quarry / "film.mp4")
    return image


def _alive(session: int) -> list[int]:
    alive = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                state, _, _, its_session = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[:4]
            except (OSError, ValueError):
                continue
            if int(its_session) == session and state not in "ZX":
                alive.append(int(entry))
    return alive
