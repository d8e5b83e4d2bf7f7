import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import c2pa
import pytest
from PIL import Image

from jebi.errors import Damaged, Refused, Unable
from jebi.media.credentials import OFFLINE, read, sign
from jebi.media.jail import Jail
from jebi.media.run import Undecodable
from jebi.release.chain import Credential, found, issue
from jebi.release.credential_box import opened
from jebi.release.credentials import definition, differences, objections
from signing import Film, authority, credential, recognised, statement

MINE = credential()
ROOT = authority().certificate


@pytest.fixture(scope="module")
def film(samples: Path) -> Path:
    return samples / "carphone_pristine.mp4"


def signed_by(film: Path, target: Path, who: Credential = MINE) -> Path:
    said = definition(statement(hashlib.sha256(film.read_bytes()).digest()))
    sign(str(film), str(target), definition=said, chain=who.chain, algorithm=who.algorithm, signature=who.sign)
    return target


@pytest.fixture(scope="module")
def signed(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signed_by(film, tmp_path_factory.mktemp("signed") / "film.mp4")


def codes(untrusted: Any, part: str) -> set[str]:
    return {verdict["code"] for verdict in untrusted["manifests"][0]["validationResults"][part]}


def test_the_stock_reader_verifies_and_trusts_what_was_signed(signed: Path) -> None:
    settings = c2pa.Settings.from_dict(
        {"verify": {"remote_manifest_fetch": False}, "trust": {"trust_anchors": ROOT.decode()}}
    )
    with signed.open("rb") as film, c2pa.Reader("video/mp4", film, context=c2pa.Context(settings=settings)) as reader:
        assert reader.get_validation_state() == "Trusted"
        assert reader.get_active_manifest()["signature_info"]["issuer"] == "Rimjin Desk"


def test_the_stock_reader_as_it_comes_calls_it_valid_by_somebody_unknown(signed: Path) -> None:
    settings = c2pa.Settings.from_dict({"verify": {"remote_manifest_fetch": False}})
    with signed.open("rb") as film, c2pa.Reader("video/mp4", film, context=c2pa.Context(settings=settings)) as reader:
        assert reader.get_validation_state() == "Valid"
        failures = reader.get_validation_results()["activeManifest"]["failure"]
        assert [failure["code"] for failure in failures] == ["signingCredential.untrusted"]


def test_the_reader_in_the_jail_objects_to_nothing(jail: Jail, signed: Path) -> None:
    assert objections(read(jail, str(signed), anchors=ROOT)) == ()


def test_it_says_the_same_in_the_jail_as_the_stock_reader_outside(jail: Jail, signed: Path) -> None:
    inside: Any = read(jail, str(signed), anchors=ROOT)
    settings = c2pa.Settings.from_dict({**OFFLINE, "trust": {"trust_anchors": ROOT.decode()}})
    with signed.open("rb") as film, c2pa.Reader("video/mp4", film, context=c2pa.Context(settings=settings)) as reader:
        outside = json.loads(reader.crjson(), parse_int=str)
    for answer in (inside, outside):
        del answer["manifests"][0]["validationResults"]["validationTime"]
    assert inside == outside


def test_a_certificate_of_a_recognised_authority_signs_just_as_well(jail: Jail, film: Path, tmp_path: Path) -> None:
    mine, root = recognised()
    target = signed_by(film, tmp_path / "film.mp4", mine)
    said = statement(hashlib.sha256(film.read_bytes()).digest())
    assert differences(opened(Film(target.read_bytes())), statement=said, credential=mine) == ()
    assert objections(read(jail, str(target), anchors=root)) == ()
    assert objections(read(jail, str(target), anchors=ROOT))


def test_a_film_without_credentials_has_none(jail: Jail, film: Path) -> None:
    assert read(jail, str(film), anchors=ROOT) is None


def test_a_film_of_which_a_frame_was_altered_fails(jail: Jail, signed: Path, tmp_path: Path) -> None:
    content = bytearray(signed.read_bytes())
    content[300_000] ^= 1
    (tmp_path / "altered.mp4").write_bytes(content)
    assert "assertion.bmffHash.mismatch" in codes(read(jail, str(tmp_path / "altered.mp4"), anchors=ROOT), "failure")


@pytest.mark.parametrize("kind", [b"free", b"skip", b"uuid", b"mdat"])
def test_a_film_to_which_a_box_was_added_fails(jail: Jail, signed: Path, tmp_path: Path, kind: bytes) -> None:
    added = (40).to_bytes(4) + kind + b"a name and a place of a person ."
    (tmp_path / "longer.mp4").write_bytes(signed.read_bytes() + added)
    answer = read(jail, str(tmp_path / "longer.mp4"), anchors=ROOT)
    assert "assertion.bmffHash.mismatch" in codes(answer, "failure")


def test_a_signature_is_asked_for_and_the_key_is_never_handed_over(film: Path, tmp_path: Path) -> None:
    asked: list[bytes] = []

    def signature(message: bytes) -> bytes:
        asked.append(message)
        return MINE.sign(message)

    said = definition(statement(hashlib.sha256(film.read_bytes()).digest()))
    target = str(tmp_path / "film.mp4")
    sign(str(film), target, definition=said, chain=MINE.chain, algorithm=MINE.algorithm, signature=signature)
    assert len(asked) == 1
    assert b"Signature1" in asked[0][:16]


def test_two_signings_of_a_film_differ_in_salts_digests_and_signature_only(
    film: Path, signed: Path, tmp_path: Path
) -> None:
    first, second = signed.read_bytes(), signed_by(film, tmp_path / "film.mp4").read_bytes()
    assert len(first) == len(second)
    differing = sum(one != other for one, other in zip(first, second, strict=True))
    assert 100 < differing <= 2 * 16 + 2 * 32 + 64


def wrong_key(message: bytes) -> bytes:
    return Random(7).randbytes(64)


def no_key(message: bytes) -> bytes:
    raise RuntimeError


@pytest.mark.parametrize("signature", [wrong_key, no_key])
def test_a_film_that_could_not_be_signed_leaves_nothing_behind(
    film: Path, tmp_path: Path, signature: Callable[[bytes], bytes]
) -> None:
    said = definition(statement(bytes(32)))
    with pytest.raises((Damaged, Refused), match=r"could not be signed|was not signed"):
        sign(
            str(film),
            str(tmp_path / "film.mp4"),
            definition=said,
            chain=MINE.chain,
            algorithm=MINE.algorithm,
            signature=signature,
        )
    assert not list(tmp_path.iterdir())


def test_with_a_certificate_that_is_over_nothing_is_signed(film: Path, tmp_path: Path) -> None:
    old = found("Rimjin Desk", first=date(2020, 1, 1), last=date(2020, 12, 31), randomness=Random(1).randbytes)
    over = issue(old, first=date(2020, 1, 1), last=date(2020, 12, 31), randomness=Random(2).randbytes)
    said = definition(statement(bytes(32)))
    target = str(tmp_path / "film.mp4")
    with pytest.raises(Refused, match="not valid at time of signing"):
        sign(str(film), target, definition=said, chain=over.chain, algorithm=over.algorithm, signature=over.sign)
    assert not list(tmp_path.iterdir())


def test_a_film_goes_to_a_new_file_only(film: Path, tmp_path: Path) -> None:
    (tmp_path / "film.mp4.part").write_bytes(b"of somebody else")
    with pytest.raises(Unable):
        signed_by(film, tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4.part").read_bytes() == b"of somebody else"


# Signs and reads where a socket ends the process; beside it, that a socket does end it.
CONFINED = """
import sys, errno
import pyseccomp
from jebi.media.credentials import sign, read
from jebi.release.chain import found, issue
from jebi.release.credentials import definition
from signing import credential, statement
film, target, what = sys.argv[1:]
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
for name in ("socket", "socketpair", "connect", "sendto", "sendmsg", "io_uring_setup"):
    rules.add_rule(pyseccomp.KILL_PROCESS, name)
rules.load()
if what == "socket":
    import socket
    socket.socket()
mine = credential()
said = definition(statement(bytes(32)))
sign(film, target, definition=said, chain=mine.chain, algorithm=mine.algorithm, signature=mine.sign)
print("signed")
"""


@pytest.mark.parametrize(("what", "ended"), [("sign", 0), ("socket", -31)])
def test_signing_opens_no_socket(film: Path, tmp_path: Path, what: str, ended: int) -> None:
    command = [sys.executable, "-c", CONFINED, str(film), str(tmp_path / "film.mp4"), what]
    paths = os.pathsep.join([*sys.path, str(Path(__file__).resolve().parent.parent)])
    done = subprocess.run(command, capture_output=True, env={"PYTHONPATH": paths}, check=False)
    assert (done.returncode, done.stdout) == (ended, b"" if ended else b"signed\n"), done.stderr


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photograph whose credentials lie at an address."""
    plain = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(plain, "JPEG")
    context = c2pa.Context(settings=c2pa.Settings.from_dict(OFFLINE))
    builder = c2pa.Builder(definition(statement(bytes(32))), context=context)
    builder.set_no_embed()
    builder.set_remote_url("https://192.0.2.1/credentials.c2pa")
    signer = c2pa.Signer.from_callback(MINE.sign, c2pa.C2paSigningAlg.ES256, MINE.chain.decode())
    path = tmp_path_factory.mktemp("elsewhere") / "photo.jpg"
    with path.open("w+b") as out:
        builder.sign(signer, "image/jpeg", plain, out)
    assert b"192.0.2.1" in path.read_bytes()
    return path


def test_a_file_whose_credentials_lie_at_an_address_is_not_followed_there(jail: Jail, elsewhere: Path) -> None:
    with pytest.raises(Refused, match="nothing is fetched"):
        read(jail, str(elsewhere), kind="image/jpeg")


def test_who_would_follow_all_the_same_finds_no_way_out_of_the_jail(
    jail: Jail, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OFFLINE, "core", {})
    monkeypatch.setitem(OFFLINE, "verify", {"remote_manifest_fetch": True})
    with pytest.raises(Undecodable) as caught:
        read(jail, str(elsewhere), kind="image/jpeg")
    assert "http" in caught.value.words  # it was on its way


def test_of_spoiled_credentials_comes_an_answer_or_damage(jail: Jail, signed: Path, tmp_path: Path) -> None:
    good, dice = signed.read_bytes(), Random(3)
    box = good.index(b"uuid")
    verdicts = set()
    for _ in range(25):
        spoiled = bytearray(good)
        for _ in range(dice.choice([1, 1, 4, 40])):
            spoiled[box + dice.randrange(2200)] = dice.randrange(256)
        (tmp_path / "spoiled.mp4").write_bytes(spoiled)
        try:
            verdicts.add(objections(read(jail, str(tmp_path / "spoiled.mp4"), anchors=ROOT)) == ())
        except Damaged:
            verdicts.add(False)
    assert verdicts == {False}
