"""When something was filmed, as people write it: a year, a month, a day, a minute, or from one of them to another.

Invariants: what is written is read back as the same stretch of time; no precision is made up: `2026-03` is a whole month.
"""

import re
from datetime import datetime, timedelta, tzinfo

from jebi.errors import Damaged

_MOMENT = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2}))?)?)?")
_HINT = "write 2026, 2026-03, 2026-03-12, 2026-03-12 14:30, or two of them with a slash between"
_FORMS = ("%Y", "%Y-%m", "%Y-%m-%d", "%Y-%m-%d %H:%M")
_MS = 1000
# Of 1888, the year of the oldest film that is kept, and of 2300: a year beyond these is a slip of the finger, and near the
# calendar's ends there are times that cannot be written in every zone.
EARLIEST_MS, LATEST_MS = -2_587_766_400_000, 10_413_792_000_000


def parse_moment(untrusted_text: str, zone: tzinfo) -> tuple[int, int]:
    """The stretch of time that is meant, in ms since 1970, both ends in; ISO 8601 dates, an interval with a slash.

    Raises:
        Damaged: it is no date, ends before it begins, or nothing can have been filmed then.
    """
    start, end = _interval(untrusted_text, zone)
    if end < start:
        raise Damaged("the time ends before it begins", hint=_HINT)
    if start < EARLIEST_MS or end >= LATEST_MS:
        raise Damaged("nothing was filmed then", hint=_HINT)
    return start, end


def written_moment(from_ms: int, to_ms: int, zone: tzinfo) -> str:
    """The shortest text that `parse_moment` reads as this stretch; of one that it cannot read, its minutes."""
    start, end = (datetime.fromtimestamp(ms // _MS, zone) for ms in (from_ms, to_ms))
    for form in _FORMS:
        text = start.strftime(form)
        if _stretch(text, zone) == (from_ms, to_ms):
            return text
    for form in _FORMS:
        text = f"{start.strftime(form)}/{end.strftime(form)}"
        if _interval(text, zone) == (from_ms, to_ms):
            return text
    return f"{start.strftime(_FORMS[-1])}/{end.strftime(_FORMS[-1])}"


def _interval(text: str, zone: tzinfo) -> tuple[int, int]:
    first, _, last = text.strip().partition("/")
    start, _ = _stretch(first, zone)
    _, end = _stretch(last or first, zone)
    return start, end


def _stretch(text: str, zone: tzinfo) -> tuple[int, int]:
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise Damaged("that is no time that jebi reads", hint=_HINT)
    year, month, day, hour, minute = (int(part) if part else None for part in match.groups())
    try:
        start = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, tzinfo=zone)
        after = _after(start, month, day, hour)
    except (ValueError, OverflowError) as error:
        raise Damaged("there is no such day", hint=_HINT) from error
    return int(start.timestamp()) * _MS, int(after.timestamp()) * _MS - 1


def _after(start: datetime, month: int | None, day: int | None, hour: int | None) -> datetime:
    """When it is over."""
    if hour is not None:
        return start + timedelta(minutes=1)
    if day is not None:
        return start + timedelta(days=1)
    if month is not None:
        return start.replace(year=start.year + month // 12, month=month % 12 + 1)
    return start.replace(year=start.year + 1)
