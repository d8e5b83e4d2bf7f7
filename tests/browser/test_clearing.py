"""Two people clear a cut in a real browser, one with a key file that Python made, one with a key that the browser made; nothing secret leaves it."""

import json
import os
import subprocess
import sys
import time
import urllib.parse
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))
from browser.conftest import served
from browser.filled import PASSPHRASE as DESK_PASSPHRASE
from cut_to_clear import AUTHOR, EVENT, PASSPHRASE, ToClear, keep_output, key_file, opened_key, signer
from jebi.office.admission import open_catalogue
from jebi.office.attending import kept_of
from jebi.office.clearing import Clearances
from jebi.office.desk import init, open_desk
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.kinds import Consent, Risk, Role
from jebi.office.members import Member
from jebi.office.shown import Person
from jebi.parcel import seal
from jebi.parcel.keys import Passphrase
from jebi.vault import clips
from jebi.web import sessions
from jebi.web.settings import Settings
from looked_at import MODELS
from vault.rows import clip
from web.served import SECOND, VERIFIER

HERE = Path(__file__).parent
PATIENCE = 240  # seconds; on a machine that does much else
DESK = "example.org/desk"
ROLES = {"crane": Role.CLEARER, "heron": Role.CLEARER, "stork": Role.CLEARER, "dove": Role.CLEARER}
ROLES |= {"owl": Role.PUBLISHER, "admin": Role.ADMIN, AUTHOR: Role.EDITOR}
WORDS = {"saw": "I saw all of these", "keep": "Keep my answers", "on": "Go on to sign", "enroll": "Enroll"}


def filled(folder: Path, samples: Path) -> tuple[Path, ToClear, dict[str, str]]:
    """An archive with a cut of eleven seconds, and a session of everybody."""
    archive = folder / "archive"
    init(str(archive), DESK, DESK_PASSPHRASE, time=int(time.time()))
    lower_work_of(archive)
    film = folder / "film.mp4"
    shown = [
        "-t",
        "11",
        "-vf",
        "scale=640:360",
        "-c:v",
        "libx264",
        "-preset",
        "ultrafast",
        "-pix_fmt",
        "yuv420p",
        "-an",
    ]
    looped = ["-stream_loop", "4", "-i", str(samples / "carphone_pristine.mp4")]
    subprocess.run(["ffmpeg", "-v", "error", *looped, *shown, str(film)], check=True)
    settings = Settings(origins=("http://127.0.0.1:8765",), clock=time.time, dice=os.urandom, complain=print)
    with open_desk(str(archive), DESK_PASSPHRASE) as desk, open_catalogue(desk) as catalogue:
        kept = kept_of(desk)
        house = House(desk, catalogue, kept, machine=Machine(models=MODELS), now_ms=_now_ms, zone=UTC)
        with catalogue.writing(_now_ms()) as change:
            clips.add(change, clip(), EVENT)
        there = keep_output(desk, catalogue, kept, clip(), film, _now_ms())
        seller = Person(pseudonym="seller-14", risk=Risk.MORTAL, consent=Consent.LIMITED, note="얼굴을 가릴 것", at=1.0)
        house.add_person(clip().id, seller, by="haneul")
        cookies = {}
        for name, role in ROLES.items():
            house.keep_member(Member(name=name, role=role, verifier=VERIFIER, second=SECOND), by="desk")
            language = "ko" if name == "dove" else "en"
            cookies[name] = sessions.written(sessions.begin(house, settings, name, language=language, theme="auto"))
        house.enroll("crane", str(signer(DESK, "crane").verifier()), by="admin")
    return archive, there, cookies


def lower_work_of(archive: Path) -> None:
    """The tests' passphrase is another here than in the office's."""
    identity = archive / "keys" / "identity.age"
    written = seal.open_in_memory(identity.read_bytes(), [Passphrase(DESK_PASSPHRASE)])
    identity.write_bytes(seal.in_memory(written, [Passphrase(DESK_PASSPHRASE, work_factor=4)]))


def _now_ms() -> int:
    return time.time_ns() // 10**6


@pytest.fixture(scope="module")
def found(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Chromium saw. `JEBI_PICTURES` names the folder that its screenshots are kept in."""
    folder = tmp_path_factory.mktemp("clearing")
    archive, there, cookies = filled(folder, samples)
    crane, wren = signer(DESK, "crane"), signer(DESK, AUTHOR)
    good = key_file(crane)
    wrong = [
        ("passphrase", good, PASSPHRASE + " "),
        ("altered", _altered(good), PASSPHRASE),
        ("no file", b"a film, not a key", PASSPHRASE),
        ("another's", key_file(wren), PASSPHRASE),
        ("few rounds", key_file(crane, rounds=1000), PASSPHRASE),
        ("many rounds", good.replace(b'"rounds":600000', b'"rounds":99999999'), PASSPHRASE),
        ("long", good + b" " * 5000, PASSPHRASE),
        *((name, file, PASSPHRASE) for name, file in _otherwise(good).items()),
    ]
    given = {
        "address": there.address,
        "words": WORDS,
        "keys": {"crane": good.decode()},
        "passphrase": PASSPHRASE,
        "wrong": [[name, file.decode(), words] for name, file, words in wrong],
        "pictures": os.environ.get("JEBI_PICTURES", ""),
        "sandbox": os.geteuid() != 0,
    }
    with served(archive, folder, is_admitting=False) as (origin, _):
        given |= {"origin": origin, "cookies": cookies}
        (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
        command = ["node", str(HERE / "clear.mjs"), str(folder / "given.json")]
        done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=PATIENCE, check=False)
    said = (folder / "said").read_text()
    assert done.returncode == 0, done.stderr + said
    return {**json.loads(done.stdout), "archive": archive, "output": there.output, "said_by_desk": said}


def _altered(file: bytes) -> bytes:
    """The same file with another salt, which nobody can tell from another passphrase."""
    fields = json.loads(file)
    return _compact(fields | {"salt": fields["nonce"][:2] + fields["salt"][2:]})


def _compact(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _otherwise(file: bytes) -> dict[str, bytes]:
    """The same key, written as the desk does not write it, and would not read it."""
    fields = json.loads(file)
    name, number, key = fields["public"].split("+", 2)
    return {
        "spaces": json.dumps(fields, ensure_ascii=False, sort_keys=True).encode(),
        "another order": json.dumps(dict(reversed(fields.items())), separators=(",", ":")).encode(),
        "a mark before it": b"\xef\xbb\xbf" + file,
        "a field twice": file.replace(b"{", b'{"format":"jebi member key 1",', 1),
        "another number of the key": _compact(fields | {"public": f"{name}+{number[::-1]}+{key}"}),
        "no padding": _compact(fields | {"salt": fields["salt"].rstrip("=")}),
        "a sealed key that is shorter": _compact(fields | {"sealed": fields["sealed"][:-8]}),
        "two line ends": file + b"\n",
    }


def test_two_people_cleared_the_cut(found: dict[str, Any]) -> None:
    assert found["second"]["cleared"] == "Two people cleared it."
    assert "jebi desk serve --site" in found["plain"]["ready"]
    with open_desk(str(found["archive"]), DESK_PASSPHRASE) as desk, open_catalogue(desk) as catalogue:
        cleared = Clearances(desk, catalogue, kept_of(desk), _now_ms).cleared(found["output"])
    assert {one.member for one in cleared.clearances} == {"crane", "heron"}


def test_every_page_of_the_film_was_seen_before_there_was_anything_to_sign(found: dict[str, Any]) -> None:
    first = found["first"]
    assert first["length"] > 10
    assert (first["pages"], first["without"]) == (2, 0)
    assert found["cut"] == 0  # no picture is beside the screen
    assert first["firsts"] > 0
    assert first["statement"].startswith("jebi clearance\ncut 1\noutput ")


def test_every_mistake_has_a_sentence_and_no_passphrase_stays(found: dict[str, Any]) -> None:
    wrong = found["first"]["wrong"]
    assert wrong.pop("left") == ""
    file = "This is not a key file of jebi."
    assert wrong == {
        "passphrase": "The passphrase is wrong, or the key file was altered.",
        "altered": "The passphrase is wrong, or the key file was altered.",
        "no file": file,
        "another's": "This key is not yours: it has another name.",
        "few rounds": file,
        "many rounds": file,
        "long": file,
        **dict.fromkeys(_otherwise(key_file(signer(DESK, "crane"))), file),
    }


def test_a_key_that_the_browser_made_is_one_to_the_byte(found: dict[str, Any]) -> None:
    second = found["second"]
    assert second["name"] == "jebi-key-heron.json"
    key = opened_key(second["file"].encode())
    assert (key.name, str(key.verifier())) == (f"{DESK}/heron", second["verifier"])
    assert second["short"] == "The passphrase is too short."
    assert second["differ"] == "The two passphrases differ."


def test_no_key_and_no_passphrase_left_the_page(found: dict[str, Any]) -> None:
    sent = "\n".join(map(urllib.parse.unquote_plus, found["sent"]))
    assert "jebi clearance" in sent
    for secret in (PASSPHRASE, json.loads(found["second"]["file"])["sealed"], "sealed", "rounds"):
        assert secret not in sent
    assert found["first"]["kept"] == '[{},{},""]'
    assert found["elsewhere"] == []


def test_without_a_script_it_is_said_what_to_do(found: dict[str, Any]) -> None:
    assert found["plain"]["headings"] >= 8
    assert "an admin makes one at a terminal" in found["plain"]["said"]


def test_axe_finds_nothing_serious_and_nothing_sticks_out(found: dict[str, Any]) -> None:
    assert found["axe"] == []
    assert found["out"] == []
    assert found["said"] == []
    assert found["said_by_desk"].splitlines()[1:] == []
