"""Sealed bytes → packets → slots → sticks, on all cores, and everything read back before anybody says done.

The main process makes the sealed bytes, block after block; workers hash, encode, mask and write them. Each slot's own
key is remembered until the end, in memory only, and with it every slot is read back from the device and checked. What a
stick did not keep, for it was pulled out or worse, is written again out of the same sealed bytes.

Invariants: bounded memory (a few blocks; 64 bytes a slot); a failing stick stops only itself, and is named; nothing is
written under the parcel's keys but the bytes that were sealed first.
"""

import hashlib
import mmap
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from jebi.carriers.slot import SLOT, Mask, SlotHeader, check
from jebi.errors import Gone, JebiError, Unable
from jebi.office.progress import Progress
from jebi.office.targets import Target
from jebi.parcel.blocks import MOST_PACKETS, SYMBOL, BlockList
from jebi.parcel.fountain import encode
from jebi.parcel.spread import RUN, Run, Spread
from jebi.parcel.stream import Chained
from jebi.work.crew import Crew

KEY = 64  # bytes that are remembered of a slot: its own key, and its point
SLOTS_A_CHECK = 64


class NotKept(Gone):
    """A stick gives back other bytes than were written."""


@dataclass(frozen=True, slots=True)
class _Block:
    number: int
    buffer: int
    length: int


@dataclass(frozen=True, slots=True)
class _Written:
    """What a worker did with a block: its digest, and for every stick the key of each slot or why it failed."""

    number: int
    digest: bytes
    keys: dict[int, list[tuple[int, bytes]]]
    failures: dict[int, JebiError]


@dataclass(frozen=True, slots=True)
class _Check:
    stick: int
    first: int
    keys: bytes


class Writer:
    """Writes one parcel to open targets. Use as a context manager; workers are forked when there is work for them."""

    def __init__(self, spread: Spread, targets: Sequence[Target], route: bytes, secret: bytes) -> None:
        self.spread, self.targets, self._secret = spread, targets, secret
        self._mask = Mask(route)
        self._keys = [bytearray(KEY * spread.slots) for _ in targets]
        self._blocks: BlockList | None = None
        self._lost: dict[int, set[int]] | None = None  # slots to write, by stick; None: all of them
        self._crew = self._new_crew()
        self._buffers = memoryview(mmap.mmap(-1, self._crew.depth * MOST_PACKETS * SYMBOL))
        self._hand: _Hand | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._crew.__exit__()
        self._let_go()

    def write(self, sealed: Chained, progress: Progress) -> None:
        """Write all of a sealed parcel, then the block list.

        Raises:
            NoRoom, Unable: the last stick failed for good, and there is nothing to write on.
        """
        progress.begin("sealing", self.spread.shape.sealed_length)
        digests = tuple(written.digest for written in self._written(sealed, progress))
        self._blocks = BlockList(self.spread.shape, digests)
        self._write_list(progress)

    def read_back(self, progress: Progress, *, only: Collection[Target] | None = None) -> None:
        """Sync the sticks, forget what memory holds of them, and check every slot. Failures stay with the stick."""
        sticks = [i for i, target in enumerate(self.targets) if only is None or target in only]
        for stick in sticks:
            self.targets[stick].attempt(self.targets[stick].sync)
        checks = [
            _Check(stick, first, bytes(self._keys[stick][first * KEY : (first + SLOTS_A_CHECK) * KEY]))
            for stick in sticks
            if self.targets[stick].failure is None
            for first in range(0, self.spread.slots, SLOTS_A_CHECK)
        ]
        progress.begin("reading back", sum(len(one.keys) // KEY * SLOT for one in checks))
        lost = {one.stick: set[int]() for one in checks}
        for one, bad in zip(checks, self._crew.run(checks), strict=True):
            assert isinstance(bad, tuple)
            lost[one.stick].update(bad)
            progress.advance(len(one.keys) // KEY * SLOT)
        self._lost = lost
        for stick, slots in lost.items():
            if slots:
                self._fail(stick, len(slots))

    def mend(self, stream: Callable[[], Chained], back: Collection[Target], progress: Progress) -> None:
        """Look what sticks that were opened again lack, write it from the same sealed bytes, and read it back.

        Raises:
            Unable, Damaged: a clip cannot be read as it was before. What was read back stays good.
        """
        self._start_anew()
        self.read_back(progress, only=back)
        if not any((self._lost or {}).values()):
            return
        for target in back:
            if isinstance(target.failure, NotKept):
                target.failure = None
        self._start_anew()
        progress.begin("catching up", self.spread.shape.sealed_length)
        for _ in self._written(stream(), progress):
            pass
        self._write_list(progress)
        self.read_back(progress, only=back)

    def rest(self) -> None:
        """Let the workers go, and with them what they hold open."""
        self._crew.__exit__()

    def lost(self, target: Target) -> int:
        """How many slots a stick lacks, as far as is known."""
        lost = (self._lost or {}).get(self.targets.index(target))
        return self.spread.slots if lost is None else len(lost)

    def check_any_left(self) -> None:
        """Raises the first stick's failure when every stick has failed."""
        failures = [target.failure for target in self.targets if target.failure]
        if len(failures) == len(self.targets):
            first = failures[0]
            raise type(first)(f"every stick failed: {first.what}" if len(failures) > 1 else first.what, hint=first.hint)

    def _new_crew(self) -> "Crew[_Block | _Check, _Written | tuple[int, ...]]":
        return Crew(self._work)

    def _start_anew(self) -> None:
        """Workers that know which sticks were opened again, and what is lost."""
        self.rest()
        self._crew = self._new_crew()

    def _fail(self, stick: int, bad: int) -> None:
        self.targets[stick].failure = NotKept(
            f"{self.targets[stick].name} gave back {bad} of {self.spread.slots} slots other than they were written",
            hint="the stick is failing or smaller than it claims; use another",
        )

    def _written(self, sealed: Chained, progress: Progress) -> Iterator[_Written]:
        """What became of each block that was to be written, in order."""
        for written in self._crew.run(self._cut(sealed, progress)):
            assert isinstance(written, _Written)
            self._note(written, progress)
            progress.advance(self.spread.shape.length(written.number))
            yield written

    def _cut(self, sealed: Chained, progress: Progress) -> Iterator[_Block]:
        """The blocks of which anything is to be written."""
        shape, turn = self.spread.shape, 0
        for number in range(shape.count):
            length, buffer = shape.length(number), turn % self._crew.depth
            start = buffer * MOST_PACKETS * SYMBOL
            filled = sealed.read_into(self._buffers[start : start + length])
            assert filled == length, "the seal is as long as was planned"
            if self._is_wanted(number):
                turn += 1
                yield _Block(number, buffer, length)
            else:
                progress.advance(length)
        assert not sealed.read(1), "the seal is no longer than was planned"

    def _is_wanted(self, number: int) -> bool:
        return any(next(self._runs(stick, number), None) for stick in range(len(self.targets)))

    def _runs(self, stick: int, number: int) -> Iterator[tuple[int, Run]]:
        """The slots of one block on one stick that are to be written."""
        for slot, run in self.spread.runs(stick, number):
            if self._lost is None or slot in self._lost.get(stick, ()):
                yield slot, run

    def _work(self, task: _Block | _Check) -> "_Written | tuple[int, ...]":
        if isinstance(task, _Check):
            return self._check(task)
        start = task.buffer * MOST_PACKETS * SYMBOL
        return self._write_block(bytes(self._buffers[start : start + task.length]), task.number)

    def _write_block(self, block: bytes, number: int) -> _Written:
        digest = hashlib.sha256(block).digest()
        if self._blocks and self._blocks.digests[number] != digest:
            raise Unable("a clip changed while it was sealed", hint="is the camera still recording?")
        stop = max(self.spread.minted, self.spread.shape.k(number))
        return self._write_packets(number, encode(block, self.spread.shape.k(number), stop), digest)

    def _write_list(self, progress: Progress) -> None:
        """The block list, which is small: by this process itself."""
        assert self._blocks is not None
        spread, shape = self.spread, self.spread.shape
        stop = max(spread.list_slots * spread.sticks * RUN, shape.list_k)
        packets = encode(self._blocks.written(self._secret), shape.list_k, stop)
        self._note(self._write_packets(shape.count, packets, b""), progress)
        self._let_go()

    def _let_go(self) -> None:
        """Wait for what this process itself is writing: a stick may be closed only then."""
        if self._hand:
            self._hand.close()
            self._hand = None

    def _own_hand(self) -> "_Hand":
        """This process's own buffers: those that came over a fork are the same memory in every worker."""
        if self._hand is None or self._hand.process != os.getpid():
            self._hand = _Hand(self.spread, self.targets)
        return self._hand

    def _write_packets(self, number: int, packets: Sequence[memoryview], digest: bytes) -> _Written:
        hand, keys = self._own_hand(), {}
        for stick in (i for i, target in enumerate(self.targets) if target.failure is None):
            keys[stick] = [
                (slot, self._mask.mask(self._header(run), packets[run.first : run.first + run.count], into))
                for (slot, run), into in zip(self._runs(stick, number), hand.views(stick), strict=False)
            ]
            hand.begin(stick, [slot for slot, _ in keys[stick]])
        return _Written(number, digest, keys, hand.end())

    def _header(self, run: Run) -> SlotHeader:
        return SlotHeader(
            secret=self._secret,
            shape=self.spread.shape,
            block=run.block,
            first=run.first,
            count=run.count,
            minted=self.spread.minted,
        )

    def _note(self, written: _Written, progress: Progress) -> None:
        for stick, keys in written.keys.items():
            for slot, key in keys:
                self._keys[stick][slot * KEY : (slot + 1) * KEY] = key
        for stick, failure in written.failures.items():
            target = self.targets[stick]
            if target.failure is None:
                target.failure = failure
                if isinstance(failure, Gone):
                    progress.say(f"{failure.what}; plug it in again, and it is caught up when the others are done")
        if not any(target.failure is None or isinstance(target.failure, Gone) for target in self.targets):
            self.check_any_left()

    def _check(self, task: _Check) -> tuple[int, ...]:
        """Which of some slots do not come back as they were written."""
        target, wrong = self.targets[task.stick], []
        into = next(self._own_hand().views(0))
        for i in range(len(task.keys) // KEY):
            medium, offset = target.locate(task.first + i)
            try:
                came = medium.read_into(offset, into)
            except Unable:
                came = False
            if not came or check(into, task.keys[i * KEY : (i + 1) * KEY]) is None:
                wrong.append(task.first + i)
        return tuple(wrong)


class _Hand:
    """A worker's buffers, aligned for the device, and one thread a stick, so that slow sticks write side by side."""

    def __init__(self, spread: Spread, targets: Sequence[Target]) -> None:
        self.process = os.getpid()
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

    def close(self) -> None:
        self._threads.shutdown()

    def _write(self, stick: int, slots: Sequence[int]) -> None:
        for slot, view in zip(slots, self.views(stick), strict=False):
            medium, offset = self._targets[stick].locate(slot)
            medium.write_at(offset, view)
