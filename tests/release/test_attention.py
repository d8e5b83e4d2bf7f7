"""No frame goes without a look, and what was seen far away is looked for again in the next one."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.attention import ATTENTION_MS, DISTANT, LARGE, LYING, MOST, SMALL, TINY, Attention, Box, Window

EVERY = {TINY: (0,), SMALL: (0, 90, 180, 270), LARGE: (0,)}
WIDTH, HEIGHT = 1280, 720


def looks(attention: Attention, times: list[int]) -> list[dict[int, tuple[int, ...]]]:
    """What each frame of a film is looked at for, whose first frame alone is new."""
    return [attention.looks(time, is_new=time == times[0]) for time in times]


def of_rate(rate: int, seconds: int = 4) -> list[int]:
    return [1000 * number // rate for number in range(rate * seconds)]


def longest_wait(times: list[int], done: list[bool]) -> int:
    marks = [time for time, was in zip(times, done, strict=True) if was]
    return max(after - before for before, after in zip(marks, [*marks[1:], times[-1]], strict=True))


def test_the_first_frame_and_one_that_shows_something_else_are_looked_at_in_every_way() -> None:
    attention = Attention()
    assert attention.looks(0, is_new=True) == EVERY
    assert attention.looks(40, is_new=False) != EVERY
    assert attention.looks(80, is_new=True) == EVERY


@pytest.mark.parametrize("rate", [10, 15, 24, 25, 30, 50, 60, 120])
def test_no_way_to_look_waits_for_longer_than_a_sixth_of_a_second_or_two_frames(rate: int) -> None:
    times = of_rate(rate)
    done = looks(Attention(), times)
    for longest, turns in EVERY.items():
        for turn in turns:
            waited = longest_wait(times, [turn in each.get(longest, ()) for each in done])
            assert waited <= max(170, 2000 // rate)


@pytest.mark.parametrize("rate", [24, 25, 30])
def test_every_frame_of_a_usual_film_is_looked_at_and_after_the_first_none_in_both_costly_ways(rate: int) -> None:
    done = looks(Attention(), of_rate(rate))
    assert all(TINY in each for each in done)
    assert not any(LARGE in each and SMALL in each for each in done[1:])


def test_a_turn_in_which_somebody_was_seen_is_looked_at_as_often_as_upright_for_a_second() -> None:
    attention, times = Attention(), of_rate(25)
    looks(attention, times[:10])
    attention.saw_lying(times[9], 90)
    attention.saw_lying(times[9], 0)
    for time in times[10:]:
        for longest, turns in attention.looks(time, is_new=False).items():
            if longest < LARGE and time <= times[9] + ATTENTION_MS:
                assert {0, 90} <= set(turns)
            if longest == TINY:
                assert set(turns) <= {0, 90}
    assert attention.looks(times[-1] + 40, is_new=False)[TINY] == (0,)
    assert 90 in LYING


boxes = st.tuples(st.floats(0, 0.97), st.floats(0, 0.97), st.floats(0.004, 0.03), st.floats(0.004, 0.03)).map(
    lambda box: (box[0], box[1], box[0] + box[2], box[1] + box[3])
)


@given(st.lists(boxes, max_size=40))
def test_windows_hold_what_was_seen_with_room_around_it_and_do_not_overlap(places: list[Box]) -> None:
    attention = Attention()
    attention.saw_large(places)
    windows = attention.windows(WIDTH, HEIGHT)
    for left, top, right, bottom in places:
        across, down = (left + right) / 2 * WIDTH, (top + bottom) / 2 * HEIGHT
        reach = max((right - left) * WIDTH, (bottom - top) * HEIGHT)
        assert any(
            window.left <= max(0, across - 1.5 * reach)
            and window.top <= max(0, down - 1.5 * reach)
            and window.right >= min(WIDTH, across + 1.5 * reach)
            and window.bottom >= min(HEIGHT, down + 1.5 * reach)
            for window in windows
        )
    for window in windows:
        assert 0 <= window.left < window.right <= WIDTH
        assert 0 <= window.top < window.bottom <= HEIGHT
    for one, other in combinations(windows, 2):
        assert one.right <= other.left or other.right <= one.left or one.bottom <= other.top or other.bottom <= one.top


def test_nothing_seen_far_away_needs_no_window_and_a_face_that_is_near_is_followed_otherwise() -> None:
    attention = Attention()
    assert attention.windows(WIDTH, HEIGHT) == ()
    near = (DISTANT + 10) / WIDTH
    attention.saw_large([(0.4, 0.4, 0.4 + near, 0.5)])
    assert attention.windows(WIDTH, HEIGHT) == ()


def test_a_crowd_is_looked_at_as_a_whole() -> None:
    attention = Attention()
    attention.saw_large([(x / 12, y / 8, x / 12 + 0.06, y / 8 + 0.08) for x in range(12) for y in range(8)])
    assert attention.windows(WIDTH, HEIGHT) == (Window(0, 0, WIDTH, HEIGHT),)
    attention.saw_large([(0.5, 0.5, 0.51, 0.51)] * (MOST + 1))
    assert attention.windows(WIDTH, HEIGHT) == (Window(0, 0, WIDTH, HEIGHT),)


@pytest.mark.parametrize(
    ("box", "is_cut"),
    [
        ((100, 100, 150, 150), False),
        ((64, 100, 150, 150), True),
        ((100, 100, 192, 150), True),
        ((100, 100, 150, 192), True),
        ((100, 64, 150, 150), True),
    ],
    ids=str,
)
def test_what_a_windows_edge_cuts_is_known(box: tuple[int, int, int, int], is_cut: bool) -> None:  # noqa: FBT001
    assert Window(64, 64, 192, 192).cuts(box, WIDTH, HEIGHT) is is_cut
    assert not Window(0, 0, WIDTH, HEIGHT).cuts((0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)
