"""What people say of clips: trips, places, times, persons, tags, collections, and claims with what speaks for and against.

Invariants: persons and trips are pseudonyms; what is written of real people is a sealed blob, and only its name stands
here. Every place and time says how certain it is. Whatever is taken away was in the log before.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_args

from sqlalchemy import Connection, Select, Table, select

from jebi.errors import Damaged
from jebi.vault.catalogue import AnyRow, Change, Event, Row, columns, row
from jebi.vault.limits import (
    LONGEST_NAME,
    LONGEST_SENTENCE,
    LONGEST_TEXT,
    check_hex,
    check_number,
    check_one_of,
    check_text,
)
from jebi.vault.schema import (
    Certainty,
    ClaimState,
    Consent,
    Risk,
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
    person,
    place,
    tag,
    trip,
)

SHA256 = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place by the name that the desk gives it; with coordinates, or without."""

    name: str
    latitude: float | None = None
    longitude: float | None = None
    id: int = 0

    def __post_init__(self) -> None:
        check_text("a place's name", self.name, LONGEST_NAME, least=1)
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("a place has both coordinates, or none")
        # Written so that what is no number is off the earth too.
        if not (-90 <= (self.latitude or 0) <= 90 and -180 <= (self.longitude or 0) <= 180):
            raise Damaged("a place is not on the earth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How certain somebody is of a place or a time, who that is, and why."""

    certainty: Certainty
    author: str
    note: str = ""

    def __post_init__(self) -> None:
        check_one_of("a certainty", self.certainty, get_args(Certainty))
        check_text("who is certain", self.author, LONGEST_NAME, least=1)
        check_text("why somebody is certain", self.note, LONGEST_TEXT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Time(Said):
    """When a clip was filmed, as far as people know; milliseconds since 1970, which may be before it."""

    from_ms: int
    to_ms: int

    def __post_init__(self) -> None:
        Said.__post_init__(self)  # a dataclass with slots has another `super()`
        check_number("a time", self.from_ms, least=-(1 << 53))
        check_number("a time's end", self.to_ms, least=self.from_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is seen or heard, by a pseudonym; `note` is the name of the sealed blob with what is known, or empty."""

    pseudonym: str
    risk: Risk = "unknown"
    note: str = ""
    consent: Consent = "unknown"
    consent_text: str = ""
    id: int = 0

    def __post_init__(self) -> None:
        check_text("a pseudonym", self.pseudonym, LONGEST_NAME, least=1)
        check_one_of("a risk", self.risk, get_args(Risk))
        check_one_of("a consent", self.consent, get_args(Consent))
        check_text("what was consented to", self.consent_text, LONGEST_SENTENCE)
        if self.note:
            check_hex("a note's blob", self.note, SHA256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A sentence about the world that clips can support or contradict."""

    text: str
    author: str
    certainty: Certainty
    state: ClaimState = "open"
    made_ms: int = 0
    id: int = 0

    def __post_init__(self) -> None:
        check_text("a claim", self.text, LONGEST_SENTENCE, least=1)
        check_text("a claim's author", self.author, LONGEST_NAME, least=1)
        check_one_of("a certainty", self.certainty, get_args(Certainty))
        check_one_of("a claim's state", self.state, get_args(ClaimState))


def add_trip(change: Change, name: str, event: Event) -> None:
    """Remember a trip by its pseudonym. Raises `Refused` when it is known."""
    check_text("a trip's name", name, LONGEST_NAME, least=1)
    change.add(trip, {"id": name, "issued_ms": change.now_ms})
    change.say(event)


def set_trip(change: Change, of: str, name: str | None, event: Event) -> None:
    """Say which trip a clip came by; `None` where nobody knows. Raises `Refused` when either is not there."""
    change.alter(clip, {"id": of}, trip=name)
    change.say(event)


def add_place(change: Change, new: Place, event: Event) -> int:
    """Name a place; returns its number. Raises `Refused` when there is one of that name."""
    return _add(change, place, new, event)


def alter_place(change: Change, altered: Place, event: Event) -> None:
    """Give a place another name or other coordinates."""
    _alter(change, place, altered, event)


def put_place(change: Change, of: str, number: int, said: Said, event: Event) -> None:
    """Say that a clip was filmed there, or how certain that is by now."""
    _link(change, clip_place, of, place=number, **asdict(said))
    change.say(event)


def remove_place(change: Change, of: str, number: int, event: Event) -> None:
    """Say that a clip was not filmed there after all."""
    change.remove(clip_place, clip=of, place=number)
    change.say(event)


def put_time(change: Change, of: str, when: Time, event: Event) -> None:
    """Say when a clip was filmed, in place of what was said before."""
    change.put(clip_time, [{"clip": of, **asdict(when)}])
    change.say(event)


def remove_time(change: Change, of: str, event: Event) -> None:
    """Say that nobody knows when a clip was filmed."""
    change.remove(clip_time, clip=of)
    change.say(event)


def add_person(change: Change, new: Person, event: Event) -> int:
    """Give somebody a pseudonym; returns its number. Raises `Refused` when it is taken."""
    return _add(change, person, new, event)


def alter_person(change: Change, altered: Person, event: Event) -> None:
    """Say something else of a person: risk, consent, the note."""
    _alter(change, person, altered, event)


def put_person(change: Change, of: str, number: int, at_ms: int | None, event: Event) -> None:
    """Say that a person is seen or heard in a clip; from which moment on, if somebody said so."""
    if at_ms is not None:
        check_number("a moment", at_ms)
    _link(change, clip_person, of, person=number, at_ms=at_ms)
    change.say(event)


def remove_person(change: Change, of: str, number: int, event: Event) -> None:
    """Say that a person is not in a clip after all."""
    change.remove(clip_person, clip=of, person=number)
    change.say(event)


def put_tag(change: Change, of: str, name: str, event: Event) -> int:
    """Tag a clip; a tag that nobody used before is made. Returns the tag's number."""
    check_text("a tag", name, LONGEST_NAME, least=1)
    known = change.connection.execute(select(tag.c.id).where(tag.c.name == name)).scalar()
    number = known or change.add_numbered(tag, {"name": name})
    _link(change, clip_tag, of, tag=number)
    change.say(event)
    return int(number)


def remove_tag(change: Change, of: str, number: int, event: Event) -> None:
    """Take a tag off a clip."""
    change.remove(clip_tag, clip=of, tag=number)
    change.say(event)


def add_collection(change: Change, name: str, event: Event) -> int:
    """Begin a collection; returns its number. Raises `Refused` when there is one of that name."""
    check_text("a collection's name", name, LONGEST_NAME, least=1)
    return _add(change, collection, {"name": name}, event, made_ms=change.now_ms)


def put_into(change: Change, of: str, number: int, event: Event) -> None:
    """Put a clip into a collection."""
    _link(change, collection_clip, of, collection=number)
    change.say(event)


def take_out(change: Change, of: str, number: int, event: Event) -> None:
    """Take a clip out of a collection."""
    change.remove(collection_clip, clip=of, collection=number)
    change.say(event)


def add_claim(change: Change, new: Claim, event: Event) -> int:
    """Make a claim; returns its number."""
    return _add(change, claim, new, event, made_ms=change.now_ms)


def judge(change: Change, number: int, state: ClaimState, event: Event) -> None:
    """Say what the desk holds of a claim by now."""
    check_one_of("a claim's state", state, get_args(ClaimState))
    change.alter(claim, {"id": number}, state=state)
    change.say(event)


def weigh(change: Change, of: str, number: int, stance: Stance, event: Event) -> None:
    """Say that a clip supports a claim, or contradicts it."""
    check_one_of("a stance", stance, get_args(Stance))
    change.put(claim_clip, [{"clip": of, "claim": number, "stance": stance}])
    change.say(event)


def unweigh(change: Change, of: str, number: int, event: Event) -> None:
    """Say that a clip has nothing to do with a claim."""
    change.remove(claim_clip, clip=of, claim=number)
    change.say(event)


def has_trip(connection: Connection, name: str) -> bool:
    """Whether there is a trip of that name."""
    return connection.execute(select(trip.c.id).where(trip.c.id == name)).first() is not None


def places_of(connection: Connection, of: str) -> list[tuple[Place, Said]]:
    """Where a clip was filmed, as far as people know."""
    query = select(*columns(Place, place), *columns(Said, clip_place)).join(clip_place).where(clip_place.c.clip == of)
    return [(one, Said(**link)) for one, link in _linked(connection, Place, query.order_by(place.c.id))]


def time_of(connection: Connection, of: str) -> Time | None:
    """When a clip was filmed, as far as people know."""
    return row(connection, Time, clip_time, clip=of)


def persons_of(connection: Connection, of: str) -> list[tuple[Person, int | None]]:
    """Who is seen or heard in a clip, and from which moment on, in ms."""
    query = select(*columns(Person, person), clip_person.c.at_ms).join(clip_person).where(clip_person.c.clip == of)
    return [(one, link["at_ms"]) for one, link in _linked(connection, Person, query.order_by(person.c.id))]


def labels_of(connection: Connection, of: str, table: Table, links: Table) -> dict[int, str]:
    """A clip's tags (`tag`, `clip_tag`) or collections (`collection`, `collection_clip`), by number."""
    query = select(table.c.id, table.c.name).join(links).where(links.c.clip == of).order_by(table.c.id)
    return dict(connection.execute(query).all())


def claims_of(connection: Connection, of: str) -> list[tuple[Claim, Stance]]:
    """The claims that a clip supports or contradicts."""
    query = select(*columns(Claim, claim), claim_clip.c.stance).join(claim_clip).where(claim_clip.c.clip == of)
    return [(one, link["stance"]) for one, link in _linked(connection, Claim, query.order_by(claim.c.id))]


def _link(change: Change, links: Table, of: str, **said: object) -> None:
    """Say that a clip has something. The link knows when the clip arrived, by which `grid` orders."""
    arrived_ms = change.connection.execute(select(clip.c.arrived_ms).where(clip.c.id == of)).scalar()
    change.put(links, [{"clip": of, "arrived_ms": arrived_ms or 0, **said}])  # a clip that is not there is refused here


def _linked(connection: Connection, of: type[AnyRow], query: Select[Any]) -> list[tuple[AnyRow, dict[str, Any]]]:
    """What a query finds, as values, each with the columns that are of its link and not its own."""
    found = [dict(one) for one in connection.execute(query).mappings()]
    return [(of(**{name: one.pop(name) for name in of.__dataclass_fields__}), one) for one in found]


def _add(change: Change, table: Table, new: Row | Mapping[str, Any], event: Event, **more: int) -> int:
    number = change.add_numbered(table, new, **more)
    change.say(event)
    return number


def _alter(change: Change, table: Table, altered: Place | Person, event: Event) -> None:
    values = asdict(altered)
    change.alter(table, {"id": values.pop("id")}, **values)
    change.say(event)
