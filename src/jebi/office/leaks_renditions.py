"""Whether the sizes of a film's stream, and its stills, are the film: the same pictures at the same times, and the same sound.

A size was encoded anew, so it is held against the film by what is seen and heard. Both are decoded in the jail. Of each picture it is said how far the luma of either is
apart in each cell of a grid, as the root of the mean square; of each second of sound, how alike the waveforms below 4 kHz are, moved by no more than what an encoder delays them.

What it does not see: what changes a cell less than encoding does, such as a face that is smaller than one; colour.
Invariants: whatever is given, the answer is findings; what cannot be decoded is one. Each size costs a pass over the film, small. Peak: two frames.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jebi.errors import Damaged, Refused
from jebi.media.decoding import Pass
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.probe import probe
from jebi.media.samples import Samples, samples
from jebi.office.labour import Report
from jebi.release.leaks import Finding, Reason

LINES = 240  # of a frame that is compared: the smallest size has no more
GRID = (32, 18)  # cells
CELL = (
    22.0  # levels of luma: well above what encoding anew does, and below what a mosaic over a tenth of the width does
)
STILL_CELL = 26.0  # the same of a still, which has a few thousand bytes
NEAR_MS = 60  # by which a picture may be shown at another time: where the sound is delayed, all pictures are with it
SOUND = 8_000  # Hz
DELAY = 0.1  # seconds; encoders of AAC delay by 21 or 44 ms
ALIKE = 0.7  # of two seconds of sound: their correlation
QUIET = 60  # of a sample: what is softer is as good as silence, and encoders make what they like of it
Luma = NDArray[np.uint8]


def compare_sizes(
    jail: Jail, film: str, sizes: Mapping[str, str], report: Report
) -> tuple[list[Finding], dict[str, int | str]]:
    """Compare each size, by its name and file, with the film; what differs, and how far the farthest cell was off.

    Raises:
        Unable, Stopped: as `Jail.start`.
    """
    findings, worst = [], 0.0
    ours = None
    for place, (name, path) in enumerate(sizes.items()):
        report.say(place, len(sizes), "sizes")
        look = _Look(name)
        try:
            ours, theirs = ours or _File(jail, film, report), _File(jail, path, report)
            look.pictures(ours, theirs)
            look.sound(ours, theirs)
        except (Damaged, Refused) as error:
            findings.append(_differs(name, f"cannot be compared: {error.what}", None))
        findings += look.findings()
        worst = max(worst, look.worst)
    return findings, {"sizes": len(sizes), "farthest cell": round(worst)}


def place_stills(
    jail: Jail, film: str, stills: Mapping[str, str], report: Report
) -> tuple[list[Finding], dict[str, int]]:
    """When in the film, in ms, each still is shown; and which are nowhere in it. A still that cannot be decoded has no time. Raises as `compare_sizes`."""
    findings: list[Finding] = []
    wanted: dict[str, Luma] = {}
    for name, path in stills.items():
        try:
            with closing(_File(jail, path, report).frames()) as taken:
                wanted[name] = next(taken).luma
        except (Damaged, Refused, StopIteration):
            findings.append(Finding(reason=Reason.STILL_DIFFERS, what=f"{name} cannot be decoded"))
    nearest = dict.fromkeys(wanted, (float("inf"), 0))
    if not wanted:
        return findings, {}
    with closing(_File(jail, film, report).frames()) as shown:
        for frame in shown:
            for name, still in wanted.items():
                nearest[name] = min(nearest[name], (apart(frame.luma, still), frame.time_ms))
    for name, (off, time_ms) in nearest.items():
        if off > STILL_CELL:
            what = f"{name} shows no picture of the film"
            findings.append(Finding(reason=Reason.STILL_DIFFERS, what=what, at_ms=time_ms))
    return findings, {name: time_ms for name, (_, time_ms) in nearest.items()}


class _File:
    """A film or a still, and what it holds. Raises as `probe`."""

    def __init__(self, jail: Jail, path: str, report: Report) -> None:
        self._jail, self._path, self._can_stop = jail, path, report.can_stop
        self._seen = probe(jail, path, can_stop=report.can_stop)
        self.tracks = len(self._seen.audios)

    def frames(self) -> Pass[Frame]:
        """Its pictures, small. Raises `Damaged` where it has none."""
        if not self._seen.videos:
            raise Damaged("there is nothing to see in it")
        return frames(self._jail, self._path, self._seen, height=LINES, can_stop=self._can_stop)

    def sound(self) -> Pass[Samples]:
        """Its sound, second by second."""
        return samples(self._jail, self._path, self._seen, rate=SOUND, can_stop=self._can_stop)


class _Look:
    """One size beside the film."""

    def __init__(self, name: str) -> None:
        self.name, self.worst = name, 0.0
        self._pictures: list[int] = []
        self._seconds: list[int] = []
        self._uneven: list[str] = []

    def pictures(self, film: _File, size: _File) -> None:
        """Compare picture by picture."""
        with closing(film.frames()) as ours, closing(size.frames()) as theirs:
            for one, other in zip_longest(ours, theirs):
                if one is None or other is None or abs(one.time_ms - other.time_ms) > NEAR_MS:
                    self._uneven.append("has pictures at other times than the film, or not as many")
                    return
                off = apart(one.luma, other.luma)
                self.worst = max(self.worst, off)
                if off > CELL:
                    self._pictures.append(one.time_ms)

    def sound(self, film: _File, size: _File) -> None:
        """Compare second by second."""
        if film.tracks != size.tracks:
            self._uneven.append("has other tracks of sound than the film")
        if not film.tracks or not size.tracks:
            return
        with closing(film.sound()) as ours, closing(size.sound()) as theirs:
            for place, (mine, its) in enumerate(zip_longest(ours, theirs, fillvalue=np.zeros(0, np.int16))):
                if not alike(mine, its):
                    self._seconds.append(place * 1000)

    def findings(self) -> Iterator[Finding]:
        """What was found."""
        for what in self._uneven:
            yield _differs(self.name, what, None)
        if self._pictures:
            what = f"shows something else than the film, in {len(self._pictures)} pictures"
            yield _differs(self.name, what, self._pictures[0])
        if self._seconds:
            what = f"sounds otherwise than the film, for {len(self._seconds)} s"
            yield _differs(self.name, what, self._seconds[0])


def apart(one: Luma, other: Luma) -> float:
    """How far two pictures are apart in the cell in which they are farthest, in levels of luma."""
    if one.shape != other.shape:
        height, width = other.shape
        one = np.asarray(Image.fromarray(one).resize((width, height), Image.Resampling.BILINEAR))
    off = np.square(one.astype(np.float32) - other.astype(np.float32))
    return float(np.sqrt(np.asarray(Image.fromarray(off).resize(GRID, Image.Resampling.BOX)).max()))


def alike(one: Samples, other: Samples) -> bool:
    """Whether two seconds of sound are the same but for their encoding and a delay; what is left at the end, and no longer than delays, is."""
    size = max(len(one), len(other))
    first, second = (np.pad(each.astype(np.float64), (0, size - len(each))) for each in (one, other))
    levels = [float(np.sqrt(np.mean(each**2))) if size else 0.0 for each in (first, second)]
    if max(levels) <= QUIET or size <= 2 * DELAY * SOUND:
        return True
    if min(levels) * 2 < max(levels) - QUIET:
        return False
    length = 2 * size
    matched = np.fft.irfft(np.fft.rfft(first, length) * np.conj(np.fft.rfft(second, length)), length)
    reach = min(size, round(DELAY * SOUND))
    best = max(matched[: reach + 1].max(), matched[-reach:].max())
    return bool(best >= ALIKE * np.linalg.norm(first) * np.linalg.norm(second))


def _differs(name: str, what: str, at_ms: int | None) -> Finding:
    return Finding(reason=Reason.RENDITION_DIFFERS, what=f"{name} {what}"[:400], at_ms=at_ms)
