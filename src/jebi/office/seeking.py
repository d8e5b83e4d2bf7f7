"""Search: what was said, written, read on screen, noted, named and claimed; by words, and by meaning where there are no words.

Words of texts and names of files are found by the index. Tags, collections, places, persons' pseudonyms and claims are few
and are compared one by one, as the index would; a clip is found by them without a second. Meanings come last, and only
where they are near enough. The rankings are merged (`jebi.archive.ranking`).

Invariants: a hit is a clip that is wanted; the places of a match are those in the text as it was written; nothing that was
superseded is found; nothing in a query is syntax. What costs time is bounded: rows compared, labels compared, hits ranked.
What a filter allows is read once, and kept until the catalogue's next event; whose a text is, for ever.
Peak: `FARTHEST` keys of hits, the texts of a page, 12 bytes for each text there is, and 8 for each that a filter allows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Column, ColumnElement, Connection, Engine, Select, Table, func, literal, null, select, union_all

from jebi.archive import ranking
from jebi.archive.terms import Query, Span, parse_query, shadow
from jebi.archive.transcript import MACHINE
from jebi.errors import Unable
from jebi.office import kinds
from jebi.office.meaning import NEAREST, WORDS, Asked, Meanings
from jebi.vault import grid, index, outbox
from jebi.vault.catalogue import Catalogue, columns, rows
from jebi.vault.fragments import Keys, joined
from jebi.vault.grid import Wanted
from jebi.vault.index_names import NAMES, clips_of
from jebi.vault.owners import Owners
from jebi.vault.schema import (
    SegmentKind,
    claim,
    claim_clip,
    clip,
    clip_person,
    clip_place,
    clip_tag,
    collection,
    collection_clip,
    fact,
    person,
    place,
    segment,
    tag,
)
from jebi.vault.segments import Segment, holds

COUNTED = 60  # hits of each kind that are counted exactly; who sees "at least" narrows the search
MOST_LABELS = 5_000  # of each kind that are compared, the newest; a desk has hundreds
MOST_FITTING = 100  # labels of one kind whose clips are looked for
MOST_KEPT = 8  # filters of which the keys are kept; 8 MB for each million texts in one
LONGEST_SHOWN = 4_000  # letters of a hit's text: what is longer is a document, and is read in its place
EVERYTHING = Wanted()
TEXTS: Mapping[SegmentKind, kinds.Found] = {
    "transcript": kinds.Found.SPEECH,
    "translation": kinds.Found.TRANSLATION,
    "screen_text": kinds.Found.SCREEN,
    "note": kinds.Found.NOTE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Where something was found.

    `text` is as it was written, with the places of what matches in it; `segment` and `start_ms` are `None` where it is
    about the clip as a whole.
    """

    clip: str
    kind: kinds.Found
    text: str
    spans: tuple[Span, ...] = ()
    segment: int | None = None
    start_ms: int | None = None
    language: str = ""
    is_machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One page of hits, best first, and how many there are in all: exactly, or at least.

    `has_meanings`: whether meanings were asked for and could be, as far as the words did not find enough.
    """

    hits: tuple[Hit, ...]
    total: int
    is_exact: bool = True
    has_meanings: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    """A label that fits, on one clip; from a moment on, if somebody said so."""

    clip: str
    kind: kinds.Found
    text: str
    start_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    """A kind of labels: where their texts are, and which clips have them."""

    kind: kinds.Found
    text: Column[Any]
    links: Table

    @property
    def table(self) -> Table:
        return self.text.table


_LABELS = (
    _Labels(kind=kinds.Found.TAG, text=tag.c.name, links=clip_tag),
    _Labels(kind=kinds.Found.TAG, text=collection.c.name, links=collection_clip),
    _Labels(kind=kinds.Found.NAME, text=place.c.name, links=clip_place),
    _Labels(kind=kinds.Found.NAME, text=person.c.pseudonym, links=clip_person),
    _Labels(kind=kinds.Found.CLAIM, text=claim.c.text, links=claim_clip),
)


def _newest(kind: int, labels: _Labels) -> Select[Any]:
    asked = select(literal(kind).label("kind"), labels.table.c.id.label("id"), labels.text.label("text"))
    return select(asked.order_by(labels.table.c.id.desc()).limit(MOST_LABELS).subquery())


_KNOWN = union_all(*(_newest(kind, labels) for kind, labels in enumerate(_LABELS)))  # in one question, for speed


class _Kept:
    """What was asked of a catalogue already and holds until its next event: labels, and the keys of clips that are wanted."""

    def __init__(self, state: tuple[int, int], owners: Owners) -> None:
        self.state = state
        self.owners = owners  # which hold beyond that
        self._labels: list[tuple[int, int, str, str]] = []
        self._letters = ""  # of all labels
        self._keys: dict[Wanted, Keys] = {}

    def labels_of(self, connection: Connection, query: Query) -> Sequence[tuple[int, int, str, str]]:
        """The kind, number, text and shadow of every label; of none where no label has all that the query asks for."""
        if not self._letters:
            self._labels = [(*row, shadow(row.text)) for row in connection.execute(_KNOWN)]
            self._letters = "\n".join(["", *(joined(written) for *_, written in self._labels)]) + "\n"
        return self._labels if all(joined(fragment) in self._letters for fragment in query.every) else ()

    def keys_of(self, connection: Connection, wanted: Wanted) -> Keys:
        """The index's keys of the texts and names of the clips that are wanted, in rising order."""
        keys = self._keys.get(wanted)
        if keys is None:
            keys = self.owners.keys_of(connection, grid.ids(connection, wanted))
            if len(self._keys) >= MOST_KEPT:
                self._keys = {}
            self._keys[wanted] = keys
        return keys


_KEPT: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def search(
    catalogue: Catalogue,
    untrusted_query: str,
    wanted: Wanted = EVERYTHING,
    *,
    limit: int,
    offset: int = 0,
    meanings: Meanings | None = None,
) -> Found:
    """What a query finds in the clips that are wanted.

    Args:
        catalogue: where to look.
        untrusted_query: what somebody typed: words, "exact phrases", -what must not be there.
        wanted: the clips to which hits are confined.
        limit: hits of a page.
        offset: hits before it.
        meanings: what words mean, if the words find few; without it, and when its model dies, only words are looked for.

    Raises:
        Refused: the query is too long, has too many parts, or so many hits are not paged through.
    """
    query = parse_query(untrusted_query)
    if query.is_empty:
        return Found(hits=(), total=0)
    most = max(offset + limit, COUNTED) + 1
    with catalogue.reading() as connection:
        kept = _kept(connection)
        among = None if wanted == EVERYTHING else kept.keys_of(connection, wanted)
        asked = meanings.ask(query.words, among) if meanings else None
        worded = [hit.key for hit in index.find(connection, query.every, query.without, limit=most, among=among)]
        labels = _labelled(connection, kept, query, wanted, most)
        meant: Sequence[int] | None = ()
        if len(worded) <= COUNTED:
            meant = _meant(connection, query, asked)
        elif asked:
            asked.drop()
        order: list[int | _Label] = ranking.merge(
            (ranking.WORDS, worded), (ranking.LABELS, labels), (ranking.MEANINGS, meant or ())
        )
        hits = _shown(connection, order[offset : offset + limit], query, set(worded))
    return Found(
        hits=hits,
        total=len(order),
        is_exact=max(len(worded), len(labels)) < most and len(meant or ()) < NEAREST,
        has_meanings=asked is not None and meant is not None,
    )


def _kept(connection: Connection) -> "_Kept":
    """What is kept of the catalogue as the connection sees it."""
    lowest = connection.execute(select(func.min(NAMES.c.key))).scalar() or 0  # names are made findable without an event
    state = outbox.newest(connection), lowest
    kept = _KEPT.get(connection.engine)
    if kept is None or kept.state != state:
        kept = _KEPT[connection.engine] = _Kept(state, kept.owners if kept else Owners(WORDS))
    return kept


def _labelled(connection: Connection, kept: "_Kept", query: Query, wanted: Wanted, most: int) -> list[_Label]:
    """Clips with labels that have the words, each label's clips together."""
    known: dict[int, dict[int, str]] = {}
    for kind, number, text, written in kept.labels_of(connection, query):
        fitting = known.setdefault(kind, {})
        if len(fitting) < MOST_FITTING and ranking.is_found(written, query):
            fitting[number] = text
    found: list[_Label] = []
    for kind, fitting in known.items():
        if fitting:
            found += _on_clips(connection, _LABELS[kind], fitting, wanted, most)
    return found[:most]


def _on_clips(
    connection: Connection, labels: _Labels, fitting: Mapping[int, str], wanted: Wanted, most: int
) -> Iterable[_Label]:
    links = labels.links.alias()
    number, start = links.c[labels.table.name], links.c.at_ms if "at_ms" in links.c else null()
    asked = _of_wanted(wanted, links.c.clip, number, links.c.clip, start).where(number.in_(fitting))
    asked = asked.order_by(number, links.c.clip).limit(most)
    for row in connection.execute(asked):
        yield _Label(clip=row[1], kind=labels.kind, text=fitting[row[0]], start_ms=row[2])


def _meant(connection: Connection, query: Query, asked: Asked | None) -> Sequence[int] | None:
    """Numbers of texts that mean what is asked for, nearest first; `None` where nobody can tell."""
    if asked is None:
        return None
    try:
        near = [one.key for one in asked.near()]
    except Unable:
        return None
    there = select(segment.c.id, segment.c.text if query.without else literal(""))
    there = there.where(segment.c.id.in_(near), segment.c.kind.in_(WORDS), holds())
    texts = {row[0]: row[1] for row in connection.execute(there)}
    return [key for key in near if key in texts and not ranking.is_excluded(shadow(texts[key]), query)]


def _shown(connection: Connection, page: Sequence[int | _Label], query: Query, worded: set[int]) -> tuple[Hit, ...]:
    keys = [key for key in page if isinstance(key, int)]
    asked = select(*columns(Segment, segment)).where(segment.c.id.in_([key for key in keys if key > 0]))
    shown = {one.id: _text_hit(one, query, is_meant=one.id not in worded) for one in rows(connection, Segment, asked)}
    if names := [key for key in keys if key < 0]:
        shown |= _name_hits(connection, names, query)
    return tuple(_label_hit(key, query) if isinstance(key, _Label) else shown[key] for key in page)


def _text_hit(one: Segment, query: Query, *, is_meant: bool) -> Hit:
    text = one.text[:LONGEST_SHOWN]
    has_no_word = is_meant and len(query.every) == 1  # or the index would have found it
    spans = () if has_no_word else tuple(ranking.highlight(text, query))
    return Hit(
        clip=one.clip,
        kind=kinds.Found.MEANING if is_meant else TEXTS[one.kind],
        text=text,
        spans=spans,
        segment=one.id,
        start_ms=one.start_ms,
        language=one.language,
        is_machine=one.origin == "machine" or text.startswith(MACHINE),
    )


def _name_hits(connection: Connection, keys: Sequence[int], query: Query) -> dict[int, Hit]:
    clips = clips_of(connection, keys)
    asked = select(fact.c.clip, fact.c.value).where(
        fact.c.clip.in_(clips.values()), fact.c.name == "name", fact.c.source == "claimed"
    )
    names = {of: name[:LONGEST_SHOWN] for of, name in connection.execute(asked)}
    return {
        key: Hit(clip=of, kind=kinds.Found.NAME, text=names[of], spans=tuple(ranking.highlight(names[of], query)))
        for key, of in clips.items()
    }


def _label_hit(label: _Label, query: Query) -> Hit:
    spans = tuple(ranking.highlight(label.text, query))
    return Hit(clip=label.clip, kind=label.kind, text=label.text, spans=spans, start_ms=label.start_ms)


def _of_wanted(wanted: Wanted, of: ColumnElement[str], *asked: ColumnElement[Any]) -> Select[Any]:
    """A question about a table with a column of clips: of the clips that are wanted, in no order."""
    if wanted == EVERYTHING:
        return select(*asked)
    clips = grid.query(wanted, None, 1).limit(None).order_by(None)
    return clips.with_only_columns(*asked, maintain_column_froms=True).where(of == clip.c.id)
