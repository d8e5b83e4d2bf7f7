"""What is said in many clips, made up: of every four clips two are in Korean, one in Japanese, one in English.

Words have a Zipf distribution over tens of thousands, of which the known ones of `recall.corpus` are the most frequent and
the others are made of syllables; a third of the words of a clip are its own subject's. Segments have about 60 characters.
"""

import random
from collections.abc import Iterator
from functools import cache
from itertools import accumulate

from recall.corpus import JAPANESE, KANA_ENDINGS, KANA_PARTICLES, KOREAN, PARTICLES

SEGMENTS = 20  # a clip
VOCABULARY = 40_000  # words of each language
SYLLABLES = 1_100  # of Hangul and of Han that are in use
FLAT = 12  # how many of the most frequent words and syllables are about as frequent as each other
SUBJECT, OF_SUBJECT = 12, 1 / 3
TIMES = {"ko": 13, "ja": 15, "en": 10}  # words in a segment
ENGLISH = (
    "market",
    "rice",
    "price",
    "soldier",
    "border",
    "train",
    "station",
    "hospital",
    "school",
    "river",
    "loudspeaker",
)


def language(clip: int) -> str:
    """The language of a clip."""
    return ("ko", "ja", "ko", "en")[clip % 4]


def segments(clip: int) -> list[str]:
    """The texts of one clip; always the same for the same number."""
    dice = random.Random(clip)
    spoken = language(clip)
    words, weights = vocabulary(spoken)
    subject = dice.choices(words, k=SUBJECT)
    texts = []
    for _ in range(SEGMENTS):
        count = TIMES[spoken] + dice.randint(-3, 3)
        of_subject = round(count * OF_SUBJECT)
        said = dice.choices(words, cum_weights=weights, k=count - of_subject) + dice.choices(subject, k=of_subject)
        dice.shuffle(said)
        texts.append(_sentence(spoken, said, dice))
    return texts


@cache
def vocabulary(spoken: str) -> tuple[list[str], list[float]]:
    """The words of a language, the most frequent first, and their weights, summed up."""
    dice = random.Random(spoken)
    known = {"ko": KOREAN, "ja": JAPANESE, "en": ENGLISH}[spoken]
    made = dict.fromkeys((*dice.sample(known, len(known)), *_made(spoken, dice)))
    return list(made), _zipf(len(made))


def _made(spoken: str, dice: random.Random) -> Iterator[str]:
    if spoken == "en":
        parts = [
            f"{one}{two}"
            for one in ["b", "c", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "tr", "pl", "sh"]
            for two in ["a", "e", "i", "o", "u"]
        ]
    else:
        first, last = (0xAC00, 0xD7A3) if spoken == "ko" else (0x4E00, 0x8FFF)
        parts = [chr(code) for code in dice.sample(range(first, last), SYLLABLES)]
    weights = _zipf(len(parts))
    for _ in range(VOCABULARY):
        yield "".join(dice.choices(parts, cum_weights=weights, k=dice.choice((1, 2, 2, 2, 3, 3, 4)) + (spoken == "en")))


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / (place + FLAT) for place in range(count)))


def _sentence(spoken: str, said: list[str], dice: random.Random) -> str:
    if spoken == "ko":
        return (
            " ".join(word + particle for word, particle in zip(said, dice.choices(PARTICLES, k=len(said)), strict=True))
            + "."
        )
    if spoken == "ja":
        particles = [*dice.choices(KANA_PARTICLES, k=len(said) - 1), dice.choice(KANA_ENDINGS)]
        return "".join(word + particle for word, particle in zip(said, particles, strict=True)) + "。"
    return " ".join(said).capitalize() + "."
