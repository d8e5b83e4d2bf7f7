"""A clip's sound as a line to look at: lowest, highest and RMS of every twentieth of a second (docs/formats/fingerprints.md, "Waveform").

Invariants: whatever is not silent is not shown as silence: values are rounded away from zero; how the sound was cut
into chunks changes nothing. Memory: three bytes a bucket, 60 a second, and one bucket of samples.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jebi.archive.frames import LONGEST_MS
from jebi.archive.packed import REBUILD, pack, unpack
from jebi.errors import Damaged

BUCKET_MS = 50
ZOOM = 4  # how many buckets of one level are one of the next
MOST_BUCKETS = LONGEST_MS // BUCKET_MS
LOUDEST_RATE = 192_000  # samples a second; no recorder writes more

_KIND = b"waveform"
_RECORD = np.dtype([("lowest", "i1"), ("highest", "i1"), ("rms", "i1")])
_FULL = 32768 / 127  # a sample of 16 bits in units of what is kept


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waveform:
    """Buckets of 50 ms, the last one perhaps shorter: lowest -127 to 0, highest and RMS 0 to 127, where 127 is full scale."""

    lowest: NDArray[np.int8]
    highest: NDArray[np.int8]
    rms: NDArray[np.int8]

    def __post_init__(self) -> None:
        if not len(self.lowest) == len(self.highest) == len(self.rms):
            raise ValueError("a waveform's parts do not belong together")

    def packed(self) -> bytes:
        records = np.empty(len(self.rms), _RECORD)
        records["lowest"], records["highest"], records["rms"] = self.lowest, self.highest, self.rms
        return pack(_KIND, records)

    def level(self, zoomed_out: int) -> "Waveform":
        """The same sound in buckets of 50 · 4^`zoomed_out` milliseconds."""
        if zoomed_out == 0 or len(self.rms) <= 1:
            return self
        starts = np.arange(0, len(self.rms), ZOOM)
        sizes = np.diff(np.append(starts, len(self.rms)))
        power = np.add.reduceat(self.rms.astype(np.int32) ** 2, starts) / sizes
        return Waveform(
            lowest=np.minimum.reduceat(self.lowest, starts),
            highest=np.maximum.reduceat(self.highest, starts),
            rms=np.ceil(np.sqrt(power)).astype(np.int8),
        ).level(zoomed_out - 1)


class Tracer:
    """Takes sound, 16 bits mono, in chunks of any length."""

    def __init__(self, rate: int) -> None:
        if not 1000 <= rate <= LOUDEST_RATE:
            raise ValueError("a sample rate no sound has")
        self._bucket = rate * BUCKET_MS // 1000
        self._rest = np.empty(0, np.int16)
        self._done: list[NDArray[np.void]] = []

    def feed(self, samples: NDArray[np.int16]) -> None:
        """Add the next samples."""
        waiting = np.concatenate([self._rest, samples])
        whole = len(waiting) - len(waiting) % self._bucket
        self._rest = waiting[whole:].copy()
        if whole:
            self._done.append(_measured(waiting[:whole].reshape(-1, self._bucket)))

    def finish(self) -> Waveform:
        """All buckets; the last one of what was left over."""
        rest = [_measured(self._rest[None])] if len(self._rest) else []
        records = np.concatenate([np.empty(0, _RECORD), *self._done, *rest])
        return Waveform(lowest=records["lowest"], highest=records["highest"], rms=records["rms"])


def parse_waveform(untrusted_packed: bytes) -> Waveform:
    """Read what `Waveform.packed` wrote; raises `Damaged`."""
    records = unpack(_KIND, untrusted_packed, _RECORD, MOST_BUCKETS)
    lowest, highest, rms = records["lowest"], records["highest"], records["rms"]
    if (lowest > 0).any() or (lowest == -128).any() or (highest < 0).any() or (rms < 0).any():
        raise Damaged("the packed waveform has a value on the wrong side of silence", hint=REBUILD)
    return Waveform(lowest=lowest, highest=highest, rms=rms)


def _measured(buckets: NDArray[np.int16]) -> NDArray[np.void]:
    """Rows of samples to one record a row."""
    records = np.empty(len(buckets), _RECORD)
    records["lowest"] = np.maximum(np.floor(np.minimum(buckets.min(axis=1), 0) / _FULL), -127)
    records["highest"] = np.ceil(np.maximum(buckets.max(axis=1), 0) / _FULL)
    power = np.square(buckets, dtype=np.float32).mean(axis=1)
    records["rms"] = np.minimum(np.ceil(np.sqrt(power) / _FULL), 127)
    return records
