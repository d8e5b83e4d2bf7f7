"""What members say of a clip: notes, tags, places, times, people, claims, transcripts. Each is an event in the custody log."""

from typing import Annotated, Literal

from fastapi import File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from jebi.office.kinds import Certainty, Consent, Risk
from jebi.office.shown import Person
from jebi.web.asked import MOST_CORROBORATING, Id, Line, Remark, Second, Text
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back

Sureness = Annotated[Certainty, Form()]


def note_add(request: Request, clip: Id, text: Text, at: Second = None) -> Response:
    """A note."""
    desk_of(request).archive.add_note(clip, text, at, by=_by(request))
    return back(f"/clips/{clip}#notes")


def tag_add(request: Request, clip: Id, tag: Line) -> Response:
    """A tag."""
    desk_of(request).archive.add_tag(clip, tag, by=_by(request))
    return back(f"/clips/{clip}#tags")


def tag_drop(request: Request, clip: Id, tag: Line) -> Response:
    """A tag less; the log keeps that it was there."""
    desk_of(request).archive.drop_tag(clip, tag, by=_by(request))
    return back(f"/clips/{clip}#tags")


def collection_add(request: Request, clip: Id, collection: Line) -> Response:
    """Into a collection."""
    desk_of(request).archive.add_to_collection(clip, collection, by=_by(request))
    return back(f"/clips/{clip}#tags")


def collection_drop(request: Request, clip: Id, collection: Line) -> Response:
    """Out of a collection."""
    desk_of(request).archive.drop_from_collection(clip, collection, by=_by(request))
    return back(f"/clips/{clip}#tags")


def place_add(request: Request, clip: Id, place: Line, certainty: Sureness, note: Remark = "") -> Response:
    """Where it was filmed, as somebody thinks."""
    desk_of(request).archive.add_place(clip, place, certainty, note, by=_by(request))
    return back(f"/clips/{clip}#place")


def time_add(request: Request, clip: Id, time: Line, certainty: Sureness, note: Remark = "") -> Response:
    """When it was filmed, as somebody thinks."""
    desk_of(request).archive.add_time(clip, time, certainty, note, by=_by(request))
    return back(f"/clips/{clip}#place")


def person_add(
    request: Request,
    clip: Id,
    pseudonym: Line,
    risk: Annotated[Risk, Form()],
    consent: Annotated[Consent, Form()],
    note: Remark = "",
    at: Second = None,
) -> Response:
    """Somebody in the clip."""
    person = Person(pseudonym=pseudonym, risk=risk, consent=consent, note=note, at=at)
    desk_of(request).archive.add_person(clip, person, by=_by(request))
    return back(f"/clips/{clip}/people")


def claim_add(request: Request, clip: Id, text: Text, certainty: Sureness, corroborating: Remark = "") -> Response:
    """What the clip shows, with other clips that bear it out."""
    others = corroborating.replace(",", " ").split()[:MOST_CORROBORATING]
    desk_of(request).archive.add_claim(clip, text, certainty, others, by=_by(request))
    return back(f"/clips/{clip}#claims")


def transcript_add(
    request: Request,
    clip: Id,
    file: Annotated[UploadFile, File()],
    language: Annotated[Literal["ko", "ja", "en"], Form()],
    kind: Annotated[Literal["transcript", "translation"], Form()] = "transcript",
) -> Response:
    """A transcript or translation that a person made. The gate has kept it below 1 MiB, in memory."""
    desk_of(request).archive.add_transcript(
        clip, file.file.read(), language=language, is_translation=kind == "translation", by=_by(request)
    )
    return back(f"/clips/{clip}#transcripts")


def _by(request: Request) -> str:
    return visitor_of(request).member.name


ENDPOINTS = (
    note_add,
    tag_add,
    tag_drop,
    collection_add,
    collection_drop,
    place_add,
    time_add,
    person_add,
    claim_add,
    transcript_add,
)
