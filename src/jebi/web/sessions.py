"""Sessions: a random token in a cookie, of which the archive keeps the SHA-256 (docs/formats/web.md, "Sessions").

Invariants: a session ends after half an hour without a person, after twelve hours whatever happens, when its member is
disabled or gets another role, password or second factor, and at sign-out. A form's token is made from the session's and
is worth nothing in another.
"""

import base64
import binascii
import hashlib
import hmac
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from starlette.responses import Response

from jebi.errors import Unable
from jebi.office.counter import Archive
from jebi.office.members import Member, Session
from jebi.web.settings import Settings

TOKEN = 32  # bytes: nobody guesses 256 bits
IDLE, WHOLE = 30 * 60, 12 * 3600  # seconds: a coffee, and a shift
NOTED = 60  # seconds; how often it is written down that somebody is there
SAME_SITE: Literal["strict"] = "strict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks, when somebody is signed in."""

    member: Member
    session: Session
    token: bytes = field(repr=False)

    @property
    def is_enrolled(self) -> bool:
        """Whether the password is their own and the second factor is set up; until then they see their account only."""
        return bool(self.member.second) and not self.member.must_change

    @property
    def form_token(self) -> str:
        """What every form of this session carries."""
        return hmac.digest(self.token, b"jebi form", "sha256").hex()

    def is_own(self, untrusted_form_token: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token.encode(), untrusted_form_token.encode(errors="replace"))


def cookie_name(settings: Settings) -> str:
    """`__Host-` binds a cookie to this host under https; browsers refuse the prefix without it."""
    return "__Host-jebi" if settings.is_https else "jebi_session"


def begin(archive: Archive, settings: Settings, member: str, *, language: str, theme: str) -> bytes:
    """A new session; returns its token, which was never used before."""
    token, now = settings.dice(TOKEN), settings.now()
    archive.begin_session(
        Session(digest=_digest(token), member=member, started=now, seen=now, language=language, theme=theme)
    )
    return token


def find(archive: Archive, settings: Settings, untrusted_cookie: str, *, is_person: bool) -> Visitor | None:
    """Whose session a cookie is of, if it lasts; `is_person` when somebody did something rather than a page that is open."""
    token = parse(untrusted_cookie)
    session = archive.session(_digest(token)) if token else None
    if token is None or session is None:
        return None
    now = settings.now()
    member = archive.member(session.member)
    if member is None or member.is_disabled or now - session.started >= WHOLE or now - session.seen >= IDLE:
        with suppress(Unable):  # one that stays in the rows is over all the same
            archive.end_session(session.digest)
        return None
    if is_person and now - session.seen >= NOTED:
        session = replace(session, seen=now)
        with suppress(Unable):  # on a full disk pages can still be read; who asks is out a little earlier
            archive.keep_session(session)
    return Visitor(member=member, session=session, token=token)


def end(archive: Archive, untrusted_cookie: str) -> None:
    """End a session if there is one."""
    if token := parse(untrusted_cookie):
        archive.end_session(_digest(token))


def give(response: Response, settings: Settings, token: bytes) -> None:
    """Put a token into a response's cookie."""
    response.set_cookie(
        cookie_name(settings), written(token), path="/", httponly=True, samesite=SAME_SITE, secure=settings.is_https
    )


def take_back(response: Response, settings: Settings) -> None:
    """Have the browser forget the cookie."""
    response.delete_cookie(cookie_name(settings), path="/", httponly=True, samesite=SAME_SITE, secure=settings.is_https)


def parse(untrusted_cookie: str) -> bytes | None:
    """A token out of a cookie, or none; only the one spelling that `give` writes."""
    try:
        token = base64.urlsafe_b64decode(untrusted_cookie + "=")
    except (binascii.Error, ValueError):
        return None
    return token if len(token) == TOKEN and written(token) == untrusted_cookie else None


def written(token: bytes) -> str:
    """A token as a cookie holds it."""
    return base64.urlsafe_b64encode(token).decode().rstrip("=")


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()
