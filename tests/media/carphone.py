"""Where the face is in each frame of the carphone film, by hand: 120 frames of a man who talks in a car, 176 × 144.

Every sixth frame was drawn four times as large under a grid of ten pixels, and the face read off it: from the hairline to the chin, from
cheek to cheek without the ears. Between those frames the sides were interpolated; then the box was drawn into every third frame and
looked at again: nowhere was a side more than two pixels off, but where cheek and ear cannot be told apart (three).
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from media.cutouts import SAMPLES, Pixels
from media.hard_faces import Planes, Truth, planes

WIDTH, HEIGHT, FRAMES = 176, 144, 120
KEYS = {  # left, top, right, bottom
    0: (65, 34, 109, 99),
    6: (65, 35, 109, 97),
    12: (63, 34, 107, 98),
    18: (64, 34, 108, 99),
    24: (65, 33, 109, 99),
    30: (58, 33, 105, 100),
    36: (53, 34, 101, 103),
    42: (53, 34, 101, 103),
    48: (53, 33, 101, 102),
    54: (54, 32, 102, 101),
    60: (54, 29, 103, 101),
    66: (53, 28, 103, 98),
    72: (51, 24, 102, 96),
    78: (44, 24, 97, 95),
    84: (35, 30, 92, 101),
    90: (33, 32, 89, 101),
    96: (36, 32, 92, 101),
    102: (38, 31, 92, 102),
    108: (40, 30, 93, 103),
    114: (43, 29, 97, 104),
    119: (43, 29, 97, 104),
}


@dataclass(frozen=True, slots=True)
class Carphone:
    """The film, as those of hard_faces.py are."""

    case: str = "talking"
    name: str = "carphone"

    def frames(self) -> Iterator[Pixels]:
        """Height × width × 3 bytes, red first."""
        command = ["ffmpeg", "-v", "error", "-i", str(SAMPLES / "carphone_pristine.mp4"), "-vsync", "passthrough",
                   "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]  # fmt: skip
        raw = subprocess.run(command, check=True, capture_output=True).stdout
        yield from np.frombuffer(raw, np.uint8).reshape(FRAMES, HEIGHT, WIDTH, 3)

    def planes(self) -> Iterator[Planes]:
        """The same as YUV 4:2:0 (ITU-R BT.601, limited range)."""
        return map(planes, self.frames())

    def truth(self) -> list[list[Truth]]:
        """The face of each frame."""
        sides = [
            np.interp(range(FRAMES), list(KEYS), [key[side] for key in KEYS.values()]).round() for side in range(4)
        ]
        boxes = np.stack(sides, axis=1).astype(int).tolist()
        return [
            [Truth(face=0, x=x, y=y, width=right - x, height=bottom - y, seen=1.0)] for x, y, right, bottom in boxes
        ]
