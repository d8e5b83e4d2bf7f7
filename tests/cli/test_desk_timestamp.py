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


def kept_stamp(archive: "Jebi", authority: Path) -> str:
    """Where the archive keeps the authority's answer."""
    archive.desk("timestamp", "--request", "q.tsq")
    roots = authority / "authority.pem"
    said = archive.desk("timestamp", "--answer", stamp(authority, archive, "q.tsq"), "--roots", roots)
    assert said.status == Exit.DONE, said
    (kept,) = (archive.folder / "archive" / "log" / "checkpoints").glob("*.tsr")
    return str(kept.relative_to(archive.folder))


def test_a_kept_stamp_is_counted_by_check_and_openssl_verifies_it(archive: "Jebi", authority: Path) -> None:
    kept = kept_stamp(archive, authority)
    said = archive.desk("check")
    assert (said.status, "timestamps of just these checkpoints: 1" in said.out) == (Exit.DONE, True)
    assert archive.desk("check", "--json").fact["stamps"] == 1
    files = ("-data", kept.replace(".tsr", ".note"), "-in", kept, "-CAfile", str(authority / "authority.pem"))
    openssl(archive.folder, "ts", "-verify", *files)


def test_a_kept_stamp_that_is_none_of_its_checkpoint_is_named_by_check(archive: "Jebi", authority: Path) -> None:
    kept = kept_stamp(archive, authority)
    archive.write("something", b"else")
    openssl(archive.folder, "ts", "-query", "-data", "something", "-sha256", "-cert", "-out", "other.tsq")
    other = archive.read(stamp(authority, archive, "other.tsq"))
    openssl(archive.folder, "ts", "-query", "-data", kept.replace(".tsr", ".note"), "-sha512", "-out", "sha512.tsq")
    refused = archive.read(stamp(authority, archive, "sha512.tsq"))
    for content, why in (
        (other, "is a timestamp of something else than its checkpoint"),
        (refused, "did not grant"),
        (b"garbage", "not a timestamp response"),
        (b"", "not a timestamp response"),
        (archive.read(kept)[:-1], "not a timestamp response"),
    ):
        archive.write(kept, content)
        said = archive.desk("check")
        assert (said.status, why in said.err, kept.removeprefix("archive/") in said.err) == (Exit.DAMAGED, True, True)


def under_a_root(folder: Path) -> None:
    """An authority that has its certificate from an intermediate one; `chain.pem` is what it sends with `-chain`."""
    folder.mkdir()
    (folder / "settings").write_text(SETTINGS + CHAIN)
    (folder / "serial").write_text("01\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "settings"]
    own = ["-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=root", "-extensions", "issuing"]
    openssl(folder, "req", "-x509", *key, "-days", "9", *own)
    for number, (name, issuer, use) in enumerate(
        (("middle", "root", "issuing"), ("authority", "middle", "stamping")), 2
    ):
        openssl(folder, "req", "-new", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        by = ["-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-set_serial", str(number), "-days", "8"]
        put = ["-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", "settings", "-extensions", use]
        openssl(folder, "x509", "-req", *by, *put)
    (folder / "chain.pem").write_bytes((folder / "middle.pem").read_bytes() + (folder / "root.pem").read_bytes())


CHAIN = """
[req]
distinguished_name = name
prompt = no
[name]
CN = test
[issuing]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


def test_certificates_out_of_order_are_said_and_what_the_format_s_page_shows_mends_them(
    archive: "Jebi", tmp_path: Path
) -> None:
    """The commands of docs/formats/custody.md, as they stand there."""
    under_a_root(tmp_path / "far")
    archive.desk("timestamp", "--request", "q.tsq")
    reply = ("-queryfile", str(archive.folder / "q.tsq"), "-out", str(archive.folder / "response.tsr"))
    openssl(tmp_path / "far", "ts", "-reply", "-config", "settings", "-section", "here", "-chain", "chain.pem", *reply)
    roots = ("--roots", tmp_path / "far" / "root.pem")
    said = archive.desk("timestamp", "--answer", "response.tsr", *roots)
    assert (said.status, "an order that DER forbids" in said.err) == (Exit.DAMAGED, True), said
    assert "docs/formats/custody.md" in said.err
    page = Path(__file__).resolve().parents[2] / "docs" / "formats" / "custody.md"
    commands = [line.split() for line in page.read_text().splitlines() if line.startswith("    openssl ")]
    assert len(commands) == 3
    for _, *words in commands:
        openssl(archive.folder, *words)
    mended = archive.desk("timestamp", "--answer", "in-order.tsr", *roots)
    assert mended.status == Exit.DONE, mended
    assert archive.desk("check", "--json").fact["stamps"] == 1


def test_an_authority_that_sends_only_its_own_certificate_is_read_with_those_between_as_roots(
    archive: "Jebi", tmp_path: Path
) -> None:
    under_a_root(tmp_path / "far")
    archive.desk("timestamp", "--request", "q.tsq")
    answer = stamp(tmp_path / "far", archive, "q.tsq")
    alone = archive.desk("timestamp", "--answer", answer, "--roots", tmp_path / "far" / "root.pem")
    assert (alone.status, "unable to get local issuer" in alone.err) == (Exit.DAMAGED, True), alone
    assert archive.desk("timestamp", "--answer", answer, "--roots", tmp_path / "far" / "chain.pem").status == Exit.DONE


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
