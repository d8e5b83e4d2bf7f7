"""What members say of a clip is kept, shown and logged; what cannot be shown is refused whole; longer texts stay out of the log."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.house import House
from jebi.office.kinds import Certainty, Consent, Risk, Topic
from jebi.office.shown import Person
from office.rooms import SPEECH, Shown
from vault.rows import add, clip

PERSON = Person(pseudonym="seller-14", risk=Risk.HIGH, consent=Consent.GIVEN, note="she sells at the third stall")


def test_what_members_say_is_shown_found_and_logged(shown: Shown) -> None:
    house, film, other = shown.house, shown.film, shown.card(SPEECH).id
    house.add_note(film, "look at the sign\non the left", 1.5, by="maria")
    house.add_note(film, "of the whole clip", None, by="haneul")
    house.add_place(film, "혜산", Certainty.PROBABLE, "the hills", by="maria")
    house.add_time(film, "2026-03", Certainty.DOUBTFUL, "", by="maria")
    person = Person(pseudonym="seller-14", risk=Risk.MORTAL, consent=Consent.UNKNOWN, note="얼굴이 보임", at=2.0)
    house.add_person(film, person, by="maria")
    house.add_person(other, replace(person, note="", at=None, consent=Consent.WITHDRAWN), by="maria")
    house.add_claim(film, "쌀값이 두 배로 올랐다", Certainty.POSSIBLE, [other], by="haneul")

    clip = house.clip(film)
    assert [(one.text, one.at, one.by) for one in clip.notes] == [
        ("of the whole clip", None, "haneul"),
        ("look at the sign\non the left", 1.5, "maria"),
    ]
    assert [(one.value, one.certainty, one.note) for one in clip.places] == [("혜산", Certainty.PROBABLE, "the hills")]
    assert [one.value for one in clip.times] == ["2026-03"]
    assert clip.people == (replace(person, consent=Consent.WITHDRAWN),)
    assert [(one.text, one.corroborating) for one in clip.claims] == [("쌀값이 두 배로 올랐다", (other,))]
    assert (clip.card.place, clip.card.filmed) == ("혜산", "2026-03")
    logged = {(one.kind, one.actor) for one in clip.custody}
    for kind in ("note-added", "place-stated", "time-stated", "person-added"):
        assert (kind, "member/maria") in logged
    assert ("claim-supported", "member/haneul") in {(one.kind, one.actor) for one in house.clip(other).custody}
    assert house.verify_log().is_true


def test_what_is_known_of_a_person_lies_sealed(shown: Shown) -> None:
    secret = "she sells at the third stall"
    person = Person(pseudonym="seller-14", risk=Risk.HIGH, consent=Consent.GIVEN, note=secret)
    shown.house.add_person(shown.film, person, by="maria")

    for path in shown.office.folder.joinpath("archive").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("name", ["two\nlines", "turned\u202ename", "a\x00b"])
def test_a_name_that_the_log_cannot_show_is_refused_and_nothing_is_kept(shown: Shown, name: str) -> None:
    before = shown.house.pulse(Topic.ARCHIVE)
    with pytest.raises(Refused):
        shown.house.add_tag(shown.film, name, by="maria")
    assert shown.house.pulse(Topic.ARCHIVE) == before


def test_what_is_not_there_cannot_be_taken_away_or_cited(shown: Shown) -> None:
    with pytest.raises(NothingFound):
        shown.house.drop_tag(shown.film, "nothing", by="maria")
    with pytest.raises(NothingFound):
        shown.house.drop_from_collection(shown.film, "nothing", by="maria")
    with pytest.raises(NothingFound):
        shown.house.add_claim(shown.film, "x", Certainty.POSSIBLE, ["0123456789abcdef"], by="maria")
    with pytest.raises(Damaged):
        shown.house.add_time(shown.film, "in spring", Certainty.POSSIBLE, "", by="maria")
    assert shown.house.clip(shown.film).claims == ()


@pytest.mark.parametrize(
    "say",
    [
        lambda house, of: house.add_note(of, "x", None, by="maria"),
        lambda house, of: house.add_tag(of, "x", by="maria"),
        lambda house, of: house.drop_tag(of, "x", by="maria"),
        lambda house, of: house.add_to_collection(of, "x", by="maria"),
        lambda house, of: house.drop_from_collection(of, "x", by="maria"),
        lambda house, of: house.add_place(of, "x", Certainty.POSSIBLE, "", by="maria"),
        lambda house, of: house.add_time(of, "2026", Certainty.POSSIBLE, "", by="maria"),
        lambda house, of: house.add_person(of, PERSON, by="maria"),
        lambda house, of: house.add_claim(of, "x", Certainty.POSSIBLE, [], by="maria"),
    ],
)
def test_of_a_clip_that_is_not_there_nothing_can_be_said(empty: Shown, say: Callable[[House, str], None]) -> None:
    before = empty.house.pulse(Topic.ARCHIVE)

    with pytest.raises(NothingFound):
        say(empty.house, "0123456789abcdef")

    assert empty.house.pulse(Topic.ARCHIVE) == before
    assert list(empty.house.kept.blobs.names()) == []


@pytest.mark.parametrize(
    "say",
    [
        lambda house: house.add_note(clip().id, "x", -1.0, by="maria"),
        lambda house: house.add_note(clip().id, "x", 1e300, by="maria"),
        lambda house: house.add_note(clip().id, "x" * (1 << 17), None, by="maria"),
        lambda house: house.add_tag(clip().id, "", by="maria"),
        lambda house: house.add_tag(clip().id, "x" * 10_000, by="maria"),
        lambda house: house.add_place(clip().id, "x" * 10_000, Certainty.POSSIBLE, "", by="maria"),
        lambda house: house.add_to_collection(clip().id, "", by="maria"),
        lambda house: house.add_person(clip().id, replace(PERSON, pseudonym=""), by="maria"),
        lambda house: house.add_person(clip().id, replace(PERSON, at=-1.0), by="maria"),
        lambda house: house.add_time(clip().id, "2026-13", Certainty.POSSIBLE, "", by="maria"),
        lambda house: house.add_claim(clip().id, "", Certainty.POSSIBLE, [], by="maria"),
    ],
)
def test_what_cannot_be_kept_is_damage_and_nothing_of_it_remains(empty: Shown, say: Callable[[House], None]) -> None:
    add(empty.house.catalogue, clip())
    before = empty.house.pulse(Topic.ARCHIVE)

    with pytest.raises(Damaged):
        say(empty.house)

    assert empty.house.pulse(Topic.ARCHIVE) == before


def test_the_log_says_who_spoke_and_of_longer_texts_no_word(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    empty.house.add_note(clip().id, "quorvex in a note", 1.5, by="maria")
    empty.house.add_claim(clip().id, "quorvex in a claim", Certainty.POSSIBLE, [], by="maria")
    empty.house.add_person(clip().id, replace(PERSON, note="quorvex of a person"), by="maria")
    empty.house.add_place(clip().id, "혜산", Certainty.POSSIBLE, "quorvex of a place", by="maria")

    log = Path(empty.office.desk.path("log", "records.jsonl")).read_text()

    assert "quorvex" not in log
    assert {"note-added", "claim-made", "person-named", "person-added", "place-stated"} <= set(empty.kinds())
    assert "혜산" in log


def test_a_person_who_is_described_again_keeps_what_was_known_until_something_else_is_said(empty: Shown) -> None:
    add(empty.house.catalogue, clip(1), clip(2))
    empty.house.add_person(clip(1).id, PERSON, by="maria")

    empty.house.add_person(clip(2).id, replace(PERSON, risk=Risk.MORTAL, note=""), by="haneul")
    assert empty.house.clip(clip(1).id).people == (replace(PERSON, risk=Risk.MORTAL),)
    empty.house.add_person(clip(2).id, replace(PERSON, note="she moved"), by="haneul")
    assert empty.house.clip(clip(1).id).people == (replace(PERSON, note="she moved"),)
    assert [kind for kind in empty.kinds() if kind.startswith("person-")] == [
        "person-added",
        "person-described",
        "person-added",
        "person-described",
        "person-added",
        "person-named",
    ]


def test_a_clip_bears_out_no_claim_of_its_own_and_another_once(empty: Shown) -> None:
    add(empty.house.catalogue, clip(1), clip(2))

    empty.house.add_claim(
        clip(1).id, "rice costs twice as much", Certainty.POSSIBLE, [clip(1).id, clip(2).id, clip(2).id], by="maria"
    )

    (own,), (other,) = (empty.house.clip(clip(number).id).claims for number in (1, 2))
    assert (own.corroborating, other.corroborating) == ((clip(2).id,), (clip(1).id,))
    assert empty.kinds().count("claim-supported") == 2


def test_a_place_and_a_collection_are_begun_once_however_many_clips_they_hold(empty: Shown) -> None:
    add(empty.house.catalogue, clip(1), clip(2))
    for number in (1, 2):
        empty.house.add_place(clip(number).id, "혜산", Certainty.POSSIBLE, "", by="maria")
        empty.house.add_to_collection(clip(number).id, "spring", by="maria")
        empty.house.add_tag(clip(number).id, "시장", by="maria")

    choices = empty.house.choices()

    assert [(one.name, one.clips) for one in (*choices.places, *choices.collections, *choices.tags)] == [
        ("혜산", 2),
        ("spring", 2),
        ("시장", 2),
    ]
    assert [empty.kinds().count(kind) for kind in ("place-named", "collection-begun")] == [1, 1]


def test_what_was_said_twice_is_said_once_and_taken_away_at_once(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    for _ in range(2):
        empty.house.add_tag(clip().id, "시장", by="maria")
        empty.house.add_to_collection(clip().id, "spring", by="maria")

    empty.house.drop_tag(clip().id, "시장", by="maria")
    empty.house.drop_from_collection(clip().id, "spring", by="maria")

    assert empty.house.clip(clip().id).card.tags == empty.house.clip(clip().id).collections == ()
    with pytest.raises(NothingFound):
        empty.house.drop_tag(clip().id, "시장", by="maria")


def test_a_time_and_a_place_that_are_stated_again_take_the_place_of_what_was_stated(empty: Shown) -> None:
    add(empty.house.catalogue, clip())
    for time, certainty in (("2025", Certainty.DOUBTFUL), ("2026-03-01", Certainty.CONFIRMED)):
        empty.house.add_time(clip().id, time, certainty, "", by="maria")
        empty.house.add_place(clip().id, "혜산", certainty, "", by="maria")

    shown = empty.house.clip(clip().id)

    assert [(one.value, one.certainty) for one in (*shown.times, *shown.places)] == [
        ("2026-03-01", Certainty.CONFIRMED),
        ("혜산", Certainty.CONFIRMED),
    ]
