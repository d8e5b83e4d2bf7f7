"""A session is one member's, for a while."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.office.kinds import Role
from jebi.web import sessions
from web.archive import sample
from web.served import Served

STRANGER = Served(archive=sample(1)).client()


def test_a_session_ends_when_nobody_is_there(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    served.now += sessions.IDLE - 1
    assert editor.client.get("/archive").status_code == 200
    served.now += sessions.IDLE - 1
    assert editor.client.get("/archive").status_code == 200
    served.now += sessions.IDLE
    assert editor.client.get("/archive").status_code == 303
    assert not served.archive.sessions


def test_a_session_ends_after_a_shift_whatever_happens(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    for _ in range(sessions.WHOLE // 1200 - 1):
        served.now += 1200
        assert editor.client.get("/help").status_code == 200
    served.now += 1200
    assert editor.client.get("/help").status_code == 303


def test_a_page_that_is_open_keeps_no_session_alive(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    for _ in range(2):
        served.now += sessions.IDLE - 100
        answer = editor.client.get("/jobs", headers={"x-jebi-live": "1"})
    assert answer.status_code == 303


@pytest.mark.parametrize("change", [{"is_disabled": True}, {"role": Role.RESEARCHER}, {"second": b"x" * 20}])
def test_a_change_of_membership_ends_its_sessions(served: Served, change: dict[str, object]) -> None:
    client = served.client()
    editor = served.signed_in(Role.EDITOR, client)
    served.archive.keep_member(replace(editor.member, **change), by="admin")  # type: ignore[arg-type]
    assert client.get("/archive").status_code == 303


def test_a_disabled_member_is_out_even_where_the_archive_forgot_to_end_it(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    served.archive.members_by_name["a-editor"] = replace(editor.member, is_disabled=True)
    assert editor.client.get("/archive").status_code == 303


def test_the_token_itself_is_kept_nowhere(served: Served) -> None:
    editor = served.signed_in(Role.EDITOR)
    token = sessions.parse(editor.client.cookies["jebi_session"])
    assert token is not None
    assert token not in served.archive.sessions
    assert token.hex() not in repr(served.archive.sessions)


def test_a_form_token_of_another_session_is_none(served: Served) -> None:
    client = served.client()
    other = served.signed_in(Role.EDITOR, client).form_token
    editor = served.signed_in(Role.EDITOR, client)
    for wrong in (other, "", "x", editor.form_token.upper(), "é"):
        editor.form_token, right = wrong, editor.form_token
        assert editor.post("/clips/c00000/tags", {"tag": "planted"}).status_code == 403
        editor.form_token = right
    assert editor.post("/clips/c00000/tags", {"tag": "mine"}).status_code == 303


@given(token=st.binary(min_size=32, max_size=32))
def test_what_is_written_is_parsed(token: bytes) -> None:
    assert sessions.parse(sessions.written(token)) == token


@given(garbage=st.text())
def test_garbage_is_no_session(garbage: str) -> None:
    token = sessions.parse(garbage)
    assert token is None or sessions.written(token) == garbage


@given(garbage=st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=';,"\\')))
def test_a_cookie_of_garbage_is_nobodys(garbage: str) -> None:
    assert STRANGER.get("/archive", headers={"cookie": f"jebi_session={garbage}"}).status_code == 303
