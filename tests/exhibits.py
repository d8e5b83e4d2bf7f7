"""A case for tests of evidence packages: two parcels that a real log knows, one signed and one with a MAC, under a checkpoint that
a witness cosigned and an authority stamped; clips with all that a package can show of them.

A test file takes `open_case` by name, with this folder on `sys.path`.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jebi.archive.custody import CustodyLog
from jebi.archive.evidence import Plan, Scripts, ShownParcel, plan
from jebi.archive.evidence_custody import Custody, custody_of
from jebi.archive.exhibit import Content, Derived, Exhibit, Words
from jebi.archive.proof import prove
from jebi.archive.record import DICE, Event, parse_record
from jebi.archive.timestamp import request
from jebi.archive.transcript import Cue
from jebi.archive.witness import Cosigner, add_cosignatures
from jebi.parcel.manifest import Clip, Manifest, digest_of
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier, MacKey, sign
from jebi.parcel.safename import SafeName
from jebi.vault.ledger import Ledger

DOCS = Path(__file__).resolve().parent.parent / "docs"
SCRIPTS = Scripts(
    verify=(DOCS / "verify_evidence.py").read_bytes(), verify_proof=(DOCS / "verify_proof.py").read_bytes()
)
DESK = Ed25519Signer(name="desk.example/custody", secret=bytes(range(32)))
WITNESS = Cosigner(name="witness.example/w1", secret=bytes([1]) * 32)
TRIP = Ed25519Signer(name="jebi/trip/0a1b2c3d", secret=bytes([2]) * 32)
DENIABLE = MacKey(name="jebi/trip/ffff0000", secret=bytes([3]) * 32)
SIGNED, MACED = "1111222233334444", "aaaabbbbccccdddd"
CANARY = "/home/canary-of-the-house"
NOW = 1_900_000_000
COSIGNED = NOW + 9000  # 2030-03-17 20:16:40 UTC
DAY = "2030-03-18"
CLAIMED = "DCIM/쌀값 시장.MP4"
AUTHORITY = """
[here]
serial = serial
signer_cert = authority.pem
signer_key = authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


def pieces(seed: int, size: int, start: str = "") -> Content:
    """Bytes that look like a film to nobody, in pieces of odd lengths."""
    film = (start.encode() + hashlib.shake_256(bytes([seed])).digest(size))[:size]
    return Content(
        digest=hashlib.sha256(film).digest(),
        size=size,
        read=lambda: (film[start : start + 70_001] for start in range(0, size, 70_001)),
    )


FILMS = {"mp4": pieces(1, 300_000), "exe": pieces(2, 70_001, CANARY), "kept": pieces(3, 5_000)}


def received(parcel: str, actor: str, sealed: Content, manifest: Manifest, signer: Ed25519Signer | MacKey) -> Event:
    digest = digest_of(sign(manifest.text(), signer)).hex()
    detail = f"sealed sha256 {sealed.digest.hex()}, manifest sha256 {digest}, number {manifest.number}"
    return Event(kind="parcel-received", subject=parcel, detail=detail, actor=actor, time=NOW)


def manifest_of(number: int, **clips: Content) -> Manifest:
    """A manifest; the name of a clip is its key, but that two underscores are a slash."""
    listed = [
        Clip(name=SafeName(name), digest=content.digest, size=content.size, claimed_modified=1_893_456_000)
        for name, content in clips.items()
    ]
    return Manifest(number=number, previous=bytes(32), recipients=(bytes(range(32)),), clips=tuple(listed))


@dataclass(slots=True)
class Case:
    """An open log, and what a package of it is made from."""

    folder: Path
    ledger: Ledger
    log: CustodyLog
    exhibits: Sequence[Exhibit]
    parcels: Sequence[ShownParcel]
    sealed: Content
    logged: int = 0
    subjects: list[str] = field(default_factory=list)

    @property
    def key(self) -> Ed25519Verifier:
        return DESK.verifier()

    @property
    def custody(self) -> Custody:
        return custody_of(self.ledger, self.key, self.subjects, [WITNESS.verifier()])

    def append(self, event: Event) -> int:
        self.logged += 1
        return self.log.append(event, hashlib.sha256(f"dice {self.logged}".encode()).digest()[:DICE])

    def plan(self, *, sought: Sequence[str] = ()) -> Plan:
        return plan(self.exhibits, self.parcels, self.custody, SCRIPTS, day=DAY, sought=sought)

    def log_export(self, planned: Plan) -> bytes:
        """Log the package's event; returns its proof."""
        return self.proof_of(self.append(planned.event(actor="editor-1", time=NOW + 20_000)))

    def proof_of(self, index: int) -> bytes:
        head = self.log.checkpoint()
        return prove(self.ledger, parse_record(self.ledger.record(index)), index, head, size=head.size).written()


@contextmanager
def open_case(folder: Path) -> Iterator[Case]:
    """A case, with its log in a folder."""
    first = manifest_of(3, **{CLAIMED: FILMS["mp4"], "notes.exe": FILMS["exe"], "kept-back.mp4": FILMS["kept"]})
    second = manifest_of(1, again=FILMS["mp4"])
    sealed = [pieces(4, 9_999), pieces(5, 8_888)]
    folder.mkdir()
    with Ledger.create(folder / "log") as ledger:
        log = CustodyLog(ledger, DESK)
        case = Case(folder, ledger, log, _exhibits(), _parcels(first, second, sealed[0]), sealed[0])
        case.subjects = [SIGNED, MACED, "clip-77"]
        case.append(Event(kind="desk-made", subject="desk.example", detail="", actor="desk", time=NOW))
        case.append(received(SIGNED, "trip/0a1b2c3d", sealed[0], first, TRIP))
        case.append(received("0" * 16, "trip/12345678", sealed[1], second, TRIP))
        case.append(Event(kind="accessioned", subject="clip-77", detail='"제비" \\', actor="desk", time=NOW + 5))
        head = log.checkpoint()
        line = WITNESS.sign(head.note.text.encode(), COSIGNED)
        log.keep(add_cosignatures(head, str(line).encode(), [WITNESS.verifier()]).written())
        log.keep(head.written(), stamp=_stamp(folder, head.written()))
        case.append(received(MACED, "trip/ffff0000", sealed[1], second, DENIABLE))
        yield case


def _exhibits() -> list[Exhibit]:
    cues = (
        Cue(start_ms=0, end_ms=900, text="쌀값이 올랐다", is_machine=True),
        Cue(start_ms=900, end_ms=1500, text="시장"),
    )
    return [
        Exhibit(
            subject="clip-77",
            original=FILMS["mp4"],
            measured={"seconds": 12.5, "pictures": 375},
            claimed={"make": "Canon", "when": "2029-01-01"},
            said={"claims": [{"by": "editor-1", "text": "a market"}]},
            tools={
                "SourceFile": "/x",
                "File:Directory": "/x",
                "EXIF:Make": "Canon\u202e",
                "format": {"filename": "/x"},
            },
            segments=[{"kind": "shot", "start_ms": 0, "end_ms": 900}],
            derived=(
                Derived(role="viewing", suffix="mp4", content=pieces(6, 100_000)),
                Derived(role="contact-sheet", suffix="jpg", content=pieces(7, 3_000)),
            ),
            words=(
                Words(kind="transcript", language="ko", cues=cues),
                Words(kind="translation", language="en", cues=(Cue(start_ms=0, end_ms=900, text="Rice is dear"),)),
            ),
        ),
        Exhibit(subject="clip-78", original=FILMS["exe"]),
    ]


def _parcels(first: Manifest, second: Manifest, sealed: Content) -> list[ShownParcel]:
    notes = str(sign(first.text(), TRIP)).encode(), str(sign(second.text(), DENIABLE)).encode()
    return [
        ShownParcel(subject=SIGNED, manifest=notes[0], trip_key=TRIP.verifier(), sealed=sealed),
        ShownParcel(subject=MACED, manifest=notes[1]),
    ]


def _stamp(folder: Path, checkpoint: bytes) -> bytes:
    """What an authority made for this test says."""

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    (folder / "settings").write_text(AUTHORITY)
    (folder / "serial").write_text("01\n")
    (folder / "request.tsq").write_bytes(request(checkpoint).content)
    uses = ("-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "keyUsage=critical,digitalSignature")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "authority.key")
    openssl("req", "-x509", *key, "-out", "authority.pem", "-subj", "/CN=here", "-days", "9", *uses)
    answer = ("-queryfile", "request.tsq", "-out", "answer.tsr")
    openssl("ts", "-reply", "-config", "settings", "-section", "here", *answer)
    return (folder / "answer.tsr").read_bytes()


def lay_in(folder: Path, planned: Plan, exported: bytes) -> Path:
    """A package as files, without the edge that lays it: for tests of what is in it, not of how it gets there."""
    sha512 = {}
    for file in planned.payload:
        content = b"".join(file.content.read())
        sha512[file.path] = hashlib.sha512(content).digest()
        _write(folder / file.path, content)
    for file in planned.tags(sha512, exported):
        _write(folder / file.path, b"".join(file.content.read()))
    return folder


def unpacked(target: Path) -> Path:
    """What stock tools make of a package."""
    if not target.suffix:
        return target
    into = target.with_name(f"{target.name}-unpacked")
    shutil.unpack_archive(target, into)
    (bag,) = into.iterdir()
    assert re.fullmatch("evidence-[0-9a-f]{16}", bag.name)
    return bag


def verified(bag: Path, *keys: str) -> str:
    command = [sys.executable, "-I", str(DOCS / "verify_evidence.py"), str(bag), *keys]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
