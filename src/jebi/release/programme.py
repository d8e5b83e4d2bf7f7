"""A cut as broadcasters get it: its parts, what is said, and the names of its files (docs/formats/broadcast.md, "Programme").

Invariants: a programme that exists can be written in every format of the package: its parts are few enough for an EDL, its cues
are in order and within it, and every text is of characters that can be seen. It holds nothing of the recordings: no clip's
number, no name, no time of day. It never reads or writes a file.
Peak: the programme.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Final

from jebi.errors import Refused
from jebi.release.timecode import Rate

NAME: Final = re.compile(r"(?=.{1,32}\Z)[a-z0-9]+(?:-[a-z0-9]+)*")
LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")  # of BCP 47, as much as subtitles need
MOST_PARTS: Final = 999  # an event of an EDL has three digits
MOST_CUES: Final = 20_000  # ten hours of unbroken talk
LONGEST_TEXT: Final = 500  # characters of a title or a cue
START: Final = 1  # hour at which the code of a programme begins: before it there is room for bars and a clock


class Stem(Enum):
    """One sound of the programme, by itself: what its file is called, and its role in an editing suite."""

    MIX = "mix", "dialogue"
    SURROUNDINGS = "surroundings", "effects"
    SPEECH = "speech", "dialogue"

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def role(self) -> str:
        return self.value[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is said, from when to when, in ms of the programme. Lines are parted by line ends."""

    start: int
    stop: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.stop:
            raise Refused("a subtitle ends after it begins")
        check_text(self.text.replace("\n", " "), "a subtitle")
        if not all(self.text.split("\n")):
            raise Refused("a subtitle has no empty line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch between two cuts: how many frames it has, and what the public may know of it."""

    frames: int
    title: str = ""

    def __post_init__(self) -> None:
        if self.frames < 1:
            raise Refused("a part of a programme has a frame at least")
        if self.title:
            check_text(self.title, "a part's title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """All that the lists and texts of a package are made of.

    Args:
        name: of its files: the cut's public number, in small letters, digits and hyphens.
        title: as the public reads it.
        rate: frames in a second.
        size: width and height in pixels.
        parts: in order.
        channels: of its sound; 0 for none.
        stems: what there is by itself.
        subtitles: for each language its cues, in order.

    Raises:
        Refused: an editing suite could not read it.
    """

    name: str
    title: str
    rate: Rate
    size: tuple[int, int]
    parts: tuple[Part, ...]
    channels: int = 0
    stems: tuple[Stem, ...] = ()
    subtitles: Mapping[str, tuple[Cue, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise Refused("the name of a package is of small letters, digits and hyphens, at most 32")
        check_text(self.title, "a title")
        if not 1 <= len(self.parts) <= MOST_PARTS:
            raise Refused(f"a programme has 1 to {MOST_PARTS} parts: no list of cuts holds more")
        if self.channels not in {0, 1, 2} or (self.stems and not self.channels):
            raise Refused("a programme is silent, mono or stereo")
        if len(set(self.stems)) != len(self.stems):
            raise ValueError("a stem comes once")
        if self.frames + self.rate.hour(START) >= self.rate.hour(24):
            raise Refused("a programme is shorter than a day")
        for language, cues in self.subtitles.items():
            self._check_cues(language, cues)

    def _check_cues(self, language: str, cues: tuple[Cue, ...]) -> None:
        if not LANGUAGE.fullmatch(language) or len(cues) > MOST_CUES:
            raise Refused("subtitles have a language, such as ko, and are not endless")
        last = 0
        for cue in cues:
            if cue.start < last or cue.stop > self.duration + 1:
                raise Refused("subtitles follow each other, and end before the programme does")
            last = cue.stop

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return sum(part.frames for part in self.parts)

    @property
    def duration(self) -> int:
        """Whole milliseconds."""
        return int(Fraction(self.frames * 1000) / self.rate.frames)

    @property
    def languages(self) -> tuple[str, ...]:
        """Of its subtitles, sorted."""
        return tuple(sorted(self.subtitles))

    @property
    def spans(self) -> tuple[tuple[int, int, Part], ...]:
        """Each part with its first frame and the one after its last."""
        found, first = [], 0
        for part in self.parts:
            found.append((first, first + part.frames, part))
            first += part.frames
        return tuple(found)

    @property
    def film(self) -> str:
        """The mezzanine's file name."""
        return self.file("film", "mp4")

    def stem(self, stem: Stem) -> str:
        """A stem's file name."""
        return self.file(f"sound-{stem.word}", "wav")

    def file(self, what: str, ending: str, language: str = "") -> str:
        """A file's name: `NAME_what_language.ending`."""
        return "_".join([self.name, what, *([language] if language else [])]) + f".{ending}"


def check_text(text: str, what: str) -> None:
    """Refuse a text that is empty, too long, or has something in it that is not seen."""
    if not 1 <= len(text) <= LONGEST_TEXT or not text.replace("\u3000", " ").isprintable() or text.isspace():
        raise Refused(f"{what} is a text of at most {LONGEST_TEXT} characters that can all be seen")
