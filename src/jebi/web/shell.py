"""What stands around every request and answer, whatever route it takes (docs/formats/web.md, "Around every request").

Turns away hosts that are not ours (a name of somebody else's that resolves to this machine would otherwise make their
pages ours) and requests that another page set off; puts the headers on; says nothing but "mistake" when there is one.

Invariants: no answer leaves without the headers; no answer holds a trace.
"""

import traceback
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jebi.web.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "origin-agent-cluster": "?1",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex, nofollow",
}
SAFE = {"GET", "HEAD"}


class Shell:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._dress(MutableHeaders(scope=message))
            await send(message)

        if refusal := self._refusal(scope["method"], Headers(scope=scope)):
            await refusal(scope, receive, guarded)
            return
        try:
            await self._app(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 the front end's one: a trace may hold what a clip's name is
            self._settings.complain(_where(error))
            if not begun:
                await PlainTextResponse("a mistake in jebi itself; nothing of it is shown here\n", 500)(
                    scope, receive, guarded
                )

    def _refusal(self, method: str, headers: Headers) -> PlainTextResponse | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._settings.hosts:
            return PlainTextResponse("this desk is not called that\n", 421)
        if not self._is_ours(method, headers):
            return PlainTextResponse("another page asked for this\n", 403)
        return None

    def _is_ours(self, method: str, headers: Headers) -> bool:
        """Whether a page of the desk, or a person, set the request off.

        Pages of other ports of this machine are "same-site", and cookies go to them all; so only "same-origin" will do.
        Browsers hide the Origin of a form where pages ask for no referrer; Sec-Fetch-Site says it all the same.
        """
        site = headers.get("sec-fetch-site", "")
        if method in SAFE:
            is_led_here = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
            return site in {"", "same-origin", "none"} or is_led_here
        origin = headers.get("origin", "")
        if origin not in {"", "null"} and origin not in self._settings.origins:
            return False
        return site == "same-origin" or (site == "" and origin in self._settings.origins)

    def _dress(self, headers: MutableHeaders) -> None:
        for name, value in ALWAYS.items():
            headers[name] = value
        headers.setdefault("cache-control", "no-store")
        if self._settings.is_https:
            headers["strict-transport-security"] = "max-age=31536000"


def _where(error: Exception) -> str:
    """Where a mistake was made, without what was at hand there."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    place = f"{last[0].filename.rpartition('/')[2]}:{last[0].lineno}" if last else "an unknown place"
    return f"a mistake in jebi itself: {type(error).__name__} at {place}"
