"""Lines are spoken in three languages, fit their time or are refused, and no text makes espeak-ng do anything but speak."""

import re
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Damaged, Refused
from jebi.media.hearing import Hearing
from jebi.media.jail import Jail
from jebi.media.models import Models
from jebi.media.revoicing import (
    HEADER,
    LETTERS,
    LONGEST_TEXT,
    NATIVE,
    PUNCTUATION,
    SPEEDS,
    VOICES,
    Revoicer,
    TooLong,
    parse_sound,
    speakable,
)
from jebi.media.speech import Recogniser

MODELS = Models(Path(__file__).resolve().parents[2] / ".cache" / "models")
LINES = {
    "ko": "시장에서 쌀값이 두 배로 올랐습니다. 10월 3일이었습니다.",
    "ja": "市場(いちば)で 米(こめ)の ねだんが 2バイに なりました。",
    "en": "The price of rice at the market has doubled since the spring.",
}


@pytest.fixture(scope="module")
def revoicer(jail: Jail) -> Revoicer:
    return Revoicer(jail)


@pytest.mark.parametrize("language", VOICES)
def test_a_line_is_spoken_and_nothing_else_is_heard(revoicer: Revoicer, language: str) -> None:
    spoken = revoicer.speak(LINES[language], language, rate=16_000)
    assert (spoken.rate, spoken.words_per_minute) == (16_000, SPEEDS[0])
    silence = np.zeros(16_000, np.int16)
    heard = list(Hearing(MODELS.find("speech-heard")).listen([silence, spoken.samples, silence]))
    assert sum(one.end_ms - one.start_ms for one in heard) > 0.75 * len(spoken.samples) / 16
    assert len(spoken.samples) > 2 * 16_000


def test_a_machine_understands_the_english_line(revoicer: Revoicer) -> None:
    sound = revoicer.speak(LINES["en"], "en", rate=16_000).samples
    with Recogniser(MODELS.find("speech-english"), language="en") as recogniser:
        text = " ".join(segment.text for segment in recogniser.recognise(np.pad(sound, 8000)))
    assert {"price", "rice", "market", "doubled", "spring"} <= {word.strip(".,").lower() for word in text.split()}


def test_the_same_line_is_the_same_samples(revoicer: Revoicer) -> None:
    first, second = (revoicer.speak(LINES["ko"], "ko", fit_ms=5000).samples for _ in range(2))
    assert first.tobytes() == second.tobytes()
    assert len(revoicer.digest()) == 64
    assert revoicer.digest() == revoicer.digest()


@pytest.mark.parametrize(
    ("share", "speed"), [(1.0, SPEEDS[0]), (0.95, SPEEDS[1]), (0.85, SPEEDS[1]), (0.75, SPEEDS[2])]
)
def test_a_line_is_spoken_at_the_least_speed_at_which_it_fits(revoicer: Revoicer, share: float, speed: int) -> None:
    natural_ms = len(revoicer.speak(LINES["en"], "en").samples) // 48 + 1
    spoken = revoicer.speak(LINES["en"], "en", fit_ms=round(natural_ms * share))
    assert len(spoken.samples) <= round(natural_ms * share) * 48
    assert spoken.words_per_minute == speed


def test_a_line_that_does_not_fit_is_refused_with_the_time_it_needs(revoicer: Revoicer) -> None:
    with pytest.raises(TooLong, match=r"has 1\.0 s") as caught:
        revoicer.speak(LINES["en"], "en", fit_ms=1000)
    assert caught.value.given_ms == 1000
    fitting = revoicer.speak(LINES["en"], "en", fit_ms=caught.value.needed_ms)
    assert fitting.words_per_minute == SPEEDS[-1]
    with pytest.raises(TooLong):
        revoicer.speak(LINES["en"], "en", fit_ms=caught.value.needed_ms - 1)


@pytest.mark.parametrize(
    ("hostile", "words"),
    [
        ("rice [[hh@loU]] [[_^_]] now", "rice hh loU now"),
        ('<speak><audio src="http://a.b/c"/>rice</speak>', "speak audio src http a b c rice speak"),
        ("rice\x01+200S\x0150P\x01V\x00 now", "rice 200S 50P V now"),
        ("--version", "version"),
        ("-w /root/x --path=/ rice", "w root x path rice"),
        ("rice\u202e\u200b\ufeffnow\n\n\rso", "rice now so"),
        ("& < {x} | \\ ~ ` $(id)", "x id"),
    ],
)
def test_text_commands_nothing(revoicer: Revoicer, hostile: str, words: str) -> None:
    cleaned = speakable(hostile, "en")
    assert re.findall("[A-Za-z0-9]+", cleaned) == words.split()
    assert set(cleaned) <= PUNCTUATION | set(words) | set(" ,")
    assert len(revoicer.speak(hostile, "en", rate=NATIVE).samples) > NATIVE // 5


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("市場で米を買う", "ja", "'市'"),
        ("市場(いちば)で米を買う", "ja", "'米'"),
        ("市場 사람들", "ko", "'市'"),
        ("시장", "en", "'시'"),
        ("рынок", "en", "'р'"),
        ("rice", "ru", "ko, ja, en"),
        ("", "en", "nothing"),
        ("[[]] <> --", "en", "nothing"),
        ("a" * (LONGEST_TEXT + 1), "en", "more than"),
        ("\ufdfa" * LONGEST_TEXT, "en", "read"),
    ],
)
def test_what_would_be_spelt_instead_of_read_is_refused(text: str, language: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as caught:
        speakable(text, language)
    assert caught.value.hint


def test_of_a_word_in_kanji_only_the_reading_is_spoken(revoicer: Revoicer) -> None:
    written = revoicer.speak("市場（いちば）は(わ)食(た)べる", "ja", rate=NATIVE)
    assert written.samples.tobytes() == revoicer.speak("いちばわたべる", "ja", rate=NATIVE).samples.tobytes()


def test_wide_and_composed_letters_are_read_as_the_plain_ones() -> None:
    assert speakable("ＫＢＳ ５", "ko") == "KBS 5"
    assert speakable(unicodedata.normalize("NFD", "시장"), "ko") == "시장"
    assert speakable("ｲﾁﾊﾞ", "ja") == "イチバ"


@given(st.text(max_size=60), st.sampled_from(sorted(VOICES)))
def test_nothing_but_letters_digits_and_plain_punctuation_comes_through(text: str, language: str) -> None:
    try:
        words = speakable(text, language)
    except Refused:
        return
    allowed = PUNCTUATION | set("0123456789 ,")
    assert all(letter in allowed or LETTERS[language].match(letter) for letter in words)
    assert speakable(words, language) == words


@given(st.binary(max_size=100))
def test_garbage_is_sound_or_damaged(garbage: bytes) -> None:
    head = HEADER.pack(b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, NATIVE, 2 * NATIVE, 2, 16, b"data", 0)
    assert len(parse_sound(head + garbage)) == len(garbage) // 2
    with pytest.raises(Damaged):
        parse_sound(garbage)


def test_a_rate_that_no_cut_has_is_the_callers_mistake(revoicer: Revoicer) -> None:
    with pytest.raises(ValueError, match="rates"):
        revoicer.speak("rice", "en", rate=8000)
    with pytest.raises(ValueError, match="time"):
        revoicer.speak("rice", "en", fit_ms=0)
