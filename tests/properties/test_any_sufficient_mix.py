"""Any sufficient mix restores the parcel: a thousand parcels in the long campaigns, damaged in every way that a border knows.

What must come back is counted here from what was done to the media, byte by byte, and never asked of jebi: a slot that
still lies somewhere as it was made is a slot that must be found; K + 4 packets of every block are a parcel that must be
restored; and where fewer are left, what is said to be missing must be exactly what is missing.
"""

import hashlib
import os
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from depth import often
from jebi.archive.receive import Arrival, Shortfall, State
from jebi.carriers.carrier import Carrier
from jebi.carriers.file import FileCarrier
from jebi.carriers.freespace import FreeSpaceCarrier, free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.search import Found, resync, search_finely, search_whole, windows
from jebi.carriers.slot import SLOT, Mask, SlotHeader, Unmask
from jebi.errors import Damaged, NothingFound
from jebi.office import desk as desks
from jebi.office.inside import list_clips, seal_onto
from jebi.office.progress import Quiet
from jebi.office.reading import MOST_SLOTS_OF_A_BLOCK, Pile, Reader, Source
from jebi.office.receiving import Wish, receive
from jebi.parcel.blocks import SYMBOL, BlockList, Shape
from jebi.parcel.fountain import encode
from jebi.parcel.gather import Fragment, Tally, block_lists, restore
from jebi.parcel.spread import RUN, Spread

SEED = os.environ.get("JEBI_SEED", "2031")
TRIALS, BATCHES = often(1_000, 100), often(10, 1)
SURELY = 4  # packets beyond K with which a block comes back, but for one time in 2^32
MIB = 1 << 20
ROUTE, FOREIGN = hashlib.sha256(b"route").digest(), hashlib.sha256(b"foreign").digest()
IMAGES = {
    "FAT12": (8 * MIB, ("mkfs.fat", "-F12", "-s8")),
    "FAT16": (10 * MIB, ("mkfs.fat", "-F16", "-s4")),
    "exFAT": (10 * MIB, ("mkfs.exfat", "-c", "4096")),
}
ROOM = 48  # slots that each of them takes for sure
Ids = dict[int, set[int]]


def noise(dice: random.Random, length: int) -> bytes:
    return dice.randbytes(length)


@dataclass(frozen=True, slots=True)
class Made:
    """A slot as it was made: which packets it carries, and its bytes."""

    block: int
    first: int
    content: bytes = field(repr=False)


class Stick:
    """A medium in memory, and where each slot of the parcel would lie in it now. `start`: where its free space begins."""

    def __init__(self, content: bytearray, places: Sequence[tuple[int, Made]], start: int) -> None:
        self.content, self.places, self.start = content, list(places), start

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return bytes(self.content[offset : offset + length])

    def survivors(self) -> list[Made]:
        """What still lies there as it was made, by comparison of all bytes."""
        return [made for at, made in self.places if self.content[at : at + SLOT] == made.content]

    def copy(self) -> "Stick":
        return Stick(bytearray(self.content), self.places, self.start)

    def write(self, at: int, content: bytes) -> None:
        """Over what is there; nothing becomes longer."""
        self.content[at : at + len(content)] = content[: len(self.content) - at]

    def insert(self, at: int, content: bytes) -> None:
        self.content[at:at] = content
        self.places = [(place + len(content) * (place >= at), made) for place, made in self.places]

    def remove(self, at: int, length: int) -> None:
        del self.content[at : at + length]
        self.places = [(place - length * (place >= at + length), made) for place, made in self.places]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Sealed bytes, how they are spread, and the slots of every stick."""

    secret: bytes
    sealed: bytes = field(repr=False)
    spread: Spread
    sticks: tuple[tuple[Made, ...], ...] = field(repr=False)

    @property
    def shape(self) -> Shape:
        return self.spread.shape

    def block(self, number: int) -> bytes:
        start = self.shape.offset(number)
        return self.sealed[start : start + self.shape.length(number)]

    @property
    def list(self) -> BlockList:
        digests = (hashlib.sha256(self.block(number)).digest() for number in range(self.shape.count))
        return BlockList(self.shape, tuple(digests))

    def content_of(self, number: int) -> tuple[bytes, int]:
        """A block or the block list, and its K."""
        if number == self.shape.count:
            return self.list.written(self.secret), self.shape.list_k
        return self.block(number), self.shape.k(number)


def masker(route: bytes) -> Mask:
    return Mask(X25519PrivateKey.from_private_bytes(route).public_key().public_bytes_raw())


def slot(mask: Mask, parcel: Parcel, block: int, first: int, packets: Sequence[bytes | memoryview]) -> Made:
    into = bytearray(SLOT)
    header = SlotHeader(
        secret=parcel.secret,
        shape=parcel.shape,
        block=block,
        first=first,
        count=len(packets),
        minted=parcel.spread.minted,
    )
    mask.mask(header, packets, memoryview(into))
    return Made(block, first, bytes(into))


def slots_of(parcel: Parcel, stick: int, mask: Mask, encoded: Sequence[Sequence[memoryview]]) -> tuple[Made, ...]:
    return tuple(
        slot(mask, parcel, run.block, run.first, encoded[block][run.first : run.first + RUN])
        for block in range(parcel.shape.count + 1)
        for _, run in parcel.spread.runs(stick, block)
    )


def make_parcel(dice: random.Random, route: bytes, spread: Spread) -> Parcel:
    sealed = noise(dice, spread.shape.sealed_length)
    bare = Parcel(secret=noise(dice, 16), sealed=sealed, spread=spread, sticks=())
    encoded = []
    for number in range(spread.shape.count + 1):
        content, k = bare.content_of(number)
        stop = spread.list_slots * spread.sticks * RUN if number == spread.shape.count else spread.minted
        encoded.append(encode(content, k, max(stop, k)))
    mask = masker(route)
    sticks = tuple(slots_of(bare, stick, mask, encoded) for stick in range(spread.sticks))
    return replace(bare, sticks=sticks)


def any_spread(dice: random.Random) -> Spread:
    """0.2 to 3 MB, one to six sticks, of which some suffice; the parcel is cut into one to six blocks."""
    length = 200_000 + int(2_800_000 * dice.random() ** 3)
    sticks = dice.randint(1, 6)
    return Spread(shape=Shape(length, dice.randint(1, 6)), sticks=sticks, survive=dice.randrange(sticks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """What else lies on sticks: an earlier parcel of the same route, and one of another route."""

    old: tuple[Made, ...]
    foreign: tuple[Made, ...]
    images: dict[str, bytes]


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Strangers:
    dice, images = random.Random("strangers"), {}
    spread = Spread(shape=Shape(900_000, 2), sticks=1, survive=0)
    for kind, (size, mkfs) in IMAGES.items():
        path = tmp_path_factory.mktemp("image") / kind
        path.write_bytes(bytes(size))
        make_volume(path, *mkfs)
        images[kind] = path.read_bytes()
    old, foreign = (make_parcel(dice, route, spread).sticks[0] for route in (ROUTE, FOREIGN))
    return Strangers(old=old, foreign=foreign, images=images)


def make_volume(path: Path, *mkfs: str) -> None:
    environment = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    subprocess.run([*mkfs, path], check=True, capture_output=True, env=environment)


def as_file(slots: Sequence[Made], others: Sequence[bytes], dice: random.Random) -> Stick:
    """A file of slots; if others are among them, in any order."""
    laid: list[Made | bytes] = [*slots, *others]
    if others:
        dice.shuffle(laid)
    content = bytearray().join(one.content if isinstance(one, Made) else one for one in laid)
    return Stick(content, [(i * SLOT, one) for i, one in enumerate(laid) if isinstance(one, Made)], 0)


def as_image(image: bytes, slots: Sequence[Made], others: Sequence[bytes], dice: random.Random) -> Stick:
    """A stick's image, prepared with noise in every eighth trial."""
    stick = Stick(bytearray(image), [], 0)
    cells = free_cells(read_volume(stick))
    stick.start = cells[0]
    if dice.random() < 1 / 8:
        for cell in cells:
            stick.write(cell, noise(dice, SLOT))
    plan = FreeSpaceCarrier().place(stick, len(slots) + len(others), noise(dice, 32))
    for offset, content in zip(plan.offsets, [*(made.content for made in slots), *others], strict=True):
        stick.write(offset, content)
    stick.places = list(zip(plan.offsets, slots, strict=False))
    return stick


def intact(stick: Stick, dice: random.Random) -> list[Stick]:
    return [stick]


def lost(stick: Stick, dice: random.Random) -> list[Stick]:
    return []


def overwritten(stick: Stick, dice: random.Random) -> list[Stick]:
    """A few sectors here and there, and now and then a long file."""
    for _ in range(dice.choice([1, 2, 5, 20, 60])):
        at = dice.randrange(stick.start, stick.size)
        stick.write(at, noise(dice, dice.choice([1, 512, 4096, 32768, 3 * SLOT])))
    return [stick]


def cut_off(stick: Stick, dice: random.Random) -> list[Stick]:
    del stick.content[dice.randrange(stick.start + 1, stick.size) :]
    return [stick]


def moved(stick: Stick, dice: random.Random) -> list[Stick]:
    """Everything by a few sectors or clusters; a stick keeps its length."""
    if stick.start == 0:
        stick.insert(0, noise(dice, 512 * dice.randint(1, 255)))
        return [stick]
    size = stick.size
    stick.insert(stick.start, noise(dice, 4096 * dice.randint(1, 31)))
    del stick.content[size:]
    return [stick]


def moved_and_overwritten(stick: Stick, dice: random.Random) -> list[Stick]:
    return [again for one in moved(stick, dice) for again in overwritten(one, dice)]


def inserted(stick: Stick, dice: random.Random) -> list[Stick]:
    """Up to three times some bytes are put in between two slots of a file, or most of a slot is cut out."""
    if stick.start or len(stick.places) < 3:
        return [stick]
    for number in sorted(dice.sample(range(1, len(stick.places)), min(3, len(stick.places) - 2)), reverse=True):
        if dice.random() < 1 / 2:
            stick.insert(number * SLOT, noise(dice, dice.randint(1, 400)))
        else:
            left = dice.randint(1, 400)
            stick.remove(number * SLOT + left, SLOT - left)
    return [stick]


def doubled(stick: Stick, dice: random.Random) -> list[Stick]:
    """Two copies of one stick, each with damage of its own."""
    return [*overwritten(stick.copy(), dice), *overwritten(stick, dice)]


Damage = Callable[[Stick, random.Random], list[Stick]]
DAMAGES: Sequence[Damage] = (
    intact,
    intact,
    lost,
    overwritten,
    overwritten,
    cut_off,
    moved,
    moved_and_overwritten,
    inserted,
    doubled,
)
MAY_BE_MIXED = {intact, overwritten, doubled, moved_and_overwritten}


def load(parcel: Parcel, stick: int, strangers: Strangers, dice: random.Random) -> list[Stick]:
    """One stick on its way: on some carrier, with or without others' slots beside, and what became of it."""
    damage = dice.choice(DAMAGES)
    others: list[bytes] = []
    if damage in MAY_BE_MIXED and dice.random() < 1 / 2:
        others = [made.content for made in dice.sample(strangers.old, 3)] if dice.random() < 1 / 2 else []
        others += [made.content for made in dice.sample(strangers.foreign, 2)] + [noise(dice, SLOT)]
    slots = parcel.sticks[stick]
    kind = dice.choice(["file", *strangers.images])
    if kind != "file" and len(slots) + len(others) <= ROOM:
        loaded = as_image(strangers.images[kind], slots, others, dice)
    else:
        loaded = as_file(slots, others, dice)
    return damage(loaded, dice)


def find(stick: Stick, unmask: Unmask) -> list[Found]:
    """As a reader does, if with more patience: whole slots; if there are none, finely; in a file, behind insertions."""
    try:
        grids = list(FreeSpaceCarrier().grids(stick))
        carrier: Carrier = FreeSpaceCarrier()
    except Damaged:
        carrier = FileCarrier()
        grids = list(carrier.grids(stick))
    [grid] = grids
    found = [one for window in windows(grid) for one in search_whole(stick, window, unmask.unmask)]
    if not found:
        found = [one for window in windows(grid) for one in search_finely(stick, window, unmask.unmask)]
    if isinstance(carrier, FileCarrier):
        found += list(resync(stick, [one.offset for one in found], grid, unmask.unmask))
    return found


@dataclass(frozen=True, slots=True)
class Gathered:
    """What was found of one parcel: its tally, and its packets by block."""

    tally: Tally
    fragments: dict[int, list[Fragment]]


def gather(parcel: Parcel, media: Sequence[Stick], unmask: Unmask) -> Gathered:
    gathered = Gathered(Tally(parcel.shape), {})
    for origin, stick in enumerate(media):
        for one in find(stick, unmask):
            header = one.slot.header
            if (header.secret, header.shape) == (parcel.secret, parcel.shape):
                gathered.tally.add(header.block, header.first, header.count)
                fragment = Fragment(origin=origin, first=header.first, packets=one.slot.packets)
                gathered.fragments.setdefault(header.block, []).append(fragment)
    return gathered


def ids_of(media: Sequence[Stick]) -> Ids:
    """Packet ids by block, counted from the bytes that survived."""
    ids: Ids = {}
    for stick in media:
        for made in stick.survivors():
            ids.setdefault(made.block, set()).update(range(made.first, made.first + RUN))
    return ids


def lacking(parcel: Parcel, ids: Ids) -> dict[int, int]:
    lacks = {b: parcel.shape.k(b) - len(ids.get(b, ())) for b in range(parcel.shape.count)}
    return {block: lack for block, lack in lacks.items() if lack > 0}


def suffices(parcel: Parcel, ids: Ids) -> bool:
    return all(len(ids.get(b, ())) >= parcel.shape.k(b) + SURELY for b in range(parcel.shape.count))


def check_restored(parcel: Parcel, gathered: Gathered, ids: Ids) -> None:
    """Every block of which K + 4 packets survive is restored, and nothing is ever restored wrongly."""
    lists = block_lists(gathered.fragments.get(parcel.shape.count, []), parcel.secret, parcel.shape)
    if len(ids.get(parcel.shape.count, ())) >= parcel.shape.list_k + SURELY:
        assert lists == [parcel.list]
    assert lists in ([], [parcel.list])
    for number in range(parcel.shape.count):
        k, have = parcel.shape.k(number), len(ids.get(number, ()))
        restored = restore(
            gathered.fragments.get(number, []),
            k=k,
            length=parcel.shape.length(number),
            digest=lists[0].digests[number] if lists else None,
        )
        assert restored is not None or have < k + SURELY, f"block {number} is not restored from {have} of {k}"
        assert restored is None or have >= k, f"block {number} is restored from too little"
        assert restored is None or restored.block == parcel.block(number), f"block {number} is not the one sealed"
        assert restored is None or not restored.liars, "nobody lied"


def one_trial(number: int, strangers: Strangers, unmask: Unmask) -> str:
    dice = random.Random(f"{SEED}/{number}")
    parcel = make_parcel(dice, ROUTE, any_spread(dice))
    media = [medium for stick in range(parcel.spread.sticks) for medium in load(parcel, stick, strangers, dice)]
    dice.shuffle(media)
    ids = ids_of(media)
    gathered = gather(parcel, media, unmask)
    assert gathered.tally.ids == ids, "what was found is what survived"
    assert gathered.tally.lacking() == lacking(parcel, ids), "what is said to be missing is what is missing"
    check_restored(parcel, gathered, ids)
    return "restored" if suffices(parcel, ids) else "not enough" if lacking(parcel, ids) else "barely enough"


@pytest.mark.parametrize("batch", range(BATCHES))
def test_parcels_come_back_from_whatever_suffices(batch: int, strangers: Strangers) -> None:
    unmask, ends, started = Unmask([ROUTE]), Counter[str](), time.process_time()
    for number in range(batch * TRIALS // BATCHES, (batch + 1) * TRIALS // BATCHES):
        try:
            ends[one_trial(number, strangers, unmask)] += 1
        except AssertionError as failure:
            raise AssertionError(f"JEBI_SEED={SEED}, trial {number}: {failure}") from failure
    print(f"seed {SEED}: {dict(ends)} of {ends.total()} in {time.process_time() - started:.0f} s")
    assert min(ends["restored"], ends["not enough"]) > ends.total() // 20, "both ways of ending are tried"


def forged(mask: Mask, parcel: Parcel, made: Made, dice: random.Random) -> Made:
    """A slot of the parcel that says to carry what `made` carries, and carries something else."""
    return slot(mask, parcel, made.block, made.first, [noise(dice, RUN * SYMBOL)])


def poisoned(dice: random.Random) -> tuple[Parcel, set[int]]:
    """A parcel on four to six sticks, and which of them lie: fewer than may be lost."""
    sticks = dice.randint(4, 6)
    survive = dice.randint(1, sticks - 2)
    shape = Shape(dice.randint(300_000, 1_500_000), dice.randint(1, 3))
    parcel = make_parcel(dice, ROUTE, Spread(shape=shape, sticks=sticks, survive=survive))
    return parcel, set(dice.sample(range(sticks), dice.randint(1, min(2, survive))))


@pytest.mark.parametrize("trial", range(25))
def test_who_has_the_route_key_but_not_the_parcels_secret_changes_nothing(trial: int) -> None:
    dice = random.Random(f"{SEED}/stranger/{trial}")
    parcel, _ = poisoned(dice)
    guessed, mask = replace(parcel, secret=noise(dice, 16)), masker(ROUTE)
    false = [forged(mask, guessed, made, dice) for made in dice.choice(parcel.sticks)]
    media = [as_file(slots, [made.content for made in false], dice) for slots in parcel.sticks]
    gathered = gather(parcel, media, Unmask([ROUTE]))
    assert gathered.tally.ids == ids_of(media)
    check_restored(parcel, gathered, ids_of(media))


@pytest.mark.parametrize("trial", range(40))
def test_who_has_the_parcels_secret_is_found_out_and_the_parcel_comes_back(trial: int) -> None:
    """Their sticks claim the packets of the honest ones that they replace, or all of the others' too."""
    dice, mask = random.Random(f"{SEED}/liar/{trial}"), masker(ROUTE)
    parcel, liars = poisoned(dice)
    media = []
    for stick, slots in enumerate(parcel.sticks):
        claimed = slots if trial % 2 else dice.choice(parcel.sticks) + slots
        packets = [made for made in claimed if made.block < parcel.shape.count]
        lies = [forged(mask, parcel, made, dice) for made in packets]
        media.append(as_file(lies if stick in liars else slots, [], dice))
    gathered = gather(parcel, media, Unmask([ROUTE]))
    named, known = set[int](), frozenset[int]()
    for number in range(parcel.shape.count):
        restored = restore(
            gathered.fragments[number],
            k=parcel.shape.k(number),
            length=parcel.shape.length(number),
            digest=parcel.list.digests[number],
            distrusted=known,
        )
        assert restored is not None
        assert restored.block == parcel.block(number)
        named |= restored.liars
        known = frozenset(named)
    assert named == liars


@pytest.mark.parametrize("trial", range(20))
def test_where_honest_packets_do_not_suffice_nothing_false_is_restored(trial: int) -> None:
    dice, mask = random.Random(f"{SEED}/few/{trial}"), masker(ROUTE)
    parcel, _ = poisoned(dice)
    honest = parcel.spread.enough - 1
    media = [as_file(slots, [], dice) for slots in parcel.sticks[:honest]]
    media += [
        as_file([forged(mask, parcel, made, dice) for made in slots], [], dice) for slots in parcel.sticks[honest:]
    ]
    gathered = gather(parcel, media, Unmask([ROUTE]))
    for number in range(parcel.shape.count):
        enough = len(ids_of(media[:honest]).get(number, ())) >= parcel.shape.k(number)
        restored = restore(
            gathered.fragments[number],
            k=parcel.shape.k(number),
            length=parcel.shape.length(number),
            digest=parcel.list.digests[number],
        )
        assert restored is None or (enough and restored.block == parcel.block(number))


def false_list(parcel: Parcel, dice: random.Random) -> BlockList:
    return BlockList(parcel.shape, tuple(noise(dice, 32) for _ in range(parcel.shape.count)))


def with_list(parcel: Parcel, stick: int, listed: BlockList) -> list[Made]:
    """The slots of one stick, with another block list."""
    spread, mask, count = parcel.spread, masker(ROUTE), parcel.shape.count
    stop = max(spread.list_slots * spread.sticks * RUN, parcel.shape.list_k)
    encoded = encode(listed.written(parcel.secret), parcel.shape.list_k, stop)
    lists = [
        slot(mask, parcel, count, run.first, encoded[run.first : run.first + RUN])
        for _, run in spread.runs(stick, count)
    ]
    return [*(made for made in parcel.sticks[stick] if made.block < count), *lists]


@pytest.mark.parametrize("trial", range(20))
def test_a_liar_who_replaces_the_block_list_is_outvoted_or_tried_in_vain(trial: int) -> None:
    dice = random.Random(f"{SEED}/list/{trial}")
    parcel, liars = poisoned(dice)
    lie = false_list(parcel, dice)
    lying = {stick: with_list(parcel, stick, lie) for stick in liars}
    media = [as_file(lying.get(stick, slots), [], dice) for stick, slots in enumerate(parcel.sticks)]
    gathered = gather(parcel, media, Unmask([ROUTE]))
    lists = block_lists(gathered.fragments[parcel.shape.count], parcel.secret, parcel.shape)
    assert set(lists) == {parcel.list, lie}
    assert len(liars) * 2 >= len(media) or lists[0] == parcel.list
    for listed in lists:
        for number in range(parcel.shape.count):
            restored = restore(
                gathered.fragments[number],
                k=parcel.shape.k(number),
                length=parcel.shape.length(number),
                digest=listed.digests[number],
            )
            assert (restored is None) == (listed == lie)
            assert restored is None or restored.block == parcel.block(number)


PASSPHRASE = b"a desk that is made for a test"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Desk]:
    folder = str(tmp_path_factory.mktemp("desk") / "archive")
    desks.init(folder, "example.org/desk", PASSPHRASE, time=1_900_000_000)
    with desks.open_desk(folder, PASSPHRASE) as opened:
        yield opened


@pytest.fixture(scope="module")
def trip(desk: desks.Desk) -> desks.Issued:
    return desk.issue(signing="signature", memorise=False, note="", share_route="", time=1_900_000_000)


def read_slots(path: Path, route: bytes) -> Stick:
    """A stick as it was written, with its slots where a plain look finds them."""
    stick, unmask = Stick(bytearray(path.read_bytes()), [], 0), Unmask([route])
    try:
        volume = read_volume(stick)
    except Damaged:
        cells: Sequence[int] = range(0, stick.size, SLOT)
    else:
        cells = free_cells(volume)
        stick.start = cells[0]
    for cell in cells:
        content = bytes(stick.content[cell : cell + SLOT])
        if any(content[:64]) and (came := unmask.unmask(content)) is not None:
            stick.places.append((cell, Made(came.header.block, came.header.first, content)))
    return stick


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A clip that was sealed onto sticks: each stick as it was written."""

    parcel: str
    spread: Spread
    clip: bytes = field(repr=False)
    sticks: tuple[Stick, ...] = field(repr=False)


def send(trip: desks.Issued, clip: bytes, places: Sequence[Path], survive: int) -> Sent:
    """Seal under the trip's first number again and again; a desk takes that, for it tells parcels by their secrets."""
    folder = places[0].parent / "card"
    folder.mkdir()
    (folder / "clip.mp4").write_bytes(clip)
    assert trip.card.seed is not None
    sealed = seal_onto(
        list_clips([str(folder)]),
        trip.card,
        trip.card.seed,
        [str(place) for place in places],
        survive=survive,
        carrier=None,
        progress=Quiet(),
        unprepared=True,
    )
    assert len(sealed.whole) == len(places)
    sticks = tuple(read_slots(place, trip.route.secret) for place in places)
    spread = sealed.departure.spread
    assert all(len(stick.places) == spread.slots for stick in sticks)
    return Sent(parcel=sealed.parcel, spread=spread, clip=clip, sticks=sticks)


def arrived(desk: desks.Desk, media: Sequence[Stick], folder: Path, parcel: str) -> Arrival | None:
    """What the desk says of one parcel after it received some media; None where nothing of it was found."""
    folder.mkdir()
    for number, stick in enumerate(media):
        (folder / f"medium {number}").write_bytes(stick.content)
    try:
        arrivals = receive(desk, [str(folder)], Wish(), Quiet())
    except NothingFound:
        return None
    return next((arrival for arrival in arrivals if arrival.parcel == parcel), None)


@pytest.mark.parametrize("number", range(40))
def test_the_desk_receives_whatever_suffices_and_says_exactly_what_is_missing(
    number: int, desk: desks.Desk, trip: desks.Issued, strangers: Strangers, tmp_path: Path
) -> None:
    """The same on real files, through sealing, workers, tray and archive; and what was missing completes it later."""
    dice = random.Random(f"{SEED}/office/{number}")
    places = [tmp_path / f"stick {i}" for i in range(dice.randint(2, 4))]
    for place in places:
        if dice.random() < 1 / 2:
            place.write_bytes(dice.choice(list(strangers.images.values())))
    clip = noise(dice, int(200_000 + 1_500_000 * dice.random() ** 2))
    sent = send(trip, clip, places, dice.randrange(len(places)))
    media = [medium for stick in sent.sticks for medium in dice.choice(DAMAGES)(stick.copy(), dice)]
    shape, ids = sent.spread.shape, ids_of(media)
    lacks = {b: shape.k(b) - len(ids.get(b, ())) for b in range(shape.count) if len(ids.get(b, ())) < shape.k(b)}
    arrival = arrived(desk, media, tmp_path / "first", sent.parcel)
    if not ids:
        assert arrival is None
    elif lacks:
        assert arrival is not None
        assert arrival.state is State.WAITING
        assert arrival.shortfall == Shortfall(blocks=len(lacks), packets=sum(lacks.values()), worst=max(lacks.values()))
    elif all(len(ids[b]) >= shape.k(b) + SURELY for b in range(shape.count)):
        assert arrival is not None
        assert arrival.state is State.WHOLE
        assert not arrival.liars
    if arrival is None or arrival.state is not State.WHOLE:
        arrival = arrived(desk, sent.sticks, tmp_path / "later", sent.parcel)
        assert arrival is not None
        assert arrival.state is State.WHOLE
    assert Path(desk.path("clips", sent.parcel, "clip.mp4")).read_bytes() == clip


def one_pile(reader: Reader) -> Pile:
    [pile] = reader.search(lambda _: None)
    return pile


def restored_by(media: Sequence[Stick], parcel: Parcel, folder: Path) -> tuple[bytes | None, frozenset[int]]:
    """What a reader makes of media on disk, and whom it calls liars, by their numbers."""
    sources = []
    for number, stick in enumerate(media):
        (folder / f"medium {number}").write_bytes(stick.content)
        sources.append(Source(str(folder / f"medium {number}"), number))
    into = folder / "sealed"
    into.write_bytes(bytes(parcel.shape.sealed_length))
    with Reader(sources, [ROUTE]) as reader:
        pile = one_pile(reader)
        done = list(reader.restore(pile, reader.lists(pile)[0], str(into), only=range(parcel.shape.count)))
    liars = frozenset[int]().union(*(block.liars for block in done))
    return into.read_bytes() if all(block.is_whole for block in done) else None, liars


def single(seed: str, length: int, blocks: int = 1) -> Parcel:
    dice = random.Random(seed)
    return make_parcel(dice, ROUTE, Spread(shape=Shape(length, blocks), sticks=1, survive=0))


def test_a_file_that_was_moved_as_a_whole_is_read_whole(tmp_path: Path) -> None:
    parcel, dice = single("moved", 1_500_000), random.Random("moved")
    stick = as_file(parcel.sticks[0], [], dice)
    stick.insert(0, noise(dice, 512 * 3))
    assert restored_by([stick], parcel, tmp_path) == (parcel.sealed, frozenset())


def test_a_stick_whose_boot_sector_is_gone_is_still_read(tmp_path: Path) -> None:
    """Slots lie in a third of its free space, and not where a file's would."""
    (tmp_path / "image").write_bytes(bytes(120 * MIB))
    make_volume(tmp_path / "image", "mkfs.fat", "-F32", "-s2")
    parcel, dice = single("boot", 40_000_000, 10), random.Random("boot")
    stick = as_image((tmp_path / "image").read_bytes(), parcel.sticks[0], [], dice)
    stick.write(0, noise(dice, 32768))
    assert all(place % SLOT for place, _ in stick.places)
    assert restored_by([stick], parcel, tmp_path) == (parcel.sealed, frozenset())


def test_many_damaged_copies_of_one_stick_do_not_crowd_out_the_last_missing_slot(tmp_path: Path) -> None:
    """Each lacks the same slot but one, and together they have more slots of the block than are ever loaded."""
    parcel, dice = single("copies", 4_200_000), random.Random("copies")
    slots = [made for made in parcel.sticks[0] if made.block == 0]
    copies = MOST_SLOTS_OF_A_BLOCK // (len(slots) - 1) + 1
    media = [as_file([*slots[:-1], *parcel.sticks[0][-1:]], [], dice) for _ in range(copies)]
    media.append(as_file(slots[-1:], [], dice))
    assert copies * (len(slots) - 1) >= MOST_SLOTS_OF_A_BLOCK
    assert restored_by(media, parcel, tmp_path) == (parcel.sealed, frozenset())


@pytest.mark.parametrize("claims", ["all runs there are", "only the honest ones"])
def test_a_flood_of_false_slots_does_not_crowd_out_the_honest_ones(claims: str, tmp_path: Path) -> None:
    parcel, dice, mask = single("flood", 1_000_000), random.Random("flood"), masker(ROUTE)
    firsts = range(0, 16 * 600, 16) if "all" in claims else [made.first for made in parcel.sticks[0]] * 60
    false = [forged(mask, parcel, Made(0, first, b""), dice) for first in firsts[:600]]
    media = [as_file(false, [], dice), as_file(parcel.sticks[0], [], dice)]
    assert restored_by(media, parcel, tmp_path) == (parcel.sealed, frozenset({0}))


def test_who_floods_a_block_list_costs_no_more_memory_than_a_block(tmp_path: Path) -> None:
    parcel, dice, mask = single("lists", 400_000), random.Random("lists"), masker(ROUTE)
    firsts = range(0, 16 * 600, 16)
    false = [forged(mask, parcel, Made(parcel.shape.count, first, b""), dice) for first in firsts]
    media = [as_file(false, [], dice), as_file(parcel.sticks[0], [], dice)]
    assert restored_by(media, parcel, tmp_path) == (parcel.sealed, frozenset())
