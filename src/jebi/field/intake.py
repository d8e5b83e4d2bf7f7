"""What is on a camera card: which files are taken, and under which names.

Takes everything, in the order of the card, for who films in a hurry does not sort. A name that could hurt somebody
later is mended here, once; two names that a FAT stick could not keep apart are told apart by a number.

Invariants: the originals are only read; every clip has a safe name of its own.

Next: `jebi.parcel.seal`
"""

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jebi.errors import Damaged, Refused
from jebi.parcel.manifest import MOST_FILES
from jebi.parcel.safename import Names, SafeName, make_safe
from jebi.parcel.tar import Member

NUMBERS_BEFORE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file as the card lists it: where it is, its name below the folder that was named, size and claimed time."""

    path: str
    parts: tuple[str, ...]
    size: int
    modified: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file to be sealed, and the name that it gets in the parcel."""

    path: str
    member: Member


def take(listed: Iterable[Listed]) -> tuple[Taken, ...]:
    """Choose names for the files of a card.

    Raises:
        Refused: there is nothing to take, or more than one parcel takes.
    """
    taken, used = [], Names()
    for file in listed:
        name = _free_name(make_safe(file.parts), used)
        taken.append(Taken(path=file.path, member=Member(name=name, size=file.size, modified=file.modified)))
    if not taken:
        raise Refused("there is no file to seal there", hint="name the camera card's folder, or the files")
    if len(taken) > MOST_FILES:
        raise Refused(f"a parcel takes {MOST_FILES} files, and there are more", hint="seal folder by folder")
    return tuple(taken)


def _free_name(name: SafeName, used: Names) -> SafeName:
    """The name itself, or with a number if a folder could not hold it beside the others."""
    for candidate in itertools.chain([name], map(make_safe, _numbered(*name.parts))):
        with contextlib.suppress(Damaged):
            used.add(candidate)
            return candidate
    raise Refused("too many files of one name", hint="seal folder by folder")


def _numbered(*parts: str) -> Iterator[tuple[str, ...]]:
    """The same name with ever higher numbers; on its folder, too, for another card may have a file of that name."""
    *folders, last = parts
    stem, dot, suffix = last.rpartition(".")
    for i in range(2, NUMBERS_BEFORE):
        yield (*folders, f"{stem}-{i}{dot}{suffix}" if stem else f"{last}-{i}")
        if folders:
            yield (f"{folders[0]}-{i}", *folders[1:], last)
