"""FAT volumes made and filled by the tools that everybody uses, then bent and forged."""

import os
import re
import struct
import time
import tracemalloc
from pathlib import Path

import pytest

from carriers.sticks import GIB, MIB, Image, Stick, blank, fat, fill_fat, run
from jebi.carriers.partitions import read_volume
from jebi.carriers.volume import FIRST_CLUSTER, Kind
from jebi.errors import Damaged

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


def fsck(path: Path) -> tuple[int, int]:
    """Used and all clusters, as fsck.fat counts them."""
    used, every = re.findall(r"(\d+)/(\d+) clusters", run("fsck.fat", "-nv", path))[-1]
    return int(used), int(every)


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


def test_the_upper_bits_of_a_fat32_entry_mean_nothing(tmp_path: Path) -> None:
    content = bytearray(fat(tmp_path / "stick", 40 * MIB, "-F32", "-s1").read_bytes())
    volume = read_volume(Stick(content))
    content[volume.layout.table + 4 * 100 + 3] = 0xF0
    assert read_volume(Stick(content)).free == volume.free
    content[volume.layout.table + 4 * 100 + 3] = 0xF1
    assert sum(read_volume(Stick(content)).free) == sum(volume.free) - 1


def test_fat32_with_fewer_clusters_than_fat32_has_is_damaged(tmp_path: Path) -> None:
    run("mkfs.fat", "-F32", "-s1", blank(tmp_path / "stick", 20 * MIB))
    with pytest.raises(Damaged):
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
