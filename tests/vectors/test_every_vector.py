"""Every vector of every format, opened by jebi, made once more by its script, and read by stock tools where there are some."""

import hashlib
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import monocypher
import pytest
import raptorq
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from jebi.carriers.slot import SLOT
from jebi.office.vectors import FOLDERS, Vector, files, folder, vectors
from jebi.office.verdicts import outcome, stated

ROOT = Path(__file__).parents[2]
SCRIPTS = {"age": "make.py"} | {name: f"make_{name}.py" for name in FOLDERS if name != "age"}
EVERY = list(vectors())
DRAWN_ANEW = {"post-quantum", "post-quantum-beside-x25519"}  # their makers draw their own randomness
AGE_ENDS = {
    "success",
    "header failure",
    "work too high",
    "no match",
    "HMAC failure",
    "truncated",
    "trailing bytes",
    "chunk damaged",
}
PACKET = 8184
REASONS = {
    "notes": {
        "the note has a control character": "carriage-return control-character",
        "the note is not signed by whom it should be": "false-beside-true mac-beside-false short-signature true-beside-false unknown-key wrong-mac wrong-signature",
        "the note has base64 that cannot be read": "hyphen not-base64 text-after two-spaces",
        "the note has no signature": "no-gap no-line-end no-signature too-many-signatures",
        "the note is not text": "not-utf-8",
        "the note has a signature line that cannot be read": "only-key-id",
        "a signer's name is empty or has a space or a plus in it": "plus-in-name",
    },
    "manifests": {
        "a file's name climbs, hides or could be taken for an option": "absolute climbs dot-at-end hidden option",
        "the manifest has a digest that is none": "capitals no-previous",
        "a file's name has a character that could deceive or harm": "colon direction not-nfc",
        "a file's name is too long or reserved": "device long-part",
        "two files have names that one folder cannot hold together": "file-and-folder one-name",
        "the manifest is written in a way that jebi does not write": "line-at-end number-padded",
        "the manifest has a line that names no file": "mixed-up negative-time size-padded",
        "the manifest names no file, or too many": "no-file",
        "the manifest does not say which parcel it is, or whom it is for": "no-recipient number-zero",
        "the manifest's parcel number is no number": "number-long",
        "the note is not signed by whom it should be": "other-number",
        "the parcel was sealed to other desks than this one, and passed on by one of them": "passed-on",
        "the manifest is none: its first line says otherwise": "title",
        "a file lies too deep in folders": "too-deep",
    },
    "parcels": {
        "the parcel goes on after its manifest": "after-manifest manifest-first",
        "1 of the parcel's files are not what its manifest says": "altered-clip fewer-clips",
        "the archive holds something that is not a plain file": "character-device folder global-head gnu-name hard-link nul-kind pipe sparse symbolic-link two-extended",
        "a file's name climbs, hides or could be taken for an option": "climbs",
        "the archive ends in the middle of a file": "cut",
        "the archive names a size or a time that cannot be": "large",
        "the archive has more to say about one file than is possible": "long-records",
        "2 of the parcel's files are not what its manifest says": "more-clips",
        "the archive ends without its end mark": "no-end",
        "the parcel has no manifest: it was not sealed to its end": "no-manifest no-sums",
        "something other than padding follows the parcel": "not-zero second-archive",
        "two files have names that one folder cannot hold together": "one-name one-name-twice two-sums",
        "the parcel holds a file where none belongs": "outside-clips",
        "the parcel was sealed to other desks than this one, and passed on by one of them": "passed-on",
        "the note is not signed by whom it should be": "stranger",
        "the archive has a block that no tar writes": "wrong-sum",
        "the archive has a head that jebi does not write, and that others may read otherwise": "base-256 gnu-magic gnu-sparse loose-number mode needless-record two-records",
        "the archive has something between two files": "between",
        "the archive ends with half of its end mark": "half-end",
        "the parcel's list of sums is not what its manifest says": "wrong-sums",
    },
    "packets": {
        "a run of packets has ids that are never made": "id-too-high",
        "the block list is damaged": "list-altered list-cut list-forged",
        "the block list is of another parcel": "list-other-shape list-reserved",
        "the packets do not give the block": "only-liars too-few",
        "a parcel of that length cannot be": "shape-empty shape-too-long",
        "a parcel is not cut into so many blocks that their list is larger than a block": "shape-long-list",
        "a parcel of that length is not cut into so many blocks": "shape-too-few-blocks shape-too-many-blocks",
        "5 sticks cannot survive the loss of 5": "spread-none",
        "so many sticks of which so few suffice is more than jebi makes": "spread-too-long",
        "jebi spreads a parcel over 1 to 40 sticks, not 41": "spread-too-many",
    },
    "keys": {
        "the card was altered or cut off": "card-altered card-cut card-mistyped card-no-check",
        "the line 'recipient' stands there too often": "card-five-recipients",
        "this is no jebi card or jebi kit: it is too long": "card-long",
        "a trip's pseudonym is eight hexadecimal digits": "card-long-trip",
        "the verifier's key was mistyped: its check digits are wrong": "card-mistyped-desk",
        "the line 'route' is missing": "card-no-route",
        "this is no jebi card or jebi kit: it is not plain text": "card-not-ascii",
        "the key was mistyped or cut: its checksum is wrong": "card-recipient",
        "the line 'route' has the wrong length": "card-short-route",
        "the card names a way of signing that does not exist": "card-signing",
        "the line 'route' stands there too often": "card-two-routes",
        "line 1 of the identity file is not an identity: the key was mistyped or cut: its checksum is wrong": "identities-checksum",
        "line 1 of the identity file is not an identity: the key mixes upper and lower case": "identities-mixed-case",
        "the identity file holds no identity": "identities-none",
        "line 1 of the identity file is not an identity: this is not an identity of the kind wanted here (age-secret-key-1…)": "identities-recipient",
        "line 1 of the identity file is not an identity: the identity has the wrong length": "identities-short",
        "the line 'seed' is missing": "kit-no-seed",
        "the trip's parcel number cannot be": "kit-number-66",
        "these papers do not bring the desk's key back: a word is wrong, or they belong to different desks": "papers-alone papers-cut papers-wrong-word",
        "this is no jebi route: its first line says otherwise": "route-is-card",
        "the route was altered or cut off": "route-mistyped",
        "the header has base64 that is not canonical": "route-padded",
        "parcel 2 was sealed already; its seed is gone": "trip-gone",
        "a trip has parcels 1 to 64, and this would be number 65": "trip-over",
        "this is no key file of a member, or it was altered: it cannot be read": "member-cut",
        "this is no key file of a member, or it was altered: its rounds are too few or too many": "member-few-rounds member-many-rounds",
        "this is no key file of a member, or it was altered: it has other fields": "member-list member-more",
        "this is no key file of a member, or it was altered: its public key is of another name": "member-other-name",
        "this is no key file of a member, or it was altered: it is of another format": "member-other-format",
        "this is no key file of a member, or it was altered: a part of it has the wrong length": "member-short-salt",
        "this is no key file of a member, or it was altered: it is written in another way than key files are": "member-spaces member-two-lines",
        "this is not the passphrase of the key": "member-wrong-key",
    },
    "receipts": {
        "the list of receipts is not signed by your desk": "list-altered list-stranger list-true-beside-false",
        "the note has no signature": "list-cut list-paper",
        "the day of a list of receipts is written like 2026-11-22": "list-day list-day-short",
        "the list of receipts is written in a way that jebi does not write": "list-eight-a-line",
        "a list of receipts has 400 different codes in rising order, and this one has not": "list-empty list-long list-not-sorted list-short list-twice",
        "a receipt code is two groups of five digits": "list-line-at-end list-no-space list-one-space list-wide-digits",
        "this is no list of receipts": "list-title",
    },
    "custody": {
        "the checkpoint has a false signature of partner.example/witness": "checkpoint-false-cosignature checkpoint-later-cosignature log-false-cosignature",
        "the checkpoint is not one: it lacks an origin, a size or a root": "checkpoint-no-root",
        "the checkpoint is another log's": "checkpoint-other-log checkpoint-other-origin",
        "a size or an index is no number": "checkpoint-padded-size request-padded",
        "the checkpoint is written in a way that jebi does not write": "checkpoint-spelling",
        "the log did not sign this checkpoint": "checkpoint-stranger checkpoint-true-beside-false log-stranger proof-stranger request-stranger",
        "a hash has the wrong length, or is written in an unusual way": "checkpoint-stray-bits",
        "a tree of that size cannot be": "checkpoint-too-large",
        "tile/entries/000.p/5 is damaged, at record 1; all signed records are as they were": "log-bundle",
        "record 1 was altered, dropped or swapped: it is not the one that was signed": "log-dropped log-swapped",
        "record 2 was altered, dropped or swapped: it is not the one that was signed": "log-edited",
        "the log was forked: it does not continue a remembered checkpoint of size 5": "log-forked",
        "the log has no checkpoint": "log-no-checkpoint",
        "tile/0/000.p/5 is missing, at record 0; all signed records are as they were": "log-no-tile",
        "the log was rewritten from record 0 on, or later: its root is not the signed one": "log-other-root",
        "record 4 was altered: the record is written in a way that jebi does not write": "log-other-spelling",
        "the log was rolled back: a remembered checkpoint is of size 7, the log of 5": "log-rolled-back",
        "checkpoints/00000000000000000003-0000000000000000.note is not what was kept under that name": "log-rotten-kept",
        "'tile/1/000' is no part of the log, at record 5; all signed records are as they were": "log-stray",
        "tile/0/000.p/5 is damaged, at record 3; all signed records are as they were": "log-tile",
        "the log was cut: 5 records were signed, record 3 and those after it are gone": "log-truncated",
        "the proof names a leaf that its tree does not have": "proof-beyond",
        "the note has no signature": "proof-cut",
        "the event is not at that place of the log: the way up the tree ends elsewhere": "proof-edited proof-other-index proof-other-root",
        "the proof cannot be read": "proof-no-extra proof-windows",
        "the witness partner.example/witness did not cosign the checkpoint of this proof": "proof-not-cosigned",
        "the proof of inclusion has too few or too many hashes": "proof-too-few proof-too-many",
        "this is not a proof that jebi reads": "proof-version",
        "the record cannot be read": "record-bare-salt",
        "an event's detail has a character that cannot be shown as it is": "record-direction",
        "the record is written in a way that jebi does not write": "record-escape record-more record-order record-space",
        "the record has a field of the wrong kind": "record-float",
        "an event's kind is empty, too long, or has letters that it must not have": "record-kind",
        "an event's detail is empty or too long": "record-long-detail",
        "an event's actor is empty or too long": "record-no-actor",
        "a record's salt has the wrong length": "record-short-salt",
        "the log was forked, or its request is damaged: the new tree does not begin with the old one": "request-forked",
        "the log was forked, or its request is damaged: the proof of consistency has too few or too many hashes": "request-no-proof",
        "the last checkpoint that this witness cosigned is of size 4": "request-out-of-step",
        "the log was rolled back from 7 to 5": "request-rolled-back",
        "the log was forked, or its request is damaged: the two roots are of different trees": "request-same-size",
    },
}


def of(folder_name: str, beginning: str = "") -> list[Vector]:
    return [vector for vector in EVERY if vector.folder == folder_name and vector.name.startswith(beginning)]


def named(vector: Vector) -> str:
    return f"{vector.folder}/{vector.name}"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, object]]:
    """What a script defines."""
    monkeypatch.syspath_prepend(str(ROOT / "vectors"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return lambda name: runpy.run_path(str(ROOT / "vectors" / name))


@pytest.mark.parametrize("vector", EVERY, ids=named)
def test_a_vector_is_found_to_be_what_it_states_and_nothing_else(vector: Vector) -> None:
    assert outcome(vector).found == stated(vector)


@pytest.mark.parametrize("vector", [v for v in EVERY if v.folder in REASONS], ids=named)
def test_what_is_refused_is_refused_for_its_own_fault(vector: Vector) -> None:
    reasons = {name: reason for reason, names in REASONS[vector.folder].items() for name in names.split()}
    error = outcome(vector).error
    assert (error.what if error else None) == reasons.get(vector.name)


@pytest.mark.parametrize("folder_name", FOLDERS)
def test_a_script_makes_the_same_vectors_and_no_others(
    folder_name: str, script: Callable[[str], dict[str, object]]
) -> None:
    make = script(SCRIPTS[folder_name])["made"]
    assert callable(make)
    made, there = make(), dict(files(folder(), folder_name))
    assert sorted(made) == sorted(there)
    differing = {name for name, content in made.items() if content != there[name]}
    assert differing == (DRAWN_ANEW if folder_name == "age" else set())


def test_no_script_imports_jebi() -> None:
    for path in (ROOT / "vectors").glob("*.py"):
        assert not re.search(r"^\s*(from|import) jebi", path.read_text(), re.MULTILINE), path.name


def test_a_vector_is_small_where_its_format_allows() -> None:
    for vector in EVERY:
        assert len(vector.body) < 1 << 16 or vector.folder in {"age", "slots"}


def test_every_class_of_failure_of_age_has_a_vector() -> None:
    assert {vector.lines["expect"] for vector in of("age")} == AGE_ENDS


@pytest.mark.parametrize(
    "vector", [v for v in of("age") if v.lines.get("identity", "").startswith("AGE-SECRET-KEY-1")], ids=named
)
def test_debian_age_agrees_about_what_opens(vector: Vector, tmp_path: Path) -> None:
    key = tmp_path / "key.txt"
    key.write_text(vector.lines["identity"] + "\n")
    done = subprocess.run(["age", "-d", "-i", key], input=vector.body, capture_output=True, check=False)
    assert (done.returncode == 0) == (vector.lines["expect"] == "success")
    if done.returncode == 0:
        assert hashlib.sha256(done.stdout).hexdigest() == vector.lines["payload"]


def test_every_refused_slot_but_the_altered_ones_is_authentic(script: Callable[[str], dict[str, object]]) -> None:
    """They are refused for what they say, so each must get past the tag first."""
    made = script("make_slots.py")
    for vector in of("slots"):
        assert len(vector.body) == SLOT
        if vector.lines["expect"] == "nothing" and not re.search("altered|order", vector.lines["comment"]):
            assert any(authenticates(made, vector.body, made[route]) for route in ("ROUTE", "OTHER")), vector.name


def authenticates(made: dict[str, object], slot: bytes, route: object) -> bool:
    public = monocypher.x25519_public_key(route)
    shared = monocypher.x25519(route, monocypher.elligator_map(slot[:32]))
    key_of = made["key_of"]
    assert callable(key_of)
    try:
        ChaCha20Poly1305(key_of(shared, slot[:32], public)).decrypt(bytes(12), slot[32:], None)
    except InvalidTag:
        return False
    return True


@pytest.mark.parametrize("vector", [v for v in of("parcels") if v.lines["expect"] == "success"], ids=named)
def test_stock_tar_and_sha256sum_read_a_good_parcel(vector: Vector, tmp_path: Path) -> None:
    subprocess.run(["tar", "-x", "-C", tmp_path], input=vector.body, check=True, capture_output=True)
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, check=True, capture_output=True)
    for name in vector.starting("file"):
        content = (tmp_path / "clips" / name).read_bytes()
        assert vector.lines[f"file {name}"] == f"{hashlib.sha256(content).hexdigest()} {len(content)}"


@pytest.mark.parametrize("vector", of("packets", "source"), ids=named)
def test_the_first_packets_are_the_block_cut_in_equal_pieces(vector: Vector) -> None:
    """Known without any coder: RFC 6330 is systematic, and N = 1 (packets.md, "Packets")."""
    length = vector.number("length")
    block = vector.body[:length]
    assert vector.lines["block"] == hashlib.sha256(block).hexdigest()
    assert not any(vector.body[length:])
    for i in range(vector.number("k")):
        piece = block[i * PACKET : (i + 1) * PACKET].ljust(PACKET, b"\0")
        assert vector.lines[f"packet {i}"] == hashlib.sha256(piece).hexdigest()


def test_the_later_packets_of_a_sum_of_blocks_are_the_sums_of_their_packets() -> None:
    """Known without any coder: every packet is a sum over GF(256) that does not depend on the block (RFC 6330, 5.3)."""
    one, other = (hashlib.shake_256(name).digest(3 * PACKET) for name in (b"one", b"other"))
    both = bytes(a ^ b for a, b in zip(one, other, strict=True))
    rows = [raptorq.Encoder.with_defaults(block, PACKET).get_encoded_packets(9) for block in (one, other, both)]
    for first, second, third in zip(*rows, strict=True):
        assert third[4:] == bytes(a ^ b for a, b in zip(first[4:], second[4:], strict=True))
    assert len(set(rows[0])) == 12


@pytest.mark.parametrize("vector", of("custody", "proof"), ids=named)
def test_the_verifier_without_jebi_agrees_about_proofs(vector: Vector, tmp_path: Path) -> None:
    """It checks no witness, and says so."""
    path = tmp_path / "event.tlog-proof"
    path.write_bytes(vector.body)
    checker = str(ROOT / "docs" / "verify_proof.py")
    command = [sys.executable, "-I", checker, vector.lines["key"], str(path)]
    done = subprocess.run(command, capture_output=True, check=False)
    is_good = vector.lines["expect"] == "success" or vector.name == "proof-not-cosigned"
    assert done.returncode == (0 if is_good else 1)
    if "event" in vector.lines:
        assert done.stdout.decode().splitlines()[0] == vector.lines["event"]


def test_the_wheel_carries_the_vectors_and_a_selftest_of_it_passes(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, tmp_path / "installed"], check=True)
    assert not list((tmp_path / "installed" / "jebi" / "vectors").glob("**/__pycache__"))
    code = "import jebi, sys; from jebi.cli.main import main; print(jebi.__file__); sys.exit(main(['selftest']))"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); {code}"]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout.startswith(str(tmp_path))
    assert f"all {len(EVERY)} vectors passed" in done.stdout
