"""One decoded picture of a film, with its own time, as the pure measures look at it.

Films from phones and bag cameras have no steady frame rate, so a frame is known by its time and never by its number.

Invariants: a frame that exists has planes of whole bytes in range; its planes are never written to. Memory: the frame.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.uint8]

SMALLEST_SIDE, LARGEST_SIDE = 16, 4096  # below is no picture; above, a measure that looks at small frames gets slow
LONGEST_MS = 48 * 3600 * 1000  # no battery lasts longer; times fit 32 bits
COARSE = 80  # cells along the longer side of a coarse plane: enough to tell a cut from a jolt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A picture at `time_ms`: luma (rows, columns), and either no chroma or two planes of equal shape, 0 to 255 each."""

    time_ms: int
    luma: Plane
    chroma: tuple[Plane, Plane] | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.time_ms <= LONGEST_MS:
            raise ValueError("a frame's time is out of range")
        planes = (self.luma, *(self.chroma or ()))
        if any(plane.ndim != 2 or plane.dtype != np.uint8 for plane in planes):
            raise ValueError("a frame's planes are not two-dimensional bytes")
        if not SMALLEST_SIDE <= min(self.luma.shape) <= max(self.luma.shape) <= LARGEST_SIDE:
            raise ValueError("a frame is too small or too large")
        if self.chroma and (self.chroma[0].shape != self.chroma[1].shape or min(self.chroma[0].shape) < 1):
            raise ValueError("a frame's chroma planes do not belong together")


def frame_of_rgb(time_ms: int, rgb: NDArray[np.uint8]) -> Frame:
    """A frame of an RGB picture (rows, columns, 3), full range, by ITU-R BT.601."""
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError("the picture is not RGB in bytes")
    luma: NDArray[np.float32] = rgb.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    blue = 128 + (rgb[..., 2] - luma) * np.float32(0.564)
    red = 128 + (rgb[..., 0] - luma) * np.float32(0.713)
    return Frame(time_ms=time_ms, luma=_as_bytes(luma), chroma=(_as_bytes(blue), _as_bytes(red)))


def coarse(plane: Plane, cells: int = COARSE) -> NDArray[np.float32]:
    """Means of square cells, at least `cells` along the longer side, or the plane itself if it has fewer.

    Edges that fill no cell are left out.
    """
    step = max(1, max(plane.shape) // cells)
    rows, columns = plane.shape[0] // step, plane.shape[1] // step
    if rows == 0 or columns == 0:
        step, rows, columns = 1, *plane.shape
    bands = plane[: rows * step, : columns * step].reshape(rows, step, columns * step).sum(axis=1, dtype=np.uint32)
    total = bands[:, ::step].copy()
    for shift in range(1, step):
        total += bands[:, shift::step]
    return np.asarray(total / np.float32(step * step), np.float32)


def _as_bytes(plane: NDArray[np.float32]) -> Plane:
    return np.clip(np.rint(plane), 0, 255).astype(np.uint8)
