import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from jebi.errors import Damaged
from jebi.media.decoding import Decoded, ahead, ended, ffmpeg
from jebi.media.frames import frames
from jebi.media.jail import Jail
from jebi.media.probe import probe
from jebi.media.run import Budget, Undecodable

BUDGET = Budget(processor=10, memory=1 << 30, stall=10, output=1 << 20)


def test_a_pass_that_fails_after_it_gave_something_keeps_it_and_says_why(jail: Jail, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"noise" * 100)
    with jail.start(ffmpeg("-f", "null", "-"), budget=BUDGET, footage=str(tmp_path / "noise")) as run:
        decoded = ended(run, count=7, mended=1)
    assert (decoded.count, decoded.mended) == (7, 1)
    assert decoded.gave_up


def test_a_pass_that_gave_nothing_is_damaged(jail: Jail, samples: Path, tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"noise" * 100)
    with (
        jail.start(ffmpeg("-f", "null", "-"), budget=BUDGET, footage=str(tmp_path / "noise")) as run,
        pytest.raises(Undecodable),
    ):
        ended(run, count=0)
    film = str(samples / "carphone_pristine.mp4")
    with (
        jail.start(ffmpeg("-f", "null", "-"), budget=BUDGET, footage=film) as run,
        pytest.raises(Damaged, match="nothing"),
    ):
        ended(run, count=0)


def test_a_pass_over_a_whole_film_finds_nothing_wrong(jail: Jail, samples: Path) -> None:
    film = str(samples / "carphone_pristine.mp4")
    with jail.start(ffmpeg("-f", "null", "-"), budget=BUDGET, footage=film) as run:
        assert ended(run, count=1) == Decoded(count=1, mended=0, complaints=0, gave_up="")


def test_the_next_piece_is_taken_while_one_is_worked_on_and_none_beyond() -> None:
    taken, came = list[int](), threading.Event()

    def pieces() -> Iterator[int]:
        for number in range(5):
            taken.append(number)
            if number == 1:
                came.set()
            yield number

    coming = ahead(pieces())
    assert next(coming) == 0
    assert came.wait(10)
    assert taken == [0, 1]
    assert list(coming) == [1, 2, 3, 4]


def test_what_goes_wrong_while_a_piece_is_taken_comes_in_its_place() -> None:
    def pieces() -> Iterator[int]:
        yield 1
        raise Damaged("the second cannot be read")

    coming = ahead(pieces())
    assert next(coming) == 1
    with pytest.raises(Damaged, match="the second"):
        next(coming)


def test_who_stops_in_the_middle_can_close_the_pass_at_once(jail: Jail, samples: Path) -> None:
    film = str(samples / "bikes.mp4")
    taken = frames(jail, film, probe(jail, film), height=144)
    coming = ahead(taken)
    assert next(coming).time_ms == 0
    coming.close()
    taken.close()
    assert next(taken, None) is None
