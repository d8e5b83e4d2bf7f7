"""A witness: what it signs, what it refuses, and what its signature shows."""

import contextlib
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.archive.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from jebi.archive.custody import CustodyLog
from jebi.archive.merkle import root
from jebi.archive.record import DICE, Event
from jebi.archive.witness import (
    LONGEST_REQUEST,
    CosignatureVerifier,
    Cosigner,
    OutOfStep,
    Request,
    add_cosignatures,
    ask,
    cosign,
    parse_request,
)
from jebi.errors import Damaged, Refused
from jebi.parcel.note import Ed25519Signer, SignatureLine
from jebi.vault.ledger import Ledger

SIGNER = Ed25519Signer(name="desk.example/custody", secret=bytes(range(32)))
LOG = SIGNER.verifier()
WITNESS = Cosigner(name="partner.example/w1", secret=b"w" * 32)
NOW = 1_900_000_000
SIZES = range(13)


def event(number: int, detail: str = "") -> tuple[Event, bytes]:
    """An event and its dice."""
    what = Event(kind="received", subject=f"2031-{number:04}", detail=detail, actor="desk-1", time=NOW)
    return what, hashlib.sha256(f"dice {number}".encode()).digest()[:DICE]


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, int], Request]:
    """A request from every size to every later one of a log of twelve."""
    made: dict[tuple[int, int], Request] = {}
    with Ledger.create(tmp_path_factory.mktemp("witness") / "log") as ledger:
        log = CustodyLog(ledger, SIGNER)
        for size in SIZES:
            made |= {(old, size): ask(ledger, old, log.checkpoint()) for old in range(size + 1)}
            log.append(*event(size))
    return made


def answer(request: Request, last: Checkpoint | None, time: int = NOW) -> tuple[SignatureLine, Checkpoint]:
    return cosign(request.written(), log=LOG, last=last, cosigner=WITNESS, time=time)


def test_a_witness_follows_a_log_over_every_step(requests: dict[tuple[int, int], Request]) -> None:
    for old in SIZES:
        for new in range(old, 13):
            last = requests[old, old].checkpoint if old else None
            line, remembered = answer(requests[old, new], last)

            assert remembered == requests[old, new].checkpoint
            cosigned = add_cosignatures(remembered, str(line).encode(), [WITNESS.verifier()])
            assert cosigned.note.signed_by(WITNESS.verifier())
            assert open_checkpoint(cosigned.written(), LOG, [WITNESS.verifier()]) == cosigned
            assert WITNESS.verifier().time_of(cosigned.note) == NOW


def test_a_cosignature_is_over_the_message_of_the_specification(requests: dict[tuple[int, int], Request]) -> None:
    line, checkpoint = answer(requests[0, 5], None, time=1679315147)
    message = b"cosignature/v1\ntime 1679315147\n" + checkpoint.note.text.encode()

    key = WITNESS.verifier()
    assert line.signature[:8] == (1679315147).to_bytes(8, "big")
    Ed25519PublicKey.from_public_bytes(key.public).verify(line.signature[8:], message)
    assert line.key_id == hashlib.sha256(b"partner.example/w1\n\x04" + key.public).digest()[:4]


def test_a_request_reads_back_as_it_was_written(requests: dict[tuple[int, int], Request]) -> None:
    for request in requests.values():
        assert parse_request(request.written()) == request
    assert requests[3, 7].written().startswith(b"old 3\n")
    assert requests[0, 7].written().startswith(b"old 0\n\ndesk.example/custody\n7\n")


def test_a_roll_back_is_refused(requests: dict[tuple[int, int], Request]) -> None:
    for old, new in [(0, 4), (4, 4), (2, 6)]:
        with pytest.raises(Refused, match="rolled back"):
            answer(requests[old, new], requests[7, 7].checkpoint)


def test_a_request_from_another_size_says_which_is_wanted(requests: dict[tuple[int, int], Request]) -> None:
    for old in (0, 3, 5):
        with pytest.raises(OutOfStep) as caught:
            answer(requests[old, 8], requests[4, 4].checkpoint)
        assert caught.value.size == 4
    with pytest.raises(OutOfStep):
        answer(requests[4, 8], None)


def test_a_fork_is_refused_whatever_its_size(tmp_path: Path, requests: dict[tuple[int, int], Request]) -> None:
    with Ledger.create(tmp_path / "fork") as ledger:
        log = CustodyLog(ledger, SIGNER)
        log.append_all([event(n, "forged" if n == 2 else "") for n in range(4)])
        for size in range(4, 10):
            forged = ask(ledger, 4, log.checkpoint())
            with pytest.raises(Refused, match="forked"):
                answer(forged, requests[4, 4].checkpoint)
            borrowed = Request(old=4, path=requests[4, size].path, checkpoint=forged.checkpoint)
            with pytest.raises(Refused, match="forked"):
                answer(borrowed, requests[4, 4].checkpoint)
            log.append(*event(size))


def test_a_fork_of_the_first_size_is_refused() -> None:
    one, other = (sign_checkpoint(0, tree_root, SIGNER) for tree_root in (root([]), bytes(32)))

    assert answer(Request(old=0, path=(), checkpoint=one), None)
    with pytest.raises(Refused):
        answer(Request(old=0, path=(), checkpoint=other), None)


def test_a_checkpoint_that_the_log_did_not_sign_is_damaged(requests: dict[tuple[int, int], Request]) -> None:
    stranger = Ed25519Signer(name=SIGNER.name, secret=bytes(32))
    forged = Request(old=0, path=(), checkpoint=sign_checkpoint(3, bytes(32), stranger))

    with pytest.raises(Damaged):
        answer(forged, None)


def test_every_flipped_byte_of_a_request_is_found(requests: dict[tuple[int, int], Request]) -> None:
    written = requests[3, 11].written()
    for place in range(len(written)):
        flipped = written[:place] + bytes([written[place] ^ 1 << place % 8]) + written[place + 1 :]
        with pytest.raises((Damaged, Refused)):
            cosign(flipped, log=LOG, last=requests[3, 3].checkpoint, cosigner=WITNESS, time=NOW)


def test_every_flipped_byte_of_a_cosignature_is_found(requests: dict[tuple[int, int], Request]) -> None:
    line, checkpoint = answer(requests[0, 5], None)
    written = str(line).encode()
    for place in range(len(written)):
        flipped = written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :]
        try:
            added = add_cosignatures(checkpoint, flipped, [WITNESS.verifier()])
        except Damaged:
            continue
        assert str(added.note).endswith(str(line))  # the last digit of base64 has bits that say nothing


def test_a_cosignature_of_another_checkpoint_or_witness_is_not_added(requests: dict[tuple[int, int], Request]) -> None:
    line, _ = answer(requests[0, 5], None)
    other = Cosigner(name=WITNESS.name, secret=bytes(32)).verifier()

    with pytest.raises(Damaged):
        add_cosignatures(requests[0, 6].checkpoint, str(line).encode(), [WITNESS.verifier()])
    with pytest.raises(Damaged):
        add_cosignatures(requests[0, 5].checkpoint, str(line).encode(), [other])


def test_lines_of_unknown_keys_are_left_out_and_the_same_line_is_added_once(
    requests: dict[tuple[int, int], Request],
) -> None:
    line, checkpoint = answer(requests[0, 5], None)
    unknown = SignatureLine(name="unknown.example", key_id=b"abcd", signature=b"x" * 2420)
    key = [WITNESS.verifier()]

    once = add_cosignatures(checkpoint, (str(unknown) + str(line)).encode(), key)
    assert once.note.signatures == (*checkpoint.note.signatures, line)
    assert add_cosignatures(once, str(line).encode(), key) == once


def test_a_note_with_more_signatures_than_readers_accept_is_not_made(requests: dict[tuple[int, int], Request]) -> None:
    checkpoint = requests[0, 5].checkpoint
    witnesses = [Cosigner(name=f"w{i}.example", secret=bytes([i]) * 32) for i in range(64)]
    lines = "".join(str(witness.sign(checkpoint.note.text.encode(), NOW)) for witness in witnesses)

    with pytest.raises(Damaged):
        add_cosignatures(checkpoint, lines.encode(), [witness.verifier() for witness in witnesses])


def test_a_witness_key_reads_back_and_a_mistyped_one_does_not() -> None:
    key = WITNESS.verifier()

    assert CosignatureVerifier.parse(str(key)) == key
    for place in range(len(str(key))):
        mistyped = str(key)[:place] + chr(ord(str(key)[place]) ^ 1) + str(key)[place + 1 :]
        with pytest.raises(Damaged):
            CosignatureVerifier.parse(mistyped)
    with pytest.raises(Damaged, match="not the key of a witness"):
        CosignatureVerifier.parse(str(LOG))
    assert "7777" not in repr(WITNESS)
    assert repr(WITNESS.secret) not in repr(WITNESS)


def test_a_time_that_cannot_be_is_not_signed_and_not_believed(requests: dict[tuple[int, int], Request]) -> None:
    checkpoint = requests[0, 5].checkpoint
    line = WITNESS.sign(checkpoint.note.text.encode(), NOW)
    later = SignatureLine(name=line.name, key_id=line.key_id, signature=b"\xff" * 8 + line.signature[8:])

    with pytest.raises(ValueError):
        WITNESS.sign(b"", 1 << 63)
    with pytest.raises(Damaged):
        add_cosignatures(checkpoint, str(later).encode(), [WITNESS.verifier()])


def test_a_log_that_was_rolled_back_cannot_ask(tmp_path: Path) -> None:
    with Ledger.create(tmp_path / "log") as ledger, pytest.raises(Damaged, match="longer log"):
        ask(ledger, 5, CustodyLog(ledger, SIGNER).checkpoint())


@given(st.binary(max_size=200), st.integers(0, 700), st.text(max_size=40))
@settings(deadline=None)
def test_garbage_as_a_request_an_answer_or_a_key_raises_damaged(
    requests: dict[tuple[int, int], Request], noise: bytes, place: int, text: str
) -> None:
    written = requests[3, 11].written()
    for garbage in (noise, written[:place] + noise, b"old 3\n" + noise, written[:place] + noise + written[place:]):
        with contextlib.suppress(Damaged):
            assert parse_request(garbage).written() == garbage
        with contextlib.suppress(Damaged):
            add_cosignatures(requests[3, 11].checkpoint, garbage, [WITNESS.verifier()])
    with contextlib.suppress(Damaged):
        assert str(CosignatureVerifier.parse(text)) == text
    with pytest.raises(Damaged):
        parse_request(written + bytes(LONGEST_REQUEST))
