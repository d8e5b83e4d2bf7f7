"""What is given to the reader of a site's list: true lists, mutated and signed anew, so that every line is reached."""

import hashlib
from random import Random

from garbage.campaign import Parser
from garbage.mutation import mutate, pick
from jebi.errors import Damaged, Refused
from jebi.parcel import note as notes
from jebi.parcel.note import Ed25519Signer
from jebi.release.mirror import changes, compare, parse_list, sums

SIGNER = Ed25519Signer(name="spring.example/site", secret=hashlib.sha256(b"site").digest())
HEAD = "jebi site\nedition 12\nday 2026-11-23\n"
DIGEST = "a" * 64
STRANGE = (b"", b"\n", b"jebi site\n", b"\xff" * 600)
WORDS = (
    b"\n",
    b" ",
    b"jebi site\n",
    b"edition 0",
    b"edition 01",
    b"edition \xd9\xa1",
    b"day 0000-00-00",
    b"day 2026-02-30",
    b"../",
    b"/",
    b"site.note",
    b"0 ",
    b"9999999999999 ",
    DIGEST.encode(),
)


def site_list() -> Parser:
    """`parse_list`: what it accepts is written alike, and can be compared and sent."""
    paths = ["en/index.html", "films/0001/film.mp4", "films/0001/ko.vtt", "sha256sums.txt"]
    lines = [f"{DIGEST} {size} {path}\n" for size, path in enumerate(paths)]
    seeds = [(HEAD + "".join(lines[:count])).encode() for count in (0, 1, 4)]

    def draw(dice: Random) -> bytes:
        seed = pick(seeds, dice)
        text = (mutate(seed, dice, others=seeds, words=WORDS) if dice.random() < 0.9 else seed).decode(
            "utf-8", "ignore"
        )
        return str(notes.sign(text if text.endswith("\n") else text + "\n", SIGNER)).encode()

    def parse(given: bytes) -> object:
        read = parse_list(given, SIGNER.verifier())
        assert read.text() == notes.parse(given).text
        assert compare(read, {str(one.path): (one.size, one.sha256) for one in read.entries}) == ()
        return sums(read.entries), str(changes(None, read))

    return Parser(
        draw=draw,
        parse=parse,
        raises=(Damaged, Refused),
        strange=STRANGE,
        why="a text that holds an empty line and something like a signature line is not what was signed",
    )


PARSERS = {"site-list": site_list}
