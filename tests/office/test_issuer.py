"""The organisation's credential is made once, whole, sealed, and found again."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from cryptography import x509

from jebi.errors import Damaged, Refused
from jebi.office.issuer import KEPT, issuer, take_over
from jebi.parcel import seal
from jebi.vault import files
from office.conftest import Office, opened
from published import signed_site
from signing import authority, recognised

TODAY = date(2026, 11, 23)
MAKER = """
import sys
from datetime import date
sys.path[:0] = sys.argv[3:]
from jebi.office.issuer import issuer
from jebi.office.desk import Workplace
from jebi.parcel.keys import PostQuantumIdentity
place = Workplace(sys.argv[1], {"name": "example.org/desk"}, PostQuantumIdentity(bytes.fromhex(sys.argv[2])))
print(issuer(place, date(2026, 11, 23)).root.decode(), flush=True)
"""


def maker(office: Office) -> list[str]:
    return [sys.executable, "-c", MAKER, office.desk.folder, office.desk.identity.seed.hex(), *sys.path]


def kept(office: Office) -> Path:
    return Path(office.desk.path(*KEPT))


def test_it_is_made_at_first_need_and_found_again(office: Office) -> None:
    assert not kept(office).exists()
    made = issuer(office.desk, TODAY)
    assert issuer(office.desk, date(2027, 1, 1)) == made
    assert made.credential.organisation == "example.org"
    assert made.credential.validity[0] == datetime(2026, 1, 1, tzinfo=UTC)
    assert made.credential.validity[1] == datetime(2046, 12, 31, 23, 59, 59, tzinfo=UTC)
    (root,) = x509.load_pem_x509_certificates(made.root)
    (signs,) = x509.load_pem_x509_certificates(made.credential.chain)
    signs.verify_directly_issued_by(root)


def test_it_is_drawn_anew_each_time_it_is_made(office: Office) -> None:
    other = issuer(office.desk, TODAY)
    kept(office).unlink()
    assert issuer(office.desk, TODAY).root != other.root


def test_on_the_disk_it_is_sealed_and_no_key_shows(office: Office) -> None:
    made = issuer(office.desk, TODAY)
    content = kept(office).read_bytes()
    assert content.startswith(b"age-encryption.org/v1\n")
    assert b"PRIVATE" in seal.open_in_memory(content, [office.desk.identity])
    assert kept(office).stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in repr(made)


def test_it_outlives_the_process_that_made_it(archive: Path) -> None:
    with opened(archive) as office:
        root = issuer(office.desk, TODAY).root
    with opened(archive) as office:
        assert issuer(office.desk, TODAY).root == root


def test_of_several_that_need_it_at_once_one_makes_it(office: Office) -> None:
    with files.alone(str(kept(office))):
        running = [subprocess.Popen(maker(office), stdout=subprocess.PIPE) for _ in range(3)]
        with pytest.raises(subprocess.TimeoutExpired):
            running[0].wait(2)
    roots = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [0, 0, 0]
    assert roots == {issuer(office.desk, TODAY).root + b"\n"}


@pytest.mark.parametrize("moment", ["os.rename", "fcntl.flock"])
def test_whoever_is_killed_while_making_it_leaves_none_or_a_whole_one(office: Office, moment: str) -> None:
    hook = (
        "import os, signal, sys\n"
        f"sys.addaudithook(lambda event, _: event == {moment!r} and os.kill(os.getpid(), signal.SIGKILL))\n"
    )
    command = maker(office)
    command[2] = hook + command[2]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not kept(office).exists()
    assert issuer(office.desk, TODAY) == issuer(office.desk, TODAY)
    assert os.listdir(kept(office).parent).count("credential.age.new") == 0


def test_what_an_authority_issued_takes_its_place(office: Office) -> None:
    before = issuer(office.desk, TODAY)
    given, root = recognised()
    taken = take_over(office.desk, given.chain, given.key, root, TODAY)
    assert taken == issuer(office.desk, TODAY) != before
    assert (taken.credential, taken.root, taken.root_key) == (given, root, b"")


def test_films_that_were_published_under_an_earlier_root_are_known_by_it(office: Office) -> None:
    own = issuer(office.desk, TODAY).root
    given, root = recognised()
    for _ in range(2):  # to take the same over again changes nothing
        assert take_over(office.desk, given.chain, given.key, root, TODAY).anchors == root + own
    assert issuer(office.desk, TODAY).anchors == root + own
    assert signed_site([], root=root + own).root == root + own


def test_what_an_older_archive_kept_is_read(office: Office) -> None:
    own = issuer(office.desk, TODAY)
    facts = json.loads(seal.open_in_memory(kept(office).read_bytes(), [office.desk.identity]))
    del facts["earlier"]
    files.replace(str(kept(office)), seal.in_memory(json.dumps(facts).encode(), [office.desk.identity.recipient()]))
    assert issuer(office.desk, TODAY) == own


def test_what_does_not_fit_together_is_not_taken_over(office: Office) -> None:
    before = issuer(office.desk, TODAY)
    given, root = recognised()
    for chain, key, anchor, today in (
        (given.chain, before.credential.key, root, TODAY),
        (given.chain, given.key, authority().certificate, TODAY),
        (given.chain, given.key, root, date(2050, 1, 1)),
    ):
        with pytest.raises(Refused):
            take_over(office.desk, chain, key, anchor, today)
    with pytest.raises(Damaged):
        take_over(office.desk, given.chain, b"PRIVATE KEY", root, TODAY)
    assert issuer(office.desk, TODAY) == before


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"chain": "", "key": "", "root": "", "root-key": ""}'])
def test_what_was_kept_and_is_none_is_damaged(office: Office, content: bytes) -> None:
    files.replace(str(kept(office)), seal.in_memory(content, [office.desk.identity.recipient()]))
    with pytest.raises(Damaged):
        issuer(office.desk, TODAY)
