"""Text in frames: signs, prices, papers; Korean, Japanese and English, read by Tesseract in the jail.

`lettering` finds what may be lines and cuts them out; Tesseract reads each as one line, once a language, and the reading of which it is
surest stands. Read together, the languages borrow from one another: a Korean sign becomes Japanese nonsense with a word of English in it.
What nothing reads well is no text.

Invariants: Tesseract sees only pictures that were made here, and its answer is believed no more than footage is: every number in range,
every length bounded, no letter that moves a cursor. Every line carries which machine read it. It misses what is small, steep, written from
top to bottom, or a single syllable; that nothing was read never means that nothing is written there.
Peak: one frame as floats four times, and the lines cut out of all frames of one call, 60 KiB each.
"""

import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from jebi.errors import Damaged, Unable
from jebi.media.jail import Jail
from jebi.media.lettering import MARGIN, Grey, Lettering, find_lettering
from jebi.media.models import Maker
from jebi.media.run import Budget
from jebi.media.untrusted import plain

LANGUAGES = {"kor": "ko", "jpn": "ja", "eng": "en"}  # Tesseract's names, and ISO 639-1; the likeliest first
TESSDATA = "/usr/share/tesseract-ocr"
LARGEST_SIDE = 8192  # no camera in use films more
LONGEST_SIDE = 1280  # a frame is shrunk to this; lines of 11 pixels there are 16 in full HD
MOST_LINES = 24  # a frame: reading takes 15 ms a line and language
MOST_AT_ONCE = 400  # lines in one run of Tesseract
LARGEST_ANSWER = 1 << 16  # bytes a line; a line of 1,600 pixels has at most a few hundred letters of 60 bytes each
LONGEST_WORD = 200  # letters
MEMORY = 2 << 30  # address space; Tesseract takes 200 MB
STALL = 60.0  # seconds without a sign of life; one line takes a fiftieth of a second
SECONDS_TO_START, SECONDS_A_LINE = 30.0, 5.0  # of processor time; a hundred times what it takes
WORD_LEVEL = 5  # of Tesseract's table: page, block, paragraph, line, word
COLUMNS = 12
HEARD = 0.4  # confidence below which a word is not taken into its line
VERY_SURE = 0.85  # confidence from which no other language is asked
PAPER = 160  # grey level from which a pixel of a line is paper
SPACE = 10  # pixels of paper in a line of 36: wider than between syllables, narrower than a space
LETTERS = {  # of a language, how many a line has at least, and how sure of them all: two strokes of a twig are easily kana
    "kor": (re.compile("[가-힣]"), 2, 0.7),
    "jpn": (re.compile("[ぁ-ゖァ-ヺ々一-鿿]"), 2, 0.8),
    "eng": (re.compile("[A-Za-z]"), 3, 0.7),
}
DIGIT = re.compile("[0-9０-９]")
PLATE, SURE_OF_PLATE = (
    4,
    0.7,
)  # digits, or letters and digits, that a plate or a price has at least, and how sure of them all
_EDGE = "|ㅣ!！[](){}「」『』/\\ｌ_-—–.,'`\"‘’“”:;·*~=<>"  # what the edges of a sign are read as

Frame = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word in pixels of its frame; confidence 0 to 1, as Tesseract says."""

    text: str
    x: int
    y: int
    width: int
    height: int
    confidence: float

    def __post_init__(self) -> None:
        if (
            not self.text
            or min(self.x, self.y) < 0
            or min(self.width, self.height) < 1
            or not 0 <= self.confidence <= 1
        ):
            raise ValueError("a word has text, and lies in its frame")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of text in pixels of its frame.

    Attributes:
        confidence: mean over its letters, 0 to 1.
        language: of ISO 639-1: the one in which it reads best.
        maker: which machine read it.
    """

    text: str
    x: int
    y: int
    width: int
    height: int
    confidence: float
    language: str
    words: tuple[Word, ...]
    maker: Maker


class Reader:
    """Tesseract with Korean, Japanese and English, in the jail.

    Args:
        jail: where it runs.
        tessdata: where Debian puts what Tesseract knows of languages.

    Raises:
        Unable: a language is not installed.
    """

    def __init__(self, jail: Jail, *, tessdata: str = TESSDATA) -> None:
        self._jail = jail
        self.maker = Maker(name=f"tesseract-{'-'.join(LANGUAGES)}", digest=_digest(Path(tessdata)))

    def read(self, frames: Iterable[Frame], *, most_lines: int = MOST_LINES) -> list[list[Line]]:
        """The lines of text in each frame (height × width bytes of grey, or × 3, red first), from top to bottom.

        Several frames at once are faster than one after the other: Tesseract starts anew for each call.

        Raises:
            Unable: the jail or Tesseract failed.
        """
        readings: list[list[Line]] = []
        found: list[tuple[int, Lettering]] = []
        for frame in frames:
            found += [(len(readings), line) for line in find_lines(frame, most=most_lines)]
            readings.append([])
        for start in range(0, len(found), MOST_AT_ONCE):
            part = found[start : start + MOST_AT_ONCE]
            for (number, _), line in zip(part, self._read([line for _, line in part]), strict=True):
                if line:
                    readings[number].append(line)
        return [_distinct(lines) for lines in readings]

    def written(self, found: Sequence[Lettering]) -> list[float]:
        """How sure it is that something is written there, be it digits only; 0 where it is not, and 0.7 or more where it is.

        Raises:
            Unable: the jail or Tesseract failed.
        """
        sure = [0.0] * len(found)
        for language in LANGUAGES:
            asked = [place for place, one in enumerate(sure) if not one]
            for start in range(0, len(asked), MOST_AT_ONCE):
                part = asked[start : start + MOST_AT_ONCE]
                answers = self._ask([found[place] for place in part], language)
                for place, words in zip(part, answers, strict=True):
                    line = _line(words, found[place], language, self.maker)
                    sure[place] = line.confidence if line else _plate(words)
        return sure

    def _read(self, found: Sequence[Lettering]) -> list[Line | None]:
        best: list[Line | None] = [None] * len(found)
        for language in LANGUAGES:
            asked = [place for place, line in enumerate(best) if line is None or line.confidence < VERY_SURE]
            answers = self._ask([found[place] for place in asked], language)
            for place, words in zip(asked, answers, strict=True):
                line = _line(words, found[place], language, self.maker)
                before = best[place]
                if line and (before is None or line.confidence > before.confidence):
                    best[place] = line
        return best

    def _ask(self, found: Sequence[Lettering], language: str) -> list[list[Word]]:
        """The words that Tesseract reads in each line."""
        if not found:
            return []
        limit = LARGEST_ANSWER * len(found)
        seconds = SECONDS_TO_START + SECONDS_A_LINE * len(found)
        budget = Budget(processor=seconds, memory=MEMORY, stall=STALL, output=limit + 1)
        command = ["tesseract", "stdin", "stdout", "-l", language, "--psm", "7", "--dpi", "300", "tsv"]
        try:
            with self._jail.start(command, budget=budget, stdin=_pages([line.picture for line in found])) as run:
                answer = run.stdout.read(limit)
                run.finish()
            return parse_table(answer, found)
        except Damaged as error:  # nobody's footage is at fault: the pictures are ours
            raise Unable("text on screen could not be read: Tesseract failed", hint="run jebi doctor") from error


def parse_table(untrusted_table: bytes, found: Sequence[Lettering]) -> list[list[Word]]:
    """The words of Tesseract's table (TSV, one page a line that was cut out), in pixels of the frame. Raises `Damaged`."""
    words: list[list[Word]] = [[] for _ in found]
    try:
        rows = untrusted_table.decode().split("\n")
        for row in rows[1:]:
            cells = row.split("\t")
            if cells == [""]:
                continue
            if len(cells) != COLUMNS:
                raise ValueError
            level, page, _, _, _, _, left, top, width, height = (int(cell) for cell in cells[:10])
            if level != WORD_LEVEL:
                continue
            if not 1 <= page <= len(found):
                raise ValueError
            confidence = float(cells[10])
            if not 0 <= confidence <= 100 or min(left, top, width, height) < 0:
                raise ValueError
            text = plain(unicodedata.normalize("NFC", cells[11]).strip())
            # a fence may read as a word of 300 bars: that is no word, and no reason to lose all others
            if 0 < len(text) <= LONGEST_WORD and min(width, height) > 0:
                words[page - 1].append(_word(text, (left, top, width, height), confidence / 100, found[page - 1]))
    except ValueError as error:
        raise Damaged("Tesseract's answer is not a table of words") from error
    return words


def find_lines(frame: Frame, *, most: int = MOST_LINES) -> list[Lettering]:
    """What may be lines, in pixels of the frame as it was given (as `Reader.read` takes it)."""
    if frame.dtype != np.uint8 or not (frame.ndim == 2 or (frame.ndim == 3 and frame.shape[2] == 3)):
        raise ValueError("a frame is height × width bytes of grey, or three of colour")
    if not 1 <= min(frame.shape[:2]) <= max(frame.shape[:2]) <= LARGEST_SIDE:
        raise ValueError("a frame is no larger than a camera films")
    grey = Image.fromarray(frame).convert("L")
    factor = max(1.0, max(grey.size) / LONGEST_SIDE)
    if factor > 1:
        size = max(1, round(grey.width / factor)), max(1, round(grey.height / factor))
        grey = grey.resize(size, Image.Resampling.BILINEAR, reducing_gap=2)
    found = find_lettering(np.asarray(grey), most=most)
    if factor == 1:
        return found
    return [replace(line, **_scaled((line.x, line.y, line.width, line.height), factor, frame)) for line in found]


def _scaled(box: tuple[int, int, int, int], factor: float, frame: Frame) -> dict[str, Any]:
    x, y = (min(side - 1, round(place * factor)) for place, side in zip(box[:2], frame.shape[1::-1], strict=True))
    width = max(1, min(frame.shape[1] - x, round(box[2] * factor)))
    return {"x": x, "y": y, "width": width, "height": max(1, min(frame.shape[0] - y, round(box[3] * factor)))}


def _pages(pictures: Sequence[Grey]) -> bytes:
    """Pictures as pages of one TIFF, for which Tesseract starts once."""
    first, *others = [Image.fromarray(picture) for picture in pictures]
    pages = io.BytesIO()
    first.save(pages, "TIFF", save_all=True, append_images=others)
    return pages.getvalue()


def _word(text: str, box: tuple[int, int, int, int], confidence: float, line: Lettering) -> Word:
    """A word whose box lies in the cut-out line, as it lies in the frame."""
    height, width = (side - 2 * MARGIN for side in line.picture.shape)
    left, right = (min(width, max(0, x - MARGIN)) for x in (box[0], box[0] + box[2]))
    top, bottom = (min(height, max(0, y - MARGIN)) for y in (box[1], box[1] + box[3]))
    x, y = line.x + left * line.width // width, line.y + top * line.height // height
    return Word(
        text=text,
        x=min(x, line.x + line.width - 1),
        y=min(y, line.y + line.height - 1),
        width=max(1, (right - left) * line.width // width),
        height=max(1, (bottom - top) * line.height // height),
        confidence=confidence,
    )


def _line(words: Sequence[Word], found: Lettering, language: str, maker: Maker) -> Line | None:
    """The words as a line, if that is surely text in this language."""
    kept = list(words)
    while kept and not kept[0].text.strip(_EDGE):
        kept = kept[1:]
    while kept and not kept[-1].text.strip(_EDGE):
        kept = kept[:-1]
    letters = sum(len(word.text) for word in kept)
    kept = [word for word in kept if word.confidence >= HEARD]
    text = _joined(kept, found, language).strip(_EDGE)
    own, fewest, sure = LETTERS[language]
    if len(own.findall(text)) < max(fewest, letters / 2):
        return None
    confidence = sum(word.confidence * len(word.text) for word in kept) / letters
    if confidence < sure:
        return None
    return Line(
        text=text,
        x=found.x,
        y=found.y,
        width=found.width,
        height=found.height,
        confidence=confidence,
        language=LANGUAGES[language],
        words=tuple(kept),
        maker=maker,
    )


def _plate(words: Sequence[Word]) -> float:
    """How sure it is that there are letters and digits as on a plate or a price; 0 where it is not. One digit again and again is a fence."""
    digits = "".join(DIGIT.findall("".join(word.text for word in words)))
    letters = sum(len(word.text.strip(_EDGE)) for word in words)
    sure = sum(word.confidence * len(word.text) for word in words) / max(1, sum(len(word.text) for word in words))
    is_plate = len(digits) >= max(PLATE, letters / 2) and len(set(digits)) > 1
    return sure if is_plate and sure >= SURE_OF_PLATE else 0.0


def _joined(words: Sequence[Word], found: Lettering, language: str) -> str:
    """Words with spaces between; Tesseract parts Korean and Japanese into syllables, and there only a gap in the ink is a space."""
    gaps = _gaps(found)
    text = ""
    for before, word in zip([None, *words], words, strict=False):
        is_apart = language == "eng" or any(before and _middle(before) < gap < _middle(word) for gap in gaps)
        text += f" {word.text}" if text and is_apart else word.text
    return text


def _gaps(found: Lettering) -> list[float]:
    """Where in the frame a line's ink has wide gaps: the middle of each, across."""
    has_ink = (found.picture < PAPER).any(axis=0)
    columns = np.flatnonzero(has_ink)
    before = columns[:-1][np.diff(columns) > SPACE]
    after = columns[1:][np.diff(columns) > SPACE]
    scale = found.width / (found.picture.shape[1] - 2 * MARGIN)
    return [found.x + float(middle) * scale for middle in (before + after) / 2 - MARGIN]


def _middle(word: Word) -> float:
    return word.x + word.width / 2


def _distinct(lines: Iterable[Line]) -> list[Line]:
    """The same sign is found at two sizes, and its insides as signs of their own: of lines over each other, the surest and longest stands."""
    kept: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.confidence * len(line.text)):
        if not any(_overlap(line, other) for other in kept):
            kept.append(line)
    return sorted(kept, key=lambda line: (line.y, line.x))


def _overlap(line: Line, other: Line) -> bool:
    width = min(line.x + line.width, other.x + other.width) - max(line.x, other.x)
    height = min(line.y + line.height, other.y + other.height) - max(line.y, other.y)
    return width > 0 and height > 0 and 2 * width * height > min(line.width * line.height, other.width * other.height)


def _digest(tessdata: Path) -> str:
    """SHA-256 of a list, as sha256sum writes it, of the three languages' files."""
    lines = []
    for language in sorted(LANGUAGES):
        found = sorted(tessdata.glob(f"*/tessdata/{language}.traineddata"))
        if not found:
            raise Unable(
                f"Tesseract cannot read {LANGUAGES[language]}: the language {language} is not installed",
                hint=f"apt install tesseract-ocr-{language}",
            )
        with found[-1].open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {language}.traineddata\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()
