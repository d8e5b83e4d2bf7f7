"""`jebi desk check`, as it is typed."""

import os
from typing import TYPE_CHECKING

import pytest

from jebi.archive.witness import Cosigner
from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

WITNESS = str(Cosigner(name="w.example", secret=bytes(range(32))).verifier())


def test_a_whole_archive_agrees_with_itself(archive: "Jebi") -> None:
    said = archive.desk("check", "--json")
    assert (said.status, said.fact) == (Exit.DONE, {"records": 4, "parcels": 1, "compared": 0, "stamps": 0})
    assert "sealed parcels that are as they came: 1" in archive.desk("check").out


def test_checking_changes_nothing(archive: "Jebi") -> None:
    before = archive.content()
    archive.desk("check")
    assert archive.content() == before


def test_a_remembered_checkpoint_is_compared_and_another_desk_s_is_not_believed(archive: "Jebi") -> None:
    archive.write("kept", archive.read("archive/log/checkpoint"))
    assert archive.desk("check", "--remembered", "kept").status == Exit.DONE
    archive.write("kept", archive.read("kept").replace(b"example.org/desk", b"example.org/disk"))
    assert archive.desk("check", "--remembered", "kept").status == Exit.DAMAGED


def test_one_flipped_bit_of_a_parcel_is_damaged_and_says_which(archive: "Jebi") -> None:
    name = f"archive/parcels/{archive.parcel}.age"
    content = bytearray(archive.read(name))
    content[-5] ^= 1
    archive.write(name, bytes(content))
    said = archive.desk("check")
    assert (said.status, f"parcels/{archive.parcel}.age is not what it was" in said.err) == (Exit.DAMAGED, True)


def test_a_parcel_that_is_gone_is_damaged_and_says_what_to_do(archive: "Jebi") -> None:
    os.unlink(archive.folder / "archive" / "parcels" / f"{archive.parcel}.age")
    said = archive.desk("check")
    assert (said.status, "receive it again, or restore a copy" in said.err) == (Exit.DAMAGED, True)


def test_a_record_that_was_altered_is_damaged(archive: "Jebi") -> None:
    log = archive.read("archive/log/records.jsonl")
    archive.write("archive/log/records.jsonl", log.replace(b"trip-issued", b"trip-forged", 1))
    assert archive.desk("check").status == Exit.DAMAGED


def test_a_proof_needs_no_archive_and_says_what_it_proves_and_what_not(archive: "Jebi") -> None:
    archive.desk("prove", archive.parcel, "--out", "proof")
    said = archive("desk", "check", "--proof", "proof", "--key", archive.log_key)
    assert said.status == Exit.DONE
    assert said.out.startswith("true: record 3 of example.org/desk, by trip/")
    assert "not when they were filmed" in said.out
    assert "no witness was asked for" in said.out
    fact = archive("desk", "check", "--proof", "proof", "--key", archive.log_key, "--json").fact
    assert (fact["index"], fact["kind"], fact["subject"]) == (3, "parcel-received", archive.parcel)
    assert {"detail", "actor", "time"} <= fact.keys()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--proof", "proof"], Exit.REFUSED, "proves nothing without the log's key"),
        (["--proof", "proof", "--key", "KEY", "--witness", WITNESS], Exit.DAMAGED, "did not cosign"),
        (["--proof", "proof", "--key", "KEY", "--witness", "KEY"], Exit.DAMAGED, "not the key of a witness"),
        (["--proof", "proof", "--key", "x"], Exit.DAMAGED, "key"),
        (["--proof", "proof", "--key", "KEYx"], Exit.DAMAGED, ""),
        (["--proof", "pw", "--key", "KEY"], Exit.DAMAGED, "the proof cannot be read"),
        (["--proof", "empty", "--key", "KEY"], Exit.DAMAGED, "the proof cannot be read"),
        (["--proof", "none", "--key", "KEY"], Exit.UNABLE, "none could not be read"),
        (["--proof", "clips", "--key", "KEY"], Exit.UNABLE, "is a directory"),
        (["--proof", "/dev/zero", "--key", "KEY"], Exit.DAMAGED, "too large"),
        (["--proof", "proof", "--key", "KEY", "--remembered", "pw"], Exit.REFUSED, "leave one of them out"),
        (["--key", "KEY"], Exit.REFUSED, "its own key"),
        (["--remembered", "pw"], Exit.DAMAGED, ""),
        (["--remembered", "none"], Exit.UNABLE, "none could not be read"),
        (["--witness", "x"], Exit.DAMAGED, "not the key of a witness"),
        (["--passphrase-file", "wrong-pw"], Exit.WRONG_KEY, "passphrase"),
        (["--archive", "none"], Exit.UNABLE, "none is no archive"),
    ],
)
def test_what_proves_nothing_is_said(archive: "Jebi", words: list[str], status: Exit, said: str) -> None:
    archive.write("empty", b"")
    archive.desk("prove", archive.parcel, "--out", "proof")
    words = [word.replace("KEY", archive.log_key) for word in words]
    done = archive("desk", "check", "--archive", "archive", "--passphrase-file", "pw", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
