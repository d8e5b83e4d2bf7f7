"""The camera's own part in a picture is taken out of it: its sensor's shares, then covers are painted, then all is laid through a window
(docs/formats/sensor.md, "In a cut").

Before the first picture of a source is rendered, it is gone through once for what it tells of its sensor, in forty frames of what is shown of it.

Invariants: there is no way past it; covers are painted over what came out of the camera and under the window, so they go where the picture
goes; what is covered is in no number that is used beside the cover; the same plan and frames give the same bytes.
Peak: while a source is gone through, 40 planes of luma and 290 bytes a pixel (at most 700 MB); then 120 bytes a pixel, and a byte a
pixel for each of eight sources.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jebi.archive.sensor import ENOUGH, PASSES, WHITE, Gathering, Shares, added, told
from jebi.errors import Refused
from jebi.media.frames import Frame, Plane, frames
from jebi.media.jail import Jail
from jebi.media.quieting import Painter, Remover
from jebi.media.run import Stopped
from jebi.office.labour import Report
from jebi.office.opened import Opened
from jebi.release import windows
from jebi.release.covering import Covering, Pixels
from jebi.release.plan import Plan
from jebi.release.quieting import dither, grain, places
from jebi.release.timeline import Showing, picture_ms

WITHOUT = "a part of the cut is of a clip without a picture"
PLACES = 4096  # in grain and dither, before they come again: two minutes and more
THREADS = 2  # in which frames are looked at, and added in their order: as many as any machine has cores
MOST_KEPT = 8  # sources whose shares are kept; those of a ninth are looked for anew when it is shown again


@dataclass(frozen=True, slots=True)
class _Looked:
    """A frame's luma, and what is covered in it."""

    luma: Plane
    covered: tuple[Pixels, ...]


class Sensors:
    """What the sources of a plan tell of their sensors."""

    def __init__(self, jail: Jail, plan: Plan, opened: Opened, report: Report) -> None:
        self._jail, self._plan, self._opened, self._report = jail, plan, opened, report
        self._kept: dict[int, NDArray[np.int8]] = {}  # no share is more than 123

    def shares(self, place: int) -> Shares:
        """The shares of a source, by its place. Raises as `frames`, and `Refused` where there is nothing to see in it."""
        if place not in self._kept:
            found = _shares(self._looked(place), windows.source_seed(self._plan, place), self._report)
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[place] = found.astype(np.int8)
        return self._kept[place].astype(np.int16)

    def _looked(self, place: int) -> list[_Looked]:
        """Frames of what is shown of a source, in the size in which it is rendered from."""
        plan, report = self._plan, self._report
        times = windows.spread(windows.seen(plan, place), ENOUGH)
        found: list[_Looked] = []
        with self._opened(place) as (path, seen):
            if not seen.videos:
                raise Refused(WITHOUT)
            height = windows.incoming(plan.picture.lines)
            with closing(frames(self._jail, path, seen, height=height, can_stop=report.can_stop)) as taken:
                covering, last = None, -1
                for frame in shown_at(taken, times):
                    covering = covering or Covering(
                        plan.sources[place].covers, frame.width, frame.height, plan.picture.seed
                    )
                    if frame.time_ms > last:
                        boxes = tuple(box for _, _, box in covering.boxes(frame.time_ms))
                        found.append(_Looked(frame.luma, boxes))
                        last = frame.time_ms
        return found


class Treatment:
    """What is done to the pictures of one part, one after the other. Raises `Refused` where they are too small."""

    def __init__(self, plan: Plan, showing: Showing, shares: Shares) -> None:
        size = shares.shape[1], shares.shape[0]
        how = windows.quieting(plan, showing, size)
        where = places(how.seed, PLACES)
        self._rate, self._begins_ms, self._shown = plan.picture.rate, showing.begins_ms, how.shown
        self._remover = Remover(shares, dither(how.seed, size), where)
        self._covering = Covering(plan.sources[showing.part.source].covers, *size, plan.picture.seed)
        self._painter = Painter(how, grain(how.seed, how.shown), where)

    def treated(self, number: int, frame: Frame) -> Frame:
        """A picture of the cut, by its number, from the frame that the source shows at its time."""
        pixels = bytearray(frame.pixels)
        luma = self._remover.taken_off(frame.luma)
        pixels[: luma.size] = luma.tobytes()
        self._covering.paint(frame.time_ms, pixels)
        time_ms = picture_ms(number, self._rate)
        laid = self._painter.paint(time_ms - self._begins_ms, bytes(pixels))
        width, height = self._shown
        return Frame(time_ms=time_ms, width=width, height=height, pixels=laid, matrix=frame.matrix)


def shown_at(taken: Iterable[Frame], times: Iterable[int]) -> Iterator[Frame]:
    """The frame that a source shows at each of these times, which rise. One that ends early shows its last, one that begins late its first."""
    waiting = iter(times)
    time, last = next(waiting, None), None
    for frame in taken:
        while last and time is not None and time < frame.time_ms:
            yield last
            time = next(waiting, None)
        if time is None:
            return
        last = frame
    while last and time is not None:
        yield last
        time = next(waiting, None)


def _shares(looked: Sequence[_Looked], seed: bytes, report: Report) -> Shares:
    """What frames tell of their sensor, looked for again in what is left. What is covered counts as white, which tells nothing."""
    rows, columns = looked[0].luma.shape
    shares: Shares = np.zeros((rows, columns), np.int16)
    noise, where = dither(seed, (columns, rows)), places(seed, ENOUGH)
    with ThreadPoolExecutor(THREADS) as threads:
        for _ in range(PASSES):
            remover, gathering = Remover(shares, noise, where), Gathering()
            for first in range(0, len(looked), THREADS):
                left = [_left(remover, one) for one in looked[first : first + THREADS]]
                for each in threads.map(told, left):
                    gathering.add(each)
                if report.can_stop():
                    raise Stopped("it was stopped before it was done", hint="run it again")
            shares = added(shares, gathering.shares())
    return shares


def _left(remover: Remover, one: _Looked) -> Plane:
    """What is left of a frame: without what is known of the sensor so far, and what is covered in it white."""
    left = remover.taken_off(one.luma)
    for x, y, right, bottom in one.covered:
        left[y:bottom, x:right] = WHITE
    return left
