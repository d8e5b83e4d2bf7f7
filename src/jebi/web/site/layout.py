"""Which pages a site has, where they lie, and what each one is made from (docs/formats/site.md, "Pages").

Lists are cut from their oldest end: a full page keeps its films and its address for ever, and the newest page takes what
comes. So one more film changes its own pages, the newest of each list it is on, the front page, and little else.

Invariants: a page's digest changes when anything that it shows does; no two pages have one path; nothing of a withdrawn film
is on any page but its notice. It opens nothing. Peak: the values, and a digest and a path for each page.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from jebi.release.publish import Film, Retraction, Site, Subtitles

FULL: Final = 24  # films on a page that will not change again: rows of 2, 3 or 4
RECENT: Final = 13  # the newest, and rows of 2, 3 or 4
FED: Final = 30
MOST_SHOWN: Final = 14  # places or themes on the front page
WORDS_ON_PAGE: Final = 16_000  # bytes of transcript; with style, script and still, a film's page stays below 60,000
A_LINE: Final = 90  # bytes around the words of a line

Entry = Film | Retraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page that is to be: where it lies, what draws it, and a digest of what it is made from."""

    path: str
    template: str
    language: str
    inputs: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A place or a theme, the films that name it, and the stem of its pages' paths."""

    name: str
    stem: str
    films: Sequence[Film]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One page of a list, newest first; `newer` and `older` are paths of pages, or nothing."""

    path: str
    number: int
    entries: Sequence[Entry]
    newer: str = ""
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Films of one year, by month: `""` for what only tells the year; or all films that tell none."""

    name: str
    stem: str
    months: Sequence[tuple[str, Sequence[Film]]]

    @property
    def count(self) -> int:
        """How many films."""
        return sum(len(films) for _, films in self.months)


def pages(site: Site, look: str) -> Iterator[Page]:
    """All pages of a site; `look` is a digest of what draws them."""
    plan = _Plan(site, look)
    for language in site.languages:
        yield from plan.of(language)
    yield from plan.subtitles()
    yield plan.page("index.html", "front.html", site.languages[0], plan.front(), **plan.front_values())


def folder_of(entry: Entry) -> str:
    """Where a film's files lie, whatever the language."""
    return f"films/{entry.number:04}"


def page_of(entry: Entry) -> str:
    """Where a film's page lies in the folder of a language."""
    return f"films/{entry.number:04}.html"


def words_of(film: Film) -> str:
    """Where a film's page with its transcript lies: the same page, unless the transcript is long."""
    return f"films/{film.number:04}-words.html" if is_long(film) else page_of(film)


def is_long(film: Film) -> bool:
    """Whether its transcripts have a page of their own."""
    return sum(map(_weight, film.subtitles)) > WORDS_ON_PAGE


def shelves(stem: str, entries: Sequence[Entry]) -> list[Shelf]:
    """Entries, oldest first, on pages: full ones under a number, the rest, less than two pages, under the stem."""
    full = max(0, len(entries) // FULL - 1)
    paths = ["", *(f"{stem}-{number}.html" for number in range(1, full + 1)), f"{stem}.html", ""]
    made = []
    for number in range(1, full + 2):
        end = number * FULL if number <= full else len(entries)
        some = tuple(reversed(entries[(number - 1) * FULL : end]))
        made.append(
            Shelf(path=paths[number], number=number, entries=some, newer=paths[number + 1], older=paths[number - 1])
        )
    return made


def topics(kind: str, films: Iterable[Film], names: Callable[[Film], Iterable[str]]) -> list[Topic]:
    """Places or themes by how many films name them, then by name."""
    found: dict[str, list[Film]] = {}
    for film in films:
        for name in names(film):
            found.setdefault(name, []).append(film)
    order = sorted(found, key=lambda name: (-len(found[name]), name))
    return [Topic(name=name, stem=f"{kind}/{_digest([kind, name])[:12]}", films=found[name]) for name in order]


def years(films: Iterable[Film]) -> list[Year]:
    """Films by when they were filmed, newest first."""
    found: dict[str, list[Film]] = {}
    for film in sorted(films, key=lambda film: (film.filmed, film.number), reverse=True):
        found.setdefault(film.filmed[:4], []).append(film)
    return [_year(name, some) for name, some in found.items()]


class _Plan:
    """What pages of all languages are made from, worked out once."""

    def __init__(self, site: Site, look: str) -> None:
        self.site = site
        self.look = look + site.digest()
        self.digests = {entry.number: entry.digest() for entry in site.entries}
        self.long = {film.number for film in site.films if is_long(film)}
        self.places = topics("places", site.films, lambda film: film.places)
        self.themes = topics("themes", site.films, lambda film: film.themes)
        self.years = years(site.films)
        self.stems = {one.stem.partition("/")[0] + one.name: one.stem for one in (*self.places, *self.themes)}

    def of(self, language: str) -> Iterator[Page]:
        """The pages of one language."""
        yield self.page(f"{language}/index.html", "front.html", language, self.front(), **self.front_values())
        for shelf in shelves("archive", self.site.entries):
            yield self._shelf(shelf, language, kind="films", name="", newest="archive.html")
        for kind, found in (("places", self.places), ("themes", self.themes)):
            listed = [(one.name, len(one.films)) for one in found]
            yield self.page(f"{language}/{kind}.html", "topics.html", language, [str(listed)], kind=kind, topics=found)
            for topic in found:
                for shelf in shelves(topic.stem, topic.films):
                    yield self._shelf(shelf, language, kind=kind, name=topic.name, newest=f"{topic.stem}.html")
        yield from self._time(language)
        for index, entry in enumerate(self.site.entries):
            yield from self._entry(index, entry, language)
        yield self.page(f"{language}/check.html", "check.html", language, [])
        fed = list(reversed(self.site.entries[-FED:]))
        yield self.page(f"{language}/feed.xml", "feed.xml", language, self._named(fed), entries=fed)

    def subtitles(self) -> Iterator[Page]:
        """The subtitles of all films: files that are drawn as pages are."""
        for film in self.site.films:
            for one in film.subtitles:
                path, inputs = f"{folder_of(film)}/{one.language}.vtt", [self.digests[film.number]]
                yield self.page(path, "", one.language, inputs, cues=one.cues)

    def page(self, path: str, template: str, language: str, inputs: Iterable[str], **values: object) -> Page:
        """A page; `inputs` are all that `values` show."""
        digest = _digest([self.look, path, template, language, *inputs])
        return Page(path=path, template=template, language=language, inputs=digest, values=values)

    def front(self) -> list[str]:
        """What the front page shows."""
        counts = [[(one.name, len(one.films)) for one in found[:MOST_SHOWN]] for found in (self.places, self.themes)]
        return [*self._named(self.site.films[-RECENT:]), str(len(self.site.films)), repr(counts)]

    def front_values(self) -> dict[str, object]:
        """The same as values."""
        recent = list(reversed(self.site.films[-RECENT:]))
        return {
            "recent": recent,
            "count": len(self.site.films),
            "places": self.places[:MOST_SHOWN],
            "themes": self.themes[:MOST_SHOWN],
        }

    def _shelf(self, shelf: Shelf, language: str, *, kind: str, name: str, newest: str) -> Page:
        inputs = [kind, name, shelf.newer, shelf.older, *self._named(shelf.entries)]
        is_newest = shelf.path == newest
        values = {"shelf": shelf, "kind": kind, "name": name, "is_newest": is_newest}
        return self.page(f"{language}/{shelf.path}", "shelf.html", language, inputs, **values)

    def _time(self, language: str) -> Iterator[Page]:
        listed = [(year.name, [(month, len(films)) for month, films in year.months]) for year in self.years]
        yield self.page(f"{language}/time.html", "time.html", language, [str(listed)], years=self.years)
        for year in self.years:
            films = [film for _, some in year.months for film in some]
            yield self.page(f"{language}/{year.stem}.html", "year.html", language, self._named(films), year=year)

    def _entry(self, index: int, entry: Entry, language: str) -> Iterator[Page]:
        entries = self.site.entries
        older, newer = (entries[at] if 0 <= at < len(entries) else None for at in (index - 1, index + 1))
        inputs = [self.digests[entry.number], *(repr((one.number, _title(one))) for one in (older, newer) if one)]
        path = f"{language}/{page_of(entry)}"
        values: dict[str, object] = {"older": older, "newer": newer}
        if isinstance(entry, Retraction):
            yield self.page(path, "withdrawn.html", language, inputs, notice=entry, **values)
            return
        values |= {"film": entry, "stems": self.stems, "is_long": entry.number in self.long}
        yield self.page(path, "film.html", language, inputs, **values, has_words=entry.number not in self.long)
        if entry.number in self.long:
            yield self.page(f"{language}/{words_of(entry)}", "film.html", language, inputs, **values, has_words=True)

    def _named(self, entries: Iterable[Entry]) -> list[str]:
        return [self.digests[entry.number] for entry in entries]


def _title(entry: Entry) -> object:
    return entry.title if isinstance(entry, Film) else ""


def _weight(subtitles: Subtitles) -> int:
    said = "".join([cue.speaker + cue.text for cue in subtitles.cues])
    return len(said.encode()) + A_LINE * len(subtitles.cues)


def _year(name: str, films: Sequence[Film]) -> Year:
    months: dict[str, list[Film]] = {}
    for film in films:
        months.setdefault(film.filmed[5:7], []).append(film)
    return Year(name=name, stem=f"time/{name or 'undated'}", months=tuple(months.items()))


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
