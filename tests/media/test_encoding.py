import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from jebi.errors import Damaged, Unable
from jebi.media.encoding import encoded
from jebi.media.frames import Frame
from jebi.media.viewing import ENCODER
from media.drawn import TIMES, drawn, times_of, tone


def test_every_frame_keeps_its_time_to_the_millisecond(tmp_path: Path) -> None:
    passed = [
        frame.time_ms for frame in encoded(drawn(), str(tmp_path / "film"), ENCODER, sound=tone(60, 8_000), rate=8_000)
    ]
    assert passed == TIMES
    assert times_of(tmp_path / "film") == TIMES


def test_a_silent_film_keeps_its_times_too(tmp_path: Path) -> None:
    list(encoded(drawn(), str(tmp_path / "film"), ENCODER))
    assert times_of(tmp_path / "film") == TIMES


def test_sound_is_heard_when_it_was(tmp_path: Path) -> None:
    silence = [np.zeros(8_000, np.int16)]
    list(encoded(drawn(), str(tmp_path / "film"), ENCODER, sound=[*silence, *tone(1, 8_000)], rate=8_000))
    raw = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "film"), "-f", "s16le", "-ar", "8000", "-"]
    sound = np.frombuffer(subprocess.run(raw, check=True, capture_output=True).stdout, np.int16)
    assert int(np.flatnonzero(np.abs(sound) > 2_000)[0]) / 8_000 == pytest.approx(1.0, abs=0.03)


def test_who_stops_in_the_middle_leaves_no_film(tmp_path: Path) -> None:
    passing = encoded(drawn(), str(tmp_path / "film"), ENCODER)
    next(passing)
    passing.close()
    assert list(tmp_path.iterdir()) == []


def test_footage_that_ends_in_damage_leaves_no_film(tmp_path: Path) -> None:
    def broken() -> Iterator[Frame]:
        yield from drawn()
        raise Damaged("the rest is lost")

    with pytest.raises(Damaged):
        list(encoded(broken(), str(tmp_path / "film"), ENCODER))
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_that_cannot_write_says_so(tmp_path: Path) -> None:
    (tmp_path / "film.part").symlink_to("/dev/full")
    with pytest.raises(Unable):
        list(encoded(drawn(), str(tmp_path / "film"), ENCODER))
    with pytest.raises(Unable):
        list(encoded(drawn(), str(tmp_path / "no folder" / "film"), ENCODER))


def test_frames_out_of_order_are_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="rise"):
        list(encoded(drawn([5, 5]), str(tmp_path / "film"), ENCODER))
    with pytest.raises(ValueError, match="nothing"):
        list(encoded((), str(tmp_path / "film"), ENCODER))
