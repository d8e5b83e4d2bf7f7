"""Codes, cards and lists; what a list shows to who holds a card, and to who does not."""

import hashlib
import hmac
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused
from jebi.parcel import note
from jebi.parcel.note import Ed25519Signer
from jebi.radio.receipt import (
    LIST_LENGTH,
    Card,
    Code,
    Kind,
    News,
    ReceiptList,
    card_text,
    code,
    compose,
    every_news,
    match,
    parse_list,
    sign_list,
)

DAY = "2026-11-22"
KEY = bytes(range(32))
DICE = bytes(range(100, 132))
DESK = Ed25519Signer(name="jebi/desk/test", secret=b"d" * 32)
STRANGER = Ed25519Signer(name="jebi/desk/test", secret=b"s" * 32)
SPEC = Path(__file__).parents[2] / "docs" / "formats" / "receipts.md"

keys = st.binary(min_size=32, max_size=32)
pieces_of_news = st.sampled_from(list(every_news()))


def digits(key: bytes, message: bytes) -> str:
    """A code as the specification words it, without jebi's code."""
    number = int(hmac.new(key, message, hashlib.sha256).hexdigest(), 16)
    return f"{number % 10_000_000_000:010d}"


def width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def signed(receipts: ReceiptList) -> bytes:
    return str(sign_list(receipts, DESK)).encode()


def forged(text: str) -> bytes:
    """Any text under the desk's true signature."""
    return str(note.sign(text, DESK)).encode()


def test_a_code_is_the_hmac_that_the_specification_says() -> None:
    wanted = digits(KEY, b"jebi receipt" + b"\0\0\0\x07" + b"\x02" + b"\x03")
    assert str(code(KEY, 7, Kind.SEND_MORE, 3)) == wanted[:5] + " " + wanted[5:]


def test_codes_known_from_another_program_come_out() -> None:
    # printf 'jebi receipt\0\0\0\1\1\1' | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f, modulo 10^10
    assert str(code(KEY, 1, Kind.ARRIVED, 1)) == "81198 91299"
    assert str(code(KEY, 8, Kind.ERASE_NOW, 3)) == "45308 68018"


def test_dummies_are_the_stream_that_the_specification_says() -> None:
    dummies = sorted(digits(DICE, b"jebi receipt dummy" + i.to_bytes(4, "big")) for i in range(LIST_LENGTH))
    assert [str(c).replace(" ", "") for c in compose(DAY, [], DICE).codes] == dummies


@given(keys)
def test_a_card_has_72_codes_which_its_text_shows(key: bytes) -> None:
    codes = [Card(key).code(news) for news in every_news()]
    assert len(codes) == 8 * 3 * 3
    text = card_text(Card(key))
    assert all(text.count(str(c)) == codes.count(c) for c in codes)


def test_a_cards_rows_name_parcel_and_kind() -> None:
    (row,) = [line for line in card_text(Card(KEY)).splitlines() if line.startswith("3 E")]
    assert row.split("    ")[1:] == [str(code(KEY, 3, Kind.ERASE_NOW, repeat)) for repeat in (1, 2, 3)]


def test_a_card_fits_one_page_in_three_languages() -> None:
    lines = card_text(Card(KEY)).splitlines()
    assert len(lines) <= 54
    assert max(map(width, lines)) <= 80
    assert all(
        word in card_text(Card(KEY)) for word in ("arrived", "도착", "到着", "erase now", "지금 지울 것", "今すぐ消去")
    )


def test_a_card_does_not_show_its_key() -> None:
    assert repr(KEY) not in repr(Card(KEY))
    assert KEY.hex() not in card_text(Card(KEY))


@given(keys, st.sets(pieces_of_news), keys)
def test_the_holder_of_a_card_finds_its_news_and_nothing_else(key: bytes, news: set[News], dice: bytes) -> None:
    receipts = compose(DAY, [Card(key).code(item) for item in news], dice)
    present = {item for item in every_news() if Card(key).code(item) in receipts.codes}
    assert match(receipts, key) == tuple(sorted(present))
    assert news <= present


def test_another_card_finds_nothing() -> None:
    receipts = compose(DAY, [Card(KEY).code(item) for item in every_news()], DICE)
    assert len(match(receipts, KEY)) == 72
    assert match(receipts, bytes(32)) == ()


@given(st.lists(pieces_of_news, max_size=72), keys)
def test_a_list_has_one_length_whatever_is_in_it(news: list[News], dice: bytes) -> None:
    receipts = compose(DAY, [Card(KEY).code(item) for item in news], dice)
    empty = compose(DAY, [], DICE)
    assert len(receipts.codes) == LIST_LENGTH
    assert len(signed(receipts)) == len(signed(empty))
    assert len(receipts.paper()) == len(empty.paper())


def test_real_codes_stand_where_their_digits_put_them() -> None:
    real = {Card(KEY).code(item) for item in every_news()}
    receipts = compose(DAY, sorted(real, reverse=True), DICE)
    assert list(receipts.codes) == sorted(receipts.codes, key=str)
    assert real < set(receipts.codes)


def test_real_codes_and_dummies_spread_alike() -> None:
    """Chi-squared over ten first digits, 9 degrees of freedom: below 27.9 in 999 of 1,000 tries; the dice are fixed."""
    real = [Card(bytes([i]) * 32).code(item) for i in range(20) for item in every_news()]
    dummies = [c for i in range(4) for c in compose(DAY, [], bytes([i]) * 32).codes]
    for codes in (real, dummies):
        counts = [sum(str(c)[0] == str(digit) for c in codes) for digit in range(10)]
        mean = len(codes) / 10
        assert sum((seen - mean) ** 2 / mean for seen in counts) < 27.9


def test_two_days_have_no_code_in_common() -> None:
    arrived = [compose(DAY, [code(KEY, 1, Kind.ARRIVED, repeat)], bytes([repeat]) * 32) for repeat in (1, 2, 3)]
    assert not set(arrived[0].codes) & set(arrived[1].codes)
    assert not set(arrived[1].codes) & set(arrived[2].codes)


def test_a_full_list_is_all_real_and_a_fuller_one_is_refused() -> None:
    full = [Code(i) for i in range(LIST_LENGTH)]
    assert compose(DAY, full, DICE).codes == tuple(full)
    assert compose(DAY, full + full, DICE).codes == tuple(full)
    with pytest.raises(Refused, match="401"):
        compose(DAY, [*full, Code(LIST_LENGTH)], DICE)


def test_a_dummy_that_is_on_the_list_already_is_left_out() -> None:
    first = Code(int(digits(DICE, b"jebi receipt dummy\0\0\0\0")))
    receipts = compose(DAY, [first], DICE)
    assert str(Code(int(digits(DICE, b"jebi receipt dummy" + (LIST_LENGTH - 1).to_bytes(4, "big"))))) in receipts.text()
    assert len(receipts.codes) == LIST_LENGTH


def test_the_specification_names_the_chance_of_a_false_match() -> None:
    a_day = LIST_LENGTH * 72 / 10**10
    assert f"{a_day:.2e}" == "2.88e-06"
    assert "400 · 72 / 10^10 = 2.88 × 10^-6" in SPEC.read_text()
    assert 945 < 1 / (1 - (1 - a_day) ** 365) < 955
    assert "one card in 950" in SPEC.read_text()


def test_false_matches_come_as_often_as_the_arithmetic_says() -> None:
    """With the last four digits alone a card and a list meet 10^6 times as often: 2.88 times a list, ± 5 deviations."""
    lists = [compose(DAY, [], bytes([i, 1]) * 16) for i in range(100)]
    card = [Card(KEY).code(item).number % 10**4 for item in every_news()]
    met = sum(c.number % 10**4 == mine for receipts in lists for c in receipts.codes for mine in card)
    assert abs(met - 288) < 5 * 288**0.5


@given(st.sets(pieces_of_news), keys)
def test_what_was_signed_is_read_back(news: set[News], dice: bytes) -> None:
    receipts = compose(DAY, [Card(KEY).code(item) for item in news], dice)
    assert parse_list(signed(receipts), DESK.verifier()) == receipts


def test_a_list_has_a_title_a_day_and_80_lines_of_five() -> None:
    lines = compose(DAY, [], DICE).text().splitlines()
    assert lines[:2] == ["jebi receipts", "day 2026-11-22"]
    assert len(lines) == 2 + 80
    assert {len(line) for line in lines[2:]} == {5 * 11 + 4 * 2}


def test_a_list_that_somebody_else_signed_is_refused() -> None:
    receipts = compose(DAY, [], DICE)
    with pytest.raises(Damaged, match="not signed by your desk"):
        parse_list(str(sign_list(receipts, STRANGER)).encode(), DESK.verifier())
    both = str(sign_list(receipts, STRANGER, DESK)).encode()
    assert parse_list(both, DESK.verifier()) == receipts


def test_a_signature_does_not_hold_for_another_list() -> None:
    honest = signed(compose(DAY, [], DICE)).decode()
    other = compose(DAY, [code(KEY, 1, Kind.ERASE_NOW, 1)], DICE).text()
    with pytest.raises(Damaged, match="not signed by your desk"):
        parse_list((other + honest[honest.index("\n\n") + 1 :]).encode(), DESK.verifier())


GOOD = compose(DAY, [], DICE).text()


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("jebi receipts", "jebi parcel"),
        GOOD.replace(DAY, "2026-13-01"),
        GOOD.replace(DAY, "20261122"),
        GOOD.replace(f"day {DAY}", DAY),
        GOOD.replace("  ", " "),
        GOOD.replace("0", "٠"),
        GOOD[: GOOD.rindex("\n", 0, -1) + 1],
        GOOD + GOOD.splitlines()[-1] + "\n",
        "\n".join([*GOOD.splitlines()[:2], *reversed(GOOD.splitlines()[2:])]) + "\n",
        GOOD.replace("\n", "\u2028", 20),
        "jebi receipts\n",
        "\n",
    ],
)
def test_a_signed_text_that_is_no_list_is_damaged(text: str) -> None:
    with pytest.raises(Damaged):
        parse_list(forged(text), DESK.verifier())


def test_a_list_that_is_too_long_is_damaged_before_it_is_read() -> None:
    with pytest.raises(Damaged, match="too long"):
        parse_list(signed(compose(DAY, [], DICE)) * 7, DESK.verifier())


@given(st.binary(max_size=300))
def test_garbage_is_damaged_and_nothing_else(garbage: bytes) -> None:
    with pytest.raises(Damaged):
        parse_list(garbage, DESK.verifier())


@given(
    st.one_of(st.text(max_size=300), st.text("0123456789 \n", max_size=300).map(f"jebi receipts\nday {DAY}\n".__add__))
)
def test_signed_garbage_is_damaged_and_nothing_else(text: str) -> None:
    with pytest.raises(Damaged):
        parse_list(forged(text.encode("utf-8", "ignore").decode() + "\n"), DESK.verifier())


@given(st.data())
def test_a_list_with_one_byte_changed_is_damaged_or_means_the_same(data: st.DataObject) -> None:
    receipts = compose(DAY, [], DICE)
    content = bytearray(signed(receipts))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    try:
        assert parse_list(bytes(content), DESK.verifier()) == receipts  # base64 has bits that mean nothing
    except Damaged:
        return


def test_paper_has_three_languages_and_every_code_in_groups_of_five() -> None:
    receipts = compose(DAY, [], DICE)
    lines = receipts.paper().splitlines()
    assert max(map(width, lines)) <= 80
    assert all(word in receipts.paper() for word in ("RECEIPTS", "수신 확인", "受信確認", DAY))
    groups = [line.split() for line in lines[-80:]]
    assert [row[0] for row in groups] == [f"{number:02}" for number in range(1, 81)]
    assert [f"{a} {b}" for row in groups for a, b in zip(row[1::2], row[2::2], strict=True)] == list(
        map(str, receipts.codes)
    )


@given(st.integers(0, 10**10 - 1))
def test_a_code_is_written_and_read_back(number: int) -> None:
    assert Code.parse(str(Code(number))) == Code(number)
    assert len(str(Code(number))) == 11


@given(st.text(max_size=12))
def test_what_is_no_code_is_damaged(text: str) -> None:
    try:
        assert str(Code.parse(text)) == text
    except Damaged:
        return


@pytest.mark.parametrize(("parcel", "repeat"), [(0, 1), (9, 1), (1, 0), (1, 4)])
def test_a_card_has_no_code_beyond_its_parcels_and_repeats(parcel: int, repeat: int) -> None:
    with pytest.raises(Refused):
        code(KEY, parcel, Kind.ARRIVED, repeat)


def test_a_callers_mistake_is_no_damage() -> None:
    with pytest.raises(ValueError, match="32"):
        compose(DAY, [], b"few")
    with pytest.raises(ValueError, match="32"):
        Card(b"short")


def test_kinds_have_words() -> None:
    assert [kind.words for kind in Kind] == ["arrived", "send more", "erase now"]
