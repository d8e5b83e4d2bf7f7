"""Cards, kits and route keys."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged
from jebi.parcel.card import LONGEST_CARD, Card, RouteKey, _with_check, parse_card, parse_route_key
from jebi.parcel.keys import PostQuantumIdentity
from jebi.parcel.note import Ed25519Signer
from jebi.parcel.trip import MOST_PARCELS, TripSeed

DESKS = tuple(PostQuantumIdentity(bytes([n]) * 32).recipient() for n in range(1, 9))
ROUTE = RouteKey(b"\x07" * 32)
SEED = TripSeed("0a1b2c3d", 1, b"\x05" * 32)
CARD = Card(
    trip="0a1b2c3d",
    signing="signature",
    recipients=DESKS[:1],
    route=ROUTE.public(),
    desk=Ed25519Signer(name="example.org/desk", secret=bytes(32)).verifier(),
)
KIT = replace(CARD, seed=SEED, receipts=b"\x06" * 32, outer=DESKS[1:2])
WRITTEN = str(KIT).encode()
CARDS = st.builds(
    lambda signing, some, more, previous, number, receipts: replace(
        CARD,
        signing=signing,
        recipients=DESKS[:some],
        outer=DESKS[4 : 4 + more],
        previous=previous,
        seed=TripSeed("0a1b2c3d", number, previous) if number else None,
        receipts=receipts,
    ),
    st.sampled_from(["signature", "mac"]),
    st.integers(1, 4),
    st.integers(0, 4),
    st.binary(min_size=32, max_size=32),
    st.integers(0, MOST_PARCELS + 1),
    st.none() | st.binary(min_size=32, max_size=32),
)


@given(CARDS)
def test_what_is_written_parses_to_itself(card: Card) -> None:
    assert parse_card(str(card).encode()) == card
    assert len(str(card)) <= LONGEST_CARD


@given(CARDS)
def test_windows_line_ends_do_no_harm(card: Card) -> None:
    assert parse_card(str(card).replace("\n", "\r\n").encode()) == card


@given(st.integers(0, len(WRITTEN) - 2), st.integers(1, 255))
def test_a_kit_altered_anywhere_is_damaged(place: int, with_: int) -> None:
    altered = bytearray(WRITTEN)
    altered[place] ^= with_
    with pytest.raises(Damaged):
        parse_card(bytes(altered))


@given(st.integers(0, len(WRITTEN) - 2))
def test_a_kit_cut_anywhere_is_damaged(end: int) -> None:
    with pytest.raises(Damaged):
        parse_card(WRITTEN[:end])


LINES = st.lists(
    st.sampled_from(WRITTEN.decode().splitlines()[1:-1])
    | st.tuples(
        st.sampled_from(["trip", "number", "seed", "route", "signing", "recipient", "desk", "previous"]),
        st.text("0aA9+/= -", max_size=50),
    ).map(" ".join)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
    max_size=14,
)


@given(st.sampled_from(["jebi kit", "jebi card", "jebi route"]), LINES)
def test_garbage_with_a_right_check_is_damaged_or_a_card(kind: str, lines: list[str]) -> None:
    written = _with_check([kind, *lines]).encode()
    for parse in (parse_card, parse_route_key):
        try:
            parse(written)
        except Damaged:
            continue


@given(st.binary() | st.binary().map(lambda b: b"jebi kit\n" + b) | st.binary().map(lambda b: b"jebi route\nkey " + b))
def test_garbage_is_neither_card_nor_route_key(garbage: bytes) -> None:
    for parse in (parse_card, parse_route_key):
        with pytest.raises(Damaged):
            parse(garbage)


def rewritten(old: str, new: str) -> bytes:
    """The kit with a line changed and its check made right again."""
    lines = WRITTEN.decode().splitlines()[:-1]
    assert any(line.startswith(old) for line in lines)
    return _with_check([changed for line in lines if (changed := new if line.startswith(old) else line)]).encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("trip", ""),
        ("trip", "trip 0a1b"),
        ("signing", ""),
        ("signing", "signing none"),
        ("recipient", ""),
        ("recipient", "recipient age1xyz"),
        ("outer", "outer"),
        ("route", ""),
        ("route", "route AAAA"),
        ("desk", "desk example.org"),
        ("previous", "previous !"),
        ("number", ""),
        ("number", "number x"),
        ("number", "number 0"),
        ("number", "number 03"),
        ("number", "number 66"),
        ("number", "number 99999"),
        ("seed", ""),
        ("seed", "seed AAAA"),
        ("receipts", "receipts AAAA"),
        ("trip", "trip 0a1b2c3d\ntrip 0a1b2c3d"),
        ("outer", "\n".join(f"outer {desk}" for desk in DESKS[:5])),
    ],
)
def test_a_line_that_is_missing_wrong_or_there_too_often_is_damaged(old: str, new: str) -> None:
    with pytest.raises(Damaged):
        parse_card(rewritten(old, new))


def test_a_line_that_a_later_jebi_wrote_is_passed_over() -> None:
    assert parse_card(rewritten("number", "number 1\nweather fair\nweather foul")) == KIT


def test_layers_are_named_from_the_inside_out() -> None:
    assert CARD.layers == (DESKS[:1],)
    assert KIT.layers == (DESKS[:1], DESKS[1:2])


def test_after_a_parcel_a_kit_knows_what_it_followed_and_forgot_its_seed() -> None:
    after = KIT.after(SEED, b"\x09" * 32)
    assert after.seed == SEED.ratchet()
    assert after.previous == b"\x09" * 32
    assert replace(after, seed=SEED, previous=KIT.previous) == KIT
    assert parse_card(str(after).encode()) == after


def test_a_card_holds_no_seed() -> None:
    assert str(CARD).startswith("jebi card\n")
    assert "seed" not in str(CARD)
    assert str(KIT).startswith("jebi kit\n")


@given(st.binary(min_size=32, max_size=32))
def test_a_route_key_parses_to_itself(secret: bytes) -> None:
    assert parse_route_key(RouteKey(secret).written().encode()) == RouteKey(secret)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_route_key_of_another_length_is_damaged(length: int) -> None:
    with pytest.raises(Damaged):
        RouteKey(bytes(length))


def test_a_card_is_no_route_key_and_a_route_key_no_card() -> None:
    with pytest.raises(Damaged, match="jebi route"):
        parse_route_key(WRITTEN)
    with pytest.raises(Damaged, match="jebi card or jebi kit"):
        parse_card(ROUTE.written().encode())


def test_what_is_too_long_is_not_read() -> None:
    with pytest.raises(Damaged, match="too long"):
        parse_card(WRITTEN + b"\n" * LONGEST_CARD)


def test_no_secret_shows_itself() -> None:
    for shown, secret in ((repr(KIT), SEED.seed), (repr(KIT), b"\x06" * 32), (repr(ROUTE), ROUTE.secret)):
        assert secret.hex() not in shown
        assert repr(secret) not in shown
