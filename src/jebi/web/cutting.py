"""Cuts: the list, one cut with its film and its leak report, and the editor of its plan.

A plan leaves as JSON, beside what to look at first and what people wrote of what is said, and comes back in its one encoding; what comes back is taken for hostile until `release/plan_form` has read it, and for nothing
as long as it is not based on the newest plan. Films leave in pieces, as viewing copies do.

Invariants: the browser decides on boxes, stretches and texts; which clips, which digests and which seed stay the cut's own.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from jebi.errors import Damaged
from jebi.office.shown_cuts import Checked, Edited, EditedSource, Sought
from jebi.release.concerns import Concern
from jebi.release.plan_form import LONGEST
from jebi.release.timeline import showings
from jebi.web.asked import Id, Key, Line
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back, language_of, page
from jebi.web.watching import ranged

MOST_CONCERNS = 2_000  # of one source that a page is given; whoever saw these looks on in a new plan
LARGEST_NUMBER = (1 << 53) - 1
GZIP = b"\x1f\x8b"
WORDS = (  # of the editor, each with its sentence in every language
    "add_line", "add_part", "add_sound", "applied", "bare", "changed", "confirm_open", "cover_face", "covers", "delete", "disguised",
    "disguised_why", "draw", "drawn", "earlier", "empty", "extend", "face", "figure", "filmed", "first_frame", "from", "gap", "hand",
    "help", "how", "join", "join_what", "key", "keys_moved", "last_frame", "later", "leave", "line", "line_added", "line_dropped",
    "line_empty", "line_ends", "line_fast", "line_language", "line_markup", "line_overlap", "line_speaker", "line_text", "lines",
    "lines_help", "lines_language", "lines_taken", "lines_troubled", "loading", "mosaic", "next", "no_lines", "no_viewing", "nobody",
    "none", "not_searched", "opened", "part_beyond", "parts", "places", "plain", "plain_why", "play", "redo", "remove", "remove_key",
    "reset", "save", "saving", "selected", "short", "shorten", "signed_out", "silent", "solid", "sounds", "sounds_help", "source", "stretch_ends",
    "stretch_made", "stretch_overlaps", "style", "summary", "surroundings", "surroundings_why", "take_left", "take_transcript",
    "take_translation", "text", "texts", "themes", "tight", "timeline", "title", "to", "tracks_help", "undo", "unsaved", "unsure", "up",
    "voice", "voice_help", "voice_none", "voice_under", "watch", "whole_figure", "why", "worst", "worst_count",
)  # fmt: skip


def cuts(request: Request, key: Key = "") -> Response:
    """All cuts, the newest first."""
    return page(request, "cuts.html", cuts=desk_of(request).archive.cuts(key=key))


def cut(request: Request, cut: Id) -> Response:
    """One cut."""
    shown = desk_of(request).archive.cut(cut)
    parts = [(one, one.begins_ms / 1000) for one in showings(shown.plan)]
    newest, is_anew = next(iter(shown.outputs), None), "x-jebi-live" in request.headers
    return page(request, "cut.html", cut=shown, parts_shown=parts, newest=newest, is_anew=is_anew)


def cut_picture(request: Request, cut: Id) -> Response:
    """What the list shows of it."""
    return ranged(desk_of(request).archive.cut_picture(cut), request.headers.get("range", ""))


def cut_film(request: Request, cut: Id, output: Id) -> Response:
    """A film that was rendered, or as much of it as was asked for."""
    return ranged(desk_of(request).archive.cut_film(cut, output), request.headers.get("range", ""))


def cover(request: Request, clip: Id) -> Response:
    """Before a cut is begun: whether the clip was looked through for faces, and for text."""
    archive = desk_of(request).archive
    faces, text = archive.searched(clip, "faces"), archive.searched(clip, "text")
    return page(request, "cover.html", clip=archive.clip(clip), faces=faces, text=text)


def search_want(request: Request, clip: Id, sought: Annotated[Sought, Form()] = "faces") -> Response:
    """Have it looked through."""
    desk_of(request).archive.want_searched(clip, sought, by=_by(request))
    return back(f"/clips/{clip}/cover")


def cut_begin(
    request: Request,
    clip: Annotated[str, Form(pattern=r"^[A-Za-z0-9_.-]{1,64}$")],
    name: Line,
    style: Annotated[Literal["solid", "mosaic"], Form()] = "solid",
    figures: Annotated[Literal["", "yes"], Form()] = "",
    texts: Annotated[Literal["", "yes"], Form()] = "",
) -> Response:
    """Begin a cut with a proposal."""
    archive = desk_of(request).archive
    has_figures, has_texts = figures == "yes", texts == "yes"
    number = archive.begin_cut(clip, name, style, has_figures=has_figures, has_texts=has_texts, by=_by(request))
    return back(f"/cuts/{number}/edit")


def cut_edit(request: Request, cut: Id) -> Response:
    """The editor."""
    shown, language = desk_of(request).archive.cut(cut), language_of(request)
    words = {name: language.words[f"editor.{name}"] for name in WORDS}
    words |= {f"language_{code}": language.say(f"language.{code}") for code in ("ko", "ja", "en")}
    return page(request, "cut_edit.html", cut=shown, words=words)


def cut_plan(request: Request, cut: Id) -> Response:
    """The newest plan, with what to look at first."""
    return Response(written(desk_of(request).archive.edited_plan(cut)), media_type="application/json")


def plan_keep(
    request: Request,
    cut: Id,
    based: Annotated[int, Form(ge=1, le=LARGEST_NUMBER)],
    plan: Annotated[UploadFile, File()],
) -> Response:
    """Keep an edited plan. The gate has kept what was sent below 1 MiB, in memory."""
    desk_of(request).archive.keep_plan(cut, based, inflated(plan.file.read()), by=_by(request))
    return back(f"/cuts/{cut}")


def inflated(untrusted_plan: bytes) -> bytes:
    """A plan's bytes, which may have come in gzip (RFC 1952): never more than a plan may have, whatever they would swell to."""
    if not untrusted_plan.startswith(GZIP):
        return untrusted_plan
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plan = unpacking.decompress(untrusted_plan, LONGEST + 1)
    except zlib.error as error:
        raise Damaged("the plan of a cut cannot be unpacked", hint="save it again") from error
    if len(plan) > LONGEST or not unpacking.eof or unpacking.unused_data:
        raise Damaged("the plan of a cut is longer than 16 MiB, or not whole", hint="save it again")
    return plan


def written(edited: Edited) -> bytes:
    """A plan for the editor: `based`, `plan`, and for each source what to look at first."""
    beside = {"based": edited.number, "sources": list(map(_source, edited.sources))}
    head = json.dumps(beside, ensure_ascii=False, separators=(",", ":")).encode()
    return b'{"plan":' + edited.written + b"," + head.removeprefix(b"{")


def _source(one: EditedSource) -> Mapping[str, object]:
    return {
        "clip": one.clip,
        "name": one.name,
        "length": one.length_ms,
        "searched": one.is_searched,
        "viewing": one.has_viewing,
        "total": len(one.concerns),
        "concerns": list(map(_concern, one.concerns[:MOST_CONCERNS])),
        "said": list(map(_checked, one.said)),
    }


def _concern(one: Concern) -> Mapping[str, object]:
    said: dict[str, object] = {"why": one.why, "cover": one.cover, "at": one.at_ms, "amount": one.amount}
    if one.proposed:
        said["keys"] = [[key.time_ms, key.x, key.y, key.width, key.height] for key in one.proposed.keys]
    return said


def _checked(one: Checked) -> Mapping[str, object]:
    return {
        "language": one.language,
        "translation": one.is_translation,
        "by": one.by,
        "lines": one.lines,
        "left": one.left,
    }


def _by(request: Request) -> str:
    return visitor_of(request).member.name


ENDPOINTS = (
    cuts,
    cut,
    cut_picture,
    cut_film,
    cover,
    search_want,
    cut_begin,
    cut_edit,
    cut_plan,
    plan_keep,
)
