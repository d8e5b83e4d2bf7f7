"""The sealed parcel itself: recognised by its first line, cut where FAT32 ends a file."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.carriers.whole import PART, is_whole, parts
from jebi.device.blocks import open_for_reading
from jebi.parcel import seal
from jebi.parcel.keys import PostQuantumIdentity, X25519Identity

FAT32_LIMIT = 4 * 1024**3


class Held:
    """A medium in memory."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    @property
    def size(self) -> int:
        return len(self.content)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.content[offset : offset + length]


def test_what_the_stock_tool_sealed_is_known_and_what_jebi_sealed_opens_there(tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["age-keygen", "-o", key], check=True, capture_output=True)
    identity = X25519Identity.parse(key.read_text().splitlines()[-1])
    (tmp_path / "clip").write_bytes(b"pictures" * 1000)
    stock: list[str | Path] = ["age", "-r", str(identity.recipient()), "-o", tmp_path / "stock.age", tmp_path / "clip"]
    subprocess.run(stock, check=True)
    with open_for_reading(str(tmp_path / "stock.age")) as medium:
        assert is_whole(medium)
    (tmp_path / "ours.age").write_bytes(seal.in_memory(b"pictures", [identity.recipient()]))
    with open_for_reading(str(tmp_path / "ours.age")) as medium:
        assert is_whole(medium)
    opened = subprocess.run(["age", "-d", "-i", key, tmp_path / "ours.age"], check=True, capture_output=True)
    assert opened.stdout == b"pictures"


def test_a_post_quantum_parcel_is_known_by_its_first_line_alone() -> None:
    sealed = seal.in_memory(b"pictures", [PostQuantumIdentity(bytes(32)).recipient()])
    assert is_whole(Held(sealed))
    assert is_whole(Held(sealed[:22]))
    assert not is_whole(Held(sealed[:21]))
    assert not is_whole(Held(b"\n" + sealed))


@given(st.binary(max_size=64))
def test_of_garbage_only_the_true_first_line_is_known(garbage: bytes) -> None:
    assert is_whole(Held(garbage)) == garbage.startswith(b"age-encryption.org/v1\n")


@pytest.mark.parametrize("length", [1, PART - 1, PART, PART + 1, 3 * PART, 10**12])
def test_parts_are_as_few_as_fat32_allows_and_add_up(length: int) -> None:
    lengths = parts(length)
    assert sum(lengths) == length
    assert all(0 < part < FAT32_LIMIT for part in lengths)
    assert len(lengths) == -(-length // (FAT32_LIMIT - 1))


def test_nothing_needs_no_part() -> None:
    assert parts(0) == []
