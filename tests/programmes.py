"""A programme and its terms: what tests of broadcasters' packages share."""

from fractions import Fraction
from typing import Any

from jebi.release.instructions import Terms
from jebi.release.programme import Cue, Part, Programme, Stem
from jebi.release.timecode import Rate

PAL, NTSC = Rate(Fraction(25)), Rate(Fraction(30000, 1001))
CUES = {
    "ko": (
        Cue(start=0, stop=1500, text="쌀값이 올랐다"),
        Cue(start=5000, stop=7000, text="<b>둘째</b> 줄\n그리고 & 셋째"),
    ),
    "en": (Cue(start=0, stop=1500, text='=1+1, "they" say'),),
}


TERMS = """
credit = "Spring Films"
contact = "desk@films.example"
embargo = "2026-12-01, 06:00 UTC"
rights.en = "Use it in news."
rights.ja = "報道にお使いください。"
rights.ko = "보도에 쓰십시오."
"""


def programme(**instead: Any) -> Programme:
    known: dict[str, Any] = {
        "name": "rimjin-0017",
        "title": 'At <the> "market" & 시장',
        "rate": PAL,
        "size": (1920, 1080),
        "parts": (Part(frames=100), Part(frames=137, title="Stalls"), Part(frames=174, title="역 앞")),
        "channels": 1,
        "stems": (Stem.SURROUNDINGS, Stem.SPEECH),
        "subtitles": CUES,
    }
    return Programme(**{**known, **instead})


def terms(**instead: Any) -> Terms:
    rights = {"en": "Use it in news.", "ko": "보도에 쓰십시오.", "ja": "報道にお使いください。"}
    return Terms(**{"credit": "Rimjin Desk", "rights": rights, **instead})
