"""Slots found in media that were cut, shifted, overwritten, unreadable in places, or never ours."""

import hashlib
import random
from collections.abc import Sequence

import monocypher
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.carrier import Grid, Medium
from jebi.carriers.search import MOST_RESYNCS, WINDOW, Found, resync, search_finely, search_whole, windows
from jebi.carriers.slot import SLOT, Mask, Slot, SlotHeader, Unmask
from jebi.errors import Unable
from jebi.parcel.blocks import SYMBOL, Shape

ROUTE = bytes(range(32))
SHAPE = Shape(3_000_000, 2)


class Held:
    """A medium in memory, of which some stretches cannot be read; counts what is asked of it."""

    def __init__(self, content: bytes, unreadable: Sequence[range] = ()) -> None:
        self.content, self.unreadable, self.most = content, unreadable, 0

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        assert offset >= 0
        assert length >= 0
        self.most = max(self.most, length)
        if any(offset < bad.stop and bad.start < offset + length for bad in self.unreadable):
            raise Unable("the stick is failing")
        return self.content[offset : offset + length]


class Counting:
    """Unmasks, and counts how often it was asked to."""

    def __init__(self) -> None:
        self._unmask, self.trials = Unmask([ROUTE]), 0

    def __call__(self, candidate: memoryview) -> Slot | None:
        assert len(candidate) == SLOT
        self.trials += 1
        return self._unmask.unmask(candidate)


def made(number: int) -> bytes:
    """A slot that says which one it is."""
    public = X25519PrivateKey.from_private_bytes(ROUTE).public_key().public_bytes_raw()
    slot = bytearray(SLOT)
    header = SlotHeader(secret=bytes(16), shape=SHAPE, block=0, first=number, count=1, minted=64)
    Mask(public).mask(header, [bytes(SYMBOL)], memoryview(slot))
    return bytes(slot)


SLOTS = [made(number) for number in range(14)]


def noise(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


def all_of(medium: Medium, step: int = 512) -> Grid:
    return Grid(start=0, stop=medium.size, step=step)


def numbers(found: Sequence[Found]) -> list[int]:
    return [one.slot.header.first for one in found]


def everything(medium: Held, unmask: Counting) -> list[Found]:
    """What is found on the grid, and behind what cut the grid."""
    grid = all_of(medium)
    found = [one for window in windows(grid) for one in search_whole(medium, window, unmask)]
    return found + list(resync(medium, [one.offset for one in found], grid, unmask))


@given(st.integers(0, 1 << 40), st.integers(0, 1 << 28), st.sampled_from([1, 512, 4096, SLOT]))
def test_windows_cover_a_grid_without_gap_or_overlap(start: int, length: int, step: int) -> None:
    cut = list(windows(Grid(start=start, stop=start + length, step=step)))
    assert [window.start for window in cut] == list(range(start, start + length, WINDOW))
    assert [window.stop for window in cut] == [window.start for window in cut[1:]] + [start + length] * bool(length)
    assert all((window.start - start) % SLOT == 0 and window.step == step for window in cut)


def test_slots_on_the_grid_are_found_among_noise_blanks_and_each_other() -> None:
    medium = Held(SLOTS[0] + noise(SLOT) + SLOTS[1] + bytes(2 * SLOT) + SLOTS[2] + SLOTS[3][:-1])
    found = list(search_whole(medium, all_of(medium), Counting()))
    assert [(one.offset // SLOT, one.slot.header.first) for one in found] == [(0, 0), (2, 1), (5, 2)]


def test_blank_stretches_cost_no_trial() -> None:
    medium, unmask = Held(bytes(20 * SLOT)), Counting()
    assert list(search_whole(medium, all_of(medium), unmask)) == []
    assert list(search_finely(medium, all_of(medium), unmask)) == []
    assert unmask.trials == 0


@pytest.mark.parametrize("step", [512, 4096])
@pytest.mark.parametrize("steps", [1, 3, 31])
def test_slots_that_were_shifted_are_found_at_the_grids_own_step(step: int, steps: int) -> None:
    medium = Held(noise(steps * step) + SLOTS[0] + SLOTS[1] + noise(SLOT) + SLOTS[2])
    assert list(search_whole(medium, all_of(medium), Counting())) == []
    found = list(search_finely(medium, all_of(medium, step), Counting()))
    assert numbers(found) == [0, 1, 2]
    assert found[0].offset == steps * step


def test_a_slot_across_the_border_of_two_windows_is_found_once() -> None:
    before = noise(WINDOW - SLOT) + bytes(SLOT - 512)
    medium = Held(before + SLOTS[0] + SLOTS[1])
    borders = [window for window in windows(all_of(medium)) if window.stop >= WINDOW]
    near = [Grid(start=max(w.start, WINDOW - SLOT), stop=w.stop, step=512) for w in borders]
    assert numbers([one for window in near for one in search_finely(medium, window, Counting())]) == [0, 1]


def test_a_fine_search_takes_one_trial_a_step() -> None:
    medium, unmask = Held(noise(3 * SLOT)), Counting()
    assert list(search_finely(medium, all_of(medium, 4096), unmask)) == []
    assert unmask.trials == 2 * SLOT // 4096 + 1


@pytest.mark.parametrize("length", [0, 1, 511, SLOT - 1])
def test_a_medium_shorter_than_a_slot_holds_none(length: int) -> None:
    medium = Held(noise(length))
    for search_it in (search_whole, search_finely):
        assert list(search_it(medium, all_of(medium, 1), Counting())) == []


def test_a_grid_beyond_the_mediums_end_holds_nothing() -> None:
    medium = Held(SLOTS[0])
    for search_it in (search_whole, search_finely):
        assert list(search_it(medium, Grid(start=5 * SLOT, stop=9 * SLOT, step=512), Counting())) == []
        assert numbers(list(search_it(medium, Grid(start=0, stop=9 * SLOT, step=SLOT), Counting()))) == [0]


def test_an_unreadable_place_costs_only_the_slots_that_lie_in_it() -> None:
    content = b"".join(SLOTS[:6])
    medium = Held(content, [range(SLOT + 5, SLOT + 6), range(4 * SLOT, 4 * SLOT + 512)])
    assert numbers(list(search_whole(medium, all_of(medium), Counting()))) == [0, 2, 3, 5]


def test_an_unreadable_place_costs_a_fine_search_only_what_lies_in_it() -> None:
    shifted = bytes(4096) + b"".join(SLOTS[:6])
    medium = Held(shifted, [range(3 * SLOT, 3 * SLOT + 512)])
    assert numbers(list(search_finely(medium, all_of(medium, 4096), Counting()))) == [0, 1, 4, 5]


def test_a_medium_that_went_away_holds_nothing() -> None:
    medium = Held(b"".join(SLOTS[:3]), [range(1 << 40)])
    assert list(search_whole(medium, all_of(medium), Counting())) == []
    assert list(search_finely(medium, all_of(medium), Counting())) == []


@pytest.mark.parametrize("odd", [1, 7, 513])
def test_slots_behind_an_insertion_are_found_again(odd: int) -> None:
    medium = Held(b"".join(SLOTS[:3]) + noise(odd) + b"".join(SLOTS[3:6]))
    assert sorted(numbers(everything(medium, Counting()))) == [0, 1, 2, 3, 4, 5]


def test_slots_behind_a_cut_are_found_again() -> None:
    medium = Held(b"".join(SLOTS[:3]) + SLOTS[3][SLOT - 33 :] + b"".join(SLOTS[4:7]))
    assert sorted(numbers(everything(medium, Counting()))) == [0, 1, 2, 4, 5, 6]


def test_slots_behind_several_insertions_and_cuts_are_found_again() -> None:
    pieces = [SLOTS[0], SLOTS[1], noise(3), SLOTS[2], SLOTS[3], noise(9), SLOTS[4], SLOTS[5][-44:], SLOTS[6], noise(2)]
    medium = Held(b"".join([*pieces, *SLOTS[7:9]]))
    assert sorted(numbers(everything(medium, Counting()))) == [0, 1, 2, 3, 4, 6, 7, 8]


@pytest.mark.deep
def test_an_insertion_within_a_slot_costs_that_slot_alone() -> None:
    """The one that takes its ten seconds: the next slot is 131,079 trials away."""
    broken = SLOTS[1][:999] + b"seven.." + SLOTS[1][999:]
    medium, unmask = Held(SLOTS[0] + broken + SLOTS[2] + SLOTS[3]), Counting()
    assert sorted(numbers(everything(medium, unmask))) == [0, 2, 3]
    assert unmask.trials < SLOT + 100


def test_slots_that_were_overwritten_in_place_are_not_taken_for_a_lost_grid() -> None:
    """There the grid goes on, and nothing is to be found byte by byte, at ten seconds each."""
    pieces = [slot if number % 2 == 0 else noise(SLOT) for number, slot in enumerate(SLOTS[:13])]
    medium, unmask = Held(b"".join(pieces)), Counting()
    assert numbers(everything(medium, unmask)) == [0, 2, 4, 6, 8, 10, 12]
    assert unmask.trials == 13


def test_an_end_that_was_overwritten_in_place_is_not_taken_for_a_lost_grid() -> None:
    medium, unmask = Held(SLOTS[0] + SLOTS[1] + noise(3 * SLOT)), Counting()
    assert numbers(everything(medium, unmask)) == [0, 1]
    assert unmask.trials == 5


def test_a_lost_grid_is_looked_for_behind_many_overwritten_slots() -> None:
    pieces = [slot if number % 2 == 0 else noise(SLOT) for number, slot in enumerate(SLOTS[:11])]
    medium = Held(b"".join(pieces) + noise(5) + SLOTS[12] + SLOTS[13])
    assert sorted(numbers(everything(medium, Counting()))) == [0, 2, 4, 6, 8, 10, 12, 13]


def test_where_nothing_was_found_there_is_no_grid_to_lose() -> None:
    medium, unmask = Held(noise(4 * SLOT)), Counting()
    assert list(resync(medium, [], all_of(medium), unmask)) == []
    assert unmask.trials == 0


def test_a_lost_grid_is_looked_for_only_so_often() -> None:
    pieces = [piece for slot in SLOTS[:9] for piece in (slot, noise(7))]
    medium, unmask = Held(b"".join(pieces)), Counting()
    found = sorted(numbers(everything(medium, unmask)))
    assert found == list(range(MOST_RESYNCS + 1))
    assert unmask.trials < 200


@given(st.integers(0, 2**64), st.integers(0, 3 * SLOT), st.sampled_from([512, 4096, SLOT]))
def test_in_garbage_nothing_is_found(seed: int, length: int, step: int) -> None:
    medium = Held(noise(length, seed))
    grid = Grid(start=0, stop=min(length, 4096), step=step)
    assert list(search_whole(medium, grid, Counting())) == []
    assert list(search_finely(medium, grid, Counting())) == []


def test_no_more_than_a_window_and_a_slot_is_read_at_once() -> None:
    medium = Held(bytes(2 * WINDOW))
    for window in windows(all_of(medium)):
        list(search_whole(medium, window, Counting()))
        list(search_finely(medium, window, Counting()))
    assert medium.most < WINDOW + SLOT


def test_a_found_slot_lay_where_it_says() -> None:
    medium = Held(noise(1024) + SLOTS[4] + noise(SLOT) + SLOTS[5])
    for one in search_finely(medium, all_of(medium), Counting()):
        again = Unmask([ROUTE]).unmask(medium.read_at(one.offset, SLOT))
        assert again == one.slot
        assert hashlib.sha256(medium.read_at(one.offset, SLOT)).digest() in {
            hashlib.sha256(slot).digest() for slot in SLOTS
        }


def test_a_representative_alone_is_not_taken_for_a_slot() -> None:
    point, _ = monocypher.elligator_key_pair()
    medium = Held(point + noise(SLOT - 32))
    assert list(search_whole(medium, all_of(medium), Counting())) == []
