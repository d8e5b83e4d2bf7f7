"""What waits for more, on a real disk that fills up and crashes."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import NoRoom, Unable
from jebi.vault.tray import Tray

RECORD = 1000


def record(number: int) -> bytes:
    return bytes([number]) * RECORD


@given(st.lists(st.lists(st.integers(0, 255), max_size=4), max_size=5))
def test_records_are_kept_in_the_order_in_which_they_came(
    tmp_path_factory: pytest.TempPathFactory, arrivals: list[list[int]]
) -> None:
    tray = Tray(str(tmp_path_factory.mktemp("tray")), RECORD)
    for arrival in arrivals:
        assert tray.add("ab", map(record, arrival)) == len(arrival)
    every = [number for arrival in arrivals for number in arrival]
    assert tray.count("ab") == len(every)
    assert Path(tray.path("ab")).exists() == bool(arrivals)
    if arrivals:
        assert Path(tray.path("ab")).read_bytes() == b"".join(map(record, every))


@pytest.mark.parametrize("cut", [1, 500, 999])
def test_a_record_that_a_crash_cut_short_is_ignored_and_overwritten(tmp_path: Path, cut: int) -> None:
    tray = Tray(str(tmp_path), RECORD)
    tray.add("ab", [record(1), record(2)])
    os.truncate(tray.path("ab"), 2 * RECORD - cut)
    assert tray.count("ab") == 1
    assert tray.add("ab", [record(3)]) == 1
    assert Path(tray.path("ab")).read_bytes() == record(1) + record(3)


def test_parcels_are_listed_and_forgotten_each_for_itself(tmp_path: Path) -> None:
    tray = Tray(str(tmp_path), RECORD)
    tray.add("cd", [record(1)])
    tray.add("ab", [record(1)])
    (tmp_path / "lost+found").mkdir()
    assert tray.parcels() == ["ab", "cd"]
    tray.remove("ab")
    tray.remove("ab")
    assert (tray.parcels(), tray.count("ab"), tray.count("cd")) == (["cd"], 0, 1)


def test_nobody_else_may_read_what_waits(tmp_path: Path) -> None:
    tray = Tray(str(tmp_path), RECORD)
    tray.add("ab", [record(1)])
    assert os.stat(tray.path("ab")).st_mode & 0o777 == 0o600


def test_a_disk_that_becomes_full_keeps_every_whole_record_and_goes_on_when_there_is_room(small: Path) -> None:
    tray = Tray(str(small), RECORD)
    (small / "film").write_bytes(bytes(40_000))
    with pytest.raises(NoRoom):
        tray.add("ab", map(record, range(60)))
    kept = tray.count("ab")
    assert 0 < kept < 60
    (small / "film").unlink()
    assert tray.add("ab", map(record, range(kept, kept + 5))) == 5
    assert Path(tray.path("ab")).read_bytes() == b"".join(map(record, range(kept + 5)))


def test_an_error_of_whoever_brings_the_records_keeps_what_came_before(tmp_path: Path) -> None:
    def failing() -> Iterator[bytes]:
        yield record(1)
        raise Unable("the stick went away")

    tray = Tray(str(tmp_path), RECORD)
    with pytest.raises(Unable, match="the stick went away"):
        tray.add("ab", failing())
    assert tray.count("ab") == 1


def test_a_tray_that_is_gone_is_unable_in_every_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in ("none", "file"):
        tray = Tray(str(tmp_path / folder), RECORD)
        with pytest.raises(Unable, match="could not be read"):
            tray.parcels()
        with pytest.raises(Unable, match="could not be written"):
            tray.add("ab", [record(1)])
    with pytest.raises(Unable, match="could not be read"):
        Tray(str(tmp_path / "file"), RECORD).count("ab")
    assert Tray(str(tmp_path / "none"), RECORD).count("ab") == 0
