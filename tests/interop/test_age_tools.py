"""Our files open in the tools of others, and theirs in ours: Debian's `age`, rage (`pyrage`) and typage (under Node)."""

import hashlib
import json
import os
import pty
import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pyrage
import pytest

from jebi.parcel.keys import Passphrase, PostQuantumIdentity, Recipient, X25519Identity, parse_identities
from jebi.parcel.seal import Seal, in_memory, open_in_memory, open_layers, seal, with_passphrase
from jebi.parcel.stream import Chained

HERE = Path(__file__).parent
SIZES = (0, 1, 65535, 65536, 65537, (1 << 20) + 1)
OURS = X25519Identity(bytes(range(32)))
OTHER = X25519Identity(bytes(range(1, 33)))
QUANTUM = PostQuantumIdentity(bytes(range(32)))
QUANTUM_OTHER = PostQuantumIdentity(bytes(range(1, 33)))
PHRASE = "제비 swallow 0815"
LIGHT = 10  # steps of work for files that only prove the format


def content(size: int) -> bytes:
    return hashlib.shake_128(b"content").digest(size)


def layered(payload: bytes, *groups: Sequence[Recipient]) -> bytes:
    return b"".join(seal(BytesIO(payload), len(payload), [Seal.draw(group) for group in groups]))


def age(*arguments: str | Path, given: bytes) -> bytes:
    return subprocess.run(["age", *arguments], input=given, capture_output=True, check=True).stdout


def age_asking(phrase: str, *arguments: str | Path) -> None:
    """Debian's `age`, which asks for a passphrase on a terminal and nowhere else; answers every question it asks."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("age", ["age", *map(str, arguments)])
    said = b""
    try:
        while piece := os.read(terminal, 1024):
            said += piece
            if said.rstrip().endswith(b":"):
                os.write(terminal, phrase.encode() + b"\n")
                said = b""
    except OSError:  # how Linux says that the other side of a terminal is gone
        pass
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert status == 0, said.decode()


def typage(*arguments: str, given: bytes) -> bytes:
    assert (HERE / "node_modules" / "age-encryption").is_dir(), "run npm ci in tests/interop first"
    done = subprocess.run(["node", HERE / "age.mjs", *arguments], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    path = tmp_path / "identity.txt"
    path.write_text(f"# public key: {OURS.recipient()}\n{OURS.written()}\n")
    return path


@pytest.mark.parametrize("size", SIZES)
def test_debian_age_opens_what_we_seal_to_an_x25519_key(size: int, identity: Path) -> None:
    assert age("-d", "-i", identity, given=in_memory(content(size), [OURS.recipient()])) == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_debian_age_seals_to_an_x25519_key(size: int) -> None:
    assert open_in_memory(age("-r", str(OURS.recipient()), given=content(size)), [OURS]) == content(size)


def test_each_of_several_recipients_opens_the_file_in_either_tool(identity: Path) -> None:
    ours = in_memory(b"for both", [OTHER.recipient(), OURS.recipient()])
    theirs = age("-r", str(OTHER.recipient()), "-r", str(OURS.recipient()), given=b"for both")
    assert age("-d", "-i", identity, given=ours) == b"for both"
    assert [open_in_memory(theirs, [key]) for key in (OURS, OTHER)] == [b"for both"] * 2


@pytest.mark.parametrize("size", SIZES)
def test_debian_age_opens_two_layers_one_after_the_other(size: int, identity: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(OTHER.written() + "\n")
    sealed = layered(content(size), [OURS.recipient()], [OTHER.recipient()])
    assert age("-d", "-i", identity, given=age("-d", "-i", other, given=sealed)) == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_we_open_two_layers_that_debian_age_sealed(size: int) -> None:
    sealed = age("-r", str(OTHER.recipient()), given=age("-r", str(OURS.recipient()), given=content(size)))
    assert b"".join(open_layers(BytesIO(sealed), [[OTHER], [OURS]])) == content(size)


@pytest.mark.parametrize(("size", "work"), [(0, LIGHT), (1, 18), (65536, LIGHT), ((1 << 20) + 1, LIGHT)])
def test_debian_age_opens_what_we_seal_under_a_passphrase(size: int, work: int, tmp_path: Path) -> None:
    sealed, opened = tmp_path / "sealed.age", tmp_path / "opened"
    sealed.write_bytes(in_memory(content(size), [Passphrase(PHRASE.encode(), work)]))
    age_asking(PHRASE, "-d", "-o", opened, sealed)
    assert (opened.read_bytes() if size else b"") == content(size)  # for an empty file this age makes none


def test_debian_age_opens_the_archive_of_a_desk_key(tmp_path: Path) -> None:
    sealed, opened = tmp_path / "identity.age", tmp_path / "opened"
    sealed.write_bytes(with_passphrase(QUANTUM.written().encode(), PHRASE.encode()))
    age_asking(PHRASE, "-d", "-o", opened, sealed)
    assert parse_identities(opened.read_text()) == (QUANTUM,)


@pytest.mark.parametrize("size", [0, 65537])
def test_we_open_what_debian_age_seals_under_a_passphrase(size: int, tmp_path: Path) -> None:
    plain, sealed = tmp_path / "plain", tmp_path / "sealed.age"
    plain.write_bytes(content(size))
    age_asking(PHRASE, "-p", "-o", sealed, plain)
    assert open_in_memory(sealed.read_bytes(), [Passphrase(PHRASE.encode())]) == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_rage_and_we_open_each_others_x25519_files(size: int) -> None:
    theirs, key = (
        pyrage.x25519.Recipient.from_str(str(OURS.recipient())),
        pyrage.x25519.Identity.from_str(OURS.written()),
    )
    assert pyrage.decrypt(in_memory(content(size), [OURS.recipient()]), [key]) == content(size)
    assert open_in_memory(pyrage.encrypt(content(size), [theirs]), [OURS]) == content(size)


def test_rage_and_we_open_each_others_passphrase_files() -> None:
    assert pyrage.passphrase.decrypt(in_memory(content(1000), [Passphrase(PHRASE.encode(), LIGHT)]), PHRASE) == content(
        1000
    )
    assert open_in_memory(pyrage.passphrase.encrypt(content(1000), PHRASE), [Passphrase(PHRASE.encode())]) == content(
        1000
    )


@pytest.mark.parametrize("size", SIZES)
def test_typage_opens_what_we_seal_to_a_post_quantum_key(size: int) -> None:
    sealed = in_memory(content(size), [QUANTUM.recipient()])
    assert typage("decrypt", QUANTUM.written(), given=sealed) == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_we_open_what_typage_seals_to_a_post_quantum_key(size: int) -> None:
    sealed = typage("encrypt", str(QUANTUM.recipient()), given=content(size))
    assert open_in_memory(sealed, [QUANTUM]) == content(size)


@pytest.mark.parametrize("size", SIZES)
def test_typage_opens_two_post_quantum_layers_one_after_the_other(size: int) -> None:
    sealed = layered(content(size), [QUANTUM.recipient()], [QUANTUM_OTHER.recipient()])
    inner = typage("decrypt", QUANTUM_OTHER.written(), given=sealed)
    assert typage("decrypt", QUANTUM.written(), given=inner) == content(size)


def test_we_open_two_post_quantum_layers_that_typage_sealed() -> None:
    inner = typage("encrypt", str(QUANTUM.recipient()), given=content(65537))
    sealed = typage("encrypt", str(QUANTUM_OTHER.recipient()), given=inner)
    opened = open_layers(Chained([sealed]), [[QUANTUM_OTHER], [QUANTUM]])
    assert b"".join(opened) == content(65537)


def test_typage_and_we_open_each_others_passphrase_files() -> None:
    ours = in_memory(b"words", [Passphrase(PHRASE.encode(), LIGHT)])
    assert typage("decrypt", "--passphrase", PHRASE, given=ours) == b"words"
    theirs = typage("encrypt", "--passphrase", PHRASE, given=b"words")
    assert open_in_memory(theirs, [Passphrase(PHRASE.encode())]) == b"words"


def test_the_lock_names_versions_and_checksums_and_no_address() -> None:
    text = (HERE / "package-lock.json").read_text()
    packages = {name: facts for name, facts in json.loads(text)["packages"].items() if name}
    assert "http" not in text
    assert all(facts["version"] and facts["integrity"].startswith("sha512-") for facts in packages.values())
