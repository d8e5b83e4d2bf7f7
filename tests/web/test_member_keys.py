"""An admin enrolls and revokes the keys by which members clear cuts; members see their own, and make one in their browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cut_to_clear import signer
from jebi.office.kinds import Role
from office.conftest import archive_once  # noqa: F401 a fixture
from web.housed import Housed, housed
from web.served import Served, Signed

KEY = str(signer("example.org/desk", "a-clearer").verifier())


@pytest.fixture
def desk(archive_once: Path, tmp_path: Path) -> Iterator[Housed]:  # noqa: F811
    shutil.copytree(archive_once, tmp_path / "built")
    with housed(tmp_path / "built", tmp_path / "served") as desk:
        yield desk


def enroll(admin: Signed, verifier: str = KEY, member: str = "a-clearer") -> int:
    return admin.post(f"/members/{member}/keys", {"verifier": verifier}).status_code


def test_a_key_is_enrolled_and_revoked_and_both_stand_in_the_log(desk: Housed) -> None:
    admin, clearer = desk.signed_in(Role.ADMIN), desk.signed_in(Role.CLEARER)
    assert enroll(admin) == 303
    for page in (admin.client.get("/members").text, clearer.client.get("/account").text):
        assert KEY.replace("+", "&#43;") in page or KEY in page
        assert "stands" in page
    assert admin.post("/members/a-clearer/keys/revoke", {"verifier": KEY}).status_code == 303
    assert "revoked, or not in the log" in clearer.client.get("/account").text
    kinds = [one.kind for one in desk.house.entries().items]
    assert {"key-enrolled", "key-revoked"} <= set(kinds)


@pytest.mark.parametrize(
    ("verifier", "member", "status"),
    [
        ("no key", "a-clearer", 422),
        (KEY[:-2] + "==", "a-clearer", 422),
        (KEY, "a-editor", 403),
        (KEY, "nobody", 404),
        (str(signer("example.org/desk", "heron").verifier()), "a-clearer", 403),
        ("x" * 5000, "a-clearer", 422),
    ],
    ids=["no key", "mistyped", "somebody who does not clear", "nobody", "another's", "too long"],
)
def test_what_is_no_key_of_theirs_is_not_enrolled(desk: Housed, verifier: str, member: str, status: int) -> None:
    desk.signed_in(Role.CLEARER)
    desk.signed_in(Role.EDITOR)
    assert enroll(desk.signed_in(Role.ADMIN), verifier, member) == status
    assert not any(one.is_standing for keys in desk.house.keys_of().values() for one in keys)


def test_a_key_is_one_person_s(desk: Housed) -> None:
    desk.signed_in(Role.CLEARER)
    admin = desk.signed_in(Role.ADMIN)
    assert enroll(admin) == 303
    assert enroll(admin) == 403
    assert admin.post("/members/a-clearer/keys/revoke", {"verifier": KEY[:-2] + "AA"}).status_code == 422


def test_who_clears_can_make_a_key_on_their_account_page_and_nobody_else(served: Served) -> None:
    page = served.signed_in(Role.CLEARER).client.get("/account").text
    assert 'name="example.org/desk/a-clearer"' in page
    assert "an admin makes one at a terminal" in page  # where the browser cannot
    assert "jebi-key-maker" not in served.signed_in(Role.EDITOR).client.get("/account").text
