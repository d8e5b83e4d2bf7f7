"""Films in full HD in which one, three or ten people stand about and sway: what protecting is timed on, beside deface.

Real faces (cutouts.py), from 40 to 240 pixels high, over real footage that runs to and fro. Each stays in its own part of the picture, so none
hides another, and it is known to the pixel where they are. The same films come out each time.
"""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np

from media.cutouts import Matrix, Pixels, cutouts, paste
from media.hard_faces import Truth, footage

WIDTH, HEIGHT, FRAMES, RATE = 1920, 1080, 72, 25
COLUMNS, ROWS = 5, 2
WAY, STEP, LEAN = 60.0, 9.0, 6.0  # pixels to each side, pixels up and down, degrees
HEIGHTS = (  # of each face, in pixels, and which face it is; no two large ones stand side by side
    (130, 7),
    (240, 10),
    (60, 16),
    (180, 8),
    (40, 20),
    (90, 13),
    (50, 2),
    (210, 17),
    (70, 11),
    (110, 5),
)
PLACES = (2, 1, 4, 3, 0, 5, 6, 7, 8, 9)  # which part of the picture each of them has


@dataclass(frozen=True, slots=True)
class Walkers:
    """So many of them, 1 to 10, for so many frames."""

    count: int
    length: int = FRAMES

    def frames(self) -> Iterator[Pixels]:
        """Height × width × 3 bytes, red first."""
        behind = footage("street", WIDTH, HEIGHT)
        for number, ground in enumerate(islice(cycle((*behind, *behind[-2:0:-1])), self.length)):
            frame = ground.copy()
            for face in range(self.count):
                paste(frame, cutouts()[HEIGHTS[face][1]], [_pose(face, number)])
            yield frame

    def truth(self) -> list[list[Truth]]:
        """The faces of each frame."""
        return [[_true(face, number) for face in range(self.count)] for number in range(self.length)]

    def write(self, path: str) -> None:
        """The film as a file: H.264, as a telephone writes it."""
        command = ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(RATE), "-i", "-",
                   "-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-pix_fmt", "yuv420p", path]  # fmt: skip
        with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
            assert encoder.stdin
            for frame in self.frames():
                encoder.stdin.write(frame.tobytes())
            encoder.stdin.close()
        assert encoder.returncode == 0


def _pose(face: int, number: int) -> Matrix:
    """Where a face is in a frame: it sways from side to side once in the film, and up and down twice a second."""
    column, row = PLACES[face] % COLUMNS, PLACES[face] // COLUMNS
    height, which = HEIGHTS[face]
    phase = 2 * np.pi * (number / FRAMES + face * 0.13)
    x = WIDTH * (column + 0.5) / COLUMNS + WAY * np.sin(phase)
    y = HEIGHT * (row + 0.5) / ROWS + STEP * np.sin(2 * phase * FRAMES / RATE)
    return cutouts()[which].posed(float(x), float(y), height, LEAN * float(np.sin(phase)))


def _true(face: int, number: int) -> Truth:
    outline = cutouts()[HEIGHTS[face][1]].outline(_pose(face, number))
    (x, y), (right, bottom) = np.floor(outline.min(axis=0)).astype(int), np.ceil(outline.max(axis=0)).astype(int)
    return Truth(face=face, x=int(x), y=int(y), width=int(right - x), height=int(bottom - y), seen=1.0)
