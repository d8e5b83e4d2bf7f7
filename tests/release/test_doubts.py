"""What is looked at first is where covers most likely fail; never the same twice, and never more than anybody looks at."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given

from jebi.release.doubts import MOST, NEAR_MS, Doubt, Why, doubts
from jebi.release.plan import Moving, Part, Plan, Source
from jebi.release.timeline import showings
from release.plans import CLIP, cover, key, plans, simple


def planned(*covers: object, **more: object) -> Plan:
    """Ten seconds of a clip, from its second on, with these covers."""
    source = Source(clip=CLIP, sha256="ab" * 32, covers=covers, **more)  # type: ignore[arg-type]
    return simple(sources=(source,), parts=(Part(source=0, start_ms=1000, end_ms=11_000),))


def of(found: tuple[Doubt, ...], why: Why) -> list[int]:
    """When pictures are shown that were chosen for this."""
    return [one.at_ms for one in found if one.why is why]


def test_the_pictures_beside_a_cover_are_looked_at() -> None:
    found = doubts(planned(cover(key(3000), key(5000))))
    assert of(found, Why.END) == [1960, 4040]  # the last before two seconds into the cut, the first after four


def test_the_middle_of_the_longest_gap_between_two_keys_is_looked_at() -> None:
    found = doubts(planned(cover(key(1000), key(1400), key(9400), key(9900))))
    assert 4400 in of(found, Why.GAP)


def test_where_a_cover_moves_fastest_is_looked_at_before_where_it_stands() -> None:
    still, fast = cover(key(1000), key(2000)), cover(key(5000, x=0), key(6000, x=9000))
    assert of(doubts(planned(still, fast)), Why.FAST) == [4520]


def test_most_covers_at_once_are_looked_at() -> None:
    covers = [cover(key(1000), key(9000)), cover(key(6000), key(9100)), cover(key(8000), key(9200))]
    assert 7000 in of(doubts(planned(*covers)), Why.CROWD)


def test_what_a_person_left_open_is_looked_at() -> None:
    found = doubts(planned(open=(Moving(keys=(key(4000), key(6000))),)))
    assert found == (Doubt(picture=100, at_ms=4000, why=Why.OPEN),)


def test_what_was_found_comes_first_and_lies_within_the_cut() -> None:
    found = doubts(planned(), [2000, 999_999])
    assert of(found, Why.FINDING) == [2000, 9960]


def test_a_cover_that_begins_before_its_part_has_no_picture_before_it() -> None:
    found = doubts(planned(cover(key(0), key(20_000))))
    assert of(found, Why.END) == []


def test_kinds_of_doubt_take_turns_where_there_are_too_many() -> None:
    covers = [cover(key(1000 + 90 * at), key(1040 + 90 * at)) for at in range(100)]
    found = doubts(planned(*covers), list(range(0, 9000, 200)))
    assert len(found) <= MOST
    assert {Why.FINDING, Why.END} <= {one.why for one in found}


def test_a_clip_without_covers_has_nothing_to_look_at_first() -> None:
    assert doubts(planned()) == ()
    assert doubts(replace(planned(), parts=(Part(source=0, start_ms=0, end_ms=1),)), [0]) != ()


@given(plans)
def test_pictures_are_few_apart_and_within_the_cut(plan: Plan) -> None:
    found = doubts(plan, [0, 1000])
    last = max(one.end for one in showings(plan))
    pictures = [one.picture for one in found]
    assert len(found) <= MOST
    assert all(0 <= one < last for one in pictures)
    assert all(b - a > NEAR_MS * plan.picture.rate // 1000 for a, b in pairwise(pictures))
