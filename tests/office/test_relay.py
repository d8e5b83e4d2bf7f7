"""The relay: joins what came, makes fresh sticks of it, and cannot read a word of it."""

import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from jebi.archive.receive import State
from jebi.carriers.slot import SLOT
from jebi.errors import JebiError, NothingFound, Refused, Unable
from jebi.office.progress import Quiet
from jebi.office.relay import join
from jebi.parcel.fountain import MOST_IDS
from jebi.parcel.trip import TripSeed
from office.conftest import (
    LARGE,
    MEDIUM,
    SMALL,
    Meanwhile,
    Office,
    damage,
    files_in,
    lie,
    made_of,
    make_prepared,
    put_slot,
    slots_in,
)

TINY = {"a.jpg": 20_000}


def ids(path: Path, office: Office) -> set[tuple[int, int]]:
    """Block and packet ids of every slot of a file."""
    (trip,) = office.desk.trips()
    return {
        (slot.header.block, slot.header.first + i)
        for slot in slots_in(path, trip.route).values()
        for i in range(slot.header.count)
    }


def in_the_way_of(place: str) -> Callable[[str], None]:
    """Somebody makes a file of that name while a stick is written."""

    def accident(step: str) -> None:
        if step in {"sealing", "passing on"}:
            Path(place).write_bytes(b"in the way")

    return accident


def is_all_slots(path: Path, office: Office) -> bool:
    (trip,) = office.desk.trips()
    return len(slots_in(path, trip.route)) * SLOT == path.stat().st_size


def test_fresh_sticks_of_a_whole_parcel_bring_it_home_with_and_without_old_ones(office: Office) -> None:
    issued, card = office.issue(), office.card(LARGE)
    office.seal(issued.card, card, "s1", "s2", "s3", survive=1)
    (joined,) = office.join(issued.route, ["s1", "s2"], ["r1", "r2", "r3"], survive=1)
    assert (joined.shortfall, joined.failed, len(joined.whole)) == (None, {}, 3)
    assert "whole; fresh sticks made: 3, read back" in str(joined)
    before = [ids(office.path(name), office) for name in ("s1", "s2", "s3")]
    blocks = set(range(3))
    for name in ("r1", "r2", "r3"):
        fresh = {one for one in ids(office.path(name), office) if one[0] in blocks}
        assert fresh
        assert not any(fresh & of_stick for of_stick in before)
        assert is_all_slots(office.path(name), office)
    assert office.arrive("s3", "r2").state is State.WHOLE
    assert office.clips_of(joined.parcel) == files_in(card)


def test_fresh_sticks_share_no_byte_with_those_that_came(office: Office) -> None:
    issued = office.issue()
    office.seal(issued.card, office.card(SMALL), "s1")
    office.join(issued.route, ["s1"], ["r1", "r2"], survive=1)
    pieces = set[bytes]()
    for name in ("s1", "r1", "r2"):
        content = office.path(name).read_bytes()
        own = {content[at : at + 32] for at in range(0, len(content), 32)}
        assert not own & pieces
        pieces |= own


def test_what_came_is_only_read(office: Office) -> None:
    issued = office.issue()
    office.seal(issued.card, office.card(SMALL), "s1", "s2", survive=0)
    for name in ("s1", "s2"):
        office.path(name).chmod(0o400)
    before = {name: (office.path(name).read_bytes(), office.path(name).stat().st_mtime_ns) for name in ("s1", "s2")}
    office.join(issued.route, ["s1", "s2"], ["r1"])
    office.join(issued.route, ["s2"], ["r2"])
    after = {name: (office.path(name).read_bytes(), office.path(name).stat().st_mtime_ns) for name in ("s1", "s2")}
    assert after == before
    for onto in ("s1", "./s1"):
        with pytest.raises(Refused, match="read and written at once"):
            office.join(issued.route, ["s1", "s2"], [onto])


def test_a_file_that_came_under_the_passing_name_of_a_fresh_stick_is_not_removed(office: Office) -> None:
    """A courier's browser calls a file `film.mp4.part`; the relay reads that folder, and names `film.mp4` in it."""
    issued = office.issue()
    office.path("came").mkdir()
    office.seal(issued.card, office.card(SMALL), "came/s1", "came/film.mp4.part", survive=0)
    with contextlib.suppress(JebiError):
        office.join(issued.route, ["came"], ["came/film.mp4"])
    assert {"s1", "film.mp4.part"} <= set(os.listdir(office.path("came")))


@pytest.mark.parametrize(("survive", "sticks"), [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 5)])
def test_of_what_is_not_whole_every_slot_is_passed_on_once_more_than_may_be_lost(
    office: Office, survive: int, sticks: int
) -> None:
    issued, onto = office.issue(), [f"p{number}" for number in range(sticks)]
    office.seal(issued.card, office.card(MEDIUM), "s1", "s2", survive=0)
    (joined,) = office.join(issued.route, ["s1"], onto, survive=survive)
    assert joined.shortfall
    assert "not whole yet" in str(joined)
    came = sorted((slot.header.block, slot.header.first) for slot in slots_in(office.path("s1"), issued.route).values())
    passed = [
        [(slot.header.block, slot.header.first) for slot in slots_in(office.path(name), issued.route).values()]
        for name in onto
    ]
    many, places = Counter(one for of_stick in passed for one in of_stick), sum(map(len, passed))
    assert set(many) == set(came)
    assert min(many.values()) == survive + 1
    assert places - len(came) * (survive + 1) < sticks, "what is over fills the last places"
    assert sum(len(of_stick) - len(set(of_stick)) for of_stick in passed) <= places - len(came) * (survive + 1)
    assert office.arrive("s2", *onto[survive:]).state is State.WHOLE


@pytest.mark.parametrize("sticks", [2, 3, 4])
def test_a_stick_of_slots_passed_on_is_slots_from_end_to_end(office: Office, sticks: int) -> None:
    """Where the slots do not fill all sticks evenly, what is left must not be zeros: they would show where it ends."""
    issued, onto = office.issue(), [f"p{number}" for number in range(sticks)]
    office.seal(issued.card, office.card(MEDIUM), "s1", "s2", survive=0)
    office.join(issued.route, ["s1"], onto)
    assert [name for name in onto if not is_all_slots(office.path(name), office)] == []


def test_a_slot_that_lies_does_not_push_out_the_true_one_when_passed_on(office: Office) -> None:
    issued = office.issue()
    office.seal(issued.card, office.card(MEDIUM), "s1", "s2", survive=0)
    office.path("a1").write_bytes(office.path("s1").read_bytes())
    assert lie(office.path("a1"), issued.route, about=lambda header: header.block == 0)
    office.join(issued.route, ["a1", "s1"], ["p1"])
    passed = {bytes(slot.packets) for slot in slots_in(office.path("p1"), issued.route).values()}
    true = {bytes(slot.packets) for slot in slots_in(office.path("s1"), issued.route).values()}
    assert true < passed
    assert office.arrive("s1", "p1", "s2").state is State.WHOLE


def test_what_is_passed_on_again_and_again_does_not_grow(office: Office) -> None:
    """Each relay masks anew, so that two copies of one slot look different; they are still one slot."""
    issued = office.issue()
    office.seal(issued.card, office.card(MEDIUM), "s1", "s2", survive=0)
    came, sizes = ["s1"], list[int]()
    for turn in range(3):
        onto = [f"p{turn}{letter}" for letter in "ab"]
        office.join(issued.route, came, onto, survive=1)
        came = onto
        sizes.append(sum(office.path(name).stat().st_size for name in onto))
    assert sizes == [2 * office.path("s1").stat().st_size] * 3


def test_several_parcels_go_to_files_of_their_own_or_side_by_side_into_free_space(office: Office) -> None:
    issued = office.issue()
    assert issued.card.seed
    sealed = []
    for number in range(3):
        card = office.card(MEDIUM, f"card{number}", seed=number)
        sealed.append(office.seal(issued.card, card, f"s{number}", f"t{number}", survive=0).parcel)
    make_prepared("FAT16", office.folder, name="r.img")
    joined = office.join(issued.route, ["s0", "t0", "s1", "t1", "s2"], ["r.img", "r"], survive=1)
    assert {one.parcel for one in joined} == set(sealed)
    assert [one.shortfall is None for one in joined].count(True) == 2
    assert {"r", "r.2", "r.3"} <= set(os.listdir(office.folder))
    states = {arrival.parcel: arrival.state for arrival in office.receive("r.img")}
    assert [states[parcel] for parcel in sealed] == [State.WHOLE, State.WHOLE, State.WAITING]


def test_several_parcels_do_not_go_into_one_film(office: Office, samples: Path) -> None:
    issued, film = office.issue(), office.path("film.mp4")
    film.write_bytes((samples / "bikes.mp4").read_bytes())
    before = film.read_bytes()
    for number in range(2):
        office.seal(issued.card, office.card(TINY, f"card{number}", seed=number), f"s{number}")
    with pytest.raises(Refused, match="2 parcels came"):
        office.join(issued.route, ["s0", "s1"], ["film.mp4"])
    assert film.read_bytes() == before


def test_copies_foreign_noise_and_damage_do_no_harm(office: Office) -> None:
    issued, other = office.issue(), office.issue()
    office.seal(issued.card, office.card(LARGE), "s1", "s2", "s3", survive=1)
    office.seal(other.card, office.card(TINY, "other"), "o1")
    office.path("copy").write_bytes(office.path("s1").read_bytes())
    office.path("noise").write_bytes(os.urandom(1 << 20))
    office.path("empty").write_bytes(b"")
    damage(office.path("s1"), *range(20))
    damage(office.path("s2"), 30)
    (joined,) = office.join(issued.route, ["s1", "s2", "copy", "noise", "empty", "o1"], ["r1"])
    assert (joined.shortfall, joined.liars) == (None, ())


def test_who_lied_is_named_by_the_carrier_and_what_is_made_is_true(office: Office) -> None:
    issued, card = office.issue(), office.card(LARGE)
    office.seal(issued.card, card, "s1", "s2", "s3", survive=1)
    assert lie(office.path("s2"), issued.route, about=lambda header: header.block == 1 and header.first % 64 == 0)
    (joined,) = office.join(issued.route, ["s1", "s2", "s3"], ["r1"])
    assert joined.liars == (str(office.path("s2")),)
    assert "s2 gave false packets" in str(joined)
    assert office.arrive("r1").state is State.WHOLE
    assert office.clips_of(joined.parcel) == files_in(card)


def test_a_parcel_whose_ids_were_all_used_is_passed_on_all_the_same(office: Office) -> None:
    """A chain of relays uses them up, or somebody who lies says that they are."""
    issued = office.issue()
    office.seal(issued.card, office.card(SMALL), "s1")
    slot = next(iter(slots_in(office.path("s1"), issued.route).values()))
    put_slot(office.path("s1"), 0, issued.route, made_of(slot.header, minted=MOST_IDS), slot.packets)
    (joined,) = office.join(issued.route, ["s1"], ["r1"])
    assert joined.whole
    assert office.arrive("r1").state is State.WHOLE


def test_another_routes_sticks_are_noise(office: Office) -> None:
    issued, other = office.issue(), office.issue()
    office.seal(issued.card, office.card(TINY), "s1")
    with pytest.raises(NothingFound, match="nothing of this route"):
        office.join(other.route, ["s1"], ["r1"])
    assert not office.path("r1").exists()


@pytest.mark.parametrize(("sticks", "survive"), [(2, 2), (1, 1), (41, 0), (1, -1)])
def test_sticks_that_cannot_survive_that_are_refused_before_anything_is_read(
    office: Office, sticks: int, survive: int
) -> None:
    with pytest.raises(Refused):
        office.join(office.issue().route, ["not even there"], [f"r{i}" for i in range(sticks)], survive=survive)


def test_a_place_or_a_spool_that_is_not_there_is_named(office: Office) -> None:
    issued = office.issue()
    office.seal(issued.card, office.card(TINY), "s1")
    with pytest.raises(Unable, match="s9"):
        office.join(issued.route, ["s1", "s9"], ["r1"])
    here = [str(office.path("s1"))]
    joined = join(here, issued.route, [str(office.path("r"))], survive=0, carrier=None, spool="/none", progress=Quiet())
    with pytest.raises(Unable, match="/none"):
        list(joined)


def test_one_fresh_stick_that_fails_is_named_and_stops_only_itself(office: Office) -> None:
    issued = office.issue()
    office.seal(issued.card, office.card(MEDIUM), "s1", "s2", survive=0)
    for came in (["s1", "s2"], ["s1"]):
        onto = [str(office.path(f"r{len(came)}{letter}")) for letter in "ab"]
        progress = Meanwhile(do=in_the_way_of(onto[0]))
        places = [str(office.path(name)) for name in came]
        (joined,) = join(
            places,
            issued.route,
            onto,
            survive=1,
            carrier="file",
            spool=str(office.folder),
            progress=progress,
            patience=0,
        )
        assert joined.whole == (onto[1],)
        assert "overwrites no file" in joined.failed[onto[0]].what
        assert Path(onto[0]).read_bytes() == b"in the way"


def test_where_a_parcel_is_put_together_it_has_no_name_and_nothing_stays(office: Office) -> None:
    issued, spool = office.issue(), office.path("spool")
    spool.mkdir()
    office.seal(issued.card, office.card(LARGE), "s1")
    held: list[bytes] = []

    def look(step: str) -> None:
        assert os.listdir(spool) == []
        if step == "sealing":
            links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
            ours = [link for link in links if os.path.lexists(link) and os.readlink(link).startswith(f"{spool}/")]
            held.extend(Path(link).read_bytes() for link in ours)

    here = [str(office.path("s1"))]
    list(
        join(
            here,
            issued.route,
            [str(office.path("r1"))],
            survive=0,
            carrier=None,
            spool=str(spool),
            progress=Meanwhile(do=look),
        )
    )
    assert os.listdir(spool) == []
    assert {content[:21] for content in held} == {b"age-encryption.org/v1"}
    assert not any(content[:64] in held[0] for content in files_in(office.path("card")).values())


def test_a_route_key_opens_nothing(office: Office) -> None:
    issued, card = office.issue(), office.card(SMALL)
    office.seal(issued.card, card, "s1")
    under_the_mask = b"".join(slot.packets for slot in slots_in(office.path("s1"), issued.route).values())
    assert b"age-encryption.org/v1" in under_the_mask
    for name, content in files_in(card).items():
        assert name.encode() not in under_the_mask
        assert content[1000:1016] not in under_the_mask


def test_what_a_relay_runs_knows_no_way_to_open_a_seal() -> None:
    code = "import sys, jebi.office.relay; print(*sorted(name for name in sys.modules if name.startswith('jebi.')))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "jebi.parcel.fountain" in loaded
    assert not {"jebi.parcel.seal", "jebi.parcel.contents", "jebi.office.desk", "jebi.office.inside"} & set(loaded)


def test_a_trip_seed_is_no_route_key(office: Office) -> None:
    issued = office.issue()
    assert isinstance(issued.card.seed, TripSeed)
    assert issued.card.seed.seed not in issued.route.written().encode()
    assert str(issued.route) == repr(issued.route) == "RouteKey()"
