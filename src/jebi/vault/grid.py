"""What the archive's pages ask: clips by any filter, newest first, page by page, how many there are, and the lists beside.

A page begins where the one before ended, by the clip that ended it and not by a count: so the thousandth costs what the
first does, and a clip that arrives meanwhile moves nothing. What a filter finds is counted up to a thousand: who sees that
there are more narrows it.

Invariants: no question reads all of a table to show a page; every one is answered from an index.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, ScalarSelect, Select, Table, func, literal, select, tuple_

from jebi.vault.catalogue import columns, rows
from jebi.vault.clips import Clip
from jebi.vault.schema import (
    ClipKind,
    ClipState,
    Stance,
    claim,
    claim_clip,
    clip,
    clip_person,
    clip_place,
    clip_tag,
    clip_time,
    collection,
    collection_clip,
    glance,
    person,
    place,
    tag,
    trip,
)
from jebi.vault.sorting import Claim, Person, Place

PAGE = 60  # clips; what a large screen shows at once
COUNTED = 1_000  # clips of a filter; to count a million takes longer than to show a page of them
MOST_AMONG = 10_000  # clips; SQLite takes 32,766 values in one question


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which clips are asked for: those that meet all of it. Nothing set is every clip.

    Args:
        filmed_from_ms, filmed_to_ms: filmed in a time that meets this one, by what people said.
        arrived_from_ms, arrived_to_ms: arrived at either or between them.
        least_faces: at least so many on one key frame.
        has_faces, has_speech, has_text: whether a machine saw a face, heard speech, or read text on screen; `None` for either.
        among: only these, which a search found, at most `MOST_AMONG`.
    """

    kinds: tuple[ClipKind, ...] = ()
    states: tuple[ClipState, ...] = ()
    parcel: str | None = None
    trip: str | None = None
    place: int | None = None
    person: int | None = None
    tag: int | None = None
    collection: int | None = None
    filmed_from_ms: int | None = None
    filmed_to_ms: int | None = None
    arrived_from_ms: int | None = None
    arrived_to_ms: int | None = None
    least_faces: int = 0
    has_faces: bool | None = None
    has_speech: bool | None = None
    has_text: bool | None = None
    among: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.among is not None and len(self.among) > MOST_AMONG:
            raise ValueError("a search finds fewer clips than that")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The clip that ended a page."""

    arrived_ms: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Clips, newest first, and the marks after which older ones follow, and before which newer ones stand; or `None`."""

    clips: tuple[Clip, ...]
    end: Mark | None
    start: Mark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A tag, a collection, a place, a person or a trip, and how many clips have it: exactly, or more than that."""

    id: int | str
    name: str
    clips: int
    is_exact: bool


def page(connection: Connection, wanted: Wanted, after: Mark | None = None, size: int = PAGE) -> Page:
    """The clips after a mark, or the first ones."""
    found = rows(connection, Clip, query(wanted, after, size + 1))
    end = _mark(found[size - 1]) if len(found) > size else None
    return Page(clips=tuple(found[:size]), end=end, start=_mark(found[0]) if after and found else None)


def page_before(connection: Connection, wanted: Wanted, before: Mark, size: int = PAGE) -> Page:
    """The clips just before a mark; the first ones, when there are not enough."""
    arrived_ms, id_ = _order(wanted)
    asked = _asked(select(*columns(Clip, clip)), wanted)
    asked = asked.where(tuple_(arrived_ms, id_) > (before.arrived_ms, before.id))
    found = rows(connection, Clip, asked.order_by(arrived_ms, id_).limit(size + 1))
    if len(found) <= size:
        return page(connection, wanted, size=size)
    shown = found[size - 1 :: -1]
    return Page(clips=tuple(shown), end=_mark(shown[-1]), start=_mark(shown[0]))


def query(wanted: Wanted, after: Mark | None, size: int) -> Select[Any]:
    """The question that `page` asks."""
    arrived_ms, id_ = _order(wanted)
    asked = _asked(select(*columns(Clip, clip)), wanted)
    if after:
        asked = asked.where(tuple_(arrived_ms, id_) < (after.arrived_ms, after.id))
    return asked.order_by(arrived_ms.desc(), id_.desc()).limit(size)


def ids(connection: Connection, wanted: Wanted) -> Iterable[str]:
    """The numbers of all clips that are wanted, in no order."""
    return connection.scalars(_asked(select(clip.c.id), wanted))


def count(connection: Connection, wanted: Wanted) -> tuple[int, bool]:
    """How many clips are wanted, and whether that is exact: of all clips it is."""
    if wanted == Wanted():
        return connection.execute(select(func.count()).select_from(clip)).scalar_one(), True
    asked = _asked(select(literal(1)).select_from(clip), wanted)
    return _so_far(connection.execute(select(_counted(asked))).scalar_one())


def states(connection: Connection) -> dict[ClipState, int]:
    """How many clips are in each state."""
    return dict(connection.execute(select(clip.c.state, func.count()).group_by(clip.c.state)).all())


def tags(connection: Connection) -> list[Label]:
    """Every tag, by name."""
    return _labels(connection, tag, clip_tag, "name")


def collections(connection: Connection) -> list[Label]:
    """Every collection, by name."""
    return _labels(connection, collection, collection_clip, "name")


def places(connection: Connection) -> list[Label]:
    """Every place, by name."""
    return _labels(connection, place, clip_place, "name")


def persons(connection: Connection) -> list[Label]:
    """Every person, by pseudonym."""
    return _labels(connection, person, clip_person, "pseudonym")


def trips(connection: Connection) -> list[Label]:
    """Every trip."""
    counted = _counted(select(literal(1)).where(clip.c.trip == trip.c.id).correlate(trip))
    asked = select(trip.c.id, counted).order_by(trip.c.id)
    return [_label(name, name, counted) for name, counted in connection.execute(asked)]


def clips_of_trips(connection: Connection) -> dict[str, int]:
    """How many clips each trip brought, exactly."""
    counted = select(clip.c.trip, func.count()).where(clip.c.trip.is_not(None)).group_by(clip.c.trip)
    return dict(connection.execute(counted).all())


def numbered(connection: Connection, labels: Table, name: str) -> int:
    """The number of a tag, a collection or a place; 0, which none has, for a name that is not there."""
    return connection.execute(select(labels.c.id).where(labels.c.name == name)).scalar() or 0


def all_places(connection: Connection) -> list[Place]:
    """Every place, as it is."""
    return rows(connection, Place, select(*columns(Place, place)).order_by(place.c.id))


def all_persons(connection: Connection) -> list[Person]:
    """Every person, as they are."""
    return rows(connection, Person, select(*columns(Person, person)).order_by(person.c.id))


def claims(connection: Connection) -> list[Claim]:
    """Every claim, the newest first."""
    return rows(connection, Claim, select(*columns(Claim, claim)).order_by(claim.c.id.desc()))


def evidence(connection: Connection, number: int) -> list[tuple[str, Stance]]:
    """The clips that support or contradict a claim."""
    asked = select(claim_clip.c.clip, claim_clip.c.stance).where(claim_clip.c.claim == number)
    return list(connection.execute(asked.order_by(claim_clip.c.clip)))


def _mark(of: Clip) -> Mark:
    return Mark(arrived_ms=of.arrived_ms, id=of.id)


def _labels(connection: Connection, table: Table, links: Table, name: str) -> list[Label]:
    counted = _counted(select(literal(1)).where(links.c[table.name] == table.c.id).correlate(table))
    found = connection.execute(select(table.c.id, table.c[name], counted))
    return sorted((_label(*row) for row in found), key=lambda label: label.name)


def _label(one: int | str, name: str, counted: int) -> Label:
    clips, is_exact = _so_far(counted)
    return Label(id=one, name=name, clips=clips, is_exact=is_exact)


def _counted(asked: Select[Any]) -> ScalarSelect[int]:
    """How many rows answer a question, up to one more than `COUNTED`."""
    return select(func.count()).select_from(asked.limit(COUNTED + 1).subquery()).scalar_subquery()


def _so_far(counted: int) -> tuple[int, bool]:
    return min(counted, COUNTED), counted <= COUNTED


def _order(wanted: Wanted) -> tuple[Any, Any]:
    """The columns by which clips stand: those of a link that is asked for, whose index finds them in this order."""
    for links, _, _ in _links(wanted):
        return links.c.arrived_ms, links.c.clip
    return clip.c.arrived_ms, clip.c.id


def _links(wanted: Wanted) -> list[tuple[Table, str, int]]:
    """The links that are asked for, those of fewer clips first, as a rule."""
    links = (
        (clip_person, "person", wanted.person),
        (collection_clip, "collection", wanted.collection),
        (clip_place, "place", wanted.place),
        (clip_tag, "tag", wanted.tag),
    )
    return [(table, column, number) for table, column, number in links if number is not None]


def _asked(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    """Joins, of which each finds a clip at most once: the planner may begin with whichever finds the fewest."""
    for links, column, number in _links(wanted):
        asked = asked.join(links, links.c.clip == clip.c.id).where(links.c[column] == number)
    if wanted.filmed_from_ms is not None or wanted.filmed_to_ms is not None:
        asked = asked.join(clip_time, clip_time.c.clip == clip.c.id)
        asked = _between(asked, clip_time.c.to_ms, clip_time.c.from_ms, wanted.filmed_from_ms, wanted.filmed_to_ms)
    arrived_ms, _ = _order(wanted)
    asked = _between(asked, arrived_ms, arrived_ms, wanted.arrived_from_ms, wanted.arrived_to_ms)
    for column, value in (("parcel", wanted.parcel), ("trip", wanted.trip)):
        if value is not None:
            asked = asked.where(clip.c[column] == value)
    for column, choices in (("kind", wanted.kinds), ("state", wanted.states)):
        if choices:
            asked = asked.where(_in(clip.c[column], choices))
    if wanted.among is not None:
        asked = asked.where(clip.c.id.in_(wanted.among))
    return _at_a_glance(asked, wanted)


def _at_a_glance(asked: Select[Any], wanted: Wanted) -> Select[Any]:
    answers = [(glance.c.has_speech, wanted.has_speech), (glance.c.has_text, wanted.has_text)]
    conditions = [column == int(answer) for column, answer in answers if answer is not None]
    if wanted.has_faces is not None:
        conditions.append(glance.c.most_faces > 0 if wanted.has_faces else glance.c.most_faces == 0)
    if wanted.least_faces:
        conditions.append(glance.c.most_faces >= wanted.least_faces)
    return asked.join(glance, glance.c.clip == clip.c.id).where(*conditions) if conditions else asked


def _between(asked: Select[Any], upper: Any, lower: Any, start: int | None, end: int | None) -> Select[Any]:
    if start is not None:
        asked = asked.where(upper >= start)
    return asked if end is None else asked.where(lower <= end)


def _in(column: Any, choices: Sequence[str]) -> Any:
    # An equality lets the index give the order too; a list of one does not.
    return column == choices[0] if len(choices) == 1 else column.in_(choices)
