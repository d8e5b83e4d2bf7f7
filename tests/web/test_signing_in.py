"""Signing in takes name, password and code, says no more than that, slows down, and nobody keeps another's session."""

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi.testclient import TestClient
from httpx2 import Response

from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.web import passwords
from web.served import PASSWORD, SAME, SECOND, VERIFIER, Served


def code(served: Served, key: bytes = SECOND) -> str:
    return TOTP(key, 6, SHA1(), 30).generate(int(served.now)).decode()


def knock(client: TestClient, name: str, password: str, code: str, wanted: str = "/archive") -> Response:
    fields = {"name": name, "password": password, "code": code, "wanted": wanted}
    return client.post("/sign-in", data=fields, headers=SAME)


@pytest.fixture
def desk(served: Served) -> Served:
    served.archive.members_by_name["haneul"] = Member(name="haneul", role=Role.EDITOR, verifier=VERIFIER, second=SECOND)
    return served


def test_name_password_and_code_let_somebody_in(desk: Served) -> None:
    client = desk.client()
    answer = knock(client, "haneul", PASSWORD, code(desk), "/search?q=x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=x")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    assert client.get("/archive").status_code == 200


def test_the_cookie_is_bound_to_its_host_under_https(desk: Served) -> None:
    desk.origins = ("https://desk.example",)
    client = desk.client()
    fields = {"name": "haneul", "password": PASSWORD, "code": code(desk)}
    answer = client.post("/sign-in", data=fields, headers={"origin": "https://desk.example"})
    assert answer.headers["set-cookie"].startswith("__Host-jebi=")
    assert "Secure" in answer.headers["set-cookie"]


def test_what_was_wrong_is_not_said(desk: Served) -> None:
    desk.archive.members_by_name["gone"] = replace(
        desk.archive.members_by_name["haneul"], name="gone", is_disabled=True
    )
    wrong = [
        knock(desk.client(), *given)
        for given in (
            ("haneul", "not the password", code(desk)),
            ("haneul", PASSWORD, "000000"),
            ("haneul", PASSWORD, ""),
            ("nobody", PASSWORD, code(desk)),
            ("gone", PASSWORD, code(desk)),
            ("x" * 900, PASSWORD, "１２３４５６"),
        )
    ]
    assert {one.status_code for one in wrong} == {403}
    assert len({one.text for one in wrong}) == 1
    assert "set-cookie" not in wrong[0].headers


def test_a_code_is_good_once(desk: Served) -> None:
    assert knock(desk.client(), "haneul", PASSWORD, code(desk)).status_code == 303
    assert knock(desk.client(), "haneul", PASSWORD, code(desk)).status_code == 403
    desk.now += 30
    assert knock(desk.client(), "haneul", PASSWORD, code(desk)).status_code == 303


def test_an_older_code_is_no_good_after_a_newer_one(desk: Served) -> None:
    older = code(desk)
    desk.now += 30
    assert knock(desk.client(), "haneul", PASSWORD, code(desk)).status_code == 303
    assert knock(desk.client(), "haneul", PASSWORD, older).status_code == 403


def test_guessing_has_to_wait_even_when_it_is_right_at_last(desk: Served) -> None:
    client = desk.client()
    for _ in range(3):
        assert knock(client, "haneul", "wrong", "000000").status_code == 403
    answer = knock(client, "haneul", PASSWORD, code(desk))
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "2"
    desk.now += 30
    assert knock(client, "haneul", PASSWORD, code(desk)).status_code == 303


def test_the_wrong_of_one_do_not_lock_out_another(desk: Served) -> None:
    client = desk.client()
    for _ in range(4):
        knock(client, "somebody-else", "wrong", "000000")
    assert knock(client, "haneul", PASSWORD, code(desk)).status_code == 303


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\u202e"]
)
def test_nobody_is_led_away(desk: Served, wanted: str) -> None:
    assert knock(desk.client(), "haneul", PASSWORD, code(desk), wanted).headers["location"] == "/"


def test_signing_in_makes_a_new_session_and_ends_the_old(desk: Served) -> None:
    client = desk.client()
    knock(client, "haneul", PASSWORD, code(desk))
    (first,) = desk.archive.sessions
    desk.now += 30
    knock(client, "haneul", PASSWORD, code(desk))
    (second,) = desk.archive.sessions
    assert first != second


def test_signing_out_ends_it_at_the_server(desk: Served) -> None:
    editor = desk.signed_in(Role.EDITOR)
    answer = editor.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert not desk.archive.sessions
    assert editor.client.get("/archive").status_code == 303


def test_a_newcomer_takes_a_password_and_a_second_factor_before_anything_else(desk: Served) -> None:
    desk.archive.members_by_name["new"] = desk.newcomer("new", Role.EDITOR)
    client = desk.client()
    assert knock(client, "new", PASSWORD, "").status_code == 303
    assert client.get("/archive").headers["location"] == "/account"

    own = "five words that are mine"
    form = {"form_token": token_of(client), "old": PASSWORD, "new": own, "again": own}
    assert client.post("/account/password", data=form, headers=SAME).headers["location"] == "/account?said=password"
    assert client.get("/archive").headers["location"] == "/account"

    key = key_of(client)
    form = {"form_token": token_of(client), "password": own, "code": code(desk, key)}
    assert client.post("/account/second", data=form, headers=SAME).headers["location"] == "/account?said=second"
    assert client.get("/archive").status_code == 200
    assert desk.archive.members_by_name["new"].second == key
    assert knock(desk.client(), "new", own, code(desk, key)).status_code == 403  # the code was used


def test_a_stolen_session_can_neither_change_the_password_nor_guess_it(desk: Served) -> None:
    editor = desk.signed_in(Role.EDITOR)
    answers = [
        editor.post("/account/password", {"old": f"guess {n}", "new": "a" * 20, "again": "a" * 20}) for n in range(5)
    ]
    assert [one.status_code for one in answers] == [403, 403, 403, 429, 429]
    assert passwords.is_right(PASSWORD, desk.archive.members_by_name["a-editor"].verifier)


@pytest.mark.parametrize(("new", "again"), [("short", "short"), ("long enough to be one", "not the same as that")])
def test_a_password_that_will_not_do_is_not_taken(desk: Served, new: str, again: str) -> None:
    editor = desk.signed_in(Role.EDITOR)
    assert editor.post("/account/password", {"old": PASSWORD, "new": new, "again": again}).status_code == 422
    assert desk.archive.members_by_name["a-editor"].verifier == VERIFIER


def test_language_and_theme_are_the_sessions(desk: Served) -> None:
    editor = desk.signed_in(Role.EDITOR)
    answer = editor.post("/account/look", {"language": "ko", "here": "/jobs"})
    assert answer.headers["location"] == "/jobs"
    editor.post("/account/look", {"theme": "dark"})
    page = editor.client.get("/jobs").text
    assert '<html lang="ko" data-theme="dark">' in page
    assert "작업" in page


def token_of(client: TestClient) -> str:
    return client.get("/account").text.partition('name="form_token" value="')[2][:64]


def key_of(client: TestClient) -> bytes:
    written = client.get("/account").text.partition('translate="no">')[2].partition("<")[0].replace(" ", "")
    return base64.b32decode(written + "=" * (-len(written) % 8))
