"""Seal and restore so many MiB in a folder, and print the peak memory of either, in MB, of this process and its workers.

Pages that processes share count once (PSS), sampled every 50 ms from a thread.
"""

import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Self

from station import STICKS, Station, noise


class Peak:
    """The highest sum of PSS of this process and all that came of it while the block runs."""

    def __init__(self) -> None:
        self.highest = 0
        self._done = threading.Event()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._sample)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._done.is_set():
            self.highest = max(self.highest, sum(map(_pss, _family())))
            time.sleep(0.05)


def _family() -> list[int]:
    """This process and all that came of it, whichever of their threads began them."""
    family = [os.getpid()]
    for one in family:
        with contextlib.suppress(OSError):
            for listed in Path(f"/proc/{one}/task").glob("*/children"):
                family += map(int, listed.read_text(encoding="ascii").split())
    return family


def _pss(process: int) -> int:
    with (
        contextlib.suppress(OSError, ValueError, IndexError),
        open(f"/proc/{process}/smaps_rollup", encoding="ascii") as rollup,
    ):
        return int(next(line for line in rollup if line.startswith("Pss:")).split()[1]) * 1024
    return 0


def main(folder: Path, mib: int) -> None:
    clip = noise(folder / "clip.mp4", mib << 20)
    station = Station.make(folder)
    sticks = [folder / f"file-{i}.bin" for i in range(STICKS)]
    with Peak() as sealing:
        station.seal(clip, sticks)
    clip.unlink()
    with Peak() as restoring:
        station.receive([part for stick in sticks[2:] for part in sorted(folder.glob(f"{stick.name}*"))])
    print(sealing.highest / 1e6, restoring.highest / 1e6)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
