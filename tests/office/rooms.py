"""The house that pages look into, over an archive whose clips were looked at; and what became of each, by the name it claims."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from jebi.office.admission import open_catalogue
from jebi.office.attending import kept_of
from jebi.office.engine_room import Machine
from jebi.office.house import House
from jebi.office.shown import Card, Filter
from jebi.vault import clips, segments
from jebi.vault.clips import Clip
from jebi.vault.schema import SegmentKind
from jebi.vault.segments import Segment
from looked_at import FILM, MODELS

if TYPE_CHECKING:  # its conftest imports this file
    from office.conftest import Office

NOW_MS = 1_790_000_000_000
KOREAN = "1\n00:00:00,500 --> 00:00:02,000\n오늘 쌀값이 또 올랐소. 시장에 사람이 없소.\n"
SPEECH = "speech.wav"


@dataclass(slots=True)
class Clock:
    """A clock in our hand."""

    now_ms: int = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


@dataclass(slots=True)
class Shown:
    """A house, the office that it stands in, and its clock."""

    house: House
    office: "Office"
    clock: Clock

    def card(self, name: str) -> Card:
        return next(one for one in self.house.clips(Filter()).items if one.name == name)

    @property
    def film(self) -> str:
        return self.card(FILM).id

    def kinds(self) -> list[str]:
        """What the log's newest events are, the newest first."""
        return [one.kind for one in self.house.entries().items]

    def clip(self, name: str) -> Clip:
        return self.house.found(self.card(name).id)

    def facts(self, name: str, source: str) -> dict[str, str]:
        of = self.card(name).id
        with self.house.catalogue.reading() as connection:
            return {one.name: one.value for one in clips.facts_of(connection, [of])[of] if one.source == source}

    def derived(self, name: str, kind: str) -> list[bytes]:
        """What was made of a clip, unsealed."""
        of = self.card(name).id
        with self.house.catalogue.reading() as connection:
            made = clips.derived_of(connection, [of], [kind])[of]
        return [self.house.kept.read(one.blob) for one in made]

    def segments(self, name: str, *kinds: SegmentKind) -> list[Segment]:
        of = self.card(name).id
        with self.house.catalogue.reading() as connection:
            return list(segments.of(connection, of, list(kinds)))


@contextlib.contextmanager
def house_of(office: "Office") -> Iterator[Shown]:
    """The house of an office that is open."""
    clock = Clock()
    with open_catalogue(office.desk) as catalogue:
        machine = Machine(models=MODELS)
        house = House(office.desk, catalogue, kept_of(office.desk), machine=machine, now_ms=clock, zone=UTC)
        yield Shown(house, office, clock)
        house.close()
