"""Hits of several kinds in one order, and the places in a text that a query found.

Invariants: a place is one in the text as it was written, whatever was folded on the way; places do not touch each other,
are in order, and are where the index found it: what has none was found by its meaning alone.
Peak: that of `jebi.archive.terms.terms`.
"""

from collections.abc import Hashable, Iterator, Sequence
from typing import TypeVar

from jebi.archive.terms import Query, Span, terms

DAMPING = 60  # the k of reciprocal rank fusion, as in the paper
WORDS = 1.0  # the weights of rankings
LABELS = 0.9  # the first stands where a word found as the eighth does: on the first page, behind what was said
MEANINGS = 0.5  # where a word found as the 62nd does: what was said comes before what is like it
MOST_PLACES = 500  # places that are marked in one text; "가" in an hour of speech has thousands

Key = TypeVar("Key", bound=Hashable)


def merge(*rankings: tuple[float, Sequence[Key]]) -> list[Key]:
    """The keys of several rankings, best first, each once: Σ weight / (60 + place), places from 1.

    Reciprocal rank fusion: Cormack, Clarke and Büttcher 2009. It looks at places only, for scores of different kinds have
    no common measure.
    """
    score: dict[Key, float] = {}
    for weight, ranking in rankings:
        for place, key in enumerate(dict.fromkeys(ranking), start=1):
            score[key] = score.get(key, 0.0) + weight / (DAMPING + place)
    return sorted(score, key=lambda key: -score[key])


def is_found(shadow: str, query: Query) -> bool:
    """Whether a query finds a text of this shadow, as the index would; spaces in runs are taken no notice of."""
    loose = shadow.replace("~", "")
    return all(fragment.replace("~", "") in loose for fragment in query.every) and not is_excluded(shadow, query)


def is_excluded(shadow: str, query: Query) -> bool:
    """Whether a text of this shadow has what a query does not want."""
    loose = shadow.replace("~", "")
    return any(fragment.replace("~", "") in loose for fragment in query.without)


def highlight(text: str, query: Query) -> list[Span]:
    """Where in a text the fragments of a query are: start and end, in characters; the first `MOST_PLACES` of each.

    Raises:
        Damaged: the text is too long to be searched.
    """
    shadow = _Placed(text)
    return _united(sorted(span for fragment in query.every for span in shadow.places(fragment)))


class _Placed:
    """The shadow of a text, and the place in the text of each of its characters; `None` where it has none there."""

    def __init__(self, text: str) -> None:
        self._shadow = " "
        self._spans: list[Span | None] = [None]
        for term in terms(text):
            self._shadow += term.text + " "
            self._spans += [span if letter != "~" else None for letter, span in zip(term.text, term.spans, strict=True)]
            self._spans.append(None)

    def places(self, fragment: str) -> list[Span]:
        """Where it is, or, if it is nowhere, where it is with other spaces in its runs."""
        exact = list(self._found(fragment, self._shadow, self._spans))
        if exact:
            return exact
        kept = [at for at, letter in enumerate(self._shadow) if letter != "~"]
        return list(
            self._found(fragment.replace("~", ""), self._shadow.replace("~", ""), [self._spans[at] for at in kept])
        )

    @staticmethod
    def _found(fragment: str, shadow: str, spans: Sequence[Span | None]) -> Iterator[Span]:
        start = shadow.find(fragment)
        for _ in range(MOST_PLACES):
            if start < 0:
                return
            held = [span for span in spans[start : start + len(fragment)] if span]
            yield held[0][0], held[-1][1]
            start = shadow.find(fragment, start + 1)


def _united(spans: Sequence[Span]) -> list[Span]:
    """Those that overlap or touch as one."""
    united: list[Span] = []
    for start, end in spans:
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
