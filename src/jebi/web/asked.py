"""What may stand in an address or a form, and how a filter is read out of one.

Invariants: whatever passes here is short, without controls, and of the kind that it says.
"""

import math
import re
import unicodedata
from dataclasses import fields
from datetime import datetime, time, timedelta, tzinfo
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Form, Path, Query
from pydantic import AfterValidator, BeforeValidator, StringConstraints
from starlette.datastructures import QueryParams

from jebi.office.kinds import ClipState, Has
from jebi.office.members import NAME
from jebi.office.shown import Filter

LONGEST_QUERY = 200  # characters; a sentence, and no work for hours
LONGEST_SECOND = 20  # of 9999:59:59.999 there are 15; beyond, numbers end in infinity
LONGEST_LINE, LONGEST_TEXT, LONGEST_KEY = 200, 4000, 200
MOST_CORROBORATING = 50
MOST_MEDIA = 600  # an inbox and all that can be plugged in
LARGEST_NUMBER = (1 << 53) - 1  # of a row
LONGEST_NOTE = 1 << 13  # characters; twice a clearance, for what a form adds
_YEARS = range(1990, 2200)  # of arrivals at a desk


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if any(unicodedata.category(one) in {"Cc", "Cs", "Cn"} and one not in "\n\t" for one in text):
        raise ValueError("a character that cannot be shown")
    return text


def _second(untrusted: object) -> float | None:
    """A place in a clip as a person writes it: 75, 75.5, 1:15 or 1:02:03; nothing for none."""
    if untrusted is None:
        return None
    if not isinstance(untrusted, str):  # a form may hold a file where a field should be
        raise ValueError("a time is written 1:15")  # noqa: TRY004 what is wrong with a form is a ValueError
    text = untrusted.strip()
    if not text:
        return None
    parts = text.split(":")
    if (
        len(text) > LONGEST_SECOND
        or len(parts) > 3
        or not all(part.replace(".", "", 1).isascii() and part.replace(".", "", 1).isdigit() for part in parts)
    ):
        raise ValueError("a time is written 1:15")
    seconds = math.fsum(float(part) * 60**place for place, part in enumerate(reversed(parts)))
    if seconds >= 1e6:
        raise ValueError("too far into a clip")
    return seconds


def _as_signed(text: str) -> str:
    """A signed note as it was before the form: browsers end every line of a form with CR and LF."""
    return text.encode().decode().replace("\r\n", "\n")  # what is no text raises a ValueError


_ID = r"^[A-Za-z0-9_.-]{1,64}$"
Id = Annotated[str, Path(pattern=_ID)]
Number = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]
MemberName = Annotated[str, Path(pattern=NAME)]
NewName = Annotated[str, Form(pattern=NAME)]
Media = Annotated[list[Annotated[str, StringConstraints(pattern=_ID)]], Form(min_length=1, max_length=MOST_MEDIA)]
Key = Annotated[str, Query(max_length=LONGEST_KEY)]
Words = Annotated[str, Query(max_length=LONGEST_QUERY)]
Line = Annotated[str, Form(min_length=1, max_length=LONGEST_LINE), AfterValidator(_clean)]
Remark = Annotated[str, Form(max_length=LONGEST_TEXT), AfterValidator(_clean)]
Text = Annotated[str, Form(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_clean)]
Second = Annotated[float | None, Form(), BeforeValidator(_second)]
Secret = Annotated[str, Form(max_length=1024)]
Digest = Annotated[str, Form(pattern=r"^[0-9a-f]{64}$")]
SignedNote = Annotated[str, Form(min_length=1, max_length=LONGEST_NOTE), AfterValidator(_as_signed)]


def filter_of(untrusted: QueryParams, zone: tzinfo) -> Filter:
    """A filter out of an address; what cannot be is left out, so that an old bookmark still leads somewhere."""
    state = untrusted.get("state", "")
    return Filter(
        since=_day(untrusted.get("since", ""), zone, end=False),
        until=_day(untrusted.get("until", ""), zone, end=True),
        place=_short(untrusted, "place"),
        trip=_short(untrusted, "trip"),
        tag=_short(untrusted, "tag"),
        collection=_short(untrusted, "collection"),
        faces=_answer(untrusted.get("faces", "")),
        speech=_answer(untrusted.get("speech", "")),
        text=_answer(untrusted.get("text", "")),
        state=ClipState(state) if state in set(ClipState) else None,
    )


def address_of(path: str, untrusted: QueryParams, **changed: str) -> str:
    """The same page with something changed: what filters say stays, what is empty goes."""
    names = ("q", *(one.name for one in fields(Filter)))
    kept = {name: untrusted.get(name, "")[:LONGEST_LINE] for name in names} | changed
    said = urlencode({name: value for name, value in kept.items() if value})
    return f"{path}?{said}" if said else path


def local(untrusted_address: str) -> str:
    """An address on this desk, or its first page: nobody is led away from here."""
    is_ours = untrusted_address.startswith("/") and not untrusted_address.startswith(("//", "/\\"))
    return untrusted_address if is_ours and untrusted_address.isprintable() and len(untrusted_address) < 2000 else "/"


def is_name(untrusted: str) -> bool:
    """Whether a member could be called that."""
    return re.fullmatch(NAME, untrusted) is not None


def _short(untrusted: QueryParams, name: str) -> str:
    return wordless(untrusted.get(name, "")[:LONGEST_LINE])


def wordless(text: str) -> str:
    """The text without controls; lone surrogates cannot come by an address."""
    return "".join(one for one in text if unicodedata.category(one) != "Cc").strip()


def _answer(text: str) -> Has:
    return Has(text) if text in set(Has) else Has.ANY


def _day(text: str, zone: tzinfo, *, end: bool) -> int | None:
    try:
        day = datetime.combine(datetime.fromisoformat(text[:10]).date(), time(), zone)
    except ValueError:
        return None
    if day.year not in _YEARS:
        return None
    return int((day + timedelta(days=1)).timestamp()) - 1 if end else int(day.timestamp())
