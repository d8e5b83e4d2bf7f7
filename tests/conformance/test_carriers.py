"""One suite for all carriers, on media that the usual tools made: what was placed is found, whatever else happens."""

import hashlib
import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from jebi.carriers.carrier import Carrier, Placements
from jebi.carriers.cover import CoverCarrier
from jebi.carriers.file import FileCarrier
from jebi.carriers.freespace import FreeSpaceCarrier, free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.search import resync, search_finely, search_whole, windows
from jebi.carriers.slot import SLOT, Mask, SlotHeader, Unmask
from jebi.device import blocks
from jebi.device.blocks import Blocks
from jebi.errors import Damaged, NoRoom
from jebi.parcel.blocks import SYMBOL, Shape

SAMPLES = Path(__file__).parents[2] / ".cache" / "samples"
KIB, MIB = 1 << 10, 1 << 20
ROUTE, FOREIGN = hashlib.sha256(b"route").digest(), hashlib.sha256(b"foreign route").digest()
SHAPE = Shape(8_000_000, 4)
DICE = hashlib.sha256(b"dice").digest()
MOST = 24  # slots a test places where the medium has room for them
PIECE = 8 * MIB
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"


def run(*command: str | Path) -> None:
    environment = os.environ | {"PATH": PATH, "LC_ALL": "C.UTF-8", "MTOOLS_SKIP_CHECK": "1"}
    done = subprocess.run(command, check=False, capture_output=True, env=environment, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout + done.stderr


def noise(length: int, seed: int = 7) -> bytes:
    return random.Random(seed).randbytes(length)


def masked(number: int, route: bytes = ROUTE) -> bytes:
    """A slot that says which one it is."""
    public = X25519PrivateKey.from_private_bytes(route).public_key().public_bytes_raw()
    slot = bytearray(SLOT)
    header = SlotHeader(secret=bytes(16), shape=SHAPE, block=0, first=number, count=1, minted=64)
    Mask(public).mask(header, [bytes(SYMBOL)], memoryview(slot))
    return bytes(slot)


SLOTS = [masked(number) for number in range(MOST)]
FOREIGN_SLOTS = [masked(number, FOREIGN) for number in range(4)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of medium: its carrier, how to make one, how to check it, and by how much its slots may be moved."""

    carrier: Carrier
    make: Callable[[Path], None]
    check: Callable[[Path], None]
    shifts: tuple[int, ...]


def nothing_to_check(_: Path) -> None:
    """A file of slots has no structure."""


def plays(path: Path) -> None:
    run("ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "null", "-")


def clean(path: Path) -> None:
    """The system's own checker finds no fault with the volume, and was not let to repair any."""
    with blocks.open_for_reading(str(path)) as medium:
        volume = read_volume(medium)
    alone = path
    if volume.start:
        alone = path.with_suffix(".volume")
        run("dd", f"if={path}", f"of={alone}", f"bs={MIB}", f"skip={volume.start // MIB}", "status=none", "conv=sparse")
    run(*(("fsck.exfat", "-n") if volume.kind == "exFAT" else ("fsck.fat", "-n")), alone)


def empty(path: Path) -> None:
    path.touch()


def fat(bits: int, cluster: int, size: int) -> Callable[[Path], None]:
    """A volume with some files on it, of which every second was deleted."""

    def make(path: Path) -> None:
        with path.open("wb") as stream:
            stream.truncate(size)
        run("mkfs.fat", "-F", str(bits), "-s", str(cluster // 512), "-n", "STICK", path)
        fill_fat(path, str(path))

    return make


def fill_fat(path: Path, image: str) -> None:
    for number, length in enumerate((90_000, 5_000, 700_000, 40_000, 300_000, 100)):
        file = path.parent / f"file{number}"
        file.write_bytes(noise(length, number))
        run("mcopy", "-i", image, file, f"::/film number {number}.bin")
    run("mmd", "-i", image, "::/folder")
    for number in (1, 3):
        run("mdel", "-i", image, f"::/film number {number}.bin")


def exfat(cluster: int, size: int) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with path.open("wb") as stream:
            stream.truncate(size)
        run("mkfs.exfat", "-c", str(cluster), "-L", "STICK", path)

    return make


def used_exfat(path: Path) -> None:
    """A volume that Linux mounted, wrote files to, deleted some of, and unmounted."""
    exfat(4 * KIB, 32 * MIB)(path)
    device = subprocess.run(
        ["losetup", "-f", "--show", path], check=True, capture_output=True, text=True
    ).stdout.strip()
    folder = path.parent / "mounted"
    folder.mkdir(exist_ok=True)
    try:
        run("mount.exfat-fuse", device, folder)
        for number, length in enumerate((90_000, 5_000, 4_000_000, 40_000, 300_000)):
            (folder / f"film {number}").write_bytes(noise(length, number))
        (folder / "film 2").unlink()
        run("umount", folder)
    finally:
        run("losetup", "-d", device)
        while subprocess.run(["losetup", "-j", path], check=True, capture_output=True).stdout:
            time.sleep(0.02)  # the FUSE process holds it until it has written its last


def partitioned(path: Path) -> None:
    with path.open("wb") as stream:
        stream.truncate(72 * MIB)
    subprocess.run(
        ["sfdisk", "-q", "--no-tell-kernel", "--no-reread", path],
        input=b"label: dos\nstart=2048, size=60MiB, type=c\n",
        check=True,
        env=os.environ | {"PATH": PATH},
    )
    run("mkfs.fat", "-F", "32", "-s", "1", "--offset", "2048", path, str(60 * KIB))
    fill_fat(path, f"{path}@@{MIB}")


def film(path: Path) -> None:
    shutil.copy(SAMPLES / "bigbuckbunny.mp4", path)


def remade(name: str, *options: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        run("ffmpeg", "-v", "error", "-i", SAMPLES / name, *options, "-f", "avi", path)

    return make


def stick(make: Callable[[Path], None], *shifts: int) -> Kind:
    return Kind(carrier=FreeSpaceCarrier(), make=make, check=clean, shifts=shifts)


def cover(make: Callable[[Path], None]) -> Kind:
    return Kind(carrier=CoverCarrier(), make=make, check=plays, shifts=(SLOT,))


MJPEG = ("-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj420p")
KINDS = {
    "a file": Kind(
        carrier=FileCarrier(), make=empty, check=nothing_to_check, shifts=(512, 1024, 4096, 32 * KIB, SLOT, SLOT + 512)
    ),
    "FAT12 in 4 KiB clusters": stick(fat(12, 4 * KIB, 12 * MIB), 4 * KIB, 8 * KIB),
    "FAT16 in 2 KiB clusters": stick(fat(16, 2 * KIB, 24 * MIB), 2 * KIB, 4 * KIB),
    "FAT16 in 32 KiB clusters": stick(fat(16, 32 * KIB, 160 * MIB), 32 * KIB, 4 * KIB),
    "FAT32 in 512 B clusters": stick(fat(32, 512, 40 * MIB), 512, 4 * KIB),
    "FAT32 in 4 KiB clusters": stick(fat(32, 4 * KIB, 300 * MIB), 4 * KIB),
    "FAT32 in 32 KiB clusters": stick(fat(32, 32 * KIB, 2200 * MIB), 32 * KIB, 4 * KIB),
    "exFAT in 4 KiB clusters": stick(exfat(4 * KIB, 24 * MIB), 4 * KIB),
    "exFAT in 128 KiB clusters": stick(exfat(128 * KIB, 48 * MIB), 128 * KIB, 4 * KIB),
    "exFAT in 1 MiB clusters": stick(exfat(MIB, 64 * MIB), MIB, 4 * KIB),
    "exFAT that was used": stick(used_exfat, 4 * KIB),
    "a partition": stick(partitioned, 512, 4 * KIB),
    "an MP4 film": cover(film),
    "an AVI film": cover(remade("bigbuckbunny.mp4", "-c", "copy")),
    "an AVI film of a cheap camera": cover(remade("bikes.mp4", *MJPEG)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A medium before and after slots were put onto it, and the plan by which that was done."""

    kind: Kind
    before: Path
    after: Path
    plan: Placements
    slots: Sequence[bytes]

    @property
    def offsets(self) -> Sequence[int]:
        return self.plan.offsets

    def copy(self, name: str) -> Path:
        """A copy to be damaged, in a folder of its own."""
        copied = self.after.parent / name
        run("cp", "--sparse=always", self.after, copied)
        return copied


class Sparse:
    """A medium open for reading, whose holes are not read; 2 GiB of nothing would take most of the suite's time."""

    def __init__(self, medium: Blocks) -> None:
        self._medium, self.size = medium, medium.size
        self._data = list(extents(medium._descriptor))

    def read_at(self, offset: int, length: int) -> bytes:
        if any(start < offset + length and offset < stop for start, stop in self._data):
            return self._medium.read_at(offset, length)
        return bytes(max(0, min(length, self.size - offset)))


def extents(descriptor: int) -> Iterator[tuple[int, int]]:
    """Where a sparse file has data."""
    at, size = 0, os.fstat(descriptor).st_size
    while at < size:
        try:
            start = os.lseek(descriptor, at, os.SEEK_DATA)
        except OSError:  # there is none behind this
            return
        at = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, at


def apply(path: Path, plan: Placements, slots: Sequence[bytes]) -> None:
    """Carry out a plan, as the office does."""
    with blocks.open_for_writing(str(path)) as medium:
        if medium.size != plan.size:
            medium.resize(plan.size)
        for patch in plan.patches:
            medium.write_at(patch.offset, patch.content)
        for offset, slot in zip(plan.offsets, slots, strict=True):
            medium.write_at(offset, slot)
        medium.sync()


def find(carrier: Carrier, path: Path) -> dict[int, int]:
    """Number of every slot of ours, by offset; the path is opened without a way to write."""
    unmask = Unmask([ROUTE]).unmask
    with blocks.open_for_reading(str(path)) as opened:
        medium = Sparse(opened)
        grids = list(carrier.grids(medium))
        found = [one for grid in grids for window in windows(grid) for one in search_whole(medium, window, unmask)]
        if not found:
            found = [one for grid in grids for window in windows(grid) for one in search_finely(medium, window, unmask)]
        if isinstance(carrier, FileCarrier):
            found += list(resync(medium, [one.offset for one in found], grids[0], unmask))
    offsets = [one.offset for one in found]
    assert len(set(offsets)) == len(offsets)
    assert all(grid.step > 0 and 0 <= grid.start <= grid.stop for grid in grids)
    return {one.offset: one.slot.header.first for one in found}


def numbers(found: dict[int, int]) -> list[int]:
    return sorted(found.values())


@pytest.fixture(scope="module", params=KINDS)
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """A medium of each kind, with up to `MOST` slots on it, but never quite full."""
    kind, folder = KINDS[request.param], tmp_path_factory.mktemp("medium")
    before, after = folder / "before", folder / "after"
    kind.make(before)
    with blocks.open_for_reading(str(before)) as medium:
        count = min(MOST, kind.carrier.capacity(medium))
        plan = kind.carrier.place(medium, count, DICE)
    run("cp", "--sparse=always", before, after)
    apply(after, plan, SLOTS[:count])
    yield Loaded(kind=kind, before=before, after=after, plan=plan, slots=SLOTS[:count])
    shutil.rmtree(folder)


@pytest.fixture
def medium(loaded: Loaded) -> Iterator[Blocks]:
    """The medium before anything was placed, opened without a way to write."""
    with blocks.open_for_reading(str(loaded.before)) as opened:
        yield opened


def test_what_was_placed_is_found_where_it_was_placed(loaded: Loaded) -> None:
    assert find(loaded.kind.carrier, loaded.after) == {offset: i for i, offset in enumerate(loaded.offsets)}


def test_the_medium_is_still_whole_to_its_own_tools(loaded: Loaded) -> None:
    loaded.kind.check(loaded.before if loaded.before.stat().st_size else loaded.after)
    loaded.kind.check(loaded.after)


def test_every_byte_outside_slots_and_patches_is_as_it_was(loaded: Loaded) -> None:
    size = loaded.before.stat().st_size
    allowed = np.zeros(max(size, loaded.plan.size), np.bool_)
    for offset in loaded.offsets:
        allowed[offset : offset + SLOT] = True
    for patch in loaded.plan.patches:
        allowed[patch.offset : patch.offset + len(patch.content)] = True
    assert loaded.after.stat().st_size == loaded.plan.size >= size
    with loaded.before.open("rb") as before, loaded.after.open("rb") as after:
        for start, stop in {*extents(before.fileno()), *extents(after.fileno())}:
            for at in range(start, min(stop, size), PIECE):
                length = min(PIECE, stop - at, size - at)
                old = np.frombuffer(os.pread(before.fileno(), length, at), np.uint8)
                new = np.frombuffer(os.pread(after.fileno(), length, at), np.uint8)
                assert not np.any((old != new) & ~allowed[at : at + length])
    assert allowed[size:].all()


def test_slots_and_patches_do_not_overlap_and_end_within_the_medium(loaded: Loaded) -> None:
    pieces = [(offset, offset + SLOT) for offset in loaded.offsets]
    pieces += [(patch.offset, patch.offset + len(patch.content)) for patch in loaded.plan.patches]
    pieces.sort()
    assert all(stop <= start for (_, stop), (start, _) in pairwise(pieces))
    assert pieces[0][0] >= 0
    assert pieces[-1][1] <= loaded.plan.size


def test_the_whole_capacity_can_be_placed_and_one_more_cannot(loaded: Loaded, medium: Blocks) -> None:
    carrier = loaded.kind.carrier
    capacity = carrier.capacity(medium)
    assert capacity >= 3
    plan = carrier.place(medium, capacity, DICE)
    assert len(set(plan.offsets)) == capacity
    assert max(plan.offsets) + SLOT <= plan.size
    with pytest.raises(NoRoom):
        carrier.place(medium, capacity + 1, DICE)


def test_a_medium_that_is_full_of_slots_gives_all_of_them_back(loaded: Loaded, medium: Blocks) -> None:
    """Up to 160 of them: the same ones over and over, which no search minds."""
    count = min(160, loaded.kind.carrier.capacity(medium))
    plan = loaded.kind.carrier.place(medium, count, DICE)
    full = loaded.after.parent / "full"
    run("cp", "--sparse=always", loaded.before, full)
    apply(full, plan, [SLOTS[i % len(SLOTS)] for i in range(count)])
    assert find(loaded.kind.carrier, full) == {offset: i % len(SLOTS) for i, offset in enumerate(plan.offsets)}
    loaded.kind.check(full)
    full.unlink()


def test_the_plan_follows_from_the_dice_and_nothing_else(loaded: Loaded, medium: Blocks) -> None:
    count = len(loaded.slots)
    assert list(loaded.kind.carrier.place(medium, count, DICE).offsets) == list(loaded.offsets)
    fewer = loaded.kind.carrier.place(medium, 1, DICE)
    assert len(fewer.offsets) == 1


def test_nothing_to_place_leaves_the_medium_as_it_is(loaded: Loaded, medium: Blocks) -> None:
    plan = loaded.kind.carrier.place(medium, 0, DICE)
    assert list(plan.offsets) == []
    assert plan.patches == ()
    assert plan.size == medium.size


def test_when_some_slots_are_overwritten_the_others_are_found(loaded: Loaded) -> None:
    damaged, dice = loaded.copy("overwritten"), random.Random(3)
    lost = dice.sample(range(len(loaded.slots) - 1), len(loaded.slots) * 2 // 3)
    with damaged.open("r+b") as stream:
        for number in lost:
            at = loaded.offsets[number] + dice.randrange(SLOT - 512)
            stream.seek(at)
            old = stream.read(512)
            stream.seek(at)
            stream.write(bytes(byte ^ 0xA5 for byte in old))
    left = sorted(set(range(len(loaded.slots))) - set(lost))
    assert numbers(find(loaded.kind.carrier, damaged)) == left
    damaged.unlink()


def test_of_a_medium_that_was_cut_off_the_slots_before_the_cut_are_found(loaded: Loaded) -> None:
    cut = loaded.copy("cut")
    ends = sorted(offset + SLOT for offset in loaded.offsets)
    for end in (ends[len(ends) * 3 // 4] + 77, ends[len(ends) // 2], ends[len(ends) // 2] - 1):
        with cut.open("r+b") as stream:
            stream.truncate(end)
        left = [number for number, offset in enumerate(loaded.offsets) if offset + SLOT <= end]
        assert numbers(find(loaded.kind.carrier, cut)) == left
    cut.unlink()


def test_foreign_slots_and_noise_beside_ours_are_passed_over(loaded: Loaded, medium: Blocks) -> None:
    carrier = loaded.kind.carrier
    count = min(len(loaded.slots), carrier.capacity(medium) - 2, MOST - 8)
    plan = carrier.place(medium, count + 2, DICE)
    mixed = loaded.after.parent / "mixed"
    run("cp", "--sparse=always", loaded.before, mixed)
    apply(mixed, plan, [FOREIGN_SLOTS[0], noise(SLOT), *SLOTS[:count]])
    assert find(carrier, mixed) == {offset: i for i, offset in enumerate(plan.offsets[2:])}
    mixed.unlink()


def test_a_medium_that_holds_only_foreign_slots_gives_nothing(loaded: Loaded, medium: Blocks) -> None:
    count = min(len(FOREIGN_SLOTS), loaded.kind.carrier.capacity(medium))
    foreign = loaded.after.parent / "foreign"
    run("cp", "--sparse=always", loaded.before, foreign)
    apply(foreign, loaded.kind.carrier.place(medium, count, DICE), FOREIGN_SLOTS[:count])
    unmask = Unmask([ROUTE]).unmask
    with blocks.open_for_reading(str(foreign)) as opened:
        held = Sparse(opened)
        for grid in loaded.kind.carrier.grids(held):
            assert [one for window in windows(grid) for one in search_whole(held, window, unmask)] == []
    foreign.unlink()


def test_looking_and_planning_write_nothing(loaded: Loaded) -> None:
    """A medium without a way to write: a read-only descriptor of a file that nobody may write to."""
    path = loaded.after
    mode = path.stat().st_mode
    path.chmod(0o400)
    seen = path.stat()
    find(loaded.kind.carrier, path)
    with blocks.open_for_reading(str(path)) as opened:
        loaded.kind.carrier.place(opened, 1, DICE)
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.pwrite(opened._descriptor, b"x", 0)
    now = path.stat()
    path.chmod(mode)
    assert (now.st_mtime_ns, now.st_size) == (seen.st_mtime_ns, seen.st_size)


STICKS = [name for name, kind in KINDS.items() if isinstance(kind.carrier, FreeSpaceCarrier)]
SHIFTS = [(name, shift) for name, kind in KINDS.items() for shift in kind.shifts]


@pytest.mark.parametrize(("name", "shift"), SHIFTS)
def test_slots_that_were_all_moved_by_a_multiple_of_the_step_are_found(name: str, shift: int, tmp_path: Path) -> None:
    """As when another tool copied or re-made the volume, and where its folders and tables are stays as it was."""
    kind, path = KINDS[name], tmp_path / "medium"
    kind.make(path)
    with blocks.open_for_reading(str(path)) as medium:
        count = min(8, kind.carrier.capacity(medium) - 1)
        plan = kind.carrier.place(medium, count, DICE)
    apply(path, plan, SLOTS[:count])
    with blocks.open_for_reading(str(path)) as medium:
        grids = list(kind.carrier.grids(medium))
        start = free_cells(read_volume(medium))[0] if name in STICKS else grids[0].start
    moved = tmp_path / "moved"
    move(path, moved, start, shift)
    kept = {offset + shift: i for i, offset in enumerate(plan.offsets) if offset + shift + SLOT <= moved.stat().st_size}
    assert shift % grids[0].step == 0
    assert len(kept) >= count - 1
    assert find(kind.carrier, moved) == kept


def move(path: Path, moved: Path, start: int, shift: int) -> None:
    """Everything from `start` on moves back by `shift`. A stick and a film keep their length, a file grows."""
    size = path.stat().st_size
    with path.open("rb") as old, moved.open("wb") as new:
        new.write(old.read(start))
        for begin, stop in extents(old.fileno()):
            for at in range(max(begin, start), stop, PIECE):
                os.pwrite(new.fileno(), os.pread(old.fileno(), min(PIECE, stop - at), at), at + shift)
        new.truncate(size + shift if start == 0 else size)


@pytest.mark.parametrize("odd", [1, 77, 513])
@pytest.mark.parametrize("where", [1, 5, 7])
def test_a_file_into_which_somebody_inserted_between_slots_gives_all_of_them(
    where: int, odd: int, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"".join(SLOTS[:where]) + noise(odd) + b"".join(SLOTS[where:8]))
    assert numbers(find(FileCarrier(), path)) == list(range(8))


@pytest.mark.parametrize("left", [1, 99, 700])
def test_a_file_out_of_which_somebody_cut_a_piece_of_a_slot_gives_all_others(left: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"".join(SLOTS[:3]) + SLOTS[3][:left] + b"".join(SLOTS[4:8]))
    assert numbers(find(FileCarrier(), path)) == [0, 1, 2, 4, 5, 6, 7]


def test_a_file_that_was_moved_and_then_cut_gives_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(noise(512) + SLOTS[0] + SLOTS[1] + noise(33) + b"".join(SLOTS[2:6]) + SLOTS[6][:-1])
    assert numbers(find(FileCarrier(), path)) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", STICKS)
def test_slots_that_files_were_written_over_are_lost_and_no_others(name: str, tmp_path: Path) -> None:
    """As the system would: whole clusters of new files, wherever they fall. The table is not asked."""
    kind, path, dice = KINDS[name], tmp_path / "stick", random.Random(name)
    kind.make(path)
    with blocks.open_for_reading(str(path)) as medium:
        volume = read_volume(medium)
        cells = free_cells(volume)
        plan = kind.carrier.place(medium, min(MOST, len(cells)), DICE)
    count, size = len(plan.offsets), volume.cluster_size
    apply(path, plan, SLOTS[:count])
    hit = set[int]()
    with path.open("r+b") as stream:
        for _ in range(count):
            cluster = dice.choice([i for i, is_free in enumerate(volume.free[:4000]) if is_free])
            stream.seek(volume.offset_of(cluster))
            stream.write(dice.randbytes(size))
            hit |= set(range(volume.offset_of(cluster), volume.offset_of(cluster) + size, min(size, 512)))
    left = {offset: i for i, offset in enumerate(plan.offsets) if hit.isdisjoint(range(offset, offset + SLOT, 512))}
    assert find(kind.carrier, path) == left


@pytest.mark.parametrize("name", [name for name in STICKS if "FAT32" in name or "FAT16" in name])
def test_files_that_were_written_and_deleted_by_other_tools_spare_most_slots(name: str, tmp_path: Path) -> None:
    kind, path = KINDS[name], tmp_path / "stick"
    kind.make(path)
    with blocks.open_for_reading(str(path)) as medium:
        plan = kind.carrier.place(medium, 12, DICE)
    apply(path, plan, SLOTS[:12])
    (tmp_path / "new").write_bytes(noise(3 * SLOT))
    run("mcopy", "-i", path, tmp_path / "new", "::/new.bin")
    clean(path)
    found = find(kind.carrier, path)
    with path.open("rb") as stream:
        whole = {i for i, offset in enumerate(plan.offsets) if at(stream.fileno(), offset) == SLOTS[i]}
    assert set(found.values()) == whole
    assert len(whole) >= 8


def at(descriptor: int, offset: int) -> bytes:
    return os.pread(descriptor, SLOT, offset)


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if not isinstance(kind.carrier, FileCarrier)])
@pytest.mark.parametrize("content", [b"", b"x" * 511, noise(70_000), bytes(70_000)])
def test_what_is_not_of_its_kind_is_damaged(kind: Kind, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "strange"
    path.write_bytes(content)
    with blocks.open_for_reading(str(path)) as medium:
        for ask in (kind.carrier.capacity, lambda held: list(kind.carrier.grids(held))):
            with pytest.raises(Damaged):
                ask(medium)
        with pytest.raises(Damaged):
            kind.carrier.place(medium, 1, DICE)
