"""Small files that are whole or not there, and the lock, on real file systems."""

import fcntl
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Busy, Damaged, NoRoom, Unable
from jebi.vault import files

KILLED = """
import os, signal, sys
def hook(event, arguments):
    if event == sys.argv[2]:
        os.kill(os.getpid(), signal.SIGKILL)
from jebi.vault import files
sys.addaudithook(hook)
files.replace(sys.argv[1], b"new" * 100000)
"""


@given(content=st.binary(max_size=5000), before=st.none() | st.binary(max_size=5000))
def test_what_is_replaced_is_read_back_and_nothing_else_lies_there(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, before: bytes | None
) -> None:
    folder = tmp_path_factory.mktemp("files")
    if before is not None:
        (folder / "kit").write_bytes(before)
    files.replace(str(folder / "kit"), content)
    assert files.read(str(folder / "kit")) == content
    assert os.listdir(folder) == ["kit"]
    assert (folder / "kit").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("moment", ["open", "os.rename"])
def test_whoever_is_killed_leaves_the_old_file_whole(tmp_path: Path, moment: str) -> None:
    (tmp_path / "kit").write_bytes(b"old")
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "kit", moment], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert (tmp_path / "kit").read_bytes() == b"old"
    files.replace(str(tmp_path / "kit"), b"newer")
    assert os.listdir(tmp_path) == ["kit"]


def test_a_full_disk_is_no_room_and_the_old_file_stays(small: Path) -> None:
    (small / "kit").write_bytes(b"old")
    with pytest.raises(NoRoom) as full:
        files.replace(str(small / "kit"), bytes(100_000))
    assert full.value.hint
    assert {path.name: path.read_bytes() for path in small.iterdir()} == {"kit": b"old"}


def test_a_limit_of_size_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "kit").write_bytes(b"old")
    before, ignored = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(NoRoom):
            files.replace(str(tmp_path / "kit"), bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"kit": b"old"}


@pytest.mark.parametrize(
    ("name", "said"), [("none/kit", "no such file"), ("folder", "is a directory"), ("file/x", "not a")]
)
def test_a_place_that_takes_no_file_is_unable_and_nothing_is_left_beside_it(
    tmp_path: Path, name: str, said: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(Unable, match=f"could not be written: {said}"):
        files.replace(str(tmp_path / name), b"new")
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    assert (tmp_path / "file").read_bytes() == b"mine"


@pytest.mark.parametrize(
    ("name", "said"), [("none", "no such file"), ("folder", "is a directory"), ("file/x", "not a")]
)
def test_what_cannot_be_read_is_unable(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(Unable, match=f"could not be read: {said}"):
        files.read(str(tmp_path / name))


def test_what_is_too_large_to_be_a_small_file_is_damaged_and_is_not_taken_into_memory(tmp_path: Path) -> None:
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 1 << 40)
    for path in (str(tmp_path / "huge"), "/dev/zero"):
        with pytest.raises(Damaged, match="too large"):
            files.read(path)


def test_a_lock_holds_against_everybody_until_it_is_let_go(tmp_path: Path) -> None:
    with files.locked(str(tmp_path)):
        with pytest.raises(Busy, match="another jebi is at work") as busy, files.locked(str(tmp_path)):
            pass
        assert busy.value.hint == "wait until it is done"
        with (tmp_path / "lock").open() as other, pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with files.locked(str(tmp_path)):
        pass


def test_whoever_is_killed_lets_go_of_the_lock(tmp_path: Path) -> None:
    holder = "import sys, time; from jebi.vault import files\nwith files.locked(sys.argv[1]): print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", holder, tmp_path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(Busy), files.locked(str(tmp_path)):
            pass
        process.kill()
    with files.locked(str(tmp_path)):
        pass


def test_a_folder_that_is_let_go_in_a_moment_is_waited_for(tmp_path: Path) -> None:
    holder = "import sys, time; from jebi.vault import files\nwith files.locked(sys.argv[1]): print(flush=True); time.sleep(0.3)"
    with subprocess.Popen([sys.executable, "-c", holder, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        with files.locked(str(tmp_path)):
            assert process.wait(10) == 0


@pytest.mark.parametrize("name", ["none", "file"])
def test_what_is_no_folder_is_not_locked(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unable, match="could not be opened"), files.locked(str(tmp_path / name)):
        pass
    assert os.listdir(tmp_path) == ["file"]


def test_whoever_makes_a_file_keeps_others_waiting_until_it_is_made_or_they_are_killed(tmp_path: Path) -> None:
    waiter = (
        "import sys, time; from jebi.vault import files\n"
        "with files.alone(sys.argv[1]):\n    print('in', flush=True); time.sleep(float(sys.argv[2]))"
    )
    command = [sys.executable, "-c", waiter, str(tmp_path / "kit")]
    with subprocess.Popen([*command, "60"], stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        first.stdout.readline()
        with subprocess.Popen([*command, "0"], stdout=subprocess.PIPE) as second:
            assert second.stdout is not None
            with pytest.raises(subprocess.TimeoutExpired):
                second.wait(1.5)
            first.kill()
            assert second.stdout.readline() == b"in\n"
    assert os.listdir(tmp_path) == ["kit.lock"]


def test_where_nothing_can_be_written_nobody_waits(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="could not be locked"), files.alone(str(tmp_path / "none" / "kit")):
        pass
