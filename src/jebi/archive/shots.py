"""Where one shot of a film ends and the next begins: cuts and fades, but not the jolts of a camera in a bag.

A cut is one change that stands out among those around it, after which the picture is another one. A jolt, a flash, a lamp
or a hand before the lens is followed by the same picture again, perhaps shifted: both sides are laid over each other
where they fit best, and if they are alike there was no cut. Dissolves and wipes are not found.

Invariants: shots follow each other without gap or overlap; everything goes by the times of frames, never by their
number; a boundary is settled about half a second after it was seen. Memory: at most `MOST_KEPT` coarse frames of about
15 kB. Time: about a third of a millisecond a frame of 320 × 180, if the linear algebra under NumPy is kept to one thread.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jebi.archive.frames import COARSE, Frame, coarse

AROUND_MS = 480  # how far a change is compared with its neighbours, and both sides with each other
LEAST_NEIGHBOURS = 2  # to each side, however far they are: bag cameras drop to two frames a second
MOST_KEPT = 256  # frames; half a second to each side of a camera of 240 a second
LEAST_CHANGE = 5.0  # levels, luma and chroma together, in the mean: below, even a dark film has no cut
STANDS_OUT = 2.5  # times the mean of its neighbours; at 2.5 every cut of the real samples is found, and no other
ALIKE = 0.6  # correlation from which on two pictures are of the same scene
LEAST_OVERLAP = 0.5  # of each side, when two pictures are laid over each other
DARK, FLAT = 28.0, 6.0  # mean and deviation of luma below which a frame is black; black is 16 in films
BLACK_SHOT_MS = 2000  # from which on black is a shot of its own: a closed bag, a pocket
SETTLED_MS = 200  # a key frame is taken no sooner after a cut: encoders need that to sharpen

_SHARES = (0.0, 0.35, 1.0)  # of the time to each side at which pictures are taken to compare


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """From `start_ms` to before `end_ms`; its calmest sharp frame, and how sure its beginning is, 0 to 1."""

    start_ms: int
    end_ms: int
    key_ms: int
    confidence: float

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms <= self.key_ms <= max(self.end_ms - 1, self.start_ms):
            raise ValueError("a shot's key frame lies outside of it")
        if not 0 <= self.confidence <= 1:
            raise ValueError("a confidence is between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Seen:
    """What is kept of a frame: its coarse luma, how much changed since the frame before, and whether it is black."""

    time_ms: int
    luma: NDArray[np.float32]
    chroma: tuple[NDArray[np.float32], ...]
    change: float
    is_black: bool


class ShotFinder:
    """Takes a film's frames in the order of their times, all of one size, and gives shots as they are settled."""

    def __init__(self) -> None:
        self._kept: deque[_Seen] = deque(maxlen=MOST_KEPT)
        self._next = 0  # place in `_kept` of the first frame that is not settled
        self._start: int | None = None
        self._confidence = 1.0
        self._key, self._key_worth = 0, -1.0
        self._black_since: int | None = None
        self._before_black: _Seen | None = None

    def feed(self, frame: Frame) -> tuple[Shot, ...]:
        """The shots that this frame settles. A frame whose time does not rise is left out."""
        last = self._kept[-1] if self._kept else None
        if last and frame.time_ms <= last.time_ms:
            return ()
        if last is None:
            self._start = self._key = frame.time_ms
        if len(self._kept) == MOST_KEPT:
            self._next -= 1
        self._kept.append(_seen(frame, last))
        return tuple(self._settle(is_over=False))

    def finish(self, end_ms: int) -> tuple[Shot, ...]:
        """The last shots, up to the film's end; none if there was no frame."""
        shots = self._settle(is_over=True)
        if self._start is None:
            return ()
        end_ms = max(end_ms, self._kept[-1].time_ms + 1)
        if self._black_since is not None and end_ms - self._black_since >= BLACK_SHOT_MS:
            shots += self._cut(self._black_since, 1.0)
        return (*shots, *self._cut(end_ms, 1.0))

    def _settle(self, *, is_over: bool) -> list[Shot]:
        shots: list[Shot] = []
        while self._next < len(self._kept) and (is_over or self._is_ripe()):
            shots += self._look(self._next)
            self._next += 1
        while self._next > LEAST_NEIGHBOURS and self._kept[0].time_ms < self._kept[self._next - 1].time_ms - AROUND_MS:
            self._kept.popleft()
            self._next -= 1
        return shots

    def _is_ripe(self) -> bool:
        """Whether enough came after the first frame that is not settled."""
        after = len(self._kept) - 1 - self._next
        passed = self._kept[-1].time_ms - self._kept[self._next].time_ms
        is_full = len(self._kept) == MOST_KEPT and self._next <= MOST_KEPT // 2
        return (after >= LEAST_NEIGHBOURS and passed >= AROUND_MS) or is_full

    def _look(self, at: int) -> list[Shot]:
        """Settle one frame: the shots that end with it."""
        here = self._kept[at]
        if here.is_black:
            if self._black_since is None:
                self._black_since = here.time_ms
                self._before_black = self._side(at, -1)[-1] if at else None
            return []
        if self._black_since is not None:
            shots = self._end_black(at, self._black_since)
        else:
            confidence = self._cut_here(at)
            shots = self._cut(here.time_ms, confidence) if confidence else []
        self._weigh_key(here)
        return shots

    def _end_black(self, at: int, since: int) -> list[Shot]:
        """A stretch of black ended before this frame: a shot of its own, a fade between two, or a hand on the lens."""
        here, before = self._kept[at], self._before_black
        self._black_since = self._before_black = None
        if here.time_ms - since >= BLACK_SHOT_MS:
            return [*self._cut(since, 1.0), *self._cut(here.time_ms, 1.0)]
        if before is None:
            return []
        likeness = max(likeness_of(before.luma, after.luma) for after in self._side(at, 1))
        return self._cut((since + here.time_ms) // 2, 1 - likeness) if likeness < ALIKE else []

    def _cut_here(self, at: int) -> float:
        """How sure it is that a shot begins with this frame; 0 if none does."""
        here = self._kept[at]
        if at == 0 or here.change < LEAST_CHANGE or self._kept[at - 1].is_black:
            return 0.0
        around = [near.change for step in (-1, 1) for near in self._near(at, step)]
        if not around or here.change < max(around):
            return 0.0
        ratio = here.change / (STANDS_OUT * max(float(np.mean(around)), 0.5))
        if ratio < 1:
            return 0.0
        likeness = max(
            likeness_of(before.luma, after.luma) for before in self._side(at - 1, -1) for after in self._side(at, 1)
        )
        return 0.0 if likeness >= ALIKE else min(1.0, ratio / 2) * (1 - likeness)

    def _near(self, at: int, step: int) -> list[_Seen]:
        """The neighbours to one side: as far as half a second, and at least two if there are so many."""
        found: list[_Seen] = []
        place = at + step
        # The change of the film's first frame is no change.
        while 1 <= place < len(self._kept):
            near = self._kept[place]
            if len(found) >= LEAST_NEIGHBOURS and abs(near.time_ms - self._kept[at].time_ms) > AROUND_MS:
                break
            found.append(near)
            place += step
        return found

    def _side(self, at: int, step: int) -> list[_Seen]:
        """This frame and a few of its neighbours to one side, that are not black, nearest first."""
        side = [self._kept[at], *self._near(at, step)]
        chosen = [side[round(share * (len(side) - 1))] for share in _SHARES]
        return [seen for seen in chosen if not seen.is_black] or chosen[:1]

    def _cut(self, at_ms: int, confidence: float) -> list[Shot]:
        """End the shot that is open, and begin the next."""
        assert self._start is not None
        if at_ms <= self._start:
            return []
        key_ms = min(max(self._key, self._start), at_ms - 1)
        shot = Shot(start_ms=self._start, end_ms=at_ms, key_ms=key_ms, confidence=round(self._confidence, 3))
        self._start = self._key = at_ms
        self._confidence, self._key_worth = confidence, -1.0
        return [shot]

    def _weigh_key(self, here: _Seen) -> None:
        assert self._start is not None
        sharpness = sum(float(np.abs(np.diff(here.luma, axis=axis)).mean()) for axis in (0, 1))
        worth = sharpness / (1 + here.change)
        if here.time_ms - self._start < SETTLED_MS:
            worth /= 1000  # only if nothing else comes
        if worth > self._key_worth:
            self._key, self._key_worth = here.time_ms, worth


def likeness_of(some: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How alike two coarse pictures of one size are, 0 to 1, where they fit best, whatever their brightness and contrast.

    The shift is found by phase correlation (Kuglin and Hines, 1975); the likeness is the correlation of what overlaps.
    """
    rows, columns = some.shape
    shape = np.outer(np.hanning(rows), np.hanning(columns)).astype(np.float32)
    waves = np.fft.rfft2((some - some.mean()) * shape) * np.conj(np.fft.rfft2((other - other.mean()) * shape))
    peaks = np.fft.irfft2(waves / (np.abs(waves) + 1e-6), s=some.shape)
    down, right = (int(place) for place in np.unravel_index(int(peaks.argmax()), peaks.shape))
    down, right = down - rows * (down > rows // 2), right - columns * (right > columns // 2)
    shifts = [(0, 0)]
    if abs(down) <= (1 - LEAST_OVERLAP) * rows and abs(right) <= (1 - LEAST_OVERLAP) * columns:
        shifts.append((down, right))
    return max(_correlation(_shifted(some, *shift), _shifted(other, -shift[0], -shift[1])) for shift in shifts)


def _shifted(plane: NDArray[np.float32], down: int, right: int) -> NDArray[np.float32]:
    """The part of a plane that lies over another one when that is shifted."""
    rows, columns = plane.shape
    return plane[max(0, down) : rows + min(0, down), max(0, right) : columns + min(0, right)]


def _correlation(some: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Pearson's, and 0 where it is below or where one is flat."""
    some, other = some - some.mean(), other - other.mean()
    power = float(np.sqrt(np.square(some).sum() * np.square(other).sum()))
    return max(0.0, min(1.0, float((some * other).sum()) / power)) if power > 0 else 0.0


def _seen(frame: Frame, last: _Seen | None) -> _Seen:
    luma = coarse(frame.luma)
    chroma = tuple(coarse(plane, COARSE // 2) for plane in frame.chroma or ())
    change = 0.0
    if last is not None:
        if last.luma.shape != luma.shape or [p.shape for p in last.chroma] != [p.shape for p in chroma]:
            raise ValueError("the frames of one film are of one size")
        pairs = zip((luma, *chroma), (last.luma, *last.chroma), strict=True)
        change = sum(float(np.abs(now - before).mean()) for now, before in pairs)
    is_black = bool(luma.mean() < DARK and luma.std() < FLAT)
    return _Seen(time_ms=frame.time_ms, luma=luma, chroma=chroma, change=change, is_black=is_black)
