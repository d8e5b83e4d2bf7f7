"""Covers hide what was seen, long enough and wide enough."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from jebi.release.plan import LONGEST_MS, SIDE, Cover
from jebi.release.protect import HOLD_MS, MARGIN, between, cover_of, covers, figure, simplified, text_covers
from jebi.release.sightings import Box, Sighting
from jebi.release.tracks import SURE, Track
from release.walks import EVERY_MS, crowds, seen, walk


def box_at(cover: Cover, time_ms: int) -> Box:
    keys = [(key.time_ms, tuple(map(float, key.box))) for key in cover.keys]
    before = max((one for one in keys if one[0] <= time_ms), key=lambda one: one[0])
    after = min((one for one in keys if one[0] >= time_ms), key=lambda one: one[0])
    return between(before, after, time_ms)  # type: ignore[arg-type]


def hides(cover: Cover, one: Sighting) -> bool:
    if not cover.start_ms <= one.time_ms <= cover.end_ms:
        return False
    left, top, right, bottom = box_at(cover, one.time_ms)
    return left <= one.x and top <= one.y and right >= min(SIDE, one.box[2]) and bottom >= min(SIDE, one.box[3])


@given(crowds())
def test_every_sure_sighting_lies_within_a_cover_at_its_time(crowd: list[Sighting]) -> None:
    made = covers(crowd)
    for one in crowd:
        assert one.score < SURE or any(hides(cover, one) for cover in made)


def test_a_cover_holds_half_a_second_before_and_after() -> None:
    (cover,) = covers(walk(2000, 4000))
    assert (cover.start_ms, cover.end_ms) == (2000 - HOLD_MS, 4000 - EVERY_MS + HOLD_MS)


def test_a_cover_goes_on_with_whom_it_covers() -> None:
    (cover,) = covers(walk(2000, 4000))
    left, _, right, _ = box_at(cover, cover.end_ms)
    where = 1000 + cover.end_ms - 2000
    assert left <= where
    assert right >= where + 800


def test_a_cover_is_not_held_beyond_the_film() -> None:
    (cover,) = covers(walk(0, 2000), end_ms=2000)
    assert (cover.start_ms, cover.end_ms) == (0, 2000)


def test_a_face_that_is_not_seen_for_a_while_stays_covered_and_ever_wider() -> None:
    sightings = [one for one in walk(0, 4000) if not 1000 <= one.time_ms < 2000]
    (cover,) = covers(sightings)
    for one in walk(0, 4000):
        assert hides(cover, one)
    left, _, right, _ = box_at(cover, 1500)
    assert right - left > 800 * (1 + 2 * MARGIN) * 1.5


def test_a_face_that_is_smeared_over_its_way_is_covered_where_it_was_and_will_be() -> None:
    fast = list(walk(0, 400, pace=10.0))
    (cover,) = covers(fast)
    for before, one, after in zip(fast, fast[1:], fast[2:], strict=False):
        for other in (before, after):
            assert hides(cover, seen(one.time_ms, other.x, other.y))


def test_a_camera_that_shakes_shows_a_face_sharp_only_where_it_turns_and_all_between_is_covered() -> None:
    def shaken(time: int) -> Sighting:
        return seen(time, 4000 + 240 * math.sin(time / 19), 4000 + 320 * math.sin(time / 31))

    made = covers(shaken(time) for time in range(0, 2000, EVERY_MS) if time // EVERY_MS % 3 != 1)
    assert all(any(hides(cover, shaken(time)) for cover in made) for time in range(0, 1960, EVERY_MS))


def test_who_stands_still_is_covered_no_wider_for_not_being_seen_in_a_frame_or_two() -> None:
    still = list(walk(0, 2000, pace=0.0))
    (whole,), (seldom,) = covers(still), covers(still[::3])
    for one in still[:-3]:
        left, _, right, _ = box_at(seldom, one.time_ms)
        usual = box_at(whole, one.time_ms)
        assert right - left <= 1.1 * (usual[2] - usual[0])


def test_covers_of_a_long_film_are_made_quickly() -> None:
    (cover,) = covers(walk(0, 600_000, pace=0.0))
    assert len(cover.keys) < 10


def test_a_steady_walk_needs_few_keys() -> None:
    (cover,) = covers(walk(0, 8000))
    assert len(cover.keys) < 10


@given(crowds())
def test_every_line_of_text_lies_within_a_cover_at_its_time(crowd: list[Sighting]) -> None:
    made = text_covers(crowd)
    assert {cover.kind for cover in made} <= {"text"}
    for one in crowd:
        assert one.score < SURE or any(hides(cover, one) for cover in made)


def test_a_long_line_is_covered_wider_by_its_height_only() -> None:
    line = Sighting(time_ms=1000, x=2000, y=5000, width=4000, height=200, score=900)
    (cover,) = text_covers([line])
    left, top, right, bottom = box_at(cover, 1000)
    assert 2000 - 2 * line.height < left < 2000 - MARGIN * line.height
    assert 6000 + MARGIN * line.height < right < 6000 + 2 * line.height
    assert 5000 - line.height < top < 5000 - MARGIN * line.height
    assert 5200 + MARGIN * line.height < bottom < 5200 + line.height


def test_a_line_that_moves_is_covered_on_its_way_from_the_last_look_on() -> None:
    looks = [
        Sighting(time_ms=time, x=1000 + time, y=3000, width=1500, height=300, score=900)
        for time in range(1000, 2001, 200)
    ]
    (cover,) = text_covers(looks)
    for time in range(500, 2501, 20):
        moving = Sighting(time_ms=time, x=1000 + time, y=3000, width=1500, height=300, score=900)
        assert hides(cover, moving)


def test_a_figure_is_covered_below_its_face() -> None:
    body = figure(cover_of(Track([seen(0, 4000, 1000)])))
    key = body.keys[0]
    assert body.kind == "figure"
    assert key.x < 4000 - 1500
    assert key.y < 1000
    assert key.y + key.height > 1000 + 7 * 800


def test_a_box_outside_the_picture_is_still_a_cover() -> None:
    cover = cover_of(Track([seen(0, 9900, 9900, size=90)]), end_ms=LONGEST_MS)
    assert all(key.x + key.width <= SIDE and key.width > 0 for key in cover.keys)


boxes = st.tuples(*[st.integers(0, 5000)] * 2, *[st.integers(100, 3000)] * 2).map(
    lambda box: (float(box[0]), float(box[1]), float(box[0] + box[2]), float(box[1] + box[3]))
)


@given(st.lists(boxes, min_size=1, max_size=40))
def test_every_box_lies_within_the_fewer_ones(given_boxes: list[Box]) -> None:
    timed = [(40 * i, box) for i, box in enumerate(given_boxes)]
    fewer = simplified(timed)
    for time, box in timed:
        before = max((one for one in fewer if one[0] <= time), key=lambda one: one[0])
        after = min((one for one in fewer if one[0] >= time), key=lambda one: one[0])
        wide = between(before, after, time)
        slack = Fraction(1, 10**6)
        assert wide[0] <= box[0] + slack
        assert wide[1] <= box[1] + slack
        assert wide[2] >= box[2] - slack
        assert wide[3] >= box[3] - slack
