"""The desk's pages, put together; `create_app` for whoever serves them, `serve` to do it on this machine.

Invariants: routes are made from the table and nothing else; there is no description of them to fetch, no telemetry, no
access log, and no other address than our own in any answer.
"""

import gc
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from jebi.errors import Damaged, JebiError, NoRoom, NothingFound, Refused, Unable
from jebi.office.counter import Archive
from jebi.web import (
    assets,
    clearing,
    cutting,
    describing,
    drawing,
    finding,
    live,
    member_keys,
    membership,
    publishing,
    receiving,
    running,
    signing_in,
    watching,
    wording,
)
from jebi.web.brake import Brake
from jebi.web.desk import Desk, desk_of
from jebi.web.gate import LARGEST_BODY, Guarded
from jebi.web.settings import Settings
from jebi.web.shell import Shell
from jebi.web.table import RULES

PAGES = (
    signing_in,
    receiving,
    finding,
    watching,
    cutting,
    describing,
    clearing,
    publishing,
    running,
    membership,
    member_keys,
    live,
)
# FastAPI would report spans, failures and what was typed wherever the environment says; here nothing can make it.
NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
EXPLAINED = {400, 401, 403, 404, 405, 413, 416, 422, 429, 500, 503, 507}
STATUSES: dict[type[Exception], int] = {  # the first that fits
    RequestValidationError: 422,
    NothingFound: 404,
    Refused: 403,
    Damaged: 422,
    NoRoom: 507,
    Unable: 503,
}
LARGEST_HEAD = 32 * 1024  # bytes of a request's head: twenty times what a browser sends


def create_app(archive: Archive, settings: Settings) -> FastAPI:
    """The desk's pages over an archive. Raises ValueError when the table and the pages do not agree."""
    app = FastAPI(openapi_url=None, redirect_slashes=False, max_body_size=LARGEST_BODY, telemetry=NO_TELEMETRY)
    app.router.route_class = Guarded
    app.state.streams = 0
    app.state.desk = Desk(
        archive=archive,
        settings=settings,
        languages=wording.read(),
        templates=drawing.environment(),
        assets=assets.read(),
        brake=Brake(),
    )
    endpoints = endpoints_by_name()
    for rule in RULES:
        app.add_api_route(rule.path, endpoints[rule.name], methods=[rule.method], name=rule.name, response_model=None)
    for kind in (HTTPException, RequestValidationError, JebiError):
        app.add_exception_handler(kind, _explain)
    app.add_middleware(Shell, settings=settings)
    return app


def endpoints_by_name() -> dict[str, Callable[..., Any]]:
    """Every page by its name in the table. Raises ValueError for a page without a row, or a row without a page."""
    found = {one.__name__: one for module in PAGES for one in module.ENDPOINTS} | {"asset": asset}
    if found.keys() != {rule.name for rule in RULES}:
        raise ValueError(f"the table of routes differs from the pages: {found.keys() ^ {rule.name for rule in RULES}}")
    return found


def asset(request: Request, name: str) -> Response:
    """A file that pages stand on. Its address changes with it, so it may be kept."""
    files = desk_of(request).assets.files
    if name not in files:
        raise HTTPException(404)
    kept = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(files[name], headers=kept, media_type=assets.TYPES[name.rpartition(".")[2]])


def serve(app: FastAPI, listening: socket.socket) -> None:
    """Serve until interrupted. One process: the brake and the streams are counted in it."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_graceful_shutdown=2,
    )
    gc.collect()
    gc.freeze()  # all that was loaded stays, and no answer need wait until it was looked through for garbage
    uvicorn.Server(config).run(sockets=[listening])


async def _explain(request: Request, error: Exception) -> Response:
    """A page that says what went wrong in the reader's language, without a name or a trace."""
    status = _status(error)
    reason = ""
    if isinstance(error, Damaged | Refused) and not isinstance(error, NothingFound):
        reason = f"{error.what}; {error.hint}" if error.hint else error.what
    shown = status if status in EXPLAINED else 500
    return drawing.page(request, "error.html", status=shown, number=shown, reason=reason)


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
