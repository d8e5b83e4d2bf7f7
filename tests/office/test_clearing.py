"""Two members clear a cut with keys of their own; every way around it is refused, and stands in the log."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from jebi.archive.record import Event as LogEvent
from jebi.archive.record import parse_record
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.admission import drain, open_catalogue
from jebi.office.attending import kept_of
from jebi.office.clearing import Clearances, reporter
from jebi.office.desk import join_desk
from jebi.parcel import note
from jebi.parcel.note import Ed25519Signer
from jebi.release import plan_form
from jebi.release.checklist import Answer, Question, Seen
from jebi.release.leaks import CHECKS, Check, Finding, Reason, reported, sign_report
from jebi.vault import cuts, members, seeing
from jebi.vault.catalogue import Event
from jebi.vault.clearing import FRESH_MS
from jebi.vault.members import Member
from jebi.vault.schema import Role
from office.conftest import PASSPHRASE, Office, opened
from office.rooms import NOW_MS, Clock
from release.plans import simple

KEYS = {
    name: Ed25519Signer(name=f"example.org/desk/{name}", secret=name.encode().ljust(32, b"."))
    for name in ("crane", "heron", "stork", "wren")
}
SEEN = Seen(has_watched=True, answers=dict.fromkeys(Question, Answer.NO))
PAGE = seeing.Picture(use="strip", number=1, start_ms=0, end_ms=1, why="", blob="8" * 64, size=9, sha256="9" * 64)
EVENT = Event(kind="tried", subject="s", detail="", actor="a")


@dataclass
class Table:
    """An archive with one output that passed, and those who may clear it."""

    office: Office
    clock: Clock
    clearances: Clearances
    output: int

    def ask(self, name: str) -> str:
        """Ask as who watched the film and answered everything."""
        return self.clearances.ask(self.output, name, seen=SEEN)

    def clear(self, name: str, *, signer: str = "") -> bytes:
        """Ask and sign as one does; returns what was signed."""
        asked = self.ask(name)
        signed = str(note.sign(asked, KEYS[signer or name])).encode()
        self.clearances.clear(self.output, name, signed)
        return signed

    def report(self, *, has_finding: bool = False) -> None:
        """Look through it again."""
        with self.clearances.catalogue.reading() as connection:
            output = cuts.get_output(connection, self.output)
            assert output
            planned = cuts.get_plan(connection, output.cut_plan)
            assert planned
        found = (Finding(reason=Reason.FACE_SEEN, what="a face"),) if has_finding else ()
        whole = reported(
            output=bytes.fromhex(output.sha256),
            plan=bytes.fromhex(planned.sha256),
            checks=[Check(name=name, measured={"looked": self.clock.now_ms}, findings=found) for name in CHECKS],
        )
        signed = str(sign_report(whole, reporter(self.office.desk))).encode()
        stored = self.clearances.kept.put(signed)
        kept = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
        with self.clearances.catalogue.writing(self.clock.now_ms) as change:
            cuts.add_report(change, self.output, kept, EVENT, has_passed=not has_finding)

    def edit(self, statement: str) -> None:
        """Somebody edits the database by hand."""
        with self.clearances.catalogue.claiming() as connection:
            connection.execute(text(statement))

    @property
    def log(self) -> list[str]:
        return self.office.events()


@pytest.fixture
def table(archive: Path) -> Iterator[Table]:
    clock = Clock()
    with opened(archive) as office, open_catalogue(office.desk) as catalogue:
        kept = kept_of(office.desk)
        people: list[tuple[str, Role]] = [
            ("wren", "editor"),
            ("crane", "clearer"),
            ("heron", "clearer"),
            ("stork", "clearer"),
            ("owl", "publisher"),
        ]
        with catalogue.writing(NOW_MS) as change:
            for name, role in people:
                members.add(change, Member(name=name, role=role, password="$argon2id$"), EVENT)
            number = cuts.begin(change, "a cut", [], EVENT)
        content = plan_form.written(simple())
        stored = kept.put(content)
        planned_kept = cuts.Kept(sha256=stored.sha256, blob=stored.blob, size=stored.size)
        event = Event(
            kind="cut-planned", subject=f"cut/{number}", detail=f"plan sha256 {stored.sha256}, of 1 clips", actor="wren"
        )
        with catalogue.writing(NOW_MS) as change:
            plan = cuts.plan(change, number, planned_kept, [], "wren", event)
        with catalogue.reading() as connection:
            planned = cuts.get_plan(connection, plan)
        assert planned
        with catalogue.writing(NOW_MS) as change:
            output = cuts.render(change, planned, hashlib.sha256(b"film").hexdigest(), [], "ffmpeg", EVENT)
        drain(office.desk, catalogue)
        clearances = Clearances(office.desk, catalogue, kept, clock)
        for name in ("crane", "heron", "stork"):
            clearances.enroll(name, KEYS[name].verifier(), by="member/admin")
        table = Table(office, clock, clearances, output)
        table.report()
        yield table


def test_two_members_clear_a_cut(table: Table) -> None:
    table.clear("crane")
    with pytest.raises(Refused, match="1 of two"):
        table.clearances.cleared(table.output)
    table.clear("heron")
    cleared = table.clearances.cleared(table.output)
    assert {one.member for one in cleared.clearances} == {"crane", "heron"}
    assert table.log.count("cut-cleared") == 2


def _the_same_person_twice(table: Table) -> None:
    table.clear("crane")
    table.clear("crane")


def _a_key_revoked_afterwards(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.clearances.revoke("heron", KEYS["heron"].verifier(), by="member/admin")


def _a_key_revoked_before(table: Table) -> None:
    table.clear("crane")
    table.clearances.revoke("heron", KEYS["heron"].verifier(), by="member/admin")
    table.clear("heron")


def _a_stale_report(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.clock.now_ms += 1
    table.report()


def _a_report_with_a_finding(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.report(has_finding=True)


def _a_file_swapped_after_clearing(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.edit(f"UPDATE output SET sha256 = '{'0' * 64}'")


def _a_signature_replayed(table: Table) -> None:
    table.clear("crane")
    signed = table.clear("heron")
    table.clearances.refuse(table.output, "heron")
    table.clearances.clear(table.output, "heron", signed)


def _a_signature_of_another(table: Table) -> None:
    table.clear("crane")
    table.clear("heron", signer="crane")


def _a_clearance_written_into_the_database(table: Table) -> None:
    signed = table.clear("crane").decode()
    table.edit(
        "INSERT INTO clearance (output, member, verdict, note, made_ms) SELECT output, "
        f"(SELECT id FROM member WHERE name = 'heron'), verdict, '{signed}', made_ms FROM clearance"
    )


def _a_key_written_into_the_database(table: Table) -> None:
    table.clear("crane")
    key = KEYS["wren"].verifier()
    table.edit(
        f"INSERT INTO signing_key (member, verifier, made_ms) SELECT id, '{key}', 0 FROM member WHERE name = 'heron'"
    )
    table.clear("heron", signer="wren")


def _a_key_and_its_event_written_into_the_database(table: Table) -> None:
    table.clear("crane")
    key = KEYS["wren"].verifier()
    table.edit(
        "INSERT INTO outbox (made_ms, kind, subject, detail, actor) "
        f"VALUES (0, 'key-enrolled', 'member/heron', '{key}', 'member/admin')"
    )
    drain(table.office.desk, table.clearances.catalogue)
    table.clear("heron", signer="wren")


def _an_author_hidden_in_the_database(table: Table) -> None:
    table.edit("UPDATE member SET role = 'clearer' WHERE name = 'wren'")
    table.edit("UPDATE cut_plan SET author = 'somebody'")
    table.clearances.enroll("wren", KEYS["wren"].verifier(), by="member/admin")
    table.clear("crane")
    table.clear("wren")


def _a_role_that_does_not_clear(table: Table) -> None:
    table.clearances.enroll("owl", KEYS["wren"].verifier(), by="member/admin")


def _a_role_taken_away(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.edit("UPDATE member SET role = 'editor' WHERE name = 'heron'")


def _a_clock_that_is_set_back(table: Table) -> None:
    table.clear("crane")
    asked = table.ask("heron")
    table.clock.now_ms -= 1000
    table.clearances.clear(table.output, "heron", str(note.sign(asked, KEYS["heron"])).encode())


def _an_answer_a_day_late(table: Table) -> None:
    table.clear("crane")
    asked = table.ask("heron")
    table.clock.now_ms += FRESH_MS + 1
    table.clearances.clear(table.output, "heron", str(note.sign(asked, KEYS["heron"])).encode())


def _a_refusal(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.clearances.refuse(table.output, "stork")


def _a_refusal_deleted_from_the_database(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.clearances.refuse(table.output, "stork")
    table.edit("DELETE FROM clearance WHERE verdict = 'refused'")


def _a_refusal_taken_back_by_an_event_in_the_database(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.clearances.refuse(table.output, "stork")
    table.edit(
        "INSERT INTO outbox (made_ms, kind, subject, detail, actor) SELECT made_ms, 'cut-cleared', 'cut/' || cut, "
        "'output sha256 ' || sha256, 'member/stork' FROM output"
    )
    drain(table.office.desk, table.clearances.catalogue)


def _one_key_for_two(table: Table) -> None:
    table.clearances.enroll("stork", KEYS["crane"].verifier(), by="member/admin")


def _a_key_under_another_name(table: Table) -> None:
    other = Ed25519Signer(name="example.org/desk/wren", secret=b"another".ljust(32, b"."))
    table.clearances.enroll("stork", other.verifier(), by="member/admin")


def _a_key_revoked_between(table: Table) -> None:
    table.clear("crane")
    asked = table.ask("heron")
    table.clearances.revoke("heron", KEYS["heron"].verifier(), by="member/admin")
    table.clearances.clear(table.output, "heron", str(note.sign(asked, KEYS["heron"])).encode())


def _a_plan_that_is_kept_anew_by_who_was_asked(table: Table) -> None:
    table.clear("crane")
    asked = table.ask("heron")
    plan = f"plan sha256 {asked.splitlines()[3].removeprefix('plan ')}, of 1 clips"
    table.office.desk.append("cut-planned", "cut/1", plan, actor="member/heron", time=NOW_MS // 1000)
    table.clearances.clear(table.output, "heron", str(note.sign(asked, KEYS["heron"])).encode())


def _garbage(table: Table) -> None:
    table.clear("crane")
    table.clearances.clear(table.output, "heron", b"garbage")


ATTACKS: list[Callable[[Table], None]] = [
    _the_same_person_twice,
    _a_key_revoked_afterwards,
    _a_key_revoked_before,
    _a_stale_report,
    _a_report_with_a_finding,
    _a_file_swapped_after_clearing,
    _a_signature_replayed,
    _a_signature_of_another,
    _a_clearance_written_into_the_database,
    _a_key_written_into_the_database,
    _a_key_and_its_event_written_into_the_database,
    _an_author_hidden_in_the_database,
    _a_role_that_does_not_clear,
    _a_role_taken_away,
    _a_clock_that_is_set_back,
    _an_answer_a_day_late,
    _a_refusal,
    _a_refusal_deleted_from_the_database,
    _a_refusal_taken_back_by_an_event_in_the_database,
    _one_key_for_two,
    _a_key_under_another_name,
    _a_key_revoked_between,
    _a_plan_that_is_kept_anew_by_who_was_asked,
    _garbage,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_nothing_is_cleared_by(table: Table, attack: Callable[[Table], None]) -> None:
    def attempt() -> None:
        attack(table)
        table.clearances.cleared(table.output)

    with pytest.raises((Refused, Damaged)):
        attempt()


@pytest.mark.parametrize(
    "attack",
    [_the_same_person_twice, _a_signature_replayed, _a_signature_of_another, _a_clock_that_is_set_back, _garbage],
)
def test_who_tries_stands_in_the_log(table: Table, attack: Callable[[Table], None]) -> None:
    with pytest.raises((Refused, Damaged)):
        attack(table)
    assert table.log[-1] == "clearance-rejected"


def _saw(table: Table, name: str, *, sha256: str = PAGE.sha256, answer: Answer | None = Answer.NO) -> None:
    """Sign off the only page of the strip and answer everything, as one does on pages."""
    with table.clearances.catalogue.writing(table.clock.now_ms) as change:
        whose = members.named(change.connection, name)
        assert whose
        seeing.put_pictures(change, table.output, [PAGE], EVENT)
        seeing.sign_off(change, table.output, whose.id, PAGE.number, sha256, EVENT)
        if answer:
            seeing.answer(change, table.output, whose.id, dict.fromkeys(Question, answer), EVENT)


def test_who_saw_and_answered_on_pages_is_asked_to_sign(table: Table) -> None:
    _saw(table, "crane")
    assert table.clearances.ask(table.output, "crane").startswith("jebi clearance")
    with pytest.raises(Refused, match="1 of 1 pages"):
        table.clearances.ask(table.output, "heron")  # what another saw is not what they saw


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"sha256": "a" * 64}, "1 of 1 pages"),
        ({"answer": None}, "10 of 10 questions"),
        ({"answer": Answer.UNSURE}, "not sure"),
    ],
    ids=["a page as it was before", "no answers", "doubts"],
)
def test_who_lacks_something_is_given_nothing_to_sign(table: Table, more: dict[str, Any], said: str) -> None:
    _saw(table, "crane", **more)
    with pytest.raises(Refused, match=said):
        table.clearances.ask(table.output, "crane")
    with table.clearances.catalogue.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM challenge")).scalar() == 0


def test_before_there_are_pictures_nobody_is_asked_on_pages(table: Table) -> None:
    with pytest.raises(Refused, match="not made yet"):
        table.clearances.ask(table.output, "crane")


def test_answers_in_the_database_that_no_question_has_count_for_nothing(table: Table) -> None:
    _saw(table, "crane")
    table.edit("UPDATE checklist SET answer = 'perhaps' WHERE question = 'gait'")
    with pytest.raises(Refused, match="1 of 10 questions are not answered, the first of them: gait"):
        table.clearances.ask(table.output, "crane")


def test_what_is_answered_at_a_terminal_stands_in_the_log(table: Table) -> None:
    table.ask("crane")
    event = next(one for one in reversed(list(_events(table))) if one.kind == "checklist-answered")
    assert event.actor == "member/crane"
    assert "watched the whole film; gait no, clothes no" in event.detail


def test_a_key_that_replaces_a_revoked_one_clears_again(table: Table) -> None:
    table.clear("crane")
    table.clearances.revoke("crane", KEYS["crane"].verifier(), by="member/admin")
    other = Ed25519Signer(name=KEYS["crane"].name, secret=b"another".ljust(32, b"."))
    table.clearances.enroll("crane", other.verifier(), by="member/admin")
    table.clearances.clear(table.output, "crane", str(note.sign(table.ask("crane"), other)).encode())
    table.clear("heron")
    assert len(table.clearances.cleared(table.output).clearances) == 2


def _a_revoked_key_enrolled_again(table: Table) -> None:
    table.clearances.revoke("crane", KEYS["crane"].verifier(), by="member/admin")
    try:
        table.clearances.enroll("crane", KEYS["crane"].verifier(), by="member/admin")
    finally:
        assert "crane" not in {name for name, keys in table.clearances.standing().items() if keys}


def test_a_key_that_was_revoked_never_stands_again(table: Table) -> None:
    with pytest.raises(Refused, match="or had it"):
        _a_revoked_key_enrolled_again(table)


def test_the_key_of_who_was_dismissed_is_revoked_in_log_and_row(table: Table) -> None:
    table.edit("UPDATE member SET disabled = 1 WHERE name = 'crane'")
    table.clearances.revoke("crane", KEYS["crane"].verifier(), by="member/admin")
    table.edit("UPDATE member SET disabled = 0 WHERE name = 'crane'")
    assert not table.clearances.standing()["crane"]
    with pytest.raises(NothingFound):
        table.clearances.revoke("nobody", KEYS["crane"].verifier(), by="member/admin")
    assert sum(one.kind == "key-revoked" for one in _events(table)) == 1


def test_a_clearance_that_does_not_hold_any_more_blocks_nobody_else(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.clearances.revoke("crane", KEYS["crane"].verifier(), by="member/admin")
    table.clear("stork")
    assert {one.member for one in table.clearances.cleared(table.output).clearances} == {"heron", "stork"}


def test_a_refusal_that_is_taken_back_ended_what_was_cleared_before_it(table: Table) -> None:
    table.clear("crane")
    table.clear("heron")
    table.clearances.refuse(table.output, "heron")
    table.clear("heron")
    with pytest.raises(Refused, match="1 of two"):
        table.clearances.cleared(table.output)
    table.clear("crane")
    assert len(table.clearances.cleared(table.output).clearances) == 2


def test_who_spoke_of_an_output_is_told_by_the_log(table: Table) -> None:
    table.clearances.refuse(table.output, "stork")
    table.edit("DELETE FROM clearance")
    assert table.clearances.spoken(table.output) == ({"wren"}, frozenset({"stork"}))


def _events(table: Table) -> Iterator[LogEvent]:
    return (parse_record(line).event for line in table.office.desk.ledger.records())


def test_a_refusal_can_be_taken_back_by_who_refused(table: Table) -> None:
    table.clearances.refuse(table.output, "crane")
    table.clear("crane")
    table.clear("heron")
    assert len(table.clearances.cleared(table.output).clearances) == 2


def test_what_is_not_there_is_not_found(table: Table) -> None:
    with pytest.raises(NothingFound):
        table.clearances.ask(77, "crane", seen=SEEN)
    with pytest.raises(NothingFound):
        table.clearances.ask(table.output, "nobody", seen=SEEN)


def test_the_report_key_is_the_desk_s_own_and_not_that_of_the_log(table: Table) -> None:
    desk = table.office.desk
    joined = join_desk(desk.folder, PASSPHRASE)
    assert reporter(desk).verifier() == reporter(joined).verifier()
    assert reporter(desk).secret != desk.signer.secret
    assert reporter(desk).secret.hex() not in repr(reporter(desk))
