"""Fill the free space of sticks with noise, and prove that they are as large as they say.

Implements docs/formats/sticks.md, "What preparing writes" and "What it proves". Writes to free clusters and nowhere else;
done when the whole stick was read back: the noise as it was written, everything else as it was before. A counterfeit is
noticed before the long filling, by a few hundred small writes whose places are given back what lay there.

Invariants: the key of the noise lives in memory only, and no two sticks share one; a stick that is mounted is refused,
and cannot be mounted meanwhile. Peak: the free map and some 20 MiB.
"""

import contextlib
import errno
import hashlib
import mmap
import os
import secrets
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

from jebi.carriers.freespace import free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.statistics import free_runs
from jebi.carriers.volume import Kind, Volume
from jebi.device import blocks
from jebi.errors import NoRoom, Refused, Unable, failures_named
from jebi.office.progress import Progress
from jebi.office.sticks import PIECE, entries_of, free_bytes, names, sized

STRETCH = 1 << 20  # bytes of noise under one nonce: 2^14 blocks, far from where a counter of 32 bits would wrap
BLOCK = 64  # bytes of a block of ChaCha20
SECTOR = 512  # bytes; what a stick keeps or loses as one
PAGE = 4096  # bytes of a probe, and the alignment of large writes
PROBES = 256  # a slow stick takes a tenth of a second for a small write; together half a minute at the worst
HIGHEST = 8  # how many of the last free clusters are probed
WORTH_SAYING = 1 << 20  # bytes beside a volume; formatting tools leave less to round it
NOWHERE = 1 << 63


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
        sizes = "" if true_size is None else f"; about {sized(true_size)} of its {sized(stick.size)} are there"
        super().__init__(
            f"{stick.path} does not keep what is written to it: it is counterfeit or failing, "
            f"wrong from byte {first_bad} on{sizes}",
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
            f"{self.path}: {self.kind}, {sized(self.size)}",
            f"  {sized(self.free)} of free space are filled with noise; what deleted files left there is lost",
        ]
        if self.deleted:
            lines.append(f"  {names(self.deleted)} of deleted files stay in its folders; only formatting removes them")
        if self.outside >= WORTH_SAYING:
            lines.append(f"  {sized(self.outside)} lie outside this volume: they are neither filled nor proven")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A stick that was filled and read back."""

    path: str
    filled: int
    slots: int

    def __str__(self) -> str:
        return f"{self.path}: {sized(self.filled)} of noise written and read back; room for {self.slots} slots"


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
        entries, _ = entries_of(medium, volume)
        return Plan(
            path=path,
            kind=volume.kind,
            size=medium.size,
            free=free_bytes(volume),
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
    return Prepared(path=medium.path, filled=free_bytes(volume), slots=len(free_cells(volume)))


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
        self._progress.begin("filling", free_bytes(self._volume))
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
            wrong = [one for piece in window.free for one in self._wrong(piece, came[piece[0] - window.start :])]
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

    def _wrong(self, piece: tuple[int, int], came: memoryview) -> Iterator[tuple[int, int]]:
        """If it is not the noise that belongs there: the first wrong byte, and how many bytes of sectors are wrong."""
        offset, length = piece
        self._noise.fill(offset, self._wanted[:length])
        is_wrong = np.frombuffer(came[:length], np.uint8) != np.frombuffer(self._wanted[:length], np.uint8)
        if is_wrong.any():
            yield offset + int(is_wrong.argmax()), int(is_wrong.reshape(-1, SECTOR).any(axis=1).sum()) * SECTOR

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


@contextlib.contextmanager
def _claimed(path: str) -> Iterator[None]:
    """Hold a device for ourselves: it is not mounted, and cannot be while we hold it. Files are only looked at."""
    with failures_named(path, "opened"):
        mode = os.stat(path).st_mode
    if not stat.S_ISBLK(mode):
        if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):  # root may write it all the same, and should not
            raise Refused(f"{path} is write-protected", hint="chmod u+w it if it is really meant")
        yield
        return
    with failures_named(path, "opened"):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_EXCL | os.O_CLOEXEC)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            raise Refused(f"{path} is mounted or in use", hint="unmount it, then run it again") from error
    try:
        yield
    finally:
        os.close(descriptor)


def _digest(came: memoryview) -> bytes:
    return hashlib.blake2b(came, digest_size=16).digest()


def _check_room(path: str, volume: Volume) -> None:
    if not volume.free.count(1):
        raise NoRoom(f"{path} has no free space", hint="delete files from it, or take another stick")
