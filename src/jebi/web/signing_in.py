"""Signing in and out, and one's own account."""

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Form
from starlette.requests import Request
from starlette.responses import Response

from jebi.errors import Refused
from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.web import passwords, sessions
from jebi.web.asked import Secret, is_name, local
from jebi.web.desk import Desk, desk_of, found_visitor, visitor_of
from jebi.web.drawing import back, language_of, page
from jebi.web.table import FIRST_PAGES, may


def sign_in(request: Request, wanted: str = "/") -> Response:
    """The form; who is signed in already goes on."""
    if found_visitor(request):
        return back(local(wanted))
    return page(request, "sign_in.html", wanted=local(wanted), said="")


def sign_in_now(
    request: Request,
    name: Secret = "",
    password: Secret = "",
    code: Secret = "",
    wanted: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Let somebody in, or say that something was wrong and never what."""
    desk, now = desk_of(request), desk_of(request).settings.now()
    if wait := desk.brake.wait(name, now):
        answer = page(request, "sign_in.html", status=429, wanted=local(wanted), said="wait", wait=int(wait) + 1)
        answer.headers["retry-after"] = str(int(wait) + 1)
        return answer
    desk.brake.wrong(name, now)
    member = _proved(desk, name, password, code, now)
    if member is None:
        return page(request, "sign_in.html", status=403, wanted=local(wanted), said="wrong")
    desk.brake.right(name)
    sessions.end(desk.archive, request.cookies.get(sessions.cookie_name(desk.settings), ""))
    language = language_of(request).code
    token = sessions.begin(desk.archive, desk.settings, member.name, language=language, theme="auto")
    return _given(request, token, local(wanted))


def _proved(desk: Desk, name: str, password: str, code: str, now: int) -> Member | None:
    """The member, if password and code are right. All of it is looked at whatever fails first."""
    member = desk.archive.member(name) if is_name(name) else None
    is_known = passwords.is_right(password, member.verifier if member else None)
    if member is None or not is_known or member.is_disabled:
        return None
    if member.second:
        step = passwords.step_of(member.second, code, now)
        if step is None or not desk.archive.use_code(member.name, step):
            return None
    return member


def sign_out(request: Request) -> Response:
    """End the session."""
    desk, visitor = desk_of(request), visitor_of(request)
    desk.archive.end_session(visitor.session.digest)
    answer = back("/sign-in")
    sessions.take_back(answer, desk.settings)
    answer.headers["clear-site-data"] = '"cache", "storage"'
    return answer


def home(request: Request) -> Response:
    """To the first page that the role may see."""
    visitor = visitor_of(request)
    if not visitor.is_enrolled:
        return back("/account")
    return back("/" + next(name for name in FIRST_PAGES if may(visitor.member.role, name)))


def guide(request: Request) -> Response:
    """What the keys do."""
    return page(request, "guide.html")


def account(request: Request, said: str = "") -> Response:
    """One's own account."""
    return _account(request, said if said in {"password", "second"} else "")


def account_look(
    request: Request,
    language: Annotated[Literal["en", "ko", "ja", ""], Form()] = "",
    theme: Annotated[Literal["auto", "light", "dark", ""], Form()] = "",
    here: Annotated[str, Form(max_length=2000)] = "/",
) -> Response:
    """Language and theme, for this session."""
    desk, session = desk_of(request), visitor_of(request).session
    kept = replace(session, language=language or session.language, theme=theme or session.theme)
    desk.archive.keep_session(kept)
    return back(local(here))


def account_password(request: Request, old: Secret = "", new: Secret = "", again: Secret = "") -> Response:
    """Another password. It ends all other sessions."""
    desk, member = desk_of(request), visitor_of(request).member
    if said := _brake(request, member.name):
        return said
    if not passwords.is_right(old, member.verifier):
        return _account(request, "wrong", status=403)
    desk.brake.right(member.name)
    if new != again or new == old:
        return _account(request, "differ" if new != again else "same", status=422)
    try:
        verifier = passwords.verifier(new, desk.settings.dice)
    except Refused:
        return _account(request, "short", status=422)
    return _renewed(request, replace(member, verifier=verifier, must_change=False), "password")


def account_second(request: Request, password: Secret = "", code: Secret = "") -> Response:
    """Take the proposed second factor as one's own, once a code of it was given. It ends all other sessions."""
    desk, visitor = desk_of(request), visitor_of(request)
    if said := _brake(request, visitor.member.name):
        return said
    key = passwords.proposed_key(visitor.token)
    step = passwords.step_of(key, code, desk.settings.now())
    if not passwords.is_right(password, visitor.member.verifier) or step is None:
        return _account(request, "wrong", status=403)
    desk.brake.right(visitor.member.name)
    answer = _renewed(request, replace(visitor.member, second=key), "second")
    desk.archive.use_code(visitor.member.name, step)
    return answer


def _brake(request: Request, name: str) -> Response | None:
    """A stolen session must not be a way to guess the password."""
    desk, now = desk_of(request), desk_of(request).settings.now()
    if wait := desk.brake.wait(name, now):
        return _account(request, "wait", status=429, wait=int(wait) + 1)
    desk.brake.wrong(name, now)
    return None


def _renewed(request: Request, member: Member, said: str) -> Response:
    desk, session = desk_of(request), visitor_of(request).session
    desk.archive.keep_member(member, by=member.name, was=visitor_of(request).member)
    desk.archive.end_sessions(member.name)
    token = sessions.begin(desk.archive, desk.settings, member.name, language=session.language, theme=session.theme)
    return _given(request, token, f"/account?said={said}")


def _given(request: Request, token: bytes, where: str) -> Response:
    answer = back(where)
    sessions.give(answer, desk_of(request).settings, token)
    return answer


def _account(request: Request, said: str, *, status: int = 200, wait: int = 0) -> Response:
    visitor, archive = visitor_of(request), desk_of(request).archive
    key, does_clear = passwords.proposed_key(visitor.token), visitor.member.role is Role.CLEARER
    return page(
        request,
        "account.html",
        status=status,
        said=said,
        wait=wait,
        shortest=passwords.SHORTEST,
        key=passwords.written_key(key),
        key_address=passwords.address(key, visitor.member.name),
        key_name=archive.key_name(visitor.member.name) if does_clear else "",
        keys=archive.keys_of().get(visitor.member.name, ()) if does_clear else (),
    )


ENDPOINTS = (sign_in, sign_in_now, sign_out, home, guide, account, account_look, account_password, account_second)
