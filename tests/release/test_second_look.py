"""What sightings mean: a face that is seen, a face that nobody covered, a face that is known again; and nothing else."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jebi.release.second_look import ALIKE, Box, Finding, Key, Reason, Sighting, Stretch, judge, under

FRAME_MS = 40


def _stretch(*keys: tuple[int, int, int, int, int]) -> Stretch:
    return Stretch(keys=tuple(Key(at=at, box=Box(x=x, y=y, width=wide, height=high)) for at, x, y, wide, high in keys))


def _seen(at: int, box: tuple[int, int, int, int], distance: float | None = None) -> Sighting:
    x, y, wide, high = box
    return Sighting(at=at, until=at + FRAME_MS, box=Box(x=x, y=y, width=wide, height=high), distance=distance)


def _judged(
    covers: list[Stretch] | None = None,
    open_to_see: list[Stretch] | None = None,
    output: list[Sighting] | None = None,
    original: list[Sighting] | None = None,
) -> list[Finding]:
    return judge(covers=covers or [], open_to_see=open_to_see or [], output=output or [], original=original or [])


FACE = (4000, 4000, 1000, 2000)
COVER = _stretch((0, 3900, 3900, 1200, 2200), (1000, 3900, 3900, 1200, 2200))


def test_a_cut_in_which_nobody_is_seen_and_everybody_was_covered_has_no_finding() -> None:
    assert _judged([COVER], original=[_seen(at, FACE) for at in range(0, 1000, FRAME_MS)]) == []


@pytest.mark.parametrize("where", [FACE, (100, 100, 1000, 2000)], ids=["in a cover", "beside every cover"])
def test_a_face_in_the_output_is_a_finding_wherever_it_is(where: tuple[int, int, int, int]) -> None:
    (finding,) = _judged([COVER], output=[_seen(400, where)])
    assert finding.reason is Reason.SEEN
    assert (finding.first, finding.last, finding.frames) == (400, 440, 1)


def test_a_face_that_may_be_seen_is_none() -> None:
    left_open = _stretch((0, 4000, 4000, 1000, 1900), (1000, 4000, 4000, 1000, 1900))
    assert _judged(open_to_see=[left_open], output=[_seen(400, FACE)], original=[_seen(400, FACE)]) == []


def test_a_face_beside_one_that_may_be_seen_is_a_finding() -> None:
    left_open = _stretch((0, 4000, 4000, 1000, 2000), (1000, 4000, 4000, 1000, 2000))
    beside = (4500, 4000, 1000, 2000)
    assert [finding.reason for finding in _judged(open_to_see=[left_open], output=[_seen(400, beside)])] == [
        Reason.SEEN
    ]


def test_a_face_that_was_to_be_hidden_is_known_again_even_where_faces_may_be_seen() -> None:
    left_open = _stretch((0, 0, 0, 10000, 10000), (1000, 0, 0, 10000, 10000))
    reasons = {
        distance: [finding.reason for finding in _judged(open_to_see=[left_open], output=[_seen(400, FACE, distance)])]
        for distance in (0.0, ALIKE, ALIKE + 0.001, 1.2)
    }
    assert reasons == {0.0: [Reason.KNOWN], ALIKE: [Reason.KNOWN], ALIKE + 0.001: [], 1.2: []}


@pytest.mark.parametrize(("shift", "bare"), [(0, False), (140, False), (160, True), (5000, True)])
def test_a_face_of_the_original_must_lie_under_covers_but_for_a_twentieth(shift: int, *, bare: bool) -> None:
    shifted = (FACE[0] + shift, *FACE[1:])
    found = _judged([COVER], original=[_seen(400, shifted)])
    assert [finding.reason for finding in found] == [Reason.BARE] * bare


def test_two_covers_that_overlap_cover_what_they_cover_once() -> None:
    left, right = _stretch((0, 4000, 4000, 600, 2000)), _stretch((0, 4400, 4000, 500, 2000))
    assert under(_seen(0, FACE), [left]) == 60
    assert under(_seen(0, FACE), [left, right]) == 90
    assert under(_seen(0, FACE), [left, right, left]) == 90
    assert under(_seen(0, FACE), []) == 0


def test_a_cover_that_begins_a_frame_too_late_leaves_one_frame_bare() -> None:
    late = _stretch((FRAME_MS, 3900, 3900, 1200, 2200), (1000, 3900, 3900, 1200, 2200))
    (finding,) = _judged([late], original=[_seen(at, FACE) for at in range(0, 1000, FRAME_MS)])
    assert (finding.reason, finding.first, finding.last, finding.frames) == (Reason.BARE, 0, FRAME_MS, 1)


def test_a_cover_with_one_key_covers_the_frame_that_is_shown_then_and_no_other() -> None:
    once = _stretch((410, 3900, 3900, 1200, 2200))
    assert [under(_seen(at, FACE), [once]) for at in (360, 400, 440)] == [0, 100, 0]


def test_between_keys_each_side_goes_its_way_and_is_rounded_outwards() -> None:
    moving = _stretch((0, 0, 0, 100, 100), (300, 100, 0, 101, 100))
    third = Sighting(at=100, until=101, box=Box(x=33, y=0, width=101, height=100))  # 33.3 to 133.7, so 33 to 134
    assert under(third, [moving]) == 100
    wider = Sighting(at=100, until=101, box=Box(x=32, y=0, width=103, height=100))
    assert under(wider, [moving]) == 98


@given(
    st.integers(0, 1000),
    st.tuples(*[st.integers(0, 5000)] * 2, *[st.integers(1, 3000)] * 2),
    st.tuples(*[st.integers(0, 5000)] * 2, *[st.integers(1, 3000)] * 2),
)
def test_what_lies_in_both_keys_lies_in_every_frame_between(
    at: int, one: tuple[int, ...], other: tuple[int, ...]
) -> None:
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[0] + one[2], other[0] + other[2]), min(one[1] + one[3], other[1] + other[3])
    moving = Stretch(
        keys=tuple(
            Key(at=when, box=Box(x=b[0], y=b[1], width=b[2], height=b[3])) for when, b in ((0, one), (1000, other))
        )
    )
    if right > left and bottom > top:
        inside = Sighting(at=at, until=at + 1, box=Box(x=left, y=top, width=right - left, height=bottom - top))
        assert under(inside, [moving]) == 100


def test_a_face_that_stays_is_one_finding_with_its_worst_frame() -> None:
    growing = [_seen(at, (4000, 4000, 500 + at, 500 + at)) for at in range(0, 400, FRAME_MS)]
    (finding,) = _judged(output=growing)
    assert (finding.first, finding.last, finding.frames) == (0, 400, 10)
    assert finding.worst == growing[-1]


def test_two_faces_are_two_findings_and_one_that_comes_back_late_is_another() -> None:
    left, right = (1000, 1000, 500, 500), (7000, 1000, 500, 500)
    times = [0, FRAME_MS, 2000]
    found = _judged(output=[_seen(at, box) for at, box in itertools.product(times, (left, right))])
    assert [(finding.first, finding.frames) for finding in found] == [(0, 2), (0, 2), (2000, 1), (2000, 1)]


def test_two_faces_that_touch_in_one_frame_are_two_findings() -> None:
    assert len(_judged(output=[_seen(0, (1000, 1000, 500, 500)), _seen(0, (1400, 1000, 500, 500))])) == 2


def test_the_nearest_likeness_of_a_finding_is_kept() -> None:
    (finding,) = _judged(output=[_seen(at, FACE, distance) for at, distance in ((0, 0.5), (40, 0.2), (80, 0.59))])
    assert (finding.reason, finding.distance) == (Reason.KNOWN, 0.2)


def test_findings_come_in_the_order_of_time() -> None:
    output = [_seen(at, (at, 0, 100, 100)) for at in (4000, 0, 2000)]
    found = _judged(output=output, original=[_seen(1000, FACE)])
    assert [finding.first for finding in found] == [0, 1000, 2000, 4000]


def test_a_film_of_ten_minutes_with_five_faces_is_judged_in_seconds() -> None:
    times = range(0, 600_000, FRAME_MS)
    covers = [_stretch(*((at, 2000 * face, 0, 1500, 1500) for at in times)) for face in range(5)]
    seen = [_seen(at, (2000 * face, 0, 1500, 1500)) for at in times for face in range(5)]
    began = time.process_time()
    assert _judged(covers, original=seen) == []
    assert len(_judged([], original=seen[: len(seen) // 10])) == 5
    assert time.process_time() - began < 20


def test_what_is_no_place_no_stretch_and_no_frame_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="a box"):
        Box(x=0, y=0, width=0, height=1)
    with pytest.raises(ValueError, match="rising"):
        _stretch((5, 0, 0, 1, 1), (5, 0, 0, 1, 1))
    with pytest.raises(ValueError, match="rising"):
        Stretch(keys=())
    with pytest.raises(ValueError, match="shown for a while"):
        Sighting(at=5, until=5, box=Box(x=0, y=0, width=1, height=1))
