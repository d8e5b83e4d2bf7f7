"""Members at the terminal: what they may is in the log, nobody becomes an admin, and no password is anybody's."""

from collections.abc import Callable, Iterator

import pytest

from jebi.errors import NothingFound, Refused
from jebi.office.admission import open_catalogue
from jebi.office.attending import kept_of
from jebi.office.kinds import Role
from jebi.office.members import Member
from jebi.office.staff import Staff
from jebi.office.staffing import Staffing
from jebi.parcel.note import Ed25519Signer
from jebi.web.passwords import NOBODY, is_right
from office.conftest import Office
from office.rooms import Clock

CRANE = Ed25519Signer(name="example.org/desk/crane", secret=b"c" * 32).verifier()


@pytest.fixture
def staffing(office: Office) -> Iterator[Staffing]:
    with open_catalogue(office.desk) as catalogue:
        yield Staffing(office.desk, catalogue, kept_of(office.desk), Clock(), by="desk", nobodys=NOBODY)


def staff_of(office: Office, staffing: Staffing) -> Staff:
    staff = staffing._staff
    assert isinstance(staff, Staff)
    return staff


def test_everything_stands_in_the_log(office: Office, staffing: Staffing) -> None:
    staffing.take_on("crane", Role.CLEARER)
    staffing.enrol("crane", CRANE)
    staffing.revoke("crane", CRANE)
    staffing.disable("crane")
    told = [kind for kind in office.events() if kind.startswith(("member-", "key-")) and not kind.endswith("-kept")]
    assert told == ["member-added", "key-enrolled", "key-revoked", "member-changed"]


def test_whoever_is_taken_on_has_a_password_that_opens_nothing(office: Office, staffing: Staffing) -> None:
    staffing.take_on("crane", Role.CLEARER)
    (member,) = staff_of(office, staffing).members()
    assert member.must_change
    assert not is_right("", member.verifier)
    assert not is_right("crane", member.verifier)


def test_a_password_that_an_admin_gave_stays_when_the_role_changes(office: Office, staffing: Staffing) -> None:
    staff_of(office, staffing).keep_member(
        Member(name="crane", role=Role.EDITOR, verifier="$argon2id$given"), by="admin"
    )
    staffing.take_on("crane", Role.CLEARER)
    (member,) = staff_of(office, staffing).members()
    assert (member.verifier, member.role) == ("$argon2id$given", Role.CLEARER)


def test_an_admin_is_neither_made_nor_altered(office: Office, staffing: Staffing) -> None:
    staff_of(office, staffing).keep_member(Member(name="kim", role=Role.ADMIN, verifier="$argon2id$given"), by="desk")
    attempts: list[Callable[[], None]] = [
        lambda: staffing.take_on("kim", Role.CLEARER),
        lambda: staffing.disable("kim"),
        lambda: staffing.take_on("crane", Role.ADMIN),
        lambda: staffing.take_on("admin", Role.CLEARER),
    ]
    for alter in attempts:
        with pytest.raises(Refused, match="admins"):
            alter()
    assert [(one.name, one.role, one.is_disabled) for one in staffing.roll()] == [("kim", "admin", False)]


def test_who_is_not_there_is_not_found(staffing: Staffing) -> None:
    with pytest.raises(NothingFound):
        staffing.disable("crane")
    with pytest.raises(NothingFound):
        staffing.enrol("crane", CRANE)
