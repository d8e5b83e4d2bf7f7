"""What came out of a pile of carriers: which parcels are whole, what is missing of the others, what would complete them.

Says it exactly, and before anybody asks: how much is here, how much is missing, and what to look for. Whoever lied is
named by the label of the carrier, never by a person. What a trip's parcels say of each other is remarked, and refuses
nothing: that a number comes twice is the one visible sign of a copied kit.

Invariants: counts packets and keeps none; a parcel is whole only when its signed manifest agreed with every file.

Next: `jebi.archive.custody`
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from jebi.archive.record import Event
from jebi.parcel.blocks import SYMBOL, Shape
from jebi.parcel.gather import Tally
from jebi.parcel.manifest import Manifest

RECEIVED = "parcel-received"  # the kind of event by which the log remembers a parcel that came whole
KEPT = "slots-kept"  # the kind of event by which it remembers that more of a parcel came
_BY_TRIP = "trip/"
_NUMBERED = re.compile(r"manifest sha256 ([0-9a-f]{64}), number ([0-9]{1,4})(?:, after manifest ([0-9a-f]{64}))?$")
_LACKING = re.compile(
    r", of ([0-9]{1,16}) bytes in ([0-9]{1,8}) blocks(?:, ([0-9]{1,8}) of which lack ([0-9]{1,12}) packets)?$"
)
_FIRST = bytes(32).hex()  # of a trip's first parcel, and of all that were sealed without a kit that counts


class State(StrEnum):
    """What became of a parcel."""

    WHOLE = "whole"
    KNOWN = "here already"
    WAITING = "waiting for more"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """What is missing: blocks that are not whole, packets they lack in all, and the most that one of them lacks."""

    blocks: int
    packets: int
    worst: int

    @property
    def size(self) -> int:
        """The least number of bytes that can complete the parcel."""
        return self.packets * SYMBOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """The report on one parcel."""

    parcel: str
    state: State
    shape: Shape
    slots: Mapping[str, int]
    trip: str = ""
    manifest: Manifest | None = field(default=None, repr=False)
    shortfall: Shortfall | None = None
    liars: tuple[str, ...] = ()
    why: str = ""
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [f"parcel {self.parcel}: {self.state}, {self.shape.sealed_length / 1e6:.1f} MB sealed"]
        if self.manifest:
            clips, size = len(self.manifest.clips), sum(clip.size for clip in self.manifest.clips)
            lines.append(
                f"  {clips} {'clip' if clips == 1 else 'clips'}, {size / 1e6:.1f} MB, every one as it was sealed"
            )
            lines.append(f"  signed by trip {self.trip}, its parcel number {self.manifest.number}")
        if self.shortfall:
            lines.append(f"  {_lacking(self.shortfall, self.shape)}")
            lines.append(
                f"  any other stick of this parcel helps; it needs at least {self.shortfall.size / 1e6:.1f} MB more"
            )
        if self.why:
            lines.append(f"  {self.why}")
        lines += [
            f"  {name} gave false packets: somebody who could unmask this parcel altered it" for name in self.liars
        ]
        return "\n".join([*lines, *(f"  {remark}" for remark in self.remarks)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """What the log remembers of a whole parcel: its trip, its number there, its manifest's digest, and of the one before.

    `previous` is empty where the log does not say it.
    """

    parcel: str
    trip: str
    number: int
    manifest: str
    previous: str = ""


def logged(events: Iterable[Event]) -> tuple[Logged, ...]:
    """The whole parcels that the log knows, in the order in which they came; each once, whatever became of it later."""
    known: dict[str, Logged] = {}
    for event in events:
        match = _NUMBERED.search(event.detail) if event.kind == RECEIVED else None
        if match and event.actor.startswith(_BY_TRIP):
            one = Logged(
                parcel=event.subject,
                trip=event.actor.removeprefix(_BY_TRIP),
                number=int(match[2]),
                manifest=match[1],
                previous=match[3] or "",
            )
            known.setdefault(one.parcel, one)
    return tuple(known.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What the log remembers of a parcel that is not whole: how large it is, in how many blocks, and what they lacked last."""

    parcel: str
    time: int
    size: int
    blocks: int
    lacking: int
    packets: int


def kept(added: int, count: int, arrival: Arrival) -> str:
    """What the log is told when slots were added to the tray; `waiting` reads it."""
    shape, lack = arrival.shape, arrival.shortfall
    text = f"{added} slots, {count} in all, of {shape.sealed_length} bytes in {shape.count} blocks"
    return f"{text}, {lack.blocks} of which lack {lack.packets} packets" if lack else text


def waiting(events: Iterable[Event]) -> tuple[Waiting, ...]:
    """The parcels that wait for more, in the order in which something of them came last."""
    known: dict[str, Waiting] = {}
    whole = set()
    for event in events:
        if event.kind == RECEIVED:
            whole.add(event.subject)
        elif event.kind == KEPT and (match := _LACKING.search(event.detail)):
            size, blocks, lacking, packets = (int(number or 0) for number in match.groups())
            known.pop(event.subject, None)
            known[event.subject] = Waiting(
                parcel=event.subject, time=event.time, size=size, blocks=blocks, lacking=lacking, packets=packets
            )
    return tuple(one for one in known.values() if one.parcel not in whole)


def remarked(arrival: Arrival, parcels: Sequence[Logged]) -> Arrival:
    """The same report, with what is odd about the parcel beside the others of its trip, once it is in the log."""
    own = next((one for one in parcels if one.parcel == arrival.parcel), None)
    if own is None:
        return arrival
    if arrival.manifest:
        own = replace(own, previous=arrival.manifest.previous.hex())
    of_trip = [own if one.parcel == own.parcel else one for one in parcels if one.trip == own.trip]
    return replace(arrival, remarks=(*_repeats(own, of_trip), *_gaps(own, of_trip), *_breaks(own, of_trip)))


def _repeats(own: Logged, of_trip: Sequence[Logged]) -> Iterable[str]:
    """Other parcels under the same number. One of the same clips is no sign of anything: its sealing was repeated."""
    when = "before"
    for one in of_trip:
        if one.parcel == own.parcel:
            when = "again, later"
        elif one.number == own.number and one.manifest == own.manifest:
            yield f"the same clips under the same number came as parcel {one.parcel}, too: their sealing was repeated"
        elif one.number == own.number:
            yield (
                f"its number {own.number} was used {when}, by parcel {one.parcel}: "
                "a kit was copied, or a seal was repeated"
            )


def _gaps(own: Logged, of_trip: Sequence[Logged]) -> Iterable[str]:
    """Numbers below its own that never came."""
    missing = sorted(set(range(1, own.number)) - {one.number for one in of_trip})
    if missing:
        numbers = ", ".join(map(str, missing))
        yield (
            f"of this trip, number {numbers} has not come"
            if len(missing) == 1
            else (f"of this trip, numbers {numbers} have not come")
        )


def _breaks(own: Logged, of_trip: Sequence[Logged]) -> Iterable[str]:
    """Where it does not follow what came as the number before it, or what came as the next one does not follow it."""
    if own.number == 1 and own.previous not in ("", _FIRST):
        yield "it is the trip's first, and says that another one was sealed before it: a kit was altered"
    if _is_break(own, of_trip):
        yield (
            f"it does not follow what came as number {own.number - 1}: another parcel has that number, too, "
            "and a kit was copied, or a seal was repeated"
        )
    for one in of_trip:
        if one.number == own.number + 1 and _is_break(one, of_trip):
            yield (
                f"parcel {one.parcel}, which came as number {one.number}, does not follow it: another parcel has "
                f"number {own.number}, too, and a kit was copied, or a seal was repeated"
            )


def _is_break(one: Logged, of_trip: Sequence[Logged]) -> bool:
    """Whether it names another parcel before it than any that came under that number; without a kit it names none."""
    before = {other.manifest for other in of_trip if other.number == one.number - 1}
    return bool(before) and one.previous not in ("", _FIRST) and one.previous not in before


def parcel_id(secret: bytes, shape: Shape) -> str:
    """The public name of a parcel: tells parcels apart, and says nothing of their secret or content."""
    geometry = f"{shape.sealed_length} {shape.count}".encode()
    return hashlib.sha256(b"jebi parcel " + secret + geometry).hexdigest()[:16]


def shortfall(tally: Tally, failed: frozenset[int] = frozenset()) -> Shortfall | None:
    """What a parcel lacks; `failed` are blocks of which enough packets came, but not enough that agree."""
    lacks = tally.lacking() | dict.fromkeys(failed, 1)
    if not lacks:
        return None
    return Shortfall(blocks=len(lacks), packets=sum(lacks.values()), worst=max(lacks.values()))


def _lacking(lack: Shortfall, shape: Shape) -> str:
    if shape.count == 1:
        return f"it lacks {lack.worst} of {shape.k(0)} packets"
    return (
        f"{shape.count - lack.blocks} of {shape.count} blocks are whole; "
        f"the worst of the others lacks {lack.worst} of {shape.k(0)} packets"
    )
