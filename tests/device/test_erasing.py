"""Overwriting and deleting on real file systems."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jebi.device.erasing import PIECE, describe, overwrite_and_delete
from jebi.errors import NoRoom, Refused, Unable

SECRET = b"who filmed it "


def make_stick(folder: Path) -> Path:
    """A medium with ext2, for a kernel may be without FAT."""
    image = folder / "image"
    image.touch()
    os.truncate(image, 4 << 20)
    system("mkfs.ext2", "-q", str(image))
    return image


def system(*command: str) -> str:
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout


@pytest.mark.parametrize("size", [0, 1, 5000, PIECE, 3 * PIECE + 17])
def test_a_file_is_gone_and_every_byte_of_it_was_overwritten(tmp_path: Path, size: int) -> None:
    """Seen through a second name, after the first is gone: no byte of it, but length nothing."""
    path = tmp_path / "film"
    path.write_bytes((SECRET * (size // len(SECRET) + 1))[:size])
    os.link(path, tmp_path / "other")
    overwrite_and_delete(str(path), "passing")
    assert os.listdir(tmp_path) == ["other"]
    assert (tmp_path / "other").read_bytes() == b""


def test_on_a_stick_the_bytes_are_no_more_on_the_medium_itself(
    tmp_path: Path, loop: Callable[..., str], mounted: Callable[..., Path]
) -> None:
    """Noise lies in the very clusters; and when it returns, the folder on the medium has no such file."""
    image = make_stick(tmp_path)
    stick = mounted(tmp_path / "stick", loop(image))
    (stick / "film.txt").write_bytes(SECRET * 10_000)
    os.sync()
    assert SECRET * 70 in image.read_bytes()
    assert "film.txt" in system("debugfs", "-R", "ls", str(image))
    overwrite_and_delete(str(stick / "film.txt"), "0123456789abcdef")
    assert SECRET not in image.read_bytes()
    assert "film.txt" not in system("debugfs", "-R", "ls", str(image))


def test_what_a_file_lies_on_is_told_as_far_as_the_system_says(tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(SECRET)
    os.link(tmp_path / "film", tmp_path / "other")
    size, links, kind = describe(str(tmp_path / "film"))
    assert (size, links) == (len(SECRET), 2)
    assert kind in {"disk", "flash", "memory", "unknown"}


def test_memory_is_told_from_what_lies_below_it_even_with_spaces_in_its_name(
    tmp_path: Path, loop: Callable[..., str], mounted: Callable[..., Path]
) -> None:
    """As where desktops mount sticks: /run is memory, and below it lies a stick whose label has a space."""
    memory = mounted(tmp_path / "run", "-t", "tmpfs", "none")
    (memory / "film").write_bytes(SECRET)
    assert describe(str(memory / "film"))[2] == "memory"
    stick = mounted(memory / "MY STICK", loop(make_stick(tmp_path)))
    (stick / "film").write_bytes(SECRET)
    assert describe(str(stick / "film"))[2] in {"disk", "flash"}
    (stick / "memory").mkdir()
    again = mounted(stick / "memory" / "of mine", "-t", "tmpfs", "none")
    (again / "film").write_bytes(SECRET)
    assert describe(str(again / "film"))[2] == "memory"


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/etc/hostname")])
def test_what_is_no_ordinary_file_is_refused(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "it")
    with pytest.raises(Refused, match="no ordinary file"):
        describe(str(tmp_path / "it"))


def test_a_link_is_not_followed_and_neither_it_nor_what_it_names_is_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(SECRET)
    (tmp_path / "link").symlink_to("mine")
    with pytest.raises(Unable, match="could not be erased"):
        overwrite_and_delete(str(tmp_path / "link"), "passing")
    assert sorted(os.listdir(tmp_path)) == ["link", "mine"]
    assert (tmp_path / "mine").read_bytes() == SECRET


def test_what_is_not_there_is_unable(tmp_path: Path) -> None:
    for act in (describe, lambda path: overwrite_and_delete(path, "passing")):
        with pytest.raises(Unable, match="no such file"):
            act(str(tmp_path / "none"))


def test_a_write_protected_medium_keeps_its_file_and_says_why(tmp_path: Path, mounted: Callable[..., Path]) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "film").write_bytes(SECRET)
    card = mounted(tmp_path / "seen", "--bind", "-o", "ro", str(tmp_path / "card"))
    with pytest.raises(Unable, match="write-protected"):
        overwrite_and_delete(str(card / "film"), "passing")
    assert (card / "film").read_bytes() == SECRET


def test_a_hole_that_a_full_disk_cannot_fill_is_no_room_and_the_file_stays(
    tmp_path: Path, mounted: Callable[..., Path]
) -> None:
    """A file of holes takes no room until it is overwritten; it is not called erased when that fails."""
    small = mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=256k", "none")
    (small / "film").touch()
    os.truncate(small / "film", 300_000)
    with pytest.raises(NoRoom):
        overwrite_and_delete(str(small / "film"), "passing")
    assert os.listdir(small) == ["film"]
