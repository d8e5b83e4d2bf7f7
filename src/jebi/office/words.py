"""Words of clips, kept and findable in one transaction: what is in the catalogue is in the index, and nothing else is.

Whatever changes a clip's words wants their meaning, too (`meaning`). Names of files become findable by `name_clips`.
"""

from collections.abc import Sequence

from sqlalchemy import select

from jebi.archive.terms import shadow
from jebi.archive.transcript import MACHINE
from jebi.office import meaning
from jebi.vault import index, segments
from jebi.vault.catalogue import Catalogue, Change, Event
from jebi.vault.index_names import NAMES
from jebi.vault.schema import SegmentKind, clip, fact
from jebi.vault.segments import Segment

NAMED_AT_ONCE = 5_000  # clips in one transaction: others may write meanwhile
LONGEST_NAME = 1_000  # letters of a file's name that are searched; no file system lets one be as long


def put_words(change: Change, of: str, kind: SegmentKind, found: Sequence[Segment], event: Event) -> None:
    """Keep what a machine read or heard, in place of what one did before."""
    replaced = segments.put_machine(change, of, kind, found, event)
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


def name_clips(catalogue: Catalogue) -> int:
    """Make the names findable that files claim to have, of all clips where they are not; returns how many there were."""
    is_new = ~select(NAMES.c.key).where(NAMES.c.clip == clip.c.id).exists()
    names = select(clip.c.id, fact.c.value).join(fact, fact.c.clip == clip.c.id)
    names = names.where(is_new, fact.c.name == "name", fact.c.source == "claimed").order_by(
        clip.c.arrived_ms, clip.c.id
    )
    count = 0
    while True:
        with catalogue.claiming() as connection:
            found = connection.execute(names.limit(NAMED_AT_ONCE)).all()
            index.add_names(connection, [(of, shadow(name[:LONGEST_NAME])) for of, name in found])
        count += len(found)
        if len(found) < NAMED_AT_ONCE:
            return count


def _add(change: Change, numbers: Sequence[int], written: Sequence[Segment]) -> None:
    """Make words findable, without the mark of a machine in those that came with it (`transcribing`)."""
    rows = (
        (number, shadow(one.text.removeprefix(MACHINE)))
        for number, one in zip(numbers, written, strict=True)
        if one.text
    )
    index.add(change.connection, rows)
    for of in {one.clip for one in written}:
        meaning.want(change, of)
