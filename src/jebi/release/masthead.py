"""How the newsroom's site is called and what it says of itself, as the newsroom writes it in TOML (docs/formats/site.md, "Settings").

Invariants: what was read is fit to be published: texts are short and show as they are, languages are those that pages exist in. Peak: the file, which has a limit.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jebi.errors import Damaged
from jebi.release.publish import Film, Retraction, Site, Words, words

LONGEST: Final = 1 << 16  # bytes
LANGUAGES: Final = ("en", "ko", "ja")  # that pages are drawn in
_HINT = "docs/formats/site.md shows how it is written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Masthead:
    """What all pages of the site say.

    Args:
        title: what the site is called.
        about: what its front page says of the newsroom.
        languages: of the pages; the first is that of the front door.
        address: where it is meant to be found, or nothing.
    """

    title: Words
    about: Words
    languages: tuple[str, ...] = LANGUAGES
    address: str = ""

    def __post_init__(self) -> None:
        if (
            not self.languages
            or len(set(self.languages)) != len(self.languages)
            or set(self.languages) - set(LANGUAGES)
        ):
            raise _damaged(f"languages are some of {', '.join(LANGUAGES)}, each once")

    def site(self, key: str, entries: tuple[Film | Retraction, ...], *, root: bytes = b"") -> Site:
        """The whole site: these words, the newsroom's public key as a vkey, and all that is published.

        `root` is the certificate by which readers of content credentials know the newsroom, PEM; nothing where there is none.
        """
        return Site(
            title=self.title,
            about=self.about,
            key=key,
            entries=entries,
            languages=self.languages,
            address=self.address,
            root=root,
        )


def parse(untrusted_toml: bytes, key: str) -> Masthead:
    """Read the settings of a site whose public key is `key`. Raises `Damaged` for whatever cannot be published."""
    if len(untrusted_toml) > LONGEST:
        raise _damaged("they are too long")
    try:
        table = tomllib.loads(untrusted_toml.decode())
    except (ValueError, RecursionError):
        raise _damaged("this is no TOML") from None
    if not {"title", "about"} <= table.keys() <= {"title", "about", "languages", "address"}:
        raise _damaged("there are a title and an about, and may be languages and an address, and nothing else")
    languages = table.get("languages", list(LANGUAGES))
    if not isinstance(languages, list) or not isinstance(table.get("address", ""), str):
        raise _damaged("languages are a list, and an address is a text")
    found = Masthead(
        title=_words(table["title"]),
        about=_words(table["about"]),
        languages=tuple(map(str, languages)),
        address=table.get("address", ""),
    )
    found.site(key, ())
    return found


def _words(untrusted: object) -> Words:
    if not isinstance(untrusted, Mapping) or not all(isinstance(text, str) for text in untrusted.values()):
        raise _damaged("title and about are tables of language and text")
    return words({str(language): text for language, text in untrusted.items()})


def _damaged(what: str) -> Damaged:
    return Damaged(f"the settings of the site cannot be: {what}", hint=_HINT)
