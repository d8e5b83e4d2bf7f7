"""Sound in overlapping frames and back: what is done to a spectrum is done to the sound, without seams.

Invariants: frames lie at fixed places of the sound, however it was cut into pieces; frames joined unchanged are the sound again; what is
done to a frame reaches no sample outside it. Peak: a few frames and one piece.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """How sound is parted: frame k holds the samples from `k · hop − (size − hop)`, as many as `size`.

    Attributes:
        size: samples of a frame.
        hop: samples from one frame to the next; at most half of `size`, which it divides.
    """

    size: int
    hop: int

    def __post_init__(self) -> None:
        if self.size % self.hop or self.size < 2 * self.hop:
            raise ValueError("frames overlap by half at least, and evenly")

    @property
    def bins(self) -> int:
        """Numbers in a spectrum."""
        return self.size // 2 + 1

    @property
    def window(self) -> Floats:
        """What a frame is multiplied with on the way in and again on the way out: the root of Hann's, scaled so that all sum to 1."""
        hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.size) / self.size)
        return np.sqrt(hann * 2 * self.hop / self.size).astype(np.float32)

    def spectra(self, pieces: Iterable[Floats]) -> Iterator[Spectrum]:
        """The spectrum of each frame, in order; silence before the first sample and behind the last."""
        window, lead = self.window, self.size - self.hop
        waiting = np.zeros(lead, np.float32)
        for piece in pieces:
            waiting = np.concatenate([waiting, piece])
            for start in range(0, len(waiting) - self.size + 1, self.hop):
                yield _spectrum(waiting[start : start + self.size] * window)
            waiting = waiting[max(0, (len(waiting) - lead) // self.hop) * self.hop :]
        rest = len(waiting) - lead
        waiting = np.pad(waiting, (0, self.size))
        for start in range(0, rest + lead, self.hop):
            yield _spectrum(waiting[start : start + self.size] * window)

    def joined(self, spectra: Iterable[Spectrum]) -> Iterator[Floats]:
        """The sound of spectra, one hop at a time; behind its last sample up to a hop of silence."""
        window = self.window
        sums = np.zeros(self.size, np.float32)
        for number, spectrum in enumerate(spectra):
            sums += np.fft.irfft(spectrum, self.size).astype(np.float32) * window
            if (number + 1) * self.hop >= self.size:
                yield sums[: self.hop].copy()
            sums = np.concatenate([sums[self.hop :], np.zeros(self.hop, np.float32)])


def _spectrum(frame: Floats) -> Spectrum:
    return np.fft.rfft(frame).astype(np.complex64)
