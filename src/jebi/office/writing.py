"""Sealed bytes → packets → slots → sticks, on all cores, and everything read back before anybody says done.

The main process makes the sealed bytes, block after block; workers hash, encode, mask and write them. Each slot's own
key is remembered until the end, in memory only, and with it every slot is read back from the device and checked.

Invariants: bounded memory (a few blocks; 32 bytes a slot); a failing stick stops only itself, and is named.
"""

import hashlib
import mmap
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from jebi.carriers.slot import SLOT, Mask, SlotHeader, check
from jebi.errors import JebiError, Unable
from jebi.office.targets import Target
from jebi.parcel.blocks import MOST_PACKETS, SYMBOL, BlockList
from jebi.parcel.fountain import encode
from jebi.parcel.spread import RUN, Run, Spread
from jebi.parcel.stream import Chained
from jebi.work.crew import DEPTH, Crew

KEY = 32
SLOTS_A_CHECK = 64
Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Block:
    number: int
    buffer: int
    length: int


@dataclass(frozen=True, slots=True)
class _Written:
    """What a worker did with a block: its digest, and for every stick the key of each slot or why it failed."""

    digest: bytes
    keys: dict[int, list[tuple[int, bytes]]]
    failures: dict[int, JebiError]


@dataclass(frozen=True, slots=True)
class _Check:
    stick: int
    first: int
    keys: bytes


class Writer:
    """Writes one parcel to open targets. Use as a context manager; workers are forked when it is made."""

    def __init__(self, spread: Spread, targets: Sequence[Target], route: bytes, secret: bytes) -> None:
        self._spread, self._targets, self._secret = spread, targets, secret
        self._mask = Mask(route)
        self._keys = [bytearray(KEY * spread.slots) for _ in targets]
        self._crew: Crew[_Block | _Check, _Written | int] = Crew(self._work)
        self._buffers = memoryview(mmap.mmap(-1, self._crew.size * DEPTH * MOST_PACKETS * SYMBOL))
        self._hand: _Hand | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.__exit__()

    def write(self, sealed: Chained, advance: Advance) -> BlockList:
        """Write all of a sealed parcel, then the block list. `advance` hears the sealed bytes done so far.

        Raises:
            NoRoom, Unable: the last stick failed, and there is nothing to write on.
        """
        shape, digests = self._spread.shape, []
        self._check_any_left()
        for number, written in enumerate(self._crew.run(self._blocks(sealed))):
            assert isinstance(written, _Written)
            digests.append(written.digest)
            self._note(written)
            self._check_any_left()
            advance(shape.length(number))
        blocks = BlockList(shape, tuple(digests))
        self._note(self._write_block(blocks.written(self._secret), shape.count))
        self._hand = None
        self._check_any_left()
        return blocks

    def read_back(self, advance: Advance) -> None:
        """Sync every stick, forget what memory holds of it, and check every slot on it. Failures stay with the stick."""
        for target in self._targets:
            target.attempt(target.sync)
        checks = [
            _Check(stick, first, bytes(self._keys[stick][first * KEY : (first + SLOTS_A_CHECK) * KEY]))
            for stick, target in enumerate(self._targets)
            if target.failure is None
            for first in range(0, self._spread.slots, SLOTS_A_CHECK)
        ]
        wrong = [0] * len(self._targets)
        for one, bad in zip(checks, self._crew.run(checks), strict=True):
            assert isinstance(bad, int)
            wrong[one.stick] += bad
            advance(len(one.keys) // KEY * SLOT)
        for target, bad in zip(self._targets, wrong, strict=True):
            if bad:
                target.failure = Unable(
                    f"{target.name} gave back {bad} of {self._spread.slots} slots other than they were written",
                    hint="the stick is failing or smaller than it claims; use another",
                )

    def _blocks(self, sealed: Chained) -> Iterator[_Block]:
        shape = self._spread.shape
        for number in range(shape.count):
            length, buffer = shape.length(number), number % self._crew.depth
            start = buffer * MOST_PACKETS * SYMBOL
            filled = sealed.read_into(self._buffers[start : start + length])
            assert filled == length, "the seal is as long as was planned"
            yield _Block(number, buffer, length)
        assert not sealed.read(1), "the seal is no longer than was planned"

    def _work(self, task: _Block | _Check) -> _Written | int:
        if isinstance(task, _Check):
            return self._check(task)
        start = task.buffer * MOST_PACKETS * SYMBOL
        return self._write_block(bytes(self._buffers[start : start + task.length]), task.number)

    def _write_block(self, block: bytes, number: int) -> _Written:
        spread, shape = self._spread, self._spread.shape
        is_list = number == shape.count
        k = shape.list_k if is_list else shape.k(number)
        stop = spread.list_slots * spread.sticks * RUN if is_list else spread.minted
        packets = encode(block, k, max(stop, k))
        hand = self._hand = self._hand or _Hand(spread, self._targets)
        keys = {}
        for stick in (i for i, target in enumerate(self._targets) if target.failure is None):
            keys[stick] = [
                (slot, self._mask.mask(self._header(run), packets[run.first : run.first + run.count], into))
                for (slot, run), into in zip(spread.runs(stick, number), hand.views(stick), strict=False)
            ]
            hand.begin(stick, [slot for slot, _ in keys[stick]])
        return _Written(b"" if is_list else hashlib.sha256(block).digest(), keys, hand.end())

    def _header(self, run: Run) -> SlotHeader:
        return SlotHeader(
            secret=self._secret,
            shape=self._spread.shape,
            block=run.block,
            first=run.first,
            count=run.count,
            minted=self._spread.minted,
        )

    def _note(self, written: _Written) -> None:
        for stick, keys in written.keys.items():
            for slot, key in keys:
                self._keys[stick][slot * KEY : (slot + 1) * KEY] = key
        for stick, failure in written.failures.items():
            self._targets[stick].failure = self._targets[stick].failure or failure

    def _check_any_left(self) -> None:
        failures = [target.failure for target in self._targets if target.failure]
        if len(failures) == len(self._targets):
            first = failures[0]
            raise type(first)(f"every stick failed: {first.what}" if len(failures) > 1 else first.what, hint=first.hint)

    def _check(self, task: _Check) -> int:
        """How many of some slots do not come back as they were written."""
        target, wrong = self._targets[task.stick], 0
        hand = self._hand = self._hand or _Hand(self._spread, self._targets)
        into = next(hand.views(0))
        for i in range(len(task.keys) // KEY):
            medium, offset = target.locate(task.first + i)
            try:
                came = medium.read_into(offset, into)
            except Unable:
                came = False
            wrong += not came or check(into, task.keys[i * KEY : (i + 1) * KEY]) is None
        return wrong


class _Hand:
    """A worker's buffers, aligned for the device, and one thread a stick, so that slow sticks write side by side."""

    def __init__(self, spread: Spread, targets: Sequence[Target]) -> None:
        self._targets = targets
        self._many = max(spread.slots_a_block, spread.list_slots)
        self._view = memoryview(mmap.mmap(-1, len(targets) * self._many * SLOT))
        self._threads = ThreadPoolExecutor(len(targets))
        self._writing: dict[int, Future[None]] = {}

    def views(self, stick: int) -> Iterator[memoryview]:
        """Room for the slots of one block on one stick."""
        for i in range(self._many):
            start = (stick * self._many + i) * SLOT
            yield self._view[start : start + SLOT]

    def begin(self, stick: int, slots: Sequence[int]) -> None:
        """Start writing what lies in a stick's views to those slots."""
        self._writing[stick] = self._threads.submit(self._write, stick, slots)

    def end(self) -> dict[int, JebiError]:
        """Wait for all sticks; the failures, by stick."""
        failures = {stick: future.exception() for stick, future in self._writing.items()}
        self._writing.clear()
        unexpected = next((error for error in failures.values() if error and not isinstance(error, Unable)), None)
        if unexpected:
            raise unexpected
        return {stick: error for stick, error in failures.items() if isinstance(error, Unable)}

    def _write(self, stick: int, slots: Sequence[int]) -> None:
        for slot, view in zip(slots, self.views(stick), strict=False):
            medium, offset = self._targets[stick].locate(slot)
            medium.write_at(offset, view)
