"""exFAT volumes made and filled by the tools that everybody uses, then bent and forged."""

import re
import struct
from pathlib import Path

import pytest

from carriers.sticks import GIB, MIB, Image, Stick, as_device, blank, exfat, fill, mounted, run, seal
from jebi.carriers.partitions import read_volume
from jebi.carriers.volume import FIRST_CLUSTER, Kind, Volume
from jebi.errors import Damaged

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


def dump(path: Path) -> tuple[int, int]:
    """Free and all clusters, as dump.exfat counts them."""
    text = run("dump.exfat", path)
    found = [re.search(rf"{name}:\s+(\d+)", text) for name in ("Free Clusters", "Total Clusters")]
    return int(found[0][1]) if found[0] else -1, int(found[1][1]) if found[1] else -1


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
