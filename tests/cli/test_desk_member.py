"""`jebi desk member`, as it is typed: who clears and publishes, and with which keys."""

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from jebi.errors import Exit
from jebi.parcel.note import Ed25519Signer

from .test_desk_serve import serving

if TYPE_CHECKING:
    from cli.conftest import Jebi

CRANE = str(Ed25519Signer(name="example.org/desk/crane", secret=b"c" * 32).verifier())


def test_a_member_is_taken_on_gets_a_key_and_loses_it(office: "Jebi") -> None:
    taken = office.desk("member", "crane", "--role", "clearer", "--json")
    assert taken.fact == {"member": "crane", "role": "clearer", "disabled": False, "keys": []}
    assert office.desk("member", "crane", "--enrol", CRANE, "--as", "kim", "--json").fact["keys"] == [CRANE]
    office.desk("member", "owl", "--role", "publisher")
    everybody = office.desk("member")
    assert everybody.out == f"crane: clearer\n  {CRANE}\nowl: publisher\n"
    assert office.desk("member", "crane", "--revoke", CRANE, "--json").fact["keys"] == []
    log = (office.folder / "archive/log/records.jsonl").read_text()
    assert all(kind in log for kind in ("member-added", "key-enrolled", "key-revoked", "member/kim"))


def test_whoever_is_disabled_has_no_key_that_stands_and_comes_back_with_another(office: "Jebi") -> None:
    office.desk("member", "crane", "--role", "clearer", "--enrol", CRANE)
    gone = office.desk("member", "crane", "--disable", "--json").fact
    assert (gone["disabled"], gone["keys"]) == (True, [])
    assert office.desk("member", "crane", "--role", "clearer", "--json").fact["keys"] == []
    again = office.desk("member", "crane", "--enrol", CRANE)
    assert (again.status, "or had it" in again.err) == (Exit.REFUSED, True)
    other = str(Ed25519Signer(name="example.org/desk/crane", secret=b"d" * 32).verifier())
    assert office.desk("member", "crane", "--enrol", other, "--json").fact["keys"] == [other]


def test_a_row_does_not_bring_a_dismissed_member_s_key_back(office: "Jebi") -> None:
    office.desk("member", "crane", "--role", "clearer", "--enrol", CRANE)
    office.desk("member", "crane", "--disable")
    with closing(sqlite3.connect(office.folder / "archive" / "catalogue.db")) as rows, rows:
        assert rows.execute("UPDATE member SET disabled = 0 WHERE name = 'crane'").rowcount == 1
    assert office.desk("member", "crane", "--role", "clearer", "--json").fact["keys"] == []


def test_who_did_something_else_meanwhile_clears_with_another_key(office: "Jebi") -> None:
    office.desk("member", "crane", "--role", "clearer", "--enrol", CRANE)
    office.desk("member", "crane", "--role", "publisher")
    assert office.desk("member", "crane", "--role", "clearer", "--json").fact["keys"] == []


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        (["crane", "--enrol", CRANE], Exit.NOTHING_FOUND, "no such member"),
        (["owl", "--role", "publisher", "--enrol", CRANE.replace("crane", "owl")], Exit.DAMAGED, "mistyped"),
        (["heron", "--role", "clearer", "--enrol", CRANE], Exit.REFUSED, "not under this member's name"),
        (["crane", "--role", "publisher", "--enrol", CRANE], Exit.REFUSED, "only who clears cuts"),
        (["nobody", "--disable"], Exit.NOTHING_FOUND, "no such member"),
        (["admin", "--role", "clearer"], Exit.REFUSED, "admins are made and altered in the browser"),
        (["crane", "--role", "admin"], Exit.USAGE, "invalid choice"),
        (["Crane", "--role", "clearer"], Exit.REFUSED, "pseudonym"),
        (["--role", "clearer"], Exit.REFUSED, "whose role or key"),
        (["crane", "--enrol", "no key"], Exit.DAMAGED, "not an Ed25519 key"),
    ],
)
def test_what_cannot_be_is_said(office: "Jebi", words: list[str], status: Exit, told: str) -> None:
    said = office.desk("member", *words)
    assert (said.status, told in said.err) == (status, True), said


def test_the_first_admin_is_made_although_others_are_there(office: "Jebi") -> None:
    office.desk("member", "crane", "--role", "clearer")
    with serving(office) as (said, _):
        assert said["member"] == "admin"
    with serving(office) as (said, _):
        assert "member" not in said
