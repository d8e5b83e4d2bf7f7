"""One decoding pass over a clip's pictures, from which everything that is to be seen is made: copy, shots, stills, sheet.

The copy is encoded beside the plain original, on the worker's bench. It is never synced there: a job that ends with the power
leaves nothing that anybody reads, and what is kept is sealed from it into a blob, which is synced before a row names it.

Invariants: frames are decoded once and never kept; times are presentation times; what the decoder could not read is a
fact of the clip, not the end of it. Peak: two frames, a still for every second of the shot under way at most, the sheet.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from jebi.archive import frames as measured
from jebi.archive.pictures import Sampler
from jebi.archive.shots import Shot, ShotFinder
from jebi.media.decoding import Decoded
from jebi.media.frames import Frame, frames
from jebi.media.jail import Jail
from jebi.media.probe import Kind, Probe
from jebi.media.samples import samples
from jebi.media.sheets import ContactSheet, still, thumbnail
from jebi.media.viewing import viewed
from jebi.office.labour import Report, Write
from jebi.office.listening import COPY_RATE
from jebi.office.made import Made
from jebi.vault import clips, segments
from jebi.vault.catalogue import Change, Event
from jebi.vault.clips import Fact
from jebi.vault.segments import Segment

LINES = 720  # of the viewing copy; signs stay readable
MEASURED = 320  # pixels of the longer side at which pictures are measured
STILL_EVERY_MS = 1000  # one is held for every second of a shot, until the shot says which is its best
MOST_HELD = 120  # of one shot; every other one is dropped then, and half as many are held from then on
MOST_STILLS = 600  # of a clip; a film of two hours has about as many shots
TOOLS = "ffmpeg, jebi"
SHOTS = "jebi-shots"


def watch(jail: Jail, path: str, seen: Probe, made: Made, report: Report) -> Write:
    """Watch a film, or look at a picture. Raises `Damaged` when nothing of it can be seen."""
    pass_ = _Pass(seen)
    target = f"{path}.mp4"
    taken = frames(jail, path, seen, height=LINES, can_stop=report.can_stop)
    is_film = seen.kind is Kind.VIDEO
    sound = samples(jail, path, seen, rate=COPY_RATE, can_stop=report.can_stop) if is_film and seen.audios else ()
    try:
        passing: Iterable[Frame] = (
            viewed(taken, target, sound=sound, rate=COPY_RATE if seen.audios else None) if is_film else taken
        )
        for frame in passing:
            pass_.see(frame)
            report.say(frame.time_ms, max(frame.time_ms, seen.duration_ms or 0), "ms")
        pass_.finish()
        pass_.keep(made, target if is_film else "")
    finally:
        taken.close()
        if os.path.exists(target):
            os.unlink(target)
    decoded = taken.decoded
    assert decoded is not None, "the pass came to its end"
    return pass_.write(made, decoded)


@dataclass(slots=True)
class _Pass:
    """What looks on while the frames pass by."""

    seen: Probe
    sampler: Sampler = field(default_factory=Sampler)
    finder: ShotFinder = field(default_factory=ShotFinder)
    sheet: ContactSheet = field(init=False)
    shots: list[Shot] = field(default_factory=list)
    stills: list[tuple[int, bytes]] = field(default_factory=list)
    held: list[tuple[int, bytes]] = field(default_factory=list)
    every_ms: int = STILL_EVERY_MS
    poster: tuple[int, bytes] = (0, b"")  # and how many bytes its still has: a black or white one has few
    size: tuple[int, int] = (0, 0)
    last_ms: int = 0

    def __post_init__(self) -> None:
        self.sheet = ContactSheet(duration_ms=self.seen.duration_ms)

    def see(self, frame: Frame) -> None:
        small = _small(frame)
        self.sheet.see(frame)
        self.sampler.feed(small)
        self._hold(frame)
        for shot in self.finder.feed(small):
            self._settle(shot)
        self.size, self.last_ms = (frame.width, frame.height), frame.time_ms

    def finish(self) -> None:
        for shot in self.finder.finish(self.last_ms + 1):
            self._settle(shot)

    def keep(self, made: Made, copy: str) -> None:
        """Seal what was made."""
        if copy:
            made.add_file("view", copy)
        made.add("poster", self.poster[1])
        made.add("sheet", self.sheet.drawn())
        made.add("pictures", self.sampler.finish().packed())
        for number, content in self.stills:
            made.add("still", content, number)

    def write(self, made: Made, decoded: Decoded) -> Write:
        clip = made.clip
        found = [
            Segment(clip=clip, kind="shot", start_ms=shot.start_ms, end_ms=shot.end_ms, origin="machine", model=SHOTS)
            for shot in self.shots
        ]

        def write(change: Change) -> None:
            made.write(change)
            clips.put_facts(change, clip, self._facts(decoded), _event("clip-measured", clip, "its pictures"))
            segments.put_machine(change, clip, "shot", found, _event("shots-found", clip, f"{len(found)} shots"))

        return write

    def _hold(self, frame: Frame) -> None:
        if not self.held or frame.time_ms >= self.held[-1][0] + self.every_ms:
            picture = still(frame)
            self.held.append((frame.time_ms, picture))
            if len(picture) > self.poster[0]:
                self.poster = len(picture), thumbnail(frame)
            if len(self.held) > MOST_HELD:
                self.held, self.every_ms = self.held[::2], 2 * self.every_ms

    def _settle(self, shot: Shot) -> None:
        """Keep the still nearest to the shot's key frame, under the shot's number, and let go of the others."""
        own = [one for one in self.held if shot.start_ms <= one[0] < shot.end_ms] or self.held[:1]
        self.held, self.every_ms = [one for one in self.held if one[0] >= shot.end_ms], STILL_EVERY_MS
        if own and len(self.stills) < MOST_STILLS:
            self.stills.append((len(self.shots), min(own, key=lambda one: abs(one[0] - shot.key_ms))[1]))
        self.shots.append(shot)

    def _facts(self, decoded: Decoded) -> Iterator[Fact]:
        facts = {
            "frames": decoded.count,
            "last-frame-ms": self.last_ms,
            "shown-width": self.size[0],
            "shown-height": self.size[1],
            "times-mended": decoded.mended,
            "complaints": decoded.complaints,
            "gave-up": decoded.gave_up,
        }
        for name, value in facts.items():
            yield Fact(name=name, source="measured", value=str(value), tool=TOOLS)


def _small(frame: Frame) -> measured.Frame:
    """A frame as it is measured: its longer side about 320 pixels."""
    factor = max(1, max(frame.width, frame.height) // MEASURED)
    luma, blue, red = (
        np.asarray(Image.fromarray(plane).reduce(by))
        for plane, by in ((frame.luma, factor), *((chroma, max(1, factor // 2)) for chroma in frame.chroma))
    )
    return measured.Frame(time_ms=frame.time_ms, luma=luma, chroma=(blue, red))


def _event(kind: str, subject: str, detail: str) -> Event:
    return Event(kind=kind, subject=subject, detail=detail, actor="machine")
