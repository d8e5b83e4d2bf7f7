"""Pages out of templates: what a template has at hand, and how text from outside is kept from doing anything.

Invariants: every value is escaped, and what cannot be seen in it is made visible; no page is kept by the browser.
"""

import functools

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from jebi.web import table, wording
from jebi.web.desk import desk_of, found_visitor

NAVIGATION = ("archive", "search", "cuts", "releases", "parcels", "trips", "log", "jobs", "health", "members")
THEMES = ("auto", "light", "dark")


@functools.cache
def environment() -> jinja2.Environment:
    """Where the templates are and what holds for all of them."""
    return jinja2.Environment(
        loader=jinja2.PackageLoader("jebi.web"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_seen,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language_of(request: Request) -> wording.Language:
    """The session's language; before there is one, what the address or the browser asks for."""
    visitor = found_visitor(request)
    asked = (visitor.session.language,) if visitor else (request.query_params.get("language", ""),)
    return desk_of(request).languages.wanted(*asked, *wording.accepted(request.headers.get("accept-language", "")))


def page(request: Request, template: str, *, status: int = 200, **values: object) -> Response:
    """A page, with what every page has."""
    desk, visitor, language = desk_of(request), found_visitor(request), language_of(request)
    zone = desk.settings.zone
    drawn = desk.templates.get_template(template).render(
        values
        | {
            "t": language.say,
            "language": language,
            "languages": wording.NAMES,
            "themes": THEMES,
            "visitor": visitor,
            "path": _here(request),
            "navigation": NAVIGATION,
            "asset": desk.assets.address,
            "length": wording.length,
            "day": lambda time: language.date(time, zone),
            "moment": lambda time: language.moment(time, zone),
            "may": lambda name: visitor is not None and visitor.is_enrolled and table.may(visitor.member.role, name),
            "live": table.BY_NAME,
        }
    )
    return HTMLResponse(drawn, status)


def back(where: str) -> RedirectResponse:
    """After something was done: to a page of ours, by GET, so that a reload does not do it again."""
    return RedirectResponse(where, 303)


def _here(request: Request) -> str:
    """Where a visitor who changes the language comes back to: what answers a form has no page of its own, so the nearest page above it."""
    path = request.url.path
    while request.method != "GET" and path.strip("/") and not _is_page(request, path):
        path = path.rpartition("/")[0]
    return path or "/"


def _is_page(request: Request, path: str) -> bool:
    asked = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(asked)[0] is Match.FULL for route in request.app.routes)


def _seen(value: object) -> object:
    """Before escaping: text with nothing invisible in it."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return wording.plain(value)
