"""Receipts: how one trip learns that its parcel arrived, from a public list that says nothing to anyone else.

Format: docs/formats/receipts.md. The desk prints a card of one-time codes before a trip, and publishes a list every
day. A list has always the same number of codes, most of them dummies.

Invariants: a list shows neither how many of its codes are real, nor which, nor that two days belong together, as long
as the dice are fresh for every list and a day's list is made once. Pure: the key, the day and the dice are arguments.

It never promises that paper or a voice is the desk's: only the written list is signed.
"""

import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from itertools import count, pairwise
from typing import Self

from jebi.errors import Damaged, Refused
from jebi.parcel import note
from jebi.parcel.note import Note, Signer, Verifier

KEY = 32
DICE = 32
LIST_LENGTH = 400  # 45 minutes read by a voice; a desk with more to say in a day has outgrown cards
CODES = 10**10  # ten digits: short enough to hear, and a dummy meets a card's code once in 350,000 lists
PARCELS = 8  # of one card, so that it fits a page
REPEATS = 3
A_LINE = 5
LONGEST_LIST = 1 << 15  # the text takes 5.3 kB; the rest is for signatures of others
TITLE = "jebi receipts"
_LABEL, _DUMMY = b"jebi receipt", b"jebi receipt dummy"
_CODE = re.compile(r"[0-9]{5} [0-9]{5}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Kind(IntEnum):
    """What a code says of a parcel."""

    ARRIVED = 1
    SEND_MORE = 2
    ERASE_NOW = 3

    @property
    def words(self) -> str:
        """In English."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """A one-time code: ten digits, written in two groups of five."""

    number: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < CODES:
            raise Damaged("a receipt code has ten digits")

    def __str__(self) -> str:
        digits = f"{self.number:010}"
        return f"{digits[:5]} {digits[5:]}"

    @classmethod
    def parse(cls, untrusted_text: str) -> Self:
        """Read `04821 90577`; raises `Damaged`."""
        if _CODE.fullmatch(untrusted_text) is None:
            raise Damaged("a receipt code is two groups of five digits")
        return cls(int(untrusted_text.replace(" ", "")))


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class News:
    """What a desk tells a trip: the parcel's number, what became of it, and for which time it says so."""

    parcel: int
    kind: Kind
    repeat: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.parcel <= PARCELS:
            raise Refused(f"a receipt card covers parcels 1 to {PARCELS}", hint="start a new trip with a new card")
        if not 1 <= self.repeat <= REPEATS:
            raise Refused(f"the same news goes out {REPEATS} times at most", hint="its codes are used up")


def every_news() -> Iterator[News]:
    """All that a card has a code for, in the card's order."""
    for parcel in range(1, PARCELS + 1):
        for kind in Kind:
            for repeat in range(1, REPEATS + 1):
                yield News(parcel=parcel, kind=kind, repeat=repeat)


@dataclass(frozen=True, slots=True)
class Card:
    """All the codes of one trip, from its receipt key (32 bytes)."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY:
            raise ValueError("a receipt key has 32 bytes")

    def code(self, news: News) -> Code:
        """The code under which a piece of news goes out."""
        return _code_of(self.key, _LABEL + news.parcel.to_bytes(4, "big") + bytes([news.kind, news.repeat]))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptList:
    """A day's codes (`day`: ISO date), real and dummy, in rising order."""

    day: str
    codes: tuple[Code, ...]

    def __post_init__(self) -> None:
        check_day(self.day)
        if len(self.codes) != LIST_LENGTH or any(a >= b for a, b in pairwise(self.codes)):
            raise Damaged(
                f"a list of receipts has {LIST_LENGTH} different codes in rising order, and this one has not",
                hint="trust nothing on it",
            )

    def text(self) -> str:
        """The text to sign; as long on every day as on any other."""
        return "\n".join([TITLE, f"day {self.day}", *map(_line, self._lines())]) + "\n"

    def paper(self) -> str:
        """The list for a printer, and for a voice that reads it group by group. It carries no signature."""
        rows = [f"{number:02}   {_line(codes, gap='   ')}" for number, codes in enumerate(self._lines(), 1)]
        return "\n".join([*PAPER_HEADING, self.day, "", *rows]) + "\n"

    def _lines(self) -> Iterator[tuple[Code, ...]]:
        for i in range(0, LIST_LENGTH, A_LINE):
            yield self.codes[i : i + A_LINE]


PAPER_HEADING = (
    "RECEIPTS. Compare with your card. A code counts once: cross it out.",
    "수신 확인 번호. 카드와 맞춰 보십시오. 한 번만 유효하니 줄을 그으십시오.",
    "受信確認番号。手元のカードと照合。番号は一度だけ有効。見つけたら線で消す。",
    "",
)
CARD_HEADING = (
    "These numbers may be on a public list: on the radio, in print, on the web.",
    "A number counts once: cross it out. No number does not mean: not arrived.",
    "공개 번호표(라디오, 인쇄물, 웹)에서 이 번호를 찾으십시오.",
    "번호는 한 번만 유효합니다. 번호가 없다고 도착하지 않은 것은 아닙니다.",
    "公開の番号表(ラジオ、印刷物、ウェブ)でこの番号を探す。",
    "番号は一度だけ有効。番号がなくても、未着とは限らない。",
    "",
    "A  arrived     도착           到着",
    "M  send more   더 보낼 것     追加",
    "E  erase now   지금 지울 것   今すぐ消去",
)
CARD_LETTERS = {Kind.ARRIVED: "A", Kind.SEND_MORE: "M", Kind.ERASE_NOW: "E"}


def check_day(untrusted_day: str) -> str:
    """A day that there is, as ISO 8601 writes it; raises `Damaged`."""
    try:
        date.fromisoformat(untrusted_day if _DAY.fullmatch(untrusted_day) else "")
    except ValueError as error:
        raise Damaged("the day of a list of receipts is written like 2026-11-22") from error
    return untrusted_day


def code(key: bytes, parcel: int, kind: Kind, repeat: int) -> Code:
    """The code of one piece of news.

    Raises:
        Refused: no card has a code for this.
    """
    return Card(key).code(News(parcel=parcel, kind=kind, repeat=repeat))


def card_text(card: Card) -> str:
    """A card on one page. It says nothing of whose it is."""
    lines = list(CARD_HEADING)
    for news in every_news():
        if news.kind == Kind.ARRIVED and news.repeat == 1:
            lines.append("")
        if news.repeat == 1:
            lines.append(f"{news.parcel} {CARD_LETTERS[news.kind]}")
        lines[-1] += f"    {card.code(news)}"
    return "\n".join(lines) + "\n"


def compose(day: str, real: Iterable[Code], dice: bytes) -> ReceiptList:
    """A day's list: the real codes, filled up with dummies drawn from `dice`.

    `dice`: 32 random bytes, fresh for this list and used for nothing else; who has them can tell dummies from codes.

    Raises:
        Refused: more real codes than a list holds.
    """
    if len(dice) != DICE:
        raise ValueError("32 random bytes are wanted")
    codes = set(real)
    if len(codes) > LIST_LENGTH:
        raise Refused(
            f"a day's list holds {LIST_LENGTH} codes, and {len(codes)} were to go out",
            hint="leave the rest for the next day",
        )
    for i in count():
        if len(codes) == LIST_LENGTH:
            break
        codes.add(_code_of(dice, _DUMMY + i.to_bytes(4, "big")))
    return ReceiptList(day=day, codes=tuple(sorted(codes)))


def sign_list(receipts: ReceiptList, *signers: Signer) -> Note:
    """The list as it is published where bytes can go."""
    return note.sign(receipts.text(), *signers)


def parse_list(untrusted_note: bytes, verifier: Verifier) -> ReceiptList:
    """Read a published list. The caller compares its day with the one expected: an old list is signed too.

    Raises:
        Damaged: not signed by this desk, or not to the byte what `ReceiptList.text` writes.
    """
    if len(untrusted_note) > LONGEST_LIST:
        raise Damaged("the list of receipts is too long to be one")
    signed = note.parse(untrusted_note)
    if not signed.signed_by(verifier):
        raise Damaged("the list of receipts is not signed by your desk", hint="believe nothing on it")
    title, _, rest = signed.text.partition("\n")
    day, _, body = rest.partition("\n")
    if title != TITLE:
        raise Damaged("this is no list of receipts")
    codes = tuple(Code.parse(text) for line in body.splitlines() for text in line.split("  "))
    receipts = ReceiptList(day=day.removeprefix("day "), codes=codes)
    if receipts.text() != signed.text:
        raise Damaged("the list of receipts is written in a way that jebi does not write")
    return receipts


def match(receipts: ReceiptList, key: bytes) -> tuple[News, ...]:
    """The news that a list has for the holder of a receipt key, in the card's order."""
    card, published = Card(key), set(receipts.codes)
    return tuple(news for news in every_news() if card.code(news) in published)


def _code_of(key: bytes, message: bytes) -> Code:
    """256 bits modulo 10^10: no code is likelier than another by more than one part in 10^67."""
    return Code(int.from_bytes(hmac.digest(key, message, "sha256"), "big") % CODES)


def _line(codes: tuple[Code, ...], gap: str = "  ") -> str:
    return gap.join(map(str, codes))
