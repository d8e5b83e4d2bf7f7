"""Members' keys, what they were asked to sign, what they said, and what was released on that.

Rows are not believed: whether a key is a member's stands in the custody log, and whether a signature holds is computed from its bytes
(`jebi.release.clear`). What the database can refuse by itself, it does: two clearances by one person, a publisher who cleared.

Invariants: a challenge is spent once; a member has one last word on an output; a release is never deleted, only retracted.
"""

from dataclasses import dataclass, field
from typing import get_args

from sqlalchemy import Connection, func, select, update

from jebi.errors import Refused
from jebi.vault.catalogue import Change, Event, columns, row, rows
from jebi.vault.limits import LONGEST_NAME, LONGEST_SENTENCE, LONGEST_TEXT, check_hex, check_one_of, check_text
from jebi.vault.schema import Verdict, challenge, clearance, member, released, signing_key

CHALLENGE = 32  # hexadecimal digits
PEOPLE = 3  # in a release
CLEARERS = 2  # of them
FRESH_MS = (
    12 * 3600 * 1000
)  # for which a challenge may be answered: who saw the frames in the morning may sign in the evening


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A member's public key, as a C2SP `vkey`."""

    id: int
    member: int
    verifier: str
    made_ms: int
    revoked_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What a member was asked to sign, having seen a report. `spent`: they did, or it was taken back."""

    id: str = field(repr=False)
    member: int
    report: int
    made_ms: int
    spent: int = 0

    def __post_init__(self) -> None:
        check_hex("a challenge", self.id, CHALLENGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """A member's last word on an output; `note` is what they signed, empty where they refused."""

    id: int
    output: int
    member: int
    verdict: Verdict
    note: str
    made_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """An output that went out, on whose clearances, by whom; `why` it was retracted, if it was."""

    id: int
    output: int
    slug: str
    first: int
    first_member: int
    second: int
    second_member: int
    publisher: int
    made_ms: int
    retracted_ms: int | None = None
    why: str = ""


def enroll(change: Change, whose: int, verifier: str, event: Event) -> int:
    """Keep a member's public key; returns its number. Raises `Refused` when somebody has it already."""
    check_text("a public key", verifier, LONGEST_SENTENCE, least=1)
    number = change.add_numbered(signing_key, {"member": whose, "verifier": verifier}, made_ms=change.now_ms)
    change.say(event)
    return number


def revoke(change: Change, number: int, event: Event) -> None:
    """Say that a key counts for nothing from now on."""
    asked = update(signing_key).where(signing_key.c.id == number, signing_key.c.revoked_ms.is_(None))
    if change.connection.execute(asked.values(revoked_ms=change.now_ms)).rowcount != 1:
        raise Refused("that key is not there, or was revoked before")
    change.say(event)


def keys(connection: Connection, whose: int | None = None) -> list[SigningKey]:
    """A member's keys, or everybody's, in the order in which they came; revoked ones, too."""
    asked = select(*columns(SigningKey, signing_key)).order_by(signing_key.c.id)
    return rows(connection, SigningKey, asked if whose is None else asked.where(signing_key.c.member == whose))


def ask(change: Change, drawn: Challenge, event: Event) -> None:
    """Keep a challenge; any earlier one of that member for that report is taken back."""
    earlier = update(challenge).where(challenge.c.member == drawn.member, challenge.c.report == drawn.report)
    change.connection.execute(earlier.values(spent=1))
    change.add(challenge, drawn)
    change.say(event)


def spend(change: Change, drawn: str, whose: int) -> int:
    """Spend a challenge; returns the report that it was for. Raises `Refused` for one that is spent, old, or another's."""
    asked = update(challenge).where(
        challenge.c.id == drawn,
        challenge.c.member == whose,
        challenge.c.spent == 0,
        challenge.c.made_ms > change.now_ms - FRESH_MS,
        challenge.c.made_ms <= change.now_ms,
    )
    found = change.connection.execute(asked.values(spent=1).returning(challenge.c.report)).scalar()
    if found is None:
        raise Refused("what was signed is not what was asked for now", hint="look at the report again, and sign anew")
    return int(found)


def say(change: Change, output: int, whose: int, verdict: Verdict, note: str, event: Event) -> None:
    """Keep a member's word on an output in place of what they said before."""
    check_one_of("a verdict", verdict, get_args(Verdict))
    check_text("a clearance", note, LONGEST_TEXT, least=1 if verdict == "cleared" else 0)
    now = {"verdict": verdict, "note": note, "made_ms": change.now_ms}
    same = (clearance.c.output == output, clearance.c.member == whose)
    if change.connection.execute(update(clearance).where(*same).values(now)).rowcount == 0:
        change.add_numbered(clearance, {"output": output, "member": whose, **now})
    change.say(event)


def words(connection: Connection, output: int) -> list[Clearance]:
    """What members said of an output, in the order in which they first spoke."""
    asked = select(*columns(Clearance, clearance)).where(clearance.c.output == output)
    return rows(connection, Clearance, asked.order_by(clearance.c.id))


def waiting(connection: Connection, limit: int) -> list[int]:
    """Outputs that two members or more said to clear, and that were never released, the newest first."""
    said = select(clearance.c.output).where(clearance.c.verdict == "cleared").group_by(clearance.c.output)
    asked = said.having(func.count() >= CLEARERS).where(clearance.c.output.not_in(select(released.c.output)))
    return [int(one) for (one,) in connection.execute(asked.order_by(clearance.c.output.desc()).limit(limit))]


def release(change: Change, new: Released, event: Event) -> int:
    """Keep that an output is released; returns the number.

    Raises:
        Refused: it was released before, one person cleared it twice, or who releases it cleared it. The database would refuse each of these,
            too, as a mistake of ours.
    """
    if len({new.first_member, new.second_member, new.publisher}) < PEOPLE:
        raise Refused("two people clear what is released, and a third releases it")
    check_text("a public number", new.slug, LONGEST_NAME, least=1)
    number = change.add_numbered(released, new)
    change.say(event)
    return number


def retract(change: Change, number: int, why: str, event: Event) -> None:
    """Take a release back; what is told of why stays."""
    check_text("why it was retracted", why, LONGEST_SENTENCE, least=1)
    asked = update(released).where(released.c.id == number, released.c.retracted_ms.is_(None))
    if change.connection.execute(asked.values(retracted_ms=change.now_ms, why=why)).rowcount != 1:
        raise Refused("that is not released, or was retracted before")
    change.say(event)


def releases(connection: Connection) -> list[Released]:
    """Everything that was ever released, in order."""
    return rows(connection, Released, select(*columns(Released, released)).order_by(released.c.id))


def release_of(connection: Connection, output: int) -> Released | None:
    """The release of an output, if there is one."""
    return row(connection, Released, released, output=output)


def member_numbers(connection: Connection) -> dict[int, str]:
    """Every member's name, by their number."""
    return {int(number): str(name) for number, name in connection.execute(select(member.c.id, member.c.name))}
