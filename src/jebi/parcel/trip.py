"""The keys of one trip (docs/formats/keys.md, "Trip keys").

A trip has a seed that ratchets forward with every parcel: parcel number i is signed under seed i, and seed i cannot be
computed from seed i+1. The seed comes from a passphrase that the traveller remembers, or from a kit file.

Invariants: a trip key signs and never decrypts; a ratcheted-away seed is gone.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from shamir_mnemonic.wordlist import WORDLIST

from jebi.errors import Damaged, Refused
from jebi.parcel.header import derive
from jebi.parcel.note import Ed25519Signer, MacKey

SEED = 32
ID = 4
MOST_PARCELS = 64  # a trip of months; each number costs the desk 32 bytes
WORDS = 8  # of 1,024: seven drawn, 70 bits before Argon2id, and one that tells whether they were remembered
WORD_BITS = 10
WORDS_DICE = 9  # random bytes for the seven
ARGON_PASSES, ARGON_LANES, ARGON_KIB = 3, 4, 65536  # RFC 9106's second choice, for machines with little memory

Signing = Literal["signature", "mac"]


@dataclass(frozen=True, slots=True)
class TripSeed:
    """The seed for one parcel number of one trip."""

    trip: str
    number: int
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_trip(self.trip)
        if len(self.seed) != SEED:
            raise Damaged("the trip's seed has the wrong length", hint="copy the kit again, whole")
        if not 1 <= self.number <= MOST_PARCELS + 1:  # one more: the last seed too is ratcheted away after its use
            raise Damaged("the trip's parcel number cannot be", hint="copy the kit again, whole")

    def ratchet(self) -> "TripSeed":
        """The seed of the next parcel, from which this one cannot be computed."""
        return TripSeed(self.trip, self.number + 1, derive(self.seed, b"", b"jebi trip ratchet"))

    def at(self, number: int) -> "TripSeed":
        """The seed of a later parcel.

        Raises:
            Refused: that parcel's seed is gone, or the trip does not have so many.
        """
        if number < self.number:
            raise Refused(f"parcel {number} was sealed already; its seed is gone")
        _check_left(number)
        seed = self
        while seed.number < number:
            seed = seed.ratchet()
        return seed

    def signer(self, signing: Signing) -> Ed25519Signer | MacKey:
        """What signs this parcel's manifest; raises `Refused` after the trip's last."""
        _check_left(self.number)
        secret = derive(self.seed, b"", b"jebi trip " + signing.encode())
        name = signer_name(self.trip)
        return MacKey(name=name, secret=secret) if signing == "mac" else Ed25519Signer(name=name, secret=secret)


def words(dice: bytes) -> str:
    """The words for a traveller to remember, from `WORDS_DICE` random bytes."""
    number = int.from_bytes(dice[:WORDS_DICE], "big")
    drawn = [WORDLIST[number >> WORD_BITS * i & (1 << WORD_BITS) - 1] for i in range(WORDS - 1)]
    return " ".join([*drawn, _last_word(drawn)])


def are_words(untrusted_words: Sequence[str]) -> bool:
    """Whether these could be a trip's words; of a thousand that were misremembered, one set could."""
    *drawn, last = [word.lower() for word in untrusted_words]
    return len(untrusted_words) == WORDS and last == _last_word(drawn)


def _last_word(drawn: Sequence[str]) -> str:
    digest = hashlib.sha256(b"jebi words " + " ".join(drawn).encode()).digest()
    return str(WORDLIST[int.from_bytes(digest[:2], "big") >> 16 - WORD_BITS])


def from_passphrase(trip: str, passphrase: str) -> TripSeed:
    """The first parcel's seed from the words that the traveller remembers. About 0.1 s and 64 MiB."""
    words = " ".join(passphrase.lower().split())
    salt = hashlib.sha256(b"jebi trip " + trip.encode()).digest()[:16]
    argon = Argon2id(salt=salt, length=SEED, iterations=ARGON_PASSES, lanes=ARGON_LANES, memory_cost=ARGON_KIB)
    return TripSeed(trip, 1, argon.derive(words.encode()))


def receipt_key(first: TripSeed) -> bytes:
    """The key of a trip's receipt codes, from its first seed."""
    if first.number != 1:
        raise ValueError("receipts belong to the whole trip")
    return derive(first.seed, b"", b"jebi trip receipts")


def trip_name(dice: bytes) -> str:
    """A trip's pseudonym from random bytes: eight hex digits, no meaning."""
    return dice[:ID].hex()


def signer_name(trip: str) -> str:
    """Under which name a trip signs, inside the seal."""
    return f"jebi/trip/{trip}"


def check_trip(untrusted_trip: str) -> str:
    """A pseudonym is eight hex digits; raises `Damaged`."""
    if len(untrusted_trip) != 2 * ID or not set(untrusted_trip) <= set("0123456789abcdef"):
        raise Damaged("a trip's pseudonym is eight hexadecimal digits")
    return untrusted_trip


def _check_left(number: int) -> None:
    if number > MOST_PARCELS:
        raise Refused(
            f"a trip has parcels 1 to {MOST_PARCELS}, and this would be number {number}",
            hint="ask the desk for a new trip",
        )
