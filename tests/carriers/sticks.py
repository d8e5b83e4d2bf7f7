"""Sticks made, filled and partitioned by the tools that everybody uses."""

import os
import re
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

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


def fill(folder: Path, sizes: list[int]) -> None:
    (folder / "day one").mkdir()
    for number, size in enumerate(sizes):
        (folder / f"{number}.bin").write_bytes(os.urandom(size))
        (folder / "day one" / f"찍은 것 {number}.mp4").write_bytes(os.urandom(size))
    (folder / "2.bin").unlink()


def fill_fat(path: Path, scratch: Path) -> None:
    """Folders, files of all sizes, and holes where files were."""
    run("mmd", "-i", path, "::/clips", "::/clips/day one")
    for number, size in enumerate([0, 1, 511, 512, 5000, 70_000, 131_072, 300_000]):
        file = scratch / f"a rather long name {number}.bin"
        file.write_bytes(os.urandom(size))
        run("mcopy", "-i", path, file, f"::/clips/day one/{file.name}")
        run("mcopy", "-i", path, file, f"::/F{number}.BIN")
    run("mdel", "-i", path, "::/F4.BIN", "::/F6.BIN", "::/clips/day one/a rather long name 5.bin")


def seal(content: bytearray) -> bytearray:
    """Write the checksum over an exFAT boot region (512-byte sectors)."""
    total = 0
    for place, byte in enumerate(content[: 11 * 512]):
        if place not in {106, 107, 112}:
            total = ((total >> 1) + ((total & 1) << 31) + byte) & 0xFFFFFFFF
    content[11 * 512 : 12 * 512] = struct.pack("<I", total) * 128
    return content


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
