"""The house that pages look into is all that they ask for, and whatever they changed, the archive agrees with itself."""

from jebi.office.checking import check_archive
from jebi.office.counter import Archive
from jebi.office.kinds import Role, Topic
from jebi.office.members import Member
from jebi.office.progress import Quiet
from office.rooms import KOREAN, Shown


def test_a_house_keeps_the_whole_contract_of_an_archive(empty: Shown) -> None:
    asked: Archive = empty.house  # mypy says so

    assert asked.pulse(Topic.JOBS)


def test_the_whole_archive_still_agrees_after_members_changed_it(shown: Shown) -> None:
    shown.house.keep_member(Member(name="maria", role=Role.EDITOR, verifier="$argon2id$v=19$x"), by="desk")
    shown.house.add_tag(shown.film, "쌀값", by="maria")
    shown.house.add_transcript(shown.film, KOREAN.encode(), language="ko", is_translation=False, by="maria")

    checked = check_archive(shown.office.desk, [], [], Quiet())

    assert checked.records == shown.office.desk.ledger.count
