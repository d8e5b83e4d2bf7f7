"""What the places of slots on a stick show: to `fsck`, to a comparison byte by byte, and to somebody who counts.

A stick is prepared with noise first, so that what is compared is what a finder would have: noise before, noise after.
"""

import hashlib
import math
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from jebi.carriers.freespace import SPARED, FreeSpaceCarrier, free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT, Mask, SlotHeader
from jebi.carriers.volume import Volume
from jebi.device.blocks import open_for_reading, open_for_writing
from jebi.parcel.blocks import SYMBOL, Shape

MIB = 1 << 20
REGIONS = 16
ALARM = 1e-6
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
Choice = Callable[[Sequence[int], int, bytes], Sequence[int]]
STICKS = {
    "FAT16": (64 * MIB, ("mkfs.fat", "-F16", "-s4"), ("fsck.fat", "-n")),
    "FAT32": (80 * MIB, ("mkfs.fat", "-F32", "-s1"), ("fsck.fat", "-n")),
    "exFAT": (64 * MIB, ("mkfs.exfat", "-c", "32768"), ("fsck.exfat", "-n")),
}


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PATH": PATH})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick:
    """A prepared stick with some films on it: noise in every free cluster."""

    path: Path
    check: tuple[str, ...]
    volume: Volume
    content: bytes


@pytest.fixture(scope="module", params=STICKS)
def stick(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stick:
    size, mkfs, check = STICKS[request.param]
    path = tmp_path_factory.mktemp("stick") / "image"
    with path.open("wb") as stream:
        stream.truncate(size)
    run(*mkfs, path)
    if mkfs[0] == "mkfs.fat":
        (path.parent / "film").write_bytes(os.urandom(5 * MIB))
        run("mcopy", "-i", path, path.parent / "film", "::/film.mp4")
    with open_for_writing(str(path)) as medium:
        volume = read_volume(medium)
        for cluster, is_free in enumerate(volume.free):
            if is_free:
                medium.write_at(volume.offset_of(cluster), os.urandom(volume.cluster_size))
    run(*check, path)
    return Stick(path=path, check=check, volume=volume, content=path.read_bytes())


def slot() -> bytes:
    into = bytearray(SLOT)
    route = X25519PrivateKey.generate().public_key().public_bytes_raw()
    header = SlotHeader(secret=bytes(16), shape=Shape(3_000_000, 2), block=0, first=0, count=1, minted=16)
    Mask(route).mask(header, [bytes(SYMBOL)], memoryview(into))
    return bytes(into)


def test_a_loaded_stick_differs_from_the_prepared_one_in_its_slots_alone(stick: Stick) -> None:
    with open_for_writing(str(stick.path)) as medium:
        plan = FreeSpaceCarrier().place(medium, FreeSpaceCarrier().capacity(medium) // 2, os.urandom(32))
        for offset in plan.offsets:
            medium.write_at(offset, slot())
    run(*stick.check, stick.path)
    before = np.frombuffer(stick.content, np.uint8)
    changed = before != np.frombuffer(stick.path.read_bytes(), np.uint8)
    for offset in plan.offsets:
        assert changed[offset : offset + SLOT].mean() > 0.99
        changed[offset : offset + SLOT] = False
    assert not changed.any()
    assert len(set(plan.offsets)) == len(plan.offsets) > 200
    stick.path.write_bytes(stick.content)


def test_no_slot_touches_a_cluster_that_is_in_use(stick: Stick) -> None:
    with open_for_reading(str(stick.path)) as medium:
        plan = FreeSpaceCarrier().place(medium, FreeSpaceCarrier().capacity(medium), os.urandom(32))
    free = np.zeros(len(stick.content), np.bool_)
    for cluster, is_free in enumerate(stick.volume.free):
        start = stick.volume.offset_of(cluster)
        free[start : start + stick.volume.cluster_size] = bool(is_free)
    assert all(free[offset : offset + SLOT].all() for offset in plan.offsets)


def allowed(volume: Volume) -> list[int]:
    """The cells beyond those that the system fills first, in the order in which it will fill them."""
    cells = free_cells(volume)
    last_used = max(i for i, is_free in enumerate(volume.free) if not is_free)
    pointer = volume.offset_of(volume.next_free if volume.next_free is not None else last_used)
    ahead = sorted(cells, key=lambda cell: (cell < pointer, cell))
    return ahead[len(cells) // SPARED :]


def assert_spread(cells: Sequence[int], draws: Sequence[Sequence[int]]) -> float:
    """Chi-square of how often each sixteenth of the allowed cells was taken, over many sticks.

    Without replacement, so the counts vary less than those of independent draws; the variance is corrected for it.
    """
    region = {cell: i * REGIONS // len(cells) for i, cell in enumerate(cells)}
    assert all(cell in region for draw in draws for cell in draw), "a slot lies where the system writes next"
    counts = np.bincount([region[cell] for draw in draws for cell in draw], minlength=REGIONS)
    room = np.bincount(list(region.values()), minlength=REGIONS)
    taken = sum(map(len, draws))
    expected = taken * room / len(cells)
    share = 1 - len(draws[0]) / len(cells)
    chi_square = float(((counts - expected) ** 2 / expected).sum()) / share * (1 - 1 / len(cells))
    freedom = REGIONS - 1
    z = (math.cbrt(chi_square / freedom) - (1 - 2 / (9 * freedom))) / math.sqrt(2 / (9 * freedom))
    print(f"chi-square {chi_square:.1f} of {freedom} degrees of freedom over {taken} slots, z {z:.2f}")
    assert math.erfc(abs(z) / math.sqrt(2)) > ALARM, "slots are not spread evenly"
    return z


def drawn(stick: Stick, count: int, sticks: int) -> list[Sequence[int]]:
    with open_for_reading(str(stick.path)) as medium:
        seeds = (hashlib.sha256(f"stick {i}".encode()).digest() for i in range(sticks))
        return [FreeSpaceCarrier().place(medium, count, seed).offsets for seed in seeds]


@pytest.mark.parametrize("count", [1, 20, 100])
def test_slots_lie_evenly_over_the_three_quarters_that_the_system_fills_last(stick: Stick, count: int) -> None:
    assert_spread(allowed(stick.volume), drawn(stick, count, 400))


def test_the_last_slot_of_many_lies_as_evenly_as_the_first(stick: Stick) -> None:
    draws = drawn(stick, 60, 2000)
    assert_spread(allowed(stick.volume), [draw[:1] for draw in draws])
    assert_spread(allowed(stick.volume), [draw[-1:] for draw in draws])


def one_after_the_other(cells: Sequence[int], count: int, dice: bytes) -> Sequence[int]:
    return cells[:count]


def in_clumps(cells: Sequence[int], count: int, dice: bytes) -> Sequence[int]:
    start = dice[0] % (len(cells) // 2)
    return cells[start : start + count]


@pytest.mark.parametrize("choose", [one_after_the_other, in_clumps])
def test_places_that_are_chosen_badly_are_noticed(choose: Choice, stick: Stick) -> None:
    cells = allowed(stick.volume)
    draws = [choose(cells, 20, hashlib.sha256(bytes([i])).digest()) for i in range(250)]
    with pytest.raises(AssertionError, match="not spread evenly"):
        assert_spread(cells, draws)


def test_places_near_the_next_free_pointer_are_noticed(stick: Stick) -> None:
    cells = free_cells(stick.volume)
    near = sorted(set(cells) - set(allowed(stick.volume)))
    with pytest.raises(AssertionError, match="writes next"):
        assert_spread(allowed(stick.volume), [near[:5]])
