"""Where two people clear a cut, or refuse it: film, leak report, pictures, checklist, and what they sign.

What is signed is signed in the browser, with a key that never leaves it (docs/formats/cuts.md, "Key file"); only a signed note comes here. Whether it counts is
decided in the office.
"""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from jebi.errors import NothingFound
from jebi.office.shown_clearing import Reviewed
from jebi.release.checklist import Answer, Question
from jebi.web.asked import Digest, Number, SignedNote
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back, page
from jebi.web.watching import ranged


class Answers(BaseModel):
    """The checklist as it was filled in; what has no answer yet is left out."""

    gait: Answer | None = None
    clothes: Answer | None = None
    voice: Answer | None = None
    place: Answer | None = None
    reflections: Answer | None = None
    writing: Answer | None = None
    time: Answer | None = None
    present: Answer | None = None
    filmer: Answer | None = None
    consent: Answer | None = None


def clear(request: Request, cut: Number, output: Number) -> Response:
    """An output, and all that is to be seen and answered before it is signed."""
    reviewed = _reviewed(request, cut, output)
    return page(request, "clear.html", one=reviewed, questions=tuple(Question), choices=tuple(Answer))


def clear_film(request: Request, cut: Number, output: Number) -> Response:
    """The film, or as much of it as was asked for."""
    return ranged(desk_of(request).archive.film(cut, output), request.headers.get("range", ""))


def clear_first(request: Request, cut: Number, output: Number, picture: Number) -> Response:
    """A picture to look at first."""
    return ranged(desk_of(request).archive.picture(cut, output, "first", picture), "")


def clear_strip(request: Request, cut: Number, output: Number, leaf: Number) -> Response:
    """A page of the contact strip."""
    reviewed = _reviewed(request, cut, output)
    shown = {one.number: one for one in reviewed.strip}
    if leaf not in shown:
        raise NothingFound("there is no such page", hint="look at the output anew")
    return page(request, "clear_strip.html", one=reviewed, leaf=shown[leaf])


def clear_sheet(request: Request, cut: Number, output: Number, leaf: Number) -> Response:
    """The pictures of that page."""
    return ranged(desk_of(request).archive.picture(cut, output, "strip", leaf), "")


def clear_seen(request: Request, cut: Number, output: Number, leaf: Number, sha256: Digest) -> Response:
    """Somebody saw all of a page; leads to the next that they did not see."""
    desk_of(request).archive.sign_off(cut, output, leaf, sha256, by=_by(request))
    unseen = _reviewed(request, cut, output).unseen
    following = next((one for one in unseen if one.number > leaf), next(iter(unseen), None))
    here = _address(cut, output)
    return back(f"{here}/strip/{following.number}" if following else f"{here}#checklist")


def clear_answers(request: Request, cut: Number, output: Number, answers: Annotated[Answers, Form()]) -> Response:
    """What somebody answered."""
    given = {Question(name): said for name, said in answers if said is not None}
    desk_of(request).archive.answer(cut, output, given, by=_by(request))
    return back(f"{_address(cut, output)}#checklist")


def clear_ask(request: Request, cut: Number, output: Number) -> Response:
    """What somebody is to sign, drawn for them now."""
    asked = desk_of(request).archive.ask(cut, output, by=_by(request))
    return page(request, "clear_sign.html", asked=asked, here=_address(cut, output))


def clear_sign(request: Request, cut: Number, output: Number, note: SignedNote) -> Response:
    """What somebody signed."""
    desk_of(request).archive.clear(cut, output, note.encode(), by=_by(request))
    return back(_address(cut, output))


def clear_refuse(request: Request, cut: Number, output: Number) -> Response:
    """Somebody does not want it to be shown."""
    desk_of(request).archive.refuse(cut, output, by=_by(request))
    return back(_address(cut, output))


def _reviewed(request: Request, cut: int, output: int) -> Reviewed:
    return desk_of(request).archive.reviewed(cut, output, by=_by(request))


def _address(cut: int, output: int) -> str:
    return f"/cuts/{cut}/outputs/{output}"


def _by(request: Request) -> str:
    return visitor_of(request).member.name


ENDPOINTS = (
    clear,
    clear_film,
    clear_first,
    clear_strip,
    clear_sheet,
    clear_seen,
    clear_answers,
    clear_ask,
    clear_sign,
    clear_refuse,
)
