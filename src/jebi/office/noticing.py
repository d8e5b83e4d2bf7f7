"""What is to be noticed on a clip's stills: text on signs, and how many faces.

Invariants: only stills that were made here are looked at; text is marked as a machine's. A face that is not found, or a
sign that is not read, says nothing. Peak: a batch of stills in RGB.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
from PIL import Image
from sqlalchemy import Connection

from jebi.errors import Damaged
from jebi.media.faces import FaceFinder
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.screen import Line, Reader
from jebi.office.kept import Kept
from jebi.office.labour import Report, Write
from jebi.office.reasons import NotHere
from jebi.office.words import put_words
from jebi.vault import clips, segments
from jebi.vault.catalogue import Change, Event
from jebi.vault.segments import Segment

FACES = "faces"  # the model's name
BATCH = 16  # stills that are read at once: 44 MB of pixels
LONGEST_TEXT = 500  # characters of one line; a sign has twenty


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A kept picture of one shot."""

    blob: str
    start_ms: int
    end_ms: int


def stills_of(connection: Connection, clip: str) -> list[Still]:
    """A clip's stills, each with the times of its shot."""
    shots = segments.of(connection, clip, ["shot"])
    kept = clips.derived_of(connection, [clip], ["still"])[clip]
    return [
        Still(blob=one.blob, start_ms=shots[one.number].start_ms, end_ms=shots[one.number].end_ms)
        for one in kept
        if one.number < len(shots)
    ]


def read_signs(jail: Jail, kept: Kept, stills: Sequence[Still], clip: str, report: Report) -> Write:
    """Read what stands on signs."""
    reader, found, left = Reader(jail), list[Segment](), iter(stills)
    while batch := list(islice(left, BATCH)):
        readings = reader.read([_pixels(kept, still) for still in batch])
        for still, lines in zip(batch, readings, strict=True):
            found += [_segment(clip, still, line) for line in lines]
        report.say(stills.index(batch[-1]) + 1, len(stills), "stills")
    detail = f"{len(found)} lines by {reader.maker.name} {reader.maker.digest}"
    return lambda change: put_words(change, clip, "screen_text", found, _event("signs-read", clip, detail))


def count_faces(models: Models, kept: Kept, stills: Sequence[Still], clip: str, report: Report) -> Write:
    """Count the faces on every still. Raises `NotHere` where the model is not in place."""
    if FACES not in models.names():
        raise NotHere("the model for finding faces is not in place")
    finder = FaceFinder(models.find(FACES))
    counts = {}
    for number, still in enumerate(stills, 1):
        counts[still.start_ms] = len(finder.faces(_pixels(kept, still)))
        report.say(number, len(stills), "stills")
    detail = f"on {len(counts)} stills by {finder.maker.name} {finder.maker.digest}"

    def write(change: Change) -> None:
        clips.put_faces(change, clip, counts, _event("faces-counted", clip, detail))

    return write


def _pixels(kept: Kept, still: Still) -> npt.NDArray[np.uint8]:
    """A still as RGB. It is a JPEG of our own making, and checked to be the one that was kept."""
    try:
        with Image.open(io.BytesIO(kept.read(still.blob)), formats=["JPEG"]) as picture:
            return np.asarray(picture.convert("RGB"))
    except OSError as error:
        raise Damaged("a still of the clip cannot be read", hint="have the clip looked at again") from error


def _segment(clip: str, still: Still, line: Line) -> Segment:
    return Segment(
        clip=clip,
        kind="screen_text",
        start_ms=still.start_ms,
        end_ms=still.end_ms,
        language=line.language,
        text=line.text[:LONGEST_TEXT],
        origin="machine",
        model=line.maker.name,
        model_sha256=line.maker.digest,
    )


def _event(kind: str, subject: str, detail: str) -> Event:
    return Event(kind=kind, subject=subject, detail=detail, actor="machine")
