"""Words that must not go out: names of people, places and units, compared however they are written.

Two texts are the same here when they sound the same on the page: full and half width, capitals, composed and decomposed,
accented or not (が is か here), syllables of Hangul or their letters one by one, hiragana or katakana, with spaces, dots and unseen characters between, or
written as an escape of HTML, of an address, or of JSON. A word of Latin letters counts only where it stands alone; one of Korean,
Chinese or Japanese letters counts anywhere, for these are written without spaces and with particles.

What it does not know: transliterations, misspellings, pictures of letters, letters of another script that look alike.
Invariant: a secret is named by its place in the list and never quoted. Peak: 60 MiB beyond the text.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

PIECE: Final = 1 << 20  # characters looked at in one go, and
OVERLAP: Final = 1 << 16  # again, so that a secret with all its escapes lies within one
MOST_SECRETS: Final = 10_000
LONGEST_SECRET: Final = 200  # characters
SHORTEST_LATIN: Final = 2  # letters; one letter alone is in every text
MOST_ROUNDS: Final = 4  # escapes within escapes; a page that has more says nothing to a reader either

_ESCAPED_BYTES = re.compile(rb"(?:%[0-9A-Fa-f]{2})")
_ESCAPED_LETTER = re.compile(
    r"\\u\{([0-9A-Fa-f]{1,6})\}|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|\\([0-9A-Fa-f]{2,6})[ ]?"
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_QUOTED = re.compile(rb"=([0-9A-Fa-f]{2})")
_BETWEEN = re.compile(r"[\W_]+")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_LAST = {  # a letter at the end of a syllable: the letters that would stand at the beginning of one
    0x11A8 + place: letters
    for place, letters in enumerate(
        [
            "ᄀ",
            "ᄀᄀ",
            "ᄀᄉ",
            "ᄂ",
            "ᄂᄌ",
            "ᄂᄒ",
            "ᄃ",
            "ᄅ",
            "ᄅᄀ",
            "ᄅᄆ",
            "ᄅᄇ",
            "ᄅᄉ",
            "ᄅᄐ",
            "ᄅᄑ",
            "ᄅᄒ",
            "ᄆ",
            "ᄇ",
            "ᄇᄉ",
            "ᄉ",
            "ᄉᄉ",
            "ᄋ",
            "ᄌ",
            "ᄎ",
            "ᄏ",
            "ᄐ",
            "ᄑ",
            "ᄒ",
        ]
    )
}
_FIRST = {0x1101: "ᄀᄀ", 0x1104: "ᄃᄃ", 0x1108: "ᄇᄇ", 0x110A: "ᄉᄉ", 0x110D: "ᄌᄌ"}
_LETTERS: Final[dict[int, int | str]] = {**_KATAKANA, **_LAST, **_FIRST}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """A list of words. Never shown: what is found is named by its place, from 1."""

    words: tuple[str, ...] = field(repr=False)
    _places: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.words) > MOST_SECRETS or any(not 0 < len(word) <= LONGEST_SECRET for word in self.words):
            raise ValueError("secrets are words, and not more than a desk keeps")
        places: dict[str, int] = {}
        for place, word in enumerate(self.words, start=1):
            plain = "".join(_pieces(word))
            if plain and (not plain.isascii() or len(plain) >= SHORTEST_LATIN):
                places.setdefault(plain, place)
        object.__setattr__(self, "_places", places)

    @property
    def ignored(self) -> int:
        """How many words of the list are too short to be looked for, or the same as another."""
        return len(self.words) - len(self._places)

    def found_in(self, text: str) -> tuple[int, ...]:
        """Places in the list of what stands in a text, in any of its ways to be written."""
        found: set[int] = set()
        for start in range(0, max(1, len(text)), PIECE):
            for written in readings(text[start : start + PIECE + OVERLAP]):
                found |= self._in_plain(written)
        return tuple(sorted(found))

    def _in_plain(self, text: str) -> set[int]:
        pieces = _pieces(text)
        whole = "".join(pieces)
        return {place for word, place in self._places.items() if word in whole and _stands(word, whole, pieces)}


def readings(text: str) -> Iterable[str]:
    """A text, and what it says when each kind of escape is taken away, and when all are, round by round until nothing changes."""
    seen: set[str] = set()
    for _ in range(MOST_ROUNDS):
        whole = text
        for decode in _DECODERS:
            whole = decode(whole)
            fresh = {text, decode(text), whole} - seen
            seen |= fresh
            yield from fresh
        if whole == text:
            return
        text = whole


def _pieces(text: str) -> list[str]:
    """What a text consists of, decomposed and folded: letters and digits in stretches, and nothing between them."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_LETTERS)
    return _BETWEEN.split(folded)


def _stands(word: str, whole: str, pieces: list[str]) -> bool:
    """Whether a word that is in the text counts there: any but a Latin one does, and that where no letter goes on."""
    if not word.isascii():
        return True
    edges = set(accumulate(map(len, pieces), initial=0))
    at = whole.find(word)
    while at >= 0:
        stop = at + len(word)
        if (at in edges or not whole[at - 1].isascii()) and (stop in edges or not whole[stop].isascii()):
            return True
        at = whole.find(word, at + 1)
    return False


def _entities(text: str) -> str:
    return html.unescape(text) if "&" in text else text


def _percent(text: str) -> str:
    if "%" not in text:
        return text
    raw = _ESCAPED_BYTES.sub(lambda found: bytes((int(found[0][1:], 16),)), text.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")


def _quoted(text: str) -> str:
    if "=" not in text:
        return text
    raw = _QUOTED.sub(lambda found: bytes((int(found[1], 16),)), text.encode("utf-8", "replace"))
    return raw.decode("utf-8", "replace")


def _backslashes(text: str) -> str:
    if "\\" not in text:
        return text
    joined = _ESCAPED_LETTER.sub(_letter, text)
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _letter(found: re.Match[str]) -> str:
    code = int(next(digits for digits in found.groups() if digits), 16)
    return chr(code) if code <= 0x10FFFF else found[0]


def _base64(text: str) -> str:
    return _BASE64.sub(_unpacked, text)


def _unpacked(found: re.Match[str]) -> str:
    whole = found[0].rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)
    except (binascii.Error, ValueError):
        return found[0]
    return f" {raw.decode(errors='replace')} "


def _tags(text: str) -> str:
    """Without markup: a name may be cut in two by a tag."""
    return re.sub(r"<[^<>]*>", "", text) if "<" in text else text


_DECODERS: Final[tuple[Callable[[str], str], ...]] = (_entities, _percent, _quoted, _backslashes, _base64, _tags)
