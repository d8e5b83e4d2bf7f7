"""The archive's grid, and the search."""

from starlette.requests import Request
from starlette.responses import Response

from jebi.office.shown import Filter, Page
from jebi.web.asked import Key, Words, address_of, filter_of, wordless
from jebi.web.desk import desk_of
from jebi.web.drawing import page


def archive(request: Request, key: Key = "") -> Response:
    """The grid of clips, filtered."""
    desk, asked = desk_of(request), request.query_params
    chosen = filter_of(asked, desk.settings.zone)
    clips = desk.archive.clips(chosen, key=key)
    return page(
        request,
        "archive.html",
        clips=clips,
        chosen=chosen,
        choices=desk.archive.choices(),
        asked=asked,
        narrowed=chosen != Filter(),
        without=lambda name: address_of("/archive", asked, **{name: ""}),
        older=address_of("/archive", asked, key=clips.older),
        newer=address_of("/archive", asked, key=clips.newer),
    )


def search(request: Request, q: Words = "", key: Key = "") -> Response:
    """What was found for a few words; an empty box finds nothing."""
    desk, asked, query = desk_of(request), request.query_params, wordless(q)
    chosen = filter_of(asked, desk.settings.zone)
    hits = desk.archive.search(query, chosen, key=key) if query else Page(items=(), total=0)
    return page(
        request,
        "search.html",
        query=query,
        hits=hits,
        chosen=chosen,
        choices=desk.archive.choices(),
        asked=asked,
        narrowed=chosen != Filter(),
        without=lambda name: address_of("/search", asked, **{name: ""}),
        older=address_of("/search", asked, key=hits.older),
        newer=address_of("/search", asked, key=hits.newer),
    )


ENDPOINTS = (archive, search)
