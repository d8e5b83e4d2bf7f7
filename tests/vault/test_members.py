"""The desk's staff: who may sign in, with what, and whose session a token is."""

from dataclasses import replace

import pytest

from jebi.errors import Damaged, Refused
from jebi.vault import members
from jebi.vault.catalogue import Catalogue
from jebi.vault.members import MINUTE, Member, Session
from vault.rows import EVENT, NOW

CRANE = Member(name="crane", role="editor", password="$argon2id$secret", totp=b"sealed")
TOKEN = "d" * 64


@pytest.fixture
def number(catalogue: Catalogue) -> int:
    """The number of a member who is at a browser."""
    with catalogue.writing(NOW) as change:
        number = members.add(change, CRANE, EVENT)
        members.begin(change, session(number), EVENT)
    return number


def session(member: int, token: str = TOKEN, ends_ms: int = NOW + 1000) -> Session:
    return Session(id=token, member=member, made_ms=NOW, seen_ms=NOW, ends_ms=ends_ms)


def using(catalogue: Catalogue, now_ms: int = NOW) -> tuple[Session, Member] | None:
    with catalogue.reading() as connection:
        return members.using(connection, TOKEN, now_ms)


def test_a_member_is_known_by_name(catalogue: Catalogue, number: int) -> None:
    with catalogue.reading() as connection:
        assert members.named(connection, "crane") == replace(CRANE, id=number)
        assert members.named(connection, "heron") is None
        assert members.everybody(connection) == [replace(CRANE, id=number)]


def test_a_name_is_one_member_s(catalogue: Catalogue, number: int) -> None:
    with pytest.raises(Refused, match="already"), catalogue.writing(NOW) as change:
        members.add(change, CRANE, EVENT)


def test_nothing_secret_is_shown() -> None:
    assert "secret" not in repr(CRANE)
    assert "sealed" not in repr(CRANE)


def test_a_session_is_its_member_s_until_it_ends(catalogue: Catalogue, number: int) -> None:
    assert using(catalogue, NOW + 999) == (session(number), replace(CRANE, id=number))
    assert using(catalogue, NOW + 1000) is None

    with catalogue.writing(NOW) as change:
        members.end(change, TOKEN, EVENT)

    assert using(catalogue) is None
    with pytest.raises(Refused), catalogue.writing(NOW) as change:
        members.end(change, TOKEN, EVENT)


@pytest.mark.parametrize("changed", [{"disabled": 1}, {"role": "intake"}, {"password": "another"}])
def test_whoever_is_altered_has_to_sign_in_again(
    catalogue: Catalogue, number: int, changed: dict[str, int | str]
) -> None:
    altered = replace(CRANE, id=number, **changed)  # type: ignore[arg-type]

    with catalogue.writing(NOW) as change:
        members.alter(change, altered, EVENT)

    assert using(catalogue) is None
    with catalogue.reading() as connection:
        assert members.named(connection, "crane") == altered


def test_who_is_disabled_uses_no_session(catalogue: Catalogue, number: int) -> None:
    with catalogue.writing(NOW) as change:
        members.alter(change, replace(CRANE, id=number, disabled=1), EVENT)
        members.begin(change, session(number), EVENT)

    assert using(catalogue) is None


def test_sessions_that_ended_are_forgotten(catalogue: Catalogue, number: int) -> None:
    with catalogue.writing(NOW + 5000) as change:
        members.begin(change, session(number, "e" * 64, NOW + 9000), EVENT)

    assert using(catalogue, NOW) is None


def test_a_session_that_is_used_is_written_once_a_minute(catalogue: Catalogue, number: int) -> None:
    for later in (MINUTE - 1, MINUTE, MINUTE + 1):
        found = using(catalogue)
        assert found
        with catalogue.claiming() as connection:
            members.seen(connection, found[0], NOW + later)

    found = using(catalogue)
    assert found
    assert found[0].seen_ms == NOW + MINUTE


def test_a_one_time_code_is_spent_once_and_no_older_one_after_it(catalogue: Catalogue, number: int) -> None:
    with catalogue.writing(NOW) as change:
        assert [members.spend_step(change, number, step) for step in (7, 7, 6, 8)] == [True, False, False, True]


@pytest.mark.parametrize("changed", [{"name": ""}, {"role": "king"}, {"password": ""}, {"totp_step": -1}])
def test_a_member_who_cannot_be_is_damaged(changed: dict[str, int | str]) -> None:
    with pytest.raises(Damaged):
        replace(CRANE, **changed)  # type: ignore[arg-type]
