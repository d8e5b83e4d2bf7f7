"""Text and queries as the index sees them: one way of writing for all scripts (docs/formats/search.md).

A text becomes its *shadow*: folded (Unicode's compatibility forms, no case, no Latin accents), without punctuation,
terms apart by spaces. Hangul, Han and kana stand in runs, each word of a run behind a `~`: `오늘 시장에서 LED 3,000원`
is ` ~오늘~시장에서 led 3000 ~원 `. A query becomes *fragments*: it finds a text if every fragment is somewhere in its
shadow. So 시장 is found in 시장에서는, and in a Japanese sentence that has no spaces, by the same rule; and full-width,
half-width and decomposed forms (file names off a Mac) all meet. Nothing here knows an index; nothing in a query is syntax
to one.

Invariants: every Unicode form of a text has the same shadow; a shadow has no ASCII but a–z, 0–9, space and `~`. Never raises but `Damaged` for a text and `Refused` for a query that is too long.
Peak: about a hundred times the text where the places of terms are asked for, and four times for a shadow.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from jebi.errors import Damaged, Refused

LONGEST_TEXT = 1 << 16  # characters; an hour of speech in one segment
LONGEST_QUERY = 200  # characters; a sentence pasted from a report
MOST_PARTS = 12  # words, phrases and exclusions; each one costs the index a look-up
LONGEST_FRAGMENT = 1_000  # characters; a query grows by folding, eighteen times if somebody means it to
LONGEST_WORD = 64  # letters; PostgreSQL refuses lexemes of 2 KiB, and a longer run of letters is no word
OPEN = 4  # letters from which on a word also finds longer ones: market, markets; fewer would find anything

# Hangul with its jamo; Han with radicals, iteration marks and numerals; bopomofo; kana with its small letters, voicing
# marks and the prolonged sound mark. Half-width kana and compatibility jamo have become these by folding.
_RUNNING = (
    "\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff"
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303c\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
# Latin accents (ŏ and ŭ of romanised Korean are often left out), and what cannot be seen: soft hyphens, joiners, signs
# that turn the direction, variation selectors, Hangul fillers. Somebody may have put them between two letters.
_IGNORED = (
    "\u0300-\u036f\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_DROPPED = re.compile(f"[{_IGNORED}]+")
_TERM = re.compile(
    rf"(?P<run>[{_RUNNING}]+(?:\s+[{_RUNNING}]+)*)"
    r"|(?P<number>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9]))"
    rf"|(?P<word>[^\W_{_RUNNING}]{{1,{LONGEST_WORD}}})"
)
# A part of a query: what stands in quotes, or up to the next space; a minus before it excludes.
_PART = re.compile(
    r"""(?P<minus>(?<!\S)[-−－])?(?:["“”„‟«»＂](?P<quoted>[^"“”„‟«»＂]*)["“”„‟«»＂]?|(?P<plain>[^\s"“”„‟«»＂]+))"""
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word, or a run of Hangul, Han and kana, as the shadow has it; `spans` are the places of its characters in the text.

    A `~` in a run stands before each of its words and has an empty span.
    """

    text: str
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        if len(self.text) != len(self.spans) or not self.text:
            raise ValueError("a term has a place for each of its characters")

    @property
    def is_run(self) -> bool:
        """Whether it is a run of Hangul, Han and kana."""
        return self.text.startswith("~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked for: fragments that must all be in a shadow, fragments that must not, and the words as they were."""

    every: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    words: str = ""

    def __post_init__(self) -> None:
        if len(self.every) + len(self.without) > MOST_PARTS:
            raise ValueError("a query has few parts")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be looked for."""
        return not self.every


def fold(text: str) -> str:
    """One way of writing: compatibility forms made plain, no accents on Latin letters, no case, nothing invisible."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", _DROPPED.sub("", unicodedata.normalize("NFKD", text)).casefold())


def shadow(text: str) -> str:
    """What the index keeps of a text, and finds it by. Raises `Damaged` for one that is too long."""
    _check_length(text)
    return _joined(_written(match) for match in _TERM.finditer(fold(text)))


def terms(text: str) -> list[Term]:
    """The terms of a text with their places in it; their texts are those of its shadow. Raises `Damaged` like `shadow`."""
    _check_length(text)
    spans = []
    folded = []
    for start, end in _clusters(text):
        for character in _folded(text[start]) if end - start == 1 else fold(text[start:end]):
            folded.append(character)
            spans.append((start, end))
    return [_placed(match, spans) for match in _TERM.finditer("".join(folded))]


def parse_query(untrusted_text: str) -> Query:
    """What somebody typed: words, "exact phrases", and what must not be there, behind a minus.

    Every word is looked for by itself. A word in quotes is found whole only, and words in quotes one behind the other.

    Raises:
        Refused: it is too long, or has too many parts.
    """
    if len(untrusted_text) > LONGEST_QUERY:
        raise Refused("the query is too long", hint=f"ask with at most {LONGEST_QUERY} characters")
    every: dict[str, None] = {}
    without: dict[str, None] = {}
    words = []
    for part in _PART.finditer(untrusted_text):
        fragments = dict.fromkeys(_fragments(part))
        (without if part["minus"] else every).update(fragments)
        if fragments and not part["minus"]:
            words.append((part["quoted"] or part["plain"]).strip())
    if len(every) + len(without) > MOST_PARTS or any(len(each) > LONGEST_FRAGMENT for each in (*every, *without)):
        raise Refused("the query has too many words", hint=f"ask with at most {MOST_PARTS}")
    return Query(every=tuple(every), without=tuple(without), words=" ".join(words))


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Damaged("a text is too long to be searched", hint=f"cut it into parts of {LONGEST_TEXT} characters")


def _written(match: "re.Match[str]") -> str:
    if match.lastgroup == "run":
        return "~" + "~".join(match[0].split())
    return match[0].replace(",", "")


def _joined(written: Iterator[str]) -> str:
    """Every term between two spaces, also the first and the last."""
    return f" {' '.join(written)} "


def _placed(match: "re.Match[str]", spans: list[Span]) -> Term:
    """The term as `_written` writes it, with the places of what it keeps."""
    text = _written(match)
    kept = (at for at in range(*match.span()) if not match.string[at].isspace() and match.string[at] != ",")
    return Term(text=text, spans=tuple((0, 0) if character == "~" else spans[next(kept)] for character in text))


def _fragments(part: "re.Match[str]") -> Iterator[str]:
    """The fragments of one part: outside quotes, runs with a comma or dot between them are looked for each by itself."""
    is_quoted = part["quoted"] is not None
    phrase: list[str] = []
    for match in _TERM.finditer(fold(part["quoted"] or part["plain"] or "")):
        term = _written(match)
        if phrase and not is_quoted and phrase[-1].startswith("~") and term.startswith("~"):
            yield _fragment(phrase, is_quoted=is_quoted)
            phrase = []
        phrase.append(term)
    if phrase:
        yield _fragment(phrase, is_quoted=is_quoted)


def _fragment(phrase: list[str], *, is_quoted: bool) -> str:
    """Where a fragment begins or ends with a run, that run may go on; where with a word, the word begins or ends there."""
    first, last = phrase[0], phrase[-1]
    begin = "" if first.startswith("~") else " "
    is_open = last.startswith("~") or (not is_quoted and len(last) >= OPEN and last.isalpha())
    return begin + " ".join(phrase).removeprefix("~") + ("" if is_open else " ")


def _clusters(text: str) -> Iterator[Span]:
    """Where a text can be cut so that folding the parts and folding the whole are the same."""
    start = 0
    for at in range(1, len(text)):
        if not _continues(text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)


@lru_cache(maxsize=1 << 14)
def _folded(character: str) -> str:
    return fold(character)


@lru_cache(maxsize=1 << 14)
def _continues(character: str) -> bool:
    """Whether it may merge with what is before it: a mark, a medial or final jamo, or something invisible."""
    first = unicodedata.normalize("NFKD", character)[0]
    return (
        unicodedata.category(first).startswith("M")
        or "\u1160" <= first <= "\u11ff"
        or _DROPPED.match(first) is not None
    )
