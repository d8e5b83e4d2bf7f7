"""A bystander's voice made another's: higher or lower, from a longer or shorter throat. It stops no expert.

Pitch and resonances are moved apart from each other, by amounts that come from the seed of the cut: each frame's spectrum is parted into
its envelope, which is stretched, and what is left, which is shifted (Laroche and Dolson, "New phase-vocoder techniques", WASPAA 1999).
Rhythm, melody, accent and words stay as they are, and a machine that was shown disguised voices knows many of them again:
bench/results/voice.json says how many. For a neighbour's ear and no more; whoever is in danger is re-voiced or silent.

Invariants: the same seed gives the same voice. Peak: a few frames.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jebi.release.chance import uniforms
from jebi.release.overlap import Floats, Frames, Spectrum

WARNING = "A disguised voice stops no expert and no machine that was made for it: use it for bystanders alone."
RATE = 48_000
FRAMES = Frames(size=2048, hop=512)  # 43 and 11 ms
SEMITONES = 2.5, 5.0  # up or down, least and most
STRETCH = 0.08, 0.18  # of the resonances, up or down, least and most
KNOTS = (0.0, 700.0, 1800.0, 3500.0, 8000.0, 24000.0)  # hertz, between which the stretch varies …
UNEVEN = 0.05  # … by so much
AROUND = 12  # bins to each side, 280 Hz: what is even over them belongs to the envelope
LOUDER = 1.5  # for what is lost where frames no longer agree
QUIETEST = 1e-6  # of a bin, added before logarithms; below 16 bits

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """What a voice is changed by.

    Attributes:
        pitch: by which every frequency of a tone is multiplied.
        knots: where in hertz the resonances at `KNOTS` come to lie.
    """

    pitch: float
    knots: tuple[float, ...]

    def __post_init__(self) -> None:
        if not 0.5 <= self.pitch <= 2 or len(self.knots) != len(KNOTS) or list(self.knots) != sorted(set(self.knots)):
            raise ValueError("a mask keeps the order of frequencies")


def drawn(seed: bytes) -> Mask:
    """The mask of a seed."""
    side, far, throat, length, *uneven = uniforms(seed, "mask", 0, 4 + len(KNOTS)).tolist()
    semitones = (SEMITONES[0] + far * (SEMITONES[1] - SEMITONES[0])) * (1 if side > 0.5 else -1)
    stretch = 1 + (STRETCH[0] + length * (STRETCH[1] - STRETCH[0])) * (1 if throat > 0.5 else -1)
    knots = [knot * (stretch + (2 * each - 1) * UNEVEN) for knot, each in zip(KNOTS, uneven, strict=True)]
    return Mask(pitch=2 ** (semitones / 12), knots=tuple(knots))


def disguised(pieces: Iterable[Floats], mask: Mask) -> Iterator[Floats]:
    """The sound, 48 kHz, in another voice; up to a hop of silence follows it."""
    return FRAMES.joined(_changed(FRAMES.spectra(pieces), mask))


def _changed(spectra: Iterable[Spectrum], mask: Mask) -> Iterator[Spectrum]:
    bins = np.arange(FRAMES.bins)
    shifted = np.rint(bins / mask.pitch).astype(np.int64)  # from which bin each one's tones come
    is_there = shifted < FRAMES.bins
    shifted = np.minimum(shifted, FRAMES.bins - 1)
    stretched = (
        np.interp(bins * RATE / FRAMES.size, mask.knots, KNOTS) * FRAMES.size / RATE
    )  # from which its envelope does
    step = 2 * np.pi * FRAMES.hop / FRAMES.size  # of a bin's phase from frame to frame
    before, phase = np.zeros(FRAMES.bins), np.zeros(FRAMES.bins)
    for spectrum in spectra:
        angle = np.angle(spectrum).astype(np.float64)
        ahead = angle - before - step * bins
        frequency = bins + (ahead - 2 * np.pi * np.rint(ahead / (2 * np.pi))) / step
        before = angle
        phase = np.mod(phase + step * mask.pitch * frequency[shifted], 2 * np.pi)
        loudness = np.abs(spectrum).astype(np.float64) + QUIETEST
        envelope = _envelope(loudness)
        fine = (loudness / envelope)[shifted] * is_there
        changed = LOUDER * fine * np.interp(stretched, bins, envelope)
        yield (changed * np.exp(1j * phase)).astype(np.complex64)


def _envelope(loudness: Numbers) -> Numbers:
    """The geometric mean around each bin."""
    padded = np.pad(np.log(loudness), AROUND, mode="edge")
    sums = np.concatenate([[0.0], np.cumsum(padded, dtype=np.float64)])
    return np.asarray(np.exp((sums[2 * AROUND + 1 :] - sums[: -2 * AROUND - 1]) / (2 * AROUND + 1)))
