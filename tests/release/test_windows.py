"""Every part of a cut is laid anew by numbers of its own; nothing is shown as large as it came, and what is shown is found again in its source."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.errors import Refused
from jebi.release import windows
from jebi.release.plan import Part, Plan, Source
from jebi.release.quieting import UNIT
from jebi.release.second_look import WHOLE, Box
from jebi.release.timeline import showings
from release.plans import simple

SIZE = (1422, 800)


def plan_of(*shown: tuple[int, int, int], sources: int = 2) -> Plan:
    clips = tuple(Source(clip=f"{number:016x}", sha256="ab" * 32) for number in range(sources))
    return simple(sources=clips, parts=tuple(Part(source=a, start_ms=b, end_ms=c) for a, b, c in shown))


@pytest.mark.parametrize(
    ("size", "lines", "expected"),
    [
        ((1422, 800), 720, (1280, 720)),
        ((2132, 1200), 1080, (1920, 1080)),
        ((948, 534), 480, (852, 480)),
        ((800, 1422), 720, (720, 1280)),
        ((1066, 800), 720, (960, 720)),
        ((1280, 720), 720, (1152, 648)),
        ((176, 144), 144, (160, 130)),
    ],
    ids=["720", "1080", "480", "upright", "four to three", "no larger than the plan's lines", "smaller than them"],
)
def test_nine_tenths_of_a_picture_have_the_lines_of_the_plan(
    size: tuple[int, int], lines: int, expected: tuple[int, int]
) -> None:
    assert windows.shown(size, lines) == expected


@given(st.integers(72, 540).map(lambda half: 2 * half))
def test_what_comes_in_is_a_ninth_larger_than_what_is_shown_of_it(lines: int) -> None:
    height = windows.incoming(lines)
    assert 10 * lines <= 9 * height < 10 * lines + 9
    columns, rows = windows.shown((round(height * 16 / 9) // 2 * 2, height // 2 * 2), lines)
    assert lines - 2 <= rows <= lines
    assert lines * 16 / 9 - 4 <= columns <= lines * 16 / 9


@given(st.integers(1, 3_600_000))
def test_no_shot_is_longer_than_ten_seconds_and_none_is_much_shorter_than_the_others(length_ms: int) -> None:
    times = (*windows.begun(length_ms), length_ms)
    lengths = [after - before for before, after in pairwise(times)]
    assert times[0] == 0
    assert max(lengths) <= windows.LONGEST_SHOT_MS
    assert max(lengths) - min(lengths) <= 1


def test_the_pictures_of_all_shots_are_those_of_the_cut() -> None:
    plan = plan_of((0, 0, 25_000), (1, 500, 520), (0, 3000, 12_000))
    numbers = [number for shot in windows.shots(plan) for number in range(shot.first, shot.end)]
    assert numbers == list(range(plan.length_ms * plan.picture.rate // 1000 + 1))
    assert [shot.begins_ms for shot in windows.shots(plan)] == [0, 8333, 16_666, 0, 0]


def test_no_two_parts_are_laid_alike_and_every_part_is_laid() -> None:
    plan = plan_of((0, 0, 9000), (0, 0, 9000), (1, 0, 21_000))
    laid = [windows.quieting(plan, showing, SIZE) for showing in showings(plan)]
    assert len({one.seed for one in laid} | {plan.picture.seed}) == 4
    assert [len(one.shots) for one in laid] == [1, 1, 3]
    for one in laid:
        for shot in range(len(one.shots)):
            assert one.at(one.shots[shot]).across[0] > 1.02 * UNIT
            assert one.at(one.shots[shot]).bend_down.any()


def test_the_same_plan_has_the_same_seeds_for_ever() -> None:
    how = [windows.quieting(simple(), showing, SIZE) for showing in showings(simple())]
    assert [one.seed.hex() for one in how] == ["79453bb5ad19f88208acc65b621f6d2b"]
    assert windows.source_seed(simple(), 0).hex() == "41608e2b20077474fb1462a8f5c8fde7"


def test_a_clip_that_is_too_small_is_refused() -> None:
    (showing,) = showings(simple())
    for size in ((68, 68), (1420, 66)):
        with pytest.raises(Refused, match="too small or too narrow"):
            windows.quieting(simple(), showing, size)


def test_what_is_shown_and_what_is_not_are_all_of_a_clip() -> None:
    plan = plan_of((0, 5000, 6000), (1, 0, 400), (0, 1000, 2000), (0, 1500, 3000))
    assert windows.seen(plan, 0) == [(1000, 3000), (5000, 6000)]
    assert windows.unseen(plan, 0, 9000) == [(0, 1000), (3000, 5000), (6000, 9000)]
    assert windows.unseen(plan, 0, 6000) == [(0, 1000), (3000, 5000)]
    assert windows.unseen(plan, 0, 2500) == [(0, 1000)]
    assert windows.unseen(plan, 1, 400) == []


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=4), st.integers(1, 50))
def test_times_are_spread_evenly_and_lie_within(gaps: list[tuple[int, int]], count: int) -> None:
    stretches, time = [], 0
    for gap, length in gaps:
        stretches.append((time + gap, time + gap + length))
        time += gap + length + 1
    found = windows.spread(stretches, count)
    inside = {time for start, end in stretches for time in range(start, end)}
    assert set(found) <= inside
    assert found == sorted(set(found))
    assert len(found) == min(count, len(inside))


def test_a_picture_lies_in_the_middle_of_a_film_of_another_shape() -> None:
    assert windows.within((1280, 720), (1280, 720)) == (0, 0, 1280, 720)
    assert windows.within((720, 1280), (1280, 720)) == (438, 0, 404, 720)
    assert windows.within((640, 480), (1280, 720)) == (160, 0, 960, 720)


@pytest.mark.parametrize("film", [(1280, 720), (1280, 1280), (640, 360)], ids=["its own", "taller", "smaller"])
def test_a_place_of_the_film_is_found_in_its_source(film: tuple[int, int]) -> None:
    (showing,) = showings(simple())
    how = windows.quieting(simple(), showing, SIZE)
    window, (left, top, width, height) = how.window(0), windows.within(how.shown, film)
    middle = Box(
        x=round((left + width * 0.45) * WHOLE / film[0]),
        y=round((top + height * 0.45) * WHOLE / film[1]),
        width=round(width * 0.1 * WHOLE / film[0]),
        height=round(height * 0.1 * WHOLE / film[1]),
    )

    there = windows.taken_from(how, 0, film, middle)

    across = WHOLE / 2 + window.right * WHOLE / 1e6
    down = WHOLE / 2 + window.down * WHOLE / 1e6 * SIZE[0] / SIZE[1]
    assert abs(there.x + there.width / 2 - across) < 15
    assert abs(there.y + there.height / 2 - down) < 15
    assert 0.095 * 0.9 * WHOLE < there.width < 0.1 * WHOLE * 1.02


@given(st.integers(-WHOLE, 2 * WHOLE), st.integers(1, WHOLE), st.sampled_from([(1280, 720), (64, 1920)]))
def test_a_place_beside_the_picture_stays_a_place(at: int, side: int, film: tuple[int, int]) -> None:
    (showing,) = showings(simple())
    how = windows.quieting(simple(), showing, SIZE)
    there = windows.taken_from(how, 1234, film, Box(x=at, y=at, width=side, height=side))
    assert -WHOLE <= there.x <= 2 * WHOLE


def test_a_source_that_is_not_shown_has_no_stretch() -> None:
    plan = replace(plan_of((0, 0, 1000)), parts=(Part(source=0, start_ms=0, end_ms=1000),))
    assert windows.seen(plan, 1) == []
    assert windows.spread([], 40) == []
