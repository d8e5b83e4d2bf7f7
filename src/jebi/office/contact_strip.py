"""Pictures of a rendered film for those who clear it: the ones to look at first, and the contact strip of all of it (docs/formats/cuts.md, "Seen and answered").

They are made of the film itself, in one decoding pass in the jail, after it was looked through for leaks; what stands on them is what goes out.

Invariants: every quarter of a second of the film is on a page; a picture is sealed as soon as it is made. Peak: a page of small pictures, and a frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from PIL import Image

from jebi.media import sheets
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.probe import probe
from jebi.office.kept import Kept
from jebi.office.labour import Report
from jebi.release.doubts import Doubt
from jebi.vault.schema_seeing import PictureUse
from jebi.vault.seeing import Picture

EVERY_MS = 250  # four pictures a second
CELLS = 40  # a page: ten seconds, which an eye goes over in about as many
LINES = 720  # of the pictures to look at first
LYING, STANDING = (5, (256, 144)), (8, (144, 256))  # columns, and the box of a picture in pixels


@dataclass(slots=True)
class _Strip:
    """What comes of the pass."""

    kept: Kept
    doubts: dict[int, Doubt]
    due_ms: int = 0
    cells: list[tuple[int, Image.Image]] = field(default_factory=list)
    pages: int = 0
    first: int = 0

    def see(self, number: int, frame: Frame) -> Iterator[Picture]:
        """The next frame of the film, by its number."""
        if doubt := self.doubts.get(number):
            self.first += 1
            still = sheets.still(frame)
            yield self._kept("first", self.first, (frame.time_ms, frame.time_ms), doubt.why, still)
        if frame.time_ms >= self.due_ms:
            _, box = _shape(frame.width, frame.height)
            small = sheets.picture(frame, longest=max(box))
            small.thumbnail(box)
            self.cells.append((frame.time_ms, small))
            self.due_ms = (frame.time_ms // EVERY_MS + 1) * EVERY_MS
        if len(self.cells) == CELLS:
            yield self.page()

    def page(self) -> Picture:
        """What was seen since the last page."""
        self.pages += 1
        columns, box = _shape(*self.cells[0][1].size)
        drawn = sheets.drawn(self.cells, columns=columns, cell=box)
        times = self.cells[0][0], self.cells[-1][0]
        self.cells.clear()
        return self._kept("strip", self.pages, times, "", drawn)

    def _kept(self, use: PictureUse, number: int, times: tuple[int, int], why: str, content: bytes) -> Picture:
        stored = self.kept.put(content)
        return Picture(
            use=use,
            number=number,
            start_ms=times[0],
            end_ms=times[1],
            why=why,
            blob=stored.blob,
            size=stored.size,
            sha256=stored.sha256,
        )


def make_pictures(jail: Jail, film: str, first: tuple[Doubt, ...], kept: Kept, report: Report) -> list[Picture]:
    """The pictures of a rendered film, sealed: pages of its contact strip, and those to look at first.

    Raises whatever decoding a film raises.
    """
    strip = _Strip(kept, {one.picture: one for one in first})
    seen = probe(jail, film, can_stop=report.can_stop)
    taken = frames(jail, film, seen, height=LINES, can_stop=report.can_stop)
    made: list[Picture] = []
    try:
        for number, frame in enumerate(taken):
            made += strip.see(number, frame)
            report.say(frame.time_ms, max(frame.time_ms, seen.duration_ms or 0), "ms")
        if strip.cells:
            made.append(strip.page())
    finally:
        taken.close()
    return made


def _shape(width: int, height: int) -> tuple[int, tuple[int, int]]:
    """How many columns a page has, and the box of each picture, for pictures of that shape."""
    return LYING if width >= height else STANDING
