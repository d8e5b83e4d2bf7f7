"""What is said, written or seen from one moment of a clip to another: speech, shots, text on screen, transcripts, notes.

Invariants: what a machine wrote stays marked as a machine's for ever. Nobody edits a segment: a correction is a new one,
by a person, that supersedes it, and the old one stays. A machine that runs again replaces only what no person has
checked or corrected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import get_args

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select

from jebi.errors import Refused
from jebi.vault.catalogue import Change, Event, columns, rows
from jebi.vault.limits import LONGEST_NAME, LONGEST_TEXT, check_number, check_one_of, check_text
from jebi.vault.schema import Origin, SegmentKind, glance, segment

LONGEST_LANGUAGE = 35  # BCP 47, section 4.4.1
BATCH = 1000  # rows a page


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One stretch of a clip. A machine's has `model`, with its digest where the model is a file; a person's has `author`.

    `id` and `made_ms` are 0 until it is kept; `checked_by` is the person who found a machine's words right.
    """

    clip: str
    kind: SegmentKind
    start_ms: int
    end_ms: int
    language: str = ""
    text: str = ""
    origin: Origin
    author: str = ""
    model: str = ""
    model_sha256: str = ""
    checked_by: str = ""
    supersedes: int | None = None
    made_ms: int = field(default=0, compare=False)
    id: int = 0

    def __post_init__(self) -> None:
        check_one_of("a segment's kind", self.kind, get_args(SegmentKind))
        check_one_of("a segment's origin", self.origin, get_args(Origin))
        check_number("a segment's start", self.start_ms)
        check_number("a segment's end", self.end_ms, least=self.start_ms)
        check_text("a language", self.language, LONGEST_LANGUAGE)
        check_text("a segment", self.text, LONGEST_TEXT)
        is_machine = self.origin == "machine"
        check_text("a segment's author", self.author, 0 if is_machine else LONGEST_NAME, least=0 if is_machine else 1)
        check_text("a segment's model", self.model, LONGEST_NAME if is_machine else 0, least=1 if is_machine else 0)
        check_text("a model's digest", self.model_sha256, LONGEST_NAME if is_machine else 0)
        check_text("who checked a segment", self.checked_by, LONGEST_NAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The numbers of segments that are no more, and of those that are new, in the order in which they were given."""

    gone: tuple[int, ...]
    new: tuple[int, ...]


def put_machine(change: Change, of: str, kind: SegmentKind, found: Sequence[Segment], event: Event) -> Replaced:
    """Keep what a machine found in a clip, in place of what one found there before and no person touched."""
    if any((one.clip, one.kind, one.origin) != (of, kind, "machine") for one in found):
        raise ValueError("these are a machine's segments, of one clip and one kind")
    later = segment.alias()
    is_untouched = (
        segment.c.origin == "machine",
        segment.c.checked_by == "",
        ~exists().where(later.c.supersedes == segment.c.id),
    )
    earlier = delete(segment).where(segment.c.clip == of, segment.c.kind == kind, *is_untouched)
    gone = change.connection.execute(earlier.returning(segment.c.id)).scalars().all()
    new = _insert(change, found)
    _glance(change, of)
    change.say(event)
    return Replaced(gone=tuple(gone), new=new)


def add(change: Change, written: Sequence[Segment], event: Event) -> tuple[int, ...]:
    """Keep what a person wrote: notes, or a transcript that was brought in; returns their numbers, in that order."""
    if any(one.origin != "person" or one.supersedes for one in written):
        raise ValueError("these are a person's segments, and correct nothing")
    numbers = _insert(change, written)
    for clip in {one.clip for one in written}:
        _glance(change, clip)
    change.say(event)
    return numbers


def correct(change: Change, corrected: Segment, event: Event) -> int:
    """Keep a person's correction of the segment that it supersedes; returns its number.

    Raises:
        Refused: that segment is not there, is of another clip or kind, or was corrected by somebody else meanwhile.
    """
    if corrected.origin != "person" or not corrected.supersedes:
        raise ValueError("a correction is a person's, and supersedes a segment")
    query = select(segment.c.clip, segment.c.kind).where(segment.c.id == corrected.supersedes)
    if change.connection.execute(query).first() != (corrected.clip, corrected.kind):
        raise Refused("the segment to correct is not there", hint="look at the clip anew")
    number = change.add_numbered(segment, _row(corrected, change.now_ms))
    change.say(event)
    return number


def check(change: Change, number: int, by: str, event: Event) -> None:
    """Remember that a person found a machine's words right; they stay a machine's."""
    check_text("who checked a segment", by, LONGEST_NAME, least=1)
    change.alter(segment, {"id": number, "origin": "machine"}, checked_by=by)
    change.say(event)


def of(
    connection: Connection, clip: str, kinds: Sequence[SegmentKind] = (), *, with_superseded: bool = False
) -> list[Segment]:
    """A clip's segments by time: those that hold, or all that ever did. A clip has as many as its length allows."""
    query = select(*columns(Segment, segment)).where(segment.c.clip == clip)
    if kinds:
        query = query.where(segment.c.kind.in_(kinds))
    if not with_superseded:
        query = query.where(holds())
    return rows(connection, Segment, query.order_by(segment.c.start_ms, segment.c.id))


def after(connection: Connection, number: int, limit: int = BATCH) -> list[Segment]:
    """The next segments that hold, of all clips, in the order of their numbers: to go through them all, page by page."""
    query = select(*columns(Segment, segment)).where(segment.c.id > number, holds())
    return rows(connection, Segment, query.order_by(segment.c.id).limit(limit))


def holds() -> ColumnElement[bool]:
    """That a segment was not superseded."""
    later = segment.alias()
    return ~exists().where(later.c.supersedes == segment.c.id)


def _insert(change: Change, written: Iterable[Segment]) -> tuple[int, ...]:
    values = [_row(one, change.now_ms) for one in written]
    statement = insert(segment).returning(segment.c.id, sort_by_parameter_order=True)
    return tuple(change.connection.execute(statement, values).scalars()) if values else ()


def _glance(change: Change, clip: str) -> None:
    def has(kind: SegmentKind) -> int:
        found = select(segment.c.id).where(segment.c.clip == clip, segment.c.kind == kind).limit(1)
        return int(change.connection.execute(found).first() is not None)

    change.alter(glance, {"clip": clip}, has_speech=has("speech"), has_text=has("screen_text"))


def _row(one: Segment, made_ms: int) -> dict[str, str | int | None]:
    values = {name: getattr(one, name) for name in Segment.__dataclass_fields__ if name != "id"}
    return {**values, "made_ms": made_ms}
