"""`jebi field seal`, killed at any moment, loses nothing: neither clips nor kit nor what else was on the sticks."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from depth import often
from jebi.carriers.partitions import read_volume
from jebi.device import blocks

if TYPE_CHECKING:
    from faults.conftest import Yard

KILLS, STEP = often(14, 4), often(1, 3)  # of each kind of carrier
STICKS = ("s1", "s2", "s3")
SEAL = ("field", "seal", "card", "--onto", *STICKS, "--survive", "1", "--kit", "kit")
AGAIN = ("again-s1", "again-s2", "again-s3")


def test_files_killed_at_any_moment_are_sealed_by_the_next_run(yard: "Yard") -> None:
    ground = Ground(yard, None)
    for turn, delay in enumerate(yard.moments(KILLS, ground.prepare, *SEAL)):
        yard.kill(delay, *SEAL)
        ground.check_clips_and_kit()
        ground.seal_again_into_files(turn)
    yard.assert_archive_agrees()
    print(f"\n{yard.kills} kills while sealing into files; a run takes {yard.usual:.2f} s")


def test_files_killed_before_any_change_of_a_name_are_sealed_by_the_next_run(yard: "Yard") -> None:
    ground, change = Ground(yard, None), 1
    ground.prepare()
    while yard.kill_at(change, *SEAL):
        ground.check_clips_and_kit()
        ground.seal_again_into_files(change)
        ground.prepare()
        change += STEP
    yard.assert_archive_agrees()
    print(f"\n{yard.kills} kills, one before each change of a name, while sealing into files")
    assert yard.kills >= (2 * len(STICKS) + 2) // STEP


def test_sticks_killed_at_any_moment_keep_their_files_and_are_sealed_by_the_next_run(yard: "Yard", stick: Path) -> None:
    ground, before = Ground(yard, stick), np.fromfile(stick, dtype=np.uint8)
    for turn, delay in enumerate(yard.moments(KILLS, ground.prepare, *SEAL)):
        yard.kill(delay, *SEAL)
        ground.check_clips_and_kit()
        yard.called(*SEAL)
        ground.check_clips_and_kit()
        for name in STICKS:
            assert_only_free_space_changed(before, yard.folder / name)
        yard.assert_restored(STICKS[turn % 3], STICKS[(turn + 1) % 3])
    yard.assert_archive_agrees()
    print(f"\n{yard.kills} kills while sealing into free space; a run takes {yard.usual:.2f} s")


@pytest.mark.deep
def test_films_killed_at_any_moment_still_play_and_are_sealed_by_the_next_run(yard: "Yard") -> None:
    film = yard.folder / "film.mp4"
    ground, before = Ground(yard, film), film.read_bytes()
    for turn, delay in enumerate(yard.moments(KILLS, ground.prepare, *SEAL)):
        yard.kill(delay, *SEAL)
        ground.check_clips_and_kit()
        assert all((yard.folder / name).read_bytes().startswith(before) for name in STICKS)
        yard.called(*SEAL)
        ground.check_clips_and_kit()
        assert all((yard.folder / name).read_bytes().startswith(before) for name in STICKS)
        assert ground.unfinished() == set()
        yard.assert_restored(STICKS[turn % 3], STICKS[(turn + 1) % 3])
    play = ["ffmpeg", "-v", "error", "-f", "mp4", "-i", yard.path(STICKS[0]), "-f", "null", "-"]
    assert subprocess.run(play, check=True, capture_output=True).stderr == b""
    yard.assert_archive_agrees()
    print(f"\n{yard.kills} kills while sealing into films; a run takes {yard.usual:.2f} s")


class Ground:
    """Three sticks and a kit as they were before, and what must be true of them after an accident."""

    def __init__(self, yard: "Yard", stick: Path | None) -> None:
        self._yard, self._stick = yard, stick
        self._originals = yard.digests(yard.clips)
        self._kit = (yard.folder / "kit").read_bytes()
        self._number = yard.assert_kit_usable()

    def prepare(self) -> None:
        for name in (*STICKS, *AGAIN, *(f"{name}.part" for name in STICKS)):
            (self._yard.folder / name).unlink(missing_ok=True)
        if self._stick:
            for name in STICKS:
                shutil.copy(self._stick, self._yard.folder / name)
        (self._yard.folder / "kit").write_bytes(self._kit)  # a trip has 64 parcels, and these tests seal more
        self._number = self._yard.assert_kit_usable()

    def check_clips_and_kit(self) -> None:
        assert self._yard.digests(self._yard.clips) == self._originals
        number = self._yard.assert_kit_usable()
        assert number in {self._number, self._number + 1}
        self._number = number

    def unfinished(self) -> set[str]:
        return {name for name in os.listdir(self._yard.folder) if name.endswith((".part", ".new"))}

    def seal_again_into_files(self, turn: int) -> None:
        """Run it again, and restore the clips from two of three.

        Sticks that have their names already were read back; jebi leaves them alone, and asks for other names.
        """
        finished = [name for name in STICKS if (self._yard.folder / name).exists()]
        again = self._yard.call(*SEAL)
        if not finished:
            assert again.status == 0, again
            assert self.unfinished() == set()
            names = STICKS
        else:
            assert again.status == 12, again
            assert "exists" in again.err
            self._check_finished(finished)
            names = AGAIN
            self._yard.called(*SEAL[:4], *AGAIN, *SEAL[7:])
        self.check_clips_and_kit()
        for name in names:
            self._yard.assert_all_slots(name)
        self._yard.assert_restored(names[turn % 3], names[(turn + 1) % 3])

    def _check_finished(self, finished: list[str]) -> None:
        """All of them, or who was killed between two names finds the rest beside: good sticks, not yet named."""
        beside = [f"{name}.part" for name in STICKS if name not in finished]
        assert self.unfinished() - {"kit.new"} == set(beside)
        for name in [*finished, *beside]:
            self._yard.assert_all_slots(name)
        both = [*finished, *beside]
        self._yard.assert_restored(both[0], both[-1])


def assert_only_free_space_changed(before: "np.ndarray[tuple[int], np.dtype[np.uint8]]", image: Path) -> None:
    """Everything but free clusters is as it was, and the file system is clean."""
    with blocks.open_for_reading(str(image)) as medium:
        volume = read_volume(medium)
    changed = np.flatnonzero(before != np.fromfile(image, dtype=np.uint8))
    assert len(changed)
    assert changed[0] >= volume.heap
    clusters = np.unique((changed - volume.heap) // volume.cluster_size)
    assert np.frombuffer(bytes(volume.free), dtype=np.uint8)[clusters].all()
    subprocess.run(["fsck.fat", "-n", str(image)], check=True, capture_output=True)
