"""Days and parts of days as the three languages of the pages write them."""

from datetime import date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def written(day: date, language: str) -> str:
    """A day, in full."""
    return partly(day.isoformat(), language)


def partly(told: str, language: str) -> str:
    """As much of a date as is told: `2026`, `2026-10`, `2026-10-03`, or nothing."""
    if not told:
        return ""
    year, month, day = (*map(int, told.split("-")), 0, 0)[:3]
    if language in {"ko", "ja"}:
        units = "년월일" if language == "ko" else "年月日"
        between = " " if language == "ko" else ""
        return between.join(f"{part}{unit}" for part, unit in zip((year, month, day), units, strict=True) if part)
    return " ".join(filter(None, (str(day or ""), _MONTHS[month - 1] if month else "", str(year))))


def month(number: str, language: str) -> str:
    """The name of a month, `01` to `12`."""
    return (
        _MONTHS[int(number) - 1]
        if language not in {"ko", "ja"}
        else f"{int(number)}{'월' if language == 'ko' else '月'}"
    )
