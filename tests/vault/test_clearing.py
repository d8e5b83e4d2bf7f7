"""The database itself refuses what one person alone would do."""

from dataclasses import dataclass

import pytest
from sqlalchemy.exc import IntegrityError

from jebi.errors import Refused
from jebi.vault import clearing, cuts, members
from jebi.vault.catalogue import Catalogue
from jebi.vault.clearing import FRESH_MS, Challenge, Released
from jebi.vault.members import Member
from jebi.vault.schema import Role, released
from vault.rows import EVENT, NOW
from vault.test_cuts import KEPT, begun, planned, rendered


@dataclass(frozen=True)
class Ready:
    """An output with a report, and four members."""

    catalogue: Catalogue
    output: int
    report: int
    crane: int
    heron: int
    owl: int

    def say(self, whose: int, verdict: str = "cleared") -> int:
        with self.catalogue.writing(NOW) as change:
            clearing.say(change, self.output, whose, verdict, "signed" if verdict == "cleared" else "", EVENT)  # type: ignore[arg-type]
        with self.catalogue.reading() as connection:
            return next(one.id for one in clearing.words(connection, self.output) if one.member == whose)

    def release(self, **changed: int | str) -> int:
        values = {"id": 0, "output": self.output, "slug": "0001", "publisher": self.owl, "made_ms": NOW, **changed}
        with self.catalogue.writing(NOW) as change:
            return clearing.release(change, Released(**values), EVENT)  # type: ignore[arg-type]

    def ask(self, drawn: str, *, at: int = NOW) -> None:
        with self.catalogue.writing(at) as change:
            asked = Challenge(id=drawn, member=self.crane, report=self.report, made_ms=at)
            clearing.ask(change, asked, EVENT)

    def spend(self, drawn: str, *, at: int = NOW + 1, whose: int = 0) -> int:
        with self.catalogue.writing(at) as change:
            return clearing.spend(change, drawn, whose or self.crane)


@pytest.fixture
def ready(catalogue: Catalogue) -> Ready:
    output = rendered(catalogue, planned(catalogue, begun(catalogue)))
    with catalogue.writing(NOW) as change:
        report = cuts.add_report(change, output, KEPT, EVENT, has_passed=True)
        people: list[tuple[str, Role]] = [("crane", "clearer"), ("heron", "clearer"), ("owl", "publisher")]
        numbers = [
            members.add(change, Member(name=name, role=role, password="$argon2id$"), EVENT) for name, role in people
        ]
    return Ready(catalogue, output, report, *numbers)


def test_two_clear_and_a_third_releases(ready: Ready) -> None:
    first, second = ready.say(ready.crane), ready.say(ready.heron)
    ready.release(first=first, first_member=ready.crane, second=second, second_member=ready.heron)
    with ready.catalogue.reading() as connection:
        (one,) = clearing.releases(connection)
        assert clearing.release_of(connection, ready.output) == one
        assert (one.slug, one.retracted_ms) == ("0001", None)


def test_one_person_is_not_two(ready: Ready) -> None:
    first = ready.say(ready.crane)
    with pytest.raises(Refused):
        ready.release(first=first, first_member=ready.crane, second=first, second_member=ready.crane)


def test_one_person_does_not_pass_for_another(ready: Ready) -> None:
    first = ready.say(ready.crane)
    with pytest.raises(Refused):
        ready.release(first=first, first_member=ready.crane, second=first, second_member=ready.heron)


def test_who_cleared_it_does_not_release_it(ready: Ready) -> None:
    first, second = ready.say(ready.crane), ready.say(ready.heron)
    with pytest.raises(Refused):
        ready.release(
            first=first, first_member=ready.crane, second=second, second_member=ready.heron, publisher=ready.heron
        )


@pytest.mark.parametrize(
    "wrong", [("crane", "crane", "owl"), ("crane", "heron", "heron")], ids=["one is two", "no third"]
)
def test_the_database_refuses_it_on_its_own(ready: Ready, wrong: tuple[str, str, str]) -> None:
    first, second, publisher = (getattr(ready, name) for name in wrong)
    numbers = {whose: ready.say(whose) for whose in (first, second)}
    row = {"output": ready.output, "slug": "0001", "first": numbers[first], "first_member": first}
    row |= {"second": numbers[second], "second_member": second, "publisher": publisher, "made_ms": NOW, "why": ""}
    with pytest.raises(IntegrityError, match=r"(?i)check"), ready.catalogue.writing(NOW) as change:
        change.add_numbered(released, row)


def test_an_output_is_released_once_and_retracted_once(ready: Ready) -> None:
    first, second = ready.say(ready.crane), ready.say(ready.heron)
    clearances = {"first": first, "first_member": ready.crane, "second": second, "second_member": ready.heron}
    number = ready.release(**clearances)
    with pytest.raises(Refused):
        ready.release(**clearances, slug="0002")
    with ready.catalogue.writing(NOW) as change:
        clearing.retract(change, number, "somebody asked", EVENT)
    with pytest.raises(Refused), ready.catalogue.writing(NOW) as change:
        clearing.retract(change, number, "again", EVENT)


def test_a_member_has_one_last_word(ready: Ready) -> None:
    ready.say(ready.crane)
    ready.say(ready.crane, "refused")
    with ready.catalogue.reading() as connection:
        assert [(one.member, one.verdict, one.note) for one in clearing.words(connection, ready.output)] == [
            (ready.crane, "refused", "")
        ]


def test_a_challenge_is_spent_once_by_whom_it_was_given_to(ready: Ready) -> None:
    ready.ask("a" * 32)
    with pytest.raises(Refused):
        ready.spend("a" * 32, whose=ready.heron)
    assert ready.spend("a" * 32) == ready.report
    with pytest.raises(Refused):
        ready.spend("a" * 32)


def test_a_newer_challenge_takes_the_earlier_one_back(ready: Ready) -> None:
    ready.ask("a" * 32)
    ready.ask("b" * 32)
    with pytest.raises(Refused):
        ready.spend("a" * 32)
    assert ready.spend("b" * 32) == ready.report


@pytest.mark.parametrize("at", [NOW - 1, NOW + FRESH_MS + 1], ids=["a clock that was set back", "a day later"])
def test_a_challenge_of_another_time_is_refused(ready: Ready, at: int) -> None:
    ready.ask("a" * 32)
    with pytest.raises(Refused):
        ready.spend("a" * 32, at=at)


def test_a_key_is_one_member_s_and_is_revoked_for_ever(ready: Ready) -> None:
    with ready.catalogue.writing(NOW) as change:
        number = clearing.enroll(change, ready.crane, "desk/crane+00+AQ==", EVENT)
    with pytest.raises(Refused), ready.catalogue.writing(NOW) as change:
        clearing.enroll(change, ready.heron, "desk/crane+00+AQ==", EVENT)
    with ready.catalogue.writing(NOW) as change:
        clearing.revoke(change, number, EVENT)
    with pytest.raises(Refused), ready.catalogue.writing(NOW) as change:
        clearing.revoke(change, number, EVENT)
    with ready.catalogue.reading() as connection:
        (key,) = clearing.keys(connection, ready.crane)
        assert clearing.keys(connection) == [key]
        assert key.revoked_ms == NOW
        assert clearing.member_numbers(connection)[ready.crane] == "crane"


def test_what_two_cleared_waits_for_a_publisher_until_it_is_released(ready: Ready) -> None:
    def waiting() -> list[int]:
        with ready.catalogue.reading() as connection:
            return clearing.waiting(connection, 10)

    first = ready.say(ready.crane)
    assert waiting() == []
    second = ready.say(ready.heron, "refused")
    assert waiting() == []
    second = ready.say(ready.heron)
    assert waiting() == [ready.output]
    ready.release(first=first, first_member=ready.crane, second=second, second_member=ready.heron)
    assert waiting() == []
