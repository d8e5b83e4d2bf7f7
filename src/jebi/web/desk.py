"""What every page has at hand: the archive, the settings, the languages, the brake; and who asks."""

from dataclasses import dataclass

import jinja2
from starlette.requests import Request

from jebi.office.counter import Archive
from jebi.web.assets import Assets
from jebi.web.brake import Brake
from jebi.web.sessions import Visitor
from jebi.web.settings import Settings
from jebi.web.wording import Languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One a process; made by `create_app`."""

    archive: Archive
    settings: Settings
    languages: Languages
    templates: jinja2.Environment
    assets: Assets
    brake: Brake


def desk_of(request: Request) -> Desk:
    """The desk that a request is made to."""
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


def visitor_of(request: Request) -> Visitor:
    """Who asks, on a route that is for members: the gate has let nobody else in."""
    visitor = found_visitor(request)
    assert visitor is not None
    return visitor


def found_visitor(request: Request) -> Visitor | None:
    """Who asks, if somebody is signed in."""
    visitor = getattr(request.state, "visitor", None)
    assert visitor is None or isinstance(visitor, Visitor)
    return visitor
