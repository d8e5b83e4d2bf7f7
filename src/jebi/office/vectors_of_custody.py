"""What is found in vectors of the custody log: records, checkpoints, proofs, requests, whole folders (vectors/README.md).

A folder that is good is logged again, with the same events, key and dice, in memory. Nothing is written to a disk.
"""

from collections.abc import Iterable, Iterator, Sequence

from jebi.archive import proof, witness
from jebi.archive.audit import check
from jebi.archive.checkpoint import Checkpoint, open_checkpoint
from jebi.archive.custody import CustodyLog
from jebi.archive.merkle import leaf_hash, parse_hash, written_hash
from jebi.archive.record import DICE, Record, parse_record
from jebi.archive.witness import CosignatureVerifier, Cosigner
from jebi.errors import Damaged
from jebi.office.vector_reader import Facts, hash_of, reader, signer_of
from jebi.office.vectors import Vector
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier, Note


class _Folder:
    """A log's folder in memory, as `jebi.archive.ledger` wants it."""

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
    signer, fresh = signer_of(vector), _Folder({"records.jsonl": b""})
    assert isinstance(signer, Ed25519Signer)
    records: list[Record] = list(map(parse_record, ledger.records()))
    log = CustodyLog(fresh, signer)
    if records:
        log.append_all([(record.event, record.salt[:DICE]) for record in records])
    assert fresh.files.keys() == ledger.files.keys()
    return hash_of(b"".join(fresh.files[path] for path in ledger.files))


def _witnesses(vector: Vector) -> list[CosignatureVerifier]:
    return [CosignatureVerifier.parse(vector.lines[f"witness {i}"]) for i in vector.starting("witness")]


_WITNESSED = ("key", "witness 1")
READERS = {
    "custody record": reader(_record),
    "custody checkpoint": reader(_checkpoint, *_WITNESSED),
    "custody proof": reader(_proof, *_WITNESSED),
    "custody request": reader(_request, "key", "cosigner", "time", "last"),
    "custody log": reader(_log, *_WITNESSED, "secret"),
}
