"""Who clears and publishes, from the terminal: members are taken on, and keys that they made themselves are enrolled and revoked.

Invariants: an admin is neither made nor altered here, so that nobody is locked out of the pages; whoever is taken on has a password that nobody knows, until
an admin gives one. A key is enrolled under the name of its owner at this desk, and under no other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC

from jebi.errors import NothingFound, Refused
from jebi.office.admission import drain
from jebi.office.clearing import Clearances
from jebi.office.desk import Desk
from jebi.office.kept import Kept
from jebi.office.kinds import Role
from jebi.office.members import FIRST_ADMIN, Member, check_member_name
from jebi.office.staff import Staff
from jebi.parcel.note import Ed25519Verifier
from jebi.vault.catalogue import Catalogue

ACTOR = "member/"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnRoll:
    """A member, and the keys of theirs that stand."""

    name: str
    role: Role
    is_disabled: bool
    keys: tuple[Ed25519Verifier, ...]


class Staffing:
    """The members of one archive, which this process holds. `by` is who acts; `nobodys` the verifier of a password that nobody has."""

    def __init__(
        self, desk: Desk, catalogue: Catalogue, kept: Kept, now_ms: Callable[[], int], *, by: str, nobodys: str
    ) -> None:
        self._desk, self._catalogue, self._by, self._nobodys = desk, catalogue, by, nobodys
        self._staff = Staff(desk, catalogue, kept, now_ms=now_ms, zone=UTC)
        self._clearances = Clearances(desk, catalogue, kept, now_ms)

    def take_on(self, name: str, role: Role) -> None:
        """Take somebody on in a role, or give them this one instead of another; also who was disabled."""
        check_member_name(name)
        known = self._other(name, role)
        new = Member(name=name, role=role, verifier=self._nobodys, must_change=True)
        now = replace(known, role=role, is_disabled=False) if known else new
        self._staff.keep_member(now, by=self._by, was=known)

    def disable(self, name: str) -> None:
        """Let somebody do nothing any more. Raises `NothingFound` where there is nobody of that name."""
        known = self._other(name, None)
        if known is None:
            raise NothingFound("there is no such member")
        self._staff.keep_member(replace(known, is_disabled=True), by=self._by, was=known)

    def enrol(self, name: str, verifier: Ed25519Verifier) -> None:
        """Enrol a key. Raises `Refused` where it is under another name, or its owner does not clear, or somebody has it."""
        if verifier.name != f"{self._desk.name}/{name}":
            raise Refused(
                "the key is not under this member's name at this desk",
                hint=f"have it made anew: jebi member key FILE --desk {self._desk.name} --name {name}",
            )
        self._clearances.enroll(name, verifier, by=f"{ACTOR}{self._by}")
        drain(self._desk, self._catalogue)

    def revoke(self, name: str, verifier: Ed25519Verifier) -> None:
        """Let a key count for nothing from now on, and for nothing that is not released yet."""
        self._clearances.revoke(name, verifier, by=f"{ACTOR}{self._by}")
        drain(self._desk, self._catalogue)

    def roll(self) -> list[OnRoll]:
        """Everybody, in the order in which they came."""
        standing = self._clearances.standing()
        return [
            OnRoll(name=one.name, role=one.role, is_disabled=one.is_disabled, keys=tuple(standing.get(one.name, ())))
            for one in self._staff.members()
        ]

    def _other(self, name: str, role: Role | None) -> Member | None:
        """The member of that name, who is no admin and is not to be one."""
        known = self._staff.member(name)
        if Role.ADMIN in {role, known.role if known else None} or name == FIRST_ADMIN:
            raise Refused(
                "admins are made and altered in the browser, by an admin", hint="jebi desk serve makes the first"
            )
        return known
