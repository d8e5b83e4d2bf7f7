"""Who may sign in to the desk's pages, who is signed in, and what is kept of them. `Members` is the part of the archive that keeps it.

Invariants: pseudonyms, never names; of a password its verifier, of a session's token its digest, and neither in `repr`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from jebi.errors import Refused
from jebi.office.kinds import Role

NAME: Final = r"^[a-z0-9][a-z0-9.-]{0,31}$"  # of a member: short, on every keyboard, and no option
FIRST_ADMIN: Final = "admin"  # made when the archive is first opened in a browser


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who signs in, under a pseudonym.

    Args:
        verifier: Argon2id in PHC form, of the password.
        second: the TOTP key; empty until it is set up. Keep it sealed.
        must_change: the password was given by somebody else.
    """

    name: str
    role: Role
    verifier: str = field(repr=False)
    second: bytes = field(default=b"", repr=False)
    must_change: bool = False
    is_disabled: bool = False
    seen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A sign-in that lasts; `digest` is the SHA-256 of the token, which is kept nowhere."""

    digest: bytes = field(repr=False)
    member: str
    started: int
    seen: int
    language: str = "en"
    theme: str = "auto"


def check_member_name(untrusted_name: str) -> None:
    """Raise `Refused` unless a member may be called so."""
    if not re.fullmatch(NAME, untrusted_name):
        raise Refused(
            "a member's name is a pseudonym of at most 32 small letters, digits, points and hyphens",
            hint="take another one, such as crane; it stands in the log for ever",
        )


class Members(Protocol):
    """Who may sign in, and who is signed in. Every call is a transaction."""

    def members(self) -> Sequence[Member]: ...

    def member(self, name: str, /) -> Member | None: ...

    def keep_member(self, member: Member, /, *, by: str, was: Member | None = None) -> None:
        """Add or replace one. Ends the sessions of one whose role, password or second factor changed, or who is disabled.

        `was` is whom the change was made from: raises `Refused` where they are another by now, so that nobody undoes a dismissal that they did not see.
        """

    def use_code(self, name: str, step: int, /) -> bool:
        """Mark a TOTP step as used; false if it, or a later one, was used before. Never true twice, whoever races."""

    def session(self, digest: bytes, /) -> Session | None: ...

    def begin_session(self, session: Session, /) -> None:
        """Add one. May drop sessions that started more than a day before."""

    def keep_session(self, session: Session, /) -> None:
        """Remember when one was used, and what it shows. One that ended meanwhile, while a page was answered, stays ended."""

    def end_session(self, digest: bytes, /) -> None: ...

    def end_sessions(self, name: str, /) -> None: ...
