"""Volumes made, filled and partitioned by the tools that everybody uses, then bent, cut and forged."""

import itertools
import os
import re
import shutil
import struct
import subprocess
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.carriers.fat import (
    FIRST_CLUSTER,
    MOST_TRIED,
    Kind,
    Layout,
    Volume,
    chain,
    read_volume,
)
from jebi.errors import Damaged

MIB = 1 << 20
GIB = 1 << 30


class Stick:
    """A medium in memory. No dataclass: its bytes must not be printed when a property fails."""

    def __init__(self, content: bytes | bytearray) -> None:
        self.content = content

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length >= 0
        return bytes(self.content[offset : offset + length])


@dataclass(frozen=True, slots=True)
class Image:
    """A medium on disk."""

    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read_at(self, offset: int, length: int) -> bytes:
        with self.path.open("rb") as stream:
            return os.pread(stream.fileno(), length, offset)


def run(*command: str | Path, wanted: int = 0, text: str = "") -> str:
    environment = os.environ | {
        "MTOOLS_SKIP_CHECK": "1",
        "LC_ALL": "C.UTF-8",
        "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
    }
    done = subprocess.run(
        list(map(str, command)), check=False, capture_output=True, text=True, input=text, env=environment
    )
    assert done.returncode == wanted, done.stdout + done.stderr
    return done.stdout


def blank(path: Path, size: int) -> Path:
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def fat(path: Path, size: int, *arguments: str | Path) -> Path:
    run("mkfs.fat", "--invariant", *arguments, blank(path, size))
    return path


def exfat(path: Path, size: int, *arguments: str) -> Path:
    run("mkfs.exfat", *arguments, blank(path, size))
    return path


@contextmanager
def as_device(path: Path, sector_size: int = 512) -> Iterator[str]:
    device = run("losetup", "-f", "--show", "-b", str(sector_size), path).strip()
    try:
        yield device
    finally:
        run("losetup", "-d", device)


@contextmanager
def mounted(path: Path, sector_size: int = 512) -> Iterator[Path]:
    """An exFAT image, mounted through FUSE."""
    folder = path.parent / "mounted"
    folder.mkdir(exist_ok=True)
    with as_device(path, sector_size) as device:
        run("mount.exfat-fuse", device, folder)
        try:
            yield folder
        finally:
            run("umount", folder)
            settle(path)


def settle(path: Path) -> None:
    """Wait until the FUSE process has written its last and gone, so that the device can go too."""
    for _ in range(500):
        if not any(str(path.parent) in command for command in commands("mount.exfat-fuse")):
            return
        time.sleep(0.02)


def commands(name: str) -> Iterator[str]:
    """The command lines of the running processes of that name."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_text(errors="replace")
            if name in command:
                yield command


def fsck(path: Path) -> tuple[int, int]:
    """Used and all clusters, as fsck.fat counts them."""
    used, every = re.findall(r"(\d+)/(\d+) clusters", run("fsck.fat", "-nv", path))[-1]
    return int(used), int(every)


def dump(path: Path) -> tuple[int, int]:
    """Free and all clusters, as dump.exfat counts them."""
    text = run("dump.exfat", path)
    found = [re.search(rf"{name}:\s+(\d+)", text) for name in ("Free Clusters", "Total Clusters")]
    return int(found[0][1]) if found[0] else -1, int(found[1][1]) if found[1] else -1


def fill_fat(path: Path, scratch: Path) -> None:
    """Folders, files of all sizes, and holes where files were."""
    run("mmd", "-i", path, "::/clips", "::/clips/day one")
    for number, size in enumerate([0, 1, 511, 512, 5000, 70_000, 131_072, 300_000]):
        file = scratch / f"a rather long name {number}.bin"
        file.write_bytes(os.urandom(size))
        run("mcopy", "-i", path, file, f"::/clips/day one/{file.name}")
        run("mcopy", "-i", path, file, f"::/F{number}.BIN")
    run("mdel", "-i", path, "::/F4.BIN", "::/F6.BIN", "::/clips/day one/a rather long name 5.bin")


FATS = {
    "a floppy": (1440 << 10, Kind.FAT12, 512, ["-F12"]),
    "FAT12 in large clusters": (30 * MIB, Kind.FAT12, 16384, ["-F12", "-s32"]),
    "FAT12 in large sectors": (15 * MIB, Kind.FAT12, 4096, ["-F12", "-S4096", "-s1"]),
    "FAT16 in small clusters": (16 * MIB, Kind.FAT16, 1024, ["-F16", "-s2"]),
    "FAT16 in large clusters": (GIB, Kind.FAT16, 32768, ["-F16", "-s64"]),
    "FAT16 in large sectors": (64 * MIB, Kind.FAT16, 4096, ["-F16", "-S4096", "-s1"]),
    "FAT16 with one table": (32 * MIB, Kind.FAT16, 2048, ["-F16", "-s4", "-f1"]),
    "FAT16 with a small root": (32 * MIB, Kind.FAT16, 2048, ["-F16", "-s4", "-r64"]),
    "FAT32 in the smallest clusters": (40 * MIB, Kind.FAT32, 512, ["-F32", "-s1"]),
    "FAT32 as sticks have it": (GIB, Kind.FAT32, 8192, ["-F32", "-s16"]),
    "FAT32 in large clusters": (8 * GIB, Kind.FAT32, 65536, ["-F32", "-s128"]),
    "FAT32 in large sectors": (512 * MIB, Kind.FAT32, 4096, ["-F32", "-S4096", "-s1"]),
    "FAT32 with one table far behind": (64 * MIB, Kind.FAT32, 512, ["-F32", "-s1", "-f1", "-R2000"]),
}


@pytest.mark.parametrize("case", FATS)
def test_a_fat_volume_has_the_free_clusters_that_fsck_counts(case: str, tmp_path: Path) -> None:
    size, kind, cluster_size, arguments = FATS[case]
    path = fat(tmp_path / "stick", size, *arguments)
    for is_filled in (False, True):
        if is_filled:
            fill_fat(path, tmp_path)
        used, every = fsck(path)
        volume = read_volume(Image(path))
        assert (volume.kind, volume.cluster_size) == (kind, cluster_size)
        assert (volume.cluster_count, len(volume.free)) == (every, every)
        assert sum(volume.free) == every - used
        assert (volume.start, volume.size <= size) == (0, True)
        area = re.search(r"Data area starts at byte (\d+)", run("fsck.fat", "-nv", path))
        assert area is not None
        assert volume.heap == int(area[1])
        assert volume.offset_of(every - 1) + cluster_size <= volume.size


@pytest.mark.parametrize("case", FATS)
def test_no_cluster_of_a_file_is_free_and_every_cluster_of_a_deleted_one_is(case: str, tmp_path: Path) -> None:
    size, _, _, arguments = FATS[case]
    path = fat(tmp_path / "stick", size, *arguments)
    file = tmp_path / "file"
    file.write_bytes(os.urandom(90_000))
    run("mcopy", "-i", path, file, "::/GONE.BIN")
    run("mcopy", "-i", path, file, "::/KEPT.BIN")
    gone, kept = clusters_of(path, "::/GONE.BIN"), clusters_of(path, "::/KEPT.BIN")
    run("mdel", "-i", path, "::/GONE.BIN")
    volume = read_volume(Image(path))
    assert {volume.free[cluster - FIRST_CLUSTER] for cluster in kept} == {0}
    assert {volume.free[cluster - FIRST_CLUSTER] for cluster in gone} == {1}
    content = b"".join(Image(path).read_at(volume.offset_of(c - FIRST_CLUSTER), volume.cluster_size) for c in kept)
    assert content[:90_000] == file.read_bytes()


def clusters_of(path: Path, name: str) -> list[int]:
    """Cluster numbers, as mtools shows them."""
    spans = re.findall(r"<(\d+)(?:-(\d+))?>", run("mshowfat", "-i", path, name))
    return [cluster for first, last in spans for cluster in range(int(first), int(last or first) + 1)]


def test_bad_clusters_are_not_free(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("".join(f"{block}\n" for block in range(5000, 5040)))
    good, worn = (
        fat(tmp_path / "good", 40 * MIB, "-F32", "-s1"),
        fat(tmp_path / "worn", 40 * MIB, "-F32", "-s1", "-l", bad),
    )
    assert sum(read_volume(Image(good)).free) - sum(read_volume(Image(worn)).free) == 80


@given(st.lists(st.sampled_from([0, 0, 1, 2, 3, 0xFF7, 0xFFF, 0x100, 0x00F]), min_size=1, max_size=3000))
def test_fat12_entries_are_unpacked_as_they_were_packed(entries: list[int]) -> None:
    packed = bytearray()
    for low, high in itertools.zip_longest(entries[::2], entries[1::2], fillvalue=0):
        packed += (low | high << 12).to_bytes(3, "little")
    layout = Layout(kind=Kind.FAT12, table=0, heap=0, cluster_size=512, cluster_count=len(entries) - FIRST_CLUSTER)
    assert layout.entries(Stick(packed), 0, len(entries)).tolist() == entries
    assert [layout.entry(Stick(packed), n) for n in range(len(entries))] == entries


def test_the_next_free_hint_of_fat32_is_believed_where_it_is_plausible(tmp_path: Path) -> None:
    content = bytearray(fat(tmp_path / "stick", 40 * MIB, "-F32", "-s1").read_bytes())
    count = read_volume(Stick(content)).cluster_count
    for hint, wanted in [
        (2, 0),
        (1234, 1232),
        (count + 1, count - 1),
        (count + 2, None),
        (1, None),
        (0xFFFFFFFF, None),
    ]:
        content[512 + 492 : 512 + 496] = struct.pack("<I", hint)
        assert read_volume(Stick(content)).next_free == wanted
    content[512] ^= 1
    assert read_volume(Stick(content)).next_free is None


def test_only_the_table_that_counts_is_read_where_the_others_are_no_mirrors(tmp_path: Path) -> None:
    content = bytearray(fat(tmp_path / "stick", 40 * MIB, "-F32", "-s1").read_bytes())
    first = read_volume(Stick(content))
    length = struct.unpack_from("<I", content, 36)[0] * 512
    content[40] = 0x81
    second = read_volume(Stick(content))
    assert second.layout.table == first.layout.table + length
    content[second.layout.table + 400 : second.layout.table + 404] = b"\xff\xff\xff\x0f"
    assert sum(read_volume(Stick(content)).free) == sum(first.free) - 1
    content[40] = 0x82
    with pytest.raises(Damaged):
        read_volume(Stick(content))


EXFATS = {
    "the smallest clusters": (32 * MIB, 512, ["-c", "512"]),
    "as small sticks have it": (64 * MIB, 4096, []),
    "as large sticks have it": (4 * GIB, 32768, []),
    "large clusters": (GIB, 1 << 20, ["-c", "1M"]),
    "the bitmap packed before": (256 * MIB, 4096, ["--pack-bitmap"]),
}


@pytest.mark.parametrize("case", EXFATS)
def test_an_exfat_volume_has_the_free_clusters_that_dump_counts(case: str, tmp_path: Path) -> None:
    size, cluster_size, arguments = EXFATS[case]
    path = exfat(tmp_path / "stick", size, *arguments)
    for files in ([], [0, 1, 5000, 70_000, 3_000_000]):
        if files:
            with mounted(path) as folder:
                fill(folder, files)
        volume = read_volume(Image(path))
        assert (volume.kind, volume.cluster_size, volume.size) == (Kind.EXFAT, cluster_size, size)
        assert (sum(volume.free), volume.cluster_count) == dump(path)
    assert "clean" in run("fsck.exfat", "-n", path)


def fill(folder: Path, sizes: list[int]) -> None:
    (folder / "day one").mkdir()
    for number, size in enumerate(sizes):
        (folder / f"{number}.bin").write_bytes(os.urandom(size))
        (folder / "day one" / f"찍은 것 {number}.mp4").write_bytes(os.urandom(size))
    (folder / "2.bin").unlink()


def test_an_exfat_volume_in_large_sectors_is_read(tmp_path: Path) -> None:
    path = blank(tmp_path / "stick", 128 * MIB)
    with as_device(path, 4096) as device:
        run("mkfs.exfat", device)
    volume = read_volume(Image(path))
    assert volume.sector_size == 4096
    with mounted(path, 4096) as folder:
        fill(folder, [0, 1, 5000, 70_000])
    with as_device(path, 4096) as device:
        assert (sum(read_volume(Image(path)).free), volume.cluster_count) == dump(Path(device))


def seal(content: bytearray) -> bytearray:
    """Write the checksum over an exFAT boot region (512-byte sectors)."""
    total = 0
    for place, byte in enumerate(content[: 11 * 512]):
        if place not in {106, 107, 112}:
            total = ((total >> 1) + ((total & 1) << 31) + byte) & 0xFFFFFFFF
    content[11 * 512 : 12 * 512] = struct.pack("<I", total) * 128
    return content


@pytest.fixture(scope="module")
def small_exfat(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """8 MiB in clusters of 512 bytes: the bitmap takes three."""
    path = exfat(tmp_path_factory.mktemp("exfat") / "stick", 8 * MIB, "-c", "512")
    with mounted(path) as folder:
        fill(folder, [0, 1, 5000, 70_000])
    return path.read_bytes()


def bitmap_entry(content: bytes | bytearray, volume: Volume) -> int:
    """Where the bitmap's record lies."""
    root = volume.offset_of(volume.root - FIRST_CLUSTER)
    return next(at for at in range(root, root + 512, 32) if content[at] == 0x81)


def test_a_bitmap_in_pieces_is_followed_along_the_table(small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    volume = read_volume(Stick(content))
    first = struct.unpack_from("<I", content, bitmap_entry(content, volume) + 20)[0]
    away = volume.free.index(1) + FIRST_CLUSTER
    old, new = volume.layout.place_of(first + 1), volume.layout.place_of(away)
    mark_used(content, volume, first, away)
    content[new : new + 512], content[old : old + 512] = content[old : old + 512], b"\0" * 512
    struct.pack_into("<I", content, volume.layout.table + 4 * first, away)
    struct.pack_into("<I", content, volume.layout.table + 4 * away, first + 2)
    moved = read_volume(Stick(content))
    assert [i for i in range(volume.cluster_count) if moved.free[i] != volume.free[i]] == [away - FIRST_CLUSTER]


def mark_used(content: bytearray, volume: Volume, bitmap: int, cluster: int) -> None:
    index = cluster - FIRST_CLUSTER
    content[volume.layout.place_of(bitmap) + index // 8] |= 1 << index % 8


def test_a_bitmap_of_which_the_table_says_nothing_lies_side_by_side(small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    volume = read_volume(Stick(content))
    first = struct.unpack_from("<I", content, bitmap_entry(content, volume) + 20)[0]
    content[volume.layout.table + 4 * first : volume.layout.table + 4 * first + 12] = bytes(12)
    assert read_volume(Stick(content)).free == volume.free


def test_a_bitmap_behind_the_end_of_the_root_is_not_believed(small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    volume = read_volume(Stick(content))
    entry = bitmap_entry(content, volume)
    first = struct.unpack_from("<I", content, entry + 20)[0]
    away = volume.free.index(1) + FIRST_CLUSTER
    mark_used(content, volume, first, away)
    struct.pack_into("<I", content, volume.layout.table + 4 * volume.root, away)
    struct.pack_into("<I", content, volume.layout.table + 4 * away, 0xFFFFFFFF)
    at = volume.layout.place_of(away)
    content[at : at + 32], content[entry] = content[entry : entry + 32], 0x05
    assert sum(read_volume(Stick(content)).free) == sum(volume.free) - 1
    content[entry] = 0
    with pytest.raises(Damaged):
        read_volume(Stick(content))


def test_a_bitmap_shorter_than_the_volume_is_damaged(small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    volume = read_volume(Stick(content))
    entry = bitmap_entry(content, volume)
    [first, length] = struct.unpack_from("<IQ", content, entry + 20)
    assert length == -(-volume.cluster_count // 8)
    struct.pack_into("<Q", content, entry + 24, length - 1)
    with pytest.raises(Damaged):
        read_volume(Stick(content))
    struct.pack_into("<Q", content, entry + 24, length + 512)
    assert read_volume(Stick(content)).free == volume.free
    struct.pack_into("<I", content, volume.layout.table + 4 * (first + 1), 0xFFFFFFFF)
    with pytest.raises(Damaged):
        read_volume(Stick(content))


def test_a_cluster_that_the_exfat_table_calls_bad_is_not_free(small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    volume = read_volume(Stick(content))
    index = volume.free.rindex(1)
    struct.pack_into("<I", content, volume.layout.table + 4 * (index + FIRST_CLUSTER), 0xFFFFFFF7)
    assert sum(read_volume(Stick(content)).free) == sum(volume.free) - 1
    assert not read_volume(Stick(content)).free[index]


def test_the_second_table_and_bitmap_of_exfat_are_read_when_they_count(small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    volume = read_volume(Stick(content))
    root, length = volume.offset_of(volume.root - FIRST_CLUSTER), struct.unpack_from("<I", content, 84)[0] * 512
    table, entry = volume.layout.table, bitmap_entry(content, volume)
    first = struct.unpack_from("<I", content, entry + 20)[0]
    away = volume.free.index(bytes([1] * 4)) + FIRST_CLUSTER
    content[table + length : table + 2 * length] = content[table : table + length]
    label = next(at for at in range(root, root + 512, 32) if content[at] & 0x7F == 0x03)
    content[label : label + 32] = content[entry : entry + 32]
    content[label + 1] = 1
    struct.pack_into("<I", content, label + 20, away)
    for cluster in range(away, away + 3):
        mark_used(content, volume, first, cluster)
    old, new = volume.layout.place_of(first), volume.layout.place_of(away)
    content[new : new + 1536] = content[old : old + 1536]
    mark_used(content, volume, away, away + 3)
    content[110] = 2
    one = read_volume(Stick(seal(content)))
    assert (one.layout.table, sum(one.free)) == (table, sum(volume.free) - 3)
    content[106] = 1
    other = read_volume(Stick(content))
    assert (other.layout.table, sum(other.free)) == (table + length, sum(volume.free) - 4)


@pytest.mark.parametrize("place", [0, 3, 64, 80, 108, 511, 600, 11 * 512 - 1, 11 * 512, 12 * 512 - 1])
def test_an_exfat_boot_region_that_was_altered_anywhere_is_damaged(small_exfat: bytes, place: int) -> None:
    content = bytearray(small_exfat)
    content[place] ^= 1
    with pytest.raises(Damaged):
        read_volume(Stick(content))


@pytest.mark.parametrize("whose", ["its first cluster", "its last cluster", "the root"])
def test_a_bitmap_that_calls_itself_or_the_root_free_is_damaged(whose: str, small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    volume = read_volume(Stick(content))
    first = struct.unpack_from("<I", content, bitmap_entry(content, volume) + 20)[0]
    cluster = {"its first cluster": first, "its last cluster": first + 2, "the root": volume.root}[whose]
    index = cluster - FIRST_CLUSTER
    content[volume.layout.place_of(first) + index // 8] &= ~(1 << index % 8)
    with pytest.raises(Damaged):
        read_volume(Stick(content))


def partition(path: Path, script: str, sector_size: int = 512) -> list[tuple[int, int]]:
    """Run sfdisk; offsets and lengths of what it made, in bytes."""
    with as_device(path, sector_size) as device:
        run("sfdisk", "-q", "--no-tell-kernel", "--no-reread", device, text=script)
        rows = re.findall(r"start=\s*(\d+), size=\s*(\d+)", run("sfdisk", "-d", device))
    return [(int(start) * sector_size, int(size) * sector_size) for start, size in rows]


def put(path: Path, offset: int, volume: Path) -> None:
    with path.open("r+b") as stream:
        stream.seek(offset)
        stream.write(volume.read_bytes())


def test_the_first_volume_of_an_mbr_is_found_behind_a_foreign_partition(tmp_path: Path) -> None:
    path = blank(tmp_path / "stick", 200 * MIB)
    places = partition(path, "label: dos\nsize=20MiB, type=83\nsize=40MiB, type=c\nsize=40MiB, type=7\n")
    put(path, places[1][0], fat(tmp_path / "second", places[1][1], "-F32", "-s1"))
    put(path, places[2][0], exfat(tmp_path / "third", places[2][1]))
    volume, alone = read_volume(Image(path)), read_volume(Image(tmp_path / "second"))
    assert (volume.start, volume.kind) == (places[1][0], Kind.FAT32)
    assert volume.offset_of(7) == places[1][0] + alone.offset_of(7)
    assert volume.free == alone.free


@pytest.mark.parametrize("sector_size", [512, 4096])
@pytest.mark.parametrize("label", ["gpt", "dos"])
def test_the_data_partition_is_found_behind_the_machines_own(label: str, sector_size: int, tmp_path: Path) -> None:
    path = blank(tmp_path / "stick", 400 * MIB)
    data = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7" if label == "gpt" else "7"
    places = partition(path, f"label: {label}\nsize=64MiB, type=uefi\nsize=100MiB, type={data}\n", sector_size)
    put(path, places[0][0], fat(tmp_path / "own", places[0][1], "-F16", f"-S{sector_size}"))
    assert read_volume(Image(path)).start == places[0][0]
    with as_device(blank(tmp_path / "data", places[1][1]), sector_size) as device:
        run("mkfs.exfat", device)
    put(path, places[1][0], tmp_path / "data")
    volume = read_volume(Image(path))
    assert (volume.start, volume.kind, volume.sector_size) == (places[1][0], Kind.EXFAT, sector_size)
    assert volume.free == read_volume(Image(tmp_path / "data")).free


@pytest.mark.parametrize("kind", ["fat", "exfat"])
def test_what_looks_like_a_volume_only_if_sectors_were_larger_is_not_believed(kind: str, tmp_path: Path) -> None:
    """An image within a file of a foreign partition, just where a table in larger sectors would point."""
    path = blank(tmp_path / "stick", 100 * MIB)
    [(start, _)] = partition(path, "label: dos\nstart=2048, size=90MiB, type=83\n")
    put(
        path,
        8 * start,
        fat(tmp_path / "in", 40 * MIB, "-F32", "-s1") if kind == "fat" else exfat(tmp_path / "in", 40 * MIB),
    )
    with pytest.raises(Damaged):
        read_volume(Image(path))


def test_a_gpt_whose_checksum_is_wrong_is_not_believed(tmp_path: Path) -> None:
    path = blank(tmp_path / "stick", 80 * MIB)
    [(start, length)] = partition(path, "label: gpt\nsize=40MiB\n")
    put(path, start, fat(tmp_path / "data", length, "-F32", "-s1"))
    content = bytearray(path.read_bytes())
    assert read_volume(Stick(content)).start == start
    for place in (512 + 40, 512 + 72, 1024 + 32):
        content[place] ^= 1
        with pytest.raises(Damaged):
            read_volume(Stick(content))
        content[place] ^= 1


def test_a_partition_wins_over_the_boot_sector_that_partitioning_left_behind(tmp_path: Path) -> None:
    path = fat(tmp_path / "stick", 100 * MIB, "-F32", "-s1", "--mbr=n")
    assert read_volume(Image(path)).start == 0
    [(start, length)] = partition(path, "label: dos\nstart=2048, type=c\n")
    assert path.read_bytes()[82:90] == b"FAT32   "
    put(path, start, exfat(tmp_path / "new", length))
    assert read_volume(Image(path)).start == start


@pytest.mark.parametrize("label", ["dos", "gpt"])
def test_the_boot_sector_that_partitioning_left_behind_is_not_believed_for_want_of_another(
    label: str, tmp_path: Path
) -> None:
    path = fat(tmp_path / "stick", 100 * MIB, "-F32", "-s1", "--mbr=n")
    old = path.read_bytes()[: 1 << 20]
    [(start, length)] = partition(path, f"label: {label}\nstart=4096\n")
    run("mke2fs", "-q", blank(tmp_path / "foreign", length))
    put(path, start, tmp_path / "foreign")
    content = bytearray(path.read_bytes())
    content[:446] = old[:446]
    content[16384:] = old[16384:] + content[1 << 20 :]
    with pytest.raises(Damaged):
        read_volume(Stick(content))
    content[446:510] = bytes(64)
    assert read_volume(Stick(content)).start == 0


def test_a_volume_whose_mbr_names_itself_is_read_whole(tmp_path: Path) -> None:
    assert read_volume(Image(fat(tmp_path / "stick", 100 * MIB, "-F32", "-s1", "--mbr=y"))).start == 0


@pytest.mark.parametrize("kind", ["fat", "exfat"])
def test_a_volume_larger_than_its_partition_is_damaged(kind: str, tmp_path: Path) -> None:
    path = blank(tmp_path / "stick", 100 * MIB)
    (start, length), _ = partition(path, "label: dos\nsize=40MiB, type=c\nsize=40MiB, type=83\n")
    for size in (length, length + MIB):
        large = fat(tmp_path / "large", size, "-F32", "-s1") if kind == "fat" else exfat(tmp_path / "large", size)
        put(path, start, large)
        if size == length:
            assert read_volume(Image(path)).start == start
        else:
            with pytest.raises(Damaged):
                read_volume(Image(path))


def test_the_upper_bits_of_a_fat32_entry_mean_nothing(tmp_path: Path) -> None:
    content = bytearray(fat(tmp_path / "stick", 40 * MIB, "-F32", "-s1").read_bytes())
    volume = read_volume(Stick(content))
    content[volume.layout.table + 4 * 100 + 3] = 0xF0
    assert read_volume(Stick(content)).free == volume.free
    content[volume.layout.table + 4 * 100 + 3] = 0xF1
    assert sum(read_volume(Stick(content)).free) == sum(volume.free) - 1


@pytest.mark.parametrize("kind", ["fat", "exfat"])
def test_a_copy_that_was_cut_off_has_no_free_clusters_beyond_its_end(kind: str, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    content = (fat(stick, 64 * MIB, "-F32", "-s1") if kind == "fat" else exfat(stick, 64 * MIB)).read_bytes()
    whole = read_volume(Stick(content))
    for index in (20, 999, whole.cluster_count - 2):
        cut = read_volume(Stick(content[: whole.offset_of(index) + whole.cluster_size - 1]))
        assert cut.free == whole.free[:index].ljust(whole.cluster_count, b"\0")
        assert cut.size == whole.offset_of(index) + whole.cluster_size - 1
    for length in (0, 1, 511, 512, whole.layout.table, whole.layout.table + whole.layout.table_length - 1):
        with pytest.raises(Damaged):
            read_volume(Stick(content[:length]))


def test_fat32_with_fewer_clusters_than_fat32_has_is_damaged(tmp_path: Path) -> None:
    run("mkfs.fat", "-F32", "-s1", blank(tmp_path / "stick", 20 * MIB))
    with pytest.raises(Damaged):
        read_volume(Image(tmp_path / "stick"))


@pytest.mark.parametrize(("command", "size"), [(["mke2fs", "-q"], 4 * MIB), (["true"], MIB)])
def test_where_no_volume_is_the_error_says_so(command: list[str], size: int, tmp_path: Path) -> None:
    run(*command, blank(tmp_path / "stick", size))
    with pytest.raises(Damaged, match="there is no FAT or exFAT volume"):
        read_volume(Image(tmp_path / "stick"))


FIELDS = {
    "no bytes a sector": (11, b"\0\0"),
    "sectors of 513 bytes": (11, b"\1\2"),
    "sectors of 8192 bytes": (11, b"\0\x20"),
    "no sectors a cluster": (13, b"\0"),
    "three sectors a cluster": (13, b"\3"),
    "no reserved sectors": (14, b"\0\0"),
    "no tables": (16, b"\0"),
    "three tables": (16, b"\x03"),
    "a root of its own": (17, b"\0\2"),
    "another medium than the table says": (21, b"\xf0"),
    "a medium that is none": (21, b"\0"),
    "the length of a FAT16 table": (22, b"\x50\0"),
    "no sectors": (32, b"\0\0\0\0"),
    "twice the sectors for the same table": (32, b"\0\x80\2\0"),
    "a table without length": (36, b"\0\0\0\0"),
    "a table as long as can be": (36, b"\xff\xff\xff\xff"),
    "another version": (42, b"\1\0"),
    "a root before the heap": (44, b"\1\0\0\0"),
    "a root behind the heap": (44, b"\xff\xff\xff\0"),
    "a root that is free": (44, b"\x09\0\0\0"),
    "no signature": (510, b"\0\0"),
    "no jump": (0, b"\0"),
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_boot_sector_that_contradicts_itself_is_damaged(case: str, tmp_path: Path) -> None:
    content = bytearray(fat(tmp_path / "stick", 40 * MIB, "-F32", "-s1", "-M0xF8").read_bytes())
    place, forged = FIELDS[case]
    content[place : place + len(forged)] = forged
    with pytest.raises(Damaged):
        read_volume(Stick(content))


EXFAT_FIELDS = {
    "fewer sectors than clusters": (72, "<Q", 100),
    "a table within the boot region": (80, "<I", 12),
    "a table that is too short": (84, "<I", 1),
    "a table that reaches into the heap": (84, "<I", 1 << 20),
    "a heap within the table": (88, "<I", 2050),
    "a heap behind the end": (88, "<I", 0xFFFFFFFF),
    "no clusters": (92, "<I", 0),
    "as many clusters as can be": (92, "<I", 0xFFFFFFFF),
    "a root before the heap": (96, "<I", 1),
    "a root behind the heap": (96, "<I", 0x7FFFFFFF),
    "sectors of one byte": (108, "<B", 0),
    "sectors of 2^255 bytes": (108, "<B", 255),
    "clusters of 2^255 sectors": (109, "<B", 255),
    "no tables": (110, "<B", 0),
    "a second table that counts but is not there": (106, "<H", 1),
    "leftovers of an older boot sector": (11, "<H", 512),
}


@pytest.mark.parametrize("case", EXFAT_FIELDS)
def test_an_exfat_boot_sector_that_contradicts_itself_is_damaged(case: str, small_exfat: bytes) -> None:
    content = bytearray(small_exfat)
    place, form, forged = EXFAT_FIELDS[case]
    struct.pack_into(form, content, place, forged)
    with pytest.raises(Damaged):
        read_volume(Stick(seal(content)))


def test_a_stick_of_64_gigabytes_is_read_in_under_a_second_and_little_memory(tmp_path: Path) -> None:
    path = fat(tmp_path / "stick", 64 * GIB, "-F32", "-s64")
    started = time.perf_counter()
    volume = read_volume(Image(path))
    assert time.perf_counter() - started < 1
    assert volume.cluster_count > 2_000_000
    tracemalloc.start()
    read_volume(Image(path))
    assert tracemalloc.get_traced_memory()[1] < 16e6
    tracemalloc.stop()


def test_only_so_many_places_that_begin_like_a_volume_are_tried(tmp_path: Path) -> None:
    """A GPT of 128 partitions; the first ones contradict themselves, the next one is whole."""
    good = fat(tmp_path / "stick", 2 * MIB, "-F12").read_bytes()
    bad = good[:11] + b"\1" + good[12:512]
    for failing in (MOST_TRIED - 1, MOST_TRIED):
        starts = [64 + 8192 * number for number in range(failing + 1)]
        content = bytearray(gpt(starts, 8192)).ljust((starts[-1] + 8192) * 512, b"\0")
        for start in starts[:-1]:
            content[start * 512 : start * 512 + 512] = bad
        content[starts[-1] * 512 : starts[-1] * 512 + len(good)] = good
        if failing < MOST_TRIED:
            assert read_volume(Stick(content)).start == starts[-1] * 512
        else:
            with pytest.raises(Damaged):
                read_volume(Stick(content))


def gpt(starts: list[int], length: int) -> bytes:
    """A protective MBR and a GPT in sectors of 512 bytes."""
    rows = b"".join(struct.pack("<16s16xQQ80x", b"data" * 4, start, start + length - 1) for start in starts)
    rows = rows.ljust(128 * 128, b"\0")
    mbr = bytes(446) + struct.pack("<4xB3xII", 0xEE, 1, 0xFFFFFFFF) + bytes(48) + b"\x55\xaa"
    head = bytearray(struct.pack("<8sIIII48xQIII", b"EFI PART", 0x10000, 92, 0, 0, 2, 128, 128, zlib.crc32(rows))[:92])
    head[16:20] = struct.pack("<I", zlib.crc32(head))
    return mbr + bytes(head).ljust(512, b"\0") + rows


@given(
    st.integers(3, 80).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.integers(0, n + 3), min_size=n, max_size=n)))
)
def test_a_chain_is_followed_to_its_end_or_is_damaged(case: tuple[int, list[int]]) -> None:
    count, following = case
    ends = {0: 0, 1: 1, count + 3: 0xFFF8, count + 2: 0xFFFF}
    entries = [0xFFF8, 0xFFFF] + [ends.get(n, n) for n in following]
    layout = Layout(kind=Kind.FAT16, table=0, heap=0, cluster_size=512, cluster_count=count)
    stick = Stick(struct.pack(f"<{count + 2}H", *entries))
    walked, cluster = [], 2
    while cluster in layout and cluster not in walked:
        walked.append(cluster)
        cluster = entries[cluster]
    found = list(itertools.islice(until_damaged(stick, layout), 4 * count))
    assert found[: len(walked)] == walked
    assert len(found) <= 3 * count
    if cluster >= 0xFFF8:
        assert list(chain(stick, layout, 2)) == walked
    else:
        with pytest.raises(Damaged):
            list(chain(stick, layout, 2))


def until_damaged(stick: Stick, layout: Layout) -> Iterator[int]:
    try:
        yield from chain(stick, layout, 2)
    except Damaged:
        return


def test_a_long_chain_is_followed_across_many_windows_of_the_table() -> None:
    count = 100_000
    order = np.random.default_rng(1).permutation(count)[:9000] + 2
    entries = np.zeros(count + 2, "<u4")
    entries[order[:-1]] = order[1:]
    entries[order[-1]] = 0xFFFFFFFF
    layout = Layout(kind=Kind.FAT32, table=512, heap=0, cluster_size=512, cluster_count=count)
    assert list(chain(Stick(bytes(512) + entries.tobytes()), layout, int(order[0]))) == order.tolist()


@pytest.fixture(scope="module")
def small_sticks(small_exfat: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[Stick]:
    """One of each kind, filled, and two with partitions; what is long and empty is cut off."""
    folder = tmp_path_factory.mktemp("small")
    made = []
    for name, size, arguments in [
        ("12", 2 * MIB, ["-F12"]),
        ("16", 6 * MIB, ["-F16", "-s1"]),
        ("32", 36 * MIB, ["-F32", "-s1"]),
    ]:
        path = fat(folder / name, size, *arguments)
        fill_fat(path, folder)
        made.append(path.read_bytes()[: 8 * MIB])
    for label in ("dos", "gpt"):
        path = blank(folder / label, 10 * MIB)
        [(start, _)] = partition(path, f"label: {label}\nsize=8MiB\n")
        put(path, start, folder / "16")
        made.append(path.read_bytes())
    return [Stick(content) for content in [*made, small_exfat]]


@pytest.mark.parametrize("which", range(6))
@settings(max_examples=150, deadline=2000)
@given(drawn=st.data())
def test_of_a_stick_altered_anywhere_only_damage_is_raised(
    which: int, drawn: st.DataObject, small_sticks: list[Stick]
) -> None:
    content = bytearray(small_sticks[which].content)
    volume = read_volume(Stick(content))
    areas = [0, 512, 1024, volume.start, volume.layout.table, volume.heap, volume.layout.place_of(max(volume.root, 2))]
    for _ in range(drawn.draw(st.integers(1, 6))):
        place = drawn.draw(st.sampled_from(areas)) + drawn.draw(st.integers(0, 511))
        forged = drawn.draw(st.binary(min_size=1, max_size=8) | st.sampled_from([b"\0" * 4, b"\xff" * 4, b"\xff" * 8]))
        content[place : place + len(forged)] = forged
    length = drawn.draw(st.just(len(content)) | st.integers(0, len(content)))
    if volume.kind is Kind.EXFAT and drawn.draw(st.booleans()):
        seal(content)
    parse_whatever(Stick(content[:length]))


@settings(deadline=2000)
@given(
    st.binary(max_size=2048),
    st.sampled_from([b"", b"\xebX\x90mkfs.fat", b"\xeb\x76\x90EXFAT   ", b"\xe9\0\0EXFAT   " + bytes(53)]),
)
def test_of_garbage_only_damage_is_raised(garbage: bytes, start: bytes) -> None:
    content = bytearray(start + garbage)
    content[510:512] = b"\x55\xaa"
    parse_whatever(Stick(garbage))
    parse_whatever(Stick(content))
    parse_whatever(Stick(content + bytes(MIB)))
    parse_whatever(Stick(seal(content.ljust(MIB, b"\0"))))


def parse_whatever(stick: Stick) -> None:
    """Either the volume fits the stick, or it is `Damaged`."""
    try:
        volume = read_volume(stick)
    except Damaged:
        return
    assert len(volume.free) == volume.cluster_count >= 1
    assert set(volume.free) <= {0, 1}
    assert volume.start + volume.size <= stick.size
    last = volume.free.rfind(1)
    assert last < 0 or volume.offset_of(last) + volume.cluster_size <= stick.size
    assert volume.next_free is None or 0 <= volume.next_free < volume.cluster_count


def test_there_is_no_cluster_outside_the_heap(tmp_path: Path) -> None:
    volume = read_volume(Image(fat(tmp_path / "stick", MIB, "-F12")))
    for index in (-1, volume.cluster_count):
        with pytest.raises(ValueError, match="no such cluster"):
            volume.offset_of(index)


def test_what_is_read_is_not_written(tmp_path: Path) -> None:
    path = fat(tmp_path / "stick", 40 * MIB, "-F32", "-s1")
    shutil.copy(path, tmp_path / "before")
    read_volume(Image(path))
    assert path.read_bytes() == (tmp_path / "before").read_bytes()
