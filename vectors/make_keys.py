"""Makes `vectors/keys/`, by the letter of docs/formats/keys.md (a member's key file: cuts.md, "Key file") and without jebi's code.

Argon2id (RFC 9106) and the words of SLIP-39 come from libraries that jebi uses too; the papers' randomness is set, so that
they can be made again. A vector never changes: a case that exists is not written again. Run it to add a case.
"""

# ruff: noqa: INP001 -- a script that writes files, not a package

import hashlib
import itertools
import json
import unicodedata
from collections.abc import Iterator, Sequence

import shamir_mnemonic.shamir
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from standards import (
    TRIP,
    TRIP_NAME,
    bare,
    base,
    bech32,
    curve_of,
    derived,
    drawn,
    keep,
    public_of,
    recipient_of,
    sha,
    vector,
    vkey,
)

SEED = drawn("trip seed 1")
RECIPIENTS = recipient_of(drawn("desk identity")), recipient_of(drawn("partner identity"))
ROUTE = drawn("route of the keys")
DESK = ("example.org/desk", drawn("log of the keys"))
RECEIPTS = derived(SEED, b"", "jebi trip receipts")
WORDS = "academic acid acne acquire acrobat activity actress adapt"
Case = tuple[str, bytes]


def checked(lines: Sequence[str]) -> str:
    """keys.md, "Card and kit": the check is over all lines before it, joined by newlines."""
    return "\n".join([*lines, "check " + sha("\n".join(lines))[:16]]) + "\n"


def ratcheted(seed: bytes, times: int) -> bytes:
    for _ in range(times):
        seed = derived(seed, b"", "jebi trip ratchet")
    return seed


CARD = [
    "jebi card",
    f"trip {TRIP}",
    "signing signature",
    f"recipient {RECIPIENTS[0]}",
    f"route {bare(curve_of(ROUTE))}",
    f"desk {vkey(DESK)}",
    f"previous {bare(bytes(32))}",
]
KIT = [
    "jebi kit",
    *CARD[1:2],
    "signing mac",
    *CARD[3:4],
    f"outer {RECIPIENTS[1]}",
    *CARD[4:6],
    f"previous {bare(drawn('manifest'))}",
    "number 3",
    f"seed {bare(ratcheted(SEED, 2))}",
    f"receipts {bare(RECEIPTS)}",
]


def read(name: str, comment: str, lines: Sequence[str], written: Sequence[str] = (), text: str = "") -> Case:
    """A card or kit that is read; `written` is what jebi writes again, where that is something else."""
    stated: dict[str, object] = {"kind": "card", "expect": "success", "comment": comment}
    counts = {"recipient": 0, "outer": 0}
    for word, _, value in (line.partition(" ") for line in (written or lines)[1:]):
        if word in counts:
            counts[word] += 1
            stated[f"{word} {counts[word]}"] = sha(value)
        else:
            stated[word] = value
    return name, vector(stated | {"written": sha(checked(written or lines))}, text or checked(lines))


def of_the_cards() -> Iterator[Case]:
    yield read("card", "for a traveller who remembers words", CARD)
    yield read("kit", "two-person opening, a MAC, and the seed of parcel 3", KIT)
    over = [f"number {65}" if line.startswith("number") else line for line in KIT]
    yield read("kit-over", "a kit whose trip is over", over)
    yield read("card-windows", "line ends of Windows", CARD, text=checked(CARD).replace("\n", "\r\n"))
    yield read("card-later", "a line that this version does not know", [*CARD, "later something"], CARD)
    good = checked(CARD)
    for name, comment, text in (
        ("card-mistyped", "one letter is another", good.replace(TRIP, TRIP[::-1])),
        ("card-cut", "cut before its last lines", good[:1900]),
        ("card-no-check", "no check line", "\n".join(CARD) + "\n"),
        ("card-altered", "altered, and the check not made again", good.replace("signing signature", "signing mac")),
        ("card-no-route", "a line is missing", checked([line for line in CARD if line[:6] != "route "])),
        ("card-two-routes", "a line that may stand there once, twice", checked([*CARD, CARD[4]])),
        ("card-five-recipients", "five recipients", checked([*CARD, *CARD[3:4] * 4])),
        ("card-long-trip", "a pseudonym of nine digits", checked([CARD[0], CARD[1] + "0", *CARD[2:]])),
        ("card-signing", "a way of signing that does not exist", checked([*CARD[:2], "signing none", *CARD[3:]])),
        ("card-short-route", "a route key of 31 bytes", checked([*CARD[:4], f"route {bare(bytes(31))}", *CARD[5:]])),
        (
            "card-mistyped-desk",
            "a log's key under another name",
            checked([*CARD[:5], CARD[5].replace("org/", "com/"), CARD[6]]),
        ),
        ("card-recipient", "a recipient with a letter altered", checked([*CARD[:3], CARD[3][:-1] + "x", *CARD[4:]])),
        ("card-not-ascii", "a dash that is not ASCII", checked([*CARD, "later \u2014"])),
        ("kit-number-66", "a parcel that no trip has", checked([*KIT[:8], "number 66", *KIT[9:]])),
        ("kit-no-seed", "a kit without its seed", checked([*KIT[:9], *KIT[10:]])),
        ("card-long", "longer than any card", checked([*CARD, "later " + "x" * 32_768])),
    ):
        yield name, vector({"kind": "card", "expect": "damaged", "comment": comment}, text)


def of_the_routes() -> Iterator[Case]:
    good = checked(["jebi route", f"key {bare(ROUTE)}"])
    stated = {"kind": "route", "expect": "success", "comment": "a route key and its public key"}
    yield "route", vector(stated | {"public": curve_of(ROUTE).hex(), "written": sha(good)}, good)
    for name, comment, text in (
        ("route-mistyped", "a letter altered", good.replace("key ", "key A", 1)),
        ("route-padded", "base64 with padding", checked(["jebi route", f"key {bare(ROUTE)}="])),
        ("route-is-card", "a card", checked(CARD)),
    ):
        yield name, vector({"kind": "route", "expect": "damaged", "comment": comment}, text)


def keys_of(seed: bytes, first: int, numbers: Sequence[int]) -> dict[str, str]:
    """The seed, the verifying key and the MAC key of each number; `seed` is that of number `first`."""
    stated = {}
    for number in numbers:
        own = ratcheted(seed, number - first)
        stated[f"seed {number}"] = own.hex()
        stated[f"signature {number}"] = vkey((TRIP_NAME, derived(own, b"", "jebi trip signature")))
        stated[f"mac {number}"] = derived(own, b"", "jebi trip mac").hex()
    return stated


def of_the_trips() -> Iterator[Case]:
    stated = {"kind": "trip", "expect": "success", "comment": "from a kit: each seed follows from the one before"}
    given = {"trip": TRIP, "number": "1", "seed": SEED.hex()}
    yield "trip", vector(stated | given | {"receipts": RECEIPTS.hex()} | keys_of(SEED, 1, [1, 2, 3, 64]))
    third = ratcheted(SEED, 2)
    given = {"trip": TRIP, "number": "3", "seed": third.hex()}
    yield "trip-third", vector(stated | {"comment": "from parcel 3 on"} | given | keys_of(third, 3, [3, 4]))
    gone = {"kind": "trip", "expect": "refused", "trip": TRIP, "number": "3", "seed": third.hex()}
    yield "trip-gone", vector(gone | {"comment": "the seed of parcel 2 is gone", "wanted": 2})
    yield "trip-over", vector(gone | {"comment": "parcel 65 is none", "wanted": 65})


def of_the_words() -> Iterator[Case]:
    salt = hashlib.sha256(b"jebi trip " + TRIP.encode()).digest()[:16]
    argon = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    seed = argon.derive(WORDS.encode())
    for name, comment, typed in (
        ("words", "eight words", WORDS),
        ("words-typed", "in capitals, with tabs and too many spaces", "  " + WORDS.upper().replace(" ", " \t ")),
    ):
        stated = {"kind": "words", "expect": "success", "comment": comment, "trip": TRIP}
        public = public_of(derived(seed, b"", "jebi trip signature"))
        yield name, vector(stated | {"seed": seed.hex(), "public": public.hex()}, typed)


def papers() -> list[str]:
    """Three papers of SLIP-39, two of which bring the seed back."""
    counter, before = itertools.count(), shamir_mnemonic.shamir.RANDOM_BYTES
    shamir_mnemonic.shamir.RANDOM_BYTES = lambda length: drawn(f"papers {next(counter)}", length)
    try:
        ((*made,),) = shamir_mnemonic.generate_mnemonics(
            1, [(2, 3)], drawn("desk identity"), extendable=True, iteration_exponent=1
        )
    finally:
        shamir_mnemonic.shamir.RANDOM_BYTES = before
    return list(made)


def of_the_papers() -> Iterator[Case]:
    one, two, three = papers()
    spoiled = " ".join(["academic", *two.split()[1:]])
    facts = {"seed": drawn("desk identity").hex(), "recipient": sha(RECIPIENTS[0])}
    for name, comment, lines in (
        ("papers", "the first and the last of three", [one, three]),
        ("papers-typed", "in capitals, one of them twice", [two.upper(), two, "  " + three]),
        ("papers-one-spoiled", "all three, of which one is spoiled", [one, spoiled, three]),
    ):
        stated = {"kind": "papers", "expect": "success", "comment": comment}
        yield name, vector(stated | facts, "\n".join(lines) + "\n")
    for name, comment, lines in (
        ("papers-alone", "one paper", [one]),
        ("papers-wrong-word", "two papers, one with a wrong word", [one, spoiled]),
        ("papers-cut", "two papers, one without its last word", [one, three.rpartition(" ")[0]]),
    ):
        yield name, vector({"kind": "papers", "expect": "damaged", "comment": comment}, "\n".join(lines) + "\n")


def of_the_identities() -> Iterator[Case]:
    quantum, curve = bech32("age-secret-key-pq-", drawn("desk identity")), bech32("age-secret-key-", drawn("curve"))
    text = f"# the desk's\n\n  {quantum.upper()}\n{curve.upper()}\n"
    stated = {"kind": "identities", "expect": "success", "comment": "a comment, and one identity of each kind"}
    stated |= {"recipient 1": sha(RECIPIENTS[0]), "recipient 2": sha(bech32("age", curve_of(drawn("curve"))))}
    yield "identities", vector(stated, text)
    yield "identities-small", vector(stated | {"comment": "all lower case"}, f"{quantum}\n{curve}\n")
    for name, comment, wrong in (
        ("identities-mixed-case", "one small letter among capitals", curve.upper().replace("AGE", "aGE") + "\n"),
        ("identities-checksum", "a letter altered", curve.upper()[:-1] + ("Q\n" if curve[-1] != "q" else "P\n")),
        ("identities-none", "only a comment", "# nothing\n"),
        ("identities-recipient", "a recipient", RECIPIENTS[0] + "\n"),
        ("identities-short", "31 bytes", bech32("age-secret-key-", bytes(31)).upper() + "\n"),
    ):
        yield name, vector({"kind": "identities", "expect": "damaged", "comment": comment}, wrong)


MEMBER = ("example.org/desk/crane", drawn("member key"))
PHRASE = "ﬁve 두루미 cranes"  # with a ligature, and letters of more than one byte


def key_file(**other: object) -> dict[str, object]:
    """cuts.md, "Key file": the fields, some of them others."""
    salt, nonce, public = drawn("member salt", 16), drawn("member nonce", 12), vkey(MEMBER)
    der = bytes.fromhex("302e020100300506032b657004220420") + MEMBER[1]
    phrase = unicodedata.normalize("NFKC", PHRASE).encode()
    key = hashlib.pbkdf2_hmac("sha256", phrase, salt, 600_000, 32)
    return {
        "format": "jebi member key 1",
        "name": MEMBER[0],
        "nonce": base(nonce),
        "public": public,
        "rounds": 600_000,
        "salt": base(salt),
        "sealed": base(AESGCM(key).encrypt(nonce, der, public.encode())),
    } | other


def of_the_members() -> Iterator[Case]:
    def line(fields: dict[str, object]) -> str:
        return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    good = line(key_file())
    found = {"public": vkey(MEMBER), "written": sha(good + "\n")}
    stated = {"kind": "member", "expect": "success", "comment": "a member's key", "passphrase": PHRASE}
    yield "member", vector(stated | found | {"secret": MEMBER[1].hex()}, good + "\n")
    other = {"expect": "wrong key", "comment": "one letter of the passphrase is another", "passphrase": PHRASE + "s"}
    yield "member-wrong-key", vector(stated | other | found, good)
    for name, comment, text in (
        ("member-few-rounds", "one round too few", line(key_file(rounds=599_999))),
        ("member-many-rounds", "one round too many", line(key_file(rounds=10_000_001))),
        ("member-other-name", "the name of another", line(key_file(name="example.org/desk/heron"))),
        ("member-other-format", "a format that is not there yet", line(key_file(format="jebi member key 2"))),
        ("member-short-salt", "a salt of 15 bytes", line(key_file(salt=base(bytes(15))))),
        ("member-spaces", "spaces between the fields", json.dumps(key_file(), ensure_ascii=False, sort_keys=True)),
        ("member-two-lines", "a line end too many", good + "\n\n"),
        ("member-more", "a field that nobody knows", line(key_file(more=1))),
        ("member-list", "a list", "[]"),
        ("member-cut", "cut before its end", good[:-20]),
    ):
        yield name, vector({"kind": "member", "expect": "damaged", "comment": comment, "passphrase": PHRASE}, text)


def made() -> dict[str, bytes]:
    every = [of_the_cards(), of_the_routes(), of_the_trips(), of_the_words(), of_the_papers(), of_the_identities()]
    every.append(of_the_members())
    return dict(itertools.chain(*every))


if __name__ == "__main__":
    keep("keys", made())
