"""Cuts as pages show them, over a real archive; and no edited plan is taken that is not one, or not of this cut."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from cut_made import NAME, make_cut, put_sightings, render, report
from jebi.archive.transcript import MACHINE
from jebi.errors import Damaged, NothingFound, Refused
from jebi.office.cutting_room import CUTS
from jebi.office.kinds import CutState, JobState
from jebi.office.shown_cuts import Checked, Edited
from jebi.release import plan_form
from jebi.release.plan import Line, Moving, Part, Picture, Plan
from jebi.vault import clearing, cuts, jobs
from jebi.vault.catalogue import Event
from jebi.vault.clearing import Released
from jebi.vault.members import Member, add
from office.rooms import NOW_MS, Shown

EVENT = Event(kind="tried", subject="s", detail="", actor="a")


@pytest.fixture
def cut(shown: Shown) -> str:
    house = shown.house
    return str(make_cut(shown.office.desk, house.catalogue, house.kept, shown.film, NOW_MS))


def edited(shown: Shown, cut: str) -> tuple[Edited, Plan]:
    given = shown.house.edited_plan(cut)
    return given, plan_form.parse(given.written)


def test_a_cut_is_begun_when_its_faces_were_looked_for(shown: Shown) -> None:
    house = shown.house
    assert house.searched(shown.film, "faces").job is None
    with pytest.raises(Refused, match="not looked through"):
        house.begin_cut(shown.film, "spring", "solid", has_figures=False, has_texts=False, by="wren")
    house.want_searched(shown.film, "faces", by="wren")
    search = house.searched(shown.film, "faces")
    assert search.job
    assert (search.is_done, search.job.state) == (False, JobState.WAITING)
    put_sightings(house.catalogue, house.kept, shown.film, NOW_MS)
    assert house.searched(shown.film, "faces").is_done

    number = house.begin_cut(shown.film, "spring", "mosaic", has_figures=True, has_texts=False, by="wren")
    cut = house.cut(str(number))
    assert (cut.card.name, cut.card.state, cut.card.by) == ("spring", CutState.PLANNED, "wren")
    assert {(one.kind, one.style) for one in cut.plan.sources[0].covers} == {("face", "mosaic"), ("figure", "mosaic")}
    assert [job.kind for job in cut.jobs] == ["render"]
    assert {"faces-wanted", "cut-begun", "cut-planned"} <= set(shown.kinds())
    with pytest.raises(Refused, match="of that name"):
        house.begin_cut(shown.film, "spring", "solid", has_figures=False, has_texts=False, by="wren")


def test_a_cut_shows_its_plan_its_film_and_what_leaks(shown: Shown, cut: str) -> None:
    house = shown.house
    made = house.cut(cut)
    (output,) = made.outputs
    assert (made.card.name, made.card.state, output.state) == (NAME, CutState.LEAKING, CutState.LEAKING)
    assert output.report
    assert [one.at_ms for one in output.report.findings] == [1200]
    assert made.jobs == ()
    film = house.cut_film(cut, str(output.number))
    assert b"".join(film.read(4, 8)) == b"ftyp"
    assert film.size == output.size
    assert house.cut_picture(cut).media_type == "image/jpeg"
    assert [one.number for one in house.cuts().items] == [int(cut)]


def test_an_edited_plan_takes_the_place_of_the_newest_and_is_to_be_rendered(shown: Shown, cut: str) -> None:
    house, (given, plan) = shown.house, edited(shown, cut)
    after = replace(plan, parts=(Part(source=0, start_ms=0, end_ms=1000),))
    house.keep_plan(cut, given.number, plan_form.written(after), by="wren")

    made = house.cut(cut)
    assert (made.plan, made.card.state, made.card.by) == (after, CutState.PLANNED, "wren")
    assert [one.by for one in made.plans] == ["wren", "haneul"]
    assert len(made.outputs) == 1
    newest = shown.house.entries().items[0]
    assert (newest.kind, newest.subject, newest.actor) == ("cut-planned", f"cut/{cut}", "wren")
    assert plan_form.digest(after) in newest.detail


def test_what_somebody_else_kept_meanwhile_is_not_overwritten(shown: Shown, cut: str) -> None:
    house, (given, plan) = shown.house, edited(shown, cut)
    house.keep_plan(cut, given.number, given.written, by="wren")
    with pytest.raises(Refused, match="somebody else changed"):
        house.keep_plan(cut, given.number, plan_form.written(plan), by="crane")
    with pytest.raises(Refused, match="not based on a plan of this cut"):
        house.keep_plan(cut, given.number + 99, plan_form.written(plan), by="crane")
    assert [one.by for one in house.cut(cut).plans] == ["wren", "haneul"]


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("other clips", lambda plan: replace(plan, sources=(replace(plan.sources[0], sha256="0" * 64),))),
        ("other clips", lambda plan: replace(plan, sources=(replace(plan.sources[0], clip="0" * 16),))),
        ("other clips", lambda plan: replace(plan, sources=(*plan.sources, replace(plan.sources[0], clip="0" * 16)))),
        ("another seed", lambda plan: replace(plan, picture=Picture(lines=144, rate=30, seed=bytes(15) + b"1"))),
        ("another picture", lambda plan: replace(plan, picture=replace(plan.picture, lines=720))),
        ("after its clip does", lambda plan: replace(plan, parts=(Part(source=0, start_ms=0, end_ms=99_000),))),
    ],
)
def test_a_browser_decides_on_no_clip_no_seed_and_no_time_beyond(
    shown: Shown, cut: str, why: str, change: Callable[[Plan], Plan]
) -> None:
    given, plan = edited(shown, cut)
    before = shown.house.catalogue
    with pytest.raises(Refused, match=why):
        shown.house.keep_plan(cut, given.number, plan_form.written(change(plan)), by="wren")
    with before.reading() as connection:
        assert len(cuts.plans(connection, int(cut))) == 1


@pytest.mark.parametrize(
    "untrusted",
    [b"", b"{}", b"\xff", b"[" * 100_000, json.dumps({"format": "jebi cut 1"}).encode(), b'{"format":"jebi cut 2"}'],
)
def test_what_is_no_plan_is_damaged(shown: Shown, cut: str, untrusted: bytes) -> None:
    given, plan = edited(shown, cut)
    for one in (untrusted, plan_form.written(plan).replace(b",", b", ", 1), plan_form.written(plan) + b"\n"):
        with pytest.raises(Damaged):
            shown.house.keep_plan(cut, given.number, one, by="wren")


def test_what_is_weakest_is_said_with_the_plan(shown: Shown, cut: str) -> None:
    given, plan = edited(shown, cut)
    (source,) = given.sources
    assert (source.clip, source.is_searched, source.has_viewing) == (shown.film, True, True)
    assert [one.why for one in source.concerns] == ["unsure"]
    bare = replace(plan, sources=(replace(plan.sources[0], covers=()),))
    shown.house.keep_plan(cut, given.number, plan_form.written(bare), by="wren")
    assert [one.why for one in edited(shown, cut)[0].sources[0].concerns] == ["bare", "bare"]
    left = tuple(Moving(keys=one.keys) for one in plan.sources[0].covers)
    still = replace(bare, sources=(replace(bare.sources[0], open=left),))
    shown.house.keep_plan(cut, edited(shown, cut)[0].number, plan_form.written(still), by="wren")
    assert edited(shown, cut)[0].sources[0].concerns == ()


def test_what_people_wrote_of_a_clip_is_given_with_its_plan_and_may_be_said_in_it(shown: Shown, cut: str) -> None:
    house, (_, plan) = shown.house, edited(shown, cut)
    assert edited(shown, cut)[0].sources[0].said == ()
    length = max(part.end_ms for part in plan.parts)
    srt = "1\n00:00:00,200 --> 00:00:00,900\n쌀값\n\n2\n00:00:01,000 --> 00:30:00,000\n<b>시장</b>\n\n3\n00:30:00,000 --> 00:31:00,000\n뒤\n"
    machine = srt.replace("쌀값", f"{MACHINE} 쌀값")
    house.add_transcript(shown.film, srt.encode(), language="ko", is_translation=False, by="wren")
    house.add_transcript(shown.film, machine.encode(), language="ja", is_translation=True, by="wren")
    house.add_transcript(shown.film, srt.encode(), language="zh-hant-tw", is_translation=True, by="wren")

    given, _ = edited(shown, cut)
    second = (1000, length, "시장")
    found = {one.language: one for one in given.sources[0].said}
    assert found == {
        "ko": Checked(language="ko", is_translation=False, by=("wren",), lines=((200, 900, "쌀값"), second)),
        "ja": Checked(language="ja", is_translation=True, by=("wren",), lines=(second,), left=1),
    }
    lines = tuple(Line(start_ms=start, end_ms=end, language="ko", text=text) for start, end, text in found["ko"].lines)
    after = replace(plan, sources=(replace(plan.sources[0], lines=lines),), voice="ko")
    house.keep_plan(cut, given.number, plan_form.written(after), by="wren")
    assert house.cut(cut).plan == after


def test_a_cut_goes_from_plan_to_release_and_back(shown: Shown, cut: str) -> None:
    house, catalogue = shown.house, shown.house.catalogue
    (output,) = house.cut(cut).outputs

    def state() -> CutState:
        (card,) = house.cuts().items
        assert card.state is house.cut(cut).outputs[0].state
        return card.state

    report(shown.office.desk, catalogue, house.kept, output.number, NOW_MS + 10_000, has_passed=True)
    assert state() is CutState.PASSED
    with catalogue.writing(NOW_MS) as change:
        crane, heron = (
            add(change, Member(name=name, role="clearer", password="$argon2id$"), EVENT) for name in ("crane", "heron")
        )
        owl = add(change, Member(name="owl", role="publisher", password="$argon2id$"), EVENT)
        clearing.say(change, output.number, crane, "cleared", "a note", EVENT)
    assert state() is CutState.PASSED
    with catalogue.writing(NOW_MS) as change:
        clearing.say(change, output.number, heron, "refused", "", EVENT)
    assert state() is CutState.DECLINED
    with catalogue.writing(NOW_MS) as change:
        clearing.say(change, output.number, heron, "cleared", "a note", EVENT)
        first, second = clearing.words(change.connection, output.number)
    assert state() is CutState.CLEARED
    with catalogue.writing(NOW_MS) as change:
        new = Released(
            id=0,
            output=output.number,
            slug="f1",
            first=first.id,
            first_member=crane,
            second=second.id,
            second_member=heron,
            publisher=owl,
            made_ms=NOW_MS,
        )
        number = clearing.release(change, new, EVENT)
    assert state() is CutState.RELEASED
    with catalogue.writing(NOW_MS) as change:
        clearing.retract(change, number, "a mistake", EVENT)
    assert state() is CutState.RETRACTED


def test_a_plan_that_cannot_be_rendered_says_so(shown: Shown, cut: str) -> None:
    house, (given, _) = shown.house, edited(shown, cut)
    house.keep_plan(cut, given.number, given.written, by="wren")
    planned = house.edited_plan(cut).number
    taken = jobs.take(house.catalogue, "w", ["render"], NOW_MS + 1000, 60_000)
    assert taken
    assert house.cut(cut).card.state is CutState.RENDERING
    with house.catalogue.writing(NOW_MS) as change:
        jobs.fail(change.connection, taken, NOW_MS, "a line does not fit", reason="unable", is_final=True)
    made = house.cut(cut)
    assert (made.card.state, made.jobs[0].detail) == (CutState.FAILED, "a line does not fit")
    with house.catalogue.writing(NOW_MS) as change:
        jobs.again(change, taken.id)
    render(house.catalogue, house.kept, planned, shown.film, NOW_MS + 5000)
    assert house.cut(cut).card.state is CutState.RENDERED


@pytest.mark.parametrize("number", ["0", "99", "x", "", "-1", "9" * 30, "1e3"])
def test_what_is_not_there_is_not_found(shown: Shown, cut: str, number: str) -> None:
    house = shown.house
    for ask in (house.cut, house.cut_picture, house.edited_plan, lambda one: house.cut_film(cut, one)):
        with pytest.raises(NothingFound):
            ask(number)
    with pytest.raises(NothingFound):
        house.keep_plan(number, 1, house.edited_plan(cut).written, by="wren")


def test_a_film_is_of_its_own_cut_only(shown: Shown, cut: str) -> None:
    house = shown.house
    (output,) = house.cut(cut).outputs
    other = house.begin_cut(shown.film, "another", "solid", has_figures=False, has_texts=False, by="wren")
    with pytest.raises(NothingFound):
        house.cut_film(str(other), str(output.number))


def test_cuts_come_a_page_at_a_time(shown: Shown, cut: str) -> None:
    with shown.house.catalogue.writing(NOW_MS) as change:
        (plan,) = cuts.plans(change.connection, int(cut))
        kept = cuts.Kept(sha256=plan.sha256, blob=plan.blob, size=plan.size)
        for number in range(CUTS):
            cuts.plan(change, cuts.begin(change, f"cut {number}", [shown.film], EVENT), kept, [], "wren", EVENT)
    first = shown.house.cuts()
    second = shown.house.cuts(key=first.older)
    assert [one.name for one in first.items] == [f"cut {number}" for number in reversed(range(CUTS))]
    assert ([one.name for one in second.items], second.older) == ([NAME], "")
