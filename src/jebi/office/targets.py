"""Sticks to be written: what kind of carrier each place is, where its slots go, and when it may be called done.

A place that is a block device or an image with a FAT or exFAT volume takes slots in its free space; a film takes them
as its cover; a name that does not exist yet becomes a file of slots. New files grow under a name ending in `.part`
and get their own name only when they were read back.

Invariants: nothing is written before every stick was found to have room; a stick that fails stops only itself.
"""

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from jebi.carriers import file
from jebi.carriers.carrier import Placements
from jebi.carriers.cover import CoverCarrier
from jebi.carriers.fat import read_volume
from jebi.carriers.file import FileCarrier
from jebi.carriers.freespace import FreeSpaceCarrier
from jebi.carriers.slot import SLOT
from jebi.device import blocks
from jebi.device.blocks import Blocks
from jebi.errors import Damaged, JebiError, NoRoom, Refused

CarrierName = Literal["file", "freespace", "cover"]
PARTIAL = ".part"


@dataclass(slots=True)
class Part:
    """One open medium of a stick, where its slots lie in it, and the name it gets in the end."""

    medium: Blocks
    placements: Placements
    final: str


@dataclass(slots=True)
class Target:
    """One stick: its parts, and what went wrong with it."""

    name: str
    carrier: CarrierName
    parts: list[Part]
    failure: JebiError | None = None
    starts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.starts, slots = [], 0
        for part in self.parts:
            self.starts.append(slots)
            slots += len(part.placements.offsets)

    def locate(self, slot: int) -> tuple[Blocks, int]:
        """The medium and the offset in it of one slot of the stick."""
        number = next(i for i in range(len(self.parts) - 1, -1, -1) if self.starts[i] <= slot)
        part = self.parts[number]
        return part.medium, part.placements.offsets[slot - self.starts[number]]

    def prepare(self) -> None:
        """Give new files their length, and write what the carrier itself needs."""
        for part in self.parts:
            if part.medium.size != part.placements.size and not part.medium.is_device:
                part.medium.resize(part.placements.size)
            for patch in part.placements.patches:
                part.medium.write_at(patch.offset, patch.content)

    def sync(self) -> None:
        for part in self.parts:
            part.medium.sync()

    def finish(self) -> None:
        """Give new files their own names, all else being done."""
        for part in self.parts:
            finish_part(part.medium, part.final)

    def close(self) -> None:
        """Close everything; what has no name of its own yet is removed."""
        for part in self.parts:
            part.medium.close()
            if part.medium.path != part.final and os.path.exists(part.medium.path):
                os.unlink(part.medium.path)


def open_targets(places: Sequence[str], slots: int, carrier: CarrierName | None) -> list[Target]:
    """Open every stick, and find room on each for `slots` slots. On any failure nothing was written.

    Raises:
        Refused: the same place twice, a folder, or something that is no carrier of that kind.
        NoRoom, Unable: one of the sticks has no room, is not there, or may not be written.
    """
    if len({os.path.realpath(place) for place in places}) != len(places):
        raise Refused("one of the places is named twice; two sticks in one place are one stick")
    targets: list[Target] = []
    try:
        for place in places:
            targets.append(_open(place, slots, carrier or carrier_of(place)))
    except BaseException:
        for target in targets:
            target.close()
        raise
    return targets


def carrier_of(place: str) -> CarrierName:
    """What a place is: free space, a film, or a name for a new file."""
    if os.path.isdir(place):
        raise Refused(f"{place} is a folder", hint=f"name a file in it, such as {os.path.join(place, 'backup.bin')}")
    if not os.path.exists(place):
        return "file"
    with blocks.open_for_reading(place) as medium:
        try:
            read_volume(medium)
        except Damaged as no_volume:
            if medium.is_device:
                raise Refused(
                    f"{place} holds no FAT or exFAT volume: {no_volume.what}",
                    hint="format it, then: jebi stick prepare",
                ) from no_volume
        else:
            return "freespace"
        try:
            CoverCarrier().capacity(medium)
        except Damaged as no_film:
            raise Refused(
                f"{place} exists and is neither a stick's image nor a film that can be a cover",
                hint="name a file that does not exist yet; jebi overwrites none",
            ) from no_film
    return "cover"


def _open(place: str, slots: int, carrier: CarrierName) -> Target:
    dice = secrets.token_bytes(32)
    if carrier == "file":
        return _open_file(place, slots, dice)
    if carrier == "cover":
        return _open_cover(place, slots, dice)
    medium = blocks.open_for_writing(place)
    try:
        placements = FreeSpaceCarrier().place(medium, slots, dice)
    except Damaged as error:
        medium.close()
        raise Refused(f"{place} has no free space that jebi could use: {error.what}") from error
    except BaseException:
        medium.close()
        raise
    return Target(place, "freespace", [Part(medium, placements, place)])


def _open_file(place: str, slots: int, dice: bytes) -> Target:
    counts = file.parts(slots)
    names = [place] if len(counts) == 1 else [f"{place}.{number:03}" for number in range(1, len(counts) + 1)]
    if taken := next((name for name in names if os.path.exists(name)), None):
        raise Refused(f"{taken} exists already, and jebi overwrites no file", hint="name another file")
    parts = []
    for name, count in zip(names, counts, strict=True):
        medium = create_partial(name)
        parts.append(Part(medium, FileCarrier().place(medium, count, dice), name))
    target = Target(place, "file", parts)
    free = shutil.disk_usage(os.path.dirname(os.path.abspath(place))).free
    if free < slots * SLOT:
        target.close()
        raise NoRoom(f"{place} needs {slots * SLOT / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free there")
    return target


def _open_cover(place: str, slots: int, dice: bytes) -> Target:
    """The film is copied beside itself, the copy gets the slots, and takes the film's place in the end."""
    with blocks.open_for_reading(place) as film:
        placements = CoverCarrier().place(film, slots, dice)
        copy = create_partial(place)
        try:
            shutil.copyfile(place, copy.path)
        except OSError as error:
            copy.close()
            os.unlink(copy.path)
            raise NoRoom(f"{place} could not be copied beside itself: {(error.strerror or '').lower()}") from error
    return Target(place, "cover", [Part(copy, placements, place)])


def create_partial(name: str) -> Blocks:
    """A new file under a passing name. What an earlier jebi left there when it was killed is removed."""
    partial = name + PARTIAL
    if os.path.exists(partial):
        blocks.open_for_writing(partial).close()  # refuses while another jebi writes it
        os.unlink(partial)
    return blocks.create(partial)


def finish_part(medium: Blocks, final: str) -> None:
    """Give a new file its own name."""
    if medium.path != final:
        with blocks.failures_named(final, "created"):
            os.replace(medium.path, final)
            _sync_folder(final)


def _sync_folder(path: str) -> None:
    folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
