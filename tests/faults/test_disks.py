"""Disks that are full, cannot be written, fail or go away: a clear sentence, the right exit status, and nothing lost."""

import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from depth import often
from jebi.carriers.slot import SLOT
from jebi.errors import Exit

if TYPE_CHECKING:
    from faults.conftest import Yard

TRIES = 20
FEW = 1 << 19  # bytes; less than a stick of these clips takes


def seal_onto(*places: str, survive: int = 1) -> list[str]:
    return [
        "field",
        "seal",
        "card",
        "--onto",
        *places,
        "--survive",
        str(survive),
        "--kit",
        "kit",
        "--wait",
        "0",
        "--unprepared",
    ]


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[Path]:
    """A disk of its own; only root may mount one, and in a container of its own everybody is root."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def loop(image: Path, *options: str) -> Iterator[str]:
    """The image as a block device."""
    device = subprocess.run(
        ["losetup", "--find", "--show", *options, str(image)], check=True, capture_output=True, text=True
    ).stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def limited(*arguments: str, largest: int) -> list[str]:
    """jebi where no file may grow beyond a size, as on an exotic or badly set-up disk."""
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({largest}, {largest}))"
    return [sys.executable, "-c", f"{code}; from jebi.cli.main import main; import sys; sys.exit(main())", *arguments]


def assert_clear(err: str) -> None:
    """One sentence and a hint for people; no traceback, no mistake in jebi itself."""
    assert "jebi: " in err
    assert "Traceback" not in err
    assert "mistake in jebi" not in err


def test_a_disk_too_small_for_the_new_files_is_noticed_before_anything_is_written(yard: "Yard") -> None:
    kit = Path(yard.path("kit")).read_bytes()
    with small_disk(yard.folder / "small", FEW) as small:
        ended = yard.run(*seal_onto("small/s1", "s2"))
        assert ended.status == Exit.NO_ROOM
        assert_clear(ended.err)
        assert os.listdir(small) == []
        assert not os.path.exists(yard.path("s2"))
    assert Path(yard.path("kit")).read_bytes() == kit


def test_several_new_files_share_the_room_of_their_disk(yard: "Yard") -> None:
    with small_disk(yard.folder / "small", 2 * FEW) as small:
        ended = yard.run(*seal_onto("small/s1", "small/s2", "small/s3"))
        assert ended.status == Exit.NO_ROOM
        assert os.listdir(small) == []


def test_a_disk_that_becomes_full_stops_only_its_own_stick(yard: "Yard") -> None:
    """The image is thin: it claims more than the disk below it has."""
    with small_disk(yard.folder / "small", 8 * FEW) as small:
        make_thin_stick(small / "s1")
        leave(small, FEW)
        ended = yard.run(*seal_onto("small/s1", "s2", "s3"))
        assert ended.status == Exit.PARTLY, ended
        assert_clear(ended.err)
        assert "small/s1 is full" in ended.err
    yard.assert_restored("s2", "s3")


def test_a_single_stick_that_becomes_full_is_no_room(yard: "Yard") -> None:
    kit = Path(yard.path("kit")).read_bytes()
    with small_disk(yard.folder / "small", 8 * FEW) as small:
        make_thin_stick(small / "s1")
        leave(small, FEW)
        ended = yard.run(*seal_onto("small/s1", survive=0))
        assert ended.status == Exit.NO_ROOM
        assert_clear(ended.err)
    assert Path(yard.path("kit")).read_bytes() == kit


def test_a_file_that_may_not_grow_is_no_room_and_is_removed(yard: "Yard") -> None:
    ended = yard.run(prefix=limited(*seal_onto("s1", "s2"), largest=2 * SLOT))
    assert ended.status == Exit.NO_ROOM, ended
    assert_clear(ended.err)
    assert [name for name in os.listdir(yard.folder) if name.startswith("s")] == []


def test_two_of_three_thin_sticks_that_become_full_are_not_enough_and_say_so(yard: "Yard") -> None:
    with small_disk(yard.folder / "small", 8 * FEW) as small:
        make_thin_stick(small / "s1")
        make_thin_stick(small / "s2")
        leave(small, FEW)
        ended = yard.run(*seal_onto("small/s1", "small/s2", "s3"))
        assert ended.status == Exit.UNABLE
        assert_clear(ended.err)
        assert "only 1 of the sticks were read back, and 2 are needed" in ended.err


def test_the_kit_on_a_full_disk_does_not_spoil_the_sticks(yard: "Yard") -> None:
    with small_disk(yard.folder / "small", 16 << 10) as small:
        shutil.copy(yard.path("kit"), small / "kit")
        (small / "full").write_bytes(bytes(fill(small)))
        ended = yard.run("field", "seal", "card", "--onto", "s1", "--survive", "0", "--kit", "small/kit")
        assert ended.status == Exit.PARTLY, ended
        assert "small/kit" in ended.err
        assert (small / "kit").read_bytes() == Path(yard.path("kit")).read_bytes()
    yard.assert_restored("s1")


def test_an_archive_on_a_full_disk_receives_when_there_is_room_again(yard: "Yard") -> None:
    yard.done(*seal_onto("s1", "s2", survive=0))
    with small_disk(yard.folder / "small", 2 * FEW) as small:
        shutil.move(yard.path("archive"), small / "archive")
        leave(small, FEW // 2)
        os.symlink(small / "archive", yard.path("archive"))
        for sticks in (["s1", "s2"], ["s1"]):
            ended = yard.run(*yard.archive("desk", "receive", "--plain", *sticks))
            assert ended.status == Exit.NO_ROOM, ended
            assert_clear(ended.err)
        leave(small, 32 * FEW)
        yard.assert_restored("s1", "s2")
        yard.assert_archive_agrees()


@pytest.mark.parametrize("free", range(0, 60_000, often(6_000, 20_000)))
def test_however_little_room_the_archive_has_nothing_is_lost(yard: "Yard", free: int) -> None:
    """The disk becomes full in the middle of clips, of the log, of a tile: at another place for each size."""
    yard.done("field", "seal", "card/b.mp4", "--onto", "s1", "--survive", "0", "--kit", "kit")
    (yard.clips / "a.mp4").unlink()
    with small_disk(yard.folder / "small", 4 * FEW) as small:
        shutil.move(yard.path("archive"), small / "archive")
        os.symlink(small / "archive", yard.path("archive"))
        needed = 2 * 200_000
        (small / "filling").write_bytes(bytes(max(0, fill(small) - needed - free)))
        ended = yard.call(*yard.archive("desk", "receive", "--plain", "s1"))
        assert ended.status in {Exit.DONE, Exit.NO_ROOM}, ended
        assert "mistake" not in ended.err
        (small / "filling").unlink()
        yard.assert_restored("s1")
        yard.assert_archive_agrees()


def test_a_spool_that_is_too_small_is_no_room(yard: "Yard") -> None:
    yard.done(*seal_onto("s1", "s2"))
    with small_disk(yard.folder / "small", 64 << 10) as small:
        ended = yard.run(
            "relay", "join", "s1", "--onto", "r1", "--survive", "0", "--route", "route", "--spool", "small"
        )
        assert ended.status == Exit.NO_ROOM, ended
        assert_clear(ended.err)
        assert "--spool" in ended.err
        assert os.listdir(small) == []
        assert not os.path.exists(yard.path("r1"))


def test_a_write_protected_stick_is_refused_before_anything_is_written(yard: "Yard", stick: Path) -> None:
    shutil.copy(stick, yard.path("s1"))
    shutil.copy(stick, yard.path("s2"))
    with loop(yard.folder / "s1", "--read-only") as protected:
        ended = yard.run(*seal_onto("s2", protected))
        assert ended.status == Exit.UNABLE
        assert_clear(ended.err)
        assert protected in ended.err
        assert "write-protected" in ended.err
    assert Path(yard.path("s2")).read_bytes() == stick.read_bytes()


def test_a_write_protected_stick_is_received_all_the_same(yard: "Yard", stick: Path) -> None:
    shutil.copy(stick, yard.path("s1"))
    yard.done(*seal_onto("s1", survive=0))
    with loop(yard.folder / "s1", "--read-only") as protected:
        yard.assert_restored(protected)


def test_a_folder_that_cannot_be_written_is_unable(yard: "Yard") -> None:
    with small_disk(yard.folder / "small", FEW) as small:
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        for command in (
            seal_onto("small/s1", survive=0),
            [*yard.archive("desk", "trip"), "--kit", "small/kit", "--route", "small/r", "--receipts", "small/c"],
            ["desk", "init", "--archive", "small/archive", "--name", "d", "--passphrase-file", "pw"],
            ["witness", "init", "--folder", "small/w", "--name", "w", "--passphrase-file", "pw"],
        ):
            ended = yard.run(*command)
            assert ended.status == Exit.UNABLE, (command, ended)
            assert_clear(ended.err)
    yard.assert_archive_agrees()


def test_a_block_device_that_fails_while_it_is_written_stops_only_itself(yard: "Yard") -> None:
    """The disk below the device is full; the device says what failing flash says: an input/output error."""
    with small_disk(yard.folder / "small", 8 * FEW) as small:
        make_thin_stick(small / "image")
        leave(small, FEW)
        with loop(small / "image") as failing:
            ended = yard.run(*seal_onto(failing, "s2", "s3"))
            assert ended.status == Exit.PARTLY, ended
            assert_clear(ended.err)
            assert failing in ended.err
    yard.assert_restored("s2", "s3")


def test_a_stick_that_goes_away_in_the_middle_stops_only_itself(yard: "Yard", stick: Path) -> None:
    """Pulled out: everything behind the first megabyte is gone, and is not what was written when it is read back."""
    (yard.clips / "c.mp4").write_bytes(os.urandom(12_000_000))
    shutil.copy(stick, yard.path("s1"))
    with loop(yard.folder / "s1") as pulled:
        process = yard.start(*seal_onto(pulled, "s2", "s3"))
        stop = threading.Event()
        puller = threading.Thread(target=pull, args=(yard.folder / "s1", stop))
        while not os.path.exists(yard.path("s2.part")) and process.poll() is None:
            time.sleep(0.001)
        puller.start()
        out, err = process.communicate(timeout=120)
        stop.set()
        puller.join()
    assert process.returncode == Exit.PARTLY, (out, err)
    assert_clear(err)
    assert pulled in err
    yard.assert_restored("s2", "s3")


def test_a_stick_that_cannot_be_read_from_some_point_on_gives_what_lies_before(yard: "Yard", stick: Path) -> None:
    """Half of a stick reads as input/output errors; the rest of it and the other stick suffice."""
    for name in ("s1", "s2", "s3"):
        shutil.copy(stick, yard.path(name))
    yard.done(*seal_onto("s1", "s2", "s3", survive=1))
    with loop(yard.folder / "s1") as dying:
        os.truncate(yard.path("s1"), stick.stat().st_size // 2)
        with open(dying, "rb") as device:
            device.seek(stick.stat().st_size - 4096)
            with pytest.raises(OSError, match="Input/output"):
                device.read(4096)
        yard.assert_restored(dying, "s2", "s3")


def test_a_sealed_file_that_cannot_be_read_does_not_keep_others_away(yard: "Yard") -> None:
    yard.done("field", "seal", "card", "--kit", "kit", "--as", "whole", "--onto", "sealed.age")
    yard.done(*seal_onto("s1", survive=0))
    size = os.path.getsize(yard.path("sealed.age"))
    with loop(yard.folder / "sealed.age") as dying:
        os.truncate(yard.path("sealed.age"), size // 4096 * 2048)
        ended = yard.run(*yard.archive("desk", "receive", "--plain", dying, "s1"))
    assert ended.status == Exit.DAMAGED, ended
    assert "cannot be read" in ended.out
    yard.assert_restored("s1")
    yard.assert_archive_agrees()


def test_a_card_that_fails_while_it_is_read_is_said_without_a_name(yard: "Yard") -> None:
    """Nothing is said to be done, nothing stays, and no name of a clip is said at all."""
    card = yard.folder / "card.img"
    with card.open("wb") as file:
        file.truncate(48 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-E", "lazy_itable_init=0,lazy_journal_init=0", str(card)], check=True)
    mounted = yard.folder / "mounted"
    mounted.mkdir()
    with loop(card) as device:
        subprocess.run(["mount", device, str(mounted)], check=True)
        try:
            (mounted / "secret-name.mp4").write_bytes(os.urandom(24 << 20))
            subprocess.run(["umount", str(mounted)], check=True)
            subprocess.run(["mount", "-o", "ro", device, str(mounted)], check=True)
            os.truncate(card, 12 << 20)
            ended = yard.run("field", "seal", "mounted", "--onto", "s1", "--survive", "0", "--kit", "kit")
        finally:
            subprocess.run(["umount", "-l", str(mounted)], check=True)
    assert ended.status == Exit.UNABLE, ended
    assert_clear(ended.err)
    assert "a clip could not be" in ended.err
    assert "secret-name" not in ended.err
    assert [name for name in os.listdir(yard.folder) if name.startswith("s1")] == []


def test_a_device_is_no_clip(yard: "Yard") -> None:
    """It has no length of its own; it would be sealed as an empty clip, and everybody would think it safe."""
    shutil.copy(yard.path("film.mp4"), yard.path("image"))
    with loop(yard.folder / "image") as device:
        ended = yard.run("field", "seal", device, "--onto", "s1", "--survive", "0", "--kit", "kit")
    assert ended.status == Exit.REFUSED
    assert_clear(ended.err)


def make_thin_stick(image: Path) -> None:
    """A FAT32 stick of 40 MiB on a disk that does not have them."""
    with image.open("wb") as file:
        file.truncate(40 << 20)
    subprocess.run(["mkfs.fat", "-F", "32", "-s", "1", str(image)], check=True, capture_output=True)


def leave(folder: Path, free: int) -> None:
    """Make a disk larger or smaller, so that so many bytes are left on it, even while somebody writes there."""
    for _ in range(TRIES):
        found = os.statvfs(folder)
        size = (found.f_blocks - found.f_bfree) * found.f_frsize + free
        if subprocess.run(["mount", "-o", f"remount,size={size}", str(folder)], check=False).returncode == 0:
            return
    raise AssertionError("the disk did not become smaller")


def fill(folder: Path) -> int:
    """How many bytes are left on a disk."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_bsize


def pull(image: Path, stop: threading.Event) -> None:
    """Take away all but the beginning of what lies under a device, again and again."""
    while not stop.is_set():
        os.truncate(image, 1 << 20)
        stop.wait(0.02)


def test_this_process_may_still_write() -> None:
    """The limits above belong to their own processes."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
