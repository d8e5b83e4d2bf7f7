"""RFC 3161 against a real authority, made with `openssl` for the test."""

import base64
import contextlib
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jebi.archive.timestamp import LONGEST_RESPONSE, Stamped, StampRequest, request, verify
from jebi.errors import Damaged

CHECKPOINT = (
    b"desk.example/custody\n7\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\xe2\x80\x94 desk.example/custody AA==\n"
)
CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = test
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamping]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[mailing]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, emailProtection
[tsa]
default_tsa = desk
[desk]
serial = serial
signer_cert = stamping.pem
signer_key = stamping.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:2, millisecs:500
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A folder with a root, and under it a certificate for time-stamping and one for mail."""

    folder: Path

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def stamp(self, content: bytes, *options: str) -> bytes:
        (self.folder / "request.tsq").write_bytes(content)
        files = ["-queryfile", "request.tsq", "-out", "response.tsr"]
        openssl(self.folder, "ts", "-reply", "-config", "tsa.cnf", "-section", "desk", *files, *options)
        return (self.folder / "response.tsr").read_bytes()


def make_authority(folder: Path) -> Authority:
    folder.mkdir(exist_ok=True)
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "tsa.cnf"]
    own = ["-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=root", "-extensions", "authority"]
    openssl(folder, "req", "-x509", *key, "-days", "30", *own)
    for number, use in enumerate(("stamping", "mailing"), 2):
        openssl(folder, "req", "-new", *key, "-keyout", f"{use}.key", "-out", f"{use}.csr", "-subj", f"/CN={use}")
        issue = ["-CA", "root.pem", "-CAkey", "root.key", "-set_serial", str(number), "-days", "20"]
        files = ["-in", f"{use}.csr", "-out", f"{use}.pem", "-extfile", "tsa.cnf", "-extensions", use]
        openssl(folder, "x509", "-req", *files, *issue)
    return Authority(folder=folder)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def asked() -> StampRequest:
    return request(CHECKPOINT)


@pytest.fixture(scope="module")
def response(authority: Authority, asked: StampRequest) -> bytes:
    return authority.stamp(asked.content)


def test_a_response_of_a_real_authority_says_when(authority: Authority, asked: StampRequest, response: bytes) -> None:
    stamped = verify(response, CHECKPOINT, [authority.root], nonce=asked.nonce)

    assert abs(stamped.time - time.time()) < 600
    assert stamped.no_later_than == stamped.time + 3
    assert verify(response, CHECKPOINT, [authority.root], nonce=None) == stamped


def test_openssl_reads_the_request_and_agrees_on_the_response(
    authority: Authority, asked: StampRequest, response: bytes
) -> None:
    (authority.folder / "ours.tsq").write_bytes(asked.content)
    (authority.folder / "theirs.tsr").write_bytes(response)
    (authority.folder / "checkpoint").write_bytes(CHECKPOINT)
    files = ["-in", "theirs.tsr", "-CAfile", "root.pem", "-untrusted", "stamping.pem"]

    openssl(authority.folder, "ts", "-verify", "-queryfile", "ours.tsq", *files)
    openssl(authority.folder, "ts", "-verify", "-data", "checkpoint", *files)
    shown = subprocess.run(
        ["openssl", "ts", "-query", "-in", "ours.tsq", "-text"],
        cwd=authority.folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert "Hash Algorithm: sha256" in shown
    assert "Certificate required: yes" in shown
    assert f"Nonce: 0x{asked.nonce:016X}" in shown


def test_two_requests_differ(asked: StampRequest) -> None:
    assert request(CHECKPOINT).nonce != asked.nonce


def test_a_timestamp_of_other_bytes_is_damaged(authority: Authority, asked: StampRequest, response: bytes) -> None:
    for other in (CHECKPOINT + b"\n", CHECKPOINT[:-1], b"x"):
        with pytest.raises(Damaged):
            verify(response, other, [authority.root], nonce=asked.nonce)


def test_a_timestamp_with_another_nonce_is_damaged(authority: Authority, asked: StampRequest, response: bytes) -> None:
    with pytest.raises(Damaged):
        verify(response, CHECKPOINT, [authority.root], nonce=asked.nonce ^ 1)


def test_a_timestamp_of_another_authority_is_damaged(tmp_path: Path, authority: Authority, response: bytes) -> None:
    other = make_authority(tmp_path / "other")

    with pytest.raises(Damaged):
        verify(response, CHECKPOINT, [other.root], nonce=None)
    for roots in ([other.root, authority.root], [other.root + authority.root]):
        assert verify(response, CHECKPOINT, roots, nonce=None).serial > 1


def test_a_certificate_that_is_not_for_time_stamping_is_damaged(tmp_path: Path, asked: StampRequest) -> None:
    authority = make_authority(tmp_path / "mail")
    good = authority.stamp(asked.content)
    cms = ["cms", "-sign", "-binary", "-nodetach", "-outform", "DER", "-econtent_type", "id-smime-ct-TSTInfo"]
    token = ["ts", "-reply", "-in", "response.tsr", "-token_out", "-out", "token.der"]
    openssl(authority.folder, *token)
    openssl(authority.folder, "cms", "-verify", "-noverify", "-inform", "DER", "-in", "token.der", "-out", "info.der")
    signer = [
        "-signer",
        "mailing.pem",
        "-inkey",
        "mailing.key",
        "-md",
        "sha256",
        "-in",
        "info.der",
        "-out",
        "forged.der",
    ]
    openssl(authority.folder, *cms, *signer)
    forged_token = (authority.folder / "forged.der").read_bytes()
    body = bytes.fromhex("3003020100") + forged_token
    forged = b"\x30\x82" + len(body).to_bytes(2, "big") + body

    assert verify(good, CHECKPOINT, [authority.root], nonce=asked.nonce).serial > 1
    with pytest.raises(Damaged, match="unsuitable certificate purpose"):
        verify(forged, CHECKPOINT, [authority.root], nonce=asked.nonce)


def test_a_request_that_the_authority_refuses_is_damaged(authority: Authority) -> None:
    sha512 = authority.folder / "sha512.tsq"
    (authority.folder / "checkpoint").write_bytes(CHECKPOINT)
    openssl(authority.folder, "ts", "-query", "-data", "checkpoint", "-sha512", "-cert", "-out", sha512.name)
    refused = authority.stamp(sha512.read_bytes())

    with pytest.raises(Damaged):
        verify(refused, CHECKPOINT, [authority.root], nonce=None)


def test_no_flipped_byte_of_a_response_changes_what_it_says(
    authority: Authority, asked: StampRequest, response: bytes
) -> None:
    said = verify(response, CHECKPOINT, [authority.root], nonce=asked.nonce)
    believed = 0
    for place in range(len(response)):
        flipped = response[:place] + bytes([response[place] ^ 1 << place % 8]) + response[place + 1 :]
        with contextlib.suppress(Damaged):
            assert verify(flipped, CHECKPOINT, [authority.root], nonce=asked.nonce) == said
            believed += 1
    assert believed < 20  # version numbers and a name of an algorithm, which no signature covers


def test_every_truncation_of_a_response_is_damaged(authority: Authority, asked: StampRequest, response: bytes) -> None:
    for length in range(len(response)):
        with pytest.raises(Damaged):
            verify(response[:length], CHECKPOINT, [authority.root], nonce=asked.nonce)


def test_a_response_may_be_refused_for_its_length(authority: Authority, response: bytes) -> None:
    with pytest.raises(Damaged):
        verify(response + bytes(LONGEST_RESPONSE), CHECKPOINT, [authority.root], nonce=None)


def test_roots_that_are_none_are_damaged(response: bytes) -> None:
    for garbage in (b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        with pytest.raises(Damaged):
            verify(response, CHECKPOINT, [garbage], nonce=None)


@pytest.mark.parametrize("tag", [0x4C, 0x8C, 0x2C, 0x05, 0x30])
def test_a_root_whose_name_is_no_text_is_damaged(authority: Authority, response: bytes, tag: int) -> None:
    """Two libraries read a root, and what the first one lets through made the second one panic."""
    wrapped = base64.b64decode(b"".join(authority.root.split(b"\n")[1:-2]))
    assert wrapped.count(b"\x0c\x04root") == 2
    altered = wrapped.replace(b"\x0c\x04root", bytes([tag]) + b"\x04root")
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(altered) + b"-----END CERTIFICATE-----\n"
    with pytest.raises(Damaged):
        verify(response, CHECKPOINT, [pem], nonce=None)


@given(st.binary(max_size=300), st.integers(0, 900), st.integers(0, 300))
@settings(deadline=None)
def test_garbage_as_a_response_raises_damaged(
    authority: Authority, asked: StampRequest, response: bytes, noise: bytes, place: int, skip: int
) -> None:
    for garbage in (noise, response[:place] + noise, response[:place] + noise + response[place + skip :]):
        with contextlib.suppress(Damaged):
            assert isinstance(verify(garbage, CHECKPOINT, [authority.root], nonce=asked.nonce), Stamped)
