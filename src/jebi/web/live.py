"""Tells pages that are open when something changed, by server-sent events; they then draw themselves anew.

Only that something changed is said, never what. A stream ends when its session does.
"""

from asyncio import sleep
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from jebi.office.kinds import Topic
from jebi.web import sessions
from jebi.web.desk import Desk, desk_of, visitor_of

MOST = 64  # streams at once: a newsroom's open pages, each a look at the catalogue a second


async def parcels_live(request: Request) -> Response:
    """Of parcels."""
    return _stream(request, Topic.PARCELS)


async def archive_live(request: Request) -> Response:
    """Of clips."""
    return _stream(request, Topic.ARCHIVE)


async def jobs_live(request: Request) -> Response:
    """Of jobs."""
    return _stream(request, Topic.JOBS)


async def cuts_live(request: Request) -> Response:
    """Of cuts, and of what is done to them."""
    return _stream(request, Topic.JOBS)


async def releases_live(request: Request) -> Response:
    """Of what is published."""
    return _stream(request, Topic.RELEASES)


def _stream(request: Request, topic: Topic) -> Response:
    state = request.app.state
    if state.streams >= MOST:
        raise HTTPException(503)
    desk, cookie = desk_of(request), sessions.written(visitor_of(request).token)
    state.streams += 1
    return StreamingResponse(_beats(request, desk, topic, cookie), media_type="text/event-stream")


async def _beats(request: Request, desk: Desk, topic: Topic, cookie: str) -> AsyncIterator[str]:
    """A line whenever something changed; a comment at least every few seconds, by which a gone browser is noticed."""
    try:
        last, quiet = await run_in_threadpool(desk.archive.pulse, topic), 0
        yield "retry: 3000\n\n"
        while await run_in_threadpool(_lasts, desk, cookie):
            await sleep(desk.settings.beat)
            now = await run_in_threadpool(desk.archive.pulse, topic)
            quiet = quiet + 1 if now == last else 0
            if now != last:
                yield "data: changed\n\n"
            elif quiet % 5 == 0:
                yield ": still here\n\n"
            last = now
        yield "event: over\ndata: over\n\n"
    finally:
        request.app.state.streams -= 1


def _lasts(desk: Desk, cookie: str) -> bool:
    return sessions.find(desk.archive, desk.settings, cookie, is_person=False) is not None


ENDPOINTS = (parcels_live, archive_live, jobs_live, cuts_live, releases_live)
