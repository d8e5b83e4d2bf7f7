"""Only what two cleared, and a third released, stands in the log; whoever is stopped in between goes on; every way around it is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from going_out import NOON_MS, Stage, plan_of
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.admission import drain
from jebi.release.publish import Film, Retraction, words
from jebi.vault import clearing, cuts

SORRY = {"en": "Somebody could be recognised.", "ko": "알아볼 수 있는 사람이 있었습니다."}


def rows(stage: Stage) -> list[clearing.Released]:
    with stage.catalogue.reading() as connection:
        return clearing.releases(connection)


def test_a_cleared_cut_is_released_under_the_next_number(stage: Stage) -> None:
    first, second = stage.cut("market"), stage.cut("river")
    for output, number in ((first, 1), (second, 2)):
        stage.clear(output)
        released = stage.releases.release(output, "owl")
        assert (released.number, released.by, released.time) == (number, "owl", NOON_MS // 1000)
    shown = stage.releases.shown()
    assert [(one.number, type(one)) for one in shown.entries] == [(1, Film), (2, Film)]
    assert stage.kinds().count("cut-released") == 2
    assert [(one.slug, one.retracted_ms) for one in rows(stage)] == [("0001", None), ("0002", None)]


def test_every_byte_that_is_handed_out_is_one_that_was_cleared(stage: Stage, files: Path) -> None:
    output = stage.cut()
    stage.clear(output)
    stage.releases.release(output, "owl")
    shown = stage.releases.shown()
    (film,) = shown.entries
    assert isinstance(film, Film)
    assert {str(file.name): b"".join(shown.take(film, file)) for file in film.files} == {
        path.name: path.read_bytes() for path in files.iterdir()
    }
    assert (film.width, film.height, film.seconds) == (320, 180, 2)
    assert film.title == words({"en": "Rice at the market", "ko": "장마당의 쌀"})
    assert [one.language for one in film.subtitles] == ["en", "ko"]


def test_what_is_released_already_stays_what_it_is(stage: Stage) -> None:
    output = stage.cut()
    stage.clear(output)
    first = stage.releases.release(output, "owl")
    stage.clock.now_ms += 86_400_000
    assert stage.releases.release(output, "eagle") == first
    assert stage.kinds().count("cut-released") == 1
    assert len(rows(stage)) == 1


def test_a_run_that_was_stopped_between_the_log_and_its_row_goes_on(stage: Stage) -> None:
    output = stage.cut()
    stage.clear(output)
    first = stage.releases.release(output, "owl")
    stage.edit("DELETE FROM released")  # what the database holds when its transaction never ended
    assert stage.releases.release(output, "eagle") == first
    (row,) = rows(stage)
    with stage.catalogue.reading() as connection:
        assert clearing.member_numbers(connection)[row.publisher] == "owl"
    assert stage.kinds().count("cut-released") == 1


def test_nothing_is_in_the_log_where_the_database_refuses_the_row(stage: Stage) -> None:
    """The second wall: a row that breaks a rule never gets its event."""
    output = stage.cut()
    stage.clear(output)
    stage.edit("CREATE TRIGGER wall BEFORE INSERT ON released BEGIN SELECT RAISE(ABORT, 'refused'); END")
    with pytest.raises(IntegrityError):
        stage.releases.release(output, "owl")
    assert "cut-released" not in stage.kinds()


def test_a_film_that_is_withdrawn_leaves_its_number_and_the_words(stage: Stage) -> None:
    outputs = [stage.cut("market"), stage.cut("river")]
    for output in outputs:
        stage.clear(output)
        stage.releases.release(output, "owl")
    stage.clock.now_ms += 86_400_000
    withdrawn = stage.releases.withdraw(1, "eagle", SORRY)
    assert withdrawn.withdrawn
    assert withdrawn.withdrawn.words == words(SORRY)
    assert [type(one) for one in stage.releases.shown().entries] == [Retraction, Film]
    assert rows(stage)[0].why == SORRY["en"]
    assert stage.releases.withdraw(1, "owl", {"en": "Other words."}) == withdrawn
    assert stage.kinds().count("cut-withdrawn") == 1
    with pytest.raises(Refused, match="film 1 was withdrawn"):
        stage.releases.release(outputs[0], "owl")
    again = stage.cut("market", plan=plan_of(parts=plan_of().parts * 2))
    stage.clear(again)
    assert stage.releases.release(again, "owl").number == 3


def test_a_withdrawal_that_was_stopped_before_its_row_goes_on(stage: Stage) -> None:
    output = stage.cut()
    stage.clear(output)
    stage.releases.release(output, "owl")
    stage.releases.withdraw(1, "owl", SORRY)
    stage.edit("UPDATE released SET retracted_ms = NULL, why = ''")
    stage.releases.withdraw(1, "owl", {"en": "Other words."})
    assert rows(stage)[0].why == SORRY["en"]
    assert stage.kinds().count("cut-withdrawn") == 1


def _nobody_cleared(_: Stage, __: int) -> None:
    pass


def _one_person_cleared_twice(stage: Stage, output: int) -> None:
    stage.clear(output, "crane", "crane")


def _a_key_was_revoked(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.clearances.revoke("heron", stage.signers["heron"].verifier(), by="member/admin")


def _somebody_refused(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.clearances.refuse(output, "stork")


def _it_was_looked_through_anew(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.clock.now_ms += 1
    stage.report(output)


def _something_was_found_since(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.report(output, has_finding=True)


def _the_publisher_cleared(stage: Stage, output: int) -> None:
    stage.clear(output, "crane", "heron", "stork")
    stage.edit("UPDATE member SET role = 'publisher' WHERE name = 'stork'")
    stage.releases.release(output, "stork")


def _the_publisher_cleared_and_the_row_is_gone(stage: Stage, output: int) -> None:
    stage.clear(output, "crane", "heron", "stork")
    stage.edit("UPDATE member SET role = 'publisher' WHERE name = 'stork'")
    stage.edit("DELETE FROM clearance WHERE member = (SELECT id FROM member WHERE name = 'stork')")
    stage.releases.release(output, "stork")


def _the_author_publishes(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.edit("UPDATE member SET role = 'publisher' WHERE name = 'wren'")
    stage.releases.release(output, "wren")


def _an_editor_publishes(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.releases.release(output, "wren")


def _a_stranger_publishes(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.releases.release(output, "nobody")


def _whoever_was_dismissed_publishes(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.edit("UPDATE member SET disabled = 1 WHERE name = 'owl'")


def _the_clock_was_set_back(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.clock.now_ms -= 60_000


def _a_file_was_swapped(stage: Stage, output: int) -> None:
    stage.clear(output)
    other = stage.kept.put(b"another film")
    stage.edit(f"UPDATE output_file SET blob = '{other.blob}' WHERE name = 'film.mp4'")


def _a_still_was_swapped(stage: Stage, output: int) -> None:
    stage.clear(output)
    with stage.catalogue.reading() as connection:
        (card,) = [one for one in cuts.files(connection, output) if one.name == "card.jpg"]
    other = stage.kept.put(bytes(card.size))
    stage.edit(f"UPDATE output_file SET blob = '{other.blob}' WHERE name = 'card.jpg'")


def _a_file_was_swapped_with_its_digest(stage: Stage, output: int) -> None:
    stage.clear(output)
    other = stage.kept.put(b"another still")
    stage.edit(
        f"UPDATE output_file SET blob = '{other.blob}', sha256 = '{other.sha256}', size = {other.size} "
        "WHERE name = 'card.jpg'"
    )


def _a_file_was_added(stage: Stage, output: int) -> None:
    stage.clear(output)
    other = stage.kept.put(b"one more")
    stage.edit(
        "INSERT INTO output_file (output, name, blob, size, sha256) "
        f"VALUES ({output}, '480.mp4', '{other.blob}', {other.size}, '{other.sha256}')"
    )


def _the_plan_was_swapped(stage: Stage, output: int) -> None:
    stage.clear(output)
    other = stage.kept.put(b"{}")
    stage.edit(f"UPDATE cut_plan SET blob = '{other.blob}'")


def _a_row_was_written_by_hand(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.edit(
        "INSERT INTO released (output, slug, first, first_member, second, second_member, publisher, made_ms, why) "
        "SELECT a.output, '0001', a.id, a.member, b.id, b.member, (SELECT id FROM member WHERE name = 'owl'), 0, '' "
        "FROM clearance a JOIN clearance b ON a.output = b.output AND a.member < b.member"
    )


def _an_event_was_written_by_hand(stage: Stage, output: int) -> None:
    stage.edit(
        "INSERT INTO outbox (made_ms, kind, subject, detail, actor) SELECT 0, 'cut-released', 'cut/' || o.cut, "
        "'film 1, output sha256 ' || o.sha256 || ', plan sha256 ' || p.sha256, 'member/owl' "
        f"FROM output o JOIN cut_plan p ON p.id = o.cut_plan WHERE o.id = {output}"
    )
    drain(stage.desk, stage.catalogue)


def _a_film_of_the_cut_is_published(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.releases.release(output, "owl")
    other = stage.cut(plan=plan_of(parts=plan_of().parts * 2))
    stage.clear(other)
    stage.releases.release(other, "owl")


def _it_was_refused_once_it_was_released(stage: Stage, output: int) -> None:
    stage.clear(output)
    stage.releases.release(output, "owl")
    stage.clearances.refuse(output, "crane")


ATTACKS: list[Callable[[Stage, int], None]] = [
    _nobody_cleared,
    _one_person_cleared_twice,
    _a_key_was_revoked,
    _somebody_refused,
    _it_was_looked_through_anew,
    _something_was_found_since,
    _the_publisher_cleared,
    _the_publisher_cleared_and_the_row_is_gone,
    _the_author_publishes,
    _an_editor_publishes,
    _a_stranger_publishes,
    _whoever_was_dismissed_publishes,
    _the_clock_was_set_back,
    _a_file_was_swapped,
    _a_still_was_swapped,
    _a_file_was_swapped_with_its_digest,
    _a_file_was_added,
    _the_plan_was_swapped,
    _a_row_was_written_by_hand,
    _an_event_was_written_by_hand,
    _a_film_of_the_cut_is_published,
    _it_was_refused_once_it_was_released,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__.strip("_"))
def test_nothing_is_released_by(stage: Stage, attack: Callable[[Stage, int], None]) -> None:
    output = stage.cut()
    released = 0

    def attempt() -> None:
        nonlocal released
        try:
            attack(stage, output)
        finally:
            drain(stage.desk, stage.catalogue)
            released = len(stage.releases.told().register.films)
        stage.releases.release(output, "owl")

    with pytest.raises((Refused, Damaged, NothingFound)):
        attempt()
    assert len(stage.releases.told().register.films) == released


def test_a_row_written_by_hand_is_never_shown(stage: Stage) -> None:
    _a_row_was_written_by_hand(stage, stage.cut())
    assert stage.releases.shown().entries == ()


def test_a_film_that_somebody_refused_since_is_left_out_until_it_is_withdrawn(stage: Stage) -> None:
    output = stage.cut()
    stage.clear(output)
    stage.releases.release(output, "owl")
    stage.clearances.refuse(output, "stork")
    shown = stage.releases.shown()
    assert (shown.entries, [str(one) for one in shown.left_out.values()]) == (
        (),
        ["film 1 was refused by somebody who may"],
    )
    with pytest.raises(Refused, match="film 1 was refused"):
        stage.releases.published(1, "owl")
    stage.releases.withdraw(1, "owl", SORRY)
    assert [type(one) for one in stage.releases.shown().entries] == [Retraction]


def test_a_key_that_is_revoked_later_takes_nothing_back(stage: Stage) -> None:
    output = stage.cut()
    stage.clear(output)
    stage.releases.release(output, "owl")
    stage.clearances.revoke("crane", stage.signers["crane"].verifier(), by="member/admin")
    assert len(stage.releases.shown().entries) == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [({"without": "poster.jpg"}, "no poster.jpg"), ({"plan": plan_of(about=plan_of().about.__class__())}, "a title")],
    ids=["no still", "no title"],
)
def test_what_cannot_be_shown_is_not_released(stage: Stage, more: dict[str, object], told: str) -> None:
    output = stage.cut(**more)  # type: ignore[arg-type]
    stage.clear(output)
    with pytest.raises(Refused, match=told):
        stage.releases.release(output, "owl")
    assert "cut-released" not in stage.kinds()


def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    with pytest.raises(NothingFound):
        stage.releases.release(77, "owl")
    with pytest.raises(NothingFound):
        stage.releases.withdraw(1, "owl", SORRY)


def test_words_that_cannot_be_shown_withdraw_nothing(stage: Stage) -> None:
    output = stage.cut()
    stage.clear(output)
    stage.releases.release(output, "owl")
    with pytest.raises(Damaged):
        stage.releases.withdraw(1, "owl", {"en": " "})
    with pytest.raises(Refused, match="only a publisher"):
        stage.releases.withdraw(1, "crane", SORRY)
    assert len(stage.releases.shown().entries) == 1
