"""Words with their times, in and out as WebVTT and SRT (docs/formats/transcripts.md).

Reads what subtitle tools really write, and leaves out what only serves to dress it: styles, regions, notes, positions
and markup, with a remark on each kind. What it cannot read it names by line and refuses; nothing is guessed.

Machine text is marked for ever: each cue that a machine wrote carries `[machine]` in its words, in both formats, and is
machine text again wherever the mark is read back, whatever tool it went through.

Invariants: a cue's text is NFC, has no control or direction character and no markup; what is written reads back the
same (in SRT a speaker becomes part of the words). Memory: about six times the file, which has a limit.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from jebi.errors import Damaged

LARGEST_FILE = 16 << 20  # a day of unbroken talk is about 2 MB
MOST_CUES = 50_000  # one every two seconds for a day
LONGEST_TEXT = 4_000  # characters of one cue: minutes of talk; what is longer has lost its times
LONGEST_SPEAKER = 100
MOST_RAW = 6 * LONGEST_TEXT  # with markup; a text of `&` alone is five times as long in WebVTT
MOST_ROUNDS = 3  # tags within tags come from nobody's tool; then every bracket goes, so that no file costs hours
LATEST_MS = 1000 * 3600 * 1000 - 1  # files count hours beyond 99 when cameras number on; beyond 999 it is no time
MACHINE = "[machine]"
NOTE = """NOTE
Words after [machine] were written by a machine, and may be wrong or invented.
[machine] 뒤의 말은 기계가 적은 것으로, 틀리거나 지어낸 것일 수 있습니다.
[machine] のあとの言葉は機械が書いたもので、誤りや作り話の場合があります。
"""
MEND = "mend that line in a subtitle editor and import it again"

_TIME = r"(?:([0-9]{1,3}):)?([0-5]?[0-9]):([0-5]?[0-9])(?:[.,]([0-9]{1,9}))?"
_TIMING = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_LINE_END = re.compile(r"\r\n|\n|\r")
_WEBVTT = re.compile(r"WEBVTT(?:[ \t].*)?")
_DROPPED_BLOCK = re.compile(r"(WEBVTT|NOTE|STYLE|REGION)(?:[ \t].*)?")
_COUNTER = re.compile(r"\s*[0-9]+\s*")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]*)>")
_TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}")
_BRACKETS = str.maketrans("", "", "<>{}[]")
_MARK = re.compile(re.escape(MACHINE), re.IGNORECASE)
_NOT_IN_SPEAKER = str.maketrans("", "", "<>{}[]&:")
_NEVER_SHOWN = {
    "Cc",
    "Cf",
    "Cs",
    "Cn",
}  # controls, direction marks, surrogates, unassigned: what could deceive a reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words said between two times of a clip, in milliseconds. `clean` makes text and speaker fit to be here."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""
    is_machine: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms < self.end_ms <= LATEST_MS:
            raise ValueError("a cue must end after it starts")
        if not self.text or len(self.text) > LONGEST_TEXT or clean(self.text) != self.text:
            raise ValueError("a cue's text is empty, too long or not clean")
        if len(self.speaker) > LONGEST_SPEAKER or clean_speaker(self.speaker) != self.speaker:
            raise ValueError("a cue's speaker is too long or not clean")


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Cues in the order of their starts, and what was left out or mended when they were read."""

    cues: tuple[Cue, ...]
    remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if any(after.start_ms < before.start_ms for before, after in pairwise(self.cues)):
            raise ValueError("a transcript's cues are in the order of their starts")


def clean(untrusted_text: str) -> str:
    """Text as a cue may hold it: NFC, without markup, marks of the machine, unseen characters and empty lines."""
    return _cleaned(untrusted_text)[0]


def clean_speaker(untrusted_name: str) -> str:
    """A speaker's name as a cue may hold it: one line, without what would end the name in WebVTT or SRT."""
    name = clean(untrusted_name.replace("\n", " ")).translate(_NOT_IN_SPEAKER)
    return clean(name[:LONGEST_SPEAKER]).strip(" -")


def parse_transcript(untrusted_file: bytes) -> Transcript:
    """Read a WebVTT file, which says so in its first line, or else an SRT file.

    Raises:
        Damaged: it is neither, too large, or a line cannot be read; the error names the line.
    """
    lines = _lines(untrusted_file)
    is_webvtt = _WEBVTT.fullmatch(lines[0]) is not None
    reading = _Reading(is_webvtt=is_webvtt)
    for number, line in enumerate(lines, start=1):
        reading.take(number, line)
    cues = reading.finish()
    if not cues and not is_webvtt:
        raise Damaged(
            "the file has no line with times: it is neither WebVTT nor SRT", hint="export it as WebVTT or SRT"
        )
    return Transcript(cues=tuple(cues), remarks=tuple(reading.remarks()))


def write_webvtt(cues: Iterable[Cue]) -> bytes:
    """The cues as WebVTT (W3C, 2019), in the order of their starts."""
    ordered = sorted(cues, key=lambda cue: cue.start_ms)
    blocks = ["WEBVTT\n", *([NOTE] if any(cue.is_machine for cue in ordered) else [])]
    for cue in ordered:
        voice = f"<v {cue.speaker}>" if cue.speaker else ""
        times = f"{_written(cue.start_ms, '.')} --> {_written(cue.end_ms, '.')}"
        blocks.append(f"{times}\n{voice}{_mark(cue)}{html.escape(cue.text, quote=False)}\n")
    return "\n".join(blocks).encode()


def write_srt(cues: Iterable[Cue]) -> bytes:
    """The cues as SRT; a speaker, for which SRT has no place, stands before the words."""
    blocks = []
    for number, cue in enumerate(sorted(cues, key=lambda cue: cue.start_ms), start=1):
        times = f"{_written(cue.start_ms, ',')} --> {_written(cue.end_ms, ',')}"
        speaker = f"{cue.speaker}: " if cue.speaker else ""
        blocks.append(f"{number}\n{times}\n{_mark(cue)}{speaker}{cue.text}\n")
    return "\n".join(blocks).encode()


class _Reading:
    """Reads line by line. A line with times starts a cue; the line before it may be its name or number."""

    def __init__(self, *, is_webvtt: bool) -> None:
        self._is_webvtt = is_webvtt
        self._cues: list[Cue] = []
        self._seen: dict[str, tuple[int, int]] = {}
        self._times: tuple[int, int] | None = None
        self._words: list[tuple[int, str]] = []  # of the cue that is being read, with the numbers of their lines
        self._waiting: tuple[int, str] | None = None  # a line that may turn out to be the name of the next cue
        self._length = 0
        self._is_after_gap = True
        self._is_dropping = False  # to the next empty line
        self._timed_at = 0

    def take(self, number: int, line: str) -> None:
        if not line.strip():
            self._is_after_gap, self._is_dropping = True, False
            self._settle()
        elif "-->" in line:
            self._start_cue(number, line)
        elif not self._is_dropping:
            self._take_words(number, line)

    def finish(self) -> list[Cue]:
        self._settle()
        self._end_cue()
        if any(after.start_ms < before.start_ms for before, after in pairwise(self._cues)):
            self._remark("cues were not in the order of their times", 1)
        return sorted(self._cues, key=lambda cue: cue.start_ms)

    def remarks(self) -> Iterator[str]:
        for what, (first, count) in self._seen.items():
            yield f"{what} (line {first}{f', and {count - 1} more' if count > 1 else ''})"

    def _remark(self, what: str, number: int) -> None:
        first, count = self._seen.get(what, (number, 0))
        self._seen[what] = first, count + 1

    def _take_words(self, number: int, line: str) -> None:
        dropped = _DROPPED_BLOCK.fullmatch(line) if self._is_webvtt and self._is_after_gap else None
        if dropped:
            self._is_dropping = True
            if number > 1:
                self._remark(f"{dropped[1]} blocks were left out", number)
            return
        is_after_gap, self._is_after_gap = self._is_after_gap, False
        self._settle()
        if is_after_gap or _COUNTER.fullmatch(line):
            self._waiting = number, line
        else:
            self._keep(number, line)

    def _settle(self) -> None:
        """A line that might have named the next cue did not: it is words of the cue before it."""
        if self._waiting is None:
            return
        number, line = self._waiting
        self._waiting = None
        if self._words and self._words[-1][0] < number - 1:
            self._remark("words after an empty line were taken to the cue before it", number)
        self._keep(number, line)

    def _keep(self, number: int, line: str) -> None:
        if self._times is None:
            self._remark("lines before the first times were left out", number)
            return
        self._length += len(line)
        if self._length > MOST_RAW:
            raise Damaged(f"line {number}: the words of one cue do not end", hint=MEND)
        self._words.append((number, line))

    def _start_cue(self, number: int, line: str) -> None:
        self._waiting = None  # it was this cue's name or number
        self._end_cue()
        if len(self._cues) >= MOST_CUES:
            raise Damaged(f"line {number}: there are more than {MOST_CUES} cues", hint="import it in parts")
        match = _TIMING.fullmatch(line)
        if match is None:
            raise Damaged(f"line {number} has an arrow and no times that can be read", hint=MEND)
        self._times = _milliseconds(*match.groups()[:4]), _milliseconds(*match.groups()[4:])
        self._timed_at, self._words, self._length = number, [], 0
        self._is_after_gap = self._is_dropping = False

    def _end_cue(self) -> None:
        if self._times is None:
            return
        start, end = self._times
        text, speaker, is_machine = self._understood("\n".join(line for _, line in self._words))
        if len(text) > LONGEST_TEXT:
            raise Damaged(f"line {self._timed_at}: the words of one cue do not end", hint=MEND)
        if not text:
            self._remark("cues without words were left out", self._timed_at)
        elif start >= end:
            raise Damaged(f"line {self._timed_at}: the cue ends before it starts", hint=MEND)
        else:
            self._cues.append(Cue(start_ms=start, end_ms=end, text=text, speaker=speaker, is_machine=is_machine))

    def _understood(self, untrusted_words: str) -> tuple[str, str, bool]:
        """Text, speaker and whether a machine wrote it. Several speakers in one cue stay before their words."""
        voices = _VOICE.findall(untrusted_words)
        is_one = len(voices) == 1
        words = self._unescaped(_TAG.sub("", _VOICE.sub("" if is_one else r"\1: ", untrusted_words)))
        text, is_machine = _cleaned(words)
        return text, clean_speaker(self._unescaped(voices[0])) if is_one else "", is_machine

    def _unescaped(self, words: str) -> str:
        """Only WebVTT escapes; in SRT `&lt;` is what somebody wrote."""
        return html.unescape(words) if self._is_webvtt else words


def _lines(untrusted_file: bytes) -> list[str]:
    if len(untrusted_file) > LARGEST_FILE:
        raise Damaged(f"the file is larger than {LARGEST_FILE >> 20} MiB: no transcript is", hint="import it in parts")
    encoding = "utf-16" if untrusted_file[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return _LINE_END.split(untrusted_file.decode(encoding))
    except UnicodeDecodeError as error:
        number = 1 + untrusted_file.count(b"\n", 0, error.start)
        raise Damaged(
            f"line {number} is not UTF-8",
            hint="save it as UTF-8: older Korean and Japanese tools use CP949 or Shift-JIS",
        ) from None


def _cleaned(untrusted_text: str) -> tuple[str, bool]:
    """Clean text, and whether a mark of the machine was taken out of it, however it was hidden."""
    text, is_marked, rounds = unicodedata.normalize("NFC", untrusted_text), False, 0
    while True:
        cleaner, was_marked = _cleaner(text)
        is_marked = is_marked or was_marked
        if cleaner == text:
            return text, is_marked
        rounds += 1
        text = cleaner if rounds < MOST_ROUNDS else cleaner.translate(_BRACKETS)


def _cleaner(text: str) -> tuple[str, bool]:
    """One round of cleaning; what is taken out may leave behind what the next round takes out."""
    text = _spaced(text)
    if not text.replace("\n", "").isprintable():  # nearly all text is, and is spared the slow look at every letter
        text = "".join(letter for letter in text if letter == "\n" or _is_shown(letter))
    text, marks = _MARK.subn("", _TAG.sub("", text.replace("-->", "→")))
    return _spaced(unicodedata.normalize("NFC", text)), marks > 0


def _spaced(text: str) -> str:
    """One space for every run of whatever counts as space, and no empty lines."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip())


def _is_shown(letter: str) -> bool:
    return unicodedata.category(letter) not in _NEVER_SHOWN


def _mark(cue: Cue) -> str:
    return f"{MACHINE} " if cue.is_machine else ""


def _milliseconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(f"{fraction or '':0<3}"[:3])


def _written(time_ms: int, point: str) -> str:
    seconds, fraction = divmod(time_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{fraction:03}"
