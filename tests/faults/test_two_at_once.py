"""Two commands at once on one stick or one archive: one of them waits outside, and both say the truth."""

import fcntl
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from depth import often
from jebi.device import blocks
from jebi.errors import Exit

if TYPE_CHECKING:
    from faults.conftest import Ended, Yard

RACES = often(6, 3)


def seal_onto(*places: str) -> list[str]:
    return ["field", "seal", "card", "--onto", *places, "--survive", "0", "--kit", "kit"]


def both(yard: "Yard", one: list[str], other: list[str]) -> "list[Ended]":
    """Two commands started in the same moment."""
    processes = [yard.start(*one), yard.start(*other)]
    return [yard.end(process) for process in processes]


def assert_busy(ended: "Ended") -> None:
    assert ended.status == Exit.BUSY
    assert ended.err.startswith("jebi: another jebi is ")


def test_an_image_that_another_jebi_writes_is_busy(yard: "Yard", stick: Path) -> None:
    shutil.copy(stick, yard.path("s1"))
    with blocks.open_for_writing(yard.path("s1")):
        assert_busy(yard.run(*seal_onto("s1")))
    assert Path(yard.path("s1")).read_bytes() == stick.read_bytes()
    yard.done(*seal_onto("s1"))


def test_a_file_that_another_jebi_makes_is_busy(yard: "Yard") -> None:
    with blocks.create(yard.path("s1.part")) as part:
        assert_busy(yard.run(*seal_onto("s1")))
        assert_busy(yard.run("field", "seal", "card", "--as", "whole", "--onto", "s1", "--kit", "kit"))
        assert os.path.exists(part.path)
    yard.done(*seal_onto("s1"))
    assert not os.path.exists(part.path)


def test_a_film_that_another_jebi_fills_is_busy(yard: "Yard") -> None:
    before = Path(yard.path("film.mp4")).read_bytes()
    with blocks.create(yard.path("film.mp4.part")):
        assert_busy(yard.run(*seal_onto("film.mp4")))
    assert Path(yard.path("film.mp4")).read_bytes() == before


def test_an_archive_that_another_jebi_has_is_busy(yard: "Yard") -> None:
    yard.done(*seal_onto("s1"))
    with open(yard.path("archive/lock"), "rb+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for command in (
            yard.archive("desk", "receive", "--plain", "s1"),
            yard.archive("desk", "check"),
            [*yard.archive("desk", "prove", "0" * 16), "--out", "proof"],
            [*yard.archive("desk", "trip"), "--kit", "k", "--route", "r", "--receipts", "c"],
        ):
            assert_busy(yard.run(*command))
    assert not any(os.path.exists(yard.path(name)) for name in ("proof", "k", "r", "c"))
    yard.assert_restored("s1")


def test_of_two_that_race_for_a_new_file_one_makes_it_whole(yard: "Yard") -> None:
    for _ in range(RACES):
        ends = both(yard, seal_onto("s1"), seal_onto("s1"))
        assert sorted(ended.status for ended in ends) in ([0, Exit.REFUSED], [0, Exit.BUSY]), ends
        yard.assert_all_slots("s1")
        yard.assert_restored("s1")
        assert not os.path.exists(yard.path("s1.part"))
        os.unlink(yard.path("s1"))


def test_of_two_that_race_for_a_leftover_one_makes_it_whole(yard: "Yard") -> None:
    """Both find what a jebi that was killed left, and both want to remove it."""
    for _ in range(RACES):
        Path(yard.path("s1.part")).write_bytes(b"left")
        ends = both(yard, seal_onto("s1"), seal_onto("s1"))
        assert sorted(ended.status for ended in ends) in ([0, Exit.REFUSED], [0, Exit.BUSY]), ends
        yard.assert_all_slots("s1")
        assert not os.path.exists(yard.path("s1.part"))
        os.unlink(yard.path("s1"))


def test_of_two_that_race_for_a_film_each_says_truly_whether_it_is_on_it(yard: "Yard") -> None:
    for _ in range(RACES):
        shutil.copy(yard.path("film.mp4"), yard.path("f"))
        ends = both(yard, seal_onto("f"), seal_onto("f"))
        assert {ended.status for ended in ends} <= {0, Exit.BUSY}, ends
        assert any(ended.status == 0 for ended in ends)
        yard.assert_restored("f")


def test_of_two_that_receive_at_once_one_is_busy_or_finds_it_here_already(yard: "Yard") -> None:
    for turn in range(RACES):
        yard.done(*seal_onto(f"s{turn}"))
        ends = both(yard, *[yard.archive("desk", "receive", "--plain", f"s{turn}")] * 2)
        assert {ended.status for ended in ends} <= {0, Exit.BUSY}, ends
        assert any(ended.status == 0 for ended in ends)
        yard.assert_restored(f"s{turn}")
    yard.assert_archive_agrees()


@pytest.mark.deep
def test_a_stick_is_read_while_another_jebi_writes_it(yard: "Yard", stick: Path) -> None:
    """Who reads sees old noise or new slots, never half of one as a whole."""
    shutil.copy(stick, yard.path("s1"))
    writing = yard.start(*seal_onto("s1"))
    while writing.poll() is None:
        ended = yard.call("relay", "join", "s1", "--onto", f"r{time.monotonic_ns()}", "--route", "route")
        assert ended.status in {0, Exit.PARTLY, Exit.NOTHING_FOUND}, ended
    assert yard.end(writing).status == 0
    yard.assert_restored("s1")
