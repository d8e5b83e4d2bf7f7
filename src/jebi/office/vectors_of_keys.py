"""What is found in vectors of keys, and of the receipts that keys make (vectors/README.md).

Where a case is good, readers let jebi write it again, from the same keys and dice. Nothing is written to a disk.
"""

from jebi.office.vector_reader import Facts, hash_of, reader, signer_of
from jebi.office.vectors import Vector
from jebi.parcel import backup, trip
from jebi.parcel.card import parse_card, parse_route_key
from jebi.parcel.header import to_base64
from jebi.parcel.keys import parse_identities
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier
from jebi.parcel.trip import TripSeed
from jebi.radio import receipt
from jebi.release import member_key


def _card(vector: Vector, found: Facts) -> None:
    card = parse_card(vector.body)
    found |= {"trip": card.trip, "signing": card.signing, "desk": str(card.desk)}
    found |= {"route": to_base64(card.route), "previous": to_base64(card.previous)}
    found |= {f"recipient {i}": one.fingerprint().hex() for i, one in enumerate(card.recipients, 1)}
    found |= {f"outer {i}": one.fingerprint().hex() for i, one in enumerate(card.outer, 1)}
    if card.seed:
        found |= {"number": str(card.seed.number), "seed": to_base64(card.seed.seed)}
    if card.receipts:
        found["receipts"] = to_base64(card.receipts)
    found["written"] = hash_of(str(card).encode())


def _route(vector: Vector, found: Facts) -> None:
    route = parse_route_key(vector.body)
    found |= {"public": route.public().hex(), "written": hash_of(route.written().encode())}


def _trip(vector: Vector, found: Facts) -> None:
    seed = TripSeed(vector.lines["trip"], vector.number("number"), vector.hex("seed"))
    if "wanted" in vector.lines:
        seed.at(vector.number("wanted"))
    for number in vector.starting("signature"):
        own = seed.at(int(number))
        signer, mac = own.signer("signature"), own.signer("mac")
        assert isinstance(signer, Ed25519Signer)
        found |= {f"seed {number}": own.seed.hex(), f"mac {number}": mac.secret.hex()}
        found[f"signature {number}"] = str(signer.verifier())
    if "receipts" in vector.lines:
        found["receipts"] = trip.receipt_key(seed).hex()


def _passphrase(vector: Vector, found: Facts) -> None:
    seed = trip.from_passphrase(vector.lines["trip"], vector.body.decode())
    signer = seed.signer("signature")
    assert isinstance(signer, Ed25519Signer)
    found |= {"seed": seed.seed.hex(), "public": signer.verifier().public.hex()}


def _papers(vector: Vector, found: Facts) -> None:
    identity = backup.combine(vector.body.decode().splitlines())
    found |= {"seed": identity.seed.hex(), "recipient": identity.recipient().fingerprint().hex()}


def _identities(vector: Vector, found: Facts) -> None:
    for i, identity in enumerate(parse_identities(vector.body.decode()), 1):
        found[f"recipient {i}"] = hash_of(str(identity.recipient()).encode())


def _member(vector: Vector, found: Facts) -> None:
    kept = member_key.parse(vector.body)
    found |= {"public": str(kept.verifier), "written": hash_of(kept.written())}
    found["secret"] = kept.opened(vector.lines["passphrase"]).secret.hex()


def _receipt_card(vector: Vector, found: Facts) -> None:
    card = receipt.Card(vector.hex("receipts"))
    for name in vector.starting("code"):
        parcel, kind, repeat = name[0], name[2:-2], name[-1]
        news = receipt.News(parcel=int(parcel), kind=_kind(kind), repeat=int(repeat))
        found[f"code {name}"] = str(card.code(news))
    found["card"] = hash_of(_codes_in(receipt.card_text(card)))


def _receipt_list(vector: Vector, found: Facts) -> None:
    receipts = receipt.parse_list(vector.body, Ed25519Verifier.parse(vector.lines["key"]))
    found |= {"day": receipts.day, "codes": hash_of(_codes_in(receipts.paper()))}
    if "receipts" in vector.lines:
        news = receipt.match(receipts, vector.hex("receipts"))
        found["news"] = ", ".join(f"{one.parcel} {one.kind.words} {one.repeat}" for one in news)
    if "dice" in vector.lines:
        real = [receipt.Code(int(code)) for code in vector.words("real")]
        composed = receipt.compose(receipts.day, real, vector.hex("dice"))
        found["written"] = hash_of(str(receipt.sign_list(composed, signer_of(vector))).encode())


def _kind(words: str) -> receipt.Kind:
    return next(kind for kind in receipt.Kind if kind.words == words)


def _codes_in(paper: str) -> bytes:
    """The codes on a paper, one a line, whatever stands around them."""
    pieces = [line.split() for line in paper.splitlines()]
    groups = [word for line in pieces for word in line if len(word) == 5 and word.isascii() and word.isdigit()]
    pairs = zip(groups[::2], groups[1::2], strict=True)
    return "".join(f"{first} {second}\n" for first, second in pairs).encode()


READERS = {
    "keys card": reader(_card),
    "keys route": reader(_route),
    "keys trip": reader(_trip, "trip", "number", "seed", "wanted"),
    "keys words": reader(_passphrase, "trip"),
    "keys papers": reader(_papers),
    "keys identities": reader(_identities),
    "keys member": reader(_member, "passphrase"),
    "receipts card": reader(_receipt_card, "receipts"),
    "receipts list": reader(_receipt_list, "key", "secret", "receipts", "dice", "real"),
}
