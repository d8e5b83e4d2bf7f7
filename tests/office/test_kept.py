"""What is kept is sealed, opens with the stock tool's format, and comes back as it was put."""

from collections.abc import Callable
from pathlib import Path

import pytest

from jebi.errors import Damaged, NothingFound, WrongKey
from jebi.office.kept import Kept, pieces
from jebi.parcel.keys import PostQuantumIdentity
from jebi.parcel.seal import open_in_memory
from jebi.parcel.stream import CHUNK
from jebi.vault.blobs import Blobs

IDENTITY = PostQuantumIdentity(bytes(32))


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(Blobs(str(tmp_path / "blobs")), IDENTITY.recipient(), IDENTITY)


@pytest.mark.parametrize("size", [0, 1, CHUNK, 3 * CHUNK + 5])
def test_what_is_put_comes_back(kept: Kept, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + bytes(size % 256)

    stored = kept.put(content)

    assert (stored.size, kept.read(stored.blob)) == (size, content)


def test_a_file_is_kept_as_its_bytes_would_be(kept: Kept, tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "file").write_bytes(content)

    stored = kept.put_file(str(tmp_path / "file"))

    assert stored.sha256 == kept.put(content).sha256
    assert b"".join(pieces(kept.open(stored.blob), 70_000, 140_000, piece=999)) == content[70_000:140_000]


def test_nothing_of_it_lies_there_unsealed_and_any_age_opens_it(kept: Kept, tmp_path: Path) -> None:
    stored = kept.put(b"a plain sentence")

    (path,) = (tmp_path / "blobs").rglob("*.age")

    assert b"plain" not in path.read_bytes()
    assert path.stem == stored.blob
    assert open_in_memory(path.read_bytes(), [IDENTITY]) == b"a plain sentence"


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(("harm", "error"), [(_cut, Damaged), (_flip, Damaged), (Path.unlink, NothingFound)])
def test_a_blob_that_was_harmed_is_noticed(
    kept: Kept, tmp_path: Path, harm: Callable[[Path], None], error: type[Exception]
) -> None:
    stored = kept.put(b"a plain sentence")
    harm(next((tmp_path / "blobs").rglob("*.age")))

    with pytest.raises(error):
        kept.read(stored.blob)


def test_another_desks_key_opens_nothing(kept: Kept) -> None:
    stored = kept.put(b"a plain sentence")
    other = PostQuantumIdentity(bytes([1]) * 32)

    with pytest.raises(WrongKey):
        Kept(kept.blobs, other.recipient(), other).read(stored.blob)
