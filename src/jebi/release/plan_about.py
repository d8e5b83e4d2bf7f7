"""What the public reads of a cut, as an editor writes it in TOML, to be put into its plan (docs/formats/cuts.md, "Plan").

Invariants: what was read is as fit as the `about` of a plan; nothing that nobody knows is passed over. Peak: the file, which has a limit.
"""

import tomllib
from typing import Any, Final

from jebi.errors import Damaged
from jebi.release.plan import About

LONGEST: Final = 1 << 18  # bytes; a plan's own limits are narrower
TEXTS: Final = ("title", "summary", "why")
NAMES: Final = ("places", "themes")
FILMED: Final = "filmed"
_HINT = "docs/formats/cuts.md shows how it is written"


def parse(untrusted_toml: bytes) -> About:
    """Read what is to be said. Raises `Damaged` for whatever a plan cannot say."""
    if len(untrusted_toml) > LONGEST:
        raise _damaged("it is too long")
    try:
        table = tomllib.loads(untrusted_toml.decode())
    except (ValueError, RecursionError):
        raise _damaged("this is no TOML") from None
    if unknown := sorted(table.keys() - {*TEXTS, *NAMES, FILMED}):
        raise _damaged(f"there is no field {unknown[0][:40]!r}")
    texts = {name: _texts(table.get(name, {})) for name in TEXTS}
    names = {name: _names(table.get(name, [])) for name in NAMES}
    return About(**texts, **names, filmed=_text(table.get(FILMED, "")))  # type: ignore[arg-type]


def _texts(found: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(found, dict):
        raise _damaged('a text stands under its language, as title.en = "…"')
    return tuple(sorted((str(language), _text(text)) for language, text in found.items()))


def _names(found: object) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise _damaged("places and themes are lists of texts")
    return tuple(map(_text, found))


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise _damaged("what is said is text")
    return found


def _damaged(why: str) -> Damaged:
    return Damaged(f"what the public is to read could not be read: {why}", hint=_HINT)
