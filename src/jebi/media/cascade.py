"""Faces by a second pair of eyes: the MTCNN cascade (Zhang et al. 2016, doi 10.1109/LSP.2016.2603342) on ONNX Runtime.

What looks for leaks must not be blind where the one was blind that covered. So this finder is of another family than media/faces.py
(three small networks over windows of a pyramid, trained on other pictures by other people), and shares nothing with it but how a
network is loaded. It also says where eyes, nose and mouth are, so that faces can be compared (media/likeness.py).

The first network looks at each window of 12 pixels in each size; the second and third look at what is left in 24 and 48 pixels, and each
moves the boxes that it keeps. All three read pictures column by column, as they were trained. They know neither the dark nor half a
face, so a frame's dark parts are brightened first, and the frame is mirrored around its edges: a face that leaves it looks whole.

Invariants: one frame's result never depends on another's. Nothing is fetched. How much is looked at more closely is bounded, the
surest first. Not finding a face says nothing. Peak: 200 MiB for a frame of 1280 pixels, most of it the engine's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import onnxruntime
from PIL import Image, ImageFilter

from jebi.errors import Damaged
from jebi.media.models import Model
from jebi.media.onnx import load

WEIGHTS = ("pnet.onnx", "rnet.onnx", "onet.onnx")
SIZES = (12, 24, 48)  # pixels of a window, for each network
OUTPUTS = (
    (4, 2),
    (4, 2),
    (4, 10, 2),
)  # of each network: how the box moves, where eyes, nose and mouth are, and no face or face
FLOORS = (0.6, 0.7)  # scores that the first and the second network ask for, as published
SCORE = 0.7  # and the third
PACE = 0.709  # from one size of the pyramid to the next: half the pixels
STEP = 2  # pixels between the first network's windows
QUARTER_TURNS = (0, 90, 180, 270)
SMALLEST = 20  # pixels: a face that is smaller can be known by nobody, and each halving costs four times the time
LONGEST_SIDE = 1280  # a frame is shrunk to this
LARGEST_SIDE = 8192  # no camera in use films more
MOST_WINDOWS = 2000  # that are looked at more closely, in one frame and turn; a crowd of a hundred faces has 1,200
MARGIN = 8  # the frame is mirrored around its edges by this part of its shorter side: half a face that leaves looks whole again
MOST_MIRRORED = 0.7  # of a face's box outside the frame: beyond that it is only the mirror's
DIM, MOST_LIGHT = (
    60,
    16.0,
)  # luma that the networks need, and how many times what is darker is brightened; beyond, there is only noise
AROUND = 16  # pixels of the frame to one of the map by which it is brightened
LARGEST_FACE = (
    1.2  # of the picture's longer side: what is larger was not taken by a camera, and cutting it out would take long
)
BATCH = 128  # windows at once: 128 of 48 pixels are 30 MiB in the third network

Frame = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A face that was seen, in pixels of the frame that was given; its box lies inside it.

    Attributes:
        score: 0 to 1, as the third network says; not a probability.
        turn: by how many degrees the frame had to be turned counter-clockwise.
        points: the eyes, the tip of the nose and the corners of the mouth, those on the left of the upright face first.
    """

    x: int
    y: int
    width: int
    height: int
    score: float
    turn: int
    points: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if min(self.x, self.y) < 0 or min(self.width, self.height) < 1 or self.turn not in QUARTER_TURNS:
            raise ValueError("a face lies in its frame")
        if not 0 <= self.score <= 1 or len(self.points) != 5:
            raise ValueError("a face has a score between 0 and 1, and five points")


@dataclass(frozen=True, slots=True)
class _Windows:
    """Windows of a picture: x1, y1, x2, y2, each with its score and, once they are known, its points (n × 5 × 2)."""

    boxes: Floats
    scores: Floats
    points: Floats

    def only(self, chosen: npt.NDArray[np.intp]) -> "_Windows":
        return _Windows(self.boxes[chosen], self.scores[chosen], self.points[chosen])


class Cascade:
    """The three networks, loaded. Not for two threads at once.

    Args:
        model: from the slot, with `pnet.onnx`, `rnet.onnx` and `onet.onnx`.
        threads: of the engine.
        longest_side: frames larger than this are shrunk to it before they are looked at.

    Raises:
        Damaged: a file is not this network.
    """

    def __init__(self, model: Model, *, threads: int = 1, longest_side: int = LONGEST_SIDE) -> None:
        if not SIZES[0] <= longest_side <= LARGEST_SIDE:
            raise ValueError("a frame is looked at in a size that a camera films")
        self.maker = model.maker
        self._longest_side = longest_side
        self._networks = [_network(model, name, stage, threads) for stage, name in enumerate(WEIGHTS)]

    def faces(
        self, frame: Frame, *, turns: Sequence[int] = QUARTER_TURNS, score: float = SCORE, smallest: int = SMALLEST
    ) -> list[Seen]:
        """The faces in a frame; the surest first.

        Args:
            frame: height × width × 3 bytes, red first.
            turns: how the frame is turned before it is looked at, in degrees counter-clockwise.
            score: what the third network must say at least.
            smallest: pixels, in the frame as it is looked at; smaller faces may be found or not.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ValueError("a frame is height × width × 3 bytes")
        if not 1 <= min(frame.shape[:2]) <= max(frame.shape[:2]) <= LARGEST_SIDE or smallest < SIZES[0]:
            raise ValueError("a frame is no larger than a camera films, and a face no smaller than the first window")
        picture = Image.fromarray(frame)
        shrunk = min(1.0, self._longest_side / max(picture.size))
        if shrunk < 1:
            picture = _resized(picture, max(1, round(picture.width * shrunk)), max(1, round(picture.height * shrunk)))
        margin = min(picture.size) // MARGIN
        framed = Image.fromarray(np.pad(_lit(picture), ((margin, margin), (margin, margin), (0, 0)), "symmetric"))
        looks = [
            _turned_back(self._look(framed.rotate(turn, expand=True), score, smallest), turn, framed.size)
            for turn in turns
        ]
        turned = [turn for turn, windows in zip(turns, looks, strict=True) for _ in windows.scores]
        found = _shifted(_joined([_none(), *looks]), -margin)
        scale = np.array([frame.shape[1] / picture.width, frame.shape[0] / picture.height], np.float32)
        chosen = _distinct(found, 0.5, within=True)
        return [seen for one in chosen for seen in _seen(found, int(one), turned[one], scale, frame)]

    def _look(self, picture: Image.Image, score: float, smallest: int) -> _Windows:
        """The faces of a picture, as if it stood upright."""
        windows = self._proposed(picture, smallest)
        for stage, floor in ((1, FLOORS[1]), (2, score)):
            windows = self._closer(picture, windows, stage, floor)
        return windows

    def _proposed(self, picture: Image.Image, smallest: int) -> _Windows:
        """Section II.B of the paper, stage 1: the windows in which the first network suspects a face."""
        found, scale = [_none()], SIZES[0] / smallest
        while min(picture.size) * scale >= SIZES[0]:
            size = int(np.ceil(picture.width * scale)), int(np.ceil(picture.height * scale))
            moves, scores = self._run(0, _columns(_resized(picture, *size))[None])
            columns, rows = np.nonzero(scores[0, :, :, 1] >= FLOORS[0])
            corner = np.stack([columns, rows], axis=1) * STEP
            boxes = np.concatenate([corner, corner + SIZES[0]], axis=1).astype(np.float32) / np.float32(scale)
            windows = _moved(boxes, moves[0, columns, rows], scores[0, columns, rows, 1])
            found.append(windows.only(_distinct(windows, 0.5)))
            scale *= PACE
        together = _joined(found)
        return together.only(_distinct(together, 0.7)[:MOST_WINDOWS])

    def _closer(self, picture: Image.Image, windows: _Windows, stage: int, floor: float) -> _Windows:
        """Stages 2 and 3: each window by itself, made square."""
        kept, squares = [_none()], _squared(windows.boxes)
        squares = squares[squares[:, 2] - squares[:, 0] <= LARGEST_FACE * max(picture.size)]
        for start in range(0, len(squares), BATCH):
            batch = squares[start : start + BATCH]
            moves, *points, scores = self._run(stage, np.stack([_cut(picture, box, SIZES[stage]) for box in batch]))
            sure = np.flatnonzero(scores[:, 1] >= floor)
            places = _placed(batch[sure], points[0][sure]) if points else None
            kept.append(_moved(batch[sure], moves[sure], scores[sure, 1], places))
        together = _joined(kept)
        return together.only(_distinct(together, 0.7, within=stage == 2))

    def _run(self, stage: int, pictures: Floats) -> list[Floats]:
        """What a network says, in the order of `OUTPUTS`."""
        network = self._networks[stage]
        said = {output.shape[-1]: output for output in network.run(None, {network.get_inputs()[0].name: pictures})}
        return [said[width] for width in OUTPUTS[stage]]


def _network(model: Model, name: str, stage: int, threads: int) -> onnxruntime.InferenceSession:
    network = load(model.read(name), threads=threads)
    widths = sorted(output.shape[-1] for output in network.get_outputs())
    if len(network.get_inputs()) != 1 or len(network.get_inputs()[0].shape) != 4 or widths != sorted(OUTPUTS[stage]):
        raise Damaged(f"{name} is not the network for faces that jebi knows")
    return network


def _resized(picture: Image.Image, width: int, height: int) -> Image.Image:
    return picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2)


def _columns(picture: Image.Image) -> Floats:
    """Width × height × 3 numbers around 0."""
    return (np.asarray(picture, np.float32).transpose(1, 0, 2) - np.float32(127.5)) / np.float32(128)


def _lit(picture: Image.Image) -> Frame:
    """The picture with its dark parts brightened, each by what is around it: who stands before a window is as dark as who stands in the night."""
    size = max(1, picture.width // AROUND), max(1, picture.height // AROUND)
    around = picture.convert("L").resize(size, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(4))
    luma = np.asarray(around.resize(picture.size, Image.Resampling.BILINEAR), np.float32)
    if luma.min() >= DIM:
        return np.asarray(picture)
    light = np.clip(DIM / np.maximum(luma, 1), 1, MOST_LIGHT)
    return (np.asarray(picture) * light[..., None]).clip(0, 255).astype(np.uint8)


def _cut(picture: Image.Image, box: Floats, size: int) -> Floats:
    """A window, black where it reaches over the picture's edge."""
    x1, y1, x2, y2 = (round(float(side)) for side in box)
    return _columns(_resized(picture.crop((x1, y1, max(x2, x1 + 1), max(y2, y1 + 1))), size, size))


def _none() -> _Windows:
    return _Windows(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32))


def _joined(parts: Sequence[_Windows]) -> _Windows:
    return _Windows(
        np.concatenate([part.boxes for part in parts]),
        np.concatenate([part.scores for part in parts]),
        np.concatenate([part.points for part in parts]),
    )


def _moved(boxes: Floats, moves: Floats, scores: Floats, points: Floats | None = None) -> _Windows:
    """Windows after the network said by how much of their size each side is off; those that are none any more are dropped."""
    sizes = boxes[:, 2:] - boxes[:, :2]
    moved = boxes + moves * np.concatenate([sizes, sizes], axis=1)
    points = np.zeros((len(boxes), 5, 2), np.float32) if points is None else points
    sound = np.isfinite(moved).all(axis=1) & (moved[:, 2:] - moved[:, :2] >= 1).all(axis=1)
    sound &= (np.abs(moved) <= 4 * LARGEST_SIDE).all(axis=1) & np.isfinite(points).all(axis=(1, 2))
    return _Windows(moved[sound], scores[sound].clip(0, 1), points[sound])


def _placed(boxes: Floats, places: Floats) -> Floats:
    """Points in the picture, from five x and then five y in parts of a window."""
    parts = places.reshape(-1, 2, 5).transpose(0, 2, 1)
    return boxes[:, None, :2] + parts * (boxes[:, 2:] - boxes[:, :2])[:, None]


def _squared(boxes: Floats) -> Floats:
    middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True)
    return np.concatenate([middles - sides / 2, middles + sides / 2], axis=1)


def _distinct(windows: _Windows, most: float, *, within: bool = False) -> npt.NDArray[np.intp]:
    """Windows that share no more than `most` with a surer one, the surest first: of both together, or `within` of the smaller."""
    boxes = windows.boxes
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    left = np.argsort(-windows.scores, kind="stable")
    chosen = []
    while left.size:
        best, left = left[0], left[1:]
        chosen.append(best)
        sides = np.minimum(boxes[best, 2:], boxes[left, 2:]) - np.maximum(boxes[best, :2], boxes[left, :2])
        common = sides.clip(min=0).prod(axis=1)
        whole = np.minimum(areas[best], areas[left]) if within else areas[best] + areas[left] - common
        left = left[common <= most * whole]
    return np.array(chosen, np.intp)


def _turned_back(windows: _Windows, turn: int, size: tuple[int, int]) -> _Windows:
    """Windows of a picture that was turned counter-clockwise, as they lie in the picture of this width and height."""
    corners = _points_back(windows.boxes.reshape(-1, 2, 2), turn, size)
    boxes = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1)
    return replace(windows, boxes=boxes, points=_points_back(windows.points, turn, size))


def _points_back(points: Floats, turn: int, size: tuple[int, int]) -> Floats:
    width, height = size
    x, y = points[..., 0], points[..., 1]
    places = {0: (x, y), 90: (width - y, x), 180: (width - x, height - y), 270: (y, height - x)}
    return np.stack(places[turn], axis=-1)


def _shifted(windows: _Windows, by: int) -> _Windows:
    return replace(windows, boxes=windows.boxes + by, points=windows.points + by)


def _seen(found: _Windows, which: int, turn: int, scale: Floats, frame: Frame) -> Iterator[Seen]:
    """A face in pixels of the frame, unless hardly anything of it lies there."""
    height, width = frame.shape[:2]
    corner, end = found.boxes[which, :2] * scale, found.boxes[which, 2:] * scale
    left, top = np.floor(corner).clip(0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(end), (width, height)).astype(int).tolist()
    points = tuple((float(x), float(y)) for x, y in found.points[which] * scale)
    inside = max(0, right - left) * max(0, bottom - top)
    if inside > (1 - MOST_MIRRORED) * float((end - corner).prod()):
        score = float(found.scores[which])
        yield Seen(x=left, y=top, width=right - left, height=bottom - top, score=score, turn=turn, points=points)
