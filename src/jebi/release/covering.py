"""Covers on their way into the picture: which boxes hide a frame of some time, and painting them (docs/formats/cuts.md, "Plan").

Boxes are rounded outwards to whole pairs of pixels, so that no half of a chroma sample stays. A mosaic is moved by numbers that stay the same
as long as a cover lasts: what changed from frame to frame would average out.

Invariants: after `paint` no pixel of a covered box depends on the picture, but for a mosaic's means. It never leaves a cover out: a box at the edge is
painted as far as there is a picture. Peak: one frame.
"""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from jebi.release.plan import SIDE, Cover, Key
from jebi.release.protect import between
from jebi.release.sightings import Box

GREY = (110, 128, 128)  # luma, blue, red: of studio range
CELLS = 6  # of a mosaic, along the longer side of its box
LEAST_CELL = 12  # pixels
MOVED = 16  # levels by which a cell's mean is moved at most
DARKEST, LIGHTEST = 16, 240  # of studio range; chroma goes as far

Plane = NDArray[np.uint8]
Pixels = tuple[int, int, int, int]  # left, top, right, bottom, in pixels; all even


class Covering:
    """Covers of one source, painted into its frames. The times of the frames rise.

    Args:
        covers: as the plan has them.
        width, height: of the upright frames, in pixels; even.
        seed: the plan's.
    """

    def __init__(self, covers: Sequence[Cover], width: int, height: int, seed: bytes) -> None:
        self._size = width, height
        self._seed = seed
        self._waiting = sorted(enumerate(covers), key=lambda one: -one[1].start_ms)
        self._active: list[tuple[int, Cover]] = []

    def boxes(self, time_ms: int) -> Iterator[tuple[int, Cover, Pixels]]:
        """What is covered in the frame of that time: each cover's number, the cover, and its box."""
        while self._waiting and self._waiting[-1][1].start_ms <= time_ms:
            self._active.append(self._waiting.pop())
        self._active = [one for one in self._active if one[1].end_ms >= time_ms]
        for number, cover in self._active:
            yield number, cover, pixels_of(cover, time_ms, *self._size)

    def paint(self, time_ms: int, pixels: bytearray) -> int:
        """Cover a frame of planar YUV 4:2:0 in place; returns how many boxes that were."""
        width, height = self._size
        luma = np.frombuffer(pixels, np.uint8, width * height).reshape(height, width)
        blue, red = (
            np.frombuffer(pixels, np.uint8, width * height // 4, width * height * place // 4).reshape(height // 2, -1)
            for place in (4, 5)
        )
        boxes = list(self.boxes(time_ms))
        for number, cover, (left, top, right, bottom) in boxes:
            parts = (
                luma[top:bottom, left:right],
                blue[top // 2 : bottom // 2, left // 2 : right // 2],
                red[top // 2 : bottom // 2, left // 2 : right // 2],
            )
            if cover.style == "mosaic":
                _mosaic(parts, self._noise(number))
            else:
                for part, level in zip(parts, GREY, strict=True):
                    part[:] = level
        return len(boxes)

    def _noise(self, number: int) -> NDArray[np.int16]:
        """By how much each cell of each plane of a cover is moved."""
        drawn = hashlib.shake_256(self._seed + b"jebi mosaic" + number.to_bytes(4, "big")).digest(3 * CELLS * CELLS)
        levels = np.frombuffer(drawn, np.uint8).reshape(3, CELLS, CELLS).astype(np.int16)
        return levels % (2 * MOVED + 1) - MOVED


def pixels_of(cover: Cover, time_ms: int, width: int, height: int) -> Pixels:
    """The box of a cover in a frame of that time and size."""
    left, top, right, bottom = box_at(cover.keys, time_ms)
    return (
        int(left * width / SIDE) // 2 * 2,
        int(top * height / SIDE) // 2 * 2,
        min(width, -(-int(np.ceil(right * width / SIDE)) // 2) * 2),
        min(height, -(-int(np.ceil(bottom * height / SIDE)) // 2) * 2),
    )


def box_at(keys: Sequence[Key], time_ms: int) -> Box:
    """Where a moving box is at a time between its first key and its last."""
    low, high = 0, len(keys) - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if keys[middle].time_ms <= time_ms else (low, middle)
    return between((keys[low].time_ms, keys[low].box), (keys[high].time_ms, keys[high].box), time_ms)


def _mosaic(parts: Sequence[Plane], noise: NDArray[np.int16]) -> None:
    """The mean of each cell, moved. All planes have the same cells, none smaller than the least but where the box is."""
    cell = max(LEAST_CELL, -(-max(parts[0].shape) // CELLS))
    rows, columns = (max(1, min(CELLS, side // cell)) for side in parts[0].shape)
    for plane, levels in zip(parts, noise, strict=True):
        ends = [
            [side * i // cells for i in range(cells + 1)]
            for side, cells in zip(plane.shape, (rows, columns), strict=True)
        ]
        for i, (top, bottom) in enumerate(pairwise(ends[0])):
            for k, (left, right) in enumerate(pairwise(ends[1])):
                part = plane[top:bottom, left:right]
                part[:] = int(np.clip(part.mean() + levels[i, k], DARKEST, LIGHTEST))
