"""What this build of jebi finds in a vector, against what the vector states (vectors/README.md).

A vector states what is given, and what must be found. It holds if jebi finds exactly what is stated, no more and no less.
Where that is a good case, most readers here also let jebi write it again, from the same facts, keys and dice.

Invariants: whatever a vector holds, `holds` ends in a verdict; nothing is written anywhere.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from jebi.archive import proof, witness
from jebi.archive.audit import check
from jebi.archive.checkpoint import Checkpoint, open_checkpoint
from jebi.archive.custody import CustodyLog
from jebi.archive.ledger import LogDamaged
from jebi.archive.merkle import leaf_hash, parse_hash, written_hash
from jebi.archive.record import DICE, Record, parse_record
from jebi.archive.witness import CosignatureVerifier, Cosigner, OutOfStep
from jebi.carriers.slot import Unmask
from jebi.errors import Damaged, JebiError, NothingFound, Refused, WrongKey
from jebi.office.vectors import Vector
from jebi.parcel import backup, contents, note, trip
from jebi.parcel.blocks import SYMBOL, Shape, parse_list
from jebi.parcel.card import parse_card, parse_route_key
from jebi.parcel.contents import Parcel, check_recipients, padded_length
from jebi.parcel.fountain import encode
from jebi.parcel.gather import Fragment, restore
from jebi.parcel.header import HeaderDamaged, WrongMac, to_base64
from jebi.parcel.keys import Identity, Passphrase, PostQuantumIdentity, WorkTooHigh, parse_identities
from jebi.parcel.manifest import digest_of, parse_manifest
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier, MacKey, Note
from jebi.parcel.safename import SafeName
from jebi.parcel.seal import Seal, open_seal
from jebi.parcel.spread import RUN, Run, Spread, shape_for
from jebi.parcel.stream import ChunkDamaged, Source, TrailingBytes, Truncated
from jebi.parcel.tar import Member
from jebi.parcel.trip import TripSeed
from jebi.radio import receipt

Facts = dict[str, str]
_GIVEN = frozenset({"comment", "kind"})
_WORDS: dict[type[JebiError], str] = {
    Damaged: "damaged",
    Refused: "refused",
    WrongKey: "wrong key",
    OutOfStep: "out of step",
    NothingFound: "nothing",
}
_AGE_WORDS: dict[type[JebiError], str] = {
    HeaderDamaged: "header failure",
    WorkTooHigh: "work too high",
    WrongKey: "no match",
    WrongMac: "HMAC failure",
    Truncated: "truncated",
    TrailingBytes: "trailing bytes",
    ChunkDamaged: "chunk damaged",
}


class NotSigned(Damaged):
    """The note of a vector can be read, and is not signed by whom it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What opening a vector found, by the names of its lines, and the error that it ended in."""

    found: Facts
    error: JebiError | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """How one kind of vector is opened. `given`: the lines that are not to be found; `find` adds to the facts."""

    given: frozenset[str]
    find: Callable[[Vector, Facts], None]
    words: Mapping[type[JebiError], str] = field(default_factory=lambda: _WORDS | {NotSigned: "not signed"})


def stated(vector: Vector) -> Facts:
    """What a vector says that must be found."""
    given = _READERS[vector.kind].given | _GIVEN
    return {name: value for name, value in vector.lines.items() if name not in given}


def outcome(vector: Vector) -> Outcome:
    """Open a vector with jebi."""
    reader, found = _READERS[vector.kind], Facts()
    try:
        reader.find(vector, found)
    except JebiError as error:
        kinds = (kind for kind in type(error).__mro__ if kind in reader.words)
        found["expect"] = next((reader.words[kind] for kind in kinds), "failure")
        if isinstance(error, LogDamaged):
            found["index"] = str(error.index)
        return Outcome(found=found, error=error)
    found.setdefault("expect", "success")
    return Outcome(found=found, error=None)


def holds(vector: Vector) -> bool:
    """Whether jebi finds what the vector states, and nothing else."""
    try:
        return outcome(vector).found == stated(vector)
    except (ValueError, LookupError, AssertionError, ArithmeticError, TypeError):
        return False  # a vector that was damaged on its way, or a build that fails where it must not


# age, slots


def _age(vector: Vector, found: Facts) -> None:
    released = hashlib.sha256()
    identities: Sequence[Identity] = (
        [Passphrase(vector.lines["passphrase"].encode())]
        if "passphrase" in vector.lines
        else parse_identities(vector.lines["identity"])
    )
    try:
        for chunk in open_seal(BytesIO(vector.body), identities):
            released.update(chunk)
    finally:
        found["payload"] = released.hexdigest()


def _slot(vector: Vector, found: Facts) -> None:
    slot = Unmask([vector.hex("route")]).unmask(vector.body)
    found["expect"] = "nothing" if slot is None else "slot"
    if slot is None:
        return
    header = slot.header
    found["secret"], found["sha256"] = header.secret.hex(), _sha(bytes(slot.packets))
    for name, value in (
        ("sealed-length", header.shape.sealed_length),
        ("count", header.shape.count),
        ("block", header.block),
        ("first", header.first),
        ("packets", header.count),
        ("minted", header.minted),
    ):
        found[name] = str(value)


# notes, manifests, parcels


def _note(vector: Vector, found: Facts) -> None:
    read = note.parse(vector.body)
    found |= {"text": _sha(read.text.encode()), "lines": str(len(read.signatures))}
    _check_signed(vector, read)
    _write_again(vector, found, read.text)


def _manifest(vector: Vector, found: Facts) -> None:
    read = note.parse(vector.body)
    _check_signed(vector, read)
    manifest = parse_manifest(read)
    check_recipients(manifest, [bytes.fromhex(one) for one in vector.words("opened-with")])
    found |= {"number": str(manifest.number), "previous": manifest.previous.hex()}
    found |= {f"recipient {i}": one.hex() for i, one in enumerate(manifest.recipients, 1)}
    for i, clip in enumerate(manifest.clips, 1):
        found[f"file {i}"] = f"{clip.digest.hex()} {clip.size} {clip.claimed_modified} {clip.name}"
    found |= {"text": digest_of(read).hex(), "sums": _sha(manifest.sums())}
    _write_again(vector, found, manifest.text())


def _parcel(vector: Vector, found: Facts) -> None:
    clips: dict[str, bytes] = {}

    def keep(name: SafeName, pieces: Iterator[bytes]) -> None:
        clips[name.text] = b"".join(pieces)

    opened = contents.read(BytesIO(vector.body), keep, lambda read: _check_signed(vector, read))
    manifest = opened.manifest
    check_recipients(manifest, [bytes.fromhex(one) for one in vector.words("opened-with")])
    found |= {f"file {name}": f"{_sha(content)} {len(content)}" for name, content in clips.items()}
    found["text"] = digest_of(opened.note).hex()
    members = tuple(Member(name=c.name, size=c.size, modified=c.claimed_modified) for c in manifest.clips)
    parcel = Parcel(members=members, number=manifest.number, previous=manifest.previous, recipients=manifest.recipients)
    layers = [_seal(int(recipients)) for recipients in vector.words("layers")]
    length = parcel.length(_signer(vector))
    padded = padded_length(length, layers)

    def open_clip(member: Member) -> Source:
        return BytesIO(clips[member.name.text])

    written = b"".join(contents.pieces(parcel, open_clip, _signer(vector), padded, lambda _: None))
    found |= {"archive": str(length), "padded": str(padded), "written": _sha(written)}


def _seal(recipients: int) -> Seal:
    """A seal for so many people; who they are does not change its length."""
    return Seal.draw([PostQuantumIdentity(bytes(32)).recipient()] * recipients)


def _signer(vector: Vector) -> Ed25519Signer | MacKey:
    name, secret = vector.words("mac" if "mac" in vector.lines else "secret")
    kind = MacKey if "mac" in vector.lines else Ed25519Signer
    return kind(name=name, secret=bytes.fromhex(secret))


def _check_signed(vector: Vector, read: Note) -> None:
    signer = _signer(vector) if "mac" in vector.lines else None
    verifier = signer if isinstance(signer, MacKey) else Ed25519Verifier.parse(vector.lines["key"])
    if not read.signed_by(verifier):
        raise NotSigned("the note is not signed by whom it should be")


def _write_again(vector: Vector, found: Facts, text: str) -> None:
    """What jebi writes from the same text and key."""
    if "written" in vector.lines:
        found["written"] = _sha(str(note.sign(text, _signer(vector))).encode())


# packets


def _block(vector: Vector, found: Facts) -> None:
    fragments, start, k = [], 0, vector.number("k")
    for run in vector.words("runs"):
        origin, first, count = map(int, run.replace("+", ":").split(":"))
        packets = vector.body[start : start + count * SYMBOL]
        fragments.append(Fragment(origin=origin, first=first, packets=packets))
        start += len(packets)
    length = vector.number("length")
    restored = restore(fragments, k=k, length=length, digest=vector.hex("digest"))
    if restored is None:
        raise NothingFound("the packets do not give the block")
    found |= {"block": _sha(restored.block), "liars": " ".join(map(str, sorted(restored.liars)))}
    ids = [int(name) for name in vector.starting("packet")]
    made = encode(restored.block, k, max([k, *(i + 1 for i in ids)]))
    found |= {f"packet {i}": _sha(bytes(made[i])) for i in ids}


def _list(vector: Vector, found: Facts) -> None:
    secret = vector.hex("secret")
    read = parse_list(vector.body, secret, Shape(vector.number("sealed-length"), vector.number("count")))
    found |= {f"block {i}": digest.hex() for i, digest in enumerate(read.digests)}
    found["written"] = _sha(read.written(secret))


def _shape(vector: Vector, found: Facts) -> None:
    shape = Shape(vector.number("sealed-length"), vector.number("count"))
    found |= {f"block {i}": f"{shape.offset(i)} {shape.length(i)} {shape.k(i)}" for i in range(shape.count)}
    found["list"] = f"{shape.list_length} {shape.list_k}"


def _spread(vector: Vector, found: Facts) -> None:
    sticks, survive = vector.number("sticks"), vector.number("survive")
    shape = shape_for(vector.number("sealed-length"), sticks=sticks, survive=survive)
    spread = Spread(shape=shape, sticks=sticks, survive=survive)
    found |= {"count": str(shape.count), "slots": str(spread.slots)}
    for stick in range(sticks):
        ids = (_ids(run for _, run in spread.runs(stick, block)) for block in (0, shape.count))
        found[f"stick {stick}"] = " ".join(ids)


def _ids(runs: Iterable[Run]) -> str:
    firsts = [run.first for run in runs]
    assert firsts == list(range(firsts[0], firsts[-1] + 1, RUN))
    return f"{firsts[0]}-{firsts[-1] + RUN - 1}"


# keys


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
    found["written"] = _sha(str(card).encode())


def _route(vector: Vector, found: Facts) -> None:
    route = parse_route_key(vector.body)
    found |= {"public": route.public().hex(), "written": _sha(route.written().encode())}


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
        found[f"recipient {i}"] = _sha(str(identity.recipient()).encode())


# receipts


def _receipt_card(vector: Vector, found: Facts) -> None:
    card = receipt.Card(vector.hex("receipts"))
    for name in vector.starting("code"):
        parcel, kind, repeat = name[0], name[2:-2], name[-1]
        news = receipt.News(parcel=int(parcel), kind=_kind(kind), repeat=int(repeat))
        found[f"code {name}"] = str(card.code(news))
    found["card"] = _sha(_codes_in(receipt.card_text(card)))


def _receipt_list(vector: Vector, found: Facts) -> None:
    receipts = receipt.parse_list(vector.body, Ed25519Verifier.parse(vector.lines["key"]))
    found |= {"day": receipts.day, "codes": _sha(_codes_in(receipts.paper()))}
    if "receipts" in vector.lines:
        news = receipt.match(receipts, vector.hex("receipts"))
        found["news"] = ", ".join(f"{one.parcel} {one.kind.words} {one.repeat}" for one in news)
    if "dice" in vector.lines:
        real = [receipt.Code(int(code)) for code in vector.words("real")]
        composed = receipt.compose(receipts.day, real, vector.hex("dice"))
        found["written"] = _sha(str(receipt.sign_list(composed, _signer(vector))).encode())


def _kind(words: str) -> receipt.Kind:
    return next(kind for kind in receipt.Kind if kind.words == words)


def _codes_in(paper: str) -> bytes:
    """The codes on a paper, one a line, whatever stands around them."""
    pieces = [line.split() for line in paper.splitlines()]
    groups = [word for line in pieces for word in line if len(word) == 5 and word.isascii() and word.isdigit()]
    pairs = zip(groups[::2], groups[1::2], strict=True)
    return "".join(f"{first} {second}\n" for first, second in pairs).encode()


# custody


class _Folder:
    """A log's folder in memory, as `jebi.archive.custody` wants it."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def _lines(self) -> list[bytes]:
        return self.files.get("records.jsonl", b"").split(b"\n")[:-1]

    @property
    def count(self) -> int:
        return len(self._lines())

    def records(self, start: int = 0) -> Iterator[bytes]:
        return iter(self._lines()[start:])

    def append(self, lines: Sequence[bytes]) -> None:
        self.files["records.jsonl"] = b"".join(line + b"\n" for line in [*self._lines(), *lines])

    def has(self, path: str) -> bool:
        return path in self.files

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise Damaged(f"{path} is not there")
        return self.files[path]

    def paths(self, folder: str) -> list[str]:
        return sorted(path for path in self.files if path.startswith(folder + "/"))

    def write(self, files: Iterable[tuple[str, bytes]]) -> None:
        self.files.update(files)

    def delete(self, paths: Iterable[str]) -> None:
        for path in paths:
            self.files.pop(path, None)


def _record(vector: Vector, found: Facts) -> None:
    record = parse_record(vector.body)
    entry = record.entry()
    found |= {"salt": record.salt.hex(), "entry": entry.hex(), "leaf": leaf_hash(entry).hex()}


def _checkpoint(vector: Vector, found: Facts) -> None:
    witnesses = _witnesses(vector)
    checkpoint = open_checkpoint(vector.body, Ed25519Verifier.parse(vector.lines["key"]), witnesses)
    found |= {"size": str(checkpoint.size), "root": written_hash(checkpoint.root)}
    for i, one in enumerate(witnesses, 1):
        if (time := one.time_of(checkpoint.note)) is not None:
            found[f"seen {i}"] = str(time)


def _proof(vector: Vector, found: Facts) -> None:
    log = Ed25519Verifier.parse(vector.lines["key"])
    proven = proof.verify(vector.body, log, _witnesses(vector))
    found |= {"index": str(proven.index), "size": str(proven.checkpoint.size)}
    found["event"] = proven.event.canonical().decode()


def _request(vector: Vector, found: Facts) -> None:
    log, last = Ed25519Verifier.parse(vector.lines["key"]), None
    if "last" in vector.lines:
        size, root = vector.words("last")
        unseen = Note(text="", signatures=())
        last = Checkpoint(origin=log.name, size=int(size), root=parse_hash(root), note=unseen)
    name, secret = vector.words("cosigner")
    cosigner = Cosigner(name=name, secret=bytes.fromhex(secret))
    answer, _ = witness.cosign(vector.body, log=log, last=last, cosigner=cosigner, time=vector.number("time"))
    found["answer"] = str(answer).removesuffix("\n")


def _log(vector: Vector, found: Facts) -> None:
    files, start = dict[str, bytes](), 0
    for path in vector.starting("file"):
        length = vector.number(f"file {path}")
        files[path] = vector.body[start : start + length]
        found[f"file {path}"] = str(len(files[path]))
        start += length
    remembered = [files.pop(path) for path in list(files) if path.startswith("remembered/")]
    ledger, log = _Folder(files), Ed25519Verifier.parse(vector.lines["key"])
    checked = check(ledger, log, remembered=remembered, witnesses=_witnesses(vector))
    found |= {"size": str(checked.checkpoint.size), "root": written_hash(checked.checkpoint.root)}
    found |= {"pending": str(checked.pending), "compared": str(checked.compared)}
    if "secret" in vector.lines:
        found["written"] = _logged_again(vector, ledger)


def _logged_again(vector: Vector, ledger: _Folder) -> str:
    """The same events appended to a new log with the same dice."""
    signer, fresh = _signer(vector), _Folder({"records.jsonl": b""})
    assert isinstance(signer, Ed25519Signer)
    records: list[Record] = list(map(parse_record, ledger.records()))
    log = CustodyLog(fresh, signer)
    if records:
        log.append_all([(record.event, record.salt[:DICE]) for record in records])
    assert fresh.files.keys() == ledger.files.keys()
    return _sha(b"".join(fresh.files[path] for path in ledger.files))


def _witnesses(vector: Vector) -> list[CosignatureVerifier]:
    return [CosignatureVerifier.parse(vector.lines[f"witness {i}"]) for i in vector.starting("witness")]


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _reader(find: Callable[[Vector, Facts], None], *given: str) -> Reader:
    return Reader(given=frozenset(given), find=find)


_WITNESSED = ("key", "witness 1")
_READERS = {
    "age": Reader(given=frozenset({"identity", "passphrase"}), find=_age, words=_AGE_WORDS),
    "slots": _reader(_slot, "route"),
    "notes": _reader(_note, "key", "mac", "secret"),
    "manifests": _reader(_manifest, "key", "mac", "secret", "opened-with"),
    "parcels": _reader(_parcel, "key", "mac", "secret", "opened-with", "layers"),
    "packets block": _reader(_block, "k", "length", "digest", "runs"),
    "packets list": _reader(_list, "secret", "sealed-length", "count"),
    "packets shape": _reader(_shape, "sealed-length", "count"),
    "packets spread": _reader(_spread, "sealed-length", "sticks", "survive"),
    "keys card": _reader(_card),
    "keys route": _reader(_route),
    "keys trip": _reader(_trip, "trip", "number", "seed", "wanted"),
    "keys words": _reader(_passphrase, "trip"),
    "keys papers": _reader(_papers),
    "keys identities": _reader(_identities),
    "receipts card": _reader(_receipt_card, "receipts"),
    "receipts list": _reader(_receipt_list, "key", "secret", "receipts", "dice", "real"),
    "custody record": _reader(_record),
    "custody checkpoint": _reader(_checkpoint, *_WITNESSED),
    "custody proof": _reader(_proof, *_WITNESSED),
    "custody request": _reader(_request, "key", "cosigner", "time", "last"),
    "custody log": _reader(_log, *_WITNESSED, "secret"),
}
