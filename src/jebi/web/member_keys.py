"""Keys by which members clear cuts, as an admin enrolls and revokes them. Their secret halves are nowhere near: members keep them."""

from starlette.requests import Request
from starlette.responses import Response

from jebi.web.asked import Line, MemberName
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back


def member_key(request: Request, member: MemberName, verifier: Line) -> Response:
    """A key is theirs from now on."""
    desk_of(request).archive.enroll(member, verifier, by=visitor_of(request).member.name)
    return back("/members")


def member_key_revoke(request: Request, member: MemberName, verifier: Line) -> Response:
    """A key counts for nothing from now on, also not for what is not released yet."""
    desk_of(request).archive.revoke(member, verifier, by=visitor_of(request).member.name)
    return back("/members")


ENDPOINTS = (member_key, member_key_revoke)
