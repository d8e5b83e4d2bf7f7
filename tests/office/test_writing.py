"""Slots written to sticks by several processes, every one read back; what fails is named and stops only itself."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.carriers.slot import POINT, SLOT, Unmask
from jebi.device.blocks import Blocks
from jebi.errors import Gone, JebiError, NoRoom, Unable
from jebi.office.targets import Target, open_targets, prepare
from jebi.office.writing import KEY, NotKept, Writer
from jebi.parcel.blocks import parse_list
from jebi.parcel.card import RouteKey
from jebi.parcel.gather import Fragment, block_lists, restore
from jebi.parcel.spread import Spread, shape_for
from jebi.parcel.stream import Chained
from office.conftest import Steps, damage, make_prepared, slots_in

LENGTH = 9_000_000  # three blocks
SEALED = random.Random(11).randbytes(LENGTH)
SECRET = bytes(range(16))
ROUTE = RouteKey(b"route of these tests".ljust(32, b"."))
SPREAD = Spread(shape=shape_for(LENGTH, sticks=3, survive=1), sticks=3, survive=1)


class Failing(Blocks):
    """A medium that takes so many bytes from each worker, and then raises."""

    left = 1 << 40
    error: JebiError = Gone("the stick went away")

    def write_at(self, offset: int, content: bytes | bytearray | memoryview) -> None:
        self.left -= len(content)
        if self.left < 0:
            raise self.error
        super().write_at(offset, content)


def failing(target: Target, left: int, error: JebiError) -> None:
    """Let a stick fail after so many bytes."""
    medium = target.parts[0].medium
    worse = Failing(os.dup(medium._descriptor), medium.path)
    medium.close()
    worse.left, worse.error = left, error
    target.parts[0].medium = worse


@pytest.fixture
def targets(tmp_path: Path) -> Iterator[list[Target]]:
    opened = open_targets([str(tmp_path / name) for name in "abc"], SPREAD.slots, "file")
    yield opened
    for target in opened:
        target.close()


def stream(content: bytes = SEALED) -> Chained:
    return Chained(content[at : at + 70_001] for at in range(0, len(content), 70_001))


def written(targets: list[Target], progress: Steps | None = None) -> Writer:
    writer, progress = Writer(SPREAD, targets, ROUTE.public(), SECRET), progress or Steps()
    with writer:
        prepare(targets)
        writer.write(stream(), progress)
        writer.read_back(progress)
    return writer


def test_any_two_of_three_sticks_hold_every_block_and_each_alone_the_list(
    targets: list[Target], tmp_path: Path
) -> None:
    progress = Steps()
    written(targets, progress)
    assert progress.names == ["sealing", "reading back"]
    assert progress.done == [total for _, total in progress.announced]
    slots = [[*slots_in(tmp_path / f"{name}.part", ROUTE).values()] for name in "abc"]
    assert [len(of_stick) for of_stick in slots] == [SPREAD.slots] * 3
    for left_out in range(3):
        sealed = b""
        for block in range(SPREAD.shape.count):
            fragments = [
                Fragment(origin=i, first=slot.header.first, packets=slot.packets)
                for i, of_stick in enumerate(slots)
                for slot in of_stick
                if i != left_out and slot.header.block == block
            ]
            k, length = SPREAD.shape.k(block), SPREAD.shape.length(block)
            restored = restore(fragments, k=k, length=length, digest=None)
            assert restored
            sealed += restored.block
        assert sealed == SEALED
    for of_stick in slots:
        own = [slot for slot in of_stick if slot.header.block == SPREAD.shape.count]
        fragments = [Fragment(origin=0, first=slot.header.first, packets=slot.packets) for slot in own]
        (listed,) = block_lists(fragments, SECRET, SPREAD.shape)
        assert parse_list(listed.written(SECRET), SECRET, SPREAD.shape) == listed


def test_every_slot_has_a_key_of_its_own_that_is_forgotten_with_the_writer(
    targets: list[Target], tmp_path: Path
) -> None:
    writer = written(targets)
    keys = [bytes(of_stick[at : at + KEY]) for of_stick in writer._keys for at in range(0, len(of_stick), KEY)]
    assert len(set(keys)) == 3 * SPREAD.slots
    content = b"".join((tmp_path / f"{name}.part").read_bytes() for name in "abc")
    assert not any(key in content for key in keys[:: SPREAD.slots // 7])


def test_packets_of_different_sticks_never_share_an_id(targets: list[Target], tmp_path: Path) -> None:
    written(targets)
    seen: set[tuple[int, int]] = set()
    for name in "abc":
        own = {
            (slot.header.block, slot.header.first + i)
            for slot in slots_in(tmp_path / f"{name}.part", ROUTE).values()
            for i in range(slot.header.count)
        }
        assert not own & seen
        seen |= own


@pytest.mark.parametrize("left", [0, 3 * SLOT + 5, 8 * SLOT])
@pytest.mark.parametrize(
    "error", [Gone("the stick went away"), NoRoom("the stick is full"), Unable("no")], ids=["gone", "full", "no"]
)
def test_a_stick_that_fails_is_named_and_the_others_are_whole(
    targets: list[Target], tmp_path: Path, left: int, error: JebiError
) -> None:
    failing(targets[1], left, error)
    progress = Steps()
    written(targets, progress)
    failures = [target.failure for target in targets]
    assert (failures[0], failures[2]) == (None, None)
    assert isinstance(failures[1], type(error))
    assert failures[1].what == error.what
    assert [len(slots_in(tmp_path / f"{name}.part", ROUTE)) for name in "ac"] == [SPREAD.slots] * 2
    assert bool(progress.said) == isinstance(error, Gone)


def test_when_every_stick_is_full_sealing_ends_with_the_first_ones_reason(targets: list[Target]) -> None:
    for target in targets:
        failing(target, 2 * SLOT, NoRoom(f"{target.name} is full", hint="make room"))
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer:
        prepare(targets)
        with pytest.raises(NoRoom, match=r"every stick failed: .*a is full") as caught:
            writer.write(stream(), Steps())
    assert caught.value.hint == "make room"


def test_when_every_stick_was_pulled_out_sealing_goes_on_for_they_may_come_back(targets: list[Target]) -> None:
    for target in targets:
        failing(target, 2 * SLOT, Gone("the stick went away"))
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer:
        prepare(targets)
        writer.write(stream(), Steps())
        with pytest.raises(Gone, match="every stick failed"):
            writer.check_any_left()


def test_what_is_no_fault_of_a_stick_is_not_kept_with_it(targets: list[Target]) -> None:
    def broken(offset: int, content: object) -> None:
        raise ZeroDivisionError

    targets[0].parts[0].medium.write_at = broken  # type: ignore[method-assign]
    prepare(targets)
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer, pytest.raises(ZeroDivisionError):
        writer.write(stream(), Steps())


@pytest.mark.parametrize("at", [0, POINT - 1, POINT, SLOT // 2, SLOT - 1], ids=lambda at: f"byte {at}")
def test_one_wrong_bit_anywhere_in_a_slot_is_found_by_reading_back(
    targets: list[Target], tmp_path: Path, at: int
) -> None:
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer:
        prepare(targets)
        writer.write(stream(), Steps())
        with (tmp_path / "b.part").open("r+b") as file:
            file.seek(7 * SLOT + at)
            (byte,) = file.read(1)
            file.seek(7 * SLOT + at)
            file.write(bytes([byte ^ 4]))
        writer.read_back(Steps())
    assert Unmask([ROUTE.secret]).unmask((tmp_path / "b.part").read_bytes()[7 * SLOT : 8 * SLOT]) is None
    assert [type(target.failure) for target in targets] == [type(None), NotKept, type(None)]
    assert writer.lost(targets[1]) == 1


def test_a_stick_smaller_than_it_claims_is_found_by_reading_back(targets: list[Target], tmp_path: Path) -> None:
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer:
        prepare(targets)
        writer.write(stream(), Steps())
        os.truncate(tmp_path / "c.part", (SPREAD.slots - 10) * SLOT + 5)
        assert writer.lost(targets[2]) == SPREAD.slots
        writer.read_back(Steps())
    assert isinstance(targets[2].failure, NotKept)
    assert f"10 of {SPREAD.slots}" in targets[2].failure.what
    assert targets[2].name in targets[2].failure.what
    assert [writer.lost(target) for target in targets] == [0, 0, 10]


def test_two_slots_that_changed_places_are_not_what_was_written(targets: list[Target], tmp_path: Path) -> None:
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer:
        prepare(targets)
        writer.write(stream(), Steps())
        content = bytearray((tmp_path / "a.part").read_bytes())
        content[:SLOT], content[SLOT : 2 * SLOT] = content[SLOT : 2 * SLOT], content[:SLOT]
        (tmp_path / "a.part").write_bytes(content)
        writer.read_back(Steps())
    assert writer.lost(targets[0]) == 2


def test_only_the_sticks_that_are_back_are_read_again_and_mended(targets: list[Target], tmp_path: Path) -> None:
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer:
        prepare(targets)
        writer.write(stream(), Steps())
        damage(tmp_path / "b.part", 0, 20, SPREAD.slots - 1)
        writer.read_back(Steps())
        progress, targets[1].failure = Steps(), None
        writer.mend(stream, [targets[1]], progress)
    assert [target.failure for target in targets] == [None] * 3
    assert progress.names == ["reading back", "catching up", "reading back"]
    assert progress.announced[0][1] == progress.announced[2][1] == SPREAD.slots * SLOT
    assert len(slots_in(tmp_path / "b.part", ROUTE)) == SPREAD.slots


def test_a_stick_that_lacks_every_slot_is_written_by_workers_that_share_no_memory(
    targets: list[Target], tmp_path: Path
) -> None:
    with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer:
        prepare(targets)
        writer.write(stream(), Steps())
        damage(tmp_path / "b.part", *range(SPREAD.slots))
        writer.mend(stream, [targets[1]], Steps())
    assert targets[1].failure is None
    assert len(slots_in(tmp_path / "b.part", ROUTE)) == SPREAD.slots


def test_a_stream_that_is_longer_or_shorter_than_planned_is_our_own_mistake(targets: list[Target]) -> None:
    for content in (SEALED + b"x", SEALED[:-1]):
        with Writer(SPREAD, targets, ROUTE.public(), SECRET) as writer, pytest.raises(AssertionError):
            writer.write(stream(content), Steps())


def test_slots_lie_in_the_free_space_of_a_stick_as_in_a_file(tmp_path: Path) -> None:
    sticks = [
        make_prepared("FAT32", tmp_path, name="one.img"),
        make_prepared("exFAT", tmp_path, name="two.img"),
        tmp_path / "three",
    ]
    targets = open_targets([str(stick) for stick in sticks], SPREAD.slots, None)
    try:
        written(targets)
        unmask = Unmask([ROUTE.secret])
        for target in targets:
            for slot in range(SPREAD.slots):
                medium, offset = target.locate(slot)
                assert unmask.unmask(medium.read_at(offset, SLOT)) is not None
    finally:
        for target in targets:
            target.close()
    assert [target.failure for target in targets] == [None] * 3
