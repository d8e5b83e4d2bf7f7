"""Sticks, cards and discs that are plugged in, as the kernel lists them (Linux: /sys/block and proc(5), mountinfo).

Invariants: only looks, opens no medium, and believes no name that a stick gives itself: it is cleaned and short. Whoever
may not read a device itself is told what of it is mounted; free space cannot be read there.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512  # bytes; /sys counts in these, whatever the device has
LONGEST_NAME = 64  # characters of what a stick says that it is
SYSTEM, MOUNTS, DEVICES = Path("/sys/block"), Path("/proc/self/mountinfo"), Path("/dev")
_CARDS = re.compile(r"mmcblk[0-9]+|sr[0-9]+")  # readers and drives that stay while what lies in them is changed
_ESCAPED = re.compile(r"\\([0-7]{3})")  # how mountinfo writes a space in a path


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugged:
    """A medium: its kernel name, what it says that it is, its size in bytes, and where it can be read.

    Args:
        device: the path of the device itself; empty where this user may not read it.
        mounted: the folders under which its volumes are open.
    """

    name: str
    says: str
    size: int
    device: str
    mounted: tuple[str, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """What to read of it; nothing where nothing may be."""
        return (self.device, *self.mounted) if self.device else self.mounted


def plugged(*, system: Path = SYSTEM, mounts: Path = MOUNTS, devices: Path = DEVICES) -> list[Plugged]:
    """All media that can be taken out of this machine and hold something, by their kernel names."""
    try:
        disks = sorted(system.iterdir())
        mounted = _mounted(mounts.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:  # no Linux, or one that shows nothing: then nothing is known to be plugged in
        return []
    found = (_look(disk, mounted, devices) for disk in disks if _can_be_taken_out(disk))
    return [one for one in found if one.size]


def _can_be_taken_out(disk: Path) -> bool:
    return _said(disk / "removable") == "1" or "/usb" in str(disk.resolve()) or bool(_CARDS.fullmatch(disk.name))


def _look(disk: Path, mounted: Sequence[tuple[str, str]], devices: Path) -> Plugged:
    numbers = {_said(one) for one in [disk / "dev", *sorted(disk.glob(f"{disk.name}*/dev"))]} - {""}
    path = devices / disk.name
    says = " ".join(filter(None, (_said(disk / "device" / part) for part in ("vendor", "model"))))
    size = _said(disk / "size")
    return Plugged(
        name=disk.name,
        says=says[:LONGEST_NAME],
        size=int(size) * SECTOR if size.isascii() and size.isdigit() else 0,
        device=str(path) if os.access(path, os.R_OK) else "",
        mounted=tuple(dict.fromkeys(where for number, where in mounted if number in numbers)),
    )


def _said(path: Path) -> str:
    """One line of the kernel's, or of the stick's own: empty where there is none."""
    try:
        line = path.read_text(encoding="ascii", errors="replace")
    except OSError:  # it was pulled out just now
        return ""
    return " ".join("".join(one if one.isprintable() else " " for one in line).split())


def _mounted(table: str) -> list[tuple[str, str]]:
    """The number of each mounted device, and where."""
    rows = (line.split(" ") for line in table.splitlines())
    return [(row[2], _ESCAPED.sub(lambda octal: chr(int(octal[1], 8)), row[4])) for row in rows if len(row) > 4]
