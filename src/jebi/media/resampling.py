"""Sound at another rate: what a machine's voice has to the cut's, and the cut's to what networks listen at.

A windowed sinc, in as many phases as the two rates need (Crochiere and Rabiner, "Multirate digital signal processing", 1983, section 3.3).

Invariants: the same samples give the same samples; nothing above half of the lower rate is left to fold over. The sound is held whole: it
is a line or a piece, never a film. Peak: three times the sound, and 3 MiB.
"""

import math
from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

ZEROS = 24  # of the sinc to each side
CUT = 0.95  # of the lower rate's band is kept
BLOCK = 1 << 13  # samples that are made at once
HIGHEST = 192_000  # samples a second

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float32]


def resampled(sound: Samples, rate: int, wanted: int) -> Samples:
    """Sound of `rate` samples a second, 16 bits and one channel, at the wanted rate; silence is before and behind it."""
    if sound.dtype != np.int16 or sound.ndim != 1 or not 1000 <= min(rate, wanted) <= max(rate, wanted) <= HIGHEST:
        raise ValueError("sound is one row of 16-bit samples, at a rate of sound")
    if rate == wanted:
        return sound
    up, down = wanted // math.gcd(rate, wanted), rate // math.gcd(rate, wanted)
    kernel = _kernel(up, down)
    reach = kernel.shape[1] // 2
    windows = sliding_window_view(np.pad(sound.astype(np.float32), (reach, reach + 1)), kernel.shape[1])
    count = len(sound) * up // down
    parts = [np.zeros(0, np.int16)]
    for start in range(0, count, BLOCK):
        place = np.arange(start, min(count, start + BLOCK), dtype=np.int64) * down
        values = np.einsum("ij,ij->i", windows[place // up], kernel[place % up])
        parts.append(np.rint(values).clip(-32768, 32767).astype(np.int16))
    return np.concatenate(parts)


@cache
def _kernel(up: int, down: int) -> Floats:
    """For each phase, how much of the samples around goes into one between them: (up, taps)."""
    cut = CUT * min(1.0, up / down)
    reach = math.ceil(ZEROS / cut)
    away = np.arange(-reach, reach + 1)[None] - (np.arange(up) / up)[:, None]
    window = np.cos(np.pi / 2 * np.clip(away / (reach + 1), -1, 1)) ** 2
    kernel = np.sinc(away * cut) * window
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True), np.float32)
