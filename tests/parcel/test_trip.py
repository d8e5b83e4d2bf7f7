"""Trip keys: from a passphrase or a kit, forward and never back."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from jebi.errors import Damaged, Refused
from jebi.parcel import trip
from jebi.parcel.note import Ed25519Signer, MacKey, sign
from jebi.parcel.trip import (
    MOST_PARCELS,
    Signing,
    TripSeed,
    check_trip,
    from_passphrase,
    receipt_key,
    signer_name,
    trip_name,
)

FIRST = TripSeed("0a1b2c3d", 1, bytes(range(32)))
SIGNINGS: tuple[Signing, ...] = ("signature", "mac")
WORDS = "academic acid acne acquire acrobat activity actress adapt"


def test_every_parcel_has_a_seed_of_its_own() -> None:
    seeds = [FIRST.at(number) for number in range(1, MOST_PARCELS + 1)]
    assert [seed.number for seed in seeds] == list(range(1, MOST_PARCELS + 1))
    assert len({seed.seed for seed in seeds}) == MOST_PARCELS
    assert all(earlier.ratchet() == later for earlier, later in itertools.pairwise(seeds))


@given(st.integers(1, MOST_PARCELS), st.integers(1, MOST_PARCELS))
def test_a_ratchet_goes_forward_and_never_back(now: int, wanted: int) -> None:
    seed = FIRST.at(now)
    if wanted >= now:
        assert seed.at(wanted) == FIRST.at(wanted)
    else:
        with pytest.raises(Refused, match="gone"):
            seed.at(wanted)


def test_after_the_last_parcel_nothing_can_be_signed_any_more() -> None:
    spent = FIRST.at(MOST_PARCELS).ratchet()
    for signing in SIGNINGS:
        with pytest.raises(Refused, match="1 to 64"):
            spent.signer(signing)
    with pytest.raises(Refused, match="1 to 64"):
        FIRST.at(MOST_PARCELS + 1)
    with pytest.raises(Damaged):
        spent.ratchet()


@pytest.mark.parametrize("number", [-1, 0, MOST_PARCELS + 2, 9999])
def test_a_number_that_no_seed_has_is_damaged(number: int) -> None:
    with pytest.raises(Damaged):
        TripSeed("0a1b2c3d", number, bytes(32))


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_seed_of_another_length_is_damaged(length: int) -> None:
    with pytest.raises(Damaged):
        TripSeed("0a1b2c3d", 1, bytes(length))


@pytest.mark.parametrize("trip", ["", "0a1b2c3", "0a1b2c3d4", "0A1B2C3D", "0a1b2c3g", "../../ab"])
def test_a_pseudonym_is_eight_hexadecimal_digits(trip: str) -> None:
    with pytest.raises(Damaged):
        check_trip(trip)
    with pytest.raises(Damaged):
        TripSeed(trip, 1, bytes(32))


@pytest.mark.parametrize(("signing", "kind"), [("signature", Ed25519Signer), ("mac", MacKey)])
def test_a_seed_signs_in_one_of_two_ways(signing: Signing, kind: type) -> None:
    signer = FIRST.signer(signing)
    assert isinstance(signer, kind)
    assert signer.name == signer_name(FIRST.trip) == "jebi/trip/0a1b2c3d"
    verifier = signer.verifier() if isinstance(signer, Ed25519Signer) else signer
    assert sign("text\n", signer).signed_by(verifier)
    later = FIRST.ratchet().signer(signing)
    assert not sign("text\n", later).signed_by(verifier)


def test_keys_for_different_uses_share_nothing() -> None:
    secrets = {FIRST.signer("signature").secret, FIRST.signer("mac").secret, receipt_key(FIRST), FIRST.ratchet().seed}
    assert len(secrets | {FIRST.seed}) == 5


def test_what_the_formats_derive_never_changes() -> None:
    assert FIRST.ratchet().seed.hex() == "730a65d7c33f3222cf5a5caec39db67f0866e3af746121e52106c3065936510d"
    assert FIRST.signer("signature").secret.hex() == "ccedbd7cb246e250908e281764a9abfcfad4cd48da17042922f38fec73650167"
    assert FIRST.signer("mac").secret.hex() == "f585604d01df71743b205307dd4311f3cbceb3f12c6bf55faf7690dc77696e2b"
    assert receipt_key(FIRST).hex() == "b8822818d949e4944d6f981eadd24b5e6b854090cf330db177945c22bee7753f"
    assert (
        from_passphrase("0a1b2c3d", WORDS).seed.hex()
        == "85c8d14d7d0a9979e42d50e7e626de666b81ab7fb9d3a011eddd9dd3863a721f"
    )


@pytest.mark.parametrize(
    "typed",
    [
        WORDS.upper(),
        WORDS.title(),
        f"  {WORDS}\n",
        WORDS.replace(" ", "\t"),
        WORDS.replace(" ", "   "),
        WORDS.replace(" ", "\r\n"),
    ],
    ids=["capitals", "capital first letters", "white space around", "tabs", "more spaces", "lines"],
)
def test_capitals_and_white_space_do_not_count(typed: str) -> None:
    assert from_passphrase("0a1b2c3d", typed) == from_passphrase("0a1b2c3d", WORDS)


def test_another_word_order_or_trip_is_another_seed() -> None:
    others = [
        ("0a1b2c3d", WORDS.replace("acid", "acne")),
        ("0a1b2c3d", " ".join(reversed(WORDS.split()))),
        ("0a1b2c3e", WORDS),
    ]
    seeds = {from_passphrase(trip, words).seed for trip, words in others}
    assert len(seeds | {from_passphrase("0a1b2c3d", WORDS).seed}) == 4


def test_receipts_belong_to_the_whole_trip() -> None:
    with pytest.raises(ValueError, match="whole trip"):
        receipt_key(FIRST.ratchet())


@given(st.binary(min_size=4, max_size=32))
def test_a_trip_is_named_by_dice(dice: bytes) -> None:
    assert check_trip(trip_name(dice)) == dice[:4].hex()


def test_no_seed_shows_itself() -> None:
    assert FIRST.seed.hex() not in repr(FIRST)
    assert "seed=" not in repr(FIRST)


@given(st.binary(min_size=trip.WORDS_DICE, max_size=trip.WORDS_DICE))
def test_words_are_words_and_with_any_one_exchanged_they_are_none_but_by_chance(dice: bytes) -> None:
    drawn = trip.words(dice).split()
    assert len(drawn) == trip.WORDS
    assert set(drawn) <= set(WORDLIST)
    assert trip.are_words(drawn)
    assert trip.are_words([word.upper() for word in drawn])
    for other in (drawn[:-1], [*drawn, drawn[0]], [*drawn[:-1], WORDLIST[WORDLIST.index(drawn[-1]) ^ 1]]):
        assert not trip.are_words(other)


def test_of_exchanged_words_one_in_a_thousand_passes() -> None:
    drawn = trip.words(bytes(range(trip.WORDS_DICE))).split()
    others = [
        [*drawn[:i], other, *drawn[i + 1 :]] for i in range(trip.WORDS) for other in WORDLIST if other != drawn[i]
    ]
    passed = sum(trip.are_words(other) for other in others)
    assert passed < 3 * len(others) / 1024


def test_all_seventy_bits_are_drawn() -> None:
    numbers = (1 << bit for bit in range(8 * trip.WORDS_DICE))
    assert len({trip.words(number.to_bytes(trip.WORDS_DICE, "big")) for number in numbers}) >= 70
