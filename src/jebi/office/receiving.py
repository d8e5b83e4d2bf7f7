"""The desk receives: any carriers, in any number, order and state, over weeks.

Whole parcels are opened once, to check every byte against the signed manifest, and kept sealed; what is not whole yet
waits in the tray. Everything that happened is in the custody log before it is reported.

Invariants: carriers are only read; a clip gets its name only when its whole parcel verified; a re-run after a crash
finds what is there already and goes on.
"""

import contextlib
import glob
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from jebi.archive.receive import KEPT, Arrival, State, kept, parcel_id, shortfall
from jebi.carriers.whole import is_whole
from jebi.device import blocks
from jebi.errors import Damaged, NothingFound, Refused, Unable, WrongKey, failures_named
from jebi.office.desk import Reception, Trip
from jebi.office.finishing import PARTIAL
from jebi.office.progress import Progress
from jebi.office.reading import Piece, Pile, Reader, Source, keep, media_at
from jebi.office.salvaging import salvage_pile
from jebi.parcel import contents
from jebi.parcel.blocks import BlockList, Shape
from jebi.parcel.keys import Identity
from jebi.parcel.manifest import parse_manifest
from jebi.parcel.note import Note
from jebi.parcel.safename import SafeName
from jebi.parcel.seal import open_layers
from jebi.parcel.stream import Chained
from jebi.vault import files

PIECE = 1 << 18  # fits a core's cache, from reading over hashing to opening
MOST_LISTS = 8  # block lists that are tried; more than one is somebody's lie, and each costs a whole restoring


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How to receive: whether clips are laid out, what is done with half parcels, and who opens an outer layer."""

    clips: bool = True
    salvage: bool = False
    outer: tuple[Identity, ...] = field(default=(), repr=False)


def receive(desk: Reception, places: Sequence[str], wish: Wish, progress: Progress) -> list[Arrival]:
    """Receive all that lies in some places, and what waited in the tray.

    Raises:
        NothingFound: there is nothing of this desk's in any of them.
    """
    if desk.outer and not wish.outer:
        raise Refused("this desk's parcels need a second person's key", hint="name it: --with IDENTITY")
    _clear(desk)
    media = media_at(places)
    whole = [path for path in media if _is_sealed_file(path)]
    labels = {secrets.randbits(64): path for path in media}
    trips = desk.trips()
    sources = [Source(path, label) for label, path in labels.items() if path not in whole]
    sources += [Source(desk.tray.path(parcel), 0, is_tray=True) for parcel in desk.tray.parcels()]
    arrivals = [_receive_sealed_file(desk, path, trips, wish) for path in whole]
    with Reader(sources, [known.route.secret for known in trips]) as reader:
        progress.begin("searching", reader.size())
        for pile in reader.search(progress.advance):
            arrival = _Receiving(desk, reader, pile, trips, wish, labels).receive(progress)
            if arrival.state is not State.REJECTED or not _is_in_tray(pile, reader):
                arrivals.append(arrival)
    if not arrivals:
        raise NothingFound(
            "nothing of this desk's was found in there",
            hint="slots of other desks look the same; without their route keys nobody can tell them from noise",
        )
    return arrivals


def _is_in_tray(pile: Pile, reader: Reader) -> bool:
    """Whether none of it came just now. What is no parcel of ours was reported when its last slot came, and not again."""
    return all(reader.sources[source].is_tray for source in pile.slots_by_source())


class _Receiving:
    """One parcel's way from a pile of slots into the archive."""

    def __init__(
        self, desk: Reception, reader: Reader, pile: Pile, trips: Sequence[Trip], wish: Wish, labels: dict[int, str]
    ) -> None:
        self._desk, self._reader, self._pile, self._trips, self._wish = desk, reader, pile, trips, wish
        self._labels = labels
        self._parcel = parcel_id(pile.secret, pile.shape)
        self._final = desk.path("parcels", f"{self._parcel}.age")
        self._partial = self._final + PARTIAL

    def receive(self, progress: Progress) -> Arrival:
        shape = self._pile.shape
        slots = {self._reader.sources[s].path: many for s, many in self._pile.slots_by_source().items()}
        report = Arrival(parcel=self._parcel, state=State.WAITING, shape=shape, slots=slots)
        if os.path.exists(self._final):
            self._desk.tray.remove(self._parcel)
            return replace(report, state=State.KNOWN)
        if lacking := shortfall(self._pile.tally()):
            return self._wait(replace(report, shortfall=lacking))
        attempts: list[Arrival] = []
        lists: Sequence[BlockList | None] = self._reader.lists(self._pile)[:MOST_LISTS] or [None]
        for listed in lists:
            progress.begin("restoring", shape.sealed_length)
            attempts.append(self._attempt(replace(report), listed, progress))
            if attempts[-1].state is State.WHOLE:
                return attempts[-1]
        if waiting := [attempt for attempt in attempts if attempt.shortfall]:
            return self._wait(waiting[0])
        return self._wait(replace(report, state=State.REJECTED, why="; ".join(attempt.why for attempt in attempts)))

    def _attempt(self, report: Arrival, listed: BlockList | None, progress: Progress) -> Arrival:
        """Restore under one block list, open, verify, keep. However it ends, nothing stays under a passing name."""
        quarantine = _Quarantine(self._desk, self._parcel, self._wish)
        try:
            with failures_named(self._partial, "written"), open(self._partial, "wb") as partial:
                partial.truncate(self._pile.shape.sealed_length)
            return self._open(report, listed, progress, quarantine)
        finally:
            quarantine.discard()
            _remove(self._partial)

    def _open(
        self, report: Arrival, listed: BlockList | None, progress: Progress, quarantine: "_Quarantine"
    ) -> Arrival:
        failed: set[int] = set()
        liars: set[int] = set()
        digest = hashlib.sha256()
        opened = None
        sealed = self._sealed(listed, progress, digest, failed, liars)
        try:
            opened = _open(self._desk, sealed, quarantine, self._trips, self._wish)
        except (Damaged, WrongKey) as error:
            report = replace(report, state=State.REJECTED, why=error.what)
        for _ in sealed:  # whatever opening left unread, to learn which blocks are not whole
            pass
        liars_named = tuple(sorted(self._name(label) for label in liars))
        if failed:
            lacking = shortfall(self._pile.tally(), frozenset(failed))
            return replace(report, state=State.WAITING, why="", shortfall=lacking, liars=liars_named)
        if opened is None:
            return replace(report, liars=liars_named)
        trip, verified = opened
        _accept(self._desk, self._parcel, self._partial, self._final, digest.hexdigest(), trip, verified, quarantine)
        self._desk.tray.remove(self._parcel)
        return replace(report, state=State.WHOLE, trip=trip.trip, manifest=verified.manifest, liars=liars_named)

    def _sealed(
        self, listed: BlockList | None, progress: Progress, digest: "hashlib._Hash", failed: set[int], liars: set[int]
    ) -> Iterator[bytes]:
        """The sealed parcel, block by block, as workers put them in place. Ends at the first block that is not whole."""
        shape = self._pile.shape
        with blocks.open_for_reading(self._partial) as partial:
            for block in self._reader.restore(self._pile, listed, self._partial, only=range(shape.count)):
                liars |= block.liars
                progress.advance(shape.length(block.number))
                if not block.is_whole:
                    failed.add(block.number)
                start, length = shape.offset(block.number), shape.length(block.number)
                for offset in range(start, start + length if not failed else start, PIECE):
                    content = partial.read_at(offset, min(PIECE, start + length - offset))
                    digest.update(content)
                    yield content

    def _wait(self, report: Arrival) -> Arrival:
        """Keep in the tray what is not there yet, so that the sticks can go."""
        tray = self._desk.tray
        in_tray = [piece for piece in self._pieces() if self._reader.sources[piece.source].is_tray]
        brought = [piece for piece in self._pieces() if not self._reader.sources[piece.source].is_tray]
        known = {slot.digest() for _, slot in self._reader.slots(in_tray)}
        fresh = (keep(label, slot) for label, slot in self._reader.slots(brought) if slot.digest() not in known)
        before = tray.count(self._parcel)
        if added := tray.add(self._parcel, fresh):
            detail = kept(added, before + added, report)
            self._desk.append(KEPT, self._parcel, detail, actor="desk", time=int(time.time()))
        return self._salvage(report) if self._wish.salvage else report

    def _pieces(self) -> list[Piece]:
        return [piece for number in sorted(self._pile.pieces) for piece in self._pile.pieces[number]]

    def _salvage(self, report: Arrival) -> Arrival:
        try:
            with failures_named("the folder of salvaged clips", "written"):
                clips = salvage_pile(self._desk, self._reader, pile=self._pile, outer=self._wish.outer)
        except Damaged as error:
            return replace(report, why=error.what)
        whole = sum(not clip.missing for clip in clips)
        return replace(
            report, why=f"salvaged {len(clips)} clips, {whole} of them without a gap; unsigned until it is whole"
        )

    def _name(self, label: int) -> str:
        return self._labels.get(label, f"the carrier with the label {label:08x}")


class _Quarantine:
    """Clips on their way out of the seal: under passing names until their whole parcel verified."""

    def __init__(self, desk: Reception, parcel: str, wish: Wish) -> None:
        self._wanted = wish.clips
        self._final = desk.path("clips", parcel)
        self._partial = self._final + PARTIAL
        self.discard()
        if self._wanted:
            with failures_named("the folder of clips", "written"):
                os.makedirs(self._partial, mode=0o700)

    def keep(self, name: SafeName, pieces: Iterator[bytes]) -> None:
        if not self._wanted:
            return
        path = os.path.join(self._partial, *name.parts)
        with failures_named("the folder of clips", "written"):
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            with open(path, "xb") as file:
                file.writelines(pieces)
                file.flush()
                os.fsync(file.fileno())

    def release(self) -> None:
        """Give the clips their place."""
        if self._wanted:
            with failures_named("the folder of clips", "written"):
                shutil.rmtree(self._final, ignore_errors=True)
                os.replace(self._partial, self._final)
                files.sync_folder(os.path.dirname(self._final))

    def discard(self) -> None:
        shutil.rmtree(self._partial, ignore_errors=True)


def _open(
    desk: Reception, sealed: Iterator[bytes], quarantine: _Quarantine, trips: Sequence[Trip], wish: Wish
) -> tuple[Trip, contents.Opened]:
    """Open a sealed parcel to its last byte; raises `Damaged` if it is not one of ours, whole and signed."""
    signed: list[Trip] = []

    def check(note: Note) -> None:
        number = parse_manifest(note).number
        trip = next((known for known in trips if known.signed(note, number)), None)
        if trip is None:
            raise Damaged("no trip of this desk signed this parcel", hint="somebody else sealed it to the desk's card")
        signed.append(trip)

    layers = [wish.outer, [desk.identity]] if desk.outer else [[desk.identity]]
    opened = contents.read(Chained(open_layers(Chained(sealed), layers)), quarantine.keep, check)
    ours = [recipient.fingerprint() for recipient in (desk.identity.recipient(), *desk.outer)]
    contents.check_recipients(opened.manifest, ours)
    return signed[0], opened


def _accept(
    desk: Reception,
    parcel: str,
    partial: str,
    final: str,
    digest: str,
    trip: Trip,
    opened: contents.Opened,
    quarantine: _Quarantine,
) -> None:
    """Log it, then give the parcel and its clips their names. A crash in between is healed by the next receive."""
    with failures_named(partial, "written"), open(partial, "rb") as sealed:
        os.fsync(sealed.fileno())
    manifest = hashlib.sha256(opened.note.text.encode()).hexdigest()
    detail = f"sealed sha256 {digest}, manifest sha256 {manifest}, number {opened.manifest.number}"
    detail += f", after manifest {opened.manifest.previous.hex()}"
    desk.append("parcel-received", parcel, detail, actor=f"trip/{trip.trip}", time=int(time.time()))
    quarantine.release()
    with failures_named(final, "written"):
        os.replace(partial, final)
        files.sync_folder(os.path.dirname(final))


def _is_sealed_file(path: str) -> bool:
    """Whether it begins as one. A stick whose first byte cannot be read may hold slots all the same."""
    with contextlib.suppress(Unable), blocks.open_for_reading(path) as medium:
        return is_whole(medium)
    return False


def _receive_sealed_file(desk: Reception, path: str, trips: Sequence[Trip], wish: Wish) -> Arrival:
    """A sealed parcel that came as it is. It is known by its own digest, for its secret rode nowhere."""
    try:
        digest, size = hashlib.sha256(), 0
        for piece in _pieces(path):
            digest.update(piece)
            size += len(piece)
    except Damaged as error:
        return Arrival(parcel="unnamed", state=State.REJECTED, shape=Shape(1, 1), slots={path: 0}, why=error.what)
    parcel = digest.hexdigest()[:16]
    final = desk.path("parcels", f"{parcel}.age")
    shape = Shape(size, -(-size // PIECE))
    report = Arrival(parcel=parcel, state=State.REJECTED, shape=shape, slots={path: 0})
    if os.path.exists(final):
        return replace(report, state=State.KNOWN)
    partial, quarantine, copied = final + PARTIAL, _Quarantine(desk, parcel, wish), hashlib.sha256()
    try:
        trip, opened = _open(desk, _copied(path, partial, copied), quarantine, trips, wish)
        if copied.digest() != digest.digest():
            raise Damaged("the file changed while it was read")
        _accept(desk, parcel, partial, final, digest.hexdigest(), trip, opened, quarantine)
    except (Damaged, WrongKey) as error:
        return replace(report, why=error.what)
    finally:
        quarantine.discard()
        _remove(partial)
    return replace(report, state=State.WHOLE, trip=trip.trip, manifest=opened.manifest)


def _copied(path: str, into: str, digest: "hashlib._Hash") -> Iterator[bytes]:
    """The pieces of a file, each when it was copied. Ends with the file closed, so that all of it is there."""
    with failures_named(into, "written"), open(into, "wb") as partial:
        for piece in _pieces(path):
            partial.write(piece)
            partial.flush()
            digest.update(piece)
            yield piece


def _pieces(path: str) -> Iterator[bytes]:
    """A file that came, piece by piece; raises `Damaged` where it cannot be read, for that is not this machine's fault."""
    offset = 0
    try:
        with blocks.open_for_reading(path) as medium:
            while piece := medium.read_at(offset, PIECE):
                yield piece
                offset += len(piece)
    except Unable as error:
        raise Damaged(f"it cannot be read to its end: {error.what}") from error


def _clear(desk: Reception) -> None:
    """Remove what a jebi that was killed left under passing names: half parcels, and clips that nobody vouches for."""
    for pattern in ("parcels/*", "clips/*", "salvaged/*/*"):
        for path in glob.glob(glob.escape(desk.folder) + f"/{pattern}{PARTIAL}"):
            if os.path.isdir(path):
                shutil.rmtree(path, ignore_errors=True)
            else:
                _remove(path)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
