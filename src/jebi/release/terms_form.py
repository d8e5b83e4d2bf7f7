"""The terms of a broadcaster's package as the organisation writes them, in TOML (docs/formats/broadcast.md, "Terms").

    credit = "Spring Films"
    contact = "desk@films.example"
    embargo = "2026-12-01, 06:00 UTC"
    rights.en = "…"
    rights.ja = "…"
    rights.ko = "…"

Invariants: what was read can be written down; nothing that nobody knows is passed over. Peak: the file, which has a limit.
"""

import tomllib
from typing import Final

from jebi.errors import Damaged
from jebi.release.instructions import Terms

LONGEST: Final = 1 << 17  # bytes; three texts of rights have 60,000 at most
LINES: Final = ("credit", "contact", "embargo")
RIGHTS: Final = "rights"


def parse(untrusted_toml: bytes, *, is_spoken_by_a_machine: bool) -> Terms:
    """Read the terms.

    Raises:
        Damaged: it is no TOML, or has a field that terms do not have.
        Refused: a language is missing, or a text is too long or not seen.
    """
    if len(untrusted_toml) > LONGEST:
        raise _damaged("it is too long")
    try:
        table = tomllib.loads(untrusted_toml.decode())
    except (ValueError, RecursionError):
        raise _damaged("this is no TOML") from None
    if unknown := sorted(table.keys() - {*LINES, RIGHTS}):
        raise _damaged(f"there is no field {unknown[0][:40]!r}")
    rights = table.get(RIGHTS, {})
    if not isinstance(rights, dict):
        raise _damaged('rights stand under their language, as rights.en = "…"')
    return Terms(
        **{name: _text(table.get(name, "")) for name in LINES},
        rights={language: _text(text) for language, text in rights.items()},
        is_spoken_by_a_machine=is_spoken_by_a_machine,
    )


def _text(found: object) -> str:
    if not isinstance(found, str):
        raise _damaged("terms are texts")
    return found


def _damaged(why: str) -> Damaged:
    return Damaged(f"the terms could not be read: {why}", hint="docs/formats/broadcast.md shows how they are written")
