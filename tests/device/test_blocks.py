"""Sticks, images and files: real ones, a loop device, and what the system does to them."""

import fcntl
import mmap
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.device import blocks
from jebi.device.blocks import ALIGNMENT
from jebi.errors import Busy, NoRoom, Unable

MIB = 1 << 20


def aligned(content: bytes) -> memoryview:
    """Memory as going past the page cache wants it."""
    view = memoryview(mmap.mmap(-1, len(content)))
    view[:] = content
    return view


@given(offset=st.integers(0, 9000), content=st.binary(min_size=1, max_size=9000))
def test_what_is_written_anywhere_is_read_back_and_nothing_else_changes(
    tmp_path_factory: pytest.TempPathFactory, offset: int, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "stick"
    path.write_bytes(b"x" * 20_000)
    with blocks.open_for_writing(str(path)) as medium:
        medium.write_at(offset, content)
        medium.sync()
        assert medium.read_at(offset, len(content)) == content
    assert path.read_bytes() == b"x" * offset + content + b"x" * (20_000 - offset - len(content))


@pytest.mark.parametrize("offset", [0, ALIGNMENT, 512, 3])
def test_aligned_and_unaligned_pieces_go_the_way_that_takes_them(tmp_path: Path, offset: int) -> None:
    path, content = tmp_path / "stick", os.urandom(2 * ALIGNMENT)
    path.write_bytes(bytes(4 * ALIGNMENT))
    with blocks.open_for_writing(str(path)) as medium:
        medium.write_at(offset, aligned(content))
        medium.write_at(offset, content)  # memory that is aligned by chance only
        medium.sync()
        into = aligned(bytes(len(content)))
        assert medium.read_into(offset, into)
        assert into == content
        assert not medium.read_into(3 * ALIGNMENT, aligned(bytes(2 * ALIGNMENT)))


def test_a_block_device_has_the_size_it_claims_and_keeps_what_is_written(
    tmp_path: Path, loop: Callable[..., str]
) -> None:
    (tmp_path / "image").write_bytes(bytes(MIB))
    device, content = loop(tmp_path / "image"), os.urandom(65536)
    with blocks.open_for_writing(device) as medium:
        assert (medium.is_device, medium.size, medium.is_protected) == (True, MIB, False)
        medium.write_at(65536, aligned(content))
        medium.write_at(777, b"odd")
        medium.sync()
        assert medium.read_at(65536, 65536) == content
        into = aligned(bytes(65536))
        assert medium.read_into(65536, into)
        assert into == content
        assert medium.read_at(MIB - 10, 100) == bytes(10)
    assert (tmp_path / "image").read_bytes()[777:780] == b"odd"


def test_nothing_fits_past_the_end_of_a_device_and_it_says_that_it_is_full(
    tmp_path: Path, loop: Callable[..., str]
) -> None:
    (tmp_path / "image").write_bytes(bytes(MIB))
    with blocks.open_for_writing(loop(tmp_path / "image")) as medium, pytest.raises(NoRoom, match="is full"):
        medium.write_at(MIB - 100, bytes(200))


def test_a_write_protected_device_is_not_opened_for_writing_and_can_be_read(
    tmp_path: Path, loop: Callable[..., str]
) -> None:
    (tmp_path / "image").write_bytes(b"film" * 1024)
    device = loop(tmp_path / "image", "--read-only")
    with pytest.raises(Unable, match="write-protected"):
        blocks.open_for_writing(device)
    with blocks.open_for_reading(device) as medium:
        assert (medium.is_protected, medium.read_at(0, 4)) == (True, b"film")


def test_a_device_that_shrinks_away_under_our_hands_says_that_it_went_away(
    tmp_path: Path, loop: Callable[..., str]
) -> None:
    (tmp_path / "image").write_bytes(os.urandom(MIB))
    device = loop(tmp_path / "image")
    with blocks.open_for_writing(device) as medium:
        os.truncate(tmp_path / "image", 65536)
        medium.sync()
        with pytest.raises(Unable, match="went away or is failing: it could not be read"):
            medium.read_at(512 * 1024, 65536)
        assert len(medium.read_at(0, 65536)) == 65536


def test_a_file_in_memory_has_no_way_past_the_page_cache_and_is_written_all_the_same(
    tmp_path: Path, mounted: Callable[..., Path]
) -> None:
    path = str(mounted(tmp_path / "memory", "-t", "ramfs", "none") / "stick")
    content = os.urandom(2 * ALIGNMENT)
    with blocks.create(path) as medium:
        medium.write_at(0, aligned(content))
        medium.sync()
        into = aligned(bytes(len(content)))
        assert medium.read_into(0, into)
        assert into == content


def test_reading_never_writes_and_never_waits_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "stick"
    path.write_bytes(b"film")
    with blocks.open_for_writing(str(path)), blocks.open_for_reading(str(path)) as medium:
        assert medium.read_at(0, 9) == b"film"
        with pytest.raises(Unable, match="could not be written: bad file descriptor"):
            medium.write_at(0, b"x")
    assert path.read_bytes() == b"film"


def test_two_writers_are_one_too_many_and_the_first_to_close_lets_the_next_in(tmp_path: Path) -> None:
    path = str(tmp_path / "stick")
    with blocks.create(path), pytest.raises(Busy, match="another jebi is writing"):
        blocks.open_for_writing(path)
    blocks.open_for_writing(path).close()


def test_a_file_that_exists_is_never_created_over(tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("mine", "dangling"):
        with pytest.raises(Unable, match="could not be created: file exists"):
            blocks.create(str(tmp_path / name))
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_new_file_is_its_owner_s_alone_and_grows_with_holes(tmp_path: Path) -> None:
    with blocks.create(str(tmp_path / "new")) as medium:
        medium.resize(100 * MIB)
        assert medium.size == 100 * MIB
        assert medium.read_at(50 * MIB, 10) == bytes(10)
        medium.write_at(99 * MIB, b"end")
        medium.sync()
    found = (tmp_path / "new").stat()
    assert (found.st_mode & 0o777, found.st_blocks * 512 < MIB) == (0o600, True)


def test_a_full_disk_and_a_limit_of_size_are_no_room(tmp_path: Path, mounted: Callable[..., Path]) -> None:
    small = mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=64k", "none")
    with blocks.create(str(small / "stick")) as medium, pytest.raises(NoRoom, match="is full"):
        medium.write_at(0, bytes(MIB))
    with blocks.open_for_writing("/dev/full") as full, pytest.raises(NoRoom):
        full.write_at(0, b"x")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with blocks.create(str(tmp_path / "limited")) as medium, pytest.raises(NoRoom):
            medium.write_at(0, bytes(2000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_place_that_is_read_only_says_so(tmp_path: Path, mounted: Callable[..., Path]) -> None:
    (tmp_path / "card").mkdir()
    (tmp_path / "card" / "clip").write_bytes(b"film")
    card = mounted(tmp_path / "seen", "--bind", "-o", "ro", str(tmp_path / "card"))
    for opened in (blocks.open_for_writing, blocks.create):
        with pytest.raises(Unable, match=r"write-protected|file exists"):
            opened(str(card / "clip"))
    with pytest.raises(Unable, match="could not be created: this user may not, or it is write-protected"):
        blocks.create(str(card / "new"))
    with blocks.open_for_reading(str(card / "clip")) as medium:
        assert medium.read_at(0, 4) == b"film"


@pytest.mark.parametrize("opened", [blocks.open_for_reading, blocks.open_for_writing])
@pytest.mark.parametrize(("name", "said"), [("none", "no such file"), ("file/below", "not a directory")])
def test_what_is_not_there_is_said(
    tmp_path: Path, opened: Callable[[str], blocks.Blocks], name: str, said: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unable, match=said):
        opened(str(tmp_path / name))


def test_a_leftover_that_another_jebi_removed_while_we_opened_it_is_busy(tmp_path: Path) -> None:
    """The file is unlinked between opening and locking: told by comparing what is open with what has the name."""
    path = tmp_path / "stick"
    path.touch()
    with open(path, "rb+") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Busy):
            blocks.open_for_writing(str(path))


def test_closing_lets_go_of_every_descriptor(tmp_path: Path) -> None:
    before = os.listdir("/proc/self/fd")
    for number in range(20):
        with blocks.create(str(tmp_path / str(number))):
            pass
    assert os.listdir("/proc/self/fd") == before


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unable, match="neither a file nor a device"):
        blocks.open_for_reading(str(tmp_path / "pipe"))
