"""Media that came, searched and read on all cores: copies, foreign things, cuts, shifts, trays, and nothing believed."""

import os
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.file import FileCarrier
from jebi.carriers.freespace import free_cells
from jebi.carriers.partitions import read_volume
from jebi.carriers.slot import SLOT, Slot, SlotHeader
from jebi.device import blocks
from jebi.errors import NoRoom, Unable
from jebi.office.inside import Sealed
from jebi.office.reading import (
    MOST_SLOTS_OF_A_BLOCK,
    Piece,
    Pile,
    Reader,
    Source,
    chosen,
    grids_of,
    keep,
    media_at,
    parse_kept,
)
from jebi.parcel.blocks import SYMBOL, Shape
from jebi.parcel.card import RouteKey
from jebi.parcel.spread import RUN
from office.conftest import (
    LARGE,
    MIB,
    SMALL,
    Office,
    damage,
    files_in,
    fill_card,
    lie,
    make,
    put_slot,
    run,
    slots_in,
)

SHAPE = Shape(9_000_000, 3)
ROUTE = RouteKey(bytes(range(1, 33)))
LABELS = st.integers(0, (1 << 32) - 1)
SLOTS = st.builds(
    lambda block, first, count, fill: Slot(
        header=SlotHeader(secret=bytes(16), shape=SHAPE, block=block, first=first, count=count, minted=first + count),
        packets=random.Random(fill).randbytes(count * SYMBOL),
    ),
    st.integers(0, 3),
    st.integers(0, 8000),
    st.integers(1, RUN),
    st.integers(0, 5),
)


def reader_of(places: Sequence[Path], *routes: RouteKey) -> Reader:
    return Reader(
        [Source(str(place), label) for label, place in enumerate(places, 100)], [route.secret for route in routes]
    )


def searched(places: Sequence[Path], *routes: RouteKey) -> list[tuple[int, int]]:
    """Slots by medium of every parcel that was found, as (number of media, slots in all)."""
    with reader_of(places, *routes) as reader:
        piles = reader.search(lambda _: None)
    return [(len(pile.slots_by_source()), sum(pile.slots_by_source().values())) for pile in piles]


def restored(places: Sequence[Path], into: Path, *routes: RouteKey) -> bytes | None:
    """The sealed bytes of the only parcel that is there; None where a block is not whole."""
    with reader_of(places, *routes) as reader:
        (pile,) = reader.search(lambda _: None)
        listed = next(iter(reader.lists(pile)), None)
        into.write_bytes(bytes(pile.shape.sealed_length))
        done = list(reader.restore(pile, listed, str(into), only=range(pile.shape.count)))
    assert [block.number for block in done] == list(range(pile.shape.count))
    return into.read_bytes() if all(block.is_whole for block in done) else None


@pytest.fixture
def sealed(office: Office) -> Sealed:
    """Three sticks of which any two suffice, called s1, s2, s3."""
    return office.seal(office.issue().card, office.card(LARGE), "s1", "s2", "s3", survive=1)


@pytest.fixture
def route(office: Office, sealed: Sealed) -> RouteKey:
    return office.desk.trips()[0].route


@pytest.fixture
def sticks(office: Office, sealed: Sealed) -> list[Path]:
    return [office.path(name) for name in ("s1", "s2", "s3")]


def test_any_two_sticks_in_any_order_restore_every_block(sticks: list[Path], route: RouteKey, tmp_path: Path) -> None:
    came = {restored(pair, tmp_path / "sealed", route) for pair in (sticks[:2], sticks[1:], [sticks[2], sticks[0]])}
    assert len(came) == 1
    (content,) = came
    assert content
    assert content.startswith(b"age-encryption.org/v1")
    assert restored(sticks[:1], tmp_path / "sealed", route) is None


def test_a_parcel_that_was_found_once_is_one_pile_whatever_lies_beside_it(
    office: Office, sealed: Sealed, sticks: list[Path], route: RouteKey
) -> None:
    other = office.issue()
    office.seal(other.card, office.card(SMALL, "other"), "o1")
    shutil.copy(sticks[0], office.path("copy"))
    office.path("noise").write_bytes(os.urandom(MIB))
    office.path("empty").write_bytes(b"")
    office.path("short").write_bytes(sticks[1].read_bytes()[: SLOT - 1])
    slots = sealed.departure.spread.slots
    everything = [*sticks, *(office.path(name) for name in ("copy", "noise", "empty", "short", "o1"))]
    assert searched(everything, route) == [(4, 4 * slots)]
    assert [media for media, _ in searched(everything, route, other.route)] == [4, 1]
    assert searched(everything, RouteKey(bytes(range(32)))) == []
    assert searched([], route) == []


def test_progress_is_every_byte_and_media_stay_as_they_are(sticks: list[Path], route: RouteKey) -> None:
    before, advanced = [stick.read_bytes() for stick in sticks], list[int]()
    with reader_of(sticks, route) as reader:
        reader.search(advanced.append)
        assert sum(advanced) == reader.size() == sum(map(len, before))
    assert [stick.read_bytes() for stick in sticks] == before


@pytest.mark.parametrize("cut", [1, 512, SLOT, 5 * SLOT + 77])
def test_a_stick_that_was_cut_at_its_end_gives_what_is_left(
    sticks: list[Path], sealed: Sealed, route: RouteKey, cut: int
) -> None:
    os.truncate(sticks[0], sticks[0].stat().st_size - cut)
    assert searched(sticks[:1], route) == [(1, sealed.departure.spread.slots - -(-cut // SLOT))]


@pytest.mark.parametrize("shift", [512, 4096, 3 * 512, SLOT - 512])
def test_a_stick_with_something_before_it_gives_everything(
    sticks: list[Path], sealed: Sealed, route: RouteKey, shift: int
) -> None:
    sticks[0].write_bytes(os.urandom(shift) + sticks[0].read_bytes())
    assert searched(sticks[:1], route) == [(1, sealed.departure.spread.slots)]


def test_a_file_from_whose_middle_bytes_are_missing_costs_the_slot_that_they_are_missing_from(
    sticks: list[Path], sealed: Sealed, route: RouteKey
) -> None:
    content, at = sticks[0].read_bytes(), 10 * SLOT + 100
    sticks[0].write_bytes(content[:at] + content[at + SLOT - 333 :])
    assert searched(sticks[:1], route) == [(1, sealed.departure.spread.slots - 1)]


def test_a_file_into_which_somebody_wrote_between_two_slots_costs_none(
    sticks: list[Path], sealed: Sealed, route: RouteKey
) -> None:
    content = sticks[0].read_bytes()
    sticks[0].write_bytes(content[: 3 * SLOT] + os.urandom(333) + content[3 * SLOT :])
    assert searched(sticks[:1], route) == [(1, sealed.departure.spread.slots)]


@pytest.fixture
def full(tmp_path: Path) -> tuple[Path, int]:
    """A stick with a slot in every free cell, and how many."""
    image = make("FAT16", tmp_path)
    with blocks.open_for_reading(str(image)) as medium:
        cells = free_cells(read_volume(medium))
    for number, cell in enumerate(cells):
        header = SlotHeader(secret=bytes(16), shape=SHAPE, block=0, first=16 * number, count=1, minted=0)
        put_slot(image, cell, ROUTE, header, bytes(SYMBOL))
    return image, len(cells)


def test_slots_on_a_stick_are_found_though_its_tables_are_gone(full: tuple[Path, int]) -> None:
    image, slots = full
    assert searched([image], ROUTE) == [(1, slots)]
    with image.open("r+b") as stick:
        stick.write(bytes(4096))
    assert searched([image], ROUTE) == [(1, slots)]


def test_slots_on_a_stick_that_was_formatted_anew_are_found(full: tuple[Path, int]) -> None:
    image, slots = full
    run("mkfs.fat", "-F16", "-s2", "-f1", image)
    assert searched([image], ROUTE) == [(1, slots)]


def test_damage_and_lies_are_passed_over_and_liars_named_by_their_label(
    sticks: list[Path], route: RouteKey, tmp_path: Path
) -> None:
    damage(sticks[1], 3, 4, 5, 20)
    assert lie(sticks[2], route, about=lambda header: header.block == 2 and header.first % 32 == 0)
    with reader_of(sticks, route) as reader:
        (pile,) = reader.search(lambda _: None)
        (listed,) = reader.lists(pile)
        (tmp_path / "sealed").write_bytes(bytes(pile.shape.sealed_length))
        done = list(reader.restore(pile, listed, str(tmp_path / "sealed"), only=range(3)))
    assert [(block.is_whole, block.liars) for block in done] == [
        (True, frozenset()),
        (True, frozenset()),
        (True, frozenset({102})),
    ]


def test_only_the_blocks_that_are_asked_for_are_restored_and_put_in_their_place(
    sticks: list[Path], route: RouteKey, tmp_path: Path
) -> None:
    whole = restored(sticks, tmp_path / "sealed", route)
    assert whole
    with reader_of(sticks, route) as reader:
        (pile,) = reader.search(lambda _: None)
        (listed,) = reader.lists(pile)
        (tmp_path / "one").write_bytes(bytes(pile.shape.sealed_length))
        (done,) = reader.restore(pile, listed, str(tmp_path / "one"), only=[1])
    assert (done.number, done.is_whole) == (1, True)
    start = pile.shape.offset(1)
    expected = bytes(start) + whole[start : start + pile.shape.length(1)]
    assert (tmp_path / "one").read_bytes() == expected.ljust(len(whole), b"\0")


def test_a_medium_that_goes_away_between_searching_and_restoring_costs_its_slots_alone(
    sticks: list[Path], route: RouteKey, tmp_path: Path
) -> None:
    with reader_of(sticks, route) as reader:
        (pile,) = reader.search(lambda _: None)
        os.truncate(sticks[0], 0)
        listed = next(iter(reader.lists(pile)))
        (tmp_path / "sealed").write_bytes(bytes(pile.shape.sealed_length))
        done = list(reader.restore(pile, listed, str(tmp_path / "sealed"), only=range(3)))
    assert all(block.is_whole for block in done)


def test_a_slot_that_was_replaced_meanwhile_is_passed_over(sticks: list[Path], route: RouteKey) -> None:
    with reader_of(sticks[:1], route) as reader:
        (pile,) = reader.search(lambda _: None)
        before = {
            (slot.header.block, slot.header.first)
            for number in pile.pieces
            for _, slot in reader.slots(pile.pieces[number])
        }
        (_, one), (at, _), *_ = slots_in(sticks[0], route).items()
        put_slot(sticks[0], at, route, one.header, bytes(len(one.packets)))
        listed = next(iter(reader.lists(pile)))
        sealed = sticks[0].parent / "sealed"
        sealed.write_bytes(bytes(pile.shape.sealed_length))
        (done,) = reader.restore(pile, listed, str(sealed), only=[0])
    assert len(before) == len(slots_in(sticks[0], route))
    assert not done.is_whole


def test_a_medium_that_cannot_be_opened_is_remembered_with_its_reason(sticks: list[Path], route: RouteKey) -> None:
    gone = sticks[0].parent / "gone"
    with reader_of([gone, sticks[0]], route) as reader:
        (pile,) = reader.search(lambda _: None)
        assert list(reader.failed) == [0]
        assert "gone" in reader.failed[0]
    assert list(pile.slots_by_source()) == [1]


def test_a_place_to_restore_into_that_cannot_be_written_is_an_error(
    sticks: list[Path], route: RouteKey, tmp_path: Path
) -> None:
    with reader_of(sticks, route) as reader:
        (pile,) = reader.search(lambda _: None)
        with pytest.raises(Unable, match="nowhere"):
            list(reader.restore(pile, None, str(tmp_path / "nowhere"), only=[0]))
    with reader_of(sticks, route) as reader:
        (pile,) = reader.search(lambda _: None)
        with pytest.raises(NoRoom, match="/dev/full"):
            list(reader.restore(pile, None, "/dev/full", only=[0]))


# Trays.


@given(SLOTS, LABELS)
def test_what_a_tray_keeps_it_gives_back_with_the_label(slot: Slot, label: int) -> None:
    record = keep(label, slot)
    assert len(record) == SLOT
    assert parse_kept(record) == (label, slot)


@given(SLOTS, LABELS, st.integers(0, SLOT - 1), st.integers(0, 7))
def test_a_record_with_one_wrong_bit_is_none(slot: Slot, label: int, at: int, bit: int) -> None:
    record = bytearray(keep(label, slot))
    record[at] ^= 1 << bit
    assert parse_kept(bytes(record)) is None


@given(st.binary(max_size=200))
def test_garbage_is_no_record(untrusted: bytes) -> None:
    assert parse_kept(untrusted) is None
    assert parse_kept(untrusted.ljust(SLOT, b"\0")) is None
    assert parse_kept(untrusted * (SLOT // max(1, len(untrusted)) + 1)) is None


def test_a_tray_is_found_without_a_route_key_and_its_damage_costs_those_records_alone(
    sticks: list[Path], route: RouteKey, tmp_path: Path
) -> None:
    slots = list(slots_in(sticks[0], route).values())
    tray = tmp_path / "tray"
    tray.write_bytes(b"".join(keep(7 + number % 2, slot) for number, slot in enumerate(slots)) + b"half a record")
    damage(tray, 0, len(slots) - 1)
    with Reader([Source(str(tray), 0, is_tray=True)], []) as reader:
        (pile,) = reader.search(lambda _: None)
        came = [label for number in pile.pieces for label, _ in reader.slots(pile.pieces[number])]
        assert reader.size() == 0
    assert len(came) == len(slots) - 2
    assert set(came) == {7, 8}


def test_a_tray_and_sticks_add_up(sticks: list[Path], route: RouteKey, tmp_path: Path) -> None:
    tray = tmp_path / "tray"
    tray.write_bytes(b"".join(keep(55, slot) for slot in slots_in(sticks[0], route).values()))
    sources = [Source(str(sticks[1]), 1), Source(str(tray), 0, is_tray=True)]
    with Reader(sources, [route.secret]) as reader:
        (pile,) = reader.search(lambda _: None)
        (tmp_path / "sealed").write_bytes(bytes(pile.shape.sealed_length))
        listed = next(iter(reader.lists(pile)))
        assert all(block.is_whole for block in reader.restore(pile, listed, str(tmp_path / "sealed"), only=range(3)))


# Which slots of a block are read when there are more than anybody needs.


def piece(source: int, first: int, offset: int = 0) -> Piece:
    return Piece(source=source, offset=offset, first=first, count=RUN, key=b"key of a slot")


def test_few_pieces_are_allchosen_once() -> None:
    pieces = [piece(source, first) for source in range(4) for first in range(0, 640, 16)]
    assert sorted(chosen(pieces), key=repr) == sorted(pieces, key=repr)


@pytest.mark.parametrize("flood_first", [True, False])
def test_a_flood_of_copies_does_not_crowd_out_the_other_runs(*, flood_first: bool) -> None:
    flood = [piece(0, 0, number) for number in range(5000)]
    others = [piece(1, 16 * number) for number in range(1, 200)]
    picked = chosen([*flood, *others] if flood_first else [*others, *flood])
    assert len(picked) == MOST_SLOTS_OF_A_BLOCK == len(set(picked))
    assert {one.first for one in picked} >= {one.first for one in others}


def test_a_flood_of_false_runs_from_one_medium_does_not_crowd_out_the_other_media() -> None:
    flood = [piece(0, 16 * number) for number in range(5000)]
    honest = [piece(source, 16 * (source * 40 + number)) for source in range(1, 4) for number in range(40)]
    picked = set(chosen([*flood, *honest]))
    assert len(picked) == MOST_SLOTS_OF_A_BLOCK
    assert len(picked & set(honest)) >= 3 * 40 - 2


@given(
    st.lists(
        st.builds(piece, st.integers(0, 5), st.integers(0, 60).map(lambda n: n * 16), st.integers(0, 9)), max_size=700
    )
)
def test_whatever_comes_a_bounded_number_of_pieces_ischosen_and_only_of_those(pieces: list[Piece]) -> None:
    picked = chosen(pieces)
    assert len(picked) == len(set(picked)) == min(len(set(pieces)), MOST_SLOTS_OF_A_BLOCK)
    assert set(picked) <= set(pieces)


def test_a_pile_counts_what_lies_in_it_and_shows_no_secret() -> None:
    pile = Pile(b"s" * 16, SHAPE)
    for number in range(5):
        header = SlotHeader(
            secret=b"s" * 16, shape=SHAPE, block=number % 2, first=16 * number, count=RUN, minted=64 + number
        )
        pile.add(header, number % 3, 0, b"k" * 32)
    assert (pile.minted, pile.slots_by_source()) == (68, {0: 2, 1: 2, 2: 1})
    assert [pile.tally().have(block) for block in range(3)] == [48, 32, 0]
    assert "ssss" not in repr(pile)
    assert "kkkk" not in repr(pile)


# Places.


def test_media_are_the_places_themselves_and_every_file_below_folders(tmp_path: Path) -> None:
    pile = fill_card(tmp_path / "pile", {"b": 1, "a": 1, "below/c": 1})
    (pile / "link").symlink_to("a")
    (pile / "round").symlink_to(pile)
    os.mkfifo(pile / "pipe")
    fill_card(tmp_path, {"one": 0})
    assert media_at([str(tmp_path / "one"), str(pile)]) == [
        str(tmp_path / "one"),
        *(str(pile / name) for name in ("a", "b", "below/c")),
    ]
    assert media_at([]) == []
    assert set(files_in(pile)) >= {"a", "b", "below/c"}
    with pytest.raises(Unable, match="nowhere"):
        media_at([str(tmp_path / "nowhere")])


@pytest.mark.parametrize(
    "content",
    [b"", b"x", bytes(SLOT), b"\0\0\0\x08free" * 100, b"RIFF\xff\xff\xff\xffAVI ", os.urandom(SLOT + 1)],
    ids=range(6),
)
def test_nothing_is_too_strange_to_be_searched(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "strange").write_bytes(content)
    with blocks.open_for_reading(str(tmp_path / "strange")) as medium:
        for grid in grids_of(medium):
            assert 0 <= grid.start <= grid.stop <= medium.size


def test_a_sealed_file_is_not_searched_and_noise_is_from_end_to_end(tmp_path: Path) -> None:
    (tmp_path / "sealed").write_bytes(b"age-encryption.org/v1\n" + os.urandom(SLOT))
    (tmp_path / "noise").write_bytes(os.urandom(3 * SLOT))
    with blocks.open_for_reading(str(tmp_path / "sealed")) as medium:
        assert grids_of(medium) == []
    with blocks.open_for_reading(str(tmp_path / "noise")) as medium:
        assert grids_of(medium) == list(FileCarrier().grids(medium))
