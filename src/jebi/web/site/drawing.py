"""How a page is drawn: templates, the words of three languages, and a policy that lets a page load its own site only.

Invariants: every value is escaped; style and script are those of this module, pinned by their SHA-256 in each page's policy;
an address in a page is relative, so that a copy works wherever it lies. The same page is drawn from the same values.
"""

import base64
import hashlib
import importlib.resources
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from importlib.resources.abc import Traversable
from typing import Final

import jinja2
from markupsafe import Markup

from jebi.archive.transcript import NOTE, Cue, write_webvtt
from jebi.release.publish import File, Film, Retraction, Site
from jebi.web import wording
from jebi.web.site import calendar
from jebi.web.site.layout import Page, folder_of, page_of, words_of

PARTS: Final = {
    "shelf.html": "films",
    "film.html": "films",
    "withdrawn.html": "films",
    "time.html": "time",
    "year.html": "time",
}
TONGUES: Final = {**wording.NAMES, "zh": "中文", "ru": "Русский", "es": "Español", "fr": "Français", "de": "Deutsch"}
MACHINE: Final = "◇ "


class Drawing:
    """Draws pages of one site. Peak: the templates, and a page."""

    def __init__(self, site: Site) -> None:
        here = importlib.resources.files("jebi.web.site")
        self._site = site
        self._languages = {code: _language(here, code) for code in site.languages}
        self._style = _packed((here / "static" / "site.css").read_text("utf-8"))
        self._script = _packed((here / "static" / "film.js").read_text("utf-8"))
        self.mark = (here / "static" / "swallow.svg").read_bytes()
        self._templates = _environment(site)
        self._policies = {has: _policy(self._style, self._script if has else "") for has in (False, True)}
        self.look = _look(here)

    def draw(self, page: Page) -> bytes:
        """The page's bytes."""
        if not page.template:
            cues = page.values["cues"]
            assert isinstance(cues, tuple)
            return subtitles(cues)
        template = self._templates.get_template(page.template)
        return template.render({**self._about(page), **page.values}).strip().encode() + b"\n"

    def _about(self, page: Page) -> dict[str, object]:
        """What every page has at hand."""
        words, language, up = self._languages[page.language], page.language, "../" * page.path.count("/")
        (said_in, title), about = self._site.title.best(language), self._site.about.best(language)
        kind = page.values.get("kind")
        return {
            "t": words.say,
            "language": language,
            "up": up,
            "tail": page.path.partition("/")[2] or "index.html",
            "part": kind or PARTS.get(page.template, ""),
            "title": title,
            "title_lang": _lang(language, said_in),
            "about": about,
            "policy": self._policies[page.template == "film.html"],
            "style": Markup(self._style),  # noqa: S704 - our own file
            "script": Markup(self._script),  # noqa: S704 - our own file
            "base": f"{self._site.address}{language}/" if self._site.address else "",
            "number": words.number,
            "size": words.size,
            "day": lambda day: calendar.written(day, language),
            "filmed": lambda told: calendar.partly(told, language),
            "told": lambda film: [*filter(None, [calendar.partly(film.filmed, language)]), *film.places],
            "month_name": lambda number: calendar.month(number, language),
            "lang": lambda said: _lang(language, said[0]),
            "xml_lang": lambda said: Markup(' xml:lang="{}"').format(said[0]) if said[0] != language else "",
            "chosen": _chooser(language),
        }


def subtitles(cues: Iterable[Cue]) -> bytes:
    """WebVTT of plain cues: no note and no speaker stands outside of the words, so that nothing can hide there."""
    plain = [replace(cue, text=_spoken(cue), speaker="") for cue in cues]
    return write_webvtt(plain).replace(f"{NOTE}\n".encode(), b"", 1)


def said(cue: Cue) -> str:
    """A line of a transcript, in one line, marked where a machine wrote it."""
    return (MACHINE if cue.is_machine else "") + _spoken(cue).replace("\n", " ")


def _environment(site: Site) -> jinja2.Environment:
    """Where the templates are, and what is the same on all pages."""
    templates = jinja2.Environment(
        loader=jinja2.PackageLoader("jebi.web.site"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        languages=site.languages,
        names=wording.NAMES,
        key=site.key,
        address=site.address,
        has_root=bool(site.root),
        length=wording.length,
        seconds=lambda time_ms: f"{time_ms / 1000:g}",
        said=said,
        small=_small,
        tongue=lambda code: TONGUES.get(code, code),
        folder_of=folder_of,
        page_of=page_of,
        words_of=words_of,
        newest=_newest,
        urn=lambda number: uuid.uuid5(uuid.NAMESPACE_URL, f"{site.key}/{number}").urn,
    )
    return templates


def _language(here: Traversable, code: str) -> wording.Language:
    return wording.read_one((here / "languages" / f"{code}.toml").read_text("utf-8"), code)


def _policy(style: str, script: str) -> str:
    """Nothing but this style, this script, and stills and films of the site; `file:` is where a copy in a folder lies."""
    scripts = f"; script-src {_pin(script)}" if script else ""
    own = "'self' file:"
    return (
        f"default-src 'none'; style-src {_pin(style)}{scripts}; img-src {own}; media-src {own}; connect-src {own}; "
        "base-uri 'none'; form-action 'none'"
    )


def _pin(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _packed(source: str) -> str:
    """Without comments and indentation; strings and expressions of our own files have neither in them."""
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def _look(here: Traversable) -> str:
    """A digest of all that draws: where it changes, every page is drawn anew."""
    digest = hashlib.sha256()
    folders = [here, *(here / name for name in ("templates", "static", "languages"))]
    for file in sorted((file for folder in folders for file in folder.iterdir() if file.is_file()), key=str):
        if not file.name.endswith(".pyc"):
            digest.update(file.name.encode() + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _lang(language: str, said_in: str) -> str:
    """An attribute, where a text is not in the page's own language."""
    return Markup(' lang="{}"').format(said_in) if said_in != language else ""


def _spoken(cue: Cue) -> str:
    return f"{cue.speaker}: {cue.text}" if cue.speaker else cue.text


def _small(film: Film) -> File | None:
    """The smallest size of the stream, which is a film of its own."""
    sizes = [file for file in film.stream if str(file.name).endswith(".mp4")]
    return min(sizes, key=lambda file: file.size, default=None)


def _chooser(language: str) -> Callable[[Film], str]:
    """Which subtitles are shown unless somebody chooses others: those of the page's language, else English, else the first."""

    def chosen(film: Film) -> str:
        has = [one.language for one in film.subtitles]
        return next((one for one in (language, "en", *has) if one in has), "")

    return chosen


def _newest(entries: Sequence[Film | Retraction]) -> date:
    days = [entry.published if isinstance(entry, Film) else entry.day for entry in entries]
    return max(days, default=date(2000, 1, 1))
