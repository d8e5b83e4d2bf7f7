"""Keys of pages: where a page ends, as text that a browser carries. What comes back is hostile.

Invariants: a key that cannot be is as no key.
"""

from typing import Final

LONGEST: Final = 64
OLDER, NEWER = "o", "n"


def written(towards: str, *parts: int | str) -> str:
    """A key for the page on that side of a place."""
    return towards + "_".join(map(str, parts))


def parse(untrusted_key: str, parts: int) -> tuple[str, list[str]] | None:
    """On which side of what; `None` for a key that is none."""
    towards, words = untrusted_key[:1], untrusted_key[1:].split("_")
    is_key = towards in {OLDER, NEWER} and len(untrusted_key) <= LONGEST and untrusted_key.isascii()
    if not (is_key and untrusted_key.isprintable() and len(words) == parts and all(words)):
        return None
    return towards, words


def number(untrusted_word: str) -> int | None:
    """A whole number of at most 15 digits, or `None`."""
    is_number = untrusted_word.isascii() and untrusted_word.isdigit() and len(untrusted_word) <= 15
    return int(untrusted_word) if is_number else None
