"""What a tool in the jail says, before anybody believes it: bounded JSON, numbers in range, text that cannot play tricks.

Invariants: every function takes anything at all and raises only `Damaged`, or answers `None` where a claim makes no sense.
Peak: 30 times what was said, when it is made of nothing but the smallest objects.
"""

import json
import math
import unicodedata
from collections.abc import Mapping
from typing import Final

from jebi.errors import Damaged

LONGEST_TEXT: Final = (
    1 << 14
)  # characters of one claim: a long caption; what is longer is a preview picture or an attack
CUT: Final = "…"


def parsed(untrusted_json: bytes, *, longest: int) -> object:
    """The value of a JSON text of at most `longest` bytes; its numbers stay as they are written. Raises `Damaged` otherwise."""
    if len(untrusted_json) > longest:
        raise Damaged(f"what it says about itself is longer than {longest >> 20} MiB", hint="keep it as a mere file")
    try:
        words = untrusted_json.decode("utf-8", errors="surrogateescape")
        value: object = json.loads(words, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:  # no JSON, or brackets a thousand deep
        raise Damaged("what it says about itself cannot be read", hint="keep it as a mere file") from error
    return value


def plain(untrusted_text: str, *, longest: int = LONGEST_TEXT) -> str:
    """A text on one line, in which everything that is not seen, or turns the reading direction, stands as an escape.

    NUL would end it in some other program, a line end forge a second line, a bidi override make "gpj.exe" of "exe.jpg".
    """
    text = untrusted_text if len(untrusted_text) <= longest else untrusted_text[:longest] + CUT
    return text if text.isprintable() else "".join(map(_seen, text))


def table(untrusted: object) -> Mapping[str, object]:
    """A JSON object; empty if it is something else."""
    return untrusted if isinstance(untrusted, dict) else {}


def rows(untrusted: object) -> list[Mapping[str, object]]:
    """The objects in a JSON array; none if it is something else."""
    return [row for row in untrusted if isinstance(row, dict)] if isinstance(untrusted, list) else []


def text(untrusted: object, *, longest: int) -> str:
    """A short text; empty if it is something else."""
    return plain(untrusted, longest=longest) if isinstance(untrusted, str) else ""


def number(untrusted: object, *, least: float, most: float) -> float | None:
    """A number, also one that is written as text or as a fraction (`30000/1001`); None if it is none in the range."""
    try:
        above, _, below = str(untrusted)[:64].partition("/")
        value = float(above) / float(below or 1)
    except (ValueError, OverflowError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) and least <= value <= most else None


def whole(untrusted: object, *, least: int, most: int) -> int | None:
    """A whole number, also one that is written as text; None if it is none in the range."""
    value = number(untrusted, least=least, most=most)
    return int(value) if value is not None and value.is_integer() else None


def _seen(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":  # the wide space of Korean and Japanese
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
