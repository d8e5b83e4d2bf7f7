"""A name from outside becomes a `SafeName` here and nowhere else (docs/formats/parcel.md, "Names").

A safe name is a relative path that no file system, shell or terminal can be hurt by: it climbs nowhere, hides nothing
and prints as it is. Edges that create files accept only safe names.
"""

import unicodedata
from dataclasses import dataclass

from jebi.errors import Damaged

LONGEST_NAME = 1024  # bytes of UTF-8 in all; cards nest three folders, 64 bytes each
LONGEST_PART = 255  # what FAT, exFAT and ext4 all take
DEEPEST = 16
ROOM = 64  # bytes that a made name leaves for the folder that it is put in
BAD_FIRST = " -."  # a leading dot hides a file or climbs, a hyphen makes it an option
FORBIDDEN = frozenset('\\:*?"<>|')  # FAT and exFAT refuse them; a stick must be able to hold every clip's name
RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{p}{i}" for p in ("com", "lpt") for i in range(1, 10))})


@dataclass(frozen=True, slots=True, order=True)
class SafeName:
    """A relative path of safe parts, joined by `/`. A value that exists is safe."""

    text: str

    def __post_init__(self) -> None:
        if not self.text or len(self.text.encode("utf-8", "surrogatepass")) > LONGEST_NAME:
            raise Damaged("a file's name is empty or too long")
        parts = self.parts
        if len(parts) > DEEPEST:
            raise Damaged("a file lies too deep in folders")
        for part in parts:
            _check_part(part)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(self.text.split("/"))

    def __str__(self) -> str:
        return self.text


class Names:
    """Names that one folder can hold together, on file systems that keep capitals apart and on those that do not."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def add(self, name: SafeName) -> None:
        """Add a file's name; raises `Damaged` if it is there, or is a folder's too."""
        text = name.text.casefold()
        folders = {text[:i] for i, letter in enumerate(text) if letter == "/"}
        if text in self._files or text in self._folders or folders & self._files:
            raise Damaged("two files have names that one folder cannot hold together")
        self._files.add(text)
        self._folders |= folders


def make_safe(untrusted_parts: tuple[str, ...]) -> SafeName:
    """The nearest safe name for a file that exists under an unsafe one; a safe name comes back as it is.

    Only what is unsafe is replaced, by `_`, so that an editor still recognises the file. Of a path that is too deep or
    too long the end stays; there is always room for one folder more above it.
    """
    parts = [_mend(part) for part in untrusted_parts if part][1 - DEEPEST :] or ["_"]
    while len("/".join(parts).encode()) > LONGEST_NAME - ROOM:
        del parts[0]
    return SafeName("/".join(parts))


def _mend(untrusted_part: str) -> str:
    text = unicodedata.normalize("NFC", untrusted_part.encode("utf-8", "replace").decode("utf-8", "replace"))
    text = _shortened("".join("_" if _is_forbidden(letter) else letter for letter in text)) or "_"
    if text[0] in BAD_FIRST:
        text = "_" + text[1:]
    return _shortened("_" + text) if _is_reserved(text) else text


def _shortened(text: str) -> str:
    """As much of a part as fits: the ending stays, what stands before it gets shorter."""
    text = text.rstrip(" .")
    while len(text.encode()) > LONGEST_PART:
        stem, dot, suffix = text.rpartition(".")
        text = stem[:-1] + dot + suffix if len(suffix.encode()) < LONGEST_PART // 2 else text[:-1]
    return text.rstrip(" .")


def _check_part(part: str) -> None:
    if not part or part[0] in BAD_FIRST or part[-1] in " .":
        raise Damaged("a file's name climbs, hides or could be taken for an option")
    is_plain = part.isascii() and part.isprintable() and FORBIDDEN.isdisjoint(part)  # most are, and there may be many
    if not is_plain and (any(map(_is_forbidden, part)) or unicodedata.normalize("NFC", part) != part):
        raise Damaged("a file's name has a character that could deceive or harm")
    if len(part.encode("utf-8", "surrogatepass")) > LONGEST_PART or _is_reserved(part):
        raise Damaged("a file's name is too long or reserved")


def _is_reserved(part: str) -> bool:
    return part.partition(".")[0].lower() in RESERVED


def _is_forbidden(letter: str) -> bool:
    """Controls, direction marks, surrogates, unassigned: whatever does not show as itself."""
    return letter in FORBIDDEN or letter == "/" or unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
