"""`docs/verify_proof.py`, run as a sceptic runs it: by a bare Python, on good proofs and on every kind of bad one."""

import ast
import base64
import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jebi.archive.checkpoint import sign_checkpoint
from jebi.archive.custody import CustodyLog
from jebi.archive.proof import Proof, prove
from jebi.archive.record import DICE, Event, parse_record
from jebi.archive.witness import Cosigner, add_cosignatures
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_proof.py"
SIGNER = Ed25519Signer(name="desk.example/custody", secret=bytes(range(32)))
VKEY = str(SIGNER.verifier())
ORDER = 2**252 + 27742317777372353535851937790883648493


def event(number: int) -> tuple[Event, bytes]:
    """An event and its dice."""
    what = Event(kind="received", subject=f"2031-{number:04}", detail='"제비" \\', actor="desk-1", time=1_900_000_000)
    return what, hashlib.sha256(f"dice {number}".encode()).digest()[:DICE]


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> list[Proof]:
    witness = Cosigner(name="witness.example/w1", secret=bytes(32))
    with Ledger.create(tmp_path_factory.mktemp("proof") / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        log.append_all([event(n) for n in range(77)])
        line = witness.sign(log.checkpoint().note.text.encode(), 1_900_009_000)
        head = add_cosignatures(log.checkpoint(), str(line).encode(), [witness.verifier()])
        return [prove(ledger, parse_record(line), n, head, size=77) for n, line in enumerate(ledger.records())]


def run(folder: Path, proof: bytes, vkey: str = VKEY) -> subprocess.CompletedProcess[str]:
    (folder / "event.tlog-proof").write_bytes(proof)
    command = [sys.executable, "-I", str(SCRIPT), vkey, str(folder / "event.tlog-proof")]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8", env={"LC_ALL": "C"}, timeout=60)


@pytest.mark.parametrize("index", [0, 1, 31, 63, 64, 75, 76])
def test_a_good_proof_prints_the_event_and_where_it_is(tmp_path: Path, proofs: list[Proof], index: int) -> None:
    done = run(tmp_path, proofs[index].written())

    assert (done.returncode, done.stderr) == (0, "")
    what, place = done.stdout.splitlines()
    assert what.encode() == event(index)[0].canonical()
    assert place.startswith(f"entry {index} of 77 in the log desk.example/custody, root ")


def test_a_proof_in_a_log_of_one_is_proven(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        log.append(*event(0))
        proof = prove(ledger, parse_record(ledger.record(0)), 0, log.checkpoint(), size=1)

    assert run(tmp_path, proof.written()).returncode == 0


def signature_plus_order(written: bytes) -> bytes:
    """The same signature with the group's order added to S: what a lax verifier would accept (RFC 8032, 8.4)."""
    line = written.decode().split("\n")[-3]
    name, _, text = line.rpartition(" ")
    assert name == f"\u2014 {SIGNER.name}"
    return written.replace(text.encode(), malleable(text).encode())


def malleable(text: str) -> str:
    payload = base64.b64decode(text)
    s = int.from_bytes(payload[36:], "little") + ORDER
    return base64.b64encode(payload[:36] + s.to_bytes(32, "little")).decode()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda p: p.replace(b"index 7", b"index 8"), "way up the tree"),
        (lambda p: p.replace(b"index 7", b"index 77"), "cannot be"),
        (lambda p: p.replace(b"index 7", b"index seven"), "cannot be read"),
        (lambda p: p.replace(b"\n77\n", b"\n78\n"), "did not sign"),
        (lambda p: p.replace(b"\n77\n", b"\n200\n"), "wrong length"),
        (lambda p: p.replace(b"tlog-proof@v1", b"tlog-proof@v2"), "no proof"),
        (lambda p: p[:200], "cannot be read"),
        (lambda p: b"", "cannot be read"),
        (lambda p: p.replace(b"desk.example/custody\n77", b"desk.example/else\n77"), "did not sign"),
        (signature_plus_order, "did not sign"),
    ],
)
def test_a_tampered_proof_is_not_proven_and_says_why(
    tmp_path: Path, proofs: list[Proof], change: Callable[[bytes], bytes], reason: str
) -> None:
    changed = change(proofs[7].written())
    done = run(tmp_path, changed)

    assert changed != proofs[7].written()
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("NOT PROVEN: ")
    assert reason in done.stderr


def test_a_proof_of_another_event_is_not_proven(tmp_path: Path, proofs: list[Proof]) -> None:
    forged = Proof(record=proofs[8].record, index=7, path=proofs[7].path, checkpoint=proofs[7].checkpoint)

    assert "the event is not in the log" in run(tmp_path, forged.written()).stderr


def test_a_proof_under_another_key_or_a_mistyped_one_is_not_proven(tmp_path: Path, proofs: list[Proof]) -> None:
    stranger = Ed25519Signer(name=SIGNER.name, secret=bytes(32))
    forged = Proof(
        record=proofs[7].record,
        index=7,
        path=proofs[7].path,
        checkpoint=sign_checkpoint(77, proofs[7].checkpoint.root, stranger),
    )
    mistyped = VKEY.replace("+", "+0", 1)

    assert "did not sign" in run(tmp_path, forged.written()).stderr
    assert "did not sign" in run(tmp_path, proofs[7].written(), str(stranger.verifier())).stderr
    assert "mistyped" in run(tmp_path, proofs[7].written(), mistyped).stderr
    assert run(tmp_path, proofs[7].written(), "nonsense").returncode == 1


def test_bytes_flipped_all_over_a_proof_are_never_proven_to_be_another_event(
    tmp_path: Path, proofs: list[Proof]
) -> None:
    written = proofs[7].written()
    end = written.index("\u2014 witness".encode())  # what comes after is not read
    for place in range(3, end, 23):
        done = run(tmp_path, written[:place] + bytes([written[place] ^ 1 << place % 7]) + written[place + 1 :])
        if done.returncode == 0:
            assert done.stdout.encode().startswith(event(7)[0].canonical() + b"\nentry 7 of 77 ")
        else:
            assert done.stderr.startswith("NOT PROVEN: ")


@pytest.mark.parametrize("words", [[], [VKEY], [VKEY, "one", "two"]], ids=len)
def test_whoever_gives_it_anything_but_a_key_and_a_proof_reads_how_it_is_used(words: list[str]) -> None:
    done = subprocess.run([sys.executable, "-I", SCRIPT, *words], capture_output=True, check=False, encoding="utf-8")

    assert (done.returncode, done.stdout) == (1, "")
    assert "python3 -I verify_proof.py VKEY FILE" in done.stderr
    assert "NOT PROVEN" not in done.stderr


def test_it_is_at_most_sixty_lines_and_imports_the_standard_library_only() -> None:
    source = SCRIPT.read_text()
    tree = ast.parse(source)
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}

    assert len(source.splitlines()) - (tree.body[0].end_lineno or 0) <= 60
    assert max(map(len, source.splitlines())) <= 120
    assert imported <= {"base64", "hashlib", "json", "sys"}
    assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))
