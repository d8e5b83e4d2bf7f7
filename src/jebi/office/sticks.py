"""Sticks: fill their free space with noise and prove their size, see what a finder sees, find read errors and slots.

Implements docs/formats/sticks.md. Preparing writes to free clusters and nowhere else; it is done when the whole stick
was read back: the noise as it was written, and everything else as it was before. A counterfeit is noticed before the
long filling, by a few hundred small writes whose places are given back what lay there.

Invariants: looking and verifying never write; the key of the noise lives in memory only, and no two sticks share one;
a stick that is mounted is refused, and cannot be mounted meanwhile. Peak: the free map and some 20 MiB.
"""

import contextlib
import hashlib
import math
import mmap
import os
import secrets
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Protocol

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

from jebi.archive.receive import parcel_id, shortfall
from jebi.carriers.fat import Kind, Volume, read_volume
from jebi.carriers.freespace import free_cells
from jebi.carriers.listing import Entry, list_files
from jebi.carriers.statistics import Mark, Survey, Texture, free_runs, survey, verdict
from jebi.device import blocks
from jebi.errors import Damaged, Exit, NoRoom, Refused, Unable
from jebi.office.inside import Progress
from jebi.office.reading import Pile, Reader, Source
from jebi.parcel.card import RouteKey
from jebi.parcel.fountain import SPARE

PIECE = 1 << 22  # bytes written or read at a time; large enough for a slow stick to work at its full speed
STRETCH = 1 << 20  # bytes of noise under one nonce: 2^14 blocks, far from where a counter of 32 bits would wrap
BLOCK = 64  # bytes of a block of ChaCha20
PAGE = 4096  # bytes of a probe, and the alignment of large writes
PROBES = 256  # a slow stick takes a tenth of a second for a small write; together half a minute at the worst
HIGHEST = 8  # how many of the last free clusters are probed
SAMPLED_ABOVE = 1 << 33  # bytes of free space above which not every cell is looked at
MOST_SHOWN = 500  # names of a listing that are printed
MOST_SAID = 1 << 14  # bytes of what fsck says that are kept
WORTH_SAYING = 1 << 20  # bytes beside a volume; formatting tools leave less to round it
FINEST = 1 << 16  # bytes; bad ranges are named no finer
MOST_BAD = 1000  # places that fail before a stick is given up
NOWHERE = 1 << 63
TOOLS = "/usr/sbin:/sbin"
PICTURE = {Mark.USED: "█", Mark.BLANK: "░", Mark.PLAIN: "▞", Mark.NOISE: "▒", Mark.UNSEEN: "?"}


class Stick(Protocol):
    """What is prepared: see `jebi.device.blocks.Blocks`."""

    path: str

    @property
    def size(self) -> int: ...
    def read_at(self, offset: int, length: int, /) -> bytes: ...
    def read_into(self, offset: int, into: memoryview, /) -> bool: ...
    def write_at(self, offset: int, content: bytes | bytearray | memoryview, /) -> None: ...
    def sync(self) -> None: ...


class FalseCapacity(Unable):
    """A stick that does not keep what is written to it.

    Args:
        first_bad: offset of the first byte found wrong.
        true_size: about how many bytes there are; None where that cannot be told.
    """

    def __init__(self, stick: Stick, first_bad: int, true_size: int | None, hint: str) -> None:
        about = (
            "" if true_size is None else f"; about {_sized(true_size)} of the {_sized(stick.size)} it claims are there"
        )
        super().__init__(
            f"{stick.path} does not keep what is written to it: it is counterfeit or failing, "
            f"wrong from byte {first_bad} on{about}",
            hint=hint,
        )
        self.first_bad, self.true_size = first_bad, true_size


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What preparing would do to a stick."""

    path: str
    kind: Kind
    size: int
    free: int
    outside: int
    deleted: int

    def __str__(self) -> str:
        lines = [
            f"{self.path}: {self.kind}, {_sized(self.size)}",
            f"  {_sized(self.free)} of free space are filled with noise; what deleted files left there is lost",
        ]
        if self.deleted:
            lines.append(f"  {_names(self.deleted)} of deleted files stay in its folders; only formatting removes them")
        if self.outside >= WORTH_SAYING:
            lines.append(f"  {_sized(self.outside)} lie outside this volume: they are neither filled nor proven")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A stick that was filled and read back."""

    path: str
    filled: int
    slots: int

    def __str__(self) -> str:
        return f"{self.path}: {_sized(self.filled)} of noise written and read back; room for {self.slots} slots"


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
        names = (f"{_names(deleted)} of deleted files can still be read in the folders",) if deleted else ()
        return verdict(self.survey) + names

    def __str__(self) -> str:
        volume, found = self.volume, self.survey
        where = f"{_sized(volume.size)} at byte {volume.start} of {_sized(self.size)}"
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
            f"used {_sized(found.used)}, free {_sized(found.free)}: "
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
        many = f"parcel {self.parcel}, {_sized(self.size)} sealed: {self.slots} slots"
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
        lines = [f"{self.path}: all of its {_sized(self.size)} can be read"]
        if self.bad:
            many = sum(stop - start for start, stop in self.bad)
            lines = [f"{self.path}: {_sized(many)} of {_sized(self.size)} cannot be read"]
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


class Noise:
    """ChaCha20 (RFC 8439) under one key, by the place on the medium: every place has its own noise, always the same.

    The nonce of byte x is x // 1 MiB, its block counter (x mod 1 MiB) // 64.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def fill(self, offset: int, into: memoryview) -> None:
        """Put the noise of `offset`, a multiple of 64, and what follows it into `into`."""
        at = 0
        while at < len(into):
            stretch, inside = divmod(offset + at, STRETCH)
            length = min(STRETCH - inside, len(into) - at)
            nonce = (inside // BLOCK).to_bytes(4, "little") + stretch.to_bytes(12, "little")
            encryptor = Cipher(ChaCha20(self._key, nonce), None).encryptor()
            encryptor.update_into(_ZEROS[:length], into[at : at + length])
            at += length

    def at(self, offset: int, length: int) -> bytes:
        """The noise of one small place."""
        place = bytearray(length)
        self.fill(offset, memoryview(place))
        return bytes(place)


_ZEROS = memoryview(bytes(STRETCH))


def plan_prepare(path: str) -> Plan:
    """What preparing a stick would do; only reads.

    Raises:
        Damaged: there is no FAT or exFAT volume.
        NoRoom: it has no free cluster.
        Unable: it cannot be read.
    """
    with blocks.open_for_reading(path) as medium:
        volume = read_volume(medium)
        _check_room(path, volume)
        entries, _ = _entries(medium, volume)
        return Plan(
            path=path,
            kind=volume.kind,
            size=medium.size,
            free=_free(volume),
            outside=max(0, medium.size - volume.size - volume.start),
            deleted=sum(entry.is_deleted for entry in entries),
        )


def check_once_each(paths: Sequence[str]) -> None:
    """Raises `Refused` if one stick is named twice."""
    if len(set(map(os.path.realpath, paths))) != len(paths):
        raise Refused("one of the sticks is named twice")


def prepare(path: str, progress: Progress) -> Prepared:
    """Fill a stick's free space with fresh noise, and prove that all of the stick is there.

    Raises:
        FalseCapacity: it does not keep what is written to it.
        Damaged, NoRoom, Unable, Busy: see `plan_prepare`; another jebi writes to it.
        Refused: it is mounted or write-protected.
    """
    with _claimed(path), blocks.open_for_writing(path) as medium:
        return fill(medium, secrets.token_bytes(32), progress)


def fill(medium: Stick, key: bytes, progress: Progress) -> Prepared:
    """`prepare` on an open medium. `key`: 32 random bytes, used once and forgotten."""
    volume = read_volume(medium)
    _check_room(medium.path, volume)
    filling = _Filling(medium, volume, key, progress)
    before = filling.digests()
    filling.probe()
    filling.write()
    filling.read_back(before)
    return Prepared(path=medium.path, filled=_free(volume), slots=len(free_cells(volume)))


def look(path: str, progress: Progress) -> Look:
    """See what a finder sees; only reads.

    Raises:
        Damaged: there is no FAT or exFAT volume.
        Unable: it cannot be read.
    """
    with blocks.open_for_reading(path) as medium:
        volume = read_volume(medium)
        entries, is_whole = _entries(medium, volume)
        progress.begin("looking", _free(volume))
        found = survey(medium, volume, progress.advance, every=-(-_free(volume) // SAMPLED_ABOVE) or 1)
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


class _Filling:
    """One stick being filled."""

    def __init__(self, medium: Stick, volume: Volume, key: bytes, progress: Progress) -> None:
        self._medium, self._volume, self._noise, self._progress = medium, volume, Noise(key), progress
        self._wanted, self._came = (memoryview(mmap.mmap(-1, PIECE)) for _ in range(2))  # aligned to pages

    def digests(self) -> list[bytes]:
        """What lies in each window besides free clusters; those that are wholly free are not read."""
        kept = [window.length for window in _windows(self._volume) if window.is_kept]
        self._progress.begin("reading", sum(kept))
        return [
            self._kept(window, self._read(window.start, window.length)) if window.is_kept else b""
            for window in _windows(self._volume)
        ]

    def probe(self) -> None:
        """Find a counterfeit in seconds, and give every place back what lay there.

        The probes stand closer to each other than the watched beginning of the stick is long. Whatever the true size
        of a stick is that starts again from its beginning, one of the probes then falls into what is watched.
        """
        places = _places(self._volume, self._medium.size)
        watched = min(_watched(self._volume, self._medium.size), places[0][0])
        pieces = list(_pieces([(0, watched)]))
        self._progress.begin("probing", 2 * watched + sum(length for _, length in places))
        before = [_digest(self._read(*piece)) for piece in pieces]
        lay_there = [self._medium.read_at(offset, length) for offset, length in places]
        try:
            for offset, length in reversed(places):  # so that of two that share a place the lower one lies there
                self._medium.write_at(offset, self._noise.at(offset, length))
                self._progress.advance(length)
            self._medium.sync()
            changed = [piece for piece, was in zip(pieces, before, strict=True) if _digest(self._read(*piece)) != was]
            self._judge(places, changed)
        except BaseException:
            with contextlib.suppress(Unable):
                for (offset, _), content in zip(places, lay_there, strict=True):
                    self._medium.write_at(offset, content)
                self._medium.sync()
            raise

    def write(self) -> None:
        """Noise into every free cluster."""
        self._progress.begin("filling", _free(self._volume))
        for offset, length in _pieces(free_runs(self._volume)):
            self._noise.fill(offset, self._wanted[:length])
            self._medium.write_at(offset, self._wanted[:length])
            self._progress.advance(length)
        self._medium.sync()

    def read_back(self, before: Sequence[bytes]) -> None:
        """The noise as it was written, and everything else as it was.

        Whether a stick drops what lies beyond its end or starts again from its beginning: as many bytes as there are
        come back right.
        """
        self._progress.begin("reading back", self._volume.start + self._volume.size)
        first, missing = NOWHERE, 0
        for window, was in zip(_windows(self._volume), before, strict=True):
            came = self._read(window.start, window.length)
            wrong = [piece for piece in window.free if not self._is_noise(piece, came[piece[0] - window.start :])]
            if window.is_kept and self._kept(window, came) != was:
                wrong.append((window.start, window.length - sum(length for _, length in window.free)))
            first = min([first, *(offset for offset, _ in wrong)])
            missing += sum(length for _, length in wrong)
        if missing:
            hint = "do not use it; files on it may be damaged, copy off what can be read"
            raise FalseCapacity(self._medium, first, self._medium.size - missing, hint)

    def _judge(self, places: Sequence[tuple[int, int]], changed: Sequence[tuple[int, int]]) -> None:
        hint = "do not use it; the few places that were tried got back what lay there"
        bad = [place for place in places if self._medium.read_at(*place) != self._noise.at(*place)]
        sizes = [size for piece in changed for size in self._returns(places, *piece)]
        if sizes:
            first = next((offset for offset, _ in places if offset >= min(sizes)), min(sizes))
            raise FalseCapacity(self._medium, first, min(sizes), hint)
        if bad:
            raise FalseCapacity(self._medium, bad[0][0], bad[0][0], hint)
        if changed:
            raise FalseCapacity(self._medium, changed[0][0], None, hint)

    def _returns(self, places: Sequence[tuple[int, int]], start: int, length: int) -> Iterator[int]:
        """After how many bytes the stick starts again, as told by the probes that turn up in a piece of it."""
        content = self._medium.read_at(start, length)
        for offset, _ in places:
            at = content.find(self._noise.at(offset, BLOCK))
            if at >= 0:
                yield offset - start - at

    def _is_noise(self, piece: tuple[int, int], came: memoryview) -> bool:
        offset, length = piece
        self._noise.fill(offset, self._wanted[:length])
        return np.array_equal(np.frombuffer(came[:length], np.uint8), np.frombuffer(self._wanted[:length], np.uint8))

    def _kept(self, window: "_Window", came: memoryview) -> bytes:
        digest, at = hashlib.blake2b(digest_size=16), 0
        for offset, length in window.free:
            digest.update(came[at : offset - window.start])
            at = offset - window.start + length
        digest.update(came[at:])
        return digest.digest()

    def _read(self, offset: int, length: int) -> memoryview:
        """A piece of the medium, good until the next one is read."""
        came = self._came[:length]
        if not self._medium.read_into(offset, came):
            raise Unable(f"{self._medium.path} ended while it was read", hint="plug it in again, and run it again")
        self._progress.advance(length)
        return came


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A stretch of the medium, and the places in it that lie in free clusters."""

    start: int
    length: int
    free: tuple[tuple[int, int], ...]

    @property
    def is_kept(self) -> bool:
        """Whether anything in it is not free."""
        return sum(length for _, length in self.free) < self.length


def _windows(volume: Volume) -> Iterator[_Window]:
    """The medium from its first byte to the volume's last."""
    end = volume.start + volume.size
    pieces = _pieces(free_runs(volume))
    piece = next(pieces, None)
    for start in range(0, end, PIECE):
        stop, free = min(start + PIECE, end), list[tuple[int, int]]()
        while piece is not None and piece[0] < stop:
            free.append(piece)
            piece = next(pieces, None)
        yield _Window(start=start, length=stop - start, free=tuple(free))


def _places(volume: Volume, size: int) -> list[tuple[int, int]]:
    """Where a stick is probed: in every 256th part of it, just before and after what is used, and at its very end."""
    chosen = set()
    for target in range(volume.heap, size, _stride(size)):
        index = min((target - volume.heap) // volume.cluster_size, volume.cluster_count - 1)
        chosen |= {volume.free.find(b"\1", index), volume.free.rfind(b"\1", 0, index + 1)}
    last = volume.cluster_count
    for _ in range(HIGHEST):
        last = volume.free.rfind(b"\1", 0, max(last, 0))
        chosen.add(last)
    length = min(PAGE, volume.cluster_size)
    ends = (volume.offset_of(index) + volume.cluster_size - length for index in chosen if index >= 0)
    places = [(offset, length) for offset in sorted(ends)]
    return [place for place in places if place[0] >= _watched(volume, size)] or places[-HIGHEST:]


def _stride(size: int) -> int:
    return max(PAGE, -(-size // PROBES))


def _watched(volume: Volume, size: int) -> int:
    """Bytes from the beginning in which at least one probe turns up on a stick that starts again."""
    return min(size, _stride(size) + 2 * max(volume.cluster_size, PAGE)) // PAGE * PAGE


def _pieces(runs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Stretches cut so that all but their ends begin and stop at whole pages, and at whole pieces."""
    for offset, length in runs:
        at, end = offset, offset + length
        while at < end:
            whole = min(end // PAGE * PAGE, at - at % PIECE + PIECE)
            stop = min(end, at - at % PAGE + PAGE) if at % PAGE or whole <= at else whole
            yield at, stop - at
            at = stop


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
    tally, shape = pile.tally(), pile.shape
    have = [tally.have(block) for block in range(shape.count)]
    enough: int | None = 1
    if shortfall(tally):
        needed = (math.ceil((shape.k(block) + SPARE) / many) for block, many in enumerate(have) if many)
        enough = max(needed) if all(have) else None
    return OnStick(
        parcel=parcel_id(pile.secret, shape),
        size=shape.sealed_length,
        slots=sum(pile.slots_by_source().values()),
        enough=enough,
    )


@contextlib.contextmanager
def _claimed(path: str) -> Iterator[None]:
    """Hold a device for ourselves: it is not mounted, and cannot be while we hold it. Files are only looked at."""
    with blocks.failures_named(path, "opened"):
        mode = os.stat(path).st_mode
    if not stat.S_ISBLK(mode):
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):  # root may write it all the same, and should not
            raise Refused(f"{path} is write-protected", hint="chmod u+w it if it is really meant")
        yield
        return
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"{path} is mounted or in use", hint="unmount it, then run it again") from error
    try:
        yield
    finally:
        os.close(descriptor)


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


def _entries(medium: blocks.Blocks, volume: Volume) -> tuple[tuple[Entry, ...], bool]:
    """What the folders list, and whether that is all."""
    entries: list[Entry] = []
    listing = list_files(medium, volume)
    try:
        while batch := list(islice(listing, 1)):
            entries += batch
    except Damaged:
        return tuple(entries), False
    return tuple(entries), True


def _listed(entry: Entry) -> str:
    when = "{:04}-{:02}-{:02} {:02}:{:02}".format(*entry.modified[:5]) if entry.modified else "no time"
    size = "folder" if entry.is_folder else f"{entry.size:,}"
    return f"  {when:16}  {size:>15}  {entry.path}{'  (deleted)' if entry.is_deleted else ''}"


def _digest(came: memoryview) -> bytes:
    return hashlib.blake2b(came, digest_size=16).digest()


def _check_room(path: str, volume: Volume) -> None:
    if not volume.free.count(1):
        raise NoRoom(f"{path} has no free space", hint="delete files from it, or take another stick")


def _free(volume: Volume) -> int:
    return volume.free.count(1) * volume.cluster_size


def _names(count: int) -> str:
    return "1 name" if count == 1 else f"{count} names"


def _sized(size: int) -> str:
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"
