"""The desk's staff: who may sign in, with what, and whose session a token is."""

from dataclasses import replace

import pytest

from jebi.errors import Damaged, Refused
from jebi.vault import members
from jebi.vault.catalogue import Catalogue
from jebi.vault.members import Member, Session
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
        assert members.named(connection, "crane") == replace(CRANE, id=number, seen_ms=NOW)
        assert members.named(connection, "heron") is None
        assert members.everybody(connection) == [replace(CRANE, id=number, seen_ms=NOW)]


def test_a_name_is_one_member_s(catalogue: Catalogue, number: int) -> None:
    with pytest.raises(Refused, match="already"), catalogue.writing(NOW) as change:
        members.add(change, CRANE, EVENT)


def test_nothing_secret_is_shown() -> None:
    assert "secret" not in repr(CRANE)
    assert "sealed" not in repr(CRANE)


def test_a_session_is_its_member_s_until_it_ends(catalogue: Catalogue, number: int) -> None:
    assert using(catalogue, NOW + 999) == (session(number), replace(CRANE, id=number, seen_ms=NOW))
    assert using(catalogue, NOW + 1000) is None

    for _ in range(2):
        with catalogue.claiming() as connection:
            members.end(connection, TOKEN)
        assert using(catalogue) is None


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


def test_a_session_remembers_when_it_was_used_and_what_it_shows(catalogue: Catalogue, number: int) -> None:
    now = replace(session(number), seen_ms=NOW + 7, language="ko", theme="dark")

    with catalogue.claiming() as connection:
        members.used(connection, now)

    found = using(catalogue)
    assert found
    assert found[0] == now


def test_all_sessions_of_a_member_end_at_once(catalogue: Catalogue, number: int) -> None:
    with catalogue.writing(NOW) as change:
        members.begin(change, session(number, "e" * 64), EVENT)
    with catalogue.claiming() as connection:
        members.end_all(connection, "nobody")
        assert members.using(connection, TOKEN, NOW)
        members.end_all(connection, "crane")

    assert using(catalogue) is None


def test_a_one_time_code_is_spent_once_and_no_older_one_after_it(catalogue: Catalogue, number: int) -> None:
    with catalogue.claiming() as connection:
        assert [members.spend_step(connection, number, step) for step in (7, 7, 6, 8)] == [True, False, False, True]


@pytest.mark.parametrize("changed", [{"name": ""}, {"role": "king"}, {"password": ""}, {"totp_step": -1}])
def test_a_member_who_cannot_be_is_damaged(changed: dict[str, int | str]) -> None:
    with pytest.raises(Damaged):
        replace(CRANE, **changed)  # type: ignore[arg-type]
