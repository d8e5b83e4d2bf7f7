"""A clip: its page, its pictures and its viewing copy.

Footage leaves in pieces, as the browser asks for them, and is never kept by it. What is sent is a viewing copy that the
jail made, under one of four types and no other.
"""

import re
from itertools import chain, islice

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from jebi.office.kinds import Part
from jebi.office.shown import Blob, Verdict
from jebi.web.asked import Id
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import page

TYPES = {"video/mp4", "video/webm", "audio/mp4", "audio/webm", "image/jpeg", "image/png", "image/webp"}
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
_FORMS = {"vtt": "text/vtt; charset=utf-8", "srt": "application/x-subrip; charset=utf-8"}


def clip(request: Request, clip: Id) -> Response:
    """All that there is to say of a clip."""
    return draw(request, clip)


def clip_verify(request: Request, clip: Id) -> Response:
    """The clip, and whether its original and its custody are as they were."""
    return draw(request, clip, verdict=desk_of(request).archive.verify_clip(clip))


def clip_people(request: Request, clip: Id) -> Response:
    """Who is in a clip."""
    return page(request, "people.html", clip=desk_of(request).archive.clip(clip))


def draw(request: Request, clip: str, *, verdict: Verdict | None = None) -> Response:
    """The clip's page."""
    shown = desk_of(request).archive.clip(clip)
    by_hand = [one for one in shown.transcripts if not one.is_machine]
    first = next(iter(by_hand or shown.transcripts), None)
    return page(request, "clip.html", clip=shown, first=first, verdict=verdict)


def clip_part(request: Request, clip: Id, part: Part) -> Response:
    """The viewing copy or the poster, or as much of it as was asked for."""
    if part is Part.SHOT:
        raise HTTPException(404)
    return ranged(desk_of(request).archive.part(clip, part), request.headers.get("range", ""))


def clip_shot(request: Request, clip: Id, number: int) -> Response:
    """A shot's picture."""
    if not 0 <= number < 1_000_000:
        raise HTTPException(404)
    return ranged(desk_of(request).archive.part(clip, Part.SHOT, number), request.headers.get("range", ""))


def ranged(blob: Blob, untrusted_range: str) -> Response:
    """A blob, or one range of it; RFC 9110 section 14. Several ranges at once are answered with the whole."""
    if blob.media_type not in TYPES:
        raise HTTPException(404)
    asked = _RANGE.fullmatch(untrusted_range)
    if asked is None or not (asked[1] or asked[2]):
        return _streamed(blob, 0, blob.size, status=200)
    if asked[1]:
        start, end = int(asked[1]), min(int(asked[2]) + 1 if asked[2] else blob.size, blob.size)
    else:
        start, end = max(0, blob.size - int(asked[2])), blob.size
    if start >= end:
        return Response(status_code=416, headers={"content-range": f"bytes */{blob.size}"})
    return _streamed(blob, start, end, status=206)


def _streamed(blob: Blob, start: int, end: int, *, status: int) -> Response:
    headers = {"accept-ranges": "bytes", "content-length": str(end - start)}
    if status == 206:
        headers["content-range"] = f"bytes {start}-{end - 1}/{blob.size}"
    return StreamingResponse(_begun(blob, start, end), status, headers, media_type=blob.media_type)


def _begun(blob: Blob, start: int, end: int) -> "chain[bytes]":
    """The pieces, of which the first is read before the answer begins: what fails at once fails with a page."""
    pieces = blob.read(start, end)
    return chain(list(islice(pieces, 1)), pieces)


def transcript_written(request: Request, clip: Id, transcript: Id, form: str) -> Response:
    """A transcript as a file. Its name is ours: a clip's name could be anything."""
    if form not in _FORMS:
        raise HTTPException(404)
    text = desk_of(request).archive.written_transcript(clip, transcript, form)
    headers = {"content-disposition": f'attachment; filename="{transcript}.{form}"'}
    return Response(text, headers=headers, media_type=_FORMS[form])


def evidence(request: Request, clip: Id) -> Response:
    """The evidence package, as a file to be kept."""
    package = desk_of(request).archive.evidence(clip, by=visitor_of(request).member.name)
    headers = {
        "content-length": str(package.size),
        "content-disposition": f'attachment; filename="evidence-{clip}.tar"',
    }
    return StreamingResponse(_begun(package, 0, package.size), headers=headers, media_type="application/x-tar")


ENDPOINTS = (clip, clip_verify, clip_people, clip_part, clip_shot, transcript_written, evidence)
