"""Where somebody speaks: Silero VAD on ONNX Runtime, over sound as it comes, 32 ms at a time.

The network wants each window with the 64 samples before it; without them it hears nothing at all. It was made for speech in any
language. Speech is begun by one sure window and ended by half a second of unsure ones, so that a breath cuts nothing.

Invariants: windows are heard in order and once; stretches come in order, do not overlap, and lie within the sound. A stretch says that
somebody seems to speak, never that all others are silent: a whisper under engine noise is missed. Nothing is fetched. Peak: one piece
of sound, and 30 MiB for the engine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jebi.errors import Damaged
from jebi.media.models import Model
from jebi.media.onnx import load

WEIGHTS = "silero_vad_16k_op15.onnx"
RATE = 16_000  # samples a second, the network's
WINDOW = 512  # samples, the network's: 32 ms
CONTEXT = 64  # samples of the window before, without which it hears nothing
WINDOW_MS = WINDOW * 1000 // RATE
BEGINS, ENDS = 0.5, 0.35  # the network's own thresholds: sure of speech, and no longer sure
SHORTEST = 8  # windows, 256 ms: shorter is a cough
PAUSE = 16  # windows, 512 ms: a shorter pause belongs to the speech around it
MARGIN_MS = 200  # kept on both sides for the first and the last sound; two margins are shorter than a pause

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which somebody seems to speak, in milliseconds from the first sample.

    Attributes:
        probability: the mean of what the network said, 0 to 1.
    """

    start_ms: int
    end_ms: int
    probability: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms < self.end_ms or not 0 <= self.probability <= 1:
            raise ValueError("a stretch ends after it begins")


class Hearing:
    """The network, loaded. Not for two threads at once; each `listen` begins anew.

    Args:
        model: from the slot, with `silero_vad_16k_op15.onnx`.
        threads: of the engine; the network is too small to gain by a second.

    Raises:
        Damaged: the file is not this network.
    """

    def __init__(self, model: Model, *, threads: int = 1) -> None:
        self.maker = model.maker
        self._session = load(model.read(WEIGHTS), threads=threads)
        if {put.name for put in self._session.get_inputs()} != {"input", "state", "sr"}:
            raise Damaged(f"{WEIGHTS} is not the network for speech that jebi knows")

    def listen(self, pieces: Iterable[Samples]) -> Iterator[Stretch]:
        """The stretches of speech in sound that comes in pieces of any length: 16 kHz, one channel, 16 bits."""
        return stretches(self.probabilities(pieces))

    def probabilities(self, pieces: Iterable[Samples]) -> Iterator[float]:
        """How sure the network is of speech, for each 32 ms; silence completes the last."""
        state = np.zeros((2, 1, 128), np.float32)
        heard = np.zeros((1, CONTEXT + WINDOW), np.float32)
        rate = np.array(RATE, np.int64)
        for window in _windows(pieces):
            heard[0, :CONTEXT] = heard[0, -CONTEXT:]
            heard[0, CONTEXT:] = window / np.float32(32768)
            probability, state = self._session.run(None, {"input": heard, "state": state, "sr": rate})
            yield min(1.0, max(0.0, float(probability[0, 0])))


def stretches(probabilities: Iterable[float]) -> Iterator[Stretch]:
    """Stretches of speech from what the network says of each window, with hysteresis, margins, and shortest lengths."""
    said: list[float] = []  # of a stretch under way, up to now
    spoken = 0  # how many of them until it was last sure
    number = -1
    for number, probability in enumerate(probabilities):
        if probability >= (ENDS if said else BEGINS):
            said.append(probability)
            spoken = len(said)
        elif said:
            said.append(probability)
        if len(said) - spoken >= PAUSE:
            yield from _stretch(number + 1 - len(said), said[:spoken])
            said = []
    if said:
        yield from _stretch(number + 1 - len(said), said[:spoken], latest_ms=(number + 1) * WINDOW_MS)


def _stretch(first: int, said: list[float], *, latest_ms: int | None = None) -> Iterator[Stretch]:
    if len(said) < SHORTEST:
        return
    end_ms = (first + len(said)) * WINDOW_MS + MARGIN_MS
    yield Stretch(
        start_ms=max(0, first * WINDOW_MS - MARGIN_MS),
        end_ms=end_ms if latest_ms is None else min(end_ms, latest_ms),
        probability=sum(said) / len(said),
    )


def _windows(pieces: Iterable[Samples]) -> Iterator[Samples]:
    """The same sound in windows of 512 samples, the last one filled up with silence."""
    rest = np.zeros(0, np.int16)
    for piece in pieces:
        if piece.dtype != np.int16 or piece.ndim != 1:
            raise ValueError("sound is one row of 16-bit samples")
        sound = np.concatenate([rest, piece])
        whole = len(sound) // WINDOW * WINDOW
        yield from sound[:whole].reshape(-1, WINDOW)
        rest = sound[whole:]
    if rest.size:
        yield np.pad(rest, (0, WINDOW - rest.size))
