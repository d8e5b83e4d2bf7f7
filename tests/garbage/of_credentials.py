"""What is given to the readers of credentials in a film, and of certificates."""

import base64
from random import Random

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from garbage.campaign import Parser
from garbage.mutation import mutate
from jebi.errors import Damaged, Refused
from jebi.release.chain import Credential
from jebi.release.credential_box import cbor, opened, without
from jebi.release.credentials import differences
from signing import Film, cbor_of, credential, credentials_of, film_with, statement, value

ACTIONS = {"actions": [{"action": "c2pa.created", "description": "a film"}], "allActionsIncluded": False}
CREDENTIALS = credentials_of(value(b"cbor", "c2pa.actions.v2", ACTIONS, salt=bytes(16)))
FILMS = [film_with(CREDENTIALS, table=table) for table in (b"stco", b"co64")]
WORDS = (
    b"uuid",
    b"jumb",
    b"jumd",
    b"cbor",
    b"c2sh",
    b"stco",
    b"moov",
    bytes(4),
    b"\0\0\0\1",
    b"\0\0\0\x08",
    b"\xff" * 4,
)
MINE, SAID = credential(), statement(bytes(32))
CERTIFICATE = x509.load_pem_x509_certificate(MINE.chain).public_bytes(Encoding.DER)
STRANGE = (Film(b""), Film(b"\0\0\0\x08"), Film(bytes(999)), Film(b"\xff" * 999))


def in_a_film() -> Parser:
    """`opened` and `without`, and the comparison of what was found."""

    def parse(film: Film) -> object:
        found = opened(film)
        assert len(differences(found, statement=SAID, credential=MINE)) > 0
        return sum(map(len, without(film)))

    def draw(dice: Random) -> Film:
        return Film(mutate(dice.choice(FILMS), dice, others=FILMS, words=WORDS, hot=[(24, 24 + len(CREDENTIALS))]))

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def in_cbor() -> Parser:
    """`cbor`; what it reads is written as it was."""
    seed = cbor_of({"one": [1, -1, 2**40, True, None, "text", b"bytes"], 33: (18, ACTIONS)})

    def parse(given: bytes) -> object:
        read = cbor(given)
        assert cbor_of(read) == given
        return read

    return Parser(draw=lambda dice: mutate(seed, dice), parse=parse)


def in_a_chain() -> Parser:
    """`Credential`: certificates of which some bytes are altered, under good armour."""

    def draw(dice: Random) -> bytes:
        armour = base64.encodebytes(mutate(CERTIFICATE, dice))
        return b"-----BEGIN CERTIFICATE-----\n" + armour + b"-----END CERTIFICATE-----\n"

    def parse(given: bytes) -> object:
        return Credential(chain=given, key=MINE.key).organisation

    return Parser(
        draw=draw, parse=parse, raises=(Damaged, Refused), why="a certificate may be whole and yet fit no profile"
    )


PARSERS = {"credentials in a film": in_a_film, "credentials' CBOR": in_cbor, "certificates of credentials": in_a_chain}
