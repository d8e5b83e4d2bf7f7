"""Every vector of docs/formats/slots.md, read by jebi and made once more by the script that made it."""

import hashlib
import runpy
from dataclasses import dataclass
from pathlib import Path

import monocypher
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jebi.carriers.slot import SLOT, Unmask

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "vectors" / "slots"
FIELDS = ("sealed-length", "count", "block", "first", "packets", "minted")


@dataclass(frozen=True, slots=True)
class Vector:
    """One case: its lines and its slot."""

    lines: dict[str, str]
    slot: bytes


def read(path: Path) -> Vector:
    head, _, slot = path.read_bytes().partition(b"\n\n")
    lines = dict(line.split(": ", 1) for line in head.decode().splitlines())
    return Vector(lines, slot)


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_a_vector_is_read_as_it_says(name: str) -> None:
    vector = read(FOLDER / name)
    came = Unmask([bytes.fromhex(vector.lines["route"])]).unmask(vector.slot)
    assert len(vector.slot) == SLOT
    if vector.lines["expect"] == "nothing":
        assert came is None
        return
    assert vector.lines["expect"] == "slot"
    assert came is not None
    header = came.header
    shape = header.shape
    read_fields = (shape.sealed_length, shape.count, header.block, header.first, header.count, header.minted)
    assert read_fields == tuple(int(vector.lines[field]) for field in FIELDS)
    assert header.secret.hex() == vector.lines["secret"]
    assert hashlib.sha256(came.packets).hexdigest() == vector.lines["sha256"]


def test_the_script_makes_the_same_vectors_and_no_others() -> None:
    script = runpy.run_path(str(ROOT / "vectors" / "make_slots.py"))
    made = {name: script["written"](comment, fields, slot) for name, comment, fields, slot in script["cases"]()}
    assert made == {path.name: path.read_bytes() for path in FOLDER.iterdir()}


def test_every_refused_slot_but_the_altered_ones_is_authentic() -> None:
    """They are refused for what they say, so each must get past the tag first."""
    script = runpy.run_path(str(ROOT / "vectors" / "make_slots.py"))
    for _, comment, fields, slot in script["cases"]():
        if fields is None and "altered" not in comment and "order" not in comment:
            good_for = [script["ROUTE"], script["OTHER"]]
            assert any(_authenticates(script, slot, route) for route in good_for), comment


def _authenticates(script: dict[str, object], slot: bytes, route: bytes) -> bool:
    public = monocypher.x25519_public_key(route)
    shared = monocypher.x25519(route, monocypher.elligator_map(slot[:32]))
    key_of = script["key_of"]
    assert callable(key_of)
    try:
        ChaCha20Poly1305(key_of(shared, slot[:32], public)).decrypt(bytes(12), slot[32:], None)
    except InvalidTag:
        return False
    return True
