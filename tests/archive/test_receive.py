"""Reports on what came: how much is here, how much is missing, who lied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.receive import Arrival, Shortfall, State, parcel_id, shortfall
from jebi.parcel.blocks import SYMBOL, Shape
from jebi.parcel.gather import Tally
from jebi.parcel.manifest import Clip, Manifest
from jebi.parcel.safename import SafeName

ONE, THREE = Shape(80_000, 1), Shape(2_000_000, 3)
PARCEL = "0123456789abcdef"


def clip(name: str, size: int) -> Clip:
    return Clip(name=SafeName(name), digest=bytes(32), size=size, claimed_modified=0)


def manifest(*clips: Clip) -> Manifest:
    return Manifest(number=4, previous=bytes(32), recipients=(bytes(32),), clips=clips)


def test_a_whole_parcel_says_what_is_in_it_and_whose_it_is() -> None:
    one = Arrival(
        parcel=PARCEL, state=State.WHOLE, shape=ONE, slots={}, trip="0a1b2c3d", manifest=manifest(clip("a.mp4", 60_000))
    )
    assert str(one).splitlines() == [
        "parcel 0123456789abcdef: whole, 0.1 MB sealed",
        "  1 clip, 0.1 MB, every one as it was filmed",
        "  signed by trip 0a1b2c3d, its parcel number 4",
    ]
    two = manifest(clip("a.mp4", 1_000_000), clip("b.mp4", 500_000))
    assert "2 clips, 1.5 MB" in str(Arrival(parcel=PARCEL, state=State.WHOLE, shape=ONE, slots={}, manifest=two))


@pytest.mark.parametrize(
    ("shape", "lack", "said"),
    [
        (ONE, Shortfall(blocks=1, packets=4, worst=4), "it lacks 4 of 10 packets"),
        (THREE, Shortfall(blocks=2, packets=50, worst=40), "1 of 3 blocks are whole; the worst of the others lacks 40"),
        (THREE, Shortfall(blocks=3, packets=90, worst=40), "0 of 3 blocks are whole"),
    ],
)
def test_a_parcel_that_waits_says_what_would_complete_it(shape: Shape, lack: Shortfall, said: str) -> None:
    text = str(Arrival(parcel=PARCEL, state=State.WAITING, shape=shape, slots={}, shortfall=lack))
    assert said in text
    assert f"any other stick of this parcel helps; it needs at least {lack.packets * SYMBOL / 1e6:.1f} MB more" in text


def test_who_lied_and_why_it_was_rejected_is_said() -> None:
    text = str(
        Arrival(parcel=PARCEL, state=State.REJECTED, shape=ONE, slots={}, liars=("s1", "s2"), why="no trip signed it")
    )
    assert text.splitlines()[1] == "  no trip signed it"
    assert "  s1 gave false packets" in text
    assert "  s2 gave false packets" in text


def test_the_names_of_clips_are_in_no_report() -> None:
    """It may be read over somebody's shoulder."""
    arrival = Arrival(parcel=PARCEL, state=State.WHOLE, shape=ONE, slots={}, manifest=manifest(clip("secret.mp4", 1)))
    assert "secret" not in str(arrival) + repr(arrival)


@given(have=st.integers(0, 12))
def test_a_block_lacks_what_it_has_not_and_nothing_when_it_has_enough(have: int) -> None:
    tally = Tally(shape=ONE)
    tally.add(0, 5, have)
    lack = shortfall(tally)
    assert lack == (None if have >= 10 else Shortfall(blocks=1, packets=10 - have, worst=10 - have))
    if lack:
        assert lack.size == (10 - have) * SYMBOL


def test_a_block_whose_packets_disagree_lacks_at_least_one() -> None:
    tally = Tally(shape=THREE)
    for block in range(3):
        tally.add(block, 0, THREE.k(block))
    assert shortfall(tally) is None
    assert shortfall(tally, frozenset({1})) == Shortfall(blocks=1, packets=1, worst=1)


@given(secret=st.binary(min_size=16, max_size=16), other=st.binary(min_size=16, max_size=16))
def test_a_parcel_s_public_name_tells_parcels_apart_and_is_sixteen_hex_digits(secret: bytes, other: bytes) -> None:
    name = parcel_id(secret, ONE)
    assert len(name) == 16
    assert set(name) <= set("0123456789abcdef")
    assert (name == parcel_id(other, ONE)) == (secret == other)
    assert name != parcel_id(secret, THREE)
    assert secret.hex() not in name
