"""What a page has at hand is the desk that it was asked of, and the visitor whom the gate let in."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from jebi.office.kinds import Role
from jebi.web.desk import desk_of, found_visitor, visitor_of
from jebi.web.sessions import Visitor
from web.served import Served


def asked(served: Served, **state: object) -> Request:
    served.client()
    return Request({"type": "http", "app": served.app, "state": state})


def test_a_request_is_made_to_the_desk_that_serves_it(served: Served) -> None:
    assert desk_of(asked(served)).archive is served.archive


def test_an_app_without_a_desk_is_a_mistake() -> None:
    app = Starlette()
    app.state.desk = "no desk"

    with pytest.raises(AssertionError):
        desk_of(Request({"type": "http", "app": app}))


def test_where_nobody_is_signed_in_nobody_is_found_and_no_page_for_members_goes_on(served: Served) -> None:
    assert found_visitor(asked(served)) is None
    with pytest.raises(AssertionError):
        visitor_of(asked(served))


@pytest.mark.parametrize("forged", ["maria", True, {"role": Role.ADMIN}])
def test_what_is_no_visitor_is_never_taken_for_one(served: Served, forged: object) -> None:
    with pytest.raises(AssertionError):
        found_visitor(asked(served, visitor=forged))


def test_whoever_is_signed_in_is_the_one_who_asks(served: Served) -> None:
    visitor = Visitor(
        member=served.signed_in(Role.EDITOR).member,
        session=next(iter(served.archive.sessions.values())),
        token=bytes(32),
    )

    assert visitor_of(asked(served, visitor=visitor)) is found_visitor(asked(served, visitor=visitor)) is visitor
