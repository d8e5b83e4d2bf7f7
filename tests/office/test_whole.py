"""The sealed parcel as a plain file in several places: each read back, each failing alone, stock `age` reads it."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.carriers.whole import PART
from jebi.device.blocks import Blocks
from jebi.errors import Busy, Gone, Refused, Unable
from jebi.office.targets import create_partial
from jebi.office.whole import PIECE, Copies, _Copy, whole_copies

CONTENT = random.Random(3).randbytes(2 * PIECE + 12_345)


def pieces() -> Iterator[bytes]:
    for start in range(0, len(CONTENT), 65536 + 16):
        yield CONTENT[start : start + 65536 + 16]


class Failing(Blocks):
    """A medium that takes so many bytes, and then is gone; or gives back other bytes."""

    left = 1 << 40
    lies = False

    def write_at(self, offset: int, content: bytes | bytearray | memoryview) -> None:
        self.left -= len(content)
        if self.left < 0:
            raise Gone(f"{self.path} went away")
        super().write_at(offset, content)

    def read_at(self, offset: int, length: int) -> bytes:
        came = super().read_at(offset, length)
        return came[:-1] + bytes([came[-1] ^ 1]) if self.lies and came else came


def failing(copies: Copies, number: int, *, left: int = 1 << 40, lies: bool = False) -> None:
    """One of the copies gets a medium that fails."""
    copy = copies._copies[number]
    (medium, length, final) = copy.parts[0]
    worse = Failing(os.dup(medium._descriptor), medium.path)
    medium.close()
    worse.left, worse.lies = left, lies
    copy.parts[0] = (worse, length, final)


def done(copies: Copies) -> None:
    try:
        copies.write(pieces(), lambda _: None)
        copies.read_back(lambda _: None)
    finally:
        copies.close()


def test_every_copy_is_the_file_and_has_its_name_only_when_it_was_read_back(tmp_path: Path) -> None:
    places, advanced = [str(tmp_path / name) for name in "abc"], list[int]()
    copies = whole_copies(places, len(CONTENT))
    copies.write(pieces(), advanced.append)
    assert sorted(os.listdir(tmp_path)) == ["a.part", "b.part", "c.part"]
    assert sum(advanced) == len(CONTENT)
    copies.read_back(advanced.append)
    copies.close()
    assert sum(advanced) == 4 * len(CONTENT)
    assert sorted(os.listdir(tmp_path)) == ["a", "b", "c"]
    assert all(Path(place).read_bytes() == CONTENT for place in places)
    assert (copies.whole, copies.failed) == (tuple(places), {})


@pytest.mark.parametrize(
    ("left", "lies"), [(0, False), (PIECE, False), (1 << 40, True)], ids=["at once", "later", "lies"]
)
def test_a_place_that_fails_is_named_and_stops_only_itself(tmp_path: Path, left: int, *, lies: bool) -> None:
    places = [str(tmp_path / name) for name in "abc"]
    copies = whole_copies(places, len(CONTENT))
    failing(copies, 1, left=left, lies=lies)
    done(copies)
    assert copies.whole == (places[0], places[2])
    assert list(copies.failed) == [places[1]]
    assert sorted(os.listdir(tmp_path)) == ["a", "c"]
    assert (tmp_path / "c").read_bytes() == CONTENT


def test_when_no_place_takes_it_writing_ends_at_once(tmp_path: Path) -> None:
    copies = whole_copies([str(tmp_path / name) for name in "ab"], len(CONTENT))
    failing(copies, 0, left=PIECE)
    failing(copies, 1, left=PIECE)
    drawn = 0

    def counted() -> Iterator[bytes]:
        nonlocal drawn
        for piece in pieces():
            drawn += len(piece)
            yield piece

    with pytest.raises(Gone, match="every place failed"):
        copies.write(counted(), lambda _: None)
    copies.close()
    assert drawn < 2 * PIECE
    assert os.listdir(tmp_path) == []


def test_when_no_place_gives_it_back_it_is_said_so(tmp_path: Path) -> None:
    copies = whole_copies([str(tmp_path / "a")], len(CONTENT))
    failing(copies, 0, lies=True)
    with pytest.raises(Unable, match="other bytes"):
        done(copies)
    assert os.listdir(tmp_path) == []


def test_a_file_that_exists_is_never_overwritten_and_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"dear editor")
    (tmp_path / "c").mkdir()
    (tmp_path / "d").symlink_to("nowhere")
    for taken in "bcd":
        with pytest.raises(Refused, match="exists already"):
            whole_copies([str(tmp_path / "a"), str(tmp_path / taken)], len(CONTENT))
    assert sorted(os.listdir(tmp_path)) == ["b", "c", "d"]
    assert (tmp_path / "b").read_bytes() == b"dear editor"


def test_two_names_of_one_place_are_refused(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    with pytest.raises(Refused, match="named twice"):
        whole_copies([str(tmp_path / "a"), str(tmp_path / "below" / ".." / "a")], len(CONTENT))
    assert os.listdir(tmp_path) == ["below"]


def test_a_file_that_came_into_being_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    copies = whole_copies([str(tmp_path / name) for name in "ab"], len(CONTENT))
    (tmp_path / "a").write_bytes(b"dear editor")
    done(copies)
    assert copies.whole == (str(tmp_path / "b"),)
    assert (tmp_path / "a").read_bytes() == b"dear editor"


def test_a_place_that_another_jebi_writes_to_is_busy(tmp_path: Path) -> None:
    first = whole_copies([str(tmp_path / "a")], len(CONTENT))
    with pytest.raises(Busy):
        whole_copies([str(tmp_path / "a")], len(CONTENT))
    first.close()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_not_there_is_named_before_anything_was_written(tmp_path: Path) -> None:
    with pytest.raises(Unable, match="none"):
        whole_copies([str(tmp_path / "a"), str(tmp_path / "none" / "a")], len(CONTENT))
    assert os.listdir(tmp_path) == []


def test_a_file_that_is_too_large_for_fat_is_cut_and_cat_joins_it(tmp_path: Path) -> None:
    """With parts of other lengths than real ones: those are of 4 GiB."""
    lengths = [PIECE - 7, PIECE + 7, len(CONTENT) - 2 * PIECE]
    copies = Copies([_Copy("a", [])])
    for number, length in enumerate(lengths, 1):
        name = str(tmp_path / f"a.{number:03}")
        copies._copies[0].parts.append((create_partial(name), length, name))
    done(copies)
    assert sorted(os.listdir(tmp_path)) == ["a.001", "a.002", "a.003"]
    assert b"".join(path.read_bytes() for path in sorted(tmp_path.iterdir())) == CONTENT


def test_parts_are_as_long_as_fat_takes_and_one_that_exists_refuses_all(tmp_path: Path) -> None:
    copies = whole_copies([str(tmp_path / "a")], PART + 1)
    assert [(length, Path(final).name) for _, length, final in copies._copies[0].parts] == [
        (PART, "a.001"),
        (1, "a.002"),
    ]
    copies.close()
    (tmp_path / "a.002").write_bytes(b"")
    with pytest.raises(Refused, match=r"a\.002"):
        whole_copies([str(tmp_path / "a")], PART + 1)
    assert os.listdir(tmp_path) == ["a.002"]
