from pathlib import Path

import pytest

from jebi.errors import Damaged
from jebi.media.decoding import Decoded, ended, ffmpeg
from jebi.media.jail import Jail
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
