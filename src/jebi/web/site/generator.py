"""Makes the public site: draws what changed, takes the files of films as they were cleared, and signs the list of it all.

What is drawn anew follows from the folder alone: `made-from.txt`, which is in the signed list, holds a digest of what each page
was made from. No clock is read; a site in which nothing changed keeps its edition and every byte.

A thousand films are hundreds of gigabytes, which nobody reads again for each page that changes. So a film's file gets a time of its own when
it was read back, made of its digest, and is read again only where it does not bear that: whatever writes to it or takes its place gives it
another. Who sets that time on purpose is found where the file is sent (`vault/outlet`), which reads all it sends, and by any reader of the list.

Invariants: a film's file comes into the folder with exactly the size and digest that were cleared, or nothing does; the folder is one
whole edition at every moment (`folder`). Peak: the values of all films, a page, and two lists.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from jebi.errors import Damaged, Refused
from jebi.parcel.note import Ed25519Signer
from jebi.release import mirror
from jebi.release.mirror import NOTE, SUMS, Entry, SiteList
from jebi.release.publish import File, Film, FilmDamaged, Site
from jebi.web.site import layout
from jebi.web.site.drawing import Drawing
from jebi.web.site.folder import Beside, files, is_marked, measured
from jebi.web.site.layout import Page

MADE: Final = "made-from.txt"
MARK: Final = "swallow.svg"
ROOT: Final = "root.pem"
EPOCH: Final = date(1970, 1, 1)
DAY_NS: Final = 24 * 3600 * 10**9
_MADE_LINE = re.compile(r"([0-9a-f]{64})  (.+)")

Take = Callable[[Film, File], Iterable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a run did: the list that the folder now has, and how many pages were drawn and files taken for it."""

    listed: SiteList
    drawn: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """What lies in the folder: what its list names, and from what its pages were made. All empty where there is none."""

    listed: SiteList | None
    made_from: dict[str, str]
    entries: dict[str, Entry]


def generate(
    site: Site, folder: str, *, take: Take, signer: Ed25519Signer, day: date, served: Iterable[SiteList] = ()
) -> Made:
    """Bring a folder to what `site` says.

    Args:
        site: all that is published.
        folder: where it lies; it need not exist.
        take: the bytes of a film's file, in pieces.
        signer: the newsroom's key; `site.key` is its public half.
        day: today, for the list; a site that did not change keeps the day it has.
        served: lists of the same key that lie elsewhere, which the next edition has to follow, too.

    Raises:
        FilmDamaged: a file is not what was cleared. The folder is as it was.
        Refused: the folder is of another key, or holds what cannot be kept.
        Unable, NoRoom: the folder is as it was.
    """
    if str(signer.verifier()) != site.key:
        raise ValueError("a site shows the key that signs it")
    folder = os.path.realpath(folder)
    with Beside(folder) as beside:  # it first puts back what a stopped run left away
        return _Run(site, folder, read_last(folder, signer), beside, take).make(signer, day, served)


def read_last(folder: str, signer: Ed25519Signer) -> Last:
    """What the last run left; raises `Refused` where the list there is of another key."""
    path = os.path.join(folder, NOTE)
    if not os.path.exists(path):
        if os.path.isdir(folder) and next(files(folder), None):
            raise Refused("the folder holds files, and no site of ours", hint="name an empty folder, or a new one")
        return Last(listed=None, made_from={}, entries={})
    with open(path, "rb") as file:
        listed = mirror.parse_list(file.read(), signer.verifier())
    entries = listed.by_path()
    return Last(listed=listed, made_from=_read_made(folder, entries.get(MADE)), entries=entries)


class _Run:
    """One run. Files go beside the folder one after the other; at the end they take its place, or nothing changes."""

    def __init__(self, site: Site, folder: str, last: Last, beside: Beside, take: Take) -> None:
        self._site, self._folder, self._last, self._beside, self._take = site, folder, last, beside, take
        self._entries: list[Entry] = []
        self._drawn = self._taken = self._mended = 0

    def make(self, signer: Ed25519Signer, day: date, served: Iterable[SiteList]) -> Made:
        drawing, made_from = Drawing(self._site), []
        for page in layout.pages(self._site, drawing.look):
            self._page(page, drawing)
            made_from.append(f"{page.inputs}  {page.path}\n")
        for film in self._site.films:
            self._film(film)
        self._put(MARK, drawing.mark)
        if self._site.root:
            self._put(ROOT, self._site.root)
        self._put(MADE, "".join(made_from).encode())
        self._put(SUMS, mirror.sums(self._entries))
        known = (*served, *((self._last.listed,) if self._last.listed else ()))
        listed = mirror.following(self._entries, known, day=day)
        if listed != self._last.listed or self._drawn or self._taken or self._mended:
            self._beside.write(NOTE, [str(mirror.sign_list(listed, signer)).encode()])
            for path in self._foreign(listed):
                self._beside.keep(path)
            self._beside.take_place()
        return Made(listed=listed, drawn=self._drawn, taken=self._taken)

    def _page(self, page: Page, drawing: Drawing) -> None:
        before = self._last.entries.get(page.path)
        is_same = before and self._last.made_from.get(page.path) == page.inputs
        if before and is_same and measured(self._there(page.path)) == (before.size, before.sha256):
            self._keep(before)
            return
        self._entries.append(self._beside.write(page.path, [drawing.draw(page)]))
        self._drawn += 1

    def _film(self, film: Film) -> None:
        for file in film.files:
            self._cleared(film, file)

    def _cleared(self, film: Film, file: File) -> None:
        path, cleared, mark = f"{layout.folder_of(film)}/{file.name}", (file.size, file.sha256), _mark(film, file)
        before, there = self._last.entries.get(path), self._there(path)
        known = before if before and (before.size, before.sha256) == cleared else None
        if known and is_marked(there, file.size, mark):
            self._keep(known)
            return
        if known and measured(there) == cleared:
            self._keep(known)
        else:
            self._entries.append(self._taken_anew(film, file, path))
        self._beside.mark(path, mark)

    def _taken_anew(self, film: Film, file: File, path: str) -> Entry:
        try:
            entry = self._beside.write(path, _at_most(self._take(film, file), file.size))
        except Damaged as error:
            raise _damaged(film, file) from error
        if (entry.size, entry.sha256) != (file.size, file.sha256):
            raise _damaged(film, file)
        self._taken += 1
        return entry

    def _put(self, path: str, content: bytes) -> None:
        """A small file that is made in every run; one that was altered in the folder is put right."""
        entry = self._beside.write(path, [content])
        self._entries.append(entry)
        self._mended += measured(self._there(path)) != (entry.size, entry.sha256)

    def _keep(self, entry: Entry) -> None:
        self._beside.keep(str(entry.path))
        self._entries.append(entry)

    def _foreign(self, listed: SiteList) -> Iterator[str]:
        """What somebody else put into the folder: what the last list does not name, and the new one does not bring."""
        if self._last.listed:
            ours = self._last.entries.keys() | listed.by_path().keys() | {NOTE}
            yield from (path for path in files(self._folder) if path not in ours)

    def _there(self, path: str) -> str:
        return os.path.join(self._folder, path)


def _mark(film: Film, file: File) -> int:
    """The time that a film's file gets when it was read back: the day on which it was published, and so many nanoseconds as its digest says."""
    return (film.published - EPOCH).days * DAY_NS + int(file.sha256[:7], 16)


def _damaged(film: Film, file: File) -> FilmDamaged:
    what = f"{file.name} of film {film.number} is not what two people cleared"
    return FilmDamaged(what, number=film.number, hint="restore the archive from a copy, or clear it anew")


def _at_most(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Pieces, and an end to them where there are more bytes than were cleared."""
    for piece in pieces:
        size -= len(piece)
        if size < 0:
            raise Damaged("a file of a film is longer than what two people cleared")
        yield piece


def _read_made(folder: str, entry: Entry | None) -> dict[str, str]:
    """From what the pages there were made. Where it is not whole, every page is drawn anew."""
    path = os.path.join(folder, MADE)
    if entry is None or measured(path) != (entry.size, entry.sha256):
        return {}
    with open(path, encoding="utf-8") as file:
        matches = (_MADE_LINE.fullmatch(line.rstrip("\n")) for line in file)
        return {match[2]: match[1] for match in matches if match}
