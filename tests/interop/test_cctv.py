"""Every C2SP age test vector that is not armored, from the npm package `cctv-age` (jebi reads no armor, by decision)."""

import hashlib
import subprocess
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from jebi.errors import JebiError, WrongKey
from jebi.parcel.header import HeaderDamaged, WrongMac
from jebi.parcel.keys import Identity, Passphrase, WorkTooHigh, parse_identities
from jebi.parcel.seal import open_seal
from jebi.parcel.stream import ChunkDamaged, TrailingBytes, Truncated

HERE = Path(__file__).parent
COUNTS = {"success": 19, "no match": 12, "header failure": 60, "HMAC failure": 1, "payload failure": 18}
ARMORED = 33
KEYS = {"expect", "payload", "identity", "passphrase", "file key", "comment", "compressed", "armored"}
ERRORS: dict[str, tuple[type[JebiError], ...]] = {
    "no match": (WrongKey,),
    "header failure": (HeaderDamaged, WorkTooHigh),
    "HMAC failure": (WrongMac,),
    "payload failure": (ChunkDamaged, TrailingBytes, Truncated),
}


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector: the lines before the file, and the file."""

    facts: dict[str, list[str]]
    sealed: bytes

    @property
    def expect(self) -> str:
        return self.facts["expect"][0]

    @property
    def is_armored(self) -> bool:
        return "armored" in self.facts

    def identities(self) -> list[Identity]:
        phrases: list[Identity] = [Passphrase(phrase.encode()) for phrase in self.facts.get("passphrase", [])]
        return [*phrases, *(i for line in self.facts.get("identity", []) for i in parse_identities(line))]


@pytest.fixture(scope="session")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Vector]:
    assert (HERE / "node_modules" / "cctv-age").is_dir(), "run npm ci in tests/interop first"
    folder = tmp_path_factory.mktemp("cctv")
    subprocess.run(["node", HERE / "vectors.mjs", folder], check=True)
    return {path.name: read_vector(path.read_bytes()) for path in sorted(folder.iterdir())}


def read_vector(written: bytes) -> Vector:
    head, _, sealed = written.partition(b"\n\n")
    facts: dict[str, list[str]] = {}
    for line in head.decode().split("\n"):
        key, separator, value = line.partition(": ")
        assert separator
        assert key in KEYS
        facts.setdefault(key, []).append(value)
    if "compressed" in facts:
        assert facts["compressed"] == ["zlib"]
        sealed = zlib.decompress(sealed)
    return Vector(facts, sealed)


def open_vector(vector: Vector) -> tuple[type[JebiError] | None, bytes]:
    """What opening it ends in, and what was released before that."""
    released = bytearray()
    try:
        for chunk in open_seal(BytesIO(vector.sealed), vector.identities()):
            released += chunk
    except JebiError as error:
        return type(error), bytes(released)
    return None, bytes(released)


def run(vectors: dict[str, Vector], expect: str, is_right: Callable[[type[JebiError] | None], bool]) -> None:
    chosen = {name: v for name, v in vectors.items() if v.expect == expect and not v.is_armored}
    assert len(chosen) == COUNTS[expect]
    wrong = {}
    for name, vector in chosen.items():
        ended, released = open_vector(vector)
        digest = vector.facts.get("payload", [hashlib.sha256().hexdigest()])[0]
        if not is_right(ended) or hashlib.sha256(released).hexdigest() != digest:
            wrong[name] = (ended, len(released))
    assert not wrong


def test_every_file_that_should_open_opens_to_its_payload(vectors: dict[str, Vector]) -> None:
    run(vectors, "success", lambda ended: ended is None)


@pytest.mark.parametrize("expect", ERRORS)
def test_every_other_file_ends_in_its_own_class_and_releases_what_authenticated_and_no_more(
    expect: str, vectors: dict[str, Vector]
) -> None:
    run(vectors, expect, lambda ended: ended in ERRORS[expect])


def test_no_vector_is_left_out_but_for_armor(vectors: dict[str, Vector]) -> None:
    armored = {name for name, vector in vectors.items() if vector.is_armored}
    assert len(armored) == ARMORED == sum(name.startswith("armor_") for name in vectors)
    assert len(vectors) - ARMORED == sum(COUNTS.values())


def test_an_armored_file_is_told_from_ours_by_its_first_line(vectors: dict[str, Vector]) -> None:
    ends = {open_vector(vector)[0] for vector in vectors.values() if vector.is_armored}
    assert ends == {HeaderDamaged}
