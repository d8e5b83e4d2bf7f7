"""Pictures and tones drawn for the encoder, and what ffprobe says of a film."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from jebi.media.encoding import Samples
from jebi.media.frames import Frame
from jebi.media.probe import Matrix

TIMES = [40, 73, 107, 1107, 1108, 4000, 4033, 59_999]  # ms: late, unsteady, in a hurry, standing still


def drawn(times: list[int] = TIMES, *, matrix: Matrix = Matrix.BT709) -> Iterator[Frame]:
    for place, time in enumerate(times):
        pixels = bytes([16 + 20 * place % 200]) * (64 * 48) + bytes([128]) * (64 * 48 // 2)
        yield Frame(time_ms=time, width=64, height=48, pixels=pixels, matrix=matrix)


def tone(seconds: int, rate: int) -> Iterator[Samples]:
    for second in range(seconds):
        time = np.arange(rate) / rate + second
        yield (8_000 * np.sin(2 * np.pi * 440 * time)).astype(np.int16)


def probed(path: Path, *what: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", *what, "-of", "json", str(path)]
    answer: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return answer


def times_of(path: Path) -> list[int]:
    asked = probed(path, "-select_streams", "v", "-show_entries", "frame=pts_time")
    return [round(float(frame["pts_time"]) * 1000) for frame in asked["frames"]]
