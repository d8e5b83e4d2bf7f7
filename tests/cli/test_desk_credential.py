"""`jebi desk credential`, as it is typed."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from jebi.errors import Exit
from signing import credential, recognised

if TYPE_CHECKING:
    from cli.conftest import Jebi

GIVEN = ("--chain", "chain", "--key", "key", "--anchor", "anchor")


def given(archive: "Jebi") -> None:
    """What an authority sent, as files."""
    issued, root = recognised()
    for name, content in (("chain", issued.chain), ("key", issued.key), ("anchor", root)):
        archive.write(name, content)


def test_it_is_made_once_and_its_root_is_written(archive: "Jebi") -> None:
    first = archive.desk("credential", "--root", "root.pem", "--json")
    assert first.status == Exit.DONE, first
    (root,) = x509.load_pem_x509_certificates(archive.read("root.pem"))
    assert root.subject == root.issuer
    assert b"PRIVATE" not in archive.read("root.pem")
    assert archive.desk("credential", "--json").fact == first.fact
    assert "PRIVATE" not in first.out + first.err


def test_what_an_authority_issued_is_taken_over_and_logged(archive: "Jebi") -> None:
    before = archive.desk("credential", "--json").fact
    given(archive)
    said = archive.desk("credential", *GIVEN, "--root", "root.pem", "--json")
    assert said.status == Exit.DONE, said
    assert (said.fact["organisation"], said.fact["until"]) == ("A Broadcaster", "2040-01-01")
    assert said.fact["certificate"] != before["certificate"]
    roots = archive.read("root.pem")  # the new one, and the own one before it
    assert (roots.startswith(archive.read("anchor")), roots.count(b"BEGIN CERTIFICATE")) == (True, 2)
    assert archive.desk("credential", "--json").fact == said.fact
    records = archive.read("archive/log/records.jsonl").decode()
    assert f"by A Broadcaster, certificate sha256 {said.fact['certificate']}" in records


@pytest.mark.parametrize("words", [GIVEN[:2], GIVEN[:4], GIVEN[2:]])
def test_a_certificate_is_not_taken_over_in_part(archive: "Jebi", words: tuple[str, ...]) -> None:
    given(archive)
    said = archive.desk("credential", *words)
    assert (said.status, "with its key and its root" in said.err) == (Exit.REFUSED, True)


def test_a_key_of_another_certificate_is_refused_and_nothing_changes(archive: "Jebi") -> None:
    before = archive.desk("credential", "--json").fact
    given(archive)
    archive.write("key", credential().key)
    said = archive.desk("credential", *GIVEN)
    assert (said.status, "PRIVATE" in said.err + said.out) == (Exit.REFUSED, False)
    assert archive.desk("credential", "--json").fact == before


def test_a_file_that_exists_is_not_written_over(archive: "Jebi") -> None:
    archive.write("root.pem", b"mine")
    assert archive.desk("credential", "--root", "root.pem").status == Exit.REFUSED
    assert archive.read("root.pem") == b"mine"
