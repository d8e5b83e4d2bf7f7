"""Sticks: see what a finder sees, find read errors, count slots.

Implements docs/formats/sticks.md, "What look measures" and "What verify reads".

Invariants: nothing is written, and no parcel opened. Peak: the free map, the names, and some 20 MiB.
"""

import math
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Protocol

from jebi.archive.receive import parcel_id, shortfall
from jebi.carriers.listing import Entry, list_files
from jebi.carriers.partitions import read_volume
from jebi.carriers.statistics import Mark, Survey, Texture, survey, verdict
from jebi.carriers.volume import Kind, Volume
from jebi.device import blocks
from jebi.errors import Damaged, Exit, Unable
from jebi.office.progress import Progress
from jebi.office.reading import Pile, Reader, Source
from jebi.parcel.card import RouteKey
from jebi.parcel.fountain import SPARE

PIECE = 1 << 22  # bytes written or read at a time; large enough for a slow stick to work at its full speed
SAMPLED_ABOVE = 1 << 33  # bytes of free space above which not every cell is looked at
MOST_SHOWN = 500  # names of a listing that are printed
MOST_SAID = 1 << 14  # bytes of what fsck says that are kept
FINEST = 1 << 16  # bytes; bad ranges are named no finer
MOST_BAD = 1000  # places that fail before a stick is given up
TOOLS = "/usr/sbin:/sbin"
PICTURE = {Mark.USED: "█", Mark.BLANK: "░", Mark.PLAIN: "▞", Mark.NOISE: "▒", Mark.UNSEEN: "?"}


class Cleanness(StrEnum):
    """What fsck made of a volume."""

    CLEAN = "clean"
    ERRORS = "errors"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fsck:
    """The verdict of the system's own tool, and what it said, cut and made printable."""

    tool: str
    found: Cleanness
    said: str

    def __str__(self) -> str:
        if self.found is Cleanness.CLEAN:
            return f"{self.tool}: clean"
        said = self.said.strip().replace("\n", "\n  ")
        return f"{self.tool}: {self.found}{': ' if self.found is Cleanness.NOT_RUN else chr(10) + '  '}{said}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a finder sees."""

    path: str
    size: int
    volume: Volume = field(repr=False)
    entries: tuple[Entry, ...]
    is_listed_whole: bool
    survey: Survey
    fsck: Fsck

    @property
    def verdict(self) -> tuple[str, ...]:
        """What it means, in plain sentences."""
        deleted = sum(entry.is_deleted for entry in self.entries)
        still = (f"{names(deleted)} of deleted files can still be read in the folders",) if deleted else ()
        return verdict(self.survey) + still

    def __str__(self) -> str:
        volume, found = self.volume, self.survey
        where = f"{sized(volume.size)} at byte {volume.start} of {sized(self.size)}"
        lines = [f"{self.path}: {volume.kind}, {where}, clusters of {volume.cluster_size} bytes", ""]
        lines += map(_listed, self.entries[:MOST_SHOWN])
        if len(self.entries) > MOST_SHOWN:
            lines.append(f"  and {len(self.entries) - MOST_SHOWN} more; --json lists them all")
        if not self.is_listed_whole:
            lines.append("  here the listing breaks off: the folders hold more than a stick does")
        lines += [
            "",
            "".join(PICTURE[mark] for mark in found.picture),
            "  ".join(f"{PICTURE[mark]} {mark}" for mark in Mark if mark is not Mark.UNSEEN or mark in found.picture),
            f"used {sized(found.used)}, free {sized(found.free)}: "
            + ", ".join(f"{found.share(texture):.1%} {texture}" for texture in Texture),
        ]
        if found.looked_at < found.free:
            lines.append(f"measured: {found.looked_at / found.free:.1%} of the free space, evenly chosen")
        if found.textures[Texture.NOISE]:
            lines.append(f"chi-square of the noise: {found.noise_chi_square:.1f} (random bytes: 255 ± 68)")
        lines += [str(self.fsck), "", *self.verdict]
        return "\n".join(lines)

    def facts(self) -> dict[str, object]:
        """The same for machines, with all names."""
        found = self.survey
        return {
            "stick": self.path,
            "size": self.size,
            "kind": self.volume.kind,
            "start": self.volume.start,
            "volume_size": self.volume.size,
            "cluster_size": self.volume.cluster_size,
            "files": [asdict(entry) for entry in self.entries],
            "listed_whole": self.is_listed_whole,
            "used": found.used,
            "free": found.free,
            "looked_at": found.looked_at,
            "textures": dict(found.textures),
            "entropy": round(found.entropy, 4),
            "noise_chi_square": round(found.noise_chi_square, 1),
            "picture": found.picture,
            "fsck": asdict(self.fsck),
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class OnStick:
    """What a stick holds of one parcel, and how many sticks like it would suffice; None if no number of them would."""

    parcel: str
    size: int
    slots: int
    enough: int | None

    def __str__(self) -> str:
        many = f"parcel {self.parcel}, {sized(self.size)} sealed: {self.slots} slots"
        if self.enough == 1:
            return f"{many}; this stick alone is enough"
        if self.enough is None:
            return f"{many}; it lacks whole blocks, which other sticks must bring"
        return f"{many}; {self.enough} sticks like this one are enough"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of reading a whole medium.

    Args:
        bad: ranges that could not be read: first byte, and one past the last.
        tried: how many bytes were tried before too many had failed.
        parcels: what slots there are; None if nobody gave a route key.
    """

    path: str
    size: int
    bad: tuple[tuple[int, int], ...]
    tried: int
    fsck: Fsck
    parcels: tuple[OnStick, ...] | None

    @property
    def exit(self) -> Exit:
        """The worst of it."""
        if self.bad:
            return Exit.UNABLE
        if self.fsck.found is Cleanness.ERRORS:
            return Exit.DAMAGED
        return Exit.NOTHING_FOUND if self.parcels == () else Exit.DONE

    def __str__(self) -> str:
        lines = [f"{self.path}: all of its {sized(self.size)} can be read"]
        if self.bad:
            many = sum(stop - start for start, stop in self.bad)
            lines = [f"{self.path}: {sized(many)} of {sized(self.size)} cannot be read"]
            lines += [f"  bytes {start} to {stop - 1}" for start, stop in self.bad]
        if self.tried < self.size:
            lines.append(f"  given up at byte {self.tried}: so much fails that the rest was not tried")
        lines.append(str(self.fsck))
        if self.parcels is not None:
            lines += map(str, self.parcels or ["no slots of this route"])
        return "\n".join(lines)

    def facts(self) -> dict[str, object]:
        """The same for machines."""
        return {"stick": self.path, **{name: value for name, value in asdict(self).items() if name != "path"}}


def look(path: str, progress: Progress) -> Look:
    """See what a finder sees; only reads.

    Raises:
        Damaged: there is no FAT or exFAT volume.
        Unable: it cannot be read.
    """
    with blocks.open_for_reading(path) as medium:
        volume = read_volume(medium)
        entries, is_whole = entries_of(medium, volume)
        progress.begin("looking", free_bytes(volume))
        found = survey(medium, volume, progress.advance, every=-(-free_bytes(volume) // SAMPLED_ABOVE) or 1)
        return Look(
            path=path,
            size=medium.size,
            volume=volume,
            entries=entries,
            is_listed_whole=is_whole,
            survey=found,
            fsck=check_volume(path, volume),
        )


def verify(path: str, route: RouteKey | None, progress: Progress) -> Verified:
    """Read a whole medium, run fsck over its volume, and with a route key count the slots; only reads, opens no parcel.

    Raises:
        Unable: it cannot be opened.
    """
    with blocks.open_for_reading(path) as medium:
        size = medium.size
        progress.begin("reading", size)
        medium.sync()  # what memory still holds of the medium says nothing of the medium
        bad, tried = unreadable(medium, progress)
        try:
            fsck = check_volume(path, read_volume(medium))
        except Damaged as no_volume:
            fsck = Fsck(tool="fsck", found=Cleanness.NOT_RUN, said=no_volume.what)
        except Unable as error:
            fsck = Fsck(tool="fsck", found=Cleanness.NOT_RUN, said=error.what)
    parcels = _parcels(path, route, progress) if route else None
    return Verified(path=path, size=size, bad=bad, tried=tried, fsck=fsck, parcels=parcels)


class Readable(Protocol):
    """What is read for errors."""

    @property
    def size(self) -> int: ...
    def read_at(self, offset: int, length: int, /) -> bytes: ...


def unreadable(medium: Readable, progress: Progress) -> tuple[tuple[tuple[int, int], ...], int]:
    """Where the medium cannot be read (first byte, and one past the last; to 64 KiB), and how far that was tried.

    After a thousand failures it is given up: every one may take a dying stick some seconds.
    """
    size, offset = medium.size, 0
    bad: list[tuple[int, int]] = []
    while offset < size and len(bad) < MOST_BAD:
        length = min(PIECE, size - offset)
        bad += _bad_within(medium, offset, length)
        progress.advance(length)
        offset += length
    return tuple(_joined(bad)), offset


def check_volume(path: str, volume: Volume) -> Fsck:
    """Run `fsck.fat -n` or `fsck.exfat -n`, neither of which writes, with no limit of time."""
    tool = "fsck.exfat" if volume.kind is Kind.EXFAT else "fsck.fat"
    found = shutil.which(tool, path=f"{os.environ.get('PATH', '')}:{TOOLS}")
    if volume.start:
        said = "it cannot look at a partition inside a whole stick; name the partition's own device, such as /dev/sdb1"
        return Fsck(tool=tool, found=Cleanness.NOT_RUN, said=said)
    if found is None:
        return Fsck(tool=tool, found=Cleanness.NOT_RUN, said="it is not installed here")
    status, said = _run([found, "-n", os.path.abspath(path)])
    if status < 0:
        return Fsck(tool=tool, found=Cleanness.NOT_RUN, said="it crashed over this volume")
    return Fsck(tool=tool, found=Cleanness.ERRORS if status else Cleanness.CLEAN, said=said)


def _bad_within(medium: Readable, offset: int, length: int) -> Iterator[tuple[int, int]]:
    """Halve what fails until it is small."""
    try:
        medium.read_at(offset, length)
    except Unable:
        if length <= FINEST:
            yield offset, length
            return
        half = length // 2 // FINEST * FINEST or FINEST
        yield from _bad_within(medium, offset, half)
        yield from _bad_within(medium, offset + half, length - half)


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Neighbours joined; the ranges ascend."""
    start = stop = 0
    for offset, length in ranges:
        if offset != stop:
            if start < stop:
                yield start, stop
            start = offset
        stop = offset + length
    if start < stop:
        yield start, stop


def _parcels(path: str, route: RouteKey, progress: Progress) -> tuple[OnStick, ...]:
    with Reader([Source(path, 0)], [route.secret]) as reader:
        progress.begin("searching", reader.size())
        return tuple(map(_on_stick, reader.search(progress.advance)))


def _on_stick(pile: Pile) -> OnStick:
    """Whoever can mask slots can claim a parcel of any number of blocks; only those that are here are counted."""
    tally, shape = pile.tally(), pile.shape
    have = {block: tally.have(block) for block in tally.ids if block < shape.count}
    enough: int | None = None
    if len(have) == shape.count:
        needed = (math.ceil((shape.k(block) + SPARE) / many) for block, many in have.items())
        enough = max(needed) if shortfall(tally) else 1
    return OnStick(
        parcel=parcel_id(pile.secret, shape),
        size=shape.sealed_length,
        slots=sum(pile.slots_by_source().values()),
        enough=enough,
    )


def _run(command: Sequence[str]) -> tuple[int, str]:
    """Exit status and the beginning of what was said; however much more is said is read and dropped."""
    environment = os.environ | {"LC_ALL": "C"}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment
    ) as child:
        assert child.stdout is not None
        said = child.stdout.read(MOST_SAID)
        while child.stdout.read(MOST_SAID):
            pass
    text = said.decode("utf-8", "replace")
    return child.returncode, "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def entries_of(medium: blocks.Blocks, volume: Volume) -> tuple[tuple[Entry, ...], bool]:
    """What the folders list, and whether that is all."""
    entries: list[Entry] = []
    try:
        for entry in list_files(medium, volume):
            entries.append(entry)  # noqa: PERF402  (what came before the damage is kept)
    except Damaged:
        return tuple(entries), False
    return tuple(entries), True


def _listed(entry: Entry) -> str:
    when = "{:04}-{:02}-{:02} {:02}:{:02}".format(*entry.modified[:5]) if entry.modified else "no time"
    size = "folder" if entry.is_folder else f"{entry.size:,}"
    return f"  {when:16}  {size:>15}  {entry.path}{'  (deleted)' if entry.is_deleted else ''}"


def free_bytes(volume: Volume) -> int:
    """Bytes of its free clusters."""
    return volume.free.count(1) * volume.cluster_size


def names(count: int) -> str:
    """How many names, in words."""
    return "1 name" if count == 1 else f"{count} names"


def sized(size: int) -> str:
    """A number of bytes for people."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
