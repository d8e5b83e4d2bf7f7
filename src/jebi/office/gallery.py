"""The grid of clips, newest first, and what it can be narrowed by.

Invariants: a page costs the same wherever it begins; what a filter names that is not there finds nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from jebi.archive.moments import written_moment
from jebi.office import pages
from jebi.office.arrived import NAME
from jebi.office.kinds import ClipState, Has
from jebi.office.room import SECOND, Room
from jebi.office.shown import Card, Choice, Choices, Filter, Page
from jebi.vault import cards, grid, outbox, schema
from jebi.vault.cards import Beside
from jebi.vault.clips import Clip
from jebi.vault.grid import Label, Mark, Wanted
from jebi.vault.schema import ClipState as RowState

CLIPS = 48  # a page
POSTER = "poster"
LENGTHS = ("last-frame-ms", "sound-ms")  # measured; of what has both, the longer counts
_ROWS: dict[ClipState, tuple[RowState, ...]] = {
    ClipState.READY: ("opened", "partly"),
    ClipState.WORKING: ("waiting",),
    ClipState.FAILED: ("refused",),
}
_STATES: dict[str, ClipState] = {row: state for state, many in _ROWS.items() for row in many}
_ANSWERS = {Has.ANY: None, Has.YES: True, Has.NO: False}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What reads many rows, and holds until the catalogue's next event."""

    newest: int
    clips: int
    choices: Choices


class Gallery(Room):
    """Clips by any filter."""

    _counted: "_Counted | None" = None

    def clips(self, filter_: Filter, /, *, key: str = "") -> Page[Card]:
        with self.catalogue.reading() as connection:
            wanted = wanted_by(connection, filter_)
            found = _page(connection, wanted, key)
            is_all = wanted == Wanted()
            total, is_exact = (self._count(connection).clips, True) if is_all else grid.count(connection, wanted)
            return Page(
                items=self.cards(connection, found.clips),
                total=total,
                is_exact=is_exact,
                older=_key(pages.OLDER, found.end),
                newer=_key(pages.NEWER, found.start),
            )

    def choices(self) -> Choices:
        with self.catalogue.reading() as connection:
            return self._count(connection).choices

    def cards(self, connection: Connection, of: Sequence[Clip]) -> tuple[Card, ...]:
        """Clips as the grid shows them."""
        beside = cards.beside(connection, [one.id for one in of], [NAME, *LENGTHS], [POSTER])
        return tuple(self._card(one, beside[one.id]) for one in of)

    def _count(self, connection: Connection) -> "_Counted":
        newest = outbox.newest(connection)
        if self._counted is None or self._counted.newest != newest:
            total, _ = grid.count(connection, Wanted())
            self._counted = _Counted(newest=newest, clips=total, choices=_choices(connection))
        return self._counted

    def _card(self, row: Clip, beside: Beside) -> Card:
        return Card(
            id=row.id,
            name=beside.facts.get(NAME, ""),
            trip=row.trip or "",
            came=row.arrived_ms // SECOND,
            state=_STATES[row.state],
            duration=max(int(beside.facts.get(name, 0)) for name in LENGTHS) / SECOND,
            size=row.size,
            filmed=written_moment(*beside.filmed_ms, self.zone) if beside.filmed_ms else "",
            place=", ".join(beside.places),
            tags=tuple(beside.tags),
            shots=beside.shots,
            faces=beside.most_faces,
            has_speech=beside.has_speech,
            has_text=beside.has_text,
            has_poster=POSTER in beside.made,
        )


def wanted_by(connection: Connection, filter_: Filter) -> Wanted:
    """What a filter means in rows."""
    named = ((schema.place, filter_.place), (schema.tag, filter_.tag), (schema.collection, filter_.collection))
    numbers = {labels.name: grid.numbered(connection, labels, name) for labels, name in named if name}
    return Wanted(
        states=_ROWS[filter_.state] if filter_.state else (),
        trip=filter_.trip or None,
        place=numbers.get("place"),
        tag=numbers.get("tag"),
        collection=numbers.get("collection"),
        arrived_from_ms=None if filter_.since is None else filter_.since * SECOND,
        arrived_to_ms=None if filter_.until is None else filter_.until * SECOND + SECOND - 1,
        has_faces=_ANSWERS[filter_.faces],
        has_speech=_ANSWERS[filter_.speech],
        has_text=_ANSWERS[filter_.text],
    )


def _choices(connection: Connection) -> Choices:
    def counted(labels: Iterable[Label]) -> tuple[Choice, ...]:
        return tuple(
            Choice(name=label.name, clips=label.clips, is_exact=label.is_exact) for label in labels if label.clips
        )

    return Choices(
        places=counted(grid.places(connection)),
        trips=counted(grid.trips(connection)),
        tags=counted(grid.tags(connection)),
        collections=counted(grid.collections(connection)),
    )


def _page(connection: Connection, wanted: Wanted, untrusted_key: str) -> grid.Page:
    asked = pages.parse(untrusted_key, 2)
    arrived_ms = pages.number(asked[1][0]) if asked else None
    if asked is None or arrived_ms is None:
        return grid.page(connection, wanted, size=CLIPS)
    mark = Mark(arrived_ms=arrived_ms, id=asked[1][1])
    if asked[0] == pages.NEWER:
        return grid.page_before(connection, wanted, mark, CLIPS)
    return grid.page(connection, wanted, mark, CLIPS)


def _key(towards: str, mark: Mark | None) -> str:
    return pages.written(towards, mark.arrived_ms, mark.id) if mark else ""
