"""The desk's staff and who of them is signed in: rows of the catalogue, as the pages know them.

Invariants: the key of a second factor is sealed to the desk where it is kept; every change of a membership, and every
sign-in, is an event of the custody log; that a session was used is not.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from jebi.errors import Refused
from jebi.office.kinds import Role
from jebi.office.members import Member, Session
from jebi.office.room import SECOND, Room, event
from jebi.parcel import seal
from jebi.parcel.keys import PostQuantumIdentity
from jebi.vault import members
from jebi.vault.members import Member as Row

DAY_MS = 24 * 3600 * SECOND


class Staff(Room):
    """Implements `Rows`."""

    def members(self) -> Sequence[Member]:
        with self.catalogue.reading() as connection:
            return [self._member(row) for row in members.everybody(connection)]

    def member(self, name: str, /) -> Member | None:
        with self.catalogue.reading() as connection:
            row = members.named(connection, name)
        return self._member(row) if row else None

    def keep_member(self, member: Member, /, *, by: str, was: Member | None = None) -> None:
        detail = f"{member.role}{', disabled' if member.is_disabled else ''}"
        with self.changing() as change:
            known = members.named(change.connection, member.name)
            if was and (known is None or replace(self._member(known), seen=0) != replace(was, seen=0)):
                raise Refused(
                    "somebody changed that membership meanwhile", hint="look at it again: nothing was changed"
                )
            row = Row(
                id=known.id if known else 0,
                name=member.name,
                role=member.role.value,
                password=member.verifier,
                totp=self._sealed(member.second, known),
                totp_step=known.totp_step if known and member.second else 0,
                must_change=int(member.must_change),
                disabled=int(member.is_disabled),
                seen_ms=member.seen * SECOND,
            )
            if known:
                members.alter(change, row, event("member-changed", f"member/{member.name}", detail, by))
            else:
                members.add(change, row, event("member-added", f"member/{member.name}", detail, by))

    def use_code(self, name: str, step: int, /) -> bool:
        with self.catalogue.claiming() as connection:
            known = members.named(connection, name)
            return known is not None and members.spend_step(connection, known.id, step)

    def session(self, digest: bytes, /) -> Session | None:
        with self.catalogue.reading() as connection:
            found = members.using(connection, digest.hex(), self.now_ms())
        if found is None:
            return None
        row, whose = found
        return Session(
            digest=digest,
            member=whose.name,
            started=row.made_ms // SECOND,
            seen=row.seen_ms // SECOND,
            language=row.language,
            theme=row.theme,
        )

    def begin_session(self, session: Session, /) -> None:
        with self.changing() as change:
            whose = members.named(change.connection, session.member)
            if whose is None:
                return
            row = members.Session(
                id=session.digest.hex(),
                member=whose.id,
                made_ms=session.started * SECOND,
                seen_ms=session.seen * SECOND,
                ends_ms=session.started * SECOND + DAY_MS,
                language=session.language,
                theme=session.theme,
            )
            members.begin(change, row, event("signed-in", f"member/{whose.name}", "", whose.name))

    def keep_session(self, session: Session, /) -> None:
        with self.catalogue.claiming() as connection:
            if known := members.using(connection, session.digest.hex(), 0):
                seen_ms, language, theme = session.seen * SECOND, session.language, session.theme
                members.used(connection, replace(known[0], seen_ms=seen_ms, language=language, theme=theme))

    def end_session(self, digest: bytes, /) -> None:
        with self.catalogue.claiming() as connection:
            members.end(connection, digest.hex())

    def end_sessions(self, name: str, /) -> None:
        with self.catalogue.claiming() as connection:
            members.end_all(connection, name)

    def _member(self, row: Row) -> Member:
        return Member(
            name=row.name,
            role=Role(row.role),
            verifier=row.password,
            second=_opened(row.totp, self.desk.identity) if row.totp else b"",
            must_change=bool(row.must_change),
            is_disabled=bool(row.disabled),
            seen=row.seen_ms // SECOND,
        )

    def _sealed(self, key: bytes, known: Row | None) -> bytes:
        """The sealed key; what is sealed already stays, so that the row shows when it changed."""
        if not key:
            return b""
        if known and known.totp and _opened(known.totp, self.desk.identity) == key:
            return known.totp
        return seal.in_memory(key, [self.desk.identity.recipient()])


@lru_cache(maxsize=256)
def _opened(sealed: bytes, identity: PostQuantumIdentity) -> bytes:
    """Opened once: every request of a member asks for it, and a seal costs a millisecond."""
    return seal.open_in_memory(sealed, [identity])
