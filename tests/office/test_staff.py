"""The desk's staff: the second factor lies sealed, a session lasts a day at most, and every change of a membership ends it."""

from dataclasses import replace
from pathlib import Path

import pytest

from jebi.errors import Refused
from jebi.office.kinds import Role
from jebi.office.members import Member, Session
from jebi.office.staff import DAY_MS
from jebi.vault import members
from jebi.vault.catalogue import NUMBERED
from office.rooms import NOW_MS, Shown

VERIFIER = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA"
NOW = NOW_MS // 1000


def member(**changed: object) -> Member:
    plain = Member(name="maria", role=Role.EDITOR, verifier=VERIFIER, second=b"a key of twenty byte")
    return replace(plain, **changed)  # type: ignore[arg-type]


def test_a_member_s_second_factor_lies_sealed_and_comes_back(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")

    assert empty.house.member("maria") == member()
    assert empty.house.members() == [member()]
    assert b"a key of twenty byte" not in Path(empty.office.desk.path("catalogue.db")).read_bytes()
    assert "a key" not in repr(empty.house.member("maria"))
    assert empty.kinds()[0] == "member-added"


def test_a_session_lasts_until_its_member_changes(empty: Shown) -> None:
    digest = bytes(32)
    empty.house.keep_member(member(), by="desk")
    began = Session(digest=digest, member="maria", started=NOW_MS // 1000, seen=NOW_MS // 1000)
    empty.house.begin_session(began)
    assert empty.house.session(digest) == began
    dark = replace(began, theme="dark", language="ko", seen=began.seen + 60)
    empty.house.keep_session(dark)
    assert empty.house.session(digest) == dark
    assert empty.kinds()[0] == "signed-in"
    empty.house.keep_member(member(role=Role.INTAKE), by="desk")
    assert empty.house.session(digest) is None
    empty.house.begin_session(began)
    empty.house.end_sessions("maria")
    assert empty.house.session(digest) is None


def test_a_code_is_used_once(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")
    assert [empty.house.use_code("maria", step) for step in (5, 5, 4, 6)] == [True, False, False, True]
    assert not empty.house.use_code("nobody", 7)


def begun(shown: Shown, *, of: str = "maria", number: int = 0) -> Session:
    """A session that began just now."""
    session = Session(digest=bytes([number]) * 32, member=of, started=NOW, seen=NOW)
    shown.house.begin_session(session)
    return session


@pytest.mark.parametrize(
    "changed",
    [
        {"must_change": True},
        {"role": Role.INTAKE},
        {"verifier": VERIFIER + "x"},
        {"second": b"another key of twenty"},
        {"second": b""},
        {"is_disabled": True},
    ],
    ids=str,
)
def test_a_session_outlives_no_change_of_membership(empty: Shown, changed: dict[str, object]) -> None:
    empty.house.keep_member(member(), by="desk")
    session = begun(empty)

    empty.house.keep_member(member(**changed), by="desk")

    assert empty.house.session(session.digest) is None


@pytest.mark.parametrize("since", [{"is_disabled": True}, {"verifier": VERIFIER + "x"}, {"role": Role.INTAKE}], ids=str)
def test_who_changes_a_membership_undoes_nothing_that_they_did_not_see(empty: Shown, since: dict[str, object]) -> None:
    empty.house.keep_member(member(), by="desk")
    empty.house.keep_member(member(**since), by="admin")
    with pytest.raises(Refused, match="meanwhile"):
        empty.house.keep_member(member(verifier=VERIFIER + "y"), by="maria", was=member())
    assert empty.house.member(member().name) == member(**since)


def test_a_session_ends_a_day_after_it_began_however_it_was_used(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")
    session = begun(empty)
    empty.house.keep_session(replace(session, seen=NOW + 3600))

    empty.clock.now_ms = NOW_MS + DAY_MS - 1
    assert empty.house.session(session.digest)
    empty.clock.now_ms = NOW_MS + DAY_MS
    assert empty.house.session(session.digest) is None


def test_a_sign_in_is_logged_and_that_a_session_was_used_is_not(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")
    session = begun(empty)
    count = empty.office.desk.ledger.count

    empty.house.keep_session(replace(session, seen=NOW + 60))
    empty.house.use_code("maria", 5)
    empty.house.end_session(session.digest)

    assert empty.office.desk.ledger.count == count
    newest = empty.house.entries().items[0]
    assert (newest.kind, newest.subject, newest.actor) == ("signed-in", "member/maria", "member/maria")


def test_one_session_ends_and_the_others_last(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")
    one, other = begun(empty, number=1), begun(empty, number=2)

    empty.house.end_session(one.digest)
    empty.house.end_session(bytes(32))

    assert (empty.house.session(one.digest), empty.house.session(other.digest)) == (None, other)


def test_nobody_has_no_session_no_code_and_no_membership(empty: Shown) -> None:
    session = begun(empty, of="nobody")

    assert empty.house.session(session.digest) is None
    assert empty.house.session(b"") is None
    assert empty.house.member("nobody") is None
    empty.house.end_sessions("nobody")
    assert "signed-in" not in empty.kinds()


def test_whoever_sets_up_a_second_factor_anew_begins_with_its_first_code(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")
    empty.house.use_code("maria", 5)

    empty.house.keep_member(member(seen=NOW), by="desk")
    assert not empty.house.use_code("maria", 5)
    empty.house.keep_member(member(second=b""), by="desk")
    empty.house.keep_member(member(second=b"another key of twenty"), by="desk")
    assert empty.house.use_code("maria", 1)


def test_nothing_secret_of_a_member_enters_the_log(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")
    empty.house.keep_member(member(is_disabled=True), by="a-maria")

    log = Path(empty.office.desk.path("log", "records.jsonl")).read_text()
    newest = empty.house.entries().items[0]

    assert "argon2" not in log
    assert (newest.kind, newest.detail.partition(NUMBERED)[0]) == ("member-changed", "editor, disabled")
    assert newest.actor == "member/a-maria"


def test_a_key_that_stays_the_same_stays_sealed_as_it_was(empty: Shown) -> None:
    sealed = []
    for second in (b"a key of twenty byte", b"a key of twenty byte", b"another key of twenty"):
        empty.house.keep_member(member(second=second), by="desk")
        with empty.house.catalogue.reading() as connection:
            row = members.named(connection, "maria")
        assert row
        sealed.append(row.totp)

    assert sealed[0] == sealed[1] != sealed[2]


def test_a_session_that_ended_while_a_page_was_answered_stays_ended(empty: Shown) -> None:
    empty.house.keep_member(member(), by="desk")
    session = begun(empty)
    empty.house.end_sessions("maria")

    empty.house.keep_session(replace(session, seen=NOW + 60))

    assert empty.house.session(session.digest) is None
    assert empty.kinds().count("signed-in") == 1
