"""Every vector of vectors/age, opened by jebi and, where nothing is drawn, made once more by the script that made it."""

import hashlib
import re
import runpy
import subprocess
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from jebi.errors import JebiError, WrongKey
from jebi.parcel.header import HeaderDamaged, WrongMac
from jebi.parcel.keys import Identity, Passphrase, WorkTooHigh, parse_identities
from jebi.parcel.seal import open_seal
from jebi.parcel.stream import ChunkDamaged, TrailingBytes, Truncated

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors" / "age"
NAMES = sorted(path.name for path in FOLDER.iterdir())
ERRORS: dict[str, type[JebiError] | None] = {
    "success": None,
    "header failure": HeaderDamaged,
    "work too high": WorkTooHigh,
    "no match": WrongKey,
    "HMAC failure": WrongMac,
    "truncated": Truncated,
    "trailing bytes": TrailingBytes,
    "chunk damaged": ChunkDamaged,
}


@dataclass(frozen=True, slots=True)
class Vector:
    """One case: its lines and its file."""

    lines: dict[str, str]
    sealed: bytes

    def identities(self) -> list[Identity]:
        if "passphrase" in self.lines:
            return [Passphrase(self.lines["passphrase"].encode())]
        return list(parse_identities(self.lines["identity"]))


def read(name: str) -> Vector:
    head, _, sealed = (FOLDER / name).read_bytes().partition(b"\n\n")
    return Vector(dict(line.split(": ", 1) for line in head.decode().splitlines()), sealed)


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_ends_as_it_says_and_releases_what_it_says(name: str) -> None:
    vector = read(name)
    released, ended = bytearray(), None
    try:
        for chunk in open_seal(BytesIO(vector.sealed), vector.identities()):
            released += chunk
    except JebiError as error:
        ended = type(error)
    assert ended is ERRORS[vector.lines["expect"]]
    assert hashlib.sha256(released).hexdigest() == vector.lines["payload"]


def test_every_class_of_failure_has_a_vector() -> None:
    assert {read(name).lines["expect"] for name in NAMES} == set(ERRORS)


def test_the_script_makes_the_same_vectors_and_no_others() -> None:
    script = runpy.run_path(str(ROOT / "vectors" / "make.py"))
    made = {name: script["written"](case) for name, case in script["cases"]()}
    assert sorted(made) == NAMES
    differing = {name for name, content in made.items() if content != (FOLDER / name).read_bytes()}
    assert differing == {"post-quantum", "post-quantum-beside-x25519"}


@pytest.mark.parametrize(
    "name",
    [
        n
        for n in NAMES
        if re.match(rb"expect: \w+( \w+)?\npayload: \w+\nidentity: AGE-SECRET-KEY-1", (FOLDER / n).read_bytes())
    ],
)
def test_debian_age_agrees_about_what_opens(name: str, tmp_path: Path) -> None:
    vector = read(name)
    key = tmp_path / "key.txt"
    key.write_text(vector.lines["identity"] + "\n")
    done = subprocess.run(["age", "-d", "-i", key], input=vector.sealed, capture_output=True, check=False)
    assert (done.returncode == 0) == (vector.lines["expect"] == "success")
    if done.returncode == 0:
        assert hashlib.sha256(done.stdout).hexdigest() == vector.lines["payload"]
