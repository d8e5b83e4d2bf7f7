"""Clips, and what is known of each: exact facts in the clip's own row, all else beside it with its source.

Invariants: a clip is never deleted, and its exact facts never change; a fact is measured, claimed by the file or said by
a person, and stays so for ever; whatever was derived can be put anew in place of the old.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from sqlalchemy import Connection, Select, delete, select, union

from jebi.vault.catalogue import AnyRow, Change, Event, columns, row, rows
from jebi.vault.limits import (
    LONGEST_NAME,
    LONGEST_SENTENCE,
    LONGEST_TEXT,
    check_hex,
    check_number,
    check_one_of,
    check_text,
)
from jebi.vault.schema import ClipKind, ClipState, Source, clip, derived, face_count, fact, glance, person

ID = 16
SHA256 = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A clip as it was taken in: which one it is, what came of opening it, and why.

    `number` is its place in the parcel's manifest, `trip` the one that signed it, `reason` a word for what came of it that
    every language of the desk has, `why` one sentence for the desk.
    """

    id: str
    parcel: str
    number: int
    sha256: str
    size: int
    arrived_ms: int
    kind: ClipKind = "unknown"
    state: ClipState = "waiting"
    reason: str = ""
    why: str = ""
    trip: str | None = None

    def __post_init__(self) -> None:
        check_hex("a clip's number", self.id, ID)
        check_text("a parcel's number", self.parcel, LONGEST_NAME, least=1)
        check_hex("a clip's digest", self.sha256, SHA256)
        check_one_of("a clip's kind", self.kind, get_args(ClipKind))
        check_one_of("a clip's state", self.state, get_args(ClipState))
        check_text("what came of a clip", self.reason, LONGEST_NAME)
        check_text("what came of a clip", self.why, LONGEST_SENTENCE)
        for number in (self.number, self.size, self.arrived_ms):
            check_number("a clip's number, size or time", number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a tool measured, the file claims, or a person said; `tool` with its version, or `actor` who said it."""

    name: str
    source: Source
    value: str
    tool: str = ""
    actor: str = ""

    def __post_init__(self) -> None:
        check_text("a fact's name", self.name, LONGEST_NAME, least=1)
        check_one_of("a fact's source", self.source, get_args(Source))
        check_text("a fact", self.value, LONGEST_TEXT)
        is_said = self.source == "said"
        check_text("a fact's tool", self.tool, 0 if is_said else LONGEST_NAME, least=0 if is_said else 1)
        check_text("who said a fact", self.actor, LONGEST_NAME if is_said else 0, least=1 if is_said else 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What was made of a clip: its blob, the size and digest of what the blob opens to, and the tools that made it.

    `number` counts those of one kind within the clip, such as thumbnails.
    """

    kind: str
    blob: str
    size: int
    sha256: str
    tools: str
    number: int = 0

    def __post_init__(self) -> None:
        check_text("a kind of what is derived", self.kind, LONGEST_NAME, least=1)
        check_hex("a blob's name", self.blob, SHA256)
        check_hex("a digest", self.sha256, SHA256)
        check_text("the tools", self.tools, LONGEST_SENTENCE, least=1)
        check_number("a size", self.size)
        check_number("a number", self.number)


def add(change: Change, taken: Clip, event: Event) -> None:
    """Take a clip in. Raises `Refused` when it is there already, or its trip is not."""
    change.add(clip, taken)
    change.add(glance, {"clip": taken.id, "has_speech": 0, "has_text": 0, "most_faces": 0})
    change.say(event)


def decide(
    change: Change, number: str, event: Event, *, kind: ClipKind, state: ClipState, why: str, reason: str = ""
) -> None:
    """Say what came of opening a clip. Raises `Refused` when there is no such clip."""
    check_one_of("a clip's kind", kind, get_args(ClipKind))
    check_one_of("a clip's state", state, get_args(ClipState))
    check_text("what came of a clip", reason, LONGEST_NAME)
    check_text("what came of a clip", why, LONGEST_SENTENCE)
    change.alter(clip, {"id": number}, kind=kind, state=state, reason=reason, why=why)
    change.say(event)


def put_facts(change: Change, of: str, facts: Iterable[Fact], event: Event) -> None:
    """Keep facts; one of the same name and source is replaced."""
    change.put(fact, ({**asdict(one), "clip": of, "made_ms": change.now_ms} for one in facts))
    change.say(event)


def put_derived(change: Change, of: str, made: Derived, event: Event) -> str:
    """Keep what was made of a clip; returns the blob that nothing needs any longer in its place, or nothing.

    Whoever calls removes that blob once the change has taken effect.
    """
    which = (derived.c.clip == of, derived.c.kind == made.kind, derived.c.number == made.number)
    replaced = change.connection.execute(delete(derived).where(*which).returning(derived.c.blob)).scalar() or ""
    change.add_numbered(derived, made, clip=of, made_ms=change.now_ms)
    change.say(event)
    is_needed = change.connection.execute(select(derived.c.id).where(derived.c.blob == replaced).limit(1)).first()
    return "" if is_needed else replaced


def put_faces(change: Change, of: str, counts: Mapping[int, int], event: Event) -> None:
    """Keep how many faces each key frame shows, by its time; what was counted before is replaced."""
    for start_ms, count in counts.items():
        check_number("a key frame's time", start_ms)
        check_number("a number of faces", count)
    change.connection.execute(delete(face_count).where(face_count.c.clip == of))
    change.put(face_count, ({"clip": of, "start_ms": at, "count": count} for at, count in counts.items()))
    change.alter(glance, {"clip": of}, most_faces=max(counts.values(), default=0))
    change.say(event)


def get(connection: Connection, number: str) -> Clip | None:
    """The clip, if it is there."""
    return row(connection, Clip, clip, id=number)


def of_parcel(connection: Connection, parcel: str) -> list[Clip]:
    """A parcel's clips, as its manifest has them."""
    query = select(*columns(Clip, clip)).where(clip.c.parcel == parcel).order_by(clip.c.number)
    return rows(connection, Clip, query)


def same(connection: Connection, sha256: str) -> list[Clip]:
    """Every clip with exactly these bytes, the first that came first."""
    query = select(*columns(Clip, clip)).where(clip.c.sha256 == sha256).order_by(clip.c.arrived_ms, clip.c.id)
    return rows(connection, Clip, query)


def facts_of(connection: Connection, numbers: Sequence[str], names: Sequence[str] = ()) -> dict[str, list[Fact]]:
    """What is known of each clip beyond the exact; all of it, or only facts of these names."""
    query = select(fact.c.clip, *columns(Fact, fact)).where(fact.c.clip.in_(numbers))
    if names:
        query = query.where(fact.c.name.in_(names))
    return _by_clip(connection, Fact, numbers, query.order_by(fact.c.clip, fact.c.name, fact.c.source))


def derived_of(connection: Connection, numbers: Sequence[str], kinds: Sequence[str] = ()) -> dict[str, list[Derived]]:
    """What was made of each clip, by kind and number; all of it, or only of these kinds."""
    query = select(derived.c.clip, *columns(Derived, derived)).where(derived.c.clip.in_(numbers))
    if kinds:
        query = query.where(derived.c.kind.in_(kinds))
    query = query.order_by(derived.c.clip, derived.c.kind, derived.c.number)
    return _by_clip(connection, Derived, numbers, query)


def blobs(connection: Connection) -> set[str]:
    """The names of all blobs that something needs: what was made of clips, and the notes on persons."""
    notes = select(person.c.note).where(person.c.note != "")
    return set(connection.execute(union(select(derived.c.blob), notes)).scalars())


def faces_of(connection: Connection, of: str) -> dict[int, int]:
    """How many faces each key frame shows, by its time."""
    query = select(face_count.c.start_ms, face_count.c.count).where(face_count.c.clip == of)
    return dict(connection.execute(query.order_by(face_count.c.start_ms)).all())


def _by_clip(
    connection: Connection, of: type[AnyRow], numbers: Sequence[str], query: Select[Any]
) -> dict[str, list[AnyRow]]:
    found: dict[str, list[AnyRow]] = {number: [] for number in numbers}
    for one in connection.execute(query).mappings():
        values = dict(one)
        found[values.pop("clip")].append(of(**values))
    return found
