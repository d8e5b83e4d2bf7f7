"""Packages on a disk: the same in every form, whole or not there at all, and with nothing of this machine in them."""

import base64
import ctypes
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
import traceback
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from exhibits import DESK, DOCS, WITNESS, Case, lay_in, open_case
from jebi.archive.evidence import Plan
from jebi.archive.exhibit import Content, Derived, Exhibit, content_of
from jebi.errors import Busy, Damaged, Gone, NoRoom, Refused, Unable
from jebi.office.exporting import EARLIEST, PARTIAL, export, lay, machine_folders, scripts, shown_parcel
from jebi.office.progress import Quiet
from jebi.parcel import contents
from jebi.parcel.note import MacKey, Note, sign
from jebi.parcel.seal import open_layers
from jebi.parcel.stream import Chained
from office.conftest import NOW, SMALL, Meanwhile, Office, Steps, files_in

FORMS = ["bag", "bag.tar", "bag.zip"]
KEYS = (str(DESK.verifier()), str(WITNESS.verifier()))


@dataclass(slots=True)
class Packed:
    """A plan, and the proof of its event."""

    plan: Plan
    proof: bytes


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Packed]:
    with open_case(tmp_path_factory.mktemp("case") / "desk") as case:
        yield pack(case)


def pack(case: Case) -> Packed:
    planned = case.plan()
    return Packed(planned, case.log_export(planned))


def laid(packed: Packed, target: Path) -> Path:
    """Lay it down; returns the bag."""
    lay(packed.plan, packed.proof, str(target), Quiet())
    return unpacked(target)


def unpacked(target: Path) -> Path:
    """What stock tools make of a package."""
    if not target.suffix:
        return target
    into = target.with_name(f"{target.name}-unpacked")
    shutil.unpack_archive(target, into)
    (bag,) = into.iterdir()
    assert re.fullmatch("evidence-[0-9a-f]{16}", bag.name)
    return bag


def verified(bag: Path, *keys: str) -> str:
    command = [sys.executable, "-I", str(DOCS / "verify_evidence.py"), str(bag), *keys]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


@pytest.mark.parametrize("form", FORMS)
def test_every_form_holds_the_same_files_and_its_verifier_agrees(packed: Packed, tmp_path: Path, form: str) -> None:
    bag = laid(packed, tmp_path / form)

    assert files_in(bag) == files_in(lay_in(tmp_path / "expected", packed.plan, packed.proof))
    assert "All of this holds under the keys that you gave" in verified(bag, *KEYS)
    assert not list(tmp_path.glob(f"*{PARTIAL}"))


@pytest.mark.parametrize("form", FORMS[1:])
def test_the_same_plan_is_the_same_file(packed: Packed, tmp_path: Path, form: str) -> None:
    first, second = tmp_path / form, tmp_path / f"other-{form}"
    for target in (first, second):
        lay(packed.plan, packed.proof, str(target), Quiet())

    assert first.read_bytes() == second.read_bytes()


def test_a_tar_has_one_time_and_no_owner_and_stock_tar_reads_it(packed: Packed, tmp_path: Path) -> None:
    lay(packed.plan, packed.proof, str(tmp_path / "bag.tar"), Quiet())

    with tarfile.open(tmp_path / "bag.tar") as tar:
        for member in tar:
            assert (member.uid, member.gid, member.uname, member.gname) == (0, 0, "", "")
            assert (member.mtime, member.mode, member.isreg()) == (EARLIEST, 0o644, True)
    listed = subprocess.run(["tar", "-tf", tmp_path / "bag.tar"], capture_output=True, check=True, text=True)
    assert listed.stderr == ""


def test_a_zip_has_one_time_and_no_owner_and_nothing_is_compressed(packed: Packed, tmp_path: Path) -> None:
    lay(packed.plan, packed.proof, str(tmp_path / "bag.zip"), Quiet())

    with zipfile.ZipFile(tmp_path / "bag.zip") as archive:
        assert archive.testzip() is None
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            assert (entry.compress_type, entry.extra, entry.comment, entry.create_system) == (0, b"", b"", 3)
            assert stat.S_ISREG(entry.external_attr >> 16)


def test_a_folder_has_one_time_and_is_for_nobody_else_to_read(packed: Packed, tmp_path: Path) -> None:
    lay(packed.plan, packed.proof, str(tmp_path / "bag"), Quiet())

    for path in (tmp_path / "bag", *(tmp_path / "bag").rglob("*")):
        assert path.stat().st_mtime == EARLIEST
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("there", ["a file", "an empty folder", "a dangling link"])
def test_what_is_there_already_is_refused_and_left_alone(packed: Packed, tmp_path: Path, form: str, there: str) -> None:
    target = tmp_path / form
    if there == "a file":
        target.write_bytes(b"mine")
    elif there == "an empty folder":
        target.mkdir()
    else:
        target.symlink_to("nowhere")
    before = os.lstat(target)

    with pytest.raises(Refused, match="exists already"):
        lay(packed.plan, packed.proof, str(target), Quiet())
    assert os.lstat(target) == before
    assert os.listdir(tmp_path) == [form]


def test_what_appears_while_it_is_written_is_not_overwritten(packed: Packed, tmp_path: Path) -> None:
    target = tmp_path / "bag.zip"
    appears = Meanwhile(do=lambda step: target.write_bytes(b"mine") if step == "reading back" else None)

    with pytest.raises(Refused, match="exists already"):
        lay(packed.plan, packed.proof, str(target), appears)
    assert os.listdir(tmp_path) == ["bag.zip"]
    assert target.read_bytes() == b"mine"


def test_a_place_that_is_not_there_is_unable(packed: Packed, tmp_path: Path) -> None:
    with pytest.raises(Unable, match="has no folder"):
        lay(packed.plan, packed.proof, str(tmp_path / "nowhere" / "bag"), Quiet())


@pytest.mark.parametrize("form", FORMS)
def test_two_at_once_are_not_let_in_one_another_s_way(packed: Packed, tmp_path: Path, form: str) -> None:
    target, seen = tmp_path / form, []

    def meanwhile(_: str) -> None:
        with pytest.raises(Busy, match="another jebi is packing"):
            lay(packed.plan, packed.proof, str(target), Quiet())
        seen.append(1)

    lay(packed.plan, packed.proof, str(target), Meanwhile(do=meanwhile))
    assert len(seen) == 2
    assert os.listdir(tmp_path) == [form]


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("form", FORMS)
def test_a_disk_that_is_too_small_is_noticed_before_anything_is_written(
    packed: Packed, tmp_path: Path, form: str
) -> None:
    with small_disk(tmp_path / "small", 1 << 20) as disk:
        with pytest.raises(NoRoom, match=r"needs 4\.7 MB, and there are"):
            lay(packed.plan, packed.proof, str(disk / form), Quiet())
        assert os.listdir(disk) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_disk_that_fills_up_on_the_way_is_no_room_and_nothing_is_left(
    packed: Packed, tmp_path: Path, form: str
) -> None:
    with small_disk(tmp_path / "small", 6 << 20) as disk:
        fills = Meanwhile(do=lambda _: (disk / "other").write_bytes(bytes((6 << 20) - 300_000)))
        with pytest.raises(NoRoom, match="is full"):
            lay(packed.plan, packed.proof, str(disk / form), fills)
        assert os.listdir(disk) == ["other"]


def with_content(packed: Packed, content: Content) -> Plan:
    """The plan, but that its first clip is read as something else."""
    changed = [
        replace(file, content=content) if file.path.endswith("clip-0001.mp4") else file for file in packed.plan.payload
    ]
    return replace(packed.plan, payload=tuple(changed))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("change", [-1, 0, 1], ids=["shorter", "other", "longer"])
def test_an_original_that_is_not_what_its_digest_says_is_damaged_and_nothing_is_left(
    packed: Packed, tmp_path: Path, form: str, change: int
) -> None:
    (good,) = [file.content for file in packed.plan.payload if file.path.endswith("clip-0001.mp4")]
    film = b"".join(good.read())
    other = film[:-1] if change < 0 else film + b"x" if change else film[:-1] + bytes([film[-1] ^ 1])
    false = with_content(packed, replace(good, read=lambda: [other]))

    with pytest.raises(Damaged, match=r"data/originals/clip-0001\.mp4 is not what its digest says"):
        lay(false, packed.proof, str(tmp_path / form), Quiet())
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("form", FORMS)
def test_a_source_that_goes_away_on_the_way_leaves_nothing(packed: Packed, tmp_path: Path, form: str) -> None:
    (good,) = [file.content for file in packed.plan.payload if file.path.endswith("clip-0001.mp4")]

    def gone() -> Iterable[bytes]:
        yield b"x"
        raise Gone("it went away")

    with pytest.raises(Gone):
        lay(with_content(packed, replace(good, read=gone)), packed.proof, str(tmp_path / form), Quiet())
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("form", FORMS)
def test_what_does_not_read_back_as_it_was_written_gets_no_name(packed: Packed, tmp_path: Path, form: str) -> None:
    def rot(step: str) -> None:
        if step == "reading back":
            growing = tmp_path / f"{form}{PARTIAL}" / "package"
            path = growing / "data/originals/clip-0001.mp4" if growing.is_dir() else growing
            content = bytearray(path.read_bytes())
            content[200_000] ^= 1
            path.write_bytes(content)

    with pytest.raises(Damaged, match="does not read back"):
        lay(packed.plan, packed.proof, str(tmp_path / form), Meanwhile(do=rot))
    assert os.listdir(tmp_path) == []


def test_what_somebody_else_keeps_beside_it_stays(packed: Packed, tmp_path: Path) -> None:
    (tmp_path / f"bag{PARTIAL}").mkdir()
    (tmp_path / f"bag{PARTIAL}" / "mine").write_bytes(b"mine")
    lay(packed.plan, packed.proof, str(tmp_path / "bag"), Quiet())

    assert (tmp_path / f"bag{PARTIAL}" / "mine").read_bytes() == b"mine"


def test_a_link_beside_it_is_not_followed(packed: Packed, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / f"bag{PARTIAL}").symlink_to("elsewhere")

    with pytest.raises(Unable):
        lay(packed.plan, packed.proof, str(tmp_path / "bag"), Quiet())
    assert os.listdir(tmp_path / "elsewhere") == []


def test_progress_counts_what_is_written_and_what_is_read_back(packed: Packed, tmp_path: Path) -> None:
    steps = Steps()
    done = lay(packed.plan, packed.proof, str(tmp_path / "bag"), steps)

    assert steps.names == ["writing", "reading back"]
    assert steps.done == [done.size, done.size]
    assert done.files == len(packed.plan.payload) + 10


def kill_before(change: int, packed: Packed, target: Path) -> bool:
    """Lay it in a copy of this process that dies before its n-th change to a name; whether it did."""
    child = os.fork()
    if child == 0:
        seen = 0

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            if event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.utime"} or writes:
                seen += 1
                if seen == change:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        try:
            lay(packed.plan, packed.proof, str(target), Quiet())
            os._exit(0)
        except BaseException:  # noqa: BLE001  (the parent sees the status)
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize(("form", "step"), [("bag", 13), ("bag.tar", 1), ("bag.zip", 1)])
def test_killed_before_any_change_of_a_name_it_is_whole_or_not_there_and_the_next_one_goes_on(
    packed: Packed, tmp_path: Path, form: str, step: int
) -> None:
    whole = files_in(lay_in(tmp_path / "expected", packed.plan, packed.proof))
    kills = 0
    while kill_before(1 + kills * step, packed, target := _in_new_folder(tmp_path / f"out-{kills}", form)):
        kills += 1
        if target.exists():
            with pytest.raises(Refused):
                lay(packed.plan, packed.proof, str(target), Quiet())
        else:
            lay(packed.plan, packed.proof, str(target), Quiet())
        assert os.listdir(target.parent) == [form]
        assert files_in(unpacked(target)) == whole
    assert kills >= 4


def _in_new_folder(folder: Path, name: str) -> Path:
    folder.mkdir()
    return folder / name


def test_the_verifiers_are_found(tmp_path: Path) -> None:
    found = scripts()

    assert found.verify == (DOCS / "verify_evidence.py").read_bytes()
    assert found.verify_proof == (DOCS / "verify_proof.py").read_bytes()


def test_folders_of_this_machine_are_sought_and_the_root_is_not(tmp_path: Path) -> None:
    folders = machine_folders(str(tmp_path / "archive"))

    assert str(tmp_path / "archive") in folders
    assert any(folder.startswith(tempfile.gettempdir()) for folder in folders)
    assert all(len(folder) > 4 for folder in folders)


def received(office: Office, note: str) -> tuple[str, Note, dict[str, Content]]:
    """A parcel that came: its name, its manifest, and its clips by claimed name."""
    issued = office.desk.issue(signing="signature", memorise=False, note=note, share_route="", time=NOW)
    office.seal(issued.card, office.card(SMALL), "s1")
    parcel = office.arrive("s1").parcel
    clips: dict[str, Content] = {}
    with Path(office.desk.path("parcels", f"{parcel}.age")).open("rb") as sealed:
        opened = contents.read(
            Chained(open_layers(sealed, [[office.desk.identity]])),
            lambda name, pieces: clips.update({str(name): content_of(b"".join(pieces))}),
            lambda _: None,
        )
    return parcel, opened.note, clips


CLONE_NEWUTS = 0x04000000


def among_canaries(do: Callable[[], object]) -> None:
    """Do it in a copy of this process, whose user, home and host have names that occur nowhere else."""
    child = os.fork()
    if child == 0:
        os.environ.update(HOME="/home/canary-user", USER="canary-user", LOGNAME="canary-user")
        try:
            assert ctypes.CDLL(None).unshare(CLONE_NEWUTS) == 0
            socket.sethostname("canary-host")
            do()
            os._exit(0)
        except BaseException:  # noqa: BLE001  (the parent sees the status)
            traceback.print_exc()
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize("form", FORMS)
def test_what_a_desk_received_goes_out_with_its_proofs_and_nothing_of_its_machine(
    office: Office, tmp_path: Path, form: str
) -> None:
    parcel, note, clips = received(office, "canary-note")
    exhibits = [
        Exhibit(subject="first", original=clips["a.mp4"], said={"by": "editor-1"}),
        Exhibit(subject="second", original=clips["b.mov"]),
    ]
    shown = shown_parcel(office.desk, parcel, note, sealed=True)
    target = tmp_path / form
    among_canaries(
        lambda: export(office.desk, exhibits, [shown], str(target), actor="editor-1", now=NOW, progress=Quiet())
    )

    bag = unpacked(target)
    assert f"came in parcel {parcel}, number 1 of trip/" in verified(bag, str(office.desk.signer.verifier()))
    assert (bag / "data/originals/clip-0001.mp4").read_bytes() == b"".join(clips["a.mp4"].read())
    assert (bag / "data/originals/parcel-0001.age").is_file()
    assert office.events()[-1] == "evidence-exported"
    (known,) = office.desk.trips()
    secrets = [known.route.secret, known.receipts, office.desk.signer.secret]
    canaries = [b"canary", str(tmp_path).encode(), b"/archive", tempfile.gettempdir().encode() + b"/"]
    canaries += [form for secret in secrets for form in (secret, secret.hex().encode(), base64.b64encode(secret)[:40])]
    for path in (target, *bag.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        assert not [canary for canary in canaries if canary in content + str(path.relative_to(tmp_path)).encode()]


def test_a_fact_that_names_the_archive_stops_it_before_anything_is_logged(office: Office, tmp_path: Path) -> None:
    parcel, note, clips = received(office, "")
    told = Exhibit(subject="x", original=clips["a.mp4"], measured={"seen at": office.desk.path("parcels")})
    before = office.events()

    shown = [shown_parcel(office.desk, parcel, note)]
    with pytest.raises(Refused, match="names a folder of this machine"):
        export(office.desk, [told], shown, str(tmp_path / "bag"), actor="editor-1", now=NOW, progress=Quiet())
    assert office.events() == before
    assert not (tmp_path / "bag").exists()


def test_a_film_that_names_the_archive_is_found_while_it_is_written(office: Office, tmp_path: Path) -> None:
    parcel, note, clips = received(office, "")
    film = content_of(bytes(1000) + office.desk.folder.encode() + bytes(1000))
    viewing = Derived(role="viewing", suffix="mp4", content=film)
    told = Exhibit(subject="x", original=clips["a.mp4"], derived=(viewing,))

    shown = [shown_parcel(office.desk, parcel, note)]
    with pytest.raises(Refused, match="derived/clip-0001-viewing"):
        export(office.desk, [told], shown, str(tmp_path / "bag"), actor="editor-1", now=NOW, progress=Quiet())
    assert [name for name in os.listdir(tmp_path) if name.startswith("bag")] == []


def test_a_trip_that_signs_with_a_mac_keeps_its_key_here(office: Office) -> None:
    issued = office.issue(signing="mac")
    text = "jebi parcel\nnumber 1\nprevious " + "0" * 64 + "\nrecipient " + "1" * 64
    text += "\nfile " + "2" * 64 + " 1 1 a.mp4\n"
    assert issued.card.seed
    note = sign(text, issued.card.seed.signer("mac"))

    assert shown_parcel(office.desk, "p", note).trip_key is None
    with pytest.raises(Damaged, match="no trip of this desk signed"):
        shown_parcel(office.desk, "p", sign(text, MacKey(name=note.signatures[0].name, secret=bytes(32))))
