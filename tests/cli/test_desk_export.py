"""`jebi desk export`, as it is typed: real film in, a package out that a bare Python and stock tools check; and nothing of the house in it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent))  # for what tests share by name

from cli.conftest import Jebi, Said
from jebi.errors import Exit
from jebi.office.admission import clip_id
from jebi.parcel.keys import PostQuantumIdentity
from jebi.vault import sorting
from jebi.vault.catalogue import Catalogue, Event

ARCHIVE = ("--archive", "archive-of-the-canaries", "--passphrase-file", "pw")
HOUSE = {"HOME": "/home/canary-user", "USER": "canary-user", "LOGNAME": "canary-user"}
ELSEWHERE = ("unshare", "--uts", "sh", "-c", 'hostname canary-host && exec "$@"', "sh", sys.executable, "-m", "jebi")
# Sends itself a signal when the n-th file of a package is about to be written.
STRUCK = """
import os, sys
signal, count = int(sys.argv.pop(1)), int(sys.argv.pop(1))
def hook(event, arguments):
    global count
    if event == "open" and ".evidence-part" in str(arguments[0]) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        count -= 1
        if count == 0:
            os.kill(os.getpid(), signal)
sys.addaudithook(hook)
from jebi.cli.main import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def exported_once(office_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house full of canaries: an archive with a film and noise that were looked at, and a package of them as a folder."""
    folder = tmp_path_factory.mktemp("export") / "house"
    shutil.copytree(office_once, folder)
    (folder / "archive").rename(folder / ARCHIVE[1])
    jebi = Jebi(folder)
    jebi.write("note", "canary: whose trip it is")
    jebi.done("desk", "trip", *ARCHIVE, "--kit", "kit-n", "--route", "r-n", "--receipts", "c-n", "--note-file", "note")
    (folder / "canary-card").mkdir()
    jebi.write("canary-card/b.mov", os.urandom(50_000))
    source = ["-f", "lavfi", "-i", "testsrc2=duration=2:size=320x240:rate=15"]
    command = ["ffmpeg", "-v", "error", *source, "-f", "lavfi", "-i", "sine=duration=2", "canary-card/a.mp4"]
    subprocess.run(command, check=True, cwd=folder)
    jebi.done("field", "seal", "canary-card", "--onto", "stick", "--survive", "0", "--kit", "kit-n")
    in_the_house(jebi, "receive", "stick")
    in_the_house(jebi, "work", "--models", "none", "--workers", "1")
    in_the_house(jebi, "export", *ids(jebi), "--onto", "bag")
    return folder


def in_the_house(jebi: Jebi, *words: str) -> None:
    """A verb of the desk's, by a user and on a host whose names occur nowhere else."""
    said = jebi.by(ELSEWHERE, "desk", *words, *ARCHIVE, environment=HOUSE)
    assert said.status == 0, said


def ids(jebi: Jebi) -> tuple[str, str]:
    """The film's number, and the noise's."""
    (name,) = os.listdir(jebi.folder / ARCHIVE[1] / "parcels")
    return clip_id(name.removesuffix(".age"), 1), clip_id(name.removesuffix(".age"), 2)


@pytest.fixture
def house(exported_once: Path, tmp_path: Path) -> Jebi:
    """A copy of it."""
    shutil.copytree(exported_once, tmp_path / "house")
    return Jebi(tmp_path / "house")


def export(house: Jebi, *words: str) -> Said:
    return house("desk", "export", *words, *ARCHIVE)


def log_key(house: Jebi) -> str:
    return next(line for line in house.read("kit-n").decode().splitlines() if line.startswith("desk "))[5:]


def verify(bag: Path, *keys: str) -> subprocess.CompletedProcess[str]:
    """What the verifier that the package carries says, in an environment with nothing in it."""
    command = [os.path.realpath(sys.executable), "-I", "verify.py", ".", *keys]
    return subprocess.run(command, cwd=bag, env={}, capture_output=True, text=True, encoding="utf-8", check=False)


def test_a_package_is_checked_by_a_bare_python_and_by_stock_tools(house: Jebi) -> None:
    bag = house.folder / "bag"

    checked = verify(bag, log_key(house))
    assert checked.returncode == 0, checked
    assert "All of this holds under the keys that you gave" in checked.stdout
    for algorithm in ("sha256", "sha512"):
        for manifest in (f"manifest-{algorithm}.txt", f"tagmanifest-{algorithm}.txt"):
            subprocess.run([f"{algorithm}sum", "--strict", "-c", manifest], cwd=bag, check=True, capture_output=True)
    assert (bag / "data/originals/clip-0001.mp4").read_bytes() == house.read("canary-card/a.mp4")
    assert (bag / "data/originals/clip-0002.mov").read_bytes() == house.read("canary-card/b.mov")
    assert (bag / "data/derived/clip-0001-viewing.mp4").is_file()


def test_nothing_in_it_tells_of_the_house(house: Jebi) -> None:
    secrets = [
        b"canary",
        b"/tmp/",
        str(house.folder).encode(),
        b"house/",
        b"/home/",
        b"/root/",
        b"only for these doors",
    ]
    written = [word for name in ("kit-n", "r-n", "c-n") for word in house.read(name).split() if len(word) > 30]
    secrets += [word for word in written if word != log_key(house).encode()]
    bag = house.folder / "bag"

    assert len(secrets) > 9
    for path in bag.rglob("*"):
        told = str(path.relative_to(bag)).encode() + (path.read_bytes() if path.is_file() else b"")
        assert [secret for secret in secrets if secret in told] == [], path


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "pattern",
    [
        *("data/originals/clip-0001.mp4", "data/originals/clip-0002.mov", "data/derived/clip-0001-viewing.mp4"),
        *("data/metadata/clip-0001.json", "data/custody/event-*-of-*.tlog-proof", "data/custody/checkpoint.note"),
        *("data/custody/parcel-0001.manifest.note", "manifest-sha256.txt", "tagmanifest-sha512.txt"),
        *("package.tlog-proof", "bag-info.txt", "README.txt"),
    ],
)
def test_one_flipped_bit_anywhere_is_noticed(house: Jebi, pattern: str) -> None:
    bag = house.folder / "bag"
    alter(min(bag.glob(pattern)))

    checked = verify(bag, log_key(house))
    assert checked.returncode == 1
    assert "NOT PROVEN" in checked.stderr


def test_it_says_what_it_made_and_logs_who_did(house: Jebi) -> None:
    said = export(house, ids(house)[0], "--onto", "one.zip", "--as", "swallow", "--json")

    assert said.status == Exit.DONE, said
    assert said.fact["clips"] == 1
    assert said.fact["key"] == log_key(house)
    assert said.fact["target"] == "one.zip"
    last = (house.folder / ARCHIVE[1] / "log" / "records.jsonl").read_bytes().splitlines()[-1]
    assert b'"actor":"swallow"' in last
    assert str(said.fact["name"]).encode() in last
    assert house("desk", "check", *ARCHIVE).status == Exit.DONE


@pytest.mark.parametrize("form", ["bag2", "bag.zip", "bag.tar"])
def test_a_beginning_of_a_number_will_do_and_every_form_verifies(house: Jebi, form: str) -> None:
    said = export(house, ids(house)[0][:8], "--onto", form)

    assert (said.status, "not encrypted" in said.err) == (Exit.DONE, True), said
    bag = house.folder / form
    if bag.suffix:
        shutil.unpack_archive(bag, house.folder / "unpacked")
        (bag,) = (house.folder / "unpacked").iterdir()
    assert verify(bag, log_key(house)).returncode == 0


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["0000000000000000", "--onto", "x"], Exit.NOTHING_FOUND, "jebi desk work"),
        (["film.mp4", "--onto", "x"], Exit.REFUSED, "digits"),
        (["abcd", "--onto", "bag"], Exit.REFUSED, "exists already"),
        (["abcd", "--onto", "nowhere/x"], Exit.UNABLE, "folder"),
        (["abcd", "--onto", "x", "--witness", "none"], Exit.DAMAGED, ""),
    ],
)
def test_what_cannot_be_exported_is_named_and_nothing_is_made(
    house: Jebi, words: list[str], status: Exit, text: str
) -> None:
    said = export(house, *words)

    assert said.status == status, said
    assert text in said.err
    assert not house.exists("x")


def test_a_name_that_the_log_cannot_hold_is_refused(house: Jebi) -> None:
    said = export(house, ids(house)[0], "--onto", "x", "--as", "two\nlines")

    assert said.status == Exit.DAMAGED
    assert not house.exists("x")


@pytest.mark.parametrize("struck", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize(("form", "file"), [("x", 3), ("x", 20), ("x.zip", 1)])
def test_stopped_or_killed_it_leaves_nothing_under_a_passing_name_and_the_next_one_goes_on(
    house: Jebi, form: str, file: int, struck: signal.Signals
) -> None:
    program = (sys.executable, "-c", STRUCK, str(int(struck)), str(file))
    said = house.by(program, "desk", "export", *ids(house), "--onto", form, *ARCHIVE)

    assert said.status == (Exit.INTERRUPTED if struck is signal.SIGINT else -signal.SIGKILL), said
    assert not house.exists(form)
    if struck is signal.SIGINT:
        assert not house.exists(f"{form}.evidence-part")
    assert export(house, *ids(house), "--onto", form).status == Exit.DONE
    assert not house.exists(f"{form}.evidence-part")
    assert house("desk", "check", *ARCHIVE).status == Exit.DONE


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_no_room_and_nothing_is_logged(house: Jebi) -> None:
    records = house.folder / ARCHIVE[1] / "log" / "records.jsonl"
    before = records.read_bytes()

    with small_disk(house.folder / "small") as disk:
        said = export(house, *ids(house), "--onto", "small/x.tar")
        assert os.listdir(disk) == []
    assert (said.status, "MB" in said.err) == (Exit.NO_ROOM, True)
    assert records.read_bytes() == before


def test_events_of_the_catalogue_that_were_not_logged_yet_are_first(house: Jebi) -> None:
    _add_tag(house)

    assert export(house, ids(house)[0], "--onto", "x").status == Exit.DONE
    proofs = b"".join(path.read_bytes() for path in (house.folder / "x/data/custody").glob("event-*"))
    lines = (house.folder / ARCHIVE[1] / "log" / "records.jsonl").read_bytes().splitlines()
    assert b'"kind":"clip-tagged"' in lines[-2]
    assert proofs.count(b"c2sp.org/tlog-proof@v1") == sum(_is_about(house, line) for line in lines)
    assert verify(house.folder / "x", log_key(house)).returncode == 0


def _is_about(house: Jebi, line: bytes) -> bool:
    parcel = os.listdir(house.folder / ARCHIVE[1] / "parcels")[0].removesuffix(".age")
    return any(f'"subject":"{subject}"'.encode() in line for subject in (ids(house)[0], parcel))


def _add_tag(house: Jebi) -> None:
    with Catalogue.open(f"sqlite:///{house.folder / ARCHIVE[1]}/catalogue.db") as catalogue, catalogue.writing(1) as do:
        sorting.put_tag(
            do, ids(house)[0], "시장", Event(kind="clip-tagged", subject=ids(house)[0], detail="", actor="x")
        )


def test_a_witness_that_is_named_dates_the_clips(house: Jebi) -> None:
    witness = house.done("witness", "init", "--folder", "w", "--name", "example.net/w", "--passphrase-file", "pw")
    key = witness.out.strip().splitlines()[-1]
    house.done("desk", "cosign", "--request", "request", *ARCHIVE)
    answered = ("--folder", "w", "--log", log_key(house), "--out", "answer", "--passphrase-file", "pw")
    house.done("witness", "cosign", "request", *answered)
    house.done("desk", "cosign", "--answer", "answer", "--witness", key, *ARCHIVE)

    assert export(house, ids(house)[0], "--onto", "x", "--witness", key).status == Exit.DONE
    checked = verify(house.folder / "x", log_key(house), key)
    assert checked.returncode == 0, checked
    assert "example.net/w" in checked.stdout


def test_without_the_second_person_a_desk_of_two_exports_nothing(house: Jebi) -> None:
    second = PostQuantumIdentity(os.urandom(32))
    settings = house.folder / ARCHIVE[1] / "desk.toml"
    settings.write_text(f'name = "example.org/desk"\nouter = ["{second.recipient()}"]\n')

    said = export(house, ids(house)[0], "--onto", "x")
    assert (said.status, "--with IDENTITY" in said.err) == (Exit.REFUSED, True)
    assert not house.exists("x")
