"""Sticks made by mkfs, looked at and read, with slots and without, damaged and dying."""

import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.freespace import FreeSpaceCarrier, free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT, Mask, SlotHeader
from jebi.carriers.statistics import Texture
from jebi.device import blocks
from jebi.errors import Exit, Unable
from jebi.office.filling import prepare
from jebi.office.sticks import MOST_BAD, MOST_SAID, Cleanness, check_volume, look, unreadable, verify
from jebi.parcel.blocks import LARGEST_PARCEL, SYMBOL, Shape
from jebi.parcel.card import RouteKey
from jebi.parcel.spread import RUN, Spread, shape_for
from office.conftest import KEY, MIB, Steps, make, run


def test_a_look_shows_names_sizes_dates_and_deleted_entries_and_writes_nothing(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    before, steps = image.read_bytes(), Steps()
    seen = look(str(image), steps)
    text = str(seen)
    assert image.read_bytes() == before
    assert "letter.txt" in text
    assert f"{(tmp_path / 'letter.txt').stat().st_size:,}" in text
    assert "(deleted)" in text
    assert "1 name of deleted files" in text
    assert "recovery tool" in text
    assert seen.survey.free + seen.survey.used <= seen.size
    assert (seen.fsck.tool, seen.fsck.found) == ("fsck.fat", Cleanness.CLEAN)
    assert steps.done == [total for _, total in steps.announced]


def test_a_prepared_stick_looks_like_noise_and_with_slots_in_it_just_the_same(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    prepare(str(image), Steps())
    noise = look(str(image), Steps())
    put_slots(image, sticks=3, survive=1, stick=0)
    slots = look(str(image), Steps())
    assert noise.survey.share(Texture.NOISE) == slots.survey.share(Texture.NOISE) == 1
    assert noise.verdict == slots.verdict
    assert "neither can he" in slots.verdict[0]
    assert slots.survey.is_even
    assert "mounted" not in str(slots)


def test_a_long_listing_is_cut_on_the_terminal_and_whole_for_machines(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    (tmp_path / "many").mkdir()
    for number in range(600):
        (tmp_path / "many" / f"{number}.txt").write_bytes(b"")
    run("mcopy", "-s", "-i", image, tmp_path / "many", "::")
    seen = look(str(image), Steps())
    files = seen.facts()["files"]
    assert isinstance(files, list)
    assert len(files) == len(seen.entries) == 603
    assert "and 103 more" in str(seen)


def test_fsck_errors_are_shown_in_printable_letters_and_end_verifying_with_damage(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    content = bytearray(image.read_bytes())
    content[content.find(b"LETTER  TXT") + 28 + 2] = 0x7F  # a file that says to be far larger than its clusters
    image.write_bytes(content)
    seen = look(str(image), Steps())
    assert seen.fsck.found is Cleanness.ERRORS
    assert all(letter.isprintable() or letter == "\n" for letter in str(seen))
    assert verify(str(image), None, Steps()).exit is Exit.DAMAGED
    assert image.read_bytes() == bytes(content)


def test_what_fsck_says_is_cut(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    (tmp_path / "many").mkdir()
    for number in range(1500):
        (tmp_path / "many" / f"{number}.txt").write_bytes(b"x")
    run("mcopy", "-s", "-i", image, tmp_path / "many", "::")
    content = bytearray(image.read_bytes())
    for number in range(1500):
        at = content.find(f"{number:<8}TXT".encode())
        content[at + 28 : at + 32] = b"\xff\xff\x01\x00"
    image.write_bytes(content)
    with blocks.open_for_reading(str(image)) as medium:
        found = check_volume(str(image), read_volume(medium))
    assert found.found is Cleanness.ERRORS
    assert len(found.said) == MOST_SAID


def put_slots(image: Path, *, sticks: int, survive: int, stick: int, route: RouteKey | None = None) -> int:
    """Slots of a parcel of 3 MB into free space, as sealing lays them; returns how many."""
    route = route or RouteKey(KEY)
    shape = shape_for(3_000_000, sticks=sticks, survive=survive)
    spread, mask = Spread(shape=shape, sticks=sticks, survive=survive), Mask(route.public())
    with blocks.open_for_writing(str(image)) as medium:
        offsets = FreeSpaceCarrier().place(medium, spread.slots, bytes(32)).offsets
        for block in range(shape.count + 1):
            for number, packets in spread.runs(stick, block):
                header = SlotHeader(
                    secret=bytes(16), shape=shape, block=block, first=packets.first, count=RUN, minted=spread.minted
                )
                slot = bytearray(SLOT)
                mask.mask(header, [bytes(RUN * SYMBOL)], memoryview(slot))
                medium.write_at(offsets[number], slot)
    return spread.slots


@pytest.mark.parametrize(("sticks", "survive", "enough"), [(3, 1, 2), (5, 2, 3), (4, 3, 1), (2, 0, 2)])
def test_verifying_with_a_route_key_says_how_many_such_sticks_are_enough(
    tmp_path: Path, sticks: int, survive: int, enough: int
) -> None:
    image = make("FAT32", tmp_path)
    prepare(str(image), Steps())
    many = put_slots(image, sticks=sticks, survive=survive, stick=1)
    before = image.read_bytes()
    verified = verify(str(image), RouteKey(KEY), Steps())
    assert verified.parcels is not None
    (parcel,) = verified.parcels
    assert (parcel.slots, parcel.enough) == (many, enough)
    assert verified.exit is Exit.DONE
    assert ("alone is enough" if enough == 1 else f"{enough} sticks like this one") in str(verified)
    assert image.read_bytes() == before


def test_a_stick_that_lost_all_of_a_block_says_that_others_must_bring_it(tmp_path: Path) -> None:
    image = make("FAT32", tmp_path)
    many = put_slots(image, sticks=20, survive=0, stick=1)
    content = image.read_bytes()
    with blocks.open_for_reading(str(image)) as medium:
        offsets = FreeSpaceCarrier().place(medium, many, bytes(32)).offsets
    image.write_bytes(content[: offsets[0]] + bytes(SLOT) + content[offsets[0] + SLOT :])
    verified = verify(str(image), RouteKey(KEY), Steps())
    assert verified.parcels is not None
    assert [(one.slots, one.enough) for one in verified.parcels] == [(many - 1, None)]
    assert "other sticks must bring" in str(verified)


def test_a_forged_slot_of_a_parcel_as_large_as_can_be_takes_no_time(tmp_path: Path) -> None:
    image, route = make("FAT16", tmp_path), RouteKey(KEY)
    shape = Shape(LARGEST_PARCEL, 200_000)
    header = SlotHeader(secret=bytes(16), shape=shape, block=7, first=0, count=RUN, minted=RUN)
    slot = bytearray(SLOT)
    Mask(route.public()).mask(header, [bytes(RUN * SYMBOL)], memoryview(slot))
    with blocks.open_for_writing(str(image)) as medium:
        medium.write_at(free_cells(read_volume(medium))[0], slot)
    begun = time.monotonic()
    verified = verify(str(image), route, Steps())
    assert verified.parcels is not None
    assert [(one.slots, one.enough) for one in verified.parcels] == [(1, None)]
    assert time.monotonic() - begun < 20


def test_another_route_key_finds_nothing(tmp_path: Path) -> None:
    image = make("FAT16", tmp_path)
    put_slots(image, sticks=3, survive=1, stick=0)
    verified = verify(str(image), RouteKey(bytes(range(1, 33))), Steps())
    assert (verified.parcels, verified.exit) == ((), Exit.NOTHING_FOUND)
    assert "no slots of this route" in str(verified)
    assert verify(str(image), None, Steps()).parcels is None


@dataclass(slots=True)
class Scratched:
    """A medium of which some ranges cannot be read."""

    size: int
    bad: list[tuple[int, int]]
    reads: int = 0

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads += 1
        if any(start < offset + length and offset < stop for start, stop in self.bad):
            raise Unable("the stick is failing")
        return bytes(length)


@given(st.lists(st.tuples(st.integers(0, 40 * MIB), st.integers(1, 9 * MIB)), max_size=6), st.integers(1, 40 * MIB))
def test_bad_ranges_cover_what_cannot_be_read_and_little_more(places: list[tuple[int, int]], size: int) -> None:
    medium, steps = Scratched(size, [(at, at + length) for at, length in places]), Steps()
    steps.begin("reading", size)
    ranges, tried = unreadable(medium, steps)
    assert (tried, steps.done) == (size, [size])
    assert all(a < b < c for (a, b), (c, _) in pairwise(ranges))
    is_bad, is_named = np.zeros(size, bool), np.zeros(size, bool)
    for start, stop in medium.bad:
        is_bad[start:stop] = True
    for start, stop in ranges:
        assert start < stop <= size
        is_named[start:stop] = True
        at = start
        while at < stop:  # every 64 KiB of a named range holds something bad
            assert is_bad[at : at + 65536].any()
            at += 65536
    assert not (is_bad & ~is_named).any()


def test_a_dying_stick_is_given_up_before_it_keeps_us_for_days() -> None:
    medium, steps = Scratched(64 << 30, [(MIB, 64 << 30)]), Steps()
    steps.begin("reading", medium.size)
    ranges, tried = unreadable(medium, steps)
    assert ranges == ((MIB, tried),)
    assert tried < 100 * MIB
    assert medium.reads < 3 * MOST_BAD
