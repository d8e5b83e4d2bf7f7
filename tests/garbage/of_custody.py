"""What is given to the readers of the custody log and of what others bring to it. Signatures are made again after the
wrong, as a desk, a witness or an authority would make them that wants to hurt.
"""

import atexit
import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from garbage.authority import stamped
from garbage.campaign import Parser
from garbage.mutation import mutate, number, pick, tweak
from jebi.archive import merkle, proof, timestamp
from jebi.archive.audit import check
from jebi.archive.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint, sign_checkpoint
from jebi.archive.custody import CustodyLog
from jebi.archive.record import Event, Record, parse_record
from jebi.archive.witness import (
    CosignatureVerifier,
    Cosigner,
    Request,
    add_cosignatures,
    ask,
    cosign,
    parse_request,
)
from jebi.errors import Damaged, Refused
from jebi.parcel import note as notes
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

SIGNER = Ed25519Signer(name="desk.example/custody", secret=hashlib.sha256(b"log").digest())
STRANGER = Ed25519Signer(name="desk.example/custody", secret=hashlib.sha256(b"stranger").digest())
WITNESS = Cosigner(name="witness.example", secret=hashlib.sha256(b"witness").digest())
IN_MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
STRANGE = (b"", b"\n", bytes(600), b"no such thing\n", b"\xff" * 600)
WORDS = (
    *(b"\n", b"\n\n", b"old ", b"index ", b"extra ", b"c2sp.org/tlog-proof@v1\n", b"\xe2\x80\x94 witness.example "),
    *(b"desk.example/custody\n", b"AA==", b"A" * 43 + b"=", b"=", b" ", b"0\n", b"7\n", b"4611686018427387904\n"),
)
JSON_WORDS = (
    b'"',
    b"\\u0000",
    b"\\ud800",
    b"\\n",
    b"{",
    b"}",
    b",",
    b":",
    b"null",
    b"1e999",
    b"NaN",
    b"-1",
    b"[" * 2000,
    b'"time":',
    b'"salt":"',
    b"true",
)
RECORDS = 7
CANNOT_CONTINUE = "a witness refuses what does not continue what it saw: docs/formats/custody.md"


def inclusion() -> Parser:
    """`root_by_inclusion`: whatever leads to the root is the proof that was made."""
    sizes = (1, 2, 3, 7, 8, 33)
    leaves = [merkle.leaf_hash(b"%d" % i) for i in range(max(sizes))]
    made = [(i, n, tuple(merkle.inclusion_proof(i, n, _subtree(leaves)))) for n in sizes for i in range(n)]
    roots = {n: merkle.root(leaves[:n]) for n in sizes}

    def draw(dice: Random) -> tuple[int, int, int, tuple[bytes, ...]]:
        index, size, path = made[int(dice.random() * len(made))]
        size_said, path = _size(size, dice), _path(path, dice)
        return size, _size(index, dice), size_said, path

    def parse(given: tuple[int, int, int, tuple[bytes, ...]]) -> object:
        true_size, index, size, path = given
        for leaf in (leaves[index % true_size], leaves[0]):
            if merkle.root_by_inclusion(leaf, index, size, path) == roots[true_size]:
                assert leaf == leaves[index]
                return True
        raise Damaged("it leads elsewhere")

    return Parser(draw=draw, parse=parse, strange=[(1, 5, 3, ()), (1, 0, -1, ())])


def consistency() -> Parser:
    """`verify_consistency`: nothing holds for a tree that does not continue the other."""
    leaves = [merkle.leaf_hash(b"%d" % i) for i in range(33)]
    pairs = [(a, b) for b in (1, 2, 3, 7, 8, 33) for a in range(b + 1)]
    made = [(a, b, tuple(merkle.consistency_proof(a, b, _subtree(leaves)))) for a, b in pairs]
    roots = {n: merkle.root(leaves[:n]) for n in range(34)}
    forked = {n: merkle.root([merkle.leaf_hash(b"forked"), *leaves[1:n]]) for n in range(1, 34)}

    def draw(dice: Random) -> tuple[int, int, bytes, bytes, tuple[bytes, ...]]:
        old, new, path = made[int(dice.random() * len(made))]
        new_root = forked[new] if dice.random() < 0.2 else roots[new]
        return _size(old, dice), _size(new, dice), roots[old], new_root, _path(path, dice)

    def parse(given: tuple[int, int, bytes, bytes, tuple[bytes, ...]]) -> object:
        old, new, old_root, new_root, path = given
        merkle.verify_consistency(old, new, old_root, new_root, path)
        assert old == 0 or new_root not in forked.values()
        return True

    strange = [(5, 3, bytes(32), bytes(32), ()), (-1, -1, bytes(32), bytes(32), ())]
    return Parser(draw=draw, parse=parse, strange=strange)


def hash_and_size() -> Parser:
    """`parse_hash` and `parse_size`: what they accept is written alike."""
    seeds = [merkle.written_hash(bytes(range(32))).encode(), b"0", b"7", b"4611686018427387904", b"4611686018427387905"]

    def parse(given: str) -> object:
        if len(given) < 30:
            assert str(merkle.parse_size(given)) == given
        else:
            assert merkle.written_hash(merkle.parse_hash(given)) == given
        return True

    def draw(dice: Random) -> str:
        return mutate(pick(seeds, dice), dice, others=seeds).decode("utf-8", "surrogateescape")

    return Parser(draw=draw, parse=parse, strange=("", "\n" * 50, "x" * 50))


def record() -> Parser:
    """`parse_record`: what it accepts, `Record.written` writes. Half are written canonically after the wrong."""
    seeds = [one.written() for one in _records()]

    def draw(dice: Random) -> bytes:
        given = mutate(pick(seeds, dice), dice, others=seeds, words=JSON_WORDS)
        return _canonical(given) if dice.random() < 0.6 else given

    def parse(given: bytes) -> object:
        read = parse_record(given)
        assert read.written() == given
        return read.entry()

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def checkpoint() -> Parser:
    """`parse_checkpoint` and `open_checkpoint`: what is opened was signed by the log."""
    seeds = [sign_checkpoint(size, bytes(32), SIGNER).written() for size in (0, 7, 1 << 40)]
    seeds.append(seeds[1] + str(WITNESS.sign(seeds[1].partition(b"\n\n")[0] + b"\n", 1_800_000_000)).encode())
    log, known = SIGNER.verifier(), [WITNESS.verifier()]

    def draw(dice: Random) -> bytes:
        return _resigned(mutate(pick(seeds, dice), dice, others=seeds, words=WORDS), dice, 0.6)

    def parse(given: bytes) -> object:
        opened = open_checkpoint(given, log, known)
        assert opened.written() == given
        return known[0].time_of(opened.note) or opened.size

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def witness_request() -> Parser:
    """`cosign`: whatever is cosigned continues what was seen last."""
    with _Log() as (ledger, log):
        heads = [log.checkpoint(), sign_checkpoint(4, merkle.root_at(4, merkle.TileReader(ledger, RECORDS)), SIGNER)]
        seeds = [ask(ledger, old, heads[0]).written() for old in (0, 4, RECORDS)]
        leaves = [merkle.leaf_hash(parse_record(line).entry()) for line in ledger.records()]
    lasts = (None, heads[1], heads[0])

    def draw(dice: Random) -> tuple[Checkpoint | None, bytes]:
        which = int(dice.random() * 3)
        head, gap, signed = mutate(seeds[which], dice, others=seeds, words=WORDS).partition(b"\n\n")
        return lasts[which if dice.random() < 0.95 else 1], head + gap + _resigned(signed, dice, 0.6)

    def parse(given: tuple[Checkpoint | None, bytes]) -> object:
        last, untrusted = given
        read = parse_request(untrusted)
        line, seen = cosign(untrusted, log=SIGNER.verifier(), last=last, cosigner=WITNESS, time=1_800_000_000)
        assert isinstance(read, Request)
        assert last is None or seen.size > last.size or seen.root == last.root
        assert last is None or last.size < RECORDS or seen.size > RECORDS or seen.root == merkle.root(leaves)
        return line

    return Parser(
        draw=draw,
        parse=parse,
        raises=(Damaged, Refused),
        why=CANNOT_CONTINUE,
        strange=[(None, given) for given in STRANGE],
    )


def witness_answer() -> Parser:
    """`add_cosignatures`: what is added verifies."""
    head = sign_checkpoint(7, bytes(32), SIGNER)
    text = head.note.text.encode()
    others = [Cosigner(name=f"w{i}", secret=bytes([i]) * 32) for i in range(3)]
    lines = [
        str(one.sign(text, time)).encode() for one in (WITNESS, *others) for time in (0, 1_800_000_000, (1 << 63) - 1)
    ]
    verifiers = [WITNESS.verifier(), others[0].verifier()]

    def draw(dice: Random) -> bytes:
        given = b"".join(pick(lines, dice) for _ in range(int(dice.random() * 4)))
        return mutate(given, dice, others=lines, words=(*WORDS, *lines)) if dice.random() < 0.9 else given

    def parse(given: bytes) -> object:
        longer = add_cosignatures(head, given, verifiers)
        assert any(verifier.time_of(longer.note) is not None for verifier in verifiers)
        return parse_checkpoint(longer.written()).size

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def witness_key() -> Parser:
    """`CosignatureVerifier.parse`: what it accepts is written alike."""
    seeds = [str(WITNESS.verifier()).encode(), str(CosignatureVerifier(name="제비", public=bytes(32))).encode()]

    def draw(dice: Random) -> str:
        given = mutate(pick(seeds, dice), dice, others=seeds).decode("utf-8", "surrogateescape")
        name, plus, _ = given.partition("+")
        if dice.random() < 0.5 or not plus or any("\udc80" <= letter <= "\udcff" for letter in name):
            return given
        public = b"\x04" + mutate(bytes(32), dice)[: 32 if dice.random() < 0.9 else 40]
        return f"{name}+{notes.key_id(name, public).hex()}+{base64.b64encode(public).decode()}"

    def parse(given: str) -> object:
        read = CosignatureVerifier.parse(given)
        assert str(read) == given
        return read.verify(b"text", bytes(72))

    return Parser(draw=draw, parse=parse, strange=("", "\n", "+", "no such thing"))


def log_proof() -> Parser:
    """`proof.verify`: what is proven is a record of the log, at its place."""
    with _Log() as (ledger, log):
        head = log.checkpoint()
        lines = [parse_record(line) for line in ledger.records()]
        seeds = [proof.prove(ledger, one, i, head, size=RECORDS).written() for i, one in enumerate(lines)]

    def draw(dice: Random) -> bytes:
        given = mutate(pick(seeds, dice), dice, others=seeds, words=WORDS)
        kind = dice.random()
        if kind < 0.3:
            head_part, gap, signed = given.partition(b"\n\n")
            return head_part + gap + _resigned(signed, dice, 1.0)
        return _rooted(given, dice) if kind < 0.7 else given

    def parse(given: bytes) -> object:
        read = proof.parse(given)
        assert read.written() == given
        return proof.verify(given, SIGNER.verifier()).index

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def log_folder() -> Parser:
    """A log's folder, opened and checked: only what was signed passes, and it can be looked at before it is continued."""
    home = tempfile.TemporaryDirectory(dir=IN_MEMORY)
    atexit.register(home.cleanup)
    with _Log() as (ledger, log):
        log.keep(log.checkpoint().written())
        head = log.checkpoint()
        folder = ledger._folder
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def draw(dice: Random) -> list[tuple[str, bytes | None]]:
        changes: list[tuple[str, bytes | None]] = []
        while not changes or dice.random() < 0.3:
            path = sorted(files)[int(dice.random() * len(files))]
            kind = dice.random()
            if kind < 0.05:
                changes.append((path, None))
            elif kind < 0.1:
                other = sorted(files)[int(dice.random() * len(files))]
                changes.append((path, files[other]))
            elif kind < 0.2:
                changes.append((_path_beside(path, dice), files[path]))
            else:
                content = mutate(files[path], dice, others=list(files.values()), words=JSON_WORDS)
                changes.append((path, _resigned(content, dice, 0.5) if "checkpoint" in path else content))
        return changes

    def parse(given: list[tuple[str, bytes | None]]) -> object:
        folder = _own_folder(Path(home.name), files)
        try:
            for path, content in given:
                _put(folder, path, content)
            with Ledger(folder, readonly=True) as opened:
                checked = check(opened, SIGNER.verifier(), remembered=[head.written()])
                assert checked.checkpoint.size >= head.size
                if opened.count:
                    CustodyLog(opened, SIGNER).checkpoint()
        finally:
            for path, _ in given:
                _put(folder, path, files.get(path))
        return checked.compared

    gone: list[tuple[str, bytes | None]] = [("checkpoint", None)]
    return Parser(draw=draw, parse=parse, strange=[gone, [("checkpoint", b"")], [("records.jsonl", None)]])


def time_stamp() -> Parser:
    """`timestamp.verify`; for half, the authority signs the wrong itself."""
    seeds = stamped()
    response, root = (seeds / "response.tsr").read_bytes(), (seeds / "root.pem").read_bytes()
    asked = (seeds / "checkpoint").read_bytes()
    key = serialization.load_pem_private_key((seeds / "stamping.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    nodes = list(_nodes(response, 0, len(response)))
    digests = [(a, b) for a, b, c in nodes if c - b == 32]
    said = next(
        (a, c)
        for a, _, c in nodes
        for _, d in digests
        if hashlib.sha256(response[a:c]).digest() == response[d : d + 32]
    )
    attributes = next(
        (a, c)
        for a, b, c in reversed(nodes)
        if response[a] == 0xA0 and b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04" in response[b:c]
    )
    digest_at = next(b for a, b in digests if hashlib.sha256(response[slice(*said)]).digest() == response[b : b + 32])
    signature = max((b, c) for _, b, c in nodes if c - b == 256)
    heads = [(a, b + 1) for a, b, _ in nodes]

    def draw(dice: Random) -> bytes:
        if dice.random() < 0.6:
            return mutate(response, dice, hot=heads) if dice.random() < 0.4 else tweak(response, dice, hot=heads)
        content = bytearray(response)
        where = said if dice.random() < 0.8 else attributes
        content[where[0] : where[1]] = tweak(bytes(content[where[0] : where[1]]), dice)
        content[digest_at : digest_at + 32] = hashlib.sha256(content[said[0] : said[1]]).digest()
        signed = b"\x31" + bytes(content[attributes[0] + 1 : attributes[1]])
        content[signature[0] : signature[1]] = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        return bytes(content)

    def parse(given: bytes) -> object:
        return timestamp.verify(given, asked, [root], nonce=None)

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def authority_roots() -> Parser:
    """`timestamp.verify` under certificates that somebody brought: PEM, or what it wraps, is wrong."""
    seeds = stamped()
    response, root = (seeds / "response.tsr").read_bytes(), (seeds / "root.pem").read_bytes()
    asked = (seeds / "checkpoint").read_bytes()
    wrapped = base64.b64decode(b"".join(root.split(b"\n")[1:-2]))
    heads = [(a, b + 1) for a, b, _ in _nodes(wrapped, 0, len(wrapped))]

    def draw(dice: Random) -> bytes:
        if dice.random() < 0.3:
            return mutate(root, dice, words=(b"-----BEGIN CERTIFICATE-----\n", b"-----END CERTIFICATE-----\n", b"="))
        changed = (tweak if dice.random() < 0.8 else mutate)(wrapped, dice, hot=heads)
        return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(changed) + b"-----END CERTIFICATE-----\n"

    def parse(given: bytes) -> object:
        return timestamp.verify(response, asked, [given], nonce=None)

    return Parser(draw=draw, parse=parse, strange=STRANGE)


def _nodes(content: bytes, start: int, stop: int) -> list[tuple[int, int, int]]:
    """Every value of a DER text: where its tag stands, where it begins, where it ends."""
    found = []
    while start + 2 <= stop:
        length, begin = content[start + 1], start + 2
        if length & 0x80:
            begin += length & 0x7F
            length = int.from_bytes(content[start + 2 : begin], "big")
        if begin + length > stop:
            break
        found.append((start, begin, begin + length))
        if content[start] & 0x20 or content[start] == 4:
            found += _nodes(content, begin, begin + length)
        start = begin + length
    return found


def _size(true: int, dice: Random) -> int:
    kind = dice.random()
    if kind < 0.6:
        return true
    return true + int(dice.random() * 5) - 2 if kind < 0.8 else number(dice, 1 << 63)


def _path(path: Sequence[bytes], dice: Random) -> tuple[bytes, ...]:
    changed = list(path)
    while dice.random() < 0.4:
        at, kind = int(dice.random() * (len(changed) + 1)), int(dice.random() * 4)
        if kind == 0:
            changed.insert(at, dice.randbytes(32))
        elif kind == 1 and changed:
            del changed[at % len(changed)]
        elif kind == 2 and changed:
            changed[at % len(changed)] = tweak(changed[at % len(changed)], dice)
        elif changed:
            changed[at:at] = changed[:4] * (1 + int(dice.random() * 20))
    return tuple(changed)


def _subtree(leaves: Sequence[bytes]) -> merkle.Subtree:
    return lambda height, index: merkle.root(leaves[index << height : index + 1 << height])


def _records() -> list[Record]:
    events = [
        Event(kind="parcel-received", subject=f"parcel {i}", detail=detail, actor="desk", time=1_800_000_000 + i)
        for i, detail in enumerate(("", "sealed sha256 " + "a" * 64 + ", 3 clips", '제비 \\ "', "x" * 300, *"abc"))
    ]
    return [Record(event=event, salt=bytes([i]) * 32) for i, event in enumerate(events)]


class _Log:
    """A log of seven events in a folder of its own, for as long as it is looked at."""

    def __enter__(self) -> tuple[Ledger, CustodyLog]:
        self._home = tempfile.TemporaryDirectory(dir=IN_MEMORY)
        self._ledger = Ledger.create(Path(self._home.name, "log"))
        log = CustodyLog(self._ledger, SIGNER)
        log.append_all([(one.event, one.salt[:16]) for one in _records()])
        return self._ledger, log

    def __exit__(self, *_: object) -> None:
        self._ledger.close()
        self._home.cleanup()


def _canonical(given: bytes) -> bytes:
    try:
        return json.dumps(json.loads(given), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
    except (ValueError, RecursionError):
        return given


def _resigned(signed: bytes, dice: Random, share: float) -> bytes:
    """A note whose text the log signed as it is now, mostly."""
    text, gap, rest = signed.rpartition(b"\n\n")
    if not gap or dice.random() > share:
        return signed
    signer = SIGNER if dice.random() < 0.95 else STRANGER
    line = notes.SignatureLine(name=signer.name, key_id=signer.key_id, signature=signer.sign(text + b"\n"))
    own = [line for line in rest.split(b"\n") if line.startswith(b"\xe2\x80\x94 witness")]
    return text + b"\n\n" + str(line).encode() + b"".join(line + b"\n" for line in own)


def _rooted(given: bytes, dice: Random) -> bytes:
    """A proof whose checkpoint is signed over the root that it leads to, by a log that wants to hurt."""
    try:
        read = proof.parse(given)
        leaf = merkle.leaf_hash(read.record.entry())
        tree_root = merkle.root_by_inclusion(leaf, read.index, read.checkpoint.size, read.path)
    except Damaged:
        return given
    head = sign_checkpoint(read.checkpoint.size, tree_root, SIGNER if dice.random() < 0.9 else STRANGER)
    return proof.Proof(record=read.record, index=read.index, path=read.path, checkpoint=head).written()


def _path_beside(path: str, dice: Random) -> str:
    """Another name in the log's folder: a near one, or a strange one."""
    strange = (
        "tile/0/000.p/6",
        "tile/0/000",
        "tile/1/000.p/1",
        "tile/9/x001/000",
        "tile/\n",
        "tile/\udcff",
        "tile/entries/000.p/256",
    )
    if dice.random() < 0.6:
        return strange[int(dice.random() * len(strange))]
    folder, _, name = path.rpartition("/")
    changed = mutate(name.encode(), dice)[:100].decode("utf-8", "ignore").translate({0: None, 47: None})
    return f"{folder}/{changed}" if folder and changed.strip(".") else "checkpoints/note"


def _own_folder(home: Path, files: dict[str, bytes]) -> Path:
    """This process's copy of the log."""
    folder = home / str(os.getpid())
    if not folder.is_dir():
        for path, content in files.items():
            _put(folder, path, content)
    return folder


def _put(folder: Path, path: str, content: bytes | None) -> None:
    where = folder / path
    if content is None:
        where.unlink(missing_ok=True)
        return
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_bytes(content)


PARSERS: dict[str, Callable[[], Parser]] = {
    "merkle-inclusion": inclusion,
    "merkle-consistency": consistency,
    "hash-and-size": hash_and_size,
    "record": record,
    "checkpoint": checkpoint,
    "witness-request": witness_request,
    "witness-answer": witness_answer,
    "witness-key": witness_key,
    "proof": log_proof,
    "log-folder": log_folder,
    "timestamp": time_stamp,
    "authority-roots": authority_roots,
}
