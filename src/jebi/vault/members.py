"""The desk's staff and their sessions, as rows; what a password or a code is worth is decided elsewhere.

Invariants: passwords are kept as verifiers and the secrets of one-time codes sealed, both opaque here; a session is kept
by the digest of its token, so that whoever reads the catalogue can use none; a one-time code's step is spent once.
Sign-ins are events; that a session was used is not.
"""

from dataclasses import asdict, dataclass, field
from typing import get_args

from sqlalchemy import Connection, delete, select, update

from jebi.vault.catalogue import Change, Event, columns, row, rows
from jebi.vault.limits import LONGEST_NAME, LONGEST_SENTENCE, check_hex, check_number, check_one_of, check_text
from jebi.vault.schema import Role, member, session

SHA256 = 64
LONGEST_SEALED = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the desk's staff. `totp` is the sealed secret, `totp_step` the newest step that was spent.

    `must_change`: somebody else gave them their password.
    """

    name: str
    role: Role
    password: str = field(repr=False)
    totp: bytes = field(default=b"", repr=False)
    totp_step: int = 0
    must_change: int = 0
    disabled: int = 0
    seen_ms: int = 0
    id: int = 0

    def __post_init__(self) -> None:
        check_text("a member's name", self.name, LONGEST_NAME, least=1)
        check_one_of("a role", self.role, get_args(Role))
        check_text("a password's verifier", self.password, LONGEST_SENTENCE, least=1)
        check_number("a step", self.totp_step)
        if len(self.totp) > LONGEST_SEALED:
            raise ValueError("a sealed secret is short")


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A member at a browser; `id` is the SHA-256 of the token that the browser holds."""

    id: str
    member: int
    made_ms: int
    seen_ms: int
    ends_ms: int
    language: str = "en"
    theme: str = "auto"

    def __post_init__(self) -> None:
        check_hex("a session", self.id, SHA256)
        check_text("a language", self.language, LONGEST_NAME)
        check_text("a theme", self.theme, LONGEST_NAME)


def add(change: Change, new: Member, event: Event) -> int:
    """Take somebody on; returns their number. Raises `Refused` when the name is taken."""
    number = change.add_numbered(member, new, made_ms=change.now_ms)
    change.say(event)
    return number


def alter(change: Change, altered: Member, event: Event) -> None:
    """Give a member another role, password or secret, or disable them; their sessions end."""
    values = asdict(altered)
    change.alter(member, {"id": values.pop("id")}, **values)
    change.connection.execute(delete(session).where(session.c.member == altered.id))
    change.say(event)


def named(connection: Connection, name: str) -> Member | None:
    """The member of that name."""
    return row(connection, Member, member, name=name)


def everybody(connection: Connection) -> list[Member]:
    """All members, also disabled ones, in the order in which they came."""
    return rows(connection, Member, select(*columns(Member, member)).order_by(member.c.id))


def spend_step(connection: Connection, number: int, step: int) -> bool:
    """Spend a one-time code's step. False when it was spent before, or a newer one was: whoever copied it comes too late."""
    newer = update(member).where(member.c.id == number, member.c.totp_step < step).values(totp_step=step)
    return connection.execute(newer).rowcount == 1


def begin(change: Change, new: Session, event: Event) -> None:
    """Keep a session; those that ended are forgotten."""
    change.connection.execute(delete(session).where(session.c.ends_ms <= change.now_ms))
    change.add(session, new)
    change.alter(member, {"id": new.member}, seen_ms=change.now_ms)
    change.say(event)


def end(connection: Connection, number: str) -> None:
    """End a session, if it is there."""
    connection.execute(delete(session).where(session.c.id == number))


def end_all(connection: Connection, name: str) -> None:
    """End every session of a member."""
    whose = select(member.c.id).where(member.c.name == name).scalar_subquery()
    connection.execute(delete(session).where(session.c.member == whose))


def using(connection: Connection, number: str, now_ms: int) -> tuple[Session, Member] | None:
    """Whose session this is, if it has not ended and the member is not disabled."""
    asked = select(*columns(Session, session)).join(member)
    asked = asked.where(session.c.id == number, session.c.ends_ms > now_ms, member.c.disabled == 0)
    for one in rows(connection, Session, asked):
        whose = row(connection, Member, member, id=one.member)
        return (one, whose) if whose else None
    return None


def used(connection: Connection, now: Session) -> None:
    """Remember when a session was used last, and what it shows; within `claiming`, for no event speaks of it."""
    changed = {"seen_ms": now.seen_ms, "language": now.language, "theme": now.theme}
    connection.execute(update(session).where(session.c.id == now.id).values(changed))
