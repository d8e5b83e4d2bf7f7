"""What is done to footage before anybody outside sees it: the plan of a cut, as values (docs/formats/cuts.md, "Plan").

A plan says which stretches of which clips are shown, what is covered in them, what is heard of them, and what is said instead. It holds no
pixel and no sample: an edge renders it, and the same plan gives the same bytes. What no entry names is silent; nothing is blurred.

Invariants: a plan that exists can be rendered, as far as numbers can tell; its parts and covers lie within its sources. It never says whether
anybody can still be recognised: `leaks` and people do.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from jebi.errors import Damaged

SIDE = 10_000  # units of the picture's width, and of its height
LONGEST_MS = 48 * 3600 * 1000  # as a clip may last
MOST_PARTS = 1_000
MOST_SOURCES = 200
MOST_COVERS = 20_000  # of one source: two hours of a crowded market
MOST_KEYS = 200_000  # of one source's covers together: the plan stays below its 16 MiB
MOST_LINES = 20_000  # of one source
LONGEST_TEXT = 4_000  # characters, as a cue of a transcript
LONGEST_NAME = 200  # characters of a place or a theme
LONGEST_LANGUAGE = 8  # characters
MOST_NAMES = 50
LEAST_LINES, MOST_PICTURE_LINES = 144, 1080
FASTEST = 60  # pictures a second
SEED = 16  # bytes

CoverKind = Literal["face", "figure", "text", "hand"]
Style = Literal["solid", "mosaic"]
How = Literal["plain", "surroundings", "disguised"]


def _check(is_fine: bool, what: str) -> None:  # noqa: FBT001  (reads as a sentence at each call)
    if not is_fine:
        raise Damaged(
            f"the plan of a cut cannot be: {what}", hint="make the plan anew, or take the last one that was kept"
        )


def _check_text(name: str, text: str, longest: int = LONGEST_TEXT) -> None:
    _check(0 < len(text) <= longest, f"{name} is empty or too long")
    seen = text.replace("\n", "").replace("\u3000", "")  # the wide space of Japanese and Korean
    _check(seen.isprintable(), f"{name} has letters that cannot be shown")


def _check_language(language: str) -> None:
    is_tag = 2 <= len(language) <= LONGEST_LANGUAGE and language.isascii() and language.replace("-", "").isalnum()
    _check(is_tag and language == language.lower(), "a language is not a short tag such as ko")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of a clock, in milliseconds; the end is not part of it."""

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        _check(0 <= self.start_ms < self.end_ms <= LONGEST_MS, "a stretch ends before it begins, or lasts too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Where a cover is at one time: a box in 1/10,000 of the upright picture's width and height."""

    time_ms: int
    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        _check(0 <= self.time_ms <= LONGEST_MS, "a cover's time is out of range")
        _check(min(self.x, self.y) >= 0 and min(self.width, self.height) > 0, "a cover is no box")
        _check(self.x + self.width <= SIDE and self.y + self.height <= SIDE, "a cover lies outside the picture")

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        return self.x, self.y, self.x + self.width, self.y + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """A box that moves from its first key to its last, both included."""

    keys: tuple[Key, ...]

    def __post_init__(self) -> None:
        times = [key.time_ms for key in self.keys]
        _check(bool(times) and all(a < b for a, b in pairwise(times)), "a box's times do not rise")

    @property
    def start_ms(self) -> int:
        """The time of its first key."""
        return self.keys[0].time_ms

    @property
    def end_ms(self) -> int:
        """The time of its last key, which is still part of it."""
        return self.keys[-1].time_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover(Moving):
    """What hides a face, a figure or a text."""

    kind: CoverKind
    style: Style

    def __post_init__(self) -> None:
        Moving.__post_init__(self)
        _check(
            self.kind in get_args(CoverKind) and self.style in get_args(Style), "a cover is of no known kind or style"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A stretch of a source that is heard, and how."""

    start_ms: int
    end_ms: int
    how: How

    def __post_init__(self) -> None:
        Stretch(start_ms=self.start_ms, end_ms=self.end_ms)
        _check(self.how in get_args(How), "a sound is heard in no known way")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is said in a stretch, in one language."""

    start_ms: int
    end_ms: int
    language: str
    text: str

    def __post_init__(self) -> None:
        Stretch(start_ms=self.start_ms, end_ms=self.end_ms)
        _check_language(self.language)
        _check_text("a line", self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A clip, and all that is done to it wherever it is shown. What is `open` may be seen, as a person said: a face, or what looks like one."""

    clip: str
    sha256: str
    covers: tuple[Cover, ...] = ()
    open: tuple[Moving, ...] = ()
    sounds: tuple[Sound, ...] = ()
    lines: tuple[Line, ...] = ()

    def __post_init__(self) -> None:
        _check(_is_hex(self.clip, 16) and _is_hex(self.sha256, 64), "a source is no clip with its digest")
        boxes = (*self.covers, *self.open)
        _check(len(boxes) <= MOST_COVERS and len(self.lines) <= MOST_LINES, "a source has too many covers or lines")
        _check(sum(len(one.keys) for one in boxes) <= MOST_KEYS, "a source's covers have too many keys")
        _check(_are_in_order(self.sounds), "what is heard of a source overlaps, or is not in order")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of one source, by its place in the plan, shown after the part before it."""

    source: int
    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        Stretch(start_ms=self.start_ms, end_ms=self.end_ms)

    @property
    def length_ms(self) -> int:
        """How long it lasts."""
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the public reads of a cut: texts by language, and what may be told of place, theme and date."""

    title: tuple[tuple[str, str], ...] = ()
    summary: tuple[tuple[str, str], ...] = ()
    why: tuple[tuple[str, str], ...] = ()
    places: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    filmed: str = ""

    def __post_init__(self) -> None:
        for texts in (self.title, self.summary, self.why):
            languages = [language for language, _ in texts]
            _check(languages == sorted(set(languages)), "a text stands twice in a language, or not in order")
            for language, text in texts:
                _check_language(language)
                _check_text("what is told of it", text)
        for names in (self.places, self.themes):
            _check(len(names) <= MOST_NAMES and len(set(names)) == len(names), "it has too many places or themes")
            for name in names:
                _check_text("a place or theme", name, LONGEST_NAME)
        _check(_is_date(self.filmed), "the date is not a year, a month or a day such as 2026-10")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """How the picture leaves: the height of a lying 16:9 picture, pictures a second, and the seed of all that rendering needs at random.

    The rate is steady whatever the camera's was: the times of a camera's frames are as much its own as its noise.
    """

    lines: int
    rate: int
    seed: bytes

    def __post_init__(self) -> None:
        _check(
            LEAST_LINES <= self.lines <= MOST_PICTURE_LINES and self.lines % 2 == 0, "the picture's height cannot be"
        )
        _check(1 <= self.rate <= FASTEST, "the rate of its pictures cannot be")
        _check(len(self.seed) == SEED, "the seed is not 16 bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole plan. `voice` is the language whose lines are spoken, or empty."""

    about: About
    picture: Picture
    sources: tuple[Source, ...]
    parts: tuple[Part, ...]
    voice: str = ""

    def __post_init__(self) -> None:
        _check(
            0 < len(self.sources) <= MOST_SOURCES and 0 < len(self.parts) <= MOST_PARTS, "it shows nothing, or too much"
        )
        _check(
            all(0 <= part.source < len(self.sources) for part in self.parts), "a part is of a source that is not there"
        )
        _check(
            len({source.clip for source in self.sources}) == len(self.sources), "a clip stands among its sources twice"
        )
        _check(self.length_ms <= LONGEST_MS, "it lasts too long")
        if self.voice:
            _check_language(self.voice)

    @property
    def length_ms(self) -> int:
        """How long the cut lasts."""
        return sum(part.length_ms for part in self.parts)


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and set(text) <= set("0123456789abcdef")


def _are_in_order(stretches: tuple[Sound, ...]) -> bool:
    return all(a.end_ms <= b.start_ms for a, b in pairwise(stretches))


def _is_date(text: str) -> bool:
    year, month, day = (*text.split("-"), "01", "01")[:3] if text else ("2000", "01", "01")
    if [len(part) for part in text.split("-")] not in ([4], [4, 2], [4, 2, 2]) and text:
        return False
    if not (text + year).replace("-", "").isdecimal() or not (text + year).isascii():
        return False
    return 1900 <= int(year) <= 2999 and 1 <= int(month) <= 12 and 1 <= int(day) <= 31
