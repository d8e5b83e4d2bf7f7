"""`jebi desk cosign`, as it is typed."""

from typing import TYPE_CHECKING

import pytest

from jebi.archive.checkpoint import open_checkpoint
from jebi.archive.witness import Cosigner, cosign
from jebi.errors import Exit
from jebi.parcel.note import Ed25519Verifier

if TYPE_CHECKING:
    from cli.conftest import Jebi

COSIGNER = Cosigner(name="w.example", secret=bytes(range(32)))
WITNESS = str(COSIGNER.verifier())


def answer(archive: "Jebi", request: str, *, last: bytes = b"") -> str:
    """What a witness says to a request."""
    log = Ed25519Verifier.parse(archive.log_key)
    seen = open_checkpoint(last, log) if last else None
    line, _ = cosign(archive.read(request), log=log, last=seen, cosigner=COSIGNER, time=1_800_000_000)
    return archive.write("answer", str(line))


def test_a_request_goes_out_and_its_answer_comes_in_and_proofs_can_rest_on_it(archive: "Jebi") -> None:
    asked = archive.desk("cosign", "--request", "request", "--json")
    assert (asked.status, asked.fact) == (Exit.DONE, {"size": 4, "since": 0})
    said = archive.desk("cosign", "--answer", answer(archive, "request"), "--witness", WITNESS)
    assert said.status == Exit.DONE
    assert said.out.startswith("cosigned by w.example; kept as checkpoints/")
    assert archive.desk("prove", archive.parcel, "--out", "proof", "--cosigned").status == Exit.DONE
    checked = archive("desk", "check", "--proof", "proof", "--key", archive.log_key, "--witness", WITNESS)
    assert (checked.status, "the witness cosigned it" in checked.out) == (Exit.DONE, True)
    assert archive.desk("check", "--witness", WITNESS, "--json").fact["compared"] == 1


def test_the_next_request_goes_on_from_the_last_answer(archive: "Jebi") -> None:
    archive.desk("cosign", "--request", "request")
    seen = archive.read("archive/log/checkpoint")
    archive.desk("cosign", "--answer", answer(archive, "request"), "--witness", WITNESS)
    archive.desk("trip", "--kit", "k", "--route", "r", "--receipts", "c")
    said = archive.desk("cosign", "--request", "next")
    assert (said.status, said.out) == (Exit.DONE, "wrote next, about 5 records, the first 4 of which it knows\n")
    again = archive.desk("cosign", "--answer", answer(archive, "next", last=seen), "--witness", WITNESS)
    assert again.status == Exit.DONE, again
    other = str(Cosigner(name="x", secret=bytes(32)).verifier())
    for words, since in (((), 5), (("--witness", WITNESS), 5), (("--witness", other), 0), (("--since", "4"), 4)):
        fact = archive.desk("cosign", "--request", f"from {since} {len(words)}", *words, "--json").fact
        assert fact == {"size": 5, "since": since}


def test_a_request_that_cannot_be_made_waits_for_no_answer(archive: "Jebi") -> None:
    archive.desk("cosign", "--request", "new", "--since", "99")
    assert not archive.exists("archive/pending")


def test_the_log_may_grow_until_the_answer_comes(archive: "Jebi") -> None:
    archive.desk("cosign", "--request", "request")
    archive.desk("trip", "--kit", "k", "--route", "r", "--receipts", "c")
    said = archive.desk("cosign", "--answer", answer(archive, "request"), "--witness", WITNESS, "--json")
    assert (said.status, list(said.fact)) == (Exit.DONE, ["kept"])


def test_an_answer_is_taken_once(archive: "Jebi") -> None:
    archive.desk("cosign", "--request", "request")
    words = ("--answer", answer(archive, "request"), "--witness", WITNESS)
    archive.desk("cosign", *words)
    said = archive.desk("cosign", *words)
    assert (said.status, "make a request first" in said.err) == (Exit.REFUSED, True)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--request", "pw"], Exit.REFUSED, "pw exists already"),
        (["--request", "new", "--since", "99"], Exit.DAMAGED, "the witness saw a longer log"),
        (["--request", "none/new"], Exit.UNABLE, "none/new cannot be made"),
        (["--answer", "answer"], Exit.REFUSED, "--witness"),
        (["--answer", "answer", "--witness", WITNESS, "--since", "4"], Exit.REFUSED, "--since"),
        (["--request", "new", "--witness", "x"], Exit.DAMAGED, "not the key of a witness"),
        (["--answer", "answer", "--witness", "x"], Exit.DAMAGED, "not the key of a witness"),
        (["--answer", "none", "--witness", WITNESS], Exit.UNABLE, "none could not be read"),
        (["--answer", "clips", "--witness", WITNESS], Exit.UNABLE, "is a directory"),
        (["--answer", "pw", "--witness", WITNESS], Exit.DAMAGED, ""),
        (["--answer", "/dev/null", "--witness", WITNESS], Exit.DAMAGED, ""),
        (
            ["--answer", "answer", "--witness", str(Cosigner(name="x", secret=bytes(32)).verifier())],
            Exit.DAMAGED,
            "cosignature",
        ),
        (["--request", "new", "--passphrase-file", "wrong-pw"], Exit.WRONG_KEY, "passphrase"),
        ([], Exit.USAGE, "--request"),
        (["--request", "a", "--answer", "b"], Exit.USAGE, "not allowed with"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(archive: "Jebi", words: list[str], status: Exit, said: str) -> None:
    archive.desk("cosign", "--request", "request")
    answer(archive, "request")
    done = archive("desk", "cosign", "--archive", "archive", "--passphrase-file", "pw", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert not list((archive.folder / "archive" / "log").glob("checkpoints/*"))
    assert not archive.exists("new")
