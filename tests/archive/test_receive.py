"""Reports on what came: how much is here, how much is missing, who lied."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.receive import Arrival, Logged, Shortfall, State, logged, parcel_id, remarked, shortfall
from jebi.archive.record import Event
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
        "  1 clip, 0.1 MB, every one as it was sealed",
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


def came(parcel: str, number: int, *, manifest: str = "", after: str = "", trip: str = "0a1b2c3d") -> Event:
    """What the log says of a parcel; a manifest's digest is its letter 64 times, by custom that of the parcel's name."""
    detail = f"sealed sha256 {'e' * 64}, manifest sha256 {(manifest or parcel) * 64}, number {number}"
    detail += f", after manifest {after * 64}" if after else ""
    return Event(kind="parcel-received", subject=parcel, detail=detail, actor=f"trip/{trip}", time=1)


def remarks(parcel: str, *events: Event, previous: str = "") -> tuple[str, ...]:
    """What is remarked of one of them; `previous` is what the manifest that was read just now says."""
    read = replace(manifest(clip("a.mp4", 1)), previous=bytes.fromhex((previous or "0") * 64))
    arrival = Arrival(
        parcel=parcel, state=State.WHOLE, shape=ONE, slots={}, manifest=read if previous else None, trip="0a1b2c3d"
    )
    return remarked(arrival, logged(events)).remarks


def test_the_log_knows_every_whole_parcel_once_and_passes_over_what_says_nothing_of_one() -> None:
    other = Event(kind="slots-kept", subject="c", detail="3 slots", actor="desk", time=1)
    odd = Event(kind="parcel-received", subject="d", detail="sealed", actor="trip/x", time=1)
    desk = Event(kind="parcel-received", subject="d", detail=came("d", 1).detail, actor="desk", time=1)
    assert logged([came("a", 1), other, odd, desk, came("b", 2, after="a"), came("a", 1)]) == (
        Logged(parcel="a", trip="0a1b2c3d", number=1, manifest="a" * 64),
        Logged(parcel="b", trip="0a1b2c3d", number=2, manifest="b" * 64, previous="a" * 64),
    )


def test_parcels_that_follow_each_other_are_not_remarked() -> None:
    events = (came("a", 1, after="0"), came("b", 2, after="a"), came("c", 3, after="b"))
    for parcel, previous in (("a", "0"), ("b", "a"), ("c", "b")):
        assert remarks(parcel, *events) == remarks(parcel, *events, previous=previous) == ()
    assert remarks("f", *events) == ()


def test_a_number_that_was_used_is_remarked_on_both_sides_and_refuses_nothing() -> None:
    events = (came("a", 1), came("b", 1), came("c", 1, trip="ffffffff"))
    assert remarks("b", *events) == (
        "its number 1 was used before, by parcel a: a kit was copied, or a seal was repeated",
    )
    assert remarks("a", *events) == (
        "its number 1 was used again, later, by parcel b: a kit was copied, or a seal was repeated",
    )
    assert remarks("c", *events) == ()


def test_the_same_clips_sealed_twice_are_no_sign_of_a_copied_kit() -> None:
    (remark,) = remarks("b", came("a", 1, manifest="d"), came("b", 1, manifest="d"))
    assert remark == "the same clips under the same number came as parcel a, too: their sealing was repeated"


def test_numbers_that_have_not_come_are_remarked() -> None:
    assert remarks("b", came("b", 2)) == ("of this trip, number 1 has not come",)
    assert remarks("d", came("b", 2), came("d", 4)) == ("of this trip, numbers 1, 3 have not come",)
    assert remarks("b", came("d", 4), came("a", 1), came("b", 2)) == ()


def test_a_parcel_that_does_not_follow_the_one_before_it_is_remarked() -> None:
    (remark,) = remarks("b", came("a", 1), came("b", 2), previous="c")
    assert remark.startswith("it does not follow what came as number 1: ")
    assert remarks("b", came("a", 1), came("b", 2, after="c")) == (remark,)
    (late,) = remarks("a", came("b", 2, after="c"), came("a", 1))
    assert late.startswith("parcel b, which came as number 2, does not follow it: ")
    (first,) = remarks("a", came("a", 1), previous="c")
    assert "is the trip's first" in first


def test_any_of_several_under_one_number_may_be_the_one_before() -> None:
    events = (came("a", 1), came("c", 1), came("b", 2, after="c"))
    assert remarks("b", *events) == ()
    assert len(remarks("a", *events)) == 1


def test_a_parcel_that_was_sealed_without_a_kit_names_none_before_it_and_breaks_nothing() -> None:
    assert remarks("b", came("a", 1), came("b", 2, after="0"), previous="0") == ()


def test_remarks_are_the_last_lines_of_a_report() -> None:
    arrival = Arrival(parcel=PARCEL, state=State.KNOWN, shape=ONE, slots={}, remarks=("one", "two"))
    assert str(arrival).splitlines()[1:] == ["  one", "  two"]


@given(
    st.lists(
        st.builds(
            came,
            st.sampled_from("abcd"),
            st.integers(0, 70),
            manifest=st.sampled_from("abcd"),
            after=st.sampled_from(["", *"0abcd"]),
        ),
        max_size=6,
    )
)
def test_whatever_the_log_says_every_report_can_be_remarked(events: list[Event]) -> None:
    for parcel in "abcde":
        assert all(remarks(parcel, *events))
