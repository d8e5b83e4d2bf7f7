"""Blobs by their digest: in a folder and in a real S3 store, the same tests on both; and what only a folder can promise."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, NoRoom, NothingFound, Unable
from jebi.vault.blobs import NEW, PIECE, Blobs
from seaweed import BUCKET, KEY, SECRET, free_ports

SECOND = 1000  # ms
PUT = """
import sys
from jebi.vault.blobs import Blobs

def endless():
    while True:
        yield bytes(1 << 20)
        print("more", flush=True)

Blobs(sys.argv[1]).put(endless())
"""


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty store, of one kind and then of the other."""
    if request.param == "folder":
        return Blobs(str(tmp_path / "blobs"))
    return Blobs(f"s3://{BUCKET}/{tmp_path.name}", request.getfixturevalue("s3"))


def spoil(blobs: Blobs, name: str, content: bytes) -> None:
    """What a bad disk does."""
    blobs._files.pipe_file(blobs._path(name), content)


def test_a_blob_is_named_by_its_bytes_and_read_back(blobs: Blobs) -> None:
    content = os.urandom(PIECE + 12_345)

    name = blobs.put([content[:1000], content[1000:]])

    assert name == hashlib.sha256(content).hexdigest()
    blob = blobs.open(name)
    assert blob.size == len(content)
    assert blob.read_at(0, blob.size) == content
    assert blob.read_at(PIECE, 100) == content[PIECE : PIECE + 100]
    assert blobs.check(name) == "whole"


def test_reading_ends_where_the_blob_does(blobs: Blobs) -> None:
    blob = blobs.open(blobs.put([b"0123456789"]))

    assert blob.read_at(8, 100) == b"89"
    assert blob.read_at(10, 1) == b""
    assert blob.read_at(1000, 1) == b""


def test_an_empty_blob_is_one(blobs: Blobs) -> None:
    name = blobs.put([])

    assert blobs.open(name).size == 0
    assert blobs.open(name).read_at(0, 10) == b""
    assert blobs.check(name) == "whole"


def test_the_same_bytes_are_kept_once(blobs: Blobs) -> None:
    first, second = blobs.put([b"same"]), blobs.put([b"sa", b"me"])

    assert first == second
    assert list(blobs.names()) == [first]


def test_all_names_are_listed_and_nothing_else(blobs: Blobs) -> None:
    names = {blobs.put([bytes([number])]) for number in range(20)}
    blobs._files.pipe_file(f"{blobs._root}/{NEW}/left", b"by a crash")
    blobs._files.pipe_file(f"{blobs._root}/notes.txt", b"somebody's")
    blobs._files.pipe_file(f"{blobs._root}/ab/notes.age", b"somebody's")

    assert set(blobs.names()) == names


def test_what_is_removed_is_gone_and_may_be_removed_again(blobs: Blobs) -> None:
    name = blobs.put([b"short-lived"])

    blobs.remove(name)
    blobs.remove(name)

    assert blobs.check(name) == "missing"
    with pytest.raises(NothingFound):
        blobs.open(name)


def test_a_spoiled_blob_is_noticed_and_mended_by_putting_it_again(blobs: Blobs) -> None:
    name = blobs.put([b"as it was made"])
    spoil(blobs, name, b"as a disk made it")

    assert blobs.check(name) == "damaged"
    assert blobs.put([b"as it was made"]) == name
    assert blobs.check(name) == "whole"


def test_a_blob_that_became_shorter_is_damaged(blobs: Blobs) -> None:
    name = blobs.put([bytes(1000)])
    blob = blobs.open(name)
    spoil(blobs, name, bytes(500))

    with pytest.raises(Damaged):
        blob.read_at(400, 200)
    blobs.remove(name)
    with pytest.raises(Damaged):
        blob.read_at(0, 100)


def test_what_fails_on_its_way_leaves_nothing_and_is_not_blamed_on_the_store(blobs: Blobs) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"so far"
        raise BrokenPipeError("the jail died")

    with pytest.raises(BrokenPipeError):
        blobs.put(pieces())

    assert list(blobs.names()) == []
    assert blobs._listed(f"{blobs._root}/{NEW}") == []


def test_sweeping_deletes_what_never_came_to_its_name_and_is_old(blobs: Blobs) -> None:
    name = blobs.put([b"kept"])
    before_ms = blobs.clock_ms()
    blobs._files.pipe_file(f"{blobs._root}/{NEW}/left", b"by a crash, or still being put")

    blobs.sweep(before_ms - SECOND)
    assert blobs._listed(f"{blobs._root}/{NEW}") == ["left"]
    blobs.sweep(before_ms + 60 * SECOND)

    assert blobs._listed(f"{blobs._root}/{NEW}") == []
    assert list(blobs.names()) == [name]


def test_when_a_blob_was_put_is_told_by_the_clock_of_its_store(blobs: Blobs) -> None:
    before_ms = blobs.clock_ms()
    name = blobs.put([b"kept"])

    put_ms = blobs.put_ms(name)

    assert put_ms is not None
    assert before_ms - SECOND <= put_ms <= blobs.clock_ms() + SECOND  # some stores tell whole seconds
    assert blobs.put_ms("0" * 64) is None
    assert blobs._listed(f"{blobs._root}/{NEW}") == []


@given(content=st.binary(max_size=300), offset=st.integers(0, 400), length=st.integers(0, 400))
def test_every_part_is_what_it_was(content: bytes, offset: int, length: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        blobs = Blobs(folder)

        assert blobs.open(blobs.put([content])).read_at(offset, length) == content[offset : offset + length]


@pytest.mark.parametrize("name", ["", "..", "../" + "0" * 61, "0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n"])
def test_what_is_no_digest_is_no_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        Blobs(str(tmp_path)).open(name)


def test_nobody_else_may_look_into_the_folder(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path / "blobs"))
    name = blobs.put([b"sealed"])

    assert (tmp_path / "blobs").stat().st_mode & 0o077 == 0
    assert (tmp_path / "blobs" / name[:2] / f"{name}.age").stat().st_mode & 0o077 == 0


def test_a_full_disk_keeps_nothing_and_says_so(small: Path) -> None:
    blobs = Blobs(str(small / "blobs"))

    with pytest.raises(NoRoom):
        blobs.put([bytes(100_000)])

    assert list(blobs.names()) == []
    assert not os.listdir(small / "blobs" / NEW)
    assert blobs.check(blobs.put([b"small enough"])) == "whole"


def test_killed_while_putting_nothing_has_a_name(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PUT, str(tmp_path)], stdout=subprocess.PIPE) as putting:
        assert putting.stdout
        for _ in range(3):
            assert putting.stdout.readline() == b"more\n"
        putting.send_signal(signal.SIGKILL)
        putting.wait()

    blobs = Blobs(str(tmp_path))
    assert list(blobs.names()) == []
    assert len(os.listdir(tmp_path / NEW)) == 1
    blobs.sweep(blobs.clock_ms() + SECOND)
    assert os.listdir(tmp_path / NEW) == []


def test_an_address_of_no_store_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="no store"):
        Blobs("nowhere://bucket")


def test_a_store_that_does_not_answer_is_named() -> None:
    (port,) = free_ports(1)
    nowhere = {"endpoint_url": f"http://127.0.0.1:{port}", "key": KEY, "secret": SECRET}
    blobs = Blobs(f"s3://{BUCKET}/x", {**nowhere, "config_kwargs": {"retries": {"max_attempts": 0}}})

    with pytest.raises(Unable):
        blobs.put([b"lost"])
    with pytest.raises(Unable):
        blobs.check("0" * 64)


def test_a_wrong_key_is_refused_by_the_store(s3: dict[str, str]) -> None:
    blobs = Blobs(f"s3://{BUCKET}/x", {**s3, "secret": "wrong"})

    with pytest.raises(Unable):
        blobs.put([b"lost"])


def test_a_blob_of_several_uploads_comes_whole_into_the_store(s3: dict[str, str]) -> None:
    blobs = Blobs(f"s3://{BUCKET}/large", {**s3, "default_block_size": 5 << 20})
    piece = os.urandom(1 << 20)

    name = blobs.put(piece for _ in range(12))

    assert blobs.open(name).size == 12 << 20
    assert blobs.check(name) == "whole"
    blobs.remove(name)
