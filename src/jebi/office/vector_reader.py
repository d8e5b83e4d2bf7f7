"""How one kind of vector is opened, and what the readers of all kinds have in common (vectors/README.md, "Lines").

A reader finds what a vector holds and adds it to the facts, line by line; where it ends in an error, the error has a word.

Invariants: a reader adds what it found before an error, too; it writes nothing to a disk.
It never says whether a vector holds: `jebi.office.verdicts` does.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from jebi.archive.witness import OutOfStep
from jebi.errors import Damaged, JebiError, NothingFound, Refused, WrongKey
from jebi.office.vectors import Vector
from jebi.parcel.note import Ed25519Signer, MacKey

Facts = dict[str, str]
_WORDS: dict[type[JebiError], str] = {
    Damaged: "damaged",
    Refused: "refused",
    WrongKey: "wrong key",
    OutOfStep: "out of step",
    NothingFound: "nothing",
}


class NotSigned(Damaged):
    """The note of a vector can be read, and is not signed by whom it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How one kind of vector is opened. `given`: the lines that are not to be found; `find` adds to the facts."""

    given: frozenset[str]
    find: Callable[[Vector, Facts], None]
    words: Mapping[type[JebiError], str] = field(default_factory=lambda: _WORDS | {NotSigned: "not signed"})


def reader(find: Callable[[Vector, Facts], None], *given: str) -> Reader:
    """A reader whose errors have the words of all formats but age."""
    return Reader(given=frozenset(given), find=find)


def signer_of(vector: Vector) -> Ed25519Signer | MacKey:
    """Who signed a vector: the key in its line `mac`, or else in `secret`."""
    name, secret = vector.words("mac" if "mac" in vector.lines else "secret")
    kind = MacKey if "mac" in vector.lines else Ed25519Signer
    return kind(name=name, secret=bytes.fromhex(secret))


def hash_of(content: bytes) -> str:
    """SHA-256, as vectors have it."""
    return hashlib.sha256(content).hexdigest()
