"""The crossing: seal → slots → sticks, and back; beside what others do with the same bytes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from statistics import median

import peers
from peers import Both
from rows import Row
from station import STICKS, Station, drop_caches, noise, stick

MEMORY = "/dev/shm"
ENOUGH = 14 << 30  # bytes; what the largest measurement writes, and memory to work with
FOLDER = os.environ.get("JEBI_BENCH_FOLDER") or (
    MEMORY if os.path.isdir(MEMORY) and shutil.disk_usage(MEMORY).free > ENOUGH else tempfile.gettempdir()
)
MIB = int(os.environ.get("JEBI_BENCH_MIB", "1024"))
MEMORY_MIB = (256, 4096)
TIMES = 3  # each time is the median of so many: the first run pays for memory that the next ones find warm
HERE = Path(__file__).resolve().parent
PEERS: dict[str, Callable[[Path, Path], Both]] = {
    "dd": peers.dd,
    "tar+age": peers.age,
    "age+zfec": peers.age_zfec,
    "nncp": peers.nncp,
    "age+par2": peers.age_par2,
}
SHORTER = {"age+par2": 64 << 20}  # bytes; the whole clip would take a quarter of an hour each way


def measure(folder: Path) -> Iterator[Row]:
    """All rows of the area."""
    yield Row(name="crossing.footage", value=MIB, unit="MiB in " + FOLDER)
    clip = noise(folder / "clip.mp4", MIB << 20)
    station = Station.make(folder)
    ours = yield from _file(station, clip)
    yield from _freespace(station, clip)
    yield from _beside(clip, folder, ours)
    yield from _small(station)
    clip.unlink()
    yield from _memory()


def _file(station: Station, clip: Path) -> Generator[Row, None, Both]:
    """The `file` carrier, 3-of-5; restored from the three sticks with the fewest source packets."""
    sticks = [station.folder / f"file-{i}.bin" for i in range(STICKS)]
    seconds = []
    for _ in range(TIMES):
        for earlier in sticks:
            earlier.unlink(missing_ok=True)
        drop_caches()
        took, padded = station.seal(clip, sticks)
        seconds.append(took)
    sealed = median(seconds)
    overhead = 3 * sticks[0].stat().st_size / padded
    restored = _restored(station, clip, sticks)
    size = clip.stat().st_size
    yield Row(name="crossing.file.seal", value=_rate(size, sealed), unit="MB/s", goal=">= 150")
    yield Row(name="crossing.file.restore", value=_rate(size, restored), unit="MB/s", goal=">= 200")
    yield Row(name="crossing.overhead.surviving", value=overhead, unit="x padded", goal="<= 1.025")
    return Both(sealed, restored)


def _freespace(station: Station, clip: Path) -> Iterator[Row]:
    """The `freespace` carrier on five FAT32 images, and the search of a stick that holds nothing."""
    room = clip.stat().st_size // 2 + (64 << 20)
    sticks = [stick(station.folder / f"stick-{i}.img", room, seed=i) for i in range(STICKS)]
    drop_caches()
    searched = min(station.search(sticks[0]) for _ in range(2))
    yield Row(name="crossing.search.nothing", value=_rate(room, searched), unit="MB/s", goal=">= 400")
    sealed, _ = station.seal(clip, sticks)
    restored = _restored(station, clip, sticks)
    size = clip.stat().st_size
    yield Row(name="crossing.freespace.seal", value=_rate(size, sealed), unit="MB/s", goal=">= 100")
    yield Row(name="crossing.freespace.restore", value=_rate(size, restored), unit="MB/s", goal=">= 100")


def _restored(station: Station, clip: Path, sticks: list[Path]) -> float:
    """Seconds to restore from all sticks but the first two, which are lost; the sticks are gone afterwards."""
    seconds = []
    for lost in sticks[:2]:
        lost.unlink()
    for _ in range(TIMES):
        drop_caches()
        seconds.append(station.receive(sticks[2:]))
        _compare(station, clip)
    for left in sticks[2:]:
        left.unlink()
    return median(seconds)


def _beside(clip: Path, folder: Path, ours: Both) -> Iterator[Row]:
    size = clip.stat().st_size
    assert ours.back is not None
    for name, peer in PEERS.items():
        given = noise(folder / "shorter.mp4", SHORTER[name]) if name in SHORTER else clip
        theirs = _timed(peer, given, folder / "peer", times=1 if name in SHORTER else TIMES)
        goal = ">= 40x" if name == "age+par2" else ""
        label = f"{name} ({SHORTER[name] >> 20} MiB)" if name in SHORTER else name
        rates = {"seal": (ours.there, theirs.there), "restore": (ours.back, theirs.back)}
        for way, (own, other) in rates.items():
            if other is not None:
                yield Row(
                    name=f"crossing.beside.{name}.{way}",
                    value=_rate(size, own),
                    unit="MB/s",
                    peer=label,
                    peer_value=_rate(given.stat().st_size, other),
                    goal=goal if way == "seal" else "",
                )


def _timed(peer: Callable[[Path, Path], Both], given: Path, place: Path, *, times: int) -> Both:
    runs = []
    for _ in range(times):
        place.mkdir()
        drop_caches()
        runs.append(peer(given, place))
        shutil.rmtree(place)
    backs = [run.back for run in runs if run.back is not None]
    return Both(median(run.there for run in runs), median(backs) if backs else None)


def _small(station: Station) -> Iterator[Row]:
    """What one short clip costs, whatever its length."""
    clip = noise(station.folder / "small.mp4", 1 << 20, seed=9)
    sticks = [station.folder / f"small-{i}.bin" for i in range(STICKS)]
    yield Row(name="crossing.small.seal", value=station.seal(clip, sticks)[0], unit="s for 1 MiB")
    yield Row(name="crossing.small.restore", value=station.receive(sticks[2:]), unit="s for 1 MiB")
    yield Row(name="crossing.small.stick", value=sticks[0].stat().st_size / 2**20, unit="MiB a stick")


def _memory() -> Iterator[Row]:
    """Peak memory of all processes together, shared pages counted once, at two sizes."""
    peaks: dict[str, list[float]] = {"seal": [], "restore": []}
    for mib in MEMORY_MIB:
        with tempfile.TemporaryDirectory(prefix="jebi-bench-") as place:  # on a disk: the largest needs 16 GiB
            said = subprocess.run(
                [sys.executable, HERE / "memory.py", place, str(mib)], capture_output=True, text=True, check=True
            )
        for way, peak in zip(peaks, map(float, said.stdout.split()), strict=True):
            peaks[way].append(peak)
            yield Row(name=f"crossing.memory.{way}.{mib}MiB", value=peak, unit="MB", goal="<= 400")
    for way, (small, large) in peaks.items():
        yield Row(name=f"crossing.memory.{way}.growth", value=large / small, unit="x", goal="<= 1.10")


def _compare(station: Station, clip: Path) -> None:
    folder = station.folder / "archive" / "clips"
    (parcel,) = folder.iterdir()
    subprocess.run(["cmp", clip, parcel / clip.name], check=True)
    shutil.rmtree(parcel)
    for sealed in (station.folder / "archive" / "parcels").iterdir():
        sealed.unlink()


def _rate(size: int, seconds: float) -> float:
    return size / seconds / 1e6
