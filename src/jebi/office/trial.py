"""What `jebi selftest` runs: one small trial of every step of the crossing, in memory, and every vector of every format."""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from jebi.carriers.slot import SLOT, Mask, SlotHeader, Unmask
from jebi.errors import Damaged, JebiError, WrongKey
from jebi.office import vectors
from jebi.office.verdicts import holds
from jebi.parcel import backup, seal
from jebi.parcel.card import RouteKey
from jebi.parcel.fountain import encode
from jebi.parcel.gather import Fragment, restore
from jebi.parcel.keys import Passphrase, PostQuantumIdentity
from jebi.parcel.padding import padme
from jebi.parcel.spread import RUN, Spread, shape_for

LENGTH = 3_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How many vectors of one folder there are, and the names of those that do not hold."""

    folder: str
    count: int
    failed: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """A folder without vectors has not passed: it was not installed whole."""
        return self.count > 0 and not self.failed


def run_vectors(place: Traversable) -> Iterator[Tried]:
    """Every vector that lies there, folder by folder; raises `Unable` where a folder cannot be read."""
    for folder in vectors.FOLDERS:
        verdicts = {name: _holds(folder, name, content) for name, content in vectors.files(place, folder)}
        failed = tuple(name for name, held in verdicts.items() if not held)
        yield Tried(folder=folder, count=len(verdicts), failed=failed)


def _holds(folder: str, name: str, content: bytes) -> bool:
    try:
        return holds(vectors.parse(folder, name, content))
    except Damaged:
        return False


def run_trials() -> Iterator[tuple[str, bool]]:
    """The name of each trial, and whether it passed. A trial that raises has failed."""
    trials: dict[str, Callable[[], bool]] = {
        "sealing: opens with the right key, to the byte": _seals,
        "sealing: does not open with another key, and notices one altered bit": _resists,
        "sealing: a passphrase opens its own file": _passphrase,
        "packets and slots: two of four sticks bring everything back": _crosses,
        "slots: look different every time, and only the route key finds them": _hides,
        "back-up: any two of three papers bring the key back": _backs_up,
        "padding: lengths from the paper": lambda: (
            (padme(9), padme(1_000_001), padme((1 << 49) - 1)) == (10, 1015808, 1 << 49)
        ),
    }
    for name, trial in trials.items():
        try:
            yield name, trial()
        except (AssertionError, JebiError, ValueError, ImportError):
            yield name, False


def _seals() -> bool:
    identity, payload = PostQuantumIdentity(os.urandom(32)), os.urandom(200_000)
    return seal.open_in_memory(seal.in_memory(payload, [identity.recipient()]), [identity]) == payload


def _resists() -> bool:
    identity, other = PostQuantumIdentity(os.urandom(32)), PostQuantumIdentity(os.urandom(32))
    sealed = bytearray(seal.in_memory(os.urandom(200_000), [identity.recipient()]))
    try:
        seal.open_in_memory(bytes(sealed), [other])
    except WrongKey:
        sealed[150_000] ^= 1
    try:
        seal.open_in_memory(bytes(sealed), [identity])
    except Damaged:
        return True
    return False


def _passphrase() -> bool:
    phrase = Passphrase(b"six random words are quite good", work_factor=12)
    return seal.open_in_memory(seal.in_memory(b"secret", [phrase]), [phrase]) == b"secret"


def _crosses() -> bool:
    payload = os.urandom(LENGTH)
    shape = shape_for(LENGTH, sticks=4, survive=2)
    spread, route = Spread(shape=shape, sticks=4, survive=2), RouteKey(os.urandom(32))
    packets = encode(payload, shape.k(0), spread.minted)
    mask, unmask, fragments = Mask(route.public()), Unmask([route.secret]), []
    for stick in (3, 1):
        for _, run in spread.runs(stick, 0):
            header = SlotHeader(
                secret=bytes(16), shape=shape, block=0, first=run.first, count=RUN, minted=spread.minted
            )
            into = memoryview(bytearray(SLOT))
            mask.mask(header, packets[run.first : run.first + RUN], into)
            slot = unmask.unmask(into)
            assert slot is not None
            fragments.append(Fragment(origin=stick, first=slot.header.first, packets=slot.packets))
    restored = restore(fragments, k=shape.k(0), length=LENGTH, digest=hashlib.sha256(payload).digest())
    return restored is not None and restored.block == payload


def _hides() -> bool:
    route, other, shape = RouteKey(os.urandom(32)), RouteKey(os.urandom(32)), shape_for(LENGTH, sticks=1, survive=0)
    header = SlotHeader(secret=bytes(16), shape=shape, block=0, first=0, count=RUN, minted=0)
    first, second = bytearray(SLOT), bytearray(SLOT)
    for into in (first, second):
        Mask(route.public()).mask(header, [bytes(SLOT)[: RUN * 8184]], memoryview(into))
    same = sum(a == b for a, b in zip(first, second, strict=True))
    foreign = Unmask([other.secret]).unmask(bytes(first))
    return foreign is None and Unmask([route.secret]).unmask(bytes(first)) is not None and same < SLOT // 128


def _backs_up() -> bool:
    identity = PostQuantumIdentity(os.urandom(32))
    papers = backup.split(identity)
    return all(backup.combine([a, b]) == identity for a, b in ((papers[0], papers[1]), (papers[1], papers[2])))
