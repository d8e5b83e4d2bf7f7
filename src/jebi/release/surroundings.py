"""What is heard around a voice, and nothing of the voice: where somebody speaks, noise of the room's own colour takes its place.

The room is measured first, where nobody speaks: the middle power of each frequency, every five seconds. Then each frame in which somebody may
speak is made anew out of that and of chance; not one number of such a frame is looked at. Elsewhere the sound is kept but for what the
one who films does to it: rumble of hands below 250 Hz is pressed down to the room, and so are short bursts of noise, as breath, cloth and
knocks make them. What has tones, or lasts, stays: engines, sirens, music, steps of a crowd.

Invariants: what is said changes no sample that comes out, wherever speech was found; speech that was not found goes out as it is,
and only whoever listens will notice. Without any sound of the room there is silence. Peak: 5 s of power spectra while measuring, and then
2 s of spectra, 3 MiB each.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jebi.release.chance import uniforms
from jebi.release.overlap import Floats, Frames, Spectrum

RATE = 48_000  # samples a second, of every cut
FRAMES = Frames(size=1024, hop=512)  # 21 and 11 ms
GUARD = RATE // 5  # samples before and behind speech that count as speech: a breath before, the echo behind
TOO_NEAR = RATE  # samples between two stretches of speech in which nothing is taken for the room
BLOCK = 5 * RATE // FRAMES.hop  # frames of which the room is the middle
FEWEST = 16  # frames, a sixth of a second: of fewer no room is known
MEDIAN = float(np.log(2))  # of a noise's power, by its mean: power is exponentially distributed
QUIETEST = 1e-12  # added to all power; below 16 bits
LOW = round(250 * FRAMES.size / RATE)  # bins below which hands and wind rumble
SHARP = slice(round(300 * FRAMES.size / RATE), round(8000 * FRAMES.size / RATE))  # bins in which a burst is loud
RUMBLE = 2.0  # times the room's power that rumble may have
LOUD = 2.0  # times the room's power, over all of `SHARP`, from which a frame is part of a burst
LONGEST_BURST = 3 * RATE // 2 // FRAMES.hop  # frames, 1.5 s: what is longer is no breath
SMOOTH = 6  # bins to each side, 280 Hz: within which a burst is pressed down evenly
AGAIN = slice(RATE // 1000, 8 * RATE // 1000)  # samples, 1 to 8 ms, after which a tone comes again
PERIODIC = 0.75  # from which a burst is no mere noise: a breath has 0.2, a knock 0.6, a siren 1

Stretch = tuple[int, int]  # samples: the first, and the one behind the last


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Room:
    """The colour of a room over time: frames in the middle of each measure, rising, and the mean power of each bin."""

    middles: npt.NDArray[np.int64]
    powers: Floats

    def power(self, frame: int) -> Floats:
        """The room's power at a frame: between two measures, some of both."""
        if not len(self.middles):
            return np.zeros(FRAMES.bins, np.float32)
        after = min(int(np.searchsorted(self.middles, frame)), len(self.middles) - 1)
        before = max(0, after - 1)
        apart = int(self.middles[after] - self.middles[before])
        share = np.float32(min(1.0, max(0.0, (frame - int(self.middles[before])) / apart)) if apart else 1.0)
        return np.asarray((1 - share) * self.powers[before] + share * self.powers[after], np.float32)


def guarded(speech: Iterable[Stretch]) -> list[Stretch]:
    """The stretches with what is around them, and joined where there is too little between them to know the room."""
    joined: list[Stretch] = []
    for first, last in sorted(speech):
        start, end = max(0, first - GUARD), last + GUARD
        if joined and start - joined[-1][1] < TOO_NEAR:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined


def measured(pieces: Iterable[Floats], speech: Sequence[Stretch]) -> Room:
    """The room in which this sound was recorded; `speech` as `guarded` gives it."""
    middles, powers = [], []
    waiting: list[tuple[int, Floats]] = []
    for frame, spectrum in enumerate(FRAMES.spectra(pieces)):
        if not _is_spoken(frame, speech):
            waiting.append((frame, _power(spectrum)))
        if (frame + 1) % BLOCK == 0 and len(waiting) >= FEWEST:
            middles.append(waiting[len(waiting) // 2][0])
            powers.append(_middle([power for _, power in waiting]))
            waiting = []
    if len(waiting) >= FEWEST:
        middles.append(waiting[len(waiting) // 2][0])
        powers.append(_middle([power for _, power in waiting]))
    return Room(
        middles=np.array(middles, np.int64), powers=np.array(powers, np.float32).reshape(len(powers), FRAMES.bins)
    )


def without_voices(pieces: Iterable[Floats], *, speech: Sequence[Stretch], room: Room, seed: bytes) -> Iterator[Floats]:
    """The same sound without what is said and without what hands and breath do; up to a hop of silence follows it.

    Args:
        pieces: sound of the stretch that `room` was measured in, from its first sample.
        speech: where somebody speaks, as `guarded` gives it.
        room: as it was `measured`.
        seed: of the noise.
    """
    return FRAMES.joined(_changed(FRAMES.spectra(pieces), speech, room, seed))


def _changed(spectra: Iterable[Spectrum], speech: Sequence[Stretch], room: Room, seed: bytes) -> Iterator[Spectrum]:
    loud: list[tuple[Spectrum, Floats]] = []  # frames that may be a burst, with the room's power
    lasts = False
    for frame, spectrum in enumerate(spectra):
        around = room.power(frame)
        is_spoken = _is_spoken(frame, speech)
        if not is_spoken and not lasts and _is_loud(spectrum, around):
            loud.append((spectrum, around))
            if len(loud) > LONGEST_BURST:
                yield from (_without_rumble(*each) for each in loud)
                loud, lasts = [], True
            continue
        yield from _without_burst(loud)
        loud = []
        lasts = lasts and not is_spoken and _is_loud(spectrum, around)
        yield _noise(around, seed, frame) if is_spoken else _without_rumble(spectrum, around)
    yield from _without_burst(loud)


def _without_burst(loud: Sequence[tuple[Spectrum, Floats]]) -> Iterator[Spectrum]:
    """Loud frames pressed down to the room if they are nothing but noise; else without rumble alone."""
    is_noise = bool(loud) and _periodicity([spectrum for spectrum, _ in loud]) < PERIODIC
    for spectrum, around in loud:
        if is_noise:
            yield _pressed(spectrum, _smooth(_power(spectrum)) / (_smooth(around) + QUIETEST), 1.0)
        else:
            yield _without_rumble(spectrum, around)


def _is_spoken(frame: int, speech: Sequence[Stretch]) -> bool:
    """Whether a frame touches a stretch by a single sample."""
    start = frame * FRAMES.hop - (FRAMES.size - FRAMES.hop)
    return any(start < end and begin < start + FRAMES.size for begin, end in speech)


def _is_loud(spectrum: Spectrum, around: Floats) -> bool:
    return bool(_power(spectrum)[SHARP].sum() > LOUD * (around[SHARP].sum() + QUIETEST))


def _periodicity(loud: Sequence[Spectrum]) -> float:
    """How much of the sound comes again a moment later: 1 for a tone, 0 for a noise without end; the mean over all frames.

    That is the autocorrelation, which is the spectrum of the power (Wiener and Khinchin), less what the window takes of it.
    """
    power = np.array([_power(spectrum)[SHARP] for spectrum in loud])
    whole = np.zeros((len(power), FRAMES.bins))
    whole[:, SHARP] = power
    again = np.fft.irfft(whole, FRAMES.size, axis=1)
    window = np.fft.irfft(np.square(np.abs(np.fft.rfft(FRAMES.window, 2 * FRAMES.size))))
    peaks = (again[:, AGAIN] / window[AGAIN]).max(axis=1) * window[0] / again[:, 0]
    return float(peaks.mean())


def _without_rumble(spectrum: Spectrum, around: Floats) -> Spectrum:
    loudness = _power(spectrum)[:LOW].sum() / (around[:LOW].sum() + QUIETEST)
    ratio = np.where(np.arange(FRAMES.bins) < LOW, np.float32(loudness), np.float32(0))
    return _pressed(spectrum, ratio, RUMBLE)


def _pressed(spectrum: Spectrum, ratio: Floats, most: float) -> Spectrum:
    """Each bin brought down to `most` times the room's power where it has more."""
    return np.asarray(spectrum * np.sqrt(most / np.maximum(ratio, most)), np.complex64)


def _noise(around: Floats, seed: bytes, frame: int) -> Spectrum:
    """A frame of the room's power that holds nothing but chance.

    Its noise fills the frame evenly, where a real one's was shaped by the window before: so it gets the window's share of power again.
    """
    chance = uniforms(seed, "room", frame, 2 * FRAMES.bins)
    loudness = np.sqrt(-np.log(chance[: FRAMES.bins]) * around * (FRAMES.size / FRAMES.hop))
    return np.asarray(loudness * np.exp(2j * np.pi * chance[FRAMES.bins :]), np.complex64)


def _middle(powers: Sequence[Floats]) -> Floats:
    return np.asarray(np.median(powers, axis=0) / MEDIAN, np.float32)


def _power(spectrum: Spectrum) -> Floats:
    return np.square(np.abs(spectrum))


def _smooth(power: Floats) -> Floats:
    """The mean of each bin and `SMOOTH` to each side."""
    padded = np.pad(power, SMOOTH, mode="edge")
    sums = np.concatenate([[0.0], np.cumsum(padded, dtype=np.float64)])
    return np.asarray((sums[2 * SMOOTH + 1 :] - sums[: -2 * SMOOTH - 1]) / (2 * SMOOTH + 1), np.float32)
