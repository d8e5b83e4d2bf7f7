"""Who speaks: a vector of 256 numbers a voice, near to those of the same person and far from others'.

The network is three layers of LSTM over mel spectra, on ONNX Runtime (Wan et al., "Generalized end-to-end loss for speaker
verification", ICASSP 2018; the weights are Resemblyzer's). It hears pieces of 1.6 s, half of each heard twice, and a voice is their mean.
It was trained on English, mostly read aloud; other languages, a telephone or a noisy street bring strangers nearer and the same
person farther away.

Invariants: how the sound was cut into pieces changes nothing; a voice has length 1, so that likeness is between 0 and 1. That two
voices are alike is a hint and never a proof, and that they are not is none either: an expert with a better machine hears more.
Nothing is fetched. Peak: half a minute of sound and its spectra, 30 MiB, and 40 MiB for the engine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from jebi.errors import Damaged
from jebi.media.hearing import Stretch
from jebi.media.models import Maker, Model
from jebi.media.onnx import load

WEIGHTS = "d-vectors.onnx"
RATE = 16_000  # samples a second, the network's
WINDOW, HOP = 400, 160  # samples: 25 and 10 ms
MELS = 40
PARTIAL, STEP = 160, 77  # frames: what is heard at once, and how far the next is
COVERED = 0.75  # of a partial must be sound; the rest is filled up with silence
SHORTEST = int(COVERED * PARTIAL) * HOP  # samples, 1.2 s
BLOCK = 30 * RATE  # samples that are brought to one loudness, at once
LOUDNESS = 10 ** (-30 / 20)  # root of the mean square of full scale, to which quieter sound is raised
SIZE = 256

Samples = npt.NDArray[np.int16]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Voice:
    """How somebody sounded.

    Attributes:
        vector: 256 numbers, of length 1.
        partials: pieces of 1.6 s of which it is the mean; of fewer than five it says little.
        maker: which machine heard it. Voices of two makers cannot be compared.
    """

    vector: Floats
    partials: int
    maker: Maker

    def __post_init__(self) -> None:
        if self.vector.shape != (SIZE,) or abs(float(np.linalg.norm(self.vector)) - 1) > 1e-3 or self.partials < 1:
            raise ValueError("a voice is a vector of length 1")


class Speakers:
    """The network, loaded. Not for two threads at once.

    Args:
        model: from the slot, with `d-vectors.onnx`.
        threads: of the engine.

    Raises:
        Damaged: the file is not this network.
    """

    def __init__(self, model: Model, *, threads: int = 1) -> None:
        self.maker = model.maker
        self._session = load(model.read(WEIGHTS), threads=threads)
        if [(put.name, put.shape[2:]) for put in self._session.get_inputs()] != [("mels", [MELS])]:
            raise Damaged(f"{WEIGHTS} is not the network for voices that jebi knows")

    def voice(self, pieces: Iterable[Samples]) -> Voice | None:
        """The voice in sound that comes in pieces of any length: 16 kHz, one channel, 16 bits, one person speaking all the time.

        None if there is less than 1.2 s of it, or nothing to hear.
        """
        total, count = np.zeros(SIZE), 0
        for block in _blocks(pieces):
            heard = self._heard(block)
            total += heard.sum(axis=0)
            count += len(heard)
        length = float(np.linalg.norm(total))
        if not length:
            return None
        return Voice(vector=(total / length).astype(np.float32), partials=count, maker=self.maker)

    def _heard(self, block: Samples) -> Floats:
        """A vector of length 1 for each partial of a block, without those in which the network hears nothing."""
        loudness = float(np.sqrt(np.mean(np.square(block, dtype=np.float64)))) / 32768
        if not loudness:
            return np.zeros((0, SIZE), np.float32)
        sound = block * np.float32(max(1.0, LOUDNESS / loudness) / 32768)
        (vectors,) = self._session.run(None, {"mels": _partials(sound)})
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        audible = lengths[:, 0] > 0
        return np.asarray(vectors[audible] / lengths[audible], np.float32)


def likeness(one: Voice, other: Voice) -> float:
    """How alike two voices are: the cosine of their angle, 0 to 1."""
    if one.maker != other.maker:
        raise ValueError("two machines heard these voices, each in its own way")
    return min(1.0, max(0.0, float(one.vector @ other.vector)))


def spoken(pieces: Iterable[Samples], stretches: Iterable[Stretch]) -> Iterator[Samples]:
    """The sound, 16 kHz, in which somebody speaks, as `jebi.media.hearing` found it; stretches in order, apart."""
    place, ahead = 0, iter(stretches)
    stretch = next(ahead, None)
    for piece in pieces:
        while stretch is not None and stretch.start_ms * RATE // 1000 < place + len(piece):
            start, end = stretch.start_ms * RATE // 1000, stretch.end_ms * RATE // 1000
            yield piece[max(0, start - place) : max(0, end - place)]
            if end > place + len(piece):
                break
            stretch = next(ahead, None)
        place += len(piece)


def mel_spectra(sound: Floats) -> Floats:
    """Power in 40 bands, (frames, 40), one frame every 10 ms; the first one's middle is the first sample."""
    padded = np.pad(sound, WINDOW // 2)
    windows = sliding_window_view(padded, WINDOW)[::HOP]
    shape = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(windows * shape, axis=1)))
    return np.asarray(power @ _bands().T, np.float32)


def _partials(sound: Floats) -> Floats:
    """The spectra of all partials, (partials, 160, 40)."""
    frames = -(-(len(sound) + 1) // HOP)
    starts = list(range(0, max(1, frames - PARTIAL + STEP + 1), STEP))
    if len(starts) > 1 and len(sound) - starts[-1] * HOP < COVERED * PARTIAL * HOP:
        starts.pop()
    length = (starts[-1] + PARTIAL) * HOP
    spectra = mel_spectra(np.pad(sound, (0, max(0, length - len(sound)))))
    return np.stack([spectra[start : start + PARTIAL] for start in starts])


def _blocks(pieces: Iterable[Samples]) -> Iterator[Samples]:
    """The same sound half a minute at a time; without a last one that is too short to be heard."""
    waiting: list[Samples] = []
    count = 0
    for piece in pieces:
        if piece.dtype != np.int16 or piece.ndim != 1:
            raise ValueError("sound is one row of 16-bit samples")
        waiting.append(piece)
        count += len(piece)
        if count >= BLOCK:
            sound = np.concatenate(waiting)
            whole = len(sound) // BLOCK * BLOCK
            yield from sound[:whole].reshape(-1, BLOCK)
            waiting, count = [sound[whole:].copy()], len(sound) - whole
    if count >= SHORTEST:
        yield np.concatenate(waiting)


@cache
def _bands() -> Floats:
    """Triangles on Slaney's mel scale, each of the same area: (40, bins). Slaney, "Auditory toolbox", 1998, `mfcc`."""
    frequencies = np.arange(WINDOW // 2 + 1) * RATE / WINDOW
    edges = _hertz(np.linspace(0, _mel(RATE / 2), MELS + 2))
    widths = np.diff(edges)[:, None]
    away = frequencies[None] - edges[:, None]
    rising, falling = away[:-2] / widths[:-1], -away[2:] / widths[1:]
    triangles = np.minimum(rising, falling).clip(min=0)
    return np.asarray(triangles * 2 / (edges[2:] - edges[:-2])[:, None], np.float32)


KNEE, BELOW, ABOVE = 1000.0, 200 / 3, np.log(6.4) / 27  # hertz; hertz a mel up to there; logarithm a mel from there


def _mel(hertz: float) -> float:
    return float(KNEE / BELOW + np.log(hertz / KNEE) / ABOVE) if hertz >= KNEE else hertz / BELOW


def _hertz(mels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    above = KNEE * np.exp(ABOVE * (mels - KNEE / BELOW))
    return np.where(mels >= KNEE / BELOW, above, mels * BELOW)
