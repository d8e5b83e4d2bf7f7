"""What is found in vectors of what crosses: seals, slots, notes, manifests, parcels, packets (vectors/README.md).

Where a case is good, most readers let jebi write it again, from the same facts and keys. Nothing is written to a disk.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

from jebi.carriers.slot import Unmask
from jebi.errors import JebiError, NothingFound, WrongKey
from jebi.office.vector_reader import Facts, NotSigned, Reader, hash_of, reader, signer_of
from jebi.office.vectors import Vector
from jebi.parcel import contents, note
from jebi.parcel.blocks import SYMBOL, Shape, parse_list
from jebi.parcel.contents import Parcel, check_recipients, padded_length
from jebi.parcel.fountain import encode
from jebi.parcel.gather import Fragment, restore
from jebi.parcel.header import HeaderDamaged, WrongMac
from jebi.parcel.keys import Identity, Passphrase, PostQuantumIdentity, WorkTooHigh, parse_identities
from jebi.parcel.manifest import digest_of, parse_manifest
from jebi.parcel.note import Ed25519Verifier, MacKey, Note
from jebi.parcel.safename import SafeName
from jebi.parcel.seal import Seal, open_seal
from jebi.parcel.spread import RUN, Run, Spread, shape_for
from jebi.parcel.stream import ChunkDamaged, Source, TrailingBytes, Truncated
from jebi.parcel.tar import Member

_AGE_WORDS: dict[type[JebiError], str] = {
    HeaderDamaged: "header failure",
    WorkTooHigh: "work too high",
    WrongKey: "no match",
    WrongMac: "HMAC failure",
    Truncated: "truncated",
    TrailingBytes: "trailing bytes",
    ChunkDamaged: "chunk damaged",
}


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
    found["secret"], found["sha256"] = header.secret.hex(), hash_of(bytes(slot.packets))
    for name, value in (
        ("sealed-length", header.shape.sealed_length),
        ("count", header.shape.count),
        ("block", header.block),
        ("first", header.first),
        ("packets", header.count),
        ("minted", header.minted),
    ):
        found[name] = str(value)


def _note(vector: Vector, found: Facts) -> None:
    read = note.parse(vector.body)
    found |= {"text": hash_of(read.text.encode()), "lines": str(len(read.signatures))}
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
    found |= {"text": digest_of(read).hex(), "sums": hash_of(manifest.sums())}
    _write_again(vector, found, manifest.text())


def _parcel(vector: Vector, found: Facts) -> None:
    clips: dict[str, bytes] = {}

    def keep(name: SafeName, pieces: Iterator[bytes]) -> None:
        clips[name.text] = b"".join(pieces)

    opened = contents.read(BytesIO(vector.body), keep, lambda read: _check_signed(vector, read))
    manifest = opened.manifest
    check_recipients(manifest, [bytes.fromhex(one) for one in vector.words("opened-with")])
    found |= {f"file {name}": f"{hash_of(content)} {len(content)}" for name, content in clips.items()}
    found["text"] = digest_of(opened.note).hex()
    members = tuple(Member(name=c.name, size=c.size, modified=c.claimed_modified) for c in manifest.clips)
    parcel = Parcel(members=members, number=manifest.number, previous=manifest.previous, recipients=manifest.recipients)
    layers = [_seal(int(recipients)) for recipients in vector.words("layers")]
    length = parcel.length(signer_of(vector))
    padded = padded_length(length, layers)

    def open_clip(member: Member) -> Source:
        return BytesIO(clips[member.name.text])

    written = b"".join(contents.pieces(parcel, open_clip, signer_of(vector), padded, lambda _: None))
    found |= {"archive": str(length), "padded": str(padded), "written": hash_of(written)}


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
    found |= {"block": hash_of(restored.block), "liars": " ".join(map(str, sorted(restored.liars)))}
    ids = [int(name) for name in vector.starting("packet")]
    made = encode(restored.block, k, max([k, *(i + 1 for i in ids)]))
    found |= {f"packet {i}": hash_of(bytes(made[i])) for i in ids}


def _list(vector: Vector, found: Facts) -> None:
    secret = vector.hex("secret")
    read = parse_list(vector.body, secret, Shape(vector.number("sealed-length"), vector.number("count")))
    found |= {f"block {i}": digest.hex() for i, digest in enumerate(read.digests)}
    found["written"] = hash_of(read.written(secret))


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


def _check_signed(vector: Vector, read: Note) -> None:
    signer = signer_of(vector) if "mac" in vector.lines else None
    verifier = signer if isinstance(signer, MacKey) else Ed25519Verifier.parse(vector.lines["key"])
    if not read.signed_by(verifier):
        raise NotSigned("the note is not signed by whom it should be")


def _write_again(vector: Vector, found: Facts, text: str) -> None:
    """What jebi writes from the same text and key."""
    if "written" in vector.lines:
        found["written"] = hash_of(str(note.sign(text, signer_of(vector))).encode())


def _seal(recipients: int) -> Seal:
    """A seal for so many people; who they are does not change its length."""
    return Seal.draw([PostQuantumIdentity(bytes(32)).recipient()] * recipients)


def _ids(runs: Iterable[Run]) -> str:
    firsts = [run.first for run in runs]
    assert firsts == list(range(firsts[0], firsts[-1] + 1, RUN))
    return f"{firsts[0]}-{firsts[-1] + RUN - 1}"


READERS = {
    "age": Reader(given=frozenset({"identity", "passphrase"}), find=_age, words=_AGE_WORDS),
    "slots": reader(_slot, "route"),
    "notes": reader(_note, "key", "mac", "secret"),
    "manifests": reader(_manifest, "key", "mac", "secret", "opened-with"),
    "parcels": reader(_parcel, "key", "mac", "secret", "opened-with", "layers"),
    "packets block": reader(_block, "k", "length", "digest", "runs"),
    "packets list": reader(_list, "secret", "sealed-length", "count"),
    "packets shape": reader(_shape, "sealed-length", "count"),
    "packets spread": reader(_spread, "sealed-length", "sticks", "survive"),
}
