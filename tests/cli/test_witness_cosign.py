"""`jebi witness cosign`, as it is typed."""

import fcntl
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi


@pytest.fixture
def both(archive: "Jebi") -> "Jebi":
    """A desk that asked, and a witness whose key opens with little work."""
    (archive.folder / "witness").mkdir()
    archive.put_under_passphrase("witness/key.age", f"w.example\n{bytes(range(32)).hex()}\n".encode())
    assert archive.desk("cosign", "--request", "request").status == Exit.DONE
    return archive


def cosign(both: "Jebi", *words: str, request: str = "request") -> "tuple[int, str, str]":
    given = ("--folder", "witness", "--log", both.log_key, "--out", "answer", "--passphrase-file", "pw")
    said = both("witness", "cosign", request, *given, *words)
    return said.status, said.out, said.err


def test_a_log_that_grows_is_cosigned_and_remembered(both: "Jebi") -> None:
    assert cosign(both) == (Exit.DONE, "cosigned example.org/desk at 4 records\n", "")
    assert both.read("answer").startswith("— w.example ".encode())
    (memory,) = (both.folder / "witness").glob("seen-*.checkpoint")
    assert memory.read_bytes() == both.read("archive/log/checkpoint")
    both.desk("trip", "--kit", "k", "--route", "r", "--receipts", "c")
    both.desk("cosign", "--request", "next", "--since", "4")
    said = both(
        "witness",
        "cosign",
        "next",
        "--folder",
        "witness",
        "--log",
        both.log_key,
        "--out",
        "answer2",
        "--passphrase-file",
        "pw",
        "--json",
    )
    assert (said.status, said.fact) == (Exit.DONE, {"size": 5})


def test_a_request_from_another_size_is_refused_and_says_from_which_to_ask(both: "Jebi") -> None:
    cosign(both)
    status, _, err = cosign(both, "--out", "answer2")
    assert (status, "jebi desk cosign --request FILE --since 4" in err) == (Exit.REFUSED, True)
    assert not both.exists("answer2")


def test_a_log_that_was_rolled_back_is_refused_and_kept_as_evidence(both: "Jebi", office_once: object) -> None:
    cosign(both)
    given = ("--archive", f"{office_once}/archive", "--passphrase-file", "pw")
    assert both("desk", "cosign", *given, "--request", "older").status == Exit.DONE
    status, _, err = cosign(both, "--out", "answer2", request="older")
    assert (status, "rolled back from 4 to 3" in err, "evidence" in err) == (Exit.REFUSED, True, True)


@pytest.mark.parametrize(
    ("words", "request_file", "status", "said"),
    [
        (["--out", "pw"], "request", Exit.REFUSED, "pw exists already"),
        (["--out", "none/answer"], "request", Exit.UNABLE, "none/answer cannot be made"),
        (["--log", "x"], "request", Exit.DAMAGED, "key"),
        (["--log", "w.example+18082d5f+BJG5"], "request", Exit.DAMAGED, "key"),
        (["--folder", "none"], "request", Exit.REFUSED, "jebi witness init"),
        (["--folder", "archive/keys"], "request", Exit.REFUSED, "no witness's key"),
        (["--folder", "foreign"], "request", Exit.DAMAGED, "holds no witness's key"),
        (["--folder", "cut"], "request", Exit.DAMAGED, ""),
        (["--passphrase-file", "wrong-pw"], "request", Exit.WRONG_KEY, "not the witness's passphrase"),
        ([], "none", Exit.UNABLE, "none could not be read"),
        ([], "clips", Exit.UNABLE, "is a directory"),
        ([], "pw", Exit.DAMAGED, "not a request"),
        ([], "/dev/null", Exit.DAMAGED, "not a request"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_cosigned(
    both: "Jebi", words: list[str], request_file: str, status: Exit, said: str
) -> None:
    for folder in ("foreign", "cut"):
        (both.folder / folder).mkdir()
    both.write("foreign/key.age", both.read("archive/keys/identity.age"))
    both.write("cut/key.age", both.read("witness/key.age")[:100])
    done = cosign(both, *words, request=request_file)
    assert (done[0], done[1], said in done[2]) == (status, "", True), done
    assert not both.exists("answer")


def test_two_cosigners_in_one_folder_are_one_too_many(both: "Jebi") -> None:
    with (both.folder / "witness" / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert cosign(both)[0] == Exit.BUSY
