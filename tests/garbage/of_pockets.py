"""What is given to the parsers of what people carry: keys, cards, kits, papers. Check sums are made right again."""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from random import Random

from shamir_mnemonic import rs1024, wordlist
from shamir_mnemonic.constants import CUSTOMIZATION_STRING_EXTENDABLE, CUSTOMIZATION_STRING_ORIG

from garbage.campaign import Parser
from garbage.mutation import mutate, number, pick, tweak
from jebi.parcel import backup, bech32
from jebi.parcel.card import Card, RouteKey, parse_card, parse_route_key
from jebi.parcel.keys import (
    PostQuantumIdentity,
    PostQuantumRecipient,
    X25519Identity,
    X25519Recipient,
    parse_identities,
)
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier
from jebi.parcel.trip import TripSeed

DESK = PostQuantumIdentity(hashlib.sha256(b"desk").digest())
OTHER = PostQuantumIdentity(hashlib.sha256(b"other desk").digest())
CURVE = X25519Identity(hashlib.sha256(b"curve").digest())
SIGNER = Ed25519Signer(name="desk.example/custody", secret=hashlib.sha256(b"log").digest())
STRANGE = ("", "\n", "no such thing\n", "1", "\0" * 99)
KEY_WORDS = (
    b"1",
    b"q",
    b"p",
    b"\n",
    b"\r\n",
    b" ",
    b"#",
    b"AGE-SECRET-KEY-1",
    b"AGE-SECRET-KEY-PQ-1",
    b"\xe2\x84\xaa",
    b"b",
    b"I",
)
CARD_WORDS = (
    b"\n",
    b"\r\n",
    b"trip 0a1b2c3d\n",
    b"signing mac\n",
    b"outer ",
    b"recipient ",
    b"route ",
    b"desk ",
    b"previous ",
    b"number 64\n",
    b"number 65\n",
    b"number \xc2\xb2\n",
    b"seed ",
    b"receipts ",
    b"jebi kit\n",
    b"jebi card\n",
    b"=",
)
CHECK = re.compile(rb"check [0-9a-f]{16}\n?\Z")
KEYS = re.compile(rb"(?i)age[a-z0-9-]*1[02-9ac-hj-np-z]{20,}")
PAPERS = """\
depart marathon academic acid avoid adjust impact educate destroy liquid gray talent dominant reunion body shaped lyrics \
clay retailer pile garbage kitchen join spew peaceful visual database universe wits news organize loud military
depart marathon academic agency alto buyer home angry network ladybug knife luck amazing lamp counter meaning anatomy \
emission drug pencil year funding equip fake reward engage cage adult username perfect remove that scramble
depart marathon academic always august writing eraser spark smell voter finger hour frequent divorce hawk cylinder \
disease peaceful petition permit priority lamp brother talent memory benefit equation fluff view guard elbow papa spine
"""
MOST_WORDS = 1024


def card() -> Parser:
    """`parse_card` of what carries no seed."""
    return _pocket([_card(with_seed=False)], parse_card)


def kit() -> Parser:
    """`parse_card` of what carries a seed."""
    return _pocket([_card(with_seed=True), _card(with_seed=True, outer=(OTHER.recipient(),))], parse_card)


def route_key() -> Parser:
    """`parse_route_key`; every key it gives has a public half."""
    return _pocket([RouteKey(bytes(range(32))).written().encode()], lambda given: parse_route_key(given).public())


def identities() -> Parser:
    """`parse_identities`; every identity it gives has a recipient."""
    lines = [f"# public key: {DESK.recipient()!s:.40}", DESK.written(), CURVE.written(), "", OTHER.written().lower()]
    seeds = ["\n".join(lines).encode(), f"{CURVE.written()}\n".encode(), f"  {DESK.written()}\r\n".encode()]

    def parse(given: str) -> object:
        read = parse_identities(given)
        assert all(type(one).parse(one.written()) == one for one in read)
        return read

    return Parser(draw=_keys(seeds, 0.5), parse=parse, strange=STRANGE)


def recipient() -> Parser:
    """`PostQuantumRecipient.parse`; and every recipient that it gives can be written."""
    seeds = [str(DESK.recipient()).encode(), str(OTHER.recipient()).encode(), str(CURVE.recipient()).encode()]
    raw = [DESK.recipient().raw, OTHER.recipient().raw]

    def draw(dice: Random) -> str:
        if dice.random() < 0.15:
            return _written(
                "age1pq", (tweak if dice.random() < 0.8 else mutate)(pick(raw, dice), dice, hot=((0, 99), (1184, 1216)))
            )
        return mutate(pick(seeds, dice), dice, others=seeds, words=KEY_WORDS).decode("latin-1")

    def parse(given: str) -> object:
        read = PostQuantumRecipient.parse(given)
        assert len(read.raw) == 1216
        return read

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def recipient_x25519() -> Parser:
    """`X25519Recipient.parse`; whatever it gives is a point that protects something, and is written as it was read."""
    low = (
        bytes(32),
        b"\1" + bytes(31),
        bytes.fromhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    )

    def parse(given: str) -> object:
        read = X25519Recipient.parse(given)
        assert str(read) == given.lower()
        return read

    def draw(dice: Random) -> str:
        if dice.random() < 0.2:
            return _written("age", mutate(low[int(dice.random() * 3)], dice))
        return _keys([str(CURVE.recipient()).encode()], 0.6)(dice)

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def bech() -> Parser:
    """`bech32.decode`: what it accepts, `encode` writes."""
    seeds = [_written("age", bytes(range(n))).encode() for n in (0, 1, 20, 32)] + [CURVE.written().encode()]

    def parse(given: str) -> object:
        prefix, payload = bech32.decode(given)
        assert bech32.encode(prefix, payload) == given.lower()
        return payload

    return Parser(draw=_keys(seeds, 0.6), parse=parse, strange=STRANGE)


def verifier_key() -> Parser:
    """`Ed25519Verifier.parse`; the hint is made right again for half of them."""
    seeds = [str(SIGNER.verifier()).encode(), str(Ed25519Verifier(name="제비", public=bytes(32))).encode()]

    def draw(dice: Random) -> str:
        given = mutate(pick(seeds, dice), dice, others=seeds).decode("utf-8", "surrogateescape")
        name = given.partition("+")[0]
        if dice.random() < 0.5 or not name:
            return given
        public = bytes([int(dice.random() * 3)]) + mutate(bytes(32), dice)[: 32 if dice.random() < 0.8 else 40]
        hint = hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + public).digest()[:4].hex()
        return f"{name}+{hint}+{_base64(public)}"

    def parse(given: str) -> object:
        read = Ed25519Verifier.parse(given)
        assert Ed25519Verifier.parse(str(read)) == read
        read.verify(b"text", bytes(64))
        return read

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def papers() -> Parser:
    """`backup.combine`: words are changed, and their check made right again."""
    own = [paper.split() for paper in PAPERS.strip().split("\n")]
    indexes = [[wordlist.WORD_INDEX_MAP[word] for word in paper] for paper in own]

    def draw(dice: Random) -> list[str]:
        if dice.random() < 0.05:
            return mutate(PAPERS.encode(), dice).decode("utf-8", "ignore").split("\n")
        chosen = [list(indexes[int(dice.random() * 3)]) for _ in range(2 + int(dice.random() * 2))]
        for paper in chosen:
            while dice.random() < 0.8:
                _change(paper, dice)
        return [" ".join(wordlist.WORDLIST[i] for i in _checked(paper)) for paper in chosen]

    def parse(given: list[str]) -> object:
        return len(backup.combine(given).seed)

    return Parser(draw=draw, parse=parse, strange=([], [""], ["no such thing"], ["", "\0"]))


def _change(paper: list[int], dice: Random) -> None:
    kind, at = int(dice.random() * 6), int(dice.random() * len(paper)) if paper else 0
    if kind == 0 and paper:
        paper[at % min(4, len(paper))] = number(dice, MOST_WORDS - 1)
    elif kind == 1 and paper:
        paper[at % min(4, len(paper))] ^= 1 << int(dice.random() * 10)
    elif kind == 2 and paper:
        paper[at] = int(dice.random() * MOST_WORDS)
    elif kind == 3:
        del paper[at : at + 1 + int(dice.random() * 12)]
    elif kind == 4:
        paper[at:at] = [int(dice.random() * MOST_WORDS)] * (1 + int(dice.random() * 12))
    else:
        paper[at:] = [0] * (len(paper) - at)


def _checked(paper: Sequence[int]) -> list[int]:
    """With the last three words that the format's check asks for."""
    if len(paper) < 5:
        return list(paper)
    is_extendable = paper[1] >> 4 & 1
    customization = CUSTOMIZATION_STRING_EXTENDABLE if is_extendable else CUSTOMIZATION_STRING_ORIG
    return [*paper[:-3], *rs1024.create_checksum(paper[:-3], customization)]


def _card(*, with_seed: bool, outer: tuple[PostQuantumRecipient, ...] = ()) -> bytes:
    made = Card(
        trip="0a1b2c3d",
        signing="signature",
        recipients=(DESK.recipient(),),
        outer=outer,
        route=bytes(range(32)),
        desk=SIGNER.verifier(),
        seed=TripSeed("0a1b2c3d", 3, bytes(32)) if with_seed else None,
        receipts=bytes(32) if with_seed else None,
    )
    return str(made).encode()


def _pocket(seeds: Sequence[bytes], parse: Callable[[bytes], object]) -> Parser:
    def draw(dice: Random) -> bytes:
        seed = pick(seeds, dice)
        hot = _short_lines(seed)
        given = mutate(seed, dice, others=seeds, words=CARD_WORDS, hot=hot)
        return _with_check(given) if dice.random() < 0.8 else given

    return Parser(draw=draw, parse=parse, strange=[text.encode() for text in STRANGE])


def _short_lines(seed: bytes) -> list[tuple[int, int]]:
    """Where the lines are that are no recipients, which take nine tenths of a card."""
    spans, at = [], 0
    for line in seed.splitlines(keepends=True):
        spans += [(at, at + min(len(line), 90))]
        at += len(line)
    return spans


def _with_check(given: bytes) -> bytes:
    lines = CHECK.sub(b"", given.replace(b"\r\n", b"\n")).rstrip(b"\n")
    return lines + b"\ncheck " + hashlib.sha256(lines).hexdigest()[:16].encode() + b"\n"


def _keys(seeds: Sequence[bytes], mended: float) -> Callable[[Random], str]:
    """Draws texts of keys, with the check sums of some made right again."""

    def draw(dice: Random) -> str:
        given = mutate(pick(seeds, dice), dice, others=seeds, words=KEY_WORDS)
        return (KEYS.sub(_mended, given) if dice.random() < mended else given).decode("utf-8", "surrogateescape")

    return draw


def _mended(found: re.Match[bytes]) -> bytes:
    """The same key with its last six letters as its check wants them."""
    text = found[0].decode()
    prefix, _, rest = text.lower().rpartition("1")
    values = [bech32.ALPHABET.find(letter) for letter in rest[:-6]]
    checked = prefix + "1" + "".join(bech32.ALPHABET[v] for v in values + bech32._checksum(prefix, values))
    return (checked.upper() if text.isupper() else checked).encode()


def _written(prefix: str, payload: bytes) -> str:
    return bech32.encode(prefix, payload)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


PARSERS: dict[str, Callable[[], Parser]] = {
    "card": card,
    "kit": kit,
    "route-key": route_key,
    "identities": identities,
    "recipient-pq": recipient,
    "recipient-x25519": recipient_x25519,
    "bech32": bech,
    "verifier-key": verifier_key,
    "backup-papers": papers,
}
