"""What the pages say, in the three languages of the desk: words by key, numbers, sizes, dates and lengths of time.

A language is a file `languages/xx.toml`. A value is a sentence with named places, `{count}`, or a table of plural forms
`one` and `other`; Korean and Japanese have `other` alone. A key that is missing is a bug and raises; tests prove that
there is none.

Invariants: the same keys and places in every language; what is put into a place is escaped where the sentence is drawn.
"""

import functools
import importlib.resources
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

Value = str | Mapping[str, str]
NAMES = {"en": "English", "ko": "한국어", "ja": "日本語"}
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language of the pages."""

    code: str
    words: Mapping[str, Value]

    def say(self, key: str, /, **places: object) -> str:
        """A sentence with its places filled in; `count` chooses the plural form. Raises KeyError for an unknown key."""
        value = self.words[key]
        if isinstance(value, Mapping):
            value = value["one"] if self.code == "en" and places.get("count") == 1 else value["other"]
        shown = {name: self.number(place) if isinstance(place, int) else place for name, place in places.items()}
        return value.format_map(shown)

    def number(self, value: float) -> str:
        """1,234 in all three; a fraction with one digit."""
        return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"

    def share(self, value: float) -> str:
        """A share from 0 to 1 in per cent, whole and never rounded up to all."""
        return f"{int(value * 100)}%"

    def size(self, size: float) -> str:
        """Bytes in decimal units, as disks and sticks are sold."""
        unit = 0
        while size >= 1000 and unit < len(_UNITS) - 1:
            size, unit = size / 1000, unit + 1
        return f"{size:.0f} {_UNITS[unit]}" if unit == 0 or size >= 100 else f"{size:.1f} {_UNITS[unit]}"

    def date(self, time: int, zone: tzinfo) -> str:
        """A day."""
        day = datetime.fromtimestamp(time, zone)
        if self.code == "en":
            return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        return (
            f"{day.year}년 {day.month}월 {day.day}일" if self.code == "ko" else f"{day.year}年{day.month}月{day.day}日"
        )

    def moment(self, time: int, zone: tzinfo) -> str:
        """A day and a time of day."""
        return f"{self.date(time, zone)} {datetime.fromtimestamp(time, zone):%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """All of them, by code."""

    by_code: Mapping[str, Language]

    def wanted(self, *codes: str) -> Language:
        """The first that there is, else English."""
        return next((self.by_code[code] for code in codes if code in self.by_code), self.by_code["en"])


@functools.cache
def read() -> Languages:
    """The languages beside this module."""
    folder = importlib.resources.files("jebi.web") / "languages"
    return Languages(by_code={code: read_one((folder / f"{code}.toml").read_text("utf-8"), code) for code in NAMES})


def read_one(text: str, code: str) -> Language:
    """A language out of its file: tables in tables, their names joined by dots."""
    return Language(code=code, words=dict(_flat(tomllib.loads(text), "")))


def accepted(untrusted_header: str) -> tuple[str, ...]:
    """The codes that a browser would like to read, as it lists them; weights are not looked at."""
    return tuple(part.partition(";")[0].strip()[:2].lower() for part in untrusted_header[:200].split(","))


def length(seconds: float) -> str:
    """A length of time as a player shows it: 1:02:03 or 2:03."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def plain(untrusted: str) -> str:
    """Text with what cannot be seen made visible: controls as pictures, marks that turn the direction as their numbers."""
    if untrusted.isprintable():  # by far the most; and bidi controls are not printable in Python's sense
        return untrusted
    return "".join(one if one in "\n\t" or one.isprintable() or one == "\u3000" else _visible(one) for one in untrusted)


def _visible(one: str) -> str:
    if ord(one) < 32:
        return chr(0x2400 + ord(one))
    return " " if unicodedata.category(one) == "Zs" else f"⟨U+{ord(one):04X}⟩"


def _flat(table: Mapping[str, object], before: str) -> "list[tuple[str, Value]]":
    found: list[tuple[str, Value]] = []
    for name, value in table.items():
        key = f"{before}{name}"
        if isinstance(value, str):
            found.append((key, value))
        elif isinstance(value, Mapping) and "other" in value and not set(value) - {"one", "other"}:
            found.append((key, {form: str(text) for form, text in value.items()}))
        elif isinstance(value, Mapping):
            found += _flat(value, f"{key}.")
    return found
