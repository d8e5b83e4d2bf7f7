"""A desk, a trip and sticks to measure with, and jebi's own jobs as functions of a folder."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

from jebi.office import desk, inside, receiving
from jebi.office.desk import Issued
from jebi.office.progress import Quiet
from jebi.office.reading import Reader, Source

PASSPHRASE = b"only for measuring"
STICKS, SURVIVE = 5, 2
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Station:
    """An archive with one trip."""

    folder: Path
    issued: Issued

    @classmethod
    def make(cls, folder: Path) -> "Station":
        archive = folder / "archive"
        desk.init(str(archive), "bench.example/desk", PASSPHRASE, time=0)
        with desk.open_desk(str(archive), PASSPHRASE) as opened:
            issued = opened.issue(signing="signature", memorise=False, note="", share_route="", time=0)
        return cls(folder, issued)

    def seal(self, clip: Path, onto: list[Path]) -> tuple[float, int]:
        """Seconds to seal, write, sync and read back; and the padded length of the sealed parcel in bytes."""
        seed = self.issued.card.seed
        assert seed is not None
        began = time.perf_counter()
        sealed = inside.seal_onto(
            inside.list_clips([str(clip)]),
            self.issued.card,
            seed,
            [str(path) for path in onto],
            survive=SURVIVE,
            carrier=None,
            progress=Quiet(),
        )
        seconds = time.perf_counter() - began
        assert len(sealed.whole) == len(onto), sealed.failed
        return seconds, sealed.departure.sealed_length

    def receive(self, sticks: list[Path]) -> float:
        """Seconds to search, restore, verify, log and lay out; not those of unlocking the archive."""
        with desk.open_desk(str(self.folder / "archive"), PASSPHRASE) as opened:
            began = time.perf_counter()
            arrivals = receiving.receive(opened, [str(path) for path in sticks], receiving.Wish(), Quiet())
            seconds = time.perf_counter() - began
        assert [arrival.state for arrival in arrivals] == ["whole"], arrivals
        return seconds

    def search(self, stick: Path) -> float:
        """Seconds to search a stick for slots."""
        began = time.perf_counter()
        with Reader([Source(str(stick), 1)], [self.issued.route.secret]) as reader:
            reader.size()
            assert not reader.search(lambda _: None, finely=False)
        return time.perf_counter() - began


def noise(path: Path, length: int, *, seed: int = 0) -> Path:
    """Incompressible bytes: what encoded footage is."""
    stream = Cipher(algorithms.ChaCha20(seed.to_bytes(32, "big"), bytes(16)), None).encryptor()
    zeros = bytes(PIECE)
    with open(path, "wb") as file:
        file.writelines(stream.update(zeros[: min(PIECE, length - start)]) for start in range(0, length, PIECE))
    return path


def stick(path: Path, length: int, *, seed: int) -> Path:
    """A FAT32 stick whose free space is noise; made directly, for preparing is measured elsewhere."""
    noise(path, length, seed=seed)
    subprocess.run(["mkfs.fat", "-F", "32", str(path)], check=True, capture_output=True)
    return path


def drop_caches() -> None:
    """So that reading means the disk, where this user may."""
    os.sync()
    if os.access("/proc/sys/vm/drop_caches", os.W_OK):
        Path("/proc/sys/vm/drop_caches").write_text("1", encoding="ascii")
