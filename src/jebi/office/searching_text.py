"""Looking for text through a whole clip: signs, plates, papers, screens; what covers of text are proposed from.

Five times a second it is looked where rows of marks are (`jebi.media.lettering`); they are followed, and the clearest picture of each is read
(`jebi.release.inscriptions`). What nothing can read is no text here, though a person who knows the place may read it.

Invariants: as `searching_faces`. Peak: two frames, the rows of two seconds as pictures of 60 KiB, the sightings.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice

from jebi.media.decoding import ahead
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.lettering import Lettering
from jebi.media.probe import Probe
from jebi.media.screen import Reader, find_lines
from jebi.office.labour import Report, Write
from jebi.office.made import Made
from jebi.release.inscriptions import Followed, Row
from jebi.release.plan import SIDE
from jebi.release.sightings import Sighting, packed
from jebi.vault.catalogue import Change, Event

EVERY_MS = 200  # a frame is looked at; a sign of a shaking camera moves less than its height
LOOKS = 10  # after which all that is new is read at once: to begin takes as long as to read ten lines
LINES = 1080  # of the frames
TEXTS = "texts"  # what is derived


def search_text(jail: Jail, path: str, seen: Probe, made: Made, report: Report) -> Write:
    """Look through a film, and keep where text is. Raises `Unable` where a language of Tesseract is not installed."""
    reader = Reader(jail)
    taken = frames(jail, path, seen, height=LINES, can_stop=report.can_stop)
    with closing(taken), closing(ahead(taken)) as coming:
        found = list(_seen(reader, _looked_at(coming, seen, report)))
    made.add(TEXTS, packed(found))

    def write(change: Change) -> None:
        made.write(change)
        detail = f"{1000 // EVERY_MS} times a second, by {reader.maker.name} {reader.maker.digest}"
        change.say(Event(kind="text-searched", subject=made.clip, detail=detail, actor="machine"))

    return write


def _looked_at(taken: Iterable[Frame], seen: Probe, report: Report) -> Iterator[Frame]:
    """One frame of every `EVERY_MS`."""
    next_ms = 0
    for frame in taken:
        if frame.time_ms >= next_ms:
            next_ms = (
                frame.time_ms + EVERY_MS - 1
            )  # a clock that counts in thirtieths is a millisecond early now and then
            yield frame
            report.say(frame.time_ms, max(frame.time_ms, seen.duration_ms or 0), "ms")


def _seen(reader: Reader, looks: Iterator[Frame]) -> Iterator[Sighting]:
    followed: Followed[Lettering] = Followed()
    while some := [
        (look.time_ms, [_row(line, look) for line in find_lines(look.luma)]) for look in islice(looks, LOOKS)
    ]:
        for time_ms, rows in some:
            followed.see(time_ms, rows)
        asked = followed.unread()
        letterings = [one.clearest.picture for one in asked if one.clearest]
        followed.read(some[-1][0], asked, reader.written(letterings))
    return followed.sightings()


def _row(line: Lettering, frame: Frame) -> "Row[Lettering]":
    """What may be a line, in 1/10,000 of its frame, rounded outwards."""
    left, top = line.x * SIDE // frame.width, line.y * SIDE // frame.height
    right, bottom = -(-(line.x + line.width) * SIDE // frame.width), -(-(line.y + line.height) * SIDE // frame.height)
    return Row(x=left, y=top, width=right - left, height=bottom - top, strength=line.strength, picture=line)
