"""The second finder sees faces too, says where their eyes are, and owes nothing to the first."""

import ast
import hashlib
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jebi.errors import Damaged, Unable
from jebi.media import cascade as second
from jebi.media.cascade import Cascade, Frame, Seen
from jebi.media.models import Models
from media.carphone import Carphone
from media.cutouts import MARKS, TELEVISION

MODELS = Path(__file__).resolve().parents[2] / ".cache" / "models"


@pytest.fixture(scope="module")
def cascade() -> Cascade:
    return Cascade(Models(MODELS).find("faces-again"))


@pytest.fixture(scope="module")
def talking() -> list[Frame]:
    """Five frames of a man who talks, half a second apart."""
    return list(islice(Carphone().frames(), 0, 75, 15))


@pytest.fixture(scope="module")
def six() -> Frame:
    """Six people at a table."""
    with Image.open(TELEVISION / "t1.jpg") as opened:
        return np.asarray(opened.convert("RGB"))


@pytest.fixture(scope="module")
def seated(cascade: Cascade, six: Frame) -> list[Seen]:
    return cascade.faces(six, turns=[0])


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Intersection over union of two left, top, right, bottom."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return common / (areas - common)


def _sides(face: Seen) -> tuple[int, int, int, int]:
    return face.x, face.y, face.x + face.width, face.y + face.height


def test_each_of_six_people_is_found_once_and_where_they_are(seated: list[Seen]) -> None:
    assert len(seated) == 6
    for mark in MARKS["t1.jpg"]:
        assert max(_overlap(mark, _sides(face)) for face in seated) > 0.55
    assert seated == sorted(seated, key=lambda face: -face.score)


def test_the_talking_face_is_found_where_it_was_marked_by_hand(cascade: Cascade, talking: list[Frame]) -> None:
    truth = Carphone().truth()[0:75:15]
    for frame, ((face,), seen) in zip(talking, zip(truth, map(cascade.faces, talking), strict=True), strict=True):
        assert len(seen) == 1, frame.shape
        assert _overlap((face.x, face.y, face.x + face.width, face.y + face.height), _sides(seen[0])) > 0.5


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_eyes_nose_and_mouth_are_found_however_the_camera_lay(
    cascade: Cascade, talking: list[Frame], turn: int
) -> None:
    for frame in talking[:3]:
        (upright,) = cascade.faces(frame, turns=[0])
        (lying,) = cascade.faces(np.rot90(frame, -turn // 90))
        height, width = frame.shape[:2]
        back = {
            0: [(x, y) for x, y in lying.points],
            90: [(y, height - x) for x, y in lying.points],
            180: [(width - x, height - y) for x, y in lying.points],
            270: [(width - y, x) for x, y in lying.points],
        }[turn]
        assert np.abs(np.array(back) - np.array(upright.points)).max() < 4
        assert lying.turn == turn


def test_the_eyes_of_an_upright_face_are_above_its_mouth_and_left_is_left(seated: list[Seen]) -> None:
    for face in seated:
        left_eye, right_eye, nose, left_mouth, right_mouth = face.points
        assert left_eye[0] < right_eye[0]
        assert left_mouth[0] < right_mouth[0]
        assert max(left_eye[1], right_eye[1]) < nose[1] < min(left_mouth[1], right_mouth[1])


def test_a_crowd_is_found_whole(cascade: Cascade, talking: list[Frame]) -> None:
    small = np.asarray(Image.fromarray(talking[0]).resize((106, 86), Image.Resampling.BICUBIC))
    crowd = np.tile(small, (6, 10, 1))
    assert len(cascade.faces(crowd, turns=[0])) == 60


def test_a_face_in_the_dark_is_found_with_and_without_a_lamp_beside_it(cascade: Cascade, talking: list[Frame]) -> None:
    dark = np.pad((talking[0] * 0.06).astype(np.uint8), ((0, 0), (0, 100), (0, 0)))
    lamp = dark.copy()
    lamp[20:80, 200:260] = 255
    for frame in (dark, lamp):
        (face,) = cascade.faces(frame, turns=[0])
        assert _overlap((65, 34, 109, 99), _sides(face)) > 0.5


def test_half_a_face_at_the_edge_of_the_picture_is_found_and_its_mirror_is_not(
    cascade: Cascade, talking: list[Frame]
) -> None:
    half = np.ascontiguousarray(talking[0][:, 88:])
    (face,) = cascade.faces(half, turns=[0])
    assert face.x == 0
    assert _overlap((0, 34, 21, 99), _sides(face)) > 0.4


def test_a_large_frame_is_shrunk_and_its_faces_are_in_its_own_pixels(cascade: Cascade, talking: list[Frame]) -> None:
    large = np.asarray(Image.fromarray(talking[0]).resize((2112, 1728), Image.Resampling.BICUBIC))
    (small_face,), (large_face,) = (cascade.faces(frame, turns=[0]) for frame in (talking[0], large))
    assert _overlap(tuple(12 * side for side in _sides(small_face)), _sides(large_face)) > 0.7


def test_a_face_that_hangs_over_the_edge_is_cut_off_there(cascade: Cascade, talking: list[Frame]) -> None:
    cut = np.ascontiguousarray(talking[0][:, 78:])
    for face in cascade.faces(cut, score=0.2):
        assert face.x + face.width <= cut.shape[1]
        assert face.y + face.height <= cut.shape[0]


def test_frames_of_another_size_before_it_change_nothing(cascade: Cascade, talking: list[Frame], six: Frame) -> None:
    before = cascade.faces(talking[0], turns=[0])
    cascade.faces(six[200:500, 400:900], turns=[0])
    assert cascade.faces(talking[0], turns=[0]) == before


def test_there_is_no_face_in_noise_in_grey_and_in_nothing(cascade: Cascade) -> None:
    dice = np.random.default_rng(0)
    assert cascade.faces(dice.integers(0, 256, (360, 480, 3), dtype=np.uint8)) == []
    assert cascade.faces(np.full((360, 480, 3), 128, np.uint8)) == []
    assert cascade.faces(np.zeros((1, 1, 3), np.uint8)) == []
    assert cascade.faces(np.full((33, 8192, 3), 255, np.uint8), turns=[90]) == []


def test_what_is_no_frame_is_the_callers_mistake(cascade: Cascade) -> None:
    for shape in [(10, 10), (10, 10, 4), (0, 10, 3), (10, 9000, 3)]:
        with pytest.raises(ValueError, match="a frame is"):
            cascade.faces(np.zeros(shape, np.uint8))
    with pytest.raises(ValueError, match="no smaller than the first window"):
        cascade.faces(np.zeros((30, 30, 3), np.uint8), smallest=11)


def test_it_shares_no_code_with_the_first_finder() -> None:
    imported = {
        name
        for node in ast.walk(ast.parse(Path(second.__file__).read_text(encoding="utf-8")))
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [])
    }
    assert {name for name in imported if name and name.startswith("jebi")} == {
        "jebi.errors",
        "jebi.media.models",
        "jebi.media.onnx",
    }


def test_networks_in_each_others_place_are_not_used(tmp_path: Path) -> None:
    model = Models(MODELS).find("faces-again")
    folder = tmp_path / "faces-again"
    folder.mkdir()
    mixed = {"pnet.onnx": "onet.onnx", "rnet.onnx": "rnet.onnx", "onet.onnx": "pnet.onnx"}
    for name, other in mixed.items():
        (folder / name).write_bytes(model.read(other))
    sums = [f"{hashlib.sha256(model.read(other)).hexdigest()}  {name}\n" for name, other in mixed.items()]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="ascii")
    with pytest.raises(Damaged, match="not the network for faces"):
        Cascade(Models(tmp_path).find("faces-again"))


def test_a_model_of_another_kind_is_named() -> None:
    with pytest.raises(Unable, match="of another kind"):
        Cascade(Models(MODELS).find("faces"))
