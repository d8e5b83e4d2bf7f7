"""The relay at the border: joins whatever came, and makes fresh sticks of it. Cannot read a word of it.

A parcel that is whole here is split anew, with packets that no earlier stick has, so that old and new sticks add up. Of
a parcel that is not whole, every slot is passed on under a new mask, on as many sticks as may be lost and one more.

Invariants: holds a route key and nothing that opens; what came is only read; fresh slots share no byte with old ones, and
lie over none that this run wrote before. However it ends, nothing stays where the parcel was put together.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from jebi.archive.receive import Shortfall, parcel_id, shortfall
from jebi.carriers.slot import SLOT, Mask, Slot, check
from jebi.errors import JebiError, NoRoom, NothingFound, Refused, Unable, failures_named
from jebi.office.lasting import PATIENCE, write_onto
from jebi.office.progress import Progress
from jebi.office.reading import Piece, Pile, Reader, Source, chosen, media_at
from jebi.office.sticks import sized
from jebi.office.targets import PARTIAL, CarrierName, Target, carrier_of, finish, open_targets, prepare
from jebi.office.writing import Writer
from jebi.parcel.blocks import BlockList
from jebi.parcel.card import RouteKey
from jebi.parcel.fountain import MOST_IDS
from jebi.parcel.spread import Spread, check_sticks
from jebi.parcel.stream import Chained

PIECE = 1 << 20
WINDOWS = 4  # how many times over the ids of earlier sticks a relay picks its own from


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What became of one parcel."""

    parcel: str
    size: int
    shortfall: Shortfall | None
    whole: tuple[str, ...]
    failed: dict[str, JebiError]
    liars: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"parcel {self.parcel}, {sized(self.size)} sealed: "]
        if self.shortfall:
            lines[0] += f"not whole yet, it lacks at least {sized(self.shortfall.size)}; passed on as it is"
        else:
            lines[0] += f"whole; fresh sticks made: {len(self.whole)}, read back"
        lines += [
            f"  {name} gave false packets: somebody who could unmask this parcel altered it" for name in self.liars
        ]
        return "\n".join(lines)


def join(
    places: Sequence[str],
    route: RouteKey,
    onto: Sequence[str],
    *,
    survive: int,
    carrier: CarrierName | None,
    spool: str | None,
    progress: Progress,
    patience: float = PATIENCE,
    unprepared: bool = False,
) -> Iterator[Joined]:
    """Join all parcels of a route that lie in some places, onto fresh sticks; says of each when its sticks are done.

    `onto` has one name a stick; with several parcels, new files get a number each. In `spool` a parcel is put together
    while its sticks are made; it stays sealed, and has no name there.

    Raises:
        NothingFound: there is nothing of this route.
        NoRoom, Refused, Unable: see `open_targets`; what was said to be done stays done.
    """
    check_sticks(len(onto), survive)
    labels = {secrets.randbits(64): path for path in media_at(places)}
    _check_apart(labels.values(), onto)
    sources = [Source(path, label) for label, path in labels.items()]
    with _spool(spool) as room, Reader(sources, [route.secret]) as reader:
        progress.begin("searching", reader.size())
        piles = reader.search(progress.advance)
        if not piles:
            raise NothingFound(
                "nothing of this route was found in there",
                hint="is it the right route key? other routes look like noise",
            )
        names = [_names(place, len(piles), carrier) for place in onto]
        used: dict[str, set[int]] = {}
        opens = partial(open_targets, carrier=carrier, avoid=used, unprepared=unprepared)
        for number, pile in enumerate(piles):
            fresh = [of_stick[number] for of_stick in names]
            joined = _Joining(reader, pile, route, labels, fresh, survive, opens, room, patience)
            yield joined.join(progress)
            for place, offsets in joined.used.items():
                used.setdefault(place, set()).update(offsets)


def _check_apart(media: Iterable[str], onto: Sequence[str]) -> None:
    """What came is only read; raises `Refused`."""
    came = {os.path.realpath(path) for path in media}
    if both := [place for place in onto if came & {os.path.realpath(place), os.path.realpath(place + PARTIAL)}]:
        raise Refused(f"{both[0]} is to be read and written at once", hint="name another stick after --onto")


def _names(place: str, parcels: int, carrier: CarrierName | None) -> list[str]:
    """Where each parcel's part of one stick goes: into the same free space, or into files of its own."""
    kind = carrier or carrier_of(place)
    if kind == "cover" and parcels > 1:
        raise Refused(
            f"{parcels} parcels came, and a film holds one at a time", hint="name new files or images after --onto"
        )
    if kind == "freespace":
        return [place] * parcels
    return [place, *(f"{place}.{number}" for number in range(2, parcels + 1))]


@contextlib.contextmanager
def _spool(folder: str | None) -> Iterator[str]:
    """A file without a name, open here and in all workers: when they are gone, however they end, so is what was in it."""
    with failures_named(folder or "the temporary folder", "used as spool"):
        spool = tempfile.TemporaryFile(dir=folder, prefix="jebi-")  # noqa: SIM115  (closed below)
    with spool:
        yield f"/proc/self/fd/{spool.fileno()}"


class _Joining:
    def __init__(
        self,
        reader: Reader,
        pile: Pile,
        route: RouteKey,
        labels: dict[int, str],
        onto: Sequence[str],
        survive: int,
        opens: Callable[[Sequence[str], int], list[Target]],
        spool: str,
        patience: float,
    ) -> None:
        self._reader, self._pile, self._route, self._labels = reader, pile, route, labels
        self._onto, self._survive, self._opens, self._spool = onto, survive, opens, spool
        self._patience = patience
        self.used: dict[str, set[int]] = {}

    def join(self, progress: Progress) -> Joined:
        lacking, liars = shortfall(self._pile.tally()), set[int]()
        if lacking is None:
            for listed in self._reader.lists(self._pile):
                failed = self._restore(listed, liars, progress)
                if not failed:
                    return self._report(self._mint(progress), None, liars)
                lacking = shortfall(self._pile.tally(), failed)
        return self._report(self._pass_on(progress), lacking or Shortfall(blocks=1, packets=1, worst=1), liars)

    def _restore(self, listed: BlockList, liars: set[int], progress: Progress) -> frozenset[int]:
        shape, failed = self._pile.shape, set()
        progress.begin("restoring", shape.sealed_length)
        try:
            with failures_named("the spool", "written"):
                os.truncate(self._spool, shape.sealed_length)
            for block in self._reader.restore(self._pile, listed, self._spool, only=range(shape.count)):
                liars |= block.liars
                failed |= set() if block.is_whole else {block.number}
                progress.advance(shape.length(block.number))
        except NoRoom as error:
            raise NoRoom(
                f"there is no room to put a parcel of {shape.sealed_length / 1e6:.0f} MB together",
                hint="name a folder on a larger disk: --spool FOLDER",
            ) from error
        return frozenset(failed)

    def _mint(self, progress: Progress) -> list[Target]:
        """Fresh packets from the whole parcel, under ids that the sticks at hand do not use.

        Who lies about what was made before can only have the highest ids used, which is slow, and may be made twice.
        """
        shape = self._pile.shape
        spread = Spread(shape=shape, sticks=len(self._onto), survive=self._survive)
        highest = MOST_IDS - spread.minted
        made = min(self._pile.minted, highest)
        base = made + secrets.randbelow(min(made * WINDOWS, highest) - made + 1)
        spread = replace(spread, base=base)
        targets = self._opens(self._onto, spread.slots)
        try:
            with Writer(spread, targets, self._route.public(), self._pile.secret) as writer:
                write_onto(writer, self._sealed, self._patience, progress)
            self._remember(targets)
        finally:
            for target in targets:
                target.close()
        return targets

    def _sealed(self) -> Chained:
        """What lies in the spool."""
        return Chained(_pieces(self._spool))

    def _pass_on(self, progress: Progress) -> list[Target]:
        """Every slot, under a new mask, on `survive` + 1 sticks. Which of two that contradict each other is true, only
        the desk can tell; both are passed on.
        """
        pieces = [piece for number in sorted(self._pile.pieces) for piece in self._distinct(number)]
        each = -(-len(pieces) * (self._survive + 1) // len(self._onto))
        targets = self._opens(self._onto, each)
        try:
            prepare(targets)
            progress.begin("passing on", each * len(targets) * SLOT)
            self._copy(targets, pieces, each, progress)
            finish(targets)
            self._remember(targets)
        finally:
            for target in targets:
                target.close()
        return targets

    def _distinct(self, number: int) -> Iterator[Piece]:
        """Of one block what is worth passing on: what came several times once, under whatever mask."""
        seen: set[bytes] = set()
        for piece in chosen(self._pile.pieces[number]):
            for _, slot in self._reader.slots([piece]):
                if slot.digest() not in seen:
                    seen.add(slot.digest())
                    yield piece

    def _copy(self, targets: Sequence[Target], pieces: Sequence[Piece], each: int, progress: Progress) -> None:
        mask, into, keys = Mask(self._route.public()), memoryview(bytearray(SLOT)), []
        for turn, slot in enumerate(self._repeated(pieces, each * len(targets))):
            place, stick = divmod(turn, len(targets))
            key = mask.mask(slot.header, [slot.packets], into)
            medium, offset = targets[stick].locate(place)
            targets[stick].attempt(partial(medium.write_at, offset, into))
            keys.append((targets[stick], place, key))
            progress.advance(SLOT)
        for target in targets:
            target.attempt(target.sync)
        for target, place, key in keys:
            target.attempt(partial(_read_back, target, place, key))

    def _repeated(self, pieces: Sequence[Piece], many: int) -> Iterator[Slot]:
        """Each slot `survive` + 1 times, and from the first again until every place has one: zeros would show."""
        left = many
        while left:
            before = left
            for _, slot in self._reader.slots(pieces):
                for _ in range(min(self._survive + 1, left)):
                    left -= 1
                    yield slot
            if left == before:
                raise Unable("nothing of what was found can be read any more", hint="are all sticks still in?")

    def _remember(self, targets: Sequence[Target]) -> None:
        """Where slots lie now that the next parcel must not overwrite."""
        for target in targets:
            self.used.setdefault(target.name, set()).update(*(part.placements.offsets for part in target.parts))

    def _report(self, targets: Sequence[Target], lacking: Shortfall | None, liars: set[int]) -> Joined:
        return Joined(
            parcel=parcel_id(self._pile.secret, self._pile.shape),
            size=self._pile.shape.sealed_length,
            shortfall=lacking,
            whole=tuple(target.name for target in targets if target.failure is None),
            failed={target.name: target.failure for target in targets if target.failure is not None},
            liars=tuple(sorted(self._labels[label] for label in liars)),
        )


def _pieces(path: str) -> Iterator[bytes]:
    with open(path, "rb") as source:
        while piece := source.read(PIECE):
            yield piece


def _read_back(target: Target, place: int, key: bytes) -> None:
    medium, offset = target.locate(place)
    if check(medium.read_at(offset, SLOT), key) is None:
        raise Unable(f"{target.name} gave back other bytes than were written", hint="the stick is failing; use another")
