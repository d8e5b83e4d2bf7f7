"""What waits for a publisher, what went out, and where a third person publishes what two cleared, or withdraws it.

A form says which output it means and that somebody meant it; it names no folder, no address and no number that counts. Whether anything goes out is decided in the
office. Sending a site to where it is served is done at a terminal alone.
"""

from typing import Annotated, Literal

from fastapi import Form
from starlette.requests import Request
from starlette.responses import Response

from jebi.errors import Refused
from jebi.web.asked import Digest, Number, Remark
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back, page

Sure = Annotated[Literal["yes"], Form()]


def releases(request: Request) -> Response:
    """What waits for a publisher, and what went out."""
    return page(request, "releases.html", releases=desk_of(request).archive.releases(by=_by(request)))


def publish_ask(request: Request, cut: Number, output: Number) -> Response:
    """What the public will read, and the form that publishes it."""
    return page(request, "publish.html", one=desk_of(request).archive.to_publish(cut, output, by=_by(request)))


def publish(
    request: Request,
    cut: Number,
    output: Number,
    sha256: Digest,
    plan: Digest,
    sure: Sure,  # noqa: ARG001 without it the form is refused
) -> Response:
    """Somebody publishes exactly that."""
    desk_of(request).archive.publish(cut, output, sha256, plan, by=_by(request))
    return back("/releases")


def withdraw_ask(request: Request, cut: Number, output: Number) -> Response:
    """What a film is, and the form that withdraws it."""
    return page(request, "withdraw.html", one=desk_of(request).archive.to_withdraw(cut, output, by=_by(request)))


def withdraw(
    request: Request,
    cut: Number,
    output: Number,
    sure: Sure,  # noqa: ARG001 without it the form is refused
    en: Remark = "",
    ko: Remark = "",
    ja: Remark = "",
) -> Response:
    """Somebody withdraws it, and says why."""
    texts = {language: text for language, text in (("en", en), ("ko", ko), ("ja", ja)) if text}
    if not texts:
        raise Refused("a film is withdrawn with words for its readers", hint="write them in one language at least")
    desk_of(request).archive.withdraw(cut, output, texts, by=_by(request))
    return back("/releases")


def site_make(request: Request) -> Response:
    """Bring the site to what was released and withdrawn."""
    desk_of(request).archive.make_site(by=_by(request))
    return back("/releases")


def _by(request: Request) -> str:
    return visitor_of(request).member.name


ENDPOINTS = (releases, publish_ask, publish, withdraw_ask, withdraw, site_make)
