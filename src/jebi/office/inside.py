"""Inside the country: seal clips onto sticks. Writes no log, keeps no file, leaves no key.

The only thing that changes besides the sticks is the kit, if there is one: its seed moves on, so that what was sealed
before cannot be signed again by whoever finds it.
"""

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from jebi.archive.receive import parcel_id
from jebi.carriers.slot import SECRET
from jebi.device import blocks
from jebi.errors import JebiError, Refused, Unable, failures_named
from jebi.field.depart import Departure, plan
from jebi.field.intake import Listed, Taken, take
from jebi.office.lasting import PATIENCE, write_onto
from jebi.office.progress import Progress
from jebi.office.targets import PARTIAL, CarrierName, open_targets
from jebi.office.whole import whole_copies
from jebi.office.writing import Writer
from jebi.parcel import contents
from jebi.parcel.card import Card
from jebi.parcel.manifest import digest_of
from jebi.parcel.note import Note
from jebi.parcel.seal import seal
from jebi.parcel.stream import Chained
from jebi.parcel.tar import Member
from jebi.parcel.trip import TripSeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What came of a sealing: the plan, the parcel's public name, and the sticks that were read back or failed."""

    departure: Departure
    plan: str
    parcel: str
    whole: tuple[str, ...]
    failed: dict[str, JebiError]
    manifest_digest: bytes

    @property
    def suffices(self) -> bool:
        """Whether the sticks that were read back bring the parcel home at all."""
        return len(self.whole) >= self.departure.spread.enough


def list_clips(places: Sequence[str]) -> tuple[Taken, ...]:
    """The files at those places: files themselves, and everything below folders, in the order of their names.

    Raises:
        Unable: a place is not there or cannot be read.
        Refused: there is nothing to take.
    """
    return take(listed for place in places for listed in _listed(place))


def seal_onto(
    taken: Sequence[Taken],
    card: Card,
    seed: TripSeed,
    places: Sequence[str],
    *,
    survive: int,
    carrier: CarrierName | None,
    progress: Progress,
    patience: float = PATIENCE,
    unprepared: bool = False,
) -> Sealed:
    """Seal clips, write them to sticks, and read everything back. A stick that was pulled out is waited for.

    Raises:
        Refused, NoRoom, Unable: before anything was written, or because no stick took it.
    """
    signer = seed.signer(card.signing)
    departure = plan(taken, card, signer, seed.number, sticks=len(places), survive=survive)
    targets = open_targets(places, departure.spread.slots, carrier, unprepared=unprepared)
    notes: list[Note] = []
    secret = secrets.token_bytes(SECRET)

    def sealed() -> Chained:
        archive = contents.pieces(departure.parcel, clips.open, signer, departure.padded, notes.append)
        return Chained(seal(Chained(archive), departure.padded, departure.seals))

    try:
        with Writer(departure.spread, targets, card.route, secret) as writer, _Clips(taken) as clips:
            write_onto(writer, sealed, patience, progress)
    finally:
        for target in targets:
            target.close()
    return Sealed(
        departure=departure,
        plan=str(departure),
        parcel=parcel_id(secret, departure.spread.shape),
        whole=tuple(target.name for target in targets if target.failure is None),
        failed={target.name: target.failure for target in targets if target.failure is not None},
        manifest_digest=digest_of(notes[0]),
    )


def seal_whole(
    taken: Sequence[Taken], card: Card, seed: TripSeed, places: Sequence[str], *, progress: Progress
) -> Sealed:
    """Seal clips into the same plain `.age` file in every place, and read each back. Hides nothing, survives nothing.

    Raises:
        Refused, Unable: before anything was written, or because no place took it.
    """
    signer = seed.signer(card.signing)
    departure = plan(taken, card, signer, seed.number, sticks=len(places), survive=len(places) - 1)
    notes: list[Note] = []
    copies = whole_copies(places, departure.sealed_length)
    try:
        archive = contents.pieces(departure.parcel, _Clips(taken).open, signer, departure.padded, notes.append)
        progress.begin("sealing", departure.sealed_length)
        digest = copies.write(seal(Chained(archive), departure.padded, departure.seals), progress.advance)
        progress.begin("reading back", departure.sealed_length * len(places))
        copies.read_back(progress.advance)
    finally:
        copies.close()
    return Sealed(
        departure=departure,
        plan=f"{departure.clips}, sealed to {departure.sealed_length / 1e6:.1f} MB in each of {len(places)} places",
        parcel=digest.hex()[:16],
        whole=copies.whole,
        failed=copies.failed,
        manifest_digest=digest_of(notes[0]),
    )


def check_apart(taken: Sequence[Taken], places: Sequence[str]) -> None:
    """Clips are never read from where sticks are written, under whatever name; raises `Refused`."""
    sources = {_identity(one.path) for one in taken}
    written = [name for place in places for name in (place, place + PARTIAL)]
    if any(_identity(name) in sources for name in written if os.path.exists(name)):
        raise Refused("a clip cannot be sealed onto itself", hint="name the stick after --onto")


def _identity(path: str) -> tuple[int, int]:
    """What is behind a name: one file may have several."""
    with failures_named("one of the files to seal", "found"):
        found = os.stat(path)
    return found.st_dev, found.st_ino


class _Clips:
    """Opens clips one after the other, and closes the one before."""

    def __init__(self, taken: Sequence[Taken]) -> None:
        self._paths = {one.member: one.path for one in taken}
        self._open: _Clip | None = None

    def open(self, member: Member) -> "_Clip":
        self.close()
        self._open = _Clip(self._paths[member])
        return self._open

    def close(self) -> None:
        if self._open:
            self._open.close()
            self._open = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Clip:
    """One clip, read from front to back. Its name is in no error: somebody may be looking."""

    def __init__(self, path: str) -> None:
        try:
            self._medium = blocks.open_for_reading(path)
        except Unable as error:
            raise Unable("a clip could not be opened any more", hint="was the card pulled out?") from error
        self._offset = 0

    def read(self, length: int, /) -> bytes:
        try:
            piece = self._medium.read_at(self._offset, length)
        except Unable as error:
            raise Unable(
                f"a clip could not be read at byte {self._offset}",
                hint="was the card pulled out? if it is failing, copy what can be copied first, and seal the copy",
            ) from error
        self._offset += len(piece)
        return piece

    def close(self) -> None:
        self._medium.close()


def _listed(place: str) -> Iterator[Listed]:
    if not os.path.isdir(place):
        yield _file(place, (os.path.basename(place),))
        return
    for folder, folders, files in os.walk(place, onerror=_unreadable):
        folders.sort()
        below = os.path.relpath(folder, place).split(os.sep)
        for file in sorted(files):
            path = os.path.join(folder, file)
            if os.path.isfile(path) and not os.path.islink(path):
                yield _file(path, (*(part for part in below if part != "."), file))


def _file(path: str, parts: tuple[str, ...]) -> Listed:
    try:
        found = os.stat(path)
    except OSError as error:
        raise Unable("one of the files to seal is not there", hint="look at the names that were given") from error
    if not stat.S_ISREG(found.st_mode):  # a device or a pipe has no length, and would be sealed as an empty clip
        raise Refused("one of the files to seal is no ordinary file", hint="name the folder where the card is mounted")
    return Listed(path=path, parts=parts, size=found.st_size, modified=int(found.st_mtime))


def _unreadable(error: OSError) -> None:
    raise Unable("a folder of the card cannot be read", hint="is the card in, and not failing?") from error
