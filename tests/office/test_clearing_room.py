"""What pages ask of a cut that is cleared: all that must be seen, by the rows and the log as they are now; and what stands in the way."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from cut_to_clear import A_FACE, AUTHOR, EVENT, ToClear, keep_output, report, signer
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.kinds import Consent, Risk, Role
from jebi.office.members import Member
from jebi.office.shown import Person
from jebi.office.shown_clearing import Obstacle, Reviewed
from jebi.parcel import note
from jebi.release.checklist import Answer, Question
from jebi.vault import clearing, clips, seeing
from jebi.vault.clearing import Released
from office.rooms import NOW_MS, Shown
from vault.rows import clip

ANSWERS = dict.fromkeys(Question, Answer.NO)
PEOPLE = {"crane": Role.CLEARER, "heron": Role.CLEARER, AUTHOR: Role.CLEARER, "owl": Role.PUBLISHER}


@dataclass
class Room:
    """A house with a cut in it."""

    shown: Shown
    there: ToClear

    def reviewed(self, by: str = "crane") -> Reviewed:
        return self.shown.house.reviewed(self.there.cut, self.there.output, by=by)

    def enroll(self, *names: str) -> None:
        for name in names:
            key = str(signer(self.shown.office.desk.name, name).verifier())
            self.shown.house.enroll(name, key, by="admin")

    def see(self, by: str) -> None:
        for page in self.reviewed(by).strip:
            self.shown.house.sign_off(self.there.cut, self.there.output, page.number, page.sha256, by=by)
        self.shown.house.answer(self.there.cut, self.there.output, ANSWERS, by=by)

    def clear(self, by: str) -> None:
        asked = self.shown.house.ask(self.there.cut, self.there.output, by=by)
        signed = note.sign(asked.statement, signer(self.shown.office.desk.name, by))
        self.shown.house.clear(self.there.cut, self.there.output, str(signed).encode(), by=by)

    def clear_by_two(self) -> None:
        self.enroll("crane", "heron")
        for name in ("crane", "heron"):
            assert not self.reviewed().is_cleared
            self.see(name)
            self.clear(name)
            assert Obstacle.DONE in self.reviewed(name).obstacles


@pytest.fixture
def room(empty: Shown, samples: Path) -> Room:
    house = empty.house
    with house.catalogue.writing(NOW_MS) as change:
        clips.add(change, clip(), EVENT)
    for name, role in PEOPLE.items():
        house.keep_member(Member(name=name, role=role, verifier="$argon2id$v=19$x"), by="desk")
    film = samples / "carphone_pristine.mp4"
    return Room(empty, keep_output(empty.office.desk, house.catalogue, house.kept, clip(), film, NOW_MS))


def test_an_output_is_shown_with_its_report_its_pictures_and_its_people(room: Room) -> None:
    seller = Person(pseudonym="seller-14", risk=Risk.MORTAL, consent=Consent.WITHDRAWN, note="얼굴", at=1.0)
    room.shown.house.add_person(clip().id, seller, by="haneul")
    shown = room.reviewed()
    assert (shown.author, shown.newer, shown.is_cleared) == (AUTHOR, 0, False)
    assert shown.report
    assert shown.report.has_passed
    assert [one.name for one in shown.report.checks][:2] == ["container", "bitstream"]
    assert [each.person for each in shown.people] == [seller]
    assert shown.public
    assert (shown.public.title, shown.public.heard, shown.unfit) == ((("en", "At the market"),), (), "")
    assert {str(one.why) for one in shown.first} <= {"end", "gap", "fast"}
    assert shown.first
    assert shown.strip[0].start == 0


def test_film_and_pictures_are_unsealed_as_they_are_read(room: Room, samples: Path) -> None:
    house, there = room.shown.house, room.there
    film = house.film(there.cut, there.output)
    assert film.media_type == "video/mp4"
    assert b"".join(film.read(0, film.size)) == (samples / "carphone_pristine.mp4").read_bytes()
    for use in ("strip", "first"):
        picture = house.picture(there.cut, there.output, use, 1)
        assert b"".join(picture.read(0, 3)) == b"\xff\xd8\xff"


def test_obstacles_go_away_one_by_one(room: Room) -> None:
    lacking = [Obstacle.NO_KEY, Obstacle.PAGES, Obstacle.QUESTIONS]
    assert list(room.reviewed().obstacles) == lacking
    room.enroll("crane")
    assert list(room.reviewed().obstacles) == lacking[1:]
    room.see("crane")
    assert room.reviewed().obstacles == ()
    room.shown.house.answer(room.there.cut, room.there.output, {Question.PLACE: Answer.UNSURE}, by="crane")
    assert room.reviewed().obstacles == (Obstacle.UNSURE,)


def test_two_people_clear_it_and_it_waits_for_a_publisher(room: Room) -> None:
    room.clear_by_two()
    assert room.reviewed().is_cleared
    (ready,) = room.shown.house.releases(by="owl").ready
    assert (ready.output, ready.by, ready.why_not) == (room.there.output, ("crane", "heron"), "")
    kinds = room.shown.kinds()
    assert kinds.count("cut-cleared") == 2
    assert kinds.count("page-seen") == 2 * len(room.reviewed().strip)
    assert room.shown.house.verify_log().is_true


def test_what_was_released_is_told_with_who_cleared_and_who_published_it(room: Room) -> None:
    room.clear_by_two()
    with room.shown.house.catalogue.writing(NOW_MS) as change:
        first, second = clearing.words(change.connection, room.there.output)
        owl = next(at for at, name in clearing.member_numbers(change.connection).items() if name == "owl")
        out = Released(
            id=0,
            output=room.there.output,
            slug="0001",
            first=first.id,
            first_member=first.member,
            second=second.id,
            second_member=second.member,
            publisher=owl,
            made_ms=NOW_MS,
        )
        clearing.retract(change, clearing.release(change, out, EVENT), "somebody asked", EVENT)
    releases = room.shown.house.releases(by="owl")
    assert releases.ready == ()
    (release,) = releases.out
    assert (release.slug, release.by, release.publisher) == ("0001", ("crane", "heron"), "owl")
    assert (release.retracted, release.why) == (NOW_MS // 1000, "somebody asked")


def swap(room: Room, what: str) -> None:
    """Put another blob where a row leads to."""
    other = room.shown.house.kept.put(b"something harmless")
    with room.shown.house.catalogue.claiming() as connection:
        connection.execute(text(f"UPDATE {what.format(blob=other.blob)}"))


def test_a_film_that_is_not_the_one_that_would_be_signed_is_shown_to_nobody(room: Room) -> None:
    house, there = room.shown.house, room.there
    whole = house.film(there.cut, there.output)
    assert b"".join(whole.read(0, whole.size)).startswith(b"\x00\x00\x00")
    swap(room, "output_file SET blob = '{blob}' WHERE name = 'film.mp4'")
    with pytest.raises(Damaged, match="not what would be signed"):
        house.film(there.cut, there.output)
    swap(room, f"output_file SET blob = '{{blob}}', sha256 = '{'ab' * 32}' WHERE name = 'film.mp4'")
    with pytest.raises(Damaged, match="not those that would be signed"):
        house.film(there.cut, there.output)


def test_a_page_of_pictures_that_is_another_is_shown_to_nobody(room: Room) -> None:
    house, there = room.shown.house, room.there
    assert house.picture(there.cut, there.output, "strip", 1).size
    swap(room, "output_picture SET blob = '{blob}'")
    with pytest.raises(Damaged, match="not what would be signed"):
        house.picture(there.cut, there.output, "strip", 1)


def test_what_cannot_be_shown_is_not_signed(room: Room) -> None:
    assert Obstacle.UNFIT not in room.reviewed().obstacles
    room.enroll("crane")
    room.see("crane")
    with room.shown.house.catalogue.claiming() as connection:
        connection.execute(text("DELETE FROM output_file WHERE name = 'poster.jpg'"))
    assert room.reviewed().obstacles == (Obstacle.UNFIT,)
    with pytest.raises(Refused, match="cannot be shown as it is"):
        room.clear("crane")


def test_a_plan_that_was_kept_a_moment_ago_has_its_author(room: Room) -> None:
    """The event of it lies in the rows yet, and comes into the log before anybody is asked."""
    sha256 = room.reviewed().plan_sha256
    event = f"plan sha256 {sha256}, of 1 clips"
    with room.shown.house.catalogue.writing(NOW_MS) as change:
        change.say(type(EVENT)(kind="cut-planned", subject="cut/1", detail=event, actor="member/crane"))
    room.enroll("crane")
    assert Obstacle.AUTHOR in room.reviewed().obstacles
    room.see("crane")
    with pytest.raises(Refused, match="who made the plan"):
        room.clear("crane")


def test_a_refusal_stands_in_everybody_s_way_but_one_s_own(room: Room) -> None:
    room.enroll("crane", "heron")
    room.shown.house.refuse(room.there.cut, room.there.output, by="heron")
    assert Obstacle.REFUSED in room.reviewed("crane").obstacles
    assert Obstacle.REFUSED not in room.reviewed("heron").obstacles
    room.see("crane")
    with pytest.raises(Refused, match="somebody who may refused"):
        room.clear("crane")


def test_a_report_that_did_not_pass_stands_in_the_way(room: Room) -> None:
    desk, house = room.shown.office.desk, room.shown.house
    report(desk, house.catalogue, house.kept, room.there, NOW_MS + 1, findings=[A_FACE])
    room.enroll("crane")
    room.see("crane")
    assert Obstacle.LEAKS in room.reviewed().obstacles
    with pytest.raises(Refused, match="did not pass"):
        room.clear("crane")


def test_a_cut_that_two_signed_and_that_was_looked_through_again_says_why_it_is_not_cleared(room: Room) -> None:
    room.clear_by_two()
    desk, house = room.shown.office.desk, room.shown.house
    report(desk, house.catalogue, house.kept, room.there, NOW_MS + 1)
    assert not room.reviewed().is_cleared
    assert "something else than this cut" in room.reviewed().why_not
    assert "something else than this cut" in house.releases(by="owl").ready[0].why_not
    assert room.reviewed("crane").obstacles == ()  # they may sign again: what they saw is the same film


def test_pictures_that_are_made_anew_must_be_seen_anew(room: Room) -> None:
    room.see("crane")
    house = room.shown.house
    with house.catalogue.writing(NOW_MS) as change:
        made = seeing.pictures(change.connection, room.there.output, "strip")
        anew = [
            type(one)(**{name: getattr(one, name) for name in one.__dataclass_fields__} | {"sha256": "f" * 64})
            for one in made
        ]
        seeing.put_pictures(change, room.there.output, anew, EVENT)
    assert Obstacle.PAGES in room.reviewed().obstacles
    with pytest.raises(Refused, match="another by now"):
        house.sign_off(room.there.cut, room.there.output, 1, made[0].sha256, by="crane")


@pytest.mark.parametrize("cut", [0, 2, 1 << 52])
def test_an_output_is_found_at_its_own_cut_only(room: Room, cut: int) -> None:
    house, output = room.shown.house, room.there.output
    asks: list[Callable[[], object]] = [
        lambda: house.reviewed(cut, output, by="crane"),
        lambda: house.film(cut, output),
        lambda: house.picture(cut, output, "strip", 1),
        lambda: house.sign_off(cut, output, 1, "a" * 64, by="crane"),
        lambda: house.answer(cut, output, ANSWERS, by="crane"),
        lambda: house.ask(cut, output, by="crane"),
        lambda: house.clear(cut, output, b"", by="crane"),
        lambda: house.refuse(cut, output, by="crane"),
    ]
    for ask in asks:
        with pytest.raises(NothingFound):
            ask()


@pytest.mark.parametrize(("use", "number"), [("strip", 99), ("first", 0), ("film", 1), ("", 1)])
def test_a_picture_that_is_not_there_is_not_found(room: Room, use: str, number: int) -> None:
    with pytest.raises(NothingFound):
        room.shown.house.picture(room.there.cut, room.there.output, use, number)


def test_only_who_clears_signs_off_and_answers(room: Room) -> None:
    house, there = room.shown.house, room.there
    page = room.reviewed().strip[0]
    with pytest.raises(Refused, match="only who clears"):
        house.sign_off(there.cut, there.output, page.number, page.sha256, by="owl")
    with pytest.raises(Refused, match="only who clears"):
        house.answer(there.cut, there.output, ANSWERS, by="nobody")


def test_keys_are_enrolled_shown_and_revoked(room: Room) -> None:
    house = room.shown.house
    room.enroll("crane")
    (key,) = house.keys_of()["crane"]
    assert key.is_standing
    with pytest.raises(NothingFound):
        house.revoke("heron", key.verifier, by="admin")
    house.revoke("crane", key.verifier, by="admin")
    assert [one.is_standing for one in house.keys_of()["crane"]] == [False]
    with pytest.raises(Damaged):
        house.enroll("crane", "no key", by="admin")
    with pytest.raises(Refused, match="is not named"):
        house.enroll("heron", key.verifier, by="admin")
