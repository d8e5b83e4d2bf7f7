"""What a row may hold: texts that every database keeps as they are, and numbers that every reader can tell apart.

Invariants: no text with U+0000 (PostgreSQL refuses it) or half a surrogate pair (no encoding has it), and none without a
limit; no number beyond 2^53, where JSON's readers begin to round.
"""

import re

from jebi.errors import Damaged

LARGEST = (1 << 53) - 1
LONGEST_NAME = 256  # a tag, a place, a task, a tool with its version
LONGEST_SENTENCE = 2048  # why something failed, what somebody consented to
LONGEST_TEXT = 1 << 16  # an hour of speech in one segment, a fact as the file claims it
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")
_HEX = re.compile(r"[0-9a-f]+")


def check_text(what: str, text: str, longest: int, *, least: int = 0) -> None:
    """Raise `Damaged` unless a text can be kept; lengths are bytes of UTF-8."""
    if _UNKEEPABLE.search(text):
        raise Damaged(f"{what} has a character that cannot be kept")
    if not least <= len(text.encode()) <= longest:
        raise Damaged(f"{what} is empty or too long to be kept")


def check_number(what: str, number: int, *, least: int = 0) -> None:
    """Raise `Damaged` unless a number can be kept."""
    if not least <= number <= LARGEST:
        raise Damaged(f"{what} is out of range")


def check_hex(what: str, text: str, length: int) -> None:
    """Raise `Damaged` unless a text is so many lower-case hexadecimal digits."""
    if len(text) != length or not _HEX.fullmatch(text):
        raise Damaged(f"{what} is not {length} hexadecimal digits")


def check_one_of(what: str, text: str, choices: tuple[str, ...]) -> None:
    """Raise `Damaged` unless a text is one of those that stand in the schema."""
    if text not in choices:
        raise Damaged(f"{what} is none of those that the catalogue knows")
