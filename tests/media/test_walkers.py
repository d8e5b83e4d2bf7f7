"""The films that protecting is timed on are what they say: faces where the truth has them, none hidden, and a file that plays."""

import subprocess
from itertools import combinations, islice
from pathlib import Path

import numpy as np
import pytest

from media.hard_faces import footage
from media.walkers import FRAMES, HEIGHT, RATE, WIDTH, Walkers


@pytest.mark.parametrize("count", [1, 3, 10])
def test_every_face_is_in_every_frame_and_none_hides_another(count: int) -> None:
    truth = Walkers(count).truth()
    assert len(truth) == FRAMES
    for faces in truth:
        assert [face.face for face in faces] == list(range(count))
        for face in faces:
            assert min(face.x, face.y) >= 0
            assert face.x + face.width <= WIDTH
            assert face.y + face.height <= HEIGHT
        for one, other in combinations(faces, 2):
            beside = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert beside or one.y + one.height <= other.y or other.y + other.height <= one.y


def test_faces_are_drawn_where_the_truth_has_them_and_move() -> None:
    people = Walkers(10)
    frame, behind = next(people.frames()), footage("street", WIDTH, HEIGHT)[0]
    drawn = np.abs(frame.astype(int) - behind).sum(axis=2) > 30
    for face in people.truth()[0]:
        assert drawn[face.y : face.y + face.height, face.x : face.x + face.width].mean() > 0.6
    middles = [[face.x + face.width // 2 for face in faces] for faces in people.truth()]
    assert (np.ptp(np.array(middles), axis=0) > 80).all()


def test_the_film_is_written_as_full_hd_with_all_that_was_asked_for(tmp_path: Path) -> None:
    path = str(tmp_path / "one.mp4")
    Walkers(1, length=5).write(path)
    asked = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=width,height,avg_frame_rate,nb_read_frames", "-of", "csv=p=0", path]  # fmt: skip
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    assert said == f"{WIDTH},{HEIGHT},{RATE}/1,5"


def test_a_film_comes_out_the_same_each_time() -> None:
    once, again = (list(islice(Walkers(3).frames(), 2)) for _ in range(2))
    assert np.array_equal(once, again)
