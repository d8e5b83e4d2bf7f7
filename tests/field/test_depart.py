"""Plans of a sealing, against what sealing then makes."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.slot import SLOT
from jebi.errors import Refused
from jebi.field.depart import Departure, plan
from jebi.field.intake import Listed, take
from jebi.parcel import contents
from jebi.parcel.card import Card
from jebi.parcel.keys import PostQuantumIdentity, PostQuantumRecipient
from jebi.parcel.note import Ed25519Signer
from jebi.parcel.seal import seal
from jebi.parcel.stream import Chained
from jebi.parcel.trip import TripSeed

EDITOR, LAWYER = (PostQuantumIdentity(bytes([number]) * 32).recipient() for number in (1, 2))
SEED = TripSeed("0a1b2c3d", 1, bytes(32))
SIGNER = SEED.signer("signature")
CARD = Card(
    trip="0a1b2c3d",
    signing="signature",
    recipients=(EDITOR,),
    route=bytes(32),
    desk=Ed25519Signer(name="example.org/desk", secret=bytes(32)).verifier(),
    seed=SEED,
)


def planned(*sizes: int, card: Card = CARD, sticks: int = 1, survive: int = 0, name: str = "clip") -> Departure:
    clips = [Listed(path=str(i), parts=(f"{name}{i}.mp4",), size=size, modified=0) for i, size in enumerate(sizes)]
    return plan(take(clips), card, SIGNER, 1, sticks=sticks, survive=survive)


@pytest.mark.parametrize("outer", [(), (LAWYER,)])
@given(sizes=st.lists(st.integers(0, 200_000), min_size=1, max_size=4))
def test_the_sealed_parcel_is_to_the_byte_as_long_as_was_planned(
    outer: tuple[PostQuantumRecipient, ...], sizes: list[int]
) -> None:
    departure = planned(*sizes, card=replace(CARD, outer=outer))
    archive = contents.pieces(
        departure.parcel, lambda member: io.BytesIO(bytes(member.size)), SIGNER, departure.padded, lambda _note: None
    )
    sealed = b"".join(seal(Chained(archive), departure.padded, departure.seals))
    assert len(sealed) == departure.sealed_length == departure.spread.shape.sealed_length


def test_a_plan_says_what_goes_where() -> None:
    one = planned(1_000_000)
    assert str(one) == f"1 clip, 1.0 MB, sealed to 1.0 MB; {one.spread.slots * SLOT / 1e6:.1f} MB on one stick"
    five = planned(1_000_000, 500_000, sticks=5, survive=2)
    assert str(five).startswith("2 clips, 1.5 MB, sealed to 1.")
    assert str(five).endswith("MB on each of 5 sticks, any 3 of which bring it back")


def test_the_plan_depends_on_sizes_and_names_alone_and_small_differences_do_not_show() -> None:
    assert planned(1_000_000).sealed_length == planned(1_000_000).sealed_length
    assert planned(1_000_000).sealed_length == planned(1_000_010).sealed_length
    assert planned(1_000_000, name="a").sealed_length == planned(1_000_000, name="b").sealed_length


def test_the_parcel_names_everybody_it_is_sealed_to_and_what_it_follows() -> None:
    departure = planned(1, card=replace(CARD, outer=(LAWYER,), previous=b"p" * 32))
    assert departure.parcel.recipients == (EDITOR.fingerprint(), LAWYER.fingerprint())
    assert (departure.parcel.previous, departure.parcel.number) == (b"p" * 32, 1)
    assert len(departure.seals) == 2


@pytest.mark.parametrize(("sticks", "survive"), [(0, 0), (1, 1), (3, 3), (3, -1), (10_000, 0)])
def test_what_the_sticks_cannot_survive_is_refused_before_anything_happens(sticks: int, survive: int) -> None:
    with pytest.raises(Refused):
        planned(1000, sticks=sticks, survive=survive)


def test_more_than_a_parcel_holds_is_refused() -> None:
    with pytest.raises(Refused, match="too large") as refused:
        planned(1 << 41)
    assert "in parts" in refused.value.hint
