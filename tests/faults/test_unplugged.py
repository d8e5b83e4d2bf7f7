"""A stick that is pulled out while it is written: plugged in again it is caught up; if not, the others are good."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit

if TYPE_CHECKING:
    from faults.conftest import Ended, Yard

LARGE = 24_000_000  # bytes of a clip that takes long enough to be interrupted


@pytest.fixture
def large(yard: "Yard") -> "Yard":
    (yard.clips / "c.mp4").write_bytes(os.urandom(LARGE))
    return yard


class Plugged:
    """An image as a block device that can be pulled out: what was not written by then is lost, and reads fail."""

    def __init__(self, image: Path) -> None:
        self.image = image
        self.device = run("losetup", "--find", "--show", str(image))

    def pull(self, process: "subprocess.Popen[str]") -> None:
        """Between two moments of whoever writes to it, for a copy takes a while."""
        os.killpg(process.pid, signal.SIGSTOP)
        kept = self.image.with_suffix(".kept")
        shutil.copy(self.image, kept)
        os.truncate(self.image, 0)
        run("losetup", "--detach", self.device)
        self.image = kept
        os.killpg(process.pid, signal.SIGCONT)

    def plug_in(self) -> None:
        """It is back, and has another name if somebody still holds the old one."""
        self.device = run("losetup", "--find", "--show", str(self.image))


@contextmanager
def plugged(image: Path) -> Iterator[Plugged]:
    stick = Plugged(image)
    try:
        yield stick
    finally:
        with suppress(subprocess.CalledProcessError):
            run("losetup", "--detach", stick.device)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()


def seal_onto(*places: str, wait: int = 60) -> list[str]:
    return ["field", "seal", "card", "--onto", *places, "--survive", "1", "--kit", "kit", "--wait", str(wait)]


def wait_until_half_is_written(process: "subprocess.Popen[str]", path: Path) -> None:
    while process.poll() is None:
        with suppress(OSError):
            if path.stat().st_blocks * 512 > LARGE // 4:
                return
        time.sleep(0.0005)


def hear(process: "subprocess.Popen[str]", words: str) -> str:
    """Read what is said until those words."""
    heard = ""
    assert process.stderr is not None
    while words not in heard:
        line = process.stderr.readline()
        assert line, heard
        heard += line
    return heard


def ended(yard: "Yard", process: "subprocess.Popen[str]") -> "Ended":
    result = yard.end(process)
    assert "Traceback" not in result.err
    assert "mistake" not in result.err
    return result


def test_a_stick_that_comes_back_under_any_name_is_caught_up(large: "Yard", stick: Path) -> None:
    shutil.copy(stick, large.path("s1"))
    with plugged(large.folder / "s1") as first:
        process = large.start(*seal_onto(first.device, "s2", "s3"))
        wait_until_half_is_written(process, large.folder / "s2.part")
        first.pull(process)
        heard = hear(process, "waiting")
        assert "plug it in again" in heard
        assert (large.folder / "s2").exists(), "who is done has a name before anybody is waited for"
        first.plug_in()
        result = ended(large, process)
        assert result.status == Exit.DONE, (heard, result)
        assert "3 read back" in result.out
        large.assert_restored(first.device, "s3")
    subprocess.run(["fsck.fat", "-n", str(first.image)], check=True, capture_output=True)


def test_a_stick_that_does_not_come_back_leaves_the_others(large: "Yard", stick: Path) -> None:
    shutil.copy(stick, large.path("s1"))
    with plugged(large.folder / "s1") as first:
        process = large.start(*seal_onto(first.device, "s2", "s3", wait=1))
        wait_until_half_is_written(process, large.folder / "s2.part")
        first.pull(process)
        result = ended(large, process)
    assert result.status == Exit.PARTLY, result
    assert "jebi: " in result.err
    assert "went away" in result.err
    large.assert_restored("s2", "s3")


def test_who_does_not_want_to_wait_presses_ctrl_c_and_keeps_the_others(large: "Yard", stick: Path) -> None:
    number = large.assert_kit_usable()
    shutil.copy(stick, large.path("s1"))
    with plugged(large.folder / "s1") as first:
        process = large.start(*seal_onto(first.device, "s2", "s3"))
        wait_until_half_is_written(process, large.folder / "s2.part")
        first.pull(process)
        hear(process, "Ctrl-C")
        os.killpg(process.pid, signal.SIGINT)
        result = ended(large, process)
    assert result.status == Exit.PARTLY, result
    assert large.assert_kit_usable() == number + 1
    large.assert_restored("s2", "s3")


def test_another_stick_in_its_place_is_left_alone(large: "Yard", stick: Path) -> None:
    shutil.copy(stick, large.path("s1"))
    shutil.copy(stick, large.path("foreign"))
    with (large.folder / "foreign").open("r+b") as image:
        image.seek(67)
        image.write(b"else")  # the volume's serial number
    before = (large.folder / "foreign").read_bytes()
    with plugged(large.folder / "s1") as first, plugged(large.folder / "foreign"):
        process = large.start(*seal_onto(first.device, "s2", "s3", wait=2))
        wait_until_half_is_written(process, large.folder / "s2.part")
        first.pull(process)
        result = ended(large, process)
    assert result.status == Exit.PARTLY, result
    assert (large.folder / "foreign").read_bytes() == before


def test_a_file_on_a_mounted_stick_that_comes_back_is_caught_up(large: "Yard") -> None:
    """The driver of a mounted exFAT stick dies in the middle, as with a pulled one; then it is mounted again."""
    image, mount = large.folder / "image", large.folder / "mount"
    image.touch()
    os.truncate(image, 128 << 20)
    run("mkfs.exfat", str(image))
    mount.mkdir()
    device = run("losetup", "--find", "--show", str(image))
    try:
        driver = subprocess.Popen(["mount.exfat-fuse", "-d", device, str(mount)], stderr=subprocess.DEVNULL)
        while not os.path.ismount(mount):
            time.sleep(0.01)
        process = large.start(*seal_onto("mount/s1", "s2", "s3"))
        wait_until_half_is_written(process, large.folder / "s2.part")
        driver.kill()
        driver.wait()
        heard = hear(process, "waiting")
        run("umount", "-l", str(mount))
        run("mount.exfat-fuse", device, str(mount))
        result = ended(large, process)
        assert result.status == Exit.DONE, (heard, result)
        large.assert_restored("mount/s1", "s3")
        assert os.listdir(mount) == ["s1"]
    finally:
        subprocess.run(["umount", "-l", str(mount)], check=False)
        run("losetup", "--detach", device)


def test_a_relays_stick_that_comes_back_is_caught_up(large: "Yard", stick: Path) -> None:
    large.done(*seal_onto("s1", "s2", "s3"))
    shutil.copy(stick, large.path("r1"))
    with plugged(large.folder / "r1") as first:
        command = ["relay", "join", "s1", "s2", "--onto", first.device, "r2", "--survive", "1", "--route", "route"]
        process = large.start(*command)
        wait_until_half_is_written(process, large.folder / "r2.part")
        first.pull(process)
        heard = hear(process, "waiting")
        first.plug_in()
        result = ended(large, process)
        assert result.status == Exit.DONE, (heard, result)
        large.assert_restored(first.device)
