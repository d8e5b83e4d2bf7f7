"""The films that were released, made again out of what the log names: a plan and the files of an output.

Rows only say where things lie. What they lead to is held against the hashes in the log, so that whoever alters a row or a blob changes what is found wrong, and not
what is shown.

Invariants: a film that comes out of here is of the plan and of the list of files that were cleared; bytes are handed out as they lie there, and whoever takes them
compares them. Peak: a plan, and one piece of a film.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from jebi.errors import Damaged, JebiError, NothingFound, Refused
from jebi.office.kept import Kept, pieces
from jebi.parcel.seekable import Seekable
from jebi.release import plan_form, publication
from jebi.release.output import FILM, digest
from jebi.release.plan import Plan
from jebi.release.publish import File, Film, Retraction
from jebi.release.register import Released
from jebi.vault import cuts
from jebi.vault.catalogue import Catalogue
from jebi.vault.cuts import OutputFile

ANOTHER = "restore the archive from a copy, and see in the log who was there; nothing was published"


@dataclass(frozen=True, slots=True)
class Shown:
    """All that is published, in the order of its numbers, and where the files of it lie; and by number why films are left out."""

    entries: tuple[Film | Retraction, ...]
    kept: Kept
    blobs: Mapping[tuple[int, str], str] = field(repr=False)
    left_out: Mapping[int, JebiError] = field(default_factory=dict)

    def without(self, number: int, why: Damaged) -> "Shown":
        """The same, with one film left out that is damaged; raises as `check_remaining`."""
        entries = tuple(one for one in self.entries if one.number != number)
        left_out = {**self.left_out, number: why}
        check_remaining(entries, left_out.values())
        return replace(self, entries=entries, left_out=left_out)

    def named(self) -> Iterator[str]:
        """A line for a person on each film that is left out."""
        for number, why in sorted(self.left_out.items()):
            name = f"film {number}"
            yield why.what if name in why.what else f"{name}: {why.what}"

    def take(self, film: Film, file: File) -> Iterator[bytes]:
        """The bytes of a film's file, in pieces."""
        opened = self.kept.open(self.blobs[film.number, file.sha256])
        yield from pieces(opened, 0, opened.size)


@dataclass(frozen=True, slots=True)
class Showing:
    """Where the plans and outputs of one archive are found."""

    catalogue: Catalogue
    kept: Kept

    def film(self, released: Released) -> Film:
        """What the public is shown of a release.

        Raises:
            Refused: the plan tells the public nothing, or the output lacks a file.
            Damaged: the plan, or the list of files, is not what the log names; or a text cannot be shown.
        """
        files, plan = self.files(released), self.plan(released)
        named = [publication.file(one.name, one.size, one.sha256) for one in files]
        return publication.film(
            released.number, plan, named, publication.measured(self.film_file(released)), released.day
        )

    def film_file(self, released: Released) -> Seekable:
        """The film's own file, open. Raises `Damaged` where there is none."""
        blob = next((one.blob for one in self.files(released) if one.name == FILM), None)
        if blob is None:
            raise Damaged("the output has no film", hint=ANOTHER)
        return self.kept.open(blob)

    def check(self, released: Released) -> None:
        """Read every file of a release. Raises `Damaged` where one is not to the byte what was cleared."""
        check_files(self.kept, self.files(released))

    def shown(self, films: Iterable[Released], refused: Mapping[int, JebiError]) -> Shown:
        """Films and notices of all that was released; without those that were refused, and those that are not what they were. Raises as `check_remaining`."""
        entries, blobs, left_out = list[Film | Retraction](), dict[tuple[int, str], str](), dict(refused)
        for one in films:
            if one.number in refused:
                continue
            try:
                entries.append(one.withdrawn or self.film(one))
                if one.withdrawn is None:
                    blobs |= {(one.number, file.sha256): file.blob for file in self.files(one)}
            except (Damaged, Refused) as error:
                left_out[one.number] = error
        check_remaining(entries, left_out.values())
        return Shown(tuple(entries), self.kept, blobs, left_out)

    def files(self, released: Released) -> list[OutputFile]:
        """The files of the output that the log names: their list has its hash. Raises `Damaged` where it has not."""
        with self.catalogue.reading() as connection:
            found = [one for one in cuts.outputs(connection, released.cut) if one.sha256 == released.output]
            files = cuts.files(connection, found[0].id) if found else []
        if digest({one.name: one.sha256 for one in files}) != released.output:
            raise Damaged("the files of the cut are not those that two people cleared", hint=ANOTHER)
        return files

    def plan(self, released: Released) -> Plan:
        """The plan that the log names. Raises `Damaged` where it is not there, or is another."""
        with self.catalogue.reading() as connection:
            found = [one for one in cuts.plans(connection, released.cut) if one.sha256 == released.plan]
        if not found:
            raise Damaged("the plan of the cut is not there", hint=ANOTHER)
        content = self.kept.read(found[0].blob)
        if hashlib.sha256(content).hexdigest() != released.plan:
            raise Damaged("the plan of the cut is not the one that two people cleared", hint=ANOTHER)
        return plan_form.parse(content)


def check_remaining(entries: Iterable[Film | Retraction], left_out: Iterable[JebiError]) -> None:
    """Raise what is wrong where damage leaves no film, and either files are missing or there is no notice that has to go out.

    A store that is not connected looks like this, and is no reason to empty the site. A damaged film is none to keep a notice back.
    """
    entries, damaged = list(entries), [one for one in left_out if isinstance(one, Damaged)]
    missing = [one for one in damaged if isinstance(one, NothingFound)]
    if damaged and not any(isinstance(one, Film) for one in entries) and (missing or not entries):
        raise (missing or damaged)[0]


def check_files(kept: Kept, files: Iterable[OutputFile], *, tell: Callable[[int], None] = lambda _: None) -> None:
    """Read files of an output, each to its end, and tell how many more bytes were read. Raises `Damaged` where one is not to the byte what was cleared."""
    for one in files:
        opened, found = kept.open(one.blob), hashlib.sha256()
        for piece in pieces(opened, 0, opened.size):
            found.update(piece)
            tell(len(piece))
        if (found.hexdigest(), opened.size) != (one.sha256, one.size):
            raise Damaged(f"{one.name} of the cut is not what two people cleared", hint=ANOTHER)
