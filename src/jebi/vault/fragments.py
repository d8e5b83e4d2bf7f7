"""Shadows, fragments of them, and the tokens by which an engine finds one by the other (docs/formats/search.md, "Tokens").

A shadow's tokens are its words as they are, and of every run each character with the one behind it. What is asked of an
engine by the look-ups of a fragment has every shadow with that fragment, and others: who asks compares afterwards.

Invariants: no character of a shadow or a fragment means anything to SQL, FTS5 or a tsquery.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

MOST_FRAGMENTS = 16
LONGEST_FRAGMENT = 1_000  # characters
LOOK_UPS = 8  # tokens of one fragment that an engine is asked for; the comparison does the rest
BATCH = 5_000  # rows in flight
SATURATION, LENGTH_WEIGHT, TYPICAL_LENGTH = 1.2, 0.75, 60  # k1 and b of BM25, and characters in a segment of speech
_SHADOW = re.compile(r"[ ~a-z0-9\x80-\ud7ff\ue000-\U0010ffff]*")
# A character with its neighbour, with its neighbour in the next word, or as the last of its run.
_PAIR = re.compile("(?=([^~]~?[^~]|[^~]~$))")

Row = tuple[int, str]
Keys = NDArray[np.int64]
One = TypeVar("One")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What an engine is asked for: a token, or the beginning of one."""

    text: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Fragments that a shadow must have and must not have.

    A loose one takes no notice of the spaces in runs; what must not be there never does.
    """

    every: tuple[str, ...]
    without: tuple[str, ...] = ()
    is_loose: bool = False

    def __post_init__(self) -> None:
        if len(self.every) + len(self.without) > MOST_FRAGMENTS:
            raise ValueError("a search has few fragments")
        for fragment in (*self.every, *self.without):
            check_shadow(fragment)
            if len(fragment) > LONGEST_FRAGMENT or not fragment.strip(" ~") or fragment.endswith("~"):
                raise ValueError("a fragment has a character, and does not end between two")

    def compared(self, shadow: str, place: str) -> str:
        """The condition on a shadow, in SQL.

        Args:
            shadow: the name of a column.
            place: the database's name for the function that finds a substring.
        """
        without = (f"NOT {place}({_loosely(shadow)}, :without{number}) > 0" for number in range(len(self.without)))
        return " AND ".join([self.has_every(shadow, place), *without])

    def has_every(self, shadow: str, place: str) -> str:
        """The one that also holds for several shadows together, one a line, if it holds for one of them."""
        column = _loosely(shadow) if self.is_loose else shadow
        return " AND ".join(f"{place}({column}, :every{number}) > 0" for number in range(len(self.every)))

    def values(self) -> dict[str, str]:
        """What stands in these conditions."""
        every = {f"every{at}": joined(one) if self.is_loose else one for at, one in enumerate(self.every)}
        return every | {f"without{at}": joined(one) for at, one in enumerate(self.without)}

    def look_ups(self) -> list[list[Token]]:
        """What the tokens of a shadow must have: of each list, at least one."""
        return [either for fragment in self.every for either in look_ups(fragment, is_loose=self.is_loose)]


def check_shadow(shadow: str) -> None:
    """Raise `ValueError` for what is no shadow; it could mean something to an engine."""
    if not _SHADOW.fullmatch(shadow):
        raise ValueError("a shadow has lower-case letters, digits, spaces and ~ only")


def joined(fragment: str) -> str:
    """The same without the spaces in its runs."""
    return fragment.replace("~", "")


def tokens(shadow: str) -> set[str]:
    """The tokens of a shadow: those of ` ~쌀값~이 led ` are 쌀값, 값~이, 이~ and led."""
    found = set()
    for term in shadow.split(" "):
        if term.startswith("~"):
            found.update(_PAIR.findall(term + "~"))
        elif term:
            found.add(term)
    return found


def look_ups(fragment: str, *, is_loose: bool) -> list[list[Token]]:
    """What the tokens of a shadow with this fragment must have: of each list, at least one."""
    wanted: list[list[Token]] = []
    terms = fragment.strip(" ").split(" ")
    for at, term in enumerate(terms):
        is_open = at == len(terms) - 1 and not fragment.endswith(" ")
        if term.startswith("~") or (at == 0 and not fragment.startswith(" ")):
            wanted += _of_run(term.removeprefix("~"), is_open=is_open, is_loose=is_loose)
        else:
            wanted.append([Token(text=term, is_prefix=is_open)])
    return wanted[:: -(-len(wanted) // LOOK_UPS)]


def held(keys: Keys, asked: Keys) -> NDArray[np.bool_]:
    """Which of those that are asked for are among keys in rising order."""
    places = np.searchsorted(keys, asked)
    places[places == len(keys)] = 0
    return keys[places] == asked if len(keys) else np.zeros(len(asked), np.bool_)


def rank(shadow: str, every: Sequence[str]) -> float:
    """BM25 (Robertson and Zaragoza 2009, equation 3.15) without the weight of rarity: every hit has every fragment.

    A hit at the beginning of a word counts twice, and so does a whole word where its beginning was asked for.
    """
    length = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * len(shadow) / TYPICAL_LENGTH)
    counts = (shadow.count(fragment) + _beginnings(shadow, fragment) for fragment in every)
    return sum(found * (SATURATION + 1) / (found + length) for found in counts)


def batches(rows: Iterator[One], size: int = BATCH) -> Iterator[list[One]]:
    """The rows, so many at a time."""
    while batch := list(islice(rows, size)):
        yield batch


def _loosely(shadow: str) -> str:
    return f"replace({shadow}, '~', '')"


def _of_run(run: str, *, is_open: bool, is_loose: bool) -> list[list[Token]]:
    if is_loose:
        run = joined(run)
    pairs = _PAIR.findall(run if is_open else run + "~")
    if not pairs:
        return [[Token(text=run, is_prefix=True)]]
    if is_loose:
        return [[Token(text=pair)] + ([] if "~" in pair else [Token(text="~".join(pair))]) for pair in pairs]
    return [[Token(text=pair)] for pair in pairs]


def _beginnings(shadow: str, fragment: str) -> int:
    if fragment.startswith(" "):
        return 0 if fragment.endswith(" ") else shadow.count(fragment + " ")
    return shadow.count("~" + fragment)
