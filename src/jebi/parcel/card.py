"""What a traveller carries: a desk card, or a kit with a seed in it; and what a relay carries: a route key.

Plain text, one fact a line, with a check line at the end (docs/formats/keys.md, "Card and kit", "Route key").

Invariants: a card or a kit opens nothing; only a kit holds a seed, and `repr` never shows it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from jebi.errors import Damaged
from jebi.parcel.header import from_base64, to_base64
from jebi.parcel.keys import PostQuantumRecipient
from jebi.parcel.note import Ed25519Verifier
from jebi.parcel.trip import Signing, TripSeed, check_trip

LONGEST_CARD = 32768  # two desks' recipients and everything else, twice over
LINES_OF = {"recipient": 4, "outer": 4}  # how many times a line may stand there; others that mean something once
ONCE = {"trip", "signing", "route", "desk", "previous", "number", "seed", "receipts", "key"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a traveller needs to seal for one desk over one route.

    `recipients` open the parcel; with `outer`, one of those and one of these are needed together (two-person opening).
    `seed` is there in a kit and absent on a card, whose traveller remembers a passphrase.
    """

    trip: str
    signing: Signing
    recipients: tuple[PostQuantumRecipient, ...]
    outer: tuple[PostQuantumRecipient, ...] = ()
    route: bytes
    desk: Ed25519Verifier
    previous: bytes = bytes(32)
    seed: TripSeed | None = None
    receipts: bytes | None = field(default=None, repr=False)

    @property
    def layers(self) -> tuple[tuple[PostQuantumRecipient, ...], ...]:
        """Groups of recipients, the innermost layer first."""
        return (self.recipients, self.outer) if self.outer else (self.recipients,)

    def after(self, seed: TripSeed, manifest_digest: bytes) -> "Card":
        """The kit as it must be kept after a parcel: ratcheted, and knowing what it followed."""
        return replace(self, seed=seed.ratchet(), previous=manifest_digest)

    def __str__(self) -> str:
        lines = ["jebi kit" if self.seed else "jebi card", f"trip {self.trip}", f"signing {self.signing}"]
        lines += [f"recipient {recipient}" for recipient in self.recipients]
        lines += [f"outer {recipient}" for recipient in self.outer]
        lines += [f"route {to_base64(self.route)}", f"desk {self.desk}", f"previous {to_base64(self.previous)}"]
        if self.seed:
            lines += [f"number {self.seed.number}", f"seed {to_base64(self.seed.seed)}"]
        if self.receipts:
            lines.append(f"receipts {to_base64(self.receipts)}")
        return _with_check(lines)


def parse_card(untrusted_text: bytes) -> Card:
    """Read a card or a kit.

    Raises:
        Damaged: cut off, mistyped, or something else altogether.
    """
    kind, facts = _facts(untrusted_text, {"jebi kit", "jebi card"})
    trip = check_trip(_one(facts, "trip"))
    signing = _one(facts, "signing")
    if signing not in {"signature", "mac"}:
        raise Damaged("the card names a way of signing that does not exist")
    _one(facts, "recipient")
    seed = None
    if kind == "jebi kit":
        number = _one(facts, "number")
        if not number.isdigit() or len(number) > 4 or number.startswith("0"):
            raise Damaged("the kit's parcel number is no number")
        seed = TripSeed(trip, int(number), _bytes(facts, "seed"))
    return Card(
        trip=trip,
        signing=cast("Literal['signature', 'mac']", signing),
        recipients=tuple(map(PostQuantumRecipient.parse, facts.get("recipient", []))),
        outer=tuple(map(PostQuantumRecipient.parse, facts.get("outer", []))),
        route=_bytes(facts, "route"),
        desk=Ed25519Verifier.parse(_one(facts, "desk")),
        previous=_bytes(facts, "previous"),
        seed=seed,
        receipts=_bytes(facts, "receipts") if "receipts" in facts else None,
    )


@dataclass(frozen=True, slots=True)
class RouteKey:
    """Takes the mask off slots. It opens no parcel. The desk and the relays of a route have it, travellers do not."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != 32:
            raise Damaged("the route key has the wrong length", hint="copy it again, whole")

    def public(self) -> bytes:
        """The 32 bytes that a traveller's card carries; they find nothing and open nothing."""
        return X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()

    def written(self) -> str:
        """The route key file's text. A method, so that no f-string prints it by accident."""
        return _with_check(["jebi route", f"key {to_base64(self.secret)}"])


def parse_route_key(untrusted_text: bytes) -> RouteKey:
    """Read a route key file; raises `Damaged`."""
    _, facts = _facts(untrusted_text, {"jebi route"})
    return RouteKey(_bytes(facts, "key"))


def _facts(untrusted_text: bytes, kinds: set[str]) -> tuple[str, dict[str, list[str]]]:
    """First line, and the values of every following line by its first word, after the check line held."""
    wanted = " or ".join(sorted(kinds))
    if len(untrusted_text) > LONGEST_CARD:
        raise Damaged(f"this is no {wanted}: it is too long")
    try:
        text = untrusted_text.decode("ascii").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise Damaged(f"this is no {wanted}: it is not plain text") from error
    kind, *lines = text.rstrip("\n").split("\n")
    if kind not in kinds:
        raise Damaged(f"this is no {wanted}: its first line says otherwise")
    if not lines or lines[-1] != _check_line([kind, *lines[:-1]]):
        raise Damaged(f"the {kind.removeprefix('jebi ')} was altered or cut off", hint="copy it again, whole")
    facts: dict[str, list[str]] = {}
    for line in lines[:-1]:
        word, _, value = line.partition(" ")
        if word not in LINES_OF.keys() | ONCE:
            continue  # of a later jebi
        facts.setdefault(word, []).append(value)
        if len(facts[word]) > LINES_OF.get(word, 1):
            raise Damaged(f"the line '{word}' stands there too often")
    return kind, facts


def _one(facts: dict[str, list[str]], word: str) -> str:
    if word not in facts:
        raise Damaged(f"the line '{word}' is missing", hint="copy it again, whole")
    return facts[word][0]


def _bytes(facts: dict[str, list[str]], word: str) -> bytes:
    payload = from_base64(_one(facts, word))
    if len(payload) != 32:
        raise Damaged(f"the line '{word}' has the wrong length", hint="copy it again, whole")
    return payload


def _with_check(lines: list[str]) -> str:
    return "\n".join([*lines, _check_line(lines)]) + "\n"


def _check_line(lines: Iterable[str]) -> str:
    """A check against typing errors and cut files, not against forgery: whoever can alter it can seal for himself."""
    return "check " + hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
