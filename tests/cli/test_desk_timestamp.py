"""`jebi desk timestamp`, as it is typed, with an authority that openssl plays."""

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from cli.conftest import Jebi

SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = authority.pem
signer_key = authority.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate that signs timestamps, and is its own root."""
    folder = tmp_path_factory.mktemp("authority")
    (folder / "settings").write_text(SETTINGS)
    (folder / "serial").write_text("01\n")
    uses = ["-addext", "extendedKeyUsage=critical,timeStamping", "-addext", "keyUsage=critical,digitalSignature"]
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "authority.key"]
    openssl(folder, "req", "-x509", *key, "-out", "authority.pem", "-subj", "/CN=here", "-days", "9", *uses)
    return folder


def openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def stamp(authority: Path, archive: "Jebi", request: str) -> str:
    """The authority's answer to a request."""
    words = ("-queryfile", str(archive.folder / request), "-out", str(archive.folder / "answer.tsr"))
    openssl(authority, "ts", "-reply", "-config", "settings", "-section", "here", *words)
    return "answer.tsr"


def test_a_request_goes_out_and_a_real_authority_s_answer_dates_the_log(archive: "Jebi", authority: Path) -> None:
    asked = archive.desk("timestamp", "--request", "q.tsq")
    assert (asked.status, asked.out) == (Exit.DONE, "wrote q.tsq\n")
    answer = ("--answer", stamp(authority, archive, "q.tsq"), "--roots", authority / "authority.pem")
    said = archive.desk("timestamp", *answer, "--json")
    assert said.status == Exit.DONE, said
    when = said.fact["no_later_than"]
    assert isinstance(when, int)
    assert abs(when - time.time()) < 600
    assert archive.desk("check", "--json").fact["compared"] == 1
    again = archive.desk("timestamp", *answer)
    assert (again.status, "make a request first" in again.err) == (Exit.REFUSED, True)


def test_a_stamp_is_no_cosignature(archive: "Jebi", authority: Path) -> None:
    archive.desk("timestamp", "--request", "q.tsq")
    said = archive.desk(
        "timestamp", "--answer", stamp(authority, archive, "q.tsq"), "--roots", authority / "authority.pem"
    )
    assert "the log was as it is no later than 2" in said.out
    proof = archive.desk("prove", archive.parcel, "--out", "proof", "--cosigned")
    assert (proof.status, "ask a witness first" in proof.err) == (Exit.REFUSED, True)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--request", "pw"], Exit.REFUSED, "pw exists already"),
        (["--request", "none/q"], Exit.UNABLE, "none/q cannot be made"),
        (["--answer", "answer.tsr"], Exit.REFUSED, "--roots"),
        (["--answer", "answer.tsr", "--roots", "none"], Exit.UNABLE, "none could not be read"),
        (["--answer", "answer.tsr", "--roots", "pw"], Exit.DAMAGED, "certificate"),
        (["--answer", "answer.tsr", "--roots", "/dev/null"], Exit.DAMAGED, "certificate"),
        (["--answer", "none", "--roots", "ROOTS"], Exit.UNABLE, "none could not be read"),
        (["--answer", "clips", "--roots", "ROOTS"], Exit.UNABLE, "is a directory"),
        (["--answer", "pw", "--roots", "ROOTS"], Exit.DAMAGED, "not a timestamp response"),
        (["--answer", "other.tsr", "--roots", "ROOTS"], Exit.DAMAGED, "the timestamp does not hold"),
        (["--request", "new", "--passphrase-file", "wrong-pw"], Exit.WRONG_KEY, "passphrase"),
        ([], Exit.USAGE, "--request"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    archive: "Jebi", authority: Path, words: list[str], status: Exit, said: str
) -> None:
    archive.write("something", b"else")
    openssl(archive.folder, "ts", "-query", "-data", "something", "-sha256", "-cert", "-out", "other.tsq")
    archive.write("other.tsr", archive.read(stamp(authority, archive, "other.tsq")))
    archive.desk("timestamp", "--request", "q.tsq")
    stamp(authority, archive, "q.tsq")
    words = [str(authority / "authority.pem") if word == "ROOTS" else word for word in words]
    done = archive("desk", "timestamp", "--archive", "archive", "--passphrase-file", "pw", *words)
    assert (done.status, said in done.err, done.out) == (status, True, ""), done
    assert not list((archive.folder / "archive" / "log").glob("checkpoints/*"))
