"""Which events come along, and under which checkpoints."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from dataclasses import replace

from exhibits import COSIGNED, DESK, MACED, NOW, SIGNED, WITNESS, Case, open_case
from jebi.archive.evidence_custody import custody_of, events_of
from jebi.archive.proof import verify
from jebi.archive.record import Event
from jebi.archive.witness import Cosigner, add_cosignatures
from jebi.errors import Damaged

KEY = DESK.verifier()


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with open_case(tmp_path / "desk") as case:
        yield case


def places(case: Case, *subjects: str, witnesses: tuple[Cosigner, ...] = ()) -> list[tuple[int, int, int]]:
    """Of each proof: the event's index, its checkpoint's size and signatures."""
    custody = custody_of(case.ledger, KEY, subjects, [witness.verifier() for witness in witnesses])
    proven = [verify(proof, KEY) for proof in custody.proofs]
    return [(one.index, one.checkpoint.size, len(one.checkpoint.note.signatures)) for one in proven]


def test_events_about_others_never_come_along(case: Case) -> None:
    assert [index for index, _, _ in places(case, "clip-77")] == [3, 3]
    assert {index for index, _, _ in places(case, SIGNED, MACED)} == {1, 4}
    assert places(case, "nobody") == []


def test_an_event_is_proven_under_a_cosigned_and_a_stamped_checkpoint_and_else_under_the_newest(case: Case) -> None:
    assert places(case, SIGNED) == [(1, 4, 2), (1, 4, 1)]
    assert places(case, MACED) == [(4, 5, 1)]
    assert len(custody_of(case.ledger, KEY, [SIGNED]).stamps) == 1
    assert custody_of(case.ledger, KEY, [MACED]).stamps == ()


def test_the_earliest_cosigned_checkpoint_is_taken_for_it_bounds_most_closely(case: Case) -> None:
    for number in range(2):
        case.append(Event(kind="x", subject="y", detail="", actor="desk", time=NOW))
        head = case.log.checkpoint()
        line = WITNESS.sign(head.note.text.encode(), COSIGNED + 1000 * number)
        case.log.keep(add_cosignatures(head, str(line).encode(), [WITNESS.verifier()]).written())

    assert places(case, MACED) == [(4, 6, 2)]
    assert places(case, SIGNED)[0] == (1, 4, 2)


def test_a_witness_that_is_not_known_bounds_nothing_for_those_who_know_others(case: Case) -> None:
    stranger = Cosigner(name="witness.example/w9", secret=bytes(32))

    assert places(case, SIGNED, witnesses=(stranger,)) == [(1, 4, 1)]
    assert places(case, SIGNED, witnesses=(WITNESS, stranger)) == [(1, 4, 2), (1, 4, 1)]


def test_events_of_are_those_that_the_log_holds(case: Case) -> None:
    proven = events_of(case.custody)

    assert [one.index for one in proven] == [1, 1, 3, 3, 4]
    assert proven[0].event.kind == "parcel-received"


def test_a_false_proof_checkpoint_or_cosignature_is_damaged(case: Case) -> None:
    custody = case.custody
    head = custody.checkpoint
    bad = replace(custody, proofs=(custody.proofs[0].replace(b"index 1", b"index 2"),))
    other = replace(custody, log=Cosigner(name=DESK.name, secret=bytes(32)).verifier())  # type: ignore[arg-type]
    flipped = replace(custody, checkpoint=head[:40] + bytes([head[40] ^ 1]) + head[41:])
    for one in (bad, other, flipped):
        with pytest.raises(Damaged):
            events_of(one)


@pytest.mark.parametrize("subject", ['"quoted"', "back\\slash", '","subject":"clip-77', "쌀값 市場"])
def test_events_are_found_whatever_their_subject_is_called_and_whatever_their_text_says(
    case: Case, subject: str
) -> None:
    place = case.append(Event(kind="x", subject=subject, detail='"subject":"clip-77"', actor="desk", time=NOW))

    assert [index for index, _, _ in places(case, subject)] == [place]
    assert place not in {index for index, _, _ in places(case, "clip-77")}
