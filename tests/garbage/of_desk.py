"""What is given to the readers of receipts, and of what a desk keeps of itself."""

import atexit
import hashlib
import json
import os
import tempfile
from pathlib import Path
from random import Random

from garbage.campaign import Parser
from garbage.mutation import mutate, number, pick
from jebi.errors import Damaged, Refused
from jebi.office.answering import parse_news
from jebi.office.desk import Trip as DeskTrip
from jebi.office.desk import _parse_trip, _texts, _toml, _write_trip, read_settings
from jebi.parcel import note as notes
from jebi.parcel.card import RouteKey
from jebi.parcel.keys import PostQuantumIdentity, PostQuantumRecipient
from jebi.parcel.note import Ed25519Signer
from jebi.radio.receipt import LIST_LENGTH, Code, compose, match, parse_list, sign_list

SIGNER = Ed25519Signer(name="desk.example/custody", secret=hashlib.sha256(b"log").digest())
IN_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
NESTED = "known fault: brackets in brackets a thousand deep end in RecursionError; both are files of the desk's own"
STRANGE = (b"", b"\n", bytes(600), b"no such thing\n", b"\xff" * 600)
LIST_WORDS = (
    b"\n",
    b"  ",
    b" ",
    b"day 2026-11-22",
    b"day 0000-00-00",
    b"day 2026-02-30",
    b"00000 00000",
    b"99999 99999",
    b"jebi receipts\n",
)
TOML_WORDS = (
    b"name = 7\n",
    b'name = ""\n',
    b"outer = 7\n",
    b"outer = [7]\n",
    b'outer = ["x"]\n',
    b"[name]\n",
    b"\x00",
    b'"""',
    b"1979-05-27",
    b"[" * 900,
    b"{",
    b"\\u0000",
    b"= ",
)
NEWS_WORDS = (b" ", b"arrived", b"send-more", b"erase-now", b"0a1b2c3d", b"0", b"9", b"4", b"\xd9\xa1", b"\xc2\xa0")
JSON_WORDS = (
    b"null",
    b"{",
    b"[" * 2000,
    b'"mac"',
    b'"signing": 7',
    b'"keys": 7',
    b'"keys": [7]',
    b"\\ud800",
    b"-1",
    b"true",
    b'""',
)


def receipt_list() -> Parser:
    """`parse_list`: what it accepts was signed, and is written alike. Most are signed after the wrong."""
    made = compose("2026-11-22", [Code(number) for number in (0, 1, 10**10 - 1)], bytes(32))
    seeds = [made.text().encode(), compose("2026-11-23", [], bytes(range(32))).text().encode()]
    signed = str(sign_list(made, SIGNER)).encode()
    hot = ((0, 40), (0, 200))

    def draw(dice: Random) -> bytes:
        if dice.random() < 0.2:
            return mutate(signed, dice, others=seeds, words=LIST_WORDS, hot=hot)
        text = mutate(pick(seeds, dice), dice, others=seeds, words=LIST_WORDS, hot=hot).decode("utf-8", "ignore")
        return str(notes.sign(text if text.endswith("\n") else text + "\n", SIGNER)).encode()

    def parse(given: bytes) -> object:
        read = parse_list(given, SIGNER.verifier())
        assert len(read.codes) == LIST_LENGTH
        assert read.text() == notes.parse(given).text
        return match(read, bytes(32))

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def receipt_code() -> Parser:
    """`Code.parse`: what it accepts is written alike."""
    seeds = [b"04821 90577", b"00000 00000", b"99999 99999"]

    def draw(dice: Random) -> str:
        return mutate(pick(seeds, dice), dice, others=seeds).decode("utf-8", "surrogateescape")

    def parse(given: str) -> object:
        read = Code.parse(given)
        assert str(read) == given
        return read

    return Parser(draw=draw, parse=parse, strange=("", "\n", "no such thing"))


def receipt_news() -> Parser:
    """A line of what a desk has to announce: whatever is read has a code."""
    seeds = [b"0a1b2c3d 1 arrived 1", b"0a1b2c3d 8 erase-now 3", b"0a1b2c3d 2 send-more 2"]
    kinds = [seed.split()[2] for seed in seeds]

    def draw(dice: Random) -> str:
        if dice.random() < 0.5:
            words = (b"0a1b2c3d", b"%d" % number(dice, 12), pick(kinds, dice), b"%d" % number(dice, 5))
            return b" ".join(words if dice.random() < 0.8 else words[::-1]).decode()
        return mutate(pick(seeds, dice), dice, others=seeds, words=NEWS_WORDS).decode("utf-8", "replace")

    return Parser(
        draw=draw,
        parse=parse_news,
        raises=(Damaged, Refused),
        why="a card has no code for a ninth parcel or a fourth repeat: docs/formats/receipts.md",
        strange=("", "\n", "no such thing"),
    )


def desk_settings() -> Parser:
    """`read_settings` of `desk.toml`, and the recipients that it names."""
    home = tempfile.TemporaryDirectory(dir=IN_MEMORY)
    atexit.register(home.cleanup)
    recipient = str(PostQuantumIdentity(bytes(32)).recipient())
    seeds = [_toml({"name": "desk.example/custody", "outer": outer}) for outer in ([], [recipient])]

    def draw(dice: Random) -> bytes:
        seed = pick(seeds, dice)
        hot = ((0, 200), (len(seed) - 10, len(seed)))
        return mutate(seed, dice, others=seeds, words=TOML_WORDS, hot=hot)

    def parse(given: bytes) -> object:
        folder = Path(home.name, str(os.getpid()))
        folder.mkdir(exist_ok=True)
        (folder / "desk.toml").write_bytes(given)
        settings = read_settings(str(folder))
        return [PostQuantumRecipient.parse(text) for text in _texts(settings.get("outer", []))]

    return Parser(draw=draw, parse=parse, raises=(Damaged, RecursionError), why=NESTED, strange=STRANGE)


def desk_trip() -> Parser:
    """What the desk keeps of a trip, sealed to itself; whatever is read can be asked for its verifiers."""
    seeds = [_write_trip(trip) for trip in _trips()]

    def draw(dice: Random) -> bytes:
        given = mutate(pick(seeds, dice), dice, others=seeds, words=JSON_WORDS)
        return given if dice.random() < 0.5 else _again(given)

    return Parser(draw=draw, parse=_parse_trip, raises=(Damaged, RecursionError), why=NESTED, strange=STRANGE)


def _trips() -> list[DeskTrip]:
    key, route = Ed25519Signer(name="a", secret=bytes(32)).verifier().public, RouteKey(bytes(32))
    return [
        DeskTrip(trip="0a1b2c3d", signing="signature", keys=(key, key), route=route, receipts=bytes(32), note="n"),
        DeskTrip(trip="4e5f6071", signing="mac", keys=(key,), route=route, receipts=bytes(32), note=""),
    ]


def _again(given: bytes) -> bytes:
    """With two values that changed places."""
    try:
        facts = json.loads(given)
    except (ValueError, RecursionError):
        return given
    if isinstance(facts, dict) and len(facts) > 1:
        names = sorted(facts)
        facts[names[0]], facts[names[-1]] = facts[names[-1]], facts[names[0]]
    return json.dumps(facts).encode()


PARSERS = {
    "receipt-list": receipt_list,
    "receipt-code": receipt_code,
    "receipt-news": receipt_news,
    "desk-settings": desk_settings,
    "desk-trip": desk_trip,
}
