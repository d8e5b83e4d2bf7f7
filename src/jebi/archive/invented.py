"""The guard against invented words: what a speech recogniser wrote is kept, doubted or dropped, each with its reason.

Recognisers of the Whisper family write fluent sentences on silence and noise: the farewells of films that they learned
from, in Korean and Japanese above all, or one phrase over and over. In an archive of evidence such a sentence is a
false witness. Nothing is kept without speech heard under it by a detector that knows no words.

Chants and slogans are said many times over, and a filmed television does say goodbye: what may be real is doubted and
shown as such, not dropped.

Invariants: order and number of segments stay; what is dropped is still returned, for the record. Never says that words
are right. Memory: the segments.
"""

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

LEAST_HEARD_MS = 200  # a shorter overlap is the edge of somebody else's words
LEAST_HEARD = 0.1  # of a segment's time; recognisers stretch a few words over a long pause
WELL_HEARD = 0.5
UNSURE, VERY_UNSURE = -0.8, -1.0  # mean log-probability of a token; Whisper itself gives up below -1
SILENT = 0.6  # Whisper's own bound for the probability of no speech
REPETITIVE = 2.4  # Whisper's own bound for how well gzip does on the text
LOOPED = 0.6  # of a text made of one phrase said four times or more
RUN = 3  # the same segment so many times in a row
TOO_FAST = 1.6  # times as fast as the fastest talker
LONGEST_TEXT = 4_000  # characters; a segment is half a minute at most

# Characters a second of the fastest talkers, by script: about twice what is usual. A kanji is two syllables, a digit too.
FASTEST = {"HANGUL": 12.0, "HIRAGANA": 15.0, "KATAKANA": 15.0, "CJK": 7.5, "DIGIT": 8.0}
FASTEST_OTHER = 30.0  # letters of alphabets

# What recognisers write on silence, without spaces and signs; each must be all of a segment. They are the farewells and
# credits of films, as bug reports on Whisper and its kin quote them, in the forms that politeness gives them.
_INVENTIONS = (
    r"(지금까지|오늘도|끝까지)?(영상을?)?(시청|구독)(해)?주(셔서|시어)(정말|대단히)?(감사|고맙)(합|습)니다",
    r"(구독(과|하고)?)?(좋아요|알림설정)((와|과|하고|도)?(구독|알림설정)(까지|도|은)?)?(꼭)?(부탁드립니다|부탁드려요|해주세요|눌러주세요)",
    r"(그럼)?다음(영상|시간)에서?(또)?(만나|뵙|봬|뵐)(요|겠습니다|도록하겠습니다|게요)",
    r"(한글|한국어)?자막(제작|제공|번역|by)\w{0,20}",
    r"(mbc|kbs|sbs|ytn|jtbc)뉴스\w{2,4}입니다",
    r"(最後まで)?(今日も|本日は|本日も)?ご(視聴|清聴)(いただき|頂き|くださり)?(まして)?(本当に|誠に)?ありがとうございま(した|す)",
    r"(チャンネル登録|高評価)((と|や)?(チャンネル登録|高評価))?(を|も)?(ぜひ|是非)?(よろしく)?お願い(いたします|致します|します)",
    r"(それでは)?(また)?次(回)?の?(動画|ビデオ)で(また)?お?会いしましょう",
    r"字幕(制作|作成|提供|由|by)\w{0,30}",
    r"thank(s|you)(so|very)?(much)?for(watching|viewing)(thevideo|thisvideo|everyone)?",
    r"(please|dontforgetto)(likeand)?subscribe(to\w{0,20})?",
    r"(ill)?seeyou(guys|all)?inthenext(video|one)",
    r"(subtitles|captions|transcription|translation)(created|provided|outsourced|done)?by\w{0,40}",
    r"请不吝点赞\w{0,30}",
    r"(謝謝|谢谢)(大家)?(觀看|收看|观看)",
)
_INVENTION = re.compile("|".join(_INVENTIONS))
# Said every day, and invented every day.
_EVERYDAY = {
    *("감사합니다", "고맙습니다", "네", "아멘", "다음에만나요", "ありがとうございました", "おやすみなさい", "はい"),
    *("thankyou", "you", "bye", "byebye", "okay", "seeyounexttime"),
}
_LOOP = re.compile(r"(.{1,40}?)\1{3,}")


class Verdict(StrEnum):
    """What is done with a segment."""

    KEEP = "keep"
    DOUBT = "doubt"
    DROP = "drop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What a recogniser wrote for a stretch of sound, and how sure it was.

    `log_probability`: mean over tokens, natural logarithm. `no_speech`: probability. `compression`: bytes of the text by
    bytes of its gzip; 0 if unknown.
    """

    start_ms: int
    end_ms: int
    text: str
    log_probability: float
    no_speech: float
    compression: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms <= self.end_ms:
            raise ValueError("a segment ends before it starts")
        if len(self.text) > LONGEST_TEXT:
            raise ValueError("a segment's text is too long")
        if not (math.isfinite(self.log_probability) and 0 <= self.no_speech <= 1 and 0 <= self.compression < math.inf):
            raise ValueError("a segment's figures are no figures")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A segment, what is done with it, and why, in one sentence (empty if it is kept)."""

    segment: Segment
    verdict: Verdict
    why: str = ""


def judge(segments: Sequence[Segment], heard: Sequence[tuple[int, int]]) -> tuple[Judged, ...]:
    """Judge every segment by itself, by the stretches where speech was heard, and by the segments around it.

    Args:
        segments: in the order of their times.
        heard: (start, end) in milliseconds, in the order of their times; they do not overlap.
    """
    runs = [(len(run), segment) for run in _runs(segments) for segment in run]
    return tuple(_judged(segment, _heard_ms(segment, heard), length) for length, segment in runs)


def fastest_ms(text: str) -> float:
    """The time that the fastest talker needs for a text, in milliseconds."""
    return sum(1000 / _letters_a_second(letter) for letter in text if letter.isalnum())


def _judged(segment: Segment, heard_ms: int, run: int) -> Judged:
    if why := _first(_to_drop(segment, heard_ms)):
        return Judged(segment=segment, verdict=Verdict.DROP, why=why)
    if why := _first(_to_doubt(segment, heard_ms, run)):
        return Judged(segment=segment, verdict=Verdict.DOUBT, why=why)
    return Judged(segment=segment, verdict=Verdict.KEEP)


def _first(reasons: Iterable[tuple[bool, str]]) -> str:
    """The first reason that holds, or none."""
    return next((why for holds, why in reasons if holds), "")


def _to_drop(segment: Segment, heard_ms: int) -> Iterator[tuple[bool, str]]:
    bare, lasts = _bare(segment.text), segment.end_ms - segment.start_ms
    is_weak = heard_ms < WELL_HEARD * lasts or segment.no_speech > SILENT or segment.log_probability < UNSURE
    least_ms = max(min(LEAST_HEARD_MS, lasts), LEAST_HEARD * lasts, 1)
    is_loop = segment.compression > REPETITIVE and _looped(bare) >= LOOPED
    is_invention = _INVENTION.fullmatch(bare) is not None
    yield not bare, "it has no words"
    yield heard_ms < least_ms, "no speech was heard there"
    yield is_invention and is_weak, "recognisers are known to invent this phrase, and little spoke for it"
    yield fastest_ms(bare) > TOO_FAST * lasts, "nobody can say so much in that time"
    yield is_loop and is_weak, "it repeats one phrase over and over, and little spoke for it"
    yield (
        segment.no_speech > SILENT and segment.log_probability < VERY_UNSURE,
        "the recogniser itself took it for silence",
    )


def _to_doubt(segment: Segment, heard_ms: int, run: int) -> Iterator[tuple[bool, str]]:
    bare, lasts = _bare(segment.text), segment.end_ms - segment.start_ms
    is_repetitive = segment.compression > REPETITIVE or _looped(bare) >= LOOPED
    is_unsure = segment.no_speech > SILENT or segment.log_probability < VERY_UNSURE
    is_weak = heard_ms < WELL_HEARD * lasts or segment.log_probability < UNSURE
    yield _INVENTION.fullmatch(bare) is not None, "recognisers are known to invent this phrase"
    yield fastest_ms(bare) > lasts, "it would have been said faster than people talk"
    yield is_repetitive, "it repeats itself: a chant, or a recogniser caught in a loop"
    yield run >= RUN, "the same words stand there several times in a row: a chant, or a recogniser caught in a loop"
    yield is_unsure, "the recogniser was not sure of it"
    yield bare in _EVERYDAY and is_weak, "it is said every day and invented every day, and little spoke for it"
    yield heard_ms < WELL_HEARD * lasts, "speech was heard in less than half of its time"


def _heard_ms(segment: Segment, heard: Sequence[tuple[int, int]]) -> int:
    first = bisect_right(heard, segment.start_ms, key=lambda stretch: stretch[1])
    after = bisect_left(heard, segment.end_ms, key=lambda stretch: stretch[0])
    return sum(min(segment.end_ms, end) - max(segment.start_ms, start) for start, end in heard[first:after])


def _runs(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
    """Segments in a row that say the same."""
    for _, run in groupby(segments, lambda segment: _bare(segment.text)):
        yield list(run)


def _looped(bare: str) -> float:
    """The part of a text that is one phrase said at least four times."""
    return sum(match.end() - match.start() for match in _LOOP.finditer(bare)) / max(1, len(bare))


def _bare(text: str) -> str:
    """Letters and digits only, in one form: how a phrase is known again."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _letters_a_second(letter: str) -> float:
    if letter.isdigit():
        return FASTEST["DIGIT"]
    script = unicodedata.name(letter, "").split(" ")[0].split("-")[0]
    return FASTEST.get(script, FASTEST_OTHER)
