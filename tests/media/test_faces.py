"""Faces are found in real films, whichever way the camera lay, and each frame for itself."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jebi.errors import Unable
from jebi.media.faces import TURNS, Face, FaceFinder, Frame
from jebi.media.models import Model, Models

MODELS = Path(__file__).resolve().parents[2] / ".cache" / "models"
Film = tuple[str, int, int]
CARPHONE: Film = ("carphone_pristine.mp4", 176, 144)
BIKES: Film = ("bikes.mp4", 640, 272)
BUNNY: Film = ("bigbuckbunny.mp4", 1280, 720)


@pytest.fixture(scope="module")
def model() -> Model:
    return Models(MODELS).find("faces")


@pytest.fixture(scope="module")
def finder(model: Model) -> FaceFinder:
    return FaceFinder(model)


def _frames(samples: Path, film: Film, rate: str) -> list[Frame]:
    """Frames of a film of our own choice, decoded as any program would."""
    name, width, height = film
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        str(samples / name),
        "-vf",
        f"fps={rate}",
        "-f",
        "rawvideo",
        "-pix_fmt",
        "rgb24",
        "-",
    ]
    raw = subprocess.run(command, check=True, capture_output=True).stdout
    return list(np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3))


def _overlap(one: Face, other: Face) -> float:
    """Intersection over union."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    common = max(0, width) * max(0, height)
    return common / (one.width * one.height + other.width * other.height - common)


def test_the_talking_face_is_found_in_every_sampled_frame(samples: Path, finder: FaceFinder) -> None:
    frames = _frames(samples, CARPHONE, "3")
    found = [finder.faces(frame) for frame in frames]
    assert len(frames) == 12
    assert [len(faces) for faces in found] == [1] * 12
    for (face,) in found:
        assert 35 <= face.width <= 75
        assert 45 <= face.height <= 85
        assert face.score > 0.8


@pytest.mark.parametrize("turn", TURNS)
def test_a_face_is_found_at_its_place_however_the_camera_lay(samples: Path, finder: FaceFinder, turn: int) -> None:
    for frame in _frames(samples, CARPHONE, "1"):
        (upright,) = finder.faces(frame, turns=[0])
        (lying,) = finder.faces(np.rot90(frame, -turn // 90))
        height, width = frame.shape[:2]
        back = {
            0: (lying.x, lying.y),
            90: (lying.y, height - lying.x - lying.width),
            180: (width - lying.x - lying.width, height - lying.y - lying.height),
            270: (width - lying.y - lying.height, lying.x),
        }[turn]
        size = (lying.width, lying.height) if turn % 180 == 0 else (lying.height, lying.width)
        restored = Face(x=back[0], y=back[1], width=size[0], height=size[1], score=lying.score, turn=0)
        assert _overlap(upright, restored) > 0.7


def test_a_lying_face_is_surer_in_a_frame_that_was_turned(samples: Path, finder: FaceFinder) -> None:
    for frame in _frames(samples, CARPHONE, "1"):
        (face,) = finder.faces(np.rot90(frame))
        unturned = finder.faces(np.rot90(frame), turns=[0])
        assert face.turn in {90, 270}
        assert all(face.score > weaker.score + 0.05 for weaker in unturned)


def test_frames_of_another_size_before_it_change_nothing(samples: Path, model: Model) -> None:
    frames = [_frames(samples, film, "1/2")[-1] for film in (CARPHONE, BUNNY, BIKES)]
    frames += [np.ascontiguousarray(np.rot90(frames[0])), frames[0]]
    one_after_the_other = FaceFinder(model)
    assert [one_after_the_other.faces(frame) for frame in frames] == [
        FaceFinder(model).faces(frame) for frame in frames
    ]


def test_the_rider_is_seen_in_some_frames_and_the_cartoon_has_hardly_a_face(samples: Path, finder: FaceFinder) -> None:
    riders = [finder.faces(frame, turns=[0]) for frame in _frames(samples, BIKES, "3")]
    rabbits = [finder.faces(frame, turns=[0]) for frame in _frames(samples, BUNNY, "1")]
    assert sum(map(bool, riders)) >= 5
    assert sum(map(len, rabbits)) <= 1


def test_a_large_frame_is_shrunk_and_its_faces_are_in_its_own_pixels(samples: Path, finder: FaceFinder) -> None:
    frame = _frames(samples, CARPHONE, "1")[0]
    large = np.asarray(Image.fromarray(frame).resize((1760, 1440), Image.Resampling.BICUBIC))
    (small_face,), (large_face,) = finder.faces(frame), finder.faces(large)
    grown = Face(
        x=small_face.x * 10,
        y=small_face.y * 10,
        width=small_face.width * 10,
        height=small_face.height * 10,
        score=1,
        turn=0,
    )
    assert _overlap(grown, large_face) > 0.6


def test_there_is_no_face_in_noise_and_in_nothing(finder: FaceFinder) -> None:
    dice = np.random.default_rng(0)
    assert finder.faces(dice.integers(0, 256, (480, 640, 3), dtype=np.uint8)) == []
    assert finder.faces(np.zeros((1, 1, 3), np.uint8)) == []
    assert finder.faces(np.full((33, 8192, 3), 255, np.uint8)) == []


def test_boxes_lie_in_their_frame_at_any_score(samples: Path, finder: FaceFinder) -> None:
    for film in (CARPHONE, BIKES):
        frame = _frames(samples, film, "1")[0]
        faces = finder.faces(frame, score=0.02)
        assert len(faces) > 1
        assert all(face.x + face.width <= frame.shape[1] and face.y + face.height <= frame.shape[0] for face in faces)
        assert faces == sorted(faces, key=lambda face: -face.score)
        assert all(_overlap(one, other) < 0.5 for at, one in enumerate(faces) for other in faces[at + 1 :])


def test_what_is_no_frame_is_the_callers_mistake(finder: FaceFinder) -> None:
    for shape in [(10, 10), (10, 10, 4), (0, 10, 3), (10, 9000, 3)]:
        with pytest.raises(ValueError, match="a frame is"):
            finder.faces(np.zeros(shape, np.uint8))


def test_results_can_be_traced_to_the_weights(finder: FaceFinder, model: Model) -> None:
    assert (finder.maker.name, finder.maker.digest) == ("faces", model.digest)


def test_a_model_of_another_kind_is_named() -> None:
    with pytest.raises(Unable, match="of another kind"):
        FaceFinder(Models(MODELS).find("speech-heard"))
