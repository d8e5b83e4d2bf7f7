"""Members, as an admin sees them: who there is, what they may, and a way back in for who lost theirs.

An admin gives a password that its owner must change at once, and can take a second factor away but never see one.
Nobody takes their own role or sign-in away, so that there is always an admin left.
"""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Form
from starlette.requests import Request
from starlette.responses import Response

from jebi.errors import NothingFound, Refused
from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.web import passwords
from jebi.web.asked import MemberName, NewName, Secret
from jebi.web.desk import desk_of, visitor_of
from jebi.web.drawing import back, page


def members(request: Request) -> Response:
    """All members."""
    archive = desk_of(request).archive
    return page(request, "members.html", members=archive.members(), roles=tuple(Role), keys=archive.keys_of())


def member_add(request: Request, name: NewName, role: Annotated[Role, Form()], password: Secret) -> Response:
    """A new one, with a password for the first time."""
    desk = desk_of(request)
    if desk.archive.member(name):
        raise Refused("there is a member of that name", hint="take another one")
    verifier = passwords.verifier(password, desk.settings.dice)
    _keep(request, Member(name=name, role=role, verifier=verifier, must_change=True))
    return back("/members")


def member_change(
    request: Request,
    member: MemberName,
    role: Annotated[Role, Form()],
    state: Annotated[Literal["enabled", "disabled"], Form()],
) -> Response:
    """Another role, or no sign-in; their sessions end."""
    was = _other(request, member)
    _keep(request, replace(was, role=role, is_disabled=state == "disabled"), was)
    return back("/members")


def member_password(request: Request, member: MemberName, password: Secret) -> Response:
    """Another password, to be changed at once; their sessions end."""
    verifier = passwords.verifier(password, desk_of(request).settings.dice)
    was = _other(request, member)
    _keep(request, replace(was, verifier=verifier, must_change=True), was)
    return back("/members")


def member_second(request: Request, member: MemberName) -> Response:
    """Take a lost second factor away; their sessions end, and they set up a new one before anything else."""
    was = _other(request, member)
    _keep(request, replace(was, second=b""), was)
    return back("/members")


def _other(request: Request, name: str) -> Member:
    if name == visitor_of(request).member.name:
        raise Refused("nobody changes their own membership", hint="ask another admin")
    found = desk_of(request).archive.member(name)
    if found is None:
        raise NothingFound("there is no member of that name")
    return found


def _keep(request: Request, member: Member, was: Member | None = None) -> None:
    """The archive ends the sessions of whom it changes; it is done here too, for a session that outlives it is a breach."""
    archive = desk_of(request).archive
    archive.keep_member(member, by=visitor_of(request).member.name, was=was)
    archive.end_sessions(member.name)


ENDPOINTS = (members, member_add, member_change, member_password, member_second)
