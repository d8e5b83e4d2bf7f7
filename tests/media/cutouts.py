"""Real faces, cut out of published pictures and pasted where a test wants them, so that it is known to the pixel where they are.

Each face was marked by hand, on a grid of 50 pixels over the picture: from the hairline to the chin, and from cheek to cheek without the
ears. Its place is the ellipse in that box. The head around it comes along and fades out, as a head does before a background.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
SAMPLES, TELEVISION = ROOT / ".cache" / "samples", ROOT / ".cache" / "pictures"
PICTURES = ROOT / "tests" / "pictures" / "node_modules" / "@vladmandic" / "face-api" / "demo"
OPAQUE, GONE = 1.15, 1.6  # of the ellipse's half axes: how far the head is all there, and where nothing of it is left

Pixels = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]
Box = tuple[int, int, int, int]

# Left, top, right, bottom of each face, in pixels of the picture.
MARKS: dict[str, tuple[Box, ...]] = {
    "t1.jpg": (
        (66, 255, 174, 398),
        (270, 146, 378, 266),
        (460, 278, 585, 428),
        (748, 345, 858, 477),
        (906, 70, 1030, 208),
        (1134, 272, 1226, 402),
    ),
    "sample1.jpg": ((415, 345, 600, 600), (828, 430, 1032, 650), (1460, 215, 1690, 450)),
    "sample3.jpg": ((598, 330, 798, 598), (1075, 205, 1300, 512), (1525, 280, 1697, 590)),
    "sample4.jpg": ((263, 190, 420, 440), (657, 62, 850, 322), (992, 172, 1175, 418), (1276, 130, 1408, 390)),
    "sample5.jpg": (
        (778, 105, 948, 335),
        (1110, 200, 1270, 443),
        (622, 425, 772, 680),
        (1408, 395, 1575, 675),
        (405, 875, 545, 1172),
    ),
    "sample6.jpg": ((672, 315, 838, 635), (1172, 300, 1360, 578)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutout:
    """A head, with how much of each pixel is its own; and the ellipse that is its face, in pixels of it."""

    name: str
    pixels: Pixels
    centre: tuple[float, float]
    half: tuple[float, float]

    def posed(self, x: float, y: float, height: float, turn: float = 0.0, narrow: float = 1.0) -> Matrix:
        """Where the face must go to be so high, turned clockwise by so many degrees, with its middle here."""
        scale = height / (2 * self.half[1])
        cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        turned = np.array([[cosine, -sine, x], [sine, cosine, y], [0, 0, 1]])
        sized = np.array(
            [[scale * narrow, 0, -scale * narrow * self.centre[0]], [0, scale, -scale * self.centre[1]], [0, 0, 1]]
        )
        return np.asarray(turned @ sized, np.float64)

    def outline(self, matrix: Matrix, reach: float = 1.0) -> Matrix:
        """Points around the face in the frame, 96 × 2."""
        angles = np.linspace(0, 2 * np.pi, 96, endpoint=False)
        x = self.centre[0] + reach * self.half[0] * np.cos(angles)
        y = self.centre[1] + reach * self.half[1] * np.sin(angles)
        return seen_through(matrix, np.stack([x, y], axis=1))

    def printed(self, contrast: float, *, grey: bool) -> "Cutout":
        """The whole rectangle, as a picture on paper."""
        colours = self.pixels[..., :3].astype(np.float32)
        if grey:
            colours = colours.mean(axis=2, keepdims=True).repeat(3, axis=2)
        colours = 128 + (colours - 128) * contrast
        opaque = np.full((*colours.shape[:2], 1), 255, np.float32)
        return replace(self, pixels=np.concatenate([colours, opaque], axis=2).clip(0, 255).astype(np.uint8))


@cache
def cutouts() -> tuple[Cutout, ...]:
    """All marked faces, of at least 20 persons."""
    return tuple(_cut())


def picture(name: str) -> Pixels:
    """One of the pictures with marked faces: height × width × 3 bytes."""
    with Image.open((TELEVISION if name == "t1.jpg" else PICTURES) / name) as opened:
        return np.asarray(opened.convert("RGB"))


def _cut() -> Iterator[Cutout]:
    for name, marks in MARKS.items():
        pixels = picture(name)
        for number, (left, top, right, bottom) in enumerate(marks):
            half = (right - left) / 2, (bottom - top) / 2
            centre = (left + right) / 2, (top + bottom) / 2
            x1, y1 = (max(0, int(centre[axis] - GONE * half[axis])) for axis in (0, 1))
            part = pixels[y1 : int(centre[1] + GONE * half[1]), x1 : int(centre[0] + GONE * half[0])]
            middle = centre[0] - x1, centre[1] - y1
            opaque = _fading(part.shape[:2], middle, half)
            head = np.concatenate([part, opaque[..., None]], axis=2)
            yield Cutout(name=f"{name.partition('.')[0]}-{number}", pixels=head, centre=middle, half=half)


def _fading(shape: tuple[int, ...], centre: tuple[float, float], half: tuple[float, float]) -> Pixels:
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    distance = np.hypot((columns + 0.5 - centre[0]) / half[0], (rows + 0.5 - centre[1]) / half[1])
    return ((GONE - distance) / (GONE - OPAQUE) * 255).clip(0, 255).astype(np.uint8)


def seen_through(matrix: Matrix, points: Matrix) -> Matrix:
    """Points of a plane, as a projective matrix shows them."""
    lifted = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:], np.float64)


def projection(square: Sequence[tuple[float, float]], corners: Sequence[tuple[float, float]]) -> Matrix:
    """The matrix that takes four points to four others (eight equations in eight unknowns)."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(square, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        wanted += [u, v]
    return np.append(np.linalg.solve(np.array(rows), np.array(wanted)), 1).reshape(3, 3)


def paste(frame: Pixels, cutout: Cutout, moments: Sequence[Matrix]) -> None:
    """Put a head into a frame, smeared evenly over the places where it was while the shutter was open."""
    corners = [
        (0.0, 0.0),
        (cutout.pixels.shape[1], 0.0),
        (cutout.pixels.shape[1], cutout.pixels.shape[0]),
        (0.0, cutout.pixels.shape[0]),
    ]
    reached = np.concatenate([seen_through(matrix, np.array(corners)) for matrix in moments])
    x1, y1 = np.floor(reached.min(axis=0)).astype(int).clip(0)
    x2, y2 = np.minimum(np.ceil(reached.max(axis=0)).astype(int), frame.shape[1::-1])
    if x2 <= x1 or y2 <= y1:
        return
    light = np.zeros((y2 - y1, x2 - x1, 4), np.float32)
    for matrix in moments:
        shown = _shown(cutout, matrix, (int(x1), int(y1)), (int(x2 - x1), int(y2 - y1)))
        opaque = shown[..., 3:] / 255
        light += np.concatenate([shown[..., :3] * opaque, opaque], axis=2)
    light /= len(moments)
    behind = frame[y1:y2, x1:x2]
    behind[:] = (behind * (1 - light[..., 3:]) + light[..., :3]).round().clip(0, 255)


def _shown(cutout: Cutout, matrix: Matrix, corner: tuple[int, int], size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """The head in one moment, in this part of the frame; made smaller first, so that fine lines do not flicker."""
    height = float(np.ptp(cutout.outline(matrix), axis=0).max())
    small = min(1.0, 1.25 * height / (2 * max(cutout.half)))
    head = Image.fromarray(cutout.pixels, "RGBA")
    reduced = max(1, round(head.width * small)), max(1, round(head.height * small))
    back = np.linalg.inv(matrix @ np.diag([head.width / reduced[0], head.height / reduced[1], 1]))
    back = back @ np.array([[1, 0, corner[0]], [0, 1, corner[1]], [0, 0, 1]])
    coefficients = tuple((back / back[2, 2]).ravel()[:8])
    head = head.resize(reduced, Image.Resampling.LANCZOS)
    turned = head.transform(size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC)
    return np.asarray(turned, np.float32)
