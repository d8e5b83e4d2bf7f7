"""Proofs of single events: what they show to whoever has the key, and how they fail."""

import base64
import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.archive.custody import CustodyLog
from jebi.archive.proof import LONGEST_PROOF, Proof, parse, prove, verify
from jebi.archive.record import DICE, Event, parse_record
from jebi.archive.witness import Cosigner, add_cosignatures
from jebi.errors import Damaged
from jebi.parcel.note import Ed25519Signer
from jebi.vault.ledger import Ledger

SIGNER = Ed25519Signer(name="desk.example/custody", secret=bytes(range(32)))
LOG = SIGNER.verifier()
WITNESSES = [Cosigner(name=f"witness.example/w{i}", secret=bytes([i]) * 32) for i in (1, 2)]
KEYS = [witness.verifier() for witness in WITNESSES]


def event(number: int) -> tuple[Event, bytes]:
    """An event and its dice."""
    what = Event(
        kind="received", subject=f"2031-{number:04}", detail='"제비"', actor="desk-1", time=1_900_000_000 + number
    )
    return what, hashlib.sha256(f"dice {number}".encode()).digest()[:DICE]


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> list[Proof]:
    """Proofs of all records of a log of 300, under a checkpoint that two witnesses cosigned."""
    with Ledger.create(tmp_path_factory.mktemp("proof") / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        log.append_all([event(n) for n in range(300)])
        head = log.checkpoint()
        for witness in WITNESSES:
            line = witness.sign(head.note.text.encode(), 1_900_009_000)
            head = add_cosignatures(head, str(line).encode(), KEYS)
        return [prove(ledger, parse_record(line), n, head, size=300) for n, line in enumerate(ledger.records())]


def test_every_event_of_a_log_is_proven_with_its_key_and_its_witnesses(proofs: list[Proof]) -> None:
    for index, proof in enumerate(proofs):
        proven = verify(proof.written(), LOG, KEYS)

        assert (proven.event, proven.index) == (event(index)[0], index)
        assert proven.checkpoint.size == 300
        assert KEYS[0].time_of(proven.checkpoint.note) == 1_900_009_000


def test_a_proof_reads_back_as_it_was_written(proofs: list[Proof]) -> None:
    for proof in proofs[:20]:
        assert parse(proof.written()) == proof


def test_a_proof_is_laid_out_as_the_specification_asks(proofs: list[Proof]) -> None:
    head, _, note = proofs[7].written().decode().partition("\n\n")
    lines = head.split("\n")

    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert base64.b64decode(lines[1].removeprefix("extra ")) == proofs[7].record.written()
    assert proofs[7].record.event == event(7)[0]
    assert lines[2] == "index 7"
    assert [base64.b64decode(line) for line in lines[3:]] == list(proofs[7].path)
    assert note.startswith("desk.example/custody\n300\n")
    assert note.count("\u2014 ") == 3


def test_a_proof_names_no_other_event(proofs: list[Proof]) -> None:
    assert proofs[7].written().count(base64.b64encode(proofs[8].record.salt)) == 0
    assert b"2031-0008" not in base64.b64decode(proofs[7].written().split(b"\n")[1].removeprefix(b"extra "))


def test_every_flipped_byte_of_a_proof_is_found(proofs: list[Proof]) -> None:
    written = proofs[7].written()
    for place in range(len(written)):
        with pytest.raises(Damaged):
            verify(written[:place] + bytes([written[place] ^ 1 << place % 8]) + written[place + 1 :], LOG, KEYS)


def test_every_truncation_of_a_proof_is_found(proofs: list[Proof]) -> None:
    written = proofs[7].written()
    for length in range(len(written)):
        with pytest.raises(Damaged):
            verify(written[:length], LOG, KEYS)


def test_the_error_says_which_step_failed(proofs: list[Proof]) -> None:
    proof = proofs[7]
    stranger = Ed25519Signer(name=LOG.name, secret=bytes(32)).verifier()
    other = Ed25519Signer(name="other.example", secret=SIGNER.secret).verifier()
    absent = Cosigner(name="witness.example/w9", secret=bytes(32)).verifier()
    swapped = Proof(record=proofs[8].record, index=7, path=proof.path, checkpoint=proof.checkpoint)
    moved = Proof(record=proof.record, index=8, path=proof.path, checkpoint=proof.checkpoint)

    with pytest.raises(Damaged, match="way up the tree"):
        verify(swapped.written(), LOG)
    with pytest.raises(Damaged, match="way up the tree"):
        verify(moved.written(), LOG)
    with pytest.raises(Damaged, match="did not sign"):
        verify(proof.written(), stranger)
    with pytest.raises(Damaged, match="another log"):
        verify(proof.written(), other)
    with pytest.raises(Damaged, match=r"witness\.example/w9 did not cosign"):
        verify(proof.written(), LOG, [*KEYS, absent])


def test_a_proof_under_a_checkpoint_older_than_the_record_is_not_made(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        log.append(*event(0))
        old = log.checkpoint()
        log.append_all([event(n) for n in range(1, 9)])
        records = [parse_record(line) for line in ledger.records()]

        assert verify(prove(ledger, records[0], 0, old, size=9).written(), LOG).index == 0
        with pytest.raises(Damaged):
            prove(ledger, records[1], 1, old, size=9)
        with pytest.raises(Damaged):
            prove(ledger, records[2], 1, log.checkpoint(), size=9)


@given(st.binary(max_size=200), st.integers(0, 1300))
@settings(deadline=None)
def test_garbage_as_a_proof_raises_damaged(proofs: list[Proof], noise: bytes, place: int) -> None:
    written = proofs[7].written()
    title = b"c2sp.org/tlog-proof@v1\nextra "
    for garbage in (noise, written[:place] + noise, written[:place] + noise + written[place:], title + noise):
        if garbage != written:
            with pytest.raises(Damaged):
                verify(garbage, LOG, KEYS)  # a cosignature that nobody asked for is not looked at


def test_a_proof_that_is_far_too_long_or_has_too_many_hashes_is_damaged(proofs: list[Proof]) -> None:
    written = proofs[7].written()
    line = b"\n" + base64.b64encode(bytes(32))

    for garbage in (written + bytes(LONGEST_PROOF), written.replace(b"index 7", b"index 7" + line * 64)):
        with pytest.raises(Damaged):
            verify(garbage, LOG)
