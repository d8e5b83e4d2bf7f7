"""Two people clear exactly these bytes, or nothing goes out (docs/formats/cuts.md, "Clearance").

A `ClearedCut` is the only thing that can be published, and it cannot be made without the signatures: its constructor checks every one of them against
the report, the hashes and the keys. Whoever alters a row, a file or a clock changes what is checked, not the outcome.

Invariants: a cleared cut that exists was cleared by two different people with two different keys that stand, none of whom planned it, after a
report that passed, and nobody refuses it. It never asks who somebody is: keys and names are given, from the custody log.
Next: `jebi.release.publish`
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from jebi.errors import Damaged, Refused
from jebi.parcel.note import Ed25519Verifier, Verifier, parse
from jebi.release import leaks

TITLE = "jebi clearance"
CHALLENGE = 32  # hexadecimal digits
LONGEST_CLEARANCE = 1 << 12  # bytes of a signed clearance
PEOPLE = 2
_AGAIN = "have it looked through anew, and cleared anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A rendered cut: its number at the desk, and the SHA-256 of its output, its plan and its report, in hex."""

    number: int
    output: str
    plan: str
    report: str

    def statement(self, challenge: str) -> str:
        """What somebody signs who clears it."""
        return (
            f"{TITLE}\ncut {self.number}\noutput {self.output}\nplan {self.plan}\nreport {self.report}\n"
            f"challenge {challenge}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Somebody's word: who, the challenge that the desk gave them, and the signed note."""

    member: str
    challenge: str
    note: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearedCut:
    """A cut that may be published.

    Args:
        cut: what was cleared.
        report: the signed report, to the byte.
        reporter: the desk's report key.
        clearances: of two people.
        keys: everybody's keys that were enrolled and not revoked, as the custody log has them.
        authors: who made the plan, or kept it anew.
        refusals: who refused it.

    Raises:
        Refused: anything of it does not hold.
        Damaged: the report or a clearance cannot be read.
    """

    cut: Cut
    report: bytes = field(repr=False)
    reporter: Verifier
    clearances: tuple[Clearance, ...]
    keys: Mapping[str, Collection[Ed25519Verifier]]
    authors: Collection[str]
    refusals: Collection[str] = ()

    def __post_init__(self) -> None:
        self._check_report()
        if self.refusals:
            raise Refused(
                "the cut was refused by somebody who may", hint="make another plan; a refusal needs no reason"
            )
        signed = [self._signed(one) for one in self.clearances]
        people = {one.member for one in self.clearances}
        if not len(self.clearances) == len(people) == len({key.public for key in signed}) == PEOPLE:
            raise Refused("a cut is cleared by two different people, each with a key of their own")
        if not self.authors:
            raise Refused("nobody knows who made the plan, so nobody can clear it", hint="have it planned anew")
        if people & set(self.authors):
            raise Refused("who made the plan cannot clear it", hint="ask somebody else who clears")

    def _check_report(self) -> None:
        if hashlib.sha256(self.report).hexdigest() != self.cut.report:
            raise Refused("the report is not the one that was cleared", hint=_AGAIN)
        report = leaks.open_report(self.report, self.reporter)
        if (report.output.hex(), report.plan.hex()) != (self.cut.output, self.cut.plan):
            raise Refused("the report is of another output, or of another plan", hint=_AGAIN)
        if not report.passed:
            raise Refused(
                "something leaks from the cut: its report did not pass", hint="mend the plan, and render it anew"
            )

    def _signed(self, one: Clearance) -> Ed25519Verifier:
        """The key of this person by which it is signed."""
        if len(one.note) > LONGEST_CLEARANCE or len(one.challenge) != CHALLENGE:
            raise Damaged("a clearance is too long to be one")
        note = parse(one.note)
        if note.text != self.cut.statement(one.challenge):
            raise Refused("a clearance is of something else than this cut, its plan and its report", hint=_AGAIN)
        for key in self.keys.get(one.member, ()):
            if note.signed_by(key):
                return key
        raise Refused(
            "a clearance is not signed by a key of that person that stands",
            hint="a key is enrolled before it signs, and signs nothing once it was revoked",
        )
