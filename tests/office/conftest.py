"""A small office for every test: a desk made once and copied, trips, clips, sticks made by mkfs, films, and slots to forge.

The archive is made by `init`; then its key is sealed anew with little work, or most of the time of these tests would go
into opening it.
"""

import contextlib
import os
import random
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests here take from this file by name

from going_out import Stage, rendered, stage_of
from jebi.archive.receive import Arrival
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT, Mask, Slot, SlotHeader, Unmask
from jebi.carriers.statistics import free_runs
from jebi.device import blocks
from jebi.office.desk import Desk, Issued, init, open_desk
from jebi.office.inside import Sealed, list_clips, seal_onto, seal_whole
from jebi.office.progress import Quiet
from jebi.office.receiving import Wish, receive
from jebi.office.relay import Joined, join
from jebi.office.targets import CarrierName
from jebi.parcel import seal
from jebi.parcel.card import Card, RouteKey
from jebi.parcel.keys import Passphrase, PostQuantumIdentity
from jebi.parcel.trip import Signing
from looked_at import fill, look_at, receive_half
from office.rooms import Shown, house_of

MIB = 1 << 20
KEY = bytes(range(32))
PASSPHRASE = b"only for this office"
NOW = 1_780_000_000
CASES = {
    "FAT12": (4 * MIB, ["mkfs.fat", "-F12"]),
    "FAT16": (24 * MIB, ["mkfs.fat", "-F16", "-s2"]),
    "FAT32": (48 * MIB, ["mkfs.fat", "-F32", "-s1"]),
    "exFAT": (40 * MIB, ["mkfs.exfat", "-c", "32K"]),
    "exFAT in clusters of 1 MiB": (64 * MIB, ["mkfs.exfat", "-c", "1M"]),
}
NAMES = ("letter.txt", "song.mp3", "gone.txt")
SMALL = {"a.mp4": 150_000, "b.mov": 90_000}
MEDIUM = {"a.mp4": 900_000, "b.mov": 300_000}  # one block
LARGE = {"a.mp4": 7_000_000, "below/b.mov": 2_500_000}  # three blocks


@dataclass(slots=True)
class Steps(Quiet):
    """Remembers what was announced, what was done, and what was said."""

    announced: list[tuple[str, int]] = field(default_factory=list)
    done: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        self.announced.append((what, total))
        self.done.append(0)

    def advance(self, done: int) -> None:
        self.done[-1] += done

    def say(self, text: str) -> None:
        self.said.append(text)

    @property
    def names(self) -> list[str]:
        return [what for what, _ in self.announced]


@dataclass(slots=True)
class Meanwhile(Steps):
    """Does something whenever a step begins."""

    do: Callable[[str], object] = lambda _: None

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        Steps.begin(self, what, total)
        self.do(what)


def run(*command: str | Path) -> str:
    environment = os.environ | {"MTOOLS_SKIP_CHECK": "1", "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    done = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, env=environment)
    return done.stdout


def fsck(kind: str, image: Path) -> None:
    run("fsck.exfat" if kind.startswith("exFAT") else "fsck.fat", "-n", image)


def make_prepared(kind: str, folder: Path, *, name: str = "stick.img") -> Path:
    """The same, and its free space is noise."""
    image = make(kind, folder, name=name)
    with image.open("r+b") as medium:
        with blocks.open_for_reading(str(image)) as stick:
            runs = list(free_runs(read_volume(stick)))
        for offset, length in runs:
            medium.seek(offset)
            medium.write(os.urandom(length))
    return image


def make(kind: str, folder: Path, *, name: str = "stick.img") -> Path:
    """A formatted image; those of FAT hold two files, and one that was deleted."""
    size, command = CASES[kind]
    image = folder / name
    image.touch()
    os.truncate(image, size)
    run(*command, image)
    if not kind.startswith("exFAT"):
        for number, file in enumerate(NAMES):
            (folder / file).write_text(f"{file} " * (30_000 * (number + 1)))
            run("mcopy", "-i", image, folder / file, f"::{file}")
        run("mdel", "-i", image, f"::{NAMES[2]}")
    return image


def fill_card(folder: Path, sizes: dict[str, int], seed: int = 1) -> Path:
    """A camera card: files of noise, the same for the same seed."""
    dice = random.Random(seed)
    for name, size in sizes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(dice.randbytes(size))
    return folder


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def slots_in(path: Path, route: RouteKey) -> dict[int, Slot]:
    """The slots of a file that lie where they were put, by offset."""
    content, unmask = path.read_bytes(), Unmask([route.secret])
    slots = ((at, unmask.unmask(content[at : at + SLOT])) for at in range(0, len(content) - SLOT + 1, SLOT))
    return {at: slot for at, slot in slots if slot}


def put_slot(path: Path, at: int, route: RouteKey, header: SlotHeader, packets: bytes | memoryview) -> None:
    """Write one slot, as anybody can who has a card and knows the parcel's secret."""
    slot = bytearray(SLOT)
    Mask(route.public()).mask(header, [packets], memoryview(slot))
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.seek(at)
        file.write(slot)


def lie(path: Path, route: RouteKey, *, about: Callable[[SlotHeader], bool]) -> int:
    """Alter the packets of some slots, each a little, and mask them again: what a relay could do who is false."""
    many = 0
    for at, slot in slots_in(path, route).items():
        if about(slot.header):
            put_slot(path, at, route, slot.header, bytes([slot.packets[0] ^ 1]) + slot.packets[1:])
            many += 1
    return many


def damage(path: Path, *slots: int) -> None:
    """Overwrite a few bytes of some slots of a file."""
    with path.open("r+b") as file:
        for slot in slots:
            file.seek(slot * SLOT + 1000)
            file.write(b"not what was written")


@dataclass(slots=True)
class Office:
    """One desk, open, and a folder beside its archive in which everything else happens."""

    folder: Path
    desk: Desk

    def path(self, name: str) -> Path:
        return self.folder / name

    def issue(self, *, signing: Signing = "signature", share_route: str = "") -> Issued:
        return self.desk.issue(signing=signing, memorise=False, note="", share_route=share_route, time=NOW)

    def card(self, sizes: dict[str, int], name: str = "card", seed: int = 1) -> Path:
        return fill_card(self.path(name), sizes, seed)

    def seal(
        self, card: Card, clips: Path, *sticks: str, survive: int = 0, carrier: CarrierName | None = None
    ) -> Sealed:
        """Seal clips onto sticks that are named, in this folder."""
        assert card.seed
        places = [str(self.path(stick)) for stick in sticks]
        taken = list_clips([str(clips)])
        return seal_onto(taken, card, card.seed, places, survive=survive, carrier=carrier, progress=Quiet(), patience=0)

    def seal_whole(self, card: Card, clips: Path, *places: str) -> Sealed:
        assert card.seed
        wanted = [str(self.path(place)) for place in places]
        return seal_whole(list_clips([str(clips)]), card, card.seed, wanted, progress=Quiet())

    def receive(self, *places: str, wish: Wish | None = None) -> list[Arrival]:
        return receive(self.desk, [str(self.path(place)) for place in places], wish or Wish(), Quiet())

    def arrive(self, *places: str, wish: Wish | None = None) -> Arrival:
        """The report on the only parcel that is there."""
        (arrival,) = self.receive(*places, wish=wish)
        return arrival

    def join(self, route: RouteKey, came: Sequence[str], onto: Sequence[str], *, survive: int = 0) -> list[Joined]:
        places, fresh = ([str(self.path(name)) for name in names] for names in (came, onto))
        joined = join(
            places, route, fresh, survive=survive, carrier=None, spool=str(self.folder), progress=Quiet(), patience=0
        )
        return list(joined)

    def clips_of(self, parcel: str, folder: str = "clips") -> dict[str, bytes]:
        return files_in(Path(self.desk.path(folder, parcel)))

    def listed(self, *folders: str) -> list[str]:
        """What lies in a folder of the archive."""
        place = self.desk.path(*folders)
        return sorted(os.listdir(place)) if os.path.isdir(place) else []

    def events(self) -> list[str]:
        """The kinds of all events so far."""
        records = Path(self.desk.folder, "log", "records.jsonl").read_bytes().splitlines()
        return [line.split(b'"kind":"')[1].split(b'"')[0].decode() for line in records]


@contextlib.contextmanager
def opened(archive: Path) -> Iterator[Office]:
    """The office of an archive."""
    with open_desk(str(archive), PASSPHRASE) as desk:
        yield Office(archive.parent, desk)


def lower_work(identity: Path) -> None:
    """Seal a key anew under the same passphrase, with little work."""
    written = seal.open_in_memory(identity.read_bytes(), [Passphrase(PASSPHRASE)])
    identity.write_bytes(seal.in_memory(written, [Passphrase(PASSPHRASE, work_factor=4)]))


@pytest.fixture(scope="session")
def archive_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive as `init` makes it, with the papers beside it."""
    archive = tmp_path_factory.mktemp("office") / "archive"
    papers = init(str(archive), "example.org/desk", PASSPHRASE, time=NOW)
    (archive.parent / "papers").write_text("\n".join(papers))
    lower_work(archive / "keys" / "identity.age")
    return archive


@pytest.fixture
def archive(archive_once: Path, tmp_path: Path) -> Path:
    """A copy of that archive, closed."""
    shutil.copytree(archive_once, tmp_path / "archive")
    return tmp_path / "archive"


@pytest.fixture
def office(archive: Path) -> Iterator[Office]:
    """An office, open."""
    with opened(archive) as office:
        yield office


@pytest.fixture(scope="session")
def looked_at_once(archive_once: Path, tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Path:
    """An archive with a parcel that was looked at, and half of another."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(archive_once, folder / "archive")
    fill(folder / "card", samples)
    with opened(folder / "archive") as office:
        look_at(office, folder / "card", folder)
        receive_half(office, folder)
    return folder / "archive"


@pytest.fixture
def shown(looked_at_once: Path, tmp_path: Path) -> Iterator[Shown]:
    """The house of a copy of that archive."""
    shutil.copytree(looked_at_once, tmp_path / "archive")
    with opened(tmp_path / "archive") as office, house_of(office) as shown:
        yield shown


@pytest.fixture
def empty(office: Office) -> Iterator[Shown]:
    """The house of an archive into which nothing came."""
    with house_of(office) as shown:
        yield shown


@pytest.fixture
def second() -> PostQuantumIdentity:
    return PostQuantumIdentity(secrets.token_bytes(32))


@pytest.fixture
def both(archive: Path, second: PostQuantumIdentity) -> Iterator[Office]:
    """A desk at which two persons open."""
    (archive / "desk.toml").write_text(f'name = "example.org/desk"\nouter = ["{second.recipient()}"]\n')
    with opened(archive) as office:
        yield office


def made_of(header: SlotHeader, **changes: int) -> SlotHeader:
    """The same header but for some fields."""
    return replace(header, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that a cut is rendered to."""
    return rendered(tmp_path_factory.mktemp("rendered"))


@pytest.fixture
def stage(office: Office, files: Path) -> Iterator[Stage]:
    """An office with people who clear and publish."""
    with stage_of(office.desk, files) as stage:
        stage.people()
        yield stage
