"""What the custody log tells of releases is read strictly: what came by way of a row is none."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.archive.record import Event
from jebi.errors import Damaged, Refused
from jebi.release.publish import LAST_NUMBER, words
from jebi.release.register import RELEASED, UNTOLD, WITHDRAWN, Register, Released, notice_detail, register

NOON = 1_795_435_200  # of 2026-11-23, UTC
FIRST = Released(number=1, cut=7, output="aa" * 32, plan="bb" * 32, time=NOON, by="owl")
SECOND = Released(number=2, cut=8, output="cc" * 32, plan="dd" * 32, time=NOON + 86400, by="owl")
SORRY = {"en": "Somebody could be recognised.", "ko": "알아볼 수 있는 사람이 있었습니다."}


def said(film: Released, *, more: str = "") -> Event:
    return Event(
        kind=RELEASED, subject=f"cut/{film.cut}", detail=film.detail() + more, actor="member/owl", time=film.time
    )


def withdrawn(number: int, *, detail: str = "") -> Event:
    told = detail or notice_detail(number, SORRY)
    return Event(kind=WITHDRAWN, subject="cut/7", detail=told, actor="member/owl", time=NOON + 3600)


def test_films_are_told_by_their_numbers() -> None:
    found = register([said(FIRST), said(SECOND)])
    assert found.films == {1: FIRST, 2: SECOND}
    assert found.next == 3
    assert [film.day for film in found.films.values()] == [date(2026, 11, 23), date(2026, 11, 24)]
    assert (found.of(8, SECOND.output, SECOND.plan), found.of(7, SECOND.output, SECOND.plan)) == (SECOND, None)


def test_a_film_that_was_withdrawn_keeps_its_number_and_the_words() -> None:
    found = register([said(FIRST), withdrawn(1), said(SECOND)])
    notice = found.films[1].withdrawn
    assert notice
    assert (notice.number, notice.day, notice.words) == (1, date(2026, 11, 23), words(SORRY))
    assert (found.shown_of(7), found.shown_of(8), found.next) == (None, SECOND, 3)


@pytest.mark.parametrize(
    "event",
    [
        said(FIRST, more=" · event 12"),
        Event(kind=RELEASED, subject="cut/0", detail=FIRST.detail(), actor="a", time=NOON),
        Event(kind=RELEASED, subject="cut/7", detail="film 0, " + FIRST.detail()[8:], actor="a", time=NOON),
        Event(kind="cut-rendered", subject="cut/7", detail=FIRST.detail(), actor="a", time=NOON),
    ],
    ids=["came by way of a row", "no cut", "no number", "another kind"],
)
def test_what_is_no_release_is_passed_over(event: Event) -> None:
    assert register([event]).films == {}


@pytest.mark.parametrize(
    "detail",
    [
        notice_detail(1, SORRY) + " · event 12",
        "film 1: {",
        "film 1",
    ],
)
def test_what_is_no_notice_withdraws_nothing(detail: str) -> None:
    assert register([said(FIRST), withdrawn(1, detail=detail)]).films == {1: FIRST}


@pytest.mark.parametrize(
    "texts",
    ["{}", "{no}", '{"en":5}', '{"en":" "}', '{"en":"\\u202e"}', '{"en":"\\ud800"}', '{"":"a"}'],
)
def test_a_film_is_withdrawn_also_where_the_words_cannot_be_shown(texts: str) -> None:
    notice = register([said(FIRST), withdrawn(1, detail=f"film 1: {texts}")]).films[1].withdrawn
    assert notice
    assert notice.words == words(UNTOLD)


def test_one_number_twice_and_a_notice_of_no_film_are_damage() -> None:
    with pytest.raises(Damaged, match="two films 1"):
        register([said(FIRST), said(FIRST)])
    with pytest.raises(Damaged, match="never released"):
        register([withdrawn(1)])


def test_words_that_the_log_cannot_hold_are_refused() -> None:
    with pytest.raises(Refused, match="too long"):
        notice_detail(1, {"en": "a" * 3000, "ko": "b" * 1200})
    with pytest.raises(Damaged):
        notice_detail(1, {"en": "\u202e"})


def test_numbers_come_to_an_end() -> None:
    with pytest.raises(Refused, match="no more"):
        _ = Register(films={LAST_NUMBER: FIRST}).next


def test_a_time_that_is_none_is_damage() -> None:
    far = Event(kind=RELEASED, subject="cut/7", detail=FIRST.detail(), actor="a", time=1 << 52)
    with pytest.raises(Damaged):
        _ = register([far]).films[1].day


printable = st.text(st.characters(categories=("L", "N", "P")), max_size=60)


@given(st.sampled_from([RELEASED, WITHDRAWN]), st.one_of(printable, printable.map(lambda text: f"film 1: {{{text}}}")))
def test_of_any_detail_comes_a_register_or_damage(kind: str, detail: str) -> None:
    register([said(FIRST), Event(kind=kind, subject="cut/9", detail=detail, actor="a", time=NOON)])
