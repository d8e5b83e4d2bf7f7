"""How alike two faces are: dlib's face recognition network (King 2017), on ONNX Runtime, over faces that were set upright by five points.

After a film was covered, each face that is still found in it is held against those of the sealed original: is anybody there whom the cover
was for? The network makes 128 numbers of a face; faces of one person lie near each other. It was taught with three million pictures of adults.
Networks of its kind take people from East Asia for each other more often than others (Grother et al. 2019, NISTIR 8280), and so does this one, it
must be feared: here that errs to the safe side, since what is alike is a leak. How often it is right is measured in bench/faces.py.

Invariants: the numbers are kept in no file; nothing here knows names; one face's numbers never depend on another's. Peak: 70 MiB, most of it the
engine's.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from jebi.errors import Damaged
from jebi.media.models import Model
from jebi.media.onnx import load

WEIGHTS = "dlib_resnet.onnx"
SIDE, NUMBERS = 150, 128
MEAN, SPREAD = (122.782, 117.001, 104.298), 256  # red, green, blue: what the network was taught with (dlib/dnn/input.h)
# Where eyes, nose and mouth of an upright face lie in the picture that the network wants. The eyes are where dlib puts them, which keeps a
# quarter of the face's size around it; the rest is in proportion as in the five points that ArcFace made usual (Deng et al. 2019).
PLACES = ((47.7, 47.1), (100.3, 47.1), (74.0, 77.0), (52.6, 107.8), (95.4, 107.8))
SAME = 0.6  # at most so far apart are two pictures of one person, says dlib: 99.38 % right on Labeled Faces in the Wild

Frame = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Point = tuple[float, float]


class Likeness:
    """The network, loaded. Not for two threads at once.

    Args:
        model: from the slot, with `dlib_resnet.onnx`.
        threads: of the engine.

    Raises:
        Damaged: the file is not this network.
    """

    def __init__(self, model: Model, *, threads: int = 1) -> None:
        self.maker = model.maker
        self._session = load(model.read(WEIGHTS), threads=threads)
        takes = [given.shape[1:] for given in self._session.get_inputs()]
        gives = [given.shape[1:] for given in self._session.get_outputs()]
        if takes != [[3, SIDE, SIDE]] or gives != [[NUMBERS]]:
            raise Damaged(f"{WEIGHTS} is not the network for likenesses that jebi knows")
        self._input = self._session.get_inputs()[0].name

    def embedding(self, frame: Frame, points: Sequence[Point]) -> Floats:
        """The 128 numbers of a face.

        Args:
            frame: height × width × 3 bytes, red first.
            points: eyes, tip of the nose and corners of the mouth, those on the left of the upright face first, in pixels of the frame.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or min(frame.shape[:2]) < 1:
            raise ValueError("a frame is height × width × 3 bytes")
        face = (_upright(frame, points).astype(np.float32) - np.array(MEAN, np.float32)) / SPREAD
        numbers = self._session.run(None, {self._input: face.transpose(2, 0, 1)[None]})[0]
        return np.asarray(numbers[0], np.float32)


def distance(one: Floats, other: Floats) -> float:
    """How far apart two faces are: 0 for the same picture, below `SAME` for the same person, 0.8 and more for most others."""
    return float(np.linalg.norm(one - other))


def _upright(frame: Frame, points: Sequence[Point]) -> Frame:
    """The face alone, upright, 150 × 150; black where the frame ends."""
    turned = _similarity(np.array(points, np.float64), np.array(PLACES))  # from the frame into the small picture
    back = np.linalg.inv(np.vstack([turned, [0, 0, 1]]))
    corners = (back @ np.array([[0, SIDE, SIDE, 0], [0, 0, SIDE, SIDE], [1, 1, 1, 1]]))[:2]
    x1, y1 = np.floor(corners.min(axis=1)).astype(int).clip(0)
    x2, y2 = np.minimum(np.ceil(corners.max(axis=1)).astype(int), frame.shape[1::-1])
    if x2 <= x1 or y2 <= y1:
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    part = Image.fromarray(np.ascontiguousarray(frame[y1:y2, x1:x2]))
    smaller = min(
        1.0, 1.5 * float(np.hypot(turned[0, 0], turned[1, 0]))
    )  # first with a mean over all pixels, then turned
    size = max(1, round(part.width * smaller)), max(1, round(part.height * smaller))
    scale = np.diag([size[0] / part.width, size[1] / part.height, 1.0])
    back = scale @ np.array([[1, 0, -x1], [0, 1, -y1], [0, 0, 1]]) @ back
    shrunk = part.resize(size, Image.Resampling.BILINEAR)
    upright = shrunk.transform((SIDE, SIDE), Image.Transform.AFFINE, tuple(back[:2].ravel()), Image.Resampling.BILINEAR)
    return np.asarray(upright)


def _similarity(points: npt.NDArray[np.float64], places: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The turn, size and shift that bring points nearest to places, 2 × 3 (Umeyama 1991, equation 40, in the plane and unmirrored)."""
    if points.shape != places.shape or not np.isfinite(points).all():
        raise ValueError("a face has five points")
    middle, aim = points.mean(axis=0), places.mean(axis=0)
    off, wanted = (points - middle) @ [1, 1j], (places - aim) @ [1, 1j]
    turn = np.vdot(off, wanted) / max(float(np.vdot(off, off).real), 1e-9)
    if abs(turn) < 1e-9:
        turn = 1.0 + 0j  # five points in one place: nothing tells how large the face is
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([matrix, aim - matrix @ middle])
