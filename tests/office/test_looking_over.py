"""What somebody at a terminal looks at is what they sign, and nothing else."""

import pytest

from going_out import SEEN, Stage, plan_of
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.looking_over import LookedOver, clear, find, look_over, refuse
from jebi.release.checklist import Answer, Question, Seen
from jebi.release.plan import About
from jebi.vault import cuts


@pytest.fixture
def looked(stage: Stage) -> LookedOver:
    stage.cut()
    return look_over(stage.clearances, "market")


def test_two_people_clear_what_they_looked_at(stage: Stage, looked: LookedOver) -> None:
    for name in ("crane", "heron"):
        clear(stage.clearances, looked, name, SEEN, stage.signers[name])
    assert stage.clearances.cleared(looked.output.id).cut == looked.cut
    assert stage.kinds()[-4:] == ["checklist-answered", "cut-cleared"] * 2


def test_all_checks_doubts_and_public_words_are_told(looked: LookedOver) -> None:
    told = "\n".join(looked.lines())
    assert all(f"{check.name}: nothing found" in told for check in looked.report.checks)
    assert all(f"{one.at_ms / 1000:.1f} ({one.why})" in told for one in looked.doubts)
    assert looked.doubts
    assert "summary (en): What a kilo costs." in told
    assert "places: 혜산" in told
    assert "s: 쌀값이 얼마요?" in told
    assert looked.files[0].name == "film.mp4"


def test_what_was_found_is_told_with_its_time_and_cannot_be_cleared(stage: Stage) -> None:
    stage.report(stage.cut(), has_finding=True)
    looked = look_over(stage.clearances, "1")
    told = "\n".join(looked.lines())
    assert "did not pass" in told
    assert "a face is seen, at 0.4 s" in told
    with pytest.raises(Refused, match="something leaks"):
        clear(stage.clearances, looked, "crane", SEEN, stage.signers["crane"])


def test_a_cut_that_changed_while_it_was_looked_at_is_not_signed(stage: Stage, looked: LookedOver) -> None:
    stage.clock.now_ms += 1
    stage.report(looked.output.id)
    with pytest.raises(Refused, match="changed while it was looked at"):
        clear(stage.clearances, looked, "crane", SEEN, stage.signers["crane"])
    assert "cut-cleared" not in stage.kinds()


def test_a_refusal_is_said_of_the_newest_output_and_of_the_film_that_is_shown(stage: Stage) -> None:
    first = stage.cut()
    stage.clear(first)
    stage.releases.release(first, "owl")
    _, refused = refuse(stage.clearances, "market", "stork")
    assert [one.id for one in refused] == [first]
    second = stage.cut(without="180.m3u8")
    _, refused = refuse(stage.clearances, "market", "heron")
    assert [one.id for one in refused] == [second, first]
    assert stage.clearances.spoken(first)[1] == {"stork", "heron"}


def test_a_film_is_refused_also_before_anybody_looked_for_leaks(stage: Stage) -> None:
    output = stage.cut()
    stage.edit("DELETE FROM report")
    refuse(stage.clearances, "market", "stork")
    assert stage.kinds()[-1] == "cut-refused"
    with stage.catalogue.reading() as connection:
        assert cuts.outputs(connection, 1)[0].id == output


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (Seen(), "did not watch"),
        (Seen(answers=SEEN.answers), "did not watch"),
        (Seen(has_watched=True), "not answered"),
        (Seen(answers=dict.fromkeys(Question, Answer.UNSURE), has_watched=True), "not sure"),
    ],
    ids=["nothing", "only answered", "only watched", "unsure"],
)
def test_whoever_did_not_look_or_is_in_doubt_signs_nothing(
    stage: Stage, looked: LookedOver, seen: Seen, told: str
) -> None:
    with pytest.raises(Refused, match=told):
        clear(stage.clearances, looked, "crane", seen, stage.signers["crane"])
    assert not {"checklist-answered", "cut-cleared"} & set(stage.kinds())


def test_nobody_clears_with_the_key_of_another(stage: Stage, looked: LookedOver) -> None:
    with pytest.raises(Refused, match="another member's"):
        clear(stage.clearances, looked, "crane", SEEN, stage.signers["heron"])


def test_what_could_not_be_published_is_said_before_anybody_clears_it(stage: Stage) -> None:
    stage.cut(plan=plan_of(about=About()))
    with pytest.raises(Refused, match="a title"):
        look_over(stage.clearances, "market")


def test_a_report_that_another_key_signed_is_damage(stage: Stage, looked: LookedOver) -> None:
    other = stage.kept.put(b"jebi leak report\n")
    stage.edit(f"UPDATE report SET blob = '{other.blob}' WHERE output = {looked.output.id}")
    with pytest.raises(Damaged):
        look_over(stage.clearances, "market")


def test_a_cut_is_found_by_its_name_or_its_number(stage: Stage) -> None:
    first, second = stage.cut("77"), stage.cut("market")
    assert [find(stage.clearances, name)[1].id for name in ("77", "1", "2", "market")] == [first, first, second, second]
    for name in ("", "river", "78", "٣"):
        with pytest.raises(NothingFound):
            find(stage.clearances, name)


def test_a_name_that_is_another_cut_s_number_is_neither(stage: Stage) -> None:
    stage.cut("2")
    stage.cut("market")
    with pytest.raises(Refused, match="another has that number") as told:
        find(stage.clearances, "2")
    assert told.value.hint == "name the first by its number, 1; or the second by its name, market"
