"""`jebi desk prove`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


def test_a_proof_is_one_file_that_verifies_with_the_key_that_is_shown(archive: "Jebi") -> None:
    said = archive.desk("prove", archive.parcel, "--out", "proof")
    assert (said.status, said.out) == (Exit.DONE, archive.log_key + "\n")
    assert "wrote proof" in said.err
    assert archive("desk", "check", "--proof", "proof", "--key", said.out.strip()).status == Exit.DONE


def test_machines_get_the_record_and_the_key(archive: "Jebi") -> None:
    fact = archive.desk("prove", archive.parcel, "--out", "proof", "--json").fact
    assert fact == {"index": 3, "key": archive.log_key}


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["nothing", "--out", "proof"], Exit.REFUSED, "knows no parcel of that name"),
        (["PARCEL", "--out", "pw"], Exit.REFUSED, "pw exists already"),
        (["PARCEL", "--out", "clips"], Exit.REFUSED, "clips exists already"),
        (["PARCEL", "--out", "none/proof"], Exit.UNABLE, "none/proof cannot be made"),
        (["PARCEL", "--out", "proof", "--cosigned"], Exit.REFUSED, "jebi desk cosign"),
        (["PARCEL", "--out", "proof", "--passphrase-file", "wrong-pw"], Exit.WRONG_KEY, "passphrase"),
        (["PARCEL"], Exit.USAGE, "--out"),
    ],
)
def test_what_cannot_be_is_said_and_no_proof_is_written(
    archive: "Jebi", words: list[str], status: Exit, said: str
) -> None:
    words = [archive.parcel if word == "PARCEL" else word for word in words]
    done = archive("desk", "prove", "--archive", "archive", "--passphrase-file", "pw", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert not archive.exists("proof")
