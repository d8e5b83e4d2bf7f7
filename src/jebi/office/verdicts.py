"""What this build of jebi finds in a vector, against what the vector states (vectors/README.md).

A vector states what is given, and what must be found. It holds if jebi finds exactly what is stated, no more and no less.
Where that is a good case, most readers also let jebi write it again, from the same facts, keys and dice.

Invariants: whatever a vector holds, `holds` ends in a verdict; nothing is written anywhere.
"""

from dataclasses import dataclass

from jebi.archive.ledger import LogDamaged
from jebi.errors import JebiError
from jebi.office import vectors_of_custody, vectors_of_keys, vectors_of_parcels
from jebi.office.vector_reader import Facts
from jebi.office.vectors import Vector

_GIVEN = frozenset({"comment", "kind"})
_READERS = vectors_of_parcels.READERS | vectors_of_keys.READERS | vectors_of_custody.READERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What opening a vector found, by the names of its lines, and the error that it ended in."""

    found: Facts
    error: JebiError | None


def stated(vector: Vector) -> Facts:
    """What a vector says that must be found."""
    given = _READERS[vector.kind].given | _GIVEN
    return {name: value for name, value in vector.lines.items() if name not in given}


def outcome(vector: Vector) -> Outcome:
    """Open a vector with jebi."""
    reader, found = _READERS[vector.kind], Facts()
    try:
        reader.find(vector, found)
    except JebiError as error:
        kinds = (kind for kind in type(error).__mro__ if kind in reader.words)
        found["expect"] = next((reader.words[kind] for kind in kinds), "failure")
        if isinstance(error, LogDamaged):
            found["index"] = str(error.index)
        return Outcome(found=found, error=error)
    found.setdefault("expect", "success")
    return Outcome(found=found, error=None)


def holds(vector: Vector) -> bool:
    """Whether jebi finds what the vector states, and nothing else."""
    try:
        return outcome(vector).found == stated(vector)
    except (ValueError, LookupError, AssertionError, ArithmeticError, TypeError):
        return False  # a vector that was damaged on its way, or a build that fails where it must not
