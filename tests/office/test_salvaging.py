"""What can be had of parcels that will not become whole: every byte that authenticates, and an exact map of the others."""

import contextlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from jebi.errors import Busy, Damaged
from jebi.office.reading import Reader, Source
from jebi.office.salvaging import MAP, salvage_pile
from jebi.parcel.blocks import SYMBOL
from jebi.parcel.keys import PostQuantumIdentity
from jebi.parcel.salvage import SalvagedClip
from jebi.parcel.stream import CHUNK, SEALED_CHUNK
from jebi.vault import files
from office.conftest import LARGE, Office, damage, files_in, lie, opened

BLOCK = 25  # slots of each block on a single stick of these clips


def salvaged(office: Office, *sticks: str, identity: PostQuantumIdentity | None = None) -> list[SalvagedClip]:
    sources = [Source(str(office.path(stick)), number) for number, stick in enumerate(sticks)]
    with Reader(sources, [trip.route.secret for trip in office.desk.trips()]) as reader:
        (pile,) = reader.search(lambda _: None)
        office.desk.identity = identity or office.desk.identity
        return salvage_pile(office.desk, reader, pile, [])


def gaps_of(office: Office, parcel: str) -> dict[str, list[list[int]]]:
    gaps: dict[str, list[list[int]]] = json.loads(Path(office.desk.path("salvaged", parcel, MAP)).read_bytes())
    return gaps


def assert_exact(office: Office, parcel: str) -> int:
    """What the map calls missing reads as zeros, and everything else is as it was filmed. Returns the missing bytes."""
    filmed, gaps, lost = files_in(office.path("card")), gaps_of(office, parcel), 0
    for name, missing in gaps.items():
        content = Path(office.desk.path("salvaged", parcel, "clips", name)).read_bytes()
        expected = bytearray(filmed[name])
        for start, length in missing:
            expected[start : start + length] = bytes(length)
            lost += length
        assert content == bytes(expected[: len(content)])
        assert len(content) == len(expected) or missing[-1] == [len(content), len(expected) - len(content)]
    return lost


@pytest.fixture
def parcel(office: Office) -> str:
    """One stick with all of it."""
    sealed = office.seal(office.issue().card, office.card(LARGE), "s1")
    assert sealed.departure.spread.slots_a_block == BLOCK
    return sealed.parcel


def test_a_block_that_is_gone_is_one_gap_of_whole_chunks(office: Office, parcel: str) -> None:
    damage(office.path("s1"), *range(BLOCK, 2 * BLOCK))
    clips = salvaged(office, "s1")
    assert [str(clip.name) for clip in clips] == list(LARGE)
    gaps = gaps_of(office, parcel)
    assert gaps["below/b.mov"] == []
    ((start, length),) = gaps["a.mp4"]
    block = BLOCK * 16 * SYMBOL
    assert 0 <= length - block < 4 * CHUNK
    assert 0 <= block - start < 2 * CHUNK
    assert assert_exact(office, parcel) == length
    assert office.events()[-1] == "parcel-salvaged"


def test_of_a_block_that_is_not_whole_its_own_packets_are_had(office: Office, parcel: str) -> None:
    damage(office.path("s1"), BLOCK + 10, BLOCK + 11, BLOCK + 20)
    salvaged(office, "s1")
    ((_, first), (_, second)) = gaps_of(office, parcel)["a.mp4"]
    run = 16 * SYMBOL
    assert 2 * run <= first < 2 * run + 3 * SEALED_CHUNK
    assert run <= second < run + 3 * SEALED_CHUNK
    assert assert_exact(office, parcel) == first + second


def test_of_a_block_of_which_enough_came_and_somebody_lied_the_rest_is_had(office: Office, parcel: str) -> None:
    (trip,) = office.desk.trips()
    assert lie(office.path("s1"), trip.route, about=lambda header: (header.block, header.first) == (1, 160)) == 1
    salvaged(office, "s1")
    assert gaps_of(office, parcel)["below/b.mov"] == []
    assert 0 < assert_exact(office, parcel) < 16 * SYMBOL + 3 * SEALED_CHUNK


def test_a_clip_whose_head_is_gone_costs_its_name_and_no_other(office: Office, parcel: str) -> None:
    damage(office.path("s1"), *range(2 * BLOCK, 2 * BLOCK + 5))
    assert [str(clip.name) for clip in salvaged(office, "s1")] == ["a.mp4"]
    assert assert_exact(office, parcel) > 0


def test_a_clip_that_is_cut_short_is_as_long_as_what_came(office: Office, parcel: str) -> None:
    """Of the last block nothing came: the end is holes, and the map says so."""
    damage(office.path("s1"), *range(2 * BLOCK + 8, 3 * BLOCK))
    salvaged(office, "s1")
    assert assert_exact(office, parcel) > 1_000_000


def test_a_whole_parcel_is_salvaged_without_a_gap(office: Office, parcel: str) -> None:
    salvaged(office, "s1")
    assert gaps_of(office, parcel) == {name: [] for name in LARGE}
    assert assert_exact(office, parcel) == 0
    assert sorted(os.listdir(office.desk.path("salvaged", parcel))) == ["clips", MAP]


def test_without_the_seals_head_nothing_can_be_had(office: Office, parcel: str) -> None:
    damage(office.path("s1"), 0, 1)
    with pytest.raises(Damaged, match=f"nothing of parcel {parcel} can be salvaged"):
        salvaged(office, "s1")
    assert office.listed("salvaged") == []
    assert "parcel-salvaged" not in office.events()


def test_what_is_sealed_to_somebody_else_cannot_be_had(office: Office, parcel: str) -> None:
    with pytest.raises(Damaged, match="can be salvaged"):
        salvaged(office, "s1", identity=PostQuantumIdentity(bytes(32)))
    assert office.listed("salvaged") == []


def test_what_was_salvaged_before_stays_until_there_is_something_better(office: Office, parcel: str) -> None:
    shutil.copy(office.path("s1"), office.path("worse"))
    shutil.copy(office.path("s1"), office.path("hopeless"))
    damage(office.path("worse"), *range(BLOCK, 2 * BLOCK))
    damage(office.path("hopeless"), 0, 1)
    salvaged(office, "worse")
    before = office.clips_of(parcel, "salvaged")
    with pytest.raises(Damaged):
        salvaged(office, "hopeless")
    assert office.clips_of(parcel, "salvaged") == before
    salvaged(office, "s1")
    assert assert_exact(office, parcel) == 0


def test_while_it_is_salvaged_and_after_a_crash_nothing_has_its_name(archive: Path) -> None:
    """Half of what could be had looks like all of it, and lies there opened."""
    with opened(archive) as office:
        parcel = office.seal(office.issue().card, office.card(LARGE), "s1").parcel
    damage(office.path("s1"), *range(BLOCK, 2 * BLOCK))
    pid = os.fork()
    if pid == 0:  # dies before its last change of a name
        sys.addaudithook(dies)
        try:
            with opened(archive) as office:
                salvaged(office, "s1")
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 9
    assert os.listdir(archive / "salvaged") == [f"{parcel}.part"]
    while_workers_die(archive)
    with opened(archive) as later:
        assert later.listed("salvaged") == []
        salvaged(later, "s1")
        assert assert_exact(later, parcel)


def while_workers_die(archive: Path) -> None:
    """They hold the archive for some milliseconds longer than who forked them."""
    for _ in range(500):
        with contextlib.suppress(Busy), files.locked(str(archive)):
            return
        time.sleep(0.01)


def dies(event: str, facts: tuple[object, ...]) -> None:
    """Ends the process when what was salvaged is to get its name."""
    if event == "os.rename" and str(facts[0]).endswith(".part"):
        os._exit(9)


def test_holes_take_no_room_and_are_zeros(office: Office, parcel: str) -> None:
    damage(office.path("s1"), *range(BLOCK, 2 * BLOCK))
    salvaged(office, "s1")
    content = Path(office.desk.path("salvaged", parcel, "clips", "a.mp4")).read_bytes()
    ((start, length),) = gaps_of(office, parcel)["a.mp4"]
    assert content[start : start + length] == bytes(length)
    assert content[start - 1 : start + length + 1].strip(b"\0")
    assert len(content) == LARGE["a.mp4"]
