"""The same person is known again, another is not, and a covered face is nobody."""

from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jebi.errors import Unable
from jebi.media.cascade import Cascade, Seen
from jebi.media.likeness import PLACES, SAME, SIDE, Floats, Frame, Likeness, distance
from jebi.media.models import Models
from media.carphone import Carphone
from media.cutouts import TELEVISION

MODELS = Path(__file__).resolve().parents[2] / ".cache" / "models"
# What dlib 20.0 itself says of two pieces of t1.jpg of 150 × 150 pixels, at these corners: the first four of 128 numbers, and the length of all.
BY_DLIB = {
    (40, 240): ((-0.05530538, 0.04799971, 0.10597546, -0.0293391), 1.4511610715),
    (450, 270): ((-0.01907778, 0.17410296, 0.04370481, 0.00038222), 1.4092710353),
}


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    return Cascade(Models(MODELS).find("faces-again"))


@pytest.fixture(scope="module")
def likeness() -> Likeness:
    return Likeness(Models(MODELS).find("faces-alike"))


@pytest.fixture(scope="module")
def six() -> Frame:
    with Image.open(TELEVISION / "t1.jpg") as opened:
        return np.asarray(opened.convert("RGB"))


@pytest.fixture(scope="module")
def talking() -> list[tuple[Frame, Seen]]:
    """Eight frames of one man, half a second apart, with his face."""
    frames = list(islice(Carphone().frames(), 0, 120, 15))
    cascade = Cascade(Models(MODELS).find("faces-again"))
    return [(frame, cascade.faces(frame, turns=[0], score=0.3)[0]) for frame in frames]


@pytest.fixture(scope="module")
def himself(likeness: Likeness, talking: list[tuple[Frame, Seen]]) -> list[Floats]:
    return [likeness.embedding(frame, face.points) for frame, face in talking]


def test_the_network_is_the_one_that_dlib_runs(likeness: Likeness, six: Frame) -> None:
    for (x, y), (first, length) in BY_DLIB.items():
        numbers = likeness.embedding(six[y : y + SIDE, x : x + SIDE], PLACES)
        assert numbers.shape == (128,)
        assert np.abs(numbers[:4] - first).max() < 1e-3
        assert abs(float(np.linalg.norm(numbers)) - length) < 1e-3


def test_a_man_who_talks_is_known_from_one_half_second_to_the_next(himself: list[Floats]) -> None:
    neighbours = [distance(one, other) for one, other in pairwise(himself)]
    assert sum(apart <= SAME for apart in neighbours) >= 6
    assert distance(himself[0], himself[0]) == 0


def test_other_people_are_others(cascade: Cascade, likeness: Likeness, six: Frame, himself: list[Floats]) -> None:
    others = [likeness.embedding(six, face.points) for face in cascade.faces(six, turns=[0])]
    assert min(distance(one, other) for one in himself for other in others) > SAME
    pairs = [distance(one, other) for at, one in enumerate(others) for other in others[at + 1 :]]
    assert len(pairs) == 15
    assert sum(apart > SAME for apart in pairs) >= 14


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_face_that_lies_is_the_same_face(
    cascade: Cascade, likeness: Likeness, talking: list[tuple[Frame, Seen]], himself: list[Floats], turn: int
) -> None:
    turned = np.rot90(talking[0][0], turn)
    (face,) = cascade.faces(turned)
    assert distance(likeness.embedding(turned, face.points), himself[0]) < 0.3


def test_the_same_frame_in_the_output_is_known_at_half_its_size(
    cascade: Cascade, likeness: Likeness, talking: list[tuple[Frame, Seen]], himself: list[Floats]
) -> None:
    for (frame, _), known in zip(talking[:4], himself, strict=False):
        smaller = np.asarray(Image.fromarray(frame).resize((106, 86), Image.Resampling.BICUBIC))
        (face,) = cascade.faces(smaller, turns=[0], score=0.3)
        assert distance(likeness.embedding(smaller, face.points), known) <= SAME


def test_a_face_under_a_mosaic_is_not_known_again(
    likeness: Likeness, talking: list[tuple[Frame, Seen]], himself: list[Floats]
) -> None:
    for (frame, face), known in zip(talking, himself, strict=True):
        covered = frame.copy()
        part = covered[face.y : face.y + face.height, face.x : face.x + face.width]
        cells = Image.fromarray(part).resize((4, 5), Image.Resampling.BOX)
        part[:] = np.asarray(cells.resize((part.shape[1], part.shape[0]), Image.Resampling.NEAREST))
        assert distance(likeness.embedding(covered, face.points), known) > SAME


def test_a_face_beyond_the_edge_and_points_in_one_place_still_make_numbers(likeness: Likeness, six: Frame) -> None:
    for points in ([(-500.0 + x, y) for x, y in PLACES], [(5.0, 5.0)] * 5, [(1e6, -1e6)] * 5):
        assert np.isfinite(likeness.embedding(six, points)).all()


def test_what_is_no_frame_and_no_face_is_the_callers_mistake(likeness: Likeness, six: Frame) -> None:
    with pytest.raises(ValueError, match="a frame is"):
        likeness.embedding(np.zeros((10, 10), np.uint8), PLACES)
    with pytest.raises(ValueError, match="five points"):
        likeness.embedding(six, PLACES[:4])
    with pytest.raises(ValueError, match="five points"):
        likeness.embedding(six, [(float("nan"), 0.0)] * 5)


def test_a_model_of_another_kind_is_named() -> None:
    with pytest.raises(Unable, match="of another kind"):
        Likeness(Models(MODELS).find("faces"))
