"""Checkpoints that wait for an answer."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jebi.archive.checkpoint import Checkpoint
from jebi.archive.witness import Cosigner, add_cosignatures
from jebi.errors import Damaged, Refused, Unable
from jebi.office.pending import last_cosigned, recall, remember
from office.conftest import NOW, Office, opened


def asked(office: Office, age: int) -> int:
    """Send the newest checkpoint out, so long ago; returns its size."""
    checkpoint = office.desk.log.checkpoint()
    before = set(office.listed("pending"))
    remember(office.desk, checkpoint.written())
    for name in set(office.listed("pending")) - before:
        os.utime(office.desk.path("pending", name), (NOW - age, NOW - age))
    office.desk.append("note", "x", "", actor="desk", time=NOW)
    return checkpoint.size


def answers(*sizes: int) -> Callable[[Checkpoint], int]:
    """Accepts checkpoints of these sizes."""

    def accept(checkpoint: Checkpoint) -> int:
        if checkpoint.size not in sizes:
            raise Damaged(f"does not fit {checkpoint.size}")
        return checkpoint.size

    return accept


def test_an_answer_finds_the_checkpoint_that_it_fits_though_the_log_grew(office: Office) -> None:
    old, new = asked(office, 200), asked(office, 100)
    assert recall(office.desk, answers(old)) == old
    assert recall(office.desk, answers(new)) == new
    assert office.listed("pending") == []


def test_the_newest_that_fits_is_taken_and_the_others_wait(office: Office) -> None:
    oldest, old, new = asked(office, 300), asked(office, 200), asked(office, 100)
    assert recall(office.desk, answers(oldest, old, new)) == new
    assert recall(office.desk, answers(oldest, old, new)) == old
    assert len(office.listed("pending")) == 1


def test_an_answer_that_fits_nothing_says_why_it_does_not_fit_the_newest(office: Office) -> None:
    asked(office, 200)
    new = asked(office, 100)
    with pytest.raises(Damaged, match=f"does not fit {new}"):
        recall(office.desk, answers())
    assert len(office.listed("pending")) == 2


def test_nothing_was_asked_for(office: Office) -> None:
    for _ in range(2):
        with pytest.raises(Refused, match="nothing was asked for"):
            recall(office.desk, answers())
        os.makedirs(office.desk.path("pending"), exist_ok=True)


def test_the_same_checkpoint_is_asked_for_once(office: Office) -> None:
    checkpoint = office.desk.log.checkpoint().written()
    remember(office.desk, checkpoint)
    remember(office.desk, checkpoint)
    assert len(office.listed("pending")) == 1


def test_what_the_log_did_not_sign_is_passed_over(office: Office) -> None:
    size = asked(office, 100)
    for name, content in (("0000", b""), ("1111", b"\xff\xfe"), ("2222", b"other\n1\nAAAA\n\n")):
        Path(office.desk.path("pending", name)).write_bytes(content)
    assert recall(office.desk, answers(size)) == size
    with pytest.raises(Damaged):
        recall(office.desk, answers(size))
    assert len(office.listed("pending")) == 3


def test_a_rule_that_forbids_the_answer_ends_it_and_nothing_is_forgotten(office: Office) -> None:
    asked(office, 100)

    def refuse(checkpoint: Checkpoint) -> int:
        raise Refused("no")

    with pytest.raises(Refused, match="no"):
        recall(office.desk, refuse)
    assert len(office.listed("pending")) == 1


def test_half_a_checkpoint_that_a_crash_left_is_swept_away(archive: Path) -> None:
    with opened(archive) as office:
        size = asked(office, 100)
    (archive / "pending" / "abcd.new").write_bytes(b"half")
    with opened(archive) as later:
        assert len(later.listed("pending")) == 1
        assert recall(later.desk, answers(size)) == size


def test_a_disk_that_refuses_is_an_error_with_a_name(office: Office) -> None:
    Path(office.desk.path("pending")).write_bytes(b"in the way")
    with pytest.raises(Unable, match="pending"):
        remember(office.desk, office.desk.log.checkpoint().written())
    os.unlink(office.desk.path("pending"))
    os.makedirs(office.desk.path("pending"))
    os.symlink("nowhere", office.desk.path("pending", "dead"))
    with pytest.raises(Unable, match="pending"):
        recall(office.desk, answers())


def test_the_size_last_cosigned_is_each_witness_s_own_and_a_stamp_is_no_cosignature(office: Office) -> None:
    one, other = (Cosigner(name=name, secret=name.encode() * 4) for name in ("one.test", "two.test"))
    assert last_cosigned(office.desk, None) == 0
    for cosigner in (one, other):
        checkpoint = office.desk.log.checkpoint()
        line = str(cosigner.sign(checkpoint.note.text.encode(), NOW)).encode()
        office.desk.log.keep(add_cosignatures(checkpoint, line, [cosigner.verifier()]).written())
        office.desk.append("note", "x", "", actor="desk", time=NOW)
    office.desk.log.keep(office.desk.log.checkpoint().written(), stamp=b"a stamp")
    assert [last_cosigned(office.desk, who) for who in (None, one.verifier(), other.verifier())] == [2, 1, 2]
    stranger = Cosigner(name="one.test", secret=bytes(32)).verifier()
    assert last_cosigned(office.desk, stranger) == 0
