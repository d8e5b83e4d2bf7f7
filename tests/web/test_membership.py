"""An admin keeps members, and cannot become one of them or lock the desk."""

import pytest

from jebi.office.kinds import Role
from web.served import PASSWORD, Served


def test_a_new_member_has_to_change_the_password(served: Served) -> None:
    admin = served.signed_in(Role.ADMIN)
    fields = {"name": "sora", "role": "researcher", "password": PASSWORD}
    assert admin.post("/members", fields).status_code == 303
    made = served.archive.members_by_name["sora"]
    assert (made.role, made.must_change, made.second) == (Role.RESEARCHER, True, b"")
    assert admin.post("/members", fields).status_code == 403


@pytest.mark.parametrize("name", ["", "Sora", "a b", "../x", "x" * 33, "<b>", "소라", "-x"])
def test_a_name_that_a_log_or_a_page_could_misread_is_refused(served: Served, name: str) -> None:
    admin = served.signed_in(Role.ADMIN)
    assert admin.post("/members", {"name": name, "role": "editor", "password": PASSWORD}).status_code == 422


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("", {"role": "researcher", "state": "enabled"}),
        ("", {"role": "editor", "state": "disabled"}),
        ("/password", {"password": "another password"}),
        ("/second", {}),
    ],
)
def test_every_change_ends_their_sessions_at_once(served: Served, path: str, fields: dict[str, str]) -> None:
    client = served.client()
    editor = served.signed_in(Role.EDITOR, client)
    cookie = client.cookies["jebi_session"]
    client.cookies.clear()
    admin = served.signed_in(Role.ADMIN, client)
    assert admin.post(f"/members/{editor.member.name}{path}", fields).status_code == 303
    client.cookies.clear()
    assert client.get("/archive", headers={"cookie": f"jebi_session={cookie}"}).status_code == 303
    assert not [one for one in served.archive.sessions.values() if one.member == editor.member.name]


@pytest.mark.parametrize("path", ["", "/password", "/second"])
def test_nobody_changes_their_own_membership(served: Served, path: str) -> None:
    admin = served.signed_in(Role.ADMIN)
    fields = {"role": "editor", "state": "disabled", "password": "another password"}
    assert admin.post(f"/members/a-admin{path}", fields).status_code == 403
    assert served.archive.members_by_name["a-admin"] == admin.member


def test_no_page_shows_a_verifier_or_a_second_factor(served: Served) -> None:
    served.signed_in(Role.EDITOR)
    text = served.signed_in(Role.ADMIN).client.get("/members").text
    assert "argon2" not in text
    assert "a-editor" in text


def test_a_member_who_is_not_there_is_not_changed(served: Served) -> None:
    admin = served.signed_in(Role.ADMIN)
    assert admin.post("/members/no-one", {"role": "editor", "state": "enabled"}).status_code == 404
