"""Folders made by mtools and exfat-fuse, listed and read; then forged."""

import os
import re
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.carriers.listing import DEEPEST, MOST_RECORDS, UNKNOWN, Entry, extents, list_files, read_file
from jebi.carriers.partitions import read_volume
from jebi.carriers.volume import FIRST_CLUSTER, Kind, Volume
from jebi.errors import Damaged

MIB = 1 << 20
CASES = ["FAT12", "FAT16", "FAT32", "exFAT"]
FAT_ARGUMENTS = {
    "FAT12": (8 * MIB, ["-F12", "-s8"]),
    "FAT16": (16 * MIB, ["-F16", "-s2"]),
    "FAT32": (40 * MIB, ["-F32", "-s1"]),
}
WHEN = (2019, 3, 4, 5, 6, 8)


class Stick:
    """A medium in memory. No dataclass: its bytes must not be printed when a property fails."""

    def __init__(self, content: bytearray) -> None:
        self.content = content

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length >= 0
        return bytes(self.content[offset : offset + length])


def run(*command: str | Path) -> str:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    environment = os.environ | {"MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8", "PATH": path}
    return subprocess.run(
        list(map(str, command)), check=True, capture_output=True, text=True, env=environment, timeout=60
    ).stdout


class Writer:
    """Changes a volume by the tools of its kind."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.image, self.scratch = kind, folder / "stick", folder / "scratch"
        self.scratch.mkdir()
        with self.image.open("wb") as stream:
            stream.truncate(FAT_ARGUMENTS[kind][0] if kind in FAT_ARGUMENTS else 16 * MIB)
        make = ["mkfs.fat", *FAT_ARGUMENTS[kind][1]] if kind in FAT_ARGUMENTS else ["mkfs.exfat", "-c", "1024"]
        run(*make, self.image)

    @contextmanager
    def opened(self) -> Iterator["Opened"]:
        if self.kind in FAT_ARGUMENTS:
            yield Opened(self, None)
            return
        mount = self.scratch / "mounted"
        mount.mkdir(exist_ok=True)
        device = run("losetup", "-f", "--show", self.image).strip()
        try:
            run("mount.exfat-fuse", device, mount)
            try:
                yield Opened(self, mount)
            finally:
                run("umount", mount)
                settle(mount)
        finally:
            run("losetup", "-d", device)

    def read(self) -> tuple[Stick, Volume]:
        stick = Stick(bytearray(self.image.read_bytes()))
        return stick, read_volume(stick)


def settle(mount: Path) -> None:
    """Wait until the FUSE process has written its last and gone, so that the device can go too."""
    for _ in range(500):
        if not any(str(mount) in command for command in commands("mount.exfat-fuse")):
            return
        time.sleep(0.02)


def commands(name: str) -> Iterator[str]:
    """The command lines of the running processes of that name."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (process / "cmdline").read_text(errors="replace")
            if name in command:
                yield command


class Opened:
    """A volume while it can be written."""

    def __init__(self, writer: Writer, mount: Path | None) -> None:
        self.writer, self.mount = writer, mount

    def folder(self, name: str) -> None:
        if self.mount:
            (self.mount / name).mkdir()
        else:
            run("mmd", "-i", self.writer.image, f"::/{name}")

    def file(self, name: str, content: bytes, when: tuple[int, ...] = WHEN) -> None:
        file = self.mount / name if self.mount else self.writer.scratch / "file"
        file.write_bytes(content)
        clock = time.mktime((*when, 0, 0, -1))  # type: ignore[arg-type] # mypy cannot count the starred ones
        os.utime(file, (clock, clock))
        if not self.mount:
            run("mcopy", "-m", "-o", "-i", self.writer.image, file, f"::/{name}")

    def delete(self, name: str) -> None:
        if self.mount:
            (self.mount / name).unlink()
        else:
            run("mdel", "-i", self.writer.image, f"::/{name}")


TREE = {
    "A.TXT": 3,
    "clips": None,
    "clips/day one": None,
    "clips/day one/MVI_0001.MP4": 70_000,
    "clips/day one/a name that is far too long to be a short one, and goes on.mp4": 1,
    "clips/day one/strange + but [allowed].tar.gz": 5000,
    "clips/empty": 0,
    "북": None,
    "북/장마당에서 찍은 것.mov": 12_345,
    "북/" + "제비" * 35 + ".mov": 77,
    "lower.txt": 1024,
    "last one": 200_000,
}


@pytest.fixture(scope="module", params=CASES)
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Writer, dict[str, bytes]]:
    writer = Writer(request.param, tmp_path_factory.mktemp("tree"))
    contents = {name: os.urandom(size) for name, size in TREE.items() if size is not None}
    with writer.opened() as stick:
        for name, size in TREE.items():
            if size is None:
                stick.folder(name)
            else:
                stick.file(name, contents[name])
    return writer, contents


Tree = tuple[Writer, dict[str, bytes]]


def test_what_was_written_is_listed_with_its_size_and_time_in_the_order_of_its_folder(tree: Tree) -> None:
    writer, contents = tree
    entries = list(list_files(*writer.read()))
    assert not any(entry.is_deleted for entry in entries)
    assert {entry.path for entry in entries if entry.is_folder} == TREE.keys() - contents.keys()
    files = {entry.path: entry for entry in entries if not entry.is_folder}
    assert {path: entry.size for path, entry in files.items()} == {name: len(text) for name, text in contents.items()}
    assert {entry.modified for entry in files.values()} == {WHEN}
    assert [entry.path for entry in entries] == list(TREE)


def test_what_was_written_is_read_back(tree: Tree) -> None:
    writer, contents = tree
    stick, volume = writer.read()
    found = {e.path: read_file(stick, volume, e, 1 << 20) for e in list_files(stick, volume) if not e.is_folder}
    assert found == contents


def test_no_cluster_of_a_listed_file_or_folder_is_free(tree: Tree) -> None:
    writer, _ = tree
    stick, volume = writer.read()
    for entry in list_files(stick, volume):
        size = max(entry.size, 1 if entry.is_folder else 0)
        for offset, length in extents(stick, volume, entry.first_cluster, size, contiguous=entry.is_contiguous):
            first, last = ((at - volume.heap) // volume.cluster_size for at in (offset, offset + length - 1))
            assert not any(volume.free[first : last + 1])


def test_a_file_larger_than_the_limit_is_not_read(tree: Tree) -> None:
    stick, volume = tree[0].read()
    entry = next(entry for entry in list_files(stick, volume) if entry.path == "last one")
    with pytest.raises(Damaged):
        read_file(stick, volume, entry, 199_999)


@pytest.mark.parametrize("kind", CASES)
def test_a_file_in_pieces_is_put_together(kind: str, tmp_path: Path) -> None:
    writer = Writer(kind, tmp_path)
    with writer.opened() as stick:
        for number in range(40):
            stick.file(f"F{number}", os.urandom(4096))
        size = 300_000 if kind == "exFAT" else sum(read_volume(writer.read()[0]).free) * writer.read()[1].cluster_size
        stick.file("FILL", bytes(size - 100_000 if kind != "exFAT" else size))
        for number in range(0, 40, 2):
            stick.delete(f"F{number}")
        if stick.mount:
            with (stick.mount / "F1").open("ab") as grown:
                for number in range(30):
                    grown.write(os.urandom(4096))
                    grown.flush()
                    stick.file(f"F{100 + number}", b"between")
            wanted = (stick.mount / "F1").read_bytes()
        else:
            wanted = os.urandom(170_000)
            stick.file("F1", wanted)
    medium, volume = writer.read()
    entry = next(e for e in list_files(medium, volume) if e.path == "F1" and not e.is_deleted)
    where = extents(medium, volume, entry.first_cluster, entry.size, contiguous=entry.is_contiguous)
    assert len(where) > 5
    assert all(first[0] + first[1] != second[0] for first, second in pairwise(where))
    assert read_file(medium, volume, entry, 1 << 20) == wanted
    if kind != "exFAT":
        spans = re.findall(r"<(\d+)(?:-(\d+))?>", run("mshowfat", "-i", writer.image, "::/F1"))
        clusters = [(int(first), int(last or first)) for first, last in spans]
        assert [volume.layout.place_of(first) for first, _ in clusters] == [offset for offset, _ in where]


@pytest.mark.parametrize("kind", CASES)
def test_a_folder_of_many_files_is_listed_whole(kind: str, tmp_path: Path) -> None:
    writer = Writer(kind, tmp_path)
    names = [f"number {number} of very many.mp4" for number in range(150)]
    with writer.opened() as stick:
        stick.folder("many")
        for name in names:
            stick.file(f"many/{name}", b"")
    assert [entry.path for entry in list_files(*writer.read())] == ["many", *(f"many/{name}" for name in names)]


@pytest.mark.parametrize("kind", CASES)
def test_deleted_files_are_listed_as_a_finder_sees_them(kind: str, tmp_path: Path) -> None:
    writer, secret = Writer(kind, tmp_path), os.urandom(50_000)
    with writer.opened() as stick:
        stick.file("KEPT.TXT", b"kept")
        stick.file("SHORT.TXT", b"short")
        stick.file("first long name.txt", b"1")
        stick.file("the long name of what was filmed.mp4", secret)
        stick.file("after.txt", b"after")
    with writer.opened() as stick:
        stick.delete("SHORT.TXT")
        stick.delete("first long name.txt")
        stick.delete("the long name of what was filmed.mp4")
    medium, volume = writer.read()
    entries = {entry.path: entry for entry in list_files(medium, volume)}
    short = "SHORT.TXT" if kind == "exFAT" else UNKNOWN + "HORT.TXT"
    deleted = {short, "first long name.txt", "the long name of what was filmed.mp4"}
    assert {path for path, entry in entries.items() if entry.is_deleted} == deleted
    assert entries.keys() == deleted | {"KEPT.TXT", "after.txt"}
    assert read_file(medium, volume, entries["the long name of what was filmed.mp4"], 1 << 20) == secret


@pytest.mark.parametrize("kind", CASES)
def test_a_name_that_would_deceive_is_listed_without_its_deception(kind: str, tmp_path: Path) -> None:
    writer = Writer(kind, tmp_path)
    with writer.opened() as stick:
        stick.file("harmless\u202e4pm.exe", b"")
        stick.file("zero\u200bwidth", b"")
    assert [e.path for e in list_files(*writer.read())] == [f"harmless{UNKNOWN}4pm.exe", f"zero{UNKNOWN}width"]


FORGED_NAMES = {
    "\x1b[31mred": f"{UNKNOWN}[31mred",
    "../../etc": f"..{UNKNOWN}..{UNKNOWN}etc",
    "a\\b": f"a{UNKNOWN}b",
    "..": UNKNOWN * 2,
    ".": UNKNOWN,
    "": UNKNOWN,
    "\ud800alone": f"{UNKNOWN}alone",
    "new\nline": f"new{UNKNOWN}line",
    "no\u00a0break": f"no{UNKNOWN}break",
    "plain 이름": "plain 이름",
}


@pytest.mark.parametrize("name", FORGED_NAMES)
@pytest.mark.parametrize("kind", ["FAT16", "exFAT"])
def test_a_forged_name_cannot_climb_or_speak_to_a_terminal(kind: str, name: str, empty: dict[str, Stick]) -> None:
    stick = Stick(bytearray(empty[kind].content))
    volume = read_volume(stick)
    put_root(stick, volume, exfat_file(name) if kind == "exFAT" else fat_file(name))
    assert [entry.path for entry in list_files(stick, volume)] == [FORGED_NAMES[name]]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stick]:
    return {kind: Writer(kind, tmp_path_factory.mktemp("empty")).read()[0] for kind in CASES}


def put_root(stick: Stick, volume: Volume, records: bytes) -> None:
    """Records instead of those of the root folder."""
    at = volume.layout.place_of(volume.root) if volume.root else volume.heap - volume.root_size
    stick.content[at : at + len(records) + 32] = records + bytes(32)


def fat_sum(short: bytes) -> int:
    total = 0
    for byte in short:
        total = (((total & 1) << 7) + (total >> 1) + byte) & 0xFF
    return total


def fat_file(name: str, short: bytes = b"SHORT~1 TXT", attributes: int = 0, first: int = 0, size: int = 0) -> bytes:
    letters = (name + "\0").encode("utf-16-le", "surrogatepass")
    letters += b"\xff" * (-len(letters) % 26)
    parts = [letters[at : at + 26] for at in range(0, len(letters), 26)]
    records = b""
    for number, part in reversed(list(enumerate(parts, 1))):
        order = number | (0x40 if number == len(parts) else 0)
        records += bytes([order]) + part[:10] + bytes([0x0F, 0, fat_sum(short)]) + part[10:22] + b"\0\0" + part[22:]
    return records + short + struct.pack("<BxxxxxxxxHHHHI", attributes, first >> 16, 0, 0, first & 0xFFFF, size)


def exfat_file(
    name: str, attributes: int = 0, first: int = 0, size: int = 0, flags: int = 3, written: int = -1
) -> bytes:
    letters = name.encode("utf-16-le", "surrogatepass")
    parts = [letters[at : at + 30].ljust(30, b"\0") for at in range(0, len(letters), 30)] or [bytes(30)]
    stream = struct.pack(
        "<BBxBHxxQxxxxIQ", 0xC0, flags, len(letters) // 2, 0, size if written < 0 else written, first, size
    )
    rest = stream + b"".join(b"\xc1\0" + part for part in parts)
    head = bytearray(struct.pack("<BBHH26x", 0x85, len(parts) + 1, 0, attributes))
    total = 0
    for place, byte in enumerate(head + rest):
        if place not in {2, 3}:
            total = (((total & 1) << 15) + (total >> 1) + byte) & 0xFFFF
    head[2:4] = struct.pack("<H", total)
    return bytes(head) + rest


def listed(empty: Stick, records: bytes) -> list[Entry]:
    stick = Stick(bytearray(empty.content))
    volume = read_volume(stick)
    put_root(stick, volume, records)
    return list(list_files(stick, volume))


def test_a_long_name_that_is_not_the_short_ones_is_not_believed(empty: dict[str, Stick]) -> None:
    good = fat_file("a long name of two parts")
    for place in (0, 13, 32, 45):
        forged = bytearray(good)
        forged[place] ^= 4
        assert [entry.path for entry in listed(empty["FAT16"], bytes(forged))] == ["SHORT~1.TXT"]
    assert [entry.path for entry in listed(empty["FAT16"], good)] == ["a long name of two parts"]
    assert [entry.path for entry in listed(empty["FAT16"], good[32:])] == ["SHORT~1.TXT"]


def test_a_deleted_long_name_that_is_another_files_is_not_believed(empty: dict[str, Stick]) -> None:
    forged = bytearray(fat_file("name"))
    forged[0] = forged[32] = 0xE5
    assert [entry.path for entry in listed(empty["FAT16"], bytes(forged))] == ["name"]
    forged[13] = fat_sum(b"/HORT~1 TXT")
    assert [entry.path for entry in listed(empty["FAT16"], bytes(forged))] == [UNKNOWN + "HORT~1.TXT"]


def test_short_names_are_shown_as_their_writer_meant_them(empty: dict[str, Stick]) -> None:
    def record(short: bytes, lower: int = 0) -> bytes:
        return short + bytes([0, lower]) + bytes(19)

    records = record(b"CAMERA  MP4", 0x18) + record(b"\x05BC     TXT") + record(b"NOSUFFIX   ") + record(b"LABEL      ")
    assert [entry.path for entry in listed(empty["FAT16"], records)] == ["camera.mp4", "σBC.TXT", "NOSUFFIX", "LABEL"]
    assert listed(empty["FAT16"], b"A LABEL    \x08" + bytes(20)) == []


def test_a_time_that_is_none_is_not_shown(empty: dict[str, Stick]) -> None:
    for day, clock, wanted in [
        (0, 0, None),
        (0x21, 0, (1980, 1, 1, 0, 0, 0)),
        (0xFF9F, 0xBF7D, (2107, 12, 31, 23, 59, 58)),
        (0xFFFF, 0, None),
        (0x21, 0xFFFF, None),
        (0x20, 0, None),
    ]:
        record = bytearray(fat_file("x"))
        record[-10:-6] = struct.pack("<HH", clock, day)
        assert [entry.modified for entry in listed(empty["FAT16"], bytes(record))] == [wanted]


def test_an_exfat_set_whose_checksum_is_wrong_is_passed_over(empty: dict[str, Stick]) -> None:
    good = exfat_file("a name of more than fifteen letters")
    for place in (1, 2, 5, 33, 70, 127):
        forged = bytearray(good)
        forged[place] ^= 1
        assert [entry.path for entry in listed(empty["exFAT"], bytes(forged) + exfat_file("next"))] == ["next"]
    assert len(listed(empty["exFAT"], good + exfat_file("next"))) == 2


def test_what_was_never_written_of_an_exfat_file_reads_as_zeros(empty: dict[str, Stick]) -> None:
    stick = Stick(bytearray(empty["exFAT"].content))
    volume = read_volume(stick)
    put_root(stick, volume, exfat_file("film", first=100, size=3000, written=1000))
    at = volume.layout.place_of(100)
    stick.content[at : at + 4096] = b"x" * 4096
    [entry] = list_files(stick, volume)
    assert read_file(stick, volume, entry, 3000) == b"x" * 1000 + bytes(2000)


@pytest.mark.parametrize("kind", ["FAT12", "FAT16", "FAT32", "exFAT"])
def test_a_folder_within_itself_is_entered_once(kind: str, empty: dict[str, Stick]) -> None:
    stick = Stick(bytearray(empty[kind].content))
    volume = read_volume(stick)
    first = volume.root + 8 if volume.root else 9
    own = exfat_file("again", 0x10, first, 1024) if kind == "exFAT" else fat_file("again", attributes=0x10, first=first)
    root = (
        exfat_file("root", 0x10, volume.root, 1024)
        if kind == "exFAT"
        else fat_file("root", attributes=0x10, first=volume.root)
    )
    put_root(stick, volume, own + root)
    at = volume.layout.place_of(first)
    stick.content[at : at + len(own)] = own
    set_entry(stick, volume, first, 0xFFFFFFF)
    paths = [entry.path for entry in list_files(stick, volume)]
    assert paths == ["again", "again/again", "root"]


def set_entry(stick: Stick, volume: Volume, cluster: int, value: int) -> None:
    table = volume.layout.table
    if volume.kind is Kind.FAT12:
        at = table + cluster * 3 // 2
        old = int.from_bytes(stick.content[at : at + 2], "little")
        new = old & 0x000F | (value & 0xFFF) << 4 if cluster % 2 else old & 0xF000 | value & 0xFFF
        stick.content[at : at + 2] = new.to_bytes(2, "little")
    elif volume.kind is Kind.FAT16:
        struct.pack_into("<H", stick.content, table + 2 * cluster, value & 0xFFFF)
    else:
        struct.pack_into("<I", stick.content, table + 4 * cluster, value)


@pytest.mark.parametrize("following", [0, 1, 9, 0xFF7, 0xABC])
def test_a_folder_that_breaks_off_is_listed_as_far_as_it_goes(following: int, empty: dict[str, Stick]) -> None:
    stick = Stick(bytearray(empty["FAT12"].content))
    volume = read_volume(stick)
    many = b"".join(fat_file(f"n{number}") for number in range(volume.cluster_size // 64))
    put_root(stick, volume, fat_file("broken", attributes=0x10, first=9) + fat_file("whole"))
    at = volume.layout.place_of(9)
    stick.content[at : at + len(many)] = many
    set_entry(stick, volume, 9, following)
    paths = [entry.path for entry in list_files(stick, volume)]
    assert (paths[0], paths[1], paths[-1]) == ("broken", "broken/n0", "whole")
    assert len(paths) == volume.cluster_size // 64 + 2


def test_an_exfat_folder_side_by_side_is_listed_to_its_length_and_no_further(empty: dict[str, Stick]) -> None:
    stick = Stick(bytearray(empty["exFAT"].content))
    volume = read_volume(stick)
    size, one = volume.cluster_size, exfat_file("x")
    put_root(stick, volume, exfat_file("folder", 0x10, 100, 2 * size) + exfat_file("short", 0x10, 200, len(one)))
    for cluster, clusters in ((100, 3), (200, 1)):
        at = volume.layout.place_of(cluster)
        stick.content[at : at + clusters * size] = (one * size)[: clusters * size]
    paths = [entry.path for entry in list_files(stick, volume)]
    assert paths == ["folder", *(["folder/x"] * (2 * size // len(one))), "short", "short/x"]


def test_folders_are_entered_only_so_deep(tmp_path: Path) -> None:
    writer = Writer("exFAT", tmp_path)
    deep = "/".join("d" * (DEEPEST + 5))
    with writer.opened() as stick:
        assert stick.mount is not None
        (stick.mount / deep).mkdir(parents=True)
    assert len(list(list_files(*writer.read()))) == DEEPEST


@pytest.mark.deep
def test_more_files_than_a_stick_has_are_damage_and_not_a_hang(tmp_path: Path) -> None:
    stick, volume = Writer("FAT32", tmp_path).read()
    count = MOST_RECORDS // 16 + 2
    table = np.arange(1, volume.cluster_count + 3, dtype="<u4")
    table[0], table[count] = 0x0FFFFFF8, 0x0FFFFFFF
    assert count < volume.cluster_count
    at = volume.layout.table
    stick.content[at : at + 4 * len(table)] = table.tobytes()
    record = fat_file("x")[32:]
    stick.content[volume.heap : volume.heap + 512 * count] = record * (16 * count)
    started, seen = time.perf_counter(), 0
    with pytest.raises(Damaged, match="more files"):  # noqa: PT012 -- it is raised after the last of them
        for _ in list_files(stick, volume):
            seen += 1
    assert seen == MOST_RECORDS
    assert time.perf_counter() - started < 30


def chain_stick(empty: dict[str, Stick], links: dict[int, int]) -> tuple[Stick, Volume]:
    stick = Stick(bytearray(empty["FAT16"].content))
    volume = read_volume(stick)
    for cluster, following in links.items():
        set_entry(stick, volume, cluster, following)
    return stick, volume


def test_extents_join_neighbours_and_end_with_the_size(empty: dict[str, Stick]) -> None:
    stick, volume = chain_stick(empty, {5: 6, 6: 7, 7: 20, 20: 19, 19: 0xFFFF})
    size, place = volume.cluster_size, volume.layout.place_of
    assert extents(stick, volume, 5, 5 * size - 1, contiguous=False) == [
        (place(5), 3 * size),
        (place(20), size),
        (place(19), size - 1),
    ]
    assert extents(stick, volume, 5, size + 1, contiguous=False) == [(place(5), size + 1)]
    assert extents(stick, volume, 5, 9 * size, contiguous=True) == [(place(5), 9 * size)]
    assert extents(stick, volume, 0, 0, contiguous=False) == []


NO_FILES = {
    "longer than its chain": (5, 6, False),
    "a circle": (30, 3, False),
    "a circle with a tail": (29, 4, False),
    "outside the heap": (0, 1, False),
    "side by side outside the heap": (0, 1, True),
    "into free clusters": (8, 2, False),
    "larger than the volume": (5, 1 << 40, True),
    "over the end of the heap": (7000, 15_000, True),
    "less than nothing": (5, -1, True),
}


@pytest.mark.parametrize("case", NO_FILES)
def test_extents_of_what_is_no_file_are_damage(case: str, empty: dict[str, Stick]) -> None:
    first, clusters, contiguous = NO_FILES[case]
    stick, volume = chain_stick(empty, {5: 6, 6: 7, 7: 20, 20: 19, 19: 0xFFFF, 29: 31, 30: 31, 31: 30})
    with pytest.raises(Damaged):
        extents(stick, volume, first, clusters * volume.cluster_size, contiguous=contiguous)


def test_a_cut_off_stick_is_listed_as_far_as_it_goes_and_its_lost_files_are_damage(tree: Tree) -> None:
    writer, contents = tree
    stick, volume = writer.read()
    last = next(entry for entry in list_files(stick, volume) if entry.path == "last one")
    [(offset, _), *_] = extents(stick, volume, last.first_cluster, last.size, contiguous=last.is_contiguous)
    cut = Stick(stick.content[: offset + 1000])
    shorter = read_volume(cut)
    assert [entry.path for entry in list_files(cut, shorter)] == list(TREE)
    assert (
        read_file(cut, shorter, next(e for e in list_files(cut, shorter) if e.path == "A.TXT"), 3) == contents["A.TXT"]
    )
    with pytest.raises(Damaged):
        read_file(cut, shorter, last, 1 << 20)


@settings(max_examples=100, deadline=5000)
@given(drawn=st.data())
def test_of_folders_altered_anywhere_only_damage_is_raised(drawn: st.DataObject, tree: Tree) -> None:
    whole, volume = tree[0].read()
    folders = [entry.first_cluster for entry in list_files(whole, volume) if entry.is_folder]
    root = volume.layout.place_of(volume.root) if volume.root else volume.heap - volume.root_size
    areas = [volume.layout.table, root, *map(volume.layout.place_of, folders)]
    used = volume.layout.place_of(volume.free.index(1) + FIRST_CLUSTER)
    stick = Stick(whole.content[: drawn.draw(st.just(used) | st.integers(volume.heap, used))])
    for _ in range(drawn.draw(st.integers(1, 8))):
        place = drawn.draw(st.sampled_from(areas)) + drawn.draw(st.integers(0, 1023))
        forged = drawn.draw(
            st.binary(min_size=1, max_size=32) | st.sampled_from([b"\0" * 4, b"\xff" * 8, b"\x10", b"\xe5"])
        )
        if place < stick.size:
            stick.content[place : place + len(forged)] = forged
    read_whatever(stick, volume)


@settings(max_examples=100, deadline=5000)
@given(st.binary(max_size=4096), st.sampled_from(CASES))
def test_of_garbage_for_folders_only_damage_is_raised(empty: dict[str, Stick], garbage: bytes, kind: str) -> None:
    volume = read_volume(empty[kind])
    stick = Stick(empty[kind].content[: volume.heap + 100_000])
    put_root(stick, volume, garbage)
    read_whatever(stick, volume)


def read_whatever(stick: Stick, volume: Volume) -> None:
    """Whatever is listed has a printable path and lies on the stick, or is `Damaged`."""
    with suppress(Damaged):
        for entry in list_files(stick, volume):
            assert entry.path.isprintable()
            assert all(part.strip(".") for part in entry.path.split("/"))
            assert 0 <= entry.written <= entry.size
            with suppress(Damaged):
                assert len(read_file(stick, volume, entry, 1 << 20)) == entry.size
            with suppress(Damaged):
                where = extents(stick, volume, entry.first_cluster, entry.size, contiguous=entry.is_contiguous)
                assert sum(length for _, length in where) == entry.size
                assert all(volume.heap <= offset for offset, _ in where)
                end = volume.heap + volume.cluster_count * volume.cluster_size
                assert all(offset + length <= end for offset, length in where)


def test_the_heap_begins_with_cluster_two(empty: dict[str, Stick]) -> None:
    volume = read_volume(empty["FAT16"])
    assert volume.layout.place_of(FIRST_CLUSTER) == volume.heap == volume.offset_of(0)
