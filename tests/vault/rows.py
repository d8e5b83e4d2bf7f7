"""Rows to try things on: clips, segments and events that are like real ones."""

from typing import Any

from jebi.vault import clips
from jebi.vault.catalogue import Catalogue, Event
from jebi.vault.clips import Clip
from jebi.vault.segments import Segment

NOW = 1_780_000_000_000
DIGEST = "5" * 64
EVENT = Event(kind="tried", subject="something", detail="", actor="editor/1")


def clip(number: int = 1, **changed: Any) -> Clip:
    """A clip that arrived `number` milliseconds after the first could."""
    made = {"id": f"{number:016x}", "parcel": "ab" * 8, "number": number, "sha256": DIGEST, "size": 1000}
    return Clip(**{**made, "arrived_ms": NOW + number, **changed})


def add(catalogue: Catalogue, *made: Clip) -> None:
    """Take clips in."""
    with catalogue.writing(NOW) as change:
        for one in made:
            clips.add(change, one, EVENT)


def heard(text: str = "쌀값", start_ms: int = 0, **changed: Any) -> Segment:
    """What a machine heard in the first clip."""
    made = {"clip": clip().id, "kind": "transcript", "start_ms": start_ms, "end_ms": start_ms + 1000, "text": text}
    return Segment(**{**made, "origin": "machine", "model": "ears 1", "model_sha256": DIGEST, **changed})


def written(text: str = "쌀값", start_ms: int = 0, **changed: Any) -> Segment:
    """What a person wrote about it."""
    return heard(
        text, start_ms, **{"origin": "person", "author": "editor/1", "model": "", "model_sha256": "", **changed}
    )
