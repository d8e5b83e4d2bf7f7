"""Every route's gate: who asks, may they, and is the form their own; before anything else of the request is read.

Invariants: a route is reached through its row in the table or not at all; a form without the session's token changes nothing.
"""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi.routing import APIRoute
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from jebi.web import sessions
from jebi.web.desk import desk_of
from jebi.web.table import BY_NAME, Rule

LARGEST_BODY = 1 << 20  # a transcript of ten hours; above it Starlette would put a file on the disk, in the clear
MOST_FIELDS, MOST_FILES = 24, 1  # twice the largest form


class Guarded(APIRoute):
    """A route with its gate."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The gate, and the page behind it."""
        page, rule = super().get_route_handler(), BY_NAME[self.name]

        async def guarded(request: Request) -> Response:
            _check_charset(request)
            visitor = await run_in_threadpool(_visitor, request, rule)
            request.state.visitor = visitor
            if turned_away := _turned_away(rule, visitor, request):
                return turned_away
            if request.method == "POST" and rule.roles and visitor:
                await _check_form(request, visitor)
            return await page(request)

        return guarded


def _visitor(request: Request, rule: Rule) -> sessions.Visitor | None:
    desk = desk_of(request)
    cookie = request.cookies.get(sessions.cookie_name(desk.settings), "")
    # A page that is open and draws itself anew says so; it is no sign of a person, and may only shorten a session's life.
    is_person = not (rule.is_quiet or "x-jebi-live" in request.headers)
    return sessions.find(desk.archive, desk.settings, cookie, is_person=is_person) if cookie else None


def _turned_away(rule: Rule, visitor: sessions.Visitor | None, request: Request) -> Response | None:
    if not rule.roles:
        return None
    if visitor is None:
        if rule.is_part:
            raise HTTPException(401)
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?wanted={quote(wanted, safe='')}", 303)
    if visitor.member.role not in rule.roles:
        raise HTTPException(403)
    if not (rule.is_first or visitor.is_enrolled):
        if rule.is_part:
            raise HTTPException(403)
        return RedirectResponse("/account", 303)
    return None


def _check_charset(request: Request) -> None:
    """Forms of ours are UTF-8. Other codecs fail in ways of their own, or make letters that cannot be kept."""
    _, options = parse_options_header(request.headers.get("content-type", ""))
    if options.get(b"charset", b"utf-8").lower() not in {b"utf-8", b"utf8"}:
        raise HTTPException(400)


async def _check_form(request: Request, visitor: sessions.Visitor) -> None:
    form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS)
    token = form.get("form_token", "")
    if not (isinstance(token, str) and visitor.is_own(token)):
        await form.close()
        raise HTTPException(403)
