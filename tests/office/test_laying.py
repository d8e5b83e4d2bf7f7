"""Packages on a disk: the same in every form, whole or not there at all; and the same bytes for who sends them on."""

import os
import signal
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from exhibits import DESK, WITNESS, Case, lay_in, open_case, unpacked, verified
from jebi.archive.evidence import Plan
from jebi.archive.exhibit import Content
from jebi.errors import Busy, Damaged, Gone, NoRoom, Refused, Unable
from jebi.office.laying import EARLIEST, PARTIAL, lay, tar, tar_size
from jebi.office.progress import Quiet
from office.conftest import Meanwhile, Steps, files_in

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


def test_a_stream_is_the_tar_that_would_be_laid_byte_for_byte_and_its_size_was_known(
    packed: Packed, tmp_path: Path
) -> None:
    lay(packed.plan, packed.proof, str(tmp_path / "bag.tar"), Quiet())

    size = tar_size(packed.plan, packed.proof)
    streamed = b"".join(tar(packed.plan, packed.proof, Quiet()))
    assert streamed == (tmp_path / "bag.tar").read_bytes()
    assert len(streamed) == size


@pytest.mark.parametrize("change", [-1, 0, 1], ids=["shorter", "other", "longer"])
def test_a_stream_of_an_original_that_is_not_what_its_digest_says_ends_in_damaged_before_its_size(
    packed: Packed, change: int
) -> None:
    (good,) = [file.content for file in packed.plan.payload if file.path.endswith("clip-0001.mp4")]
    film = b"".join(good.read())
    other = film[:-1] if change < 0 else film + b"x" if change else film[:-1] + bytes([film[-1] ^ 1])
    false = with_content(packed, replace(good, read=lambda: [other]))

    came: list[bytes] = []
    with pytest.raises(Damaged, match=r"data/originals/clip-0001\.mp4 is not what its digest says"):
        came.extend(tar(false, packed.proof, Quiet()))
    assert 0 < sum(map(len, came)) < tar_size(packed.plan, packed.proof)
