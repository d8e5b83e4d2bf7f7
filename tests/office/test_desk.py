"""The desk's archive: made whole or not at all, opened by one at a time and by nobody else, and its trips."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from jebi.errors import Busy, Damaged, JebiError, Refused, Unable, WrongKey
from jebi.office.desk import FOLDERS, _parse_trip, init, open_desk, read_settings
from jebi.parcel import seal
from jebi.parcel.card import parse_card
from jebi.parcel.keys import Passphrase, PostQuantumIdentity, X25519Identity, parse_identities
from jebi.parcel.note import sign
from jebi.parcel.trip import MOST_PARCELS, from_passphrase, receipt_key
from jebi.radio import receipt
from office.conftest import NOW, PASSPHRASE, SMALL, Office, files_in, lower_work, opened


def made(folder: Path, name: str = "example.org/desk", passphrase: bytes = PASSPHRASE) -> list[str]:
    return init(str(folder), name, passphrase, time=NOW)


def reseal(archive: Path, written: bytes) -> None:
    """Another key file under the same passphrase."""
    (archive / "keys" / "identity.age").write_bytes(seal.in_memory(written, [Passphrase(PASSPHRASE, work_factor=2)]))


# Making one.


def test_a_new_archive_is_whole_closed_to_others_and_logs_its_making(archive_once: Path, archive: Path) -> None:
    assert set(os.listdir(archive_once)) == {*FOLDERS, "desk.toml", "log", "lock"}
    assert archive_once.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in archive_once.rglob("*"))
    assert [*os.listdir(archive_once.parent)].count("archive.part") == 0
    with opened(archive) as office:
        assert office.events() == ["desk-made"]
        assert office.desk.log.check().checkpoint.size == 1


def test_nothing_in_a_new_archive_is_secret_but_what_is_sealed(archive_once: Path) -> None:
    with open_desk(str(archive_once), PASSPHRASE) as desk:
        secrets = (desk.identity.seed, desk.identity.seed.hex().encode(), desk.signer.secret, PASSPHRASE)
        written = desk.identity.written().encode()
    for path, content in files_in(archive_once).items():
        assert not any(secret in content for secret in (*secrets, written)), path


def test_two_of_three_papers_bring_the_key_back_and_nothing_else(archive_once: Path, tmp_path: Path) -> None:
    papers = (archive_once.parent / "papers").read_text().splitlines()
    assert len(papers) == 3
    with open_desk(str(archive_once), PASSPHRASE) as desk:
        seed = desk.identity.seed
    init(str(tmp_path / "again"), "example.org/desk", PASSPHRASE, papers=papers[1:], time=NOW)
    lower_work(tmp_path / "again" / "keys" / "identity.age")
    with open_desk(str(tmp_path / "again"), PASSPHRASE) as desk:
        assert desk.identity.seed == seed
    for wrong in (papers[:1], [papers[0], papers[0]], [papers[0], papers[1].replace(" ", " x", 1)]):
        with pytest.raises(Damaged):
            init(str(tmp_path / "none"), "example.org/desk", PASSPHRASE, papers=wrong, time=NOW)
    assert sorted(os.listdir(tmp_path)) == ["again"]


def test_another_age_opens_the_key_file_with_the_passphrase(archive_once: Path) -> None:
    opened_by_rage = pyrage.passphrase.decrypt(
        (archive_once / "keys" / "identity.age").read_bytes(), PASSPHRASE.decode()
    )
    with open_desk(str(archive_once), PASSPHRASE) as desk:
        assert desk.identity.written() in opened_by_rage.decode().splitlines()


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file"])
def test_what_exists_is_never_made_anew(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "archive"
    if kind == "file":
        place.write_bytes(b"dear editor")
    else:
        place.mkdir()
        if kind == "folder":
            (place / "letter").write_bytes(b"dear editor")
    before = files_in(tmp_path)
    with pytest.raises(Refused, match="exists already"):
        made(place)
    assert files_in(tmp_path) == before


@pytest.mark.parametrize(
    ("name", "passphrase", "why"),
    [
        ("example.org/desk", b"", "shorter"),
        ("example.org/desk", b"1234567", "shorter"),
        ("", PASSPHRASE, "name"),
        ("two words", PASSPHRASE, "name"),
        ("a+b", PASSPHRASE, "name"),
    ],
)
def test_a_name_or_passphrase_that_will_not_do_is_refused_before_anything_is_made(
    tmp_path: Path, name: str, passphrase: bytes, why: str
) -> None:
    with pytest.raises(JebiError, match=why):
        made(tmp_path / "archive", name, passphrase)
    assert os.listdir(tmp_path) == []


def test_a_second_person_whose_recipient_was_mistyped_is_an_error_and_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        init(str(tmp_path / "archive"), "example.org/desk", PASSPHRASE, outer=["age1pq1mistyped"], time=NOW)
    assert os.listdir(tmp_path) == []


def test_what_a_killed_init_left_is_removed_and_what_is_somebodys_own_is_not(tmp_path: Path) -> None:
    beside = tmp_path / "archive.part"
    (beside / "keys").mkdir(parents=True)
    (beside / "keys" / "log.age").write_bytes(b"half")
    (beside / "desk.toml.new").write_bytes(b"half")
    made(tmp_path / "archive")
    assert os.listdir(tmp_path) == ["archive"]
    (tmp_path / "new.part").mkdir()
    (tmp_path / "new.part" / "letter").write_bytes(b"dear editor")
    with pytest.raises(Refused, match="in the way"):
        made(tmp_path / "new")
    assert files_in(tmp_path / "new.part")["letter"] == b"dear editor"


def test_where_no_archive_can_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Unable, match="could not be made"):
        made(tmp_path / "file" / "archive")


# Opening one.


def test_the_passphrase_opens_it_and_no_other(archive: Path) -> None:
    for wrong in (b"", b"only for this offic", PASSPHRASE + b" ", PASSPHRASE.upper(), b"\xff"):
        with pytest.raises(WrongKey, match="not the desk's passphrase"), open_desk(str(archive), wrong):
            pass
    with open_desk(str(archive), PASSPHRASE) as desk:
        assert desk.name == "example.org/desk"


def test_one_jebi_at_a_time(archive: Path) -> None:
    code = "import sys; from jebi.errors import Busy; from jebi.office.desk import open_desk\ntry:\n with open_desk(sys.argv[1], b'x' * 9): pass\nexcept Busy: print('busy')"
    with open_desk(str(archive), PASSPHRASE):
        with pytest.raises(Busy), open_desk(str(archive), PASSPHRASE):
            pass
        done = subprocess.run([sys.executable, "-c", code, str(archive)], check=True, capture_output=True, text=True)
        assert done.stdout == "busy\n"
    with open_desk(str(archive), PASSPHRASE):
        pass


def test_what_is_no_archive_is_said_so_with_the_way_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("none", ".", "file"):
        with pytest.raises(Unable, match="is no archive") as caught, open_desk(str(tmp_path / name), PASSPHRASE):
            pass
        assert "jebi desk init" in caught.value.hint
    assert os.listdir(tmp_path) == ["file"]


SETTINGS = [
    b"", b"name", b"name = 5", b'name = ""', b'name = "two words"', b'name = "a\\u2028b"', b"\xff\xfe", b'nome = "example.org/desk"',
    b'name = "example.org/desk"\nouter = "age1pq"', b'name = "example.org/desk"\nouter = [1]', b'name = "example.org/desk"\nouter = ["age1pq1x"]',
    b"name = " + b"[" * 20_000, b"name = " + b"{a=" * 20_000, b"a" * (1 << 20),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_damaged_settings_are_damage_and_nothing_else(archive: Path, number: int) -> None:
    (archive / "desk.toml").write_bytes(SETTINGS[number])
    with pytest.raises(Damaged), open_desk(str(archive), PASSPHRASE):
        pass


def test_settings_are_read_without_the_passphrase(archive: Path) -> None:
    assert read_settings(str(archive)) == {"name": "example.org/desk", "outer": []}


@pytest.mark.parametrize("file", ["keys/identity.age", "keys/log.age", "trips/one.age"])
@pytest.mark.parametrize("content", [b"", b"age-encryption.org/v1\n", None], ids=["empty", "only its head", "altered"])
def test_a_damaged_key_is_damage_or_the_wrong_key(archive: Path, file: str, content: bytes | None) -> None:
    path = archive / file
    if file.startswith("trips"):
        with opened(archive) as office:
            office.issue()
        path = next((archive / "trips").iterdir())
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]) if content is None else content)
    with pytest.raises((Damaged, WrongKey)), open_desk(str(archive), PASSPHRASE) as desk:
        desk.trips()


def test_a_key_that_is_missing_is_named(archive: Path) -> None:
    (archive / "keys" / "log.age").unlink()
    with pytest.raises(Unable, match=r"log\.age"), open_desk(str(archive), PASSPHRASE):
        pass


@pytest.mark.parametrize("written", [b"\xff\xfe", b"", b"# nothing\n", b"TWICE", b"AGE-SECRET-KEY-1X\n", b"CLASSICAL"])
def test_what_is_under_the_passphrase_must_be_one_key_of_the_desks_kind(archive: Path, written: bytes) -> None:
    identity = PostQuantumIdentity(bytes(32)).written().encode() + b"\n"
    classical = X25519Identity(bytes(32)).written().encode()
    reseal(archive, {b"TWICE": identity * 2, b"CLASSICAL": classical}.get(written, written))
    with pytest.raises(Damaged), open_desk(str(archive), PASSPHRASE):
        pass


def test_comments_and_line_ends_of_other_tools_do_no_harm(archive: Path) -> None:
    with open_desk(str(archive), PASSPHRASE) as desk:
        written = desk.identity.written()
    reseal(archive, f"# created by somebody\r\n\r\n{written}\r\n".encode())
    with open_desk(str(archive), PASSPHRASE) as desk:
        assert parse_identities(written) == (desk.identity,)


def test_what_a_killed_jebi_left_beside_small_files_is_swept_away(archive: Path) -> None:
    for name in ("desk.toml.new", "keys/identity.age.new", "trips/abc.age.new", "salvaged/one.part/clips/a.mp4"):
        (archive / name).parent.mkdir(parents=True, exist_ok=True)
        (archive / name).write_bytes(b"half")
    (archive / "clips" / "somebody.new").write_bytes(b"a clip")
    with open_desk(str(archive), PASSPHRASE):
        pass
    left = files_in(archive)
    assert not [name for name in left if name.endswith((".age.new", ".toml.new")) or ".part" in name]
    assert left["clips/somebody.new"] == b"a clip"


def test_an_archive_in_a_folder_with_odd_letters_opens(archive_once: Path, tmp_path: Path) -> None:
    odd = tmp_path / "[a-z]* {b} 제비"
    shutil.copytree(archive_once, odd / "archive")
    (odd / "archive" / "keys" / "x.new").write_bytes(b"half")
    with opened(odd / "archive") as office:
        office.seal(office.issue().card, office.card(SMALL), "s1")
        assert office.arrive("s1").trip
    assert not (odd / "archive" / "keys" / "x.new").exists()


# Trips.


def test_the_desk_remembers_how_to_check_a_trip_and_not_how_to_sign_for_it(office: Office) -> None:
    issued = office.issue()
    (known,) = office.desk.trips()
    assert issued.card.seed
    seed = issued.card.seed
    assert (known.trip, known.route, len(known.keys)) == (issued.trip, issued.route, MOST_PARCELS)
    for number in (1, 2, MOST_PARCELS):
        note = sign("a manifest\n", seed.at(number).signer("signature"))
        assert known.signed(note, number)
        assert not known.signed(note, number % MOST_PARCELS + 1)
        assert not known.signed(note, MOST_PARCELS + 1)
    assert seed.seed not in b"".join(
        seal.open_in_memory(
            (Path(office.desk.path("trips", f"{known.trip}.age"))).read_bytes(), [office.desk.identity]
        ).split()
    )
    assert office.events()[-1] == "trip-issued"


def test_a_mac_is_known_to_the_desk_which_is_its_point(office: Office) -> None:
    issued = office.issue(signing="mac")
    (known,) = office.desk.trips()
    assert issued.card.seed
    note = sign("a manifest\n", issued.card.seed.signer("mac"))
    assert known.signed(note, 1)
    assert not known.signed(note, 2)
    assert str(sign("a manifest\n", known.verifier(1))) == str(note)  # type: ignore[arg-type]


def test_nothing_outside_the_seal_says_whose_trip_it_is(office: Office) -> None:
    issued = office.desk.issue(signing="signature", memorise=False, note="canary, who films", share_route="", time=NOW)
    assert office.desk.trips()[0].note == "canary, who films"
    for content in files_in(Path(office.desk.folder)).values():
        assert b"canary" not in content
    assert "canary" not in str(issued.card) + issued.receipts + repr(office.desk.trips()) + repr(issued)


def test_a_kit_has_the_seed_and_a_card_has_none(office: Office) -> None:
    kit = office.issue()
    assert parse_card(str(kit.card).encode()) == kit.card
    assert (kit.passphrase, kit.card.seed is None) == ("", False)
    card = office.desk.issue(signing="signature", memorise=True, note="", share_route="", time=NOW)
    assert (card.card.seed, card.card.receipts) == (None, None)
    seed = from_passphrase(card.trip, card.passphrase)
    known = next(trip for trip in office.desk.trips() if trip.trip == card.trip)
    assert known.signed(sign("a manifest\n", seed.signer("signature")), 1)
    assert known.receipts == receipt_key(seed)
    assert receipt.card_text(receipt.Card(known.receipts)) == card.receipts
    assert not any(card.passphrase.encode() in content for content in files_in(Path(office.desk.folder)).values())


def test_a_route_is_shared_when_asked_and_never_otherwise(office: Office) -> None:
    first = office.issue()
    assert office.issue(share_route=first.trip).route == first.route
    assert office.issue().route != first.route
    with pytest.raises(Refused, match="no trip of that name"):
        office.issue(share_route="0123abcd")
    assert len(office.desk.trips()) == 3


def test_foreign_files_among_the_trips_do_no_harm(office: Office) -> None:
    office.issue()
    Path(office.desk.path("trips", "notes.txt")).write_bytes(b"dear editor")
    assert len(office.desk.trips()) == 1
    Path(office.desk.path("trips", "x.age")).write_bytes(seal.in_memory(b"{}", [office.desk.identity.recipient()]))
    with pytest.raises(Damaged, match="trip of the archive"):
        office.desk.trips()


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"null",
        b'{"trip": 5}',
        b"[" * 100_000,
        b'{"trip": "0123abcd", "signing": "signature", "keys": ["xy"]}',
    ],
)
def test_a_trip_that_cannot_be_read_is_damage_and_nothing_else(written: bytes) -> None:
    with pytest.raises(Damaged):
        _parse_trip(written)
