"""What is given to those who read what people bring when a cut goes out: key files, answers, settings of the site, terms."""

import json
from collections.abc import Callable
from random import Random

from garbage.campaign import Parser
from garbage.mutation import mutate, pick
from jebi.errors import Damaged, Refused
from jebi.parcel.note import Ed25519Signer
from jebi.release import answer_sheet, masthead, member_key, terms_form
from programmes import TERMS

SIGNER = Ed25519Signer(name="example.org/desk/crane", secret=bytes(range(32)))
KEY = member_key.KeyFile(
    verifier=SIGNER.verifier(), rounds=600_000, salt=bytes(16), nonce=bytes(12), sealed=bytes(64)
).written()
OUTPUT = "ab" * 32
SHEET = answer_sheet.sheet(OUTPUT).replace("? ", "no ").encode()
SETTINGS = b"""address = "https://films.example/"
languages = ["ko", "en"]

[title]
en = "Spring Films"
ko = "\xeb\xb4\x84 \xec\x98\x81\xec\x83\x81"

[about]
en = "Films from inside."
"""
STRANGE = (b"", b"\n", b"{}", b"[" * 4000, b"\xff" * 600)
WORDS = (
    b"rounds",
    b"600000",
    b"1e9",
    b"null",
    b"true",
    b'"',
    b"==",
    b"gait",
    b"harmless",
    b"watched",
    b"title",
    b"ja",
    b"rights",
    b"credit",
    b"#",
    b"\n",
)


def read_of(seed: bytes, parse: Callable[[bytes], object], *, others: tuple[bytes, ...] = ()) -> Callable[[], Parser]:
    def draw(dice: Random) -> bytes:
        given = pick([seed, *others], dice)
        return mutate(given, dice, words=WORDS) if dice.random() < 0.9 else given

    def make() -> Parser:
        why = "words that are of another film, or that nobody may be told, are a rule of ours"
        return Parser(draw=draw, parse=parse, raises=(Damaged, Refused), strange=STRANGE, why=why)

    return make


def _key(given: bytes) -> object:
    read = member_key.parse(given)
    assert read.written().rstrip(b"\n") == given.rstrip(b"\n")
    return read


def _sheet(given: bytes) -> object:
    return answer_sheet.parse(given, OUTPUT).written


def _settings(given: bytes) -> object:
    return masthead.parse(given, str(SIGNER.verifier())).site(str(SIGNER.verifier()), ()).digest()


def _terms(given: bytes) -> object:
    return terms_form.parse(given, is_spoken_by_a_machine=False)


PARSERS = {
    "terms": read_of(TERMS.encode(), _terms),
    "member-key": read_of(KEY, _key, others=(json.dumps(json.loads(KEY)).encode(),)),
    "answer-sheet": read_of(SHEET, _sheet),
    "site-settings": read_of(SETTINGS, _settings),
}
