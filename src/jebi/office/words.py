"""Words of clips, kept and findable in one transaction: what is in the catalogue is in the index, and nothing else is."""

from collections.abc import Sequence

from jebi.archive.terms import shadow
from jebi.vault import index, segments
from jebi.vault.catalogue import Change, Event
from jebi.vault.schema import SegmentKind
from jebi.vault.segments import Segment


def put_words(change: Change, clip: str, kind: SegmentKind, found: Sequence[Segment], event: Event) -> None:
    """Keep what a machine read or heard, in place of what one did before."""
    replaced = segments.put_machine(change, clip, kind, found, event)
    index.remove(change.connection, replaced.gone)
    _add(change, replaced.new, found)


def add_words(change: Change, written: Sequence[Segment], event: Event) -> tuple[int, ...]:
    """Keep what a person wrote; returns the segments' numbers."""
    numbers = segments.add(change, written, event)
    _add(change, numbers, written)
    return numbers


def correct_words(change: Change, corrected: Segment, event: Event) -> int:
    """Keep a person's correction, and find it instead of what it corrects."""
    number = segments.correct(change, corrected, event)
    index.remove(change.connection, [corrected.supersedes or 0])
    _add(change, [number], [corrected])
    return number


def _add(change: Change, numbers: Sequence[int], written: Sequence[Segment]) -> None:
    rows = ((number, shadow(one.text)) for number, one in zip(numbers, written, strict=True) if one.text)
    index.add(change.connection, rows)
