"""The signed list of a site, by which anyone can check a copy of it (docs/formats/site.md, "The list").

The list is a C2SP signed note over the path, size and SHA-256 of every file. `sha256sums.txt`, which is in it, says the same
for `sha256sum -c`. A list also says what may be deleted: only what the last list named.

Invariants: a list that was read is exactly what its signer wrote; paths are safe names that one folder can hold together.
It never opens a file. Peak: about one kilobyte for each file of the site.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from jebi.errors import Damaged, Refused
from jebi.parcel import note as notes
from jebi.parcel.note import Note, Signer, Verifier
from jebi.parcel.safename import Names, SafeName

NOTE: Final = "site.note"  # the list; the one file that is not in it
COMING: Final = "site.next.note"  # where it is served: the list of an edition that may be half there
SUMS: Final = "sha256sums.txt"
FORMAT: Final = "jebi site"
MOST_FILES: Final = 300_000  # 15,000 films; a line takes 130 bytes, and a note at most 64 MiB
LARGEST_FILE: Final = 1 << 40
LAST_EDITION: Final = 999_999_999

_LINE = re.compile(r"([0-9a-f]{64}) (0|[1-9][0-9]{0,12}) (.+)")
_EDITION = re.compile(r"edition ([1-9][0-9]{0,8})")
_DAY = re.compile(r"day ([0-9]{4}-[0-9]{2}-[0-9]{2})")

Wrong = Literal["missing", "altered", "foreign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of a site."""

    path: SafeName
    size: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.sha256} {self.size} {self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteList:
    """All files of one edition of a site, sorted by path. A later edition has a higher number."""

    edition: int
    day: date
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if not 0 < self.edition <= LAST_EDITION or len(self.entries) > MOST_FILES:
            raise Damaged(f"a site's list has no edition, or more than {MOST_FILES} files")
        names = Names()
        names.add(SafeName(NOTE))
        for entry in self.entries:
            names.add(entry.path)

    def text(self) -> str:
        """What is signed."""
        return "".join(f"{line}\n" for line in (FORMAT, f"edition {self.edition}", f"day {self.day}", *self.entries))

    def by_path(self) -> dict[str, Entry]:
        """The files by their path."""
        return {str(entry.path): entry for entry in self.entries}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What brings a copy from one edition to the next, in this order; then the list itself, which is last.

    Args:
        stray: what a run that was stopped may have left there, and neither list names.
        restored: what such a run may have altered or removed, and both lists name alike.
        files: films, stills, subtitles.
        pages: pages, and what else lies at the top.
        gone: what only the old list names.
    """

    stray: tuple[SafeName, ...]
    restored: tuple[Entry, ...]
    files: tuple[Entry, ...]
    pages: tuple[Entry, ...]
    gone: tuple[SafeName, ...]

    def __str__(self) -> str:
        pages = (*self.restored, *self.pages)
        size, gone = sum(one.size for one in (*self.files, *pages)), len(self.stray) + len(self.gone)
        return f"{len(self.files)} files and {len(pages)} pages, {size} bytes; {gone} to remove"


def site_list(entries: Iterable[Entry], *, edition: int, day: date) -> SiteList:
    """A list of these files."""
    return SiteList(edition=edition, day=day, entries=_sorted(entries))


def following(entries: Iterable[Entry], known: Iterable[SiteList], *, day: date) -> SiteList:
    """The list of these files after those that are known: the newest where it names just these, else the edition after it."""
    files, lists = _sorted(entries), tuple(known)
    last = max((one.edition for one in lists), default=0)
    newest = [one for one in lists if one.edition == last]
    if newest and all(one.entries == files for one in newest):
        return newest[0]
    return SiteList(edition=last + 1, day=day, entries=files)


def sums(entries: Iterable[Entry]) -> bytes:
    """`sha256sums.txt` of these files, as `sha256sum -c` reads it."""
    ordered = _sorted(entries)
    return "".join(f"{entry.sha256}  {entry.path}\n" for entry in ordered).encode()


def sign_list(listed: SiteList, signer: Signer) -> Note:
    """The signed list."""
    return notes.sign(listed.text(), signer)


def parse_list(untrusted_note: bytes, verifier: Verifier) -> SiteList:
    """Read a list.

    Raises:
        Damaged: it is no list, or one that this would not write.
        Refused: it is not signed by `verifier`.
    """
    note = notes.parse(untrusted_note)
    if not note.signed_by(verifier):
        raise Refused(
            "the site's list is not signed by the key that was named",
            hint="do not trust this copy; have the key from the newsroom itself, another way",
        )
    lines = note.text.split("\n")
    if not 4 <= len(lines) <= MOST_FILES + 4 or lines[0] != FORMAT:
        raise Damaged("the note is no list of a site")
    edition, day = _EDITION.fullmatch(lines[1]), _DAY.fullmatch(lines[2])
    if not edition or not day:
        raise Damaged("the site's list has no edition, or no day")
    listed = SiteList(edition=int(edition[1]), day=_day(day[1]), entries=tuple(map(_entry, lines[3:-1])))
    if listed.text() != note.text or listed.entries != _sorted(listed.entries):
        raise Damaged("the site's list is not in the one form that it has")
    return listed


def compare(listed: SiteList, found: Mapping[str, tuple[int, str]]) -> tuple[tuple[Wrong, str], ...]:
    """How a copy differs from its list: what is missing, altered, or not of it. Nothing, when it is whole.

    `found` holds, by path, the size and SHA-256 of every file that lies there.
    """
    wrong: list[tuple[Wrong, str]] = []
    wanted = listed.by_path()
    for path, entry in wanted.items():
        if path not in found:
            wrong.append(("missing", path))
        elif found[path] != (entry.size, entry.sha256):
            wrong.append(("altered", path))
    wrong += [("foreign", path) for path in sorted(found.keys() - wanted.keys() - {NOTE})]
    return tuple(wrong)


def changes(old: SiteList | None, new: SiteList, coming: SiteList | None = None) -> Sending:
    """What to send and what to remove; only what a list of ours named is removed.

    `coming` is the list that a run which was stopped was bringing there. All that lies there otherwise than `old` says is among
    what these two say differently; what is not changed from `old` to `new` is put right before `coming` gives way to `new`.
    """
    before, after = old.by_path() if old else {}, new.by_path()
    half = coming.by_path() if coming else before
    changed = [entry for path, entry in after.items() if before.get(path) != entry]
    return Sending(
        stray=tuple(entry.path for path, entry in half.items() if path not in before and path not in after),
        restored=tuple(entry for path, entry in after.items() if before.get(path) == entry != half.get(path)),
        files=tuple(entry for entry in changed if not _is_page(str(entry.path))),
        pages=tuple(entry for entry in changed if _is_page(str(entry.path))),
        gone=tuple(entry.path for path, entry in before.items() if path not in after),
    )


def _is_page(path: str) -> bool:
    return path.endswith((".html", ".xml")) or "/" not in path


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.path))


def _entry(line: str) -> Entry:
    match = _LINE.fullmatch(line)
    if match is None or int(match[2]) > LARGEST_FILE:
        raise Damaged("the site's list has a line that cannot be read")
    return Entry(path=SafeName(match[3]), size=int(match[2]), sha256=match[1])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Damaged("the site's list has a day that is none") from error
