"""Faces in a frame, upright and lying: CenterFace (Xu et al. 2019, arXiv 1911.03599) on ONNX Runtime, with a weight file from the slot.

The published file is made for one size of picture and marks its weights as changeable. Some engines take pictures of other sizes all the
same and then find hundreds of faces where there are six, so the file's signature is rewritten before it is loaded: any size, constant
weights; that also halves the time. A camera in a bag films sideways, so each frame is looked at in four turns.

Invariants: one frame's result never depends on the frames before it. Nothing is fetched, nothing is reported to anybody.
Not finding a face says nothing: it may be small, turned away, covered or in the dark. Peak: 120 MiB at 640
pixels, most of it the engine's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image

from jebi.errors import Damaged
from jebi.media.models import Model
from jebi.media.onnx import load, of_any_size

WEIGHTS = "centerface.onnx"
TURNS = (0, 90, 180, 270)
LONGEST_SIDE = 640  # a frame is shrunk to this; a face of 10 pixels there is 30 pixels in full HD
LARGEST_SIDE = 8192  # no camera in use films more; numbers beyond it are not a frame
SCORE = 0.5
OVERLAP = 0.3  # of two boxes that share more of their union than this, the weaker is the same face
MOST_FACES = 500  # a stadium at this size; a frame with more is noise, and comparing all pairs would take long
STRIDE = 4  # pixels of the frame to a cell of the heat map
MULTIPLE = 32  # the network halves the picture five times

Frame = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face, in pixels of the frame that was given; the box lies inside it.

    Attributes:
        score: 0 to 1, as the network says; not a probability.
        turn: by how many degrees the frame had to be turned counter-clockwise for the face to be found best.
    """

    x: int
    y: int
    width: int
    height: int
    score: float
    turn: int

    def __post_init__(self) -> None:
        if min(self.x, self.y) < 0 or min(self.width, self.height) < 1 or self.turn not in TURNS:
            raise ValueError("a face lies in its frame")
        if not 0 <= self.score <= 1:
            raise ValueError("a score lies between 0 and 1")


class FaceFinder:
    """The network, loaded. Not for two threads at once.

    Args:
        model: from the slot, with `centerface.onnx`.
        threads: of the engine.
        longest_side: frames larger than this are shrunk to it before they are looked at.

    Raises:
        Damaged: the file is not this network.
    """

    def __init__(self, model: Model, *, threads: int = 1, longest_side: int = LONGEST_SIDE) -> None:
        if not MULTIPLE <= longest_side <= LARGEST_SIDE:
            raise ValueError("a frame is looked at in a size that a camera films")
        self.maker = model.maker
        self._longest_side = longest_side
        self._session = load(of_any_size(model.read(WEIGHTS)), threads=threads)
        if len(self._session.get_inputs()) != 1 or len(self._session.get_outputs()) != 4:
            raise Damaged(f"{WEIGHTS} is not the network for faces that jebi knows")
        self._input = self._session.get_inputs()[0].name

    def faces(self, frame: Frame, *, turns: Sequence[int] = TURNS, score: float = SCORE) -> list[Face]:
        """The faces in a frame of height × width × 3 bytes, red first; the surest first."""
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ValueError("a frame is height × width × 3 bytes")
        if not 1 <= min(frame.shape[:2]) <= max(frame.shape[:2]) <= LARGEST_SIDE:
            raise ValueError("a frame is no larger than a camera films")
        small = _shrink(frame, self._longest_side)
        scale = frame.shape[1] / small.shape[1], frame.shape[0] / small.shape[0]
        boxes, scores, found_at = [], [], []
        for turn in turns:
            turned_boxes, turned_scores = self._look(np.rot90(small, turn // 90), score)
            boxes.append(_turn_back(turned_boxes, turn, small.shape[1], small.shape[0]))
            scores.append(turned_scores)
            found_at += [turn] * len(turned_scores)
        return list(_faces(np.concatenate(boxes), np.concatenate(scores), found_at, frame, scale))

    def _look(self, frame: Frame, score: float) -> tuple[Floats, Floats]:
        """Boxes (x1, y1, x2, y2) and scores in one picture."""
        height, width = frame.shape[:2]
        padded = np.zeros((1, 3, -height % MULTIPLE + height, -width % MULTIPLE + width), np.float32)
        padded[0, :, :height, :width] = frame.transpose(2, 0, 1)
        heat, size, offset, _ = self._session.run(None, {self._input: padded})
        return _decode(heat[0, 0], size[0], offset[0], score)


def _shrink(frame: Frame, longest_side: int) -> Frame:
    factor = longest_side / max(frame.shape[:2])
    if factor >= 1:
        return frame
    size = max(1, round(frame.shape[1] * factor)), max(1, round(frame.shape[0] * factor))
    return np.asarray(Image.fromarray(frame).resize(size, Image.Resampling.BILINEAR, reducing_gap=2))


def _decode(heat: Floats, size: Floats, offset: Floats, score: float) -> tuple[Floats, Floats]:
    """Boxes from the network's maps (section 3 of the paper): centres in `heat`, logarithms of height and width in cells in `size`."""
    rows, columns = np.nonzero(heat >= score)
    scores = heat[rows, columns]
    surest = np.argsort(-scores, kind="stable")[:MOST_FACES]
    rows, columns = rows[surest], columns[surest]
    with np.errstate(over="ignore"):
        height, width = np.exp(size[:, rows, columns]) * STRIDE
    y = (rows + offset[0, rows, columns] + 0.5) * STRIDE
    x = (columns + offset[1, rows, columns] + 0.5) * STRIDE
    boxes = np.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], axis=1)
    sound = np.isfinite(boxes).all(axis=1)
    return boxes[sound].astype(np.float32), scores[surest][sound]


def _turn_back(boxes: Floats, turn: int, width: int, height: int) -> Floats:
    """Boxes in a frame that was turned counter-clockwise, as they lie in the frame of this width and height."""
    x1, y1, x2, y2 = boxes.T
    sides = {
        0: (x1, y1, x2, y2),
        90: (width - y2, x1, width - y1, x2),
        180: (width - x2, height - y2, width - x1, height - y1),
        270: (y1, height - x2, y2, height - x1),
    }
    return np.stack(sides[turn], axis=1)


def _faces(boxes: Floats, scores: Floats, turns: list[int], frame: Frame, scale: tuple[float, float]) -> Iterator[Face]:
    """Boxes that are left when weaker ones over the same face are dropped, in pixels of the frame."""
    height, width = frame.shape[:2]
    for index in _distinct(boxes, scores):
        x1, y1, x2, y2 = (boxes[index] * np.array([*scale, *scale])).tolist()
        left, top = max(0, int(x1)), max(0, int(y1))
        right, bottom = min(width, int(np.ceil(x2))), min(height, int(np.ceil(y2)))
        if right > left and bottom > top:
            score = min(1.0, float(scores[index]))
            yield Face(x=left, y=top, width=right - left, height=bottom - top, score=score, turn=turns[index])


def _distinct(boxes: Floats, scores: Floats) -> Iterator[int]:
    """Greedy non-maximum suppression: indices of boxes that no surer one overlaps, the surest first."""
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    left = np.argsort(-scores, kind="stable")
    while left.size:
        best, left = left[0], left[1:]
        yield int(best)
        shared = np.minimum(boxes[best, 2:], boxes[left, 2:]) - np.maximum(boxes[best, :2], boxes[left, :2])
        common = shared.clip(min=0).prod(axis=1)
        left = left[common <= OVERLAP * (areas[best] + areas[left] - common)]
