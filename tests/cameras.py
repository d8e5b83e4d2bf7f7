"""Cameras that tests invent: a pattern of their own, streets to film, and the frames that come of it."""

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SHAPE = (216, 384)


def pattern_of(camera: int, shape: tuple[int, int] = SHAPE, *, strength: float = 0.02) -> Floats:
    """What one camera's pixels are more sensitive than its others, as a share of the light; a little smooth, as luma is."""
    rng = np.random.default_rng(camera)
    pattern = rng.normal(size=shape)
    for axis in (0, 1):
        pattern = np.roll(pattern, 1, axis) + 4 * pattern + np.roll(pattern, -1, axis)
    return np.asarray(pattern * strength / pattern.std(), np.float32)


def street(seed: int, shape: tuple[int, int] = SHAPE) -> Floats:
    """Clouds of light, 40 to 200, with an edge or two."""
    rng = np.random.default_rng(seed)
    waves = np.fft.rfft2(rng.normal(size=shape))
    far = np.hypot(np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None])
    clouds = np.fft.irfft2(waves / (0.005 + far) ** 1.6, s=shape)
    clouds = 120 + 30 * clouds / clouds.std()
    clouds[:, rng.integers(0, shape[1]) :] += 20
    return np.asarray(np.clip(clouds, 40, 200), np.float32)


def filmed(
    camera: int, count: int, *, place: int = 0, shape: tuple[int, int] = SHAPE, strength: float = 0.02
) -> Iterator[NDArray[np.uint8]]:
    """So many frames that a camera takes while it wanders through one place, with the noise of light."""
    pattern, rng = pattern_of(camera, shape, strength=strength), np.random.default_rng([camera, place])
    wide = street(place, (shape[0] + 64, shape[1] + 64))
    for _ in range(count):
        down, right = rng.integers(0, 64, 2)
        light = wide[down : down + shape[0], right : right + shape[1]]
        taken = light * (1 + pattern) + rng.normal(size=shape) * 1.5
        yield np.clip(np.rint(taken), 16, 235).astype(np.uint8)


def film_of(path: Path, lumas: Iterable[NDArray[np.uint8]], *, rate: int, encoder: tuple[str, ...] = ("ffv1",)) -> Path:
    """A grey film of these pictures; without a loss, unless another encoder is named, with its options."""
    pictures = list(lumas)
    rows, columns = pictures[0].shape
    shape = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{columns}x{rows}", "-r", str(rate), "-i", "-"]
    coded = ["-vf", "scale=in_range=tv:out_range=tv,format=yuv420p", "-c:v", *encoder]
    content = b"".join(luma.tobytes() for luma in pictures)
    subprocess.run(["ffmpeg", "-v", "error", "-y", *shape, *coded, str(path)], input=content, check=True)
    return path
