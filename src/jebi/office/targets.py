"""Sticks to be written: what kind of carrier each place is, where its slots go, and when it may be called done.

A place that is a block device or an image with a FAT or exFAT volume takes slots in its free space; a film takes them
as its cover; a name that does not exist yet becomes a file of slots. New files grow under a name ending in `.part`
and get their own name only when they were read back.

Invariants: nothing is written before every stick was found to have room; a stick that fails stops only itself.
"""

import contextlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from jebi.carriers import file
from jebi.carriers.carrier import Placements
from jebi.carriers.cover import CoverCarrier
from jebi.carriers.file import FileCarrier
from jebi.carriers.freespace import FreeSpaceCarrier
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT
from jebi.carriers.statistics import Texture, measure
from jebi.device import blocks
from jebi.device.blocks import Blocks
from jebi.errors import Busy, Damaged, Gone, JebiError, NoRoom, Refused, Unable, failures_named

CarrierName = Literal["file", "freespace", "cover"]
PARTIAL = ".part"
LOOKED_AT = 64  # places of a stick; if a tenth of it were no noise, one stick in a thousand would pass
SECTOR = 512
VOLATILE = {37, 65, 106, 107, 112}  # of a boot sector: the dirty flags of FAT16, FAT32 and exFAT, and how full it is
Avoid = Mapping[str, Collection[int]]  # offsets that must not be used, by place


@dataclass(slots=True)
class Part:
    """One open medium of a stick, where its slots lie in it, and the name it gets in the end."""

    medium: Blocks
    placements: Placements
    final: str
    is_new: bool = field(init=False)
    is_named: bool = field(init=False)
    _mark: bytes = field(init=False)

    def __post_init__(self) -> None:
        self.is_new = self.medium.path != self.final
        self.is_named = not self.is_new
        self._mark = b"" if self.is_new else _mark(self.medium)

    def reopen(self) -> None:
        """Open the medium again after it was pulled out; raises `Gone` while it is not back.

        A device may come back under another name: it is known by its size and its first sector.
        """
        path, size = self.final if self.is_named else self.medium.path, self.placements.size
        for candidate in [path, *(blocks.devices() if self.medium.is_device else ())]:
            with contextlib.suppress(Unable):
                medium = blocks.open_for_writing(candidate)
                if self.is_new or (medium.size == size and _mark(medium) == self._mark):
                    self.medium = medium
                    return
                medium.close()
        raise Gone(f"{self.final} is not back", hint="plug it in again")


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

    def attempt(self, step: Callable[[], None]) -> None:
        """Do something with a stick that has not failed yet; if it fails now, nothing else does."""
        if self.failure is None:
            try:
                step()
            except Unable as failure:
                self.failure = failure

    def prepare(self) -> None:
        """Give new files their length, and write what the carrier itself needs."""
        for part in self.parts:
            if part.medium.size != part.placements.size and not part.medium.is_device:
                part.medium.resize(part.placements.size)
                part.medium.sync()
                sync_name(part.medium.path)  # a stick that is pulled out now has the file when it comes back
            for patch in part.placements.patches:
                part.medium.write_at(patch.offset, patch.content)

    def sync(self) -> None:
        for part in self.parts:
            part.medium.sync()

    def reopen(self) -> None:
        """Open everything again that was let go; raises `Gone` while not all of it is back."""
        try:
            for part in self.parts:
                part.reopen()
        except Gone:
            self.let_go()
            raise

    def let_go(self) -> None:
        """Close everything, so that a stick that was pulled out can come back under its name."""
        for part in self.parts:
            with contextlib.suppress(OSError):
                part.medium.close()

    def name_parts(self) -> None:
        """Give new files their own names."""
        for part in self.parts:
            if not part.is_named:
                name_part(part.medium, part.final, overwrite=self.carrier == "cover")
                part.is_named = True

    def sync_names(self) -> None:
        """Wait until the names are on the disk."""
        for part in self.parts:
            if part.is_new:
                sync_name(part.final)

    def close(self) -> None:
        """Close everything; what has no name of its own yet is removed. What matters was synced long before."""
        for part in self.parts:
            close_part(part.medium, is_named=part.is_named)


def prepare(targets: Sequence[Target]) -> None:
    """Prepare every stick."""
    for target in targets:
        target.attempt(target.prepare)


def _mark(medium: Blocks) -> bytes:
    """The first sector, with the volume's serial number; without what systems change when they mount it."""
    return bytes(0 if i in VOLATILE else byte for i, byte in enumerate(medium.read_at(0, SECTOR)))


def finish(targets: Sequence[Target]) -> None:
    """Give every new file its own name, all else being done.

    The names come one right after the other, and only then the wait for the disks: whoever is stopped here has all of
    them or none, but for some microseconds.
    """
    for target in targets:
        target.attempt(target.name_parts)
    for target in targets:
        target.attempt(target.sync_names)


def open_targets(
    places: Sequence[str],
    slots: int,
    carrier: CarrierName | None,
    avoid: Avoid | None = None,
    *,
    unprepared: bool = False,
) -> list[Target]:
    """Open every stick, and find room on each for `slots` slots. On any failure nothing was written.

    `avoid` says where in a stick's free space slots lie already that are to stay. `unprepared` takes free space that is
    no noise, too: slots stand out there.

    Raises:
        Refused: the same place twice, a folder, something that is no carrier of that kind, or a stick that was not
            prepared.
        NoRoom, Unable: one of the sticks has no room, is not there, or may not be written.
    """
    if len({os.path.realpath(place) for place in places}) != len(places):
        raise Refused("one of the places is named twice; two sticks in one place are one stick")
    targets: list[Target] = []
    try:
        for place in places:
            _check_kind(place)
            taken = (avoid or {}).get(place, ())
            targets.append(_open(place, slots, carrier or carrier_of(place), taken))
            if not unprepared and targets[-1].carrier == "freespace":
                _check_prepared(targets[-1])
        _check_room(targets, slots)
    except BaseException:
        for target in targets:
            target.close()
        raise
    return targets


def carrier_of(place: str) -> CarrierName:
    """What a place is: free space, a film, or a name for a new file."""
    _check_kind(place)
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


def _check_kind(place: str) -> None:
    """Neither a folder, nor a pipe or a terminal: opening one may wait for ever. Raises `Refused`."""
    if os.path.isdir(place):
        raise Refused(f"{place} is a folder", hint=f"name a file in it, such as {os.path.join(place, 'backup.bin')}")
    if os.path.exists(place) and not (os.path.isfile(place) or stat.S_ISBLK(os.stat(place).st_mode)):
        raise Refused(f"{place} is neither a file nor a stick", hint="name a file that does not exist yet, or a device")


def _open(place: str, slots: int, carrier: CarrierName, taken: Collection[int]) -> Target:
    dice = secrets.token_bytes(32)
    if carrier == "file":
        return _open_file(place, slots, dice)
    if carrier == "cover":
        return _open_cover(place, slots, dice)
    medium = blocks.open_for_writing(place)
    try:
        placements = FreeSpaceCarrier().place(medium, slots + len(taken), dice)
    except Damaged as error:
        medium.close()
        raise Refused(f"{place} has no free space that jebi could use: {error.what}") from error
    except BaseException:
        medium.close()
        raise
    fresh = [offset for offset in placements.offsets if offset not in taken][:slots]
    return Target(place, "freespace", [Part(medium, replace(placements, offsets=fresh), place)])


def _check_prepared(target: Target) -> None:
    """A slot in anything but noise betrays who carries it. Looks at some of the places where slots would go."""
    (part,) = target.parts
    sample = part.placements.offsets[:LOOKED_AT]
    textures = [measure(part.medium.read_at(offset, SLOT)).texture for offset in sample]
    if strange := sum(texture is not Texture.NOISE for texture in textures):
        raise Refused(
            f"{target.name} was not prepared: {100 * strange // len(textures)} % of its free space is no noise, "
            "and slots would stand out in it",
            hint=f"prepare it first: jebi stick prepare {target.name}; or, if nobody will look: --unprepared",
        )


def _open_file(place: str, slots: int, dice: bytes) -> Target:
    counts = file.parts(slots)
    names = [place] if len(counts) == 1 else [f"{place}.{number:03}" for number in range(1, len(counts) + 1)]
    if taken := next((name for name in names if os.path.lexists(name)), None):
        raise Refused(f"{taken} exists already, and jebi overwrites no file", hint="name another file")
    target = Target(place, "file", [])
    try:
        for name, count in zip(names, counts, strict=True):
            medium = create_partial(name)
            target.parts.append(Part(medium, FileCarrier().place(medium, count, dice), name))
    except BaseException:
        target.close()
        raise
    return Target(place, "file", target.parts)


def _open_cover(place: str, slots: int, dice: bytes) -> Target:
    """The film is copied beside itself, the copy gets the slots, and takes the film's place in the end."""
    with blocks.open_for_reading(place) as film:
        try:
            placements = CoverCarrier().place(film, slots, dice)
        except Damaged as error:
            raise Refused(f"{place} is no film that can be a cover: {error.what}") from error
    target = Target(place, "cover", [Part(create_partial(place), placements, place)])
    try:
        shutil.copyfile(place, target.parts[0].medium.path)
    except OSError as error:
        target.close()
        raise NoRoom(f"{place} could not be copied beside itself: {(error.strerror or '').lower()}") from error
    except BaseException:
        target.close()
        raise
    return target


def _check_room(targets: Sequence[Target], slots: int) -> None:
    """New files share what is free on their disk; a disk that is too small is noticed before anything is written."""
    wanted: dict[int, int] = {}
    for target in (target for target in targets if target.carrier != "freespace"):
        folder = os.path.dirname(os.path.abspath(target.name))
        with failures_named(target.name, "created"):
            disk, free = os.stat(folder).st_dev, shutil.disk_usage(folder).free
        wanted[disk] = wanted.get(disk, 0) + slots * SLOT
        if free < wanted[disk]:
            raise NoRoom(
                f"{target.name} and what goes beside it need {wanted[disk] / 1e6:.0f} MB, "
                f"and {free / 1e6:.0f} MB are free there",
                hint="make room there, or name another place; nothing was written",
            )


def create_partial(name: str) -> Blocks:
    """A new file under a passing name. What an earlier jebi left there when it was killed is removed.

    Raises:
        Busy: another jebi writes it, or began to just now.
        Unable: it cannot be written there.
    """
    partial = name + PARTIAL
    busy = Busy(f"another jebi is writing to {partial}", hint="wait until it is done")
    try:
        if os.path.lexists(partial):
            with blocks.open_for_writing(partial):  # refuses while another jebi writes it
                os.unlink(partial)
    except Unable as error:
        if isinstance(error.__cause__, FileNotFoundError):  # it got its name just now
            raise busy from error
        raise
    try:
        return blocks.create(partial)
    except Unable as error:
        if isinstance(error.__cause__, FileExistsError):  # it was begun just now
            raise busy from error
        raise


def name_part(medium: Blocks, final: str, *, overwrite: bool = False) -> None:
    """Give a new file its own name; raises `Unable`."""
    if not overwrite and os.path.lexists(final):
        raise Unable(f"{final} came into being meanwhile, and jebi overwrites no file")
    with failures_named(final, "created"):
        if overwrite:
            shutil.copystat(final, medium.path)  # a film that changed today would ask why
        os.replace(medium.path, final)


def sync_name(final: str) -> None:
    """Wait until a new name is on the disk; raises `Unable`."""
    with failures_named(final, "created"):
        folder = os.open(os.path.dirname(os.path.abspath(final)), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def close_part(medium: Blocks, *, is_named: bool) -> None:
    """Close a new file, and remove it if it got no name. The disk may be gone; what matters was synced long before."""
    with contextlib.suppress(OSError):
        if not is_named:
            os.unlink(medium.path)  # while it is locked, for another jebi may be waiting for the name
    with contextlib.suppress(OSError):
        medium.close()
