"""Sticks partitioned by the tools that everybody uses, then bent, cut and forged."""

import shutil
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carriers.sticks import MIB, Image, Stick, as_device, blank, exfat, fat, fill_fat, partition, put, run, seal
from jebi.carriers.partitions import MOST_TRIED, read_volume
from jebi.carriers.volume import Kind
from jebi.errors import Damaged


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


@pytest.mark.parametrize(("command", "size"), [(["mke2fs", "-q"], 4 * MIB), (["true"], MIB)])
def test_where_no_volume_is_the_error_says_so(command: list[str], size: int, tmp_path: Path) -> None:
    run(*command, blank(tmp_path / "stick", size))
    with pytest.raises(Damaged, match="there is no FAT or exFAT volume"):
        read_volume(Image(tmp_path / "stick"))


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


def test_what_is_read_is_not_written(tmp_path: Path) -> None:
    path = fat(tmp_path / "stick", 40 * MIB, "-F32", "-s1")
    shutil.copy(path, tmp_path / "before")
    read_volume(Image(path))
    assert path.read_bytes() == (tmp_path / "before").read_bytes()
