"""Who may do what: the table in the code, the one in the docs, and what the desk really answers are the same."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from jebi.office.kinds import Role
from jebi.web.table import FIRST_PAGES, RULES, Rule, may
from web.archive import sample
from web.served import SAME, Served, Signed

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "formats" / "web.md"
PLACES = {
    "{name}": "swallow.svg",
    "{parcel}": "9a41c07be2d15f36",
    "{clip}": "c00000",
    "{part}": "poster",
    "{number}": "1",
    "{transcript}": "t1",
    "{form}": "vtt",
    "{trip}": "4f1c09ab",
    "{job}": "j3",
    "{member}": "a-clearer",
    "{cut}": "1",
    "{output}": "1",
}
FIELDS = {"tag": "x", "text": "x", "role": "editor", "certainty": "possible", "state": "enabled"}
REFUSED, UNKNOWN = 403, 401


def path_of(rule: Rule) -> str:
    """The rule's path to something that there is."""
    path = rule.path
    for place, value in PLACES.items():
        path = path.replace(place, value)
    return path


def answered(rule: Rule, client: TestClient, signed: Signed | None) -> int:
    """The status of an answer; of a stream its head's alone."""
    if rule.method == "POST":
        fields = FIELDS | ({"form_token": signed.form_token} if signed else {})
        return client.post(path_of(rule), data=fields, headers=SAME).status_code
    with client.stream("GET", path_of(rule)) as answer:
        return answer.status_code


def test_the_documents_table_is_the_one_that_is_enforced() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for rule in RULES:
        cells = ["nobody" if not rule.roles else "yes" if role in rule.roles else "" for role in Role]
        line = f"| {rule.method} | `{rule.path}` | " + " | ".join(cells) + " |"
        assert line.replace("|  |", "| |").replace("|  |", "| |") in text
    assert text.count("| GET |") + text.count("| POST |") == len(RULES)


@pytest.mark.parametrize("role", Role)
def test_every_role_may_do_what_the_table_says_and_nothing_else(role: Role) -> None:
    served = Served(archive=sample())
    client = served.client()
    for rule in RULES:
        if rule.name.endswith("_live") and role in rule.roles:
            continue  # tests/web/test_live.py: a stream that is let in does not end by itself
        signed = served.signed_in(role, client)  # anew each time: some of these end it
        status = answered(rule, client, signed)
        is_allowed = not rule.roles or role in rule.roles
        assert (status not in {UNKNOWN, REFUSED}) == is_allowed or (
            rule.name in {"account_password", "account_second", "sign_in_now"} and status in {REFUSED, 429}
        ), f"{rule.method} {rule.path} answered {status} to {role}"
        assert status < 500


def test_nobody_reaches_anything_but_the_door(served: Served) -> None:
    client = served.client()
    for rule in RULES:
        status = answered(rule, client, None)
        if rule.roles:
            assert status == (UNKNOWN if rule.is_part else 303), rule.path
        elif rule.name != "sign_in_now":
            assert status == 200, rule.path


def test_who_has_no_second_factor_reaches_their_account_alone(served: Served) -> None:
    client = served.client()
    signed = served.signed_in(Role.EDITOR, client)
    for rule in RULES:
        served.archive.members_by_name["a-editor"] = served.newcomer("a-editor", Role.EDITOR)
        if not rule.roles or rule.is_first:
            continue
        assert answered(rule, client, signed) in {303, REFUSED}, rule.path


def test_each_role_has_a_first_page() -> None:
    assert all(any(may(role, name) for name in FIRST_PAGES) for role in Role)


def test_nobody_but_an_admin_touches_members_and_no_admin_watches() -> None:
    for rule in RULES:
        if rule.path.startswith("/members"):
            assert rule.roles == {Role.ADMIN}
        if rule.path.startswith(("/clips", "/archive", "/search")):
            assert not {Role.ADMIN, Role.INTAKE} & rule.roles
