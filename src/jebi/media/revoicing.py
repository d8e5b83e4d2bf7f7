"""A machine's voice for what somebody said: checked text, spoken by espeak-ng in the jail, in Korean, Japanese or English.

Nothing of the speaker's sound enters: two people who said the same words in the same time sound the same. What stays is what was said, in
which words, when, and whether it had to be hurried; whoever knows the speaker's way of talking may still know the speaker.

Text comes from people and is believed no more than footage is. espeak-ng takes `[[…]]` for sounds and control characters for commands, so
only letters, digits and the punctuation of a list pass. What espeak-ng would not read but spell ("Chinese letter") is refused: in
Japanese it knows kana only, so each word in kanji needs its reading behind it, 市場(いちば), of which only the reading is spoken. It
reads every は and へ as it is written; これは(わ) has it say what people say.

A line that is too long for its stretch is spoken faster, at one of two speeds, and is refused when half as fast again does not do. A shorter one
is not stretched. The same text, stretch and version of espeak-ng give the same samples.

Invariants: the text goes in by standard input, never as an argument; what comes out is bounded. Peak: a line of three minutes, 80 MiB.
"""

import hashlib
import math
import re
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jebi.errors import Damaged, Refused, Unable
from jebi.media.confinement import LIBRARIES, PROGRAMS
from jebi.media.jail import Jail
from jebi.media.resampling import resampled
from jebi.media.run import Budget

VOICES = {
    "ko": "ko",
    "ja": "ja",
    "en": "en-us",
}  # ISO 639-1, and espeak-ng's names: one voice a language, the same for everybody
LETTERS = {  # after NFKC; Latin ones are read in English
    "ko": re.compile("[가-힣A-Za-z]"),
    "ja": re.compile("[ぁ-ゖァ-ヺーA-Za-z]"),
    "en": re.compile("[A-Za-zÀ-ÖØ-öø-ÿ]"),
}
READING = re.compile(r"(?:[一-鿿㐀-䶿々]+|[はへ])\(([ぁ-ゖァ-ヺー]+)\)")  # as newspapers write it
PUNCTUATION = frozenset(".,!?;:'%…、。・-")
BRACKETS = str.maketrans(dict.fromkeys("()「」『』", ","))  # a short pause
LONGEST_TEXT = 1000  # letters of a line; a subtitle has a hundred
# words a minute: natural, a little faster, and half as fast again, which is still understood. Few steps, for pace is a trait; even so, somebody whose
# every line has to be hurried is told apart by it better than by chance (bench/voice.py, `hurried`)
SPEEDS = (160, 200, 240)
RATES = (16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
NATIVE = 22_050  # samples a second, espeak-ng's
HEADER = struct.Struct(
    "<4sI4s4sIHHIIHH4sI"
)  # RIFF, one `fmt ` chunk, one `data` chunk; both lengths are unknown in a pipe
LONGEST_ANSWER = HEADER.size + 180 * 2 * NATIVE  # bytes; a thousand letters take two minutes
BUDGET = Budget(processor=30, memory=1 << 30, stall=30, output=LONGEST_ANSWER + 1)  # it takes a tenth of a second

Samples = npt.NDArray[np.int16]


class TooLong(Refused):
    """The line cannot be spoken in its stretch. `needed_ms` is what it takes at the greatest speed."""

    def __init__(self, *, needed_ms: int, given_ms: int) -> None:
        super().__init__(
            f"a line takes {needed_ms / 1000:.1f} s to say, and has {given_ms / 1000:.1f} s",
            hint="shorten the line, or give it more time",
        )
        self.needed_ms = needed_ms
        self.given_ms = given_ms


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spoken:
    """A line as it is heard: one channel.

    Attributes:
        words_per_minute: how fast espeak-ng spoke.
    """

    samples: Samples
    rate: int
    words_per_minute: int


class Revoicer:
    """espeak-ng, in the jail.

    Args:
        jail: where it runs.

    Raises:
        Unable: it is not installed.
    """

    def __init__(self, jail: Jail) -> None:
        if not Path(PROGRAMS, "espeak-ng").exists():
            raise Unable(
                "nothing can be said in a machine's voice here: espeak-ng is missing", hint="apt-get install espeak-ng"
            )
        self._jail = jail

    def digest(self) -> str:
        """SHA-256, in hex, over espeak-ng's library and voices: with other ones, a line sounds otherwise."""
        named = ("intonations", "phondata", "phonindex", "phontab", "en_dict", "ja_dict", "ko_dict")
        paths = [Path(LIBRARIES, "libespeak-ng.so.1"), *(Path(LIBRARIES, "espeak-ng-data", name) for name in named)]
        try:
            listed = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in paths)
        except OSError as error:
            raise Unable("espeak-ng is not whole", hint="apt-get install --reinstall espeak-ng-data") from error
        return hashlib.sha256(listed.encode()).hexdigest()

    def speak(self, text: str, language: str, *, rate: int = 48_000, fit_ms: int | None = None) -> Spoken:
        """A line, spoken.

        Args:
            text: what people wrote, at most 1,000 letters.
            language: `ko`, `ja` or `en`.
            rate: samples a second, one of `RATES`.
            fit_ms: how long it may be; None to speak at the natural speed.

        Raises:
            Refused: the text cannot be spoken in this language, or not in this time (`TooLong`).
            Unable: espeak-ng failed.
        """
        if rate not in RATES or (fit_ms is not None and fit_ms <= 0):
            raise ValueError("a line has one of the rates, and a time above zero")
        words = speakable(text, language)
        for speed in SPEEDS:
            sound = self._say(words, VOICES[language], speed)
            length_ms = math.ceil(len(sound) * 1000 / NATIVE)
            if fit_ms is None or length_ms <= fit_ms:
                return Spoken(samples=resampled(sound, NATIVE, rate), rate=rate, words_per_minute=speed)
        raise TooLong(needed_ms=length_ms, given_ms=fit_ms or 0)

    def _say(self, words: str, voice: str, speed: int) -> Samples:
        command = ["espeak-ng", "-v", voice, "-s", str(speed), "-b", "1", "-z", "--stdin", "--stdout"]
        try:
            with self._jail.start(command, budget=BUDGET, stdin=words.encode()) as run:
                answer = run.stdout.read(LONGEST_ANSWER)
                run.finish()
            return parse_sound(answer)
        except Damaged as error:  # the text was cleaned here: no footage is at fault
            raise Unable("a line could not be spoken: espeak-ng failed", hint="run jebi doctor") from error


def speakable(untrusted_text: str, language: str) -> str:
    """What of a text is given to espeak-ng: one line of letters, digits and plain punctuation.

    Raises:
        Refused: the language is not spoken here, the text is empty or too long, or holds letters that would not be read.
    """
    if language not in VOICES:
        raise Refused(f"lines are spoken in {', '.join(VOICES)}", hint="choose one of them, or subtitles alone")
    if len(untrusted_text) > LONGEST_TEXT:
        raise Refused(f"a line has more than {LONGEST_TEXT} letters", hint="part it into several lines")
    text = unicodedata.normalize("NFKC", untrusted_text)
    if language == "ja":
        text = READING.sub(r"\1", text)
    kept = "".join(_kept(letter, language) for letter in text.translate(BRACKETS))
    words = " ".join(kept.split())
    if not any(letter.isalnum() for letter in words):
        raise Refused("a line has nothing in it that can be spoken", hint="write words, or take the line away")
    if len(words) > LONGEST_TEXT:  # one sign may stand for many letters
        raise Refused(f"a line has more than {LONGEST_TEXT} letters", hint="part it into several lines")
    return words


def parse_sound(untrusted_wave: bytes) -> Samples:
    """The samples of what espeak-ng writes to a pipe. Raises `Damaged` for any other WAV than that."""
    if len(untrusted_wave) < HEADER.size:
        raise Damaged("espeak-ng said nothing")
    riff, _, wave, fmt, length, kind, channels, rate, _, _, bits, tag, _ = HEADER.unpack_from(untrusted_wave)
    if (riff, wave, fmt, tag) != (b"RIFF", b"WAVE", b"fmt ", b"data"):
        raise Damaged("espeak-ng gave something else than sound")
    if (length, kind, channels, rate, bits) != (16, 1, 1, NATIVE, 16) or len(untrusted_wave) > LONGEST_ANSWER:
        raise Damaged("espeak-ng gave sound of another kind")
    return np.frombuffer(untrusted_wave, "<i2", (len(untrusted_wave) - HEADER.size) // 2, HEADER.size).astype(np.int16)


def _kept(letter: str, language: str) -> str:
    """A letter as espeak-ng gets it; a space for what is no letter and means nothing to it."""
    if LETTERS[language].match(letter) or letter in PUNCTUATION or ("0" <= letter <= "9"):
        return letter
    if unicodedata.category(letter)[0] not in "LN":
        return " "
    hint = "choose the line's true language, or write the word as it is spoken"
    if language == "ja":
        hint = "write the reading behind each word in kanji, 市場(いちば), or in kana alone"
    raise Refused(f"espeak-ng does not read {letter!r} in {language}", hint=hint)
