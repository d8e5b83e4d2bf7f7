"""A parcel written for good: what a stick did not keep is written again, from the same bytes and no others."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pytest

from jebi.carriers.slot import SLOT, Unmask
from jebi.errors import Unable
from jebi.office.lasting import ROUNDS, write_onto
from jebi.office.progress import Quiet
from jebi.office.targets import Target, open_targets
from jebi.office.writing import NotKept, Writer
from jebi.parcel.card import RouteKey
from jebi.parcel.spread import Spread, shape_for
from jebi.parcel.stream import Chained

LENGTH = 9_000_000  # three blocks
SEALED = random.Random(7).randbytes(LENGTH)
ROUTE = RouteKey(b"route of these tests".ljust(32, b"."))
SPREAD = Spread(shape=shape_for(LENGTH, sticks=2, survive=1), sticks=2, survive=1)


@dataclass
class Accidents(Quiet):
    """Does something to the sticks whenever a step begins; remembers the steps, and what was said."""

    accident: Callable[[str, int], None]
    steps: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        self.steps.append(what)
        self.accident(what, self.steps.count(what))

    def say(self, text: str) -> None:
        self.said.append(text)


@dataclass
class Sticks:
    """Two files of slots that are being written."""

    folder: Path
    streams: list[bytes] = field(default_factory=lambda: [SEALED])

    def path(self, name: str) -> Path:
        whole = self.folder / name
        return whole if whole.exists() else self.folder / f"{name}.part"

    def write(self, accident: Callable[[str, int], None]) -> tuple[list[Target], Accidents]:
        progress = Accidents(accident)
        targets = open_targets([str(self.folder / name) for name in ("a", "b")], SPREAD.slots, "file")
        try:
            with Writer(SPREAD, targets, ROUTE.public(), bytes(16)) as writer:
                write_onto(writer, self._stream, 0, progress)
        finally:
            for target in targets:
                target.close()
        return targets, progress

    def _stream(self) -> Chained:
        return Chained(iter([self.streams.pop(0) if len(self.streams) > 1 else self.streams[0]]))

    def damage(self, name: str, *slots: int) -> None:
        with self.path(name).open("r+b") as file:
            for slot in slots:
                file.seek(slot * SLOT + 1000)
                file.write(b"not what was written")

    def whole_slots(self, name: str) -> list[tuple[int, int]]:
        """Block and first packet of every slot that can be read."""
        content, unmask = self.path(name).read_bytes(), Unmask([ROUTE.secret])
        slots = (unmask.unmask(content[at : at + SLOT]) for at in range(0, len(content), SLOT))
        return [(slot.header.block, slot.header.first) for slot in slots if slot]


@pytest.fixture
def sticks(tmp_path: Path) -> Sticks:
    return Sticks(tmp_path)


def every_slot(stick: int) -> list[tuple[int, int]]:
    blocks = range(SPREAD.shape.count + 1)
    return [(run.block, run.first) for block in blocks for _, run in SPREAD.runs(stick, block)]


def test_a_stick_that_keeps_everything_is_written_once(sticks: Sticks) -> None:
    targets, progress = sticks.write(lambda what, turn: None)
    assert [target.failure for target in targets] == [None, None]
    assert progress.steps == ["sealing", "reading back"]
    assert (sticks.whole_slots("a"), sticks.whole_slots("b")) == (every_slot(0), every_slot(1))


@pytest.mark.parametrize("lost", [(0,), (1, 40, 70), (SPREAD.slots - 1,), tuple(range(SPREAD.slots))], ids=str)
def test_what_a_stick_did_not_keep_is_written_again(sticks: Sticks, lost: tuple[int, ...]) -> None:
    def accident(what: str, turn: int) -> None:
        if what == "reading back" and turn == 1:
            sticks.damage("b", *lost)

    targets, progress = sticks.write(accident)
    assert [target.failure for target in targets] == [None, None]
    assert progress.steps.count("catching up") == 1
    assert (sticks.whole_slots("a"), sticks.whole_slots("b")) == (every_slot(0), every_slot(1))


def test_only_what_was_lost_is_written_again(sticks: Sticks) -> None:
    before: list[bytes] = []

    def accident(what: str, turn: int) -> None:
        if what == "reading back" and turn == 1:
            sticks.damage("b", 5)
            before.extend(sticks.path(name).read_bytes() for name in ("a", "b"))

    sticks.write(accident)
    assert sticks.path("a").read_bytes() == before[0]
    after = sticks.path("b").read_bytes()
    different = {at // SLOT for at in range(len(after)) if after[at] != before[1][at]}
    assert different == {5}


def test_a_stick_that_never_keeps_anything_is_given_up(sticks: Sticks) -> None:
    targets, progress = sticks.write(lambda what, turn: sticks.damage("b", 3) if what == "reading back" else None)
    assert targets[0].failure is None
    assert isinstance(targets[1].failure, NotKept)
    assert f"1 of {SPREAD.slots}" in targets[1].failure.what
    assert progress.steps.count("catching up") <= ROUNDS
    assert sticks.path("a").name == "a"
    assert not sticks.path("b").exists()


def test_of_a_clip_that_changed_meanwhile_nothing_is_written_under_the_same_keys(sticks: Sticks) -> None:
    """Two different plaintexts under one key would give both away."""
    sticks.streams.append(SEALED[:-1] + bytes([SEALED[-1] ^ 1]))
    last = SPREAD.shape.count * SPREAD.slots_a_block - 1
    kept_open: list[BinaryIO] = []

    def accident(what: str, turn: int) -> None:
        if what == "reading back" and turn == 1:
            sticks.damage("b", last)
            kept_open.append(sticks.path("b").open("rb"))

    (kept, failed), _ = sticks.write(accident)
    assert kept.failure is None
    assert failed.failure is not None
    assert "changed while it was sealed" in failed.failure.what
    assert sticks.whole_slots("a") == every_slot(0)
    with kept_open[0] as removed:
        content = removed.read()
    assert content[last * SLOT + 1000 :].startswith(b"not what was written")


def test_when_no_stick_keeps_anything_it_is_said_so(sticks: Sticks) -> None:
    def accident(what: str, turn: int) -> None:
        if what == "reading back":
            sticks.damage("a", 3)
            sticks.damage("b", 3)

    with pytest.raises(Unable, match="every stick failed"):
        sticks.write(accident)
    assert list(sticks.folder.iterdir()) == []
