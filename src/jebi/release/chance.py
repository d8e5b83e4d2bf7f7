"""Chance that comes from a seed: the same numbers for the same seed, label and place, on every machine, and others for any other.

Invariants: nothing is drawn; a number at one place needs none of the places before it. Philox (Salmon et al., "Parallel random numbers: as easy
as 1, 2, 3", SC 2011) under a key of SHA-256. Not for secrets: whoever has the seed has all of it. Peak: the numbers asked for.
"""

import hashlib

import numpy as np
import numpy.typing as npt


def uniforms(seed: bytes, label: str, place: int, count: int) -> npt.NDArray[np.float64]:
    """So many numbers above 0 and up to 1 for one place under one label."""
    key = int.from_bytes(hashlib.sha256(label.encode() + b"\0" + seed).digest()[:16], "little")
    # a place has 2^64 blocks of four numbers for itself
    raw = np.random.Philox(key=key, counter=place << 64).random_raw(count)
    return ((raw >> np.uint64(11)).astype(np.float64) + 1) / (1 << 53)
