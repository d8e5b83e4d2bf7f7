"""Members clear a cut with keys of their own, and what they said is put together to a `ClearedCut`, or to nothing.

What counts stands in the custody log, written there by the desk itself: whose key is whose, who planned what, who refused. Rows of the catalogue are what
pages show. Whoever alters rows can hide a word of somebody, but add none: an event that comes by way of rows bears its number, and these bear none.

Invariants: a key, a refusal and a clearance are in the log before a row says so; nobody is given anything to sign who did not see the film and answer the
checklist, whichever door they came by; the secret part of a key never comes here.
"""

import contextlib
import secrets
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Connection

from jebi.archive.record import Event, parse_record
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.admission import drain
from jebi.office.desk import Desk, Workplace
from jebi.office.kept import Kept
from jebi.office.kinds import Role
from jebi.parcel.note import Ed25519Signer, Ed25519Verifier, parse
from jebi.release import checklist
from jebi.release.checklist import Answer, Question, Seen
from jebi.release.clear import LONGEST_CLEARANCE, PEOPLE, Clearance, ClearedCut, Cut
from jebi.release.register import MEMBER
from jebi.release.spoken import CLEARED, REFUSED, Spoken, detail, spoken, subject
from jebi.vault import catalogue as rows
from jebi.vault import clearing, cuts, members, seeing
from jebi.vault.catalogue import NUMBERED, Catalogue
from jebi.vault.clearing import Challenge
from jebi.vault.members import Member

REPORT_KEY = b"jebi leak report"
ENROLLED, REVOKED, CHANGED, PLANNED = "key-enrolled", "key-revoked", "member-changed", "cut-planned"
_KINDS = {kind: f'"{kind}"'.encode() for kind in (ENROLLED, REVOKED, CHANGED, CLEARED, REFUSED, PLANNED)}
_CHALLENGE = "challenge "


def reporter(workplace: Workplace) -> Ed25519Signer:
    """The desk's report key: whoever opened the archive can make reports, and nobody else."""
    seed = HKDF(algorithm=SHA256(), length=32, salt=None, info=REPORT_KEY).derive(workplace.identity.seed)
    return Ed25519Signer(name=f"{workplace.settings['name']}/report", secret=seed)


@dataclass(frozen=True, slots=True)
class Clearances:
    """What members say of the cuts of one archive, which this process holds."""

    desk: Desk
    catalogue: Catalogue
    kept: Kept
    now_ms: Callable[[], int]

    def enroll(self, name: str, verifier: Ed25519Verifier, *, by: str) -> None:
        """Make a key a member's own. Raises `Refused` when somebody has it, or whoever it is for does not clear."""
        whose = self._member(name)
        if whose.role != "clearer":
            raise Refused("only who clears cuts has a key for it", hint="give them the role of a clearer first")
        if verifier.name != self.key_name(name):
            raise Refused(
                f"that key is not named {self.key_name(name)}", hint="take the public half of their own key file"
            )
        if verifier.public in self._ever_enrolled():
            raise Refused(
                "somebody has that key already, or had it",
                hint="make another: a key is one person's, and once revoked it never stands again",
            )
        drain(self.desk, self.catalogue)  # what they were before comes before it in the log, too
        self._log(ENROLLED, f"{MEMBER}{name}", str(verifier), by)
        with self.catalogue.writing(self.now_ms()) as change:
            clearing.enroll(change, whose.id, str(verifier), self._row(ENROLLED, f"{MEMBER}{name}", by))

    def revoke(self, name: str, verifier: Ed25519Verifier, *, by: str) -> None:
        """Say that a member's key counts for nothing, neither from now on nor for what is not released yet; also of who was dismissed."""
        with self.catalogue.reading() as connection:
            if (whose := members.named(connection, name)) is None:
                raise NothingFound("there is no such member")
        self._log(REVOKED, f"{MEMBER}{name}", str(verifier), by)
        with self.catalogue.writing(self.now_ms()) as change:
            for key in clearing.keys(change.connection, whose.id):
                if key.verifier == str(verifier) and key.revoked_ms is None:
                    clearing.revoke(change, key.id, self._row(REVOKED, f"{MEMBER}{name}", by))

    def standing(self) -> dict[str, list[Ed25519Verifier]]:
        """Everybody's keys that were enrolled and not revoked, as the log has them.

        Whoever was dismissed or did something else since has none of those from before, also where a row says that they clear.
        """
        keys: dict[str, list[Ed25519Verifier]] = {}
        for event in self._events():
            name = event.subject.removeprefix(MEMBER)
            if event.kind == ENROLLED and NUMBERED not in event.detail:
                keys.setdefault(name, []).append(Ed25519Verifier.parse(event.detail))
            elif event.kind == REVOKED:
                keys[name] = [key for key in keys.get(name, []) if not event.detail.startswith(str(key))]
            elif event.kind == CHANGED and event.detail.partition(NUMBERED)[0] != Role.CLEARER:
                keys.pop(name, None)
        with self.catalogue.reading() as connection:
            there = {one.name for one in members.everybody(connection) if not one.disabled and one.role == "clearer"}
        return {name: keys[name] for name in keys.keys() & there}

    def key_name(self, name: str) -> str:
        """What a member's key is called."""
        return f"{self.desk.name}/{name}"

    def ask(self, output: int, name: str, *, seen: Seen | None = None) -> str:
        """What a member is to sign who has seen an output and its report, and answered the checklist.

        `seen`: what they say of that at a terminal, which the log keeps; without it, what they signed off and answered on pages.
        Raises `Refused` where nothing may be cleared, or not enough was seen or answered.
        """
        whose, (cut, report) = self._member(name), self._cut(output)
        if not report.passed:
            raise Refused(
                "something leaks from the cut: its report did not pass", hint="mend the plan, and render it anew"
            )
        self._check_free(cut, name)
        with self.catalogue.reading() as connection:
            strip = {one.number: one.sha256 for one in seeing.pictures(connection, output, "strip")}
            kept = seen or seen_of(connection, output, whose.id)
        checklist.check(kept, strip)
        if seen:
            watched = "watched the whole film" if seen.has_watched else f"saw {len(strip)} pages"
            said = f"{detail(cut.output)}: {watched}; {seen.written}"
            self._log("checklist-answered", subject(cut.number), said, f"{MEMBER}{name}")
        drawn = Challenge(id=secrets.token_hex(16), member=whose.id, report=report.id, made_ms=self.now_ms())
        with self.catalogue.writing(self.now_ms()) as change:
            clearing.ask(change, drawn, self._row("clearance-asked", subject(cut.number), f"{MEMBER}{name}"))
        return cut.statement(drawn.id)

    def clear(self, output: int, name: str, untrusted_note: bytes) -> None:
        """Take in what a member signed.

        Raises:
            Damaged, Refused: it is not what they were asked to sign, or not signed by a key of theirs that stands.
        """
        with self._rejected(output, name):
            self._clear(output, name, untrusted_note)

    def _clear(self, output: int, name: str, untrusted_note: bytes) -> None:
        whose, (cut, report) = self._member(name), self._cut(output)
        challenge = _challenge_of(untrusted_note)
        note = parse(untrusted_note)
        if note.text != cut.statement(challenge):
            raise Refused("what was signed is not this cut", hint="look at it and its report again, and sign anew")
        if not any(note.signed_by(key) for key in self.standing().get(name, ())):
            raise Refused("it is not signed by a key of that member that stands")
        self._check_free(cut, name)
        if self.stands(output, name):
            raise Refused("that member cleared it already", hint="a second person clears it, with a key of their own")
        with self.catalogue.writing(self.now_ms()) as change:
            if clearing.spend(change, challenge, whose.id) != report.id:
                raise Refused("the report is newer than what was signed", hint="look at it, and sign anew")
            self._log(CLEARED, subject(cut.number), detail(cut.output), f"{MEMBER}{name}")
            event = self._row(CLEARED, subject(cut.number), f"{MEMBER}{name}")
            clearing.say(change, output, whose.id, "cleared", untrusted_note.decode(), event)

    def refuse(self, output: int, name: str) -> None:
        """Take in that a member does not want this to be shown. They owe nobody a reason."""
        whose = self._member(name)
        with self.catalogue.reading() as connection:
            if (found := cuts.get_output(connection, output)) is None:
                raise _no_output()
        self._log(REFUSED, subject(found.cut), detail(found.sha256), f"{MEMBER}{name}")
        with self.catalogue.writing(self.now_ms()) as change:
            event = self._row(REFUSED, subject(found.cut), f"{MEMBER}{name}")
            clearing.say(change, output, whose.id, "refused", "", event)

    def spoken(self, output: int) -> tuple[set[str], frozenset[str]]:
        """Who ever kept the plan of an output that was reported on, and whose last word on it is a refusal, by the log."""
        cut, _ = self._cut(output)
        return self.authors(cut.plan), self._spoken(cut).refused

    def stands(self, output: int, name: str) -> bool:
        """Whether a member clears exactly this output, by its newest report, with a key of theirs that stands, and nobody refused it since."""
        cut, _ = self._cut(output)
        keys = self.standing().get(name, ())
        return any(one.member == name and _holds(one, cut, keys) for one in self._clearances(output, cut))

    def cleared(self, output: int) -> ClearedCut:
        """The cut, if it is cleared now. Raises `Refused` or `Damaged` with what is lacking or wrong."""
        cut, report = self._cut(output)
        said, keys = self._clearances(output, cut), self.standing()
        holding = {one.member: one for one in said if _holds(one, cut, keys.get(one.member, ()))}
        clearances = tuple(holding.values()) if len(holding) >= PEOPLE else tuple(said)  # these tell what is wrong
        if len(clearances) < PEOPLE:
            raise Refused(f"{len(clearances)} of two people cleared the cut")
        return ClearedCut(
            cut=cut,
            report=self.kept.read(report.blob),
            reporter=reporter(self.desk).verifier(),
            clearances=clearances[:PEOPLE],
            keys=keys,
            authors=self.authors(cut.plan),
            refusals=self._spoken(cut).refused,
        )

    @contextlib.contextmanager
    def _rejected(self, output: int, name: str) -> Iterator[None]:
        """Whoever tried what is not allowed stands in the log."""
        try:
            yield
        except (Damaged, Refused) as error:
            self._log("clearance-rejected", f"output/{output}", error.what, f"{MEMBER}{name}")
            raise

    def _cut(self, output: int) -> tuple[Cut, cuts.Reported]:
        """An output as it is cleared, and the newest report on it."""
        with self.catalogue.reading() as connection:
            found = cuts.get_output(connection, output)
            planned = cuts.get_plan(connection, found.cut_plan) if found else None
            report = cuts.last_report(connection, output)
        if found is None or planned is None:
            raise _no_output()
        if report is None:
            raise Refused("nobody looked yet whether anything leaks from the cut", hint="have it looked through")
        return Cut(number=found.cut, output=found.sha256, plan=planned.sha256, report=report.sha256), report

    def _check_free(self, cut: Cut, name: str) -> None:
        """Raise `Refused` where a member's signature would be worth nothing."""
        if name in self.authors(cut.plan):
            raise Refused("who made the plan cannot clear it", hint="ask somebody else who clears")
        if self._spoken(cut).refused - {name}:
            raise Refused("somebody who may refused the cut", hint="make another plan; a refusal needs no reason")
        if not self.standing().get(name):
            raise Refused("no key of that member stands", hint="have an admin enroll the public half of their key file")

    def authors(self, sha256: str) -> set[str]:
        """Who ever kept the plan of that hash, by the log."""
        plan = f"plan sha256 {sha256}"
        return {
            event.actor.removeprefix(MEMBER)
            for event in self._events()
            if event.kind == PLANNED and event.detail.startswith(plan)
        }

    def _spoken(self, cut: Cut) -> Spoken:
        """What was said of this output, by the log."""
        return spoken(self._events()).of(cut.output)

    def _clearances(self, output: int, cut: Cut) -> list[Clearance]:
        """The clearances of an output that its rows have, and that no refusal ended; whether they hold is not said."""
        with self.catalogue.reading() as connection:
            names = clearing.member_numbers(connection)
            said = [one for one in clearing.words(connection, output) if one.verdict == "cleared"]
        cleared = self._spoken(cut).cleared
        return [
            Clearance(member=names[one.member], challenge=_challenge_of(one.note.encode()), note=one.note.encode())
            for one in said
            if names[one.member] in cleared
        ]

    def _ever_enrolled(self) -> set[bytes]:
        """Every key that was anybody's, also those that were revoked, as the log has them."""
        enrolled = (one for one in self._events() if one.kind == ENROLLED and NUMBERED not in one.detail)
        return {Ed25519Verifier.parse(one.detail).public for one in enrolled}

    def _events(self) -> Iterator[Event]:
        for line in self.desk.ledger.records():
            if any(kind in line for kind in _KINDS.values()):
                yield parse_record(line).event

    def _log(self, kind: str, subject: str, detail: str, actor: str) -> None:
        self.desk.append(kind, subject, detail, actor=actor, time=self.now_ms() // 1000)

    def _member(self, name: str) -> Member:
        with self.catalogue.reading() as connection:
            found = members.named(connection, name)
        if found is None or found.disabled:
            raise NothingFound("there is no such member")
        return found

    @staticmethod
    def _row(kind: str, subject: str, by: str) -> rows.Event:
        """The event of a row; the log has its own before."""
        return rows.Event(kind=f"{kind}-kept", subject=subject, detail="", actor=by)


def seen_of(connection: Connection, output: int, whose: int) -> Seen:
    """What a member signed off and answered on pages. An answer that is none any more is not there."""
    said = seeing.answers(connection, output, whose)
    answers = {
        Question(name): Answer(one) for name, one in said.items() if name in set(Question) and one in set(Answer)
    }
    return Seen(pages=seeing.signed_off(connection, output, whose), answers=answers)


def _holds(one: Clearance, cut: Cut, keys: Collection[Ed25519Verifier]) -> bool:
    """Whether a clearance is of this cut, its plan and its newest report, by one of these keys."""
    note = parse(one.note)
    return note.text == cut.statement(one.challenge) and any(note.signed_by(key) for key in keys)


def _no_output() -> NothingFound:
    return NothingFound("there is no such output", hint="look at the list of cuts")


def _challenge_of(untrusted_note: bytes) -> str:
    """The challenge that a signed clearance names."""
    if len(untrusted_note) > LONGEST_CLEARANCE:
        raise Damaged("a clearance is too long to be one")
    lines = parse(untrusted_note).text.splitlines()
    if not lines or not lines[-1].startswith(_CHALLENGE):
        raise Damaged("a clearance names no challenge")
    return lines[-1].removeprefix(_CHALLENGE)
