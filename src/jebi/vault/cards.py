"""What stands beside a clip where many are shown: times, places, tags, shots and what a glance tells, for a page at once.

Invariants: a handful of questions a page, however many clips are on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, func, select

from jebi.vault.schema import clip_place, clip_tag, clip_time, derived, fact, glance, place, segment, tag


@dataclass(slots=True, kw_only=True)
class Beside:
    """Beside one clip. `facts` by name, the measured before the claimed; `made` the kinds of what was made of it."""

    facts: dict[str, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    filmed_ms: tuple[int, int] | None = None
    shots: int = 0
    most_faces: int = 0
    has_speech: bool = False
    has_text: bool = False
    made: set[str] = field(default_factory=set)


def beside(
    connection: Connection, clips: Sequence[str], facts: Sequence[str], made: Sequence[str]
) -> dict[str, Beside]:
    """What stands beside each clip; of facts and of what was made, only these names and kinds."""
    found = {clip: Beside() for clip in clips}
    values = select(fact.c.clip, fact.c.name, fact.c.value).where(fact.c.clip.in_(clips), fact.c.name.in_(facts))
    for clip, name, value in connection.execute(values.order_by(fact.c.source)):  # claimed, measured, said
        found[clip].facts[name] = value
    names = select(clip_place.c.clip, place.c.name).join(place).where(clip_place.c.clip.in_(clips))
    for clip, name in connection.execute(names.order_by(clip_place.c.clip, place.c.id)):
        found[clip].places.append(name)
    names = select(clip_tag.c.clip, tag.c.name).join(tag).where(clip_tag.c.clip.in_(clips))
    for clip, name in connection.execute(names.order_by(clip_tag.c.clip, tag.c.id)):
        found[clip].tags.append(name)
    times = select(clip_time.c.clip, clip_time.c.from_ms, clip_time.c.to_ms).where(clip_time.c.clip.in_(clips))
    for clip, start, end in connection.execute(times):
        found[clip].filmed_ms = start, end
    shots = select(segment.c.clip, func.count()).where(segment.c.clip.in_(clips), segment.c.kind == "shot")
    for clip, count in connection.execute(shots.group_by(segment.c.clip)):
        found[clip].shots = count
    for row in connection.execute(select(glance).where(glance.c.clip.in_(clips))):
        one = found[row.clip]
        one.has_speech, one.has_text, one.most_faces = bool(row.has_speech), bool(row.has_text), row.most_faces
    kinds = select(derived.c.clip, derived.c.kind).where(derived.c.clip.in_(clips), derived.c.kind.in_(made))
    for clip, kind in connection.execute(kinds):
        found[clip].made.add(kind)
    return found
